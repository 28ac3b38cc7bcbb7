"""What py-threads are doing, shown on request, after a time or at a signal. Signals that end the process show nothing."""

import sys

_enabled = False
_timer = None
_signals = {}


def enable(file=sys.stderr, all_threads=True, c_stack=True):
    """Accepted: where natives cannot crash there is nothing to show."""
    global _enabled
    _descriptor(file)
    _enabled = True


def disable():
    """Whether it was enabled."""
    global _enabled
    before, _enabled = _enabled, False
    return before


def is_enabled():
    return _enabled


def _descriptor(file):
    if file is None:
        file = sys.stderr
        if file is None:
            raise RuntimeError("sys.stderr is None")
    if isinstance(file, int):
        if file < 0:
            raise ValueError("file is not a valid file descriptor")
        return file
    descriptor = file.fileno()
    file.flush()
    return descriptor


def _lines(frame):
    while frame is not None:
        code = frame.f_code
        yield f'  File "{code.co_filename}", line {frame.f_lineno} in {code.co_name}\n'
        frame = frame.f_back


def dump_traceback(file=sys.stderr, all_threads=True):
    """Write where this thread is, or what all py-threads are doing."""
    _write(_descriptor(file), sys._getframe(1), all_threads)


def _write(descriptor, frame, all_threads):
    import os
    if all_threads:
        import thread
        text = thread.report()
    else:
        text = "Stack (most recent call first):\n" + "".join(_lines(frame))
    os.write(descriptor, text.encode("ascii", "backslashreplace"))


def dump_traceback_later(timeout, repeat=False, file=sys.stderr, exit=False):
    """Write what all py-threads are doing after so many seconds, unless that is cancelled."""
    global _timer
    import threading
    if timeout <= 0:
        raise ValueError("timeout must be greater than 0")
    descriptor = _descriptor(file)
    cancel_dump_traceback_later()
    ended = threading.Event()

    def watch():
        while not ended.wait(timeout):
            _write(descriptor, sys._getframe(), True)
            if exit:
                import os
                os._exit(1)
            if not repeat:
                break

    _timer = ended
    threading.Thread(target=watch, name="faulthandler", daemon=True).start()


def cancel_dump_traceback_later():
    global _timer
    if _timer is not None:
        _timer.set()
        _timer = None


def register(signum, file=sys.stderr, all_threads=True, chain=False):
    """Write what py-threads are doing whenever the signal comes."""
    import signal
    descriptor = _descriptor(file)
    before = signal.getsignal(signum)

    def handler(number, frame):
        _write(descriptor, frame, all_threads)
        if chain and callable(before):
            before(number, frame)

    signal.signal(signum, handler)
    _signals.setdefault(signum, before)


def unregister(signum):
    """Whether there was anything to undo."""
    import signal
    if signum not in _signals:
        return False
    signal.signal(signum, _signals.pop(signum))
    return True
