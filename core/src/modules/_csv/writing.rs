//! Writers: rows into lines.

use super::dialect::{Dialect, Quoting, dialect_class, dialect_then, first_and_dialect};
use super::error;
use crate::object;
use crate::object::class::{CLASS_FINAL, CLASS_NOT_CALLABLE, TypeSpec};
use crate::object::containers::receiver;
use crate::object::exception::Ex;
use crate::object::header::{Header, Kind, Object};
use crate::object::str::{Str, StrBuilder};
use crate::object::value::Value;
use crate::vm::iterate::{Each, Flow, for_each};
use crate::vm::protocol::{get_attribute_then, str_then};
use crate::vm::{Action, Args, Call, Getter, Name, Native, Res, Vm};
use alloc::boxed::Box;
use alloc::format;

/// `_csv.writer`
#[repr(C)]
struct Writer {
    header: Header,
    write: Value,
    dialect: Value,
}

object!(Writer, Kind::Other, "_csv.writer", |this, visit| {
    visit(&this.write);
    visit(&this.dialect);
});

pub(super) fn writer(vm: &mut Vm, args: &Args) -> Res<Action> {
    let (file, base) = first_and_dialect(vm, args)?;
    let (file, class) = (file.clone(), dialect_class(vm));
    dialect_then(vm, &class, base, args, move |vm, dialect| {
        let name = vm.intern("write");
        get_attribute_then(vm, &file, &name, move |vm, write| {
            let write = vm.catch(write, Ex::AttributeError)?.filter(|write| vm.lookup_special(write, Name::Call).is_some() || is_plain_callable(write));
            match write {
                Some(write) => Ok(Action::Return(vm.new_object(|header| Writer { header, write, dialect }))),
                None => Err(vm.type_error("argument 1 must have a \"write\" method")),
            }
        })
    })
}

fn is_plain_callable(value: &Value) -> bool {
    matches!(value.kind(), Kind::Function | Kind::Native | Kind::BoundMethod | Kind::Class)
}

/// A row under way.
struct Row {
    dialect: Value,
    line: StrBuilder,
    fields: usize,
    /// The field last taken was None.
    null: bool,
    /// The field whose text is awaited is to be quoted.
    quoted: bool,
    write: Value,
}

impl Row {
    /// Appends a field; None: an empty one.
    fn append(&mut self, vm: &mut Vm, text: Option<&Str>, mut quoted: bool) -> Res<()> {
        let Some(dialect) = self.dialect.get::<Dialect>() else { return Ok(()) };
        let empty = text.is_none_or(|text| text.size == 0);
        if empty && dialect.delimiter == ' ' as u32 && dialect.skip_initial_space {
            if dialect.quoting == Quoting::None || text.is_none() && matches!(dialect.quoting, Quoting::Strings | Quoting::NotNull) {
                return Err(error(vm, "empty field must be quoted if delimiter is a space and skipinitialspace is true"));
            }
            quoted = true;
        }
        let terminator = dialect.line_terminator.get::<Str>();
        let mut out = StrBuilder::with_capacity(text.map_or(0, |text| text.size));
        for character in text.into_iter().flat_map(Str::code_points) {
            let is = |special: Option<u32>| special == Some(character);
            let special = character == dialect.delimiter
                || is(dialect.escape)
                || is(dialect.quote)
                || matches!(character, 10 | 13)
                || terminator.is_some_and(|terminator| terminator.code_points().any(|code_point| code_point == character));
            if special {
                let mut escaped = dialect.quoting == Quoting::None;
                if !escaped {
                    if is(dialect.quote) {
                        if dialect.double_quote {
                            out.push_code_point(character);
                        } else {
                            escaped = true;
                        }
                    } else if is(dialect.escape) {
                        escaped = true;
                    }
                    quoted |= !escaped;
                }
                if escaped {
                    match dialect.escape {
                        Some(escape) => out.push_code_point(escape),
                        None => return Err(error(vm, "need to escape, but no escapechar set")),
                    }
                }
            }
            out.push_code_point(character);
        }
        if self.fields > 0 {
            self.line.push_code_point(dialect.delimiter);
        }
        self.fields += 1;
        let quote = dialect.quote.filter(|_| quoted);
        if let Some(quote) = quote {
            self.line.push_code_point(quote);
        }
        let field = out.finish(vm)?;
        if let Some(field) = field.get::<Str>() {
            vm.check_memory(self.line.size().checked_add(field.size))?;
            self.line.push(field);
        }
        if let Some(quote) = quote {
            self.line.push_code_point(quote);
        }
        Ok(())
    }
}

