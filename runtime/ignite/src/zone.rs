//! The zone of the servers' JVMs: dates, times and timestamps of SQL are instants on the wire, converted there.
//!
//! A server in New York stores `2024-01-15` as midnight there; whoever sends midnight in UTC stores the day before (2.17.0).

use jiff::tz::TimeZone;
use querent_core::types::value::{Date, Time, Timestamp};

/// The zone in which a cluster's servers keep their wall clocks.
#[derive(Debug, Clone)]
pub(crate) enum Zone {
    Utc,
    Named(TimeZone),
    /// Servers in different zones, or none that is known: what depends on it is refused, with this reason.
    Unknown(&'static str),
}

pub(crate) const MIXED: &str =
    "the servers run in different time zones: dates and times of SQL have no one meaning";
pub(crate) const UNTOLD: &str = "the servers do not tell their time zone, which dates and times need: set `zone` of the source in querent.toml";
pub(crate) const UNHEARD: &str = "the servers' time zone is not in the IANA database";
const BEYOND: &str = "a date or time that the servers' time zone cannot convert";

impl Zone {
    /// The zone of this IANA name.
    pub(crate) fn named(name: &str) -> Zone {
        if matches!(name, "UTC" | "Etc/UTC" | "GMT" | "Etc/GMT" | "Z" | "Zulu" | "Etc/UCT" | "UCT") {
            return Zone::Utc;
        }
        match TimeZone::get(name) {
            Ok(zone) => Zone::Named(zone),
            Err(_) => Zone::Unknown(UNHEARD),
        }
    }

    /// The instant of a wall clock, as Java makes it: in a gap, and where clocks were set back, the later one.
    pub(crate) fn instant(&self, wall: Timestamp) -> Result<Timestamp, &'static str> {
        let zone = match self {
            Zone::Utc => return Ok(wall),
            Zone::Unknown(why) => return Err(why),
            Zone::Named(zone) => zone,
        };
        let at = jiff::Timestamp::new(wall.secs(), 0).map_err(|_| BEYOND)?;
        let civil = TimeZone::UTC.to_datetime(at);
        let instant = zone.to_ambiguous_zoned(civil).later().map_err(|_| BEYOND)?;
        Timestamp::new(instant.timestamp().as_second(), wall.subsec_nanos()).ok_or(BEYOND)
    }

    /// The wall clock of an instant.
    pub(crate) fn wall(&self, instant: Timestamp) -> Result<Timestamp, &'static str> {
        let zone = match self {
            Zone::Utc => return Ok(instant),
            Zone::Unknown(why) => return Err(why),
            Zone::Named(zone) => zone,
        };
        let at = jiff::Timestamp::new(instant.secs(), 0).map_err(|_| BEYOND)?;
        let offset = i64::from(zone.to_offset(at).seconds());
        instant
            .secs()
            .checked_add(offset)
            .and_then(|secs| Timestamp::new(secs, instant.subsec_nanos()))
            .ok_or(BEYOND)
    }

    /// Midnight at the beginning of a day.
    pub(crate) fn midnight(&self, date: Date) -> Result<Timestamp, &'static str> {
        let secs = i64::from(date.days()) * 86_400;
        self.instant(Timestamp::from_secs(secs))
    }

    /// The instant of a time of day on the first of January 1970, which is the day of `java.sql.Time`.
    pub(crate) fn time(&self, time: Time) -> Result<Timestamp, &'static str> {
        let nanos = time.nanos();
        let wall = Timestamp::new((nanos / 1_000_000_000).cast_signed(), (nanos % 1_000_000_000) as u32);
        self.instant(wall.ok_or(BEYOND)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(zone: &str, wall: (i32, u8, u8, u8), instant_secs: i64) {
        let (year, month, day, hour) = wall;
        let date = Date::from_ymd(year, month, day).unwrap();
        let time = Time::from_hms_nano(hour, 0, 0, 5).unwrap();
        let wall = Timestamp::from_date_time(date, time);
        let zone = Zone::named(zone);
        let instant = zone.instant(wall).unwrap();
        assert_eq!((instant.secs(), instant.subsec_nanos()), (instant_secs, 5));
        assert_eq!(zone.wall(instant).unwrap(), wall);
    }

    #[test]
    fn wall_clocks_are_those_of_the_zone() {
        // 2.17.0 in New York: TIMESTAMP '2024-01-15 12:00:00' is 17:00Z on the wire.
        check("America/New_York", (2024, 1, 15, 12), 1_705_338_000);
        check("America/New_York", (2024, 7, 15, 12), 1_721_059_200);
        check("UTC", (2024, 1, 15, 12), 1_705_320_000);
        // Set back on 2024-11-03 at 2:00 EDT: 1:00 is there twice, and TIMESTAMP '2024-11-03 01:00:00' is 06:00Z.
        check("America/New_York", (2024, 11, 3, 1), 1_730_613_600);
    }

    #[test]
    fn times_and_days() {
        let zone = Zone::named("America/New_York");
        assert_eq!(zone.time(Time::from_hms_nano(12, 0, 0, 0).unwrap()).unwrap().secs(), 61_200);
        assert_eq!(zone.midnight(Date::from_days(0)).unwrap().secs(), 18_000);
        assert!(matches!(Zone::named("Nowhere/Town"), Zone::Unknown(_)));
        assert!(Zone::Unknown(MIXED).instant(Timestamp::from_secs(0)).is_err());
    }
}
