//! Comprehensions, compiled into the unit around them (PEP 709), and generator expressions, which are functions.

use super::symtable::{Role, ScopeId};
use super::unit::{OpenComprehension, Operand};
use super::{Compiler, ParameterNames, Result, UnitShape};
use crate::code::isa::{CONSUME_B, Op, YIELD_ASYNC};
use crate::syntax::ast::*;

/// What the innermost loop does with its element.
#[derive(Clone, Copy)]
enum Element<'a> {
    List(&'a Expr, u16),
    Set(&'a Expr, u16),
    Dict(&'a Expr, &'a Expr, u16),
    Yield(&'a Expr),
}

impl<'a> Compiler<'a> {
    #[inline(never)]
    pub(super) fn list_comprehension(&mut self, node: &'a ElementComp, span: Span, destination: u16) -> Result<()> {
        let scope = self.scope_of(node, Role::Body);
        let build = |result| (Op::BuildList, Element::List(&node.element, result));
        self.inlined(scope, &node.generators, build, span, destination)
    }

    #[inline(never)]
    pub(super) fn set_comprehension(&mut self, node: &'a ElementComp, span: Span, destination: u16) -> Result<()> {
        let scope = self.scope_of(node, Role::Body);
        let build = |result| (Op::BuildSet, Element::Set(&node.element, result));
        self.inlined(scope, &node.generators, build, span, destination)
    }

    #[inline(never)]
    pub(super) fn dict_comprehension(&mut self, node: &'a DictComp, span: Span, destination: u16) -> Result<()> {
        let scope = self.scope_of(node, Role::Body);
        let build = |result| (Op::BuildMap, Element::Dict(&node.key, &node.value, result));
        self.inlined(scope, &node.generators, build, span, destination)
    }

    fn inlined(&mut self, scope: ScopeId, generators: &'a [Comprehension], build: impl FnOnce(u16) -> (Op, Element<'a>), span: Span, destination: u16) -> Result<()> {
        let Some(first) = generators.first() else { return Ok(()) };
        if self.table.scopes[scope].is_coroutine && !self.is_async_allowed() {
            return self.fail("asynchronous comprehension outside of an asynchronous function", span);
        }
        let mark = self.unit.mark();
        let result = self.scratch(destination);
        let iterator = self.unit.allocate();
        self.iterator(first, iterator)?;
        let (op, element) = build(result);
        self.unit.emit(span, op, 0, result, iterator, 0);
        self.enter_comprehension(scope, span);
        self.comprehension_loop(generators, iterator, element, span)?;
        self.leave_comprehension(scope, span);
        self.from_scratch(span, result, destination);
        self.unit.release(mark);
        Ok(())
    }

    /// Evaluates the iterable of a `for` clause and starts to iterate it.
    fn iterator(&mut self, generator: &'a Comprehension, iterator: u16) -> Result<()> {
        let op = if generator.is_async { Op::GetAIter } else { Op::GetIter };
        self.iterate(&generator.iter, op, iterator)
    }

    fn enter_comprehension(&mut self, scope: ScopeId, span: Span) {
        for (register, cell) in self.comprehension_registers(scope) {
            self.unit.assigned.remove(register);
            if cell {
                self.renew_cell(register, span);
            }
        }
        self.unit.comprehensions.push(OpenComprehension { scope });
    }

    fn leave_comprehension(&mut self, scope: ScopeId, span: Span) {
        self.unit.comprehensions.pop();
        for (register, cell) in self.comprehension_registers(scope) {
            if cell {
                self.renew_cell(register, span);
                continue;
            }
            self.unit.emit(span, Op::Clear, 0, register, 0, 0);
            self.unit.assigned.remove(register);
        }
    }

    /// A cell that functions have captured stays theirs: the variable gets a new one.
    fn renew_cell(&mut self, register: u16, span: Span) {
        self.unit.emit(span, Op::Clear, 0, register, 0, 0);
        self.unit.emit(span, Op::MakeCell, 0, register, 0, 0);
    }

    fn comprehension_registers(&self, scope: ScopeId) -> alloc::vec::Vec<(u16, bool)> {
        let map = self.unit.comprehension_variables.get(&scope);
        let mut registers: alloc::vec::Vec<(u16, bool)> = map.into_iter().flat_map(|map| map.values()).map(|variable| (variable.register, variable.cell)).collect();
        registers.sort_unstable();
        registers
    }

    /// The loops of the clauses from the first on, whose iterator is in `iterator`.
    fn comprehension_loop(&mut self, generators: &'a [Comprehension], iterator: u16, element: Element<'a>, span: Span) -> Result<()> {
        let Some((generator, others)) = generators.split_first() else { return Ok(()) };
        self.descend(span)?;
        let mark = self.unit.mark();
        let next = self.unit.label();
        let target_span = generator.target.span;
        if generator.is_async {
            self.async_loop(iterator, &generator.target, generator.span, next, |compiler| compiler.comprehension_body(generator, others, next, element, span))?;
        } else {
            let body = self.unit.label();
            let (value, direct) = self.loop_target(&generator.target);
            self.unit.jump(target_span, next);
            self.begin_loop_body(body, next);
            self.store_loop_target(&generator.target, value, direct)?;
            self.comprehension_body(generator, others, next, element, span)?;
            self.end_loop_body(next, body, value, iterator, generator.iter.span);
        }
        self.unit.release(mark);
        self.depth -= 1;
        Ok(())
    }

    fn comprehension_body(
        &mut self,
        generator: &'a Comprehension,
        others: &'a [Comprehension],
        next: super::unit::Label,
        element: Element<'a>,
        span: Span,
    ) -> Result<()> {
        for condition in &generator.conditions {
            self.jump_if(condition, false, next)?;
        }
        let Some(inner) = others.first() else { return self.element(element) };
        let mark = self.unit.mark();
        let iterator = self.unit.allocate();
        self.iterator(inner, iterator)?;
        self.comprehension_loop(others, iterator, element, span)?;
        self.unit.release(mark);
        Ok(())
    }

    fn element(&mut self, element: Element<'a>) -> Result<()> {
        let mark = self.unit.mark();
        match element {
            Element::List(item, result) | Element::Set(item, result) => {
                let value = self.operand(item)?;
                let op = if matches!(element, Element::List(..)) { Op::ListAppend } else { Op::SetAdd };
                let x = if value.temporary { CONSUME_B } else { 0 };
                self.unit.emit(item.span, op, x, result, value.register, 0);
            }
            Element::Dict(key, value, result) => {
                let span = key.span.to(value.span);
                let key = self.operand(key)?;
                let value = self.operand(value)?;
                self.map_add(result, key, value, span);
            }
            Element::Yield(item) => {
                let value = self.operand(item)?;
                let result = if value.temporary { value.register } else { self.unit.allocate() };
                let x = if self.scope().is_coroutine { YIELD_ASYNC } else { 0 };
                self.unit.emit(item.span, Op::Yield, x, result, value.register, 0);
                self.unit.emit(item.span, Op::Clear, 0, result, 0, 0);
            }
        }
        self.unit.release(mark);
        Ok(())
    }

    /// A function of one parameter, the first iterator, made and called at once.
    #[inline(never)]
    pub(super) fn generator_expression(&mut self, node: &'a ElementComp, span: Span, destination: u16) -> Result<()> {
        let Some(first) = node.generators.first() else { return Ok(()) };
        let scope = self.scope_of(node, Role::Body);
        self.open_unit(scope, "<genexpr>", span, ParameterNames::Fixed(&[".0"]));
        self.comprehension_loop(&node.generators, 0, Element::Yield(&node.element), span)?;
        let shape = UnitShape { argument_count: 1, ..UnitShape::default() };
        let child = self.close_unit(shape, span)?;
        let mark = self.unit.mark();
        let window = if self.unit.is_top(destination) { destination } else { self.unit.allocate() };
        self.unit.emit(span, Op::MakeFunction, 0, window, child, 0);
        self.unit.allocate_many(crate::code::HEADER_SLOTS - 1);
        let iterator = self.unit.allocate();
        self.iterator(first, iterator)?;
        self.unit.emit(span, Op::Call, 0, destination, window, 1);
        self.unit.release(mark);
        Ok(())
    }

    /// Drops the value of a temporary.
    pub(super) fn discard(&mut self, register: u16, span: Span) {
        self.clear(Operand::temporary(register), span);
    }
}
