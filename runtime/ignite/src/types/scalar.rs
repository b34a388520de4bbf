//! Single values.

use std::borrow::Cow;
use std::sync::Arc;

use querent_core::ValueProblem;
use querent_core::types::value::{Date, Decimal, Duration, Interval, Time, Timestamp, Uuid};
use querent_protocol::ignite::value::{JavaStr, Object, code};

use super::FromCell;

const MILLIS_PER_DAY: i64 = 86_400_000;

/// The payload of an object whose code was looked at, as so many bytes.
#[inline]
fn payload<const N: usize>(cell: &[u8]) -> Result<[u8; N], ValueProblem> {
    let bytes = cell.get(1..).and_then(|rest| rest.first_chunk());
    bytes.copied().ok_or(ValueProblem::Malformed("a whole number of its width"))
}

/// An integer of any width; `None` where it is none.
#[inline]
fn integer(cell: &[u8]) -> Result<Option<i64>, ValueProblem> {
    Ok(Some(match cell.first().copied() {
        Some(code::BYTE) => i64::from(i8::from_le_bytes(payload(cell)?)),
        Some(code::SHORT) => i64::from(i16::from_le_bytes(payload(cell)?)),
        Some(code::INT) => i64::from(i32::from_le_bytes(payload(cell)?)),
        Some(code::LONG) => i64::from_le_bytes(payload(cell)?),
        _ => return Ok(None),
    }))
}

macro_rules! integers {
    ($($rust:ty, $name:literal, [$($code:ident),+];)+) => { $(
        impl<'b> FromCell<'b> for $rust {
            const NAME: &'static str = $name;

            #[inline]
            fn read(cell: &'b [u8]) -> Result<$rust, ValueProblem> {
                // A wider type is refused whatever its value: the next row's would not fit.
                match (cell.first().copied(), integer(cell)?) {
                    (Some($(code::$code)|+), Some(number)) => {
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

impl<'b> FromCell<'b> for f32 {
    const NAME: &'static str = "f32";

    #[inline]
    fn read(cell: &'b [u8]) -> Result<f32, ValueProblem> {
        match cell.first().copied() {
            Some(code::FLOAT) => Ok(f32::from_le_bytes(payload(cell)?)),
            _ => Err(ValueProblem::WrongType("f32")),
        }
    }
}

impl<'b> FromCell<'b> for f64 {
    const NAME: &'static str = "f64";

    #[inline]
    fn read(cell: &'b [u8]) -> Result<f64, ValueProblem> {
        match cell.first().copied() {
            Some(code::DOUBLE) => Ok(f64::from_le_bytes(payload(cell)?)),
            Some(code::FLOAT) => Ok(f64::from(f32::from_le_bytes(payload(cell)?))),
            _ => Err(ValueProblem::WrongType("f64")),
        }
    }
}

fn text(cell: &[u8]) -> Result<JavaStr<'_>, ValueProblem> {
    match cell.first().copied() {
        // Code and length are there, for the page was measured.
        Some(code::STRING) => Ok(JavaStr::new(cell.get(5..).unwrap_or_default())),
        _ => Err(ValueProblem::WrongType("text")),
    }
}

impl<'b> FromCell<'b> for &'b str {
    const NAME: &'static str = "&str";

    #[inline]
    fn read(cell: &'b [u8]) -> Result<&'b str, ValueProblem> {
        std::str::from_utf8(text(cell)?.as_bytes()).map_err(|_| {
            ValueProblem::Malformed("UTF-8, which a `Cow<str>` or `String` is made of all the same")
        })
    }
}

macro_rules! by_object {
    ($($rust:ty, $name:literal, |$object:ident| $read:expr;)+) => { $(
        impl<'b> FromCell<'b> for $rust {
            const NAME: &'static str = $name;

            #[inline]
            fn read(cell: &'b [u8]) -> Result<$rust, ValueProblem> {
                let $object = Object::decode(cell).map_err(|_| ValueProblem::Malformed("an object"))?;
                let read: Option<Result<$rust, ValueProblem>> = $read;
                read.unwrap_or(Err(ValueProblem::WrongType($name)))
            }
        }
    )+ };
}

by_object! {
    bool, "bool", |object| match object {
        Object::Bool(truth) => Some(Ok(truth)),
        _ => None,
    };
    Cow<'b, str>, "Cow<str>", |object| match object {
        Object::String(text) => Some(Ok(text.text())),
        Object::Char(unit) => {
            let char = char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER);
            Some(Ok(Cow::Owned(char.into())))
        }
        _ => None,
    };
    &'b [u8], "&[u8]", |object| match object {
        Object::Bytes(bytes) => Some(Ok(bytes)),
        _ => None,
    };
    Decimal, "Decimal", |object| match object {
        Object::Decimal(number) => Some(number.decimal().map_err(|_| ValueProblem::Malformed("a decimal"))),
        Object::Byte(number) => Some(Ok(Decimal::from_parts(number.into(), 0))),
        Object::Short(number) => Some(Ok(Decimal::from_parts(number.into(), 0))),
        Object::Int(number) => Some(Ok(Decimal::from_parts(number.into(), 0))),
        Object::Long(number) => Some(Ok(Decimal::from_parts(number.into(), 0))),
        _ => None,
    };
    Date, "Date", |object| match object {
        Object::SqlDate(millis) | Object::Date(millis) => {
            let days = i32::try_from(millis.0.div_euclid(MILLIS_PER_DAY)).ok();
            Some(days.map(Date::from_days).ok_or(ValueProblem::OutOfRange("Date")))
        }
        _ => None,
    };
    Time, "Time", |object| match object {
        Object::Time(millis) => Some(Ok(millis.timestamp().time())),
        _ => None,
    };
    Timestamp, "Timestamp", |object| match object {
        Object::Timestamp(timestamp) => Some(Ok(timestamp)),
        Object::Date(millis) => Some(Ok(millis.timestamp())),
        _ => None,
    };
    Duration, "Duration", |object| match object {
        Object::Duration(duration) => Some(Ok(duration)),
        _ => None,
    };
    Interval, "Interval", |object| match object {
        Object::Period(period) => Some(period.interval().ok_or(ValueProblem::OutOfRange("Interval"))),
        _ => None,
    };
    Uuid, "Uuid", |object| match object {
        Object::Uuid(uuid) => Some(Ok(uuid)),
        _ => None,
    };
}

macro_rules! owned {
    ($($rust:ty, $name:literal, $from:ty, |$value:ident| $make:expr;)+) => { $(
        impl<'b> FromCell<'b> for $rust {
            const NAME: &'static str = $name;

            #[inline]
            fn read(cell: &'b [u8]) -> Result<$rust, ValueProblem> {
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
