//! `compile`, `exec`, `eval`, `__build_class__`.

use crate::object::bytes;
use crate::object::code::Code;
use crate::object::dict::Dict;
use crate::object::exception::Ex;
use crate::object::function::CellObject;
use crate::object::str::Str;
use crate::object::tuple::Tuple;
use crate::object::value::Value;
use crate::syntax::Mode;
use crate::vm::execute::text_of;
use crate::vm::import::import_by_name;
use crate::vm::native::{Args, Native};
use crate::vm::protocol::get_attribute_then;
use crate::vm::source::{CompileFlags, given_source};
use crate::vm::{Action, Call, Name, Res, Vm, build_class};
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;

pub const NATIVES: &[Native] = &[
    Native::full("__build_class__(func, name, /, *bases, **kwds)", build_class::build_class, "Internal helper function used by the class statement."),
    Native::full("compile(source, filename, mode, flags=0, dont_inherit=False, optimize=-1, _feature_version=-1)", compile, "Compile source into a code object."),
    Native::full("exec(source, /, globals=None, locals=None, *, closure=None)", exec, "Execute the given source in the context of globals and locals."),
    Native::full("eval(source, /, globals=None, locals=None)", eval, "Evaluate the given source in the context of globals and locals."),
];

/// `compile()` flags: what is wanted is the syntax tree.
const ONLY_TREE: i64 = 0x400;
/// All flags of `compile()`: those above, of `ast`, and of `__future__`.
const KNOWN_FLAGS: i64 = 0x01fe_f610;

fn compile(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let arguments = arguments.positional;
    let flags = match crate::vm::argument(arguments, 3) {
        Some(flags) => vm.index_i64(flags)?,
        None => 0,
    };
    if flags & !KNOWN_FLAGS != 0 {
        return Err(vm.value_error("compile(): unrecognised flags"));
    }
    let optimize = match crate::vm::argument(arguments, 5) {
        Some(level) => vm.index_i64(level)?,
        None => -1,
    };
    let optimize = match optimize {
        -1 => vm.host.flags.optimize,
        0..=2 => optimize as u8,
        _ => return Err(vm.value_error("compile(): invalid optimize value")),
    };
    let filename = file_name(vm, &arguments[1])?;
    let mode = match text_of(&arguments[2]).as_str() {
        "exec" => Mode::Exec,
        "eval" => Mode::Eval,
        "single" => Mode::Single,
        "func_type" if flags & ONLY_TREE != 0 => return Err(vm.raise(Ex::NotImplementedError, "compile() of function types")),
        "func_type" => return Err(vm.value_error("compile() mode 'func_type' requires flag PyCF_ONLY_AST")),
        _ if flags & ONLY_TREE != 0 => return Err(vm.value_error("compile() mode must be 'exec', 'eval', 'single' or 'func_type'")),
        _ => return Err(vm.value_error("compile() mode must be 'exec', 'eval' or 'single'")),
    };
    let compile_flags = CompileFlags {
        optimize,
        future_annotations: flags & 0x100_0000 != 0,
        top_level_await: flags & 0x2000 != 0,
        allow_incomplete_input: flags & 0x4000 != 0,
        require_dedent: flags & 0x200 != 0,
    };
    if vm.is_syntax_tree(&arguments[0]) {
        let tree = arguments[0].clone();
        let (module, function) = (vm.intern("_ast"), vm.intern("_plain"));
        let module = vm.modules.get::<Dict>().and_then(|modules| modules.get_interned(&module)).unwrap_or(Value::NONE);
        let mode = arguments[2].clone();
        return get_attribute_then(vm, &module, &function, move |_, plain| {
            Ok(Action::call(plain?, [tree.clone(), mode], move |vm, plain| {
                let plain = plain?;
                if flags & ONLY_TREE != 0 {
                    return Ok(Action::Return(tree));
                }
                vm.compile_tree(&plain, &filename, compile_flags).map(Action::Return)
            }))
        });
    }
    let text = given_source(vm, &arguments[0], "compile() arg 1 must be a string, bytes or AST object")?;
    if flags & ONLY_TREE != 0 {
        let name = vm.intern("_ast");
        return import_by_name(vm, &name)?.and_then(vm, move |vm, _| vm.parse_to_tree(&text, &filename, mode).map(Action::Return));
    }
    vm.compile_then(&text, &filename, mode, compile_flags, |_, code| Ok(Action::Return(code)))
}

