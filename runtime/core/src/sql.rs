//! Markers of SQL types: which Rust value goes with which SQL type.
//!
//! They have the names that SQL has for the types, for it is these that the compiler prints when a value does not fit.
//!
//! `querent-macros` picks the marker of a column or parameter; [`Bind`](crate::Bind) and [`Holds`](crate::Holds) are
//! implemented for pairs of Rust type and marker.

#![expect(non_camel_case_types, reason = "the names are SQL's")]

macro_rules! markers {
    ($($(#[doc = $doc:literal])+ $name:ident,)+) => {
        $($(#[doc = $doc])+ #[derive(Debug, Clone, Copy)] pub enum $name {})+
    };
}

markers! {
    /// `true` or `false`.
    BOOLEAN,
    /// Signed 8-bit integer.
    TINYINT,
    /// Signed 16-bit integer.
    SMALLINT,
    /// Signed 32-bit integer.
    INTEGER,
    /// Signed 64-bit integer.
    BIGINT,
    /// Unsigned 8-bit integer.
    TINYINT_UNSIGNED,
    /// Unsigned 16-bit integer.
    SMALLINT_UNSIGNED,
    /// Unsigned 32-bit integer.
    INTEGER_UNSIGNED,
    /// Unsigned 64-bit integer.
    BIGINT_UNSIGNED,
    /// Half or single precision.
    REAL,
    /// Double precision.
    DOUBLE,
    /// A decimal, bounded or not.
    DECIMAL,
    /// A number of JSON's: an integer or a double.
    NUMBER,
    /// Text in any layout.
    VARCHAR,
    /// Bytes in any layout.
    VARBINARY,
    /// A date.
    DATE,
    /// A time of day.
    TIME,
    /// A wall clock reading without a zone.
    TIMESTAMP,
    /// A point in time.
    TIMESTAMP_WITH_TIME_ZONE,
    /// An elapsed time.
    DURATION,
    /// A calendar interval.
    INTERVAL,
    /// A UUID.
    UUID,
    /// JSON as text.
    JSON,
    /// A type that the checker does not know: any value may be bound.
    ANY,
}

/// A list of values.
#[derive(Debug, Clone, Copy)]
pub struct ARRAY<T>(std::marker::PhantomData<T>, std::convert::Infallible);

/// A parameter `:list..`, whose elements go into an IN list.
#[derive(Debug, Clone, Copy)]
pub struct LIST_OF<T>(std::marker::PhantomData<T>, std::convert::Infallible);
