//! The command line: what is run, with which arguments, imports, exit status, and the examples.

use pyvm_tests::program::{Outcome, Program};
use pyvm_tests::{interpreter, repository};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

fn pyvm() -> Program {
    static PATH: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    match PATH.get_or_init(interpreter) {
        Ok(path) => Program::new(path),
        Err(error) => panic!("{error}"),
    }
}

#[track_caller]
fn run(program: Program) -> Outcome {
    program.run().unwrap_or_else(|error| panic!("{error}"))
}

/// Asserts the exit status and standard output, and that nothing is on standard error.
#[track_caller]
fn check(program: Program, stdout: &str) {
    let outcome = run(program);
    assert_eq!((outcome.end().as_str(), outcome.output().as_str(), outcome.errors().as_str()), ("exit 0", stdout, ""));
}

/// An empty folder for one test.
fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _absent = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    path
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

#[test]
fn code_from_the_command_line() {
    check(pyvm().arg("-c").arg("import sys; print(sys.argv, __name__)").arg("a").arg("-b"), "['-c', 'a', '-b'] __main__\n");
}

#[test]
fn code_of_several_lines() {
    check(pyvm().arg("-c").arg("for i in range(2):\n    print(i)\nprint('end')"), "0\n1\nend\n");
}

#[test]
fn code_from_standard_input() {
    check(pyvm().arg("-").arg("x").input("import sys\nprint(sys.argv)\ndef f():\n  return 5\nprint(f())"), "['-', 'x']\n5\n");
}

#[test]
fn a_script_with_arguments() {
    let folder = folder("arguments");
    let script = folder.join("script.py");
    write(&script, "import sys\nprint(sys.argv[1:], __file__.endswith('script.py'), __name__)\n");
    check(pyvm().arg(&script).arg("one").arg("--two"), "['one', '--two'] True __main__\n");
}

#[test]
fn what_threads_are_doing_at_the_end() {
    let source = "import threading, time\nthreading.Thread(target=lambda: time.sleep(60), name='left', daemon=True).start()\ntime.sleep(0.01)\nprint('end')";
    let outcome = run(pyvm().arg("--stats").arg("-c").arg(source));
    assert_eq!((outcome.end().as_str(), outcome.output().as_str()), ("exit 0", "end\n"));
    let errors = outcome.errors();
    for wanted in ["2 threads\n", "(left) sleeps\n", "File \"<string>\", line 2 in <lambda>", "most threads 2, started 1, switches "] {
        assert!(errors.contains(wanted), "{wanted:?} is not in {errors}");
    }
}

#[test]
fn standard_input_of_a_script() {
    let folder = folder("input");
    let script = folder.join("script.py");
    write(&script, "print(input('? ') + '|')\nprint(input())\ntry:\n    input()\nexcept EOFError:\n    print('end of file')\n");
    check(pyvm().arg(&script).input("first\nsecond\n"), "? first|\nsecond\nend of file\n");
}

#[test]
fn exit_codes() {
    for (code, status) in [
        ("pass", 0),
        ("import sys; sys.exit(7)", 7),
        ("raise SystemExit", 0),
        ("raise SystemExit('text')", 1),
        ("1 / 0", 1),
        ("x = (", 1),
        ("raise KeyboardInterrupt", 130),
        ("import sys; sys.exit(-1)", 255),
        ("import sys; sys.exit(True)", 1),
        ("import sys; sys.exit(2.5)", 1),
    ] {
        let outcome = run(pyvm().arg("-c").arg(code));
        // CPython ends itself with SIGINT after a KeyboardInterrupt; a shell shows that as 130.
        let got = outcome.status.code().unwrap_or(130);
        assert_eq!(got, status, "{code}: {}", outcome.errors());
    }
}

