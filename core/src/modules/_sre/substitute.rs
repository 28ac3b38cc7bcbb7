//! `Pattern.sub` and what replacements are made of: templates, which Lib's `re._parser` reads, and functions.

use super::machine::Mode;
use super::matched::{self, Match};
use super::pattern::Pattern;
use super::scan::{Next, Scan, Subject, Task, drive};
use crate::object;
use crate::object::bytes;
use crate::object::class::{CLASS_FINAL, CLASS_NOT_CALLABLE, TypeSpec};
use crate::object::containers::receiver;
use crate::object::header::{Header, Kind, Object};
use crate::object::int;
use crate::object::list::List;
use crate::object::str::{self, Str};
use crate::object::text_arguments::{self, NONE, wrong_type};
use crate::object::value::Value;
use crate::vm::import::import_by_name;
use crate::vm::protocol::get_attribute_then;
use crate::vm::{Action, Args, Call, Name, Res, Vm};
use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;

/// `_sre.SRE_Template`: a replacement with references to groups.
#[repr(C)]
pub struct Template {
    pub header: Header,
    /// What it begins with.
    literal: Value,
    /// Groups, each with the literal behind it.
    parts: Vec<(usize, Value)>,
}

object!(Template, Kind::Other, "_sre.SRE_Template", |this, visit| {
    visit(&this.literal);
    this.parts.iter().for_each(|(_, literal)| visit(literal));
});

pub static TEMPLATE: TypeSpec = TypeSpec { module: "_sre", flags: CLASS_FINAL | CLASS_NOT_CALLABLE, ..TypeSpec::new("SRE_Template", Template::LAYOUT) };

/// `_sre.template(pattern, [literal, group, literal, ...])`
pub fn template(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let [pattern, items] = arguments else { return Ok(Value::NONE) };
    if pattern.get::<Pattern>().is_none() {
        return Err(wrong_type(vm, "template() argument 1", "_sre.SRE_Pattern", pattern));
    }
    let Some(items) = items.get::<List>().map(|list| list.items.get().clone()) else { return Err(wrong_type(vm, "template() argument 2", "list", items)) };
    let (first, rest) = match items.split_first() {
        Some((first, rest)) if rest.len() % 2 == 0 => (first.clone(), rest),
        _ => return Err(vm.type_error("invalid template")),
    };
    let mut parts = Vec::with_capacity(rest.len() / 2);
    for pair in rest.chunks(2) {
        let [group, literal] = pair else { break };
        match int::to_i64(group).and_then(|group| usize::try_from(group).ok()) {
            Some(group) => parts.push((group, literal.clone())),
            None => return Err(vm.type_error("invalid template")),
        }
    }
    Ok(vm.new_object(|header| Template { header, literal: first, parts }))
}

/// The texts that a match makes of a template.
fn expanded(vm: &mut Vm, matched: &Match, template: &Template, out: &mut Vec<Value>) -> Res<()> {
    let pushed = |out: &mut Vec<Value>, literal: &Value| {
        let empty = literal.get::<Str>().is_some_and(|text| text.size == 0) || literal.get::<bytes::Bytes>().is_some_and(|data| data.length == 0);
        if !empty {
            out.push(literal.clone());
        }
    };
    pushed(out, &template.literal);
    for (group, literal) in &template.parts {
        if let Some(text) = matched.group(vm, *group)? {
            out.push(text);
        }
        pushed(out, literal);
    }
    Ok(())
}

/// What a match makes of a template (or of whatever else stands for one).
pub fn expand(vm: &mut Vm, matched: &Match, template: &Value) -> Res<Value> {
    let Some(template) = template.get::<Template>() else { return Ok(template.clone()) };
    let mut parts = Vec::new();
    expanded(vm, matched, template, &mut parts)?;
    joined(vm, matched.text(), &parts)
}

/// Texts one after the other: a str if the text they belong to is one, else bytes.
fn joined(vm: &mut Vm, like: &Value, parts: &[Value]) -> Res<Value> {
    if like.get::<Str>().is_some() {
        let empty = vm.new_str("");
        return match empty.get::<Str>() {
            Some(separator) => str::join(vm, separator, parts),
            None => Ok(empty),
        };
    }
    if let [only] = parts
        && only.get_exact::<bytes::Bytes>().is_some()
    {
        return Ok(only.clone());
    }
    let mut all = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        match bytes::of(vm, part)? {
            Some(data) => {
                vm.check_memory(all.len().checked_add(data.len()))?;
                all.extend_from_slice(&data);
            }
            None => {
                let name = vm.type_name(part);
                return Err(vm.type_error(&format!("sequence item {index}: expected a bytes-like object, {name} found")));
            }
        }
    }
    Ok(vm.new_bytes(&all))
}

