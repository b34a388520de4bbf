//! Single values.

use std::borrow::Cow;
use std::sync::Arc;

use querent_core::ValueProblem;
use querent_core::types::value::{Date, Decimal, Duration, Interval, Time, Timestamp, Uuid};
use querent_protocol::ignite::Reader;
use querent_protocol::ignite::value::{DecimalBytes, JavaStr, Object, Value, code, read_timestamp};

use super::{Cell, FromCell, NO_OBJECT};

const SECS_PER_DAY: i64 = 86_400;
const NANOS_PER_SEC: i64 = 1_000_000_000;

/// The payload of an object whose code was looked at, as so many bytes.
#[inline]
fn payload<const N: usize>(cell: &[u8]) -> Result<[u8; N], ValueProblem> {
    let bytes = cell.get(1..).and_then(|rest| rest.first_chunk());
    bytes.copied().ok_or(ValueProblem::Malformed("a whole number of its width"))
}

/// An integer of any width with its type code; `None` where it is none.
#[inline]
fn integer(cell: &Cell<'_>) -> Result<Option<(u8, i64)>, ValueProblem> {
    let Some(bytes) = cell.bytes() else {
        return Ok(match cell.object()? {
            Object::Byte(number) => Some((code::BYTE, number.into())),
            Object::Short(number) => Some((code::SHORT, number.into())),
            Object::Int(number) => Some((code::INT, number.into())),
            Object::Long(number) => Some((code::LONG, number)),
            _ => None,
        });
    };
    let Some(code) = bytes.first().copied() else { return Ok(None) };
    let number = match code {
        code::BYTE => i64::from(i8::from_le_bytes(payload(bytes)?)),
        code::SHORT => i64::from(i16::from_le_bytes(payload(bytes)?)),
        code::INT => i64::from(i32::from_le_bytes(payload(bytes)?)),
        code::LONG => i64::from_le_bytes(payload(bytes)?),
        _ => return Ok(None),
    };
    Ok(Some((code, number)))
}

macro_rules! integers {
    ($($rust:ty, $name:literal, [$($code:ident),+];)+) => { $(
        impl<'b> FromCell<'b> for $rust {
            const NAME: &'static str = $name;

            #[inline]
            fn read(cell: Cell<'b>) -> Result<$rust, ValueProblem> {
                // A wider type is refused whatever its value: the next row's would not fit.
                match integer(&cell)? {
                    Some(($(code::$code)|+, number)) => {
                        <$rust>::try_from(number).map_err(|_| ValueProblem::OutOfRange($name))
                    }
                    _ => Err(ValueProblem::WrongType($name)),
                }
            }
        }
    )+ };
}

integers! {
    i8, "i8", [BYTE];
    i16, "i16", [BYTE, SHORT];
    i32, "i32", [BYTE, SHORT, INT];
    i64, "i64", [BYTE, SHORT, INT, LONG];
}

/// Integers that `f32` and `f64` hold are read as such, for the rows of a UNION keep theirs.
impl<'b> FromCell<'b> for f32 {
    const NAME: &'static str = "f32";

    #[inline]
    fn read(cell: Cell<'b>) -> Result<f32, ValueProblem> {
        if let Some(bytes) = cell.bytes()
            && bytes.first() == Some(&code::FLOAT)
        {
            return Ok(f32::from_le_bytes(payload(bytes)?));
        }
        match cell.object()? {
            Object::Float(number) => Ok(number),
            Object::Byte(number) => Ok(number.into()),
            Object::Short(number) => Ok(number.into()),
            _ => Err(ValueProblem::WrongType("f32")),
        }
    }
}

impl<'b> FromCell<'b> for f64 {
    const NAME: &'static str = "f64";

    #[inline]
    fn read(cell: Cell<'b>) -> Result<f64, ValueProblem> {
        if let Some(bytes) = cell.bytes()
            && bytes.first() == Some(&code::DOUBLE)
        {
            return Ok(f64::from_le_bytes(payload(bytes)?));
        }
        match cell.object()? {
            Object::Double(number) => Ok(number),
            Object::Float(number) => Ok(number.into()),
            Object::Byte(number) => Ok(number.into()),
            Object::Short(number) => Ok(number.into()),
            Object::Int(number) => Ok(number.into()),
            Object::Long(number) => exact(number).ok_or(ValueProblem::OutOfRange("f64")),
            _ => Err(ValueProblem::WrongType("f64")),
        }
    }
}

