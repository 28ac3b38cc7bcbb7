//! What the compiler writes for a few key shapes, and what it refuses.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Options, compile};
use crate::code::CodePrototype;
use crate::code::disasm::disassemble;
use crate::code::image;
use crate::code::verify::verify;
use crate::syntax::{Mode, ParseOptions, Source, SyntaxErrorKind, parse};

fn compiled(text: &str) -> Result<CodePrototype, (SyntaxErrorKind, String, u32, u32)> {
    let source = Source::from_text(text);
    let place = |error: alloc::boxed::Box<crate::syntax::SyntaxError>| (error.kind, error.message.clone(), error.line, error.column);
    let parsed = parse(&source, Mode::Exec, &ParseOptions::default()).map_err(place)?;
    compile(&parsed.module, &source, &Options::new("test")).map(|compiled| compiled.code).map_err(place)
}

/// The instructions of the first function, without line numbers, numbers and flags.
#[track_caller]
fn instructions(text: &str) -> Vec<String> {
    let module = compiled(text).unwrap_or_else(|error| panic!("{error:?}"));
    verify(&module).unwrap_or_else(|error| panic!("{error:?}"));
    assert_eq!(image::read(&image::write(&module)).as_ref(), Ok(&module));
    let function = &module.children[0];
    let listing = disassemble(function);
    let rows = listing.lines().skip_while(|line| !line.contains(" 0  "));
    rows.take(function.instructions.len())
        .map(|row| {
            let row = row.get(14..).unwrap_or_default();
            let row = row.split("  x=").next().unwrap_or_default();
            row.split_whitespace().collect::<Vec<_>>().join(" ")
        })
        .collect()
}

#[test]
fn conditions_are_fused_and_constants_immediate() {
    let code = "def fib(n):\n  if n < 2: return n\n  return fib(n - 1) + fib(n - 2)\n";
    assert_eq!(
        instructions(code),
        [
            "JumpNotLtInt r0, 2 -> 2",
            "Return r0, nothing from r1",
            "LoadGlobal r1 = fib",
            "SubInt r5 = r0, 1",
            "Call r1 = r1(r5)",
            "LoadGlobal r2 = fib",
            "SubInt r6 = r0, 2",
            "Call r2 = r2(r6)",
            "Add r1 = r1, r2",
            "Return r1, nothing from r1",
        ]
    );
}

#[test]
fn loops_test_at_the_bottom() {
    let code = "def f(xs):\n  t = 0\n  for i, x in xs:\n    if x is None: continue\n    t += x.v\n  while t > 9: t -= 1\n";
    assert_eq!(
        instructions(code),
        [
            "LoadInt r1 = 0",
            "GetIter r4 = r0",
            "Jump -> 7",
            "Unpack r2..r3 = r5",
            "JumpNone r3 -> 7",
            "GetAttr r6 = r3 . v",
            "Add r1 = r1, r6",
            "ForIter r5 = r4 -> 3",
            "JumpNotGtInt r1, 9 -> 11",
            "SubInt r1 = r1, 1",
            "JumpGtInt r1, 9 -> 9",
            "ReturnNone",
        ]
    );
}

#[test]
fn handlers_put_the_handled_exception_back() {
    let code = "def f(g):\n  try: g()\n  except E as e: return e\n";
    assert_eq!(
        instructions(code),
        [
            "Move r2 = r0",
            "Call r2 = r2(())",
            "Clear r2",
            "Jump -> 19",
            "PushHandled r3 = r2",
            "LoadGlobal r4 = E",
            "ExceptionMatch r5 = r2, r4",
            "JumpFalse r5 -> 15",
            "MoveTemp r1 = r2",
            "Move r4 = r1",
            "Clear r1",
            "PopHandled r3",
            "Return r4, nothing from r4",
            "Clear r1",
            "Reraise r4",
            "PopHandled r3",
            "Reraise r2",
            "PopHandled r3",
            "Reraise r4",
            "ReturnNone",
        ]
    );
}

#[test]
fn assignments_swap_by_moves() {
    assert_eq!(
        instructions("def f(a, b):\n  a, b = b, a\n  a, b = b, a + b\n"),
        ["Move r2 = r0", "Move r0 = r1", "MoveTemp r1 = r2", "Add r2 = r0, r1", "Move r0 = r1", "MoveTemp r1 = r2", "ReturnNone"]
    );
}

