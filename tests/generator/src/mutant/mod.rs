//! Statements with one mistake, or with two: what a checker must find in them is known from how they were made.
//!
//! Only text is changed, at the place of one token of the tree. A misspelt name is surely wrong: no table, column,
//! function or alias in reach is called so. What else is changed may still be right, which an engine must say.

mod measure;
mod names;
mod sites;

pub use measure::{Figures, Judged, judge};

use querent_schema::ast::Span;
use querent_schema::catalog::Catalog;
use querent_schema::parse::{Source, with_stack};

use crate::random::Random;
use names::Names;
use sites::Site;

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mistake {
    /// A column that there is not.
    Column,
    /// A table that there is not.
    Table,
    /// A function that there is not.
    Function,
    /// A qualifier that there is not.
    Alias,
    /// An argument too many or too few.
    Arity,
    /// A value of another type.
    Type,
    /// A key of GROUP BY left out.
    GroupBy,
    /// A column that several tables have, without its table.
    Ambiguous,
    /// A parameter more than values are given for.
    SurplusParameter,
    /// A parameter less.
    MissingParameter,
}

impl Mistake {
    /// Every kind.
    pub const ALL: &'static [Mistake] = &[
        Mistake::Column,
        Mistake::Table,
        Mistake::Function,
        Mistake::Alias,
        Mistake::Arity,
        Mistake::Type,
        Mistake::GroupBy,
        Mistake::Ambiguous,
        Mistake::SurplusParameter,
        Mistake::MissingParameter,
    ];

    /// Whether it is a misspelt name.
    pub fn is_misspelling(self) -> bool {
        matches!(self, Mistake::Column | Mistake::Table | Mistake::Function | Mistake::Alias)
    }
}

/// One change of a mutant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What is wrong.
    pub mistake: Mistake,
    /// The changed token, in the mutant's text.
    pub span: Span,
    /// What stood there.
    pub original: String,
    /// Whether it is wrong on every engine of the dialect.
    pub certain: bool,
}

/// A statement with mistakes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mutant {
    /// The text.
    pub sql: String,
    /// One change, or two that do not depend on one another, in the order of the text.
    pub changes: Vec<Change>,
}

/// One mutant of each kind that the statement has a place for, and one with two misspelt names.
pub fn mutants(sql: &str, catalog: &Catalog, seed: u64) -> Vec<Mutant> {
    let mut random = Random::new(seed);
    let (source, _) = Source::new(sql, catalog.dialect);
    let mut parsed = source.parse(&|_| true);
    let (Some(statement), true) = (parsed.statements.pop(), parsed.diagnostics.is_empty()) else {
        return Vec::new();
    };
    let found = with_stack(source.stack_levels(), || {
        let names = Names::new(sql, &statement, catalog);
        sites::sites(sql, &statement, &names, source.params.len(), &mut random)
    });
    let mut all = Vec::new();
    for mistake in Mistake::ALL {
        let own: Vec<&Site> = found.iter().filter(|site| site.mistake == *mistake).collect();
        all.extend(random.pick(&own).map(|site| applied(sql, &[site])));
    }
    all.extend(pair(sql, &found, &mut random));
    all
}

/// Two misspelt names of which neither hides the other: columns and functions.
fn pair(sql: &str, found: &[Site], random: &mut Random) -> Option<Mutant> {
    let own: Vec<&Site> = found
        .iter()
        .filter(|site| matches!(site.mistake, Mistake::Column | Mistake::Function) && !site.hides)
        .collect();
    let first = *random.pick(&own)?;
    let others: Vec<&Site> =
        own.into_iter().filter(|site| site.original != first.original && site.text != first.text).collect();
    let second = *random.pick(&others)?;
    let (a, b) = if first.span.start < second.span.start { (first, second) } else { (second, first) };
    (a.span.end <= b.span.start).then(|| applied(sql, &[a, b]))
}

/// The text with changes, which stand in its order.
fn applied(sql: &str, sites: &[&Site]) -> Mutant {
    let mut mutant = Mutant { sql: String::new(), changes: Vec::new() };
    let mut from = 0;
    for site in sites {
        mutant.sql.push_str(&sql[from..site.span.start as usize]);
        let start = mutant.sql.len();
        mutant.sql.push_str(&site.text);
        mutant.changes.push(Change {
            mistake: site.mistake,
            span: Span::new(start, mutant.sql.len()),
            original: site.original.clone(),
            certain: site.certain,
        });
        from = site.span.end as usize;
    }
    mutant.sql.push_str(&sql[from..]);
    mutant
}
