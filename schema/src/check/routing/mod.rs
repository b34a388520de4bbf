//! Where a statement can be sent: what the routing key of all rows that it touches is equal to.
//!
//! A routing key spares a hop; a wrong one costs correctness on a server that believes it. So this answers for plain
//! statements only: one table, no subquery, no optional section, and each column of the key equal to parameters and
//! literals of the column's own type, in a conjunct of WHERE or in the rows of an INSERT. Everything else has no key.
//!
//! A key of several values (an IN list, several rows) lets the statement be split by their owners, where the parts give
//! together what the whole would.

mod splitting;
#[cfg(test)]
mod tests;

use querent_types::{SqlType, TableDescription};

use self::splitting::{can_split, splits_rows};
use crate::ast::{
    BinaryOp, Expr, ExprKind, Ident, Insert, Literal, Name, Query, SetExpr, Span, Statement, StatementKind,
    TableFactor, TableFactorKind, UnaryOp,
};
use crate::catalog::{Catalog, TableLookup};
use crate::plan::{Constant, Key, KeyColumn, KeyPart, Param};

/// The key, `None` where the rows cannot be told; and where the IN predicate or the VALUES stand by which the statement can be
/// split.
///
/// `text` is the whole statement: a word that could begin a subquery anywhere in it is one too many.
pub(super) fn key(
    statement: &Statement,
    text: &str,
    catalog: &Catalog,
    params: &[Param],
) -> (Option<Key>, Option<Span>) {
    match find(statement, text, catalog, params) {
        Some((key, split)) => (Some(key), split),
        None => (None, None),
    }
}

fn find(
    statement: &Statement,
    text: &str,
    catalog: &Catalog,
    params: &[Param],
) -> Option<(Key, Option<Span>)> {
    let (table, fixed, words) = fixed(statement)?;
    let TableLookup::Found(table) = catalog.table(table) else { return None };
    let names = table.properties.get(TableDescription::ROUTING_KEY)?;
    if !alone(text, words) {
        return None;
    }
    let column = |name: &str| {
        let ty = table.columns.iter().find(|own| own.name == name)?.ty.clone()?;
        Some(KeyColumn { name: name.to_owned(), ty })
    };
    let columns: Vec<KeyColumn> = names.split(',').map(column).collect::<Option<_>>()?;
    let values = Values { catalog, params };
    let (rows, split) = match fixed {
        Fixed::Where(conditions) => {
            let (row, split) = values.conditions(&conditions, &columns)?;
            if split.is_some() && !can_split(statement, catalog) {
                return None;
            }
            (vec![row], split)
        }
        Fixed::Rows(insert, rows, span) => {
            if rows.len() > 1 && !splits_rows(insert) {
                return None;
            }
            let places = values.places(insert, &table, &columns)?;
            let row = |row: &Vec<Expr>| values.row(row, &places, &columns);
            (rows.iter().map(row).collect::<Option<_>>()?, (rows.len() > 1).then_some(span))
        }
    };
    let tier = table.properties.get(TableDescription::TIER).cloned().unwrap_or_default();
    Some((Key { tier, columns, rows }, split))
}

/// What decides which rows a statement touches.
enum Fixed<'a> {
    /// Conjuncts that all of them fulfil.
    Where(Vec<Condition<'a>>),
    /// The rows that are written.
    Rows(&'a Insert, &'a [Vec<Expr>], Span),
}

/// A conjunct that fixes a column.
struct Condition<'a> {
    column: &'a Ident,
    to: To<'a>,
}

