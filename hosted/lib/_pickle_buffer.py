"""`PickleBuffer`, which CPython has in `_pickle`."""


class PickleBuffer:
    """Wrapper for potentially out-of-band buffers."""

    __module__ = "pickle"
    __slots__ = ("_view", "__weakref__")

    def __init__(self, object, /):
        # Any buffer will do: that it is in one piece is asked when it is pickled.
        self._view = memoryview(object)

    def __init_subclass__(cls):
        raise TypeError("type 'pickle.PickleBuffer' is not an acceptable base type")

    def __buffer__(self, flags):
        if self._view is None:
            raise ValueError("operation forbidden on released PickleBuffer object")
        return self._view.__buffer__(flags)

    def raw(self):
        """Return a memoryview of the raw memory underlying this buffer."""
        if self._view is None:
            raise ValueError("operation forbidden on released PickleBuffer object")
        view = self._view
        if not view.contiguous:
            raise BufferError("cannot extract raw buffer from non-contiguous buffer")
        return view.cast("B") if view.ndim != 1 or view.format != "B" else memoryview(view)

    def release(self):
        """Release the underlying buffer."""
        if self._view is not None:
            self._view.release()
            self._view = None
