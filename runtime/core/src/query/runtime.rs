//! Queries whose text is known at run time only, and rows read by column names.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::ops::Range;
use std::sync::Arc;

use super::{Executed, Fetch, FetchAll, FetchOne, FetchOptional, PlanRef, Query, Raw};
use crate::backend::{Backend, Comments, Wants};
use crate::bind::Bind;
use crate::error::{Error, ErrorKind, Result};
use crate::executor::Executor;
use crate::from_row::{self, FromRow};
use crate::plan::Piece;
use crate::source::Source;
use crate::sql;
use crate::value::Value;

/// A query whose text is known at run time only.
///
/// Parameters are `$1`, `$2`, … or `?` on every backend. The text is not checked; values never become part of it, except
/// on backends without parameters, where they are written as literals by the same rules as in checked queries.
#[must_use = "a query does nothing until one of its terminals is awaited"]
pub struct SqlQuery<'q> {
    text: Cow<'q, str>,
    values: Vec<Value<'q>>,
}

/// Begins a query whose text is known at run time only.
pub fn sql<'q>(text: impl Into<Cow<'q, str>>) -> SqlQuery<'q> {
    SqlQuery { text: text.into(), values: Vec::new() }
}

impl<'q> SqlQuery<'q> {
    /// Gives the next parameter its value.
    pub fn bind<V: Bind<'q, sql::ANY>>(mut self, value: V) -> Self {
        self.values.push(value.bind());
        self
    }

    /// The same as a query of source `S` whose rows are `R`: it takes what a checked one takes before it runs, a timeout, a
    /// page size, the options of its backend.
    pub fn of<S: Source, R: for<'b> FromRow<'b, S::Backend>>(self) -> Query<'q, S, R> {
        Query { raw: self.raw::<S>(), decode: from_row::decode::<S::Backend, R>, source: PhantomData }
    }

    pub(super) fn raw<S: Source>(self) -> Raw<'q, S::Backend> {
        let text = Text::new(self.text.into_owned(), <S::Backend as Backend>::COMMENTS);
        Raw::new(PlanRef::Text(Arc::new(text)), self.values, S::NAME)
    }

    /// All rows.
    pub fn fetch_all<'f, 'e: 'f, R, S: Source, E: Executor<'e, S>>(
        self,
        executor: E,
    ) -> FetchAll<'f, S::Backend, R>
    where
        'q: 'f,
        R: for<'b> FromRow<'b, S::Backend>,
    {
        let raw = self.raw::<S>();
        let context = raw.context();
        let batches = raw.batches(executor.into_session().target, Wants::Rows);
        FetchAll::new(batches, from_row::decode::<S::Backend, R>, context)
    }

    /// The only row; none or a second is an error.
    pub fn fetch_one<'f, 'e: 'f, R, S: Source, E: Executor<'e, S>>(
        self,
        executor: E,
    ) -> FetchOne<'f, S::Backend, R>
    where
        'q: 'f,
        R: for<'b> FromRow<'b, S::Backend>,
    {
        FetchOne(self.fetch_optional(executor))
    }

    /// The only row, if there is one; a second is an error.
    pub fn fetch_optional<'f, 'e: 'f, R, S: Source, E: Executor<'e, S>>(
        self,
        executor: E,
    ) -> FetchOptional<'f, S::Backend, R>
    where
        'q: 'f,
        R: for<'b> FromRow<'b, S::Backend>,
    {
        FetchOptional(self.fetch_all(executor).at_most(2))
    }

    /// The rows as a stream, as they arrive.
    pub fn fetch<'f, 'e: 'f, R, S: Source, E: Executor<'e, S>>(self, executor: E) -> Fetch<'f, S::Backend, R>
    where
        'q: 'f,
        R: for<'b> FromRow<'b, S::Backend>,
    {
        let raw = self.raw::<S>();
        let context = raw.context();
        let batches = raw.batches(executor.into_session().target, Wants::Rows);
        Fetch::new(batches, from_row::decode::<S::Backend, R>, context)
    }

    /// Runs the statement for its effect.
    pub async fn execute<'e, S: Source, E: Executor<'e, S>>(self, executor: E) -> Result<Executed> {
        self.raw::<S>().execute(executor.into_session().target).await
    }
}

/// A text and where its parameters stand.
pub(crate) struct Text {
    pub(crate) sql: String,
    parts: Vec<Part>,
}

enum Part {
    Text(Range<usize>),
    Param(u16),
}

impl Text {
    fn new(sql: String, comments: Comments) -> Text {
        let mut parts = Vec::new();
        let (mut from, mut questions) = (0, 0);
        for hole in holes(&sql, comments) {
            let index = match sql[hole.start + 1..hole.end].parse::<u16>() {
                Ok(number) => number.saturating_sub(1),
                Err(_) => {
                    questions += 1;
                    questions - 1
                }
            };
            parts.extend([Part::Text(from..hole.start), Part::Param(index)]);
            from = hole.end;
        }
        parts.push(Part::Text(from..sql.len()));
        Text { sql, parts }
    }

