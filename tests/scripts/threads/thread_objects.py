# threading.Thread: what its attributes say, where its run comes from, and what becomes of what ends it.
import threading, time, _thread, contextvars, weakref

class Countdown(threading.Thread):
    def __init__(self, count):
        super().__init__(daemon=True)
        self.count = count
    def run(self):
        self.seen = [self.name, self.daemon, threading.current_thread() is self, self in threading.enumerate(), self.is_alive()]
        self.result = list(range(self.count, 0, -1))

one = Countdown(3)
print(one.ident, one.is_alive(), one.native_id)
one.start()
one.join()
print(one.seen, one.result, one.is_alive(), one.ident != None)

class Asked(threading.Thread):
    def run(self):
        self.answer = self._target(*self._args, **self._kwargs)

asked = Asked(target=max, args=[[3, 9, 4]], kwargs={"default": 0})
asked.start()
asked.join()
print(asked.answer, asked.name)

patched = threading.Thread(target=print, args=("never",))
patched.run = lambda: print("an instance's own run")
patched.start()
patched.join()

def keyword(*args, **kwargs): print(args, kwargs)
for args, kwargs in [((1, 2), {"a": 3}), ([4], None), (iter("xy"), {}), ((), {"b": 5})]:
    thread = threading.Thread(target=keyword, args=args, kwargs=kwargs)
    thread.start()
    thread.join()
threading.Thread(target=keyword, args=(6,)).run()
threading.Thread().run()

# Names.
print(threading.Thread(name=5).name, threading.Thread(name="x", target=len).name)
print(threading.Thread(target=len).name.split()[1], threading.Thread(target=one.run).name.split()[1], "(" in threading.Thread(target=contextvars.copy_context().run).name)
thread = threading.Thread(target=len)
thread.name = 7
print(repr(thread), thread.name)
thread.daemon = True
print(thread)

# Errors.
class Unmade(threading.Thread):
    def __init__(self): pass
def fails(function, *args):
    try: print(function(*args))
    except BaseException as error: print(type(error).__name__, error)
fails(Unmade().start)
fails(Unmade().join)
fails(Unmade().is_alive)
fails(lambda: Unmade().name)
fails(lambda: Unmade().ident)
fails(thread.join)
fails(threading.current_thread().join)
fails(one.start)
fails(threading.Thread, 1)
fails(lambda: setattr(one, "daemon", False))
fails(lambda: threading.Thread(target=len, args=(1,), wrong=2))

# What ends it.
def hook(args):
    time.sleep(0.001)
    print(args.exc_type.__name__, args.exc_value, args.thread.name, threading.current_thread() is args.thread, args.thread.is_alive(), len(args))
threading.excepthook = hook
def raises(): raise KeyError("gone")
def leaves(): raise SystemExit(3)
for target in raises, leaves:
    thread = threading.Thread(target=target, name=target.__name__)
    thread.start()
    thread.join()
    print(thread.is_alive())

# The target goes with its end.
class Target:
    def __call__(self): pass
target = Target()
gone = weakref.ref(target)
thread = threading.Thread(target=target, args=())
del target
thread.start()
thread.join()
print(gone(), thread._target if hasattr(thread, "_target") else None)

# A context of its own.
number = contextvars.ContextVar("number", default=0)
number.set(1)
threading.Thread(target=lambda: print("number", number.get())).start()
time.sleep(0.01)

# Threads that this module did not start.
def stranger():
    me = threading.current_thread()
    print(type(me).__name__, me.daemon, me is threading.current_thread(), me in threading.enumerate(), me.name.split("-")[0], me.ident == threading.get_ident())
    fails(me.join)
for start in (lambda: _thread.start_new_thread(stranger, ()), lambda: _thread.start_joinable_thread(stranger)):
    start()
    time.sleep(0.01)
print([thread.name for thread in threading.enumerate()], threading.active_count(), threading.main_thread() is threading.current_thread())

# A run of its own beside the target, also one given to the instance; one that is replaced after the start.
class Both(threading.Thread):
    def run(self):
        print("before")
        super().run()
        print("after")
both = Both(target=print, args=("the target",))
both.start()
both.join()

# A thread that counts as false is still the current one.
class Odd(threading.Thread):
    def __len__(self): return 0
    def run(self):
        print("odd", threading.current_thread() is self)
        stranger_too()
def stranger_too():
    ended = threading.Event()
    def show():
        print(type(threading.current_thread()).__name__)
        ended.set()
    _thread.start_joinable_thread(show)
    ended.wait()
odd = Odd()
odd.start()
odd.join()

# What daemon was given; its truth counts at the start, and children inherit it.
class Truth:
    def __bool__(self): return True
print(threading.Thread(daemon=1).daemon, threading.Thread(daemon=[]).daemon)
truth = Truth()
thread = threading.Thread(target=lambda: print(threading.Thread().daemon is truth), daemon=truth)
print(thread.daemon is truth)
thread.start()
thread.join()
