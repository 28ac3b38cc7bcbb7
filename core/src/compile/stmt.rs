//! Statements, and the module around them.

use alloc::rc::Rc;
use alloc::vec::Vec;

use super::unit::{Block, BlockKind, Label, Operand};
use super::{Compiler, ParameterNames, Result, UnitShape};
use crate::code::isa::{Common, Intrinsic, Op};
use crate::code::{CodePrototype, Const, HEADER_SLOTS};
use crate::syntax::ast::*;

impl<'a> Compiler<'a> {
    pub(super) fn module(&mut self, module: &'a Module) -> Result<CodePrototype> {
        let start = Span::default();
        self.open_unit(0, "<module>", start, ParameterNames::Fixed(&[]));
        if self.table.scopes[0].is_coroutine && !self.top_level_await {
            // Only an error can follow; the code must not look like a coroutine's meanwhile.
            self.unit.instructions.clear();
            self.unit.spans.clear();
        }
        match module {
            Module::Eval(expression) => {
                let value = self.operand(expression)?;
                self.unit.emit_last(expression.span, Op::Return, value.register);
            }
            Module::Exec(body) | Module::Single(body) => {
                let body = match module {
                    Module::Exec(_) => self.module_docstring(body),
                    _ => body,
                };
                self.begin_module_annotations(start)?;
                self.body(body)?;
            }
        }
        let Some(around) = self.outer.pop() else { return self.fail("no module", start) };
        let unit = core::mem::replace(&mut self.unit, around);
        self.finish(unit, UnitShape::default(), Vec::new(), start)
    }

