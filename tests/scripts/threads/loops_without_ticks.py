# Loops whose condition is decided by a slow path end their slices too.
import _thread
state = "waiting"
done = _thread.allocate_lock()
done.acquire()
def change():
    global state
    state = "done"
    done.release()
_thread.start_new_thread(change, ())
while state != "done":
    pass
done.acquire()
flag = [1]
_thread.start_new_thread(flag.clear, ())
while 1 in flag:
    pass
names = iter("ab" * 50_000)
stop = []
_thread.start_new_thread(stop.append, (1,))
while not stop:
    next(names, None)
print(state, flag, stop)
