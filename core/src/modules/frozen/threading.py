"""Threads: py-threads of the VM with the interface of CPython's threading module."""

import _thread
import sys as _sys

__all__ = [
    "get_ident", "active_count", "Condition", "current_thread", "enumerate", "main_thread", "TIMEOUT_MAX", "Event", "Lock", "RLock",
    "Semaphore", "BoundedSemaphore", "Thread", "Barrier", "BrokenBarrierError", "Timer", "ThreadError", "setprofile", "settrace", "local",
    "stack_size", "excepthook", "ExceptHookArgs", "getprofile", "gettrace", "get_native_id", "setprofile_all_threads", "settrace_all_threads",
]

_allocate_lock = _thread.allocate_lock
_new_lock = _thread.allocate_lock
get_ident = _thread.get_ident
get_native_id = getattr(_thread, "get_native_id", get_ident)
Lock = getattr(_thread, "lock", _new_lock)
_CRLock = _thread.RLock
local = _thread._local
ThreadError = RuntimeError
TIMEOUT_MAX = getattr(_thread, "TIMEOUT_MAX", 9223372036.0)
stack_size = getattr(_thread, "stack_size", lambda size=0: 0)

# Threads that were not started through this module and have a handle of another kind, by identifier.
_strays = {}
# None is ever on its way.
_limbo = {}
_active_limbo_lock = _CRLock()
_threading_atexits = []
_SHUTTING_DOWN = False
_profile_hook = None
_trace_hook = None


def _monotonic():
    import time
    global _monotonic
    _monotonic = time.monotonic
    return _monotonic()


def _start_hooked(thread):
    if _trace_hook:
        _sys.settrace(_trace_hook)
    if _profile_hook:
        _sys.setprofile(_profile_hook)
    if thread._context is None:
        thread.run()
    else:
        thread._context.run(thread.run)

def _hooks_changed():
    _thread._set_starter(_start_hooked if _trace_hook or _profile_hook else None)

def setprofile(func):
    global _profile_hook
    _profile_hook = func
    _hooks_changed()

def setprofile_all_threads(func):
    setprofile(func)
    _sys._setprofileallthreads(func)

def getprofile():
    return _profile_hook

def settrace(func):
    global _trace_hook
    _trace_hook = func
    _hooks_changed()

def settrace_all_threads(func):
    settrace(func)
    _sys._settraceallthreads(func)

def gettrace():
    return _trace_hook


def _deprecated(old, new):
    import warnings
    warnings.warn(f"{old} is deprecated, {new} instead", DeprecationWarning, stacklevel=3)


class _Dangling:
    """The threads that may still run, as a set."""

    def __iter__(self):
        return iter(enumerate())

    def __len__(self):
        return len(enumerate())

    def __contains__(self, thread):
        return thread in enumerate()


_dangling = _Dangling()


class _RLock:
    """RLock in Python, for those who derive from it."""

    def __init__(self):
        self._block = _new_lock()
        self._owner = None
        self._count = 0

    def __repr__(self):
        owner = self._owner
        for thread in enumerate():
            if thread.ident == owner:
                owner = thread.name
        cls = self.__class__
        state = "locked" if self._block.locked() else "unlocked"
        return f"<{state} {cls.__module__}.{cls.__qualname__} object owner={owner!r} count={self._count} at {hex(id(self))}>"

    def _at_fork_reinit(self):
        self._block._at_fork_reinit()
        self._owner = None
        self._count = 0

    def acquire(self, blocking=True, timeout=-1):
        me = get_ident()
        if self._owner == me:
            self._count += 1
            return 1
        taken = self._block.acquire(blocking, timeout)
        if taken:
            self._owner = me
            self._count = 1
        return taken

    __enter__ = acquire

    def release(self):
        if self._owner != get_ident():
            raise RuntimeError("cannot release un-acquired lock")
        self._count -= 1
        if not self._count:
            self._owner = None
            self._block.release()

    def __exit__(self, *args):
        self.release()

    def locked(self):
        return self._block.locked()

    def _acquire_restore(self, state):
        self._block.acquire()
        self._count, self._owner = state

    def _release_save(self):
        if self._count == 0:
            raise RuntimeError("cannot release un-acquired lock")
        state = (self._count, self._owner)
        self._count = 0
        self._owner = None
        self._block.release()
        return state

    def _is_owned(self):
        return self._owner == get_ident()

    def _recursion_count(self):
        return self._count if self._is_owned() else 0


