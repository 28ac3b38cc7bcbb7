//! `re.Match`: what a match found.

use super::machine::NONE as NOWHERE;
use super::pattern::{Pattern, group_index};
use super::scan::{Scan, part};
use super::substitute::{expand, template_of};
use crate::object;
use crate::object::class::{CLASS_FINAL, CLASS_NOT_CALLABLE, TypeSpec};
use crate::object::containers::{self, receiver};
use crate::object::dict::Dict;
use crate::object::exception::Ex;
use crate::object::header::{Header, Kind, Object};
use crate::object::str::Str;
use crate::object::tuple::Tuple;
use crate::object::value::Value;
use crate::vm::protocol::repr_then;
use crate::vm::{Action, Args, Getter, Native, Raised, Res, Vm, argument};
use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;

/// A match.
#[repr(C)]
pub struct Match {
    pub header: Header,
    pub pattern: Value,
    string: Value,
    /// Begin and end of the whole match, then of each group, as byte offsets.
    marks: Box<[usize]>,
    position: usize,
    end_position: usize,
    last_group: u32,
}

object!(Match, Kind::Other, "re.Match", |this, visit| {
    visit(&this.pattern);
    visit(&this.string);
});

/// The match that a search has just found.
pub fn new(vm: &mut Vm, scan: &Scan) -> Value {
    let machine = &scan.machine;
    let marks: Box<[usize]> = [machine.start, machine.at].into_iter().chain(machine.marks.iter().copied()).collect();
    vm.heap.charge(size_of_val(&*marks));
    let (pattern, string) = (scan.pattern.clone(), scan.subject.given.clone());
    let (position, end_position, last_group) = (scan.position, scan.end_position, machine.last_group);
    vm.new_object(|header| Match { header, pattern, string, marks, position, end_position, last_group })
}

impl Drop for Match {
    fn drop(&mut self) {
        crate::heap::heap_of(&self.header).discharge(size_of_val(&*self.marks));
    }
}

impl Match {
    /// Where a group (0: the whole match) begins and ends, in bytes.
    fn span(&self, group: usize) -> Option<(usize, usize)> {
        match self.marks.get(group * 2..group * 2 + 2) {
            Some(&[start, end]) if start != NOWHERE && end != NOWHERE && start <= end => Some((start, end)),
            _ => None,
        }
    }

    /// The text of a group.
    pub fn group(&self, vm: &mut Vm, group: usize) -> Res<Option<Value>> {
        match self.span(group) {
            Some((start, end)) => part(vm, &self.string, start, end).map(Some),
            None => Ok(None),
        }
    }

    fn count(&self) -> usize {
        self.marks.len() / 2
    }

    /// A byte offset as an index.
    fn index(&self, offset: usize) -> usize {
        self.string.get::<Str>().map_or(offset, |string| string.index_at(offset))
    }

    fn indices(&self, group: usize) -> (i64, i64) {
        self.span(group).map_or((-1, -1), |(start, end)| (self.index(start) as i64, self.index(end) as i64))
    }

    pub fn text(&self) -> &Value {
        &self.string
    }
}

#[cold]
fn no_such_group(vm: &mut Vm) -> Raised {
    vm.raise(Ex::IndexError, "no such group")
}

fn group_of(vm: &mut Vm, this: &Match, key: &Value) -> Res<usize> {
    let found = match this.pattern.get::<Pattern>() {
        Some(pattern) => group_index(vm, pattern, key)?,
        None => None,
    };
    match found {
        Some(group) => Ok(group),
        None => Err(no_such_group(vm)),
    }
}

fn text_of_group(vm: &mut Vm, this: &Match, key: &Value) -> Res<Value> {
    let group = group_of(vm, this, key)?;
    Ok(this.group(vm, group)?.unwrap_or(Value::NONE))
}

fn group(vm: &mut Vm, args: &Args) -> Res<Action> {
    containers::no_keywords(vm, "Match.group", args)?;
    let this = receiver::<Match>(vm, args.positional)?;
    let text = match args.positional.get(1..).unwrap_or_default() {
        [] => this.group(vm, 0)?.unwrap_or(Value::NONE),
        [key] => text_of_group(vm, this, key)?,
        keys => {
            let texts = keys.iter().map(|key| text_of_group(vm, this, key)).collect::<Res<Vec<Value>>>()?;
            vm.new_tuple(texts)
        }
    };
    Ok(Action::Return(text))
}

fn get_item(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = receiver::<Match>(vm, arguments)?;
    text_of_group(vm, this, &arguments[1])
}

fn groups(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = receiver::<Match>(vm, arguments)?;
    let default = argument(arguments, 1).cloned().unwrap_or(Value::NONE);
    let texts = (1..this.count()).map(|group| Ok(this.group(vm, group)?.unwrap_or_else(|| default.clone()))).collect::<Res<Vec<Value>>>()?;
    Ok(vm.new_tuple(texts))
}

fn group_dict(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = receiver::<Match>(vm, arguments)?;
    let default = argument(arguments, 1).cloned().unwrap_or(Value::NONE);
    let result = vm.new_dict();
    let names = this.pattern.get::<Pattern>().and_then(|pattern| pattern.names.get::<Dict>()).map(Dict::items).unwrap_or_default();
    for (name, number) in names {
        let group = group_of(vm, this, &number)?;
        let text = this.group(vm, group)?.unwrap_or_else(|| default.clone());
        if let Some(dict) = result.get::<Dict>() {
            dict.set(vm, name, text)?;
        }
    }
    Ok(result)
}