impl Each for Row {
    fn item(&mut self, vm: &mut Vm, field: Value) -> Res<Flow> {
        let quoting = self.dialect.get::<Dialect>().map_or(Quoting::Minimal, |dialect| dialect.quoting);
        self.null = field.is_none();
        self.quoted = match quoting {
            Quoting::All => true,
            Quoting::NonNumeric => !is_number(vm, &field),
            Quoting::Strings => field.get::<Str>().is_some(),
            Quoting::NotNull => !self.null,
            Quoting::Minimal | Quoting::None => false,
        };
        if self.null {
            self.append(vm, None, self.quoted)?;
            return Ok(Flow::Continue);
        }
        if let Some(text) = field.get::<Str>() {
            self.append(vm, Some(text), self.quoted)?;
            return Ok(Flow::Continue);
        }
        Ok(Flow::Action(Box::new(str_then(vm, &field, |_, text| Ok(Action::Return(text)))?)))
    }

    fn called(&mut self, vm: &mut Vm, text: Value) -> Res<Flow> {
        self.append(vm, text.get::<Str>(), self.quoted)?;
        Ok(Flow::Continue)
    }

    fn finish(mut self: Box<Self>, vm: &mut Vm) -> Res<Action> {
        let quoting = self.dialect.get::<Dialect>().map_or(Quoting::Minimal, |dialect| dialect.quoting);
        if self.fields > 0 && self.line.is_empty() {
            if quoting == Quoting::None || self.null && matches!(quoting, Quoting::Strings | Quoting::NotNull) {
                return Err(error(vm, "single empty field record must be quoted"));
            }
            self.fields -= 1;
            self.append(vm, None, true)?;
        }
        let dialect = self.dialect.clone();
        if let Some(terminator) = dialect.get::<Dialect>().and_then(|dialect| dialect.line_terminator.get::<Str>()) {
            self.line.push(terminator);
        }
        let line = self.line.finish(vm)?;
        Ok(Action::TailCall(Call::new(self.write, [line])))
    }
}

/// Can it be made a number of?
fn is_number(vm: &mut Vm, value: &Value) -> bool {
    if object::number::Number::of(value).is_some() {
        return true;
    }
    let name = vm.intern("__int__");
    vm.lookup_special(value, Name::Index).is_some() || vm.lookup_special(value, Name::Float).is_some() || vm.class_of(value).lookup(&name).is_some()
}

fn write_row(vm: &mut Vm, this: &Value, row: &Value) -> Res<Action> {
    let writer = receiver::<Writer>(vm, core::slice::from_ref(this))?;
    if !crate::vm::iterate::is_iterable(vm, row) {
        let name = vm.type_name(row);
        return Err(error(vm, &format!("iterable expected, not {name}")));
    }
    let row_state = Row { dialect: writer.dialect.clone(), line: StrBuilder::new(), fields: 0, null: false, quoted: false, write: writer.write.clone() };
    for_each(vm, row, row_state)
}

/// Writes one row after the other.
struct Rows {
    writer: Value,
}

impl Each for Rows {
    fn item(&mut self, vm: &mut Vm, row: Value) -> Res<Flow> {
        Ok(Flow::Action(Box::new(write_row(vm, &self.writer, &row)?)))
    }

    fn finish(self: Box<Self>, _: &mut Vm) -> Res<Action> {
        Ok(Action::Return(Value::NONE))
    }
}

pub(super) static WRITER: TypeSpec = TypeSpec {
    module: "_csv",
    flags: CLASS_NOT_CALLABLE | CLASS_FINAL,
    doc: "CSV writer\n\nWriter objects are responsible for generating tabular data in CSV format from sequence input.",
    natives: &[
        Native::full(
            "writerow($self, row, /)",
            |vm, args| write_row(vm, &args.positional[0], &args.positional[1]),
            "Construct and write a CSV record from an iterable of fields.",
        ),
        Native::full(
            "writerows($self, rows, /)",
            |vm, args| {
                receiver::<Writer>(vm, args.positional)?;
                for_each(vm, &args.positional[1], Rows { writer: args.positional[0].clone() })
            },
            "Construct and write a series of iterables to a csv file.",
        ),
    ],
    getters: &[Getter::read_only("dialect", |_, this| Ok(this.get::<Writer>().map_or(Value::NONE, |writer| writer.dialect.clone())), "")],
    ..TypeSpec::new("writer", Writer::LAYOUT)
};
