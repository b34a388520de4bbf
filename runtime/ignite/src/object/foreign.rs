//! Types of other crates, by way of querent's own lossless ones.

use std::time::SystemTime;

use querent_core::ValueProblem;
use querent_core::types::value;
use querent_protocol::ignite::value::code;

use super::scalar::typed_array;
use super::time::{read_instant, write_instant};
use super::{Cell, Encoder, FromObject, ReadError, ToObject};

macro_rules! foreign {
    ($($(#[$feature:meta])* $foreign:ty = $own:ident;)+) => { $(
        $(#[$feature])*
        impl ToObject for $foreign {
            const CODE: u8 = value::$own::CODE;
            const SEQUENCE_CODE: u8 = value::$own::SEQUENCE_CODE;
            const NULLABLE_SEQUENCE_CODE: u8 = value::$own::NULLABLE_SEQUENCE_CODE;

            fn to_object(&self, encoder: &mut Encoder<'_>) {
                match value::$own::try_from(self.clone()) {
                    Ok(own) => own.to_object(encoder),
                    Err(_) => encoder.fail(concat!("a ", stringify!($foreign), " that is no ", stringify!($own))),
                }
            }

            fn sequence_to_object(items: &[$foreign], encoder: &mut Encoder<'_>) {
                match <$foreign as ToObject>::SEQUENCE_CODE {
                    code::COLLECTION => encoder.list(items.iter()),
                    array => typed_array(array, items.iter(), encoder),
                }
            }
        }

        $(#[$feature])*
        impl FromObject for $foreign {
            const NAME: &'static str = stringify!($foreign);

            fn from_object(cell: &Cell<'_>) -> Result<$foreign, ReadError> {
                let own = value::$own::from_object(cell)?;
                <$foreign>::try_from(own).map_err(|_| ValueProblem::OutOfRange(stringify!($foreign)).into())
            }
        }
    )+ };
}

foreign! {
    #[cfg(feature = "chrono")]
    chrono::NaiveDate = Date;
    #[cfg(feature = "chrono")]
    chrono::NaiveTime = Time;
    #[cfg(feature = "chrono")]
    chrono::NaiveDateTime = Timestamp;
    #[cfg(feature = "chrono")]
    chrono::TimeDelta = Duration;
    #[cfg(feature = "time")]
    time::Date = Date;
    #[cfg(feature = "time")]
    time::Time = Time;
    #[cfg(feature = "time")]
    time::PrimitiveDateTime = Timestamp;
    #[cfg(feature = "time")]
    time::Duration = Duration;
    #[cfg(feature = "jiff")]
    jiff::civil::Date = Date;
    #[cfg(feature = "jiff")]
    jiff::civil::Time = Time;
    #[cfg(feature = "jiff")]
    jiff::civil::DateTime = Timestamp;
    #[cfg(feature = "jiff")]
    jiff::SignedDuration = Duration;
    #[cfg(feature = "uuid")]
    uuid::Uuid = Uuid;
    #[cfg(feature = "rust_decimal")]
    rust_decimal::Decimal = Decimal;
    #[cfg(feature = "bigdecimal")]
    bigdecimal::BigDecimal = Decimal;
    std::time::Duration = Duration;
}

/// Instants: the servers' zone has nothing to do with them.
macro_rules! instants {
    ($($(#[$feature:meta])* $foreign:ty;)+) => { $(
        $(#[$feature])*
        impl ToObject for $foreign {
            const CODE: u8 = code::TIMESTAMP;
            const SEQUENCE_CODE: u8 = code::TIMESTAMP_ARRAY;
            const NULLABLE_SEQUENCE_CODE: u8 = code::TIMESTAMP_ARRAY;

            fn to_object(&self, encoder: &mut Encoder<'_>) {
                let instant = value::Timestamp::try_from(*self);
                write_instant(instant.map_err(|_| "an instant beyond a timestamp"), encoder);
            }

            fn sequence_to_object(items: &[$foreign], encoder: &mut Encoder<'_>) {
                typed_array(code::TIMESTAMP_ARRAY, items.iter(), encoder);
            }
        }

        $(#[$feature])*
        impl FromObject for $foreign {
            const NAME: &'static str = stringify!($foreign);

            fn from_object(cell: &Cell<'_>) -> Result<$foreign, ReadError> {
                let instant = read_instant(cell, stringify!($foreign))?;
                <$foreign>::try_from(instant).map_err(|_| ValueProblem::OutOfRange(stringify!($foreign)).into())
            }
        }
    )+ };
}

instants! {
    #[cfg(feature = "chrono")]
    chrono::DateTime<chrono::Utc>;
    #[cfg(feature = "time")]
    time::OffsetDateTime;
    #[cfg(feature = "jiff")]
    jiff::Timestamp;
    SystemTime;
}