#[test]
fn an_uncaught_exception_on_the_command_line() {
    let outcome = run(pyvm().arg("-c").arg("def f():\n  raise ValueError('v')\nf()"));
    let errors = outcome.errors();
    let lines: Vec<&str> = errors.lines().collect();
    assert_eq!(lines.first(), Some(&"Traceback (most recent call last):"), "{errors}");
    assert!(lines.contains(&"  File \"<string>\", line 3, in <module>"), "{errors}");
    assert!(lines.contains(&"  File \"<string>\", line 2, in f"), "{errors}");
    assert_eq!(lines.last(), Some(&"ValueError: v"), "{errors}");
    assert_eq!(outcome.end(), "exit 1");
}

#[test]
fn a_missing_script() {
    let outcome = run(pyvm().arg("/no/such/script.py"));
    assert_eq!(outcome.end(), "exit 2");
    assert!(outcome.errors().contains("/no/such/script.py"), "{}", outcome.errors());
}

#[test]
fn a_script_that_is_no_text() {
    let folder = folder("bytes");
    let script = folder.join("script.py");
    fs::write(&script, b"print('\xff\xfe')\n").unwrap_or_else(|error| panic!("{error}"));
    let outcome = run(pyvm().arg(&script));
    assert_eq!(outcome.end(), "exit 1");
    assert!(outcome.errors().contains("SyntaxError"), "{}", outcome.errors());
}

#[test]
fn encodings_and_line_ends() {
    let folder = folder("encodings");
    for (name, source) in [
        ("bom", &b"\xef\xbb\xbfprint('\xc3\xa9')\n"[..]),
        ("latin", &b"# -*- coding: latin-1 -*-\nprint('\xe9')\n"[..]),
        ("windows", &b"print(\r\n'\xc3\xa9')\r\n"[..]),
        ("no newline", &b"if 1:\n  print('\xc3\xa9')"[..]),
        ("hash bang", &b"#!/usr/bin/env pyvm\nprint('\xc3\xa9')\n"[..]),
    ] {
        let script = folder.join(format!("{name}.py"));
        fs::write(&script, source).unwrap_or_else(|error| panic!("{error}"));
        check(pyvm().arg(&script), "é\n");
    }
}

#[test]
fn imports_beside_the_script() {
    let folder = folder("imports");
    write(&folder.join("beside.py"), "print('imported', __name__)\nvalue = 5\ndef f(): return value\n");
    fs::create_dir_all(folder.join("package/sub")).unwrap_or_else(|error| panic!("{error}"));
    write(&folder.join("package/__init__.py"), "from . import one\nfrom .one import x\nname = __name__\n");
    write(&folder.join("package/one.py"), "x = 1\nfrom .sub import deep\n");
    write(&folder.join("package/sub/__init__.py"), "");
    write(&folder.join("package/sub/deep.py"), "from .. import one\nfrom ..one import x as xx\nfrom package import one as again\ny = 2\n");
    write(&folder.join("broken.py"), "x = = 1\n");
    write(&folder.join("fails.py"), "1 / 0\n");
    let script = folder.join("main.py");
    write(
        &script,
        "import beside\nimport beside as b\nfrom beside import f, value as v\nprint(b is beside, f(), v)\n\
         import package.sub.deep\nprint(package.x, package.sub.deep.y, package.name, package.one.__name__, package.__path__ is not None)\n\
         from package.sub import deep\nprint(deep.again is package.one, deep.__package__)\n\
         for name in ('broken', 'fails', 'missing', 'package.missing', 'beside.missing'):\n\
         \x20   try:\n        __import__(name)\n    except (ImportError, SyntaxError, ZeroDivisionError) as e:\n        print(name, type(e).__name__)\n\
         import sys\nprint('fails' in sys.modules, 'beside' in sys.modules, beside.__file__.endswith('beside.py'))\n",
    );
    check(
        pyvm().arg(&script),
        "imported beside\nTrue 5 5\n1 2 package package.one True\nTrue package.sub\nbroken SyntaxError\n\
         fails ZeroDivisionError\nmissing ModuleNotFoundError\npackage.missing ModuleNotFoundError\n\
         beside.missing ModuleNotFoundError\nFalse True True\n",
    );
}

