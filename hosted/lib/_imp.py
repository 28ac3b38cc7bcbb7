"""What importlib asks of the import machinery."""

import _thread
from _frozen import cache_magic, create_builtin as _create_builtin, get_frozen_object, import_module as _import_module, is_builtin, is_frozen, is_frozen_package, source as _source

check_hash_based_pycs = "default"
pyc_magic_number_token = cache_magic()
_lock = _thread.RLock()


def acquire_lock():
    _lock.acquire()


def release_lock():
    try:
        _lock.release()
    except RuntimeError:
        raise RuntimeError("not holding the import lock") from None


def lock_held():
    return _lock.locked()


def create_builtin(spec):
    return _create_builtin(spec.name)


def exec_builtin(module):
    return 0


def source_hash(key, source):
    """A hash of a source file, for compiled files that are known by it."""
    import hashlib
    return hashlib.blake2b(source, digest_size=8, key=key.to_bytes(8, "little")).digest()


def _fix_co_filename(code, path):
    """Done by whoever loads the code."""


def find_frozen(name, /, *, withdata=False):
    if not is_frozen(name):
        return None
    return None, is_frozen_package(name), name


def extension_suffixes():
    return []


def _override_frozen_modules_for_tests(override, /):
    """Accepted: the library is always frozen."""


def _override_multi_interp_extensions_check(override, /):
    """Accepted: there is one interpreter. Returns what was set before."""
    return 0
