//! Comparisons, `and`, `or`, `not` and conditional expressions: as values, and as jumps without a value in between.

use super::unit::{Label, Operand};
use super::{Compiler, Result};
use crate::code::Const;
use crate::code::isa::{Instr, Op};
use crate::syntax::ast::*;

/// The forms that one comparison takes.
struct Comparison {
    value: Op,
    /// Jump if it holds.
    jump: Op,
    /// Jump if it does not.
    jump_not: Op,
    /// The same with an immediate right operand.
    immediate: Option<(Op, Op)>,
}

const fn comparison(op: CompareOperator) -> Comparison {
    let (value, jump, jump_not, immediate) = match op {
        CompareOperator::Lt => (Op::Lt, Op::JumpLt, Op::JumpNotLt, Some((Op::JumpLtInt, Op::JumpNotLtInt))),
        CompareOperator::LtE => (Op::Le, Op::JumpLe, Op::JumpNotLe, Some((Op::JumpLeInt, Op::JumpNotLeInt))),
        CompareOperator::Eq => (Op::Eq, Op::JumpEq, Op::JumpNotEq, Some((Op::JumpEqInt, Op::JumpNotEqInt))),
        CompareOperator::NotEq => (Op::Ne, Op::JumpNe, Op::JumpNotNe, Some((Op::JumpNeInt, Op::JumpNotNeInt))),
        CompareOperator::Gt => (Op::Gt, Op::JumpGt, Op::JumpNotGt, Some((Op::JumpGtInt, Op::JumpNotGtInt))),
        CompareOperator::GtE => (Op::Ge, Op::JumpGe, Op::JumpNotGe, Some((Op::JumpGeInt, Op::JumpNotGeInt))),
        CompareOperator::Is => (Op::Is, Op::JumpIs, Op::JumpIsNot, None),
        CompareOperator::IsNot => (Op::IsNot, Op::JumpIsNot, Op::JumpIs, None),
        CompareOperator::In => (Op::In, Op::JumpIn, Op::JumpNotIn, None),
        CompareOperator::NotIn => (Op::NotIn, Op::JumpNotIn, Op::JumpIn, None),
    };
    Comparison { value, jump, jump_not, immediate }
}

impl<'a> Compiler<'a> {
    /// A comparison, unary operator, `and`, `or` or conditional expression as a value.
    #[inline(never)]
    pub(super) fn logic(&mut self, expression: &'a Expr, destination: u16) -> Result<()> {
        let span = expression.span;
        match &expression.kind {
            ExprKind::Compare(node) => self.compare(node, span, destination),
            ExprKind::UnaryOp(node) => self.unary(expression, node, destination),
            ExprKind::BoolOp(node) => self.bool_op(node, span, destination),
            ExprKind::IfExp(node) => self.if_expression(node, span, destination),
            _ => Ok(()),
        }
    }

    fn unary(&mut self, expression: &'a Expr, node: &'a UnaryOp, destination: u16) -> Result<()> {
        let span = expression.span;
        if let Some(value) = self.fold(expression) {
            self.load_constant(value, span, destination);
            return Ok(());
        }
        let mark = self.unit.mark();
        if node.op == UnaryOperator::Not
            && let Some((left, op, right)) = negated(&node.operand)
        {
            self.warn_about_comparison(left, op, right, node.operand.span)?;
            let left = self.operand(left)?;
            let right = self.right_operand(op, right)?;
            let x = left.consume_b(destination) | right.consume_c(destination);
            self.unit.emit(span, comparison(op).value, x, destination, left.register, right.register);
            self.unit.release(mark);
            return Ok(());
        }
        let operand = self.operand(&node.operand)?;
        let op = match node.op {
            UnaryOperator::Not => Op::Not,
            UnaryOperator::Minus => Op::Neg,
            UnaryOperator::Plus => Op::Pos,
            UnaryOperator::Invert => Op::Invert,
        };
        self.unit.emit(span, op, operand.consume_b(destination), destination, operand.register, 0);
        self.unit.release(mark);
        Ok(())
    }

    fn bool_op(&mut self, node: &'a BoolOp, span: Span, destination: u16) -> Result<()> {
        let Some((last, others)) = node.values.split_last() else { return Ok(()) };
        let mark = self.unit.mark();
        let scratch = self.scratch(destination);
        let end = self.unit.label();
        let op = if node.op == BoolOperator::And { Op::JumpFalse } else { Op::JumpTrue };
        for value in others {
            self.expr(value, scratch)?;
            self.unit.emit_jump(value.span, Instr::wide(op, 0, scratch, 0), end);
        }
        self.expr(last, scratch)?;
        self.unit.bind(end);
        self.from_scratch(span, scratch, destination);
        self.unit.release(mark);
        Ok(())
    }

