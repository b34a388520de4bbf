//! Expressions: the dispatcher, literals, and the forms that need no file of their own.

use querent_types::SqlType;

use crate::ast::{BinaryOp, Expr, ExprKind, Literal, Span, TypeName, UnaryOp};
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::{FunctionKind, Habit, NullRule, Operand, Refusal, Resolved, Syntax};

use super::binder::{Binder, Clause, strict};
use super::typed::{Facts, Key, Ty, Typed, Why};

impl<'a> Binder<'a> {
    /// Reads an expression.
    pub(super) fn expr(&mut self, expr: &'a Expr) -> Typed {
        if let Some(typed) = self.row_comparison(expr) {
            return typed;
        }
        // A chain of operators is a tree that leans left: it is walked in a loop, for it may be very long.
        let mark = self.level().ungrouped.len();
        let mut spine = Vec::new();
        let mut leftmost = expr;
        while let ExprKind::Binary { left, op, op_span, right } = &leftmost.kind {
            spine.push((leftmost, op, *op_span, &**right));
            leftmost = left;
        }
        let mut typed = self.simple(leftmost);
        if !spine.is_empty() {
            typed = self.sent(leftmost, typed);
        }
        let mut typed = self.finish(typed, mark);
        let mut left_span = leftmost.span;
        for (node, op, op_span, right) in spine.into_iter().rev() {
            let right_typed = self.expr(right);
            if matches!(op, BinaryOp::Concat | BinaryOp::Other(_)) {
                self.typed_early(node);
            }
            typed = self.binary(op, op_span, (typed, left_span), (right_typed, right.span));
            typed = self.finish(typed, mark);
            left_span = node.span;
        }
        self.sent(expr, typed)
    }

    /// Applies what is known of the expression as a whole: that it is a grouping key, that it is proven not NULL.
    fn finish(&mut self, mut typed: Typed, mark: usize) -> Typed {
        let level = self.level();
        let set = if level.aggregate_depth == 0 { level.keys.get(&typed.key).copied() } else { None };
        if set.is_some() {
            level.ungrouped.truncate(mark);
            level.key_used |= level.clause != Clause::GroupBy;
        }
        let proven = self.facts.get(&typed.key).copied();
        if let Some(clause) = proven
            && typed.nullable
        {
            typed.nullable = false;
            typed.why = Why::Proven(clause);
        }
        if set == Some(true) && !matches!(proven, Some("HAVING" | "QUALIFY")) {
            typed.nullable = true;
            typed.why =
                Why::Static("it is a key of GROUPING SETS, ROLLUP or CUBE, which leave it out in some rows");
            typed.origin = None;
        }
        typed
    }

