//! `re.Pattern`: a compiled regular expression and what it does with texts.

use super::machine::Mode;
use super::matched;
use super::program::{self, MAX_GROUPS, Matches, Program};
use super::scan::{Next, Scan, Subject, Task, drive};
use super::substitute::substitute;
use crate::object;
use crate::object::class::{CLASS_FINAL, CLASS_NOT_CALLABLE, CLASS_WEAKREFERABLE, TypeSpec};
use crate::object::containers::{self, receiver};
use crate::object::dict::Dict;
use crate::object::exception::Ex;
use crate::object::header::{Header, Kind, Mut, Object};
use crate::object::int;
use crate::object::iterators;
use crate::object::list::List;
use crate::object::str::{Str, StrBuilder};
use crate::object::text_arguments::{self, NONE, wrong_type};
use crate::object::tuple::{self, Tuple};
use crate::object::value::Value;
use crate::object::{bytes, mapping_proxy};
use crate::vm::protocol::{get_attribute_then, repr_then};
use crate::vm::{Action, Args, Getter, Native, Res, Vm};
use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;
use core::cell::Cell;

/// A compiled regular expression.
#[repr(C)]
pub struct Pattern {
    pub header: Header,
    /// The source: str, bytes or None.
    source: Value,
    /// Does it match on str? None: on both.
    pub is_str: Option<bool>,
    flags: i64,
    pub groups: usize,
    /// Names of groups and their numbers.
    pub names: Value,
    /// The name of each group, or None.
    pub group_names: Value,
    code: Box<[u32]>,
    pub program: Program,
}

object!(Pattern, Kind::Other, "re.Pattern", |this, visit| {
    visit(&this.source);
    visit(&this.names);
    visit(&this.group_names);
});

impl Pattern {
    /// Bytes that it takes beside the object, for the heap's limit.
    fn size(&self) -> usize {
        size_of_val(&*self.code) + size_of_val(&*self.program.nodes) + self.program.text.len() + size_of_val(&*self.program.sets)
    }
}

impl Drop for Pattern {
    fn drop(&mut self) {
        crate::heap::heap_of(&self.header).discharge(self.size());
    }
}

/// `_sre.compile(pattern, flags, code, groups, groupindex, indexgroup)`
pub fn compile(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let [source, flags, codes, groups, names, group_names] = arguments else { return Ok(Value::NONE) };
    let flags = vm.index_i64(flags)?;
    let Some(items) = codes.get::<List>().map(|list| list.items.get().clone()) else { return Err(wrong_type(vm, "compile() argument 'code'", "list", codes)) };
    let groups = text_arguments::fitting_index(vm, groups, Ex::OverflowError, "Python int too large to convert to C ssize_t")?;
    if names.get::<Dict>().is_none() {
        return Err(wrong_type(vm, "compile() argument 'groupindex'", "dict", names));
    }
    if group_names.get::<Tuple>().is_none() {
        return Err(wrong_type(vm, "compile() argument 'indexgroup'", "tuple", group_names));
    }
    let mut code = Vec::with_capacity(items.len());
    for item in &items {
        match u32::try_from(int::to_i64(item).unwrap_or(-1)) {
            Ok(word) => code.push(word),
            Err(_) => return Err(vm.raise(Ex::OverflowError, "regular expression code size limit exceeded")),
        }
    }
    let is_str = match source {
        source if source.is_none() => None,
        source if source.get::<Str>().is_some() => Some(true),
        source if bytes::is_bytes_like(source) => Some(false),
        source => {
            let name = vm.type_name(source);
            return Err(vm.type_error(&format!("expected string or bytes-like object, got '{name}'")));
        }
    };
    let matches = match is_str {
        Some(true) => Matches::Str,
        Some(false) => Matches::Bytes,
        None => Matches::Both,
    };
    vm.check_memory(code.len().checked_mul(32))?;
    let program =
        usize::try_from(groups).ok().filter(|&groups| groups <= MAX_GROUPS).and_then(|groups| program::read(&code, groups, matches).map(|program| (groups, program)));
    let Some((groups, program)) = program else { return Err(vm.raise(Ex::RuntimeError, "invalid SRE code")) };
    let (source, names, group_names, code) = (source.clone(), names.clone(), group_names.clone(), code.into_boxed_slice());
    let value = vm.new_object(|header| Pattern { header, source, is_str, flags, groups, names, group_names, code, program });
    if let Some(pattern) = value.get::<Pattern>() {
        vm.heap.charge(pattern.size());
    }
    Ok(value)
}

