//! Calls. Arguments are computed where the callee expects its first registers.

use alloc::format;
use alloc::vec::Vec;

use super::unit::Operand;
use super::{Compiler, Result};
use crate::code::Const;
use crate::code::HEADER_SLOTS;
use crate::code::isa::{CONSUME_B, Op};
use crate::syntax::ast::*;

const HEADER: usize = HEADER_SLOTS;

/// Arguments beyond this go through a list and a dict: a window's registers are part of every frame of the unit.
const MAX_WINDOW_ARGUMENTS: usize = 255;

/// Whether all arguments can be computed into a window.
pub(super) fn is_plain(call: &Call) -> bool {
    call.arguments.len() + call.keywords.len() <= MAX_WINDOW_ARGUMENTS
        && call.arguments.iter().all(|argument| !matches!(argument.kind, ExprKind::Starred(_)))
        && call.keywords.iter().all(|keyword| keyword.name.is_some())
}

impl<'a> Compiler<'a> {
    /// Calls the value with the call's arguments.
    #[inline(never)]
    pub(super) fn call(&mut self, callee: Operand, node: &'a Call, span: Span, target: u16) -> Result<()> {
        let mark = self.unit.mark();
        let window = if callee.temporary && self.unit.is_top(callee.register) {
            callee.register
        } else {
            let window = if self.unit.is_top(target) { target } else { self.unit.allocate() };
            self.move_to(span, window, callee);
            window
        };
        self.finish_call(window, &node.arguments, &node.keywords, span, target)?;
        self.unit.release(mark);
        Ok(())
    }

    /// Completes a call whose callee is in `window`, the last temporary.
    pub(super) fn finish_call(&mut self, window: u16, arguments: &'a [Expr], keywords: &'a [Keyword], span: Span, target: u16) -> Result<()> {
        self.check_keywords(keywords)?;
        let starred = arguments.iter().any(|argument| matches!(argument.kind, ExprKind::Starred(_)));
        let plain = !starred && arguments.len() + keywords.len() <= MAX_WINDOW_ARGUMENTS && keywords.iter().all(|keyword| keyword.name.is_some());
        self.unit.allocate_many(HEADER - 1);
        if plain {
            let count = self.window_arguments(arguments, keywords)?;
            let op = if keywords.is_empty() { Op::Call } else { Op::CallKw };
            self.keyword_names(keywords, span, window);
            self.unit.emit(span, op, 0, target, window, count);
        } else {
            self.spread_arguments(window, arguments, keywords, &[], span)?;
            self.unit.emit(span, Op::CallEx, 0, target, window, 0);
        }
        Ok(())
    }

    /// `value.attribute(…)` without a bound method in between.
    #[inline(never)]
    pub(super) fn method_call(&mut self, value: Operand, attribute: &'a Attribute, attribute_span: Span, call: &'a Call, span: Span, target: u16) -> Result<()> {
        self.check_keywords(&call.keywords)?;
        let name = self.mangled(&attribute.attr);
        let window = if value.temporary && self.unit.is_top(value.register) {
            self.unit.allocate_many(HEADER);
            value.register
        } else if self.unit.is_top(target) {
            self.unit.allocate_many(HEADER);
            target
        } else {
            self.unit.allocate_many(HEADER + 1)
        };
        let name_span = super::expr::attribute_span(attribute, attribute_span, self);
        let call_span = Span::new(name_span.start, span.end);
        let site = self.unit.short_site(&name);
        self.unit.emit(name_span, Op::LoadMethod, value.consume_b(window), window, value.register, site);
        let count = self.window_arguments(&call.arguments, &call.keywords)?;
        let op = if call.keywords.is_empty() { Op::CallMethod } else { Op::CallMethodKw };
        self.keyword_names(&call.keywords, call_span, window);
        self.unit.emit(call_span, op, 0, target, window, count);
        Ok(())
    }

