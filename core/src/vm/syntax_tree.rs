//! Syntax trees as Python sees them: objects of the classes in module `_ast`, made of the parser's tree.

use super::{Res, Vm};
use crate::compile;
use crate::object::class::Class;
use crate::object::dict::Dict;
use crate::object::exception::Ex;
use crate::object::exception_types::attributes;
use crate::object::header::Object;
use crate::object::instance::Instance;
use crate::object::value::Value;
use crate::object::{module, str};
use crate::syntax::Source;
use crate::syntax::ast::*;
use alloc::format;
use alloc::vec::Vec;

/// The tree of a parsed input. `_ast` has been imported.
///
/// # Errors
/// ImportError if it has not.
pub fn build(vm: &mut Vm, source: &Source, parsed: &Module) -> Res<Value> {
    let name = vm.intern("_ast");
    let Some(module) = vm.modules.get::<Dict>().and_then(|modules| modules.get_interned(&name)) else {
        return Err(vm.raise(Ex::ImportError, "the classes of syntax trees are not there"));
    };
    let mut builder = Builder { vm, source, module };
    match parsed {
        Module::Exec(body) => {
            let (body, ignores) = (builder.statements(body)?, builder.list(&[], |_, _: &()| Ok(Value::NONE))?);
            builder.node("Module", None, &[("body", body), ("type_ignores", ignores)])
        }
        Module::Single(body) => {
            let body = builder.statements(body)?;
            builder.node("Interactive", None, &[("body", body)])
        }
        Module::Eval(expression) => {
            let body = builder.expression(expression, "Load")?;
            builder.node("Expression", None, &[("body", body)])
        }
    }
}

impl Vm {
    /// Is it an object of the classes in `_ast`?
    pub fn is_syntax_tree(&mut self, value: &Value) -> bool {
        let (module, base) = (self.intern("_ast"), self.intern("AST"));
        let module = self.modules.get::<Dict>().and_then(|modules| modules.get_interned(&module));
        let base = module.as_ref().and_then(|module| module::namespace(module)).and_then(|namespace| namespace.get_interned(&base));
        base.as_ref().and_then(|base| base.get::<Class>()).is_some_and(|base| self.is_instance(value, base))
    }
}

struct Builder<'a> {
    vm: &'a mut Vm,
    source: &'a Source,
    module: Value,
}

