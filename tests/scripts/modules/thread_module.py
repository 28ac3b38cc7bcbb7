# expected: by hand
# pyvm's own module `thread`: sched_yield, the deadlock report.
import thread, _thread
order = []
done = _thread.allocate_lock(); done.acquire()
def body(name):
    for i in range(3):
        order.append((name, i))
        thread.sched_yield()
    if name == "b": done.release()
_thread.start_new_thread(body, ("a",)); _thread.start_new_thread(body, ("b",)); done.acquire()
print(order)
print(issubclass(thread.DeadlockError, Exception))
l = _thread.allocate_lock(); l.acquire()
try: l.acquire()
except thread.DeadlockError as e: print("deadlock found", l.locked())
def stuck(): l.acquire()
_thread.start_new_thread(stuck, ())
try: done.acquire(); print("no")
except thread.DeadlockError as e: print("again", "thread_module.py:" in str(e))
l.release()
print("end")
