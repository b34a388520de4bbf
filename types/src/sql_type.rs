//! The one logical SQL type of the checker, with its canonical text.
//!
//! Every Arrow type has exactly one `SqlType`, and its [`Display`](fmt::Display) is what arrow-schema 59.3 prints for
//! that type, so that plans, caches and `querent explain` speak Arrow's own notation. Types that Arrow lacks
//! (`BigDecimal`, `Number`, `Uuid`, `Json`) print their own names and travel as Arrow storage types with the field metadata
//! `querent.type`. [`FromStr`](std::str::FromStr) reads the same text back (see `parse.rs`).

use std::fmt;

/// A logical SQL type, as precise as Arrow's `DataType` and losslessly convertible to and from it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum SqlType {
    /// The type of a bare `NULL`.
    Null,
    /// `true` or `false`.
    Boolean,
    /// Signed 8-bit integer.
    Int8,
    /// Signed 16-bit integer.
    Int16,
    /// Signed 32-bit integer.
    Int32,
    /// Signed 64-bit integer.
    Int64,
    /// Unsigned 8-bit integer.
    UInt8,
    /// Unsigned 16-bit integer.
    UInt16,
    /// Unsigned 32-bit integer.
    UInt32,
    /// Unsigned 64-bit integer.
    UInt64,
    /// IEEE 754 half precision.
    Float16,
    /// IEEE 754 single precision.
    Float32,
    /// IEEE 754 double precision.
    Float64,
    /// A decimal of fixed precision and scale, held in an integer of the given width.
    Decimal {
        /// Width of the integer that holds the unscaled value.
        width: DecimalWidth,
        /// Number of significant decimal digits.
        precision: u8,
        /// Digits right of the decimal point; negative values count zeros left of it.
        scale: i8,
    },
    /// A decimal without a bound on precision or scale (Pinot `BIG_DECIMAL`, Ignite `DECIMAL`); travels as text.
    BigDecimal,
    /// A number of JSON's: each value an integer or a double (ApertureDB's `number`); travels as text.
    Number,
    /// UTF-8 text.
    Text(Layout),
    /// Bytes.
    Binary(Layout),
    /// Bytes of one fixed length.
    FixedSizeBinary(i32),
    /// A UUID: 16 bytes, big-endian.
    Uuid,
    /// JSON as text.
    Json,
    /// Days since 1970-01-01.
    Date32,
    /// Milliseconds since 1970-01-01, whole days.
    Date64,
    /// Time of day (Arrow `Time32` for seconds and milliseconds, `Time64` below).
    Time(TimeUnit),
    /// A point in time (with a zone) or a wall clock reading (without).
    Timestamp(TimeUnit, Option<String>),
    /// An elapsed time.
    Duration(TimeUnit),
    /// A calendar interval.
    Interval(IntervalUnit),
    /// A list of values of one type.
    List(Box<Field>, ListLayout),
    /// A list of a fixed number of values.
    FixedSizeList(Box<Field>, i32),
    /// Named fields.
    Struct(Vec<Field>),
    /// Key-value pairs: the field is the struct of key and value, the flag says whether keys are sorted.
    Map(Box<Field>, bool),
    /// Values of the second type behind integer keys of the first.
    Dictionary(Box<SqlType>, Box<SqlType>),
    /// Run ends and values.
    RunEndEncoded(Box<Field>, Box<Field>),
    /// One of several fields, by type id.
    Union(Vec<(i8, Field)>, UnionMode),
}

/// A named, nullable-or-not member of a nested [`SqlType`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Field {
    /// The member's name (`item` for list elements).
    pub name: String,
    /// The member's type.
    pub ty: SqlType,
    /// Whether the member may be NULL.
    pub nullable: bool,
    /// Arrow field metadata, sorted by key.
    pub metadata: Vec<(String, String)>,
}

/// The integer that holds a decimal's unscaled value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DecimalWidth {
    /// 32 bits, precision up to 9.
    W32,
    /// 64 bits, precision up to 18.
    W64,
    /// 128 bits, precision up to 38.
    W128,
    /// 256 bits, precision up to 76.
    W256,
}

/// How variable-length values are laid out in Arrow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Layout {
    /// 32-bit offsets (`Utf8`, `Binary`).
    Plain,
    /// 64-bit offsets (`LargeUtf8`, `LargeBinary`).
    Large,
    /// Views (`Utf8View`, `BinaryView`).
    View,
}

/// How lists are laid out in Arrow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ListLayout {
    /// 32-bit offsets.
    List,
    /// 64-bit offsets.
    Large,
    /// 32-bit views.
    View,
    /// 64-bit views.
    LargeView,
}

/// The resolution of a time, timestamp or duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TimeUnit {
    /// 1 s.
    Second,
    /// 10⁻³ s.
    Millisecond,
    /// 10⁻⁶ s.
    Microsecond,
    /// 10⁻⁹ s.
    Nanosecond,
}

