//! Which Rust type a column becomes: decided by querent.toml alone, never by the features that happen to be on.
//!
//! The first of these that applies wins: the override of the column (`[source.x.columns]`, where the result column is a
//! plain copy of it), the override of the SQL type (`[types.sql]`), the family's entry in `[types]`, querent's own type.
//! `NOT NULL` is settled elsewhere: whoever prints the type puts the `Option` around it.
//!
//! | SQL type | Rust type | `[types]` |
//! |---|---|---|
//! | booleans, integers, floats | `bool`, `i8` … `u64`, `f32` (also half precision), `f64` | |
//! | numbers of JSON | `f64`; an integer that it cannot hold exactly is an error when it is read, and an override names `i64` | |
//! | text | `String` | |
//! | bytes, of fixed length as well | `Vec<u8>` | |
//! | dates | `types::Date` | `date`: `chrono`, `time`, `jiff` |
//! | times of day | `types::Time` | `time`: `chrono`, `time`, `jiff` |
//! | timestamps | `types::Timestamp` | `timestamp`: `chrono`, `time`, `jiff` (each has one type with a zone and one without) |
//! | elapsed times | `types::Duration` | `duration`: `chrono`, `time`, `jiff` |
//! | calendar intervals | `types::Interval` | `interval`: `jiff` |
//! | decimals, bounded or not | `types::Decimal` | `decimal`: `rust_decimal`, `bigdecimal` |
//! | UUIDs | `types::Uuid` | `uuid`: `uuid` |
//! | JSON | `String` | `json`: `serde_json` |
//! | lists in any layout | `Vec<Option<T>>`, or `Vec<T>` where elements are NOT NULL | |
//! | dictionaries, run ends | the type of their values | |
//! | structs, maps, unions, bare NULL | none: an override names it, or a cast makes it something else | |

mod column;

use std::fmt;

use querent_types::{Field, SqlType};

use crate::cache::{Config, TypeDefaults};
pub(crate) use column::ColumnKey;

/// A Rust type as a macro prints it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RustType {
    /// A type of Rust's own, of querent's or of a library that querent converts to.
    Builtin(Builtin),
    /// A type of the user's, as written in an override.
    Path(String),
    /// A `Vec` of the element, each in an `Option` where `nullable`.
    List {
        /// The type of the elements.
        element: Box<RustType>,
        /// Whether an element may be NULL.
        nullable: bool,
    },
}

/// Why a column has no Rust type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoRustType {
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

macro_rules! builtins {
    ($($(#[doc = $doc:literal])+ $variant:ident = $path:literal,)+) => {
        /// A type that no one has to name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Builtin { $($(#[doc = $doc])+ $variant,)+ }

        impl Builtin {
            /// Every type there is.
            pub const ALL: &'static [Builtin] = &[$(Builtin::$variant,)+];

            /// The type's path below `$crate::__private`, where the names of the prelude are, too.
            pub fn path(self) -> &'static str {
                match self { $(Builtin::$variant => $path,)+ }
            }

            /// The library that the type belongs to; `None` for types of Rust's own and of querent's.
            pub fn library(self) -> Option<&'static str> {
                self.path().split_once("::").map(|(library, _)| library).filter(|library| *library != "types")
            }
        }
    };
}