enum To<'a> {
    /// One value.
    One(&'a Expr),
    /// One of several; the predicate stands there.
    Any(&'a [Expr], Span),
}

/// The one table of a statement, what fixes its rows, and the words that begin queries and may stand in its text.
fn fixed(statement: &Statement) -> Option<(&Name, Fixed<'_>, &'static [&'static str])> {
    match &statement.kind {
        StatementKind::Query(query) => {
            let SetExpr::Select(select) = &query.body else { return None };
            let [from] = &select.from[..] else { return None };
            let table = plain(&from.relation).filter(|_| from.joins.is_empty())?;
            Some((table, Fixed::Where(conditions(select.selection.as_ref())), &["SELECT", "FROM"]))
        }
        StatementKind::Delete(delete) if delete.using.is_empty() => {
            Some((plain(&delete.table)?, Fixed::Where(conditions(delete.selection.as_ref())), &["FROM"]))
        }
        StatementKind::Update(update) if update.table.joins.is_empty() => {
            let table = plain(&update.table.relation)?;
            let mut fixed = conditions(update.selection.as_ref());
            // A row whose key changes is in two places.
            let targets = || update.assignments.iter().flat_map(|assignment| &assignment.targets);
            fixed.retain(|condition| {
                !targets().any(|name| name.last().value.eq_ignore_ascii_case(&condition.column.value))
            });
            Some((table, Fixed::Where(fixed), &[]))
        }
        StatementKind::Insert(insert) if !insert.verb.contains("OVERWRITE") => {
            let Query { body: SetExpr::Values(values), .. } = &**insert.source.as_ref()? else { return None };
            (!values.rows.is_empty()).then_some((
                &insert.table,
                Fixed::Rows(insert, &values.rows, values.span),
                &["VALUES"],
            ))
        }
        _ => None,
    }
}

/// Whether, of the words that a query can begin with, only these stand in a text, each once at most.
fn alone(text: &str, words: &[&str]) -> bool {
    let mut seen: Vec<String> = Vec::new();
    for word in text.split(|c: char| !c.is_alphanumeric() && c != '_').map(str::to_uppercase) {
        if matches!(
            &*word,
            "SELECT" | "FROM" | "VALUES" | "TABLE" | "WITH" | "UNION" | "INTERSECT" | "EXCEPT"
        ) {
            if !words.contains(&&*word) || seen.contains(&word) {
                return false;
            }
            seen.push(word);
        }
    }
    true
}

fn plain(factor: &TableFactor) -> Option<&Name> {
    match &factor.kind {
        TableFactorKind::Table(name) if factor.other.is_empty() => Some(name),
        _ => None,
    }
}

fn conditions(selection: Option<&Expr>) -> Vec<Condition<'_>> {
    let mut found = Vec::new();
    let mut open: Vec<&Expr> = selection.into_iter().collect();
    while let Some(expr) = open.pop() {
        match &expr.kind {
            ExprKind::Binary { left, op: BinaryOp::And, right, .. } => open.extend([&**right, &**left]),
            ExprKind::Binary { left, op: BinaryOp::Eq, right, .. } => {
                let sides = [(left, right), (right, left)];
                found.extend(
                    sides
                        .into_iter()
                        .filter_map(|(a, b)| Some(Condition { column: column(a)?, to: To::One(b) })),
                );
            }
            ExprKind::InList { expr: operand, list, negated: false } => {
                let to = match &list[..] {
                    [one] if !matches!(one.kind, ExprKind::Spread(_)) => To::One(one),
                    _ => To::Any(list, expr.span),
                };
                found.extend(column(operand).map(|column| Condition { column, to }));
            }
            _ => {}
        }
    }
    found
}

fn column(expr: &Expr) -> Option<&Ident> {
    match &expr.kind {
        ExprKind::Column(name) => Some(name.last()),
        _ => None,
    }
}

/// What values are known by.
struct Values<'a> {
    catalog: &'a Catalog,
    params: &'a [Param],
}

