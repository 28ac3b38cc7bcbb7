# allocate_lock: acquire forms, errors, with, locked, ownership by anyone, time-outs, RLock.
import _thread, time
l = _thread.allocate_lock()
print(l.locked(), l.acquire(), l.locked(), l.acquire(False), l.acquire(blocking=False), l.release(), l.locked())
with l: print("in", l.locked())
print(l.locked())
try: l.release()
except RuntimeError as e: print(e)
l.acquire(); t = time.monotonic(); print(l.acquire(True, 0.05), time.monotonic() - t >= 0.04, l.acquire(timeout=0.01))
for bad in ("l.acquire(False, 1)", "l.acquire(True, -2)", "l.acquire(True, 'x')", "l.acquire(True, 1e100)", "l.acquire(1, 2, 3)"):
    try: eval(bad)
    except (ValueError, TypeError, OverflowError) as e: print(type(e).__name__)
l.release()
try:
    with l: raise KeyError("inside")
except KeyError: print(l.locked())
l.acquire()
def other(): l.release(); done.release()
done = _thread.allocate_lock(); done.acquire(); _thread.start_new_thread(other, ()); done.acquire(); print(l.locked())
r = _thread.RLock()
print(r.acquire(), r.acquire(), r.release(), r.release())
try: r.release()
except RuntimeError as e: print(e)
with r:
    with r: print("nested")
    res = []
    def try_it(): res.append(r.acquire(False)); done.release()
    _thread.start_new_thread(try_it, ()); done.acquire(); print(res)
def wrong():
    try: r.release()
    except RuntimeError as e: res.append(str(e))
    done.release()
r.acquire(); _thread.start_new_thread(wrong, ()); done.acquire(); print(res); r.release()
print(type(l).__name__ in ("lock", "LockType"), isinstance(l, _thread.LockType))
waited = []
def waiter(n):
    with l: waited.append(n)
    if len(waited) == 5: done.release()
l.acquire()
for i in range(5): _thread.start_new_thread(waiter, (i,)); time.sleep(0.01)
l.release(); done.acquire(); print(waited)
