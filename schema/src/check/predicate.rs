//! Predicates: IS, IN, BETWEEN, LIKE, and comparisons with the elements of an array.
//!
//! Besides its type, each says what it proves: `x IN (1, 2)` is TRUE only where `x` is not NULL.

use querent_types::SqlType;

use crate::ast::{BinaryOp, Expr, ExprKind, IsTest, LikeOp, Literal, Span};
use crate::diagnostic::Code;
use crate::dialect::{CommonPlace, Habit};

use super::binder::{Binder, strict};
use super::expr::{only, present};
use super::operator::symbol;
use super::typed::{Facts, Key, Ty, Typed, Why};

impl<'a> Binder<'a> {
    pub(super) fn is(&mut self, inner: &'a Expr, test: IsTest, negated: bool) -> Typed {
        let typed = self.expr(inner);
        if let (IsTest::Null, Ty::Param(param)) = (test, &typed.ty)
            && self.dialect.has(Habit::NullTestsAreText)
        {
            self.params.want_weakly(*param, &self.dialect.rules.string());
        }
        if !matches!(test, IsTest::Null | IsTest::Json) {
            self.boolean(&typed, inner.span, "IS TRUE, FALSE or UNKNOWN");
        }
        let key = Key::node("is", &[typed.key]).with(test as u64).with(u64::from(negated));
        let facts = &typed.facts;
        let (yes, no) = match test {
            IsTest::Null | IsTest::Unknown => (Vec::new(), facts.present.clone()),
            IsTest::True => (facts.when_true().to_vec(), Vec::new()),
            IsTest::False => (facts.when_false().to_vec(), Vec::new()),
            IsTest::Json => (facts.present.clone(), Vec::new()),
        };
        let truth = if negated { (no, yes) } else { (yes, no) };
        let facts = Facts { present: Vec::new(), truth: Some(Box::new(truth)) };
        Typed::flag("IS is never NULL", key).facts(facts)
    }

    pub(super) fn distinct_from(
        &mut self,
        left: &'a Expr,
        right: &'a Expr,
        negated: bool,
        span: Span,
    ) -> Typed {
        let (a, b) = (self.expr(left), self.expr(right));
        let rules = self.dialect.rules;
        let operands = [(&a, left.span), (&b, right.span)];
        let answer = self.ask(&operands, "IS DISTINCT FROM", true, |operands| {
            rules.binary(&BinaryOp::Eq, &operands[0], &operands[1])
        });
        if let Some(Err(refusal)) = answer {
            self.refuse_operator("IS DISTINCT FROM", span, refusal, &operands);
        }
        let mut same = Vec::new();
        if !b.nullable {
            same.extend(&a.facts.present);
        }
        if !a.nullable {
            same.extend(&b.facts.present);
        }
        let mut differ = Vec::new();
        if b.ty.is_null() {
            differ.extend(&a.facts.present);
        }
        if a.ty.is_null() {
            differ.extend(&b.facts.present);
        }
        let truth = if negated { (same, differ) } else { (differ, same) };
        let key = Key::node("distinct", &[a.key, b.key]).with(u64::from(negated));
        let facts = Facts { present: Vec::new(), truth: Some(Box::new(truth)) };
        Typed::flag("IS DISTINCT FROM is never NULL", key).facts(facts)
    }

    pub(super) fn in_list(&mut self, inner: &'a Expr, list: &'a [Expr], negated: bool, span: Span) -> Typed {
        if let Some(typed) = self.row_in_list(inner, list, span) {
            return typed;
        }
        let typed = self.expr(inner);
        let mut spread = false;
        let mut items = Vec::with_capacity(list.len());
        for item in list {
            items.push(match &item.kind {
                ExprKind::Spread(param) => {
                    spread = true;
                    Typed::new(
                        Ty::Param(*param),
                        true,
                        Why::Static("an element of the list may be NULL"),
                        Key::leaf("param", *param as u64),
                    )
                }
                _ => self.expr(item),
            });
        }
        let mut all: Vec<(&Typed, Span)> = vec![(&typed, inner.span)];
        all.extend(items.iter().zip(list).map(|(typed, item)| (typed, item.span)));
        self.unify(CommonPlace::InList, &all, "operand and elements of IN", span);
        self.compared(&all);
        self.advise("IN", &all, span);
        let keys: Vec<Key> = all.iter().map(|(typed, _)| typed.key).collect();
        let key = Key::node("in", &keys).with(u64::from(negated));
        // An empty list is FALSE, and TRUE when negated, even where the operand is NULL.
        let proven = if spread { Vec::new() } else { typed.facts.present.clone() };
        let (yes, no) = (typed.facts.present.clone(), proven.clone());
        let truth = if negated { (no, yes) } else { (yes, no) };
        let operands: Vec<&Typed> = std::iter::once(&typed).chain(&items).collect();
        let (nullable, why) = strict(&operands);
        Typed::new(Ty::boolean(), nullable, why, key)
            .facts(Facts { present: proven, truth: Some(Box::new(truth)) })
    }

