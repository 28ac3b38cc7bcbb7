import sys, time
print(isinstance(sys.version, str), sys.version_info[:1], sys.version_info.major, sys.maxsize > 2**30, sys.byteorder in ("little", "big"), isinstance(sys.path, list), isinstance(sys.argv, list), isinstance(sys.modules, dict), isinstance(sys.platform, str), hasattr(sys, "implementation"))
sys.stdout.write("written\n"); print("to stderr", file=sys.stderr); print("flush", flush=True); sys.stdout.flush()
t = time.time(); m = time.monotonic(); p = time.perf_counter(); c = time.process_time()
time.sleep(0.02)
print(t > 1.6e9, time.monotonic() - m >= 0.02, time.perf_counter() - p >= 0.02, time.process_time() >= c, isinstance(time.time_ns(), int), time.perf_counter_ns() > 0)
try: time.sleep(-1)
except ValueError as e: print(e)
print(sys.getrefcount([]) >= 1, sys.getsizeof([]) > 0, sys.intern("a") is sys.intern("a"), sys.float_info.max, sys.float_info.epsilon, sys.maxunicode, sys.hash_info.modulus)
class Out:
    def __init__(self): self.s = []
    def write(self, x): self.s.append(x); return len(x)
    def flush(self): self.s.append("<flush>")
old = sys.stdout; sys.stdout = o = Out(); print("captured", 1); print("x", flush=True); sys.stdout = old; print(o.s)
print("to object", file=(p := Out())); print(p.s)
try: print("x", file=5)
except AttributeError as e: print(e)
sys.stdout = None; print("nowhere"); sys.stdout = old
def hook(t, v, tb): pass
print(callable(sys.excepthook), callable(sys.displayhook)); sys.displayhook(5); sys.displayhook(None)
