//! Rows for a copy of a table: some of its own, or made up where it has none, and the same again with NULLs.
//!
//! Made-up rows hold, as far as they can, the values that the statements compare a column with, so that filters let some
//! of them through. Which rows come is fixed: no random number is drawn.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, FixedSizeListArray, LargeListArray, ListArray, MapArray, RecordBatch,
    StringArray, StructArray, new_null_array,
};
use datafusion::arrow::buffer::OffsetBuffer;
use datafusion::arrow::compute::{cast, concat_batches, interleave};
use datafusion::arrow::datatypes::{DataType, Field, SchemaRef};
use datafusion::catalog::TableProvider;
use datafusion::common::ScalarValue;
use datafusion::prelude::SessionContext;

use crate::corpus::Case;

/// Rows of a table that are looked at or made up.
const ROWS: usize = 12;

/// The first rows of a table; `None` where it has none or cannot be read.
pub(super) async fn sample(context: &SessionContext, table: &Arc<dyn TableProvider>) -> Option<RecordBatch> {
    let frame = context.read_table(Arc::clone(table)).ok()?.limit(0, Some(ROWS)).ok()?;
    // A file that is not there, or is no such file, may end in a panic.
    let batches = tokio::spawn(frame.collect()).await.ok()?.ok()?;
    let rows = concat_batches(&table.schema(), &batches).ok()?;
    (rows.num_rows() > 0).then_some(rows)
}

/// The rows, the same with NULLs in every other place that may hold one, and one row of NULLs.
pub(super) fn with_nulls(
    name: &str,
    schema: &SchemaRef,
    sample: Option<RecordBatch>,
    words: &Words,
) -> Option<RecordBatch> {
    let given: Vec<ArrayRef> = match &sample {
        Some(rows) => rows.columns().to_vec(),
        None => {
            schema.fields().iter().map(|field| made_up(name, field, words, ROWS)).collect::<Option<_>>()?
        }
    };
    let rows = given.first()?.len();
    let columns = given.iter().zip(schema.fields()).enumerate().map(|(i, (values, field))| {
        let nulls = new_null_array(field.data_type(), 1);
        let hole = |row: usize| field.is_nullable() && (row * 7 + i * 3 + row / 3).is_multiple_of(2);
        let own = (0..rows).map(|row| (0, row));
        let again = (0..rows).map(|row| if hole(row) { (1, 0) } else { (0, row) });
        let last = if field.is_nullable() { (1, 0) } else { (0, 0) };
        let places: Vec<(usize, usize)> = own.chain(again).chain([last]).collect();
        interleave(&[values.as_ref(), nulls.as_ref()], &places).ok()
    });
    let columns = columns.collect::<Option<Vec<_>>>()?;
    RecordBatch::try_new(Arc::clone(schema), columns).ok()
}

/// `count` values of a column, or of a part of one.
pub(super) fn made_up(table: &str, field: &Field, words: &Words, count: usize) -> Option<ArrayRef> {
    match field.data_type() {
        DataType::Struct(fields) => {
            let parts = fields.iter().map(|field| part(table, field, words, count)).collect::<Option<_>>()?;
            Some(Arc::new(StructArray::try_new(fields.clone(), parts, None).ok()?))
        }
        DataType::List(item) => {
            let items = part(table, item, words, count)?;
            Some(Arc::new(ListArray::try_new(Arc::clone(item), lengths(count), items, None).ok()?))
        }
        DataType::LargeList(item) => {
            let (items, offsets) = (part(table, item, words, count)?, lengths(count));
            let offsets = OffsetBuffer::new(offsets.iter().map(|at| i64::from(*at)).collect());
            Some(Arc::new(LargeListArray::try_new(Arc::clone(item), offsets, items, None).ok()?))
        }
        DataType::FixedSizeList(item, len) => {
            let items = part(table, item, words, count * usize::try_from(*len).ok()?)?;
            Some(Arc::new(FixedSizeListArray::try_new(Arc::clone(item), *len, items, None).ok()?))
        }
        DataType::Map(entry, sorted) => {
            let entries = made_up(table, entry, words, count)?;
            let entries = entries.as_struct_opt()?.clone();
            let map = MapArray::try_new(Arc::clone(entry), lengths(count), entries, None, *sorted);
            Some(Arc::new(map.ok()?))
        }
        _ => plain(table, field, words, count),
    }
}

/// The same for what is inside of a value: every third may be NULL.
fn part(table: &str, field: &Field, words: &Words, count: usize) -> Option<ArrayRef> {
    let values = made_up(table, field, words, count)?;
    let hole = |row: usize| field.is_nullable() && row % 3 == 1;
    replaced(&values, &new_null_array(field.data_type(), 1), hole)
}

/// The values, and the one of `other` where `is_other` says so.
fn replaced(values: &ArrayRef, other: &ArrayRef, is_other: impl Fn(usize) -> bool) -> Option<ArrayRef> {
    let places: Vec<(usize, usize)> =
        (0..values.len()).map(|row| if is_other(row) { (1, 0) } else { (0, row) }).collect();
    interleave(&[values.as_ref(), other.as_ref()], &places).ok()
}

