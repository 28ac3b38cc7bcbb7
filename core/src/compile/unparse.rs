//! Expressions back to source text, for annotations after `from __future__ import annotations`: normalised as CPython's
//! `ast.unparse` does it.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use crate::code::Const;
use crate::syntax::ast::*;

/// How tightly an expression binds; operands of less tightness than asked for get parentheses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Tightness {
    Tuple,
    Test,
    Or,
    And,
    Not,
    Compare,
    BitOr,
    BitXor,
    BitAnd,
    Shift,
    Sum,
    Term,
    Factor,
    Power,
    Await,
    Atom,
}

/// The text of an expression, WTF-8.
pub(super) fn unparse(expression: &Expr) -> Vec<u8> {
    text(expression, Tightness::Test).into_bytes()
}

/// The `repr` of a constant.
pub(super) fn constant(value: &Const) -> String {
    match value {
        Const::None => "None".into(),
        Const::True => "True".into(),
        Const::False => "False".into(),
        Const::Ellipsis => "...".into(),
        Const::Int(value) => format!("{value}"),
        Const::BigInt { negative, magnitude } => {
            let magnitude = dashu_int::UBig::from_le_bytes(magnitude);
            format!("{}{magnitude}", if *negative { "-" } else { "" })
        }
        Const::Float(value) => float(*value),
        Const::Complex(_, imaginary) => format!("{}j", float(*imaginary)),
        Const::Str(value) => quote(&String::from_utf8_lossy(value), ""),
        Const::Bytes(value) => quote_bytes(value),
        Const::Tuple(items) | Const::FrozenSet(items) => {
            let items: Vec<String> = items.iter().map(constant).collect();
            format!("({})", items.join(", "))
        }
    }
}

fn float(value: f64) -> String {
    if value.is_infinite() {
        // There is no literal for infinity: a number too large stands for it.
        return "1e309".into();
    }
    let magnitude = libm::fabs(value);
    if magnitude != 0.0 && !(1e-4..1e16).contains(&magnitude) {
        let text = format!("{value:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, exponent) = match exponent.strip_prefix('-') {
            Some(exponent) => ('-', exponent),
            None => ('+', exponent),
        };
        return format!("{digits}e{sign}{exponent:0>2}");
    }
    let text = format!("{value}");
    if text.contains('.') { text } else { text + ".0" }
}

fn quote(text: &str, prefix: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut quoted = String::from(prefix);
    quoted.push(quote);
    for character in text.chars() {
        match character {
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\\' => quoted.push_str("\\\\"),
            _ if character == quote => {
                quoted.push('\\');
                quoted.push(character);
            }
            _ if (character as u32) < 0x20 || character as u32 == 0x7f => {
                let _ = write!(quoted, "\\x{:02x}", character as u32);
            }
            _ => quoted.push(character),
        }
    }
    quoted.push(quote);
    quoted
}

fn quote_bytes(bytes: &[u8]) -> String {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { b'"' } else { b'\'' };
    let mut quoted = String::from("b");
    quoted.push(quote as char);
    for &byte in bytes {
        match byte {
            b'\n' => quoted.push_str("\\n"),
            b'\r' => quoted.push_str("\\r"),
            b'\t' => quoted.push_str("\\t"),
            b'\\' => quoted.push_str("\\\\"),
            _ if byte == quote => {
                quoted.push('\\');
                quoted.push(byte as char);
            }
            0x20..0x7f => quoted.push(byte as char),
            _ => {
                let _ = write!(quoted, "\\x{byte:02x}");
            }
        }
    }
    quoted.push(quote as char);
    quoted
}

fn join(items: &[Expr]) -> String {
    let items: Vec<String> = items.iter().map(|item| text(item, Tightness::Test)).collect();
    items.join(", ")
}

fn text(expression: &Expr, wanted: Tightness) -> String {
    let (text, tightness) = render(expression);
    if tightness < wanted { format!("({text})") } else { text }
}

