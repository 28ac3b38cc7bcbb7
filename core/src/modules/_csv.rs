//! `_csv`: reading and writing rows of separated fields.

mod dialect;
mod reading;
mod writing;

use super::{ModuleSpec, exception_class, raise_of};
use crate::object::exception::Ex;
use crate::vm::{Native, Raised, Vm};
use dialect::{DIALECT, field_size_limit, get_dialect, list_dialects, register_dialect, unregister_dialect};
use reading::{READER, reader};
use writing::{WRITER, writer};

pub static MODULE: ModuleSpec = ModuleSpec {
    natives: &[
        Native::full("reader(iterable, /, *args, **kwargs)", reader, "Return a reader object that will process lines from the given iterable.").counting(),
        Native::full("writer(fileobj, /, *args, **kwargs)", writer, "Return a writer object that will write user data on the given file object.").counting(),
        Native::simple("list_dialects()", list_dialects, "Return a list of all known dialect names."),
        Native::full("register_dialect(name, /, *args, **kwargs)", register_dialect, "Create a mapping from a string name to a CVS dialect.").counting(),
        Native::simple("unregister_dialect(name)", unregister_dialect, "Delete the name/dialect mapping associated with a string name."),
        Native::simple("get_dialect(name)", get_dialect, "Return the dialect instance associated with name."),
        Native::simple(
            "field_size_limit(new_limit=<unrepresentable>)",
            field_size_limit,
            "Sets an upper limit on parsed fields.\n\nReturns old limit. If limit is not given, no new limit is set and the old limit is returned",
        ),
    ],
    types: &[&DIALECT],
    constants: |vm, module| {
        let error = exception_class(vm, "_csv", "Error", &[Ex::Exception]);
        module.set(vm, "Error", error);
        let dialects = vm.new_dict();
        module.set(vm, DIALECTS, dialects);
        module.set_int(vm, FIELD_LIMIT, DEFAULT_LIMIT);
        for (number, name) in ["QUOTE_MINIMAL", "QUOTE_ALL", "QUOTE_NONNUMERIC", "QUOTE_NONE", "QUOTE_STRINGS", "QUOTE_NOTNULL"].into_iter().enumerate() {
            module.set_int(vm, name, number as i64);
        }
        vm.class_from_spec(&READER);
        vm.class_from_spec(&WRITER);
    },
    ..ModuleSpec::new("_csv", "CSV parsing and writing.")
};

/// Where the module keeps the registered dialects, and the longest field allowed.
const DIALECTS: &str = "_dialects";
const FIELD_LIMIT: &str = "_field_limit";
const DEFAULT_LIMIT: i64 = 128 * 1024;

#[cold]
fn error(vm: &mut Vm, message: &str) -> Raised {
    raise_of(vm, "_csv", "Error", message)
}
