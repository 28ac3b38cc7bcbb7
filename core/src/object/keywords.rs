//! Binding of arguments for natives whose signature has keyword-only parameters: the VM passes those on as the caller gave
//! them.

use super::str::Str;
use super::value::Value;
use crate::vm::{Args, Res, Vm};
use alloc::format;

/// The arguments by parameter, in the order of `names`; the first `most_positional` may be given by position (those with an
/// empty name only so). `function` is for messages.
///
/// # Errors
/// TypeError: too many, unknown or given twice.
pub fn bind<const N: usize>(vm: &mut Vm, function: &str, args: &Args, names: [&str; N], most_positional: usize) -> Res<[Option<Value>; N]> {
    let mut bound = [const { None }; N];
    let given = args.positional.len();
    if given > most_positional {
        let plural = if most_positional == 1 { "" } else { "s" };
        return Err(vm.type_error(&format!("{function}() takes at most {most_positional} positional argument{plural} ({given} given)")));
    }
    for (place, value) in bound.iter_mut().zip(args.positional) {
        *place = Some(value.clone()).filter(|value| !value.is_undefined());
    }
    for (name, value) in args.names.iter().zip(args.values) {
        let position = names.iter().position(|known| !known.is_empty() && Str::is(name, known));
        match position.and_then(|position| bound.get_mut(position)) {
            Some(place @ None) => *place = Some(value.clone()),
            Some(_) => {
                let name = shown(name);
                return Err(vm.type_error(&format!("argument for {function}() given by name ('{name}') and position")));
            }
            None => {
                let name = shown(name);
                return Err(vm.type_error(&format!("{function}() got an unexpected keyword argument '{name}'")));
            }
        }
    }
    Ok(bound)
}

fn shown(name: &Value) -> alloc::string::String {
    name.get::<Str>().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
