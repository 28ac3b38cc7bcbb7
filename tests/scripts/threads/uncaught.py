# An exception that leaves a thread is reported on stderr and does not end the program.
import threading, _thread
def fail(): raise ValueError("in thread")
t = threading.Thread(target=fail); t.start(); t.join()
done = _thread.allocate_lock(); done.acquire()
def fail2():
    try: raise KeyError("x")
    finally: done.release()
_thread.start_new_thread(fail2, ()); done.acquire()
t = threading.Thread(target=lambda: exit_now()); 
def exit_now(): raise SystemExit(3)
t.start(); t.join()
print("main goes on")
