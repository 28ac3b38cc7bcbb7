# A regular expression that would backtrack for years lets others run, and can be interrupted.

import _sre
import _thread
import thread
import time

# (?:a+)+$
CODE = [14, 4, 0, 1, 4294967295, 23, 10, 1, 4294967295, 24, 6, 1, 4294967295, 16, 97, 1, 18, 6, 5, 1]
pattern = _sre.compile("(?:a+)+$", 32, CODE, 0, {}, (None,))

ended = _thread.allocate_lock()
ended.acquire()
seen = []


def match():
    try:
        pattern.match("a" * 60 + "b")
    except thread.Interrupt as interrupt:
        seen.append(type(interrupt).__name__)
    ended.release()


ident = _thread.start_new_thread(match, ())
turns = 0
for _ in range(5):
    time.sleep(0.01)
    turns += 1
print(turns, seen)
print(thread.interrupt(ident, if_running=1))
ended.acquire()
print(seen)


# Replacing calls Python, which may switch to another thread and back, or raise.
def slowly(match):
    time.sleep(0)
    return match.group().upper()


# [a-c]+
LETTERS = [14, 4, 0, 1, 4294967295, 24, 10, 1, 4294967295, 13, 5, 22, 97, 99, 0, 1, 1]
letters = _sre.compile("[a-c]+", 32, LETTERS, 0, {}, (None,))
results = []


def replace(number):
    results.append(letters.sub(slowly, "xabyc" * number))
    if len(results) == 3:
        ended.release()


for number in (1, 2, 3):
    _thread.start_new_thread(replace, (number,))
ended.acquire()
print(sorted(results))
try:
    letters.sub(lambda match: {}["missing"], "abc")
except KeyError as error:
    print("KeyError", error)
