//! Operators: arithmetic, comparisons and the logic of AND and OR; how values are brought to one type.
//!
//! Besides types, each says what it proves: `a = b` is NULL when `a` is, so a WHERE that holds it proves `a` not NULL.

use querent_types::SqlType;

use crate::ast::{BinaryOp, Span};
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::{CommonPlace, Habit, NullRule, Operand, Refusal};

use super::binder::Binder;
use super::expr::only;
use super::solve::is_comparison;
use super::typed::{Facts, Key, KeySet, Ty, Typed};

impl<'a> Binder<'a> {
    /// A binary operator over operands that were read.
    pub(super) fn binary(
        &mut self,
        op: &BinaryOp,
        op_span: Span,
        left: (Typed, Span),
        right: (Typed, Span),
    ) -> Typed {
        let ((left, left_span), (right, right_span)) = (left, right);
        let symbol = symbol(op);
        let key = Key::node(symbol, &[left.key, right.key]);
        let rules = self.dialect.rules;
        let operands = [(&left, left_span), (&right, right_span)];
        let logic = matches!(op, BinaryOp::And | BinaryOp::Or);
        if logic {
            for (typed, span) in operands {
                self.want(typed, &SqlType::Boolean, span, "an operand of AND or OR");
            }
        }
        let what = format!("an operand of `{symbol}`");
        let grouped = self.computed_after_groups(key);
        let answer = self.ask(&operands, &what, true, |operands| {
            let after = grouped.then(|| rules.after_groups(op, &operands[0], &operands[1])).flatten();
            after.unwrap_or_else(|| rules.binary(op, &operands[0], &operands[1]))
        });
        if is_comparison(op) {
            self.compared(&operands);
        }
        self.advise(symbol, &operands, op_span);
        let mut nulls = NullRule::Strict;
        let ty = match answer {
            None if logic => Ty::boolean(),
            None => Ty::Error,
            Some(Ok(resolved)) => {
                if self.level().in_set && matches!(op, BinaryOp::Plus | BinaryOp::Minus) {
                    self.dated(&left, &right, left_span.to(right_span));
                }
                nulls = resolved.nulls;
                for ((typed, span), read_as) in operands.iter().zip(&resolved.operands) {
                    if let Some(ty) = read_as {
                        self.check_literal(typed, ty, *span);
                    }
                }
                self.result_type(&resolved, &operands, true)
            }
            Some(Err(refusal)) => {
                self.refuse_operator(symbol, op_span, refusal, &operands);
                Ty::Error
            }
        };
        let (nullable, why) = self.null_rule(nulls, &[&left, &right], symbol);
        let facts = match op {
            BinaryOp::And => and(left.facts.clone(), right.facts.clone()),
            BinaryOp::Or => or(left.facts.clone(), right.facts.clone()),
            // What such a sign means on lists may be there although an operand is not: `[] @> NULL`.
            BinaryOp::Other(_) => only(key),
            _ if nulls == NullRule::Strict => {
                let mut present = left.facts.present.clone();
                present.extend(&right.facts.present);
                present.push(key);
                Facts { present, truth: None }
            }
            _ => only(key),
        };
        let carried = self.carried_by(symbol, &[&left, &right]);
        Typed { carried, ..Typed::new(ty, nullable, why, key) }.facts(facts)
    }

    /// Notes a date plus or minus a number in a key of grouping sets.
    fn dated(&mut self, left: &Typed, right: &Typed, span: Span) {
        let types = (self.known(&left.ty), self.known(&right.ty));
        let (Some(left), Some(right)) = types else { return };
        let is_date = |ty: &SqlType| matches!(ty, SqlType::Date32 | SqlType::Date64);
        let moves = |date: &SqlType, by: &SqlType| {
            is_date(date) && (by.is_integer() || *date == SqlType::Date64 && matches!(by, SqlType::Time(_)))
        };
        if moves(&left, &right) || moves(&right, &left) {
            self.level().forgotten = Some(span);
        }
    }

