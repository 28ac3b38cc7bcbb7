"""Method calls: a small stack machine with one method an instruction."""


class Machine:
    def __init__(self):
        self.stack = []
        self.executed = 0

    def push(self, value):
        self.stack.append(value)
        self.executed += 1

    def add(self):
        right = self.stack.pop()
        self.stack.append(self.stack.pop() + right)
        self.executed += 1

    def swap(self):
        stack = self.stack
        stack[-1], stack[-2] = stack[-2], stack[-1]
        self.executed += 1

    def depth(self):
        return len(self.stack)


class Tracing(Machine):
    def push(self, value):
        super().push(value & 0xFFFF)


def run(machine, rounds):
    machine.push(1)
    for i in range(rounds):
        machine.push(i)
        machine.swap()
        machine.add()
        if machine.depth() > 3:
            machine.add()
    return machine.stack[-1], machine.executed


print(run(Machine(), 1_200_000))
print(run(Tracing(), 1_200_000))
