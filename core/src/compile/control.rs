//! What an exit from a block must undo on its way out, and `with` statements.

use alloc::vec::Vec;

use super::unit::{Block, BlockKind, Operand};
use super::{Compiler, Result};
use crate::code::HEADER_SLOTS;
use crate::code::isa::{CONSUME_A, Instr, Op, Special};
use crate::syntax::ast::*;

/// As deep as CPython lets loops, `try` and `with` nest in one function.
const MAX_BLOCKS: usize = 21;

const HEADER: u16 = HEADER_SLOTS as u16;

/// Blocks and regions left by an exit, to be put back for the code after it.
pub(super) struct Unwound<'a> {
    /// Innermost first.
    blocks: Vec<Block<'a>>,
    suspended: Vec<Vec<usize>>,
}

impl<'a> Compiler<'a> {
    pub(super) fn push_block(&mut self, kind: BlockKind<'a>, span: Span) -> Result<()> {
        if self.unit.blocks.len() >= MAX_BLOCKS {
            return self.fail("too many statically nested blocks", span);
        }
        let regions = self.unit.region_count();
        self.unit.blocks.push(Block { kind, regions });
        Ok(())
    }

    pub(super) fn pop_block(&mut self) {
        self.unit.blocks.pop();
    }

    /// Emits what leaving the blocks from number `depth` on takes, innermost first. The exit itself follows,
    /// then [`Compiler::end_unwind`].
    pub(super) fn begin_unwind(&mut self, depth: usize, span: Span) -> Result<Unwound<'a>> {
        let mut unwound = Unwound { blocks: Vec::new(), suspended: Vec::new() };
        while self.unit.blocks.len() > depth {
            let Some(block) = self.unit.blocks.pop() else { break };
            unwound.suspended.push(self.unit.suspend_regions(block.regions));
            let kind = block.kind.clone();
            unwound.blocks.push(block);
            self.unwind_block(kind, span)?;
        }
        Ok(unwound)
    }

    /// As [`Compiler::begin_unwind`], for a statement that visits its line before what it must undo. The span of the exit itself.
    pub(super) fn begin_exit(&mut self, depth: usize, span: Span) -> Result<(Unwound<'a>, Span)> {
        let (before, noted) = (self.unit.position(), self.unit.line_marks.len());
        self.unit.note_line(span);
        let unwound = self.begin_unwind(depth, span)?;
        if self.unit.position() != before || self.unit.line_marks.len() > noted + 1 {
            return Ok((unwound, Span::NOWHERE));
        }
        self.unit.line_marks.truncate(noted);
        Ok((unwound, span))
    }

    pub(super) fn end_unwind(&mut self, mut unwound: Unwound<'a>) {
        while let Some(block) = unwound.blocks.pop() {
            self.unit.blocks.push(block);
        }
        for suspended in &unwound.suspended {
            self.unit.resume_regions(suspended);
        }
    }

    fn unwind_block(&mut self, kind: BlockKind<'a>, span: Span) -> Result<()> {
        match kind {
            BlockKind::Loop { iterator: Some(iterator), .. } => {
                // Frames drop it anyway; but what runs on the way out must find it gone.
                let runs_code = self.unit.blocks.iter().any(|block| matches!(block.kind, BlockKind::Finally(_) | BlockKind::With { .. } | BlockKind::Loop { .. }));
                if runs_code {
                    self.discard(iterator, span);
                }
                Ok(())
            }
            BlockKind::Loop { .. } | BlockKind::Protected | BlockKind::ExceptStar => Ok(()),
            BlockKind::Finally(body) => self.body(body),
            BlockKind::With { exit, is_async, span } => {
                self.call_exit_normally(exit, is_async, span);
                Ok(())
            }
            BlockKind::Handler { saved, exception } => {
                self.unit.emit(Span::NOWHERE, Op::PopHandled, 0, saved, 0, 0);
                if let Some(exception) = exception {
                    self.discard(exception, Span::NOWHERE);
                }
                Ok(())
            }
            BlockKind::HandlerName(name) => {
                self.unbind_handler_name(&name, Span::NOWHERE);
                Ok(())
            }
        }
    }

    // ---- with

    #[inline(never)]
    pub(super) fn with_statement(&mut self, node: &'a With, span: Span) -> Result<()> {
        if node.is_async && !self.is_async_allowed() {
            return self.fail("'async with' outside async function", span);
        }
        self.with_items(&node.items, node, span)
    }

    fn with_items(&mut self, items: &'a [WithItem], node: &'a With, span: Span) -> Result<()> {
        let Some((item, others)) = items.split_first() else { return self.body(&node.body) };
        self.descend(span)?;
        let mark = self.unit.mark();
        let is_async = node.is_async;
        let at = item.context.span;
        let exit = self.unit.allocate_many(2);
        let entered = self.enter_context(item, exit, is_async)?;

        let (handler, end) = (self.unit.label(), self.unit.label());
        let (assigned, reachable) = (self.unit.assigned.clone(), self.unit.reachable);
        self.push_block(BlockKind::With { exit, is_async, span: at }, at)?;
        self.unit.begin_region(handler, exit + 2);
        match &item.target {
            Some(target) => self.assign(target, Operand::temporary(entered))?,
            None => self.discard(entered, at),
        }
        self.unit.release(exit + 2);
        self.with_items(others, node, span)?;
        let covered = self.unit.end_region();
        self.pop_block();
        self.call_exit_normally(exit, is_async, at);
        self.unit.jump(Span::NOWHERE, end);

        self.unit.bind_handler(handler, assigned, reachable && covered);
        self.call_exit_with_exception(exit, is_async, at)?;
        self.unit.bind(end);
        self.unit.release(mark);
        self.depth -= 1;
        Ok(())
    }

    /// Evaluates the context manager and enters it; the register of what `__enter__` returned.
    fn enter_context(&mut self, item: &'a WithItem, exit: u16, is_async: bool) -> Result<u16> {
        let at = item.context.span;
        let (enter_method, exit_method) = match is_async {
            true => (Special::AsyncEnter, Special::AsyncExit),
            false => (Special::Enter, Special::Exit),
        };
        let manager = self.operand(&item.context)?;
        self.unit.emit(at, Op::LoadSpecial, 0, exit, manager.register, exit_method as u16);
        let window = self.unit.allocate_many(HEADER as usize + 1);
        self.unit.emit(at, Op::LoadSpecial, 0, window, manager.register, enter_method as u16);
        self.clear(manager, at);
        self.unit.emit(at, Op::MoveTemp, 0, window + HEADER, window + 1, 0);
        self.unit.emit(at, Op::CallMethod, 0, window, window, 0);
        self.unit.release(window + 1);
        if is_async {
            self.await_register(window, super::expr::AWAIT_ENTER, at);
        }
        Ok(window)
    }

    /// A window for calling the exit method with three arguments.
    fn exit_window(&mut self, exit: u16, span: Span) -> u16 {
        let window = self.unit.allocate_many(HEADER as usize + 4);
        self.unit.emit(span, Op::MoveTemp, 0, window, exit, 0);
        self.unit.emit(span, Op::MoveTemp, 0, window + HEADER, exit + 1, 0);
        window
    }

    fn call_exit_normally(&mut self, exit: u16, is_async: bool, span: Span) {
        let mark = self.unit.mark();
        let window = self.exit_window(exit, span);
        for argument in 1..=3 {
            self.unit.emit(span, Op::LoadNone, 0, window + HEADER + argument, 0, 0);
        }
        self.unit.emit(span, Op::CallMethod, 0, window, window, 3);
        self.unit.release(window + 1);
        if is_async {
            self.await_register(window, super::expr::AWAIT_EXIT, span);
        }
        self.discard(window, span);
        self.unit.release(mark);
    }

    /// The handler of a `with`: the exit method decides whether the exception goes on.
    fn call_exit_with_exception(&mut self, exit: u16, is_async: bool, span: Span) -> Result<()> {
        let exception = self.unit.allocate();
        let saved = self.unit.allocate();
        let (suppressed, end) = (self.unit.label(), self.unit.label());
        let cleanup = self.begin_handled(exception, saved);
        let window = self.exit_window(exit, span);
        self.unit.emit(span, Op::ExceptionInfo, 0, window + HEADER + 1, exception, 3);
        self.unit.emit(span, Op::CallMethod, 0, window, window, 3);
        self.unit.release(window + 1);
        if is_async {
            self.await_register(window, super::expr::AWAIT_EXIT, span);
        }
        self.unit.emit_jump(span, Instr::wide(Op::JumpTrue, CONSUME_A, window, 0), suppressed);
        self.unit.release(window);
        let covered = self.unit.end_region();
        self.reraise(exception, saved);
        self.handled_cleanup(cleanup, saved, covered);
        self.unit.bind(suppressed);
        self.unit.emit(Span::NOWHERE, Op::PopHandled, 0, saved, 0, 0);
        self.discard(exception, Span::NOWHERE);
        self.unit.bind(end);
        Ok(())
    }
}
