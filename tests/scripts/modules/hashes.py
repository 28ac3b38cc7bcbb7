# Hash functions: digests as published, and what the objects can do.

import _blake2
import _md5
import _sha1
import _sha2
import _sha3


def show(function, *arguments, **keywords):
    try:
        result = function(*arguments, **keywords)
    except Exception as error:
        result = f"{type(error).__name__}: {error}"
    print(result)


makers = [_md5.md5, _sha1.sha1, _sha2.sha224, _sha2.sha256, _sha2.sha384, _sha2.sha512, _sha3.sha3_224, _sha3.sha3_256, _sha3.sha3_384, _sha3.sha3_512, _blake2.blake2b, _blake2.blake2s]
for make in makers:
    empty = make()
    print(empty.name, empty.digest_size, empty.block_size, type(empty))
    print(empty.hexdigest())
    h = make(b"abc")
    copy = h.copy()
    h.update(bytearray(b"d" * 1000))
    h.update(memoryview(b"e"))
    print(copy.hexdigest(), h.digest().hex(), h.digest() == make(b"abc" + b"d" * 1000 + b"e").digest())
for make in (_sha3.shake_128, _sha3.shake_256):
    h = make(b"abc")
    print(h.name, h.digest_size, h.block_size, h.hexdigest(10), h.digest(0), len(h.digest(1000)), h._capacity_bits, h._rate_bits, h._suffix)
    show(h.hexdigest, -1)
    show(h.hexdigest)
    show(h.digest, 1 << 29)
show(_md5.md5, "text")
show(_md5.md5, 3)
show(_md5.md5().update, "text")
show(_md5.md5().update, None)
print(_sha2.sha256(b"x", usedforsecurity=False).hexdigest() == _sha2.sha256(b"x").hexdigest())
h = _sha3.sha3_256(b"x")
print(h._capacity_bits, h._rate_bits, h._suffix)

print("-- BLAKE2")
print(_blake2.blake2b.SALT_SIZE, _blake2.blake2b.PERSON_SIZE, _blake2.blake2b.MAX_KEY_SIZE, _blake2.blake2b.MAX_DIGEST_SIZE)
print(_blake2.blake2s.SALT_SIZE, _blake2.blake2s.PERSON_SIZE, _blake2.blake2s.MAX_KEY_SIZE, _blake2.blake2s.MAX_DIGEST_SIZE)
for make in (_blake2.blake2b, _blake2.blake2s):
    print(make(b"data", digest_size=20).hexdigest(), make(b"data", key=b"secret").hexdigest())
    print(make(b"data", salt=b"salt", person=b"person").hexdigest())
    print(make(b"leaf", fanout=2, depth=2, leaf_size=4096, node_offset=1, node_depth=0, inner_size=16, last_node=True).hexdigest())
    for wrong in (
        {"digest_size": 0}, {"digest_size": 65}, {"key": b"k" * 65}, {"salt": b"s" * 17}, {"person": b"p" * 17}, {"fanout": 256}, {"fanout": -1}, {"depth": 0},
        {"depth": 256}, {"node_depth": 256}, {"inner_size": 65}, {"key": "text"},
    ):
        show(make, b"", **wrong)
