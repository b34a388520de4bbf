//! Cells read as the types of the plan.
//!
//! Each reader takes the one JSON form that Pinot gives its type (reference: Pinot 1.5.1, both engines) and refuses all
//! others, so that a column of another type than was checked shows, and nothing is rounded: integers never pass
//! through a float, decimals stay text until they are decimals.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use querent_types::value::{Decimal, Timestamp, Uuid};

use super::json::{Scan, scalar_end, skip_space, value_end};
use super::timestamp;

/// Nesting that a cell within a cell may have; the scan of the row has bounded it already.
const DEPTH_MAX: u32 = 128;

/// One cell of a row, or one element of an array: the JSON text of one value.
#[derive(Clone, Copy)]
pub struct Cell<'a> {
    raw: &'a [u8],
    /// The same, where it is known to be UTF-8.
    text: Option<&'a str>,
    /// Whether it is known to be a string without escapes.
    is_plain: bool,
}

/// A cell that is not of the type it was read as: what was expected, and what kind of JSON is there. Never the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CellError {
    expected: &'static str,
    found: &'static str,
}

impl CellError {
    /// What was expected.
    pub fn expected(&self) -> &'static str {
        self.expected
    }

    /// The kind of JSON value that is there.
    pub fn found(&self) -> &'static str {
        self.found
    }
}

impl fmt::Display for CellError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}, found {}", self.expected, self.found)
    }
}

impl Error for CellError {}

type Read<T> = Result<T, CellError>;