    /// Whether an expression is computed of the groups rather than in rows: outside of aggregates, and no key itself.
    fn computed_after_groups(&mut self, key: Key) -> bool {
        let level = self.level();
        let grouped = !level.keys.is_empty() || level.aggregate.is_some();
        let outside = level.aggregate_depth == 0 && level.clause.allows_aggregates();
        grouped && outside && !level.keys.contains_key(&key)
    }

    /// Reports that an operator does not take its operands.
    pub(super) fn refuse_operator(
        &mut self,
        symbol: &str,
        op_span: Span,
        refusal: Refusal,
        operands: &[(&Typed, Span)],
    ) {
        if self.dialect.rules.is_open() {
            return;
        }
        if self.is_opaque(symbol, &refusal, operands) {
            return;
        }
        let types: Vec<String> = operands.iter().map(|(typed, _)| self.type_shown(&typed.ty)).collect();
        let words = match refusal {
            Refusal::Types(words) | Refusal::Arity(words) => words,
            Refusal::UnknownFunction(_) => String::new(),
            Refusal::UnknownOperator => return self.unknown_operator(symbol, op_span),
        };
        let mut diagnostic = Diagnostic::error(
            Code::TypeMismatch,
            op_span,
            format!("`{symbol}` does not go with {}", types.join(" and ")),
        )
        .label(types.join(" and "));
        for ((_, span), ty) in operands.iter().zip(&types) {
            diagnostic = diagnostic.related(*span, format!("this is {ty}"));
        }
        if !words.is_empty() {
            diagnostic = diagnostic.note(words);
        }
        self.report(diagnostic.help("fix this by casting one of them: `CAST(… AS …)`"));
    }

    /// Reports an operator that the dialect does not have.
    fn unknown_operator(&mut self, symbol: &str, span: Span) {
        let meant = match symbol {
            ":=" | "===" => Some("="),
            "&&" => Some("AND"),
            _ => None,
        };
        let mut found =
            Diagnostic::error(Code::UnknownOperator, span, format!("there is no operator `{symbol}`"));
        found.help = meant.map(|meant| format!("did you mean `{meant}`?"));
        self.report(found);
    }

    /// Whether an operand is refused whose type is not known, which is no mistake of the statement; then that is reported.
    fn is_opaque(&mut self, what: &str, refusal: &Refusal, operands: &[(&Typed, Span)]) -> bool {
        let opaque = operands.iter().find(|(typed, _)| typed.ty == Ty::Opaque);
        let (Some((_, span)), Refusal::Types(_)) = (opaque, refusal) else { return false };
        let message = format!("the type of what {what} is given is not known");
        let help = "fix this by saying it: `CAST(… AS …)`";
        self.report(Diagnostic::error(Code::UnknownResult, *span, message).help(help));
        true
    }

    /// Reports that something does not take its operands.
    pub(super) fn refuse(&mut self, what: &str, refusal: Refusal, operands: &[(&Typed, Span)], span: Span) {
        if self.dialect.rules.is_open() {
            return;
        }
        if self.is_opaque(what, &refusal, operands) {
            return;
        }
        let types: Vec<String> = operands.iter().map(|(typed, _)| self.type_shown(&typed.ty)).collect();
        let diagnostic = match refusal {
            Refusal::Types(words) => {
                let mut diagnostic = Diagnostic::error(
                    Code::TypeMismatch,
                    span,
                    format!("{what} does not take {}", types.join(", ")),
                );
                for ((_, span), ty) in operands.iter().zip(&types) {
                    diagnostic = diagnostic.related(*span, format!("this is {ty}"));
                }
                let diagnostic = if words.is_empty() { diagnostic } else { diagnostic.note(words) };
                diagnostic.help("fix this by casting what is given: `CAST(… AS …)`")
            }
            Refusal::Arity(words) => Diagnostic::error(
                Code::WrongArity,
                span,
                format!(
                    "{what} takes {words} argument{}, and {} {} given",
                    if words == "1" { "" } else { "s" },
                    operands.len(),
                    if operands.len() == 1 { "is" } else { "are" }
                ),
            )
            .help(format!("fix this by giving it {words} argument{}", if words == "1" { "" } else { "s" })),
            Refusal::UnknownOperator => return self.unknown_operator(what, span),
            Refusal::UnknownFunction(near) => {
                let mut diagnostic =
                    Diagnostic::error(Code::UnknownFunction, span, format!("there is no function `{what}`"));
                diagnostic.help = near.first().map(|near| format!("did you mean `{near}`?"));
                diagnostic
            }
        };
        self.report(diagnostic);
    }

