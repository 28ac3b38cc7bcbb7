# Each thread has its own exception state, generators move between threads, exceptions stay in their thread.
import _thread, sys
def run(f, *a):
    done = _thread.allocate_lock(); done.acquire(); res = []
    def body():
        try: res.append(f(*a))
        except BaseException as e: res.append(repr(e))
        done.release()
    _thread.start_new_thread(body, ()); done.acquire()
    return res[0]
def g():
    x = 0
    while True: x = (yield x) or x + 1
it = g(); print(next(it), run(next, it), next(it), run(it.send, 10), next(it))
try: raise ValueError("main")
except ValueError: print(run(lambda: sys.exception()), repr(sys.exception()))
print(run(lambda: 1 / 0), run(lambda: {}["k"]), run(sorted, [3, 1, 2]), run(lambda: [i for i in range(3)]))
def running():
    yield run(lambda: next(r))
r = running(); print(next(r))
locals_seen = []
def rec(n): return 0 if n == 0 else 1 + rec(n - 1)
print(run(rec, 500), [run(lambda i=i: i * 2) for i in range(3)])
class CM:
    def __enter__(self): return "in"
    def __exit__(self, *a): return True
def with_cm():
    with CM() as c: raise KeyError(c)
    return "swallowed"
print(run(with_cm))
