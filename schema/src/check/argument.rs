//! The arguments of calls: their order, names, lambdas and bare words.

use querent_types::SqlType;

use crate::ast::{Expr, ExprKind, FunctionArg, Ident, Literal, Span};
use crate::diagnostic::{Code, Diagnostic};

use crate::dialect::Habit;

use super::binder::Binder;
use super::typed::{Key, Ty, Typed, Why};

/// Functions whose first argument is a part of a date.
pub(super) const DATE_PART_FIRST: &[&str] = &["dateadd", "datediff", "timestampadd", "timestampdiff"];

/// The arguments of a call that were read.
pub(super) struct Arguments {
    pub(super) typed: Vec<Typed>,
    pub(super) spans: Vec<Span>,
    /// Whether `*` was among them.
    pub(super) star: Option<Span>,
    /// The places of lambdas.
    pub(super) lambdas: Vec<usize>,
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
    /// Reads the arguments of a call.
    pub(super) fn arguments(&mut self, args: &'a [FunctionArg], name: &str) -> Arguments {
        let mut read = Arguments { typed: Vec::new(), spans: Vec::new(), star: None, lambdas: Vec::new() };
        let mut lambdas = Vec::new();
        self.argument_order(args);
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
        self.by_name(args, name, &mut read);
        if let Some(star) = read.star
            && name != "count"
        {
            // Of a function that there is not, nothing is known.
            if !self.functions.kinds(name).is_empty() {
                self.error(Code::WrongArity, star, format!("{name} does not take `*`"));
            }
            read.typed.iter_mut().for_each(|typed| typed.ty = Ty::Error);
        }
        if !lambdas.is_empty() {
            for arg in args {
                if let FunctionArg::Expr(expr) = arg
                    && !matches!(expr.kind, ExprKind::Lambda { .. })
                {
                    self.typed_early(expr);
                }
            }
        }
        for (i, params, body) in lambdas {
            read.typed[i] = self.lambda(&read, params, body);
            read.lambdas.push(i);
        }
        read
    }

    /// Puts arguments that are given by name into their places.
    fn by_name(&mut self, args: &'a [FunctionArg], name: &str, read: &mut Arguments) {
        if !args.iter().any(|arg| matches!(arg, FunctionArg::Named(..)))
            || self.functions.kinds(name).is_empty()
        {
            return;
        }
        let Some(names) = self.functions.parameter_names(name) else { return };
        let mut placed = Vec::new();
        for (i, arg) in args.iter().enumerate() {
            let FunctionArg::Named(ident, _) = arg else {
                placed.push((i, i));
                continue;
            };
            let given = self.fold(ident);
            let Some(place) = names.iter().position(|own| *own == given) else {
                let (message, help) = if names.is_empty() {
                    (
                        format!("{name} takes no arguments by name"),
                        "fix this by leaving out the name".to_owned(),
                    )
                } else {
                    let message = format!("{name} has no parameter `{given}`");
                    (message, format!("its parameters are {}", names.join(", ")))
                };
                return self.report(Diagnostic::error(Code::Unsupported, ident.span, message).help(help));
            };
            if placed.iter().any(|(other, _)| *other == place) {
                return self.error(Code::Unsupported, ident.span, format!("{given} is given twice"));
            }
            placed.push((place, i));
        }
        placed.sort_unstable();
        read.typed = placed.iter().filter_map(|(_, from)| read.typed.get(*from).cloned()).collect();
        read.spans = placed.iter().filter_map(|(_, from)| read.spans.get(*from).copied()).collect();
    }

    /// Arguments without a name stand before those with one.
    fn argument_order(&mut self, args: &[FunctionArg]) {
        let named = args.iter().position(|arg| matches!(arg, FunctionArg::Named(..)));
        let late = args.iter().skip(named.unwrap_or(args.len())).find_map(|arg| match arg {
            FunctionArg::Expr(expr) => Some(expr.span),
            _ => None,
        });
        if let Some(span) = late {
            let diagnostic = Diagnostic::error(
                Code::Unsupported,
                span,
                "an argument without a name stands after one with a name",
            )
            .help("fix this by writing arguments without names first");
            self.report(diagnostic);
        }
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
}
