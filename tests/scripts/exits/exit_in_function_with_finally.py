# exit: 2
import sys
def f():
    try: sys.exit(2)
    finally: print("cleanup")
class CM:
    def __enter__(self): return self
    def __exit__(self, t, v, tb): print("exit", t.__name__, v.code)
with CM(): f()
