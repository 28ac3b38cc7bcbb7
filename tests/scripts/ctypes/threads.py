# Foreign calls and threads: others run meanwhile; callbacks come on any OS thread, also on one that C made.
import threading, time
from ctypes import *

libc = CDLL(None)
libc.usleep.argtypes = [c_uint]

# While a call blocks, others run.
ran = []
stop = threading.Event()

def counting():
    while not stop.is_set():
        ran.append(1)
        time.sleep(0.001)

thread = threading.Thread(target=counting)
thread.start()
libc.usleep(100000)
stop.set()
thread.join()
print(len(ran) > 5)

# Several block at once.
begin = time.monotonic()
threads = [threading.Thread(target=libc.usleep, args=(200000,)) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(time.monotonic() - begin < 1.0)

# A read that another thread satisfies.
import os
ours, theirs = os.pipe()
libc.read.argtypes = [c_int, c_void_p, c_size_t]
buffer = create_string_buffer(10)
threading.Timer(0.05, lambda: os.write(theirs, b"hello")).start()
print(libc.read(ours, buffer, 10), buffer.value)

# A callback that waits for a lock that another thread releases.
lock = threading.Lock()
lock.acquire()
compare_type = CFUNCTYPE(c_int, POINTER(c_int), POINTER(c_int))
order = []

def releasing():
    time.sleep(0.05)
    order.append("released")
    lock.release()

def compare(a, b):
    with lock:
        order.append("compared")
    return a[0] - b[0]

thread = threading.Thread(target=releasing)
thread.start()
numbers = (c_int * 2)(2, 1)
libc.qsort(numbers, 2, sizeof(c_int), compare_type(compare))
thread.join()
print(order[:2], list(numbers))

# An OS thread that C makes.
libpthread = CDLL(None)
start_type = CFUNCTYPE(c_void_p, c_void_p)
libpthread.pthread_create.argtypes = [POINTER(c_ulong), c_void_p, start_type, c_void_p]
libpthread.pthread_join.argtypes = [c_ulong, c_void_p]
idents = []
main = threading.get_ident()

def started(number):
    idents.append(threading.get_ident())
    me = threading.current_thread()
    print("in C's thread:", number, type(me).__name__, me.daemon, me is threading.main_thread(), threading.get_ident() != main)
    return number

start = start_type(started)

def create(argument, start=start):
    handle = c_ulong()
    assert libpthread.pthread_create(byref(handle), None, start, argument) == 0
    return handle

for number in (1, 2):
    handle = create(number)
    result = c_void_p()
    libpthread.pthread_join(handle, byref(result))
    print("joined", result.value)

# It comes while the main thread waits for something that only it can bring.
event = threading.Event()
handle = create(5, setting := start_type(lambda number: event.set()))
print("waited", event.wait())
libpthread.pthread_join(handle, None)

# Many at once, blocking in the callback, with work for others.
gate = threading.Lock()
gate.acquire()
total = 0
counted = threading.Lock()

def many(number):
    global total
    with gate:
        pass
    for _ in range(100):
        with counted:
            total += number
    return None

many_type = start_type(many)
handles = [create(number + 1, many_type) for number in range(10)]
time.sleep(0.05)
gate.release()
for handle in handles:
    libpthread.pthread_join(handle, None)
print(total)

# A thread of C's that makes a thread of Python's, and waits for it.
def parent(number):
    child = threading.Thread(target=order.append, args=("child",))
    child.start()
    child.join()
    return None

handle = create(0, parent_type := start_type(parent))
libpthread.pthread_join(handle, None)
print(order[-1])

# Locals of a thread that C made go with it.
local = threading.local()
local.value = "main"

def with_local(number):
    print(hasattr(local, "value"))
    local.value = number
    return None

local_type = start_type(with_local)
for _ in range(2):
    libpthread.pthread_join(create(3, local_type), None)
print(local.value)

# A callback in a Python thread, whose calls block.
def blocking(a, b):
    libc.usleep(1000)
    return a[0] - b[0]

results = []

def sorting():
    numbers = (c_int * 5)(5, 4, 3, 2, 1)
    libc.qsort(numbers, 5, sizeof(c_int), compare_type(blocking))
    results.append(list(numbers))

threads = [threading.Thread(target=sorting) for _ in range(6)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(results == [[1, 2, 3, 4, 5]] * 6)

# errno is each thread's own.
set_errno(1)
seen = []

def other():
    seen.append(get_errno())
    set_errno(2)
    seen.append(get_errno())

thread = threading.Thread(target=other)
thread.start()
thread.join()
print(seen, get_errno())

# A callback waits while another thread is inside a long call: it goes on in time all the same.
begin = time.monotonic()

def napping(a, b):
    time.sleep(0.02)
    return a[0] - b[0]

thread = threading.Thread(target=lambda: (time.sleep(0.01), libc.usleep(900000)))
thread.start()
numbers = (c_int * 2)(2, 1)
libc.qsort(numbers, 2, sizeof(c_int), compare_type(napping))
print(list(numbers), time.monotonic() - begin < 0.6)
thread.join()
