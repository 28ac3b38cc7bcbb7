"""Operator methods: a vector and a fraction class."""


class Vector:
    __slots__ = ("x", "y")

    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)

    def __sub__(self, other):
        return Vector(self.x - other.x, self.y - other.y)

    def __mul__(self, factor):
        return Vector(self.x * factor, self.y * factor)

    __rmul__ = __mul__

    def __neg__(self):
        return Vector(-self.x, -self.y)

    def __eq__(self, other):
        return self.x == other.x and self.y == other.y

    def __getitem__(self, index):
        return (self.x, self.y)[index]

    def __len__(self):
        return 2

    def __bool__(self):
        return self.x != 0 or self.y != 0


class Modular:
    def __init__(self, value):
        self.value = value % 10007

    def __add__(self, other):
        if isinstance(other, Modular):
            other = other.value
        return Modular(self.value + other)

    __radd__ = __add__

    def __mul__(self, other):
        if isinstance(other, Modular):
            other = other.value
        return Modular(self.value * other)

    def __lt__(self, other):
        return self.value < other.value

    def __iadd__(self, other):
        self.value = (self.value + other) % 10007
        return self


def main():
    place = Vector(0.0, 0.0)
    speed = Vector(1.0, 0.5)
    equal = 0
    for i in range(600_000):
        place = place + 0.01 * speed - Vector(0.001, 0.002)
        if place[0] > 10.0:
            speed = -speed
        if place == speed:
            equal += 1
        if place:
            equal += len(place)
    print(f"{place.x:.6f} {place.y:.6f} {equal}")

    total = Modular(1)
    smaller = 0
    for i in range(600_000):
        total = 3 + total * 5 + Modular(i)
        total += 2
        if total < Modular(5000):
            smaller += 1
    print(total.value, smaller)


main()
