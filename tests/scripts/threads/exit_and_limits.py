# Threads that end early, many short threads one after another, results in order, nested starts.
import _thread
def run_all(n):
    left = n; m = _thread.allocate_lock(); end = _thread.allocate_lock(); end.acquire(); out = []
    def body(i):
        nonlocal left
        try:
            if i % 3 == 0: return
            if i % 3 == 1: _thread.exit()
            out.append(i)
        finally:
            with m:
                left -= 1
                if left == 0: end.release()
    for i in range(n): _thread.start_new_thread(body, (i,))
    end.acquire()
    return sorted(out)
print(run_all(30), len(run_all(300)))
def nested(depth, done):
    if depth:
        inner = _thread.allocate_lock(); inner.acquire()
        _thread.start_new_thread(nested, (depth - 1, inner)); inner.acquire()
    done.release()
d = _thread.allocate_lock(); d.acquire(); _thread.start_new_thread(nested, (50, d)); d.acquire(); print("nested done")
for _ in range(2000):
    d = _thread.allocate_lock(); d.acquire(); _thread.start_new_thread(d.release, ()); d.acquire()
print("2000 short threads")
print(_thread._count() >= 0)
