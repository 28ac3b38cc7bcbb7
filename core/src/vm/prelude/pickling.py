# What copy and pickle ask of every object. `refusal` is the message for an object whose type keeps more in it than attributes.


def reduce_ex(value, protocol, refusal):
    if type(value).__reduce__ is not object.__reduce__:
        return value.__reduce__()
    return reduce(value, protocol, refusal)


def reduce(value, protocol, refusal):
    import copyreg
    if protocol < 2:
        return copyreg._reduce_ex(value, protocol)
    cls = type(value)
    arguments, keywords = (), {}
    made_of_arguments = True
    if hasattr(cls, "__getnewargs_ex__"):
        arguments, keywords = new_arguments(value.__getnewargs_ex__())
    elif hasattr(cls, "__getnewargs__"):
        arguments = value.__getnewargs__()
        if not isinstance(arguments, tuple):
            raise TypeError(f"__getnewargs__ should return a tuple, not '{type(arguments).__name__}'")
    else:
        made_of_arguments = False
    is_list, is_dict = isinstance(value, list), isinstance(value, dict)
    if keywords:
        maker = copyreg.__newobj_ex__, (cls, arguments, keywords)
    else:
        maker = copyreg.__newobj__, (cls, *arguments)
    if cls.__getstate__ is not object.__getstate__:
        state = value.__getstate__()
    elif refusal and not (made_of_arguments or is_list or is_dict):
        raise TypeError(refusal)
    else:
        state = state_of(value)
    return *maker, state, iter(value) if is_list else None, iter(value.items()) if is_dict else None


def new_arguments(pair):
    if not isinstance(pair, tuple):
        raise TypeError(f"__getnewargs_ex__ should return a tuple, not '{type(pair).__name__}'")
    if len(pair) != 2:
        raise ValueError(f"__getnewargs_ex__ should return a tuple of length 2, not {len(pair)}")
    for place, item, kind in (("first", pair[0], tuple), ("second", pair[1], dict)):
        if not isinstance(item, kind):
            raise TypeError(f"{place} item of the tuple returned by __getnewargs_ex__ must be a {kind.__name__}, not '{type(item).__name__}'")
    return pair


def state_of(value):
    import copyreg
    state = getattr(value, "__dict__", None) or None
    slots = {name: getattr(value, name) for name in copyreg._slotnames(type(value)) if hasattr(value, name)}
    return (state, slots) if slots else state


def reduce_set(value):
    return type(value), (list(value),), value.__getstate__()


def reduce_deque(value):
    arguments = () if value.maxlen is None else ((), value.maxlen)
    return type(value), arguments, value.__getstate__(), iter(value)


def reduce_ordered(value):
    return type(value), (), value.__getstate__(), None, iter(value.items())