#[test]
fn imports_on_the_path_variable() {
    let one = folder("path-one");
    let two = folder("path-two");
    write(&one.join("first.py"), "import second\nprint('first', second.x)\n");
    write(&two.join("second.py"), "x = 2\n");
    write(&two.join("first.py"), "print('the wrong one')\n");
    let path = format!("{}:{}", one.display(), two.display());
    check(pyvm().arg("-c").arg("import first").env("PYTHONPATH", path), "first 2\n");
}

#[test]
fn circular_imports() {
    let folder = folder("circular");
    write(&folder.join("a.py"), "x = 1\nimport b\ny = b.z\n");
    write(&folder.join("b.py"), "import a\nz = a.x + 1\ntry:\n    a.y\nexcept AttributeError:\n    print('a is not complete yet')\n");
    write(&folder.join("main.py"), "import a\nprint(a.y)\n");
    check(pyvm().arg(folder.join("main.py")), "a is not complete yet\n2\n");
}

#[test]
fn an_error_in_an_imported_file_shows_both_files() {
    let folder = folder("import-error");
    write(&folder.join("inner.py"), "def f():\n    return missing_name\n\nvalue = f()\n");
    write(&folder.join("main.py"), "import inner\n");
    let outcome = run(pyvm().arg(folder.join("main.py")));
    let errors = outcome.errors();
    assert_eq!(outcome.end(), "exit 1");
    for part in ["main.py\", line 1, in <module>", "inner.py\", line 4, in <module>", "inner.py\", line 2, in f", "NameError: name 'missing_name' is not defined"] {
        assert!(errors.contains(part), "{part} is not in\n{errors}");
    }
}

#[test]
fn check_only() {
    let folder = folder("check");
    write(&folder.join("good.py"), "print('must not run')\n");
    write(&folder.join("bad.py"), "x = 1\ny = = 2\n");
    check(pyvm().arg("--check").arg(folder.join("good.py")), "");
    let outcome = run(pyvm().arg("--check").arg(folder.join("good.py")).arg(folder.join("bad.py")));
    assert_ne!(outcome.status.code(), Some(0));
    let text = outcome.output() + &outcome.errors();
    assert!(text.contains("bad.py") && text.contains("SyntaxError") && text.contains('2'), "{text}");
    assert!(!text.contains("good.py"), "{text}");
}

#[test]
fn disassembly() {
    let folder = folder("dis");
    let script = folder.join("script.py");
    write(&script, "def f(a, b):\n    return a + b * 2\nprint('must not run')\n");
    let outcome = run(pyvm().arg("--dis").arg(&script));
    assert_eq!(outcome.end(), "exit 0", "{}", outcome.errors());
    let text = outcome.output();
    assert!(text.contains('f') && text.lines().count() > 5, "{text}");
    assert!(!text.contains("must not run\n") || text.contains("'must not run'"), "{text}");
}

#[test]
fn output_to_a_closed_pipe_ends_quietly() {
    let program = Program::new("sh").arg("-c").arg("\"$0\" -c 'for i in range(200000): print(i)' | head -n 1").limit(30);
    let path = interpreter().unwrap_or_else(|error| panic!("{error}"));
    let outcome = run(program.arg(path));
    assert_eq!(outcome.output(), "0\n");
    assert!(!outcome.errors().contains("panicked"), "{}", outcome.errors());
}

#[test]
fn standard_error_and_output_are_apart() {
    let outcome = run(pyvm().arg("-c").arg("import sys; print('out'); print('err', file=sys.stderr)"));
    assert_eq!((outcome.output().as_str(), outcome.errors().as_str()), ("out\n", "err\n"));
}

