//! FROM: tables, subqueries, values, table functions, UNNEST, and joins of all kinds.

use querent_schema::dialect::{FunctionKind, Habit};
use querent_types::SqlType;

use super::query::Output;
use super::subquery::scope_of;
use super::{Generator, Place};
use crate::calls::written;
use crate::features::Feature;
use crate::scope::{Column, Scope, quote};
use crate::walk::Clause;

/// Something in FROM.
pub(super) struct Entry {
    pub(super) text: String,
    pub(super) scope: Scope,
    /// Whether each node keeps all of its rows, which some joins do not take.
    replicated: bool,
}

impl Generator {
    /// A FROM list, without its word.
    pub(super) fn from(&mut self, depth: u8) -> Option<Entry> {
        let mut entry = self.joined(depth)?;
        if self.may(Feature::CommaJoin, 12)
            && let Some(other) = self.joined(depth.saturating_sub(1))
        {
            entry.text = format!("{}, {}", entry.text, other.text);
            entry.scope = both(entry.scope, other.scope);
        }
        Some(entry)
    }

    fn joined(&mut self, depth: u8) -> Option<Entry> {
        let mut entry = self.factor(depth)?;
        let joins = if self.has(Feature::Join) { [0, 0, 0, 1, 1, 2][self.random.below(6)] } else { 0 };
        for _ in 0..joins {
            entry = self.join(entry, depth.saturating_sub(1))?;
        }
        Some(entry)
    }

    fn factor(&mut self, depth: u8) -> Option<Entry> {
        if depth > 0 && self.may(Feature::Derived, 18) {
            return self.derived(depth - 1, None);
        }
        if self.may(Feature::ValuesTable, 5) {
            return Some(self.values());
        }
        if self.may(Feature::Unnest, 5)
            && let Some(entry) = self.unnest()
        {
            return Some(entry);
        }
        let functions = self.has(Feature::TableFunction) || self.has(Feature::InTable);
        if functions
            && self.random.chance(5)
            && let Some(entry) = self.table_function()
        {
            return Some(entry);
        }
        if depth > 0 && self.may(Feature::NestedJoin, 5) {
            let first = self.factor(0)?;
            let inner = self.join(first, 0)?;
            return Some(Entry { text: format!("({})", inner.text), ..inner });
        }
        let table = self.any_table()?;
        let replicated = table.replicated;
        let used = self.random.chance(20) && !self.statement.ctes.iter().any(|cte| cte.name == table.name);
        if used && self.statement.names == 0 {
            // The first table of a statement may go by its own name.
            self.statement.names += 1;
            return Some(Entry {
                text: table.name.clone(),
                scope: scope_of(&table.columns, &table.name),
                replicated,
            });
        }
        let (text, scope) = self.aliased(&table);
        Some(Entry { text, scope, replicated })
    }

    /// A subquery, sometimes with names of its own for its columns.
    fn derived(&mut self, depth: u8, outer: Option<&Scope>) -> Option<Entry> {
        let (query, outputs) = match outer {
            None => self.query(None, depth, true),
            Some(outer) => self.lateral_query(outer)?,
        };
        let alias = self.fresh("q");
        let own = self.may(Feature::AliasColumns, 20);
        let names: Vec<String> =
            outputs.iter().map(|output| if own { self.fresh("d") } else { output.name.clone() }).collect();
        let list = if own { format!(" ({})", names.join(", ")) } else { String::new() };
        let columns: Vec<Column> = names
            .into_iter()
            .zip(outputs)
            .map(|(name, output)| Column { name, table: None, ty: output.ty, optional: true })
            .collect();
        let text = format!("({query}) AS {alias}{list}");
        Some(Entry { text, scope: scope_of(&columns, &alias), replicated: false })
    }

    /// A query over one table that names a column of what stands before it.
    fn lateral_query(&mut self, outer: &Scope) -> Option<(String, Vec<Output>)> {
        let table = self.any_table()?;
        let (from, inner) = self.aliased(&table);
        let own = self.random.pick(&inner.columns)?.clone();
        let mut pairs = Vec::new();
        for left in &inner.columns {
            for right in outer.columns.iter().filter(|right| !outer.merged.contains(&right.name)) {
                if left.ty == right.ty
                    && right.table.is_some()
                    && self.operators.compares(&left.ty, &right.ty)
                {
                    pairs.push(format!("{} = {}", inner.written(left, true), outer.written(right, true)));
                }
            }
        }
        let pair = self.random.pick(&pairs)?.clone();
        let name = self.fresh("c");
        let text = format!("SELECT {} AS {name} FROM {from} WHERE {pair}", inner.written(&own, true));
        Some((text, vec![Output { name, ty: own.ty }]))
    }

