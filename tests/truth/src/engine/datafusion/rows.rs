//! Rows for a copy of a table: some of its own, or made up where it has none, and the same again with NULLs.
//!
//! Made-up rows hold, as far as they can, the values that the statements compare a column with, so that filters let some
//! of them through. Which rows come is fixed: no random number is drawn.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, RecordBatch, StringArray, new_null_array};
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
        None => schema.fields().iter().map(|field| made_up(name, field, words)).collect::<Option<_>>()?,
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

fn made_up(table: &str, field: &Field, words: &Words) -> Option<ArrayRef> {
    let ty = field.data_type();
    let usual: &[&str] = match ty {
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => {
            &["2000-01-01", "2000-02-15", "1999-12-31", "2001-03-05"]
        }
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
    let texts: ArrayRef = Arc::new(StringArray::from_iter_values((0..ROWS).map(word)));
    let values = cast(&texts, ty).unwrap_or_else(|_| new_null_array(ty, ROWS));
    if field.is_nullable() || values.null_count() == 0 {
        return Some(values);
    }
    let standard = ScalarValue::new_default(ty).ok()?.to_array_of_size(1).ok()?;
    let places: Vec<(usize, usize)> =
        (0..ROWS).map(|row| if values.is_null(row) { (1, 0) } else { (0, row) }).collect();
    interleave(&[values.as_ref(), standard.as_ref()], &places).ok()
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