    /// A type as messages print it.
    pub(super) fn type_shown(&self, ty: &Ty) -> String {
        self.known(ty).map_or_else(|| "an unknown type".to_owned(), |ty| ty.sql_name())
    }

    /// Finds the one type of several values, and types the parameters among them. `None`: it is not known, and what
    /// there is to say was said.
    pub(super) fn unify(
        &mut self,
        place: CommonPlace,
        items: &[(&Typed, Span)],
        what: &str,
        span: Span,
    ) -> Option<Ty> {
        if items.iter().any(|(typed, _)| typed.ty == Ty::Error) {
            return None;
        }
        let fixed: Vec<Operand> = items
            .iter()
            .filter(|(typed, _)| !matches!(typed.ty, Ty::Param(_) | Ty::Opaque))
            .map(|(typed, _)| self.operand(typed))
            .collect();
        let rules = self.dialect.rules;
        let untyped = fixed.iter().all(|operand| operand.ty == Some(SqlType::Null));
        let opaque = items.iter().any(|(typed, _)| typed.ty == Ty::Opaque);
        let text = untyped && !opaque && self.dialect.has(Habit::UntypedIsText);
        let base = if text && matches!(place, CommonPlace::CaseResult | CommonPlace::Values) {
            Ok(rules.string())
        } else if fixed.is_empty() {
            Ok(SqlType::Null)
        } else {
            rules.common(place, &fixed)
        };
        let base = match base {
            Ok(base) => base,
            Err(_) if rules.is_open() => return Some(Ty::Opaque),
            Err(refusal) => {
                self.refuse_common(refusal, items, what, span);
                return None;
            }
        };
        for (typed, span) in items {
            self.check_literal(typed, &base, *span);
        }
        let params: Vec<(usize, Span)> = items
            .iter()
            .filter_map(
                |(typed, span)| if let Ty::Param(param) = typed.ty { Some((param, *span)) } else { None },
            )
            .collect();
        if base == SqlType::Null {
            for pair in params.windows(2) {
                self.params.link(pair[0].0, pair[1].0);
            }
        } else {
            let compared =
                matches!(place, CommonPlace::InList | CommonPlace::Between | CommonPlace::CaseWhen);
            let first =
                fixed.iter().filter_map(|operand| operand.ty.as_ref()).find(|ty| **ty != SqlType::Null);
            let wanted = match first {
                Some(first) if compared && self.dialect.has(Habit::ParamsAsFirst) => first,
                _ => &base,
            };
            for (param, span) in &params {
                self.params.want(*param, wanted, *span, what);
            }
        }
        if items.iter().any(|(typed, _)| typed.ty == Ty::Opaque) && base == SqlType::Null {
            return Some(Ty::Opaque);
        }
        let Some(&(first, _)) = params.first() else { return Some(Ty::Known(base)) };
        if params.iter().any(|(param, _)| self.params.get(*param).is_none()) {
            return Some(if base == SqlType::Null { Ty::Param(first) } else { Ty::Known(base) });
        }
        let all: Vec<Operand> = items.iter().map(|(typed, _)| self.operand(typed)).collect();
        match rules.common(place, &all) {
            Ok(ty) => Some(Ty::Known(ty)),
            Err(_) if rules.is_open() => Some(Ty::Opaque),
            Err(_) if params.iter().any(|(param, _)| self.params.clashes(*param)) => None,
            Err(refusal) => {
                self.refuse_common(refusal, items, what, span);
                None
            }
        }
    }