_PyRLock = _RLock


def RLock(*args, **kwargs):
    """A lock that the thread that has it may take again."""
    if args or kwargs:
        import warnings
        warnings.warn(
            "Passing arguments to RLock is deprecated and will be removed in 3.15", DeprecationWarning, stacklevel=2)
    return _CRLock(*args, **kwargs)


class Condition:
    """A condition variable: threads wait until another one notifies them."""

    def __init__(self, lock=None):
        if lock is None:
            lock = _CRLock()
        self._lock = lock
        self.acquire = lock.acquire
        self.release = lock.release
        if hasattr(lock, "_release_save"):
            self._release_save = lock._release_save
        if hasattr(lock, "_acquire_restore"):
            self._acquire_restore = lock._acquire_restore
        if hasattr(lock, "_is_owned"):
            self._is_owned = lock._is_owned
        if hasattr(lock, "locked"):
            self.locked = lock.locked
        self._waiters = {}
        self._next = 0

    def _at_fork_reinit(self):
        self._lock._at_fork_reinit()
        self._waiters.clear()

    def __enter__(self):
        return self._lock.__enter__()

    def __exit__(self, *args):
        return self._lock.__exit__(*args)

    def __repr__(self):
        return f"<Condition({self._lock}, {len(self._waiters)})>"

    def _release_save(self):
        self._lock.release()

    def _acquire_restore(self, state):
        self._lock.acquire()

    def _is_owned(self):
        if self._lock.acquire(False):
            self._lock.release()
            return False
        return True

    def wait(self, timeout=None):
        if not self._is_owned():
            raise RuntimeError("cannot wait on un-acquired lock")
        waiter = _new_lock()
        waiter.acquire()
        key = self._next
        self._next = key + 1
        self._waiters[key] = waiter
        state = self._release_save()
        notified = False
        try:
            if timeout is None:
                waiter.acquire()
                notified = True
            elif timeout > 0:
                notified = waiter.acquire(True, timeout)
            else:
                notified = waiter.acquire(False)
            return notified
        finally:
            self._acquire_restore(state)
            if not notified:
                self._waiters.pop(key, None)

    def wait_for(self, predicate, timeout=None):
        end = None
        wait_time = timeout
        result = predicate()
        while not result:
            if wait_time is not None:
                if end is None:
                    end = _monotonic() + wait_time
                else:
                    wait_time = end - _monotonic()
                    if wait_time <= 0:
                        break
            self.wait(wait_time)
            result = predicate()
        return result

    def notify(self, n=1):
        if not self._is_owned():
            raise RuntimeError("cannot notify on un-acquired lock")
        waiters = self._waiters
        while waiters and n > 0:
            key = next(iter(waiters))
            waiter = waiters.pop(key)
            try:
                waiter.release()
            except RuntimeError:
                # Its time-out came at the same moment: it takes itself out.
                continue
            n -= 1

    def notify_all(self):
        self.notify(len(self._waiters))

    def notifyAll(self):
        _deprecated("notifyAll()", "use notify_all()")
        self.notify_all()


class Semaphore:
    """A counter that release raises and acquire lowers, waiting while it is zero."""

    def __init__(self, value=1):
        if value < 0:
            raise ValueError("semaphore initial value must be >= 0")
        self._cond = Condition(_new_lock())
        self._value = value

    def __repr__(self):
        cls = self.__class__
        return f"<{cls.__module__}.{cls.__qualname__} at {id(self):#x}: value={self._value}>"

    def acquire(self, blocking=True, timeout=None):
        if not blocking and timeout is not None:
            raise ValueError("can't specify timeout for non-blocking acquire")
        end = None
        with self._cond:
            while self._value == 0:
                if not blocking:
                    return False
                if timeout is not None:
                    if end is None:
                        end = _monotonic() + timeout
                    else:
                        timeout = end - _monotonic()
                        if timeout <= 0:
                            return False
                self._cond.wait(timeout)
            self._value -= 1
            return True

    __enter__ = acquire

    def release(self, n=1):
        if n < 1:
            raise ValueError("n must be one or more")
        with self._cond:
            self._value += n
            self._cond.notify(n)

    def __exit__(self, *args):
        self.release()