    /// Stores the docstring in the namespace; the statements after it.
    fn module_docstring(&mut self, body: &'a [Stmt]) -> &'a [Stmt] {
        let Some((text, span)) = docstring(body) else { return body };
        if self.optimize < 2 {
            self.store_docstring(super::function::clean_docstring(text), span);
        }
        body.get(1..).unwrap_or_default()
    }

    pub(super) fn store_docstring(&mut self, text: Vec<u8>, span: Span) {
        let register = self.unit.allocate();
        self.load_constant(Const::Str(text.into()), span, register);
        self.store_by_site(Op::StoreName, &Rc::from("__doc__"), span, Operand::temporary(register));
        self.unit.release(register);
    }

    pub(super) fn body(&mut self, body: &'a [Stmt]) -> Result<()> {
        for statement in body {
            self.descend(statement.span)?;
            let mark = self.unit.mark();
            self.stmt(statement)?;
            self.unit.release(mark);
            self.depth -= 1;
        }
        Ok(())
    }

    fn stmt(&mut self, statement: &'a Stmt) -> Result<()> {
        let span = statement.span;
        match &statement.kind {
            StmtKind::Expr(value) => self.expression_statement(value, span),
            StmtKind::Assign { targets, value } => self.assign_statement(targets, value),
            StmtKind::AugAssign(node) => self.augmented_assignment(node, span),
            StmtKind::If { branches, orelse } => self.if_statement(branches, orelse),
            StmtKind::For(node) => self.for_statement(node, span),
            StmtKind::While(node) => self.while_statement(node, span),
            StmtKind::Return(value) => self.return_statement(value.as_ref(), span),
            StmtKind::FunctionDef(node) => self.function_statement(node, span),
            StmtKind::ClassDef(node) => self.class_statement(node, span),
            StmtKind::Try(node) => self.try_statement(node, span),
            StmtKind::With(node) => self.with_statement(node, span),
            StmtKind::Delete(targets) => targets.iter().try_for_each(|target| self.delete(target)),
            StmtKind::Break => self.leave_loop(true, span),
            StmtKind::Continue => self.leave_loop(false, span),
            StmtKind::Pass => {
                self.unit.note_line(span);
                Ok(())
            }
            StmtKind::Global(_) | StmtKind::Nonlocal(_) => Ok(()),
            StmtKind::AnnAssign(node) => self.annotated_assignment(node, span),
            StmtKind::TypeAlias(node) => self.type_alias(node, span),
            StmtKind::Match(node) => self.match_statement(node),
            StmtKind::Raise(node) => self.raise_statement(node, span),
            StmtKind::Assert(node) => self.assert_statement(node, span),
            StmtKind::Import(names) => {
                names.iter().for_each(|alias| self.import(alias, span));
                Ok(())
            }
            StmtKind::ImportFrom(node) => self.import_from(node, span),
        }
    }

    fn expression_statement(&mut self, value: &'a Expr, span: Span) -> Result<()> {
        if self.interactive && self.outer.len() == 1 {
            let register = self.unit.allocate();
            self.expr(value, register)?;
            self.intrinsic(Intrinsic::Display, register, 1, span, register);
            self.discard(register, span);
            return Ok(());
        }
        if matches!(value.kind, ExprKind::Constant(_)) {
            self.unit.note_line(span);
            return Ok(());
        }
        let before = self.unit.position();
        self.effect(value)?;
        if self.unit.position() == before {
            self.unit.note_line(span);
        }
        Ok(())
    }

    #[inline(never)]
    fn if_statement(&mut self, branches: &'a [IfBranch], orelse: &'a [Stmt]) -> Result<()> {
        let end = self.unit.label();
        let count = branches.len();
        for (index, branch) in branches.iter().enumerate() {
            let next = self.unit.label();
            if self.fold(&branch.test).as_ref().and_then(super::condition::truth) == Some(true) {
                self.unit.note_line(branch.test.span);
            }
            if let Some(target) = self.plain_exit(&branch.body) {
                let first = self.unit.jumps.len();
                self.jump_if(&branch.test, true, target)?;
                if let Some(exit) = branch.body.first() {
                    self.unit.note_jumps(first, target, exit.span);
                }
                continue;
            }
            self.jump_if(&branch.test, false, next)?;
            self.body(&branch.body)?;
            if index + 1 < count || !orelse.is_empty() {
                self.unit.jump(Span::NOWHERE, end);
            }
            self.unit.bind(next);
        }
        self.body(orelse)?;
        self.unit.bind(end);
        Ok(())
    }

    /// Where a body leads that is but an exit from the innermost loop with nothing to do on the way.
    fn plain_exit(&self, body: &[Stmt]) -> Option<Label> {
        let (Some(Block { kind: BlockKind::Loop { break_label, continue_label, iterator }, .. }), [only]) = (self.unit.blocks.last(), body) else {
            return None;
        };
        match only.kind {
            StmtKind::Continue => Some(*continue_label),
            StmtKind::Break if iterator.is_none() => Some(*break_label),
            _ => None,
        }
    }

    #[inline(never)]
    fn return_statement(&mut self, value: Option<&'a Expr>, span: Span) -> Result<()> {
        let mark = self.unit.mark();
        let scope = self.scope();
        if !scope.kind.is_function_like() {
            return self.fail("'return' outside function", span);
        }
        if value.is_some() && scope.is_generator && scope.is_coroutine {
            return self.fail("'return' with value in async generator", span);
        }
        // A constant is reported where it stands, as it takes no instruction before the exit.
        let span = match value {
            Some(Expr { kind: ExprKind::Constant(_), span }) => *span,
            _ => span,
        };
        if self.unit.blocks.iter().any(|block| matches!(block.kind, BlockKind::ExceptStar)) {
            return self.fail("'break', 'continue' and 'return' cannot appear in an except* block", span);
        }
        let Some(value) = value.filter(|value| !matches!(value.kind, ExprKind::Constant(Constant::None))) else {
            let (unwound, span) = self.begin_exit(0, span)?;
            self.emit_return(Op::ReturnNone, 0, mark, span);
            self.end_unwind(unwound);
            return Ok(());
        };
        // What a finally body assigns, and a handler's name that is unbound, must not change what is returned.
        let changes_variables = self.unit.blocks.iter().any(|block| matches!(block.kind, BlockKind::Finally(_) | BlockKind::HandlerName(..)));
        let operand = if changes_variables { self.temporary(value)? } else { self.operand(value)? };
        let (unwound, span) = self.begin_exit(0, span)?;
        self.emit_return(Op::Return, operand.register, mark, span);
        self.end_unwind(unwound);
        Ok(())
    }

    /// Returns; temporaries from `mark` on are used up.
    pub(super) fn emit_return(&mut self, op: Op, register: u16, mark: u16, span: Span) {
        self.unit.emit(span, op, 0, register, mark, 0);
        self.unit.reachable = false;
    }

    #[inline(never)]
    fn raise_statement(&mut self, node: &'a Raise, span: Span) -> Result<()> {
        let Some(exception) = &node.exception else {
            self.unit.emit_last(span, Op::RaiseCurrent, 0);
            return Ok(());
        };
        let exception = self.operand(exception)?;
        match &node.cause {
            None => self.unit.emit(span, Op::Raise, 0, exception.register, 0, 0),
            Some(cause) => {
                let cause = self.operand(cause)?;
                self.unit.emit(span, Op::RaiseFrom, 0, exception.register, cause.register, 0);
            }
        }
        self.unit.reachable = false;
        Ok(())
    }

    #[inline(never)]
    fn assert_statement(&mut self, node: &'a Assert, span: Span) -> Result<()> {
        if matches!(&node.test.kind, ExprKind::Tuple(items) if !items.is_empty()) {
            self.warn("assertion is always true, perhaps remove parentheses?".into(), span);
        }
        if self.optimize > 0 {
            return self.without_code(|compiler| {
                compiler.effect(&node.test)?;
                node.message.as_ref().map_or(Ok(()), |message| compiler.effect(message))
            });
        }
        let holds = self.unit.label();
        self.jump_if(&node.test, true, holds)?;
        let error = self.unit.allocate();
        let test_span = node.test.span;
        self.unit.emit_wide(test_span, Op::LoadCommon, 0, error, Common::AssertionError as i32);
        if let Some(message) = &node.message {
            self.unit.allocate_many(HEADER_SLOTS - 1);
            self.temporary(message)?;
            self.unit.emit(test_span, Op::Call, 0, error, error, 1);
        }
        self.unit.emit_last(test_span, Op::Raise, error);
        self.unit.bind(holds);
        Ok(())
    }

    // ---- imports

    fn import(&mut self, alias: &'a Alias, span: Span) {
        let mark = self.unit.mark();
        let arguments = self.unit.allocate_many(2);
        self.unit.emit(span, Op::LoadNone, 0, arguments, 0, 0);
        self.unit.emit_wide(span, Op::LoadInt, 0, arguments + 1, 0);
        let name = self.mangled(&alias.name);
        let site = self.unit.short_site(&name);
        self.unit.emit(span, Op::ImportName, 0, arguments, arguments, site);
        let mut module = arguments;
        match &alias.asname {
            Some(asname) => {
                // `import a.b.c as d` binds the innermost module.
                for part in alias.name.split('.').skip(1) {
                    let site = self.unit.short_site(&Rc::from(part));
                    let next = if module == arguments { arguments + 1 } else { arguments };
                    self.unit.emit(span, Op::ImportFrom, 0, next, module, site);
                    self.discard(module, span);
                    module = next;
                }
                self.store_name(asname, span, Operand::temporary(module));
            }
            None => {
                let first: Ident = match alias.name.split_once('.') {
                    Some((first, _)) => Rc::from(first),
                    None => alias.name.clone(),
                };
                self.store_name(&first, span, Operand::temporary(module));
            }
        }
        self.unit.release(mark);
    }

    #[inline(never)]
    fn import_from(&mut self, node: &'a ImportFrom, span: Span) -> Result<()> {
        if super::future::is_future(node) && span.end > self.future_end {
            return self.fail("from __future__ imports must occur at the beginning of the file", span);
        }
        let arguments = self.unit.allocate_many(2);
        let names: Vec<Const> = node.names.iter().map(|alias| Const::Str(alias.name.as_bytes().into())).collect();
        self.load_constant(Const::Tuple(names.into()), span, arguments);
        self.load_constant(Const::Int(node.level as i64), span, arguments + 1);
        let site = match &node.module {
            Some(module) => self.unit.short_site(module),
            None => self.unit.short_site(&Rc::from("")),
        };
        self.unit.emit(span, Op::ImportName, 0, arguments, arguments, site);
        for alias in &node.names {
            if &*alias.name == "*" {
                self.unit.emit(span, Op::ImportStar, 0, arguments, 0, 0);
                continue;
            }
            let name = self.mangled(&alias.name);
            let site = self.unit.short_site(&name);
            self.unit.emit(alias.span, Op::ImportFrom, 0, arguments + 1, arguments, site);
            let target = alias.asname.as_ref().unwrap_or(&alias.name);
            self.store_name(target, span, Operand::temporary(arguments + 1));
        }
        self.discard(arguments, span);
        Ok(())
    }
}

/// The text of a docstring.
pub(super) fn docstring(body: &[Stmt]) -> Option<(&[u8], Span)> {
    match body.first()? {
        Stmt { kind: StmtKind::Expr(Expr { kind: ExprKind::Constant(Constant::Str { value, .. }), span }), .. } => Some((value.as_bytes(), *span)),
        _ => None,
    }
}
