//! What `EXPLAIN` prints, as a tree: operations, where the columns of the result come from, execution options, buckets.
//!
//! The text is that of 25.6 and 26.1 (column `QUERY PLAN`, names in quotes), and of 26.2 and later (column `EXPLAIN`, headings,
//! quotes only where they are needed), as far as public texts show it. `EXPLAIN (RAW)` is in [`raw`].

mod line;
mod origin;
pub mod raw;
mod tree;

use std::fmt;
use std::ops::RangeInclusive;

pub use origin::{Origin, Output};
pub use tree::{Motion, Node};

/// The columns of `EXPLAIN`'s result, by version: until 26.1, and from 26.2 on.
pub const COLUMNS: [&str; 2] = ["QUERY PLAN", "EXPLAIN"];

/// A plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explain {
    /// Its outermost operation.
    pub root: Node,
    /// What it names `$0`, `$1` …: subqueries and windows, by what stands before the colon (`subquery $0`).
    pub parts: Vec<(String, Node)>,
    /// The execution options that hold for it, as they stand.
    pub options: Vec<(String, u64)>,
    /// Where it runs.
    pub buckets: Buckets,
}

/// The buckets in which a statement's rows are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Buckets {
    /// Any node can answer: no sharded table is read.
    Any,
    /// They are known only when it runs.
    Unknown,
    /// Just these.
    Exact(Vec<RangeInclusive<u64>>),
    /// Some or all of these.
    AtMost(Vec<RangeInclusive<u64>>),
}

impl Buckets {
    /// The one bucket in which all rows are, where there is one.
    pub fn single(&self) -> Option<u64> {
        match self {
            Buckets::Exact(ranges) => match &ranges[..] {
                [range] if range.start() == range.end() => Some(*range.start()),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Why a text is no plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanError {
    /// There is no operation in it.
    Empty,
    /// A second operation stands beside the outermost one.
    TwoRoots,
    /// A bracket or quote is not closed.
    Unclosed,
    /// An option is no `name = number`.
    Option,
    /// It does not say which buckets, or in a form that is not known.
    Buckets,
    /// A section of a raw plan has no heading.
    Heading,
    /// A row of a raw plan has no numbers.
    Row,
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            PlanError::Empty => "the plan is empty",
            PlanError::TwoRoots => "the plan has two outermost operations",
            PlanError::Unclosed => "a bracket or quote of the plan is not closed",
            PlanError::Option => "an execution option of the plan is no `name = number`",
            PlanError::Buckets => "the plan does not say which buckets it concerns",
            PlanError::Heading => "a section of the raw plan has no heading",
            PlanError::Row => "a row of the raw plan has no numbers",
        })
    }
}

impl std::error::Error for PlanError {}

impl Explain {
    /// Reads the lines of an answer; one value of the answer may be several.
    ///
    /// # Errors
    /// A text that is no plan of Picodata's: one of PostgreSQL's says nothing of buckets.
    pub fn parse<S: AsRef<str>>(lines: &[S]) -> Result<Explain, PlanError> {
        let whole = line::joined(lines)?;
        let (mut trees, mut options, mut buckets) = (vec![(String::new(), Vec::new())], Vec::new(), None);
        let mut in_options = false;
        for line in &whole {
            let text = line.trim();
            if text.is_empty() || line::is_ornament(text) {
                in_options &= text.is_empty();
            } else if text == "execution options:" {
                in_options = true;
            } else if let Some(said) = text.strip_prefix("buckets").filter(|said| line::is_sign(said)) {
                buckets = Some(read_buckets(said).ok_or(PlanError::Buckets)?);
                in_options = false;
            } else if in_options {
                options.push(option(text).ok_or(PlanError::Option)?);
            } else if let Some(name) = part(text) {
                trees.push((name.to_owned(), Vec::new()));
            } else if let Some((_, lines)) = trees.last_mut() {
                lines.push(line.as_str());
            }
        }
        let mut built = Vec::with_capacity(trees.len());
        for (name, lines) in trees {
            built.push((name, tree::build(&lines)?));
        }
        let (_, root) = built.remove(0);
        let buckets = buckets.ok_or(PlanError::Buckets)?;
        Ok(Explain { root, parts: built, options, buckets })
    }
}

/// `subquery $0:`, `window $1:`.
fn part(text: &str) -> Option<&str> {
    let name = text.strip_suffix(':')?;
    let (_, number) = name.rsplit_once(" $")?;
    (!number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())).then_some(name)
}

fn option(text: &str) -> Option<(String, u64)> {
    let (name, value) = text.split_once('=')?;
    Some((name.trim().to_owned(), value.trim().parse().ok()?))
}

/// ` = [1-3000]`, ` <= [62,2132]`, ` = any`.
pub(super) fn read_buckets(said: &str) -> Option<Buckets> {
    let said = said.trim();
    let (at_most, said) = match said.strip_prefix("<=") {
        Some(rest) => (true, rest.trim()),
        None => (false, said.strip_prefix('=')?.trim()),
    };
    match said {
        "any" => return Some(Buckets::Any),
        "unknown" => return Some(Buckets::Unknown),
        _ => {}
    }
    let inner = said.strip_prefix('[')?.strip_suffix(']')?;
    let ranges = inner.split(',').map(str::trim).filter(|text| !text.is_empty()).map(|text| {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        Some(first.trim().parse().ok()?..=last.trim().parse().ok()?)
    });
    let ranges = ranges.collect::<Option<Vec<_>>>()?;
    Some(if at_most { Buckets::AtMost(ranges) } else { Buckets::Exact(ranges) })
}

#[cfg(test)]
mod tests;
