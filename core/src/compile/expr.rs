//! Expressions. [`Compiler::expr`] computes into a register, [`Compiler::operand`] wherever it costs least.

use alloc::vec::Vec;

use super::symtable::ScopeKind;
use super::unit::Operand;
use super::{Compiler, Result};
use crate::code::Const;
use crate::code::isa::{CONSUME_B, FORMAT_ASCII, FORMAT_REPR, FORMAT_SPEC, FORMAT_STR};
use crate::code::isa::{Instr, Intrinsic, Op, YIELD_ASYNC, YIELD_DELEGATING};
use crate::syntax::ast::*;

/// Flags of `GetAwaitable` that name the method whose result is awaited.
pub(super) const AWAIT_ENTER: u8 = 16;
pub(super) const AWAIT_EXIT: u8 = 32;

impl<'a> Compiler<'a> {
    /// Computes `expression` into `destination`: a local variable, which is written last of all and only if nothing
    /// is raised, or a temporary, which may serve as scratch meanwhile.
    pub(super) fn expr(&mut self, expression: &'a Expr, destination: u16) -> Result<()> {
        self.descend(expression.span)?;
        let span = expression.span;
        match &expression.kind {
            ExprKind::Constant(value) => self.load_literal(value, span, destination)?,
            ExprKind::Name(name) if self.optimize > 0 && &**name == "__debug__" => self.load_constant(Const::False, span, destination),
            ExprKind::Name(name) => self.load_name(name, span, destination),
            ExprKind::Attribute(_) | ExprKind::Subscript(_) | ExprKind::Call(_) | ExprKind::BinOp(_) => {
                self.chain(expression, destination)?;
            }
            ExprKind::Lambda(node) => self.lambda(node, span, destination)?,
            ExprKind::Tuple(items) => self.tuple(expression, items, destination)?,
            ExprKind::List(items) => self.list(items, span, destination)?,
            ExprKind::Compare(_) | ExprKind::UnaryOp(_) | ExprKind::BoolOp(_) | ExprKind::IfExp(_) => {
                self.logic(expression, destination)?;
            }
            _ => self.rare(expression, destination)?,
        }
        self.depth -= 1;
        Ok(())
    }

    #[inline(never)]
    fn rare(&mut self, expression: &'a Expr, destination: u16) -> Result<()> {
        let span = expression.span;
        match &expression.kind {
            ExprKind::NamedExpr(node) => {
                self.named(node, destination)?;
                Ok(())
            }
            ExprKind::Set(items) => self.set(items, span, destination),
            ExprKind::Dict(items) => self.dict(items, span, destination),
            ExprKind::ListComp(node) => self.list_comprehension(node, span, destination),
            ExprKind::SetComp(node) => self.set_comprehension(node, span, destination),
            ExprKind::DictComp(node) => self.dict_comprehension(node, span, destination),
            ExprKind::GeneratorExp(node) => self.generator_expression(node, span, destination),
            ExprKind::Await(value) => self.await_expression(value, span, destination),
            ExprKind::Yield(value) => self.yield_expression(value.as_deref(), span, destination),
            ExprKind::YieldFrom(value) => self.yield_from(value, span, destination),
            ExprKind::JoinedStr(parts) => self.joined_string(parts, span, destination),
            ExprKind::TemplateStr(parts) => self.template_string(parts, span, destination),
            ExprKind::FormattedValue(node) => self.formatted_value(node, span, destination),
            ExprKind::Interpolation(node) => self.interpolation(node, span, destination),
            ExprKind::Starred(_) => self.fail("can't use starred expression here", span),
            ExprKind::Slice(node) => self.slice(node, span, destination),
            _ => Ok(()),
        }
    }

    /// The value of `expression`, for one instruction to use: a local variable in its own register, or a temporary.
    pub(super) fn operand(&mut self, expression: &'a Expr) -> Result<Operand> {
        match &expression.kind {
            ExprKind::Name(name) if !self.may_be_reassigned(name) => {
                if let Some(register) = self.local_operand(name, expression.span) {
                    return Ok(Operand::local(register));
                }
            }
            ExprKind::NamedExpr(node) => {
                let temporary = self.unit.allocate();
                return self.named(node, temporary);
            }
            _ => {}
        }
        self.temporary(expression)
    }

