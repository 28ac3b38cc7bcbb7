"""Binary trees: allocation and release of many small objects."""


class Node:
    __slots__ = ("left", "right")

    def __init__(self, left, right):
        self.left = left
        self.right = right

    def check(self):
        if self.left is None:
            return 1
        return 1 + self.left.check() + self.right.check()


def grow(depth):
    if depth == 0:
        return Node(None, None)
    return Node(grow(depth - 1), grow(depth - 1))


def grow_tuple(depth):
    if depth == 0:
        return ()
    return (grow_tuple(depth - 1), grow_tuple(depth - 1))


def main():
    longest = grow(16)
    for depth in range(4, 17, 3):
        rounds = 1 << (18 - depth)
        total = 0
        for _ in range(rounds):
            total += grow(depth).check()
        print(rounds, depth, total)
    print(longest.check())
    for _ in range(20):
        pairs = grow_tuple(15)
    print(len(pairs))


main()