/// A file name as `compile()` takes it: str, bytes, or what has `__fspath__`.
fn file_name(vm: &mut Vm, name: &Value) -> Res<String> {
    let plain = |name: &Value| match name.get::<bytes::Bytes>() {
        Some(bytes) => Some(String::from_utf8_lossy(bytes.data()).into_owned()),
        None => name.get::<Str>().map(|_| text_of(name)),
    };
    if let Some(name) = plain(name) {
        return Ok(name);
    }
    let method = vm.intern("__fspath__");
    if let Some(method) = vm.class_of(name).lookup(&method) {
        let path = vm.call(&method, core::slice::from_ref(name))?;
        if let Some(name) = plain(&path) {
            return Ok(name);
        }
    }
    let given = vm.type_name(name);
    Err(vm.type_error(&format!("expected str, bytes or os.PathLike object, not {given}")))
}

/// The namespaces to run in: those given, else the caller's.
fn namespaces(vm: &mut Vm, arguments: &Args, what: &str) -> Res<(Value, Value)> {
    let given = |index, name| arguments.get(index).or_else(|| arguments.keyword(name)).filter(|value: &&Value| !value.is_none()).cloned();
    let (globals, locals) = (given(1, "globals"), given(2, "locals"));
    if let Some(locals) = &locals
        && locals.get::<Dict>().is_none()
        && vm.lookup_special(locals, Name::GetItem).is_none()
    {
        let kind = vm.type_name(locals);
        return Err(vm.type_error(&format!("locals must be a mapping or None, not {kind}")));
    }
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

/// Runs code with these cells for its free variables.
fn run(vm: &mut Vm, code: &Value, globals: &Value, locals: Value, closure: Box<[Value]>) -> Res<Action> {
    let takes_namespace = code.get::<Code>().is_some_and(|code| code.flags.has(crate::code::prototype::CodeFlags::NAMESPACE));
    let function = vm.new_function(code, globals, closure);
    let arguments: &[Value] = if takes_namespace { &[locals] } else { &[] };
    Ok(Action::TailCall(Call::new(function, arguments)))
}

/// The cells that `exec(closure=..)` gives a code object.
fn closure_for(vm: &mut Vm, code: &Code, closure: Option<&Value>) -> Res<Box<[Value]>> {
    let wanted = code.free_names.len();
    let Some(closure) = closure else {
        return if wanted == 0 { Ok(Box::default()) } else { Err(vm.type_error(&format!("code object requires a closure of exactly length {wanted}"))) };
    };
    if wanted == 0 {
        return Err(vm.type_error("cannot use a closure with this code object"));
    }
    let cells = closure.get_exact::<Tuple>().map(Tuple::items).unwrap_or_default();
    if cells.len() != wanted || cells.iter().any(|cell| cell.get::<CellObject>().is_none()) {
        return Err(vm.type_error(&format!("code object requires a closure of exactly length {wanted}")));
    }
    Ok(cells.into())
}

fn exec(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    const PARAMETERS: [&str; 3] = ["globals", "locals", "closure"];
    if let Some(name) = arguments.names.iter().find(|name| !PARAMETERS.iter().any(|known| Str::is(name, known))) {
        let name = text_of(name);
        return Err(vm.type_error(&format!("exec() got an unexpected keyword argument '{name}'")));
    }
    let (globals, locals) = namespaces(vm, arguments, "exec")?;
    let source = arguments.get(0).cloned().unwrap_or(Value::NONE);
    let closure = arguments.keyword("closure").filter(|closure| !closure.is_none());
    let cells = match source.get::<Code>() {
        Some(code) => closure_for(vm, code, closure)?,
        None if closure.is_some() => return Err(vm.type_error("closure can only be used when source is a code object")),
        None => Box::default(),
    };
    let run_it = move |vm: &mut Vm, code: Value| run(vm, &code, &globals, locals, cells)?.and_then(vm, |_, _| Ok(Action::Return(Value::NONE)));
    if source.get::<Code>().is_some() {
        return run_it(vm, source);
    }
    let text = given_source(vm, &source, "exec() arg 1 must be a string, bytes or code object")?;
    vm.compile_then(&text, "<string>", Mode::Exec, vm.compile_flags(), run_it)
}

fn eval(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let (globals, locals) = namespaces(vm, arguments, "eval")?;
    let source = arguments.get(0).cloned().unwrap_or(Value::NONE);
    let run_it = move |vm: &mut Vm, code: Value| run(vm, &code, &globals, locals, Box::default());
    if source.get::<Code>().is_some_and(|code| !code.free_names.is_empty()) {
        return Err(vm.type_error("code object passed to eval() may not contain free variables"));
    }
    if source.get::<Code>().is_some() {
        return run_it(vm, source);
    }
    let source = match source.get::<Str>() {
        Some(text) => vm.new_str(text.to_string_lossy().trim_start_matches([' ', '\t'])),
        None => source,
    };
    let text = given_source(vm, &source, "eval() arg 1 must be a string, bytes or code object")?;
    vm.compile_then(&text, "<string>", Mode::Eval, vm.compile_flags(), run_it)
}