class BoundedSemaphore(Semaphore):
    """A semaphore that complains when it is released more often than acquired."""

    def __init__(self, value=1):
        super().__init__(value)
        self._initial_value = value

    def __repr__(self):
        cls = self.__class__
        return f"<{cls.__module__}.{cls.__qualname__} at {id(self):#x}: value={self._value}/{self._initial_value}>"

    def release(self, n=1):
        if n < 1:
            raise ValueError("n must be one or more")
        with self._cond:
            if self._value + n > self._initial_value:
                raise ValueError("Semaphore released too many times")
            self._value += n
            self._cond.notify(n)


class Event:
    """A flag that threads can wait for."""

    def __init__(self):
        self._cond = Condition(_new_lock())
        self._flag = False

    def __repr__(self):
        cls = self.__class__
        status = "set" if self._flag else "unset"
        return f"<{cls.__module__}.{cls.__qualname__} at {id(self):#x}: {status}>"

    def is_set(self):
        return self._flag

    def isSet(self):
        _deprecated("isSet()", "use is_set()")
        return self.is_set()

    def _at_fork_reinit(self):
        self._cond._at_fork_reinit()

    def set(self):
        with self._cond:
            self._flag = True
            self._cond.notify_all()

    def clear(self):
        with self._cond:
            self._flag = False

    def wait(self, timeout=None):
        if self._flag:
            return True
        with self._cond:
            signaled = self._flag
            if not signaled:
                signaled = self._cond.wait(timeout)
            return signaled


class BrokenBarrierError(RuntimeError):
    pass


class Barrier:
    """Makes a fixed number of threads wait for each other."""

    # States: 0 filling, 1 draining, -1 resetting, -2 broken.
    def __init__(self, parties, action=None, timeout=None):
        if parties < 1:
            raise ValueError("parties must be >= 1")
        self._cond = Condition(_new_lock())
        self._action = action
        self._timeout = timeout
        self._parties = parties
        self._state = 0
        self._count = 0

    def __repr__(self):
        cls = self.__class__
        if self.broken:
            return f"<{cls.__module__}.{cls.__qualname__} at {id(self):#x}: broken>"
        return f"<{cls.__module__}.{cls.__qualname__} at {id(self):#x}: waiters={self.n_waiting}/{self.parties}>"

    def wait(self, timeout=None):
        if timeout is None:
            timeout = self._timeout
        with self._cond:
            while self._state in (-1, 1):
                self._cond.wait()
            if self._state < 0:
                raise BrokenBarrierError
            index = self._count
            self._count += 1
            try:
                if index + 1 == self._parties:
                    self._release()
                else:
                    self._wait(timeout)
                return index
            finally:
                self._count -= 1
                if self._count == 0 and self._state in (-1, 1):
                    self._state = 0
                    self._cond.notify_all()

    def _release(self):
        try:
            if self._action:
                self._action()
            self._state = 1
            self._cond.notify_all()
        except:
            self._break()
            raise

    def _wait(self, timeout):
        if not self._cond.wait_for(lambda: self._state != 0, timeout):
            self._break()
            raise BrokenBarrierError
        if self._state < 0:
            raise BrokenBarrierError

    def _break(self):
        self._state = -2
        self._cond.notify_all()

    def reset(self):
        with self._cond:
            if self._count > 0:
                if self._state in (0, -2):
                    self._state = -1
            else:
                self._state = 0
            self._cond.notify_all()

    def abort(self):
        with self._cond:
            self._break()

    @property
    def parties(self):
        return self._parties

    @property
    def n_waiting(self):
        return self._count if self._state == 0 else 0

    @property
    def broken(self):
        return self._state == -2