    fn values(&mut self) -> Entry {
        let types = [self.plain_type(), self.plain_type()];
        let types = &types[..1 + self.random.below(2)];
        let mut rows = Vec::new();
        for _ in 0..1 + self.random.below(3) {
            let row: Vec<String> = types.iter().map(|ty| self.constant(ty)).collect();
            rows.push(format!("({})", row.join(", ")));
        }
        let alias = self.fresh("v");
        let columns: Vec<Column> = types
            .iter()
            .map(|ty| Column { name: self.fresh("d"), table: None, ty: ty.clone(), optional: true })
            .collect();
        let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        let text = format!("(VALUES {}) AS {alias} ({})", rows.join(", "), names.join(", "));
        Entry { text, scope: scope_of(&columns, &alias), replicated: false }
    }

    fn unnest(&mut self) -> Option<Entry> {
        let several = self.dialect.name == "datafusion" && self.random.chance(25);
        let mut lists = Vec::new();
        let mut columns = Vec::new();
        for _ in 0..if several { 2 } else { 1 } {
            let list = self.list_type()?;
            let SqlType::List(field, _) = &list else { return None };
            lists.push(self.constant(&list));
            columns.push(Column { name: self.fresh("d"), table: None, ty: field.ty.clone(), optional: true });
        }
        let alias = self.fresh("u");
        let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        let text = format!("UNNEST({}) AS {alias} ({})", lists.join(", "), names.join(", "));
        Some(Entry { text, scope: scope_of(&columns, &alias), replicated: false })
    }

    fn table_function(&mut self) -> Option<Entry> {
        let call = self.draw(&[FunctionKind::Table], None)?;
        let SqlType::Struct(fields) = self.calls.all[call].ty.clone() else { return None };
        let name = self.calls.overloads[self.calls.all[call].overload].name;
        self.count_call(call);
        let nothing = Scope::default();
        let place = Place { subqueries: false, params: false, ..Place::new(Clause::From, &nothing, 0) };
        let args = self.arguments(place, call);
        let (alias, dialect) = (self.fresh("f"), self.dialect);
        let column = |field: &querent_types::Field| Column {
            name: quote(dialect, &field.name),
            table: None,
            ty: field.ty.clone(),
            optional: true,
        };
        let columns: Vec<Column> = fields.iter().map(column).collect();
        let text = written(dialect, name, &args);
        let text = if self.has(Feature::InTable) { format!("TABLE({text})") } else { text };
        Some(Entry {
            text: format!("{text} AS {alias}"),
            scope: scope_of(&columns, &alias),
            replicated: false,
        })
    }

    /// Joins something to what stands before.
    fn join(&mut self, left: Entry, depth: u8) -> Option<Entry> {
        if self.may(Feature::Lateral, 8)
            && let Some(right) = self.derived(depth, Some(&left.scope))
        {
            let word = self.random.word(&["CROSS JOIN LATERAL", "LEFT JOIN LATERAL"]);
            let on = if word.starts_with("LEFT") { " ON TRUE" } else { "" };
            let text = format!("{} {word} {}{on}", left.text, right.text);
            return Some(Entry { text, scope: both(left.scope, right.scope), replicated: false });
        }
        let right = self.factor(depth)?;
        let kinds = self.join_kinds(&left, &right);
        let kind = *self.random.pick(&kinds)?;
        if kind == "CROSS JOIN" {
            let text = format!("{} CROSS JOIN {}", left.text, right.text);
            return Some(Entry { text, scope: both(left.scope, right.scope), replicated: false });
        }
        let common = self.common_names(&left.scope, &right.scope);
        let half = kind.contains("SEMI") || kind.contains("ANTI");
        if !half && let Some(common) = common.filter(|common| !common.is_empty()) {
            if self.may(Feature::Natural, 30) {
                let text = format!("{} NATURAL {kind} {}", left.text, right.text);
                let common = if self.dialect.has(Habit::NaturalIsAmbiguous) { Vec::new() } else { common };
                return Some(merged(text, left, right, common));
            }
            if self.may(Feature::Using, 50) {
                let name = self.random.pick(&common)?.clone();
                let text = format!("{} {kind} {} USING ({name})", left.text, right.text);
                return Some(merged(text, left, right, vec![name]));
            }
        }
        let sides = both(left.scope.clone(), right.scope.clone());
        let on = self.join_condition(&left.scope, &right.scope, &sides);
        let text = format!("{} {kind} {} ON {on}", left.text, right.text);
        let scope = match kind.split_once(' ') {
            Some(("LEFT", "SEMI JOIN" | "ANTI JOIN")) => left.scope,
            Some(("RIGHT", "SEMI JOIN" | "ANTI JOIN")) => right.scope,
            _ => sides,
        };
        Some(Entry { text, scope, replicated: false })
    }

