//! Assignment, deletion and augmented assignment.

use alloc::vec::Vec;

use super::unit::Operand;
use super::{Compiler, Result};
use crate::code::isa::{CONSUME_A, CONSUME_B, CONSUME_C, IN_PLACE, Op};
use crate::syntax::ast::*;

fn starred_position(items: &[Expr]) -> Option<usize> {
    items.iter().position(|item| matches!(item.kind, ExprKind::Starred(_)))
}

impl<'a> Compiler<'a> {
    /// Gives a value to a target. A temporary is consumed.
    pub(super) fn assign(&mut self, target: &'a Expr, value: Operand) -> Result<()> {
        self.descend(target.span)?;
        let mark = self.unit.mark();
        match &target.kind {
            ExprKind::Name(name) => self.store_name(name, target.span, value),
            ExprKind::Attribute(node) => {
                self.note_static_attribute(node);
                let object = self.operand(&node.value)?;
                self.store_attribute(object, node, target.span, value);
            }
            ExprKind::Subscript(node) => {
                let object = self.operand(&node.value)?;
                let index = self.operand(&node.index)?;
                self.store_item(object, index, target.span, value);
            }
            ExprKind::Tuple(items) | ExprKind::List(items) => self.unpack(items, target.span, value)?,
            ExprKind::Starred(_) => {
                return self.fail("starred assignment target must be in a list or tuple", target.span);
            }
            _ => return self.fail("cannot assign to expression", target.span),
        }
        self.unit.release(mark);
        self.depth -= 1;
        Ok(())
    }

    fn store_attribute(&mut self, object: Operand, node: &'a Attribute, span: Span, value: Operand) {
        let name = self.mangled(&node.attr);
        let site = self.unit.short_site(&name);
        let value_flag = if value.temporary { CONSUME_B } else { 0 };
        let span = super::expr::attribute_span(node, span, self);
        self.unit.emit(span, Op::SetAttr, object.consume_a() | value_flag, object.register, value.register, site);
    }

    fn store_item(&mut self, object: Operand, index: Operand, span: Span, value: Operand) {
        let mut x = object.consume_a();
        x |= if index.temporary { CONSUME_B } else { 0 };
        x |= if value.temporary { CONSUME_C } else { 0 };
        self.unit.emit(span, Op::SetItem, x, object.register, index.register, value.register);
    }

    /// Methods that assign to attributes of `self` are noted in the class's `__static_attributes__`.
    fn note_static_attribute(&mut self, node: &'a Attribute) {
        if !matches!(&node.value.kind, ExprKind::Name(name) if &**name == "self") {
            return;
        }
        let table = &self.table;
        let class = self.outer.iter_mut().rev().find(|unit| table.scopes.get(unit.scope).is_some_and(|scope| scope.kind == super::symtable::ScopeKind::Class));
        if let Some(class) = class
            && !class.static_attributes.contains(&node.attr)
        {
            class.static_attributes.push(node.attr.clone());
        }
    }

    /// `targets[0] = targets[1] = … = value`
    pub(super) fn assign_statement(&mut self, targets: &'a [Expr], value: &'a Expr) -> Result<()> {
        let mark = self.unit.mark();
        match targets {
            [Expr { kind: ExprKind::Name(name), span }] => {
                if let Some(register) = self.store_register(name) {
                    self.expr(value, register)?;
                    self.note_assigned(register);
                } else {
                    let value = self.operand(value)?;
                    self.store_name(name, *span, value);
                }
            }
            [target] => match (&target.kind, &value.kind) {
                (ExprKind::Tuple(items) | ExprKind::List(items), ExprKind::Tuple(values))
                    if items.len() == values.len() && starred_position(items).is_none() && starred_position(values).is_none() && items.len() <= 16 =>
                {
                    self.assign_pairwise(items, values)?;
                }
                (ExprKind::Tuple(_) | ExprKind::List(_), _) => {
                    let value = self.temporary(value)?;
                    self.assign(target, value)?;
                }
                _ => {
                    let value = self.operand(value)?;
                    self.assign(target, value)?;
                }
            },
            _ => self.assign_to_all(targets, value)?,
        }
        self.unit.release(mark);
        Ok(())
    }

    fn assign_to_all(&mut self, targets: &'a [Expr], value: &'a Expr) -> Result<()> {
        let only_names = targets.iter().all(|target| matches!(target.kind, ExprKind::Name(_)));
        let mut rest = targets;
        let value = match targets.split_first() {
            Some((Expr { kind: ExprKind::Name(name), .. }, others)) if only_names => match self.store_register(name) {
                Some(register) => {
                    self.expr(value, register)?;
                    self.note_assigned(register);
                    rest = others;
                    Operand::local(register)
                }
                None => self.temporary(value)?,
            },
            _ => self.temporary(value)?,
        };
        let Some((last, others)) = rest.split_last() else { return Ok(()) };
        for target in others {
            self.assign(target, Operand::local(value.register))?;
        }
        self.assign(last, value)
    }

    /// `a, b = x, y` without a tuple: all values first, then the targets from left to right.
    fn assign_pairwise(&mut self, targets: &'a [Expr], values: &'a [Expr]) -> Result<()> {
        let mut operands = Vec::with_capacity(values.len());
        for (index, value) in values.iter().enumerate() {
            let earlier = targets.get(..index).unwrap_or_default();
            let overwritten = match &value.kind {
                ExprKind::Name(name) => earlier.iter().any(|target| names(target, name)),
                _ => false,
            };
            operands.push(if overwritten { self.temporary(value)? } else { self.operand(value)? });
        }
        for (target, value) in targets.iter().zip(operands) {
            self.assign(target, value)?;
        }
        Ok(())
    }