type Fields<'f> = &'f [(&'static str, Value)];

impl Builder<'_> {
    fn node(&mut self, class: &str, span: Option<Span>, fields: Fields) -> Res<Value> {
        let name = self.vm.intern(class);
        let class_value = module::namespace(&self.module).and_then(|namespace| namespace.get_interned(&name));
        let node = match class_value.as_ref().and_then(|class| class.get::<Class>()) {
            Some(class) if core::ptr::eq(class.layout, Instance::LAYOUT) => self.vm.heap.new_object(class, |header| Instance { header }),
            _ => return Err(self.vm.raise(Ex::ImportError, &format!("module _ast has no class {class}"))),
        };
        if let Some((header, attributes)) = attributes(&node) {
            for (name, value) in fields {
                attributes.set(header, &self.vm.intern(name), value.clone());
            }
            if let Some(span) = span {
                let (line, column) = self.source.lines().line_column(span.start);
                let (end_line, end_column) = self.source.lines().line_column(span.end);
                for (name, number) in [("lineno", line), ("col_offset", column), ("end_lineno", end_line), ("end_col_offset", end_column)] {
                    attributes.set(header, &self.vm.intern(name), Value::small_int(i64::from(number)));
                }
            }
        }
        Ok(node)
    }

    /// A node without fields: a context or an operator.
    fn mark(&mut self, class: &str) -> Res<Value> {
        self.node(class, None, &[])
    }

    fn list<T>(&mut self, items: &[T], mut each: impl FnMut(&mut Self, &T) -> Res<Value>) -> Res<Value> {
        let items = items.iter().map(|item| each(self, item)).collect::<Res<Vec<Value>>>()?;
        Ok(self.vm.new_list(items))
    }

    fn name(&mut self, name: &Ident) -> Value {
        self.vm.intern(name)
    }

    fn optional_name(&mut self, name: Option<&Ident>) -> Value {
        name.map_or(Value::NONE, |name| self.vm.intern(name))
    }

    fn names(&mut self, names: &[Ident]) -> Res<Value> {
        self.list(names, |this, name| Ok(this.name(name)))
    }

    // ---- statements

    fn statements(&mut self, statements: &[Stmt]) -> Res<Value> {
        self.list(statements, Self::statement)
    }

    fn statement(&mut self, statement: &Stmt) -> Res<Value> {
        let span = Some(statement.span);
        match &statement.kind {
            StmtKind::FunctionDef(def) => {
                let fields = [
                    ("name", self.name(&def.name)),
                    ("args", self.parameters(&def.parameters)?),
                    ("body", self.statements(&def.body)?),
                    ("decorator_list", self.loads(&def.decorators)?),
                    ("returns", self.optional(def.returns.as_ref())?),
                    ("type_comment", Value::NONE),
                    ("type_params", self.type_params(&def.type_params)?),
                ];
                self.node(if def.is_async { "AsyncFunctionDef" } else { "FunctionDef" }, span, &fields)
            }
            StmtKind::ClassDef(def) => {
                let fields = [
                    ("name", self.name(&def.name)),
                    ("bases", self.loads(&def.arguments)?),
                    ("keywords", self.keywords(&def.keywords)?),
                    ("body", self.statements(&def.body)?),
                    ("decorator_list", self.loads(&def.decorators)?),
                    ("type_params", self.type_params(&def.type_params)?),
                ];
                self.node("ClassDef", span, &fields)
            }
            StmtKind::Return(value) => {
                let value = self.optional(value.as_ref())?;
                self.node("Return", span, &[("value", value)])
            }
            StmtKind::Delete(targets) => {
                let targets = self.list(targets, |this, target| this.expression(target, "Del"))?;
                self.node("Delete", span, &[("targets", targets)])
            }
            StmtKind::Assign { targets, value } => {
                let fields =
                    [("targets", self.list(targets, |this, target| this.expression(target, "Store"))?), ("value", self.load(value)?), ("type_comment", Value::NONE)];
                self.node("Assign", span, &fields)
            }
            StmtKind::AugAssign(node) => {
                let fields = [("target", self.expression(&node.target, "Store")?), ("op", self.mark(operator(node.op))?), ("value", self.load(&node.value)?)];
                self.node("AugAssign", span, &fields)
            }
            StmtKind::AnnAssign(node) => {
                let fields = [
                    ("target", self.expression(&node.target, "Store")?),
                    ("annotation", self.load(&node.annotation)?),
                    ("value", self.optional(node.value.as_ref())?),
                    ("simple", Value::small_int(i64::from(node.simple))),
                ];
                self.node("AnnAssign", span, &fields)
            }
            StmtKind::TypeAlias(node) => {
                let (id, context) = (self.name(&node.name), self.mark("Store")?);
                let fields = [
                    ("name", self.node("Name", Some(node.name_span), &[("id", id), ("ctx", context)])?),
                    ("type_params", self.type_params(&node.type_params)?),
                    ("value", self.load(&node.value)?),
                ];
                self.node("TypeAlias", span, &fields)
            }
            StmtKind::For(node) => {
                let fields = [
                    ("target", self.expression(&node.target, "Store")?),
                    ("iter", self.load(&node.iter)?),
                    ("body", self.statements(&node.body)?),
                    ("orelse", self.statements(&node.orelse)?),
                    ("type_comment", Value::NONE),
                ];
                self.node(if node.is_async { "AsyncFor" } else { "For" }, span, &fields)
            }
            StmtKind::While(node) => {
                let fields = [("test", self.load(&node.test)?), ("body", self.statements(&node.body)?), ("orelse", self.statements(&node.orelse)?)];
                self.node("While", span, &fields)
            }
            StmtKind::If { branches, orelse } => {
                let mut orelse = self.statements(orelse)?;
                let mut inner = Value::NONE;
                for (index, branch) in branches.iter().enumerate().rev() {
                    if !inner.is_none() {
                        orelse = self.vm.new_list(Vec::from([inner]));
                    }
                    let fields = [("test", self.load(&branch.test)?), ("body", self.statements(&branch.body)?), ("orelse", orelse)];
                    let span = if index == 0 { statement.span } else { Span::new(branch.span.start, statement.span.end) };
                    inner = self.node("If", Some(span), &fields)?;
                    orelse = Value::NONE;
                }
                Ok(inner)
            }
            StmtKind::With(node) => {
                let items = self.list(&node.items, |this, item| {
                    let target = match &item.target {
                        Some(target) => this.expression(target, "Store")?,
                        None => Value::NONE,
                    };
                    let context = this.load(&item.context)?;
                    this.node("withitem", None, &[("context_expr", context), ("optional_vars", target)])
                })?;
                let body = self.statements(&node.body)?;
                self.node(if node.is_async { "AsyncWith" } else { "With" }, span, &[("items", items), ("body", body), ("type_comment", Value::NONE)])
            }
            StmtKind::Match(node) => {
                let subject = self.load(&node.subject)?;
                let cases = self.list(&node.cases, |this, case| {
                    let fields = [("pattern", this.pattern(&case.pattern)?), ("guard", this.optional(case.guard.as_ref())?), ("body", this.statements(&case.body)?)];
                    this.node("match_case", None, &fields)
                })?;
                self.node("Match", span, &[("subject", subject), ("cases", cases)])
            }
            StmtKind::Raise(node) => {
                let fields = [("exc", self.optional(node.exception.as_ref())?), ("cause", self.optional(node.cause.as_ref())?)];
                self.node("Raise", span, &fields)
            }
            StmtKind::Try(node) => {
                let body = self.statements(&node.body)?;
                let handlers = self.list(&node.handlers, |this, handler| {
                    let fields = [
                        ("type", this.optional(handler.exception.as_ref())?),
                        ("name", this.optional_name(handler.name.as_ref())),
                        ("body", this.statements(&handler.body)?),
                    ];
                    this.node("ExceptHandler", Some(handler.span), &fields)
                })?;
                let fields = [("body", body), ("handlers", handlers), ("orelse", self.statements(&node.orelse)?), ("finalbody", self.statements(&node.finalbody)?)];
                self.node(if node.is_star { "TryStar" } else { "Try" }, span, &fields)
            }
            StmtKind::Assert(node) => {
                let fields = [("test", self.load(&node.test)?), ("msg", self.optional(node.message.as_ref())?)];
                self.node("Assert", span, &fields)
            }
            StmtKind::Import(names) => {
                let names = self.list(names, Self::alias)?;
                self.node("Import", span, &[("names", names)])
            }
            StmtKind::ImportFrom(node) => {
                let fields = [
                    ("module", self.optional_name(node.module.as_ref())),
                    ("names", self.list(&node.names, Self::alias)?),
                    ("level", Value::small_int(i64::from(node.level))),
                ];
                self.node("ImportFrom", span, &fields)
            }
            StmtKind::Global(names) => {
                let names = self.names(names)?;
                self.node("Global", span, &[("names", names)])
            }
            StmtKind::Nonlocal(names) => {
                let names = self.names(names)?;
                self.node("Nonlocal", span, &[("names", names)])
            }
            StmtKind::Expr(value) => {
                let value = self.load(value)?;
                self.node("Expr", span, &[("value", value)])
            }
            StmtKind::Pass => self.node("Pass", span, &[]),
            StmtKind::Break => self.node("Break", span, &[]),
            StmtKind::Continue => self.node("Continue", span, &[]),
        }
    }

    fn alias(&mut self, alias: &Alias) -> Res<Value> {
        let fields = [("name", self.name(&alias.name)), ("asname", self.optional_name(alias.asname.as_ref()))];
        self.node("alias", Some(alias.span), &fields)
    }

    fn parameters(&mut self, parameters: &Parameters) -> Res<Value> {
        let defaults: Vec<&Expr> = parameters.positional_only.iter().chain(&parameters.positional).filter_map(|parameter| parameter.default.as_ref()).collect();
        let fields = [
            ("posonlyargs", self.list(&parameters.positional_only, Self::parameter)?),
            ("args", self.list(&parameters.positional, Self::parameter)?),
            ("vararg", self.optional_parameter(parameters.vararg.as_deref())?),
            ("kwonlyargs", self.list(&parameters.keyword_only, Self::parameter)?),
            ("kw_defaults", self.list(&parameters.keyword_only, |this, parameter| this.optional(parameter.default.as_ref()))?),
            ("kwarg", self.optional_parameter(parameters.kwarg.as_deref())?),
            ("defaults", self.list(&defaults, |this, default| this.load(default))?),
        ];
        self.node("arguments", None, &fields)
    }

    fn parameter(&mut self, parameter: &Parameter) -> Res<Value> {
        let fields = [("arg", self.name(&parameter.name)), ("annotation", self.optional(parameter.annotation.as_ref())?), ("type_comment", Value::NONE)];
        self.node("arg", Some(parameter.span), &fields)
    }

    fn optional_parameter(&mut self, parameter: Option<&Parameter>) -> Res<Value> {
        parameter.map_or(Ok(Value::NONE), |parameter| self.parameter(parameter))
    }

    fn keywords(&mut self, keywords: &[Keyword]) -> Res<Value> {
        self.list(keywords, |this, keyword| {
            let fields = [("arg", this.optional_name(keyword.name.as_ref())), ("value", this.load(&keyword.value)?)];
            this.node("keyword", Some(keyword.span), &fields)
        })
    }

    fn type_params(&mut self, parameters: &[TypeParam]) -> Res<Value> {
        self.list(parameters, |this, parameter| {
            let (name, default) = (this.name(&parameter.name), this.optional(parameter.default.as_ref())?);
            let span = Some(parameter.span);
            match &parameter.kind {
                TypeParamKind::TypeVar { bound } => {
                    let bound = this.optional(bound.as_ref())?;
                    this.node("TypeVar", span, &[("name", name), ("bound", bound), ("default_value", default)])
                }
                TypeParamKind::TypeVarTuple => this.node("TypeVarTuple", span, &[("name", name), ("default_value", default)]),
                TypeParamKind::ParamSpec => this.node("ParamSpec", span, &[("name", name), ("default_value", default)]),
            }
        })
    }

    // ---- patterns

    fn patterns(&mut self, patterns: &[Pattern]) -> Res<Value> {
        self.list(patterns, Self::pattern)
    }

    fn pattern(&mut self, pattern: &Pattern) -> Res<Value> {
        let span = Some(pattern.span);
        match &pattern.kind {
            PatternKind::Value(value) => {
                let value = self.load(value)?;
                self.node("MatchValue", span, &[("value", value)])
            }
            PatternKind::Singleton(value) => {
                let value = self.constant(value);
                self.node("MatchSingleton", span, &[("value", value)])
            }
            PatternKind::Sequence(patterns) => {
                let patterns = self.patterns(patterns)?;
                self.node("MatchSequence", span, &[("patterns", patterns)])
            }
            PatternKind::Mapping(node) => {
                let fields = [("keys", self.loads(&node.keys)?), ("patterns", self.patterns(&node.patterns)?), ("rest", self.optional_name(node.rest.as_ref()))];
                self.node("MatchMapping", span, &fields)
            }
            PatternKind::Class(node) => {
                let fields = [
                    ("cls", self.load(&node.class)?),
                    ("patterns", self.patterns(&node.patterns)?),
                    ("kwd_attrs", self.list(&node.keywords, |this, keyword| Ok(this.name(&keyword.name)))?),
                    ("kwd_patterns", self.list(&node.keywords, |this, keyword| this.pattern(&keyword.pattern))?),
                ];
                self.node("MatchClass", span, &fields)
            }
            PatternKind::Star(name) => {
                let name = self.optional_name(name.as_ref());
                self.node("MatchStar", span, &[("name", name)])
            }
            PatternKind::As { pattern, name } => {
                let pattern = match pattern {
                    Some(pattern) => self.pattern(pattern)?,
                    None => Value::NONE,
                };
                let name = self.optional_name(name.as_ref());
                self.node("MatchAs", span, &[("pattern", pattern), ("name", name)])
            }
            PatternKind::Or(patterns) => {
                let patterns = self.patterns(patterns)?;
                self.node("MatchOr", span, &[("patterns", patterns)])
            }
        }
    }

    // ---- expressions

    fn load(&mut self, expression: &Expr) -> Res<Value> {
        self.expression(expression, "Load")
    }

    fn loads(&mut self, expressions: &[Expr]) -> Res<Value> {
        self.list(expressions, Self::load)
    }

    fn optional(&mut self, expression: Option<&Expr>) -> Res<Value> {
        expression.map_or(Ok(Value::NONE), |expression| self.load(expression))
    }

    /// An expression in a context. Left operands may be chained without end, so they are no recursion.
    fn expression(&mut self, expression: &Expr, context: &'static str) -> Res<Value> {
        let mut chain = Vec::from([expression]);
        while let Some(left) = chain.last().and_then(|link| link.left()) {
            chain.push(left);
        }
        let mut value = Value::NONE;
        while let Some(link) = chain.pop() {
            value = self.link(link, value, if chain.is_empty() { context } else { "Load" })?;
        }
        Ok(value)
    }

    /// An expression whose left operand, if it is a link of a chain, is `left` already.
    fn link(&mut self, expression: &Expr, left: Value, context: &'static str) -> Res<Value> {
        let span = Some(expression.span);
        match &expression.kind {
            ExprKind::Constant(constant) => {
                let kind = match constant {
                    Constant::Str { unicode_prefix: true, .. } => self.vm.intern("u"),
                    _ => Value::NONE,
                };
                let value = self.constant(constant);
                self.node("Constant", span, &[("value", value), ("kind", kind)])
            }
            ExprKind::Name(name) => {
                let fields = [("id", self.name(name)), ("ctx", self.mark(context)?)];
                self.node("Name", span, &fields)
            }
            ExprKind::Attribute(node) => {
                let fields = [("value", left), ("attr", self.name(&node.attr)), ("ctx", self.mark(context)?)];
                self.node("Attribute", span, &fields)
            }
            ExprKind::Subscript(node) => {
                let fields = [("value", left), ("slice", self.load(&node.index)?), ("ctx", self.mark(context)?)];
                self.node("Subscript", span, &fields)
            }
            ExprKind::Call(node) => {
                let fields = [("func", left), ("args", self.loads(&node.arguments)?), ("keywords", self.keywords(&node.keywords)?)];
                self.node("Call", span, &fields)
            }
            ExprKind::BinOp(node) => {
                let fields = [("left", left), ("op", self.mark(operator(node.op))?), ("right", self.load(&node.right)?)];
                self.node("BinOp", span, &fields)
            }
            ExprKind::UnaryOp(node) => {
                let name = match node.op {
                    UnaryOperator::Invert => "Invert",
                    UnaryOperator::Not => "Not",
                    UnaryOperator::Plus => "UAdd",
                    UnaryOperator::Minus => "USub",
                };
                let fields = [("op", self.mark(name)?), ("operand", self.load(&node.operand)?)];
                self.node("UnaryOp", span, &fields)
            }
            ExprKind::BoolOp(node) => {
                let name = match node.op {
                    BoolOperator::And => "And",
                    BoolOperator::Or => "Or",
                };
                let fields = [("op", self.mark(name)?), ("values", self.loads(&node.values)?)];
                self.node("BoolOp", span, &fields)
            }
            ExprKind::Compare(node) => {
                let fields = [
                    ("left", self.load(&node.left)?),
                    ("ops", self.list(&node.comparisons, |this, (op, _)| this.mark(comparison(*op)))?),
                    ("comparators", self.list(&node.comparisons, |this, (_, right)| this.load(right))?),
                ];
                self.node("Compare", span, &fields)
            }
            ExprKind::NamedExpr(node) => {
                let (id, store) = (self.name(&node.target), self.mark("Store")?);
                let fields = [("target", self.node("Name", Some(node.target_span), &[("id", id), ("ctx", store)])?), ("value", self.load(&node.value)?)];
                self.node("NamedExpr", span, &fields)
            }
            ExprKind::Lambda(node) => {
                let fields = [("args", self.parameters(&node.parameters)?), ("body", self.load(&node.body)?)];
                self.node("Lambda", span, &fields)
            }
            ExprKind::IfExp(node) => {
                let fields = [("test", self.load(&node.test)?), ("body", self.load(&node.body)?), ("orelse", self.load(&node.orelse)?)];
                self.node("IfExp", span, &fields)
            }
            ExprKind::Tuple(items) => self.sequence("Tuple", span, items, context),
            ExprKind::List(items) => self.sequence("List", span, items, context),
            ExprKind::Set(items) => {
                let items = self.loads(items)?;
                self.node("Set", span, &[("elts", items)])
            }
            ExprKind::Dict(items) => {
                let fields =
                    [("keys", self.list(items, |this, item| this.optional(item.key.as_ref()))?), ("values", self.list(items, |this, item| this.load(&item.value))?)];
                self.node("Dict", span, &fields)
            }
            ExprKind::ListComp(node) => self.comprehension("ListComp", span, node),
            ExprKind::SetComp(node) => self.comprehension("SetComp", span, node),
            ExprKind::GeneratorExp(node) => self.comprehension("GeneratorExp", span, node),
            ExprKind::DictComp(node) => {
                let fields = [("key", self.load(&node.key)?), ("value", self.load(&node.value)?), ("generators", self.generators(&node.generators)?)];
                self.node("DictComp", span, &fields)
            }
            ExprKind::Await(value) => {
                let value = self.load(value)?;
                self.node("Await", span, &[("value", value)])
            }
            ExprKind::Yield(value) => {
                let value = self.optional(value.as_deref())?;
                self.node("Yield", span, &[("value", value)])
            }
            ExprKind::YieldFrom(value) => {
                let value = self.load(value)?;
                self.node("YieldFrom", span, &[("value", value)])
            }
            ExprKind::JoinedStr(values) => {
                let values = self.loads(values)?;
                self.node("JoinedStr", span, &[("values", values)])
            }
            ExprKind::TemplateStr(values) => {
                let values = self.loads(values)?;
                self.node("TemplateStr", span, &[("values", values)])
            }
            ExprKind::FormattedValue(node) => {
                let fields =
                    [("value", self.load(&node.value)?), ("conversion", conversion(node.conversion)), ("format_spec", self.optional(node.format_spec.as_ref())?)];
                self.node("FormattedValue", span, &fields)
            }
            ExprKind::Interpolation(node) => {
                let fields = [
                    ("value", self.load(&node.value)?),
                    ("str", str::from_untrusted(self.vm, node.text.as_bytes())),
                    ("conversion", conversion(node.conversion)),
                    ("format_spec", self.optional(node.format_spec.as_ref())?),
                ];
                self.node("Interpolation", span, &fields)
            }
            ExprKind::Starred(value) => {
                let fields = [("value", self.expression(value, context)?), ("ctx", self.mark(context)?)];
                self.node("Starred", span, &fields)
            }
            ExprKind::Slice(node) => {
                let fields =
                    [("lower", self.optional(node.lower.as_ref())?), ("upper", self.optional(node.upper.as_ref())?), ("step", self.optional(node.step.as_ref())?)];
                self.node("Slice", span, &fields)
            }
        }
    }

    fn sequence(&mut self, class: &str, span: Option<Span>, items: &[Expr], context: &'static str) -> Res<Value> {
        let fields = [("elts", self.list(items, |this, item| this.expression(item, context))?), ("ctx", self.mark(context)?)];
        self.node(class, span, &fields)
    }

    fn comprehension(&mut self, class: &str, span: Option<Span>, node: &ElementComp) -> Res<Value> {
        let fields = [("elt", self.load(&node.element)?), ("generators", self.generators(&node.generators)?)];
        self.node(class, span, &fields)
    }

    fn generators(&mut self, generators: &[Comprehension]) -> Res<Value> {
        self.list(generators, |this, generator| {
            let fields = [
                ("target", this.expression(&generator.target, "Store")?),
                ("iter", this.load(&generator.iter)?),
                ("ifs", this.loads(&generator.conditions)?),
                ("is_async", Value::small_int(i64::from(generator.is_async))),
            ];
            this.node("comprehension", None, &fields)
        })
    }

    fn constant(&mut self, constant: &Constant) -> Value {
        match compile::literal(constant) {
            Some(constant) => self.vm.constant(&constant),
            None => Value::NONE,
        }
    }
}

/// The character's code; -1 for none.
fn conversion(conversion: Option<char>) -> Value {
    Value::small_int(conversion.map_or(-1, |character| i64::from(u32::from(character))))
}

fn operator(op: Operator) -> &'static str {
    match op {
        Operator::Add => "Add",
        Operator::Sub => "Sub",
        Operator::Mult => "Mult",
        Operator::MatMult => "MatMult",
        Operator::Div => "Div",
        Operator::Mod => "Mod",
        Operator::Pow => "Pow",
        Operator::LShift => "LShift",
        Operator::RShift => "RShift",
        Operator::BitOr => "BitOr",
        Operator::BitXor => "BitXor",
        Operator::BitAnd => "BitAnd",
        Operator::FloorDiv => "FloorDiv",
    }
}

fn comparison(op: CompareOperator) -> &'static str {
    match op {
        CompareOperator::Eq => "Eq",
        CompareOperator::NotEq => "NotEq",
        CompareOperator::Lt => "Lt",
        CompareOperator::LtE => "LtE",
        CompareOperator::Gt => "Gt",
        CompareOperator::GtE => "GtE",
        CompareOperator::Is => "Is",
        CompareOperator::IsNot => "IsNot",
        CompareOperator::In => "In",
        CompareOperator::NotIn => "NotIn",
    }
}
