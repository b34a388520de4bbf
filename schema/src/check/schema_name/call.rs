//! Names of function calls: scalar functions, aggregates, windows.

use crate::ast::{
    Expr, ExprKind, Frame, FrameBound, FrameUnit, Function, FunctionArg, Literal, OrderByExpr, Window,
    WindowRef,
};
use crate::dialect::FunctionKind;

use super::{Form, comma};
use crate::check::binder::Binder;
use crate::check::window::window_kind;

/// Calls that SQL has syntax of its own for: DataFusion plans them under these names, whatever was written.
const SPECIAL: &[(&str, &str)] =
    &[("substring", "substr"), ("substr", "substr"), ("position", "strpos"), ("trim", "btrim")];

impl<'a> Binder<'a> {
    pub(super) fn call_name(&mut self, function: &'a Function, form: Form, out: &mut String) {
        let name = self.function_name(function);
        let kinds = self.functions.kinds(&name);
        let scalar = kinds.contains(&FunctionKind::Scalar) || name == "make_map";
        if kinds.is_empty() && matches!(name.as_str(), "unnest" | "unnest_outer") {
            let args = self.args_name(function, form, ", ");
            let shown = if name == "unnest" || form == Form::Display { "UNNEST" } else { "UNNEST_OUTER" };
            out.push_str(&format!("{shown}({args})"));
            return;
        }
        if kinds.is_empty() && function.bare {
            let shown = self.column_name(&function.name, form);
            out.push_str(&shown);
            return;
        }
        let special = SPECIAL.iter().find(|(own, _)| *own == name).map(|(_, planned)| (*planned).to_owned());
        let canonical = match special {
            Some(planned) if scalar => planned,
            _ => {
                let canonical = self.functions.canonical(&name).to_owned();
                if canonical != name && form == Form::Schema {
                    let args = self.args_name(function, Form::Display, ",");
                    out.push_str(&format!("{name}({args})"));
                    return;
                }
                canonical
            }
        };
        if scalar {
            self.scalar_name(function, &canonical, form, out);
        } else if function.over.is_some() {
            self.window_name(function, &canonical, &kinds, form, out);
        } else {
            self.aggregate_name(function, &canonical, form, out);
        }
        if form == Form::Display && canonical != name && !SPECIAL.iter().any(|(own, _)| *own == name) {
            let args = self.args_name(function, Form::Display, ",");
            out.push_str(&format!(" AS {name}({args})"));
        }
    }

    /// Whether DataFusion plans an expression as one with an alias: a call by another of the function's names, `count(*)`.
    pub(in crate::check) fn has_own_alias(&self, expr: &Expr) -> bool {
        let ExprKind::Function(function) = &expr.kind else { return false };
        let name = self.function_name(function);
        let counts_rows = matches!(function.args[..], [] | [FunctionArg::Wildcard(_)]);
        let special = SPECIAL.iter().any(|(own, _)| *own == name);
        (name == "count" && counts_rows) || (!special && self.functions.canonical(&name) != name)
    }

    fn args_name(&mut self, function: &'a Function, form: Form, separator: &str) -> String {
        let names: Vec<String> = function.args.iter().map(|arg| self.arg_name(arg, form)).collect();
        names.join(separator)
    }

    fn arg_name(&mut self, arg: &'a FunctionArg, form: Form) -> String {
        match arg {
            FunctionArg::Expr(expr) | FunctionArg::Named(_, expr) => self.name_of(expr, form),
            FunctionArg::Wildcard(_) => "*".into(),
            FunctionArg::QualifiedWildcard(name) => format!("{}.*", self.fold_name(name).join(".")),
            FunctionArg::Query(query) => {
                self.subquery_names.get(&std::ptr::from_ref(&**query)).cloned().unwrap_or_default()
            }
        }
    }

    fn scalar_name(&mut self, function: &'a Function, name: &str, form: Form, out: &mut String) {
        let args: Vec<String> = function.args.iter().map(|arg| self.arg_name(arg, form)).collect();
        let name = match (name, form) {
            ("get_field", Form::Schema) if args.len() > 1 => {
                let fields: Vec<String> = function.args[1..].iter().map(|arg| self.field_name(arg)).collect();
                format!("{}[{}]", args[0], fields.join("]["))
            }
            ("array_element", Form::Schema) if args.len() == 2 => format!("{}[{}]", args[0], args[1]),
            ("array_slice", Form::Schema) if args.len() > 1 => {
                format!("{}[{}]", args[0], args[1..].join(":"))
            }
            ("make_map", _) => self.map_name(&args, form),
            ("map", _) if !self.two_lists(function) => self.map_name(&args, form),
            _ => format!("{name}({})", args.join(comma(form))),
        };
        out.push_str(&name);
    }

    fn field_name(&mut self, arg: &'a FunctionArg) -> String {
        match arg {
            FunctionArg::Expr(Expr {
                kind: ExprKind::Literal(Literal::String(text) | Literal::Number(text)),
                ..
            }) => text.clone(),
            arg => self.arg_name(arg, Form::Schema),
        }
    }

    /// Whether a call has two arguments, both lists.
    pub(in crate::check) fn two_lists(&mut self, function: &'a Function) -> bool {
        let is_list = |arg: &'a FunctionArg, binder: &mut Binder<'a>| match arg {
            FunctionArg::Expr(expr) => binder.quiet_list_depth(expr) > 0,
            _ => false,
        };
        function.args.len() == 2 && function.args.iter().all(|arg| is_list(arg, self))
    }

