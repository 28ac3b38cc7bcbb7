//! `for`, `async for` and `while`. The test or the next item comes at the bottom: one jump an iteration.

use super::unit::{Assigned, Block, BlockKind, Label, Operand};
use super::{Compiler, Result};
use crate::code::isa::{Common, Instr, Op};
use crate::syntax::ast::*;

/// Tests with more parts are not compiled twice.
const MAX_DUPLICATED_TEST: u32 = 12;

impl<'a> Compiler<'a> {
    pub(super) fn for_statement(&mut self, node: &'a For, span: Span) -> Result<()> {
        if node.is_async {
            return self.async_for_statement(node, span);
        }
        let mark = self.unit.mark();
        let iterator = self.unit.allocate();
        let iter_span = node.iter.span;
        self.iterate(&node.iter, Op::GetIter, iterator)?;
        let (body, next, end) = (self.unit.label(), self.unit.label(), self.unit.label());
        self.push_block(BlockKind::Loop { break_label: end, continue_label: next, iterator: Some(iterator) }, span)?;
        let (value, direct) = self.loop_target(&node.target);
        self.unit.jump(iter_span, next);
        self.begin_loop_body(body, next);
        self.store_loop_target(&node.target, value, direct)?;
        self.body(&node.body)?;
        self.end_loop_body(next, body, value, iterator, iter_span);
        self.pop_block();
        self.unit.release(mark);
        self.body(&node.orelse)?;
        self.unit.bind(end);
        Ok(())
    }

    /// Evaluates an iterable and starts to iterate it in the temporary `iterator`, the last one.
    pub(super) fn iterate(&mut self, iterable: &'a Expr, op: Op, iterator: u16) -> Result<()> {
        let span = iterable.span;
        let mut source = Operand::local(iterator);
        if let Some(value) = self.fold_searched(iterable) {
            self.load_constant(value, span, iterator);
        } else if let ExprKind::Name(_) = &iterable.kind {
            source = self.operand(iterable)?;
        } else {
            self.expr(iterable, iterator)?;
        }
        self.unit.emit(span, op, source.consume_b(iterator), iterator, source.register, 0);
        self.unit.release(iterator + 1);
        Ok(())
    }

    /// Where the items of a loop arrive, and whether that is the target itself.
    pub(super) fn loop_target(&mut self, target: &'a Expr) -> (u16, bool) {
        if let ExprKind::Name(name) = &target.kind
            && let Some(register) = self.store_register(name)
        {
            return (register, true);
        }
        (self.unit.allocate(), false)
    }

    /// Starts the body, to which only the instruction at the loop's end leads. `next` has been jumped to.
    pub(super) fn begin_loop_body(&mut self, body: Label, next: Label) {
        let (assigned, reachable) = (self.unit.assigned.clone(), self.unit.leads_to(next));
        self.unit.bind_backward(body, assigned, reachable);
    }

    pub(super) fn store_loop_target(&mut self, target: &'a Expr, value: u16, direct: bool) -> Result<()> {
        if direct {
            self.note_assigned(value);
            return Ok(());
        }
        self.assign(target, Operand::temporary(value))
    }

    pub(super) fn end_loop_body(&mut self, next: Label, body: Label, value: u16, iterator: u16, span: Span) {
        self.unit.bind_loop(next);
        self.unit.emit_jump(span, Instr::new(Op::ForIter, 0, value, iterator, 0), body);
    }

    fn async_for_statement(&mut self, node: &'a For, span: Span) -> Result<()> {
        if !self.is_async_allowed() {
            return self.fail("'async for' outside async function", span);
        }
        let mark = self.unit.mark();
        let iterator = self.unit.allocate();
        let iter_span = node.iter.span;
        self.iterate(&node.iter, Op::GetAIter, iterator)?;
        let (next, end) = (self.unit.label(), self.unit.label());
        self.push_block(BlockKind::Loop { break_label: end, continue_label: next, iterator: Some(iterator) }, span)?;
        self.async_loop(iterator, &node.target, iter_span, next, |compiler| compiler.body(&node.body))?;
        self.pop_block();
        self.unit.release(mark);
        self.body(&node.orelse)?;
        self.unit.bind(end);
        Ok(())
    }

    /// The loop of an `async for`: at `next` awaits an item until StopAsyncIteration comes, which ends it.
    pub(super) fn async_loop(&mut self, iterator: u16, target: &'a Expr, span: Span, next: Label, body: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        let mark = self.unit.mark();
        let stop = self.unit.label();
        self.unit.bind_loop(next);
        let (assigned, reachable) = (self.unit.assigned.clone(), self.unit.reachable);
        self.unit.begin_region(stop, mark);
        let value = self.unit.allocate();
        let awaitable = self.unit.allocate();
        self.unit.emit(span, Op::GetANext, 0, awaitable, iterator, 0);
        self.send_loop(awaitable, value, span);
        let covered = self.unit.end_region();
        self.unit.release(value + 1);
        self.assign(target, Operand::temporary(value))?;
        self.unit.release(mark);
        body(self)?;
        self.unit.jump(Span::NOWHERE, next);

        self.unit.bind_handler(stop, assigned, reachable && covered);
        let exception = self.unit.allocate();
        let (class, matches) = (self.unit.allocate(), self.unit.allocate());
        let ended = self.unit.label();
        self.unit.emit_wide(span, Op::LoadCommon, 0, class, Common::StopAsyncIteration as i32);
        self.unit.emit(span, Op::ExceptionMatch, crate::code::isa::CONSUME_C, matches, exception, class);
        self.unit.emit_jump(span, Instr::wide(Op::JumpTrue, 0, matches, 0), ended);
        self.unit.emit_last(Span::NOWHERE, Op::Reraise, exception);
        self.unit.bind(ended);
        self.discard(exception, Span::NOWHERE);
        self.discard(iterator, Span::NOWHERE);
        self.unit.release(mark);
        Ok(())
    }

