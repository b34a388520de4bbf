//! The types that a dialect's texts can have: how each is named in a cast, written as a constant, given as a sample.
//!
//! Texts of different layouts, and decimals of different digits, are one type here: engines take one for the other.

use std::str::FromStr;

use querent_schema::ast::{ExprKind, SelectItem, SetExpr, StatementKind, TypeName};
use querent_schema::dialect::Dialect;
use querent_schema::parse::Source;
use querent_types::{DecimalWidth, Field, IntervalUnit, Layout, ListLayout, SqlType, TimeUnit};

use crate::random::Random;

/// The types of one dialect.
pub(crate) struct Types {
    dialect: &'static Dialect,
    universe: Vec<SqlType>,
    casts: Vec<(SqlType, String)>,
}

impl Types {
    /// The types of a dialect, and the further ones of its tables.
    pub(crate) fn new(dialect: &'static Dialect, further: impl IntoIterator<Item = SqlType>) -> Types {
        let mut types = Types { dialect, universe: Vec::new(), casts: Vec::new() };
        for ty in usual(dialect.name).into_iter().chain(further) {
            let ty = plain(&ty);
            if types.universe.contains(&ty) {
                continue;
            }
            if let Some(name) = types.name_of(&ty) {
                types.casts.push((ty.clone(), name));
            }
            types.universe.push(ty);
        }
        types.universe.retain(|ty| types.casts.iter().any(|(own, _)| own == ty) || made(dialect.name, ty));
        types
    }

    /// All of them, in an order that does not change.
    pub(crate) fn universe(&self) -> &[SqlType] {
        &self.universe
    }

    /// The name under which a cast gives just this type.
    pub(crate) fn cast_name(&self, ty: &SqlType) -> Option<&str> {
        self.casts.iter().find(|(own, _)| own == ty).map(|(_, name)| name.as_str())
    }

    /// The dialect's own name of a type, where a cast to it gives that type again.
    fn name_of(&self, ty: &SqlType) -> Option<String> {
        let name = self.dialect.rules.native(ty)?;
        let means = self.dialect.rules.type_name(&type_name(&name, self.dialect)?).ok()?;
        (plain(&means) == *ty).then_some(name)
    }

    /// A constant of a type, as an operand.
    pub(crate) fn constant(&self, ty: &SqlType, random: &mut Random) -> Option<String> {
        let arrow = self.dialect.name == "datafusion";
        let direct = match ty {
            SqlType::Null => Some("NULL".to_owned()),
            SqlType::Boolean if self.dialect.name == "pinot-sse" => None,
            SqlType::Boolean => Some(random.word(&["TRUE", "FALSE"]).to_owned()),
            SqlType::Text(_) => Some(quoted(random.word(WORDS))),
            SqlType::Binary(Layout::Plain) if !self.dialect.name.starts_with("pi") => {
                Some(format!("X'{}'", random.word(BYTES)))
            }
            SqlType::Binary(Layout::Plain) if self.dialect.name.starts_with("pinot") => {
                Some(format!("hexToBytes('{}')", random.word(BYTES)))
            }
            ty if ty.is_numeric() => self.number(ty, random),
            SqlType::Date32 => Some(format!("DATE '{}'", random.word(DATES))),
            SqlType::Time(TimeUnit::Nanosecond) if arrow => Some(format!("TIME '{}'", random.word(TIMES))),
            SqlType::Time(_) => Some(format!("TIME '{}'", random.word(TIMES))).filter(|_| !arrow),
            SqlType::Timestamp(TimeUnit::Nanosecond, None) => {
                Some(format!("TIMESTAMP '{}'", random.word(MOMENTS)))
            }
            SqlType::Interval(unit) => self.interval(*unit, random),
            _ => None,
        };
        direct.or_else(|| self.composed(ty, random)).or_else(|| self.cast(ty, random))
    }