    /// The value of `expression` in a new temporary.
    pub(super) fn temporary(&mut self, expression: &'a Expr) -> Result<Operand> {
        let register = self.unit.allocate();
        self.expr(expression, register)?;
        // Nothing to give up in these: they own no reference.
        let plain = matches!(expression.kind, ExprKind::Constant(Constant::None | Constant::True | Constant::False | Constant::Int(_)));
        Ok(Operand { register, temporary: !plain })
    }

    /// Computes `expression` for its effects.
    pub(super) fn effect(&mut self, expression: &'a Expr) -> Result<()> {
        let mark = self.unit.mark();
        let operand = self.operand(expression)?;
        self.clear(operand, expression.span);
        self.unit.release(mark);
        Ok(())
    }

    /// Drops a temporary that nothing consumed.
    pub(super) fn clear(&mut self, operand: Operand, span: Span) {
        if operand.temporary {
            self.unit.emit(span, Op::Clear, 0, operand.register, 0, 0);
        }
    }

    /// A temporary in which to build what ends up in `destination`: that itself, unless it is a variable.
    pub(super) fn scratch(&mut self, destination: u16) -> u16 {
        if self.unit.is_temporary(destination) { destination } else { self.unit.allocate() }
    }

    /// Ends what began with [`Compiler::scratch`].
    pub(super) fn from_scratch(&mut self, span: Span, scratch: u16, destination: u16) {
        if scratch != destination {
            self.unit.emit(span, Op::MoveTemp, 0, destination, scratch, 0);
        }
    }

    // ---- constants

    pub(super) fn load_constant(&mut self, value: Const, span: Span, destination: u16) {
        match value {
            Const::None => self.unit.emit(span, Op::LoadNone, 0, destination, 0, 0),
            Const::True => self.unit.emit(span, Op::LoadBool, 1, destination, 0, 0),
            Const::False => self.unit.emit(span, Op::LoadBool, 0, destination, 0, 0),
            Const::Int(value) if i32::try_from(value).is_ok() => {
                self.unit.emit_wide(span, Op::LoadInt, 0, destination, value as i32);
            }
            value => {
                let index = self.unit.constant(value);
                self.unit.emit_wide(span, Op::LoadConst, 0, destination, index);
            }
        }
    }

    fn load_literal(&mut self, literal: &Constant, span: Span, destination: u16) -> Result<()> {
        match super::fold::literal(literal) {
            Some(value) => self.load_constant(value, span, destination),
            None => return self.fail("invalid number", span),
        }
        Ok(())
    }

    pub(super) fn load_text(&mut self, text: &str, span: Span, destination: u16) {
        self.load_constant(Const::Str(text.as_bytes().into()), span, destination);
    }

    // ---- chains of operators, attributes, subscripts and calls

    #[inline(never)]
    fn chain(&mut self, expression: &'a Expr, destination: u16) -> Result<()> {
        let mark = self.unit.mark();
        let mut links: Vec<&'a Expr> = Vec::new();
        let mut first = expression;
        while let Some(left) = first.left() {
            links.push(first);
            first = left;
        }
        links.reverse();
        if let Some(link) = links.first() {
            self.warn_about_operand(first, link)?;
        }
        let mut constant = self.fold(first);
        let mut next = 0;
        while let (Some(left), Some(link)) = (&constant, links.get(next)) {
            match self.fold_link(left, link) {
                Some(value) => constant = Some(value),
                None => break,
            }
            next += 1;
        }
        if next == links.len()
            && let Some(value) = constant
        {
            self.load_constant(value, expression.span, destination);
            return Ok(());
        }
        // The value so far stays in one temporary, on top of the others, where a call can use it as its window.
        let scratch = if self.unit.is_top(destination) { destination } else { self.unit.allocate() };
        let mut value = match constant {
            Some(value) => {
                self.load_constant(value, first.span, scratch);
                Operand::temporary(scratch)
            }
            None => self.chain_start(first, scratch)?,
        };
        while let Some(&link) = links.get(next) {
            let call = links.get(next + 1).copied();
            next += 1;
            if let (ExprKind::Attribute(attribute), Some(outer)) = (&link.kind, call)
                && let ExprKind::Call(call) = &outer.kind
                && super::call::is_plain(call)
            {
                let target = if next + 1 == links.len() { destination } else { scratch };
                self.method_call(value, attribute, link.span, call, outer.span, target)?;
                self.unit.release(mark.max(scratch + 1));
                value = Operand::temporary(target);
                next += 1;
                continue;
            }
            let target = if next == links.len() { destination } else { scratch };
            self.link(link, value, target)?;
            self.unit.release(mark.max(scratch + 1));
            value = Operand::temporary(target);
        }
        self.unit.release(mark);
        Ok(())
    }