    fn simple(&mut self, expr: &'a Expr) -> Typed {
        match &expr.kind {
            ExprKind::Column(name) => self.column(name),
            ExprKind::Literal(literal) => self.literal(literal, expr.span),
            ExprKind::Param(param) => self.param(*param),
            ExprKind::Spread(param) => {
                self.report(
                    Diagnostic::error(
                        Code::MisplacedSpread,
                        expr.span,
                        "a spread stands outside of an IN list",
                    )
                    .help("fix this by writing `x IN (:list..)`"),
                );
                let _ = param;
                Typed::error()
            }
            ExprKind::Unary { op, expr: inner } => self.unary(*op, inner, expr.span),
            // `expr` has unrolled every binary operator.
            ExprKind::Binary { .. } => Typed::error(),
            ExprKind::Is { expr: inner, test, negated } => self.is(inner, *test, *negated),
            ExprKind::IsDistinctFrom { left, right, negated } => {
                self.distinct_from(left, right, *negated, expr.span)
            }
            ExprKind::InList { expr: inner, list, negated } => self.in_list(inner, list, *negated, expr.span),
            ExprKind::InSubquery { expr: inner, query, negated } => {
                self.in_subquery(inner, query, *negated, expr.span)
            }
            ExprKind::InUnnest { expr: inner, array, .. } => self.in_array(inner, array, expr.span),
            ExprKind::Between { expr: inner, low, high, negated } => {
                self.between(inner, low, high, *negated, expr.span)
            }
            ExprKind::Like { op, expr: inner, pattern, negated, .. } => {
                self.like(*op, inner, pattern, *negated, expr.span)
            }
            ExprKind::Quantified { left, op, array, .. } => self.quantified(left, op, array, expr.span),
            ExprKind::QuantifiedSubquery { left, op, query, .. } => {
                self.quantified_subquery(left, op, query, expr.span)
            }
            ExprKind::Case { operand, branches, otherwise } => {
                self.case(operand.as_deref(), branches, otherwise.as_deref(), expr.span)
            }
            ExprKind::Cast { expr: inner, ty, try_ } => self.cast(inner, ty, *try_, expr.span),
            ExprKind::TypedString { ty, text } => self.typed_string(ty, text),
            ExprKind::Interval { value, unit } => self.interval(value, unit.as_deref(), expr.span),
            ExprKind::AtTimeZone { expr: inner, zone } => self.at_time_zone(inner, zone, expr.span),
            ExprKind::Extract { field, expr: inner } => self.extract(field, inner, expr.span),
            ExprKind::Function(function) => self.function(function, expr.span),
            ExprKind::Exists { query, .. } => {
                self.predicate_place("EXISTS", expr.span);
                self.subquery(query);
                let key = self.fresh_key();
                Typed::flag("EXISTS is never NULL", key)
            }
            ExprKind::Subquery(query) => self.scalar_subquery(query, expr.span),
            ExprKind::Tuple(items) => self.structure(items.iter().map(|item| (None, item)).collect()),
            ExprKind::Array(items) => self.array(items, expr.span),
            ExprKind::Struct(items) => {
                self.structure(items.iter().map(|(name, item)| (name.as_ref(), item)).collect())
            }
            ExprKind::Map(entries) => self.map(entries, expr.span),
            ExprKind::Subscript { expr: inner, index } => self.subscript(inner, index, expr.span),
            ExprKind::Slice { expr: inner, from, to, step } => {
                let bounds: Vec<&'a Expr> =
                    [from, to, step].into_iter().flatten().map(|bound| &**bound).collect();
                let args: Vec<&'a Expr> = std::iter::once(&**inner).chain(bounds).collect();
                self.call("array_slice", &args, expr.span)
            }
            ExprKind::Field { expr: inner, field } => {
                let base = self.expr(inner);
                self.struct_field(base, field)
            }
            ExprKind::Collate { expr: inner, .. } => {
                let typed = self.expr(inner);
                if self.dialect.rules.refuses(Syntax::Collate) {
                    return self.unsupported("COLLATE", expr.span);
                }
                typed
            }
            ExprKind::GroupingSets(_) | ExprKind::Cube(_) | ExprKind::Rollup(_) => {
                self.error(Code::Unsupported, expr.span, "grouping sets can stand in GROUP BY only");
                Typed::error()
            }
            ExprKind::Lambda { .. } => {
                self.error(Code::Unsupported, expr.span, "a lambda can be an argument of a function only");
                Typed::error()
            }
            ExprKind::Other(what) => self.unsupported(what, expr.span),
        }
    }

    /// Reports syntax that no rule covers.
    pub(super) fn unsupported(&mut self, what: &str, span: Span) -> Typed {
        self.error(Code::Unsupported, span, format!("{what} is not supported by {}", self.dialect.name));
        Typed::error()
    }

    /// Reports a predicate over a subquery where the engine has none.
    pub(super) fn predicate_place(&mut self, what: &str, span: Span) {
        let clause = self.level().clause;
        let filter = matches!(clause, Clause::Where | Clause::On | Clause::Having | Clause::Qualify);
        let planned = self.explained && Syntax::SubqueryPredicate.is_planned();
        if !filter && !planned && self.dialect.rules.refuses(Syntax::SubqueryPredicate) {
            self.report(
                Diagnostic::error(
                    Code::Unsupported,
                    span,
                    format!("{what} over a subquery cannot stand in {}", clause.name()),
                )
                .note(format!("{} has it in WHERE, HAVING and ON only", self.dialect.name))
                .help("fix this by a scalar subquery: `(SELECT count(*) FROM …) > 0`"),
            );
        }
    }

