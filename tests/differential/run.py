"""record | check [--all]: the programs of `programs.py`, each with what CPython 3.13 makes of it (`expected.txt`).

`record` writes that file and needs CPython 3.13; `check` compares the interpreter that runs it. What 3.14 does otherwise is listed in
`newer.py` with the reason, and so is what is known to be wrong.
"""

import json
import os
import sys
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from newer import KNOWN, NEWER, is_in, newer
from programs import methods_here, outcome, programs

EXPECTED = os.path.join(HERE, "expected.txt")


def digest(all_programs):
    return zlib.crc32("\n".join(f"{value}\t{code}" for value, code in all_programs).encode())


def record():
    if sys.implementation.name != "cpython" or sys.version_info[:2] != (3, 13):
        sys.exit("record needs CPython 3.13")
    methods = methods_here()
    all_programs = list(programs(methods))
    with open(EXPECTED, "w", encoding="ascii") as file:
        print(digest(all_programs), file=file)
        print(json.dumps(methods), file=file)
        for program in all_programs:
            print(outcome(program), file=file)
    print(len(all_programs), "programs")


def check(show_all):
    with open(EXPECTED, encoding="ascii") as file:
        wanted_digest, methods, *expected = file.read().splitlines()
    all_programs = list(programs(json.loads(methods)))
    if digest(all_programs) != int(wanted_digest) or len(all_programs) != len(expected):
        sys.exit("the programs have changed: record them again")
    wrong = known = 0
    for (value, code), expectation in zip(all_programs, expected):
        expectation = newer(value, code, expectation)
        result = outcome((value, code))
        if expectation == result or is_in(NEWER, code, expectation, result):
            continue
        if is_in(KNOWN, code, expectation, result):
            known += 1
        else:
            wrong += 1
            if show_all or wrong <= 50:
                print(f"x = {value}; {code}\n  expected {expectation}\n  found    {result}")
    print(f"{len(expected)} programs, {wrong} differ, {known} differ as is known")
    return wrong != 0


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["record"]:
            record()
        case ["check", *options]:
            sys.exit(check("--all" in options))
        case _:
            sys.exit(__doc__)
