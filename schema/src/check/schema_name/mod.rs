//! The name that DataFusion gives a column without an alias: `Expr::schema_name` of datafusion-expr 55.
//!
//! It is made of the bound expression: columns are qualified, literals carry their types, casts are left out, operators
//! print without brackets. In a few places (sort keys and FILTER inside of a name, arguments of a function that was
//! called by another of its names) DataFusion prints the expression by its other form, `Display`, with casts and
//! brackets; [`Form`] tells the two apart.

mod call;
mod literal;

pub(super) use literal::split_units as interval_words;

use crate::ast::{BinaryOp, Expr, ExprKind, IsTest, LikeOp, Literal, Name, UnaryOp};

use super::binder::Binder;
use super::column::Meaning;
use super::operator::symbol;

/// The two ways in which DataFusion prints an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `Expr::schema_name`.
    Schema,
    /// `impl Display for Expr`.
    Display,
}

impl<'a> Binder<'a> {
    /// The name of the column that an expression without an alias gives.
    pub(super) fn schema_name(&mut self, expr: &'a Expr) -> String {
        let mut out = String::new();
        self.write_name(expr, Form::Schema, &mut out);
        out
    }

    fn name_of(&mut self, expr: &'a Expr, form: Form) -> String {
        let mut out = String::new();
        self.write_name(expr, form, &mut out);
        out
    }

    fn names_of(&mut self, exprs: impl IntoIterator<Item = &'a Expr>, form: Form, separator: &str) -> String {
        let names: Vec<String> = exprs.into_iter().map(|expr| self.name_of(expr, form)).collect();
        names.join(separator)
    }

