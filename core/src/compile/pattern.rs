//! `match` statements (PEP 634). Names are bound when the whole pattern has matched: until then what they capture
//! waits in temporaries.

use alloc::format;
use alloc::vec::Vec;

use super::unit::{Label, Operand};
use super::{Compiler, Result};
use crate::code::Const;
use crate::code::isa::{CONSUME_B, Instr, Op};
use crate::syntax::ast::*;

/// A name and the temporary that holds its value.
struct Capture {
    name: Ident,
    register: u16,
    span: Span,
}

impl<'a> Compiler<'a> {
    #[inline(never)]
    pub(super) fn match_statement(&mut self, node: &'a Match) -> Result<()> {
        let mark = self.unit.mark();
        let subject = self.temporary(&node.subject)?;
        let span = node.subject.span;
        let end = self.unit.label();
        let count = node.cases.len();
        for (index, case) in node.cases.iter().enumerate() {
            let at = case.pattern.span;
            let next = self.unit.label();
            let case_mark = self.unit.mark();
            let mut captures = Vec::new();
            let may_be_irrefutable = case.guard.is_some() || index + 1 == count;
            self.pattern(&case.pattern, subject.register, next, &mut captures, may_be_irrefutable)?;
            let used = self.unit.mark();
            // Guard and body find their temporaries empty: the header of a call's window is written without a look.
            for register in case_mark..used {
                if !captures.iter().any(|capture| capture.register == register) {
                    self.discard(register, at);
                }
            }
            for capture in captures {
                self.store_name(&capture.name, capture.span, Operand::temporary(capture.register));
            }
            self.unit.release(case_mark);
            if let Some(guard) = &case.guard {
                self.jump_if(guard, false, next)?;
            }
            self.clear(subject, at);
            self.body(&case.body)?;
            self.unit.jump(Span::NOWHERE, end);
            self.unit.bind(next);
            for register in case_mark..used {
                self.discard(register, at);
            }
        }
        self.clear(subject, span);
        self.unit.bind(end);
        self.unit.release(mark);
        Ok(())
    }

    /// Goes on if the pattern matches `subject`, else jumps to `fail`. Temporaries stay allocated: captures are there.
    fn pattern(&mut self, pattern: &'a Pattern, subject: u16, fail: Label, captures: &mut Vec<Capture>, may_be_irrefutable: bool) -> Result<()> {
        self.descend(pattern.span)?;
        let span = pattern.span;
        match &pattern.kind {
            PatternKind::Value(value) => self.value_pattern(value, subject, fail)?,
            PatternKind::Singleton(value) => self.singleton_pattern(value, span, subject, fail),
            PatternKind::Sequence(items) => self.sequence_pattern(items, span, subject, fail, captures)?,
            PatternKind::Mapping(node) => self.mapping_pattern(node, span, subject, fail, captures)?,
            PatternKind::Class(node) => self.class_pattern(node, span, subject, fail, captures)?,
            PatternKind::Star(_) => return self.fail("can't use starred pattern here", span),
            PatternKind::As { pattern: inner, name } => match (inner, name) {
                (Some(inner), name) => {
                    self.pattern(inner, subject, fail, captures, may_be_irrefutable)?;
                    if let Some(name) = name {
                        self.capture(name, subject, span, captures)?;
                    }
                }
                (None, Some(name)) => {
                    if !may_be_irrefutable {
                        let message = format!("name capture '{name}' makes remaining patterns unreachable");
                        return self.fail(message, span);
                    }
                    self.capture(name, subject, span, captures)?;
                }
                (None, None) => {
                    if !may_be_irrefutable {
                        return self.fail("wildcard makes remaining patterns unreachable", span);
                    }
                }
            },
            PatternKind::Or(alternatives) => {
                self.or_pattern(alternatives, span, subject, fail, captures, may_be_irrefutable)?;
            }
        }
        self.depth -= 1;
        Ok(())
    }