impl<'a> Cell<'a> {
    /// `raw` is the text of one JSON value, without space around it.
    pub(super) fn new(raw: &'a [u8]) -> Cell<'a> {
        Cell { raw, text: None, is_plain: false }
    }

    /// The same of what is known to be UTF-8; `is_plain` is a string without escapes.
    #[inline]
    pub(super) fn of_text(text: &'a str, is_plain: bool) -> Cell<'a> {
        Cell { raw: text.as_bytes(), text: Some(text), is_plain }
    }

    fn error(&self, expected: &'static str) -> CellError {
        let found = match self.raw.first() {
            Some(b'"') => "a string",
            Some(b'[') => "an array",
            Some(b'{') => "an object",
            Some(b't' | b'f') => "a boolean",
            Some(b'n') => "null",
            Some(_) => "a number",
            None => "nothing",
        };
        CellError { expected, found }
    }

    /// The JSON as it stands.
    pub fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// Whether it is NULL.
    #[inline]
    pub fn is_null(&self) -> bool {
        self.raw == b"null"
    }

    /// `BOOLEAN`.
    pub fn bool(&self) -> Read<bool> {
        match self.raw {
            b"true" => Ok(true),
            b"false" => Ok(false),
            _ => Err(self.error("a boolean")),
        }
    }

    /// `INT`.
    pub fn i32(&self) -> Read<i32> {
        let value = self.integer().and_then(|value| i32::try_from(value).ok());
        value.ok_or_else(|| self.error("an integer of 32 bits"))
    }

    /// `LONG` (or `INT`).
    pub fn i64(&self) -> Read<i64> {
        self.integer().ok_or_else(|| self.error("an integer of 64 bits"))
    }

    /// `FLOAT`: a number, or `"NaN"`, `"Infinity"` or `"-Infinity"` as a string.
    pub fn f32(&self) -> Read<f32> {
        let finite = |text: &str| text.parse().ok().filter(|value: &f32| value.is_finite());
        match self.number() {
            Some(text) => finite(text),
            None => self.not_finite().map(|value| value as f32),
        }
        .ok_or_else(|| self.error("a number of single precision"))
    }

    /// `DOUBLE` (or `FLOAT`): a number, or `"NaN"`, `"Infinity"` or `"-Infinity"` as a string.
    pub fn f64(&self) -> Read<f64> {
        let finite = |text: &str| text.parse().ok().filter(|value: &f64| value.is_finite());
        match self.number() {
            Some(text) => finite(text),
            None => self.not_finite(),
        }
        .ok_or_else(|| self.error("a number of double precision"))
    }

    /// `BIG_DECIMAL`: digits as a string. Nothing is lost or normalised, also not the hundreds of zeros that the
    /// multi-stage engine appends to a cast ([`Decimal::normalized`] takes them off). Numbers of other types, which are
    /// exact in JSON, are taken too.
    pub fn decimal(&self) -> Read<Decimal> {
        let text = match self.number() {
            Some(text) => Cow::Borrowed(text),
            None => self.string("a decimal")?,
        };
        text.parse().map_err(|_| self.error("a decimal"))
    }

    /// `STRING`, or the text of `JSON`.
    pub fn text(&self) -> Read<Cow<'a, str>> {
        self.string("a string")
    }

    /// `BYTES`: hexadecimal digits.
    pub fn bytes(&self) -> Read<Vec<u8>> {
        let error = self.error("hexadecimal digits");
        let text = self.string("hexadecimal digits")?;
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        if !rest.is_empty() {
            return Err(error);
        }
        let digit = |byte: u8| char::from(byte).to_digit(16).map(|value| value as u8);
        pairs
            .iter()
            .map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?))
            .collect::<Option<_>>()
            .ok_or(error)
    }

    /// `TIMESTAMP`: what a wall clock in the broker's own zone shows.
    ///
    /// For a broker that runs in UTC that is the instant; for any other the caller has to know the zone, for the text
    /// does not name it. Days before 1582-10-15 are in the Julian calendar, as Java writes them, and come out right;
    /// years before Christ do not, for Java writes 3 BC as `0003`.
    pub fn timestamp(&self) -> Read<Timestamp> {
        const EXPECTED: &str = "yyyy-MM-dd HH:mm:ss.f";
        timestamp::parse(&self.string(EXPECTED)?).ok_or_else(|| self.error(EXPECTED))
    }

    /// `UUID` (1.6).
    pub fn uuid(&self) -> Read<Uuid> {
        self.string("a UUID")?.parse().map_err(|_| self.error("a UUID"))
    }

    /// The text of a JSON value: what a string holds (`JSON`), else the value as it stands (`MAP`, `OBJECT`).
    pub fn json(&self) -> Read<Cow<'a, str>> {
        if self.raw.first() == Some(&b'"') {
            return self.string("JSON");
        }
        std::str::from_utf8(self.raw).map(Cow::Borrowed).map_err(|_| self.error("JSON in UTF-8"))
    }

    /// The elements of an array.
    pub fn elements(&self) -> Read<Elements<'a>> {
        if self.raw.first() != Some(&b'[') {
            return Err(self.error("an array"));
        }
        Ok(Elements { raw: self.raw, at: skip_space(self.raw, 1) })
    }

    /// The members of an object, in the order in which they came; a name may come twice.
    pub fn members(&self) -> Read<Members<'a>> {
        if self.raw.first() != Some(&b'{') {
            return Err(self.error("an object"));
        }
        Ok(Members { raw: self.raw, at: skip_space(self.raw, 1) })
    }

    fn number(&self) -> Option<&'a str> {
        match self.raw.first() {
            Some(b'-' | b'0'..=b'9') => self.text.or_else(|| std::str::from_utf8(self.raw).ok()),
            _ => None,
        }
    }

    /// A number of digits and no more.
    #[inline]
    fn integer(&self) -> Option<i64> {
        /// As many always fit.
        const DIGITS: usize = 18;
        let (is_negative, digits) = match self.raw {
            [b'-', digits @ ..] => (true, digits),
            digits => (false, digits),
        };
        if digits.is_empty() || digits.len() > DIGITS {
            return self.number()?.parse().ok();
        }
        let mut value = 0;
        for digit in digits {
            let digit = digit.wrapping_sub(b'0');
            if digit > 9 {
                return None;
            }
            value = value * 10 + i64::from(digit);
        }
        Some(if is_negative { -value } else { value })
    }

    fn not_finite(&self) -> Option<f64> {
        match self.raw {
            b"\"NaN\"" => Some(f64::NAN),
            b"\"Infinity\"" => Some(f64::INFINITY),
            b"\"-Infinity\"" => Some(f64::NEG_INFINITY),
            _ => None,
        }
    }

    #[inline]
    fn string(&self, expected: &'static str) -> Read<Cow<'a, str>> {
        if let (Some(text), true) = (self.text, self.is_plain)
            && let Some(text) = text.get(1..text.len() - 1)
        {
            return Ok(Cow::Borrowed(text));
        }
        self.string_of_any(expected)
    }

    /// The same of a cell of which nothing is known.
    fn string_of_any(&self, expected: &'static str) -> Read<Cow<'a, str>> {
        let inner = self.raw.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\""));
        let text = inner.ok_or_else(|| self.error(expected))?;
        let text = std::str::from_utf8(text).map_err(|_| self.error("a string in UTF-8"))?;
        if !text.as_bytes().contains(&b'\\') {
            return Ok(Cow::Borrowed(text));
        }
        unescape(text).map(Cow::Owned).ok_or_else(|| self.error("a string whose escapes are characters"))
    }
}