    /// A number literal that has just this type; others are casts.
    fn number(&self, ty: &SqlType, random: &mut Random) -> Option<String> {
        let text = match ty {
            SqlType::Float64 | SqlType::BigDecimal => random.word(FRACTIONS),
            _ => random.word(WHOLES),
        };
        let is = |text: &str| self.dialect.rules.number(text).is_ok_and(|own| plain(&own) == *ty);
        let exponent = format!("{text}e0");
        [text.to_owned(), exponent].into_iter().find(|text| is(text))
    }

    fn interval(&self, unit: IntervalUnit, random: &mut Random) -> Option<String> {
        let amount = random.word(WHOLES);
        let unit = match unit {
            IntervalUnit::YearMonth => random.word(&["YEAR", "MONTH"]),
            IntervalUnit::DayTime => random.word(&["DAY", "HOUR", "MINUTE"]),
            IntervalUnit::MonthDayNano => random.word(&["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"]),
        };
        let fits = self.dialect.name == "datafusion";
        let own = self.dialect.rules.interval(amount, Some(unit)).is_some();
        (fits || own).then(|| format!("INTERVAL '{amount}' {unit}"))
    }

    /// A value of several parts, or one that only a function makes.
    fn composed(&self, ty: &SqlType, random: &mut Random) -> Option<String> {
        let arrow = self.dialect.name == "datafusion";
        let calcite = self.dialect.name == "ignite-calcite";
        match ty {
            SqlType::List(field, ListLayout::List) if arrow || calcite => {
                let count = 1 + random.below(3);
                let items: Option<Vec<String>> =
                    (0..count).map(|_| self.constant(&field.ty, random)).collect();
                let open = if calcite || random.chance(30) { "ARRAY[" } else { "[" };
                Some(format!("{open}{}]", items?.join(", ")))
            }
            SqlType::Struct(fields) if arrow => {
                let braces = random.chance(50);
                let mut members = Vec::new();
                for field in fields {
                    let sign = if braces { ":" } else { "," };
                    members.push(format!("'{}'{sign} {}", field.name, self.constant(&field.ty, random)?));
                }
                let members = members.join(", ");
                Some(if braces { format!("{{{members}}}") } else { format!("named_struct({members})") })
            }
            SqlType::Map(entries, _) if arrow || calcite => {
                let SqlType::Struct(parts) = &entries.ty else { return None };
                let [key, value] = &parts[..] else { return None };
                let (key, value) = (self.constant(&key.ty, random)?, self.constant(&value.ty, random)?);
                Some(if calcite { format!("MAP[{key}, {value}]") } else { format!("MAP {{{key}: {value}}}") })
            }
            SqlType::Timestamp(TimeUnit::Nanosecond, Some(zone)) if arrow => {
                Some(format!("(TIMESTAMP '{}' AT TIME ZONE '{zone}')", random.word(MOMENTS)))
            }
            _ => None,
        }
    }

    fn cast(&self, ty: &SqlType, random: &mut Random) -> Option<String> {
        let inner = match ty {
            SqlType::Boolean => "1".to_owned(),
            ty if ty.is_integer() => random.word(WHOLES).to_owned(),
            ty if ty.is_numeric() => random.word(FRACTIONS).to_owned(),
            SqlType::Text(_) => quoted(random.word(WORDS)),
            SqlType::Binary(_) => match self.dialect.name {
                "datafusion" => format!("X'{}'", random.word(BYTES)),
                _ => quoted(random.word(BYTES)),
            },
            SqlType::FixedSizeBinary(n) => format!("X'{}'", "0A".repeat(usize::try_from(*n).ok()?)),
            SqlType::Uuid => quoted(UUID),
            SqlType::Json => quoted("{}"),
            SqlType::Date32 | SqlType::Date64 => quoted(random.word(DATES)),
            SqlType::Time(_) => quoted(random.word(TIMES)),
            // Pinot counts milliseconds.
            SqlType::Timestamp(TimeUnit::Millisecond, Some(_)) if self.dialect.name.starts_with("pinot") => {
                "1709210096789".to_owned()
            }
            SqlType::Timestamp(..) => quoted(random.word(MOMENTS)),
            SqlType::Duration(_) => random.word(WHOLES).to_owned(),
            SqlType::Dictionary(_, value) => self.constant(value, random)?,
            SqlType::List(field, _) | SqlType::FixedSizeList(field, _) => {
                let count =
                    if let SqlType::FixedSizeList(_, n) = ty { usize::try_from(*n).ok()? } else { 2 };
                let items: Option<Vec<String>> =
                    (0..count).map(|_| self.constant(&field.ty, random)).collect();
                format!("[{}]", items?.join(", "))
            }
            _ => return None,
        };
        self.cast_text(&inner, ty)
    }