#[test]
fn operands_are_copied_only_where_a_later_one_assigns_them() {
    assert_eq!(instructions("def f(x, y):\n  return x + (x := y)\n"), ["Move r2 = r0", "Move r0 = r1", "Move r3 = r0", "Add r2 = r2, r3", "Return r2, nothing from r2"]);
}

#[test]
fn unbound_variables_are_checked_where_they_may_be() {
    let code = "def f(c):\n  if c: x = 1\n  else: x = 2\n  y = x\n  for z in c: pass\n  return z\n";
    let checks = |code| instructions(code).iter().filter(|row| row.starts_with("CheckBound")).count();
    assert_eq!(checks(code), 1);
    assert_eq!(checks("def f(x):\n  x\n  del x\n  return x\n"), 1);
    assert_eq!(checks("def f():\n  x = 1\n  for i in x:\n    x\n    del x\n"), 1);
}

#[test]
fn far_jumps_take_the_long_form() {
    let body: String = (0..40_000).map(|_| "    t += 1\n").collect();
    let code = alloc::format!("def f(xs, t):\n  for x in xs:\n    if t > x: continue\n{body}");
    let rows = instructions(&code);
    assert_eq!(rows.get(2..5).map(|rows| rows.join("; ")).as_deref(), Some("JumpNotGt r1, r2 -> 4; Jump -> 40004; AddInt r1 = r1, 1"));
    let end = rows.len() - 4;
    assert_eq!(rows.get(end..).map(|rows| rows.join("; ")).as_deref(), Some("ForIter r2 = r3 -> 40006; Jump -> 40007; Loop -> 2; ReturnNone"));
}

#[test]
fn errors_of_the_compiler() {
    let cases = [
        ("return 1", "'return' outside function", 1, 1),
        ("break", "'break' outside loop", 1, 1),
        ("def f():\n  x = 1\n  global x", "name 'x' is assigned to before global declaration", 3, 3),
        ("def f():\n  nonlocal x", "no binding for nonlocal 'x' found", 2, 3),
        ("def f(a, a): pass", "duplicate argument 'a' in function definition", 1, 10),
        ("class C:\n  [(x := 1) for y in z]", "assignment expression within a comprehension cannot be used in a class body", 2, 5),
        ("x = 1\nfrom __future__ import division", "from __future__ imports must occur at the beginning of the file", 2, 1),
        ("match x:\n  case y: pass\n  case 1: pass", "name capture 'y' makes remaining patterns unreachable", 2, 8),
        ("*a, *b = c", "multiple starred expressions in assignment", 1, 1),
        ("f(a=1, a=2)", "keyword argument repeated: a", 1, 8),
        ("def f():\n  await x", "'await' outside async function", 2, 3),
    ];
    for (code, message, line, column) in cases {
        let error = compiled(code).err().map(|(_, message, line, column)| (message, line, column));
        assert_eq!(error, Some((String::from(message), line, column)), "{code}");
    }
}

#[test]
fn expressions_and_interactive_statements() {
    let listing = |text: &str, mode, top_level_await| {
        let source = Source::from_text(text);
        let Ok(parsed) = parse(&source, mode, &ParseOptions::default()) else { panic!("does not parse") };
        let options = Options { top_level_await, ..Options::new("test") };
        let compiled = compile(&parsed.module, &source, &options).unwrap_or_else(|error| panic!("{error:?}"));
        verify(&compiled.code).unwrap_or_else(|error| panic!("{error:?}"));
        disassemble(&compiled.code)
    };
    assert!(listing("x + 1", Mode::Eval, false).contains("Return "));
    assert_eq!(listing("x; y = 2; f(z)\n", Mode::Single, false).matches("Intrinsic").count(), 2);
    assert!(listing("await x", Mode::Exec, true).contains("MakeGenerator"));
}

#[test]
fn deep_nesting_is_an_error() {
    // It is the compiler's own limit that is looked at, however large the parser's frames are.
    let options = ParseOptions { stack_budget: 16 << 20, ..ParseOptions::default() };
    let outcome = |prefix: &str, count| {
        let source = Source::from_text(&alloc::format!("{}x", prefix.repeat(count)));
        let parsed = parse(&source, Mode::Exec, &options).map_err(|error| error.kind)?;
        compile(&parsed.module, &source, &Options::new("test")).map(|_| ()).map_err(|error| error.kind)
    };
    assert_eq!(outcome("lambda:", 190), Ok(()));
    assert_eq!(outcome("not ", 400), Err(SyntaxErrorKind::RecursionError));
}
