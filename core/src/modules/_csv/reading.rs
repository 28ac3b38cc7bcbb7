//! Readers: lines into rows.

use super::dialect::{Dialect, Quoting, dialect_class, dialect_then, first_and_dialect, limit};
use super::error;
use crate::object;
use crate::object::class::{CLASS_NOT_CALLABLE, TypeSpec};
use crate::object::float_text;
use crate::object::header::{Kind, Mut, Object};
use crate::object::iterators::SELF_ITER;
use crate::object::lazy::{Lazy, Progress, State, advance, next};
use crate::object::str::{Str, StrBuilder};
use crate::object::value::Value;
use crate::vm::iterate::get_iter_then;
use crate::vm::native::ADVANCE_NEXT;
use crate::vm::{Action, Args, Getter, Res, Vm};
use alloc::format;
use alloc::vec::Vec;
use core::cell::Cell;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    StartOfRecord,
    StartOfField,
    Escaped,
    AfterEscapedLineEnd,
    InField,
    InQuotes,
    EscapedInQuotes,
    QuoteInQuotes,
    AfterRecord,
}

/// The record under way.
struct Record {
    place: Place,
    fields: Vec<Value>,
    field: StrBuilder,
    length: i64,
    /// The field was not quoted.
    plain: bool,
}

/// `_csv.reader`
struct Reader {
    lines: Value,
    dialect: Value,
    record: Mut<Record>,
    line_number: Cell<i64>,
}

/// What ends a line for the parser.
const END: Option<u32> = None;

impl Reader {
    fn save(&self, vm: &mut Vm, dialect: &Dialect) -> Res<()> {
        let record = self.record.get_mut();
        let text = core::mem::take(&mut record.field);
        record.length = 0;
        let empty = text.is_empty();
        let value = match dialect.quoting {
            Quoting::NotNull | Quoting::Strings if record.plain && empty => Value::NONE,
            Quoting::NonNumeric | Quoting::Strings if record.plain && !empty => {
                let text = text.finish(vm)?;
                match text.get::<Str>().and_then(|text| float_text::parse(&text.to_string_lossy())) {
                    Some(number) => vm.new_float(number),
                    None => {
                        let shown = vm.native_repr(&text)?.and_then(|shown| shown.get::<Str>().map(|shown| shown.to_string_lossy().into_owned()));
                        return Err(vm.value_error(&format!("could not convert string to float: {}", shown.unwrap_or_default())));
                    }
                }
            }
            _ => text.finish(vm)?,
        };
        let record = self.record.get_mut();
        if record.fields.len() == record.fields.capacity() {
            vm.check_memory(record.fields.len().checked_mul(2 * size_of::<Value>()))?;
        }
        record.fields.push(value);
        Ok(())
    }

    fn push(&self, vm: &mut Vm, limit: i64, character: u32) -> Res<()> {
        let record = self.record.get_mut();
        if record.length >= limit {
            return Err(error(vm, &format!("field larger than field limit ({limit})")));
        }
        record.field.push_code_point(character);
        record.length += 1;
        Ok(())
    }

    /// Takes one character, or the end of a line.
    fn take(&self, vm: &mut Vm, dialect: &Dialect, limit: i64, character: Option<u32>) -> Res<()> {
        let record = self.record.get_mut();
        let line_end = matches!(character, None | Some(10 | 13));
        let after = if character == END { Place::StartOfRecord } else { Place::AfterRecord };
        let quotes = dialect.quoting != Quoting::None;
        let is = |special: Option<u32>| special.is_some() && character == special;
        if record.place == Place::StartOfRecord {
            if character == END {
                return Ok(());
            }
            if line_end {
                record.place = Place::AfterRecord;
                return Ok(());
            }
            record.place = Place::StartOfField;
        }
        if record.place == Place::AfterEscapedLineEnd {
            if character == END {
                return Ok(());
            }
            record.place = Place::InField;
        }
        match record.place {
            Place::StartOfField => {
                record.plain = true;
                if line_end {
                    record.place = after;
                    self.save(vm, dialect)?;
                } else if is(dialect.quote) && quotes {
                    record.plain = false;
                    record.place = Place::InQuotes;
                } else if is(dialect.escape) {
                    record.place = Place::Escaped;
                } else if is(Some(' ' as u32)) && dialect.skip_initial_space {
                    // Skipped.
                } else if is(Some(dialect.delimiter)) {
                    self.save(vm, dialect)?;
                } else if let Some(character) = character {
                    record.place = Place::InField;
                    self.push(vm, limit, character)?;
                }
            }
            Place::Escaped => {
                record.place = if character != END && line_end { Place::AfterEscapedLineEnd } else { Place::InField };
                self.push(vm, limit, character.unwrap_or(10))?;
            }
            Place::InField => {
                if line_end {
                    record.place = after;
                    self.save(vm, dialect)?;
                } else if is(dialect.escape) {
                    record.place = Place::Escaped;
                } else if is(Some(dialect.delimiter)) {
                    record.place = Place::StartOfField;
                    self.save(vm, dialect)?;
                } else if let Some(character) = character {
                    self.push(vm, limit, character)?;
                }
            }
            Place::InQuotes => {
                if is(dialect.escape) {
                    record.place = Place::EscapedInQuotes;
                } else if is(dialect.quote) && quotes {
                    record.place = if dialect.double_quote { Place::QuoteInQuotes } else { Place::InField };
                } else if let Some(character) = character {
                    self.push(vm, limit, character)?;
                }
            }
            Place::EscapedInQuotes => {
                record.place = Place::InQuotes;
                self.push(vm, limit, character.unwrap_or(10))?;
            }
            Place::QuoteInQuotes => {
                if is(dialect.quote) && quotes {
                    record.place = Place::InQuotes;
                    self.push(vm, limit, dialect.quote.unwrap_or(0))?;
                } else if is(Some(dialect.delimiter)) {
                    record.place = Place::StartOfField;
                    self.save(vm, dialect)?;
                } else if line_end {
                    record.place = after;
                    self.save(vm, dialect)?;
                } else if !dialect.strict {
                    record.place = Place::InField;
                    self.push(vm, limit, character.unwrap_or(10))?;
                } else {
                    let shown = |code_point: u32| char::from_u32(code_point).unwrap_or('\u{fffd}');
                    let message = format!("'{}' expected after '{}'", shown(dialect.delimiter), shown(dialect.quote.unwrap_or(0)));
                    return Err(error(vm, &message));
                }
            }
            Place::AfterRecord => match character {
                None => record.place = Place::StartOfRecord,
                Some(10 | 13) => {}
                Some(_) => {
                    return Err(error(vm, "new-line character seen in unquoted field - do you need to open the file with newline=''?"));
                }
            },
            Place::StartOfRecord | Place::AfterEscapedLineEnd => {}
        }
        Ok(())
    }
}

