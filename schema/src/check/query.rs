//! Queries: set operations, VALUES, ORDER BY over a set operation, LIMIT and OFFSET.

use std::collections::HashMap;
use std::rc::Rc;

use querent_types::SqlType;

use crate::ast::{Expr, ExprKind, Literal, OrderBy, Query, SetExpr, SetOperator, Span, UnaryOp, Values};
use crate::diagnostic::{Code, Diagnostic, counted};
use crate::dialect::{CommonPlace, Habit, Syntax};

use super::binder::{Binder, Clause, Level};
use super::scope::{Field, Relation};
use super::table::made;
use super::typed::{Key, Ty, Typed, Why};

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
        self.query_of_side(query, None)
    }

    /// Reads a query that is one side of a set operation; `names` are the columns of the other side.
    fn query_of_side(&mut self, query: &'a Query, names: Option<&[Rc<str>]>) -> Output {
        let outside = self.ctes.len();
        if let Some(with) = &query.with {
            self.with(with);
        }
        let mut output = match &query.body {
            SetExpr::Select(select) => self.select(select, query.order_by.as_ref(), names),
            body => {
                let output = self.body(body, names);
                match &query.order_by {
                    Some(order_by) => self.order_output(output, order_by),
                    None => output,
                }
            }
        };
        self.clauses_refused(&query.other);
        if let Some(span) = query.fetch {
            self.refused(Syntax::Fetch, "FETCH", span);
        }
        self.limit(query.limit.as_ref(), "LIMIT");
        self.limit(query.offset.as_ref(), "OFFSET");
        output.one_row &= query.limit.is_none() && query.offset.is_none();
        self.ctes.truncate(outside);
        output
    }

    /// Reports clauses that the tree has no place for and that the engine refuses.
    pub(super) fn clauses_refused(&mut self, clauses: &[crate::ast::Clause]) {
        for clause in clauses.iter().filter(|clause| self.dialect.rules.refuses_clause(&clause.name)) {
            self.unsupported(&clause.name, clause.span);
        }
    }

    pub(super) fn limit(&mut self, expr: Option<&'a Expr>, what: &str) {
        let Some(expr) = expr else { return };
        if matches!(expr.kind, ExprKind::Subquery(_)) {
            self.refused(Syntax::LimitSubquery, &format!("a subquery in {what}"), expr.span);
        }
        let level = Level::new(Relation::default(), Clause::Limit);
        let (typed, _) = self.within(level, |binder| binder.expr(expr));
        let integer = self.dialect.has(Habit::IntegerLimit);
        self.want(&typed, if integer { &SqlType::Int32 } else { &SqlType::Int64 }, expr.span, what);
        let negative = match &expr.kind {
            ExprKind::Unary { op: UnaryOp::Minus, expr } => matches!(expr.kind, ExprKind::Literal(_)),
            ExprKind::Literal(Literal::Number(text)) => text.starts_with('-'),
            _ => false,
        };
        if self.dialect.has(Habit::AnyLimit) {
            return;
        }
        match self.known(&typed.ty) {
            _ if negative => {
                self.error(Code::InvalidLiteral, expr.span, format!("{what} cannot be negative"));
            }
            Some(ty) if !ty.is_integer() && ty != SqlType::Null && !self.is_clash(&typed.ty) => {
                self.report(
                    Diagnostic::error(
                        Code::TypeMismatch,
                        expr.span,
                        format!("{what} needs an integer, and this is {ty:#}"),
                    )
                    .label(ty.sql_name()),
                );
            }
            _ => {}
        }
    }

    /// Reads a set operation's input, walking the left spine in a loop.
    pub(super) fn body(&mut self, body: &'a SetExpr, names: Option<&[Rc<str>]>) -> Output {
        let mut spine = Vec::new();
        let mut leftmost = body;
        while let SetExpr::SetOperation { op, all, by_name, left, right, span } = leftmost {
            spine.push((*op, *all, *by_name, &**right, *span));
            leftmost = left;
        }
        let mut left = match leftmost {
            SetExpr::Select(select) => self.select(select, None, names),
            SetExpr::Query(query) => self.query_of_side(query, names),
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

    pub(super) fn set_operation(
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
            let all = |fields: &[Field]| Some(fields.first()?.span.to(fields.last()?.span));
            let message = format!("the two sides give different numbers of columns: {l} and {r}");
            // The second side is told to follow the first.
            let second = all(&right.fields).filter(|second| span.contains(*second));
            let mut diagnostic = Diagnostic::error(Code::ColumnCount, second.unwrap_or(span), message);
            if second.is_some() {
                diagnostic = diagnostic.label(format!("this side gives {r}"));
            }
            if let Some(first) = all(&left.fields) {
                diagnostic = diagnostic.related(first, format!("this side gives {l}"));
            }
            self.report(diagnostic);
            return Output { relation: left, one_row: false };
        }
        let mut fields = Vec::with_capacity(left.fields.len());
        for (a, b) in left.fields.into_iter().zip(right.fields) {
            fields.push(self.set_column(op, a, &b, span));
        }
        if op == SetOperator::Union && !self.dialect.has(Habit::RepeatedColumns) {
            number_repeats(&mut fields);
        }
        Output { relation: Relation { fields, ..Relation::default() }, one_row: false }
    }

    fn set_column(&mut self, op: SetOperator, mut left: Field, right: &Field, span: Span) -> Field {
        let items = [(&typed_field(&left), left.span), (&typed_field(right), right.span)];
        let what = format!("column `{}` of the set operation", left.name);
        let ty = self.unify(CommonPlace::SetOperation, &items, &what, span).unwrap_or(Ty::Error);
        if self.dialect.has(Habit::UnionsKeepTypes) {
            let (own, other) = (self.carried(&typed_field(&left)), self.carried(&typed_field(right)));
            left.carried = Some(match (own, other) {
                (own, Some(SqlType::Null)) => own,
                (Some(SqlType::Null), other) => other,
                (own, other) => own.filter(|own| other.as_ref() == Some(own)),
            });
        }
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
            SetOperator::Except | SetOperator::Minus => {}
        }
        let convert = matches!(left.ty, Ty::Param(_)) || self.dialect.has(Habit::SetOperationsConvert);
        if op != SetOperator::Union && convert {
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
                    .label(format!("the select list has {}", counted(count, "column"))),
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
        if let Some(row) = rows.iter().find(|row| row.len() != width) {
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
        if let Some(row) = values.rows.first().filter(|_| !self.fits_target(width)) {
            let span = match (row.first(), row.last()) {
                (Some(first), Some(last)) => first.span.to(last.span),
                _ => values.span,
            };
            self.error(
                Code::ColumnCount,
                span,
                "every VALUES inside of an INSERT has as many columns as are inserted, and this has not",
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
            let ty = self.as_target(column).map_or(ty, Ty::Known);
            let name = self.dialect.reading.column_names.of_values(column);
            fields.push(made(&name, ty, nullable.is_some(), why, items[0].1));
        }
        Output { relation: Relation { fields, ..Relation::default() }, one_row: rows.len() == 1 }
    }
}

/// A column as an operand.
pub(super) fn typed_field(field: &Field) -> Typed {
    let carried = field.carried.clone();
    Typed { carried, ..Typed::new(field.ty.clone(), field.nullable, field.why.clone(), field.key) }
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
