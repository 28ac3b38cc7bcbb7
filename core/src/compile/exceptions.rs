//! `try` statements.
//!
//! An exception arrives in a register; the handler makes it the one being handled, keeping the one before in the next
//! register. A second region around the handler's code puts that one back when something is raised there.

use super::unit::{Assigned, BlockKind, Label, Operand};
use super::{Compiler, Result};
use crate::code::isa::{CONSUME_B, CONSUME_C, Instr, Op};
use crate::syntax::ast::*;

/// Where the code of a handler goes when it raises, and what is known there.
pub(super) struct Cleanup {
    label: Label,
    assigned: Assigned,
    reachable: bool,
}

impl<'a> Compiler<'a> {
    /// Starts the code that handles the exception in `exception`.
    pub(super) fn begin_handled(&mut self, exception: u16, saved: u16) -> Cleanup {
        self.unit.emit(Span::NOWHERE, Op::PushHandled, 0, saved, exception, 0);
        let label = self.unit.label();
        self.unit.begin_region(label, saved + 1);
        Cleanup { label, assigned: self.unit.assigned.clone(), reachable: self.unit.reachable }
    }

    /// What runs when the handling code raised: the region has ended.
    pub(super) fn handled_cleanup(&mut self, cleanup: Cleanup, saved: u16, covered: bool) {
        let Cleanup { label, assigned, reachable } = cleanup;
        self.unit.bind_handler(label, assigned, reachable && covered);
        self.unit.reserve(saved as u32 + 2);
        self.reraise(saved + 1, saved);
    }

    /// The block of handling code, whose region [`Compiler::begin_handled`] has just begun.
    fn push_handler_block(&mut self, saved: u16, exception: Option<u16>, span: Span) -> Result<()> {
        self.push_block(BlockKind::Handler { saved, exception }, span)?;
        if let Some(block) = self.unit.blocks.last_mut() {
            block.regions = block.regions.saturating_sub(1);
        }
        Ok(())
    }

    pub(super) fn reraise(&mut self, exception: u16, saved: u16) {
        self.unit.emit(Span::NOWHERE, Op::PopHandled, 0, saved, 0, 0);
        self.unit.emit_last(Span::NOWHERE, Op::Reraise, exception);
    }

    #[inline(never)]
    pub(super) fn try_statement(&mut self, node: &'a Try, span: Span) -> Result<()> {
        self.unit.note_line(span);
        if node.finalbody.is_empty() {
            return self.try_except(node, span);
        }
        let mark = self.unit.mark();
        let (handler, end) = (self.unit.label(), self.unit.label());
        let (assigned, reachable) = (self.unit.assigned.clone(), self.unit.reachable);
        self.push_block(BlockKind::Finally(&node.finalbody), span)?;
        self.unit.begin_region(handler, mark);
        if node.handlers.is_empty() {
            self.body(&node.body)?;
        } else {
            self.try_except(node, span)?;
        }
        let covered = self.unit.end_region();
        self.pop_block();
        self.body(&node.finalbody)?;
        self.unit.jump(Span::NOWHERE, end);

        self.unit.bind_handler(handler, assigned, reachable && covered);
        let exception = self.unit.allocate();
        let saved = self.unit.allocate();
        let cleanup = self.begin_handled(exception, saved);
        self.push_handler_block(saved, Some(exception), span)?;
        self.body(&node.finalbody)?;
        self.pop_block();
        let covered = self.unit.end_region();
        self.reraise(exception, saved);
        self.handled_cleanup(cleanup, saved, covered);
        self.unit.release(mark);
        self.unit.bind(end);
        Ok(())
    }

    fn try_except(&mut self, node: &'a Try, span: Span) -> Result<()> {
        let mark = self.unit.mark();
        let (handler, end) = (self.unit.label(), self.unit.label());
        let (assigned, reachable) = (self.unit.assigned.clone(), self.unit.reachable);
        self.push_block(BlockKind::Protected, span)?;
        self.unit.begin_region(handler, mark);
        self.body(&node.body)?;
        let covered = self.unit.end_region();
        self.pop_block();
        self.body(&node.orelse)?;
        self.unit.jump(Span::NOWHERE, end);

        self.unit.bind_handler(handler, assigned, reachable && covered);
        let exception = self.unit.allocate();
        let saved = self.unit.allocate();
        if node.is_star {
            self.star_handlers(&node.handlers, exception, saved, end)?;
        } else {
            self.handlers(&node.handlers, exception, saved, end)?;
        }
        self.unit.release(mark);
        self.unit.bind(end);
        Ok(())
    }

