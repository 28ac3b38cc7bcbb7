# expected: by hand
"""sys.unraisablehook gets what cannot be raised: from __del__, from a weak reference's callback, from a coroutine that nobody awaited."""
import sys
import warnings
import weakref


def hook(args):
    message = args.err_msg.partition(" <")[0]
    print(args.exc_type.__name__, args.exc_value, args.exc_traceback is not None, message, args.object)


class Broken:
    def __del__(self):
        1 / 0


def callback(reference):
    raise ValueError("in the callback")


sys.unraisablehook = hook
Broken()
target = Broken.__class__("Target", (), {})()
reference = weakref.ref(target, callback)
del target


async def forgotten():
    pass


with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    forgotten()
print([str(warning.message) for warning in caught])
with warnings.catch_warnings():
    warnings.simplefilter("error")
    forgotten()

sys.set_coroutine_origin_tracking_depth(1)
coroutine = forgotten()
print(coroutine.cr_origin[0][2], sys.get_coroutine_origin_tracking_depth())
coroutine.close()
sys.set_coroutine_origin_tracking_depth(0)


def failing(args):
    raise KeyError("hook")


sys.unraisablehook = sys.__unraisablehook__
try:
    sys.unraisablehook(3)
except TypeError as error:
    print(error)
