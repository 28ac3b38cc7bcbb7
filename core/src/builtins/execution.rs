//! `compile`, `exec`, `eval`, `__build_class__`.

use crate::object::bytes;
use crate::object::code::Code;
use crate::object::dict::Dict;
use crate::object::exception::Ex;
use crate::object::str::Str;
use crate::object::value::Value;
use crate::syntax::Mode;
use crate::vm::execute::text_of;
use crate::vm::import::import_by_name;
use crate::vm::native::{Args, Native};
use crate::vm::source::{CompileFlags, source_bytes};
use crate::vm::{Action, Call, Name, Res, Vm, build_class};
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;

pub const NATIVES: &[Native] = &[
    Native::full("__build_class__(func, name, /, *bases, **kwds)", build_class::build_class, "Internal helper function used by the class statement."),
    Native::full("compile(source, filename, mode, flags=0, dont_inherit=False, optimize=-1, _feature_version=-1)", compile, "Compile source into a code object."),
    Native::full("exec(source, globals=None, locals=None, /, *, closure=None)", exec, "Execute the given source in the context of globals and locals."),
    Native::full("eval(source, /, globals=None, locals=None)", eval, "Evaluate the given source in the context of globals and locals."),
];

/// `compile()` flags: what is wanted is the syntax tree.
const ONLY_TREE: i64 = 0x400;

fn compile(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let arguments = arguments.positional;
    if vm.is_syntax_tree(&arguments[0]) {
        return Err(vm.raise(Ex::NotImplementedError, "compile() of syntax trees"));
    }
    let text = source_bytes(vm, &arguments[0], "compile() arg 1 must be a string, bytes or AST object")?;
    let mode = match text_of(&arguments[2]).as_str() {
        "exec" => Mode::Exec,
        "eval" => Mode::Eval,
        "single" => Mode::Single,
        _ => return Err(vm.value_error("compile() mode must be 'exec', 'eval' or 'single'")),
    };
    let flags = match crate::vm::argument(arguments, 3) {
        Some(flags) => vm.index_i64(flags)?,
        None => 0,
    };
    let filename = file_name(vm, &arguments[1])?;
    if flags & ONLY_TREE != 0 {
        let name = vm.intern("_ast");
        return import_by_name(vm, &name)?.and_then(vm, move |vm, _| vm.parse_to_tree(&text, &filename, mode).map(Action::Return));
    }
    let flags = CompileFlags { optimize: 0, future_annotations: flags & 0x100_0000 != 0, top_level_await: flags & 0x2000 != 0 };
    vm.compile_source(&text, &filename, mode, flags).map(Action::Return)
}

/// A file name as `compile()` takes it: str, bytes, or what has `__fspath__`.
fn file_name(vm: &mut Vm, name: &Value) -> Res<String> {
    if name.get::<Str>().is_some() {
        return Ok(text_of(name));
    }
    match bytes::of(vm, name)? {
        Some(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        None => {
            let given = vm.type_name(name);
            Err(vm.type_error(&format!("expected str, bytes or os.PathLike object, not {given}")))
        }
    }
}

/// The namespaces to run in: those given, else the caller's.
fn namespaces(vm: &mut Vm, arguments: &Args, what: &str) -> Res<(Value, Value)> {
    let given = |index| arguments.get(index).filter(|value: &&Value| !value.is_none()).cloned();
    let (globals, locals) = (given(1), given(2));
    let globals = match globals {
        Some(globals) if globals.get::<Dict>().is_some() => globals,
        Some(globals) => {
            let kind = vm.type_name(&globals);
            return Err(vm.type_error(&format!("{what}() globals must be a dict, not {kind}")));
        }
        None => {
            let current = match vm.python_frame().and_then(|frame| frame.function().map(|function| function.globals.clone())) {
                Some(globals) => globals,
                None => vm.new_dict(),
            };
            let locals = match locals {
                Some(locals) => locals,
                None => crate::builtins::attributes::current_locals(vm)?,
            };
            return Ok((current, locals));
        }
    };
    if let Some(dict) = globals.get::<Dict>()
        && dict.get_interned(vm.name(Name::Builtins)).is_none()
    {
        let (name, builtins) = (vm.name(Name::Builtins).clone(), vm.builtins.clone());
        drop(dict.set_interned(&name, builtins));
    }
    let locals = locals.unwrap_or_else(|| globals.clone());
    Ok((globals, locals))
}

fn run(vm: &mut Vm, code: &Value, globals: &Value, locals: Value, what: &str) -> Res<Action> {
    if code.get::<Code>().is_some_and(|code| !code.free_names.is_empty()) {
        return Err(vm.type_error(&format!("code object passed to {what}() may not contain free variables")));
    }
    let takes_namespace = code.get::<Code>().is_some_and(|code| code.flags.has(crate::code::prototype::CodeFlags::NAMESPACE));
    let function = vm.new_function(code, globals, Box::default());
    let arguments: &[Value] = if takes_namespace { &[locals] } else { &[] };
    Ok(Action::TailCall(Call::new(function, arguments)))
}

fn exec(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let (globals, locals) = namespaces(vm, arguments, "exec")?;
    let source = arguments.get(0).cloned().unwrap_or(Value::NONE);
    let code = if source.get::<Code>().is_some() {
        source
    } else {
        let text = source_bytes(vm, &source, "exec() arg 1 must be a string, bytes or code object")?;
        vm.compile_source(&text, "<string>", Mode::Exec, CompileFlags::default())?
    };
    run(vm, &code, &globals, locals, "exec")?.and_then(vm, |_, _| Ok(Action::Return(Value::NONE)))
}

fn eval(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let (globals, locals) = namespaces(vm, arguments, "eval")?;
    let source = arguments.get(0).cloned().unwrap_or(Value::NONE);
    let code = if source.get::<Code>().is_some() {
        source
    } else {
        let source = match source.get::<Str>() {
            Some(text) => vm.new_str(text.to_string_lossy().trim_start_matches([' ', '\t'])),
            None => source,
        };
        let text = source_bytes(vm, &source, "eval() arg 1 must be a string, bytes or code object")?;
        vm.compile_source(&text, "<string>", Mode::Eval, CompileFlags::default())?
    };
    run(vm, &code, &globals, locals, "eval")
}