/// The index among the groups (0: the whole match) that a number or a name means; None if there is no such group.
///
/// # Errors
/// What hashing a name raises.
pub fn group_index(vm: &mut Vm, pattern: &Pattern, key: &Value) -> Res<Option<usize>> {
    let number = match containers::clamped_index(vm, key)? {
        Some(number) => Some(number),
        None => match pattern.names.get::<Dict>() {
            Some(names) => names.get(vm, key)?.and_then(|number| int::to_i64(&number)),
            None => None,
        },
    };
    Ok(number.and_then(|number| usize::try_from(number).ok()).filter(|&number| number <= pattern.groups))
}

// ---- one match

/// Gives the match, or None.
struct One {
    scan: Box<Scan>,
}

impl Task for One {
    fn scan(&mut self) -> Option<&mut Scan> {
        Some(&mut self.scan)
    }

    fn matched(&mut self, vm: &mut Vm, found: bool) -> Res<Next> {
        Ok(Next::Done(if found { matched::new(vm, &self.scan) } else { Value::NONE }))
    }
}

/// The search that the arguments `string`, `pos` and `endpos` ask for.
fn scan_arguments(vm: &mut Vm, args: &Args) -> Res<Box<Scan>> {
    let pattern = receiver::<Pattern>(vm, args.positional)?;
    let position = text_arguments::size(vm, args.positional, 2, 0)?;
    let end = text_arguments::size(vm, args.positional, 3, isize::MAX)?;
    let subject = Subject::new(vm, pattern, args.get(1).unwrap_or(NONE))?;
    Scan::new(vm, args.get(0).unwrap_or(NONE), subject, position, end)
}

fn one(vm: &mut Vm, args: &Args, mode: Mode) -> Res<Action> {
    let mut scan = scan_arguments(vm, args)?;
    scan.begin(mode);
    drive(vm, Box::new(One { scan }))
}

// ---- findall, split

/// Collects texts.
struct Collect {
    scan: Box<Scan>,
    items: Vec<Value>,
    /// `split`: where the last piece ended, and how many cuts are left.
    split: Option<(usize, usize)>,
}

impl Collect {
    fn begin(mut self, vm: &mut Vm) -> Res<Action> {
        self.scan.begin(Mode::Search);
        drive(vm, Box::new(self))
    }

    fn finish(&mut self, vm: &mut Vm) -> Res<Next> {
        if let Some((last, _)) = self.split {
            let piece = self.scan.subject.part(vm, last, self.scan.end)?;
            self.items.push(piece);
        }
        let items = core::mem::take(&mut self.items);
        Ok(Next::Done(vm.new_list(items)))
    }

    /// The text of a group; `empty` if it did not match.
    fn group(&self, vm: &mut Vm, index: usize, empty: bool) -> Res<Value> {
        match self.scan.machine.group((index - 1) as u32) {
            (start, end) if start <= end && end <= self.scan.end => self.scan.subject.part(vm, start, end),
            _ if empty => self.scan.subject.part(vm, 0, 0),
            _ => Ok(Value::NONE),
        }
    }
}

impl Task for Collect {
    fn scan(&mut self) -> Option<&mut Scan> {
        Some(&mut self.scan)
    }