    fn if_expression(&mut self, node: &'a IfExp, span: Span, destination: u16) -> Result<()> {
        let end = self.unit.label();
        let mut node = node;
        loop {
            let otherwise = self.unit.label();
            self.jump_if(&node.test, false, otherwise)?;
            self.expr(&node.body, destination)?;
            self.unit.jump(span, end);
            self.unit.bind(otherwise);
            match &node.orelse.kind {
                ExprKind::IfExp(next) => node = next,
                _ => break,
            }
        }
        self.expr(&node.orelse, destination)?;
        self.unit.bind(end);
        Ok(())
    }

    /// The right operand of a comparison: a list or set of constants to search becomes a tuple or frozenset.
    fn right_operand(&mut self, op: CompareOperator, right: &'a Expr) -> Result<Operand> {
        if matches!(op, CompareOperator::In | CompareOperator::NotIn)
            && let Some(value) = self.fold_searched(right)
        {
            let register = self.unit.allocate();
            self.load_constant(value, right.span, register);
            return Ok(Operand::temporary(register));
        }
        self.operand(right)
    }

    fn compare(&mut self, node: &'a Compare, span: Span, destination: u16) -> Result<()> {
        self.warn_about_comparisons(node, span)?;
        let mark = self.unit.mark();
        if let [(op, right)] = &*node.comparisons {
            let left = self.operand(&node.left)?;
            let right = self.right_operand(*op, right)?;
            let x = left.consume_b(destination) | right.consume_c(destination);
            self.unit.emit(span, comparison(*op).value, x, destination, left.register, right.register);
            self.unit.release(mark);
            return Ok(());
        }
        let scratch = self.scratch(destination);
        let end = self.unit.label();
        let mut left = self.operand(&node.left)?;
        let count = node.comparisons.len();
        for (index, (op, right)) in node.comparisons.iter().enumerate() {
            let right = self.right_operand(*op, right)?;
            let last = index + 1 == count;
            // The middle operand is compared twice: only the second comparison may consume it.
            let right_once = if last { right } else { Operand::local(right.register) };
            let x = left.consume_b(scratch) | right_once.consume_c(scratch);
            self.unit.emit(span, comparison(*op).value, x, scratch, left.register, right.register);
            if !last {
                self.jump_out_of_comparison(right, scratch, span, end);
            }
            left = right;
        }
        self.unit.bind(end);
        self.from_scratch(span, scratch, destination);
        self.unit.release(mark);
        Ok(())
    }

    /// Ends a chain of comparisons early, dropping the middle operand.
    fn jump_out_of_comparison(&mut self, middle: Operand, result: u16, span: Span, end: Label) {
        if !middle.temporary {
            self.unit.emit_jump(span, Instr::wide(Op::JumpFalse, 0, result, 0), end);
            return;
        }
        let go_on = self.unit.label();
        self.unit.emit_jump(span, Instr::wide(Op::JumpTrue, 0, result, 0), go_on);
        self.unit.emit(span, Op::Clear, 0, middle.register, 0, 0);
        self.unit.jump(span, end);
        self.unit.bind(go_on);
    }

    // ---- conditions

    /// Jumps to `target` if the truth of `test` is `sense`, else goes on.
    pub(super) fn jump_if(&mut self, test: &'a Expr, sense: bool, target: Label) -> Result<()> {
        self.descend(test.span)?;
        match &test.kind {
            ExprKind::UnaryOp(node) if node.op == UnaryOperator::Not => self.jump_if(&node.operand, !sense, target)?,
            ExprKind::BoolOp(node) => self.jump_if_bool_op(node, sense, target)?,
            ExprKind::Compare(node) => self.jump_if_compare(test, node, sense, target)?,
            _ => self.jump_if_value(test, sense, target)?,
        }
        self.depth -= 1;
        Ok(())
    }

    #[inline(never)]
    fn jump_if_bool_op(&mut self, node: &'a BoolOp, sense: bool, target: Label) -> Result<()> {
        let Some((last, others)) = node.values.split_last() else { return Ok(()) };
        // The truth that any single value of these decides for the whole.
        let decisive = node.op == BoolOperator::Or;
        if decisive == sense {
            for value in others {
                self.jump_if(value, sense, target)?;
            }
            return self.jump_if(last, sense, target);
        }
        let end = self.unit.label();
        for value in others {
            self.jump_if(value, decisive, end)?;
        }
        self.jump_if(last, sense, target)?;
        self.unit.bind(end);
        Ok(())
    }