    pub(super) fn in_array(&mut self, inner: &'a Expr, array: &'a Expr, span: Span) -> Typed {
        let (typed, list) = (self.expr(inner), self.expr(array));
        self.element_operator(&BinaryOp::Eq, (&typed, inner.span), (&list, array.span), span)
    }

    pub(super) fn quantified(&mut self, left: &'a Expr, op: &BinaryOp, array: &'a Expr, span: Span) -> Typed {
        let (typed, list) = (self.expr(left), self.expr(array));
        self.element_operator(op, (&typed, left.span), (&list, array.span), span)
    }

    /// A comparison with the elements of an array.
    fn element_operator(
        &mut self,
        op: &BinaryOp,
        left: (&Typed, Span),
        array: (&Typed, Span),
        span: Span,
    ) -> Typed {
        let key = Key::node("any", &[left.0.key, array.0.key]).with_text(symbol(op));
        let why = Why::Static("a comparison with the elements of an array may be NULL");
        let answer = Typed::new(Ty::boolean(), true, why, key).facts(only(key));
        let element = match self.known(&array.0.ty) {
            Some(SqlType::List(field, _) | SqlType::FixedSizeList(field, _)) => field.ty.clone(),
            Some(SqlType::Null) => SqlType::Null,
            Some(other) => {
                self.error(
                    Code::TypeMismatch,
                    array.1,
                    format!("ANY and ALL need a subquery or an array, and this is {other:#}"),
                );
                return answer;
            }
            None => {
                if let (Ty::Param(param), Some(ty)) = (&array.0.ty, self.known(&left.0.ty)) {
                    self.params.want(*param, &SqlType::list(ty), array.1, "an array of ANY or ALL");
                }
                return answer;
            }
        };
        let element = Typed::new(Ty::Known(element), true, Why::Static("an element may be NULL"), key);
        let rules = self.dialect.rules;
        let operands = [left, (&element, array.1)];
        let result = self.ask(&operands, "a comparison with an array's elements", false, |operands| {
            rules.binary(op, &operands[0], &operands[1])
        });
        if let Some(Err(refusal)) = result {
            self.refuse_operator(symbol(op), span, refusal, &operands);
        }
        answer
    }

    pub(super) fn between(
        &mut self,
        inner: &'a Expr,
        low: &'a Expr,
        high: &'a Expr,
        negated: bool,
        span: Span,
    ) -> Typed {
        let typed = [self.expr(inner), self.expr(low), self.expr(high)];
        let [value, from, to] = &typed;
        let operands = [(value, inner.span), (from, low.span), (to, high.span)];
        self.unify(CommonPlace::Between, &operands, "operands of BETWEEN", span);
        self.compared(&operands);
        self.advise("BETWEEN", &operands, span);
        let keys: Vec<Key> = typed.iter().map(|typed| typed.key).collect();
        let key = Key::node("between", &keys).with(u64::from(negated));
        let all = present(&[value, from, to], key).present;
        let one = value.facts.present.clone();
        let truth = if negated { (one.clone(), all) } else { (all, one.clone()) };
        let (nullable, why) = strict(&[value, from, to]);
        Typed::new(Ty::boolean(), nullable, why, key)
            .facts(Facts { present: one, truth: Some(Box::new(truth)) })
    }

    pub(super) fn like(
        &mut self,
        op: LikeOp,
        inner: &'a Expr,
        pattern: &'a Expr,
        negated: bool,
        span: Span,
    ) -> Typed {
        let (value, pattern_typed) = (self.expr(inner), self.expr(pattern));
        let name = match op {
            LikeOp::Like => "LIKE",
            LikeOp::ILike => "ILIKE",
            LikeOp::SimilarTo => "SIMILAR TO",
            LikeOp::RLike => "RLIKE",
        };
        let rules = self.dialect.rules;
        let operands = [(&value, inner.span), (&pattern_typed, pattern.span)];
        let what = format!("an operand of {name}");
        self.compared(&operands);
        let answer = self.ask(&operands, &what, true, |operands| rules.like(op, &operands[0], &operands[1]));
        if let Some(Err(refusal)) = answer {
            self.refuse_operator(name, span, refusal, &operands);
        }
        let key = Key::node(name, &[value.key, pattern_typed.key]).with(u64::from(negated));
        let (nullable, why) = strict(&[&value, &pattern_typed]);
        let any = matches!(&pattern.kind, ExprKind::Literal(Literal::String(text)) if text.chars().all(|c| c == '%'));
        let rejecting: &[&Typed] = match any && self.dialect.has(Habit::AnyPatternIsPresence) {
            true => &[&pattern_typed],
            false => &[&value, &pattern_typed],
        };
        Typed::new(Ty::boolean(), nullable, why, key).facts(present(rejecting, key))
    }
}
