# expected: by hand
# Finalizers, and natives that call Python, where a thread's small stack is just full: what they push goes to a new piece of it, and back.
import threading

class Key:
    def __init__(self, value): self.value = value
    def __hash__(self): return 1
    def __eq__(self, other): return self.value == other.value

class Counted:
    ended = 0
    def __del__(self): Counted.ended += 1

def look_up():
    return {Key(1): "found"}[Key(1)]

def fails():
    class Bad(Key):
        def __eq__(self, other): raise ValueError("no")
        __hash__ = Key.__hash__
    try: {Bad(1): 0}[Bad(1)]
    except ValueError as error: return str(error)

results = set()
for count in range(40):
    # A function with so many variables, called in so many ways that something ends exactly where the piece does.
    names = [f"v{index}" for index in range(count)]
    source = f"def body(depth, {', '.join(names)}):\n" if names else "def body(depth):\n"
    source += "    one, two = look_up(), fails()\n    Counted()\n    three = [depth]\n"
    source += f"    if depth: body(depth - 1{''.join(', ' + name for name in names)})\n"
    source += f"    results.add((one, two, three == [depth], ({''.join(name + ', ' for name in names)}) == tuple(range({count}))))\n"
    namespace = {"look_up": look_up, "fails": fails, "Counted": Counted, "results": results}
    exec(source, namespace)
    one = threading.Thread(target=namespace["body"], args=(12, *range(count)))
    one.start()
    one.join()
print(results, Counted.ended)
