# What __hash__ returns is the hash if it fits; only larger numbers are hashed themselves.
class Given:
    def __init__(self, number):
        self.number = number

    def __hash__(self):
        return self.number


for number in 0, 1, -1, -2, 2**61 - 1, 2**61, 2**62 + 5, 2**63 - 1, -(2**63):
    print(number, hash(Given(number)))
print(hash(Given(2**63)) == hash(2**63), hash(Given(-(2**70))) == hash(-(2**70)))
print(hash(Given(hash((1, 2)))) == hash((1, 2)))
try:
    hash(Given("no"))
except TypeError as error:
    print(error)