    fn matched(&mut self, vm: &mut Vm, found: bool) -> Res<Next> {
        if !found {
            return self.finish(vm);
        }
        let groups = self.scan.pattern.get::<Pattern>().map_or(0, |pattern| pattern.groups);
        let (start, end) = (self.scan.machine.start, self.scan.machine.at);
        if self.items.len() == self.items.capacity() {
            vm.check_memory(self.items.len().checked_mul(2 * size_of::<Value>()))?;
        }
        match self.split {
            Some((last, _)) => {
                let piece = self.scan.subject.part(vm, last, start)?;
                self.items.push(piece);
                for group in 1..=groups {
                    let text = self.group(vm, group, false)?;
                    self.items.push(text);
                }
            }
            None if groups <= 1 => {
                let text = if groups == 0 { self.scan.subject.part(vm, start, end)? } else { self.group(vm, 1, true)? };
                self.items.push(text);
            }
            None => {
                let texts = (1..=groups).map(|group| self.group(vm, group, true)).collect::<Res<Vec<Value>>>()?;
                let texts = vm.new_tuple(texts);
                self.items.push(texts);
            }
        }
        self.scan.advance();
        if let Some((last, left)) = &mut self.split {
            *last = end;
            *left -= 1;
            if *left == 0 {
                return self.finish(vm);
            }
        }
        self.scan.begin(Mode::Search);
        Ok(Next::Match)
    }
}

fn find_all(vm: &mut Vm, args: &Args) -> Res<Action> {
    let scan = scan_arguments(vm, args)?;
    Collect { scan, items: Vec::new(), split: None }.begin(vm)
}

fn split(vm: &mut Vm, args: &Args) -> Res<Action> {
    let pattern = receiver::<Pattern>(vm, args.positional)?;
    let most = text_arguments::size(vm, args.positional, 2, 0)?;
    let subject = Subject::new(vm, pattern, args.get(1).unwrap_or(NONE))?;
    let scan = Scan::new(vm, &args.positional[0], subject, 0, isize::MAX)?;
    // 0 is no limit; below it nothing is cut.
    let left = if most == 0 { usize::MAX } else { usize::try_from(most).unwrap_or(0) };
    let mut collect = Collect { scan, items: Vec::new(), split: Some((0, left)) };
    if left == 0 {
        return match collect.finish(vm)? {
            Next::Done(list) => Ok(Action::Return(list)),
            _ => Ok(Action::Return(Value::NONE)),
        };
    }
    collect.begin(vm)
}

// ---- scanners

/// `_sre.SRE_Scanner`: gives one match after the other.
#[repr(C)]
pub struct Scanner {
    pub header: Header,
    scan: Mut<Box<Scan>>,
    /// A match is under way.
    busy: Cell<bool>,
    /// Nothing was found the last time.
    exhausted: Cell<bool>,
}

object!(Scanner, Kind::Other, "_sre.SRE_Scanner", |this, visit| {
    visit(&this.scan.get().pattern);
    visit(&this.scan.get().subject.given);
});

/// The next match of a scanner.
struct ScanNext {
    scanner: Value,
}

impl Drop for ScanNext {
    fn drop(&mut self) {
        if let Some(scanner) = self.scanner.get::<Scanner>() {
            scanner.busy.set(false);
        }
    }
}

impl Task for ScanNext {
    fn scan(&mut self) -> Option<&mut Scan> {
        self.scanner.get::<Scanner>().map(|scanner| scanner.scan.get_mut().as_mut())
    }

    fn matched(&mut self, vm: &mut Vm, found: bool) -> Res<Next> {
        let Some(scanner) = self.scanner.get::<Scanner>() else { return Ok(Next::Done(Value::NONE)) };
        if !found {
            scanner.exhausted.set(true);
            return Ok(Next::Done(Value::NONE));
        }
        let matched = matched::new(vm, scanner.scan.get());
        scanner.scan.get_mut().advance();
        Ok(Next::Done(matched))
    }
}

fn scanner_match(vm: &mut Vm, args: &Args, mode: Mode) -> Res<Action> {
    let scanner = receiver::<Scanner>(vm, args.positional)?;
    if scanner.busy.get() {
        return Err(vm.value_error("regular expression scanner already executing"));
    }
    if scanner.exhausted.get() {
        return Ok(Action::Return(Value::NONE));
    }
    scanner.busy.set(true);
    scanner.scan.get_mut().begin(mode);
    drive(vm, Box::new(ScanNext { scanner: args.positional[0].clone() }))
}

