//! The text of a [`SqlType`] read back: the exact inverse of its `Display`, and serde in terms of the two.
//!
//! Besides what `Display` prints, spaces may stand between tokens and `us` may stand for `µs`, for people write these
//! texts in `querent.toml`; and what Arrow's parser reads besides what it prints is read too (`FixedSizeList(3, Int8)`,
//! `Timestamp(Second, None)`), for `arrow_cast` takes it. Nesting is bounded, so that no text can exhaust the stack.

#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use crate::{DecimalWidth, Field, IntervalUnit, Layout, ListLayout, SqlType, TimeUnit, UnionMode};

/// How deep types may nest.
const DEPTH_MAX: u32 = 64;

/// A text that is no type: what was expected, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseTypeError {
    offset: usize,
    expected: String,
}

impl ParseTypeError {
    /// The byte offset of the place that cannot be read.
    pub fn offset(&self) -> usize {
        self.offset
    }
}

impl fmt::Display for ParseTypeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a type: expected {} at byte {}", self.expected, self.offset)
    }
}

impl std::error::Error for ParseTypeError {}

impl FromStr for SqlType {
    type Err = ParseTypeError;

    fn from_str(text: &str) -> Result<SqlType, ParseTypeError> {
        let mut reader = Reader { text, at: 0, depth: 0 };
        let ty = reader.ty()?;
        reader.skip_spaces();
        if reader.at == text.len() { Ok(ty) } else { Err(reader.expected("the end")) }
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for SqlType {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for SqlType {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<SqlType, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = SqlType;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the text of an SQL type")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<SqlType, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

/// A cursor over the text.
struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: u32,
}

type Parsed<T> = Result<T, ParseTypeError>;

impl<'a> Reader<'a> {
    fn expected(&self, what: impl Into<String>) -> ParseTypeError {
        ParseTypeError { offset: self.at, expected: what.into() }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip_spaces(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start_matches(' ').len();
    }

    /// Goes past `token` if it comes next.
    fn eat(&mut self, token: &str) -> bool {
        self.skip_spaces();
        let found = self.rest().starts_with(token);
        self.at += if found { token.len() } else { 0 };
        found
    }

    fn need(&mut self, token: &str) -> Parsed<()> {
        if self.eat(token) { Ok(()) } else { Err(self.expected(format!("`{token}`"))) }
    }

    /// The longest run of characters that make up names, units and numbers.
    fn word(&mut self) -> &'a str {
        self.skip_spaces();
        let rest = self.rest();
        let end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_'))).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn number<T: FromStr>(&mut self, what: &str) -> Parsed<T> {
        let start = self.at;
        self.word().parse().map_err(|_| {
            self.at = start;
            self.skip_spaces();
            self.expected(what)
        })
    }

    fn ty(&mut self) -> Parsed<SqlType> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(self.expected(format!("no more than {DEPTH_MAX} levels of nesting")));
        }
        self.skip_spaces();
        let start = self.at;
        let name = self.word();
        let ty = match simple(name) {
            Some(ty) => ty,
            None => match self.parameterized(name)? {
                Some(ty) => ty,
                None => {
                    self.at = start;
                    return Err(self.expected("the name of a type"));
                }
            },
        };
        self.depth -= 1;
        Ok(ty)
    }

    /// What follows the name of a type that has arguments; `None` where there is no type of that name.
    fn parameterized(&mut self, name: &str) -> Parsed<Option<SqlType>> {
        let body: fn(&mut Self, &str) -> Parsed<SqlType> = match name {
            "Decimal32" | "Decimal64" | "Decimal128" | "Decimal256" => Self::decimal,
            "FixedSizeBinary" => |r, _| Ok(SqlType::FixedSizeBinary(r.number("a number of bytes")?)),
            "Time32" | "Time64" => Self::time,
            "Timestamp" => |r, _| Ok(SqlType::Timestamp(r.unit()?, r.zone()?)),
            "Duration" => |r, _| Ok(SqlType::Duration(r.unit()?)),
            "Interval" => |r, _| Ok(SqlType::Interval(r.interval_unit()?)),
            "List" => |r, _| Ok(SqlType::List(r.element()?, ListLayout::List)),
            "LargeList" => |r, _| Ok(SqlType::List(r.element()?, ListLayout::Large)),
            "ListView" => |r, _| Ok(SqlType::List(r.element()?, ListLayout::View)),
            "LargeListView" => |r, _| Ok(SqlType::List(r.element()?, ListLayout::LargeView)),
            "FixedSizeList" => Self::fixed_size_list,
            "Struct" => |r, _| r.structure(),
            "Map" => |r, _| r.map(),
            "Dictionary" => |r, _| r.dictionary(),
            "RunEndEncoded" => |r, _| r.run_end_encoded(),
            "Union" => |r, _| r.union(),
            _ => return Ok(None),
        };
        self.need("(")?;
        let ty = body(self, name)?;
        self.need(")")?;
        Ok(Some(ty))
    }

    fn decimal(&mut self, name: &str) -> Parsed<SqlType> {
        let width = match name {
            "Decimal32" => DecimalWidth::W32,
            "Decimal64" => DecimalWidth::W64,
            "Decimal128" => DecimalWidth::W128,
            _ => DecimalWidth::W256,
        };
        let precision = self.number("a precision")?;
        self.need(",")?;
        Ok(SqlType::Decimal { width, precision, scale: self.number("a scale")? })
    }

    fn time(&mut self, name: &str) -> Parsed<SqlType> {
        let start = self.at;
        let unit = self.unit()?;
        let coarse = matches!(unit, TimeUnit::Second | TimeUnit::Millisecond);
        if coarse == (name == "Time32") {
            return Ok(SqlType::Time(unit));
        }
        self.at = start;
        Err(self.expected(if coarse { "`µs` or `ns`" } else { "`s` or `ms`" }))
    }

    fn unit(&mut self) -> Parsed<TimeUnit> {
        let start = self.at;
        match self.word() {
            "s" | "Second" => Ok(TimeUnit::Second),
            "ms" | "Millisecond" => Ok(TimeUnit::Millisecond),
            // The second spelling has the Greek letter mu instead of the micro sign.
            "µs" | "μs" | "us" | "Microsecond" => Ok(TimeUnit::Microsecond),
            "ns" | "Nanosecond" => Ok(TimeUnit::Nanosecond),
            _ => {
                self.at = start;
                Err(self.expected("`s`, `ms`, `µs` or `ns`"))
            }
        }
    }

    fn zone(&mut self) -> Parsed<Option<String>> {
        if !self.eat(",") || self.eat("None") {
            return Ok(None);
        }
        let wrapped = self.eat("Some");
        if wrapped {
            self.need("(")?;
        }
        let zone = self.quoted('"')?;
        if wrapped {
            self.need(")")?;
        }
        Ok(Some(zone))
    }

    fn interval_unit(&mut self) -> Parsed<IntervalUnit> {
        let start = self.at;
        match self.word() {
            "YearMonth" => Ok(IntervalUnit::YearMonth),
            "DayTime" => Ok(IntervalUnit::DayTime),
            "MonthDayNano" => Ok(IntervalUnit::MonthDayNano),
            _ => {
                self.at = start;
                Err(self.expected("`YearMonth`, `DayTime` or `MonthDayNano`"))
            }
        }
    }

    fn fixed_size_list(&mut self, _: &str) -> Parsed<SqlType> {
        let len = self.number("a number of elements")?;
        if self.eat(",") {
            return Ok(SqlType::FixedSizeList(Box::new(Field::item(self.ty()?)), len));
        }
        self.need("x")?;
        Ok(SqlType::FixedSizeList(self.element()?, len))
    }

    fn structure(&mut self) -> Parsed<SqlType> {
        let mut fields = Vec::new();
        while !self.rest().trim_start_matches(' ').starts_with(')') {
            if !fields.is_empty() {
                self.need(",")?;
            }
            fields.push(self.member()?);
        }
        Ok(SqlType::Struct(fields))
    }

    fn map(&mut self) -> Parsed<SqlType> {
        let entries = self.member()?;
        self.need(",")?;
        let sorted = self.eat("sorted");
        if !sorted {
            self.need("unsorted")?;
        }
        Ok(SqlType::Map(Box::new(entries), sorted))
    }

    fn dictionary(&mut self) -> Parsed<SqlType> {
        let key = self.ty()?;
        self.need(",")?;
        Ok(SqlType::Dictionary(Box::new(key), Box::new(self.ty()?)))
    }

    fn run_end_encoded(&mut self) -> Parsed<SqlType> {
        let ends = self.member()?;
        self.need(",")?;
        Ok(SqlType::RunEndEncoded(Box::new(ends), Box::new(self.member()?)))
    }

    fn union(&mut self) -> Parsed<SqlType> {
        let mode = if self.eat("Sparse") {
            UnionMode::Sparse
        } else if self.eat("Dense") {
            UnionMode::Dense
        } else {
            return Err(self.expected("`Sparse` or `Dense`"));
        };
        let mut fields = Vec::new();
        while self.eat(",") {
            let id = self.number("a type id")?;
            self.need(":")?;
            self.need("(")?;
            fields.push((id, self.member()?));
            self.need(")")?;
        }
        Ok(SqlType::Union(fields, mode))
    }

    /// The field of a list: its name is left out where it is `item`.
    fn element(&mut self) -> Parsed<Box<Field>> {
        let nullable = !self.eat("non-null ");
        let ty = self.ty()?;
        let name = if self.eat(", field:") { self.quoted('\'')? } else { "item".to_owned() };
        Ok(Box::new(Field { name, ty, nullable, metadata: self.metadata()? }))
    }

    /// A field that always has its name before it.
    fn member(&mut self) -> Parsed<Field> {
        let name = self.quoted('"')?;
        self.need(":")?;
        let nullable = !self.eat("non-null ");
        let ty = self.ty()?;
        Ok(Field { name, ty, nullable, metadata: self.metadata()? })
    }

    fn metadata(&mut self) -> Parsed<Vec<(String, String)>> {
        let mut entries = Vec::new();
        if !self.eat(", metadata: {") {
            return Ok(entries);
        }
        while !self.eat("}") {
            if !entries.is_empty() {
                self.need(",")?;
            }
            let key = self.quoted('"')?;
            self.need(":")?;
            entries.push((key, self.quoted('"')?));
        }
        Ok(entries)
    }

    /// A quoted text with the escapes of Rust's `Debug`.
    fn quoted(&mut self, quote: char) -> Parsed<String> {
        self.skip_spaces();
        let mut chars = self.rest().char_indices();
        if chars.next().is_none_or(|(_, c)| c != quote) {
            return Err(self.expected(format!("a text in {quote}")));
        }
        let mut text = String::new();
        while let Some((i, c)) = chars.next() {
            if c == quote {
                self.at += i + c.len_utf8();
                return Ok(text);
            }
            if c != '\\' {
                text.push(c);
                continue;
            }
            match escape(&mut chars) {
                Some(c) => text.push(c),
                None => {
                    self.at += i;
                    return Err(self.expected("an escape such as `\\n` or `\\u{e9}`"));
                }
            }
        }
        self.at = self.text.len();
        Err(self.expected(format!("a closing {quote}")))
    }
}

/// The types that have no arguments.
fn simple(name: &str) -> Option<SqlType> {
    Some(match name {
        "Null" => SqlType::Null,
        "Boolean" => SqlType::Boolean,
        "Int8" => SqlType::Int8,
        "Int16" => SqlType::Int16,
        "Int32" => SqlType::Int32,
        "Int64" => SqlType::Int64,
        "UInt8" => SqlType::UInt8,
        "UInt16" => SqlType::UInt16,
        "UInt32" => SqlType::UInt32,
        "UInt64" => SqlType::UInt64,
        "Float16" => SqlType::Float16,
        "Float32" => SqlType::Float32,
        "Float64" => SqlType::Float64,
        "BigDecimal" => SqlType::BigDecimal,
        "Number" => SqlType::Number,
        "Utf8" => SqlType::TEXT,
        "LargeUtf8" => SqlType::Text(Layout::Large),
        "Utf8View" => SqlType::TEXT_VIEW,
        "Binary" => SqlType::BINARY,
        "LargeBinary" => SqlType::Binary(Layout::Large),
        "BinaryView" => SqlType::Binary(Layout::View),
        "Uuid" => SqlType::Uuid,
        "Json" => SqlType::Json,
        "Date32" => SqlType::Date32,
        "Date64" => SqlType::Date64,
        _ => return None,
    })
}

/// The character behind a backslash that was just read.
fn escape(chars: &mut std::str::CharIndices<'_>) -> Option<char> {
    match chars.next()?.1 {
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        '0' => Some('\0'),
        c @ ('\\' | '"' | '\'') => Some(c),
        'u' => {
            if chars.next()?.1 != '{' {
                return None;
            }
            let mut code = 0u32;
            loop {
                match chars.next()?.1 {
                    '}' => return char::from_u32(code),
                    c => code = code.checked_mul(16)?.checked_add(c.to_digit(16)?)?,
                }
            }
        }
        _ => None,
    }
}
