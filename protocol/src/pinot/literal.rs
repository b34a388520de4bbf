//! Values as SQL literals, each in the one spelling that both engines read as exactly that value on Pinot 1.5.1.
//!
//! A literal goes where a token of the template was, so it is a whole operand: negative numbers stand in parentheses
//! (`x-:p` must not become the comment `x--1`), and nothing in a value can end its literal. The [`Writer`] holds what
//! stands around them: none goes into a comment or quotes, where a value could end those, and none joins its neighbours.

use std::error::Error;
use std::fmt;
use std::fmt::Write as _;

use querent_types::TimeUnit;
use querent_types::value::{Decimal, Timestamp};

use super::place::Place;
use super::request::Engine;

/// A value to write.
#[derive(Debug, Clone, Copy)]
pub enum Literal<'a> {
    /// For a `BOOLEAN`.
    Boolean(bool),
    /// For an `INT`: against such a column a wider integer is an error of the server's, or silently no match.
    Int(i32),
    /// For a `LONG`.
    Long(i64),
    /// For a `FLOAT`.
    Float(f32),
    /// For a `DOUBLE`.
    Double(f64),
    /// For a `BIG_DECIMAL`.
    BigDecimal(&'a Decimal),
    /// For a `STRING`, a `JSON` or a `UUID`.
    String(&'a str),
    /// For `BYTES`.
    Bytes(&'a [u8]),
    /// For a `TIMESTAMP`: an instant, in whole milliseconds. For what may be a `LONG` as well they are a [`Literal::Long`].
    Timestamp(Timestamp),
    /// NULL, of use in a select list only: where it is compared, the engines refuse it or find nothing.
    Null,
    /// An array of `INT`, `LONG`, `FLOAT`, `DOUBLE` or `STRING`. Of other elements and of none, the single-stage engine makes
    /// the name of a Java object (1.5.1).
    Array(&'a [Literal<'a>]),
}

/// A value that has no literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LiteralError {
    problem: &'static str,
}

impl fmt::Display for LiteralError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.problem)
    }
}

impl Error for LiteralError {}

const OUT_OF_RANGE: LiteralError =
    LiteralError { problem: "Pinot's timestamps are whole milliseconds since 1970, of 64 bits" };
const NO_OPERAND: LiteralError = LiteralError {
    problem: "a parameter stands in a comment, a hint or quotes, where no value can be written safely",
};
const TWO_QUOTES: LiteralError = LiteralError {
    problem: "a text with two quotes side by side has no literal that the multi-stage engine was proved to read exactly",
};
const NO_ARRAY: LiteralError = LiteralError {
    problem: "Pinot has literals of arrays only for INT, LONG, FLOAT, DOUBLE and STRING elements of one type, and none \
              for an empty array",
};

/// Writes literals into a text that is being put together from a template.
#[derive(Debug)]
pub struct Writer {
    engine: Engine,
    place: Place,
    /// Where literals end.
    ends: Vec<usize>,
}

impl Writer {
    /// For a text that this engine reads.
    pub fn new(engine: Engine) -> Writer {
        Writer { engine, place: Place::default(), ends: Vec::new() }
    }

    /// Appends a literal to the text so far, which only ever grew since the last call.
    ///
    /// # Errors
    /// A value without a literal, or a place that is none for one. Nothing of the value is written then.
    pub fn write(&mut self, literal: &Literal<'_>, sql: &mut String) -> Result<(), LiteralError> {
        if !self.place.is_operand(sql) {
            return Err(NO_OPERAND);
        }
        if sql.chars().next_back().is_some_and(is_glued) {
            sql.push(' ');
        }
        literal.write(self.engine, sql)?;
        self.place.skip_to(sql.len());
        self.ends.push(sql.len());
        Ok(())
    }

    /// Parts literals from what came right behind them.
    pub fn finish(self, sql: &mut String) {
        for end in self.ends.into_iter().rev() {
            if sql.get(end..).and_then(|rest| rest.chars().next()).is_some_and(is_glued) {
                sql.insert(end, ' ');
            }
        }
    }
}

/// Whether it would be one token with a literal beside it.
fn is_glued(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$' | '.' | '\'' | '"' | '`')
}