    fn write_name(&mut self, expr: &'a Expr, form: Form, out: &mut String) {
        match &expr.kind {
            ExprKind::Column(name) => out.push_str(&self.column_name(name, form)),
            ExprKind::Literal(literal) => out.push_str(&literal::scalar(literal)),
            ExprKind::Param(param) | ExprKind::Spread(param) => out.push_str(&format!("${}", param + 1)),
            ExprKind::Unary { op, expr: inner } => self.unary_name(*op, inner, form, out),
            ExprKind::Binary { .. } => self.binary_name(expr, form, out),
            ExprKind::Is { expr: inner, test, negated } => {
                self.write_name(inner, form, out);
                out.push_str(if *negated { " IS NOT " } else { " IS " });
                out.push_str(match test {
                    IsTest::Null => "NULL",
                    IsTest::True => "TRUE",
                    IsTest::False => "FALSE",
                    IsTest::Unknown => "UNKNOWN",
                    IsTest::Json => "JSON",
                });
            }
            ExprKind::IsDistinctFrom { left, right, negated } => {
                self.write_name(left, form, out);
                out.push_str(if *negated { " IS NOT DISTINCT FROM " } else { " IS DISTINCT FROM " });
                self.write_name(right, form, out);
            }
            ExprKind::InList { expr: inner, list, negated } => {
                self.write_name(inner, form, out);
                let items = self.names_of(list, form, ", ");
                out.push_str(if *negated { " NOT IN " } else { " IN " });
                out.push_str(&if form == Form::Schema { items } else { format!("([{items}])") });
            }
            ExprKind::InSubquery { negated, .. } => out.push_str(if *negated { "NOT IN" } else { "IN" }),
            ExprKind::InUnnest { expr: inner, array, .. } => {
                let args = self.names_of([&**array, &**inner], form, ",");
                out.push_str(&format!("array_has({args})"));
            }
            ExprKind::Between { expr: inner, low, high, negated } => {
                self.write_name(inner, form, out);
                out.push_str(if *negated { " NOT BETWEEN " } else { " BETWEEN " });
                self.write_name(low, form, out);
                out.push_str(" AND ");
                self.write_name(high, form, out);
            }
            ExprKind::Like { op, expr: inner, pattern, negated, escape } => {
                self.write_name(inner, form, out);
                out.push_str(if *negated { " NOT " } else { " " });
                out.push_str(match op {
                    LikeOp::Like => "LIKE ",
                    LikeOp::ILike => "ILIKE ",
                    LikeOp::SimilarTo => "SIMILAR TO ",
                    LikeOp::RLike => "RLIKE ",
                });
                self.write_name(pattern, form, out);
                if let Some(escape) = escape {
                    let word = if form == Form::Schema { "CHAR" } else { "ESCAPE" };
                    out.push_str(&format!(" {word} '{escape}'"));
                }
            }
            ExprKind::Quantified { left, op, all, array } => {
                self.quantified_name(left, op, *all, array, form, out)
            }
            ExprKind::QuantifiedSubquery { left, op, all, .. } => {
                self.write_name(left, form, out);
                out.push_str(&format!(" {} {}", symbol(op), if *all { "ALL" } else { "ANY" }));
            }
            ExprKind::Case { operand, branches, otherwise } => {
                out.push_str("CASE ");
                if let Some(operand) = operand {
                    self.write_name(operand, form, out);
                    out.push(' ');
                }
                for (when, then) in branches {
                    out.push_str("WHEN ");
                    self.write_name(when, form, out);
                    out.push_str(" THEN ");
                    self.write_name(then, form, out);
                    out.push(' ');
                }
                if let Some(otherwise) = otherwise {
                    out.push_str("ELSE ");
                    self.write_name(otherwise, form, out);
                    out.push(' ');
                }
                out.push_str("END");
            }
            ExprKind::Cast { expr: inner, ty, try_ } => {
                let inner = self.name_of(inner, form);
                self.cast_name(&inner, ty, if *try_ { "TRY_CAST" } else { "CAST" }, form, out);
            }
            ExprKind::TypedString { ty, text } => {
                let inner = literal::scalar(&Literal::String(text.clone()));
                self.cast_name(&inner, ty, "CAST", form, out);
            }
            ExprKind::Interval { value, unit } => {
                out.push_str(&literal::interval(value, unit.as_deref(), false))
            }
            ExprKind::AtTimeZone { expr: inner, .. } => self.write_name(inner, form, out),
            ExprKind::Extract { field, expr: inner } => {
                let inner = self.name_of(inner, form);
                let comma = if form == Form::Schema { "," } else { ", " };
                out.push_str(&format!("date_part(Utf8(\"{field}\"){comma}{inner})"));
            }
            ExprKind::Function(function) => self.call_name(function, form, out),
            ExprKind::Exists { negated, .. } => out.push_str(if *negated { "NOT EXISTS" } else { "EXISTS" }),
            ExprKind::Subquery(query) => {
                let name = self.subquery_names.get(&std::ptr::from_ref(&**query)).cloned();
                out.push_str(&name.unwrap_or_default());
            }
            ExprKind::Tuple(items) => {
                self.struct_name(items.iter().map(|item| (None, item)).collect(), form, out)
            }
            ExprKind::Struct(items) => {
                let items =
                    items.iter().map(|(name, item)| (name.as_ref().map(|n| &*n.value), item)).collect();
                self.struct_name(items, form, out);
            }
            ExprKind::Array(items) => {
                let items = self.names_of(items, form, comma(form));
                out.push_str(&format!("make_array({items})"));
            }
            ExprKind::Map(entries) => {
                let keys = self.names_of(entries.iter().map(|(key, _)| key), form, comma(form));
                let values = self.names_of(entries.iter().map(|(_, value)| value), form, comma(form));
                out.push_str(&format!("map(make_array({keys}){}make_array({values}))", comma(form)));
            }
            ExprKind::Subscript { expr: inner, index } => self.subscript_name(inner, index, form, out),
            ExprKind::Slice { expr: inner, from, to, step } => {
                let bounds = [from, to].into_iter().flatten().map(|bound| &**bound);
                let mut names: Vec<String> = bounds.map(|bound| self.name_of(bound, form)).collect();
                names.push(step.as_ref().map_or("Int64(1)".into(), |step| self.name_of(step, form)));
                let inner = self.name_of(inner, form);
                out.push_str(&format!("{inner}[{}]", names.join(":")));
            }
            ExprKind::Field { expr: inner, field } => {
                self.write_name(inner, form, out);
                out.push_str(&format!("[{}]", self.fold(field)));
            }
            ExprKind::Collate { expr: inner, .. } => self.write_name(inner, form, out),
            ExprKind::Lambda { params, body } => {
                let params: Vec<String> = params.iter().map(|param| self.fold(param)).collect();
                out.push_str(&format!("({}) -> ", params.join(", ")));
                self.write_name(body, form, out);
            }
            ExprKind::GroupingSets(_) | ExprKind::Cube(_) | ExprKind::Rollup(_) | ExprKind::Other(_) => {
                out.push_str("expression");
            }
        }
    }

    fn column_name(&mut self, name: &'a Name, form: Form) -> String {
        let parts = self.fold_name(name);
        match self.meaning(&parts) {
            Meaning::Field(level, i, used) => {
                let mut shown = self.levels[level].relation.fields[i].flat_name();
                if level + 1 < self.levels.len() {
                    shown = format!("outer_ref({shown})");
                }
                for field in &parts[used..] {
                    shown = match form {
                        Form::Schema => format!("{shown}[{field}]"),
                        Form::Display => format!("get_field({shown}, Utf8(\"{field}\"))"),
                    };
                }
                shown
            }
            Meaning::Output(expr) => self.name_of(expr, form),
            _ => parts.join("."),
        }
    }

