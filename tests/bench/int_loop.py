"""Integer loop: a linear congruential generator in a while loop."""


def run(steps):
    state = 12345
    total = 0
    step = 0
    while step < steps:
        state = (state * 1103 + 12345) % 65536
        if state & 1:
            total += state
        else:
            total -= step
        step += 1
    return total


print(run(9_000_000))
