# Generic aliases and unions whose arguments are aliases of `typing`, which are Python objects, get their type parameters replaced.


def substitute(argument, parameters, given):
    for parameter, replacement in zip(parameters, given):
        if argument is parameter:
            return replacement
    if isinstance(argument, type):
        return argument
    inner = getattr(argument, "__parameters__", ())
    return argument[tuple(substitute(parameter, parameters, given) for parameter in inner)] if inner else argument


def subscript(alias, given, parameters):
    cls = type(alias)
    arguments = tuple(substitute(argument, parameters, given) for argument in alias.__args__)
    if alias.__origin__ is cls:
        return cls[arguments]
    result = cls(alias.__origin__, arguments)
    return next(iter(result)) if alias.__unpacked__ else result