fn binary(op: Operator) -> (&'static str, Tightness) {
    match op {
        Operator::Add => (" + ", Tightness::Sum),
        Operator::Sub => (" - ", Tightness::Sum),
        Operator::Mult => (" * ", Tightness::Term),
        Operator::MatMult => (" @ ", Tightness::Term),
        Operator::Div => (" / ", Tightness::Term),
        Operator::Mod => (" % ", Tightness::Term),
        Operator::FloorDiv => (" // ", Tightness::Term),
        Operator::Pow => (" ** ", Tightness::Power),
        Operator::LShift => (" << ", Tightness::Shift),
        Operator::RShift => (" >> ", Tightness::Shift),
        Operator::BitOr => (" | ", Tightness::BitOr),
        Operator::BitXor => (" ^ ", Tightness::BitXor),
        Operator::BitAnd => (" & ", Tightness::BitAnd),
    }
}

fn next(tightness: Tightness) -> Tightness {
    match tightness {
        Tightness::Or => Tightness::And,
        Tightness::And => Tightness::Not,
        Tightness::BitOr => Tightness::BitXor,
        Tightness::BitXor => Tightness::BitAnd,
        Tightness::BitAnd => Tightness::Shift,
        Tightness::Shift => Tightness::Sum,
        Tightness::Sum => Tightness::Term,
        Tightness::Term => Tightness::Factor,
        Tightness::Power => Tightness::Await,
        other => other,
    }
}

/// Chains of operators, attributes, subscripts and calls may be long: from the left end on.
fn chain(expression: &Expr) -> (String, Tightness) {
    let mut links = Vec::new();
    let mut first = expression;
    while let Some(left) = first.left() {
        links.push(first);
        first = left;
    }
    let (mut sum, mut tightness) = render(first);
    for link in links.into_iter().rev() {
        let mut wrap = |wanted: Tightness| {
            if tightness < wanted {
                sum = format!("({sum})");
            }
        };
        match &link.kind {
            ExprKind::BinOp(node) => {
                let (sign, own) = binary(node.op);
                let power = own == Tightness::Power;
                wrap(if power { next(own) } else { own });
                sum.push_str(sign);
                sum.push_str(&text(&node.right, if power { own } else { next(own) }));
                tightness = own;
            }
            ExprKind::Attribute(node) => {
                wrap(Tightness::Atom);
                // `1 .real`: a dot after digits would be part of the number.
                if sum.bytes().all(|byte| byte.is_ascii_digit()) {
                    sum.push(' ');
                }
                sum.push('.');
                sum.push_str(&node.attr);
                tightness = Tightness::Atom;
            }
            ExprKind::Subscript(node) => {
                wrap(Tightness::Atom);
                sum.push('[');
                match &node.index.kind {
                    ExprKind::Tuple(items) if !items.is_empty() => {
                        sum.push_str(&join(items));
                        if items.len() == 1 {
                            sum.push(',');
                        }
                    }
                    _ => sum.push_str(&text(&node.index, Tightness::Tuple)),
                }
                sum.push(']');
                tightness = Tightness::Atom;
            }
            ExprKind::Call(node) => {
                wrap(Tightness::Atom);
                let mut arguments: Vec<String> = node.arguments.iter().map(|argument| text(argument, Tightness::Test)).collect();
                for keyword in &node.keywords {
                    let value = text(&keyword.value, Tightness::Test);
                    arguments.push(match &keyword.name {
                        Some(name) => format!("{name}={value}"),
                        None => format!("**{value}"),
                    });
                }
                sum = match (&*node.arguments, &*node.keywords) {
                    ([Expr { kind: ExprKind::GeneratorExp(_), .. }], []) => format!("{sum}{}", arguments.join("")),
                    _ => format!("{sum}({})", arguments.join(", ")),
                };
                tightness = Tightness::Atom;
            }
            _ => {}
        }
    }
    (sum, tightness)
}

fn comparison(op: CompareOperator) -> &'static str {
    match op {
        CompareOperator::Eq => " == ",
        CompareOperator::NotEq => " != ",
        CompareOperator::Lt => " < ",
        CompareOperator::LtE => " <= ",
        CompareOperator::Gt => " > ",
        CompareOperator::GtE => " >= ",
        CompareOperator::Is => " is ",
        CompareOperator::IsNot => " is not ",
        CompareOperator::In => " in ",
        CompareOperator::NotIn => " not in ",
    }
}

