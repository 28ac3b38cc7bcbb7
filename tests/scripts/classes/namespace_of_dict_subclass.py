# A class body whose namespace is a subclass of dict: what it lacks is a global or a builtin.
class Namespace(dict):
    def __setitem__(self, key, value):
        super().__setitem__(key, value)
class Meta(type):
    @classmethod
    def __prepare__(metaclass, name, bases, **keywords): return Namespace()
    def __new__(metaclass, name, bases, namespace, **keywords):
        return super().__new__(metaclass, name, bases, dict(namespace))
word = "abcd"
class Base(metaclass=Meta):
    @classmethod
    def one(cls): return 1
    size = len(word)
    del size
    try: del size
    except NameError as e: print(e)
    twice = word * 2
print(Base.one(), Base.twice, hasattr(Base, "size"))
class Asking(dict):
    def __missing__(self, key):
        if key.startswith("auto"): return key
        raise KeyError(key)
class AskingMeta(Meta):
    @classmethod
    def __prepare__(metaclass, name, bases, **keywords): return Asking()
class Automatic(metaclass=AskingMeta):
    a = auto_one
    b = len(auto_two)
    try: nothing
    except NameError as e: print(e)
print(Automatic.a, Automatic.b)
exec("print(len(word), x)", {"word": word}, Namespace(x=3))
