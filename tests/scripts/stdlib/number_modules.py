"""decimal, fractions, statistics, random."""
import decimal
import fractions
import random
import statistics
from decimal import Decimal

print(Decimal("1.10") + Decimal(2), Decimal(1) / 3, Decimal("2").sqrt(), Decimal("123.456").quantize(Decimal("0.01")))
with decimal.localcontext() as context:
    context.prec = 5
    print(Decimal(1) / 7)
try:
    Decimal(1) / 0
except decimal.DivisionByZero as error:
    print(type(error).__name__)
print(f"{Decimal('1234567.891'):,.2f}", Decimal("1E+3"), Decimal("NaN"), Decimal(0.1))
print(fractions.Fraction("1/3") + fractions.Fraction(1, 6), fractions.Fraction(0.125), fractions.Fraction(7, 3).limit_denominator(2))
data = [1, 2, 2, 3, 10]
print(statistics.mean(data), statistics.median(data), statistics.mode(data), round(statistics.stdev(data), 6), statistics.quantiles(data))
random.seed(42)
print([random.randint(1, 100) for _ in range(5)], random.random(), random.choice("abcdef"))
items = list(range(10))
random.shuffle(items)
print(items, random.sample(range(100), 4), round(random.gauss(0, 1), 9), random.choices("ab", weights=[1, 9], k=6))
