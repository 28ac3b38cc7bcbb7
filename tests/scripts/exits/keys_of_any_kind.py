"""Modules whose namespaces have keys that are no strs, at the end of the program."""
import json
import sys


class Witness:
    def __del__(self):
        print("gone", sys is not None)


json.__dict__[5] = "number"
globals()[(1, 2)] = "pair"
json.witness = Witness()
print(json.__dict__[5])
