

def _place(spec):
    """The file that a module says it lies in: frozen ones have one too."""
    return getattr(spec.loader_state, "filename", None) or spec.origin
