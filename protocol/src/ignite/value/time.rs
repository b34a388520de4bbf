//! Dates, times and timestamps: milliseconds since 1970 in UTC, whatever zone the server converted them in.

use querent_types::TimeUnit;
use querent_types::value::Timestamp;

use super::super::error::DecodeError;
use super::super::reader::Reader;
use super::super::writer::{EncodeError, Writer};
use super::code;

/// The milliseconds of a `java.util.Date`, `java.sql.Date` or `java.sql.Time`.
///
/// They are an instant: which day or time of day was meant depends on the zone of the server's JVM.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Millis(pub i64);

const NANOS_PER_MILLI: u32 = 1_000_000;

impl Millis {
    /// The instant.
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_millis(self.0)
    }

    /// The milliseconds of an instant.
    ///
    /// # Errors
    /// Where it is no whole number of milliseconds, or beyond 64 bits of them: nothing is rounded.
    pub fn from_timestamp(instant: Timestamp) -> Result<Millis, EncodeError> {
        let millis = instant.to_unit(TimeUnit::Millisecond);
        millis
            .map(Millis)
            .map_err(|_| EncodeError::Unsendable("a date or time that is no i64 of milliseconds"))
    }
}

/// Reads the milliseconds and nanoseconds of a timestamp, after its code.
///
/// # Errors
/// Where there are too few bytes, or the nanoseconds are more than a millisecond.
pub fn read_timestamp(reader: &mut Reader<'_>) -> Result<Timestamp, DecodeError> {
    let millis = reader.i64()?;
    let at = reader.position();
    let nanos = u32::try_from(reader.i32()?).ok().filter(|nanos| *nanos < NANOS_PER_MILLI);
    let nanos = nanos.ok_or(DecodeError::expected(at, "nanoseconds within a millisecond"))?;
    let millis_of_second = millis.rem_euclid(1000) as u32;
    Timestamp::new(millis.div_euclid(1000), millis_of_second * NANOS_PER_MILLI + nanos)
        .ok_or(DecodeError::expected(at, "nanoseconds within a millisecond"))
}

/// Writes a timestamp object.
pub fn write_timestamp(writer: &mut Writer, instant: Timestamp) {
    let nanos = instant.subsec_nanos();
    // Seconds are rounded down, so those of the least timestamp have no product in 64 bits.
    let millis = i128::from(instant.secs()) * 1000 + i128::from(nanos / NANOS_PER_MILLI);
    match i64::try_from(millis) {
        Ok(millis) => {
            writer.u8(code::TIMESTAMP);
            writer.i64(millis);
            writer.u32(nanos % NANOS_PER_MILLI);
        }
        Err(_) => writer.fail(EncodeError::Unsendable("a timestamp beyond an i64 of milliseconds")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extremes_go_both_ways() {
        for (millis, nanos) in [(i64::MIN, 0), (i64::MAX, 999_999), (-1, 1), (0, 0)] {
            let mut bytes = Vec::from(millis.to_le_bytes());
            bytes.extend(i32::to_le_bytes(nanos));
            let instant = read_timestamp(&mut Reader::new(&bytes)).unwrap();
            let mut writer = Writer::new(100);
            write_timestamp(&mut writer, instant);
            assert_eq!(writer.finish().unwrap()[1..], bytes);
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let mut writer = Writer::new(100);
        write_timestamp(&mut writer, Timestamp::MIN);
        assert!(writer.finish().is_err());
        assert!(Millis::from_timestamp(Timestamp::from_micros(1)).is_err());
        assert!(Millis::from_timestamp(Timestamp::MAX).is_err());
        assert_eq!(Millis::from_timestamp(Timestamp::from_secs(-2)), Ok(Millis(-2000)));
        let mut bytes = [0; 12];
        bytes[8..].copy_from_slice(&1_000_000_i32.to_le_bytes());
        assert_eq!(read_timestamp(&mut Reader::new(&bytes)).unwrap_err().offset(), 8);
    }
}