    fn join_kinds(&self, left: &Entry, right: &Entry) -> Vec<&'static str> {
        let mut kinds = vec!["JOIN", "INNER JOIN"];
        let never_kept = self.dialect.has(Habit::ReplicatedIsNeverKept);
        let outer = !never_kept || (!left.replicated && !right.replicated);
        // UNNEST on the right is planned as LATERAL.
        let bound = right.text.starts_with("UNNEST");
        let mut add = |words: &[&'static str], feature: Feature, fits: bool| {
            if fits && self.has(feature) {
                kinds.extend(words);
            }
        };
        add(&["LEFT JOIN", "LEFT OUTER JOIN"], Feature::LeftJoin, outer);
        // H2 takes it as the first of several joins only.
        let first = !self.dialect.has(Habit::RightJoinTurns) || !left.text.contains(" JOIN ");
        add(&["RIGHT JOIN"], Feature::RightJoin, outer && !bound && first);
        add(&["FULL JOIN", "FULL OUTER JOIN"], Feature::FullJoin, outer && !bound);
        add(&["CROSS JOIN"], Feature::CrossJoin, true);
        add(&["LEFT SEMI JOIN", "LEFT ANTI JOIN"], Feature::SemiJoin, true);
        add(&["RIGHT SEMI JOIN", "RIGHT ANTI JOIN"], Feature::SemiJoin, !bound);
        kinds
    }

    fn join_condition(&mut self, left: &Scope, right: &Scope, sides: &Scope) -> String {
        let mut pairs = Vec::new();
        for a in &left.columns {
            for b in &right.columns {
                if a.ty == b.ty && self.operators.compares(&a.ty, &b.ty) && crate::types::is_scalar(&a.ty) {
                    pairs.push(format!("{} = {}", sides.written(a, true), sides.written(b, true)));
                }
            }
        }
        let pair = self.random.pick(&pairs).cloned();
        let place = Place { subqueries: false, params: false, ..Place::new(Clause::On, sides, 2) };
        match pair {
            Some(pair) if self.random.chance(60) => pair,
            Some(pair) => format!("{pair} AND {}", self.operand(place, &SqlType::Boolean)),
            None => self.comparison(place).text,
        }
    }

    /// The names that both sides have once each; `None` where a name of both stands for several columns, or for ones that
    /// do not compare.
    fn common_names(&self, left: &Scope, right: &Scope) -> Option<Vec<String>> {
        let mut common = Vec::new();
        for own in &right.columns {
            let fits = |column: &&Column| column.name == own.name;
            let (here, there) = (right.columns.iter().filter(fits).count(), left.columns.iter().filter(fits));
            let there: Vec<&Column> = there.collect();
            match there[..] {
                [] => {}
                [other] if here == 1 && other.ty == own.ty && self.operators.compares(&own.ty, &other.ty) => {
                    common.push(own.name.clone());
                }
                _ => return None,
            }
        }
        Some(common)
    }
}

fn merged(text: String, left: Entry, right: Entry, names: Vec<String>) -> Entry {
    let mut scope = both(left.scope, right.scope);
    scope.merged.extend(names);
    Entry { text, scope, replicated: false }
}

/// The columns of both sides. A merged name that the other side has as well can no longer stand alone.
fn both(left: Scope, right: Scope) -> Scope {
    let mut merged: Vec<String> = Vec::new();
    for (own, other) in [(&left, &right), (&right, &left)] {
        let alone = |name: &&String| other.columns.iter().all(|column| column.name != **name);
        merged.extend(own.merged.iter().filter(alone).cloned());
    }
    Scope { columns: left.columns.into_iter().chain(right.columns).collect(), merged }
}
