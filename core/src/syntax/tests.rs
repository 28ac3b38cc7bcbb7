//! What the front end accepts, what it makes of it, and its words for what it rejects.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use alloc::{format, vec};

use super::ast::*;
use super::{Mode, Module, ParseOptions, Parsed, Source, SyntaxErrorKind, parse};

fn parse_text(text: &str) -> Result<Parsed, String> {
    let source = Source::from_text(text);
    parse(&source, Mode::Exec, &ParseOptions::default()).map_err(|error| format!("{}:{} {}", error.line, error.column, error.message))
}

fn body(text: &str) -> Vec<Stmt> {
    match parse_text(text).map(|parsed| parsed.module) {
        Ok(Module::Exec(body)) => body,
        other => panic!("{text:?}: {other:?}"),
    }
}

fn expression(text: &str) -> Expr {
    match body(text).pop().map(|statement| statement.kind) {
        Some(StmtKind::Expr(value)) => value,
        other => panic!("{text:?}: {other:?}"),
    }
}

fn error(text: &str) -> String {
    parse_text(text).map(|_| "accepted".to_string()).unwrap_or_else(|error| error)
}

/// Source and the error expected, as `line:column message`.
const ERRORS: &[(&str, &str)] = &[
    // The lexer.
    ("1a", "1:1 invalid decimal literal"),
    ("0777", "1:1 leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers"),
    ("0b12", "1:4 invalid digit '2' in binary literal"),
    ("0x", "1:2 invalid hexadecimal literal"),
    ("1__0", "1:2 invalid decimal literal"),
    ("x = 'a", "1:5 unterminated string literal (detected at line 1)"),
    ("x = '''a\nb", "1:5 unterminated triple-quoted string literal (detected at line 2)"),
    ("x = f'a", "1:5 unterminated f-string literal (detected at line 1)"),
    ("é§=1", "1:2 invalid character '§' (U+00A7)"),
    ("\u{200b}x", "1:1 invalid non-printable character U+200B"),
    ("a\\ b", "1:3 unexpected character after line continuation character"),
    ("x = \\\n", "1:6 unexpected EOF while parsing"),
    ("if x:\n  a\n b\n", "3:3 unindent does not match any outer indentation level"),
    ("if x:\n\ta\n        b\n", "3:1 inconsistent use of tabs and spaces in indentation"),
    ("  x", "1:2 unexpected indent"),
    ("(]", "1:2 closing parenthesis ']' does not match opening parenthesis '('"),
    ("(\n]", "2:1 closing parenthesis ']' does not match opening parenthesis '(' on line 1"),
    (")", "1:1 unmatched ')'"),
    ("f(a b", "1:2 '(' was never closed"),
    ("x x\n)", "2:1 unmatched ')'"),
    ("bu''", "1:1 'u' and 'b' prefixes are incompatible"),
    // Strings.
    ("'\\xa'", "1:1 (unicode error) 'unicodeescape' codec can't decode bytes in position 0-2: truncated \\xXX escape"),
    ("b'\\xa'", "1:1 (value error) invalid \\x escape at position 0"),
    ("b'é'", "1:1 bytes can only contain ASCII literal characters"),
    ("'a' b'b'", "1:9 cannot mix bytes and nonbytes literals"),
    ("'a' t'b'", "1:5 cannot mix t-string literals with string or bytes literals"),
    ("f'{a'", "1:5 f-string: expecting '}'"),
    ("f'}'", "1:3 f-string: single '}' is not allowed"),
    ("f'{}'", "1:4 f-string: valid expression required before '}'"),
    ("f'{a!x}'", "1:6 f-string: invalid conversion character 'x': expected 's', 'r', or 'a'"),
    ("t'{a!}'", "1:6 t-string: missing conversion character"),
    ("f'{a! r}'", "1:5 f-string: conversion type must come right after the exclamation mark"),
    ("f'{lambda x:1}'", "1:4 f-string: lambda expressions are not allowed without parentheses"),
    ("f'{a:{b:{c:{d}}}}'", "1:11 f-string: expressions nested too deeply"),
    ("f'{a $ b}'", "1:6 f-string: expecting '=', or '!', or ':', or '}'"),
    // Expressions.
    ("x = (1, 2 3)", "1:9 invalid syntax. Perhaps you forgot a comma?"),
    ("x = 1 2", "1:7 invalid syntax"),
    ("x = 1 if 2", "1:5 expected 'else' after 'if' expression"),
    ("x = 1 if 2 else pass", "1:17 expected expression after 'else', but statement is given"),
    ("x = pass if 1 else 2", "1:5 expected expression before 'if', but statement is given"),
    ("x = 1 + not 2", "1:9 'not' after an operator must be parenthesized"),
    ("print 'a'", "1:1 Missing parentheses in call to 'print'. Did you mean print(...)?"),
    ("if x = 3: pass", "1:4 invalid syntax. Maybe you meant '==' or ':=' instead of '='?"),
    ("(f() := 1)", "1:2 cannot use assignment expressions with function call"),
    ("{1: 2, 3}", "1:8 ':' expected after dictionary key"),
    ("{1: *a}", "1:5 cannot use a starred expression in a dictionary value"),
    ("{1:}", "1:3 expression expected after dictionary key and ':'"),
    ("[x for x if y]", "1:10 'in' expected after for-loop variables"),
    ("[x, y for x, y in z]", "1:2 did you forget parentheses around the comprehension target?"),
    ("[*x for x in y]", "1:2 iterable unpacking cannot be used in comprehension"),
    ("(*x)", "1:2 cannot use starred expression here"),
    ("(**x)", "1:2 cannot use double starred expression here"),
    ("f(a for a in b, c)", "1:3 Generator expression must be parenthesized"),
    ("f(a=1, b)", "1:9 positional argument follows keyword argument"),
    ("f(**a, *b)", "1:6 iterable argument unpacking follows keyword argument unpacking"),
    ("f(a.b=1)", "1:3 expression cannot contain assignment, perhaps you meant \"==\"?"),
    ("f(True=1)", "1:3 cannot assign to True"),
    ("f(a=)", "1:3 expected argument value expression"),
    ("f(*)", "1:4 Invalid star expression"),
    ("\"the \"big\" dog\"", "1:7 invalid syntax. Is this intended to be part of the string?"),
    // Targets.
    ("f() = 1", "1:1 cannot assign to function call here. Maybe you meant '==' instead of '='?"),
    ("x = f() = 1", "1:5 cannot assign to function call"),
    ("(a, 1) = 2", "1:5 cannot assign to literal"),
    ("None = 1", "1:1 cannot assign to None"),
    ("a, b += 1", "1:1 'tuple' is an illegal expression for augmented assignment"),
    ("(a, b): int", "1:1 only single target (not tuple) can be annotated"),
    ("f(): int", "1:1 illegal target for annotation"),
    ("x = yield = 1", "1:5 assignment to yield expression not possible"),
    ("del f()", "1:5 cannot delete function call"),
    ("for f() in x: pass", "1:5 cannot assign to function call"),
    ("with a as 1: pass", "1:11 cannot assign to literal"),
    // Parameters.
    ("def f(a=1, b): pass", "1:12 parameter without a default follows parameter with a default"),
    ("def f(*): pass", "1:7 named arguments must follow bare *"),
    ("def f(/, a): pass", "1:7 at least one argument must precede /"),
    ("def f(a, (b)): pass", "1:10 Function parameters cannot be parenthesized"),
    ("def f(**a, b): pass", "1:12 arguments cannot follow var-keyword argument"),
    ("def f(*a=1): pass", "1:9 var-positional argument cannot have default value"),
    ("def f[*T: int](): pass", "1:9 cannot use bound with TypeVarTuple"),
    // Statements.
    ("if x", "1:5 expected ':'"),
    ("if x:", "1:6 expected an indented block after 'if' statement on line 1"),
    ("def f():\nx", "2:1 expected an indented block after function definition on line 1"),
    ("def f -> int: pass", "1:7 expected '('"),
    ("try: pass\nx", "2:1 expected 'except' or 'finally' block"),
    ("try: pass\nexcept a: pass\nexcept* b: pass", "3:1 cannot have both 'except' and 'except*' on the same 'try'"),
    ("try: pass\nexcept a, b as c: pass", "2:8 multiple exception types must be parenthesized when using 'as'"),
    ("try: pass\nexcept a as b.c: pass", "2:13 cannot use except statement with attribute"),
    ("if x: pass\nelse: pass\nelif y: pass", "3:1 'elif' block follows an 'else' block"),
    ("from a import b,", "1:17 trailing comma not allowed without surrounding parentheses"),
    ("import a from b", "1:1 Did you mean to use 'from ... import ...' instead?"),
    ("import a as b.c", "1:13 cannot use attribute as import target"),
    ("match x:\n case a(b=1, c): pass", "2:14 positional patterns follow keyword patterns"),
    ("match x:\n case 1 as a.b: pass", "2:12 cannot use attribute as pattern target"),
    ("match x:\n case {**_}: pass", "2:10 invalid syntax"),
    ("class C(x for x in y): pass", "1:11 invalid syntax"),
];

