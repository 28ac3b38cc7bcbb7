"""What lives at the end is finalized, also when finalizers ran before, and while its module is whole."""

import gc


class Cycle:
    def __init__(self, name):
        self.cycle, self.name = self, name

    def __del__(self):
        print("ends:", self.name, gc is not None)


Cycle("first")
gc.collect()
kept = Cycle("kept")
