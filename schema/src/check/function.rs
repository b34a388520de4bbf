//! Function calls: scalar functions and aggregates. Windows are in `window`.

use querent_types::SqlType;

use crate::ast::{Expr, ExprKind, Function, FunctionArg, Ident, Literal, Name, OrderByExpr, Span, WindowRef};
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::{FunctionKind, Habit, NullRule, Operand, Refusal, Resolved, Syntax};

use super::binder::{Binder, Clause};
use super::expr::{only, present};
use super::typed::{Facts, Key, Ty, Typed, Why};

/// Functions that give another value at each call, so that two calls are never one.
const VOLATILE: &[&str] = &["random", "uuid", "gen_random_uuid", "rand"];

/// Functions whose result has the type of their arguments, so that a parameter among them has that of the others.
const SAME_TYPE: &[&str] = &[
    "coalesce",
    "nullif",
    "ifnull",
    "nvl",
    "nvl2",
    "greatest",
    "least",
    "min",
    "max",
    "first_value",
    "last_value",
];

/// Functions whose first argument is a part of a date.
pub(super) const DATE_PART_FIRST: &[&str] = &["dateadd", "datediff", "timestampadd", "timestampdiff"];

/// Calls with words among their arguments, which the parser takes for functions where those are not there.
const FORMS: &[(&str, &str)] = &[
    ("cast", "CAST(value AS type)"),
    ("try_cast", "TRY_CAST(value AS type)"),
    ("extract", "EXTRACT(part FROM value)"),
    ("position", "POSITION(text IN value)"),
    ("overlay", "OVERLAY(value PLACING text FROM position)"),
];

/// The arguments of a call that were read.
pub(super) struct Arguments {
    pub(super) typed: Vec<Typed>,
    pub(super) spans: Vec<Span>,
    /// Whether `*` was among them.
    pub(super) star: Option<Span>,
    /// The places of lambdas.
    lambdas: Vec<usize>,
}

impl Arguments {
    /// The arguments as operands.
    pub(super) fn operands(&self) -> Vec<(&Typed, Span)> {
        self.typed.iter().zip(self.spans.iter().copied()).collect()
    }

    /// The identity of the call.
    pub(super) fn key(&self, name: &str) -> Key {
        let keys: Vec<Key> = self.typed.iter().map(|typed| typed.key).collect();
        Key::node("call", &keys).with_text(name).with(u64::from(self.star.is_some()))
    }
}

impl<'a> Binder<'a> {
    /// The name under which a call's function is looked up.
    pub(super) fn function_name(&self, function: &Function) -> String {
        let written = self.written_name(function);
        self.dialect.rules.canonical_function(&written).unwrap_or(written)
    }

    fn written_name(&self, function: &Function) -> String {
        let parts = &function.name.parts;
        match &parts[..] {
            [one] if one.quoted => one.value.clone(),
            [one] => one.value.to_lowercase(),
            _ => function.name.to_string(),
        }
    }

    pub(super) fn function(&mut self, function: &'a Function, span: Span) -> Typed {
        let name = self.function_name(function);
        let kinds = self.functions.kinds(&name);
        self.call_clauses(function);
        if kinds.is_empty() && matches!(name.as_str(), "unnest" | "unnest_outer") {
            return self.unnest_call(function, &name, span);
        }
        if let Some(map) = self.map_of_pairs(function, &name, span) {
            return map;
        }
        let scalar = kinds.contains(&FunctionKind::Scalar);
        if function.over.is_some() && !scalar {
            return self.window_call(function, &name, &kinds, span);
        }
        if scalar {
            return self.scalar_call(function, &name, span);
        }
        if kinds.contains(&FunctionKind::Aggregate) {
            return self.aggregate_call(function, &name, span);
        }
        if function.bare && kinds.is_empty() {
            return self.column(&function.name);
        }
        if let Some((_, form)) = FORMS.iter().find(|(form, _)| kinds.is_empty() && *form == name) {
            let message = format!("{} is not written like a function", name.to_uppercase());
            self.report(
                Diagnostic::error(Code::Syntax, function.name.span(), message)
                    .help(format!("fix this by writing `{form}`")),
            );
            return Typed::error();
        }
        self.inside_unknown(function, &name, span);
        if kinds.contains(&FunctionKind::Window) {
            self.report(
                Diagnostic::error(Code::MisplacedAggregate, span, format!("{name} is a window function"))
                    .help(format!("fix this by adding a window: `{name}(…) OVER (…)`")),
            );
        } else if kinds.contains(&FunctionKind::Table) {
            self.error(Code::Unsupported, span, format!("{name} gives rows and can stand in FROM only"));
        } else {
            self.unknown_function(&name, function.name.span());
        }
        Typed::error()
    }

