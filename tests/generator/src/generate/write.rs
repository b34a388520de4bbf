//! INSERT, UPDATE, DELETE and MERGE.

use querent_types::SqlType;

use super::subquery::scope_of;
use super::{Generator, Place};
use crate::features::Feature;
use crate::scope::{Column, Scope, Table};
use crate::walk::Clause;

impl Generator {
    /// A statement that changes rows; `None` where the dialect has none, or no table takes any.
    pub(super) fn write(&mut self) -> Option<String> {
        let writable: Vec<Table> = self.tables.iter().filter(|table| table.writable).cloned().collect();
        let table = self.random.pick(&writable)?.clone();
        let all = [
            Feature::InsertValues,
            Feature::InsertSelect,
            // What is set holds what no other clause does.
            Feature::Update,
            Feature::Update,
            Feature::Update,
            Feature::Delete,
            Feature::Merge,
            Feature::MergeByKey,
        ];
        let had: Vec<Feature> = all.into_iter().filter(|feature| self.has(*feature)).collect();
        match *self.random.pick(&had)? {
            Feature::InsertValues => Some(self.insert_values(&table, "INSERT INTO", "")),
            Feature::InsertSelect => Some(self.insert_select(&table)),
            Feature::Update => self.update(&table),
            Feature::Delete => Some(self.delete(&table)),
            Feature::Merge => self.merge(&table),
            Feature::MergeByKey if !table.key.is_empty() => {
                let key = format!(" KEY ({})", table.key.join(", "));
                Some(self.insert_values(&table, "MERGE INTO", &key))
            }
            _ => None,
        }
    }

    /// The columns that are written: all that must be, and some of the others.
    fn written_columns(&mut self, table: &Table) -> Vec<Column> {
        let all = self.random.chance(40);
        let must = |column: &Column| !column.optional || table.key.contains(&column.name);
        let mut columns: Vec<Column> = Vec::new();
        for column in &table.columns {
            if all || must(column) || self.random.chance(50) {
                columns.push(column.clone());
            }
        }
        if columns.is_empty() { table.columns.clone() } else { columns }
    }

    fn value(&mut self, column: &Column) -> String {
        if column.optional && self.may(Feature::DefaultValue, 10) {
            return "DEFAULT".to_owned();
        }
        if column.optional && self.random.chance(10) {
            return "NULL".to_owned();
        }
        let nothing = Scope::default();
        let place = Place { subqueries: false, ..Place::new(Clause::Values, &nothing, 1) };
        self.beside(place, &column.ty)
    }

    fn insert_values(&mut self, table: &Table, verb: &str, key: &str) -> String {
        let columns = self.written_columns(table);
        let mut rows = Vec::new();
        for _ in 0..1 + self.random.below(2) {
            let row: Vec<String> = columns.iter().map(|column| self.value(column)).collect();
            rows.push(format!("({})", row.join(", ")));
        }
        // H2 counts hidden columns, too, where MERGE names none.
        let list = match key {
            "" => self.column_list(table, &columns),
            _ => self.named_columns(&columns),
        };
        let conflict = if self.may(Feature::OnConflictNothing, 20) { " ON CONFLICT DO NOTHING" } else { "" };
        format!("{verb} {}{list}{key} VALUES {}{conflict}", table.name, rows.join(", "))
    }

    /// The names of the columns; nothing where all are written in order, sometimes.
    fn column_list(&mut self, table: &Table, columns: &[Column]) -> String {
        if columns.len() == table.columns.len() && self.random.chance(40) {
            return String::new();
        }
        self.named_columns(columns)
    }

    fn named_columns(&self, columns: &[Column]) -> String {
        let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        format!(" ({})", names.join(", "))
    }

    fn insert_select(&mut self, table: &Table) -> String {
        let columns = self.written_columns(table);
        let types: Vec<SqlType> = columns.iter().map(|column| column.ty.clone()).collect();
        let (query, _) = self.query(Some(&types), 1, true);
        format!("INSERT INTO {}{} {query}", table.name, self.column_list(table, &columns))
    }

