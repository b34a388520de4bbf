//! Classes of types, which signatures name instead of types: `string`, `Int64<-integer`, `float<-numeric=Float64`.

use std::str::FromStr;

use querent_types::SqlType;

/// What an argument of [`Alternative::Coercible`](super::signature::Alternative::Coercible) may be.
#[derive(Debug, Clone, PartialEq)]
pub struct Class {
    /// The types that are taken as they are.
    pub desired: TypeClass,
    /// The types that are cast.
    pub sources: Vec<TypeClass>,
    /// What those are cast to.
    pub default: Option<TypeClass>,
    /// Whether a dictionary stays one.
    pub keeps_dictionary: bool,
}

/// A class of types.
#[derive(Debug, Clone, PartialEq)]
pub enum TypeClass {
    /// Every type.
    Any,
    /// Timestamps of any unit and zone.
    Timestamp,
    /// Times of day.
    Time,
    /// Intervals.
    Interval,
    /// Durations.
    Duration,
    /// Integers.
    Integer,
    /// Floats.
    Float,
    /// Decimals.
    Decimal,
    /// Numbers.
    Numeric,
    /// Bytes of any layout, also of fixed size.
    Bytes,
    /// Text of any layout.
    Text,
    /// Bytes of any layout but not of fixed size.
    Binary,
    /// Dates.
    Date,
    /// One type.
    Type(SqlType),
}

impl Class {
    pub(super) fn parse(text: &str) -> Option<Class> {
        let (text, keeps_dictionary) = match text.strip_suffix('~') {
            Some(text) => (text, true),
            None => (text, false),
        };
        let Some((desired, from)) = text.split_once("<-") else {
            return Some(Class {
                desired: TypeClass::parse(text)?,
                sources: Vec::new(),
                default: None,
                keeps_dictionary,
            });
        };
        let (sources, default) = from.split_once('=').unwrap_or((from, desired));
        Some(Class {
            desired: TypeClass::parse(desired)?,
            sources: sources.split('|').map(TypeClass::parse).collect::<Option<_>>()?,
            default: Some(TypeClass::parse(default)?),
            keeps_dictionary,
        })
    }

    pub(super) fn in_words(&self) -> String {
        let mut words: Vec<String> = Vec::new();
        for class in std::iter::once(&self.desired).chain(&self.sources) {
            let word = class.in_words();
            if !words.contains(&word) {
                words.push(word);
            }
        }
        words.join(" or ")
    }
}

impl TypeClass {
    fn parse(text: &str) -> Option<TypeClass> {
        Some(match text {
            "any" => TypeClass::Any,
            "timestamp" => TypeClass::Timestamp,
            "time" => TypeClass::Time,
            "interval" => TypeClass::Interval,
            "duration" => TypeClass::Duration,
            "integer" => TypeClass::Integer,
            "float" => TypeClass::Float,
            "decimal" => TypeClass::Decimal,
            "numeric" => TypeClass::Numeric,
            "bytes" => TypeClass::Bytes,
            "string" => TypeClass::Text,
            "binary" => TypeClass::Binary,
            "date" => TypeClass::Date,
            ty => TypeClass::Type(SqlType::from_str(ty).ok()?),
        })
    }

    fn in_words(&self) -> String {
        match self {
            TypeClass::Any => "any type",
            TypeClass::Timestamp => "timestamp",
            TypeClass::Time => "time",
            TypeClass::Interval => "interval",
            TypeClass::Duration => "duration",
            TypeClass::Integer => "integer",
            TypeClass::Float => "float",
            TypeClass::Decimal => "decimal",
            TypeClass::Numeric => "number",
            TypeClass::Bytes | TypeClass::Binary => "bytes",
            TypeClass::Text => "text",
            TypeClass::Date => "date",
            TypeClass::Type(ty) => return ty.to_string(),
        }
        .to_owned()
    }
}
