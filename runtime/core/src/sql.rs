//! Markers of SQL types, as the compiler prints them to users: which Rust value goes with which SQL type.
//!
//! `querent-macros` picks the marker of a column or parameter; [`Bind`](crate::Bind) and [`Holds`](crate::Holds) are
//! implemented for pairs of Rust type and marker.

macro_rules! markers {
    ($($(#[doc = $doc:literal])+ $name:ident,)+) => {
        $($(#[doc = $doc])+ #[derive(Debug, Clone, Copy)] pub enum $name {})+
    };
}

markers! {
    /// `true` or `false`.
    Boolean,
    /// Signed 8-bit integer.
    TinyInt,
    /// Signed 16-bit integer.
    SmallInt,
    /// Signed 32-bit integer.
    Integer,
    /// Signed 64-bit integer.
    BigInt,
    /// Unsigned 8-bit integer.
    UnsignedTinyInt,
    /// Unsigned 16-bit integer.
    UnsignedSmallInt,
    /// Unsigned 32-bit integer.
    UnsignedInteger,
    /// Unsigned 64-bit integer.
    UnsignedBigInt,
    /// Half or single precision.
    Real,
    /// Double precision.
    Double,
    /// A decimal, bounded or not.
    Decimal,
    /// Text in any layout.
    Varchar,
    /// Bytes in any layout.
    Varbinary,
    /// A date.
    Date,
    /// A time of day.
    Time,
    /// A wall clock reading without a zone.
    Timestamp,
    /// A point in time.
    TimestampTz,
    /// An elapsed time.
    Duration,
    /// A calendar interval.
    Interval,
    /// A UUID.
    Uuid,
    /// JSON as text.
    Json,
    /// A type that the checker does not know: any value may be bound.
    Any,
}

/// A list of values.
#[derive(Debug, Clone, Copy)]
pub struct Array<T>(std::marker::PhantomData<T>, std::convert::Infallible);

/// A parameter `:list..`, whose elements go into an IN list.
#[derive(Debug, Clone, Copy)]
pub struct Spread<T>(std::marker::PhantomData<T>, std::convert::Infallible);