    fn unary_name(&mut self, op: UnaryOp, inner: &'a Expr, form: Form, out: &mut String) {
        if op == UnaryOp::Minus
            && let Some(text) = super::expr::bare_number(inner)
        {
            out.push_str(&literal::scalar(&Literal::Number(format!("-{text}"))));
            return;
        }
        match (op, &inner.kind) {
            (UnaryOp::Minus, ExprKind::Interval { value, unit }) => {
                out.push_str(&literal::interval(value, unit.as_deref(), true));
            }
            (UnaryOp::Minus, _) => {
                out.push_str("(- ");
                self.write_name(inner, form, out);
                out.push(')');
            }
            (UnaryOp::Not, _) => {
                out.push_str("NOT ");
                self.write_name(inner, form, out);
            }
            (UnaryOp::Plus, _) => self.write_name(inner, form, out),
            (UnaryOp::BitNot, _) => {
                out.push('~');
                self.write_name(inner, form, out);
            }
        }
    }

    /// A chain of operators, walked along its left side in a loop.
    fn binary_name(&mut self, expr: &'a Expr, form: Form, out: &mut String) {
        let mut spine = Vec::new();
        let mut leftmost = expr;
        while let ExprKind::Binary { left, op, right, .. } = &leftmost.kind {
            spine.push((op, &**right));
            leftmost = left;
        }
        let lists = spine.iter().any(|(op, _)| **op == BinaryOp::Concat) && self.quiet_list_depth(expr) > 0;
        let mut name = self.name_of(leftmost, form);
        let mut depth = if lists { self.quiet_list_depth(leftmost) } else { 0 };
        let mut inner = 0;
        for (op, right) in spine.into_iter().rev() {
            let outer = precedence(op);
            let mut right_name = self.name_of(right, form);
            if *op == BinaryOp::Concat && lists {
                let right_depth = self.quiet_list_depth(right);
                let function = match depth.cmp(&right_depth) {
                    std::cmp::Ordering::Equal => "array_concat",
                    std::cmp::Ordering::Greater => "array_append",
                    std::cmp::Ordering::Less => "array_prepend",
                };
                name = format!("{function}({name}{}{right_name})", comma(form));
                (depth, inner) = (depth.max(right_depth), 0);
                continue;
            }
            if form == Form::Display {
                if inner != 0 && inner < outer {
                    name = format!("({name})");
                }
                if let ExprKind::Binary { op, .. } = &right.kind
                    && precedence(op) < outer
                {
                    right_name = format!("({right_name})");
                }
            }
            match op {
                BinaryOp::Other(text) if text == "@>" => {
                    name = format!("array_has_all({name}{}{right_name})", comma(form))
                }
                BinaryOp::Other(text) if text == "<@" => {
                    name = format!("array_has_all({right_name}{}{name})", comma(form))
                }
                _ => {
                    name.push(' ');
                    name.push_str(symbol(op));
                    name.push(' ');
                    name.push_str(&right_name);
                }
            }
            inner = outer;
        }
        out.push_str(&name);
    }

    fn quantified_name(
        &mut self,
        left: &'a Expr,
        op: &BinaryOp,
        all: bool,
        array: &'a Expr,
        form: Form,
        out: &mut String,
    ) {
        let (x, list) = (self.name_of(left, form), self.name_of(array, form));
        if all {
            out.push_str(&all_name(&x, op, &list, comma(form)));
            return;
        }
        let (bound, turned) = match op {
            BinaryOp::Eq => {
                out.push_str(&format!("array_has({list}{}{x})", comma(form)));
                return;
            }
            BinaryOp::Gt => ("min", "<"),
            BinaryOp::GtEq => ("min", "<="),
            BinaryOp::Lt => ("max", ">"),
            BinaryOp::LtEq => ("max", ">="),
            _ => ("max", "!="),
        };
        let bound_name = format!("array_{bound}({list})");
        let comparison = match op {
            BinaryOp::NotEq => format!("array_min({list}) != {x} OR {bound_name} != {x}"),
            _ => format!("{bound_name} {turned} {x}"),
        };
        out.push_str(&format!(
            "CASE WHEN {bound_name} IS NOT NULL THEN {comparison} WHEN {list} IS NOT NULL THEN Boolean(false) \
             ELSE Boolean(NULL) END"
        ));
    }

