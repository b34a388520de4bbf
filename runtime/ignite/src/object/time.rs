//! Dates, times and timestamps: wall clocks of the servers' zone, or instants.

use querent_core::ValueProblem;
use querent_core::types::value::{Date, Duration, Time, Timestamp};
use querent_protocol::ignite::value::{Millis, Object, Value, code, write_sql_date, write_timestamp};

use super::scalar::typed_array;
use super::{Cell, Encoder, FromObject, ReadError, ToObject};

/// What is made of an instant; the error has no place for a value.
fn sent<T>(encoder: &mut Encoder<'_>, made: Result<T, &'static str>) -> Option<T> {
    match made {
        Ok(made) => Some(made),
        Err(why) => {
            encoder.fail(why);
            None
        }
    }
}

/// The class as which Java serializes durations and periods.
pub(crate) const JAVA_TIME: &str = "java.time.Ser";

const TOO_FINE: &str = "a date or time that is no whole number of milliseconds, which is all that Java has";

impl ToObject for Date {
    // `java.sql.Date` has no code of its own.
    const CODE: u8 = code::OBJECT;

    fn to_object(&self, encoder: &mut Encoder<'_>) {
        let midnight = encoder.clock().midnight(*self);
        let Some(midnight) = sent(encoder, midnight) else { return };
        let millis = Millis::from_timestamp(midnight).map_err(|_| TOO_FINE);
        let Some(millis) = sent(encoder, millis) else { return };
        write_sql_date(encoder.writer(), millis);
    }
}

impl FromObject for Date {
    const NAME: &'static str = "Date";

    fn from_object(cell: &Cell<'_>) -> Result<Date, ReadError> {
        match cell.object() {
            Object::SqlDate(millis) | Object::Date(millis) => {
                let wall = cell.clock()?.wall(millis.timestamp()).map_err(ReadError::new)?;
                wall.date().ok_or(ValueProblem::OutOfRange("Date").into())
            }
            _ => Err(cell.wrong_type("Date")),
        }
    }
}

impl ToObject for Time {
    const CODE: u8 = code::TIME;
    const SEQUENCE_CODE: u8 = code::TIME_ARRAY;
    const NULLABLE_SEQUENCE_CODE: u8 = code::TIME_ARRAY;

    fn to_object(&self, encoder: &mut Encoder<'_>) {
        let instant = encoder.clock().time(*self);
        let Some(instant) = sent(encoder, instant) else { return };
        let millis = Millis::from_timestamp(instant).map_err(|_| TOO_FINE);
        let Some(millis) = sent(encoder, millis) else { return };
        encoder.writer().u8(code::TIME);
        encoder.writer().i64(millis.0);
    }

    fn sequence_to_object(items: &[Time], encoder: &mut Encoder<'_>) {
        typed_array(code::TIME_ARRAY, items.iter(), encoder);
    }
}

impl FromObject for Time {
    const NAME: &'static str = "Time";

    fn from_object(cell: &Cell<'_>) -> Result<Time, ReadError> {
        match cell.object() {
            Object::Time(millis) => {
                let wall = cell.clock()?.wall(millis.timestamp()).map_err(ReadError::new)?;
                Ok(wall.time())
            }
            _ => Err(cell.wrong_type("Time")),
        }
    }
}

impl ToObject for Timestamp {
    const CODE: u8 = code::TIMESTAMP;
    const SEQUENCE_CODE: u8 = code::TIMESTAMP_ARRAY;
    const NULLABLE_SEQUENCE_CODE: u8 = code::TIMESTAMP_ARRAY;

    fn to_object(&self, encoder: &mut Encoder<'_>) {
        let instant = encoder.clock().instant(*self);
        let Some(instant) = sent(encoder, instant) else { return };
        write_timestamp(encoder.writer(), instant);
    }

    fn sequence_to_object(items: &[Timestamp], encoder: &mut Encoder<'_>) {
        typed_array(code::TIMESTAMP_ARRAY, items.iter(), encoder);
    }
}

impl FromObject for Timestamp {
    const NAME: &'static str = "Timestamp";

    fn from_object(cell: &Cell<'_>) -> Result<Timestamp, ReadError> {
        let instant = match cell.object() {
            Object::Timestamp(instant) => instant,
            Object::Date(millis) => millis.timestamp(),
            _ => return Err(cell.wrong_type("Timestamp")),
        };
        cell.clock()?.wall(instant).map_err(ReadError::new)
    }
}

/// An instant, whatever the zone.
pub(super) fn write_instant(instant: Result<Timestamp, &'static str>, encoder: &mut Encoder<'_>) {
    if let Some(instant) = sent(encoder, instant) {
        write_timestamp(encoder.writer(), instant);
    }
}

/// The instant that an object is.
pub(super) fn read_instant(cell: &Cell<'_>, rust: &'static str) -> Result<Timestamp, ReadError> {
    match cell.object() {
        Object::Timestamp(instant) => Ok(instant),
        Object::Date(millis) => Ok(millis.timestamp()),
        _ => Err(cell.wrong_type(rust)),
    }
}

impl ToObject for Duration {
    const CODE: u8 = code::OBJECT;

    fn to_object(&self, encoder: &mut Encoder<'_>) {
        encoder.class(JAVA_TIME);
        Value::Duration(*self).write(encoder.writer());
    }
}

impl FromObject for Duration {
    const NAME: &'static str = "Duration";

    fn from_object(cell: &Cell<'_>) -> Result<Duration, ReadError> {
        match cell.object() {
            Object::Duration(duration) => Ok(duration),
            _ => Err(cell.wrong_type("Duration")),
        }
    }
}