    /// `make_map(k1, v1, k2, v2)`, and `map` of anything but two lists, which DataFusion plans the same.
    fn map_of_pairs(&mut self, function: &'a Function, name: &str, span: Span) -> Option<Typed> {
        if !self.functions.kinds("make_array").contains(&FunctionKind::Scalar) {
            return None;
        }
        let pairs = name == "make_map" || name == "map" && !self.two_lists(function);
        let expr = |arg: &'a FunctionArg| match arg {
            FunctionArg::Expr(expr) => Some(expr),
            _ => None,
        };
        let exprs: Vec<&'a Expr> = function.args.iter().filter_map(expr).collect();
        let whole = exprs.len() == function.args.len() && exprs.len().is_multiple_of(2) && !exprs.is_empty();
        if !pairs || !whole {
            return None;
        }
        let every = |from: usize| exprs.iter().skip(from).step_by(2).copied().collect::<Vec<_>>();
        Some(self.map_of(&every(0), &every(1), span))
    }

    /// Reads what stands in a call whose function is not known, which may be meant as an aggregate or as a window.
    pub(super) fn inside_unknown(&mut self, function: &'a Function, name: &str, span: Span) {
        let mark = self.level().ungrouped.len();
        let near = self.functions.suggest(name);
        let takes_part = near.first().filter(|near| DATE_PART_FIRST.contains(&near.as_str()));
        self.arguments(&function.args, takes_part.map_or(name, String::as_str));
        if let Some(filter) = &function.filter {
            self.predicate(filter, "FILTER");
        }
        for key in function.order_by.iter().chain(&function.within_group) {
            self.expr(&key.expr);
        }
        match &function.over {
            Some(WindowRef::Inline(window)) => {
                self.window(window, &mut Vec::new());
            }
            Some(WindowRef::Named(ident)) => {
                self.named_window(ident);
            }
            None => {}
        }
        let level = self.level();
        level.ungrouped.truncate(mark);
        if function.over.is_some() {
            level.window = level.window.or(Some(span));
        }
    }

    /// Reports clauses among a call's arguments where the dialect has none.
    fn call_clauses(&mut self, function: &'a Function) {
        if self.dialect.has(Habit::JsonClauses) {
            return;
        }
        if let Some(returning) = &function.returning {
            self.unsupported("RETURNING inside a function call", returning.span);
        }
        for clause in &function.other {
            self.unsupported(&format!("`{}` inside a function call", clause.name), clause.span);
        }
    }

    /// Reports a function that the dialect does not have.
    pub(super) fn unknown_function(&mut self, name: &str, span: Span) {
        let mut diagnostic =
            Diagnostic::error(Code::UnknownFunction, span, format!("there is no function `{name}`"));
        diagnostic.help = Some(match self.functions.suggest(name).first() {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("{} has none of a name like it; operators and CASE may do", self.dialect.name),
        });
        self.report(diagnostic);
    }

    /// Reads the arguments of a call.
    pub(super) fn arguments(&mut self, args: &'a [FunctionArg], name: &str) -> Arguments {
        let mut read = Arguments { typed: Vec::new(), spans: Vec::new(), star: None, lambdas: Vec::new() };
        let mut lambdas = Vec::new();
        for arg in args {
            if let (true, Some(word)) = (read.typed.is_empty(), self.date_part_word(arg, name)) {
                read.spans.push(word.1);
                read.typed.push(word.0);
                continue;
            }
            let (typed, span) = match arg {
                FunctionArg::Expr(expr) | FunctionArg::Named(_, expr) => match &expr.kind {
                    ExprKind::Lambda { params, body } => {
                        lambdas.push((read.typed.len(), &params[..], &**body));
                        (Typed::error(), expr.span)
                    }
                    _ => (self.argument(expr), expr.span),
                },
                FunctionArg::Query(query) => (self.scalar_subquery(query, query.span), query.span),
                FunctionArg::Wildcard(span) => {
                    read.star = Some(*span);
                    let ty = Ty::Known(SqlType::Int64);
                    (Typed::new(ty, false, Why::Static("a row is never NULL"), Key::leaf("*", 0)), *span)
                }
                FunctionArg::QualifiedWildcard(table) => {
                    let span = table.span();
                    read.star = Some(span);
                    let parts = self.fold_name(table);
                    let dialect = self.dialect;
                    if !self.level().relation.has_relation(dialect, &parts) {
                        self.error(Code::UnknownAlias, span, format!("there is no table `{table}` in FROM"));
                    }
                    let ty = Ty::Known(SqlType::Int64);
                    (Typed::new(ty, false, Why::Static("a row is never NULL"), Key::leaf("*", 1)), span)
                }
            };
            read.typed.push(typed);
            read.spans.push(span);
        }
        if let Some(star) = read.star
            && name != "count"
        {
            // Of a function that there is not, nothing is known.
            if !self.functions.kinds(name).is_empty() {
                self.error(Code::WrongArity, star, format!("{name} does not take `*`"));
            }
            read.typed.iter_mut().for_each(|typed| typed.ty = Ty::Error);
        }
        for (i, params, body) in lambdas {
            read.typed[i] = self.lambda(&read, params, body);
            read.lambdas.push(i);
        }
        read
    }

    /// `DAY` of `TIMESTAMPADD(DAY, …)`: a bare word that stands for a string.
    fn date_part_word(&self, arg: &FunctionArg, function: &str) -> Option<(Typed, Span)> {
        let FunctionArg::Expr(expr) = arg else { return None };
        let ExprKind::Column(name) = &expr.kind else { return None };
        let [word] = &name.parts[..] else { return None };
        let known = self.dialect.has(Habit::DatePartWords) && DATE_PART_FIRST.contains(&function);
        if !known || word.quoted {
            return None;
        }
        let ty = Ty::Known(self.dialect.rules.string());
        let key = Key::leaf("date part", 0).with_text(&word.value);
        let mut typed = Typed::new(ty, false, Why::Static("a literal is never NULL"), key);
        typed.literal = Some(Literal::String(word.value.clone()));
        Some((typed, expr.span))
    }

    /// Reads an argument. Where the engine folds a cast of a number, it is a literal to rules that ask for one.
    fn argument(&mut self, expr: &'a Expr) -> Typed {
        let mut typed = self.expr(expr);
        let folds = self.dialect.rules.folds_literals();
        if folds && typed.literal.is_none() && self.known(&typed.ty).is_some_and(|ty| ty.is_integer()) {
            typed.literal = self.cast_number(expr).cloned();
        }
        typed
    }

    /// The number inside of casts.
    fn cast_number<'e>(&self, expr: &'e Expr) -> Option<&'e Literal> {
        let mut inner = expr;
        loop {
            inner = match &inner.kind {
                ExprKind::Cast { expr, .. } => expr,
                ExprKind::Function(call) if self.function_name(call) == "arrow_cast" => {
                    match call.args.first() {
                        Some(FunctionArg::Expr(first)) => first,
                        _ => return None,
                    }
                }
                ExprKind::Literal(number @ Literal::Number(_)) => return Some(number),
                _ => return None,
            };
        }
    }

    /// Reads a lambda's body; its parameters are elements of the first list among the arguments.
    fn lambda(&mut self, args: &Arguments, params: &'a [Ident], body: &'a Expr) -> Typed {
        let element = args.typed.iter().find_map(|typed| match self.known(&typed.ty) {
            Some(SqlType::List(field, _) | SqlType::FixedSizeList(field, _)) => {
                Some(Ty::Known(field.ty.clone()))
            }
            _ => None,
        });
        let outside = self.lambdas.len();
        for (i, param) in params.iter().enumerate() {
            let ty = match (i, &element) {
                (0, Some(element)) => element.clone(),
                (0, None) => Ty::Error,
                _ => Ty::Opaque,
            };
            let (name, key) = (self.fold(param), self.fresh_key());
            self.lambdas.push((name, ty, key));
        }
        let typed = self.expr(body);
        self.lambdas.truncate(outside);
        typed
    }

    fn scalar_call(&mut self, function: &'a Function, name: &str, span: Span) -> Typed {
        let args = self.arguments(&function.args, name);
        let key = if VOLATILE.contains(&name) {
            self.fresh_key()
        } else {
            args.key(self.functions.canonical(name))
        };
        let Some(resolved) = self.resolve(FunctionKind::Scalar, name, &args, span) else {
            return Typed::new(Ty::Error, true, Why::Static("its type is not known"), key);
        };
        self.advise(self.functions.canonical(name), &args.operands(), span);
        let operands: Vec<&Typed> = args.typed.iter().collect();
        let mut ty = self.result_type(&resolved, &args.operands(), SAME_TYPE.contains(&name));
        if let Some(returning) = &function.returning {
            ty = self.type_name(returning).map_or(Ty::Error, Ty::Known);
        }
        let (nullable, why) = self.null_rule(resolved.nulls, &operands, name);
        let why = match why {
            Why::Static(_) if !nullable => {
                Why::Function(name.into(), "is not NULL where its arguments are not")
            }
            why => why,
        };
        let facts = self.call_facts(name, &operands, key);
        let carried = self.carried_by(name, &operands);
        Typed { carried, ..Typed::new(ty, nullable, why, key) }.facts(facts)
    }

    /// A name that is a call without parentheses.
    pub(super) fn bare_call(&mut self, name: &Name) -> Option<Typed> {
        let [only] = &name.parts[..] else { return None };
        let word = only.value.to_lowercase();
        if only.quoted || !self.dialect.reading.bare_functions.contains(&&*word) {
            return None;
        }
        let resolved = self.functions.resolve(FunctionKind::Scalar, &word, &[]).ok()?;
        let (nullable, why) = self.null_rule(resolved.nulls, &[], &word);
        let key = self.fresh_key();
        Some(Typed::new(resolved.ty.map_or(Ty::Opaque, Ty::Known), nullable, why, key))
    }

    /// What is there when a call's result is: the arguments whose NULL would have made it NULL.
    pub(super) fn call_facts(&self, name: &str, operands: &[&Typed], key: Key) -> Facts {
        let rejecting = operands.iter().enumerate().filter(|(i, _)| self.functions.rejects_null(name, *i));
        let rejecting: Vec<&Typed> = rejecting.map(|(_, typed)| *typed).collect();
        present(&rejecting, key)
    }

    /// Resolves a call, types the parameters among its arguments, and reports a refusal.
    pub(super) fn resolve(
        &mut self,
        kind: FunctionKind,
        name: &str,
        args: &Arguments,
        span: Span,
    ) -> Option<Resolved> {
        let functions = self.functions;
        self.check_lambdas(name, args)?;
        let what = format!("an argument of {name}");
        let rule = |operands: &[Operand]| functions.resolve(kind, name, operands);
        match self.ask(&args.operands(), &what, SAME_TYPE.contains(&name), rule)? {
            Ok(resolved) => {
                for ((typed, span), read_as) in args.operands().into_iter().zip(&resolved.operands) {
                    if let Some(ty) = read_as {
                        self.check_folded(typed, ty, span);
                    }
                }
                let operands: Vec<Operand> = args.typed.iter().map(|typed| self.operand(typed)).collect();
                if let Some((place, words)) = functions.refuses_literal(name, &operands) {
                    let span = args.spans.get(place).copied().unwrap_or(span);
                    self.error(Code::InvalidLiteral, span, format!("{name} takes {words} here"));
                }
                Some(resolved)
            }
            Err(refusal) => {
                self.refuse_call(name, refusal, args, span);
                None
            }
        }
    }

    /// Refuses a value where a lambda must be, and a lambda where a value must be.
    fn check_lambdas(&mut self, name: &str, args: &Arguments) -> Option<()> {
        if self.functions.is_open() || self.functions.kinds(name).is_empty() {
            return Some(());
        }
        let wanted = self.functions.lambda_place(name).filter(|place| *place < args.typed.len());
        if let Some(place) = wanted.filter(|place| !args.lambdas.contains(place)) {
            let message = format!("{name} takes a lambda here, such as `x -> x IS NOT NULL`");
            self.error(Code::TypeMismatch, args.spans[place], message);
            return None;
        }
        if let Some(surplus) = args.lambdas.iter().find(|place| wanted != Some(**place)) {
            let message = format!("{name} takes a value here, not a lambda");
            self.error(Code::TypeMismatch, args.spans[*surplus], message);
            return None;
        }
        Some(())
    }

    fn refuse_call(&mut self, name: &str, refusal: Refusal, args: &Arguments, span: Span) {
        self.refuse(name, refusal, &args.operands(), span);
    }

    /// Checks that an aggregate or window function may stand here.
    pub(super) fn placed(&mut self, name: &str, window: bool, span: Span) -> bool {
        let level = self.level();
        let clause = level.clause;
        let nested = level.aggregate_depth > 0 || (window && level.window_depth > 0);
        let allowed = if window { clause.allows_windows() } else { clause.allows_aggregates() };
        let kind = if window { "a window function" } else { "an aggregate" };
        if nested {
            let outer = if level.aggregate_depth > 0 { "an aggregate" } else { "a window function" };
            self.report(
                Diagnostic::error(
                    Code::MisplacedAggregate,
                    span,
                    format!("{name} is {kind} and cannot stand inside of {outer}"),
                )
                .help("fix this by computing the inner one in a subquery"),
            );
            return false;
        }
        if allowed {
            return true;
        }
        let mut diagnostic = Diagnostic::error(
            Code::MisplacedAggregate,
            span,
            format!("{name} is {kind} and cannot stand in {}", clause.name()),
        );
        diagnostic.help = match (window, clause) {
            (false, Clause::Where) => Some("fix this by using HAVING, which filters groups".into()),
            (true, Clause::Where | Clause::Having) => {
                Some("fix this by using QUALIFY, which filters windows".into())
            }
            _ => None,
        };
        self.report(diagnostic);
        false
    }

    fn aggregate_call(&mut self, function: &'a Function, name: &str, span: Span) -> Typed {
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
            if i == 0 && !function.within_group.is_empty() && !sorts {
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

    /// `unnest(list)` in a select list.
    fn unnest_call(&mut self, function: &'a Function, name: &str, span: Span) -> Typed {
        let args = self.arguments(&function.args, name);
        let [list] = &args.typed[..] else {
            self.error(
                Code::WrongArity,
                span,
                format!("{name} takes 1 argument, and {} are given", args.typed.len()),
            );
            return Typed::error();
        };
        let key = self.fresh_key();
        let (ty, nullable) = self.element(list, args.spans[0], name);
        let nullable = nullable || name == "unnest_outer";
        Typed::new(ty, nullable, Why::Static("an element of a list may be NULL"), key)
    }

    /// The type of a list's elements, and whether they may be NULL.
    pub(super) fn element(&mut self, list: &Typed, span: Span, what: &str) -> (Ty, bool) {
        match self.known(&list.ty) {
            Some(SqlType::List(field, _) | SqlType::FixedSizeList(field, _)) => {
                (Ty::Known(field.ty.clone()), field.nullable)
            }
            Some(ty @ SqlType::Struct(_)) => (Ty::Known(ty), list.nullable),
            Some(other) => {
                self.error(Code::TypeMismatch, span, format!("{what} takes a list, and this is {other:#}"));
                (Ty::Error, true)
            }
            None => (if list.ty == Ty::Opaque { Ty::Opaque } else { Ty::Error }, true),
        }
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
