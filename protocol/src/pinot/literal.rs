//! Values as SQL literals, each in the one spelling that both engines read as exactly that value on Pinot 1.5.1.
//!
//! A literal goes where a token of the template was, so it is a whole operand: negative numbers stand in parentheses
//! (`x-:p` must not become the comment `x--1`), and nothing in a value can end its literal.

use std::error::Error;
use std::fmt;
use std::fmt::Write as _;

use querent_types::TimeUnit;
use querent_types::value::{Decimal, Timestamp};

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
    /// For a `TIMESTAMP`: an instant, in whole milliseconds.
    Timestamp(Timestamp),
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

impl Literal<'_> {
    /// Appends the literal to a query.
    ///
    /// # Errors
    /// A timestamp that is no whole number of milliseconds, or beyond 64 bits of them: Pinot holds no others, and
    /// would compare with another instant. Nothing is written then.
    pub fn write(&self, sql: &mut String) -> Result<(), LiteralError> {
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
            Literal::String(value) => write_string(sql, value),
            Literal::Bytes(value) => {
                sql.push_str("hexToBytes('");
                value.iter().for_each(|byte| push(sql, format_args!("{byte:02x}")));
                sql.push_str("')");
            }
            Literal::Timestamp(value) => {
                let millis = value.to_unit(TimeUnit::Millisecond).map_err(|_| LiteralError {
                    problem: "Pinot's timestamps are whole milliseconds since 1970, of 64 bits",
                })?;
                write_integer(sql, millis);
            }
        }
        Ok(())
    }
}

/// Digits, in parentheses where there is a sign.
fn write_integer(sql: &mut String, value: i64) {
    if value < 0 {
        push(sql, format_args!("({value})"));
    } else {
        push(sql, format_args!("{value}"));
    }
}

fn write_string(sql: &mut String, value: &str) {
    sql.push('\'');
    // A doubled quote is the only escape there is.
    for (i, part) in value.split('\'').enumerate() {
        sql.push_str(if i == 0 { "" } else { "''" });
        sql.push_str(part);
    }
    sql.push('\'');
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
