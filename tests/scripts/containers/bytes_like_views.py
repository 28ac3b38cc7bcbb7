# memoryview basics and bytearray resizing rules.
b = bytearray(b"hello"); m = memoryview(b)
print(len(m), m[0], m[-1], bytes(m[1:3]), m.tolist(), m.readonly, m.nbytes, m.itemsize, m.format, m == b"hello", m[1:3] == b"el", list(m[::2]))
m[0] = 72; m[1:3] = b"EL"; print(b)
for c in ("m[9]", "m[0] = 256", "m[0] = 'a'", "m[0:2] = b'abc'", "memoryview(b'ro')[0] = 1", "memoryview(5)", "b.append(1)", "m['x']"):
    try: exec(c); print(c, "ok")
    except Exception as e: print(c, type(e).__name__)
m.release(); b.append(33); print(b)
try: m[0]
except ValueError as e: print(type(e).__name__)
with memoryview(b"abc") as v: print(v.hex(), v.tobytes(), hash(v) == hash(b"abc"), 97 in v)
