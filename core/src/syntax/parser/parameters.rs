//! The parameters of functions and lambdas, and type parameters.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::{Parse, Parser};
use crate::syntax::ast::*;
use crate::syntax::token::TokenKind;

impl Parser<'_> {
    /// Parameters up to the colon of a lambda or the closing parenthesis of a function, which is not taken.
    pub(super) fn parameters(&mut self, lambda: bool) -> Parse<Parameters> {
        let close = if lambda { TokenKind::Colon } else { TokenKind::RightParen };
        let mut parameters = Parameters::default();
        let (mut slash, mut star, mut default_seen) = (false, false, false);
        while !self.is(close) {
            if self.diagnosing {
                self.diagnose_parameter(&parameters, (slash, star, default_seen), lambda)?;
            }
            match self.peek() {
                TokenKind::Slash => {
                    if slash || star || parameters.positional.is_empty() {
                        return Err(self.fail());
                    }
                    self.advance();
                    slash = true;
                    parameters.positional_only = core::mem::take(&mut parameters.positional);
                }
                TokenKind::Star => {
                    if star {
                        return Err(self.fail());
                    }
                    self.advance();
                    star = true;
                    if self.is(TokenKind::Comma) {
                        let slash_next = self.diagnosing && self.peek_at(1) == TokenKind::Slash;
                        if self.peek_at(1) != TokenKind::Name && !slash_next {
                            self.furthest = self.furthest.max(self.position + 1);
                            return Err(self.fail());
                        }
                    } else {
                        let vararg = self.parameter(lambda, true, false)?;
                        let starred = matches!(&vararg.annotation, Some(annotation) if matches!(annotation.kind, ExprKind::Starred(_)));
                        if self.diagnosing && !starred {
                            self.diagnose_variadic_default("var-positional")?;
                        }
                        parameters.vararg = Some(Box::new(vararg));
                    }
                }
                TokenKind::DoubleStar => {
                    self.advance();
                    let kwarg = self.parameter(lambda, false, false)?;
                    parameters.kwarg = Some(Box::new(kwarg));
                    if self.diagnosing {
                        self.diagnose_variadic_default("var-keyword")?;
                        self.diagnose_after_kwarg()?;
                    }
                    self.accept(TokenKind::Comma);
                    if !self.is(close) {
                        return Err(self.fail());
                    }
                    break;
                }
                _ => {
                    let parameter = self.parameter(lambda, false, true)?;
                    if star {
                        parameters.keyword_only.push(parameter);
                    } else {
                        if parameter.default.is_some() {
                            default_seen = true;
                        } else if default_seen {
                            return Err(self.fail());
                        }
                        parameters.positional.push(parameter);
                    }
                }
            }
            if !self.accept(TokenKind::Comma) {
                if !self.is(close) {
                    return Err(self.fail());
                }
                break;
            }
        }
        Ok(parameters)
    }

    pub(super) fn parameter(&mut self, lambda: bool, variadic: bool, with_default: bool) -> Parse<Parameter> {
        let start = self.start();
        let name = self.name()?;
        let mut annotation = None;
        if !lambda && self.accept(TokenKind::Colon) {
            let starred = variadic && self.is(TokenKind::Star);
            annotation = Some(if starred { self.star_expression()? } else { self.expression()? });
        }
        let span = self.span_from(start);
        let mut default = None;
        if with_default && self.accept(TokenKind::Equal) {
            if self.diagnosing {
                self.diagnose_missing_default()?;
            }
            default = Some(self.expression()?);
        }
        Ok(Parameter { name, annotation, default, span })
    }

    /// `[T, *Ts, **P]` after the name of a function, class or type alias, if it is there.
    pub(super) fn type_parameters(&mut self) -> Parse<Vec<TypeParam>> {
        let mut parameters = Vec::new();
        if !self.accept(TokenKind::LeftBracket) {
            return Ok(parameters);
        }
        if self.diagnosing && self.is(TokenKind::RightBracket) {
            let span = self.span_to_last_token(self.start());
            return Err(self.raise(span, "Type parameter list cannot be empty"));
        }
        loop {
            parameters.push(self.type_parameter()?);
            if !self.accept(TokenKind::Comma) || self.is(TokenKind::RightBracket) {
                break;
            }
        }
        self.expect(TokenKind::RightBracket)?;
        Ok(parameters)
    }

    fn type_parameter(&mut self) -> Parse<TypeParam> {
        let start = self.start();
        let kind_token = self.peek();
        let kind = match kind_token {
            TokenKind::Star => TypeParamKind::TypeVarTuple,
            TokenKind::DoubleStar => TypeParamKind::ParamSpec,
            _ => TypeParamKind::TypeVar { bound: None },
        };
        if !matches!(kind, TypeParamKind::TypeVar { .. }) {
            self.advance();
        }
        let name = self.name()?;
        let kind = match kind {
            TypeParamKind::TypeVar { .. } => {
                let bound = if self.accept(TokenKind::Colon) { Some(self.expression()?) } else { None };
                TypeParamKind::TypeVar { bound }
            }
            other => {
                if self.diagnosing && self.is(TokenKind::Colon) {
                    self.diagnose_type_parameter_bound(&other)?;
                }
                other
            }
        };
        let mut default = None;
        if self.accept(TokenKind::Equal) {
            let starred = matches!(kind, TypeParamKind::TypeVarTuple);
            default = Some(if starred { self.star_expression()? } else { self.expression()? });
        }
        Ok(TypeParam { name, kind, default, span: self.span_from(start) })
    }
}