impl Literal<'_> {
    /// Appends the literal to a query.
    ///
    /// # Errors
    /// A timestamp that is no whole number of milliseconds, or beyond 64 bits of them: Pinot holds no others, and
    /// would compare with another instant. An array that has no literal. A text that holds two quotes side by side, for
    /// the multi-stage engine. What was written by then is of no use.
    pub fn write(&self, engine: Engine, sql: &mut String) -> Result<(), LiteralError> {
        match *self {
            Literal::Boolean(value) => sql.push_str(if value { "TRUE" } else { "FALSE" }),
            Literal::Int(value) => write_integer(sql, i64::from(value)),
            Literal::Long(value) => write_integer(sql, value),
            // A bare 1.1E0 is a DOUBLE, which no FLOAT of the multi-stage engine equals.
            Literal::Float(value) => {
                write_cast(sql, java_float(f64::from(value), &format!("{value:?}")), "FLOAT")
            }
            Literal::Double(value) if value.is_finite() => {
                let parentheses = if value.is_sign_negative() { ("(", ")") } else { ("", "") };
                // Without an exponent it would be a decimal, which is no DOUBLE beyond 30 digits.
                push(sql, format_args!("{}{value:E}{}", parentheses.0, parentheses.1));
            }
            Literal::Double(value) => write_cast(sql, java_float(value, ""), "DOUBLE"),
            Literal::BigDecimal(value) => write_cast(sql, &value.to_string(), "BIG_DECIMAL"),
            Literal::String(value) => write_string(sql, value, engine)?,
            Literal::Bytes(value) => {
                sql.push_str("hexToBytes('");
                value.iter().for_each(|byte| push(sql, format_args!("{byte:02x}")));
                sql.push_str("')");
            }
            Literal::Timestamp(value) => write_timestamp(sql, value, engine)?,
            Literal::Null => sql.push_str("NULL"),
            Literal::Array(elements) => write_array(sql, elements, engine)?,
        }
        Ok(())
    }
}

fn write_array(sql: &mut String, elements: &[Literal<'_>], engine: Engine) -> Result<(), LiteralError> {
    use Literal::{Double, Float, Int, Long, String as Text};
    let Some(first) = elements.first() else { return Err(NO_ARRAY) };
    let is_element = matches!(first, Int(_) | Long(_) | Float(_) | Double(_) | Text(_));
    let kind = std::mem::discriminant(first);
    if !is_element || elements.iter().any(|element| std::mem::discriminant(element) != kind) {
        return Err(NO_ARRAY);
    }
    sql.push_str("ARRAY[");
    for (i, element) in elements.iter().enumerate() {
        sql.push_str(if i == 0 { "" } else { ", " });
        match element {
            // A small number is an INT, beside which a LONG is an error (1.5.1).
            Literal::Long(value) => push(sql, format_args!("CAST(({value}) AS LONG)")),
            element => element.write(engine, sql)?,
        }
    }
    sql.push(']');
    Ok(())
}

/// Digits, in parentheses where there is a sign.
fn write_integer(sql: &mut String, value: i64) {
    if value < 0 {
        push(sql, format_args!("({value})"));
    } else {
        push(sql, format_args!("{value}"));
    }
}

/// Milliseconds are exact to the single-stage engine everywhere. The multi-stage engine refuses them in `IN` and behind
/// `BETWEEN`, and reads `TIMESTAMP '…'` as UTC in all places (1.5.1; the other engine, in the zone of its server). What has
/// no such spelling, or had another calendar, stays a number there, too.
fn write_timestamp(sql: &mut String, value: Timestamp, engine: Engine) -> Result<(), LiteralError> {
    let millis = value.to_unit(TimeUnit::Millisecond).map_err(|_| OUT_OF_RANGE)?;
    let text = value.to_string();
    let year =
        text.split_once('-').filter(|(year, _)| year.len() == 4).and_then(|(year, _)| year.parse().ok());
    match year {
        Some(1583_u16..=9999) if engine == Engine::MultiStage => {
            push(sql, format_args!("TIMESTAMP '{}'", text.replace('T', " ")));
        }
        _ => write_integer(sql, millis),
    }
    Ok(())
}

/// A doubled quote is the only escape there is. The single-stage engine undoes it twice: of the text between its quotes it
/// takes each pair of quotes for one (1.5.1), so that a run of n is written as one of 2n - 1, each doubled.
fn write_string(sql: &mut String, value: &str, engine: Engine) -> Result<(), LiteralError> {
    if engine == Engine::MultiStage && value.contains("''") {
        return Err(TWO_QUOTES);
    }
    sql.push('\'');
    let mut is_run = false;
    for (i, part) in value.split('\'').enumerate() {
        if i > 0 {
            sql.push_str(if is_run { "''''" } else { "''" });
        }
        sql.push_str(part);
        is_run = i > 0 && part.is_empty();
    }
    sql.push('\'');
    Ok(())
}

/// Text that holds no quote, as a type.
fn write_cast(sql: &mut String, text: &str, ty: &str) {
    push(sql, format_args!("CAST('{text}' AS {ty})"));
}

/// What Java reads as a number that is not finite, else `finite`.
fn java_float(value: f64, finite: &str) -> &str {
    if value.is_nan() {
        "NaN"
    } else if value.is_infinite() && value > 0.0 {
        "Infinity"
    } else if value.is_infinite() {
        "-Infinity"
    } else {
        finite
    }
}

fn push(sql: &mut String, text: fmt::Arguments<'_>) {
    // Writing into a String cannot fail.
    let _ = sql.write_fmt(text);
}