    /// A sub-pattern of the item in the temporary `register`: a name takes it from there.
    fn item_pattern(&mut self, pattern: &'a Pattern, register: u16, fail: Label, captures: &mut Vec<Capture>) -> Result<()> {
        match &pattern.kind {
            PatternKind::As { pattern: None, name: Some(name) } => self.add_capture(name, register, pattern.span, captures),
            _ => self.pattern(pattern, register, fail, captures, true),
        }
    }

    fn capture(&mut self, name: &Ident, value: u16, span: Span, captures: &mut Vec<Capture>) -> Result<()> {
        let register = self.unit.allocate();
        self.unit.emit(span, Op::Move, 0, register, value, 0);
        self.add_capture(name, register, span, captures)
    }

    fn add_capture(&self, name: &Ident, register: u16, span: Span, captures: &mut Vec<Capture>) -> Result<()> {
        if captures.iter().any(|capture| capture.name == *name) {
            return self.fail(format!("multiple assignments to name '{name}' in pattern"), span);
        }
        captures.push(Capture { name: name.clone(), register, span });
        Ok(())
    }

    fn value_pattern(&mut self, value: &'a Expr, subject: u16, fail: Label) -> Result<()> {
        if is_interpolated(value) {
            return self.fail("patterns may only match literals and attribute lookups", value.span);
        }
        if let Some(number) = self.small_integer(value) {
            let instruction = Instr::new(Op::JumpNotEqInt, 0, subject, number as u16, 0);
            self.unit.emit_jump(value.span, instruction, fail);
            return Ok(());
        }
        let value_operand = self.operand(value)?;
        let x = if value_operand.temporary { CONSUME_B } else { 0 };
        let instruction = Instr::new(Op::JumpNotEq, x, subject, value_operand.register, 0);
        self.unit.emit_jump(value.span, instruction, fail);
        Ok(())
    }

    fn singleton_pattern(&mut self, value: &Constant, span: Span, subject: u16, fail: Label) {
        match value {
            Constant::None => self.unit.emit_jump(span, Instr::wide(Op::JumpNotNone, 0, subject, 0), fail),
            value => {
                let register = self.unit.allocate();
                self.unit.emit(span, Op::LoadBool, (*value == Constant::True) as u8, register, 0, 0);
                self.unit.emit_jump(span, Instr::new(Op::JumpIsNot, 0, subject, register, 0), fail);
                self.unit.release(register);
            }
        }
    }

    fn check_kind(&mut self, op: Op, span: Span, subject: u16, fail: Label) {
        let matches = self.unit.allocate();
        self.unit.emit(span, op, 0, matches, subject, 0);
        self.unit.emit_jump(span, Instr::wide(Op::JumpFalse, 0, matches, 0), fail);
        // A bool holds nothing that must be dropped.
        self.unit.release(matches);
    }

    fn check_length(&mut self, unless: Op, count: usize, span: Span, subject: u16, fail: Label) {
        let length = self.unit.allocate();
        self.unit.emit(span, Op::GetLen, 0, length, subject, 0);
        match i16::try_from(count) {
            Ok(count) => self.unit.emit_jump(span, Instr::new(unless, 0, length, count as u16, 0), fail),
            Err(_) => self.unit.overflow = Some("too many sub-patterns"),
        }
    }

    fn sequence_pattern(&mut self, items: &'a [Pattern], span: Span, subject: u16, fail: Label, captures: &mut Vec<Capture>) -> Result<()> {
        let is_star = |item: &Pattern| matches!(item.kind, PatternKind::Star(_));
        let star = items.iter().position(is_star);
        if items.iter().filter(|item| is_star(item)).count() > 1 {
            return self.fail("multiple starred names in sequence pattern", span);
        }
        self.check_kind(Op::MatchSequence, span, subject, fail);
        match star {
            None => self.check_length(Op::JumpNotEqInt, items.len(), span, subject, fail),
            Some(_) if items.len() > 1 => {
                self.check_length(Op::JumpNotGeInt, items.len() - 1, span, subject, fail);
            }
            Some(_) => {}
        }
        if items.iter().all(is_wildcard) {
            return Ok(());
        }
        if let Some(star) = star.filter(|star| items.get(*star).is_some_and(is_wildcard)) {
            return self.subscripted_items(items, star, span, subject, fail, captures);
        }
        let first = self.unit.allocate_many(items.len());
        match star {
            None => self.unit.emit(span, Op::Unpack, 0, first, subject, items.len() as u16),
            Some(star) => {
                let Ok(before) = u8::try_from(star) else {
                    return self.fail("too many expressions in star-unpacking sequence pattern", span);
                };
                let after = (items.len() - star - 1) as u16;
                self.unit.emit(span, Op::UnpackEx, before, first, subject, after);
            }
        }
        for (index, item) in items.iter().enumerate() {
            let register = first.saturating_add(index as u16);
            match &item.kind {
                PatternKind::Star(Some(name)) => self.add_capture(name, register, item.span, captures)?,
                PatternKind::Star(None) => {}
                _ => self.item_pattern(item, register, fail, captures)?,
            }
        }
        Ok(())
    }

