# Bytes as text and back, and checksums.

import binascii


def show(function, *arguments, **keywords):
    try:
        result = function(*arguments, **keywords)
    except Exception as error:
        result = f"{type(error).__name__}: {error}"
    print(function.__name__, arguments, keywords or "", "->", result)


data = bytes(range(0, 256, 7)) + b"\x00\xff end"

print("-- base64")
for size in range(5):
    show(binascii.b2a_base64, data[:size])
show(binascii.b2a_base64, data, newline=False)
show(binascii.b2a_base64, "text")
for text in [b"", b"QUJD", b"QUI=", b"QQ==", b"Q", b"QQ", b"QQ=", b"QUJDR", b"Q U\nJD", b"QQ==QUI=", b"=", b"=QUJD", b"Q=Q=", b"QUJD====", "QUJD", "QU\xe9", 3, b"QU!JD"]:
    show(binascii.a2b_base64, text)
for text in [b"QUJD", b"QQ==", b"QQ==\n", b"QQ==QQ==", b"=QQQ", b"QUI=A", b"Q\nQ==", b"QQ", b"QU=JD", b"Q", b"QUJD=", b"QQAQ=="]:
    show(binascii.a2b_base64, text, strict_mode=True)

print("-- hexadecimal")
show(binascii.hexlify, b"\x01\xab\xff")
show(binascii.b2a_hex, bytearray(b"\x01\xab\xff"), "-")
show(binascii.hexlify, b"\x01\xab\xff\x10\x20", b":", 2)
show(binascii.hexlify, b"\x01\xab\xff\x10\x20", ":", -2)
show(binascii.hexlify, b"\x01", "::")
show(binascii.unhexlify, b"01aBff")
show(binascii.a2b_hex, "01ab")
show(binascii.unhexlify, "0")
show(binascii.unhexlify, "0g")
show(binascii.unhexlify, "\xe9\xe9")

print("-- uuencode")
for size in (0, 1, 2, 3, 10, 45, 46):
    show(binascii.b2a_uu, bytes(range(size)))
show(binascii.b2a_uu, b"\x00\x00", backtick=True)
for line in [b"", b"#86)C\n", b"!  \n", b"!``\n", b" \n", b"#86)C", b"#86)Cxx", b'#8\x7f)C', b"#8", b"M", b"!\0"]:
    show(binascii.a2b_uu, line)

print("-- quoted-printable")
for text in [b"", b"plain", b"a=b", b"tab\t", b"space \nnext", b"\xe9\xff", b"x" * 80, b".\n.", b"a\r\nb\r\n", b"line \t\r\n", b"_ _", b"x" * 74 + b"=\xe9", b"a\rb"]:
    show(binascii.b2a_qp, text)
show(binascii.b2a_qp, b"a b\t_c", quotetabs=True)
show(binascii.b2a_qp, b"a b\t_c", header=True)
show(binascii.b2a_qp, b"a\nb\r\n", istext=False)
for text in [b"", b"a=3Db", b"a=\nb", b"a=\r\nb", b"a=  \nb", b"a==b", b"a=3", b"a=", b"=zz", b"a_b", "=41"]:
    show(binascii.a2b_qp, text)
show(binascii.a2b_qp, b"a_b", header=True)

print("-- checksums")
show(binascii.crc32, b"")
show(binascii.crc32, data)
show(binascii.crc32, b"world", binascii.crc32(b"hello "))
show(binascii.crc32, b"hello world")
show(binascii.crc32, b"x", -1)
show(binascii.crc_hqx, data, 0)
show(binascii.crc_hqx, b"123456789", 0xFFFF)
print(binascii.Error.__mro__, binascii.Incomplete.__mro__[1])