    /// Distributes the items of a value over targets.
    fn unpack(&mut self, items: &'a [Expr], span: Span, value: Operand) -> Result<()> {
        let x = if value.temporary { CONSUME_B } else { 0 };
        let count = items.len() as u16;
        let first = match starred_position(items) {
            None => {
                if let Some(first) = self.consecutive_locals(items)
                    && value.temporary
                {
                    self.unit.emit(span, Op::Unpack, x, first, value.register, count);
                    (first..first + count).for_each(|register| self.note_assigned(register));
                    return Ok(());
                }
                let first = self.unit.allocate_many(items.len());
                self.unit.emit(span, Op::Unpack, x, first, value.register, count);
                first
            }
            Some(star) => {
                let after = items.len() - star - 1;
                if items.get(star + 1..).and_then(starred_position).is_some() {
                    return self.fail("multiple starred expressions in assignment", span);
                }
                let Ok(before) = u8::try_from(star) else {
                    return self.fail("too many expressions in star-unpacking assignment", span);
                };
                let first = self.unit.allocate_many(items.len());
                self.unit.emit(span, Op::UnpackEx, before, first, value.register, after as u16);
                self.clear(value, span);
                first
            }
        };
        for (index, item) in items.iter().enumerate() {
            let item = match &item.kind {
                ExprKind::Starred(inner) => inner,
                _ => item,
            };
            self.assign(item, Operand::temporary(first.saturating_add(index as u16)))?;
        }
        Ok(())
    }

    /// The first of the registers, if the targets are local variables in consecutive ones.
    fn consecutive_locals(&self, items: &'a [Expr]) -> Option<u16> {
        let register = |item: &Expr| match &item.kind {
            ExprKind::Name(name) => self.store_register(name),
            _ => None,
        };
        let first = register(items.first()?)?;
        let consecutive = items.iter().enumerate().all(|(index, item)| register(item) == first.checked_add(index as u16));
        consecutive.then_some(first)
    }

    // ---- augmented and annotated assignment

    #[inline(never)]
    pub(super) fn augmented_assignment(&mut self, node: &'a AugAssign, span: Span) -> Result<()> {
        let mark = self.unit.mark();
        match &node.target.kind {
            ExprKind::Name(name) => {
                if !self.may_be_reassigned(name)
                    && let Some(register) = self.local_operand(name, node.target.span)
                {
                    let value = Operand::local(register);
                    self.operation(node.op, &node.value, span, value, register, IN_PLACE)?;
                    return Ok(());
                }
                let value = self.unit.allocate();
                self.load_name(name, node.target.span, value);
                self.operation(node.op, &node.value, span, Operand::temporary(value), value, IN_PLACE)?;
                self.store_name(name, node.target.span, Operand::temporary(value));
            }
            ExprKind::Attribute(attribute) => {
                let object = self.operand(&attribute.value)?;
                let value = self.unit.allocate();
                let name = self.mangled(&attribute.attr);
                let site = self.unit.short_site(&name);
                self.unit.emit(node.target.span, Op::GetAttr, 0, value, object.register, site);
                self.operation(node.op, &node.value, span, Operand::temporary(value), value, IN_PLACE)?;
                self.store_attribute(object, attribute, node.target.span, Operand::temporary(value));
            }
            ExprKind::Subscript(subscript) => {
                let object = self.operand(&subscript.value)?;
                let index = self.operand(&subscript.index)?;
                let value = self.unit.allocate();
                let target_span = node.target.span;
                self.unit.emit(target_span, Op::GetItem, 0, value, object.register, index.register);
                self.operation(node.op, &node.value, span, Operand::temporary(value), value, IN_PLACE)?;
                self.store_item(object, index, target_span, Operand::temporary(value));
            }
            _ => return self.fail("invalid target for augmented assignment", node.target.span),
        }
        self.unit.release(mark);
        Ok(())
    }

    // ---- deletion

    pub(super) fn delete(&mut self, target: &'a Expr) -> Result<()> {
        self.descend(target.span)?;
        let mark = self.unit.mark();
        match &target.kind {
            ExprKind::Name(name) => self.delete_name(name, target.span),
            ExprKind::Attribute(node) => {
                let object = self.operand(&node.value)?;
                let name = self.mangled(&node.attr);
                let site = self.unit.short_site(&name);
                self.unit.emit(target.span, Op::DeleteAttr, object.consume_a(), object.register, 0, site);
            }
            ExprKind::Subscript(node) => {
                let object = self.operand(&node.value)?;
                let index = self.operand(&node.index)?;
                let index_flag = if index.temporary { CONSUME_B } else { 0 };
                let object_flag = if object.temporary { CONSUME_A } else { 0 };
                self.unit.emit(target.span, Op::DeleteItem, object_flag | index_flag, object.register, index.register, 0);
            }
            ExprKind::Tuple(items) | ExprKind::List(items) => {
                items.iter().try_for_each(|item| self.delete(item))?;
            }
            _ => return self.fail("cannot delete expression", target.span),
        }
        self.unit.release(mark);
        self.depth -= 1;
        Ok(())
    }
}

/// Whether assigning to the target sets the variable.
fn names(target: &Expr, name: &str) -> bool {
    match &target.kind {
        ExprKind::Name(target) => &**target == name,
        ExprKind::Tuple(items) | ExprKind::List(items) => items.iter().any(|item| names(item, name)),
        ExprKind::Starred(item) => names(item, name),
        _ => false,
    }
}
