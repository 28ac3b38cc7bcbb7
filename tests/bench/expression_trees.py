"""Expression trees: polymorphic methods, inheritance, isinstance, rewriting."""


class Expression:
    def evaluate(self, names):
        raise NotImplementedError

    def simplify(self):
        return self

    def size(self):
        return 1


class Number(Expression):
    def __init__(self, value):
        self.value = value

    def evaluate(self, names):
        return self.value

    def derive(self, name):
        return Number(0)


class Name(Expression):
    def __init__(self, name):
        self.name = name

    def evaluate(self, names):
        return names[self.name]

    def derive(self, name):
        return Number(1 if name == self.name else 0)


class Binary(Expression):
    def __init__(self, left, right):
        self.left = left
        self.right = right

    def size(self):
        return 1 + self.left.size() + self.right.size()


class Add(Binary):
    def evaluate(self, names):
        return self.left.evaluate(names) + self.right.evaluate(names)

    def derive(self, name):
        return Add(self.left.derive(name), self.right.derive(name))

    def simplify(self):
        left = self.left.simplify()
        right = self.right.simplify()
        if isinstance(left, Number):
            if left.value == 0:
                return right
            if isinstance(right, Number):
                return Number(left.value + right.value)
        if isinstance(right, Number) and right.value == 0:
            return left
        return Add(left, right)


class Multiply(Binary):
    def evaluate(self, names):
        return self.left.evaluate(names) * self.right.evaluate(names) % 1000003

    def derive(self, name):
        return Add(Multiply(self.left.derive(name), self.right), Multiply(self.left, self.right.derive(name)))

    def simplify(self):
        left = self.left.simplify()
        right = self.right.simplify()
        for one, other in ((left, right), (right, left)):
            if isinstance(one, Number):
                if one.value == 0:
                    return one
                if one.value == 1:
                    return other
        return Multiply(left, right)


def build(depth, seed):
    if depth == 0:
        return Name("xyz"[seed % 3]) if seed % 4 else Number(seed % 7)
    kind = Add if seed % 3 else Multiply
    return kind(build(depth - 1, seed * 5 + 1), build(depth - 1, seed * 7 + 2))


def main():
    tree = build(11, 11)
    total = 0
    for x in range(3000):
        total += tree.evaluate({"x": x, "y": x + 1, "z": 3})
    print(tree.size(), total)
    for name in "xyzxyz":
        slope = tree.derive(name)
        simple = slope.simplify()
        again = simple.simplify()
        print(name, slope.size(), simple.size(), again.size(), simple.evaluate({"x": 2, "y": 3, "z": 5}))


main()