/// The group that the optional argument of `start`, `end` and `span` means.
fn group_argument(vm: &mut Vm, arguments: &[Value]) -> Res<(i64, i64)> {
    let this = receiver::<Match>(vm, arguments)?;
    let group = match argument(arguments, 1) {
        Some(key) => group_of(vm, this, key)?,
        None => 0,
    };
    Ok(this.indices(group))
}

fn pair(vm: &mut Vm, (start, end): (i64, i64)) -> Value {
    let items = [vm.new_int(start), vm.new_int(end)];
    vm.new_tuple(items.into())
}

fn span(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let span = group_argument(vm, arguments)?;
    Ok(pair(vm, span))
}

fn regs(vm: &mut Vm, this: &Value) -> Res<Value> {
    let this = receiver::<Match>(vm, core::slice::from_ref(this))?;
    let spans = (0..this.count()).map(|group| pair(vm, this.indices(group))).collect();
    Ok(vm.new_tuple(spans))
}

fn last_group(vm: &mut Vm, this: &Value) -> Res<Value> {
    let this = receiver::<Match>(vm, core::slice::from_ref(this))?;
    let names = this.pattern.get::<Pattern>().and_then(|pattern| pattern.group_names.get::<Tuple>());
    Ok(names.and_then(|names| names.items().get(this.last_group as usize)).filter(|_| this.last_group > 0).cloned().unwrap_or(Value::NONE))
}

fn repr(vm: &mut Vm, args: &Args) -> Res<Action> {
    let this = receiver::<Match>(vm, args.positional)?;
    let (start, end) = this.indices(0);
    let text = this.group(vm, 0)?.unwrap_or(Value::NONE);
    repr_then(vm, &text, move |vm, text| {
        let mut out = crate::object::str::StrBuilder::new();
        out.push_str(&format!("<re.Match object; span=({start}, {end}), match="));
        if let Some(text) = text.get::<Str>() {
            out.push_part(text, 0, text.byte_offset(50));
        }
        out.push_str(">");
        out.finish(vm).map(Action::Return)
    })
}

fn expand_native(vm: &mut Vm, args: &Args) -> Res<Action> {
    let this = receiver::<Match>(vm, args.positional)?;
    let (this_value, pattern) = (args.positional[0].clone(), this.pattern.clone());
    template_of(vm, &pattern, &args.positional[1], move |vm, template| {
        let this = receiver::<Match>(vm, core::slice::from_ref(&this_value))?;
        expand(vm, this, &template).map(Action::Return)
    })
}

fn itself(_: &mut Vm, arguments: &[Value]) -> Res<Value> {
    Ok(arguments.first().cloned().unwrap_or(Value::NONE))
}

/// A getter of a field.
macro_rules! field {
    ($name:literal, |$vm:ident, $this:ident| $value:expr, $doc:literal) => {
        Getter::read_only(
            $name,
            |$vm, this| {
                let $this = receiver::<Match>($vm, core::slice::from_ref(this))?;
                Ok($value)
            },
            $doc,
        )
    };
}

pub static MATCH: TypeSpec = TypeSpec {
    module: "re",
    flags: CLASS_FINAL | CLASS_NOT_CALLABLE,
    doc: "The result of re.match() and re.search().\nMatch objects always have a boolean value of True.",
    natives: &[
        Native::full(
            "group($self, /, *groups)",
            group,
            "group([group1, ...]) -> str or tuple.\nReturn subgroup(s) of the match by indices or names.\nFor 0 returns the entire match.",
        ),
        Native::simple("__getitem__($self, key, /)", get_item, "Return self[key]."),
        Native::simple("groups($self, /, default=None)", groups, "Return a tuple containing all the subgroups of the match, from 1."),
        Native::simple(
            "groupdict($self, /, default=None)",
            group_dict,
            "Return a dictionary containing all the named subgroups of the match, keyed by the subgroup name.",
        ),
        Native::simple(
            "start($self, group=0, /)",
            |vm, arguments| group_argument(vm, arguments).map(|(start, _)| vm.new_int(start)),
            "Return index of the start of the substring matched by group.",
        ),
        Native::simple(
            "end($self, group=0, /)",
            |vm, arguments| group_argument(vm, arguments).map(|(_, end)| vm.new_int(end)),
            "Return index of the end of the substring matched by group.",
        ),
        Native::simple("span($self, group=0, /)", span, "For match object m, return the 2-tuple (m.start(group), m.end(group))."),
        Native::full(
            "expand($self, /, template)",
            expand_native,
            "Return the string obtained by doing backslash substitution on the string template, as done by the sub() method.",
        ),
        Native::full("__repr__($self, /)", repr, "Return repr(self)."),
        Native::simple("__copy__($self, /)", itself, "The match itself."),
        Native::simple("__deepcopy__($self, memo, /)", itself, "The match itself."),
        containers::CLASS_GET_ITEM,
    ],
    getters: &[
        field!("string", |vm, this| this.string.clone(), "The string passed to match() or search()."),
        field!("re", |vm, this| this.pattern.clone(), "The regular expression object."),
        field!("pos", |vm, this| vm.new_size(this.position), "The index into the string at which the RE engine started looking for a match."),
        field!("endpos", |vm, this| vm.new_size(this.end_position), "The index into the string beyond which the RE engine will not go."),
        field!(
            "lastindex",
            |vm, this| if this.last_group == 0 { Value::NONE } else { vm.new_int(i64::from(this.last_group)) },
            "The integer index of the last matched capturing group."
        ),
        Getter::read_only("lastgroup", last_group, "The name of the last matched capturing group."),
        Getter::read_only("regs", regs, "The spans of the match and of its groups."),
    ],
    ..TypeSpec::new("Match", Match::LAYOUT)
};