#[test]
fn errors_read_like_cpythons() {
    let wrong: Vec<String> = ERRORS
        .iter()
        .filter(|(source, expected)| error(source) != *expected)
        .map(|(source, expected)| format!("{source:?}\n  expected {expected}\n  got      {}\n", error(source)))
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.concat());
}

const ACCEPTED: &[&str] = &[
    "",
    "# only a comment",
    "x = 1;",
    "\x0cx = 1\n\x0c\n",
    "if a:\n\tb\n\n# c\n\td\n",
    "x = [\n1,\n  2\n]\n",
    "match = case = type = _ = 1\nmatch.x\nmatch[1]\nmatch(1)\nmatch -1\nmatch in x\nmatch not in x",
    "match x, y:\n case (1 | -2 | 3.5 - 1j) as z if z: pass\n case {'a': [b, *_], **rest}: pass\n case A.B(c, d=e,): pass\n case None | True: pass\n case *a, b: pass",
    "match (x):\n case _: pass",
    "match x:\n case 'a' 'b': pass\n case -1: pass\n case a.b: pass\n case [1, (2), (3,)]: pass",
    "type X[T: int = str, *Ts = *tuple[int], **P = [int]] = T",
    "type = 1\ntype (X)",
    "def f[T](a, b=1, /, c=2, *args: *Ts, d, e=3, **kwargs) -> int: ...",
    "def f(*, a): pass\ndef g(a, /): pass\ndef h(a, *b, c,): pass",
    "lambda *a, b=1, **c: (yield)",
    "class A[T](B, metaclass=C, **d): pass",
    "@a.b[1](c)\n@(x := y)\nasync def f(): pass",
    "try: pass\nexcept A, B: pass\nexcept (C) as d: pass\nelse: pass\nfinally: pass",
    "try: pass\nexcept* A, B: pass",
    "with (a as b, c): pass\nwith (a, b) as c: pass\nwith (a): pass\nwith (yield): pass\nwith (a) + b, c as d.e: pass",
    "async def f():\n async for x in y: pass\n else: pass\n async with a as b: pass\n await x ** 2\n [x async for x in y]",
    "for x, *y in 1, *z: pass\nfor (x) in y: pass\nfor x[0], y.z in w: pass",
    "a = b, *c = yield d\na: int\n(a): int = 1\na.b: int\na[0] += yield",
    "x if y else lambda: z\nnot a in b\na not in b is not c\n-a ** -b ** ~c @ d",
    "print(*a, b, *c, d=1, *e, **f, g=2)\nf(x for x in y)\nf((x := 1), y := 2)",
    "a[1:2, ::3, *b, c := d]\na[:]\na[b,]",
    "{**a, 1: 2}\n{*a, b}\n{a: b for c in d}\n{a for b in c if d if e}",
    "from . import a\nfrom .. b import (c as d, e,)\nfrom ... import f\nimport a.b.c as d, e\nfrom x import *",
    "f'{a!r:>{width}}' 'b' rf'\\{c}'\nf'{x = }'\nf'{a['b']}'\nf'''{\na # comment\n}'''\nf'{{}}'\nf'{(lambda: 1)}'\nt'{a}'",
    "del a, (b, [c]), d.e, f[0]\ndel (a)\nassert a, b\nraise a from b\nglobal a, b",
    "0xFF_FF + 0o17 + 0b1 + 1_000.5e-1_0j + .5 + 5. + 00_0 + 1if x else 2",
    "a = 1 if b else 2 if c else 3",
    "return\nbreak\nnonlocal x\nawait y",
];