impl Values<'_> {
    fn same(&self, ident: &Ident, column: &str) -> bool {
        let folded = self.catalog.dialect.fold(ident);
        self.catalog.dialect.same(column, &folded)
    }

    /// What WHERE makes the columns equal to; at most one of them to one of several values.
    fn conditions(
        &self,
        conditions: &[Condition<'_>],
        columns: &[KeyColumn],
    ) -> Option<(Vec<KeyPart>, Option<Span>)> {
        let mut split = None;
        let mut row = Vec::with_capacity(columns.len());
        for column in columns {
            let own = || conditions.iter().filter(|condition| self.same(condition.column, &column.name));
            let one = own().find_map(|condition| match condition.to {
                To::One(expr) => self.value(expr, &column.ty),
                To::Any(..) => None,
            });
            let any = || {
                own().find_map(|condition| match condition.to {
                    To::Any(list, span) => Some((self.any(list, &column.ty)?, span)),
                    To::One(_) => None,
                })
            };
            row.push(match one {
                Some(part) => part,
                None if split.is_some() => return None,
                None => {
                    let (part, span) = any()?;
                    split = Some(span);
                    part
                }
            });
        }
        Some((row, split))
    }

    fn any(&self, list: &[Expr], ty: &SqlType) -> Option<KeyPart> {
        let part = |expr: &Expr| match &expr.kind {
            ExprKind::Spread(index) => self.is(*index, ty).then_some(KeyPart::Spread(*index)),
            _ => self.value(expr, ty),
        };
        list.iter().map(part).collect::<Option<_>>().map(KeyPart::Any)
    }

    /// Where in a row of VALUES the values of these columns stand.
    fn places(&self, insert: &Insert, table: &TableDescription, columns: &[KeyColumn]) -> Option<Vec<usize>> {
        let place = |column: &KeyColumn| match insert.columns.is_empty() {
            true => table.columns.iter().filter(|own| !own.hidden).position(|own| own.name == column.name),
            false => insert.columns.iter().position(|ident| self.same(ident, &column.name)),
        };
        columns.iter().map(place).collect()
    }

    fn row(&self, row: &[Expr], places: &[usize], columns: &[KeyColumn]) -> Option<Vec<KeyPart>> {
        let pairs = places.iter().zip(columns);
        pairs.map(|(place, column)| self.value(row.get(*place)?, &column.ty)).collect()
    }

    /// A parameter or a literal of this type. A value of another type may be equal and still have another hash.
    fn value(&self, expr: &Expr, ty: &SqlType) -> Option<KeyPart> {
        match &expr.kind {
            ExprKind::Param(index) => self.is(*index, ty).then_some(KeyPart::Param(*index)),
            _ => self.constant(expr, ty).map(KeyPart::Constant),
        }
    }

    fn is(&self, param: usize, ty: &SqlType) -> bool {
        self.params.get(param).is_some_and(|known| known.ty.as_ref() == Some(ty))
    }

    fn constant(&self, expr: &Expr, ty: &SqlType) -> Option<Constant> {
        match &expr.kind {
            ExprKind::Literal(Literal::Null) => Some(Constant::Null),
            ExprKind::Literal(Literal::Boolean(value)) => {
                (*ty == SqlType::Boolean).then_some(Constant::Boolean(*value))
            }
            ExprKind::Literal(Literal::String(text)) => {
                matches!(ty, SqlType::Text(_)).then(|| Constant::Text(text.clone()))
            }
            ExprKind::Literal(Literal::Number(text)) => self.number("", text, ty),
            ExprKind::Unary { op: UnaryOp::Minus, expr } => match &expr.kind {
                ExprKind::Literal(Literal::Number(text)) => self.number("-", text, ty),
                _ => None,
            },
            _ => None,
        }
    }

    fn number(&self, sign: &str, text: &str, ty: &SqlType) -> Option<Constant> {
        let read = self.catalog.dialect.rules.number(text).ok()?;
        if read != *ty {
            return None;
        }
        let text = format!("{sign}{text}");
        match ty {
            ty if ty.is_integer() => text.parse().ok().map(Constant::Integer),
            ty if ty.is_decimal() => Some(Constant::Decimal(text)),
            SqlType::Float64 => Some(Constant::Double(text)),
            _ => None,
        }
    }
}
