# One gc.collect() calls the finalizers of a cycle and frees it, unless they bring it back.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.me = self
        self.name = name

    def __del__(self):
        print("finalized", self.name)
        if self.name == "back":
            saved.append(self)


saved = []
gc.collect()
for name in "gone", "back":
    node = Node(name)
    reference = weakref.ref(node)
    del node
    print(gc.collect() > 0, name)
    print(len(saved), name == "back" or reference() is None)
saved[0].me = None
saved.clear()
