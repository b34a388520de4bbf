//! Types of other crates, read and bound by way of querent's own lossless ones.
//!
//! They are here, and not in the drivers, so that every backend that reads the lossless type reads these too.

use querent_types::value;

use crate::backend::Backend;
use crate::bind::{Bind, NeverNull};
use crate::decode::{Decode, Holds, ValueError, ValueProblem};
use crate::sql;
use crate::value::Value;

/// A column of the lossless type, with its index for errors.
#[derive(Debug)]
pub struct Converted<C> {
    column: C,
    index: u16,
}

macro_rules! bind {
    ($foreign:ty = $own:ident: $marker:ident, $make:expr) => {
        impl<'q> Bind<'q, sql::$marker> for $foreign {
            type Null = NeverNull;

            fn bind(self) -> Value<'q> {
                let make: fn(value::$own) -> Value<'q> = $make;
                match value::$own::try_from(self) {
                    Ok(own) => make(own),
                    Err(_) => {
                        Value::Invalid(concat!("a ", stringify!($foreign), " that the SQL type cannot hold"))
                    }
                }
            }
        }

        impl<'q> Bind<'q, sql::$marker> for &$foreign {
            type Null = NeverNull;

            fn bind(self) -> Value<'q> {
                <$foreign as Bind<'q, sql::$marker>>::bind(self.clone())
            }
        }
    };
}

macro_rules! foreign {
    ($($(#[$feature:meta])* $foreign:ty = $own:ident: $marker:ident, $make:expr;)+) => { $(
        $(#[$feature])*
        impl<'b, B: Backend> Decode<'b, B> for $foreign
        where
            value::$own: Decode<'b, B>,
        {
            type Column = Converted<<value::$own as Decode<'b, B>>::Column>;

            fn column(batch: &'b B::Batch, index: usize) -> Result<Self::Column, ValueError> {
                let column = <value::$own as Decode<'b, B>>::column(batch, index)?;
                Ok(Converted { column, index: u16::try_from(index).unwrap_or(u16::MAX) })
            }

            fn is_null(column: &Self::Column, row: usize) -> bool {
                <value::$own as Decode<'b, B>>::is_null(&column.column, row)
            }

            fn get(column: &Self::Column, row: usize) -> Result<Self, ValueError> {
                let own = <value::$own as Decode<'b, B>>::get(&column.column, row)?;
                <$foreign>::try_from(own).map_err(|_| {
                    ValueError::row(column.index, row, ValueProblem::OutOfRange(stringify!($foreign)))
                })
            }
        }

        $(#[$feature])*
        bind!($foreign = $own: $marker, $make);
        // For run-time queries, which know no types.
        $(#[$feature])*
        bind!($foreign = $own: ANY, $make);

        $(#[$feature])*
        impl Holds<sql::$marker> for $foreign {}
    )+ };
}

#[cfg(any(feature = "rust_decimal", feature = "bigdecimal"))]
fn decimal<'q>(value: value::Decimal) -> Value<'q> {
    Value::Decimal(std::borrow::Cow::Owned(value))
}

foreign! {
    #[cfg(feature = "chrono")]
    chrono::NaiveDate = Date: DATE, Value::Date;
    #[cfg(feature = "chrono")]
    chrono::NaiveTime = Time: TIME, Value::Time;
    #[cfg(feature = "chrono")]
    chrono::NaiveDateTime = Timestamp: TIMESTAMP, Value::Timestamp;
    #[cfg(feature = "chrono")]
    chrono::DateTime<chrono::Utc> = Timestamp: TIMESTAMP_WITH_TIME_ZONE, Value::Timestamp;
    #[cfg(feature = "chrono")]
    chrono::TimeDelta = Duration: DURATION, Value::Duration;
    #[cfg(feature = "time")]
    time::Date = Date: DATE, Value::Date;
    #[cfg(feature = "time")]
    time::Time = Time: TIME, Value::Time;
    #[cfg(feature = "time")]
    time::PrimitiveDateTime = Timestamp: TIMESTAMP, Value::Timestamp;
    #[cfg(feature = "time")]
    time::OffsetDateTime = Timestamp: TIMESTAMP_WITH_TIME_ZONE, Value::Timestamp;
    #[cfg(feature = "time")]
    time::Duration = Duration: DURATION, Value::Duration;
    #[cfg(feature = "jiff")]
    jiff::civil::Date = Date: DATE, Value::Date;
    #[cfg(feature = "jiff")]
    jiff::civil::Time = Time: TIME, Value::Time;
    #[cfg(feature = "jiff")]
    jiff::civil::DateTime = Timestamp: TIMESTAMP, Value::Timestamp;
    #[cfg(feature = "jiff")]
    jiff::Timestamp = Timestamp: TIMESTAMP_WITH_TIME_ZONE, Value::Timestamp;
    #[cfg(feature = "jiff")]
    jiff::SignedDuration = Duration: DURATION, Value::Duration;
    #[cfg(feature = "jiff")]
    jiff::Span = Interval: INTERVAL, Value::Interval;
    #[cfg(feature = "uuid")]
    uuid::Uuid = Uuid: UUID, Value::Uuid;
    #[cfg(feature = "rust_decimal")]
    rust_decimal::Decimal = Decimal: DECIMAL, decimal;
    #[cfg(feature = "bigdecimal")]
    bigdecimal::BigDecimal = Decimal: DECIMAL, decimal;
    std::time::Duration = Duration: DURATION, Value::Duration;
    std::time::SystemTime = Timestamp: TIMESTAMP_WITH_TIME_ZONE, Value::Timestamp;
}
