# A thousand threads alive together.
import _thread
N = 1000
gate = _thread.allocate_lock(); gate.acquire()
finished = _thread.allocate_lock(); finished.acquire()
m = _thread.allocate_lock(); total = 0; left = N
def member(i):
    global total, left
    gate.acquire(); gate.release()
    with m:
        total += i; left -= 1
        if left == 0: finished.release()
for i in range(N): _thread.start_new_thread(member, (i,))
gate.release(); finished.acquire()
print(total)
