# isinstance and issubclass where one of the two is no class but has `__bases__`, or claims a `__class__` that is no class.


def bases_of(cls):
    try:
        bases = cls.__bases__
    except AttributeError:
        return None
    return bases if isinstance(bases, tuple) else None


def derives(cls, other):
    while True:
        if cls is other:
            return True
        bases = bases_of(cls)
        if not bases:
            return False
        if len(bases) > 1:
            break
        cls = bases[0]
    for base in bases:
        if derives(base, other):
            return True
    return False


def is_instance(value, cls):
    if bases_of(cls) is None:
        raise TypeError("isinstance() arg 2 must be a type, a tuple of types, or a union")
    try:
        own = value.__class__
    except AttributeError:
        return False
    return derives(own, cls)


def is_subclass(cls, other):
    if bases_of(cls) is None:
        raise TypeError("issubclass() arg 1 must be a class")
    if bases_of(other) is None:
        raise TypeError("issubclass() arg 2 must be a class, a tuple of classes, or a union")
    return derives(cls, other)
