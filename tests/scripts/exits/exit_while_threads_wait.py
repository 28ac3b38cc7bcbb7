# exit: 5
# The end of the main program does not wait for _thread threads.
import _thread, sys
l = _thread.allocate_lock(); l.acquire()
for _ in range(10): _thread.start_new_thread(l.acquire, ())
print("leaving")
sys.exit(5)