/// Reads a replacement by Lib's own `re._compile_template`, then goes on with what that gives.
pub fn template_of(vm: &mut Vm, pattern: &Value, replacement: &Value, then: impl FnOnce(&mut Vm, Value) -> Res<Action> + 'static) -> Res<Action> {
    let (pattern, replacement) = (pattern.clone(), replacement.clone());
    let module = vm.new_str("re");
    import_by_name(vm, &module)?.and_then(vm, move |vm, module| {
        let name = vm.intern("_compile_template");
        get_attribute_then(vm, &module, &name, move |_, function| {
            Ok(Action::call(function?, [pattern, replacement], move |vm, template| {
                let template = template?;
                then(vm, template)
            }))
        })
    })
}

/// What stands for a match.
enum Replacement {
    Literal(Value),
    Template(Value),
    Function(Value),
}

struct Substitute {
    scan: Box<Scan>,
    replacement: Replacement,
    parts: Vec<Value>,
    /// Where the text not yet taken begins.
    last: usize,
    done: usize,
    most: usize,
    /// The number of replacements is part of the result.
    counted: bool,
}

impl Substitute {
    fn finish(&mut self, vm: &mut Vm) -> Res<Value> {
        if self.last < self.scan.end || self.parts.is_empty() {
            let rest = self.scan.subject.part(vm, self.last, self.scan.end)?;
            self.parts.push(rest);
        }
        let text = joined(vm, &self.scan.subject.given, &core::mem::take(&mut self.parts))?;
        if !self.counted {
            return Ok(text);
        }
        let items = [text, vm.new_size(self.done)];
        Ok(vm.new_tuple(items.into()))
    }

    /// The match is replaced: on to the next.
    fn advance(&mut self, vm: &mut Vm) -> Res<Next> {
        self.last = self.scan.machine.at;
        self.done += 1;
        self.scan.advance();
        if self.done == self.most {
            return self.finish(vm).map(Next::Done);
        }
        self.scan.begin(Mode::Search);
        Ok(Next::Match)
    }
}

impl Task for Substitute {
    fn scan(&mut self) -> Option<&mut Scan> {
        Some(&mut self.scan)
    }

    fn matched(&mut self, vm: &mut Vm, found: bool) -> Res<Next> {
        if !found {
            return self.finish(vm).map(Next::Done);
        }
        if self.parts.len() == self.parts.capacity() {
            vm.check_memory(self.parts.len().checked_mul(2 * size_of::<Value>()))?;
        }
        let start = self.scan.machine.start;
        if self.last < start {
            let between = self.scan.subject.part(vm, self.last, start)?;
            self.parts.push(between);
        }
        match &self.replacement {
            Replacement::Literal(literal) => self.parts.push(literal.clone()),
            Replacement::Template(template) => {
                let matched = matched::new(vm, &self.scan);
                if let (Some(matched), Some(template)) = (matched.get::<Match>(), template.get::<Template>()) {
                    expanded(vm, matched, template, &mut self.parts)?;
                }
            }
            Replacement::Function(function) => {
                let matched = matched::new(vm, &self.scan);
                return Ok(Next::Call(Call::new(function.clone(), [matched])));
            }
        }
        self.advance(vm)
    }

    fn called(&mut self, vm: &mut Vm, result: Value) -> Res<Next> {
        if !result.is_none() {
            self.parts.push(result);
        }
        self.advance(vm)
    }
}

/// `sub(repl, string, count=0)` and `subn`.
pub fn substitute(vm: &mut Vm, args: &Args, counted: bool) -> Res<Action> {
    let pattern = receiver::<Pattern>(vm, args.positional)?;
    let most = text_arguments::size(vm, args.positional, 3, 0)?;
    let (pattern_value, replacement) = (args.positional[0].clone(), args.get(1).unwrap_or(NONE).clone());
    let subject = Subject::new(vm, pattern, args.get(2).unwrap_or(NONE))?;
    let most = if most == 0 { usize::MAX } else { usize::try_from(most).unwrap_or(0) };
    let begin = move |vm: &mut Vm, pattern: &Value, replacement: Replacement| {
        let mut scan = Scan::new(vm, pattern, subject, 0, isize::MAX)?;
        scan.begin(Mode::Search);
        let mut task = Substitute { scan, replacement, parts: Vec::new(), last: 0, done: 0, most, counted };
        if most == 0 {
            return task.finish(vm).map(Action::Return);
        }
        drive(vm, Box::new(task))
    };
    if vm.lookup_special(&replacement, Name::Call).is_some() || matches!(replacement.kind(), Kind::Function | Kind::Native | Kind::BoundMethod | Kind::Class) {
        return begin(vm, &pattern_value, Replacement::Function(replacement));
    }
    let plain = match replacement.get::<Str>() {
        Some(text) => !text.bytes().contains(&b'\\'),
        None => bytes::of(vm, &replacement)?.is_some_and(|data| !data.contains(&b'\\')),
    };
    if plain {
        return begin(vm, &pattern_value, Replacement::Literal(replacement));
    }
    let pattern = pattern_value.clone();
    template_of(vm, &pattern, &replacement, move |vm, template| {
        let replacement = if template.get::<Template>().is_some() { Replacement::Template(template) } else { Replacement::Literal(template) };
        begin(vm, &pattern_value, replacement)
    })
}
