# Proxies: kinds, one for all without callbacks, what they forward; arguments of weak references.
import weakref


class Target:
    def __call__(self):
        return "called"

    def __ifloordiv__(self, other):
        return f"//= {other}"

    def __matmul__(self, other):
        return f"@ {other}"


class Silent:
    def __bytes__(self):
        return b"bytes"


target, silent = Target(), Silent()
proxy, mute = weakref.proxy(target), weakref.proxy(silent)
print(type(proxy) is weakref.CallableProxyType, type(mute) is weakref.ProxyType, callable(proxy), callable(mute), proxy())
print(weakref.proxy(target) is proxy, weakref.proxy(target, None) is proxy, weakref.proxy(target, print) is proxy)
reference = weakref.ref(target)
print(weakref.getweakrefcount(target), weakref.getweakrefs(target)[0] is reference, weakref.getweakrefs(target)[1] is proxy)
print(proxy @ 2, bytes(mute), "__bytes__" in dir(weakref.ProxyType))
proxy //= 3
print(proxy)


class Sub(weakref.ref):
    pass


thing = Silent()
first, second = Sub(thing), weakref.ref(thing)
print(weakref.getweakrefs(thing)[0] is second, weakref.ref(thing) is second)
for call in (lambda: second.__init__(0, 0, 0, 0), lambda: mute.x):
    try:
        call()
    except (TypeError, AttributeError) as error:
        print(type(error).__name__, error)
del silent
try:
    mute.x
except ReferenceError as error:
    print(error)
