import _thread
N = 7
forks = [_thread.allocate_lock() for _ in range(N)]
meals = [0] * N; ends = []
def philosopher(i, end):
    first, second = sorted((i, (i + 1) % N))
    for _ in range(50):
        with forks[first]:
            with forks[second]: meals[i] += 1
    end.release()
for i in range(N):
    e = _thread.allocate_lock(); e.acquire(); ends.append(e)
    _thread.start_new_thread(philosopher, (i, e))
for e in ends: e.acquire()
print(meals, [f.locked() for f in forks])