#[test]
fn example_word_count() {
    let folder = folder("words");
    fs::create_dir_all(folder.join("sub")).unwrap_or_else(|error| panic!("{error}"));
    write(&folder.join("a.txt"), "The cat and the dog.\nThe END\n");
    write(&folder.join("sub/b.md"), "# dog\n\ncat, cat; 'cat' 123 été\n");
    write(&folder.join("sub/ignored.bin"), "cat cat\n");
    let outcome = run(pyvm().arg(repository().join("examples/wordcount.py")).arg(&folder).limit(120));
    assert_eq!((outcome.end().as_str(), outcome.errors().as_str()), ("exit 0", ""));
    let expected =
        "2 files, 5 lines, 60 characters\n12 words, 6 different\n         4 cat\n         3 the\n         2 dog\n         1 and\n         1 end\n         1 été\n";
    assert_eq!(outcome.output(), expected);
}

#[test]
fn example_ring() {
    let outcome = run(pyvm().arg(repository().join("examples/ring.py")).arg("1000").arg("5").limit(120));
    assert_eq!(outcome.output(), "1000 threads, 5 laps: the token made 5000 hops\n", "{}", outcome.errors());
    assert_eq!(outcome.end(), "exit 0");
}

#[test]
fn example_ring_of_ten_thousand() {
    let outcome = run(pyvm().arg(repository().join("examples/ring.py")).limit(120));
    assert_eq!(outcome.output(), "10000 threads, 10 laps: the token made 100000 hops\n", "{}", outcome.errors());
}

#[test]
fn example_million() {
    let outcome = run(pyvm().arg(repository().join("examples/million.py")).limit(300));
    assert_eq!(
        (outcome.end().as_str(), outcome.output().as_str()),
        ("exit 0", "1000000 threads are waiting, 0 have left\n1000000 threads have left\n"),
        "{}",
        outcome.errors()
    );
    // AddressSanitizer's own memory is not the program's.
    if std::env::var_os("ASAN_OPTIONS").is_none() {
        assert!(outcome.peak_kib < 1 << 20, "{} KiB at the peak", outcome.peak_kib);
    }
}

#[test]
fn example_deadlock() {
    let outcome = run(pyvm().arg(repository().join("examples/deadlock.py")).limit(30));
    let output = outcome.output();
    assert_eq!(outcome.end(), "exit 0", "{output}{}", outcome.errors());
    assert!(output.starts_with("DeadlockError:"), "{output}");
    assert!(output.ends_with("the main thread carries on\n"), "{output}");
    assert!(output.matches("deadlock.py:").count() >= 2, "{output}");
}

#[test]
fn a_deadlock_nobody_catches_ends_the_program() {
    let outcome = run(pyvm().arg("-c").arg("import _thread\nl = _thread.allocate_lock()\nl.acquire()\nl.acquire()").limit(30));
    assert_eq!(outcome.end(), "exit 1");
    assert!(outcome.errors().contains("DeadlockError"), "{}", outcome.errors());
}

#[test]
fn single_context_can_be_forced() {
    let code = "import _thread\nl = _thread.allocate_lock()\nl.acquire()\n_thread.start_new_thread(l.release, ())\nl.acquire()\nprint('one context')";
    check(pyvm().arg("-X").arg("single").arg("-c").arg(code), "one context\n");
}

#[test]
fn thread_capacity_is_a_clean_error() {
    let code = "import _thread\nl = _thread.allocate_lock()\nl.acquire()\nn = 0\ntry:\n    while True:\n        _thread.start_new_thread(l.acquire, ())\n        n += 1\nexcept RuntimeError as e:\n    print(e, n < 20)";
    check(pyvm().arg("-X").arg("threads=16").arg("-c").arg(code), "can't start new thread True\n");
}