/// The double that is exactly this number.
fn exact(number: i64) -> Option<f64> {
    const EXACT_MAX: u64 = 1 << f64::MANTISSA_DIGITS;
    (number.unsigned_abs() <= EXACT_MAX).then_some(number as f64)
}

fn text<'b>(cell: &Cell<'b>) -> Result<JavaStr<'b>, ValueProblem> {
    if let Some(bytes) = cell.bytes()
        && bytes.first() == Some(&code::STRING)
    {
        // Code and length are there, for the page was measured.
        return Ok(JavaStr::new(bytes.get(5..).unwrap_or_default()));
    }
    match cell.object()? {
        Object::String(text) => Ok(text),
        _ => Err(ValueProblem::WrongType("text")),
    }
}

impl<'b> FromCell<'b> for &'b str {
    const NAME: &'static str = "&str";

    #[inline]
    fn read(cell: Cell<'b>) -> Result<&'b str, ValueProblem> {
        std::str::from_utf8(text(&cell)?.as_bytes()).map_err(|_| {
            ValueProblem::Malformed("UTF-8, which a `Cow<str>` or `String` is made of all the same")
        })
    }
}

/// Any value, decoded whole.
impl<'b> FromCell<'b> for Value {
    const NAME: &'static str = "Value";

    fn read(cell: Cell<'b>) -> Result<Value, ValueProblem> {
        match cell.bytes() {
            Some(bytes) => Value::from_slice(bytes).map_err(|_| NO_OBJECT),
            // Its handles may point beyond it: read the whole list as a value.
            None => Err(ValueProblem::WrongType("Value")),
        }
    }
}

// With `CODE: |bytes| …` the bytes after that code are read at once: an object of any kind is many times larger than most
// of them.
macro_rules! by_object {
    ($($rust:ty, $name:literal, $($code:ident: |$bytes:ident| $quick:expr,)? |$object:ident, $cell:ident| $read:expr;)+) => { $(
        impl<'b> FromCell<'b> for $rust {
            const NAME: &'static str = $name;

            #[inline]
            fn read($cell: Cell<'b>) -> Result<$rust, ValueProblem> {
                $(if let Some([code::$code, $bytes @ ..]) = $cell.bytes() {
                    return $quick;
                })?
                let $object = $cell.object()?;
                let read: Option<Result<$rust, ValueProblem>> = $read;
                read.unwrap_or(Err(ValueProblem::WrongType($name)))
            }
        }
    )+ };
}

