//! The column types of Pinot's answers and schemas (`DataSchema.ColumnDataType`).

use querent_types::{SqlType, TimeUnit};

/// A type as Pinot names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PinotType {
    /// 32 bits.
    Int,
    /// 64 bits.
    Long,
    /// Single precision.
    Float,
    /// Double precision.
    Double,
    /// Decimals without a bound, as text.
    BigDecimal,
    /// `true` or `false`.
    Boolean,
    /// Milliseconds since 1970-01-01 UTC, written as the wall clock of the broker's own zone.
    Timestamp,
    /// Text.
    String,
    /// JSON as text; the multi-stage engine calls it `STRING`.
    Json,
    /// A JSON object.
    Map,
    /// Bytes, as hexadecimal digits.
    Bytes,
    /// Anything at all.
    Object,
    /// A UUID (1.6).
    Uuid,
    /// The type of a bare NULL.
    Unknown,
    /// `INT_ARRAY`.
    IntArray,
    /// `LONG_ARRAY`.
    LongArray,
    /// `FLOAT_ARRAY`.
    FloatArray,
    /// `DOUBLE_ARRAY`.
    DoubleArray,
    /// `BIG_DECIMAL_ARRAY` (1.6).
    BigDecimalArray,
    /// `BOOLEAN_ARRAY`.
    BooleanArray,
    /// `TIMESTAMP_ARRAY`.
    TimestampArray,
    /// `STRING_ARRAY`.
    StringArray,
    /// `BYTES_ARRAY`.
    BytesArray,
    /// `UUID_ARRAY` (1.6).
    UuidArray,
}

/// One column of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name, which need not be unique.
    pub name: String,
    /// Its type, if it is one that this version knows.
    pub ty: Option<PinotType>,
    /// The server's name of the type.
    pub native: String,
}

const NAMES: &[(&str, PinotType)] = &[
    ("INT", PinotType::Int),
    ("LONG", PinotType::Long),
    ("FLOAT", PinotType::Float),
    ("DOUBLE", PinotType::Double),
    ("BIG_DECIMAL", PinotType::BigDecimal),
    ("BOOLEAN", PinotType::Boolean),
    ("TIMESTAMP", PinotType::Timestamp),
    ("STRING", PinotType::String),
    ("JSON", PinotType::Json),
    ("MAP", PinotType::Map),
    ("BYTES", PinotType::Bytes),
    ("OBJECT", PinotType::Object),
    ("UUID", PinotType::Uuid),
    ("UNKNOWN", PinotType::Unknown),
    ("INT_ARRAY", PinotType::IntArray),
    ("LONG_ARRAY", PinotType::LongArray),
    ("FLOAT_ARRAY", PinotType::FloatArray),
    ("DOUBLE_ARRAY", PinotType::DoubleArray),
    ("BIG_DECIMAL_ARRAY", PinotType::BigDecimalArray),
    ("BOOLEAN_ARRAY", PinotType::BooleanArray),
    ("TIMESTAMP_ARRAY", PinotType::TimestampArray),
    ("STRING_ARRAY", PinotType::StringArray),
    ("BYTES_ARRAY", PinotType::BytesArray),
    ("UUID_ARRAY", PinotType::UuidArray),
];

impl PinotType {
    /// Every type.
    pub fn all() -> impl Iterator<Item = PinotType> {
        NAMES.iter().map(|(_, ty)| *ty)
    }

    /// The type of this name, as answers and schemas spell it.
    pub fn from_name(name: &str) -> Option<PinotType> {
        NAMES.iter().find(|(known, _)| *known == name).map(|(_, ty)| *ty)
    }

    /// Pinot's name of it.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(_, ty)| *ty == self).map_or("", |(name, _)| name)
    }

    /// The type of the elements of an array type.
    pub fn element(self) -> Option<PinotType> {
        PinotType::from_name(self.name().strip_suffix("_ARRAY")?)
    }

    /// The array type of these elements, where Pinot has one.
    pub fn array(self) -> Option<PinotType> {
        PinotType::from_name(&format!("{}_ARRAY", self.name()))
    }

    /// The SQL type.
    ///
    /// A `TIMESTAMP` is an instant, so it has the zone UTC, whatever zone the broker writes it in. Maps and objects are
    /// JSON, which is what the wire has for them.
    pub fn sql_type(self) -> SqlType {
        if let Some(element) = self.element() {
            return SqlType::list(element.sql_type());
        }
        match self {
            PinotType::Int => SqlType::Int32,
            PinotType::Long => SqlType::Int64,
            PinotType::Float => SqlType::Float32,
            PinotType::Double => SqlType::Float64,
            PinotType::BigDecimal => SqlType::BigDecimal,
            PinotType::Boolean => SqlType::Boolean,
            PinotType::Timestamp => SqlType::Timestamp(TimeUnit::Millisecond, Some("UTC".to_owned())),
            PinotType::String => SqlType::TEXT,
            PinotType::Bytes => SqlType::BINARY,
            PinotType::Uuid => SqlType::Uuid,
            PinotType::Unknown => SqlType::Null,
            _ => SqlType::Json,
        }
    }
}
