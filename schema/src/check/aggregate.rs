//! Calls of aggregates: their clauses, and when they are NULL.

use crate::ast::{Function, OrderByExpr, Span};
use crate::diagnostic::Code;
use crate::dialect::{FunctionKind, Habit, NullRule, Syntax};

use super::argument::Arguments;
use super::binder::Binder;
use super::expr::only;
use super::function::SAME_TYPE;
use super::typed::{Key, Ty, Typed, Why};

impl<'a> Binder<'a> {
    pub(super) fn aggregate_call(&mut self, function: &'a Function, name: &str, span: Span) -> Typed {
        if !self.placed(name, false, span) {
            return Typed::error();
        }
        self.refuse_ordered(function, name, span);
        self.refuse_modifiers(function, name, span);
        self.level().aggregate = Some(span);
        self.level().aggregate_depth += 1;
        let mut args = self.arguments(&function.args, name);
        let order =
            if function.within_group.is_empty() { &function.order_by } else { &function.within_group };
        let mut keys = Vec::new();
        for (i, sort) in order.iter().enumerate() {
            let typed = self.expr(&sort.expr);
            keys.push(typed.key.with(sort_flags(sort)));
            let sorts = self.dialect.has(Habit::WithinGroupSorts);
            let sorted_set = !function.within_group.is_empty()
                || args.typed.len() == 1 && self.functions.sorts_its_argument(name);
            if i == 0 && sorted_set && !sorts {
                args.typed.insert(0, typed);
                args.spans.insert(0, sort.expr.span);
            }
        }
        if let Some(filter) = &function.filter {
            keys.push(self.predicate(filter, "FILTER").key);
        }
        self.level().aggregate_depth -= 1;
        let key = args
            .key(self.functions.canonical(name))
            .with(u64::from(function.distinct))
            .with(keys.len() as u64 * 2 + u64::from(function.filter.is_some()))
            .with_text(match function.ignore_nulls {
                Some(true) => "ignore",
                Some(false) => "respect",
                None => "",
            });
        let key = Key::node("aggregate", &[vec![key], keys].concat());
        let over_distinct = self.dialect.rules.over_distinct(name).filter(|_| function.distinct);
        let name = over_distinct.unwrap_or(name);
        let canonical = self.functions.canonical(name);
        if function.distinct && args.typed.len() > 1 && canonical == "count" {
            self.refused(Syntax::DistinctList, "DISTINCT over several arguments", span);
        }
        if canonical == "grouping" {
            self.grouping(&args);
        }
        let Some(resolved) = self.resolve(FunctionKind::Aggregate, name, &args, span) else {
            return Typed::new(Ty::Error, true, Why::Static("its type is not known"), key);
        };
        self.advise(canonical, &args.operands(), span);
        let ty = self.result_type(&resolved, &args.operands(), SAME_TYPE.contains(&name));
        let operands: Vec<&Typed> = args.typed.iter().collect();
        let (nullable, why) = match resolved.nulls {
            NullRule::EmptyOrNull | NullRule::Strict => {
                self.aggregate_null(name, function.filter.is_some(), &operands)
            }
            rule => self.null_rule(rule, &operands, name),
        };
        let mut typed = Typed::new(ty, nullable, why, key);
        if !self.distributed && matches!(name, "min" | "max") {
            typed.carried = args.typed.first().and_then(|arg| arg.carried.clone());
        }
        typed.facts(only(key))
    }

    /// Aggregates over the values of one column have no place for IGNORE NULLS, and WITHIN GROUP sorts by one key.
    fn refuse_modifiers(&mut self, function: &'a Function, name: &str, span: Span) {
        const OWN: [&str; 4] =
            ["median", "percentile_cont", "approx_percentile_cont", "approx_percentile_cont_with_weight"];
        let canonical = self.functions.canonical(name);
        if function.ignore_nulls.is_some() && OWN.contains(&canonical) {
            let what = format!("IGNORE NULLS or RESPECT NULLS of {name}");
            self.refused(Syntax::AggregateNulls, &what, span);
        }
        if let Some(second) = function.within_group.get(1) {
            self.refused(Syntax::WithinGroupList, "WITHIN GROUP by several keys", second.expr.span);
        }
    }

    /// The arguments of `grouping` are keys of GROUP BY.
    fn grouping(&mut self, args: &Arguments) {
        for (typed, span) in args.operands() {
            if !typed.is_error() && !self.level().keys.contains_key(&typed.key) {
                self.error(Code::MisplacedAggregate, span, "this argument of grouping is no key of GROUP BY");
            }
        }
    }

    /// Whether an aggregate that skips NULLs may be NULL.
    fn aggregate_null(&mut self, name: &str, filtered: bool, operands: &[&Typed]) -> (bool, Why) {
        if let Some(operand) = operands.iter().find(|operand| operand.nullable) {
            return (true, Why::text(format!("{name}() is NULL over NULLs alone, and {}", operand.why)));
        }
        if filtered {
            return (true, Why::Function(name.into(), "is NULL where its FILTER leaves no row"));
        }
        if self.level().grouped {
            return (false, Why::Function(name.into(), "of a group without NULLs is never NULL"));
        }
        (true, Why::Function(name.into(), "is NULL when there are no rows"))
    }
}

/// The direction of a sort key, as a number.
pub(super) fn sort_flags(sort: &OrderByExpr) -> u64 {
    let nulls = match sort.nulls_first {
        None => 0,
        Some(true) => 1,
        Some(false) => 2,
    };
    u64::from(sort.descending) * 3 + nulls
}