#[test]
fn a_folder_and_an_archive_are_run() {
    let folder = folder("runnable");
    write(&folder.join("__main__.py"), "import part, sys\nprint(part.name, __name__, __file__.endswith('__main__.py'), sys.argv[1:])\n");
    write(&folder.join("part.py"), "name = 'part'\n");
    check(pyvm().arg(&folder).arg("x"), "part __main__ True ['x']\n");
    let archive = Path::new(env!("CARGO_TARGET_TMPDIR")).join("runnable.zip");
    check(pyvm().folder(&folder).arg("-m").arg("zipfile").arg("-c").arg(&archive).arg("__main__.py").arg("part.py"), "");
    check(pyvm().arg(&archive).arg("x"), "part __main__ True ['x']\n");
    check(pyvm().env("PYTHONPATH", &archive).arg("-c").arg("import part; print(part.name, '.zip' in part.__file__)"), "part True\n");
    let outcome = run(pyvm().arg(env!("CARGO_TARGET_TMPDIR")));
    assert_eq!(outcome.end(), "exit 1");
    assert!(outcome.errors().contains("can't find '__main__' module in"), "{}", outcome.errors());
}

#[test]
fn wrong_options() {
    for (arguments, message) in [
        (&["-Z"][..], "Unknown option: -Z\n"),
        (&["-c"], "Argument expected for the -c option\n"),
        (&["-m"], "Argument expected for the -m option\n"),
        (&["--nothing"], "Unknown option: --nothing\n"),
    ] {
        let outcome = run(arguments.iter().fold(pyvm(), |program, argument| program.arg(argument)));
        assert_eq!(outcome.end(), "exit 2", "{arguments:?}");
        assert!(outcome.errors().starts_with(message), "{arguments:?}: {}", outcome.errors());
    }
    let outcome = run(pyvm().arg("-X").arg("int_max_str_digits=3").arg("-c").arg("pass"));
    assert_eq!(outcome.end(), "exit 1");
}

#[test]
fn options_and_variables_show_in_flags() {
    let show = "import sys; f = sys.flags; print(f.optimize, f.dont_write_bytecode, f.inspect, f.no_site, f.isolated, f.safe_path, f.bytes_warning, f.dev_mode)";
    check(pyvm().env("PYTHONDONTWRITEBYTECODE", "").arg("-c").arg(show), "0 0 0 0 0 False 0 False\n");
    check(pyvm().arg("-OOBbSX").arg("dev").arg("-c").arg(show), "2 1 0 1 0 False 1 True\n");
    check(pyvm().env("PYTHONOPTIMIZE", "1").arg("-c").arg(show), "1 1 0 0 0 False 0 False\n");
    check(pyvm().env("PYTHONOPTIMIZE", "1").arg("-I").arg("-c").arg(show), "0 0 0 0 1 True 0 False\n");
    check(pyvm().arg("-O").arg("-c").arg("assert 0\nprint(__debug__, eval('__debug__'))"), "False False\n");
    check(pyvm().arg("-OO").arg("-c").arg("def f(): 'doc'\nprint(f.__doc__)"), "None\n");
    check(pyvm().arg("-X").arg("name=value").arg("-X").arg("other").arg("-c").arg("import sys; print(sys._xoptions)"), "{'name': 'value', 'other': True}\n");
    check(pyvm().arg("-Xint_max_str_digits=700").arg("-c").arg("import sys; print(sys.get_int_max_str_digits())"), "700\n");
    check(pyvm().env("PYTHONIOENCODING", "latin-1").arg("-c").arg("import sys; print(sys.stdout.encoding)"), "latin-1\n");
    check(pyvm().arg("-P").arg("-c").arg("import sys; print('' in sys.path)"), "False\n");
}

