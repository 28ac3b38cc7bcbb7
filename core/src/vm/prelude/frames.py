# `f_locals` of a function's frame (PEP 667): reads and writes go to the variables of the frame as long as it is there.
# Given by the VM: names(frame), get(frame, name, default), put(frame, name, value), extra(frame), is_frame(value).


def proxy_class():
    missing = object()

    class FrameLocalsProxy:
        __slots__ = ("_frame",)

        def __init__(self, *arguments, **keywords):
            if keywords:
                raise TypeError("FrameLocalsProxy takes no keyword arguments")
            if len(arguments) != 1:
                raise TypeError(f"FrameLocalsProxy expected 1 argument, got {len(arguments)}")
            if not is_frame(arguments[0]):
                raise TypeError(f"expect frame, not {type(arguments[0]).__name__}")
            self._frame = arguments[0]

        def _all(self):
            frame = self._frame
            found = {name: get(frame, name, None) for name in names(frame)}
            found.update(extra(frame))
            return found

        def _variable(self, key):
            """The name of a variable that the key equals, else the key."""
            if type(key) is str:
                return key
            hash(key)
            for name in names(self._frame, True):
                if hash(name) == hash(key) and name == key:
                    return name
            return key

        def __getitem__(self, key):
            name = self._variable(key)
            value = get(self._frame, name, missing)
            if value is missing:
                value = extra(self._frame).get(name, missing)
            if value is missing:
                raise KeyError(f"local variable '{key}' is not defined")
            return value

        def __setitem__(self, key, value):
            name = self._variable(key)
            if not put(self._frame, name, value):
                extra(self._frame)[name] = value

        def __delitem__(self, key):
            name = self._variable(key)
            if name in names(self._frame, True):
                raise TypeError("cannot remove variables from FrameLocalsProxy")
            del extra(self._frame)[key]

        def __contains__(self, key):
            name = self._variable(key)
            return get(self._frame, name, missing) is not missing or name in extra(self._frame)

        def __len__(self):
            return len(self._all())

        def __iter__(self):
            return iter(self.keys())

        def __reversed__(self):
            return self.keys()[::-1]

        def __repr__(self):
            if self._frame in showing:
                return "{...}"
            showing.append(self._frame)
            try:
                return repr(self._all())
            finally:
                showing.remove(self._frame)

        def __eq__(self, other):
            if isinstance(other, FrameLocalsProxy):
                return self._frame is other._frame
            return self._all() == other if isinstance(other, dict) else NotImplemented

        __hash__ = None

        def __or__(self, other):
            if not isinstance(other, (dict, FrameLocalsProxy)):
                return NotImplemented
            return self.copy() | dict(other)

        def __ror__(self, other):
            if not isinstance(other, (dict, FrameLocalsProxy)):
                return NotImplemented
            return dict(other) | self.copy()

        def __ior__(self, other):
            if not isinstance(other, (dict, FrameLocalsProxy)):
                return NotImplemented
            self.update(other)
            return self

        def __reduce__(self):
            raise TypeError("cannot pickle 'FrameLocalsProxy' object")

        def keys(self):
            return list(self._all())

        def values(self):
            return list(self._all().values())

        def items(self):
            return list(self._all().items())

        def get(self, key, default=None, /):
            try:
                return self[key]
            except KeyError:
                return default

        def copy(self):
            return dict(self._all())

        def setdefault(self, key, default=None, /):
            if key not in self:
                self[key] = default
            return self[key]

        def update(self, other, /):
            if not isinstance(other, (dict, FrameLocalsProxy)) and not hasattr(other, "keys"):
                raise TypeError("update() argument must be dict or another FrameLocalsProxy")
            for key in other.keys():
                self[key] = other[key]

    showing = []
    FrameLocalsProxy.__module__ = "builtins"
    FrameLocalsProxy.__qualname__ = "FrameLocalsProxy"
    return FrameLocalsProxy