    fn literal(&mut self, literal: &Literal, span: Span) -> Typed {
        let (ty, tag, text): (Ty, &str, &str) = match literal {
            Literal::Null => (Ty::Known(SqlType::Null), "null", ""),
            Literal::Boolean(true) => (Ty::boolean(), "true", ""),
            Literal::Boolean(false) => (Ty::boolean(), "false", ""),
            Literal::Number(text) => match self.dialect.rules.number(text) {
                Ok(ty) => (Ty::Known(ty), "number", text),
                Err(reason) => {
                    self.error(Code::InvalidLiteral, span, reason);
                    (Ty::Error, "number", text)
                }
            },
            Literal::NationalString(_) if self.dialect.rules.refuses(Syntax::PrefixedString) => {
                return self.unsupported("a string with a prefix before its quote", span);
            }
            Literal::String(text) | Literal::NationalString(text) => {
                (Ty::Known(self.dialect.rules.string()), "string", text)
            }
            Literal::Bytes(text) => {
                if !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                    self.refused(Syntax::OddBytes, "a byte string with other than hexadecimal digits", span);
                }
                (Ty::Known(self.dialect.rules.bytes()), "bytes", text)
            }
        };
        let null = *literal == Literal::Null;
        let why = Why::Static(if null { "it is NULL" } else { "a literal is never NULL" });
        let mut typed = Typed::new(ty, null, why, Key::node(tag, &[]).with_text(text));
        typed.literal = Some(literal.clone());
        typed
    }

    fn param(&mut self, param: usize) -> Typed {
        if self.dialect.has(Habit::UntypedParamsAreText) {
            self.params.want_weakly(param, &self.dialect.rules.string());
        }
        let nullable = !self.params.is_not_null(param);
        Typed::new(
            Ty::Param(param),
            nullable,
            Why::Static("a parameter may be NULL"),
            Key::leaf("param", param as u64),
        )
    }

    fn unary(&mut self, op: UnaryOp, inner: &'a Expr, span: Span) -> Typed {
        if op == UnaryOp::Minus
            && let Some(text) = bare_number(inner)
        {
            return self.literal(&Literal::Number(format!("-{text}")), span);
        }
        let typed = self.expr(inner);
        self.typed_early(inner);
        let symbol = match op {
            UnaryOp::Not => "NOT",
            UnaryOp::Minus => "-",
            UnaryOp::Plus => "+",
            UnaryOp::BitNot => "~",
        };
        let key = Key::node(symbol, &[typed.key]);
        let rules = self.dialect.rules;
        let operands = [(&typed, inner.span)];
        let answer = self.ask(&operands, symbol, false, |operands| rules.unary(op, &operands[0]));
        let ty = match answer {
            None => Ty::Error,
            Some(Ok(resolved)) => self.result_type(&resolved, &operands, true),
            Some(Err(refusal)) => {
                self.refuse(symbol, refusal, &operands, span);
                Ty::Error
            }
        };
        let facts = match op {
            UnaryOp::Not => Facts {
                present: typed.facts.present.clone(),
                truth: Some(Box::new((typed.facts.when_false().to_vec(), typed.facts.when_true().to_vec()))),
            },
            _ => present(&[&typed], key),
        };
        let (nullable, why) = strict(&[&typed]);
        Typed::new(ty, nullable, why, key).facts(facts)
    }

    /// Reads an expression that must be a truth value.
    pub(super) fn predicate(&mut self, expr: &'a Expr, place: &'static str) -> Typed {
        let typed = self.expr(expr);
        self.boolean(&typed, expr.span, place);
        typed
    }

    /// Requires a truth value.
    pub(super) fn boolean(&mut self, typed: &Typed, span: Span, place: &str) {
        self.want(typed, &SqlType::Boolean, span, &format!("a truth value in {place}"));
        let Some(ty) = self.known(&typed.ty) else { return };
        let plain = if let SqlType::Dictionary(_, value) = &ty { &**value } else { &ty };
        if matches!(plain, SqlType::Boolean | SqlType::Null) || self.is_clash(&typed.ty) {
            return;
        }
        let anything = self.dialect.has(Habit::TruthOfAnything);
        if anything && self.dialect.rules.can_cast(plain, &SqlType::Boolean) {
            return;
        }
        self.report(
            Diagnostic::error(
                Code::TypeMismatch,
                span,
                format!("{place} needs a truth value, and this is {ty:#}"),
            )
            .label(ty.sql_name())
            .help("fix this by comparing it with something"),
        );
    }

    /// Requires what can be cast to a truth value, as a WHEN is.
    pub(super) fn condition(&mut self, typed: &Typed, span: Span) {
        match self.known(&typed.ty) {
            Some(ty)
                if !self.dialect.has(Habit::StrictConditions)
                    && self.dialect.rules.can_cast(&ty, &SqlType::Boolean) =>
            {
                self.want(typed, &SqlType::Boolean, span, "a truth value in WHEN");
            }
            _ => self.boolean(typed, span, "WHEN"),
        }
    }

    /// Whether a type comes from a parameter whose uses clash, which is reported already.
    pub(super) fn is_clash(&self, ty: &Ty) -> bool {
        matches!(ty, Ty::Param(param) if self.params.clashes(*param))
    }

    /// Asks rules about operands that were read, reports a refusal, and gives the result.
    pub(super) fn apply(
        &mut self,
        what: &str,
        operands: &[(&Typed, Span)],
        span: Span,
        rule: impl Fn(&[Operand]) -> Result<Resolved, Refusal>,
    ) -> Typed {
        let keys: Vec<Key> = operands.iter().map(|(typed, _)| typed.key).collect();
        let key = Key::node(what, &keys);
        let typed: Vec<&Typed> = operands.iter().map(|(typed, _)| *typed).collect();
        match self.ask(operands, what, false, rule) {
            None => Typed::new(Ty::Error, true, Why::Static("its type is not known"), key),
            Some(Ok(resolved)) => {
                let ty = self.result_type(&resolved, operands, false);
                let (nullable, why) = self.null_rule(resolved.nulls, &typed, what);
                Typed::new(ty, nullable, why, key).facts(only(key))
            }
            Some(Err(refusal)) => {
                self.refuse(what, refusal, operands, span);
                Typed::new(Ty::Error, true, Why::Static("its type is not known"), key)
            }
        }
    }

    /// Calls a scalar function under a fixed name, for syntax that means a call.
    pub(super) fn call(&mut self, name: &'static str, args: &[&'a Expr], span: Span) -> Typed {
        let typed: Vec<Typed> = args.iter().map(|arg| self.expr(arg)).collect();
        let operands: Vec<(&Typed, Span)> =
            typed.iter().zip(args).map(|(typed, arg)| (typed, arg.span)).collect();
        let functions = self.functions;
        let mut result = self
            .apply(name, &operands, span, |operands| functions.resolve(FunctionKind::Scalar, name, operands));
        if !result.is_error() {
            let typed: Vec<&Typed> = typed.iter().collect();
            result.facts = self.call_facts(name, &typed, result.key);
        }
        result
    }

    /// Whether a result may be NULL, by a rule over its operands.
    pub(super) fn null_rule(&self, rule: NullRule, operands: &[&Typed], what: &str) -> (bool, Why) {
        let name = |how| Why::Function(what.into(), how);
        match rule {
            NullRule::Strict => strict(operands),
            NullRule::Never => (false, name("is never NULL")),
            NullRule::Always => (true, name("may give NULL")),
            NullRule::AllOperands => match operands.iter().find(|typed| !typed.nullable) {
                Some(_) => (false, name("has an argument that is never NULL")),
                None => (true, name("is NULL when all of its arguments are")),
            },
            NullRule::First => match operands.first() {
                Some(first) => (first.nullable, first.why.clone()),
                None => (true, name("may give NULL")),
            },
            NullRule::EmptyOrNull => (true, name("is NULL where there are no values")),
        }
    }
}

/// The text of a number without brackets around it: a minus sign before it belongs to it.
pub(super) fn bare_number(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Literal(Literal::Number(text))
            if (expr.span.end - expr.span.start) as usize == text.len() =>
        {
            Some(text)
        }
        _ => None,
    }
}

/// The facts of an expression that is NULL whenever an operand is.
pub(super) fn present(operands: &[&Typed], key: Key) -> Facts {
    let mut present: Vec<Key> =
        operands.iter().flat_map(|typed| typed.facts.present.iter().copied()).collect();
    present.push(key);
    Facts { present, truth: None }
}

/// The facts of an expression of which nothing else is known.
pub(super) fn only(key: Key) -> Facts {
    Facts { present: vec![key], truth: None }
}

/// A type name as text, to tell casts apart.
pub(super) fn type_text(ty: &TypeName) -> String {
    let mut text = format!("{}({})", ty.name, ty.args.join(","));
    for (name, element) in &ty.elements {
        text.push_str(name.as_ref().map_or("", |name| &name.value));
        text.push_str(&type_text(element));
    }
    text
}
