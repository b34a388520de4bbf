//! Which rows of sharded tables a statement means: where its conditions fix the distribution key, one bucket's.
//!
//! Read from the tree alone, before names are bound; what cannot be told is taken to be fixed, so that nothing is said of
//! it.

use std::sync::Arc;

use querent_types::TableDescription;

use crate::ast::{
    BinaryOp, Expr, ExprKind, Ident, Literal, Name, Select, TableFactor, TableFactorKind, TableWithJoins,
    UnaryOp,
};
use crate::catalog::{Catalog, TableLookup};
use crate::parse::visit::{self, Node};

/// What a column of the key equals.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// This.
    Literal(Literal),
    /// A number below zero.
    Negative(Literal),
    /// This parameter.
    Param(usize),
    /// One of several, or something computed.
    Other,
}

/// A table of FROM.
pub(super) struct Source {
    /// The name by which its columns are told.
    pub(super) alias: String,
    pub(super) table: Arc<TableDescription>,
}

/// The columns of a table's distribution key; none where each node has all of its rows.
pub(super) fn key_of(table: &TableDescription) -> Vec<String> {
    let property = |name: &str| table.properties.get(name).map(String::as_str);
    if property(TableDescription::DISTRIBUTION) == Some(TableDescription::GLOBAL) {
        return Vec::new();
    }
    let key = property(TableDescription::ROUTING_KEY).unwrap_or_default();
    key.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// Whether each node has all rows of a table.
pub(super) fn is_global(table: &TableDescription) -> bool {
    table.properties.get(TableDescription::DISTRIBUTION).is_some_and(|own| own == TableDescription::GLOBAL)
}

/// A table by its name.
pub(super) fn find(name: &Name, catalog: &Catalog) -> Option<Arc<TableDescription>> {
    match catalog.table(name) {
        TableLookup::Found(table) => Some(table),
        _ => None,
    }
}

impl Source {
    /// The table of an entry of FROM; `None` where it is none.
    pub(super) fn of(factor: &TableFactor, catalog: &Catalog) -> Option<Source> {
        let TableFactorKind::Table(name) = &factor.kind else { return None };
        let own = factor.alias.as_ref().map_or(name.last(), |alias| &alias.name);
        Some(Source { alias: catalog.dialect.fold(own), table: find(name, catalog)? })
    }

    /// Whether its rows are spread over nodes.
    pub(super) fn is_sharded(&self) -> bool {
        !key_of(&self.table).is_empty()
    }

    /// Whether a name means this column of it.
    fn is(&self, name: &Name, column: &str, catalog: &Catalog) -> bool {
        let parts: Vec<String> = name.parts.iter().map(|part| catalog.dialect.fold(part)).collect();
        match &parts[..] {
            [only] => only == column,
            [.., table, own] => *table == self.alias && own == column,
            [] => false,
        }
    }

    /// What the columns of the key equal by a condition; `None` where one equals nothing.
    pub(super) fn fixed(&self, condition: Option<&Expr>, catalog: &Catalog) -> Option<Vec<Value>> {
        let terms = terms(condition);
        let of = |column: &String| terms.iter().find_map(|term| self.value(term, column, catalog));
        key_of(&self.table).iter().map(of).collect()
    }

    fn value(&self, term: &Expr, column: &str, catalog: &Catalog) -> Option<Value> {
        let is = |expr: &Expr| matches!(&expr.kind, ExprKind::Column(name) if self.is(name, column, catalog));
        match &term.kind {
            ExprKind::Binary { left, op: BinaryOp::Eq, right, .. } => {
                let sides = [(left, right), (right, left)];
                let other = sides.into_iter().find(|(own, _)| is(own)).map(|(_, other)| other)?;
                self.constant(other).then(|| value_of(other))
            }
            ExprKind::InList { expr, list, negated: false } if is(expr) => match &list[..] {
                [only] if self.constant(only) => Some(value_of(only)),
                _ => list.iter().all(|item| self.constant(item)).then_some(Value::Other),
            },
            _ => None,
        }
    }

    /// Whether an expression does not depend on the rows of the table.
    fn constant(&self, expr: &Expr) -> bool {
        let mut constant = true;
        visit::expr(expr, &mut |node| match node {
            Node::Expr(Expr { kind: ExprKind::Column(name), .. }) => {
                let own = &name.last().value.to_lowercase();
                constant &=
                    name.parts.len() == 1 && !self.table.columns.iter().any(|column| column.name == *own);
            }
            Node::Query(_) => constant = false,
            _ => {}
        });
        constant
    }
}

/// What an expression is as the value of a key.
pub(super) fn value_of(expr: &Expr) -> Value {
    match &expr.kind {
        ExprKind::Literal(literal) => Value::Literal(literal.clone()),
        ExprKind::Param(param) => Value::Param(*param),
        ExprKind::Unary { op: UnaryOp::Minus, expr } => match &expr.kind {
            ExprKind::Literal(literal) => Value::Negative(literal.clone()),
            _ => Value::Other,
        },
        _ => Value::Other,
    }
}

/// The terms that AND joins.
pub(super) fn terms(condition: Option<&Expr>) -> Vec<&Expr> {
    let mut found = Vec::new();
    let mut open: Vec<&Expr> = condition.into_iter().collect();
    while let Some(expr) = open.pop() {
        match &expr.kind {
            ExprKind::Binary { left, op: BinaryOp::And, right, .. } => open.extend([&**right, &**left]),
            _ => found.push(expr),
        }
    }
    found
}

/// The tables of a FROM, in order; an entry that is none has no place in it.
pub(super) fn sources(select: &Select, catalog: &Catalog) -> Vec<Source> {
    let entry = |entry: &TableWithJoins| -> Vec<Source> {
        let joined = entry.joins.iter().map(|join| &join.relation);
        std::iter::once(&entry.relation).chain(joined).filter_map(|own| Source::of(own, catalog)).collect()
    };
    select.from.iter().flat_map(entry).collect()
}

/// Whether a condition joins two tables on the keys by which both are spread.
pub(super) fn joins_keys(a: &Source, b: &Source, condition: &Expr, catalog: &Catalog) -> bool {
    let (own, other) = (key_of(&a.table), key_of(&b.table));
    let tier = |source: &Source| source.table.properties.get(TableDescription::TIER).cloned();
    if own.len() != other.len() || tier(a) != tier(b) {
        return false;
    }
    let terms = terms(Some(condition));
    let equal = |x: &str, y: &str| {
        terms.iter().any(|term| {
            let ExprKind::Binary { left, op: BinaryOp::Eq, right, .. } = &term.kind else { return false };
            let (ExprKind::Column(left), ExprKind::Column(right)) = (&left.kind, &right.kind) else {
                return false;
            };
            a.is(left, x, catalog) && b.is(right, y, catalog)
                || a.is(right, x, catalog) && b.is(left, y, catalog)
        })
    };
    own.iter().zip(&other).all(|(x, y)| equal(x, y))
}

/// The value that an INSERT gives each column of the key of its table, from one row.
pub(super) fn inserted(
    columns: &[Ident],
    row: &[Expr],
    table: &TableDescription,
    catalog: &Catalog,
) -> Option<Vec<Value>> {
    let place = |column: &String| match columns.is_empty() {
        true => table.columns.iter().filter(|own| !own.hidden).position(|own| own.name == *column),
        false => columns.iter().position(|own| catalog.dialect.fold(own) == *column),
    };
    key_of(table).iter().map(|column| place(column).and_then(|at| row.get(at)).map(value_of)).collect()
}