    fn refuse_common(&mut self, refusal: Refusal, items: &[(&Typed, Span)], what: &str, span: Span) {
        let mut shown: Vec<(String, Span)> = Vec::new();
        for (typed, span) in items {
            let ty = self.type_shown(&typed.ty);
            if !typed.ty.is_null() && shown.iter().all(|(other, _)| *other != ty) {
                shown.push((ty, *span));
            }
        }
        let names: Vec<&str> = shown.iter().map(|(ty, _)| ty.as_str()).collect();
        let message = format!("{} do not go together as {what}", names.join(" and "));
        let mut diagnostic = Diagnostic::error(Code::TypeMismatch, span, message);
        for (ty, span) in &shown {
            diagnostic = diagnostic.related(*span, format!("this is {ty}"));
        }
        if let Refusal::Types(words) = refusal
            && !words.is_empty()
        {
            diagnostic = diagnostic.note(words);
        }
        self.report(diagnostic.help("fix this by casting one of them: `CAST(… AS …)`"));
    }
}

fn and(left: Facts, right: Facts) -> Facts {
    let (left_true, left_false) = split(left);
    let (right_true, right_false) = split(right);
    let mut truth = left_true;
    truth.extend(right_true);
    Facts { present: Vec::new(), truth: Some(Box::new((truth, both(left_false, right_false)))) }
}

fn or(left: Facts, right: Facts) -> Facts {
    let (left_true, left_false) = split(left);
    let (right_true, right_false) = split(right);
    let mut falsity = left_false;
    falsity.extend(right_false);
    Facts { present: Vec::new(), truth: Some(Box::new((both(left_true, right_true), falsity))) }
}

fn split(facts: Facts) -> (Vec<Key>, Vec<Key>) {
    match facts.truth {
        Some(truth) => *truth,
        None => (facts.present.clone(), facts.present),
    }
}

fn both(a: Vec<Key>, b: Vec<Key>) -> Vec<Key> {
    if a.is_empty() || b.is_empty() {
        return Vec::new();
    }
    let (small, large) = if a.len() < b.len() { (a, b) } else { (b, a) };
    let set: KeySet = small.into_iter().collect();
    large.into_iter().filter(|key| set.contains(key)).collect()
}

/// An operator as DataFusion prints it.
pub(super) fn symbol(op: &BinaryOp) -> &str {
    match op {
        BinaryOp::And => "AND",
        BinaryOp::Or => "OR",
        BinaryOp::Xor => "XOR",
        BinaryOp::Eq => "=",
        BinaryOp::NotEq => "!=",
        BinaryOp::Lt => "<",
        BinaryOp::LtEq => "<=",
        BinaryOp::Gt => ">",
        BinaryOp::GtEq => ">=",
        BinaryOp::Spaceship => "IS NOT DISTINCT FROM",
        BinaryOp::Plus => "+",
        BinaryOp::Minus => "-",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
        BinaryOp::IntegerDivide => "DIV",
        BinaryOp::Modulo => "%",
        BinaryOp::Concat => "||",
        BinaryOp::BitAnd => "&",
        BinaryOp::BitOr => "|",
        BinaryOp::BitXor => "BIT_XOR",
        BinaryOp::ShiftLeft => "<<",
        BinaryOp::ShiftRight => ">>",
        BinaryOp::Regex { negated: false, case_insensitive: false } => "~",
        BinaryOp::Regex { negated: false, case_insensitive: true } => "~*",
        BinaryOp::Regex { negated: true, case_insensitive: false } => "!~",
        BinaryOp::Regex { negated: true, case_insensitive: true } => "!~*",
        BinaryOp::LikeMatch { negated: false, case_insensitive: false } => "~~",
        BinaryOp::LikeMatch { negated: false, case_insensitive: true } => "~~*",
        BinaryOp::LikeMatch { negated: true, case_insensitive: false } => "!~~",
        BinaryOp::LikeMatch { negated: true, case_insensitive: true } => "!~~*",
        BinaryOp::Other(text) => text,
    }
}
