//! Booleans, numbers, text, bytes, times and UUIDs.

use std::borrow::Cow;
use std::sync::Arc;

use querent_core::ValueProblem;
use querent_core::types::TimeUnit;
use querent_core::types::value::{Date, Decimal, Interval, Time, Timestamp, Uuid};
use tokio_postgres::types::Type;

use super::{FromWire, numeric};
use crate::parameters::{EPOCH_DAYS, EPOCH_MICROS};

/// Exactly so many bytes.
fn array<const N: usize>(bytes: &[u8], what: &'static str) -> Result<[u8; N], ValueProblem> {
    bytes.try_into().map_err(|_| ValueProblem::Malformed(what))
}

/// An integer's width on the wire.
#[derive(Debug, Clone, Copy)]
pub enum IntegerForm {
    /// `int2`.
    Two,
    /// `int4`.
    Four,
    /// `int8`.
    Eight,
}

impl IntegerForm {
    fn of(ty: &Type) -> Option<IntegerForm> {
        Some(match *ty {
            Type::INT2 => IntegerForm::Two,
            Type::INT4 => IntegerForm::Four,
            Type::INT8 => IntegerForm::Eight,
            _ => return None,
        })
    }

    fn read(self, bytes: &[u8]) -> Result<i64, ValueProblem> {
        Ok(match self {
            IntegerForm::Two => i16::from_be_bytes(array(bytes, "an int2 in binary")?).into(),
            IntegerForm::Four => i32::from_be_bytes(array(bytes, "an int4 in binary")?).into(),
            IntegerForm::Eight => i64::from_be_bytes(array(bytes, "an int8 in binary")?),
        })
    }
}

impl FromWire<'_> for i64 {
    type Form = IntegerForm;
    const NAME: &'static str = "i64";

    fn form(ty: &Type) -> Option<IntegerForm> {
        IntegerForm::of(ty)
    }

    #[inline]
    fn read(form: IntegerForm, bytes: &[u8]) -> Result<i64, ValueProblem> {
        form.read(bytes)
    }
}

macro_rules! narrower {
    ($($rust:ident: $($form:ident)|+;)+) => { $(
        impl FromWire<'_> for $rust {
            type Form = IntegerForm;
            const NAME: &'static str = stringify!($rust);

            fn form(ty: &Type) -> Option<IntegerForm> {
                IntegerForm::of(ty).filter(|form| matches!(form, $(IntegerForm::$form)|+))
            }

            #[inline]
            fn read(form: IntegerForm, bytes: &[u8]) -> Result<$rust, ValueProblem> {
                $rust::try_from(form.read(bytes)?).map_err(|_| ValueProblem::OutOfRange(stringify!($rust)))
            }
        }
    )+ };
}

narrower! {
    i16: Two;
    i32: Two | Four;
}

/// A floating-point number's width on the wire.
#[derive(Debug, Clone, Copy)]
pub enum FloatForm {
    /// `float4`.
    Four,
    /// `float8`.
    Eight,
}

impl FromWire<'_> for f64 {
    type Form = FloatForm;
    const NAME: &'static str = "f64";

    fn form(ty: &Type) -> Option<FloatForm> {
        match *ty {
            Type::FLOAT4 => Some(FloatForm::Four),
            Type::FLOAT8 => Some(FloatForm::Eight),
            _ => None,
        }
    }

    #[inline]
    fn read(form: FloatForm, bytes: &[u8]) -> Result<f64, ValueProblem> {
        Ok(match form {
            FloatForm::Four => f32::from_be_bytes(array(bytes, "a float4 in binary")?).into(),
            FloatForm::Eight => f64::from_be_bytes(array(bytes, "a float8 in binary")?),
        })
    }
}

/// What a decimal is read from.
#[derive(Debug, Clone, Copy)]
pub enum DecimalForm {
    /// `numeric`.
    Numeric,
    /// An integer.
    Integer(IntegerForm),
}

