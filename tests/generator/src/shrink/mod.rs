//! Makes a statement that shows something as short as it can be and still shows it.
//!
//! Parts of the tree are left out or replaced by what is in them, on the text itself by the spans of the tree, so that what
//! stays is just what was written. Every step makes the text shorter, so it ends; it draws nothing, so it repeats.

mod cuts;
mod tokens;

use querent_schema::ast::Span;
use querent_schema::dialect::Dialect;
use querent_schema::parse::{Source, with_stack};

/// What stands instead of a part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Cut {
    span: Span,
    text: String,
}

impl Cut {
    /// The bytes by which the text becomes shorter.
    fn gain(&self) -> usize {
        ((self.span.end - self.span.start) as usize).saturating_sub(self.text.len())
    }

    fn apply(&self, sql: &str) -> Option<String> {
        let (before, after) = (sql.get(..self.span.start as usize)?, sql.get(self.span.end as usize..)?);
        Some(format!("{before}{}{after}", self.text).trim().to_owned())
    }
}

/// The shortest text found for which `still` holds; the text itself where it does not hold for it.
///
/// `still` is asked for every candidate, about as often as the statement has nodes for each cut that stays.
pub fn shrink(sql: &str, dialect: &'static Dialect, mut still: impl FnMut(&str) -> bool) -> String {
    let mut shortest = sql.trim().to_owned();
    if !still(&shortest) {
        return sql.to_owned();
    }
    // Where the same cut was refused before, the next one of the list is tried first: cuts are independent mostly.
    let mut from = 0;
    loop {
        let cuts = candidates(&shortest, dialect);
        let count = cuts.len();
        let mut found = None;
        for step in 0..count {
            let place = (from + step) % count;
            let Some(text) = cuts[place].apply(&shortest).filter(|text| text.len() < shortest.len()) else {
                continue;
            };
            if still(&text) {
                found = Some((place, text));
                break;
            }
        }
        match found {
            Some((place, text)) => (from, shortest) = (place, text),
            None => return shortest,
        }
    }
}

/// Every cut that makes the text shorter, the largest first.
fn candidates(sql: &str, dialect: &'static Dialect) -> Vec<Cut> {
    let (source, _) = Source::new(sql, dialect);
    let parsed = source.parse(&|_| true);
    let mut cuts = match &parsed.statements[..] {
        [] => tokens::cuts(sql),
        statements => with_stack(source.stack_levels(), || {
            statements.iter().flat_map(|statement| cuts::cuts(sql, statement)).collect()
        }),
    };
    cuts.retain(|cut| cut.gain() > 0);
    cuts.sort_by(|a, b| b.gain().cmp(&a.gain()).then_with(|| (a.span, &a.text).cmp(&(b.span, &b.text))));
    cuts.dedup();
    cuts
}

#[cfg(test)]
mod tests {
    use querent_schema::dialect::by_name;

    use super::shrink;

    #[track_caller]
    fn check(sql: &str, needle: &str, expected: &str) {
        let dialect = by_name("datafusion").expect("a dialect");
        assert_eq!(shrink(sql, dialect, |text| text.contains(needle)), expected);
    }

    #[test]
    fn what_shows_nothing_stays() {
        check("SELECT 1", "x", "SELECT 1");
    }

    #[test]
    fn clauses_and_items_go() {
        check(
            "WITH a AS (SELECT 1) SELECT x, y AS z, upper(s) FROM t JOIN u ON t.i = u.i WHERE x > 1 AND b GROUP BY x \
             HAVING count(*) > 1 ORDER BY 1 LIMIT 3",
            "upper",
            "SELECT upper(s)",
        );
    }

    #[test]
    fn a_condition_is_cut_to_its_part() {
        check("SELECT 1 FROM t WHERE a = 1 AND (b LIKE 'x' OR c IS NULL)", "LIKE", "SELECT 1 WHERE b LIKE 1");
    }

    #[test]
    fn what_does_not_parse_is_cut_by_tokens() {
        check("SELECT a, FROM FROM t WHERE (x = 1", "FROM FROM", "FROM FROM");
    }
}