    fn assignments(&mut self, table: &Table, scope: &Scope) -> Option<String> {
        let free: Vec<Column> =
            table.columns.iter().filter(|column| !table.key.contains(&column.name)).cloned().collect();
        let mut chosen: Vec<Column> = Vec::new();
        for _ in 0..1 + self.random.below(3) {
            let column = self.random.pick(&free)?.clone();
            if !chosen.iter().any(|own| own.name == column.name) {
                chosen.push(column);
            }
        }
        let place = Place { subqueries: false, ..Place::new(Clause::Set, scope, 3) };
        let mut parts = Vec::new();
        for column in chosen {
            let value = if column.optional && self.random.chance(10) {
                "NULL".to_owned()
            } else if self.random.chance(25) {
                self.beside(place, &column.ty)
            } else if self.random.chance(60) {
                // A condition holds what few columns are: truth values.
                let (condition, value) = (self.condition(place), self.typed(place.deeper(), &column.ty).text);
                format!("CASE WHEN {condition} THEN {value} END")
            } else {
                self.typed(place, &column.ty).text
            };
            parts.push(format!("{} = {value}", column.name));
        }
        Some(parts.join(", "))
    }

    fn update(&mut self, table: &Table) -> Option<String> {
        let scope = scope_of(&table.columns, &table.name);
        let set = self.assignments(table, &scope)?;
        let filter = self.write_filter(&scope);
        let limit = if self.may(Feature::RowLimit, 20) { " LIMIT 1" } else { "" };
        Some(format!("UPDATE {} SET {set}{filter}{limit}", table.name))
    }

    fn delete(&mut self, table: &Table) -> String {
        let scope = scope_of(&table.columns, &table.name);
        let filter = self.write_filter(&scope);
        let limit = if self.may(Feature::RowLimit, 20) { " LIMIT 1" } else { "" };
        format!("DELETE FROM {}{filter}{limit}", table.name)
    }

    fn write_filter(&mut self, scope: &Scope) -> String {
        if self.random.chance(20) {
            return String::new();
        }
        let place =
            Place { subqueries: self.dialect.name != "datafusion", ..Place::new(Clause::Where, scope, 2) };
        format!(" WHERE {}", self.condition(place))
    }

    fn merge(&mut self, table: &Table) -> Option<String> {
        if table.key.is_empty() {
            return None;
        }
        let (target, target_scope) = self.aliased(table);
        let source = self.random.pick(&self.tables)?.clone();
        let (using, source_scope) = self.aliased(&source);
        let mut pairs = Vec::new();
        for own in target_scope.columns.iter().filter(|own| table.key.contains(&own.name)) {
            for other in source_scope.columns.iter().filter(|other| other.ty == own.ty) {
                pairs.push(format!(
                    "{} = {}",
                    target_scope.written(own, true),
                    source_scope.written(other, true)
                ));
            }
        }
        let on = self.random.pick(&pairs)?.clone();
        let both = Scope {
            columns: target_scope.columns.iter().chain(&source_scope.columns).cloned().collect(),
            merged: Vec::new(),
        };
        let mut clauses = Vec::new();
        if self.random.chance(70) {
            clauses.push(format!("WHEN MATCHED THEN UPDATE SET {}", self.assignments(table, &both)?));
        }
        if self.random.chance(60) || clauses.is_empty() {
            let columns = self.written_columns(table);
            let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
            let place =
                Place { subqueries: false, params: false, ..Place::new(Clause::Values, &source_scope, 1) };
            let values: Vec<String> =
                columns.iter().map(|column| self.typed(place, &column.ty).text).collect();
            clauses.push(format!(
                "WHEN NOT MATCHED THEN INSERT ({}) VALUES ({})",
                names.join(", "),
                values.join(", ")
            ));
        }
        Some(format!("MERGE INTO {target} USING {using} ON {on} {}", clauses.join(" ")))
    }
}