    fn cast_name(
        &mut self,
        inner: &str,
        ty: &crate::ast::TypeName,
        word: &str,
        form: Form,
        out: &mut String,
    ) {
        match (form, self.dialect.rules.type_name(ty)) {
            (Form::Display, Ok(ty)) => out.push_str(&format!("{word}({inner} AS {ty})")),
            _ => out.push_str(inner),
        }
    }

    fn struct_name(&mut self, items: Vec<(Option<&str>, &'a Expr)>, form: Form, out: &mut String) {
        let named = items.iter().any(|(name, _)| name.is_some());
        let mut names = Vec::new();
        for (i, (name, item)) in items.into_iter().enumerate() {
            if named {
                let name = name.map_or_else(|| format!("c{i}"), str::to_owned);
                names.push(format!("Utf8(\"{name}\")"));
            }
            names.push(self.name_of(item, form));
        }
        out.push_str(&format!(
            "{}({})",
            if named { "named_struct" } else { "struct" },
            names.join(comma(form))
        ));
    }

    fn subscript_name(&mut self, inner: &'a Expr, index: &'a Expr, form: Form, out: &mut String) {
        if let ExprKind::Function(function) = &inner.kind
            && self.function_name(function) == "array_agg"
            && function.over.is_none()
        {
            let arg = function.args.iter().find_map(|arg| match arg {
                crate::ast::FunctionArg::Expr(expr) => Some(expr),
                _ => None,
            });
            if let Some(arg) = arg {
                let args = self.names_of([arg, index], form, comma(form));
                out.push_str(&format!("nth_value({args})"));
                return;
            }
        }
        let base = self.name_of(inner, form);
        let index = match &index.kind {
            ExprKind::Literal(Literal::String(text)) => text.clone(),
            ExprKind::Literal(Literal::Number(text)) if self.quiet_is_map(inner) => text.clone(),
            _ => self.name_of(index, form),
        };
        out.push_str(&format!("{base}[{index}]"));
    }

    /// How deep a list an expression gives; 0 for anything else.
    fn quiet_list_depth(&mut self, expr: &'a Expr) -> usize {
        let mut ty = self.quiet_type(expr);
        let mut depth = 0;
        while let Some(
            querent_types::SqlType::List(field, _) | querent_types::SqlType::FixedSizeList(field, _),
        ) = ty
        {
            depth += 1;
            ty = Some(field.ty);
        }
        depth
    }

    fn quiet_is_map(&mut self, expr: &'a Expr) -> bool {
        matches!(self.quiet_type(expr), Some(querent_types::SqlType::Map(..)))
    }

    /// The type of an expression that was read before: nothing is reported again.
    fn quiet_type(&mut self, expr: &'a Expr) -> Option<querent_types::SqlType> {
        let (reported, ungrouped) = (self.diagnostics.len(), self.level().ungrouped.len());
        let typed = self.expr(expr);
        self.diagnostics.truncate(reported);
        self.level().ungrouped.truncate(ungrouped);
        self.known(&typed.ty)
    }
}

/// The CASE that `x op ALL(list)` is planned as.
fn all_name(x: &str, op: &BinaryOp, list: &str, comma: &str) -> String {
    let decisive = match op {
        BinaryOp::Eq => format!("NOT array_min({list}) = {x} AND array_max({list}) = {x}"),
        BinaryOp::NotEq => format!("array_has({list}{comma}{x})"),
        BinaryOp::Gt | BinaryOp::GtEq => format!("NOT {x} {} array_max({list})", symbol(op)),
        _ => format!("NOT {x} {} array_min({list})", symbol(op)),
    };
    format!(
        "CASE WHEN {list} IS NULL THEN Boolean(NULL) WHEN cardinality({list}) = UInt64(0) THEN Boolean(true) \
         WHEN {x} IS NULL THEN Boolean(NULL) WHEN {decisive} THEN Boolean(false) \
         WHEN array_position({list}{comma}NULL{comma}Int64(1)) IS NOT NULL THEN Boolean(NULL) ELSE Boolean(true) END"
    )
}

/// How arguments are separated.
fn comma(form: Form) -> &'static str {
    if form == Form::Schema { "," } else { ", " }
}

/// `Operator::precedence` of datafusion-expr-common.
fn precedence(op: &BinaryOp) -> u8 {
    match op {
        BinaryOp::Or => 5,
        BinaryOp::And => 10,
        BinaryOp::Eq | BinaryOp::NotEq | BinaryOp::LtEq | BinaryOp::GtEq => 15,
        BinaryOp::Lt | BinaryOp::Gt => 20,
        BinaryOp::LikeMatch { .. } => 25,
        BinaryOp::Plus | BinaryOp::Minus => 40,
        BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Modulo => 45,
        _ => 30,
    }
}