    fn map_name(&self, args: &[String], form: Form) -> String {
        let every =
            |from: usize| args.iter().skip(from).step_by(2).cloned().collect::<Vec<_>>().join(comma(form));
        format!("map(make_array({}){}make_array({}))", every(0), comma(form), every(1))
    }

    fn aggregate_name(&mut self, function: &'a Function, name: &str, form: Form, out: &mut String) {
        let mut args = self.args_name(function, form, comma(form));
        if form == Form::Display
            && name == "count"
            && matches!(function.args[..], [] | [FunctionArg::Wildcard(_)])
        {
            args = "Int64(1)".into();
        }
        let distinct = if function.distinct { "DISTINCT " } else { "" };
        out.push_str(&format!("{name}({distinct}{args})"));
        self.nulls_and_filter(function, out);
        let (word, sorts) = if function.within_group.is_empty() {
            ("ORDER BY", &function.order_by)
        } else {
            ("WITHIN GROUP", &function.within_group)
        };
        if !sorts.is_empty() {
            let sorts = self.sorts_name(sorts);
            out.push_str(&format!(" {word} [{sorts}]"));
        }
    }

    fn nulls_and_filter(&mut self, function: &'a Function, out: &mut String) {
        match function.ignore_nulls {
            Some(true) => out.push_str(" IGNORE NULLS"),
            Some(false) => out.push_str(" RESPECT NULLS"),
            None => {}
        }
        if let Some(filter) = &function.filter {
            let filter = self.name_of(filter, Form::Display);
            out.push_str(&format!(" FILTER (WHERE {filter})"));
        }
    }

    fn sorts_name(&mut self, sorts: &'a [OrderByExpr]) -> String {
        let mut names = Vec::new();
        for sort in sorts {
            let expr = self.name_of(&sort.expr, Form::Display);
            let direction = if sort.descending { "DESC" } else { "ASC" };
            // NULLs count as the largest values unless it is said otherwise.
            let nulls = if sort.nulls_first.unwrap_or(sort.descending) { "FIRST" } else { "LAST" };
            names.push(format!("{expr} {direction} NULLS {nulls}"));
        }
        names.join(", ")
    }

    fn window_name(
        &mut self,
        function: &'a Function,
        name: &str,
        kinds: &[FunctionKind],
        form: Form,
        out: &mut String,
    ) {
        let aggregate = window_kind(name, kinds) == Some(FunctionKind::Aggregate);
        let separator = if aggregate { ", " } else { comma(form) };
        let args = self.args_name(function, form, separator);
        let distinct = if function.distinct { "DISTINCT " } else { "" };
        out.push_str(&format!("{name}({distinct}{args})"));
        self.nulls_and_filter(function, out);
        let window = match &function.over {
            Some(WindowRef::Inline(window)) => Some(window),
            Some(WindowRef::Named(ident)) => {
                let reported = self.diagnostics.len();
                let window = self.named_window(ident);
                self.diagnostics.truncate(reported);
                window
            }
            None => None,
        };
        if let Some(window) = window {
            self.window_spec_name(window, form, out);
        }
    }

    fn window_spec_name(&mut self, window: &'a Window, form: Form, out: &mut String) {
        let literal = |expr: &&'a Expr| matches!(expr.kind, ExprKind::Literal(_) | ExprKind::Param(_));
        let partition: Vec<&'a Expr> = window.partition_by.iter().filter(|expr| !literal(expr)).collect();
        if !partition.is_empty() {
            let names = self.names_of(partition, form, ", ");
            out.push_str(&format!(" PARTITION BY [{names}]"));
        }
        if !window.order_by.is_empty() {
            let names = self.sorts_name(&window.order_by);
            out.push_str(&format!(" ORDER BY [{names}]"));
        }
        out.push(' ');
        out.push_str(&match &window.frame {
            Some(frame) => frame_name(frame),
            None if window.order_by.is_empty() => {
                "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING".to_owned()
            }
            None => "RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW".to_owned(),
        });
    }
}

fn frame_name(frame: &Frame) -> String {
    let unit = match frame.unit {
        FrameUnit::Rows => "ROWS",
        FrameUnit::Range => "RANGE",
        FrameUnit::Groups => "GROUPS",
    };
    let end = frame.end.as_ref().map_or("CURRENT ROW".to_owned(), bound_name);
    format!("{unit} BETWEEN {} AND {end}", bound_name(&frame.start))
}

fn bound_name(bound: &FrameBound) -> String {
    let amount = |expr: &Option<Box<Expr>>| match expr.as_ref().map(|expr| &expr.kind) {
        None => "UNBOUNDED".to_owned(),
        Some(ExprKind::Literal(Literal::Number(text) | Literal::String(text))) => text.clone(),
        Some(ExprKind::Interval { value, unit }) => match (&value.kind, unit) {
            (ExprKind::Literal(Literal::String(text) | Literal::Number(text)), Some(unit)) => {
                format!("{text} {unit}")
            }
            (ExprKind::Literal(Literal::String(text) | Literal::Number(text)), None) => text.clone(),
            _ => "interval".to_owned(),
        },
        Some(_) => "expression".to_owned(),
    };
    match bound {
        FrameBound::CurrentRow => "CURRENT ROW".to_owned(),
        FrameBound::Preceding(expr) => format!("{} PRECEDING", amount(expr)),
        FrameBound::Following(expr) => format!("{} FOLLOWING", amount(expr)),
    }
}
