# Builtins that call Python functions: map, filter, sorted, min, max, sum, any, all, reduce-like, iter(callable).
print(list(map(lambda x: x * 2, [1, 2])), list(map(max, [1, 5], [3, 2], [2, 9])), list(map(None.__class__, [])))
print(list(filter(lambda x: x % 2, range(6))), list(filter(None, [0, 1, "", "a"])))
print(min([3, 1, 2]), max("abc"), min(3, 1, key=lambda v: -v), max([], default="d"), min([[1, 2], [0]], key=len), max((1, 2), (1, 3)))
print(sum([1, 2], 10), sum([[1], [2]], []), sum([0.1] * 10), sum([]), sum((True, 2)), sum([1.5, 2]))
print(any([]), all([]), any([0, 1]), all([1, 0]), any(x > 2 for x in [1, 3]), all(map(str.isalpha, ["a", "1"])))
it = iter([1, 2, 3, 0, 4].__iter__().__next__, 0)
print(list(it))
print(sorted("bca"), sorted([1, 3, 2], reverse=True), sorted({"b": 1, "a": 2}), sorted([("b", 1), ("a", 1)], key=lambda t: t[1]))
print(list(zip([1, 2], "ab", (True, False, None))), list(zip()), list(enumerate("ab", 5)), list(reversed([1, 2])), list(reversed(range(3))))
for bad in ("min([])", "max()", "sum(['a'])", "sum('ab')", "sorted([1, 'a'])", "map(1)", "list(map(1, [2]))", "zip(1)", "list(zip([1], [1, 2], strict=True))", "list(zip([1, 2], [1], strict=True))", "enumerate()", "reversed({1})", "iter(5)", "iter(1, 2)", "next([])", "next(iter([]))", "all(5)", "min(1)", "min(1, 2, default=3)", "sum([1], start='a')", "filter(1)", "max(1, 'a')"):
    try:
        print(bad, eval(bad))
    except Exception as e:
        print(bad, "->", type(e).__name__, e)
def boom(x): raise KeyError(x)
for f in (lambda: list(map(boom, [1])), lambda: sorted([1, 2], key=boom), lambda: max([1], key=boom), lambda: list(filter(boom, [1])), lambda: any(boom(x) for x in [1]), lambda: sum(boom(x) for x in [1])):
    try:
        f()
    except KeyError as e:
        print("KeyError", e, end="; ")
print()
def nested(n):
    return sorted(range(n), key=lambda i: sum(map(lambda j: j, range(i))))
print(nested(5))
m = map(lambda x: x, [1]); print(next(m), next(m, "done"), iter(m) is m)
print(isinstance(True, (str, int)), issubclass(bool, int), issubclass(int, (str, float)), isinstance(1, int | str), isinstance("a", int | None))
print(next(iter("a"), 0), next(iter(""), 0), len(list(zip(range(3), range(100)))), dict(zip("ab", [1, 2])))
print(getattr(5, "nothing", "default"), hasattr(5, "real"), vars(type("T", (), {"a": 1})())if 0 else "", repr(abs), hash(1), id(None) == id(None), callable(map), chr(97), ord("b"), bin(5), oct(8), hex(255), bin(-5), ascii("é"))
