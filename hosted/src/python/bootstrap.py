

# What follows is done by the host in CPython. Imports are done natively while there are no other finders in `sys.meta_path` than those set
# there below; the finders are for programs that ask them.

import _frozen, _imp, _thread, _warnings, _weakref, sys
import _frozen_importlib_external as _bootstrap_external


def _gcd_import(name, package=None, level=0):
    _sanity_check(name, package, level)
    if level > 0:
        name = _resolve_name(name, package, level)
    return _imp._import_module(name)


def _upgrade_spec(module):
    old = getattr(module, "__spec__", None)
    if type(old) is not type(sys.implementation):
        return
    if old.origin == "built-in":
        loader = BuiltinImporter
    elif old.has_location:
        loader = _bootstrap_external.SourceFileLoader(old.name, old.origin)
    else:
        loader = old.loader
    spec = ModuleSpec(old.name, loader, origin=old.origin)
    spec.submodule_search_locations = old.submodule_search_locations
    spec.has_location = old.has_location
    spec._initializing = old._initializing
    module.__spec__ = spec
    module.__loader__ = loader


_blocking_on = _WeakValueDictionary()
FrozenImporter.get_source = classmethod(lambda cls, fullname: _imp._source(fullname))
FrozenImporter.is_package = classmethod(lambda cls, fullname: _imp.is_frozen_package(fullname))
for _module in list(sys.modules.values()):
    _upgrade_spec(_module)
sys.meta_path.extend((BuiltinImporter, FrozenImporter))
_bootstrap_external._install(sys.modules[__name__])


def _upgrade_main(main):
    if main is not None and main.__spec__ is None and main.__loader__ is None:
        file = getattr(main, "__file__", None)
        main.__loader__ = BuiltinImporter if file is None else _bootstrap_external.SourceFileLoader("__main__", file)


_upgrade_main(sys.modules.get("__main__"))


class _LibraryFinder:
    """What lies in a folder of the library, as path hooks and `pkgutil` are asked for it. There is no such folder: the library is frozen."""

    def __init__(self, path):
        root = sys._stdlib_dir
        if not root or path != root and not path.startswith(root + "/"):
            raise ImportError("only for the library", path=path)
        self.path = path
        self._package = path[len(root) + 1:].replace("/", ".")

    def find_spec(self, fullname, target=None):
        return FrozenImporter.find_spec(fullname)

    def invalidate_caches(self):
        pass

    def iter_modules(self, prefix=""):
        for name in _frozen.names():
            package, _, last = name.rpartition(".")
            if package == self._package:
                yield prefix + last, _imp.is_frozen_package(name)


def _archive_hook(path):
    from zipimport import zipimporter
    return zipimporter(path)


sys.path_hooks[:0] = _LibraryFinder, _archive_hook