    /// An expression cast to a type.
    pub(crate) fn cast_text(&self, inner: &str, ty: &SqlType) -> Option<String> {
        match self.cast_name(ty) {
            Some(name) => Some(format!("CAST({inner} AS {name})")),
            None if self.dialect.name == "datafusion"
                && !matches!(ty, SqlType::Struct(_) | SqlType::Map(..)) =>
            {
                Some(format!("arrow_cast({inner}, '{ty}')"))
            }
            None => None,
        }
    }

    /// A value of a type as plain text, for a parameter.
    pub(crate) fn sample(&self, ty: &SqlType, random: &mut Random) -> Option<String> {
        Some(match ty {
            SqlType::Boolean => random.word(&["true", "false"]).to_owned(),
            ty if ty.is_integer() => random.word(WHOLES).to_owned(),
            ty if ty.is_numeric() => random.word(FRACTIONS).to_owned(),
            SqlType::Text(_) => random.word(WORDS).to_owned(),
            SqlType::Binary(_) => random.word(BYTES).to_owned(),
            SqlType::Date32 | SqlType::Date64 => random.word(DATES).to_owned(),
            SqlType::Time(_) => random.word(TIMES).to_owned(),
            SqlType::Timestamp(..) => random.word(MOMENTS).to_owned(),
            SqlType::Uuid => UUID.to_owned(),
            SqlType::Json => "{}".to_owned(),
            _ => return None,
        })
    }
}

const WORDS: &[&str] = &["a", "abc", "Zebra", "x y", "BUILDING", "ünï", "it's", "%a_", "1994-01-01"];
const WHOLES: &[&str] = &["1", "2", "3", "5", "7", "10", "42", "100"];
const FRACTIONS: &[&str] = &["0.5", "1.5", "2.25", "10.0", "99.9"];
const BYTES: &[&str] = &["0A", "AB01", "616263"];
const DATES: &[&str] = &["1994-01-01", "2013-06-15", "2024-02-29"];
const TIMES: &[&str] = &["00:00:00", "10:30:00", "23:59:59"];
const MOMENTS: &[&str] = &["1994-01-01 00:00:00", "2013-06-15 10:30:00", "2024-02-29 23:59:59"];
const UUID: &str = "123e4567-e89b-12d3-a456-426614174000";

/// A string literal.
pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The one type that stands for all that engines take for it.
pub(crate) fn plain(ty: &SqlType) -> SqlType {
    let inner = |field: &Field| Box::new(Field { ty: plain(&field.ty), ..Field::item(SqlType::Null) });
    match ty {
        SqlType::Text(_) => SqlType::TEXT,
        SqlType::Decimal { width: DecimalWidth::W128, .. } => SqlType::decimal128(10, 2),
        SqlType::List(field, layout) => SqlType::List(inner(field), *layout),
        SqlType::FixedSizeList(field, size) => SqlType::FixedSizeList(inner(field), *size),
        SqlType::Struct(fields) => SqlType::Struct(
            fields.iter().map(|field| Field::new(field.name.clone(), plain(&field.ty), true)).collect(),
        ),
        SqlType::Map(entries, _) => match &entries.ty {
            SqlType::Struct(parts) if parts.len() == 2 => map(plain(&parts[0].ty), plain(&parts[1].ty)),
            _ => ty.clone(),
        },
        _ => ty.clone(),
    }
}