    /// The left end of a chain: in place if it is a local variable that no later part assigns.
    fn chain_start(&mut self, first: &'a Expr, scratch: u16) -> Result<Operand> {
        if let ExprKind::Name(name) = &first.kind
            && !self.may_be_reassigned(name)
            && let Some(register) = self.local_operand(name, first.span)
        {
            return Ok(Operand::local(register));
        }
        self.expr(first, scratch)?;
        Ok(Operand::temporary(scratch))
    }

    fn link(&mut self, link: &'a Expr, value: Operand, target: u16) -> Result<()> {
        match &link.kind {
            ExprKind::BinOp(node) => self.binary(node, link.span, value, target, 0),
            ExprKind::Attribute(node) => {
                let name = self.mangled(&node.attr);
                let site = self.unit.short_site(&name);
                let span = attribute_span(node, link.span, self);
                self.unit.emit(span, Op::GetAttr, value.consume_b(target), target, value.register, site);
                Ok(())
            }
            ExprKind::Subscript(node) => self.subscript(node, link.span, value, target),
            ExprKind::Call(node) => self.call(value, node, link.span, target),
            _ => Ok(()),
        }
    }

    /// `target = value op right`
    pub(super) fn binary(&mut self, node: &'a BinOp, span: Span, value: Operand, target: u16, flags: u8) -> Result<()> {
        self.operation(node.op, &node.right, span, value, target, flags)
    }

    /// As [`Compiler::binary`], for augmented assignments too.
    pub(super) fn operation(&mut self, op: Operator, right: &'a Expr, span: Span, value: Operand, target: u16, flags: u8) -> Result<()> {
        if let (Some(op), Some(number)) = (immediate_operator(op), self.small_integer(right)) {
            let x = value.consume_b(target) | flags;
            self.unit.emit(span, op, x, target, value.register, number as u16);
            return Ok(());
        }
        let mark = self.unit.mark();
        let right = self.operand(right)?;
        let x = value.consume_b(target) | right.consume_c(target) | flags;
        self.unit.emit(span, operator(op), x, target, value.register, right.register);
        self.unit.release(mark);
        Ok(())
    }

    /// A constant integer that fits an instruction's 16-bit immediate.
    pub(super) fn small_integer(&mut self, expression: &'a Expr) -> Option<i16> {
        match &expression.kind {
            ExprKind::Constant(Constant::Int(value)) => i16::try_from(*value).ok(),
            ExprKind::UnaryOp(_) | ExprKind::BinOp(_) => match self.fold(expression) {
                Some(Const::Int(value)) => i16::try_from(value).ok(),
                _ => None,
            },
            _ => None,
        }
    }

    fn subscript(&mut self, node: &'a Subscript, span: Span, value: Operand, target: u16) -> Result<()> {
        let mark = self.unit.mark();
        if let ExprKind::Slice(slice) = &node.index.kind
            && slice.step.is_none()
        {
            let pair = self.slice_bounds(slice, node.index.span)?;
            self.unit.emit(span, Op::GetSlice, value.consume_b(target), target, value.register, pair);
            self.unit.release(mark);
            return Ok(());
        }
        if let Some(index) = self.small_integer(&node.index) {
            let x = value.consume_b(target);
            self.unit.emit(span, Op::GetItemInt, x, target, value.register, index as u16);
            return Ok(());
        }
        let index = self.operand(&node.index)?;
        let x = value.consume_b(target) | index.consume_c(target);
        self.unit.emit(span, Op::GetItem, x, target, value.register, index.register);
        self.unit.release(mark);
        Ok(())
    }