/// What a calendar interval counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum IntervalUnit {
    /// Months.
    YearMonth,
    /// Days and milliseconds.
    DayTime,
    /// Months, days and nanoseconds.
    MonthDayNano,
}

/// The layout of a union.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum UnionMode {
    /// Every child has every row.
    Sparse,
    /// Children are addressed by offset.
    Dense,
}

impl Field {
    /// A field without metadata.
    pub fn new(name: impl Into<String>, ty: SqlType, nullable: bool) -> Field {
        Field { name: name.into(), ty, nullable, metadata: Vec::new() }
    }

    /// The element of a list: a nullable field called `item`.
    pub fn item(ty: SqlType) -> Field {
        Field::new("item", ty, true)
    }
}

impl SqlType {
    /// Text with 32-bit offsets (Arrow `Utf8`).
    pub const TEXT: SqlType = SqlType::Text(Layout::Plain);
    /// Text views (Arrow `Utf8View`).
    pub const TEXT_VIEW: SqlType = SqlType::Text(Layout::View);
    /// Bytes with 32-bit offsets (Arrow `Binary`).
    pub const BINARY: SqlType = SqlType::Binary(Layout::Plain);

    /// A `Decimal128`.
    pub fn decimal128(precision: u8, scale: i8) -> SqlType {
        SqlType::Decimal { width: DecimalWidth::W128, precision, scale }
    }

    /// A list of nullable values named `item`.
    pub fn list(item: SqlType) -> SqlType {
        SqlType::List(Box::new(Field::item(item)), ListLayout::List)
    }

    /// Whether the type is a signed or unsigned integer.
    pub fn is_integer(&self) -> bool {
        self.is_signed_integer() || self.is_unsigned_integer()
    }

    /// Whether the type is `Int8`, `Int16`, `Int32` or `Int64`.
    pub fn is_signed_integer(&self) -> bool {
        matches!(self, SqlType::Int8 | SqlType::Int16 | SqlType::Int32 | SqlType::Int64)
    }

    /// Whether the type is `UInt8`, `UInt16`, `UInt32` or `UInt64`.
    pub fn is_unsigned_integer(&self) -> bool {
        matches!(self, SqlType::UInt8 | SqlType::UInt16 | SqlType::UInt32 | SqlType::UInt64)
    }

    /// Whether the type is a binary floating point number.
    pub fn is_float(&self) -> bool {
        matches!(self, SqlType::Float16 | SqlType::Float32 | SqlType::Float64)
    }

    /// Whether the type is a decimal, bounded or not.
    pub fn is_decimal(&self) -> bool {
        matches!(self, SqlType::Decimal { .. } | SqlType::BigDecimal)
    }

    /// Whether the type is an integer, a float, a decimal or JSON's number.
    pub fn is_numeric(&self) -> bool {
        self.is_integer() || self.is_float() || self.is_decimal() || *self == SqlType::Number
    }

    /// Whether the type is text in any layout.
    pub fn is_text(&self) -> bool {
        matches!(self, SqlType::Text(_))
    }

    /// Whether the type is a date, time, timestamp, duration or interval.
    pub fn is_temporal(&self) -> bool {
        matches!(
            self,
            SqlType::Date32
                | SqlType::Date64
                | SqlType::Time(_)
                | SqlType::Timestamp(..)
                | SqlType::Duration(_)
                | SqlType::Interval(_)
        )
    }

    /// Whether Arrow has no such type, so that it travels as a storage type with the metadata `querent.type`.
    pub fn is_extension(&self) -> bool {
        matches!(self, SqlType::BigDecimal | SqlType::Number | SqlType::Uuid | SqlType::Json)
    }

    /// The Arrow type that stores this one: itself, but for the extensions ([`SqlType::is_extension`]).
    ///
    /// `storage().to_string()` is what arrow-schema prints for the column.
    pub fn storage(&self) -> SqlType {
        match self {
            SqlType::BigDecimal | SqlType::Number | SqlType::Json => SqlType::TEXT,
            SqlType::Uuid => SqlType::FixedSizeBinary(16),
            SqlType::List(f, layout) => SqlType::List(f.storage(), *layout),
            SqlType::FixedSizeList(f, n) => SqlType::FixedSizeList(f.storage(), *n),
            SqlType::Struct(fields) => SqlType::Struct(fields.iter().map(|f| *f.storage()).collect()),
            SqlType::Map(f, sorted) => SqlType::Map(f.storage(), *sorted),
            SqlType::Dictionary(k, v) => SqlType::Dictionary(k.clone(), Box::new(v.storage())),
            SqlType::RunEndEncoded(ends, values) => SqlType::RunEndEncoded(ends.clone(), values.storage()),
            SqlType::Union(fields, mode) => {
                SqlType::Union(fields.iter().map(|(id, f)| (*id, *f.storage())).collect(), *mode)
            }
            other => other.clone(),
        }
    }
}