impl FromWire<'_> for Decimal {
    type Form = DecimalForm;
    const NAME: &'static str = "Decimal";

    fn form(ty: &Type) -> Option<DecimalForm> {
        match *ty {
            Type::NUMERIC => Some(DecimalForm::Numeric),
            _ => IntegerForm::of(ty).map(DecimalForm::Integer),
        }
    }

    fn read(form: DecimalForm, bytes: &[u8]) -> Result<Decimal, ValueProblem> {
        match form {
            DecimalForm::Numeric => numeric::decode(bytes),
            DecimalForm::Integer(form) => Ok(Decimal::from_parts(form.read(bytes)?.into(), 0)),
        }
    }
}

/// How text stands on the wire.
#[derive(Debug, Clone, Copy)]
pub enum TextForm {
    /// As it is.
    Plain,
    /// Behind one byte that is the format's version (`jsonb`).
    Versioned,
}

impl<'b> FromWire<'b> for &'b str {
    type Form = TextForm;
    const NAME: &'static str = "&str";

    fn form(ty: &Type) -> Option<TextForm> {
        match *ty {
            Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::JSON | Type::UNKNOWN => {
                Some(TextForm::Plain)
            }
            Type::JSONB => Some(TextForm::Versioned),
            _ => None,
        }
    }

    #[inline]
    fn read(form: TextForm, bytes: &'b [u8]) -> Result<&'b str, ValueProblem> {
        let bytes = match form {
            TextForm::Plain => bytes,
            TextForm::Versioned => {
                bytes.strip_prefix(&[1]).ok_or(ValueProblem::Malformed("a jsonb of version 1"))?
            }
        };
        std::str::from_utf8(bytes).map_err(|_| ValueProblem::Malformed("UTF-8"))
    }
}

