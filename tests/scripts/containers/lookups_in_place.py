"""Dicts and sets whose keys are strs, small ints and what is equal to them: which lookups may be answered in place."""


class Equal:
    def __init__(self, value):
        self.value = value

    def __eq__(self, other):
        log.append(other)
        return getattr(other, "value", other) == self.value

    def __hash__(self):
        return hash(self.value)

    def __repr__(self):
        return f"Equal({self.value!r})"


class Text(str):
    pass


class Refusing:
    def __init__(self, value):
        self.value = value

    def __eq__(self, other):
        raise ValueError(f"not with {other!r}")

    def __hash__(self):
        return hash(self.value)


log = []
texts = ["a", "b" * 20, "".join(["jo", "in"]), "é", Text("sub")]
keys = [0, 1, -1, 2**40, 2**70, True, 1.0, 0.0, -1.0, None, *texts]
for make in (dict.fromkeys, set, frozenset):
    for stored in (keys, [Equal(key) for key in keys], [Equal(1), "a", 1.0, Text("a")], []):
        container = make(stored)
        print(len(container), [key in container for key in keys], [key not in container for key in keys].count(True), len(log))
        print([True for key in keys if key in container].count(True), len(log))
        log.clear()

plain = {"one": 1, 2: "two", 3.0: "three", True: "yes"}
print(plain["".join(["o", "ne"])], plain[2], plain[2.0], plain[3], plain[1], plain[True])
plain[3] = "THREE"
plain["o" + "ne"] = 11
plain[1] = "YES"
plain[Equal(2)] = "TWO"
print(plain)
for wrong in (4, "four", Text("two"), 2**80, Equal("five")):
    try:
        print(plain[wrong])
    except KeyError as error:
        print(type(error).__name__, error)

for container in ({Refusing(5): 1}, {Refusing(5)}, frozenset({Refusing(5)})):
    for key in (5, "5"):
        try:
            print(key in container)
        except ValueError as error:
            print(error)
try:
    {Refusing("x"): 1}["x"] = 2
except ValueError as error:
    print(error)


class Witness:
    def __del__(self):
        print("gone", list(held))


held = {"key": Witness(), 7: Witness()}
held["key"] = 1
held[7] = 2
print(held)
names = globals()
names["made here"] = "value"
names["log"] = "another log"
print(log, globals()["made here"], "log" in names, "no such name" in names)


class Missing(dict):
    def __missing__(self, key):
        return f"no {key}"

    def __contains__(self, key):
        return key == "always"


missing = Missing(there=1)
missing["there"] = 2
print(missing["there"], missing["gone"], missing[5], "there" in missing, "always" in missing)

# Lists that grow and shrink while they are walked and sliced.
numbers = list(range(5))
for number in numbers:
    if number < 3:
        numbers.append(number + 10)
    elif number == 3:
        del numbers[-2:]
print(numbers, numbers[10**20 :], numbers[: -(10**20)], numbers[-3:][::-1], numbers[1:-1], numbers[:])
numbers[1:3] = numbers
numbers[::2] = "abcd"[: len(numbers[::2])] if len(numbers[::2]) == 4 else range(len(numbers[::2]))
print(numbers)
del numbers[1::2]
numbers[len(numbers) :] = (number for number in range(3))
print(numbers, numbers[True:], numbers[None:None])