builtins! {
    /// Truth values.
    Bool = "bool",
    /// 8-bit integers.
    I8 = "i8",
    /// 16-bit integers.
    I16 = "i16",
    /// 32-bit integers.
    I32 = "i32",
    /// 64-bit integers.
    I64 = "i64",
    /// Unsigned 8-bit integers.
    U8 = "u8",
    /// Unsigned 16-bit integers.
    U16 = "u16",
    /// Unsigned 32-bit integers.
    U32 = "u32",
    /// Unsigned 64-bit integers.
    U64 = "u64",
    /// Single precision, and half precision widened.
    F32 = "f32",
    /// Double precision.
    F64 = "f64",
    /// Text.
    String = "String",
    /// Bytes.
    Bytes = "Vec<u8>",
    /// querent's dates.
    Date = "types::Date",
    /// querent's times of day.
    Time = "types::Time",
    /// querent's timestamps.
    Timestamp = "types::Timestamp",
    /// querent's elapsed times.
    Duration = "types::Duration",
    /// querent's calendar intervals.
    Interval = "types::Interval",
    /// querent's decimals.
    Decimal = "types::Decimal",
    /// querent's UUIDs.
    Uuid = "types::Uuid",
    /// chrono's dates.
    ChronoDate = "chrono::NaiveDate",
    /// chrono's times of day.
    ChronoTime = "chrono::NaiveTime",
    /// chrono's timestamps without a zone.
    ChronoDateTime = "chrono::NaiveDateTime",
    /// chrono's timestamps with a zone: `DateTime<Utc>`, by an alias that `__private::chrono` declares besides.
    ChronoDateTimeUtc = "chrono::DateTimeUtc",
    /// chrono's elapsed times.
    ChronoDuration = "chrono::TimeDelta",
    /// time's dates.
    TimeDate = "time::Date",
    /// time's times of day.
    TimeTime = "time::Time",
    /// time's timestamps without a zone.
    TimeDateTime = "time::PrimitiveDateTime",
    /// time's timestamps with a zone.
    TimeDateTimeUtc = "time::OffsetDateTime",
    /// time's elapsed times.
    TimeDuration = "time::Duration",
    /// jiff's dates.
    JiffDate = "jiff::civil::Date",
    /// jiff's times of day.
    JiffTime = "jiff::civil::Time",
    /// jiff's timestamps without a zone.
    JiffDateTime = "jiff::civil::DateTime",
    /// jiff's timestamps with a zone.
    JiffTimestamp = "jiff::Timestamp",
    /// jiff's elapsed times.
    JiffDuration = "jiff::SignedDuration",
    /// jiff's calendar intervals.
    JiffSpan = "jiff::Span",
    /// rust_decimal's decimals.
    RustDecimal = "rust_decimal::Decimal",
    /// bigdecimal's decimals.
    BigDecimal = "bigdecimal::BigDecimal",
    /// uuid's UUIDs.
    UuidUuid = "uuid::Uuid",
    /// serde_json's values.
    SerdeJson = "serde_json::Value",
}

/// The keys of `[types]` and the libraries that each may name; `querent` may always be named.
pub(crate) const CHOICES: &[(&str, &[&str])] = &[
    ("date", &["chrono", "time", "jiff"]),
    ("decimal", &["rust_decimal", "bigdecimal"]),
    ("duration", &["chrono", "time", "jiff"]),
    ("interval", &["jiff"]),
    ("json", &["serde_json"]),
    ("time", &["chrono", "time", "jiff"]),
    ("timestamp", &["chrono", "time", "jiff"]),
    ("uuid", &["uuid"]),
];

impl Config {
    /// The Rust type of a column of `source`, without the `Option` of a nullable one.
    ///
    /// `origin` is the table's path and the column of which the result column is a plain copy.
    pub fn rust_type(
        &self,
        source: &str,
        origin: Option<&(Vec<String>, String)>,
        ty: &SqlType,
    ) -> Result<RustType, NoRustType> {
        let columns = self.sources.get(source).map(|source| &source.columns);
        if let (Some((path, column)), Some(columns)) = (origin, columns) {
            let found = columns
                .iter()
                .find(|(key, _)| ColumnKey::parse(key).is_some_and(|key| key.fits(path, column)));
            if let Some((_, rust)) = found {
                return Ok(RustType::Path(rust.clone()));
            }
        }
        self.types.rust_type(ty)
    }
}

impl TypeDefaults {
    /// The libraries that `[types]` names, without repeats.
    pub fn libraries(&self) -> Vec<&str> {
        let choices = [
            ("date", &self.date),
            ("decimal", &self.decimal),
            ("duration", &self.duration),
            ("interval", &self.interval),
            ("json", &self.json),
            ("time", &self.time),
            ("timestamp", &self.timestamp),
            ("uuid", &self.uuid),
        ];
        let mut found: Vec<&str> = Vec::new();
        for (key, choice) in choices {
            let known = CHOICES.iter().find(|(known, _)| *known == key).map_or(&[][..], |(_, all)| all);
            if let Some(choice) = choice.as_deref().filter(|choice| known.contains(choice))
                && !found.contains(&choice)
            {
                found.push(choice);
            }
        }
        found
    }

