//! Holds what `ddl::evaluate` makes of a script's definitions against the tables that the engine then has.
//!
//! The query checker is asked with the engine's tables, so that a fault here is told once and not by every later statement.
//! A table over a file whose columns are not in the SQL cannot be followed; it is counted apart, and so is what is made
//! of it.

use std::collections::{BTreeMap, BTreeSet};

use querent_schema::{ddl, dialect};
use querent_types::{SourceDescription, TableDescription, TableKind};

use crate::corpus::{Case, Script};
use crate::engine::{Answer, Outcome};
use crate::judge::{Disagreement, Figures, What};

/// The definitions of one script so far.
#[derive(Default)]
pub(crate) struct Definitions {
    /// Names and texts of those that made what is there.
    made: Vec<(String, String)>,
    /// Place and text of the last one, until it has been compared.
    pending: Option<(String, String)>,
    /// The engine's tables at the last comparison.
    tables: BTreeMap<Vec<String>, TableDescription>,
}

impl Definitions {
    /// Notes a statement that the engine took, if it is one that a DDL file may hold.
    pub(crate) fn follow(&mut self, script: &Script, case: &Case, answer: &Answer) {
        let word = case.sql.split_whitespace().next().unwrap_or_default().to_uppercase();
        let defines = ["CREATE", "DROP", "ALTER"].contains(&word.as_str());
        if answer.outcome == Outcome::Accepted && defines && answer.option.is_none() {
            let name = defined_name(&case.sql);
            let there = self.made.iter().any(|(made, _)| *made == name);
            if !(there && case.sql.to_uppercase().contains("IF NOT EXISTS")) {
                self.made.retain(|(made, _)| *made != name || word == "ALTER");
                if word != "DROP" {
                    self.made.push((name, case.sql.trim_end().trim_end_matches(';').to_owned()));
                }
            }
            self.pending = Some((format!("{}:{}", script.name, case.at), case.sql.clone()));
        }
    }

    /// The texts that a definition stands on, itself the last: those of all names that it holds, and theirs.
    fn needed(&self, sql: &str) -> String {
        let own = sql.trim_end().trim_end_matches(';');
        let mut wanted: Vec<bool> = self.made.iter().map(|(_, made)| made == own).collect();
        let mut open = vec![sql];
        while let Some(text) = open.pop() {
            let words: BTreeSet<String> =
                text.split(|c: char| !(c.is_alphanumeric() || c == '_')).map(str::to_lowercase).collect();
            for (i, (name, made)) in self.made.iter().enumerate() {
                if !wanted[i] && words.contains(name) {
                    wanted[i] = true;
                    open.push(made);
                }
            }
        }
        let texts = self.made.iter().zip(wanted).filter(|(_, wanted)| *wanted);
        texts.map(|((_, text), _)| format!("{text}\n;\n")).collect()
    }

    /// Compares the tables that are new or changed.
    pub(crate) fn compare(
        &mut self,
        source: &SourceDescription,
        figures: &mut Figures,
        found: &mut Vec<Disagreement>,
    ) {
        let own = source.tables.iter().filter(|table| table.kind != TableKind::System);
        let tables: BTreeMap<_, _> = own.map(|table| (table.path.clone(), table.clone())).collect();
        let Some((at, sql)) = self.pending.take() else {
            self.tables = tables;
            return;
        };
        let changed = tables.values().filter(|table| self.tables.get(&table.path) != Some(table));
        let Some(dialect) = dialect::by_name(&source.dialect) else { return };
        let file = ddl::File { name: "script.sql".to_owned(), text: self.needed(&sql) };
        let mut made = None;
        for table in changed {
            let made = made.get_or_insert_with(|| ddl::evaluate(std::slice::from_ref(&file), dialect));
            let ours = made.source.tables.iter().find(|made| made.path == table.path);
            let from_files =
                made.notes.iter().any(|note| note.text.contains("its columns are not in the SQL"));
            if ours.is_none() && from_files {
                figures.tables_from_files += 1;
                continue;
            }
            if figures.tables.count(ours.is_some_and(|ours| same(ours, table))) {
                continue;
            }
            let last = made.findings.last().map(|finding| finding.diagnostic.message.clone());
            found.push(Disagreement {
                at: at.clone(),
                sql: sql.clone(),
                what: What::Table,
                ours: ours.map_or_else(|| last.unwrap_or("no table".to_owned()), shown),
                theirs: shown(table),
            });
        }
        self.tables = tables;
    }
}

/// The name of what a definition makes: its last part, in lower case.
fn defined_name(sql: &str) -> String {
    let words =
        sql.split(|c: char| c.is_whitespace() || c == '(' || c == ';').filter(|word| !word.is_empty());
    let is = |word: &str, of: &[&str]| of.iter().any(|one| word.eq_ignore_ascii_case(one));
    let mut after = words.skip_while(|word| !is(word, &["TABLE", "VIEW"])).skip(1);
    let name = after.find(|word| !is(word, &["IF", "NOT", "EXISTS"])).unwrap_or_default();
    name.rsplit('.').next().unwrap_or_default().trim_matches('"').to_lowercase()
}

/// Whether both have the same columns, and none is NOT NULL here that a later INSERT may put a NULL into: a view's may be
/// known never to be NULL although the engine does not know it.
fn same(ours: &TableDescription, theirs: &TableDescription) -> bool {
    let view = theirs.kind == TableKind::View;
    ours.columns.len() == theirs.columns.len()
        && ours.columns.iter().zip(&theirs.columns).all(|(ours, theirs)| {
            ours.name == theirs.name && ours.ty == theirs.ty && (ours.nullable || !theirs.nullable || view)
        })
}

fn shown(table: &TableDescription) -> String {
    let columns = table.columns.iter().map(|column| {
        let ty = column.ty.as_ref().map_or("?".to_owned(), ToString::to_string);
        format!("{} {ty}{}", column.name, if column.nullable { "" } else { " not null" })
    });
    format!("{} ({})", table.path.join("."), columns.collect::<Vec<_>>().join(", "))
}