fn optional(expression: &Option<Expr>, wanted: Tightness) -> String {
    expression.as_ref().map_or(String::new(), |expression| text(expression, wanted))
}

fn render(expression: &Expr) -> (String, Tightness) {
    match &expression.kind {
        ExprKind::BinOp(_) | ExprKind::Attribute(_) | ExprKind::Subscript(_) | ExprKind::Call(_) => chain(expression),
        ExprKind::Constant(value) => match value {
            Constant::Str { value, unicode_prefix } => {
                let prefix = if *unicode_prefix { "u" } else { "" };
                (quote(&String::from_utf8_lossy(value.as_bytes()), prefix), Tightness::Atom)
            }
            value => (super::fold::literal(value).map_or(String::new(), |value| constant(&value)), Tightness::Atom),
        },
        ExprKind::Name(name) => (String::from(&**name), Tightness::Atom),
        ExprKind::UnaryOp(node) => {
            let (sign, tightness) = match node.op {
                UnaryOperator::Not => ("not ", Tightness::Not),
                UnaryOperator::Invert => ("~", Tightness::Factor),
                UnaryOperator::Plus => ("+", Tightness::Factor),
                UnaryOperator::Minus => ("-", Tightness::Factor),
            };
            (format!("{sign}{}", text(&node.operand, tightness)), tightness)
        }
        ExprKind::BoolOp(node) => {
            let (word, tightness) = match node.op {
                BoolOperator::And => (" and ", Tightness::And),
                BoolOperator::Or => (" or ", Tightness::Or),
            };
            let values: Vec<String> = node.values.iter().map(|value| text(value, next(tightness))).collect();
            (values.join(word), tightness)
        }
        ExprKind::Compare(node) => {
            let mut result = text(&node.left, Tightness::BitOr);
            for (op, right) in &node.comparisons {
                result.push_str(comparison(*op));
                result.push_str(&text(right, Tightness::BitOr));
            }
            (result, Tightness::Compare)
        }
        ExprKind::NamedExpr(node) => (format!("({} := {})", node.target, text(&node.value, Tightness::Atom)), Tightness::Atom),
        ExprKind::Lambda(node) => {
            let parameters = parameters(&node.parameters);
            let space = if parameters.is_empty() { "" } else { " " };
            (format!("lambda{space}{parameters}: {}", text(&node.body, Tightness::Test)), Tightness::Test)
        }
        ExprKind::IfExp(node) => {
            let (body, test) = (text(&node.body, Tightness::Or), text(&node.test, Tightness::Or));
            (format!("{body} if {test} else {}", text(&node.orelse, Tightness::Test)), Tightness::Test)
        }
        ExprKind::Tuple(items) => match &**items {
            [] => ("()".into(), Tightness::Atom),
            [only] => (format!("({},)", text(only, Tightness::Test)), Tightness::Atom),
            items => (format!("({})", join(items)), Tightness::Atom),
        },
        ExprKind::List(items) => (format!("[{}]", join(items)), Tightness::Atom),
        ExprKind::Set(items) => (format!("{{{}}}", join(items)), Tightness::Atom),
        ExprKind::Dict(items) => {
            let items: Vec<String> = items
                .iter()
                .map(|item| match &item.key {
                    Some(key) => format!("{}: {}", text(key, Tightness::Test), text(&item.value, Tightness::Test)),
                    None => format!("**{}", text(&item.value, Tightness::BitOr)),
                })
                .collect();
            (format!("{{{}}}", items.join(", ")), Tightness::Atom)
        }
        ExprKind::ListComp(node) => (format!("[{}{}]", text(&node.element, Tightness::Test), clauses(&node.generators)), Tightness::Atom),
        ExprKind::SetComp(node) => (format!("{{{}{}}}", text(&node.element, Tightness::Test), clauses(&node.generators)), Tightness::Atom),
        ExprKind::GeneratorExp(node) => (format!("({}{})", text(&node.element, Tightness::Test), clauses(&node.generators)), Tightness::Atom),
        ExprKind::DictComp(node) => {
            let (key, value) = (text(&node.key, Tightness::Test), text(&node.value, Tightness::Test));
            (format!("{{{key}: {value}{}}}", clauses(&node.generators)), Tightness::Atom)
        }
        ExprKind::Await(value) => (format!("await {}", text(value, Tightness::Atom)), Tightness::Await),
        ExprKind::Yield(None) => ("(yield)".into(), Tightness::Atom),
        ExprKind::Yield(Some(value)) => (format!("(yield {})", text(value, Tightness::Tuple)), Tightness::Atom),
        ExprKind::YieldFrom(value) => (format!("(yield from {})", text(value, Tightness::Test)), Tightness::Atom),
        ExprKind::JoinedStr(parts) | ExprKind::TemplateStr(parts) => {
            let prefix = if matches!(expression.kind, ExprKind::JoinedStr(_)) { "f" } else { "t" };
            (quote(&interpolated(parts), prefix).replace("\\\\", "\\"), Tightness::Atom)
        }
        ExprKind::FormattedValue(_) | ExprKind::Interpolation(_) => {
            let part = interpolated(core::slice::from_ref(expression));
            (quote(&part, "f"), Tightness::Atom)
        }
        ExprKind::Starred(value) => (format!("*{}", text(value, Tightness::BitOr)), Tightness::Test),
        ExprKind::Slice(node) => {
            let mut result = format!("{}:{}", optional(&node.lower, Tightness::Test), optional(&node.upper, Tightness::Test));
            if let Some(step) = &node.step {
                let _ = write!(result, ":{}", text(step, Tightness::Test));
            }
            (result, Tightness::Tuple)
        }
    }
}

