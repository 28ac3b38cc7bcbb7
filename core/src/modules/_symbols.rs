//! `_symbols`: what the compiler finds out about names, for the module `symtable`. The rest of `_symtable` is Python.

use super::ModuleSpec;
use crate::compile;
use crate::object::dict::Dict;
use crate::object::value::Value;
use crate::syntax::{self, Mode, ParseOptions};
use crate::vm::execute::text_of;
use crate::vm::source::{given_source, parse_options};
use crate::vm::{Native, Res, Vm};
use alloc::vec::Vec;

pub static MODULE: ModuleSpec = ModuleSpec {
    natives: &[Native::simple(
        "scopes(source, filename, startstr, /)",
        scopes,
        "The scopes of source: (type, name, line, nested, symbols, parameters, index of the scope around it or None).",
    )],
    ..ModuleSpec::new("_symbols", "Names and scopes of source.")
};

fn scopes(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let filename = text_of(&arguments[1]);
    let mode = match text_of(&arguments[2]).as_str() {
        "exec" => Mode::Exec,
        "eval" => Mode::Eval,
        "single" => Mode::Single,
        _ => return Err(vm.value_error("symtable() arg 3 must be 'exec' or 'eval' or 'single'")),
    };
    let text = given_source(vm, &arguments[0], "symtable() arg 1 must be a string or bytes")?;
    let options = ParseOptions { max_integer_digits: vm.int_max_str_digits as u32, ..parse_options() };
    let found = text.read(&options).and_then(|source| {
        let parsed = syntax::parse(&source, mode, &options)?;
        compile::symbols(&parsed.module, &source, false)
    });
    let found = match found {
        Ok(found) => found,
        Err(error) => return Err(vm.syntax_error(&error, &filename)),
    };
    let mut tables = Vec::with_capacity(found.len());
    for scope in found {
        let symbols = vm.new_dict();
        for (name, flags) in &scope.symbols {
            let name = vm.intern(name);
            if let Some(symbols) = symbols.get::<Dict>() {
                drop(symbols.set_interned(&name, Value::small_int(i64::from(*flags))));
            }
        }
        let parameters = scope.parameters.iter().map(|name| vm.intern(name)).collect();
        let (name, parameters) = (vm.intern(&scope.name), vm.new_list(parameters));
        let parent = scope.parent.map_or(Value::NONE, |parent| Value::small_int(parent as i64));
        let (kind, line) = (Value::small_int(i64::from(scope.kind)), Value::small_int(i64::from(scope.line)));
        tables.push(vm.new_tuple(Vec::from([kind, name, line, Value::bool(scope.nested), symbols, parameters, parent])));
    }
    Ok(vm.new_list(tables))
}
