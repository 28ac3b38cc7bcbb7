//! Type parameters and type aliases (PEP 695, PEP 696): scopes of their own, called where they are made.

use alloc::format;
use alloc::rc::Rc;

use super::function::Attachments;
use super::symtable::Role;
use super::unit::Operand;
use super::{Compiler, ParameterNames, Result, UnitShape};
use crate::code::isa::{FUNCTION_DEFAULTS, FUNCTION_KEYWORD_DEFAULTS, Intrinsic, Op};
use crate::code::{Const, HEADER_SLOTS};
use crate::syntax::ast::*;

/// The `format` with which the lazily evaluated parts are called when nothing is passed (`Format.VALUE`).
const FORMAT_VALUE: i64 = 1;

impl<'a> Compiler<'a> {
    /// Opens the function that makes the type parameters of `name`.
    fn open_type_params<T>(&mut self, node: &T, name: &str, span: Span, parameters: &'static [&'static str]) {
        let scope = self.scope_of(node, Role::TypeParameters);
        self.open_unit(scope, &format!("<generic parameters of {name}>"), span, ParameterNames::Fixed(parameters));
    }

    pub(super) fn generic_function(&mut self, node: &'a FunctionDef, span: Span, attachments: Attachments, destination: u16) -> Result<()> {
        let parameters: &'static [&'static str] = match attachments.flags {
            0 => &[],
            FUNCTION_DEFAULTS => &[".defaults"],
            FUNCTION_KEYWORD_DEFAULTS => &[".kwdefaults"],
            _ => &[".defaults", ".kwdefaults"],
        };
        let count = parameters.len() as u16;
        self.open_type_params(node, &node.name, span, parameters);
        let pair = self.unit.allocate_many(2);
        self.type_params(&node.type_params, span, pair + 1)?;
        let first = self.unit.mark();
        for parameter in 0..count {
            let register = self.unit.allocate();
            self.unit.emit(span, Op::Move, 0, register, parameter, 0);
        }
        self.function(node, span, Attachments { first, flags: attachments.flags }, pair)?;
        self.intrinsic(Intrinsic::SetTypeParams, pair, 2, span, pair);
        self.unit.emit_last(span, Op::Return, pair);
        let child = self.close_unit(UnitShape { argument_count: count, ..UnitShape::default() }, span)?;
        let window = self.unit.allocate();
        self.unit.emit(span, Op::MakeFunction, 0, window, child, 0);
        self.unit.allocate_many(HEADER_SLOTS - 1);
        for argument in 0..count {
            let register = self.unit.allocate();
            self.unit.emit(span, Op::MoveTemp, 0, register, attachments.first + argument, 0);
        }
        self.unit.emit(span, Op::Call, 0, destination, window, count);
        Ok(())
    }

    pub(super) fn generic_class(&mut self, node: &'a ClassDef, span: Span, destination: u16) -> Result<()> {
        self.open_type_params(node, &node.name, span, &[]);
        let tuple = self.unit.allocate();
        self.type_params(&node.type_params, span, tuple)?;
        self.store_mangled(&Rc::from(".type_params"), span, Operand::local(tuple));
        self.intrinsic(Intrinsic::SubscriptGeneric, tuple, 1, span, tuple);
        let class = self.unit.allocate();
        self.class(node, span, Some(Operand::temporary(tuple)), class)?;
        self.unit.emit_last(span, Op::Return, class);
        let child = self.close_unit(UnitShape::default(), span)?;
        self.call_at_once(child, span, destination);
        Ok(())
    }

    /// Makes a function without parameters and calls it.
    fn call_at_once(&mut self, child: u16, span: Span, destination: u16) {
        let mark = self.unit.mark();
        let window = self.unit.allocate_many(HEADER_SLOTS);
        self.unit.emit(span, Op::MakeFunction, 0, window, child, 0);
        self.unit.emit(span, Op::Call, 0, destination, window, 0);
        self.unit.release(mark);
    }

    /// Makes the type parameters, binds their names and leaves a tuple of them in `destination`.
    fn type_params(&mut self, list: &'a [TypeParam], span: Span, destination: u16) -> Result<()> {
        let mark = self.unit.mark();
        let first = self.unit.allocate_many(list.len());
        let mut default_seen = false;
        for (index, parameter) in list.iter().enumerate() {
            if parameter.default.is_none() && default_seen {
                let name = &parameter.name;
                let message = format!("non-default type parameter '{name}' follows default type parameter");
                return self.fail(message, parameter.span);
            }
            default_seen |= parameter.default.is_some();
            let register = first.saturating_add(index as u16);
            self.type_param(parameter, register)?;
            self.store_name(&parameter.name, parameter.span, Operand::local(register));
        }
        self.unit.emit(span, Op::BuildTuple, 0, destination, first, list.len() as u16);
        self.unit.release(mark);
        Ok(())
    }

    fn type_param(&mut self, parameter: &'a TypeParam, destination: u16) -> Result<()> {
        let span = parameter.span;
        let mark = self.unit.mark();
        let arguments = self.unit.allocate_many(2);
        self.load_text(&parameter.name, span, arguments);
        let (function, count) = match &parameter.kind {
            TypeParamKind::TypeVar { bound: Some(bound) } => {
                self.lazy_part(parameter, Role::Bound, bound, arguments + 1)?;
                match bound.kind {
                    ExprKind::Tuple(_) => (Intrinsic::TypeVarWithConstraints, 2),
                    _ => (Intrinsic::TypeVarWithBound, 2),
                }
            }
            TypeParamKind::TypeVar { bound: None } => (Intrinsic::TypeVar, 1),
            TypeParamKind::TypeVarTuple => (Intrinsic::TypeVarTuple, 1),
            TypeParamKind::ParamSpec => (Intrinsic::ParamSpec, 1),
        };
        self.intrinsic(function, arguments, count, span, destination);
        if let Some(default) = &parameter.default {
            self.unit.emit(span, Op::MoveTemp, 0, arguments, destination, 0);
            self.lazy_part(parameter, Role::Default, default, arguments + 1)?;
            self.intrinsic(Intrinsic::SetTypeParamDefault, arguments, 2, span, destination);
        }
        self.unit.release(mark);
        Ok(())
    }

    /// A function that evaluates a bound or default when it is asked for.
    fn lazy_part(&mut self, parameter: &'a TypeParam, role: Role, part: &'a Expr, destination: u16) -> Result<()> {
        let scope = self.scope_of(parameter, role);
        self.lazy(scope, &parameter.name, part, destination)
    }

    fn lazy(&mut self, scope: usize, name: &str, part: &'a Expr, destination: u16) -> Result<()> {
        let span = part.span;
        let mark = self.unit.mark();
        let child = self.thunk(scope, name, span, |compiler| {
            let value = compiler.unit.allocate();
            match &part.kind {
                // `*Ts = *tuple[int]`
                ExprKind::Starred(inner) => {
                    compiler.expr(inner, value)?;
                    let item = compiler.unit.allocate();
                    compiler.unit.emit(span, Op::Unpack, crate::code::isa::CONSUME_B, item, value, 1);
                    compiler.unit.emit_last(span, Op::Return, item);
                }
                _ => {
                    compiler.expr(part, value)?;
                    compiler.unit.emit_last(span, Op::Return, value);
                }
            }
            Ok(())
        })?;
        let defaults = self.unit.allocate();
        self.load_constant(Const::Tuple([Const::Int(FORMAT_VALUE)].into()), span, defaults);
        self.unit.emit(span, Op::MakeFunction, FUNCTION_DEFAULTS, destination, child, defaults);
        self.unit.release(mark);
        Ok(())
    }

    #[inline(never)]
    pub(super) fn type_alias(&mut self, node: &'a TypeAlias, span: Span) -> Result<()> {
        let value = self.unit.allocate();
        if node.type_params.is_empty() {
            self.make_alias(node, None, span, value)?;
        } else {
            self.open_type_params(node, &node.name, span, &[]);
            let tuple = self.unit.allocate();
            self.type_params(&node.type_params, span, tuple)?;
            let alias = self.unit.allocate();
            self.make_alias(node, Some(Operand::temporary(tuple)), span, alias)?;
            self.unit.emit_last(span, Op::Return, alias);
            let child = self.close_unit(UnitShape::default(), span)?;
            self.call_at_once(child, span, value);
        }
        self.store_name(&node.name, node.name_span, Operand::temporary(value));
        Ok(())
    }

    fn make_alias(&mut self, node: &'a TypeAlias, tuple: Option<Operand>, span: Span, destination: u16) -> Result<()> {
        let mark = self.unit.mark();
        let arguments = self.unit.allocate_many(3);
        self.load_text(&node.name, span, arguments);
        match tuple {
            Some(tuple) => self.move_to(span, arguments + 1, tuple),
            None => self.unit.emit(span, Op::LoadNone, 0, arguments + 1, 0, 0),
        }
        let scope = self.scope_of(node, Role::Body);
        self.lazy(scope, &node.name, &node.value, arguments + 2)?;
        self.intrinsic(Intrinsic::TypeAlias, arguments, 3, span, destination);
        self.unit.release(mark);
        Ok(())
    }
}
