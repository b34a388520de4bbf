//! ISO 8601 durations, `P1Y2M3W4DT5H6M7.8S`, each number with its own optional sign.

use std::fmt;

use super::count::write_fraction;
use super::scan::Scanner;

/// A period as its text gives it, in units that do not convert into each other.
#[derive(Default)]
pub(super) struct Period {
    pub(super) months: i128,
    pub(super) days: i128,
    pub(super) nanos: i128,
    /// Whether years or months were named, even if zero of them.
    pub(super) has_months: bool,
}

#[derive(Clone, Copy)]
enum Part {
    Months,
    Days,
    Nanos,
}

/// A unit's letter, what it counts towards, and how much of that it is worth.
type Unit = (u8, Part, i128);

const NANOS_PER_SEC: i128 = 1_000_000_000;
const DATE_UNITS: &[Unit] =
    &[(b'Y', Part::Months, 12), (b'M', Part::Months, 1), (b'W', Part::Days, 7), (b'D', Part::Days, 1)];
const CLOCK_UNITS: &[Unit] = &[
    (b'H', Part::Nanos, 3600 * NANOS_PER_SEC),
    (b'M', Part::Nanos, 60 * NANOS_PER_SEC),
    (b'S', Part::Nanos, NANOS_PER_SEC),
];
/// No number in range has more digits (seconds reach 2⁶³), and no product of so many overflows an `i128`.
const DIGITS_MAX: usize = 19;

impl Period {
    /// Reads a period; a sign in front of the `P` applies to all of it.
    pub(super) fn parse(text: &str) -> Option<Period> {
        let mut scanner = Scanner::new(text);
        let outer = i128::from(scanner.sign().unwrap_or(1));
        scanner.byte(b'P')?;
        let mut period = Period::default();
        let date_count = period.scan(&mut scanner, outer, DATE_UNITS)?;
        if scanner.byte(b'T').is_some() {
            let clock_count = period.scan(&mut scanner, outer, CLOCK_UNITS)?;
            return (scanner.is_empty() && clock_count > 0).then_some(period);
        }
        (scanner.is_empty() && date_count > 0).then_some(period)
    }

    /// Reads numbers with their units, each unit at most once and in the given order; returns how many there were.
    fn scan(&mut self, scanner: &mut Scanner<'_>, outer: i128, mut units: &[Unit]) -> Option<usize> {
        let mut count = 0;
        while !scanner.is_empty() && scanner.peek() != Some(b'T') {
            let sign = outer * i128::from(scanner.sign().unwrap_or(1));
            let digits = scanner.digits();
            if digits.is_empty() || digits.len() > DIGITS_MAX {
                return None;
            }
            let number = sign * digits.parse::<i128>().ok()?;
            let has_fraction = matches!(scanner.peek(), Some(b'.' | b','));
            let fraction = sign * i128::from(scanner.fraction()?);
            let letter = scanner.peek()?;
            scanner.byte(letter)?;
            let place = units.iter().position(|unit| unit.0 == letter)?;
            let (_, part, worth) = units[place];
            if has_fraction && letter != b'S' {
                return None;
            }
            match part {
                Part::Months => self.months += number * worth,
                Part::Days => self.days += number * worth,
                Part::Nanos => self.nanos += number * worth + fraction,
            }
            self.has_months |= matches!(part, Part::Months);
            units = &units[place + 1..];
            count += 1;
        }
        Some(count)
    }
}

/// Writes `T5H6M7.800S` for a number of nanoseconds other than zero, leaving out parts that are zero.
pub(super) fn write_clock(w: &mut dyn fmt::Write, nanos: i128) -> fmt::Result {
    let sign = if nanos < 0 { "-" } else { "" };
    let magnitude = nanos.unsigned_abs();
    let seconds = magnitude / NANOS_PER_SEC as u128;
    let subsec = (magnitude % NANOS_PER_SEC as u128) as u32;
    w.write_str("T")?;
    for (count, unit) in [(seconds / 3600, 'H'), (seconds / 60 % 60, 'M')] {
        if count != 0 {
            write!(w, "{sign}{count}{unit}")?;
        }
    }
    let second = seconds % 60;
    if second == 0 && subsec == 0 {
        return Ok(());
    }
    write!(w, "{sign}{second}")?;
    write_fraction(w, subsec)?;
    w.write_str("S")
}