    pub(super) fn while_statement(&mut self, node: &'a While, span: Span) -> Result<()> {
        let (body, next, end) = (self.unit.label(), self.unit.label(), self.unit.label());
        let block = BlockKind::Loop { break_label: end, continue_label: next, iterator: None };
        match self.fold(&node.test).as_ref().and_then(super::condition::truth) {
            Some(true) => {
                self.unit.bind_loop(next);
                self.unit.note_line(span);
                self.push_block(block, span)?;
                self.body(&node.body)?;
                self.unit.jump(Span::NOWHERE, next);
                self.pop_block();
            }
            Some(false) => {
                self.unit.note_line(span);
                self.without_code(|compiler| {
                    compiler.push_block(block, span)?;
                    compiler.body(&node.body)?;
                    compiler.pop_block();
                    compiler.unit.bind(next);
                    Ok(())
                })?;
            }
            None => {
                let otherwise = self.unit.label();
                let test_first = part_count(&node.test, MAX_DUPLICATED_TEST).is_some();
                if test_first {
                    self.jump_if(&node.test, false, otherwise)?;
                    self.unit.bind_loop(body);
                } else {
                    self.unit.jump(node.test.span, next);
                    let (assigned, reachable): (Assigned, bool) = (self.unit.assigned.clone(), self.unit.leads_to(next));
                    self.unit.bind_backward(body, assigned, reachable);
                }
                self.push_block(block, span)?;
                self.body(&node.body)?;
                self.pop_block();
                self.unit.bind_loop(next);
                self.jump_if(&node.test, true, body)?;
                self.unit.bind(otherwise);
            }
        }
        self.body(&node.orelse)?;
        self.unit.bind(end);
        Ok(())
    }

    /// Compiles what can never run, for its errors only.
    pub(super) fn without_code(&mut self, compile: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        let (assigned, reachable) = (self.unit.assigned.clone(), self.unit.reachable);
        self.unit.reachable = false;
        compile(self)?;
        self.unit.assigned = assigned;
        self.unit.reachable = reachable;
        Ok(())
    }

    /// `break` and `continue`.
    pub(super) fn leave_loop(&mut self, is_break: bool, span: Span) -> Result<()> {
        let found = self.unit.blocks.iter().rposition(|block: &Block<'a>| matches!(block.kind, BlockKind::Loop { .. }));
        let star = self.unit.blocks.iter().rposition(|block| matches!(block.kind, BlockKind::ExceptStar));
        let Some(depth) = found.filter(|depth| star.is_none_or(|star| star < *depth)) else {
            if star.is_some() {
                return self.fail("'break', 'continue' and 'return' cannot appear in an except* block", span);
            }
            return self.fail(if is_break { "'break' outside loop" } else { "'continue' not properly in loop" }, span);
        };
        let Some(Block { kind: BlockKind::Loop { break_label, continue_label, iterator }, .. }) = self.unit.blocks.get(depth).cloned() else {
            return Ok(());
        };
        self.unit.note_line(span);
        let unwound = self.begin_unwind(depth + 1, span)?;
        if is_break && let Some(iterator) = iterator {
            self.discard(iterator, Span::NOWHERE);
        }
        self.unit.jump(Span::NOWHERE, if is_break { break_label } else { continue_label });
        self.end_unwind(unwound);
        Ok(())
    }
}

/// The number of parts of a test made of cheap operators only, if it is at most `limit`.
fn part_count(test: &Expr, limit: u32) -> Option<u32> {
    let limit = limit.checked_sub(1)?;
    let all = |parts: &mut dyn Iterator<Item = &Expr>| {
        let mut sum = 1;
        for part in parts {
            sum += part_count(part, limit.checked_sub(sum)?)?;
        }
        Some(sum)
    };
    match &test.kind {
        ExprKind::Constant(_) | ExprKind::Name(_) => Some(1),
        ExprKind::Attribute(node) => all(&mut [&node.value.0].into_iter()),
        ExprKind::Subscript(node) => all(&mut [&node.value.0, &node.index].into_iter()),
        ExprKind::BinOp(node) => all(&mut [&node.left.0, &node.right].into_iter()),
        ExprKind::UnaryOp(node) => all(&mut [&node.operand].into_iter()),
        ExprKind::BoolOp(node) => all(&mut node.values.iter()),
        ExprKind::Compare(node) => all(&mut [&node.left].into_iter().chain(node.comparisons.iter().map(|(_, right)| right))),
        ExprKind::NamedExpr(node) => all(&mut [&node.value].into_iter()),
        ExprKind::Call(node) => {
            let keywords = node.keywords.iter().map(|keyword| &keyword.value);
            all(&mut [&node.function.0].into_iter().chain(&node.arguments).chain(keywords))
        }
        ExprKind::Starred(value) => all(&mut [&**value].into_iter()),
        _ => None,
    }
}