    /// The Rust type of an SQL type, wherever it comes from.
    pub fn rust_type(&self, ty: &SqlType) -> Result<RustType, NoRustType> {
        if let Some(rust) = (!self.sql.is_empty()).then(|| self.sql.get(&ty.to_string())).flatten() {
            return Ok(RustType::Path(rust.clone()));
        }
        Ok(RustType::Builtin(match ty {
            SqlType::Boolean => Builtin::Bool,
            SqlType::Int8 => Builtin::I8,
            SqlType::Int16 => Builtin::I16,
            SqlType::Int32 => Builtin::I32,
            SqlType::Int64 => Builtin::I64,
            SqlType::UInt8 => Builtin::U8,
            SqlType::UInt16 => Builtin::U16,
            SqlType::UInt32 => Builtin::U32,
            SqlType::UInt64 => Builtin::U64,
            SqlType::Float16 | SqlType::Float32 => Builtin::F32,
            SqlType::Float64 | SqlType::Number => Builtin::F64,
            SqlType::Text(_) => Builtin::String,
            SqlType::Binary(_) | SqlType::FixedSizeBinary(_) => Builtin::Bytes,
            SqlType::List(field, _) | SqlType::FixedSizeList(field, _) => return self.list(field),
            SqlType::Dictionary(_, value) => return self.rust_type(value),
            SqlType::RunEndEncoded(_, values) => return self.rust_type(&values.ty),
            SqlType::Null => return Err(NoRustType::of(ty, "cast it to the type that is meant")),
            _ => return self.family(ty),
        }))
    }

    fn list(&self, field: &Field) -> Result<RustType, NoRustType> {
        let element = self.rust_type(&field.ty)?;
        Ok(RustType::List { element: Box::new(element), nullable: field.nullable })
    }

    /// The types that `[types]` has a key for.
    fn family(&self, ty: &SqlType) -> Result<RustType, NoRustType> {
        let choice = match ty {
            SqlType::Date32 | SqlType::Date64 => &self.date,
            SqlType::Time(_) => &self.time,
            SqlType::Timestamp(..) => &self.timestamp,
            SqlType::Duration(_) => &self.duration,
            SqlType::Interval(_) => &self.interval,
            SqlType::Decimal { .. } | SqlType::BigDecimal => &self.decimal,
            SqlType::Uuid => &self.uuid,
            SqlType::Json => &self.json,
            _ => return Err(NoRustType::of(ty, "select its fields one by one, or name a type of your own")),
        };
        let choice = choice.as_deref().unwrap_or("querent");
        match library_type(ty, choice) {
            Some(builtin) => Ok(RustType::Builtin(builtin)),
            None => Ok(RustType::Path(choice.to_owned())),
        }
    }
}

/// The type that a library has for a family; `None` where `library` is not one of [`CHOICES`], but a path.
fn library_type(ty: &SqlType, library: &str) -> Option<Builtin> {
    let zoned = matches!(ty, SqlType::Timestamp(_, Some(_)));
    Some(match (ty, library) {
        (SqlType::Date32 | SqlType::Date64, "querent") => Builtin::Date,
        (SqlType::Date32 | SqlType::Date64, "chrono") => Builtin::ChronoDate,
        (SqlType::Date32 | SqlType::Date64, "time") => Builtin::TimeDate,
        (SqlType::Date32 | SqlType::Date64, "jiff") => Builtin::JiffDate,
        (SqlType::Time(_), "querent") => Builtin::Time,
        (SqlType::Time(_), "chrono") => Builtin::ChronoTime,
        (SqlType::Time(_), "time") => Builtin::TimeTime,
        (SqlType::Time(_), "jiff") => Builtin::JiffTime,
        (SqlType::Timestamp(..), "querent") => Builtin::Timestamp,
        (SqlType::Timestamp(..), "chrono") if zoned => Builtin::ChronoDateTimeUtc,
        (SqlType::Timestamp(..), "chrono") => Builtin::ChronoDateTime,
        (SqlType::Timestamp(..), "time") if zoned => Builtin::TimeDateTimeUtc,
        (SqlType::Timestamp(..), "time") => Builtin::TimeDateTime,
        (SqlType::Timestamp(..), "jiff") if zoned => Builtin::JiffTimestamp,
        (SqlType::Timestamp(..), "jiff") => Builtin::JiffDateTime,
        (SqlType::Duration(_), "querent") => Builtin::Duration,
        (SqlType::Duration(_), "chrono") => Builtin::ChronoDuration,
        (SqlType::Duration(_), "time") => Builtin::TimeDuration,
        (SqlType::Duration(_), "jiff") => Builtin::JiffDuration,
        (SqlType::Interval(_), "querent") => Builtin::Interval,
        (SqlType::Interval(_), "jiff") => Builtin::JiffSpan,
        (SqlType::Decimal { .. } | SqlType::BigDecimal, "querent") => Builtin::Decimal,
        (SqlType::Decimal { .. } | SqlType::BigDecimal, "rust_decimal") => Builtin::RustDecimal,
        (SqlType::Decimal { .. } | SqlType::BigDecimal, "bigdecimal") => Builtin::BigDecimal,
        (SqlType::Uuid, "querent") => Builtin::Uuid,
        (SqlType::Uuid, "uuid") => Builtin::UuidUuid,
        (SqlType::Json, "querent") => Builtin::String,
        (SqlType::Json, "serde_json") => Builtin::SerdeJson,
        _ => return None,
    })
}