    #[inline(never)]
    fn jump_if_compare(&mut self, test: &'a Expr, node: &'a Compare, sense: bool, target: Label) -> Result<()> {
        let span = test.span;
        let simple =
            node.comparisons.split_last().is_some_and(|(_, others)| others.iter().all(|(_, middle)| matches!(middle.kind, ExprKind::Name(_) | ExprKind::Constant(_))));
        if !simple {
            return self.jump_if_value(test, sense, target);
        }
        self.warn_about_comparisons(node, span)?;
        let mark = self.unit.mark();
        let fail = if sense { self.unit.label() } else { target };
        let mut left = self.operand(&node.left)?;
        let count = node.comparisons.len();
        for (index, (op, right)) in node.comparisons.iter().enumerate() {
            if index + 1 == count {
                self.last_comparison(left, *op, right, span, sense, target)?;
                break;
            }
            let middle = self.right_operand(*op, right)?;
            let forms = comparison(*op);
            let (register, kept) = (middle.register, Operand::local(middle.register));
            if middle.temporary {
                // A global variable: dropped on the way out.
                let go_on = self.unit.label();
                let instruction = Instr::new(forms.jump, left.consume_a(), left.register, register, 0);
                self.unit.emit_jump(span, instruction, go_on);
                self.clear(middle, span);
                self.unit.jump(span, fail);
                self.unit.bind(go_on);
            } else {
                let x = left.consume_a();
                self.unit.emit_jump(span, Instr::new(forms.jump_not, x, left.register, kept.register, 0), fail);
            }
            left = middle;
        }
        if sense {
            self.unit.bind(fail);
        }
        self.unit.release(mark);
        Ok(())
    }

    fn last_comparison(&mut self, left: Operand, op: CompareOperator, right: &'a Expr, span: Span, sense: bool, target: Label) -> Result<()> {
        let forms = comparison(op);
        let x = left.consume_a();
        if matches!(op, CompareOperator::Is | CompareOperator::IsNot) && matches!(right.kind, ExprKind::Constant(Constant::None)) {
            let holds = sense == (op == CompareOperator::Is);
            let op = if holds { Op::JumpNone } else { Op::JumpNotNone };
            self.unit.emit_jump(span, Instr::wide(op, x, left.register, 0), target);
            return Ok(());
        }
        if let (Some((jump, jump_not)), Some(number)) = (forms.immediate, self.small_integer(right)) {
            let op = if sense { jump } else { jump_not };
            self.unit.emit_jump(span, Instr::new(op, x, left.register, number as u16, 0), target);
            return Ok(());
        }
        let right = self.right_operand(op, right)?;
        let op = if sense { forms.jump } else { forms.jump_not };
        let x = x | if right.temporary { crate::code::isa::CONSUME_B } else { 0 };
        self.unit.emit_jump(span, Instr::new(op, x, left.register, right.register, 0), target);
        Ok(())
    }

    fn jump_if_value(&mut self, test: &'a Expr, sense: bool, target: Label) -> Result<()> {
        if let Some(truth) = self.fold(test).as_ref().and_then(truth) {
            if truth == sense {
                self.unit.jump(test.span, target);
            }
            return Ok(());
        }
        let mark = self.unit.mark();
        let operand = match &test.kind {
            ExprKind::NamedExpr(node) => self.named_in_place(node)?,
            _ => self.operand(test)?,
        };
        let op = if sense { Op::JumpTrue } else { Op::JumpFalse };
        self.unit.emit_jump(test.span, Instr::wide(op, operand.consume_a(), operand.register, 0), target);
        self.unit.release(mark);
        Ok(())
    }
}

/// `not a in b` is `a not in b`, and so on for the operators that always give a bool.
fn negated(operand: &Expr) -> Option<(&Expr, CompareOperator, &Expr)> {
    let ExprKind::Compare(node) = &operand.kind else { return None };
    let [(op, right)] = &*node.comparisons else { return None };
    let op = match op {
        CompareOperator::Is => CompareOperator::IsNot,
        CompareOperator::IsNot => CompareOperator::Is,
        CompareOperator::In => CompareOperator::NotIn,
        CompareOperator::NotIn => CompareOperator::In,
        _ => return None,
    };
    Some((&node.left, op, right))
}

/// The truth of a constant.
pub(super) fn truth(value: &Const) -> Option<bool> {
    Some(match value {
        Const::None | Const::False => false,
        Const::True | Const::Ellipsis | Const::BigInt { .. } => true,
        Const::Int(value) => *value != 0,
        Const::Float(value) => *value != 0.0,
        Const::Complex(real, imaginary) => *real != 0.0 || *imaginary != 0.0,
        Const::Str(bytes) | Const::Bytes(bytes) => !bytes.is_empty(),
        Const::Tuple(items) | Const::FrozenSet(items) => !items.is_empty(),
    })
}
