"""Fannkuch: flips of list prefixes over all permutations."""


def fannkuch(size):
    order = list(range(size))
    counts = [0] * size
    most_flips = 0
    checksum = 0
    sign = 1
    while True:
        first = order[0]
        if first:
            work = order[:]
            flips = 1
            top = work[first]
            while top:
                work[: first + 1] = work[first::-1]
                first = top
                top = work[first]
                flips += 1
            if flips > most_flips:
                most_flips = flips
            checksum += sign * flips
        # The next permutation: rotate ever longer prefixes.
        if sign == 1:
            order[0], order[1] = order[1], order[0]
            sign = -1
            continue
        order[1], order[2] = order[2], order[1]
        sign = 1
        place = 2
        while True:
            if counts[place] < place:
                counts[place] += 1
                break
            counts[place] = 0
            if place == size - 1:
                return checksum, most_flips
            place += 1
            head = order.pop(0)
            order.insert(place, head)


print(fannkuch(9), fannkuch(9), fannkuch(8), fannkuch(9), fannkuch(9))