impl Field {
    fn storage(&self) -> Box<Field> {
        Box::new(Field { ty: self.ty.storage(), ..self.clone() })
    }
}

impl fmt::Display for TimeUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TimeUnit::Second => "s",
            TimeUnit::Millisecond => "ms",
            TimeUnit::Microsecond => "µs",
            TimeUnit::Nanosecond => "ns",
        })
    }
}

/// Arrow's notation; `{:#}` is [`sql_name`](SqlType::sql_name), for messages.
impl fmt::Display for SqlType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.alternate() {
            return f.write_str(&self.sql_name());
        }
        match self {
            SqlType::Decimal { width, precision, scale } => {
                let bits = match width {
                    DecimalWidth::W32 => 32,
                    DecimalWidth::W64 => 64,
                    DecimalWidth::W128 => 128,
                    DecimalWidth::W256 => 256,
                };
                write!(f, "Decimal{bits}({precision}, {scale})")
            }
            SqlType::Text(Layout::Plain) => f.write_str("Utf8"),
            SqlType::Text(Layout::Large) => f.write_str("LargeUtf8"),
            SqlType::Text(Layout::View) => f.write_str("Utf8View"),
            SqlType::Binary(Layout::Plain) => f.write_str("Binary"),
            SqlType::Binary(Layout::Large) => f.write_str("LargeBinary"),
            SqlType::Binary(Layout::View) => f.write_str("BinaryView"),
            SqlType::FixedSizeBinary(n) => write!(f, "FixedSizeBinary({n})"),
            SqlType::Time(unit @ (TimeUnit::Second | TimeUnit::Millisecond)) => write!(f, "Time32({unit})"),
            SqlType::Time(unit) => write!(f, "Time64({unit})"),
            SqlType::Timestamp(unit, None) => write!(f, "Timestamp({unit})"),
            SqlType::Timestamp(unit, Some(zone)) => write!(f, "Timestamp({unit}, {zone:?})"),
            SqlType::Duration(unit) => write!(f, "Duration({unit})"),
            SqlType::Interval(unit) => write!(f, "Interval({unit:?})"),
            SqlType::List(field, layout) => {
                f.write_str(match layout {
                    ListLayout::List => "List(",
                    ListLayout::Large => "LargeList(",
                    ListLayout::View => "ListView(",
                    ListLayout::LargeView => "LargeListView(",
                })?;
                write_element(f, field)?;
                f.write_str(")")
            }
            SqlType::FixedSizeList(field, n) => {
                write!(f, "FixedSizeList({n} x ")?;
                write_element(f, field)?;
                f.write_str(")")
            }
            SqlType::Struct(fields) => {
                f.write_str("Struct(")?;
                for (i, field) in fields.iter().enumerate() {
                    f.write_str(if i == 0 { "" } else { ", " })?;
                    write_member(f, field)?;
                }
                f.write_str(")")
            }
            SqlType::Map(field, sorted) => {
                f.write_str("Map(")?;
                write_member(f, field)?;
                f.write_str(if *sorted { ", sorted)" } else { ", unsorted)" })
            }
            SqlType::Dictionary(key, value) => write!(f, "Dictionary({key}, {value})"),
            SqlType::RunEndEncoded(ends, values) => {
                f.write_str("RunEndEncoded(")?;
                write_member(f, ends)?;
                f.write_str(", ")?;
                write_member(f, values)?;
                f.write_str(")")
            }
            SqlType::Union(fields, mode) => {
                write!(f, "Union({mode:?}")?;
                for (id, field) in fields {
                    write!(f, ", {id}: (")?;
                    write_member(f, field)?;
                    f.write_str(")")?;
                }
                f.write_str(")")
            }
            // The remaining variants print their own names, which are Arrow's.
            plain => write!(f, "{plain:?}"),
        }
    }
}

fn write_nullability(f: &mut fmt::Formatter<'_>, field: &Field) -> fmt::Result {
    if field.nullable { Ok(()) } else { f.write_str("non-null ") }
}

fn write_metadata(f: &mut fmt::Formatter<'_>, field: &Field) -> fmt::Result {
    if field.metadata.is_empty() {
        return Ok(());
    }
    f.write_str(", metadata: ")?;
    f.debug_map().entries(field.metadata.iter().map(|(k, v)| (k, v))).finish()
}

fn write_element(f: &mut fmt::Formatter<'_>, field: &Field) -> fmt::Result {
    write_nullability(f, field)?;
    write!(f, "{}", field.ty)?;
    if field.name != "item" {
        // arrow-schema prints quotes and backslashes bare here, which nothing could read back.
        write!(f, ", field: '{}'", field.name.replace('\\', "\\\\").replace('\'', "\\'"))?;
    }
    write_metadata(f, field)
}

fn write_member(f: &mut fmt::Formatter<'_>, field: &Field) -> fmt::Result {
    write!(f, "{:?}: ", field.name)?;
    write_nullability(f, field)?;
    write!(f, "{}", field.ty)?;
    write_metadata(f, field)
}