    /// Items of a sequence whose middle does not matter, without a list of it.
    fn subscripted_items(&mut self, items: &'a [Pattern], star: usize, span: Span, subject: u16, fail: Label, captures: &mut Vec<Capture>) -> Result<()> {
        for (index, item) in items.iter().enumerate() {
            if index == star || is_wildcard(item) {
                continue;
            }
            let register = self.unit.allocate();
            if index < star {
                self.unit.emit(span, Op::GetItemInt, 0, register, subject, index as u16);
            } else {
                let from_end = (items.len() - index) as u16;
                self.unit.emit(span, Op::GetLen, 0, register, subject, 0);
                self.unit.emit(span, Op::SubInt, 0, register, register, from_end);
                self.unit.emit(span, Op::GetItem, 0, register, subject, register);
            }
            self.item_pattern(item, register, fail, captures)?;
        }
        Ok(())
    }

    fn mapping_pattern(&mut self, node: &'a MappingPattern, span: Span, subject: u16, fail: Label, captures: &mut Vec<Capture>) -> Result<()> {
        self.check_kind(Op::MatchMapping, span, subject, fail);
        if node.keys.is_empty() && node.rest.is_none() {
            return Ok(());
        }
        if !node.keys.is_empty() {
            self.check_length(Op::JumpNotGeInt, node.keys.len(), span, subject, fail);
        }
        let mut seen: Vec<Const> = Vec::new();
        for key in &node.keys {
            if is_interpolated(key) {
                return self.fail("mapping pattern keys may only match literals and attribute lookups", span);
            }
            let Some(value) = self.fold(key) else { continue };
            if seen.iter().any(|other| is_equal(other, &value)) {
                let message = format!("mapping pattern checks duplicate key ({})", super::unparse::constant(&value));
                return self.fail(message, span);
            }
            seen.push(value);
        }
        let keys = self.unit.allocate();
        match self.fold_items(&node.keys) {
            Some(values) => self.load_constant(Const::Tuple(values), span, keys),
            None => {
                let first = self.unit.mark();
                for key in &node.keys {
                    self.temporary(key)?;
                }
                self.unit.emit(span, Op::BuildTuple, 0, keys, first, node.keys.len() as u16);
                self.unit.release(first);
            }
        }
        if !node.keys.is_empty() {
            let values = self.unit.allocate();
            self.unit.emit(span, Op::MatchKeys, 0, values, subject, keys);
            self.unpack_matched(values, &node.patterns.iter().collect::<Vec<_>>(), span, fail, captures)?;
        }
        if let Some(rest) = &node.rest {
            let register = self.unit.allocate();
            self.unit.emit(span, Op::MatchRest, 0, register, subject, keys);
            self.add_capture(rest, register, span, captures)?;
        }
        Ok(())
    }

