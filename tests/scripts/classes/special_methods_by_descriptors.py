"""Special methods that are not functions but what a descriptor gives."""
import itertools
import operator


class Given:
    def __init__(self, function):
        self.function = function

    def __get__(self, instance, owner):
        return lambda *arguments: self.function(*arguments)


class A:
    __next__ = Given(lambda: 5)
    __iter__ = Given(lambda: A())
    __len__ = Given(lambda: 7)
    __getitem__ = Given(lambda k: k)
    __bool__ = Given(lambda: False)
    __hash__ = Given(lambda: 3)
    __repr__ = Given(lambda: 'A!')
    __enter__ = Given(lambda: 'in')
    __exit__ = Given(lambda *a: True)
    __eq__ = Given(lambda o: True)
    __lt__ = Given(lambda o: True)
    __add__ = Given(lambda o: 9)
    __iadd__ = Given(lambda o: 19)
    __contains__ = Given(lambda o: True)
    __call__ = Given(lambda *a: a)
    __format__ = Given(lambda s: 'F'+s)
    __index__ = Given(lambda: 2)
    __int__ = Given(lambda: 4)
    __float__ = Given(lambda: 4.5)
    __neg__ = Given(lambda: -1)
    __reversed__ = Given(lambda: iter([3]))
    __delitem__ = Given(lambda k: print('del', k))
    __setitem__ = Given(lambda k, v: print('set', k, v))
    __getattr__ = Given(lambda n: 'attr '+n)


a = A()
tests = [
    'next(a)',
    'next(iter(a))',
    'len(a)',
    'a[3]',
    'bool(a)',
    'hash(a)',
    'repr(a)',
    'a == 1',
    'a < 1',
    'sorted([A(), A()]) != 1',
    'a + 1',
    '5 in a',
    'a(1,2)',
    'f"{a:x}"',
    '[1,2,3][a]',
    'int(a)',
    'float(a)',
    '-a',
    'list(reversed(a))',
    'a.foo',
    'list(itertools.islice(a, 2))',
    'list(zip(a, [1,2]))',
    '[x for x, _ in zip(iter(a), range(2))]',
    'list(map(str, [a]))',
    'next(a, 0)',
    'operator.index(a)',
    '[*itertools.islice(map(int, a), 2)]',
    '(lambda x, y: x)(*itertools.islice(a, 2))',
    'max(a, a)',
    '{a: 1}[a]',
    'str(a)',
    '"%s %d" % (a, a)',
    'range(a)',
    'bytes(a)',
    'a.__next__()',
    'sum(itertools.islice(a, 3))',
    'dict(zip("ab", a))',
    'next(enumerate(a))',
    'any(itertools.islice(a,1))',
    'list(filter(None, itertools.islice(a,2)))',
    '[y for y in itertools.takewhile(lambda v: False, a)]',
    'next(itertools.chain(a))',
    'next(itertools.count(1))',
    'next(itertools.cycle(itertools.islice(a, 1)))',
    'a.__class__',
]
for test in tests:
    try:
        print(test, eval(test))
    except Exception as error:
        print(test, type(error).__name__, error)
with a as entered:
    print(entered)
    1 / 0
a[1] = 2
del a[1]
a += 1
print(a)


def generator():
    yield from itertools.islice(A(), 2)


print(list(generator()))
for item in A():
    print(item)
    break
x, y = itertools.islice(A(), 2)
