# A busy thread does not keep the others from running; sleeping threads wake in order of their times.
import _thread, time
stop = False; spins = 0; done = _thread.allocate_lock(); done.acquire()
def busy():
    global spins
    while not stop: spins += 1
    done.release()
_thread.start_new_thread(busy, ())
time.sleep(0.05); stop = True; done.acquire(); print(spins > 0)
order = []; m = _thread.allocate_lock()
def sleeper(n):
    time.sleep(n / 20)
    with m:
        order.append(n)
        if len(order) == 5: done.release()
for n in (5, 1, 4, 2, 3): _thread.start_new_thread(sleeper, (n,))
t = time.monotonic(); done.acquire(); print(order, 0.2 < time.monotonic() - t < 2)
stop = False; counts = [0] * 4; left = 4
def count(i):
    global left
    while not stop: counts[i] += 1
    with m:
        left -= 1
        if left == 0: done.release()
for i in range(4): _thread.start_new_thread(count, (i,))
time.sleep(0.2); stop = True; done.acquire(); print(min(counts) > 0)
