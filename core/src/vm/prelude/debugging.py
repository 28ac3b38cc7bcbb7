# breakpoint(): what sys.breakpointhook does when nobody replaced it.


def breakpoint_hook(*args, **kws):
    import warnings
    try:
        from os import environ
    except ImportError:
        environ = {}
    name = environ.get("PYTHONBREAKPOINT")
    if name == "0":
        return None
    name = name or "pdb.set_trace"
    module, _, function = name.rpartition(".")
    try:
        if "" in name.split("."):
            raise ImportError
        hook = getattr(__import__(module or "builtins", fromlist=[function]), function)
    except (ImportError, AttributeError, ValueError):
        warnings.warn(f'Ignoring unimportable $PYTHONBREAKPOINT: "{name}"', RuntimeWarning, stacklevel=2)
        return None
    return hook(*args, **kws)


def breakpoint(*args, **kws):
    import sys
    try:
        hook = sys.breakpointhook
    except AttributeError:
        raise RuntimeError("lost sys.breakpointhook") from None
    return hook(*args, **kws)