    /// Lower and upper bound in two new temporaries.
    fn slice_bounds(&mut self, slice: &'a Slice, span: Span) -> Result<u16> {
        let lower = self.unit.allocate();
        self.optional(slice.lower.as_ref(), span, lower)?;
        let upper = self.unit.allocate();
        self.optional(slice.upper.as_ref(), span, upper)?;
        Ok(lower)
    }

    /// Computes an expression, or None where there is none.
    pub(super) fn optional(&mut self, expression: Option<&'a Expr>, span: Span, destination: u16) -> Result<()> {
        match expression {
            Some(expression) => self.expr(expression, destination),
            None => {
                self.unit.emit(span, Op::LoadNone, 0, destination, 0, 0);
                Ok(())
            }
        }
    }

    fn slice(&mut self, node: &'a Slice, span: Span, destination: u16) -> Result<()> {
        let mark = self.unit.mark();
        let bounds = self.slice_bounds(node, span)?;
        let step = self.unit.allocate();
        self.optional(node.step.as_ref(), span, step)?;
        self.unit.emit(span, Op::BuildSlice, 0, destination, bounds, 0);
        self.unit.release(mark);
        Ok(())
    }

    // ---- assignment expressions

    /// `target := value`. The result is the variable's own register where it has one, else `destination`.
    fn named(&mut self, node: &'a NamedExpr, destination: u16) -> Result<Operand> {
        if let Some(register) = self.store_register(&node.target) {
            self.expr(&node.value, register)?;
            self.note_assigned(register);
            if register != destination {
                self.unit.emit(node.target_span, Op::Move, 0, destination, register, 0);
            }
            return Ok(Operand::temporary(destination));
        }
        let mark = self.unit.mark();
        let scratch = self.scratch(destination);
        self.expr(&node.value, scratch)?;
        self.store_name(&node.target, node.target_span, Operand::local(scratch));
        self.from_scratch(node.target_span, scratch, destination);
        self.unit.release(mark);
        Ok(Operand::temporary(destination))
    }

    /// `target := value` for a use that nothing comes between: a local variable in its own register.
    pub(super) fn named_in_place(&mut self, node: &'a NamedExpr) -> Result<Operand> {
        let Some(register) = self.store_register(&node.target) else {
            let temporary = self.unit.allocate();
            return self.named(node, temporary);
        };
        self.expr(&node.value, register)?;
        self.note_assigned(register);
        Ok(Operand::local(register))
    }

    // ---- generators and coroutines

    /// Sends None into the iterator in `iterator` until it returns; its value arrives in `value`.
    pub(super) fn send_loop(&mut self, iterator: u16, value: u16, span: Span) {
        let (again, done) = (self.unit.label(), self.unit.label());
        self.unit.emit(span, Op::LoadNone, 0, value, 0, 0);
        self.unit.bind_loop(again);
        self.unit.emit_jump(span, Instr::new(Op::Send, 0, value, iterator, 0), done);
        self.unit.emit(span, Op::Yield, YIELD_DELEGATING, value, value, iterator);
        self.unit.jump(span, again);
        self.unit.bind(done);
    }

    /// Awaits the temporary `register`; the result takes its place. `flags`: [`AWAIT_ENTER`], [`AWAIT_EXIT`] or 0.
    pub(super) fn await_register(&mut self, register: u16, flags: u8, span: Span) {
        let mark = self.unit.mark();
        let iterator = self.unit.allocate();
        self.unit.emit(span, Op::GetAwaitable, CONSUME_B | flags, iterator, register, 0);
        self.send_loop(iterator, register, span);
        self.unit.release(mark);
    }

