# Natives that make their thread wait, called by natives that call back.
import _thread, functools, itertools, threading, time
print(list(map(time.sleep, [0.001, 0.001])), sorted([0.003, 0.001], key=lambda span: (time.sleep(span), span)[1]))
def opener(*locks):
    for lock in locks:
        time.sleep(0.002)
        lock.release()
def closed(count):
    locks = [_thread.allocate_lock() for _ in range(count)]
    for lock in locks: lock.acquire()
    threading.Thread(target=opener, args=locks).start()
    return locks
print(list(map(lambda lock: lock.acquire(), closed(3))), [value for value in map(_thread.LockType.acquire, closed(2))])
print(list(filter(_thread.LockType.acquire, closed(2))) != [], sum(map(_thread.LockType.acquire, closed(3))))
print(functools.reduce(lambda total, lock: total + lock.acquire(), closed(3), 0), functools.partial(closed(1)[0].acquire)())
print(list(itertools.starmap(lambda lock: lock.acquire(), [closed(1)])), max(closed(2), key=_thread.LockType.acquire) is not None)
print(any(map(time.sleep, [0.001])), min([0.002, 0.001], key=lambda span: (time.sleep(span), span)[1]), [*map(time.sleep, (0,))], dict(zip("a", map(time.sleep, (0.001,)))))
threads = [threading.Thread(target=time.sleep, args=(0.002,)) for _ in range(3)]
for thread in threads: thread.start()
print(list(map(threading.Thread.join, threads)))
