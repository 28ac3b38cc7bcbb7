# Messages of common runtime errors.
class C:
    x = 1
    def m(self): pass
tests = """
undefined_name
[].nothing
C().nothing
C.nothing
C().m.nothing
'a' + 1
1 + 'a'
[1] + 'a'
len(5)
len()
len(1, 2)
int('abc')
int('')
int('1.5')
int([])
int('12', 99)
int('z', 36) + int('19', 8)
float('x')
float([])
complex('x')
chr(-1)
chr(0x110000)
ord('ab')
ord(5)
abs('a')
round('a')
{}['missing']
{}[1, 2]
[][0]
()[0]
''[0]
'abc'.index('z')
(1,).index(2)
[].pop()
[1].pop(5)
{}.pop('k')
{}.popitem()
set().pop()
{1}.remove(2)
[1].remove(2)
'a'.join([1])
'a'.join(5)
''.join(['a', b'b'])
b''.join(['a'])
'abc'.split('')
'abc'.replace('a')
bytes([256])
bytes(-1)
bytes('a')
bytearray('x')
b'abc'[5]
range(1, 2, 0)
range('a')
range()
iter(5)
next(5)
list(5)
tuple(5)
dict(5)
dict([(1, 2, 3)])
set(5)
sorted(5)
sorted([1, 'a'])
max([])
sum(['a'])
zip(5)
isinstance(1, 5)
issubclass(5, int)
hash([])
'%d' % 'a'
'%s %s' % 'a'
'%s' % ('a', 'b')
'%z' % 1
'{}'.format()
'{a}'.format()
'{0.x}'.format(1)
'{:d}'.format('a')
'{:s}'.format(1)
f'{1:q}'
format(1, 'zz')
open('/no/such/file')
getattr(1, 'a b')
setattr(1, 'x', 1)
C().x()
print(sep=5)
print(foo=1)
type.__call__()
object().x
(1).x
None.x
None[0]
None + None
None()
-None
for_
1 if undefined2 else 2
divmod(1, 'a')
pow(1, 2, 0)
'abc' * 1.5
'abc' * 'd'
[1, 2][1, 2]
'abc'['a']
{1: 2}[[]] if 0 else {}.get([]) if 0 else 1
C(1)
C.m()
C().m(1)
str(b'a', 'utf-8', 'strict', 1)
b'\\xff'.decode()
'\\ud800'.encode()
'é'.encode('ascii')
b'\\xe9'.decode('ascii')
'a'.encode('nope')
int.from_bytes(5)
(1).to_bytes(0)
(256).to_bytes(1)
(-1).to_bytes(1)
float.fromhex('x')
memoryview(5)
slice()
enumerate()
super()
__import__('nope.nope')
vars(1)
dir(1, 2)
id()
input(1, 2)
bin(1.5)
hex('a')
oct(None)
callable()
exit_
""".strip().split("\n")
for t in tests:
    try: print(t, "=", eval(t))
    except Exception as e: print(t, "->", type(e).__name__ + ":", e)