/// Where each of so many lists ends, if they have so many items together: of one, two and none in turn.
fn lengths(count: usize) -> OffsetBuffer<i32> {
    let end = |row: usize| i32::try_from((row + usize::from(row % 3 == 2)).min(count)).unwrap_or(i32::MAX);
    OffsetBuffer::new((0..=count).map(end).collect())
}

fn plain(table: &str, field: &Field, words: &Words, count: usize) -> Option<ArrayRef> {
    let ty = field.data_type();
    let usual: &[&str] = match ty {
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => {
            &["2000-01-01", "2000-02-15", "1999-12-31", "2001-03-05"]
        }
        DataType::Time32(_) | DataType::Time64(_) => &["00:00:00", "12:30:00", "23:59:59", "06:00:00"],
        DataType::Interval(_) => &["1 day", "2 days", "1 month", "3 hours"],
        DataType::Boolean => &["true", "false"],
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => &["a", "b", "c", "1"],
        _ => &["1", "2", "3", "4"],
    };
    let compared = words.of_column(field.name());
    let offset = table.len() + field.name().bytes().map(usize::from).sum::<usize>();
    let word = |row: usize| match compared {
        [] => usual[(offset + row) % usual.len()],
        compared if row % 3 < 2 => compared[(row + row / 3) % compared.len()].as_str(),
        _ => usual[(offset + row) % usual.len()],
    };
    let texts: ArrayRef = Arc::new(StringArray::from_iter_values((0..count).map(word)));
    // Durations are made of numbers only.
    let by_number = || cast(&cast(&texts, &DataType::Int64).ok()?, ty).ok();
    let values = cast(&texts, ty).ok().or_else(by_number).unwrap_or_else(|| new_null_array(ty, count));
    if field.is_nullable() || values.null_count() == 0 {
        return Some(values);
    }
    let standard = ScalarValue::new_default(ty).ok()?.to_array_of_size(1).ok()?;
    replaced(&values, &standard, |row| values.is_null(row))
}

/// The literals that statements compare columns with, by the columns' names.
#[derive(Default)]
pub(super) struct Words {
    by_column: BTreeMap<String, Vec<String>>,
}

impl Words {
    /// Reads the statements word by word: `name op literal`, `name BETWEEN a AND b`, `name IN (a, b)`.
    pub(super) fn of(cases: &[Case]) -> Words {
        let mut words = Words::default();
        for case in cases {
            let (mut name, mut open) = (String::new(), false);
            for token in tokens(&case.sql) {
                match token {
                    Token::Literal(text) if open => words.note(&name, text),
                    Token::Word(word) if open && is_filler(word) => {}
                    Token::Word(word) if ["between", "in", "like"].contains(&&*word.to_lowercase()) => {
                        open = !name.is_empty();
                    }
                    Token::Word(word) if word.eq_ignore_ascii_case("not") => {}
                    Token::Word(word) => (name, open) = (word.to_lowercase(), false),
                    Token::Sign('=' | '<' | '>' | '!') => open = !name.is_empty(),
                    Token::Sign('(' | ',') => {}
                    Token::Sign(_) | Token::Literal(_) => (name, open) = (String::new(), false),
                }
            }
        }
        words
    }

    fn note(&mut self, column: &str, text: &str) {
        let words = self.by_column.entry(column.to_owned()).or_default();
        if !words.iter().any(|word| word == text) {
            words.push(text.to_owned());
        }
    }

    fn of_column(&self, name: &str) -> &[String] {
        self.by_column.get(&name.to_lowercase()).map_or(&[], Vec::as_slice)
    }
}

/// Words that stand between a comparison and its literal.
fn is_filler(word: &str) -> bool {
    ["and", "date", "cast", "timestamp"].contains(&&*word.to_lowercase())
}

enum Token<'a> {
    Word(&'a str),
    Literal(&'a str),
    Sign(char),
}

/// A text as words, literals and signs; comments are read as words, which does no harm here.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let (token, len) = if first == '\'' {
            let end = rest[1..].find('\'').unwrap_or(rest.len() - 1);
            (Token::Literal(&rest[1..=end]), (end + 2).min(rest.len()))
        } else if first.is_ascii_digit() {
            let len = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
            (Token::Literal(&rest[..len]), len)
        } else if is_word(first) {
            let len = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
            (Token::Word(&rest[..len]), len)
        } else {
            (Token::Sign(first), first.len_utf8())
        };
        tokens.push(token);
        rest = rest[len..].trim_start();
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_found_by_column() {
        let sql = "SELECT 7 FROM t WHERE t.a = 'x' AND b BETWEEN 1 AND 2.5 AND c NOT IN ('p', 'q') AND d >= date '2000-01-01'";
        let words = Words::of(&[Case::ask("1", sql)]);
        assert_eq!(words.of_column("A"), ["x"]);
        assert_eq!(words.of_column("b"), ["1", "2.5"]);
        assert_eq!(words.of_column("c"), ["p", "q"]);
        assert_eq!(words.of_column("d"), ["2000-01-01"]);
        assert!(words.of_column("e").is_empty());
    }
}