    /// Matches the items of a tuple, or fails if it is None instead.
    fn unpack_matched(&mut self, tuple: u16, patterns: &[&'a Pattern], span: Span, fail: Label, captures: &mut Vec<Capture>) -> Result<()> {
        self.unit.emit_jump(span, Instr::wide(Op::JumpNone, 0, tuple, 0), fail);
        let first = self.unit.allocate_many(patterns.len());
        self.unit.emit(span, Op::Unpack, CONSUME_B, first, tuple, patterns.len() as u16);
        for (index, pattern) in patterns.iter().enumerate() {
            if !is_wildcard(pattern) {
                self.item_pattern(pattern, first.saturating_add(index as u16), fail, captures)?;
            }
        }
        Ok(())
    }

    fn class_pattern(&mut self, node: &'a ClassPattern, span: Span, subject: u16, fail: Label, captures: &mut Vec<Capture>) -> Result<()> {
        let Ok(positional) = u8::try_from(node.patterns.len()) else {
            return self.fail("too many sub-patterns in class pattern", span);
        };
        for (index, keyword) in node.keywords.iter().enumerate() {
            let later = node.keywords.get(index + 1..).unwrap_or_default();
            if let Some(again) = later.iter().find(|later| later.name == keyword.name) {
                let message = format!("attribute name repeated in class pattern: {}", keyword.name);
                return self.fail(message, again.pattern.span);
            }
        }
        let class = self.temporary(&node.class)?.register;
        let names = self.unit.allocate();
        let keywords: Vec<Const> = node.keywords.iter().map(|keyword| Const::Str(keyword.name.as_bytes().into())).collect();
        self.load_constant(Const::Tuple(keywords.into()), span, names);
        let values = self.unit.allocate();
        self.unit.emit(span, Op::MatchClass, positional, values, subject, class);
        let patterns: Vec<&'a Pattern> = node.patterns.iter().chain(node.keywords.iter().map(|keyword| &keyword.pattern)).collect();
        self.unpack_matched(values, &patterns, span, fail, captures)
    }

    fn or_pattern(&mut self, alternatives: &'a [Pattern], span: Span, subject: u16, fail: Label, captures: &mut Vec<Capture>, may_be_irrefutable: bool) -> Result<()> {
        let matched = self.unit.label();
        // Where all alternatives leave what they capture, once the first has told the names.
        let mut common: Option<Vec<Capture>> = None;
        let count = alternatives.len();
        for (index, alternative) in alternatives.iter().enumerate() {
            let next = self.unit.label();
            let mut own = Vec::new();
            let last = index + 1 == count;
            self.pattern(alternative, subject, next, &mut own, may_be_irrefutable && last)?;
            match &common {
                None => common = Some(own),
                Some(common) => {
                    let same = own.len() == common.len();
                    for capture in common {
                        let Some(found) = own.iter().find(|other| same && other.name == capture.name) else {
                            return self.fail("alternative patterns bind different names", span);
                        };
                        let (to, from) = (capture.register, found.register);
                        self.unit.emit(span, Op::MoveTemp, 0, to, from, 0);
                    }
                    if !same {
                        return self.fail("alternative patterns bind different names", span);
                    }
                }
            }
            self.unit.jump(span, matched);
            self.unit.bind(next);
        }
        self.unit.jump(span, fail);
        self.unit.bind(matched);
        for capture in common.unwrap_or_default() {
            self.add_capture(&capture.name, capture.register, capture.span, captures)?;
        }
        Ok(())
    }
}

fn is_interpolated(value: &Expr) -> bool {
    matches!(value.kind, ExprKind::JoinedStr(_) | ExprKind::TemplateStr(_))
}

/// Whether two constants are equal as dict keys are: numbers by value.
fn is_equal(left: &Const, right: &Const) -> bool {
    let number = |value: &Const| match value {
        Const::True => Some((1.0, 0.0)),
        Const::False => Some((0.0, 0.0)),
        Const::Int(value) if value.unsigned_abs() < 1 << 53 => Some((*value as f64, 0.0)),
        Const::Float(value) => Some((*value, 0.0)),
        Const::Complex(real, imaginary) => Some((*real, *imaginary)),
        _ => None,
    };
    match (number(left), number(right)) {
        (Some(left), Some(right)) => left == right,
        _ => left == right,
    }
}

fn is_wildcard(pattern: &Pattern) -> bool {
    matches!(pattern.kind, PatternKind::As { pattern: None, name: None } | PatternKind::Star(None))
}
