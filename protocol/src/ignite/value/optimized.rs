//! What Java's optimized marshaller wrote, where it is a value: dates and intervals of SQL.

use querent_types::value::{Duration, Interval};

use super::super::reader::Reader;
use super::super::writer::Writer;
use super::code;
use super::time::Millis;

/// Serializable, the hash of "java.sql.Date", and 16 bits of its `serialVersionUID`.
const SQL_DATE: &[u8; 7] = b"\x66\x3a\xde\xd5\x40\x97\x66";
/// Externalizable, the hash of "java.time.Ser", and 16 bits of its `serialVersionUID`.
const JAVA_TIME: &[u8; 7] = b"\x65\xeb\xdf\x36\x06\xb2\x48";
/// `java.time.Ser.DURATION_TYPE`.
const DURATION: u8 = 1;
/// `java.time.Ser.PERIOD_TYPE`.
const PERIOD: u8 = 14;

/// A `java.time.Period`, which a year-month interval of Calcite is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Period {
    /// Years.
    pub years: i32,
    /// Months; twelve need not be a year.
    pub months: i32,
    /// Days.
    pub days: i32,
}

impl Period {
    /// The same with years as months; `None` where those do not fit.
    pub fn interval(self) -> Option<Interval> {
        let months = self.years.checked_mul(12)?.checked_add(self.months)?;
        Some(Interval::new(months, self.days, 0))
    }
}

/// An object of the optimized marshaller that is understood.
pub(super) enum Known {
    SqlDate(Millis),
    Duration(Duration),
    Period(Period),
}

/// What the bytes are, if they are exactly one of the values that SQL makes.
pub(super) fn recognise(bytes: &[u8]) -> Option<Known> {
    let (prefix, rest) = bytes.split_first_chunk::<7>()?;
    let mut reader = Reader::new(rest);
    let known = match prefix {
        SQL_DATE => Known::SqlDate(Millis(reader.i64().ok()?)),
        JAVA_TIME => match reader.u8().ok()? {
            DURATION => {
                let secs = reader.i64().ok()?;
                Known::Duration(Duration::new(secs, u32::try_from(reader.i32().ok()?).ok()?)?)
            }
            PERIOD => Known::Period(Period {
                years: reader.i32().ok()?,
                months: reader.i32().ok()?,
                days: reader.i32().ok()?,
            }),
            _ => return None,
        },
        _ => return None,
    };
    reader.end().ok().map(|()| known)
}

/// Writes a `java.sql.Date` object as the server does.
pub fn write_sql_date(writer: &mut Writer, millis: Millis) {
    writer.u8(code::OPTIMIZED);
    writer.i32(15);
    writer.bytes(SQL_DATE);
    writer.i64(millis.0);
}

pub(super) fn write_duration(writer: &mut Writer, duration: Duration) {
    writer.u8(code::OPTIMIZED);
    writer.i32(20);
    writer.bytes(JAVA_TIME);
    writer.u8(DURATION);
    writer.i64(duration.secs());
    writer.u32(duration.subsec_nanos());
}

pub(super) fn write_period(writer: &mut Writer, period: Period) {
    writer.u8(code::OPTIMIZED);
    writer.i32(20);
    writer.bytes(JAVA_TIME);
    writer.u8(PERIOD);
    for part in [period.years, period.months, period.days] {
        writer.i32(part);
    }
}