    fn handlers(&mut self, handlers: &'a [ExceptHandler], exception: u16, saved: u16, end: Label) -> Result<()> {
        let cleanup = self.begin_handled(exception, saved);
        for (index, handler) in handlers.iter().enumerate() {
            let at = handler.span;
            let mark = self.unit.mark();
            let next = self.unit.label();
            match &handler.exception {
                Some(class) => {
                    let class = self.operand(class)?;
                    let matches = self.unit.allocate();
                    let x = if class.temporary { CONSUME_C } else { 0 };
                    self.unit.emit(at, Op::ExceptionMatch, x, matches, exception, class.register);
                    self.unit.emit_jump(at, Instr::wide(Op::JumpFalse, 0, matches, 0), next);
                    self.unit.release(mark);
                }
                None if index + 1 < handlers.len() => {
                    return self.fail("default 'except:' must be last", at);
                }
                None => {}
            }
            match &handler.name {
                Some(name) => self.store_name(name, at, Operand::temporary(exception)),
                None => self.discard(exception, at),
            }
            self.push_handler_block(saved, None, at)?;
            self.handler_body(handler)?;
            self.pop_block();
            self.unit.emit(Span::NOWHERE, Op::PopHandled, 0, saved, 0, 0);
            self.unit.jump(Span::NOWHERE, end);
            self.unit.bind(next);
        }
        let covered = self.unit.end_region();
        self.reraise(exception, saved);
        self.handled_cleanup(cleanup, saved, covered);
        Ok(())
    }

    /// The statements of a handler, with its name unbound at the end, however that comes.
    fn handler_body(&mut self, handler: &'a ExceptHandler) -> Result<()> {
        let Some(name) = &handler.name else { return self.body(&handler.body) };
        let at = handler.span;
        let mark = self.unit.mark();
        let unbind = self.unit.label();
        let (assigned, reachable) = (self.unit.assigned.clone(), self.unit.reachable);
        self.push_block(BlockKind::HandlerName(name.clone()), at)?;
        self.unit.begin_region(unbind, mark);
        self.body(&handler.body)?;
        let covered = self.unit.end_region();
        self.pop_block();
        let end = self.unit.label();
        self.unbind_handler_name(name, Span::NOWHERE);
        self.unit.jump(Span::NOWHERE, end);
        self.unit.bind_handler(unbind, assigned, reachable && covered);
        let exception = self.unit.allocate();
        self.unbind_handler_name(name, Span::NOWHERE);
        self.unit.emit_last(Span::NOWHERE, Op::Reraise, exception);
        self.unit.bind(end);
        self.unit.release(mark);
        Ok(())
    }

    /// `except*` (PEP 654): every handler takes its part of the group; what they raise and what is left over is
    /// raised at the end.
    fn star_handlers(&mut self, handlers: &'a [ExceptHandler], exception: u16, saved: u16, end: Label) -> Result<()> {
        let cleanup = self.begin_handled(exception, saved);
        // What is left of the group, the part a handler takes, and the list of what they raised.
        let rest = self.unit.allocate_many(2);
        let taken = rest + 1;
        let raised = self.unit.allocate();
        let span = Span::NOWHERE;
        self.unit.emit(span, Op::Move, 0, rest, exception, 0);
        self.unit.emit(span, Op::BuildList, 0, raised, raised, 0);
        for handler in handlers {
            let at = handler.span;
            let mark = self.unit.mark();
            let (next, failed) = (self.unit.label(), self.unit.label());
            if let Some(class) = &handler.exception {
                let class = self.operand(class)?;
                let x = if class.temporary { CONSUME_C } else { 0 };
                let pair = self.unit.allocate_many(2);
                self.unit.emit(at, Op::ExceptionGroupMatch, x, pair, rest, class.register);
                self.unit.emit(at, Op::MoveTemp, 0, rest, pair, 0);
                self.unit.emit(at, Op::MoveTemp, 0, taken, pair + 1, 0);
                self.unit.release(mark);
            }
            self.unit.emit_jump(at, Instr::wide(Op::JumpNone, 0, taken, 0), next);
            // The part is the exception being handled while the handler runs.
            let before = self.unit.allocate();
            self.unit.emit(at, Op::PushHandled, 0, before, taken, 0);
            match &handler.name {
                Some(name) => self.store_name(name, at, Operand::temporary(taken)),
                None => self.discard(taken, at),
            }
            let (assigned, reachable) = (self.unit.assigned.clone(), self.unit.reachable);
            self.push_block(BlockKind::ExceptStar, at)?;
            self.unit.begin_region(failed, before + 1);
            self.handler_body(handler)?;
            let covered = self.unit.end_region();
            self.pop_block();
            self.unit.emit(Span::NOWHERE, Op::PopHandled, 0, before, 0, 0);
            self.unit.jump(Span::NOWHERE, next);
            self.unit.bind_handler(failed, assigned, reachable && covered);
            let error = self.unit.allocate();
            self.unit.emit(Span::NOWHERE, Op::PopHandled, 0, before, 0, 0);
            self.unit.emit(Span::NOWHERE, Op::ListAppend, CONSUME_B, raised, error, 0);
            self.unit.bind(next);
            self.unit.release(mark);
        }
        let done = self.unit.label();
        let result = self.unit.allocate();
        self.unit.emit(span, Op::ListAppend, CONSUME_B, raised, rest, 0);
        self.unit.emit(span, Op::PrepareReraiseStar, 0, result, exception, raised);
        self.discard(raised, span);
        self.discard(exception, span);
        self.unit.emit_jump(span, Instr::wide(Op::JumpNone, 0, result, 0), done);
        let covered = self.unit.end_region();
        self.reraise(result, saved);
        self.handled_cleanup(cleanup, saved, covered);
        self.unit.bind(done);
        self.unit.emit(span, Op::PopHandled, 0, saved, 0, 0);
        self.unit.jump(Span::NOWHERE, end);
        Ok(())
    }
}
