//! Function calls: scalar functions and aggregates. Windows are in `window`.

use querent_types::SqlType;

use crate::ast::{Expr, Function, FunctionArg, Name, Span, WindowRef};

use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::{FunctionKind, Habit, Operand, Refusal, Resolved};

use super::argument::{Arguments, DATE_PART_FIRST};
use super::binder::{Binder, Clause};
use super::expr::present;
use super::typed::{Facts, Key, Ty, Typed, Why};

/// Functions that give another value at each call, so that two calls are never one.
const VOLATILE: &[&str] = &["random", "uuid", "gen_random_uuid", "rand"];

/// Functions whose result has the type of their arguments, so that a parameter among them has that of the others.
pub(super) const SAME_TYPE: &[&str] = &[
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

/// Calls with words among their arguments, which the parser takes for functions where those are not there.
const FORMS: &[(&str, &str)] = &[
    ("cast", "CAST(value AS type)"),
    ("try_cast", "TRY_CAST(value AS type)"),
    ("extract", "EXTRACT(part FROM value)"),
    ("position", "POSITION(text IN value)"),
    ("overlay", "OVERLAY(value PLACING text FROM position)"),
];

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
        if function.over.is_some() && !scalar && !self.loses_window(function, &name, &kinds, span) {
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
        let whole = exprs.len() == function.args.len() && exprs.len().is_multiple_of(2);
        let whole = whole && (name == "make_map" || !exprs.is_empty());
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
        let (nullable, why) = match ty.is_null() {
            true => (true, Why::Static("it is NULL")),
            false => self.null_rule(resolved.nulls, &operands, name),
        };
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

    /// `unnest(list)` in a select list.
    fn unnest_call(&mut self, function: &'a Function, name: &str, span: Span) -> Typed {
        let args = self.arguments(&function.args, name);
        for arg in &function.args {
            if let FunctionArg::Expr(expr) = arg {
                self.typed_early(expr);
            }
        }
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