    fn await_expression(&mut self, value: &'a Expr, span: Span, destination: u16) -> Result<()> {
        self.check_await(span)?;
        let mark = self.unit.mark();
        let scratch = self.scratch(destination);
        self.expr(value, scratch)?;
        self.await_register(scratch, 0, span);
        self.from_scratch(span, scratch, destination);
        self.unit.release(mark);
        Ok(())
    }

    fn check_await(&self, span: Span) -> Result<()> {
        if self.is_async_allowed() {
            return Ok(());
        }
        let in_function = self.scope().kind.is_function_like();
        self.fail(if in_function { "'await' outside async function" } else { "'await' outside function" }, span)
    }

    /// Whether `await` and its like may stand here.
    pub(super) fn is_async_allowed(&self) -> bool {
        let scope = self.scope();
        match scope.kind {
            ScopeKind::Generator => true,
            ScopeKind::Function => scope.is_async_function,
            ScopeKind::Module => self.top_level_await,
            _ => false,
        }
    }

    fn yield_expression(&mut self, value: Option<&'a Expr>, span: Span, destination: u16) -> Result<()> {
        if !self.scope().kind.is_function_like() {
            return self.fail("'yield' outside function", span);
        }
        let mark = self.unit.mark();
        let operand = match value {
            Some(value) => self.operand(value)?,
            None => {
                let register = self.unit.allocate();
                self.unit.emit(span, Op::LoadNone, 0, register, 0, 0);
                Operand::temporary(register)
            }
        };
        self.emit_yield(operand, span, destination);
        self.unit.release(mark);
        Ok(())
    }

    /// Yields an operand; what is sent in arrives in `destination`.
    pub(super) fn emit_yield(&mut self, operand: Operand, span: Span, destination: u16) {
        let scope = self.scope();
        let x = if scope.is_coroutine { YIELD_ASYNC } else { 0 };
        if operand.temporary {
            let register = operand.register;
            self.unit.emit(span, Op::Yield, x, register, register, 0);
            self.move_to(span, destination, operand);
        } else {
            self.unit.emit(span, Op::Yield, x, destination, operand.register, 0);
        }
    }

    fn yield_from(&mut self, value: &'a Expr, span: Span, destination: u16) -> Result<()> {
        let scope = self.scope();
        if !scope.kind.is_function_like() {
            return self.fail("'yield from' outside function", span);
        }
        if scope.is_async_function {
            return self.fail("'yield from' inside async function", span);
        }
        let mark = self.unit.mark();
        let scratch = self.scratch(destination);
        let iterator = self.unit.allocate();
        self.expr(value, iterator)?;
        self.unit.emit(span, Op::GetYieldFromIter, 0, iterator, iterator, 0);
        self.send_loop(iterator, scratch, span);
        self.from_scratch(span, scratch, destination);
        self.unit.release(mark);
        Ok(())
    }

    // ---- strings

    fn joined_string(&mut self, parts: &'a [Expr], span: Span, destination: u16) -> Result<()> {
        match parts {
            [] => self.load_text("", span, destination),
            [only] => self.expr(only, destination)?,
            _ => {
                let mark = self.unit.mark();
                let first = self.unit.mark();
                for part in parts {
                    self.temporary(part)?;
                }
                self.unit.emit(span, Op::BuildString, 0, destination, first, parts.len() as u16);
                self.unit.release(mark);
            }
        }
        Ok(())
    }

    fn formatted_value(&mut self, node: &'a FormattedValue, span: Span, destination: u16) -> Result<()> {
        let mark = self.unit.mark();
        let value = self.operand(&node.value)?;
        let conversion = match node.conversion {
            Some('s') => FORMAT_STR,
            Some('r') => FORMAT_REPR,
            Some('a') => FORMAT_ASCII,
            _ => 0,
        };
        let mut x = conversion | value.consume_b(destination);
        let mut spec = 0;
        if let Some(format_spec) = &node.format_spec {
            spec = self.temporary(format_spec)?.register;
            x |= FORMAT_SPEC;
        }
        self.unit.emit(span, Op::Format, x, destination, value.register, spec);
        self.unit.release(mark);
        Ok(())
    }