macro_rules! texts {
    ($($rust:ty, $make:expr;)+) => { $(
        impl<'b> FromWire<'b> for $rust {
            type Form = TextForm;
            const NAME: &'static str = stringify!($rust);

            fn form(ty: &Type) -> Option<TextForm> {
                <&str>::form(ty)
            }

            #[inline]
            fn read(form: TextForm, bytes: &'b [u8]) -> Result<$rust, ValueProblem> {
                let make: fn(&'b str) -> $rust = $make;
                <&str>::read(form, bytes).map(make)
            }
        }
    )+ };
}

texts! {
    String, String::from;
    Box<str>, Box::from;
    Arc<str>, Arc::from;
    Cow<'b, str>, Cow::Borrowed;
}

macro_rules! one_form {
    ($($(#[$meta:meta])* $rust:ty, $name:literal, $($ty:ident)|+, $read:expr;)+) => { $(
        $(#[$meta])*
        impl<'b> FromWire<'b> for $rust {
            type Form = ();
            const NAME: &'static str = $name;

            fn form(ty: &Type) -> Option<()> {
                matches!(*ty, $(Type::$ty)|+).then_some(())
            }

            #[inline]
            fn read((): (), bytes: &'b [u8]) -> Result<$rust, ValueProblem> {
                let read: fn(&'b [u8]) -> Result<$rust, ValueProblem> = $read;
                read(bytes)
            }
        }
    )+ };
}

one_form! {
    bool, "bool", BOOL, |bytes| match array(bytes, "a bool in binary")? {
        [0] => Ok(false),
        [1] => Ok(true),
        _ => Err(ValueProblem::Malformed("a bool in binary")),
    };
    f32, "f32", FLOAT4, |bytes| Ok(f32::from_be_bytes(array(bytes, "a float4 in binary")?));
    &'b [u8], "&[u8]", BYTEA, Ok;
    Vec<u8>, "Vec<u8>", BYTEA, |bytes| Ok(bytes.to_vec());
    Uuid, "Uuid", UUID, |bytes| Ok(Uuid::from_bytes(array(bytes, "a uuid in binary")?));
    Date, "Date", DATE, date;
    Time, "Time", TIME, time;
    Timestamp, "Timestamp", TIMESTAMP | TIMESTAMPTZ, timestamp;
    Interval, "Interval", INTERVAL, interval;
}

fn date(bytes: &[u8]) -> Result<Date, ValueProblem> {
    let days = i32::from_be_bytes(array(bytes, "a date in binary")?);
    // The ends of the range are infinity.
    let days = Some(days).filter(|days| *days != i32::MIN).and_then(|days| days.checked_add(EPOCH_DAYS));
    days.map(Date::from_days).ok_or(ValueProblem::OutOfRange("Date"))
}

fn time(bytes: &[u8]) -> Result<Time, ValueProblem> {
    let micros = i64::from_be_bytes(array(bytes, "a time in binary")?);
    // PostgreSQL has 24:00:00.
    Time::from_unit(micros, TimeUnit::Microsecond).ok_or(ValueProblem::OutOfRange("Time"))
}

fn timestamp(bytes: &[u8]) -> Result<Timestamp, ValueProblem> {
    let micros = i64::from_be_bytes(array(bytes, "a timestamp in binary")?);
    if micros == i64::MIN || micros == i64::MAX {
        return Err(ValueProblem::OutOfRange("Timestamp"));
    }
    let nanos = (i128::from(micros) + i128::from(EPOCH_MICROS)) * 1000;
    Timestamp::from_total_nanos(nanos).ok_or(ValueProblem::OutOfRange("Timestamp"))
}

fn interval(bytes: &[u8]) -> Result<Interval, ValueProblem> {
    let bytes: [u8; 16] = array(bytes, "an interval in binary")?;
    let number = u128::from_be_bytes(bytes);
    let (micros, days, months) = ((number >> 64) as i64, (number >> 32) as i32, number as i32);
    let nanos = micros.checked_mul(1000).ok_or(ValueProblem::OutOfRange("Interval"))?;
    Ok(Interval::new(months, days, nanos))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads<'b, T: FromWire<'b> + PartialEq + std::fmt::Debug>(ty: Type, bytes: &'b [u8], expected: T) {
        let form = T::form(&ty).expect("a form");
        assert_eq!(T::read(form, bytes), Ok(expected));
    }

    #[test]
    fn numbers_widen_and_never_narrow() {
        reads(Type::INT2, &[255, 254], -2_i64);
        reads(Type::INT4, &[128, 0, 0, 0], i32::MIN);
        reads(Type::INT4, &[128, 0, 0, 0], i64::from(i32::MIN));
        reads(Type::INT8, &[0, 0, 0, 0, 0, 0, 0, 7], Decimal::from_parts(7, 0));
        reads(Type::FLOAT4, &0.5_f32.to_be_bytes(), 0.5_f64);
        assert!(i32::form(&Type::INT8).is_none() && i16::form(&Type::INT4).is_none());
        assert!(f32::form(&Type::FLOAT8).is_none() && f64::form(&Type::NUMERIC).is_none());
        assert!(i64::form(&Type::TEXT).is_none() && String::form(&Type::INT8).is_none());
    }

    #[test]
    fn text_and_json_are_lent() {
        reads(Type::TEXT, "été".as_bytes(), "été");
        reads(Type::JSONB, b"\x01{}", String::from("{}"));
        assert!(<&str>::read(TextForm::Versioned, b"\x02{}").is_err());
        assert_eq!(<&str>::read(TextForm::Plain, &[0xFF]), Err(ValueProblem::Malformed("UTF-8")));
    }

    #[test]
    fn times_count_from_2000_and_infinity_is_none() {
        reads(Type::DATE, &[0, 0, 0, 0], "2000-01-01".parse::<Date>().unwrap());
        reads(
            Type::TIMESTAMPTZ,
            &(-1_i64).to_be_bytes(),
            "1999-12-31T23:59:59.999999".parse::<Timestamp>().unwrap(),
        );
        reads(Type::TIME, &1_i64.to_be_bytes(), "00:00:00.000001".parse::<Time>().unwrap());
        let bytes = [255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 2, 255, 255, 255, 255];
        reads(Type::INTERVAL, &bytes, Interval::new(-1, 2, -1000));
        assert_eq!(date(&i32::MAX.to_be_bytes()), Err(ValueProblem::OutOfRange("Date")));
        assert_eq!(timestamp(&i64::MIN.to_be_bytes()), Err(ValueProblem::OutOfRange("Timestamp")));
        assert_eq!(time(&86_400_000_000_i64.to_be_bytes()), Err(ValueProblem::OutOfRange("Time")));
        assert!(timestamp(&[0; 7]).is_err() && interval(&[0; 15]).is_err() && date(&[]).is_err());
    }
}
