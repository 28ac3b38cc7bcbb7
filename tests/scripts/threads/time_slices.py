# expected: by hand
# Slices end by time too: a loop whose every step works long in a native does not keep others waiting.
import thread, threading, time

def longest_pause(step, seconds=0.2):
    """How long a thread that only yields has to wait for its turn, while another one is in natives all the time."""
    stop = False
    def hog():
        while not stop: step()
    worker = threading.Thread(target=hog)
    worker.start()
    for _ in range(50): thread.sched_yield()
    pauses = []
    end = time.monotonic() + seconds
    while (before := time.monotonic()) < end:
        thread.sched_yield()
        pauses.append(time.monotonic() - before)
    stop = True
    worker.join()
    pauses.sort()
    return pauses[len(pauses) // 2], len(pauses)

numbers = [(value * 7919) % 100_003 for value in range(20_000)]
names = [str(value) for value in numbers]
big = 7 ** 20_000
text = "x" * 1_000_000
steps = {
    "sorted": lambda: sorted(numbers), "sort": lambda: names.copy().sort(), "multiply": lambda: big * big * big, "search": lambda: text.find("y"), "count": lambda: names.count("none"), "sum": lambda: sum(numbers),
    "replace": lambda: text.replace("x", "yz"), "copy": lambda: (text + "a"), "join": lambda: "".join(names), "repr": lambda: repr(numbers), "hex": lambda: hex(big),
}
for name, step in steps.items():
    began = time.perf_counter(); step(); took = time.perf_counter() - began
    pause, count = longest_pause(step)
    # One step, or a slice; the machine may be busy.
    allowed = 10 * max(took, 0.005)
    print(name, "ok" if pause < allowed else f"waited {pause:.4f} s ({count}), a step takes {took:.4f} s")
