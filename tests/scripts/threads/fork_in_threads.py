# What a copy of the process knows of the thread that made it, however that was started.
import _thread, os, threading, warnings
warnings.simplefilter("ignore")
done = threading.Event()
def work():
    pid = os.fork()
    if pid == 0:
        me = threading.current_thread()
        print(type(me).__name__, me is threading.main_thread(), me is threading.current_thread(), threading.Thread().daemon, [t.name for t in threading.enumerate()], flush=True)
        os._exit(0)
    os.waitpid(pid, 0); done.set()
for start in (lambda: _thread.start_joinable_thread(work), lambda: _thread.start_new_thread(work, ()), lambda: threading.Thread(target=work, daemon=True).start()):
    done.clear(); start(); done.wait()
