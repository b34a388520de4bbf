//! Casts, typed literals, and values of several parts: arrays, structs, maps.

use querent_types::{Field as Member, IntervalUnit, SqlType, TimeUnit};

use crate::ast::{Expr, ExprKind, Ident, Literal, Span, TypeName};
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::{CommonPlace, FunctionKind, TypeRules};

use super::binder::Binder;
use super::expr::{present, type_text};
use super::typed::{Key, Ty, Typed, Why};
use super::unknown_type::unknown_type;

impl<'a> Binder<'a> {
    pub(super) fn cast(&mut self, inner: &'a Expr, ty: &TypeName, try_: bool, span: Span) -> Typed {
        let typed = self.expr(inner);
        let key = Key::node(if try_ { "try_cast" } else { "cast" }, &[typed.key]).with_text(&type_text(ty));
        let Some(target) = self.type_name(ty) else {
            let ty = if self.dialect.rules.holds_anything(ty) { Ty::Opaque } else { self.unsaid() };
            return Typed::new(ty, true, typed.why, key);
        };
        self.want(&typed, &target, inner.span, "a cast");
        let decides =
            !matches!(inner.kind, ExprKind::Cast { .. } | ExprKind::Like { .. } | ExprKind::InList { .. });
        if decides && matches!(target, SqlType::Timestamp(TimeUnit::Nanosecond, _)) {
            self.typed_early(inner);
        }
        if let Some(from) = self.known(&typed.ty)
            && !self.is_clash(&typed.ty)
            && from != SqlType::Null
            && !self.dialect.rules.can_cast(&from, &target)
        {
            self.report(
                Diagnostic::error(Code::InvalidCast, span, format!("{from:#} cannot be cast to {target:#}"))
                    .related(inner.span, format!("this is {from:#}")),
            );
        }
        let unread = match &typed.literal {
            Some(Literal::String(text)) => self.dialect.rules.reads(text, &target) == Some(false),
            _ => false,
        };
        if unread || (!try_ && self.dialect.rules.folds_literals()) {
            self.check_literal(&typed, &target, inner.span);
        }
        let target = self.dialect.rules.cast(&self.operand(&typed), &target);
        let facts = present(&[&typed], key);
        let (nullable, why) = if try_ {
            (true, Why::Static("TRY_CAST gives NULL where the cast fails"))
        } else {
            (typed.nullable, typed.why)
        };
        Typed::new(Ty::Known(target), nullable, why, key).facts(facts)
    }

    /// The type of what a dialect refuses: an error, unless its rules know the server in part only.
    fn unsaid(&self) -> Ty {
        if self.dialect.rules.is_open() { Ty::Opaque } else { Ty::Error }
    }

    /// The type that a type name means; an error is reported, unless the dialect knows its types in part only.
    pub(super) fn type_name(&mut self, ty: &TypeName) -> Option<SqlType> {
        match self.dialect.rules.type_name(ty) {
            Ok(ty) => Some(ty),
            Err(_) if self.dialect.rules.is_open() || self.dialect.rules.holds_anything(ty) => None,
            Err(reason) => {
                self.report(unknown_type(self.dialect, ty, reason));
                None
            }
        }
    }

    pub(super) fn typed_string(&mut self, ty: &TypeName, text: &str) -> Typed {
        let key = Key::node("typed", &[]).with_text(&type_text(ty)).with_text(text);
        if let Some(own) = self.dialect.rules.typed_literal(ty) {
            return Typed::new(Ty::Known(own), false, Why::Static("a literal is never NULL"), key);
        }
        if let Ok(known) = self.dialect.rules.type_name(ty)
            && self.dialect.rules.reads(text, &known) == Some(false)
        {
            let message = format!("this text cannot be read as {known:#}");
            self.error(Code::InvalidLiteral, ty.span, message);
        }
        let span = ty.span;
        let ty = self.type_name(ty).map_or(self.unsaid(), Ty::Known);
        let typed = Typed::new(ty, false, Why::Static("a literal is never NULL"), key);
        if let Ty::Known(target) = &typed.ty {
            let literal = Some(Literal::String(text.to_owned()));
            self.check_folded(&Typed { literal, ..typed.clone() }, target, span);
        }
        typed
    }