#[test]
fn the_grammar_is_accepted() {
    let wrong: Vec<String> = ACCEPTED.iter().filter_map(|source| parse_text(source).err().map(|error| format!("{source:?}: {error}\n"))).collect();
    assert!(wrong.is_empty(), "\n{}", wrong.concat());
}

fn constant(text: &str) -> Constant {
    match expression(text).kind {
        ExprKind::Constant(constant) => constant,
        other => panic!("{other:?}"),
    }
}

fn string(bytes: &[u8]) -> Constant {
    Constant::Str { value: Wtf8::from_bytes(bytes.into()), unicode_prefix: false }
}

#[test]
fn literals_have_their_values() {
    assert_eq!(constant("0x_ff"), Constant::Int(255));
    assert_eq!(constant("9223372036854775807"), Constant::Int(i64::MAX));
    let big = BigIntLiteral { radix: 16, digits: "123456789abcdef01".into() };
    assert_eq!(constant("0x1_2345_6789_abcd_ef01"), Constant::BigInt(big.into()));
    assert_eq!(constant("1_0.5e1"), Constant::Float(105.0));
    assert_eq!(constant("1e400"), Constant::Float(f64::INFINITY));
    assert_eq!(constant("2.j"), Constant::Imaginary(2.0));
    assert_eq!(
        constant(
            r#""\x41\101\u00e9\
b""#
        ),
        string("AA\u{e9}b".as_bytes())
    );
    assert_eq!(constant(r"'\ud800'"), string(b"\xed\xa0\x80"));
    assert_eq!(constant(r"'a' r'\n'"), string(b"a\\n"));
    assert_eq!(constant("'''a\r\nb'''"), string(b"a\nb"));
    assert_eq!(constant(r"b'\xff\400'"), Constant::Bytes(vec![0xff, 0x00].into()));
    assert_eq!(constant("u'a'"), Constant::Str { value: Wtf8::from_bytes(b"a".to_vec()), unicode_prefix: true });
}

