# _thread: start, arguments, results through lists, join by lock.
import _thread
out = []
def work(a, b=0, *c, d=None):
    out.append((a, b, c, d))
    done.release()
for args in (((1,),), ((1, 2, 3),), ((1, 2), {"d": 4}), ((1,), {"b": 5})):
    done = _thread.allocate_lock(); done.acquire()
    ident = _thread.start_new_thread(work, *args)
    done.acquire()
    print(isinstance(ident, int))
print(out)
for bad in ("_thread.start_new_thread(5, ())", "_thread.start_new_thread(work, [])", "_thread.start_new_thread(work, (), 5)", "_thread.start_new_thread(work)"):
    try: eval(bad)
    except TypeError as e: print(type(e).__name__)
me = _thread.get_ident(); ids = []
def who(): ids.append(_thread.get_ident()); done.release()
for _ in range(3): done = _thread.allocate_lock(); done.acquire(); _thread.start_new_thread(who, ()); done.acquire()
print(me not in ids, me == _thread.get_ident(), all(isinstance(i, int) for i in ids))
def ends(): done.release(); _thread.exit(); print("never")
done = _thread.allocate_lock(); done.acquire(); _thread.start_new_thread(ends, ()); done.acquire()
def sysexit(): done.release(); raise SystemExit(5)
done = _thread.allocate_lock(); done.acquire(); _thread.start_new_thread(sysexit, ()); done.acquire()
class C:
    def method(self, x): out.append(("method", x)); done.release()
done = _thread.allocate_lock(); done.acquire(); _thread.start_new_thread(C().method, (1,)); done.acquire()
print(out[-1], _thread.error is RuntimeError, _thread.TIMEOUT_MAX > 1)
