# Code objects: equality, hashes, copies with other attributes.
def make(default=0.0):
    def function(a, b, /, c, *, d):
        return [a, b, c, d, lambda: a]
    return function


code = make().__code__
print(code == make().__code__, hash(code) == hash(make().__code__), code is make().__code__)
copy = code.replace()
print(copy == code, hash(copy) == hash(code), copy is code)
for change in ({"co_name": "other"}, {"co_firstlineno": 1000}, {"co_posonlyargcount": 0}):
    other = code.replace(**change)
    print(change, other == code)
    (name, value), = change.items()
    print(getattr(other, name) == value)
print(code == 1, code != copy)


def parameters(code):
    function = make()
    function.__code__ = code
    try:
        return function(1, b=2, c=3, d=4)[:4]
    except TypeError as error:
        return error


print(parameters(code))
print(parameters(code.replace(co_posonlyargcount=1)))
one, other = compile("0.0", "f", "eval"), compile("-0.0", "f", "eval")
print(one == other, compile("1", "f", "eval") == compile("True", "f", "eval"), compile("(1, 2)", "f", "eval") == compile("(1, 2)", "f", "eval"))

module = compile("def f():\n    return 'f of ' + __name__\nresult = f()", "name", "exec")
changed = module.replace(co_consts=tuple(value.replace(co_filename="elsewhere") if hasattr(value, "co_code") or hasattr(value, "co_name") else value for value in module.co_consts))
namespace = {"__name__": "here"}
exec(changed, namespace)
print(namespace["result"], namespace["f"].__code__.co_filename)
