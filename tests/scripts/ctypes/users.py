# What in the library uses ctypes, and finds libraries.
import ctypes, ctypes.util, uuid
from ctypes import wintypes

name = ctypes.util.find_library("c")
print(name is not None and ctypes.CDLL(name).abs(-1))
print(ctypes.util.find_library("no-such-library"))
print(len(str(uuid.uuid1())), uuid.uuid4().version)
print(ctypes.sizeof(wintypes.DWORD), ctypes.c_size_t.__name__)
print(ctypes.cdll.LoadLibrary(None).abs(-7), ctypes.pythonapi is not None)
try:
    ctypes.cdll.no_such_library
except AttributeError as error:
    print("AttributeError", error)
