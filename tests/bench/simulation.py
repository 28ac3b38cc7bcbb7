"""Object simulation: a bank with queues, properties and events in time order."""


class Random:
    def __init__(self, seed):
        self._state = seed

    def below(self, limit):
        self._state = (self._state * 69069 + 1) & 0xFFFFFFFF
        return (self._state >> 16) % limit


class Customer:
    __slots__ = ("arrival", "amount")

    def __init__(self, arrival, amount):
        self.arrival = arrival
        self.amount = amount


class Clerk:
    def __init__(self, speed):
        self.speed = speed
        self.line = []
        self.busy_until = 0
        self.served = 0

    @property
    def load(self):
        return len(self.line) * 10 + self.speed

    def step(self, now):
        if self.line and now >= self.busy_until:
            customer = self.line.pop(0)
            self.busy_until = now + customer.amount // self.speed + 1
            self.served += 1
            return now - customer.arrival
        return None


class Bank:
    closing = 300_000

    def __init__(self, clerks):
        self.random = Random(99)
        self.clerks = [Clerk(speed) for speed in range(2, 2 + clerks)]
        self.waited = 0
        self.turned_away = 0

    def choose(self):
        best = self.clerks[0]
        for clerk in self.clerks:
            if clerk.load < best.load:
                best = clerk
        return best

    def run(self):
        for now in range(self.closing):
            if self.random.below(3):
                customer = Customer(now, self.random.below(40))
                clerk = self.choose()
                if clerk.load > 100:
                    self.turned_away += 1
                else:
                    clerk.line.append(customer)
            for clerk in self.clerks:
                waited = clerk.step(now)
                if waited is not None:
                    self.waited += waited

    def report(self):
        return [clerk.served for clerk in self.clerks], self.waited, self.turned_away


def main():
    for clerks in (3, 4, 5):
        bank = Bank(clerks)
        bank.run()
        print(*bank.report())


main()
