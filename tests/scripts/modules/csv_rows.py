# Rows of fields: what is written, what is read, what is refused.

import _csv as csv


def show(function, *arguments, **keywords):
    try:
        print(function(*arguments, **keywords))
    except Exception as error:
        print(type(error).__name__, error)


class File:
    def __init__(self):
        self.data = ""

    def write(self, text):
        self.data += text
        return len(text)


def write(rows, *arguments, **keywords):
    file = File()
    try:
        writer = csv.writer(file, *arguments, **keywords)
        for row in rows:
            print(writer.writerow(row), end=" ")
        print(ascii(file.data))
    except Exception as error:
        print(ascii(file.data), type(error).__name__, error)


def read(lines, *arguments, **keywords):
    try:
        reader = csv.reader(lines, *arguments, **keywords)
        for row in reader:
            print(row, reader.line_num, end=" ")
        print()
    except Exception as error:
        print(type(error).__name__, error)


csv.register_dialect('excel', delimiter=',', quotechar='"', doublequote=True, skipinitialspace=False, lineterminator='\r\n', quoting=csv.QUOTE_MINIMAL)
print(csv.list_dialects(), type(csv.get_dialect('excel')), csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC, csv.QUOTE_NONE, csv.QUOTE_STRINGS, csv.QUOTE_NOTNULL, csv.field_size_limit())
write([[1,'a,b','c"d',None,1.5,'x\ny', '']])
write([[]])
write([['']])
write([[None]])
write([['a'],['b']], quoting=csv.QUOTE_ALL)
write([[1,'a',None,'']], quoting=csv.QUOTE_NONNUMERIC)
write([[1,'a',None,'']], quoting=csv.QUOTE_STRINGS)
write([[1,'a',None,'']], quoting=csv.QUOTE_NOTNULL)
write([['a,b']], quoting=csv.QUOTE_NONE)
write([['a,b"c\\']], quoting=csv.QUOTE_NONE, escapechar='\\')
write([['']], quoting=csv.QUOTE_NONE)
write([[None]], quoting=csv.QUOTE_NONE)
write([[None]],quoting=csv.QUOTE_STRINGS)
write([['a"b']], doublequote=False)
write([['a"b']], doublequote=False, escapechar='\\')
write([['a b', ' a','b ']], delimiter=' ')
write([['é;']], delimiter=';', quotechar="'")
write([5])
write(['abc'])
write([(x for x in 'ab')])
write([['a','b']], lineterminator='!')
write([['!a','b']], lineterminator='!')
write([['a\r','\nb']], lineterminator='!')
write([['a']], delimiter='')
write([['a']], delimiter='ab')
write([['a']], delimiter=None)
write([['a']], delimiter=1)
write([['a']], quotechar=None)
write([['a']], quotechar=None, quoting=csv.QUOTE_NONE)
write([['a']], quoting=9)
write([['a']], quoting='x')
write([['a']], lineterminator=None)
write([['a']], lineterminator=3)
write([['a']], escapechar='ab')
write([['a']], foo=1)
write([['a']], 'nodialect')
write([['a']], dialect='excel', delimiter='\n')
write([['a']], delimiter=' ', skipinitialspace=True)
write([['a']], delimiter='"')
write([['a']], escapechar='"')
write([['a']], delimiter='\r')
read(['a,b,c'])
read(['a,"b,c",d\r\n','e\n'])
read(['"a""b",c'])
read(['"a\n','b",c'])
read(['a,b\r'])
read(['a\rb'])
read(['a\nb'])
read(['','a'])
read([' a, b'], skipinitialspace=True)
read(['a\\,b'], escapechar='\\')
read(['"a\\"b"'], escapechar='\\')
read(['1,2.5,"x"'], quoting=csv.QUOTE_NONNUMERIC)
read(['1,abc'], quoting=csv.QUOTE_NONNUMERIC)
read(['"a"b,c'])
read(['"a"b,c'], strict=True)
read(['"a'])
read(['"a'], strict=True)
read(['a\\'], escapechar='\\')
read(['a\\'], escapechar='\\', strict=True)
read(['"a'], quoting=csv.QUOTE_NONE)
read([b'a'])
read([5])
read(5)
read(['a\0b'])
read(['a,"b"'],quoting=csv.QUOTE_STRINGS)
read([',"",a'], quoting=csv.QUOTE_NOTNULL)
read([',"",1'], quoting=csv.QUOTE_STRINGS)
read(['a;b'], delimiter=';')
read(["'a,b',c"], quotechar="'")
read(['a,b\n\n','c'])
read(['a,\n'], )
read(['a,b\\\n','c'], escapechar='\\')
print(csv.field_size_limit(5))
read(['abcdef'])
read(['abcde,fghij'])
print(csv.field_size_limit(131072))
show(csv.field_size_limit,'x')
show(csv.field_size_limit,1,2)
d = csv.Dialect(delimiter=';')
print(d.delimiter, d.quotechar, d.escapechar, d.doublequote, d.skipinitialspace, repr(d.lineterminator), d.quoting, d.strict, type(d))
show(csv.get_dialect,'nope')
show(csv.unregister_dialect,'nope')
show(csv.register_dialect,1)
show(csv.register_dialect)
show(csv.register_dialect,'x',delimiter='ab')
csv.register_dialect('semi', delimiter=';')
print(csv.list_dialects())
read(['a;b'], 'semi')
read(['a;b'], dialect='semi')
csv.unregister_dialect('semi')


class D:
    delimiter = "|"
    quotechar = '"'


read(['a|b'], D)
read(['a|b'], D())
write([['a','b']], D)
show(csv.writer, 3)
show(csv.writer)
show(csv.reader);


class W:
    pass


show(csv.writer, W())
r=csv.reader(['a'])
print(type(r), type(r.dialect), r.dialect.delimiter, r.line_num, iter(r) is r);
f=File()
wr=csv.writer(f)
print(type(wr), wr.writerows([[1],[2]]), repr(f.data), wr.dialect.delimiter)
show(wr.writerows, 5)
show(wr.writerow, 5)


class B:
    def write(self, text):
        raise KeyError(text)


show(csv.writer(B()).writerow,[1])


class X:
    def __str__(self):
        return 'x,y'


write([[X(), 10**20, True, b'x']])


def gen():
    yield 'a,b'
    raise KeyError('k')


read(gen())
print(csv.Error, csv.Error.__mro__[1], csv.__doc__ is not None)
show(setattr, d, 'delimiter', 'x')
write([['a,b', 'c']], quoting=csv.QUOTE_NONE, escapechar='\\', quotechar=None)
write([['x"y']], quoting=csv.QUOTE_NONE, escapechar='\\')
write([[' a']], skipinitialspace=True)
write([['', '']], delimiter=' ', skipinitialspace=True)
write([[None, '']], quoting=csv.QUOTE_NONE)
