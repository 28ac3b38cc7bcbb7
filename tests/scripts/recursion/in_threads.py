# Deep recursion inside threads.
# stack: 256
import _thread, sys
sys.setrecursionlimit(200000)
def down(n): return 0 if n == 0 else 1 + down(n - 1)
results = []
done = [_thread.allocate_lock() for _ in range(3)]
for d in done: d.acquire()
def work(i):
    try: results.append(down(20000 + i))
    except RecursionError: results.append("error")
    done[i].release()
old = 0
try: _thread.stack_size(1 << 28)
except (ValueError, AttributeError): pass
for i in range(3): _thread.start_new_thread(work, (i,))
for d in done: d.acquire()
print(sorted(results))