/// Whether values of a type have no parts.
pub(crate) fn is_scalar(ty: &SqlType) -> bool {
    !matches!(
        ty,
        SqlType::List(..)
            | SqlType::FixedSizeList(..)
            | SqlType::Struct(_)
            | SqlType::Map(..)
            | SqlType::Interval(_)
            | SqlType::Duration(_)
            | SqlType::Dictionary(..)
            | SqlType::Json
    )
}

/// A map as DataFusion makes it.
fn map(key: SqlType, value: SqlType) -> SqlType {
    let parts = vec![Field::new("key", key, false), Field::new("value", value, true)];
    SqlType::Map(Box::new(Field::new("entries", SqlType::Struct(parts), false)), false)
}

/// Types that a dialect writes without a name of their own.
fn made(dialect: &str, ty: &SqlType) -> bool {
    match dialect {
        "datafusion" => true,
        "ignite-calcite" => matches!(ty, SqlType::List(..) | SqlType::Map(..) | SqlType::Interval(_)),
        _ => false,
    }
}

/// The types of DataFusion's values, as Arrow prints them.
const DATAFUSION: &str = "Boolean; Int8; Int16; Int32; Int64; UInt8; UInt16; UInt32; UInt64; Float32; Float64; \
    Decimal128(10, 2); Utf8; Binary; Date32; Date64; Time64(ns); Time32(s); Timestamp(ns); Timestamp(µs); \
    Timestamp(ms); Timestamp(s); Timestamp(ns, \"+00:00\"); Interval(MonthDayNano); Duration(ns); \
    Dictionary(Int32, Utf8); FixedSizeBinary(2); List(Int64); List(Utf8); List(Float64); List(List(Int64)); \
    Struct(\"a\": Int64, \"b\": Utf8); \
    Map(\"entries\": non-null Struct(\"key\": non-null Utf8, \"value\": Int64), unsorted)";

const IGNITE: &str = "Boolean; Int8; Int16; Int32; Int64; Float32; Float64; BigDecimal; Utf8; Binary; Uuid; Date32; \
    Time32(ms); Timestamp(ns)";

/// What the Calcite engine has besides.
const CALCITE: &str = "Interval(YearMonth); Interval(DayTime); List(Int32); List(Utf8); \
    Map(\"entries\": non-null Struct(\"key\": non-null Utf8, \"value\": Int32), unsorted)";

const PICODATA: &str = "Int64; Float64; BigDecimal; Utf8; Boolean; Uuid; Timestamp(µs, \"UTC\")";

const PINOT: &str = "Int32; Int64; Float32; Float64; BigDecimal; Boolean; Utf8; Timestamp(ms, \"UTC\")";

fn usual(dialect: &str) -> Vec<SqlType> {
    let lists: &[&str] = match dialect {
        "datafusion" => &[DATAFUSION],
        "ignite-h2" => &[IGNITE],
        "ignite-calcite" => &[IGNITE, CALCITE],
        "picodata" => &[PICODATA],
        _ => &[PINOT],
    };
    lists.iter().flat_map(|list| list.split("; ")).filter_map(|ty| SqlType::from_str(ty).ok()).collect()
}

/// A type name, read by the dialect's own parser.
fn type_name(name: &str, dialect: &'static Dialect) -> Option<TypeName> {
    let text = format!("SELECT CAST(NULL AS {name})");
    let (source, _) = Source::new(&text, dialect);
    let StatementKind::Query(query) = source.parse(&|_| true).statements.pop()?.kind else { return None };
    let SetExpr::Select(mut select) = query.body else { return None };
    match select.items.pop()? {
        SelectItem::Expr { expr, .. } => match expr.kind {
            ExprKind::Cast { ty, .. } => Some(ty),
            _ => None,
        },
        SelectItem::Wildcard { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_type_can_be_read() {
        for list in [DATAFUSION, IGNITE, CALCITE, PICODATA, PINOT] {
            for ty in list.split("; ") {
                let read = SqlType::from_str(ty.trim()).map(|ty| ty.to_string());
                assert_eq!(read.as_deref(), Ok(ty.trim()));
            }
        }
    }
}