impl NoRustType {
    fn of(ty: &SqlType, instead: &str) -> NoRustType {
        NoRustType {
            message: format!("no Rust type stands for {ty}"),
            help: format!("{instead}: `AS \"name: Type\"` in the query, or [types.sql] in querent.toml"),
        }
    }
}

impl fmt::Display for RustType {
    /// As people write it: `Vec<Option<i64>>`, `querent::types::Date`, `chrono::NaiveDate`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RustType::Builtin(builtin) => {
                let path = builtin.path().replace("DateTimeUtc", "DateTime<chrono::Utc>");
                write!(f, "{}{path}", if path.starts_with("types::") { "querent::" } else { "" })
            }
            RustType::Path(path) => f.write_str(path),
            RustType::List { element, nullable: true } => write!(f, "Vec<Option<{element}>>"),
            RustType::List { element, nullable: false } => write!(f, "Vec<{element}>"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::SourceConfig;
    use querent_types::{IntervalUnit, ListLayout, TimeUnit};
    use std::collections::BTreeMap;

    #[track_caller]
    fn check(types: &TypeDefaults, ty: &str, expected: &str) {
        let ty: SqlType = ty.parse().unwrap();
        assert_eq!(types.rust_type(&ty).unwrap().to_string(), expected);
    }

    #[test]
    fn defaults_are_lossless() {
        let types = TypeDefaults::default();
        for (ty, rust) in [
            ("Boolean", "bool"),
            ("UInt64", "u64"),
            ("Float16", "f32"),
            ("LargeUtf8", "String"),
            ("FixedSizeBinary(16)", "Vec<u8>"),
            ("Decimal256(76, 0)", "querent::types::Decimal"),
            ("BigDecimal", "querent::types::Decimal"),
            ("Timestamp(ns, \"UTC\")", "querent::types::Timestamp"),
            ("Date64", "querent::types::Date"),
            ("Time32(ms)", "querent::types::Time"),
            ("Duration(ns)", "querent::types::Duration"),
            ("Interval(MonthDayNano)", "querent::types::Interval"),
            ("Uuid", "querent::types::Uuid"),
            ("Json", "String"),
            ("Dictionary(Int32, Utf8)", "String"),
            ("RunEndEncoded(\"run_ends\": non-null Int32, \"values\": Float64)", "f64"),
            ("List(Int64)", "Vec<Option<i64>>"),
            ("FixedSizeList(3 x non-null Float32)", "Vec<f32>"),
            ("LargeList(non-null ListView(Date32))", "Vec<Vec<Option<querent::types::Date>>>"),
        ] {
            check(&types, ty, rust);
        }
    }

    #[test]
    fn libraries_are_chosen_by_family() {
        let some = |text: &str| Some(text.to_owned());
        let types = TypeDefaults {
            timestamp: some("chrono"),
            date: some("time"),
            time: some("jiff"),
            interval: some("jiff"),
            decimal: some("rust_decimal"),
            uuid: some("uuid"),
            json: some("serde_json"),
            duration: some("crate::Span"),
            ..TypeDefaults::default()
        };
        check(&types, "Timestamp(µs)", "chrono::NaiveDateTime");
        check(&types, "Timestamp(s, \"+01:00\")", "chrono::DateTime<chrono::Utc>");
        check(&types, "Date32", "time::Date");
        check(&types, "Time64(ns)", "jiff::civil::Time");
        check(&types, "Interval(YearMonth)", "jiff::Span");
        check(&types, "List(Decimal128(38, 10))", "Vec<Option<rust_decimal::Decimal>>");
        check(&types, "Uuid", "uuid::Uuid");
        check(&types, "Json", "serde_json::Value");
        check(&types, "Duration(s)", "crate::Span");
        let libraries = ["time", "rust_decimal", "jiff", "serde_json", "chrono", "uuid"];
        assert_eq!(types.libraries(), libraries);
        assert_eq!(TypeDefaults::default().libraries(), [""; 0]);
        let used = |ty: &str| match types.rust_type(&ty.parse().unwrap()).unwrap() {
            RustType::Builtin(builtin) => builtin.library(),
            _ => None,
        };
        assert_eq!([used("Json"), used("Time64(ns)")], [Some("serde_json"), Some("jiff")]);
        assert_eq!(
            [used("Boolean"), used("Binary"), used("Interval(YearMonth)")],
            [None, None, Some("jiff")]
        );
    }

    #[test]
    fn every_choice_of_every_family_is_a_type() {
        let utc = || Some("UTC".to_owned());
        let families = [
            ("date", vec![SqlType::Date32, SqlType::Date64]),
            ("decimal", vec![SqlType::decimal128(10, 2), SqlType::BigDecimal]),
            ("duration", vec![SqlType::Duration(TimeUnit::Second)]),
            ("interval", vec![SqlType::Interval(IntervalUnit::DayTime)]),
            ("json", vec![SqlType::Json]),
            ("time", vec![SqlType::Time(TimeUnit::Second)]),
            (
                "timestamp",
                vec![SqlType::Timestamp(TimeUnit::Second, None), SqlType::Timestamp(TimeUnit::Second, utc())],
            ),
            ("uuid", vec![SqlType::Uuid]),
        ];
        assert_eq!(families.len(), CHOICES.len());
        for ((family, types), (key, libraries)) in families.iter().zip(CHOICES) {
            assert_eq!(family, key);
            for ty in types {
                for library in libraries.iter().chain([&"querent"]) {
                    assert!(library_type(ty, library).is_some(), "{ty} as {library}");
                }
            }
        }
    }

    #[test]
    fn what_has_no_counterpart_asks_for_an_override() {
        let nested = SqlType::List(Box::new(Field::item(SqlType::Struct(Vec::new()))), ListLayout::List);
        for ty in [SqlType::Null, SqlType::Struct(Vec::new()), nested.clone()] {
            let error = TypeDefaults::default().rust_type(&ty).unwrap_err();
            assert!(error.help.contains("[types.sql] in querent.toml"), "{error:?}");
        }
        let sql = BTreeMap::from([("Struct()".to_owned(), "crate::Unit".to_owned())]);
        let types = TypeDefaults { sql, ..TypeDefaults::default() };
        assert_eq!(types.rust_type(&nested).unwrap().to_string(), "Vec<Option<crate::Unit>>");
    }

    #[test]
    fn a_column_goes_before_its_type() {
        let columns = [("Trades.Price", "crate::Price"), ("archive.\"odd.name\".id", "crate::Id")];
        let columns = columns.iter().map(|(key, rust)| (key.to_string(), rust.to_string())).collect();
        let sources = BTreeMap::from([("m".to_owned(), SourceConfig { columns, ..SourceConfig::default() })]);
        let sql = BTreeMap::from([("Decimal128(10, 2)".to_owned(), "crate::Money".to_owned())]);
        let config = Config::new("", sources, TypeDefaults { sql, ..TypeDefaults::default() });
        let rust = |source: &str, path: &[&str], column: &str| {
            let path = path.iter().map(|part| part.to_string()).collect();
            config
                .rust_type(source, Some(&(path, column.to_owned())), &SqlType::decimal128(10, 2))
                .unwrap()
                .to_string()
        };
        assert_eq!(rust("m", &["c", "public", "trades"], "price"), "crate::Price");
        assert_eq!(rust("m", &["trades"], "price"), "crate::Price");
        assert_eq!(rust("m", &["c", "public", "trades"], "fee"), "crate::Money");
        assert_eq!(rust("other", &["trades"], "price"), "crate::Money");
        assert_eq!(rust("m", &["archive", "odd.name"], "id"), "crate::Id");
        assert_eq!(rust("m", &["public", "odd.name"], "id"), "crate::Money");
        assert_eq!(rust("m", &["archive", "ODD.name"], "id"), "crate::Money");
        let anonymous = config.rust_type("m", None, &SqlType::decimal128(10, 2)).unwrap();
        assert_eq!(anonymous, RustType::Path("crate::Money".to_owned()));
    }
}
