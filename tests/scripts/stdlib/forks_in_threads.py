"""os.fork in a thread: the copy has that thread alone, as its main one, and ends with the last thread."""

import os
import sys
import threading
import warnings

warnings.simplefilter("ignore")


def in_thread(body):
    print("--", body.__name__)
    sys.stdout.flush()
    thread = threading.Thread(target=body, name="forker")
    thread.start()
    thread.join()


def child(body):
    """Runs body in a copy of the process and prints how that ended."""
    process = os.fork()
    if process == 0:
        body()
        sys.stdout.flush()
        return
    print("exit code", os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))


def who_is_there():
    def report():
        current = threading.current_thread()
        print(current.name, current is threading.main_thread(), threading.active_count(), threading.get_ident() == current.ident)

    child(report)


def exits():
    child(lambda: os._exit(7))


def raises():
    child(lambda: sys.exit(5))


def starts_others():
    def body():
        def work():
            print("another thread", threading.active_count())
            sys.stdout.flush()

        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
            thread.join()

    child(body)


def forks_again():
    child(lambda: child(lambda: os._exit(3)))


held = threading.Lock()


def with_others_waiting():
    waiting = threading.Thread(target=held.acquire)
    waiting.start()
    child(lambda: print(threading.active_count(), waiting.is_alive()))
    held.release()
    waiting.join()


for body in (who_is_there, exits, raises, starts_others, forks_again):
    in_thread(body)
held.acquire()
in_thread(with_others_waiting)
print("the end")
