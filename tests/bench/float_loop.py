"""Float loop: the logistic map and a running mean."""


def run(steps):
    x = 0.3
    mean = 0.0
    i = 1.0
    while i < steps:
        x = 3.7 * x * (1.0 - x)
        mean = mean + (x - mean) / i
        i = i + 1.0
    return x, mean


print(run(8_000_000.0))
