//! Tuple, list, set and dict displays.

use super::unit::Operand;
use super::{Compiler, Result};
use crate::code::Const;
use crate::code::isa::{CONSUME_B, CONSUME_C, Op};
use crate::syntax::ast::*;

/// Longer displays are built piece by piece: their elements' registers would be part of every frame of the unit.
const MAX_ELEMENTS: usize = 64;
/// From this many constant elements on a list or set is copied from a constant.
const MIN_CONSTANT_ELEMENTS: usize = 3;

/// How a display grows by an element, and by an iterable.
#[derive(Clone, Copy)]
struct Growth {
    build: Op,
    append: Op,
    extend: Op,
}

const LIST: Growth = Growth { build: Op::BuildList, append: Op::ListAppend, extend: Op::ListExtend };
const SET: Growth = Growth { build: Op::BuildSet, append: Op::SetAdd, extend: Op::SetUpdate };

fn is_starred(item: &Expr) -> bool {
    matches!(item.kind, ExprKind::Starred(_))
}

impl<'a> Compiler<'a> {
    pub(super) fn tuple(&mut self, expression: &'a Expr, items: &'a [Expr], destination: u16) -> Result<()> {
        let span = expression.span;
        if let Some(value) = self.fold(expression) {
            self.load_constant(value, span, destination);
            return Ok(());
        }
        let mark = self.unit.mark();
        if items.len() <= MAX_ELEMENTS && !items.iter().any(is_starred) {
            let first = self.elements(items)?;
            self.unit.emit(span, Op::BuildTuple, 0, destination, first, items.len() as u16);
        } else {
            let list = self.unit.allocate();
            self.grow(LIST, items, span, list)?;
            self.unit.emit(span, Op::ListToTuple, CONSUME_B, destination, list, 0);
        }
        self.unit.release(mark);
        Ok(())
    }

    pub(super) fn list(&mut self, items: &'a [Expr], span: Span, destination: u16) -> Result<()> {
        let mark = self.unit.mark();
        if items.len() <= MAX_ELEMENTS && !items.iter().any(is_starred) && !self.all_constant(items) {
            let first = self.elements(items)?;
            self.unit.emit(span, Op::BuildList, 0, destination, first, items.len() as u16);
        } else {
            let scratch = self.scratch(destination);
            self.list_into(items, span, scratch)?;
            self.from_scratch(span, scratch, destination);
        }
        self.unit.release(mark);
        Ok(())
    }

    /// Builds a list of any size in a temporary.
    pub(super) fn list_into(&mut self, items: &'a [Expr], span: Span, list: u16) -> Result<()> {
        if self.all_constant(items)
            && let Some(value) = self.fold_items(items)
        {
            return self.copy_constant(LIST, Const::Tuple(value), span, list);
        }
        self.grow(LIST, items, span, list)
    }

    pub(super) fn set(&mut self, items: &'a [Expr], span: Span, destination: u16) -> Result<()> {
        let mark = self.unit.mark();
        let scratch = self.scratch(destination);
        match self.all_constant(items).then(|| self.fold_items(items)).flatten() {
            Some(value) => self.copy_constant(SET, Const::FrozenSet(value), span, scratch)?,
            None => self.grow(SET, items, span, scratch)?,
        }
        self.from_scratch(span, scratch, destination);
        self.unit.release(mark);
        Ok(())
    }

    fn all_constant(&self, items: &[Expr]) -> bool {
        items.len() >= MIN_CONSTANT_ELEMENTS && items.iter().all(|item| matches!(item.kind, ExprKind::Constant(_)))
    }

    fn copy_constant(&mut self, growth: Growth, value: Const, span: Span, target: u16) -> Result<()> {
        let constant = self.unit.allocate();
        self.unit.emit(span, growth.build, 0, target, constant, 0);
        self.load_constant(value, span, constant);
        self.unit.emit(span, growth.extend, CONSUME_B, target, constant, 0);
        self.unit.release(constant);
        Ok(())
    }

    /// Computes items into consecutive new temporaries; the first of them.
    fn elements(&mut self, items: &'a [Expr]) -> Result<u16> {
        let first = self.unit.mark();
        for item in items {
            self.temporary(item)?;
        }
        Ok(first)
    }

    /// Builds a display in the temporary `target`: the first elements at once, the others one by one.
    fn grow(&mut self, growth: Growth, items: &'a [Expr], span: Span, target: u16) -> Result<()> {
        let mark = self.unit.mark();
        let at_once = items.iter().take_while(|item| !is_starred(item)).count().min(MAX_ELEMENTS);
        let (head, tail) = items.split_at(at_once);
        let first = self.elements(head)?;
        self.unit.emit(span, growth.build, 0, target, first, head.len() as u16);
        self.unit.release(mark);
        for item in tail {
            let (op, item) = match &item.kind {
                ExprKind::Starred(inner) => (growth.extend, &**inner),
                _ => (growth.append, item),
            };
            let value = self.operand(item)?;
            let x = if value.temporary { CONSUME_B } else { 0 };
            self.unit.emit(item.span, op, x, target, value.register, 0);
            self.unit.release(mark);
        }
        Ok(())
    }

    pub(super) fn dict(&mut self, items: &'a [DictItem], span: Span, destination: u16) -> Result<()> {
        let mark = self.unit.mark();
        let at_once = items.iter().take_while(|item| item.key.is_some()).count().min(MAX_ELEMENTS / 2);
        let (head, tail) = items.split_at(at_once);
        let target = if tail.is_empty() { destination } else { self.scratch(destination) };
        let pairs = self.unit.mark();
        for item in head {
            if let Some(key) = &item.key {
                self.temporary(key)?;
            }
            self.temporary(&item.value)?;
        }
        self.unit.emit(span, Op::BuildMap, 0, target, pairs, head.len() as u16);
        self.unit.release(pairs);
        for item in tail {
            match &item.key {
                Some(key) => {
                    let key = self.operand(key)?;
                    let value = self.operand(&item.value)?;
                    self.map_add(target, key, value, span);
                }
                None => {
                    let value = self.operand(&item.value)?;
                    let x = if value.temporary { CONSUME_B } else { 0 };
                    self.unit.emit(item.value.span, Op::MapUpdate, x, target, value.register, 0);
                }
            }
            self.unit.release(pairs);
        }
        self.from_scratch(span, target, destination);
        self.unit.release(mark);
        Ok(())
    }

    pub(super) fn map_add(&mut self, map: u16, key: Operand, value: Operand, span: Span) {
        let key_flag = if key.temporary { CONSUME_B } else { 0 };
        let value_flag = if value.temporary { CONSUME_C } else { 0 };
        self.unit.emit(span, Op::MapAdd, key_flag | value_flag, map, key.register, value.register);
    }
}
