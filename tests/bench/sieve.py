"""Sieve of Eratosthenes: list indexing, with slices and without."""


def sieve_indexed(limit):
    composite = [False] * (limit + 1)
    primes = 0
    for n in range(2, limit + 1):
        if not composite[n]:
            primes += 1
            multiple = n * n
            while multiple <= limit:
                composite[multiple] = True
                multiple += n
    return primes


def sieve_sliced(limit):
    flags = bytearray([1]) * (limit + 1)
    flags[0] = flags[1] = 0
    n = 2
    while n * n <= limit:
        if flags[n]:
            flags[n * n :: n] = bytes(len(range(n * n, limit + 1, n)))
        n += 1
    return sum(flags)


print(sieve_indexed(8_000_000), sieve_sliced(4_000_000))
