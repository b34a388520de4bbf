//! Queries: WITH, set operations, VALUES, ORDER BY over a set operation, LIMIT and OFFSET, and subqueries.

use std::collections::HashMap;
use std::rc::Rc;

use querent_types::SqlType;

use crate::ast::{
    BinaryOp, Cte, Expr, ExprKind, Literal, OrderBy, Query, SetExpr, SetOperator, Span, UnaryOp, Values, With,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::CommonPlace;

use super::binder::{Binder, Clause, CteEntry, Level};
use super::scope::{Field, Relation};
use super::table::made;
use super::typed::{Key, Ty, Typed, Why};

/// Recursive CTEs inside of recursive CTEs are read twice up to this depth; deeper ones are taken to be nullable.
const RECURSION_READ_TWICE_MAX: u32 = 2;

/// What a query gives.
#[derive(Debug)]
pub(super) struct Output {
    pub(super) relation: Relation,
    /// Whether it gives exactly one row, whatever the tables hold.
    pub(super) one_row: bool,
}

impl Output {
    /// The output of a query of which nothing is known.
    fn unknown() -> Output {
        Output { relation: Relation::unknown(), one_row: false }
    }
}

impl<'a> Binder<'a> {
    /// Reads a query.
    pub(super) fn query(&mut self, query: &'a Query) -> Output {
        let outside = self.ctes.len();
        if let Some(with) = &query.with {
            self.with(with);
        }
        let mut output = match &query.body {
            SetExpr::Select(select) => self.select(select, query.order_by.as_ref(), None),
            body => {
                let output = self.body(body, None);
                match &query.order_by {
                    Some(order_by) => self.order_output(output, order_by),
                    None => output,
                }
            }
        };
        self.limit(query.limit.as_ref(), "LIMIT");
        self.limit(query.offset.as_ref(), "OFFSET");
        output.one_row &= query.limit.is_none() && query.offset.is_none();
        self.ctes.truncate(outside);
        output
    }

    fn limit(&mut self, expr: Option<&'a Expr>, what: &str) {
        let Some(expr) = expr else { return };
        let level = Level::new(Relation::default(), Clause::Limit);
        let (typed, _) = self.within(level, |binder| binder.expr(expr));
        self.want(&typed, &SqlType::Int64, expr.span, what);
        let negative = match &expr.kind {
            ExprKind::Unary { op: UnaryOp::Minus, expr } => matches!(expr.kind, ExprKind::Literal(_)),
            ExprKind::Literal(Literal::Number(text)) => text.starts_with('-'),
            _ => false,
        };
        match self.known(&typed.ty) {
            _ if negative => {
                self.error(Code::InvalidLiteral, expr.span, format!("{what} cannot be negative"));
            }
            Some(ty) if !ty.is_integer() && ty != SqlType::Null && !self.is_clash(&typed.ty) => {
                self.report(
                    Diagnostic::error(
                        Code::TypeMismatch,
                        expr.span,
                        format!("{what} needs an integer, and this is {ty}"),
                    )
                    .label(ty.to_string()),
                );
            }
            _ => {}
        }
    }

    /// Reads a set operation's input, walking the left spine in a loop.
    fn body(&mut self, body: &'a SetExpr, names: Option<&[Rc<str>]>) -> Output {
        let mut spine = Vec::new();
        let mut leftmost = body;
        while let SetExpr::SetOperation { op, all, by_name, left, right, span } = leftmost {
            spine.push((*op, *all, *by_name, &**right, *span));
            leftmost = left;
        }
        let mut left = match leftmost {
            SetExpr::Select(select) => self.select(select, None, names),
            SetExpr::Query(query) => self.query(query),
            SetExpr::Values(values) => self.values(values),
            SetExpr::Table(name) => {
                self.report(
                    Diagnostic::error(Code::Unsupported, name.span(), "TABLE is not supported as a query")
                        .help(format!("fix this by writing `SELECT * FROM {name}`")),
                );
                Output::unknown()
            }
            // The loop above has unrolled set operations.
            SetExpr::Statement(_) | SetExpr::SetOperation { .. } => {
                let span = Span::default();
                self.unsupported("a statement that changes rows inside of a query", span);
                Output::unknown()
            }
        };
        for (op, _all, by_name, right, span) in spine.into_iter().rev() {
            let names: Vec<Rc<str>> = left.relation.fields.iter().map(|field| field.name.clone()).collect();
            let renamed = (!by_name && names.len() > 1).then_some(&names[..]);
            let right = self.body(right, renamed);
            left = self.set_operation(op, by_name, left, right, span);
        }
        left
    }

    fn set_operation(
        &mut self,
        op: SetOperator,
        by_name: bool,
        left: Output,
        right: Output,
        span: Span,
    ) -> Output {
        if by_name {
            if op != SetOperator::Union {
                self.unsupported("BY NAME outside of UNION", span);
            }
            return self.union_by_name(left.relation, right.relation, span);
        }
        let (left, right) = (left.relation, right.relation);
        if left.is_open() || right.is_open() {
            return Output::unknown();
        }
        if left.fields.len() != right.fields.len() {
            let (l, r) = (left.fields.len(), right.fields.len());
            let mut diagnostic = Diagnostic::error(
                Code::ColumnCount,
                span,
                format!("the two sides give different numbers of columns: {l} and {r}"),
            );
            for (fields, count) in [(&left.fields, l), (&right.fields, r)] {
                if let (Some(first), Some(last)) = (fields.first(), fields.last()) {
                    diagnostic =
                        diagnostic.related(first.span.to(last.span), format!("this side gives {count}"));
                }
            }
            self.report(diagnostic);
            return Output { relation: left, one_row: false };
        }
        let mut fields = Vec::with_capacity(left.fields.len());
        for (a, b) in left.fields.into_iter().zip(right.fields) {
            fields.push(self.set_column(op, a, &b, span));
        }
        if op == SetOperator::Union {
            number_repeats(&mut fields);
        }
        Output { relation: Relation { fields, ..Relation::default() }, one_row: false }
    }

    fn set_column(&mut self, op: SetOperator, mut left: Field, right: &Field, span: Span) -> Field {
        let items = [(&typed_field(&left), left.span), (&typed_field(right), right.span)];
        let what = format!("column `{}` of the set operation", left.name);
        let ty = self.unify(CommonPlace::SetOperation, &items, &what, span).unwrap_or(Ty::Error);
        match op {
            SetOperator::Union => {
                left.ty = ty.clone();
                if right.nullable && !left.nullable {
                    (left.nullable, left.why) = (true, right.why.clone());
                }
                if left.origin != right.origin {
                    left.origin = None;
                }
                left.qualifier = None;
            }
            // A row stands on both sides, so a NULL does too; the types stay those of the left side.
            SetOperator::Intersect => {
                if !right.nullable && left.nullable {
                    (left.nullable, left.why) = (false, right.why.clone());
                }
            }
            SetOperator::Except => {}
        }
        if op != SetOperator::Union && matches!(left.ty, Ty::Param(_)) {
            left.ty = ty;
        }
        left
    }

    fn union_by_name(&mut self, left: Relation, right: Relation, span: Span) -> Output {
        if left.is_open() || right.is_open() {
            return Output::unknown();
        }
        let mut fields: Vec<Field> = Vec::new();
        let mut rest = right.fields;
        for mut field in left.fields {
            match rest.iter().position(|other| other.name == field.name) {
                Some(i) => {
                    let other = rest.remove(i);
                    field = self.set_column(SetOperator::Union, field, &other, span);
                }
                None => absent(&mut field),
            }
            fields.push(field);
        }
        for mut field in rest {
            absent(&mut field);
            fields.push(field);
        }
        Output { relation: Relation { fields, ..Relation::default() }, one_row: false }
    }

    /// ORDER BY over a set operation or VALUES: only the output's columns are in sight.
    fn order_output(&mut self, output: Output, order_by: &'a OrderBy) -> Output {
        let OrderBy::Expressions(sorts) = order_by else { return output };
        let one_row = output.one_row;
        let mut relation = output.relation;
        let keys: Vec<Key> = relation.fields.iter().map(|field| field.key).collect();
        for field in &mut relation.fields {
            field.key = self.fresh_key();
        }
        let count = relation.fields.len();
        let open = relation.is_open();
        let ((), level) = self.within(Level::new(relation, Clause::Values), |binder| {
            for sort in sorts {
                if let ExprKind::Literal(Literal::Number(text)) = &sort.expr.kind {
                    binder.ordinal(text, count, open, "ORDER BY", sort.expr.span);
                } else {
                    binder.expr(&sort.expr);
                }
            }
        });
        let mut relation = level.relation;
        for (field, key) in relation.fields.iter_mut().zip(keys) {
            field.key = key;
        }
        Output { relation, one_row }
    }

    /// Checks a position in a list of output columns.
    pub(super) fn ordinal(
        &mut self,
        text: &str,
        count: usize,
        open: bool,
        clause: &str,
        span: Span,
    ) -> Option<usize> {
        let position = text.replace('_', "").parse::<usize>().ok().filter(|position| *position > 0);
        match position {
            Some(position) if position <= count => Some(position - 1),
            Some(_) if open => None,
            _ => {
                self.report(
                    Diagnostic::error(
                        Code::InvalidOrdinal,
                        span,
                        format!("{clause} has no column at position {text}"),
                    )
                    .label(format!("the select list has {count} columns")),
                );
                None
            }
        }
    }

    fn values(&mut self, values: &'a Values) -> Output {
        let level = Level::new(Relation::default(), Clause::Values);
        let (rows, _) = self.within(level, |binder| {
            let read = |row: &'a Vec<Expr>| -> Vec<(Typed, Span)> {
                row.iter().map(|expr| (binder.expr(expr), expr.span)).collect()
            };
            values.rows.iter().map(read).collect::<Vec<_>>()
        });
        let Some(first) = rows.first() else { return Output::unknown() };
        let width = first.len();
        for row in rows.iter().filter(|row| row.len() != width) {
            let span = match (row.first(), row.last()) {
                (Some(first), Some(last)) => first.1.to(last.1),
                _ => values.span,
            };
            self.error(
                Code::ColumnCount,
                span,
                format!("this row has {} values, and the first one has {width}", row.len()),
            );
            return Output::unknown();
        }
        let mut fields = Vec::with_capacity(width);
        for column in 0..width {
            let items: Vec<(&Typed, Span)> = rows.iter().map(|row| (&row[column].0, row[column].1)).collect();
            let what = format!("column {} of VALUES", column + 1);
            let ty = self.unify(CommonPlace::Values, &items, &what, values.span).unwrap_or(Ty::Error);
            let nullable = items.iter().find(|(typed, _)| typed.nullable);
            let why = nullable.map_or(Why::Static("no row holds NULL"), |(typed, _)| typed.why.clone());
            let name = format!("column{}", column + 1);
            fields.push(made(&name, ty, nullable.is_some(), why, items[0].1));
        }
        Output { relation: Relation { fields, ..Relation::default() }, one_row: rows.len() == 1 }
    }

    /// Reads WITH; its tables stay in sight until the caller drops them.
    pub(super) fn with(&mut self, with: &'a With) {
        for cte in &with.ctes {
            let name = self.fold(&cte.alias.name);
            if self.ctes.iter().any(|other| self.dialect.same(&other.name, &name)) {
                self.error(
                    Code::DuplicateAlias,
                    cte.alias.name.span,
                    format!("WITH names `{name}` more than once"),
                );
            }
            let mut relation = match (&cte.query.body, with.recursive) {
                (SetExpr::SetOperation { op: SetOperator::Union, .. }, true) => {
                    self.recursive_cte(cte, &name)
                }
                _ => {
                    let mut relation = self.query(&cte.query).relation;
                    self.rename(&mut relation, &cte.alias.columns, cte.alias.name.span);
                    relation
                }
            };
            relation.qualify(Rc::from(vec![name.clone()]));
            self.ctes.push(CteEntry { name, relation, used: false });
        }
    }

    /// A CTE that may read itself: its first part gives names and types, its second part may add NULLs.
    fn recursive_cte(&mut self, cte: &'a Cte, name: &str) -> Relation {
        let SetExpr::SetOperation { left, right, span, .. } = &cte.query.body else {
            return Relation::unknown();
        };
        let outside = self.ctes.len();
        if let Some(with) = &cte.query.with {
            self.with(with);
        }
        let mut seed = self.body(left, None).relation;
        self.rename(&mut seed, &cte.alias.columns, cte.alias.name.span);
        self.recursion += 1;
        // First taken to add no NULLs; if it does, it is read again with the columns that may be NULL.
        let mut nullable: Vec<bool> = seed.fields.iter().map(|field| field.nullable).collect();
        if self.recursion > RECURSION_READ_TWICE_MAX {
            nullable.iter_mut().for_each(|flag| *flag = true);
        }
        let mut whys: Vec<Why> = seed.fields.iter().map(|field| field.why.clone()).collect();
        let mut result = seed.clone();
        for round in 0..3 {
            let mut work = seed.clone();
            for (field, flag) in work.fields.iter_mut().zip(&nullable) {
                field.nullable = *flag || round == 2;
            }
            work.qualify(Rc::from(vec![name.to_owned()]));
            self.ctes.push(CteEntry { name: name.to_owned(), relation: work, used: false });
            let reported = self.diagnostics.len();
            let names: Vec<Rc<str>> = seed.fields.iter().map(|field| field.name.clone()).collect();
            let step = self.body(right, (names.len() > 1).then_some(&names[..])).relation;
            let used = self.ctes.pop().is_some_and(|cte| cte.used);
            let step_nullable: Vec<bool> = step.fields.iter().map(|field| field.nullable).collect();
            let grown = nullable.iter().zip(&step_nullable).any(|(before, after)| !before && *after);
            if used && grown && round < 2 && step.fields.len() == seed.fields.len() {
                for ((flag, why), field) in nullable.iter_mut().zip(&mut whys).zip(&step.fields) {
                    if field.nullable && !*flag {
                        (*flag, *why) = (true, field.why.clone());
                    }
                }
                self.diagnostics.truncate(reported);
                continue;
            }
            let (one, two) = (
                Output { relation: seed.clone(), one_row: false },
                Output { relation: step, one_row: false },
            );
            let mut united = self.set_operation(SetOperator::Union, false, one, two, *span).relation;
            if used {
                // The engine casts the second part to the types of the first.
                for (field, first) in united.fields.iter_mut().zip(&seed.fields) {
                    if !matches!(first.ty, Ty::Param(_)) {
                        field.ty = first.ty.clone();
                    }
                }
            }
            for ((field, flag), why) in united.fields.iter_mut().zip(&nullable).zip(&whys) {
                if *flag && !field.nullable {
                    (field.nullable, field.why) = (true, why.clone());
                }
            }
            result = united;
            break;
        }
        self.recursion -= 1;
        self.ctes.truncate(outside);
        result
    }

    /// Reads a subquery in an expression, and remembers the name of its first column.
    pub(super) fn subquery(&mut self, query: &'a Query) -> Output {
        let output = self.query(query);
        if let Some(first) = output.relation.fields.first() {
            self.subquery_names.insert(std::ptr::from_ref(query), first.name.to_string());
        }
        output
    }

    /// The one column of a subquery; another number is reported.
    fn one_column(&mut self, query: &'a Query) -> Option<(Field, bool)> {
        let mut output = self.subquery(query);
        if output.relation.is_open() && output.relation.fields.len() != 1 {
            return None;
        }
        if output.relation.fields.len() != 1 {
            let count = output.relation.fields.len();
            let mut diagnostic = Diagnostic::error(
                Code::SubqueryColumns,
                query.span,
                format!("this subquery must give one column, and gives {count}"),
            )
            .help("fix this by selecting one column");
            for extra in output.relation.fields.iter().skip(1).filter(|field| field.span != Span::default()) {
                diagnostic = diagnostic.related(extra.span, "one column too many");
            }
            self.report(diagnostic);
            return None;
        }
        let one_row = output.one_row;
        output.relation.fields.pop().map(|field| (field, one_row))
    }

    pub(super) fn scalar_subquery(&mut self, query: &'a Query, _span: Span) -> Typed {
        let key = self.fresh_key();
        let Some((field, one_row)) = self.one_column(query) else { return Typed { key, ..Typed::error() } };
        let (nullable, why) = if one_row {
            (field.nullable, field.why)
        } else {
            (true, Why::Static("a subquery without rows is NULL"))
        };
        Typed::new(field.ty, nullable, why, key).facts(super::expr::only(key))
    }

    pub(super) fn in_subquery(
        &mut self,
        inner: &'a Expr,
        query: &'a Query,
        negated: bool,
        span: Span,
    ) -> Typed {
        self.predicate_place("IN", span);
        let column = self.one_column(query);
        let typed = self.expr(inner);
        let key = self.fresh_key();
        let Some((field, _)) = column else {
            return Typed::new(Ty::boolean(), true, Why::Static("its subquery is not known"), key);
        };
        let items = [(&typed, inner.span), (&typed_field(&field), query.span)];
        self.unify(CommonPlace::InList, &items, "operand and column of IN", span);
        let (nullable, why) = if typed.nullable {
            (true, typed.why.clone())
        } else if field.nullable {
            (true, Why::Static("the subquery of IN may hold NULLs"))
        } else {
            (false, Why::Static("neither the operand nor the subquery of IN holds NULLs"))
        };
        // Without rows, IN is FALSE and NOT IN is TRUE, even where the operand is NULL.
        let truth =
            if negated { (Vec::new(), typed.facts.present) } else { (typed.facts.present, Vec::new()) };
        let facts = super::typed::Facts { present: Vec::new(), truth: Some(Box::new(truth)) };
        Typed::new(Ty::boolean(), nullable, why, key).facts(facts)
    }

    pub(super) fn quantified_subquery(
        &mut self,
        left: &'a Expr,
        op: &BinaryOp,
        query: &'a Query,
        span: Span,
    ) -> Typed {
        self.predicate_place("ANY or ALL", span);
        let column = self.one_column(query);
        let typed = self.expr(left);
        let key = self.fresh_key();
        let why = Why::Static("a comparison with ANY or ALL rows may be NULL");
        let mut result = Typed::new(Ty::boolean(), true, why, key);
        if let Some((field, _)) = column {
            let other = typed_field(&field);
            self.binary(op, span, (typed.clone(), left.span), (other, query.span));
            if !typed.nullable && !field.nullable {
                (result.nullable, result.why) = (false, Why::Static("neither side holds NULLs"));
            }
        }
        result
    }
}

/// A column as an operand.
pub(super) fn typed_field(field: &Field) -> Typed {
    Typed::new(field.ty.clone(), field.nullable, field.why.clone(), field.key)
}

/// A column that one side of UNION BY NAME lacks.
fn absent(field: &mut Field) {
    field.nullable = true;
    field.why = Why::Static("one side of UNION BY NAME does not have it");
    field.origin = None;
    field.qualifier = None;
}

/// Names repeated output columns as DataFusion's UNION does.
fn number_repeats(fields: &mut [Field]) {
    let mut counts: HashMap<Rc<str>, usize> = HashMap::new();
    for field in fields {
        let count = counts.entry(field.name.clone()).or_insert(0);
        if *count > 0 {
            field.name = format!("{}_{count}", field.name).into();
        }
        *count += 1;
    }
}