/// The inside of an f-string or t-string.
fn interpolated(parts: &[Expr]) -> String {
    let mut result = String::new();
    for part in parts {
        let (value, conversion, format_spec) = match &part.kind {
            ExprKind::Constant(Constant::Str { value, .. }) => {
                let value = String::from_utf8_lossy(value.as_bytes());
                result.push_str(&value.replace('{', "{{").replace('}', "}}"));
                continue;
            }
            ExprKind::FormattedValue(node) => (&node.value, node.conversion, &node.format_spec),
            ExprKind::Interpolation(node) => (&node.value, node.conversion, &node.format_spec),
            _ => continue,
        };
        let value = text(value, Tightness::Or);
        result.push('{');
        if value.starts_with('{') {
            result.push(' ');
        }
        result.push_str(&value);
        if let Some(conversion) = conversion {
            result.push('!');
            result.push(conversion);
        }
        if let Some(format_spec) = format_spec {
            result.push(':');
            if let ExprKind::JoinedStr(parts) = &format_spec.kind {
                result.push_str(&interpolated(parts));
            }
        }
        result.push('}');
    }
    result
}

fn clauses(generators: &[Comprehension]) -> String {
    let mut result = String::new();
    for generator in generators {
        let word = if generator.is_async { " async for" } else { " for" };
        let target = text(&generator.target, Tightness::Tuple);
        let target = target.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(&target);
        let _ = write!(result, "{word} {target} in {}", text(&generator.iter, Tightness::Or));
        for condition in &generator.conditions {
            let _ = write!(result, " if {}", text(condition, Tightness::Or));
        }
    }
    result
}

fn parameters(parameters: &Parameters) -> String {
    let one = |parameter: &Parameter| match &parameter.default {
        Some(default) => format!("{}={}", parameter.name, text(default, Tightness::Test)),
        None => String::from(&*parameter.name),
    };
    let mut list: Vec<String> = parameters.positional_only.iter().map(one).collect();
    if !list.is_empty() {
        list.push("/".into());
    }
    list.extend(parameters.positional.iter().map(one));
    match &parameters.vararg {
        Some(vararg) => list.push(format!("*{}", vararg.name)),
        None if !parameters.keyword_only.is_empty() => list.push("*".into()),
        None => {}
    }
    list.extend(parameters.keyword_only.iter().map(one));
    list.extend(parameters.kwarg.iter().map(|kwarg| format!("**{}", kwarg.name)));
    list.join(", ")
}