class Thread(_thread._Thread):
    """A thread of control: runs its target, or what a subclass's run does."""

    def __repr__(self):
        assert self._initialized, "Thread.__init__() was not called"
        status = "initial"
        if self._started:
            status = "started" if self.is_alive() else "stopped"
        if self._daemonic:
            status += " daemon"
        if self._ident is not None:
            status += f" {self._ident}"
        return f"<{self.__class__.__name__}({self._name}, {status})>"

    @property
    def name(self):
        assert self._initialized, "Thread.__init__() not called"
        return self._name

    @name.setter
    def name(self, name):
        assert self._initialized, "Thread.__init__() not called"
        self._name = str(name)

    def _report(self, error):
        """Called in the thread, with the exception that ended it."""
        args = ExceptHookArgs([type(error), error, error.__traceback__, self])
        hook = excepthook
        if hook is None:
            print("Exception in threading.excepthook: threading.excepthook is None", file=_sys.stderr)
            hook = __excepthook__
        try:
            hook(args)
        except Exception as error:
            error.__suppress_context__ = True
            if _sys is not None and _sys.excepthook is not None:
                print("Exception in threading.excepthook:", file=_sys.stderr, flush=True)
                _sys.excepthook(type(error), error, error.__traceback__)
        finally:
            args = None

    def isDaemon(self):
        _deprecated("isDaemon()", "get the daemon attribute")
        return self.daemon

    def setDaemon(self, daemonic):
        _deprecated("setDaemon()", "set the daemon attribute")
        self.daemon = daemonic

    def getName(self):
        _deprecated("getName()", "get the name attribute")
        return self.name

    def setName(self, name):
        _deprecated("setName()", "set the name attribute")
        self.name = name


ExceptHookArgs = _thread._ExceptHookArgs
excepthook = __excepthook__ = _thread._excepthook


class _MainThread(Thread):
    def __init__(self):
        Thread.__init__(self, name="MainThread", daemon=False)
        self._adopt()


class _DummyThread(Thread):
    """A thread that was not started through this module."""

    def __init__(self):
        Thread.__init__(self, name=_thread._new_name("Dummy"), daemon=True)
        if not self._adopt():
            alive = [thread for thread in _thread._threads() if thread.__class__ is int]
            for ident in _strays.keys() - alive:
                del _strays[ident]
            _strays[self._ident] = self

    def is_alive(self):
        return True

    def join(self, timeout=None):
        raise RuntimeError("cannot join a dummy thread")


class Timer(Thread):
    """Calls a function after some seconds, unless cancelled."""

    def __init__(self, interval, function, args=None, kwargs=None):
        Thread.__init__(self)
        self.interval = interval
        self.function = function
        self.args = args if args is not None else []
        self.kwargs = kwargs if kwargs is not None else {}
        self.finished = Event()

    def cancel(self):
        self.finished.set()

    def run(self):
        self.finished.wait(self.interval)
        if not self.finished.is_set():
            self.function(*self.args, **self.kwargs)
        self.finished.set()


def current_thread():
    # Threads may be false: a subclass may have a length.
    thread = _current()
    if thread is None:
        thread = _strays.get(get_ident())
        if thread is None:
            thread = _DummyThread()
    return thread


def currentThread():
    _deprecated("currentThread()", "use current_thread()")
    return current_thread()


def main_thread():
    return _main_thread


def enumerate():
    threads = []
    for thread in _thread._threads():
        if thread.__class__ is int:
            thread = _strays.get(thread)
        if thread is not None:
            threads.append(thread)
    return threads


def active_count():
    return len(enumerate())


def activeCount():
    _deprecated("activeCount()", "use active_count()")
    return active_count()


def __getattr__(name):
    if name == "_active":
        return {thread.ident: thread for thread in enumerate()}
    raise AttributeError(f"module 'threading' has no attribute {name!r}")


def _after_fork():
    """What a copy of the process calls: only the thread that made it is left."""
    global _main_thread
    current = current_thread()
    if isinstance(current, _DummyThread):
        current.__class__ = _MainThread
        current._name = "MainThread"
        current._daemonic = False
    _main_thread = current
    _strays.clear()
    if _current() is None:
        _strays[current._ident] = current


def _register_atexit(func, *arg, **kwargs):
    if _SHUTTING_DOWN:
        raise RuntimeError("can't register atexit after shutdown")
    _threading_atexits.append(lambda: func(*arg, **kwargs))


def _shutdown():
    """What the host calls at the end: exit functions, then all threads that are no daemons."""
    global _SHUTTING_DOWN
    _SHUTTING_DOWN = True
    if get_ident() == _main_thread._ident:
        _main_thread._set_done()
    while _threading_atexits:
        _threading_atexits.pop()()
    _thread._shutdown()


_current = _thread._current
_main_thread = _MainThread()