    /// Computes arguments into the registers that follow. How many.
    fn window_arguments(&mut self, arguments: &'a [Expr], keywords: &'a [Keyword]) -> Result<u16> {
        for argument in arguments.iter().chain(keywords.iter().map(|keyword| &keyword.value)) {
            self.temporary(argument)?;
        }
        Ok((arguments.len() + keywords.len()) as u16)
    }

    /// Puts the names of a call's keyword arguments into its window.
    pub(super) fn keyword_names(&mut self, keywords: &'a [Keyword], span: Span, window: u16) {
        if keywords.is_empty() {
            return;
        }
        let names: Vec<Const> = keywords.iter().flat_map(|keyword| &keyword.name).map(|name| Const::Str(name.as_bytes().into())).collect();
        self.load_constant(Const::Tuple(names.into()), span, window + 1);
    }

    /// Computes the positional arguments as a list or tuple and the keyword arguments as a dict, or undefined.
    /// `extra` are values that follow the positional ones. The window's header is allocated.
    pub(super) fn spread_arguments(&mut self, window: u16, arguments: &'a [Expr], keywords: &'a [Keyword], extra: &[Operand], span: Span) -> Result<()> {
        let positional = self.unit.allocate();
        match arguments {
            [Expr { kind: ExprKind::Starred(only), .. }] if extra.is_empty() => {
                let value = self.operand(only)?;
                let x = if value.temporary { CONSUME_B } else { 0 };
                self.unit.emit(only.span, Op::StarArgs, x, positional, value.register, window);
                self.unit.release(positional + 1);
            }
            _ => {
                self.list_into(arguments, span, positional)?;
                for value in extra {
                    let x = if value.temporary { CONSUME_B } else { 0 };
                    self.unit.emit(span, Op::ListAppend, x, positional, value.register, 0);
                }
            }
        }
        let mapping = self.unit.allocate();
        if keywords.is_empty() {
            self.unit.emit(span, Op::Clear, 0, mapping, 0, 0);
            return Ok(());
        }
        self.keyword_mapping(window, keywords, span, mapping)
    }

    pub(super) fn keyword_mapping(&mut self, window: u16, keywords: &'a [Keyword], span: Span, mapping: u16) -> Result<()> {
        let mut made = false;
        let mut rest = keywords;
        while !rest.is_empty() {
            let named = rest.iter().take_while(|keyword| keyword.name.is_some()).count().min(MAX_WINDOW_ARGUMENTS);
            let (group, after) = rest.split_at(named);
            let mark = self.unit.mark();
            if !group.is_empty() || !made {
                let first = self.unit.mark();
                for keyword in group {
                    let key = self.unit.allocate();
                    if let Some(name) = &keyword.name {
                        self.load_text(name, keyword.span, key);
                    }
                    self.temporary(&keyword.value)?;
                }
                let into = if made { self.unit.allocate() } else { mapping };
                self.unit.emit(span, Op::BuildMap, 0, into, first, group.len() as u16);
                if made {
                    self.unit.emit(span, Op::MapMerge, CONSUME_B, mapping, into, window);
                }
                made = true;
                self.unit.release(mark);
            }
            rest = after;
            if let Some((Keyword { name: None, value, .. }, after)) = rest.split_first() {
                let operand = self.operand(value)?;
                let x = if operand.temporary { CONSUME_B } else { 0 };
                self.unit.emit(value.span, Op::MapMerge, x, mapping, operand.register, window);
                self.unit.release(mark);
                rest = after;
            }
        }
        Ok(())
    }

    /// No keyword may be given twice.
    pub(super) fn check_keywords(&self, keywords: &[Keyword]) -> Result<()> {
        for (index, keyword) in keywords.iter().enumerate() {
            let Some(name) = &keyword.name else { continue };
            let later = keywords.get(index + 1..).unwrap_or_default();
            if let Some(again) = later.iter().find(|later| later.name.as_ref() == Some(name)) {
                return self.fail(format!("keyword argument repeated: {name}"), again.span);
            }
        }
        Ok(())
    }
}