    pub(crate) fn pieces(&self) -> Vec<Piece<'_>> {
        self.parts
            .iter()
            .map(|part| match part {
                Part::Text(range) => Piece::Text(&self.sql[range.clone()]),
                Part::Param(index) => Piece::Param(*index),
            })
            .collect()
    }

    /// Whether there are as many values as parameters.
    pub(crate) fn check_values(&self, values: usize) -> Result<()> {
        let wanted = self.parts.iter().map(|part| match part {
            Part::Param(index) => usize::from(*index) + 1,
            Part::Text(_) => 0,
        });
        match wanted.max().unwrap_or(0) {
            wanted if wanted == values => Ok(()),
            wanted => Err(Error::new(
                ErrorKind::Query,
                format!("the text has {wanted} parameters and {values} values were bound"),
            )),
        }
    }
}

/// The places of `$1` and `?` outside strings, quoted identifiers and comments.
fn holes(sql: &str, comments: Comments) -> Vec<Range<usize>> {
    let bytes = sql.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        at += match rest {
            [quote @ (b'\'' | b'"' | b'`'), ..] => 1 + until(&rest[1..], &[*quote]),
            [b'-', b'-', ..] if comments == Comments::Standard => until(rest, b"\n"),
            [b'/', b'*', ..] if comments == Comments::Standard => block_comment(rest),
            [b'-', b'-', ..] | [b'/', b'/', ..] if comments == Comments::Calcite => {
                rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len())
            }
            [b'/', b'*', inside @ ..] if comments == Comments::Calcite => 2 + until(inside, b"*/"),
            [b'?', ..] => {
                found.push(at..at + 1);
                1
            }
            [b'$', b'0'..=b'9', ..] => {
                let digits = 1 + rest[1..].iter().take_while(|b| b.is_ascii_digit()).count();
                found.push(at..at + digits);
                digits
            }
            [b'$', ..] => dollar_quoted(rest),
            [b, ..] if b.is_ascii_alphanumeric() || *b == b'_' || *b >= 0x80 => {
                // A word is passed whole: the `$1` in `a$1` belongs to it.
                rest.iter()
                    .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$' | 0x80..))
                    .count()
            }
            _ => 1,
        };
    }
    found
}

/// How many bytes until after `end`, or all. A doubled quote is two strings in a row, which comes to the same.
fn until(rest: &[u8], end: &[u8]) -> usize {
    rest.windows(end.len()).position(|w| w == end).map_or(rest.len(), |p| p + end.len())
}

fn block_comment(rest: &[u8]) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < rest.len() {
        match &rest[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

/// `$tag$ … $tag$`, or a lone `$`.
fn dollar_quoted(rest: &[u8]) -> usize {
    let tag = rest[1..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    if rest.get(1 + tag) != Some(&b'$') {
        return 1;
    }
    let tag = &rest[..tag + 2];
    tag.len() + until(&rest[tag.len()..], tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sql: &str, expected: &[&str]) {
        check_in(Comments::Standard, sql, expected);
    }

    #[track_caller]
    fn check_in(comments: Comments, sql: &str, expected: &[&str]) {
        let found: Vec<&str> = holes(sql, comments).into_iter().map(|r| &sql[r]).collect();
        assert_eq!(found, expected, "{sql}");
    }

    #[test]
    fn parameters_are_found_outside_strings_and_comments() {
        check("SELECT $1, ? FROM t", &["$1", "?"]);
        check("SELECT '$1''?', \"?\", `?` -- ?\n, $12 /* ? /* $1 */ ? */ ?", &["$12", "?"]);
        check("SELECT $$ ? $$, $x$ $1 $$ $x$, $2", &["$2"]);
        check("SELECT a$1, é$1, $1a, 'never ended $1", &["$1"]);
        check("/* never ended ?", &[]);
        check("$", &[]);
    }

    #[test]
    fn comments_are_those_of_the_backend() {
        let check = |sql: &str, expected: &[&str]| check_in(Comments::Calcite, sql, expected);
        check("SELECT ? // don't ?\n, $1 // ?", &["?", "$1"]);
        check("'//' ? -- ?\r, ? /* /* ? */ ? */", &["?", "?", "?"]);
        check("? / ? /* never ended ?", &["?", "?"]);
        check_in(Comments::Standard, "? // ? /* /* ? */ ? */", &["?", "?"]);
    }

    #[test]
    fn the_number_of_values_is_checked() {
        let text = Text::new("SELECT $2 + $1 + $2".into(), Comments::Standard);
        assert!(text.check_values(2).is_ok());
        assert_eq!(
            text.check_values(1).unwrap_err().to_string(),
            "the text has 2 parameters and 1 values were bound"
        );
    }
}
