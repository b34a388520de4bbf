//! The wall clock of servers: their zone as their JVMs know it, and the calendar of their SQL engine.
//!
//! Both differ from what is usual only long ago. Java's `java.util.TimeZone` has no offsets before 1900: those of 1900 hold
//! (a node in New York: noon of 1850-01-01 is 17:00Z, not 16:56:02Z). The H2 engine counts days before 1582-10-15 by the
//! Julian calendar, Calcite by the Gregorian one: `DATE '1500-01-01'` differs by nine days on the wire (both 2.17.0).

use querent_core::types::value::{Date, Time, Timestamp};

use crate::options::Engine;
use crate::zone::Zone;

/// The wall clock of servers.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    zone: Zone,
    /// Whether days before the reform are Julian.
    has_julian_days: bool,
}

/// 1900-01-01T00:00:00Z.
const YEAR_1900: i64 = -2_208_988_800;
const SECS_PER_DAY: i64 = 86_400;
/// 1582-10-15, the first day of the Gregorian calendar.
const REFORM: i64 = -141_427;
/// Day 0 of the Julian count, its 4713-01-01 before Christ, as days from 1970.
const JULIAN_DAY_0: i64 = -2_440_588;
const BEYOND: &str = "a date or time beyond what the server has";

impl Clock {
    /// Where nothing depends on it.
    pub(crate) const UTC: Clock = Clock { zone: Zone::Utc, has_julian_days: false };

    pub(crate) fn new(zone: Zone, engine: Engine) -> Clock {
        Clock { zone, has_julian_days: engine == Engine::H2 }
    }

    /// The wall clock of an instant.
    pub(crate) fn wall(&self, instant: Timestamp) -> Result<Timestamp, &'static str> {
        let wall = match instant.secs() < YEAR_1900 {
            true => shifted(instant, self.offset_before_1900()?)?,
            false => self.zone.wall(instant)?,
        };
        let day = wall.secs().div_euclid(SECS_PER_DAY);
        match self.has_julian_days && day < REFORM {
            true => shifted(wall, (of_julian(day).ok_or(BEYOND)? - day) * SECS_PER_DAY),
            false => Ok(wall),
        }
    }

    /// The instant of a wall clock.
    pub(crate) fn instant(&self, wall: Timestamp) -> Result<Timestamp, &'static str> {
        let day = wall.secs().div_euclid(SECS_PER_DAY);
        let wall = match self.has_julian_days && day < REFORM {
            true => shifted(wall, (to_julian(day)? - day) * SECS_PER_DAY)?,
            false => wall,
        };
        let offset = if wall.secs() < YEAR_1900 + SECS_PER_DAY { self.offset_before_1900()? } else { 0 };
        match wall.secs().saturating_sub(offset) < YEAR_1900 {
            true => shifted(wall, -offset),
            false => self.zone.instant(wall),
        }
    }

    /// Midnight at the beginning of a day.
    pub(crate) fn midnight(&self, date: Date) -> Result<Timestamp, &'static str> {
        let wall = i64::from(date.days()) * SECS_PER_DAY;
        match wall > YEAR_1900 + SECS_PER_DAY {
            true => self.zone.midnight(date),
            false => self.instant(Timestamp::from_secs(wall)),
        }
    }

    /// The instant of a time of day on the day of `java.sql.Time`.
    pub(crate) fn time(&self, time: Time) -> Result<Timestamp, &'static str> {
        self.zone.time(time)
    }

    fn offset_before_1900(&self) -> Result<i64, &'static str> {
        Ok(self.zone.wall(Timestamp::from_secs(YEAR_1900))?.secs() - YEAR_1900)
    }
}

fn shifted(at: Timestamp, secs: i64) -> Result<Timestamp, &'static str> {
    let secs = at.secs().checked_add(secs);
    secs.and_then(|secs| Timestamp::new(secs, at.subsec_nanos())).ok_or(BEYOND)
}

/// The day whose Gregorian date is the Julian date of `day`.
fn of_julian(day: i64) -> Option<i64> {
    // Four years have 1461 days; counted from March, the leap day is the last.
    let quarter = 4 * (day - JULIAN_DAY_0 + 32_082) + 3;
    let (year, rest) = (quarter.div_euclid(1461), quarter.rem_euclid(1461) / 4);
    let month = (5 * rest + 2) / 153;
    let day = rest - (153 * month + 2) / 5 + 1;
    let (year, month) = (year - 4800 + month / 10, month + 3 - 12 * (month / 10));
    let date = Date::from_ymd(i32::try_from(year).ok()?, u8::try_from(month).ok()?, u8::try_from(day).ok()?);
    // The 29th of February of a year that is a leap year only in the Julian calendar has no other date.
    Some(date?.days().into())
}

/// The day whose Julian date is the Gregorian date of `day`.
fn to_julian(day: i64) -> Result<i64, &'static str> {
    let date = Date::from_days(i32::try_from(day).map_err(|_| BEYOND)?);
    let (year, month, day) = date.ymd();
    let early = i64::from(month < 3);
    let (years, months) = (i64::from(year) + 4800 - early, i64::from(month) + 12 * early - 3);
    let days = i64::from(day) + (153 * months + 2) / 5 + 365 * years + years.div_euclid(4) - 32_083;
    Ok(days + JULIAN_DAY_0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(zone: &str, engine: Engine, wall: &str, millis: i64) {
        let clock = Clock::new(Zone::named(zone), engine);
        let wall: Timestamp = wall.parse().unwrap();
        assert_eq!(clock.instant(wall), Ok(Timestamp::from_millis(millis)));
        assert_eq!(clock.wall(Timestamp::from_millis(millis)), Ok(wall));
    }

    #[test]
    fn long_ago_is_as_servers_have_it() {
        // All from nodes of 2.17.0.
        check("UTC", Engine::H2, "1500-01-01T00:00:00", -14_830_992_000_000);
        check("America/New_York", Engine::H2, "1500-01-01T00:00:00", -14_830_974_000_000);
        check("UTC", Engine::Calcite, "1500-01-01T00:00:00", -14_831_769_600_000);
        check("America/New_York", Engine::H2, "1850-01-01T00:00:00", -3_786_807_600_000);
        check("America/New_York", Engine::H2, "1850-01-01T12:00:00", -3_786_807_600_000 + 43_200_000);
    }

    #[test]
    fn calendars_meet_at_the_reform() {
        for zone in ["UTC", "Asia/Tokyo", "America/New_York"] {
            let clock = Clock::new(Zone::named(zone), Engine::H2);
            for day in (-800_000..20_000).step_by(97).chain(REFORM - 2..REFORM + 2) {
                let wall = Timestamp::from_secs(day * SECS_PER_DAY);
                // The ten days that the reform left out come back as those after it.
                if (REFORM - 10..REFORM).contains(&day) {
                    continue;
                }
                assert_eq!(clock.instant(wall).and_then(|at| clock.wall(at)), Ok(wall), "{zone} {day}");
            }
        }
        // 1500-02-29 is a day of the Julian calendar alone.
        let day = to_julian(Date::from_ymd(1500, 2, 28).unwrap().days().into()).unwrap() + 1;
        let clock = Clock::new(Zone::Utc, Engine::H2);
        assert!(clock.wall(Timestamp::from_secs(day * SECS_PER_DAY)).is_err());
    }
}