    pub(super) fn interval(&mut self, value: &'a Expr, unit: Option<&str>, span: Span) -> Typed {
        let name = TypeName { name: "INTERVAL".into(), args: Vec::new(), elements: Vec::new(), span };
        let ty = self.dialect.rules.type_name(&name).unwrap_or(SqlType::Interval(IntervalUnit::MonthDayNano));
        let literal = match &value.kind {
            ExprKind::Literal(Literal::String(text) | Literal::Number(text)) => Some(text.clone()),
            ExprKind::Unary { expr, .. } | ExprKind::Binary { right: expr, .. } => {
                matches!(expr.kind, ExprKind::Literal(_)).then(|| format!("{:?}", value.kind))
            }
            _ => None,
        };
        let Some(text) = literal else {
            self.report(
                Diagnostic::error(
                    Code::Unsupported,
                    value.span,
                    "the amount of an INTERVAL must be a literal",
                )
                .help("fix this by multiplying an interval: `n * INTERVAL '1' DAY`"),
            );
            return Typed::error();
        };
        let key = Key::node("interval", &[]).with_text(&text).with_text(unit.unwrap_or_default());
        let plain = match &value.kind {
            ExprKind::Literal(Literal::String(text)) => Some(text),
            _ => None,
        };
        match self.dialect.rules.interval(plain.map_or("", |text| text), unit) {
            Some(Ok(ty)) if plain.is_some() => {
                return Typed::new(Ty::Known(ty), false, Why::Static("a literal is never NULL"), key);
            }
            Some(answer) => {
                let string = "the amount of an INTERVAL is a string: `INTERVAL '1' DAY`".to_owned();
                self.error(
                    Code::InvalidLiteral,
                    span,
                    answer.err().filter(|_| plain.is_some()).unwrap_or(string),
                );
                return Typed::error();
            }
            None => {}
        }
        if let ExprKind::Literal(Literal::String(text) | Literal::Number(text)) = &value.kind {
            let whole = unit.map_or_else(|| text.clone(), |unit| format!("{text} {unit}"));
            if !super::literal::is_interval(&whole) {
                self.report(
                    Diagnostic::error(Code::InvalidLiteral, value.span, format!("`{whole}` is no interval"))
                        .help("fix this by writing numbers with units: `INTERVAL '1 day 2 hours'`"),
                );
            }
        }
        Typed::new(Ty::Known(ty), false, Why::Static("a literal is never NULL"), key)
    }

    pub(super) fn at_time_zone(&mut self, inner: &'a Expr, zone: &'a Expr, span: Span) -> Typed {
        let (typed, zone_typed) = (self.expr(inner), self.expr(zone));
        let rules = self.dialect.rules;
        let operands = [(&typed, inner.span), (&zone_typed, zone.span)];
        let mut moved = self.apply("AT TIME ZONE", &operands, span, |operands| {
            rules.at_time_zone(&operands[0], &operands[1])
        });
        moved.facts = present(&[&typed], moved.key);
        moved
    }

    pub(super) fn extract(&mut self, field: &'a str, inner: &'a Expr, span: Span) -> Typed {
        let typed = self.expr(inner);
        let rules = self.dialect.rules;
        let mut extracted = self
            .apply("EXTRACT", &[(&typed, inner.span)], span, |operands| rules.extract(field, &operands[0]));
        extracted.key = extracted.key.with_text(field);
        extracted.facts = present(&[&typed], extracted.key);
        extracted
    }

    pub(super) fn subscript(&mut self, inner: &'a Expr, index: &'a Expr, span: Span) -> Typed {
        let (base, index_typed) = (self.expr(inner), self.expr(index));
        if !matches!(index.kind, ExprKind::Literal(Literal::String(_))) {
            self.typed_early(inner);
        }
        if let (Some(SqlType::Struct(_)), ExprKind::Literal(Literal::String(name))) =
            (self.known(&base.ty), &index.kind)
        {
            let ident = Ident { value: name.clone(), quoted: true, span: index.span };
            return self.struct_field(base, &ident);
        }
        let rules = self.dialect.rules;
        let operands = [(&base, inner.span), (&index_typed, index.span)];
        self.apply("[ ]", &operands, span, |operands| rules.subscript(&operands[0], &operands[1]))
    }

    pub(super) fn array(&mut self, items: &'a [Expr], span: Span) -> Typed {
        let items: Vec<&'a Expr> = items.iter().collect();
        self.list(&items, "an element of an array", span)
    }