impl State for Reader {
    fn step(&self, _: &mut Vm) -> Res<Progress> {
        drop(self.record.replace(Record { place: Place::StartOfRecord, fields: Vec::new(), field: StrBuilder::new(), length: 0, plain: true }));
        Ok(Progress::Next(self.lines.clone()))
    }

    fn item(&self, vm: &mut Vm, line: Option<Value>) -> Res<Progress> {
        let Some(dialect) = self.dialect.get::<Dialect>() else { return Ok(Progress::Done) };
        let Some(line) = line else {
            let record = self.record.get();
            if record.length == 0 && record.place != Place::InQuotes {
                return Ok(Progress::Done);
            }
            if dialect.strict {
                return Err(error(vm, "unexpected end of data"));
            }
            self.save(vm, dialect)?;
            let fields = core::mem::take(&mut self.record.get_mut().fields);
            return Ok(Progress::Item(vm.new_list(fields)));
        };
        let Some(text) = line.get::<Str>() else {
            let name = vm.type_name(&line);
            return Err(error(vm, &format!("iterator should return strings, not {name} (the file should be opened in text mode)")));
        };
        self.line_number.set(self.line_number.get() + 1);
        let limit = limit(vm);
        for character in text.code_points() {
            self.take(vm, dialect, limit, Some(character))?;
        }
        self.take(vm, dialect, limit, END)?;
        if self.record.get().place != Place::StartOfRecord {
            return Ok(Progress::Next(self.lines.clone()));
        }
        let fields = core::mem::take(&mut self.record.get_mut().fields);
        Ok(Progress::Item(vm.new_list(fields)))
    }

    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.lines);
        visit(&self.dialect);
        self.record.get().fields.iter().for_each(visit);
    }
}

object!(Lazy<Reader>, Kind::Other, "_csv.reader", |this, visit| this.state.traverse(visit));

pub(super) fn reader(vm: &mut Vm, args: &Args) -> Res<Action> {
    let (lines, base) = first_and_dialect(vm, args)?;
    let (lines, class) = (lines.clone(), dialect_class(vm));
    let names: Vec<Value> = args.names.to_vec();
    let (values, base) = (args.values.to_vec(), base.cloned());
    get_iter_then(vm, &lines, move |vm, lines| {
        let args = Args { positional: &[], names: &names, values: &values };
        dialect_then(vm, &class, base.as_ref(), &args, move |vm, dialect| {
            let record = Record { place: Place::StartOfRecord, fields: Vec::new(), field: StrBuilder::new(), length: 0, plain: true };
            let reader = Reader { lines, dialect, record: Mut::new(record), line_number: Cell::new(0) };
            Ok(Action::Return(vm.new_object(|header| Lazy::new(header, reader))))
        })
    })
}

pub(super) static READER: TypeSpec = TypeSpec {
    module: "_csv",
    flags: CLASS_NOT_CALLABLE,
    doc: "CSV reader\n\nReader objects are responsible for reading and parsing tabular data in CSV format.",
    natives: &[SELF_ITER, ADVANCE_NEXT],
    getters: &[
        Getter::read_only("dialect", |_, this| Ok(this.get::<Lazy<Reader>>().map_or(Value::NONE, |reader| reader.state.dialect.clone())), ""),
        Getter::read_only("line_num", |vm, this| Ok(vm.new_int(this.get::<Lazy<Reader>>().map_or(0, |reader| reader.state.line_number.get()))), ""),
    ],
    next: Some(next::<Reader>),
    advance: Some(advance::<Reader>),
    ..TypeSpec::new("reader", Lazy::<Reader>::LAYOUT)
};
