//! The names that a statement can mean: those of the catalog, and those that it gives itself.

use std::collections::BTreeSet;

use querent_schema::ast::{Ident, SelectItem, Statement, TableFactorKind};
use querent_schema::catalog::Catalog;

use crate::random::Random;
use crate::scope::quote;
use crate::walk::{self, Node};

/// The names in reach, each as it is compared: in lower case.
pub(super) struct Names<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) columns: BTreeSet<String>,
    pub(super) tables: BTreeSet<String>,
    pub(super) aliases: BTreeSet<String>,
    /// Every word of the text.
    words: BTreeSet<String>,
}

impl<'a> Names<'a> {
    pub(super) fn new(sql: &str, statement: &Statement, catalog: &'a Catalog) -> Names<'a> {
        let mut names = Names {
            catalog,
            columns: BTreeSet::new(),
            tables: BTreeSet::new(),
            aliases: BTreeSet::new(),
            words: BTreeSet::new(),
        };
        for table in catalog.tables().unwrap_or_default() {
            names.tables.extend(table.path.last().map(|name| name.to_lowercase()));
            names.columns.extend(table.columns.iter().map(|column| column.name.to_lowercase()));
        }
        let word = |c: char| !c.is_alphanumeric() && c != '_';
        names.words.extend(sql.split(word).filter(|word| !word.is_empty()).map(str::to_lowercase));
        walk::statement(statement, &mut |_, node| names.see(&node));
        names
    }

    fn see(&mut self, node: &Node<'_>) {
        match node {
            Node::With(with) => {
                for cte in &with.ctes {
                    self.tables.insert(folded(&cte.alias.name));
                    self.columns.extend(cte.alias.columns.iter().map(folded));
                }
            }
            Node::Item(SelectItem::Expr { alias: Some(alias), .. }) => {
                self.columns.insert(folded(&alias.ident));
            }
            Node::Factor(factor) => {
                if let Some(alias) = &factor.alias {
                    self.aliases.insert(folded(&alias.name));
                    self.columns.extend(alias.columns.iter().map(folded));
                } else if let TableFactorKind::Table(name) = &factor.kind {
                    self.aliases.insert(folded(name.last()));
                }
            }
            _ => {}
        }
    }

    /// A misspelling that is nearer to the name than to any other that could stand in its place, as it is written.
    pub(super) fn misspelt(
        &self,
        ident: &Ident,
        among: &BTreeSet<String>,
        random: &mut Random,
    ) -> Option<String> {
        let own = ident.value.to_lowercase();
        for _ in 0..12 {
            let Some(wrong) = changed(&ident.value, random) else { continue };
            let lower = wrong.to_lowercase();
            let taken = self.words.contains(&lower)
                || self.columns.contains(&lower)
                || self.tables.contains(&lower)
                || self.aliases.contains(&lower)
                || !(self.catalog.dialect.functions)().kinds(&lower).is_empty()
                    && !(self.catalog.dialect.functions)().is_open();
            let near_another = among.iter().any(|other| *other != own && is_near(&lower, other));
            if lower == own || taken || near_another {
                continue;
            }
            let written = if ident.quoted { format!("\"{}\"", wrong.replace('"', "\"\"")) } else { wrong };
            let bare = ident.quoted
                || quote(self.catalog.dialect, &written.to_lowercase()) == written.to_lowercase()
                || quote(self.catalog.dialect, &written.to_uppercase()) == written.to_uppercase();
            if bare {
                return Some(written);
            }
        }
        None
    }
}

pub(super) fn folded(ident: &Ident) -> String {
    ident.value.to_lowercase()
}

/// One slip of the finger: two letters swapped, one left out, one twice, one for another.
fn changed(name: &str, random: &mut Random) -> Option<String> {
    let letters: Vec<char> = name.chars().collect();
    if letters.len() < 2 || !letters.iter().all(|c| c.is_alphanumeric() || *c == '_') {
        return None;
    }
    let at = random.below(letters.len());
    let mut wrong = letters.clone();
    match random.below(4) {
        0 if at + 1 < letters.len() => wrong.swap(at, at + 1),
        1 if letters.len() > 3 => {
            wrong.remove(at);
        }
        2 => wrong.insert(at, letters[at]),
        _ => wrong[at] = if letters[at] == 'x' { 'z' } else { 'x' },
    }
    let begins = wrong.first().is_some_and(|c| c.is_alphabetic() || *c == '_');
    begins.then(|| wrong.into_iter().collect())
}

/// Whether two names differ by one slip at most.
fn is_near(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let start = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[start..], &b[start..]);
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    match (&a[..a.len() - end], &b[..b.len() - end]) {
        ([], []) | ([_], []) | ([], [_]) | ([_], [_]) => true,
        ([x, y], [v, w]) => x == w && y == v,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_near;

    #[test]
    fn one_slip_is_near() {
        for (a, b) in [("abc", "abc"), ("abc", "ab"), ("abc", "abxc"), ("abc", "axc"), ("abc", "acb")] {
            assert!(is_near(a, b), "{a} {b}");
        }
        for (a, b) in [("abc", "cba"), ("abc", "a"), ("abcd", "axcx")] {
            assert!(!is_near(a, b), "{a} {b}");
        }
    }
}