    /// An array of expressions.
    fn list(&mut self, items: &[&'a Expr], what: &str, span: Span) -> Typed {
        let typed: Vec<Typed> = items.iter().map(|item| self.expr(item)).collect();
        let operands: Vec<(&Typed, Span)> =
            typed.iter().zip(items).map(|(typed, item)| (typed, item.span)).collect();
        let common = self.unify(CommonPlace::Array, &operands, what, span);
        if let Some(ty) = self.collection(common.iter(), |rules, types| rules.array(&types[0])) {
            let keys: Vec<Key> = typed.iter().map(|typed| typed.key).collect();
            return Typed::new(ty, false, Why::Static("an array is never NULL"), Key::node("array", &keys));
        }
        if self.dialect.rules.array(&SqlType::Null).is_some() {
            return Typed::error();
        }
        let functions = self.functions;
        let mut array = self.apply("make_array", &operands, span, |operands| {
            functions.resolve(FunctionKind::Scalar, "make_array", operands)
        });
        (array.nullable, array.why) = (false, Why::Static("an array is never NULL"));
        array
    }

    pub(super) fn structure(&mut self, items: Vec<(Option<&'a Ident>, &'a Expr)>) -> Typed {
        let mut members = Vec::new();
        let mut keys = Vec::new();
        let mut ty = None;
        for (i, (name, item)) in items.into_iter().enumerate() {
            let typed = self.expr(item);
            keys.push(typed.key);
            let name = name.map_or_else(|| format!("c{i}"), |name| name.value.clone());
            match self.known(&typed.ty) {
                Some(member) => members.push(Member::new(name, member, true)),
                None => ty = Some(if typed.ty == Ty::Opaque { Ty::Opaque } else { Ty::Error }),
            }
        }
        let ty = ty.unwrap_or(Ty::Known(SqlType::Struct(members)));
        Typed::new(ty, false, Why::Static("a struct is never NULL"), Key::node("struct", &keys))
    }

    /// `MAP {'a': 1}`, which is `map(make_array('a'), make_array(1))`.
    pub(super) fn map(&mut self, entries: &'a [(Expr, Expr)], span: Span) -> Typed {
        if self.dialect.rules.map(&SqlType::Null, &SqlType::Null).is_some() {
            return self.typed_map(entries, span);
        }
        let (keys, values): (Vec<&'a Expr>, Vec<&'a Expr>) =
            entries.iter().map(|(key, value)| (key, value)).unzip();
        self.map_of(&keys, &values, span)
    }

    /// `map(make_array(keys), make_array(values))`.
    pub(super) fn map_of(&mut self, keys: &[&'a Expr], values: &[&'a Expr], span: Span) -> Typed {
        let keys = self.list(keys, "a key of a map", span);
        let values = self.list(values, "a value of a map", span);
        let functions = self.functions;
        self.apply("map", &[(&keys, span), (&values, span)], span, |operands| {
            functions.resolve(FunctionKind::Scalar, "map", operands)
        })
    }

    /// A map whose keys have one type and whose values have one.
    fn typed_map(&mut self, entries: &'a [(Expr, Expr)], span: Span) -> Typed {
        let read = |binder: &mut Binder<'a>, expr: &'a Expr| (binder.expr(expr), expr.span);
        let typed: Vec<_> = entries.iter().map(|(key, value)| (read(self, key), read(self, value))).collect();
        let keys: Vec<(&Typed, Span)> = typed.iter().map(|(key, _)| (&key.0, key.1)).collect();
        let values: Vec<(&Typed, Span)> = typed.iter().map(|(_, value)| (&value.0, value.1)).collect();
        let key = self.unify(CommonPlace::Array, &keys, "a key of a map", span);
        let value = self.unify(CommonPlace::Array, &values, "a value of a map", span);
        let all: Vec<Key> = keys.iter().chain(&values).map(|(typed, _)| typed.key).collect();
        let why = Why::Static("a map is never NULL");
        let types = [key, value];
        let ty = self.collection(types.iter().flatten(), |rules, types| rules.map(&types[0], types.get(1)?));
        Typed::new(ty.unwrap_or(Ty::Error), false, why, Key::node("map", &all))
    }

    /// The type of an array or a map of elements of these types, where the dialect has a rule for it.
    fn collection<'t>(
        &self,
        elements: impl Iterator<Item = &'t Ty>,
        rule: fn(&dyn TypeRules, &[SqlType]) -> Option<SqlType>,
    ) -> Option<Ty> {
        let types: Vec<SqlType> = elements.filter_map(|ty| self.known(ty)).collect();
        if types.is_empty() { None } else { rule(self.dialect.rules, &types).map(Ty::Known) }
    }
}