#[test]
fn names_are_normalised() {
    assert!(matches!(expression("ﬁ").kind, ExprKind::Name(name) if &*name == "fi"));
}

#[test]
fn unknown_escapes_are_warned_of() {
    let warnings = parse_text("x = 1\ny = '\\d\\q'\nz = 1if x else 2").map(|parsed| parsed.warnings);
    let messages: Vec<String> = warnings.unwrap_or_default().iter().map(|warning| format!("{} {}", warning.line, warning.message)).collect();
    assert_eq!(
        messages,
        [
            "2 \"\\d\" is an invalid escape sequence. Such sequences will not work in the future. \
         Did you mean \"\\\\d\"? A raw string is also an option.",
            "3 invalid decimal literal",
        ]
    );
}

#[test]
fn interpolated_strings_fall_into_pieces() {
    let ExprKind::JoinedStr(values) = expression("f'a{{{b = !r:x{c}}' 'd'").kind else { panic!() };
    let [text, field, rest] = &*values else { panic!("{values:?}") };
    assert!(matches!(&text.kind, ExprKind::Constant(value) if *value == string(b"a{b = ")));
    assert!(matches!(&rest.kind, ExprKind::Constant(value) if *value == string(b"d")));
    let ExprKind::FormattedValue(field) = &field.kind else { panic!() };
    assert_eq!(field.conversion, Some('r'));
    assert!(matches!(&field.format_spec, Some(Expr { kind: ExprKind::JoinedStr(values), .. }) if values.len() == 2));

    let ExprKind::TemplateStr(values) = expression("t'{ a + 1 = }'").kind else { panic!() };
    let [text, field] = &*values else { panic!("{values:?}") };
    assert!(matches!(&text.kind, ExprKind::Constant(value) if *value == string(b" a + 1 = ")));
    let ExprKind::Interpolation(field) = &field.kind else { panic!() };
    assert_eq!(field.text.as_str(), Some(" a + 1"));
    assert_eq!(field.conversion, Some('r'));
}

#[test]
fn spans_leave_out_parentheses() {
    let text = "(a.b + (c))";
    let sum = expression(text);
    assert_eq!(sum.span, Span::new(1, 10));
    let ExprKind::BinOp(sum) = sum.kind else { panic!() };
    assert_eq!(sum.left.span, Span::new(1, 4));
    assert_eq!(sum.right.span, Span::new(8, 9));
    assert_eq!(body("if x:\n  y\n\nz")[0].span, Span::new(0, 9));
}

