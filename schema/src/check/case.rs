//! CASE: the type of its results, and what its conditions prove in the branches that follow them.

use crate::ast::{Expr, Span};
use crate::dialect::CommonPlace;

use super::binder::Binder;
use super::typed::{Key, Ty, Typed, Why};

impl<'a> Binder<'a> {
    pub(super) fn case(
        &mut self,
        operand: Option<&'a Expr>,
        branches: &'a [(Expr, Expr)],
        otherwise: Option<&'a Expr>,
        span: Span,
    ) -> Typed {
        let operand_typed = operand.map(|operand| (self.expr(operand), operand.span));
        let mut whens: Vec<(Typed, Span)> = Vec::new();
        let mut results: Vec<(Typed, Span)> = Vec::new();
        // What holds in every later branch, because an earlier condition was not TRUE.
        let mut lasting: Vec<Key> = Vec::new();
        for (when, then) in branches {
            let condition = self.expr(when);
            if operand.is_none() {
                self.condition(&condition, when.span);
            }
            let held = match operand {
                None => self.assume(condition.facts.when_true(), "its WHEN"),
                Some(_) => Vec::new(),
            };
            results.push((self.expr(then), then.span));
            self.forget(&held);
            // A condition that is never NULL was FALSE where it was not TRUE.
            if operand.is_none() && !condition.nullable {
                lasting.extend(self.assume(condition.facts.when_false(), "an earlier WHEN"));
            }
            whens.push((condition, when.span));
        }
        if let Some(otherwise) = otherwise {
            // Rules want ELSE before the THENs, as the engine's coercion has them.
            results.insert(0, (self.expr(otherwise), otherwise.span));
        }
        self.forget(&lasting);
        if let Some((typed, operand_span)) = &operand_typed {
            let mut all: Vec<(&Typed, Span)> = vec![(typed, *operand_span)];
            all.extend(whens.iter().map(|(typed, span)| (typed, *span)));
            self.unify(CommonPlace::CaseWhen, &all, "operand and WHENs of CASE", span);
        }
        let all: Vec<(&Typed, Span)> = results.iter().map(|(typed, span)| (typed, *span)).collect();
        let ty = self.unify(CommonPlace::CaseResult, &all, "results of CASE", span).unwrap_or(Ty::Error);
        let keys: Vec<Key> =
            operand_typed.iter().chain(&whens).chain(&results).map(|(typed, _)| typed.key).collect();
        let key = Key::node("case", &keys).with(branches.len() as u64).with(u64::from(otherwise.is_some()));
        let (nullable, why) = match results.iter().find(|(typed, _)| typed.nullable) {
            Some((typed, _)) => (true, typed.why.clone()),
            None if otherwise.is_none() => {
                (true, Why::Static("CASE without ELSE is NULL where no WHEN holds"))
            }
            None => (false, Why::Static("no result of the CASE is NULL")),
        };
        Typed::new(ty, nullable, why, key).facts(super::expr::only(key))
    }
}