fn scanner(vm: &mut Vm, args: &Args) -> Res<Value> {
    let scan = scan_arguments(vm, args)?;
    Ok(vm.new_object(|header| Scanner { header, scan: Mut::new(scan), busy: Cell::new(false), exhausted: Cell::new(false) }))
}

fn find_iter(vm: &mut Vm, args: &Args) -> Res<Action> {
    let scanner = scanner(vm, args)?;
    let name = vm.intern("search");
    get_attribute_then(vm, &scanner, &name, |vm, search| {
        let search = search?;
        Ok(Action::Return(iterators::callable_iterator(vm, &search, &Value::NONE)))
    })
}

pub static SCANNER: TypeSpec = TypeSpec {
    module: "_sre",
    flags: CLASS_FINAL | CLASS_NOT_CALLABLE,
    natives: &[
        Native::full("match($self, /)", |vm, args| scanner_match(vm, args, Mode::Match), "The next match, if there is one right where the last one ended."),
        Native::full("search($self, /)", |vm, args| scanner_match(vm, args, Mode::Search), "The next match."),
    ],
    getters: &[Getter::read_only("pattern", |_, this| Ok(this.get::<Scanner>().map_or(Value::NONE, |scanner| scanner.scan.get().pattern.clone())), "The pattern.")],
    ..TypeSpec::new("SRE_Scanner", Scanner::LAYOUT)
};

// ---- the pattern itself

fn equality(vm: &mut Vm, arguments: &[Value], wanted: bool) -> Res<Value> {
    let this = receiver::<Pattern>(vm, arguments)?;
    let Some(other) = arguments.get(1).and_then(|other| other.get::<Pattern>()) else { return Ok(Value::NOT_IMPLEMENTED) };
    let alike =
        core::ptr::eq(this, other) || (this.flags == other.flags && this.is_str == other.is_str && this.code == other.code && vm.equal(&this.source, &other.source)?);
    Ok(Value::bool(alike == wanted))
}

fn hash(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = receiver::<Pattern>(vm, arguments)?;
    let mut state = tuple::mix_hash(tuple::HASH_START, vm.hash(&this.source)?);
    for word in this.code.iter().copied().map(u64::from).chain([this.flags as u64]) {
        state = tuple::mix_hash(state, word);
    }
    Ok(Value::small_int((state >> 4) as i64))
}

const IGNORE_CASE: i64 = 2;
const UNICODE: i64 = 32;

/// Flags by name, in the order in which they are shown.
static FLAG_NAMES: [(i64, &str); 8] = [
    (IGNORE_CASE, "re.IGNORECASE"),
    (8, "re.MULTILINE"),
    (16, "re.DOTALL"),
    (64, "re.VERBOSE"),
    (128, "re.DEBUG"),
    (256, "re.ASCII"),
    (4, "re.LOCALE"),
    (UNICODE, "re.UNICODE"),
];

/// Characters of the source that `repr` shows.
const SHOWN: usize = 200;

fn repr(vm: &mut Vm, args: &Args) -> Res<Action> {
    let this = receiver::<Pattern>(vm, args.positional)?;
    let mut flags = this.flags;
    // What every str pattern has goes without saying.
    if this.is_str == Some(true) && flags & (4 | 256 | UNICODE) == UNICODE {
        flags &= !UNICODE;
    }
    let source = this.source.clone();
    repr_then(vm, &source, move |vm, source| {
        let mut out = StrBuilder::new();
        out.push_str("re.compile(");
        if let Some(source) = source.get::<Str>() {
            out.push_part(source, 0, source.byte_offset(SHOWN));
        }
        let mut gap = ", ";
        for (flag, name) in FLAG_NAMES {
            if flags & flag != 0 {
                flags &= !flag;
                out.push_str(gap);
                out.push_str(name);
                gap = "|";
            }
        }
        if flags != 0 {
            out.push_str(gap);
            out.push_str(&format!("{flags:#x}"));
        }
        out.push_str(")");
        out.finish(vm).map(Action::Return)
    })
}