#[test]
fn long_chains_are_no_nesting() {
    let count = 50_000;
    for text in [
        format!("a{}", "+a".repeat(count)),
        format!("a{}", ".b".repeat(count)),
        format!("a{}", "()".repeat(count)),
        format!("a{}", "[0]".repeat(count)),
        format!("a{}", " and a".repeat(count)),
        format!("a{}", "<a".repeat(count)),
        format!("{}1", "x = ".repeat(count)),
        format!("if a: pass\n{}", "elif b: pass\n".repeat(count)),
    ] {
        assert_eq!(parse_text(&text).err(), None);
    }
}

#[test]
fn deep_nesting_is_an_error() {
    let kind = |text: &str| {
        // Frames of a build without optimisation are larger.
        let options = ParseOptions { stack_budget: 1 << 20, ..Default::default() };
        parse(&Source::from_text(text), Mode::Exec, &options).map_err(|error| error.kind).err()
    };
    for text in ["(", "[", "{", "f(", "x["] {
        assert_eq!(error(&text.repeat(100_000)).split_once(' ').unwrap_or_default().1, "too many nested parentheses");
    }
    for text in ["-", "not ", "lambda: ", "a if b else ", "a ** "] {
        assert_eq!(kind(&format!("{}1", text.repeat(50_000))), Some(SyntaxErrorKind::MemoryError), "{text}");
    }
    let blocks: String = (0..200).map(|depth| format!("{}if x:\n", " ".repeat(depth))).collect();
    assert_eq!(kind(&blocks), Some(SyntaxErrorKind::IndentationError));
    assert_eq!(kind(&format!("{}1{}", "(".repeat(200), ")".repeat(200))), None);
    // Each bracket is tried a bounded number of times.
    for open in ["{1:", "f(a, b=", "[a, ", "(print ", "{**"] {
        assert!(kind(&format!("{}$", open.repeat(60))).is_some());
    }
}

#[test]
fn encodings_are_honoured() {
    let decoded = |bytes: &[u8]| Source::from_bytes(bytes, &ParseOptions::default()).map(|source| source.text().to_string()).map_err(|error| error.message);
    assert_eq!(decoded(b"\xef\xbb\xbfx\r\ny\rz"), Ok("x\ny\nz".into()));
    assert_eq!(decoded(b"#!x\n# -*- coding: latin-1 -*-\n'\xe9'"), Ok("#!x\n# -*- coding: latin-1 -*-\n'é'".into()));
    assert_eq!(decoded(b"# coding=koi8-r\n\xc1"), Ok("# coding=koi8-r\nа".into()));
    assert_eq!(decoded(b"x\n\n# coding: nonsense\n"), Ok("x\n\n# coding: nonsense\n".into()));
    assert_eq!(decoded(b"# coding: nonsense\n"), Err("unknown encoding: nonsense".into()));
    assert_eq!(decoded(b"\xef\xbb\xbf# coding: latin-1\n"), Err("encoding problem: iso-8859-1 with BOM".into()));
    assert_eq!(decoded(b"x\n\xff"), Err("(unicode error) 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte".into()));
    assert_eq!(decoded(b"a\0b"), Err("source code cannot contain null bytes".into()));
}

#[test]
fn interactive_input_is_one_statement() {
    let single = |text: &str, incomplete: bool| {
        let options = ParseOptions { allow_incomplete_input: incomplete, require_dedent: incomplete, ..Default::default() };
        parse(&Source::from_text(text), Mode::Single, &options).map(|_| ()).map_err(|error| (error.kind, error.message))
    };
    assert_eq!(single("x = 1", false), Ok(()));
    assert_eq!(single("if x:\n  y\n", false), Ok(()));
    assert_eq!(single("x = 1 # a\n\n# b", true), Ok(()));
    for text in ["if x:", "if x:\n  y", "f(", "'''a", "try:\n  a"] {
        assert_eq!(single(text, true), Err((SyntaxErrorKind::IncompleteInput, "incomplete input".into())), "{text:?}");
    }
    let (kind, message) = single("x = 1\ny = 2", false).err().unwrap_or((SyntaxErrorKind::TabError, String::new()));
    assert_eq!(kind, SyntaxErrorKind::SyntaxError);
    assert_eq!(message, "multiple statements found while compiling a single statement");
}
