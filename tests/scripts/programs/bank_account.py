class InsufficientFunds(Exception):
    def __init__(self, balance, amount):
        super().__init__(f"balance {balance} is less than {amount}")
        self.balance, self.amount = balance, amount
class Account:
    _next = 1
    def __init__(self, owner, balance=0):
        self.owner, self._balance = owner, balance
        self.number = Account._next; Account._next += 1
        self.history = []
    @property
    def balance(self): return self._balance
    def deposit(self, amount):
        if amount <= 0: raise ValueError("amount must be positive")
        self._balance += amount; self.history.append(("deposit", amount)); return self
    def withdraw(self, amount):
        if amount > self._balance: raise InsufficientFunds(self._balance, amount)
        self._balance -= amount; self.history.append(("withdraw", amount)); return self
    def __repr__(self): return f"{type(self).__name__}({self.owner!r}, {self._balance:.2f})"
    def __lt__(self, other): return self.balance < other.balance
class Savings(Account):
    def __init__(self, owner, balance=0, *, rate=0.05): super().__init__(owner, balance); self.rate = rate
    def add_interest(self): return self.deposit(self.balance * self.rate)
accounts = [Account("ann", 100), Savings("bob", 200, rate=0.1), Account("cy")]
accounts[0].deposit(50).withdraw(30); accounts[1].add_interest()
for bad in (lambda: accounts[2].withdraw(1), lambda: accounts[2].deposit(-1), lambda: setattr(accounts[0], "balance", 5)):
    try: bad()
    except (InsufficientFunds, ValueError, AttributeError) as e: print(type(e).__name__, e)
print(sorted(accounts), max(accounts), [a.number for a in accounts], accounts[0].history)
print({a.owner: a.balance for a in accounts}, sum(a.balance for a in accounts))
