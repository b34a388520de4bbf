//! The columns that a name can mean at one place of a query, and how names find them.
//!
//! The rules are DataFusion's (`datafusion-sql/src/expr/identifier.rs`, `datafusion-common/src/dfschema.rs`): a
//! qualifier matches when its parts equal the last parts of the relation's name, a longer qualifier is tried before a
//! field of a struct, and an unqualified name that fits several columns means the one without a qualifier, if there is
//! exactly one, or the columns merged by one USING.

use std::rc::Rc;

use querent_types::SqlType;

use crate::ast::{ColumnOverride, JoinKind, Span};
use crate::dialect::{Dialect, Habit};

use super::typed::{Key, Origin, Ty, Why};

/// One column of a relation.
#[derive(Debug, Clone)]
pub(super) struct Field {
    /// The relation's name, outermost part first.
    pub(super) qualifier: Option<Rc<[String]>>,
    pub(super) name: Rc<str>,
    pub(super) ty: Ty,
    /// The type that its values really have, where that is not the type that the engine computes with.
    pub(super) carried: Option<Option<SqlType>>,
    /// Whether it may be NULL, outer joins aside.
    pub(super) nullable: bool,
    pub(super) why: Why,
    pub(super) origin: Option<Origin>,
    /// The outer joins whose unmatched rows leave it NULL.
    pub(super) outer: Vec<usize>,
    pub(super) key: Key,
    /// Where it stands in the select list that made it.
    pub(super) span: Span,
    /// Whether `*` leaves it out.
    pub(super) hidden: bool,
    /// The server's own name of its type.
    pub(super) native: Option<Rc<str>>,
    /// What its alias overrides, in the outermost select list.
    pub(super) over: Option<ColumnOverride>,
}

impl Field {
    /// The qualifier and the name, as messages and DataFusion's column names print them.
    pub(super) fn flat_name(&self) -> String {
        flat_name(self.qualifier.as_deref(), &self.name)
    }

    /// The innermost part of the relation's name.
    pub(super) fn relation(&self) -> &str {
        self.qualifier.as_ref().and_then(|parts| parts.last()).map_or("", String::as_str)
    }
}

/// A qualifier and a name, as messages print them.
pub(super) fn flat_name(qualifier: Option<&[String]>, name: &str) -> String {
    match qualifier {
        Some(qualifier) => format!("{}.{name}", qualifier.join(".")),
        None => name.to_owned(),
    }
}

/// What a query or a FROM entry gives.
#[derive(Debug, Clone, Default)]
pub(super) struct Relation {
    pub(super) fields: Vec<Field>,
    /// Sets of columns merged by USING or NATURAL, by their keys.
    pub(super) using: Vec<Vec<Key>>,
    /// Columns merged by NATURAL where none of them is meant by the name alone.
    pub(super) apart: Vec<Key>,
    /// The names of relations whose columns are not known because of an error; a missing column may be theirs.
    pub(super) unknown: Vec<Rc<[String]>>,
    /// Whether a relation without a name has columns that are not known.
    pub(super) open: bool,
    /// Whether a USING failed, so that it is not known which columns were to be merged: no name is ambiguous for that.
    pub(super) misjoined: bool,
}

impl Relation {
    /// A relation of which nothing is known.
    pub(super) fn unknown() -> Relation {
        Relation { open: true, ..Relation::default() }
    }

    /// Whether some columns are not known, so that a missing name is no error.
    pub(super) fn is_open(&self) -> bool {
        self.open || !self.unknown.is_empty()
    }

    /// Whether a relation of this name may be there without its columns being known.
    pub(super) fn may_have(&self, dialect: &Dialect, qualifier: &[String]) -> bool {
        self.open || self.unknown.iter().any(|name| same_relation(dialect, qualifier, name))
    }

    /// Gives all columns one qualifier, as an alias does, and makes their names unique.
    pub(super) fn qualify(&mut self, qualifier: Rc<[String]>) {
        let mut seen: std::collections::HashSet<Rc<str>> = std::collections::HashSet::new();
        let mut counts: std::collections::HashMap<Rc<str>, usize> = std::collections::HashMap::new();
        for field in &mut self.fields {
            let original = field.name.clone();
            let count = counts.entry(original.clone()).or_insert(0);
            while seen.contains(&field.name) {
                *count += 1;
                field.name = format!("{original}:{count}").into();
            }
            seen.insert(field.name.clone());
            field.qualifier = Some(qualifier.clone());
        }
        self.using.clear();
        self.apart.clear();
        if self.is_open() {
            self.open = false;
            self.unknown = vec![qualifier];
        }
    }
}