by_object! {
    bool, "bool", BOOL: |bytes| bytes.first().map(|byte| *byte != 0).ok_or(NO_OBJECT), |object, cell| match object {
        Object::Bool(truth) => Some(Ok(truth)),
        _ => None,
    };
    // Code and length are there, for the page was measured.
    Cow<'b, str>, "Cow<str>", STRING: |bytes| Ok(JavaStr::new(bytes.get(4..).unwrap_or_default()).text()),
    |object, cell| match object {
        Object::String(text) => Some(Ok(text.text())),
        Object::Char(unit) => {
            let char = char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER);
            Some(Ok(Cow::Owned(char.into())))
        }
        _ => None,
    };
    &'b [u8], "&[u8]", |object, cell| match object {
        Object::Bytes(bytes) => Some(Ok(bytes)),
        _ => None,
    };
    Decimal, "Decimal", DECIMAL: |bytes| {
        let number = DecimalBytes::read(&mut Reader::new(bytes)).map_err(|_| NO_OBJECT)?;
        number.decimal().map_err(|_| ValueProblem::Malformed("a decimal"))
    },
    |object, cell| match object {
        Object::Decimal(number) => Some(number.decimal().map_err(|_| ValueProblem::Malformed("a decimal"))),
        Object::Byte(number) => Some(Ok(Decimal::from_parts(number.into(), 0))),
        Object::Short(number) => Some(Ok(Decimal::from_parts(number.into(), 0))),
        Object::Int(number) => Some(Ok(Decimal::from_parts(number.into(), 0))),
        Object::Long(number) => Some(Ok(Decimal::from_parts(number.into(), 0))),
        _ => None,
    };
    Date, "Date", |object, cell| match object {
        Object::SqlDate(millis) | Object::Date(millis) => {
            let wall = cell.wall(millis.timestamp());
            Some(wall.and_then(|wall| wall.date().ok_or(ValueProblem::OutOfRange("Date"))))
        }
        // Days.
        _ => cell.bare().map(|days| {
            let days = i32::try_from(days).map_err(|_| ValueProblem::OutOfRange("Date"))?;
            Ok(Date::from_days(days))
        }),
    };
    Time, "Time", |object, cell| match object {
        Object::Time(millis) => Some(cell.wall(millis.timestamp()).map(Timestamp::time)),
        // Milliseconds of the day.
        _ => cell.bare().map(|millis| Ok(Timestamp::from_millis(millis).time())),
    };
    Timestamp, "Timestamp", TIMESTAMP: |bytes| {
        let instant = read_timestamp(&mut Reader::new(bytes)).map_err(|_| NO_OBJECT)?;
        cell.wall(instant)
    },
    |object, cell| match object {
        Object::Timestamp(timestamp) => Some(cell.wall(timestamp)),
        Object::Date(millis) => Some(cell.wall(millis.timestamp())),
        // Milliseconds of the wall clock.
        _ => cell.bare().map(|millis| Ok(Timestamp::from_millis(millis))),
    };
    Duration, "Duration", |object, cell| match object {
        Object::Duration(duration) => Some(Ok(duration)),
        _ => None,
    };
    Interval, "Interval", |object, cell| match object {
        Object::Period(period) => Some(period.interval().ok_or(ValueProblem::OutOfRange("Interval"))),
        // A day-time interval; Calcite's days have 24 hours.
        Object::Duration(duration) => Some(days(duration).ok_or(ValueProblem::OutOfRange("Interval"))),
        // In a list: months, or milliseconds.
        Object::Int(months) if cell.bare().is_some() => Some(Ok(Interval::new(months, 0, 0))),
        Object::Long(millis) if cell.bare().is_some() => {
            let nanos = i128::from(millis) * 1_000_000;
            let read = Duration::from_total_nanos(nanos).and_then(days);
            Some(read.ok_or(ValueProblem::OutOfRange("Interval")))
        }
        _ => None,
    };
    Uuid, "Uuid", |object, cell| match object {
        Object::Uuid(uuid) => Some(Ok(uuid)),
        _ => None,
    };
}

/// Whole days and the rest, both of the same sign.
fn days(duration: Duration) -> Option<Interval> {
    let nanos = duration.total_nanos();
    let day = i128::from(SECS_PER_DAY * NANOS_PER_SEC);
    Some(Interval::new(0, i32::try_from(nanos / day).ok()?, i64::try_from(nanos % day).ok()?))
}

macro_rules! owned {
    ($($rust:ty, $name:literal, $from:ty, |$value:ident| $make:expr;)+) => { $(
        impl<'b> FromCell<'b> for $rust {
            const NAME: &'static str = $name;

            #[inline]
            fn read(cell: Cell<'b>) -> Result<$rust, ValueProblem> {
                match <$from>::read(cell) {
                    Ok($value) => Ok($make),
                    Err(ValueProblem::WrongType(_)) => Err(ValueProblem::WrongType($name)),
                    Err(problem) => Err(problem),
                }
            }
        }
    )+ };
}

owned! {
    String, "String", Cow<'b, str>, |text| text.into_owned();
    Box<str>, "Box<str>", Cow<'b, str>, |text| text.into();
    Arc<str>, "Arc<str>", Cow<'b, str>, |text| text.into();
    Vec<u8>, "Vec<u8>", &'b [u8], |bytes| bytes.to_vec();
}