/// Shows the kind of value only: values have no place in logs.
impl fmt::Debug for Cell<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cell({})", self.error("").found)
    }
}

/// The elements of an array, in order.
#[derive(Debug, Clone)]
pub struct Elements<'a> {
    raw: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Elements<'a> {
    type Item = Cell<'a>;

    // The row's scan has checked the array; whatever did not fit ends it here.
    fn next(&mut self) -> Option<Cell<'a>> {
        if self.raw.get(self.at)? == &b']' {
            return None;
        }
        let (cell, end) = within(self.raw, self.at)?;
        self.at = after_comma(self.raw, end);
        Some(cell)
    }
}

/// The members of an object, in order.
#[derive(Debug, Clone)]
pub struct Members<'a> {
    raw: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Members<'a> {
    type Item = (Cow<'a, str>, Cell<'a>);

    // As with elements, the object has been checked.
    fn next(&mut self) -> Option<Self::Item> {
        if self.raw.get(self.at)? != &b'"' {
            return None;
        }
        let (name, end) = within(self.raw, self.at)?;
        let colon = skip_space(self.raw, end);
        let (value, end) = within(self.raw, skip_space(self.raw, colon + 1))?;
        self.at = after_comma(self.raw, end);
        // A name that is no text cannot be told apart from others, and no member follows it.
        Some((name.text().ok()?, value))
    }
}

/// The value at `at`, and where it ends.
fn within(raw: &[u8], at: usize) -> Option<(Cell<'_>, usize)> {
    let scan = match raw.get(at)? {
        b'[' | b'{' => value_end(raw, at, DEPTH_MAX),
        _ => scalar_end(raw, at),
    };
    let Ok(Scan::End(end)) = scan else { return None };
    Some((Cell::new(raw.get(at..end)?), end))
}

/// Where the next of a list begins.
fn after_comma(raw: &[u8], end: usize) -> usize {
    let at = skip_space(raw, end);
    if raw.get(at) == Some(&b',') { skip_space(raw, at + 1) } else { at }
}

/// Resolves escapes; `None` for half of a surrogate pair and for `\u` without four digits.
fn unescape(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let escape = *rest.as_bytes().get(at + 1)?;
        rest = rest.get(at + 2..)?;
        out.push(match escape {
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => unicode(&mut rest)?,
            other => char::from(other),
        });
    }
    out.push_str(rest);
    Some(out)
}

/// The character of the four digits at the start of `rest`, and of the low surrogate after them.
fn unicode(rest: &mut &str) -> Option<char> {
    let unit = hex4(rest)?;
    if !(0xd800..0xdc00).contains(&unit) {
        return char::from_u32(unit);
    }
    *rest = rest.strip_prefix("\\u")?;
    let low = hex4(rest)?;
    if !(0xdc00..0xe000).contains(&low) {
        return None;
    }
    char::from_u32(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00))
}

fn hex4(rest: &mut &str) -> Option<u32> {
    let digits = rest.get(..4)?;
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    *rest = rest.get(4..)?;
    u32::from_str_radix(digits, 16).ok()
}