fn itself(_: &mut Vm, arguments: &[Value]) -> Res<Value> {
    Ok(arguments.first().cloned().unwrap_or(Value::NONE))
}

pub static PATTERN: TypeSpec = TypeSpec {
    module: "re",
    flags: CLASS_FINAL | CLASS_NOT_CALLABLE | CLASS_WEAKREFERABLE,
    doc: "Compiled regular expression object.",
    natives: &[
        Native::full(
            "match($self, /, string, pos=0, endpos=sys.maxsize)",
            |vm, args| one(vm, args, Mode::Match),
            "Matches zero or more characters at the beginning of the string.",
        ),
        Native::full("fullmatch($self, /, string, pos=0, endpos=sys.maxsize)", |vm, args| one(vm, args, Mode::FullMatch), "Matches against all of the string."),
        Native::full(
            "search($self, /, string, pos=0, endpos=sys.maxsize)",
            |vm, args| one(vm, args, Mode::Search),
            "Scan through string looking for a match, and return a corresponding match object instance.\n\nReturn None if no position in the string matches.",
        ),
        Native::full("findall($self, /, string, pos=0, endpos=sys.maxsize)", find_all, "Return a list of all non-overlapping matches of pattern in string."),
        Native::full(
            "finditer($self, /, string, pos=0, endpos=sys.maxsize)",
            find_iter,
            "Return an iterator over all non-overlapping matches for the RE pattern in string.\n\nFor each match, the iterator returns a match object.",
        ),
        Native::full("scanner($self, /, string, pos=0, endpos=sys.maxsize)", |vm, args| scanner(vm, args).map(Action::Return), "Gives one match after the other."),
        Native::full("split($self, /, string, maxsplit=0)", split, "Split string by the occurrences of pattern."),
        Native::full(
            "sub($self, /, repl, string, count=0)",
            |vm, args| substitute(vm, args, false),
            "Return the string obtained by replacing the leftmost non-overlapping occurrences of pattern in string by the replacement repl.",
        ),
        Native::full(
            "subn($self, /, repl, string, count=0)",
            |vm, args| substitute(vm, args, true),
            "Return the tuple (new_string, number_of_subs_made) found by replacing the leftmost non-overlapping occurrences of pattern with the replacement repl.",
        ),
        Native::full("__repr__($self, /)", repr, "Return repr(self)."),
        Native::simple("__hash__($self, /)", hash, "Return hash(self)."),
        Native::simple("__eq__($self, value, /)", |vm, arguments| equality(vm, arguments, true), "Return self==value."),
        Native::simple("__ne__($self, value, /)", |vm, arguments| equality(vm, arguments, false), "Return self!=value."),
        Native::simple("__copy__($self, /)", itself, "The pattern itself."),
        Native::simple("__deepcopy__($self, memo, /)", itself, "The pattern itself."),
        containers::CLASS_GET_ITEM,
    ],
    getters: &[
        Getter::read_only(
            "pattern",
            |_, this| Ok(this.get::<Pattern>().map_or(Value::NONE, |pattern| pattern.source.clone())),
            "The pattern string from which the RE object was compiled.",
        ),
        Getter::read_only("flags", |vm, this| Ok(vm.new_int(this.get::<Pattern>().map_or(0, |pattern| pattern.flags))), "The regex matching flags."),
        Getter::read_only(
            "groups",
            |vm, this| Ok(vm.new_size(this.get::<Pattern>().map_or(0, |pattern| pattern.groups))),
            "The number of capturing groups in the pattern.",
        ),
        Getter::read_only(
            "groupindex",
            |vm, this| {
                let names = this.get::<Pattern>().map_or(Value::NONE, |pattern| pattern.names.clone());
                Ok(mapping_proxy::new(vm, names))
            },
            "A dictionary mapping group names to group numbers.",
        ),
    ],
    ..TypeSpec::new("Pattern", Pattern::LAYOUT)
};
