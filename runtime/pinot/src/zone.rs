//! The zone of the brokers' JVMs: a `TIMESTAMP` comes as the wall clock there, and does not say which (1.5.1).
//!
//! Where clocks are set back an hour of wall clock is there twice, and the text says nothing of which one it is: such a
//! cell is refused rather than guessed. `CAST(ts AS LONG)` is exact everywhere.

use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use querent_core::types::value::Timestamp;

/// The zone in which a broker writes timestamps.
#[derive(Debug, Clone)]
pub(crate) enum Zone {
    Utc,
    Named(TimeZone),
    /// None that is known: timestamps are refused, with this reason.
    Unknown(&'static str),
}

const UNTOLD: &str = "a timestamp whose zone is known: the broker does not tell its own (set `zone` of the source, or select CAST(… AS LONG))";
const UNHEARD: &str = "a timestamp whose zone is known: the broker's is not in the IANA database (set `zone` of the source, or select CAST(… AS LONG))";
const TWICE: &str = "a time that is there once: the broker's clocks were set back then (select CAST(… AS LONG), which is exact)";
const NEVER: &str = "a time of the broker's zone: its clocks were set forward over it";
const BEYOND: &str = "a time that the broker's zone can convert (select CAST(… AS LONG))";

impl Zone {
    /// What a broker that tells no zone has.
    pub(crate) const UNTOLD: Zone = Zone::Unknown(UNTOLD);

    /// The zone of a name of Java's: of the IANA database, or `GMT+hh:mm`. Java's own names of three letters are not read,
    /// for they mean other zones elsewhere.
    pub(crate) fn of_java(name: &str) -> Zone {
        if matches!(
            name,
            "UTC" | "Etc/UTC" | "GMT" | "Etc/GMT" | "Z" | "Zulu" | "Etc/UCT" | "UCT" | "Universal"
        ) {
            return Zone::Utc;
        }
        if let Some(offset) = name.strip_prefix("GMT").and_then(fixed) {
            return Zone::Named(TimeZone::fixed(offset));
        }
        match TimeZone::get(name) {
            Ok(zone) if name.contains('/') => Zone::Named(zone),
            _ => Zone::Unknown(UNHEARD),
        }
    }

    /// Whether both are known and write some instants otherwise.
    pub(crate) fn differs(&self, other: &Zone) -> bool {
        let zone = |zone: &Zone| match zone {
            Zone::Utc => Some(TimeZone::UTC),
            Zone::Named(zone) => Some(zone.clone()),
            Zone::Unknown(_) => None,
        };
        zone(self).zip(zone(other)).is_some_and(|(a, b)| a != b)
    }

    /// The instant of a wall clock.
    pub(crate) fn instant(&self, wall: Timestamp) -> Result<Timestamp, &'static str> {
        let zone = match self {
            Zone::Utc => return Ok(wall),
            Zone::Unknown(why) => return Err(why),
            Zone::Named(zone) => zone,
        };
        let at = jiff::Timestamp::new(wall.secs(), 0).map_err(|_| BEYOND)?;
        let civil = TimeZone::UTC.to_datetime(at);
        let ambiguous = zone.to_ambiguous_zoned(civil);
        if ambiguous.is_ambiguous() {
            return Err(match ambiguous.offset() {
                AmbiguousOffset::Fold { .. } => TWICE,
                _ => NEVER,
            });
        }
        let instant = ambiguous.unambiguous().map_err(|_| BEYOND)?;
        Timestamp::new(instant.timestamp().as_second(), wall.subsec_nanos()).ok_or(BEYOND)
    }
}

/// `+hh:mm`, `+h` and the like.
fn fixed(text: &str) -> Option<Offset> {
    let (sign, rest) = match text.as_bytes().first()? {
        b'+' => (1, &text[1..]),
        b'-' => (-1, &text[1..]),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':').unwrap_or((rest, "0"));
    let number = |text: &str, max: i32| {
        let digits = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<i32>().ok().filter(|number| digits && *number <= max)
    };
    Offset::from_seconds(sign * (number(hours, 23)? * 3_600 + number(minutes, 59)? * 60)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(zone: &str, wall: &str) -> Result<String, &'static str> {
        Zone::of_java(zone).instant(wall.parse().unwrap()).map(|at| at.to_string())
    }

    #[test]
    fn wall_clocks_become_instants() {
        let wall = "2024-02-29T12:34:56.789";
        assert_eq!(instant("UTC", wall).unwrap(), wall);
        assert_eq!(instant("America/Los_Angeles", wall).unwrap(), "2024-02-29T20:34:56.789");
        assert_eq!(instant("America/Los_Angeles", "2024-07-01T00:00:00").unwrap(), "2024-07-01T07:00:00");
        assert_eq!(instant("GMT+05:30", wall).unwrap(), "2024-02-29T07:04:56.789");
        assert_eq!(instant("GMT-8", wall).unwrap(), "2024-02-29T20:34:56.789");
        // The year of Long.MAX_VALUE.
        assert_eq!(instant("UTC", "+292278994-08-17T07:12:55.807").unwrap(), "+292278994-08-17T07:12:55.807");
        assert_eq!(instant("Asia/Tokyo", "+292278994-08-17T07:12:55.807"), Err(BEYOND));
    }

    #[test]
    fn zones_are_told_apart() {
        let differ = |a: &str, b: &str| Zone::of_java(a).differs(&Zone::of_java(b));
        assert!(differ("UTC", "America/New_York") && differ("Asia/Tokyo", "GMT+05:30"));
        assert!(!differ("UTC", "Etc/UTC") && !differ("Asia/Tokyo", "Asia/Tokyo"));
        // Of what is not known nothing is said.
        assert!(!differ("PST", "UTC"));
    }

    #[test]
    fn what_has_no_one_meaning_is_refused() {
        assert_eq!(instant("America/New_York", "2024-11-03T01:30:00"), Err(TWICE));
        assert_eq!(instant("America/New_York", "2024-11-03T02:00:00").unwrap(), "2024-11-03T07:00:00");
        assert_eq!(instant("America/New_York", "2024-03-10T02:30:00"), Err(NEVER));
        for unknown in ["PST", "Nowhere/Town", "", "GMT+25", "GMT+1:99", "GMT+", "GMT5"] {
            assert_eq!(instant(unknown, "2024-01-01T00:00:00"), Err(UNHEARD), "{unknown}");
        }
        assert_eq!(Zone::UNTOLD.instant(Timestamp::from_secs(0)), Err(UNTOLD));
    }
}