/// An outer join whose unmatched rows hold NULLs.
#[derive(Debug, Clone)]
pub(super) struct OuterJoin {
    pub(super) kind: JoinKind,
    /// Set once a predicate excludes its unmatched rows.
    pub(super) excluded: bool,
}

/// What a name was found to mean in one relation.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Found {
    /// A column, and how many of the name's parts were used up.
    Field(usize, usize),
    /// Several columns.
    Ambiguous(Vec<usize>),
    /// Nothing.
    Missing,
    /// Nothing that is known, but a relation with unknown columns may have it.
    Silent,
}

impl Relation {
    /// Finds a column by a folded name of one part.
    pub(super) fn find_unqualified(&self, dialect: &Dialect, name: &str) -> Found {
        let mut matches: Vec<usize> = Vec::new();
        for (i, field) in self.fields.iter().enumerate() {
            // Names that are one have one length; it is the cheap part of the comparison.
            if field.name.len() == name.len() && dialect.same(&field.name, name) {
                matches.push(i);
            }
        }
        match matches[..] {
            [] if self.is_open() => return Found::Silent,
            [] => return Found::Missing,
            [one] => return Found::Field(one, 1),
            _ => {}
        }
        let bare: Vec<usize> =
            matches.iter().copied().filter(|&i| self.fields[i].qualifier.is_none()).collect();
        if let [one] = bare[..] {
            return Found::Field(one, 1);
        }
        let is_apart = |i: &usize| self.apart.contains(&self.fields[*i].key);
        if !self.misjoined && matches.iter().any(is_apart) {
            return Found::Ambiguous(matches);
        }
        let any = dialect.has(Habit::UsingInSelectList);
        let merges = |keys: &Vec<Key>| {
            let mut columns = matches.iter().map(|&i| keys.contains(&self.fields[i].key));
            if any { columns.any(|is_one| is_one) } else { columns.all(|is_one| is_one) }
        };
        let merged = self.misjoined || self.using.iter().any(merges);
        if merged { Found::Field(matches[0], 1) } else { Found::Ambiguous(matches) }
    }

    /// Finds a column by a folded name of several parts; parts left over are struct fields.
    pub(super) fn find_qualified(&self, dialect: &Dialect, parts: &[String]) -> Found {
        // A qualifier has at most three parts: `catalog.schema.table.column` is tried before shorter ones.
        for qualifier_len in (1..parts.len().min(4)).rev() {
            let (qualifier, name) = (&parts[..qualifier_len], &parts[qualifier_len]);
            if let Some(i) = self.position(dialect, qualifier, name) {
                return Found::Field(i, qualifier_len + 1);
            }
        }
        if let Found::Field(i, _) = self.find_unqualified(dialect, &parts[0])
            && parts.len() > 1
        {
            return Found::Field(i, 1);
        }
        let qualifier = &parts[..(parts.len() - 1).clamp(1, 3)];
        if self.open || self.unknown.iter().any(|name| same_relation(dialect, qualifier, name)) {
            return Found::Silent;
        }
        Found::Missing
    }

    fn position(&self, dialect: &Dialect, qualifier: &[String], name: &str) -> Option<usize> {
        self.fields.iter().position(|field| {
            dialect.same(&field.name, name)
                && field.qualifier.as_ref().is_some_and(|own| same_relation(dialect, qualifier, own))
        })
    }

    /// The columns of the relation that a qualifier names.
    pub(super) fn of_relation<'a>(
        &'a self,
        dialect: &'a Dialect,
        qualifier: &'a [String],
    ) -> impl Iterator<Item = usize> + 'a {
        (0..self.fields.len()).filter(move |&i| {
            self.fields[i].qualifier.as_ref().is_some_and(|own| same_relation(dialect, qualifier, own))
        })
    }

    /// Whether a qualifier names a relation here, even one whose columns are not known.
    pub(super) fn has_relation(&self, dialect: &Dialect, qualifier: &[String]) -> bool {
        self.of_relation(dialect, qualifier).next().is_some()
            || self.unknown.iter().any(|name| same_relation(dialect, qualifier, name))
    }
}

/// Whether two relation names agree in the parts that both have, innermost first.
pub(super) fn same_relation(dialect: &Dialect, a: &[String], b: &[String]) -> bool {
    a.iter().rev().zip(b.iter().rev()).all(|(a, b)| dialect.same(a, b))
}
