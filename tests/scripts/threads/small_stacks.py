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

class Deep:
    def __del__(self, first=1, second=2): down(3)

def down(depth): return depth and down(depth - 1)

def leaves_one_behind():
    # Its finalizer runs when the result is on its way from one piece of the stack to the one before.
    left = Deep()
    return "result"

results = set()
for count in range(40):
    names = [f"v{index} = {index}" for index in range(count)]
    namespace = {"leaves_one_behind": leaves_one_behind, "results": results}
    exec("def body():\n    " + "; ".join(names + ["results.add(leaves_one_behind())"]), namespace)
    one = threading.Thread(target=namespace["body"])
    one.start()
    one.join()
print(results)
