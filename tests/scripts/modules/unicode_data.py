# Properties of characters, names, normal forms.

import unicodedata as u


def show(function, *arguments):
    try:
        result = function(*arguments)
    except Exception as error:
        result = f"{type(error).__name__}: {error}"
    print(function.__name__, ascii(arguments), "->", ascii(result))


for c in 'aÀ1٣½Ⅷ²①〹中 \n\u0301\u200f\ud800\ue000€(«_-ǅʰªא\u0660あｱＡ가\U0001f600':
    for f in (u.category,u.bidirectional,u.combining,u.mirrored,u.east_asian_width):
        show(f, c)
    for f in (u.decimal,u.digit,u.numeric,u.name):
        show(f, c, None)
show(u.decimal,'a')
show(u.digit,'a')
show(u.numeric,'a')
show(u.name,'\x00')
show(u.name,'ab')
show(u.name,1)
show(u.category,'ab')
show(u.category,1)
show(u.category)
for n in ('LATIN SMALL LETTER A','latin small letter e with acute','HANGUL SYLLABLE GAG','CJK UNIFIED IDEOGRAPH-4E00','nope','SNOWMAN'):
    show(u.lookup,n)
for form in ('NFC','NFD','NFKC','NFKD','X'):
    for s in ('','abc','é','e\u0301','ﬁ①','가','\u1100\u1161','Å\u212b','e\ud800\u0301x','\u0344', 'a\u0323\u0307 a\u0307\u0323'):
        show(u.normalize, form, s)
        show(u.is_normalized, form, s)
show(u.normalize,'NFC',1)
show(u.normalize,1,'a')
print(u.ucd_3_2_0.category('a'), type(u.ucd_3_2_0), u.UCD)
show(u.ucd_3_2_0.normalize,'NFC','e\u0301')