#[test]
fn compiled_modules_are_kept() {
    let folder = folder("kept");
    let (module, kept) = (folder.join("module.py"), folder.join("__pycache__/module.pyvm-314.pyc"));
    let keeping = || pyvm().env("PYTHONDONTWRITEBYTECODE", "").env("PYTHONPATH", &folder);
    let program = "import module; print(module.x, module.__cached__.endswith('module.pyvm-314.pyc'))";
    write(&module, "x = 1\n");
    check(keeping().arg("-B").arg("-c").arg(program), "1 True\n");
    assert!(!kept.exists());
    check(keeping().arg("-c").arg(program), "1 True\n");
    let first = fs::read(&kept).unwrap_or_default();
    assert!(!first.is_empty());
    check(keeping().arg("-c").arg(program), "1 True\n");
    // A source that has changed counts, and so does nothing that is damaged.
    write(&module, "x = 'another'\n");
    check(keeping().arg("-c").arg(program), "another True\n");
    for length in [0, 3, 16, 20, first.len() - 1] {
        let damaged = fs::read(&kept).map(|bytes| bytes[..length.min(bytes.len())].to_vec()).unwrap_or_default();
        fs::write(&kept, damaged).unwrap_or_else(|error| panic!("{error}"));
        check(keeping().arg("-c").arg(program), "another True\n");
    }
    let mut flipped = fs::read(&kept).unwrap_or_default();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 0x55;
    fs::write(&kept, flipped).unwrap_or_else(|error| panic!("{error}"));
    check(keeping().arg("-c").arg(program), "another True\n");
    check(keeping().arg("-c").arg("import importlib, sys, module; sys.meta_path.insert(0, type('F', (), {'find_spec': lambda *a: None})); del sys.modules['module']; import module; print(module.x)"), "another\n");
    check(pyvm().arg(&kept), "");
}

#[test]
fn a_virtual_environment() {
    let folder = folder("environment");
    let packages = folder.join("lib/python3.14/site-packages");
    for path in [&packages, &folder.join("bin"), &folder.join("more")] {
        fs::create_dir_all(path).unwrap_or_else(|error| panic!("{error}"));
    }
    write(&folder.join("pyvenv.cfg"), "home = /usr/local/bin\ninclude-system-site-packages = false\nversion = 3.14.0\n");
    write(&packages.join("inner.py"), "x = 1\n");
    write(&packages.join("more.pth"), &format!("{}\n", folder.join("more").display()));
    write(&folder.join("more/outer.py"), "y = 2\n");
    let link = folder.join("bin/python");
    let path = interpreter().unwrap_or_else(|error| panic!("{error}"));
    std::os::unix::fs::symlink(path, &link).unwrap_or_else(|error| panic!("{error}"));
    let show = "import sys, inner, outer; print(inner.x, outer.y, sys.prefix == sys.argv[1], sys.base_prefix, sys.executable.endswith('bin/python'))";
    check(Program::new(&link).arg("-c").arg(show).arg(&folder), "1 2 True /usr/local True\n");
    check(Program::new(&link).arg("-S").arg("-c").arg("import sys; print(any('site-packages' in path for path in sys.path))"), "False\n");
}

#[test]
fn a_session_without_a_terminal() {
    let outcome = run(pyvm().arg("-i").arg("-q").input("1 + 1\nif 1:\n  print(3)\n\n1 / 0\n'last' 'line'\nx = (\n"));
    assert_eq!((outcome.end().as_str(), outcome.output().as_str()), ("exit 0", "2\n3\n'lastline'\n"));
    let errors = outcome.errors();
    assert!(errors.starts_with(">>> >>> ... ... >>> Traceback (most recent call last):\n  File \"<stdin>\", line 1, in <module>\n    1 / 0\n"), "{errors}");
    assert!(errors.contains("SyntaxError: '(' was never closed"), "{errors}");
    let outcome = run(pyvm().arg("-i").arg("-c").arg("import sys; x = 4; sys.exit(3)").input("x\nexit(5)\n"));
    assert_eq!((outcome.end().as_str(), outcome.output().as_str()), ("exit 5", "4\n"));
    assert!(outcome.errors().contains("SystemExit: 3"), "{}", outcome.errors());
}