    /// `Template(strings, interpolations)`: one more string than interpolations.
    fn template_string(&mut self, parts: &'a [Expr], span: Span, destination: u16) -> Result<()> {
        let mark = self.unit.mark();
        let mut strings: Vec<Const> = Vec::new();
        let mut after_text = false;
        let pair = self.unit.allocate_many(2);
        let first = self.unit.mark();
        let mut count = 0;
        for part in parts {
            if let ExprKind::Constant(Constant::Str { value, .. }) = &part.kind {
                strings.push(Const::Str(value.as_bytes().into()));
                after_text = true;
                continue;
            }
            if !after_text {
                strings.push(Const::Str((*b"").into()));
            }
            after_text = false;
            self.temporary(part)?;
            count += 1;
        }
        if !after_text {
            strings.push(Const::Str((*b"").into()));
        }
        self.load_constant(Const::Tuple(strings.into()), span, pair);
        self.unit.emit(span, Op::BuildTuple, 0, pair + 1, first, count);
        self.intrinsic(Intrinsic::Template, pair, 2, span, destination);
        self.unit.release(mark);
        Ok(())
    }

    fn interpolation(&mut self, node: &'a Interpolation, span: Span, destination: u16) -> Result<()> {
        let mark = self.unit.mark();
        let value = self.temporary(&node.value)?.register;
        let rest = self.unit.allocate_many(2);
        self.load_constant(Const::Str(node.text.as_bytes().into()), span, rest);
        match node.conversion {
            Some(conversion) => self.load_text(conversion.encode_utf8(&mut [0; 4]), span, rest + 1),
            None => self.unit.emit(span, Op::LoadNone, 0, rest + 1, 0, 0),
        }
        let spec = self.unit.allocate();
        match &node.format_spec {
            Some(format_spec) => self.expr(format_spec, spec)?,
            None => self.load_text("", span, spec),
        }
        self.intrinsic(Intrinsic::Interpolation, value, 4, span, destination);
        self.unit.release(mark);
        Ok(())
    }

    /// Calls an intrinsic with arguments from `first` on.
    pub(super) fn intrinsic(&mut self, function: Intrinsic, first: u16, count: u8, span: Span, destination: u16) {
        self.unit.emit(span, Op::Intrinsic, count, destination, first, function as u16);
    }
}

/// Where an attribute access that runs over several lines is reported: at the attribute's name.
pub(super) fn attribute_span(node: &Attribute, span: Span, compiler: &Compiler<'_>) -> Span {
    let lines = compiler.source.lines();
    if lines.line(span.start) == lines.line(span.end) {
        return span;
    }
    let length = node.attr.len() as u32;
    Span::new(span.end.saturating_sub(length).max(span.start), span.end)
}

pub(super) fn operator(op: Operator) -> Op {
    match op {
        Operator::Add => Op::Add,
        Operator::Sub => Op::Sub,
        Operator::Mult => Op::Mul,
        Operator::MatMult => Op::MatMul,
        Operator::Div => Op::TrueDiv,
        Operator::Mod => Op::Mod,
        Operator::Pow => Op::Pow,
        Operator::LShift => Op::LShift,
        Operator::RShift => Op::RShift,
        Operator::BitOr => Op::Or,
        Operator::BitXor => Op::Xor,
        Operator::BitAnd => Op::And,
        Operator::FloorDiv => Op::FloorDiv,
    }
}

fn immediate_operator(op: Operator) -> Option<Op> {
    Some(match op {
        Operator::Add => Op::AddInt,
        Operator::Sub => Op::SubInt,
        Operator::Mult => Op::MulInt,
        Operator::Mod => Op::ModInt,
        Operator::Pow => Op::PowInt,
        Operator::LShift => Op::LShiftInt,
        Operator::RShift => Op::RShiftInt,
        Operator::BitAnd => Op::AndInt,
        Operator::FloorDiv => Op::FloorDivInt,
        Operator::MatMult | Operator::Div | Operator::BitOr | Operator::BitXor => return None,
    })
}
