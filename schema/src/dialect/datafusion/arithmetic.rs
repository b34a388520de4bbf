//! `+ - * / %`: what Arrow's kernels give, and what DataFusion coerces to before it asks them.

use querent_types::{IntervalUnit, SqlType, TimeUnit};

use super::cast::can_cast;
use super::coerce;
use super::number::{number_as_decimal, plain_numbers, wider_decimal_across};
use super::shape::*;

/// An arithmetic operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// What the operands become, and the result.
pub(super) struct Typed {
    pub(super) left: SqlType,
    pub(super) right: SqlType,
    pub(super) result: SqlType,
}

const MONTH_DAY_NANO: SqlType = SqlType::Interval(IntervalUnit::MonthDayNano);

/// Types an arithmetic operation.
pub(super) fn arithmetic(op: Arithmetic, left: &SqlType, right: &SqlType) -> Option<Typed> {
    let typed = proposed(op, left, right)?;
    if !converts(op, left, &typed.left, &typed.right) || !converts(op, right, &typed.right, &typed.left) {
        return None;
    }
    if typed.left == *left && typed.right == *right {
        return Some(typed);
    }
    // The engine types the operation anew over what its operands were cast to: two Decimal128(20, 0) that came of an
    // Int64 and a UInt64 give a digit more.
    let result = proposed(op, &typed.left, &typed.right)?.result;
    Some(Typed { result, ..typed })
}

/// Whether an operand can be made what it is to become: by a cast, or as a span of time in front of a time.
fn converts(op: Arithmetic, from: &SqlType, to: &SqlType, beside: &SqlType) -> bool {
    use SqlType::{Date32, Date64, Duration, Interval, Time, Timestamp};
    let sum = matches!(op, Arithmetic::Add | Arithmetic::Subtract);
    can_cast(from, to)
        || match (from, to, beside) {
            (number, Interval(IntervalUnit::MonthDayNano), Date32 | Date64) => sum && number.is_integer(),
            (Time(_), Duration(TimeUnit::Nanosecond), Timestamp(TimeUnit::Nanosecond, None)) => sum,
            (Time(_), Interval(IntervalUnit::MonthDayNano), Interval(IntervalUnit::MonthDayNano)) => sum,
            _ => false,
        }
}

fn proposed(op: Arithmetic, left: &SqlType, right: &SqlType) -> Option<Typed> {
    if *left == SqlType::Null && *right == SqlType::Null {
        return Some(uniform(SqlType::Int64));
    }
    if let Some(other) = coerce::nulls(left, right) {
        // NULL beside a number is read as that number's type; beside a time the rules for two such times apply.
        if !other.is_temporal() {
            let result = kernel(op, &other, &other)?;
            return Some(Typed { left: other.clone(), right: other, result });
        }
        return coerced(op, &other, &other);
    }
    coerced(op, left, right)
}

fn uniform(ty: SqlType) -> Typed {
    Typed { left: ty.clone(), right: ty.clone(), result: ty }
}

fn coerced(op: Arithmetic, left: &SqlType, right: &SqlType) -> Option<Typed> {
    use Arithmetic::{Add, Subtract};
    use SqlType::{Date32, Date64, Interval, Time};
    let as_written = |result| Typed { left: left.clone(), right: right.clone(), result };
    match (op, left, right) {
        (Subtract, Date32, Date32) | (Subtract, Date64, Date64) => return Some(as_written(SqlType::Int64)),
        (Add | Subtract, Time(_), Interval(_)) => {
            return Some(Typed { left: left.clone(), right: MONTH_DAY_NANO, result: left.clone() });
        }
        (Add, Interval(_), Time(_)) => {
            return Some(Typed { left: MONTH_DAY_NANO, right: right.clone(), result: right.clone() });
        }
        _ => {}
    }
    if let Some(result) = kernel(op, left, right) {
        return Some(as_written(result));
    }
    if let Some((left, right)) = times(left, right) {
        let result = kernel(op, &left, &right)?;
        return Some(Typed { left, right, result });
    }
    if let Some(common) = coerce::temporal_same_zone(left, right) {
        let result = kernel(op, &common, &common)?;
        return Some(Typed { left: common.clone(), right: common, result });
    }
    if let Some((left, right)) = decimals(left, right) {
        let result = kernel(op, &left, &right)?;
        return Some(Typed { left, right, result });
    }
    numbers(left, right).map(uniform)
}

/// What the kernel gives for operands that are not coerced.
fn kernel(op: Arithmetic, left: &SqlType, right: &SqlType) -> Option<SqlType> {
    use Arithmetic::{Add, Multiply, Subtract};
    use SqlType::{Date32, Date64, Decimal, Duration, Interval, Timestamp};
    match (left, right) {
        _ if left == right && (left.is_integer() || left.is_float()) => Some(left.clone()),
        (Timestamp(unit, zone), Timestamp(other, _)) => {
            (op == Subtract && unit == other && known_zone(zone)).then_some(Duration(*unit))
        }
        (Timestamp(unit, zone), Duration(other)) => {
            (matches!(op, Add | Subtract) && unit == other && known_zone(zone)).then(|| left.clone())
        }
        (Timestamp(_, zone), Interval(_)) => {
            (matches!(op, Add | Subtract) && known_zone(zone)).then(|| left.clone())
        }
        (Date32, Date32) => (op == Subtract).then_some(Duration(TimeUnit::Second)),
        (Date64, Date64) => (op == Subtract).then_some(Duration(TimeUnit::Millisecond)),
        (Date32 | Date64, Interval(_)) => matches!(op, Add | Subtract).then(|| left.clone()),
        (Duration(a), Duration(b)) => (a == b && matches!(op, Add | Subtract)).then(|| left.clone()),
        (Interval(a), Interval(b)) => (a == b && matches!(op, Add | Subtract)).then(|| left.clone()),
        (Duration(_) | Interval(_), Date32 | Date64 | Timestamp(..)) if matches!(op, Add | Multiply) => {
            kernel(op, right, left)
        }
        (Decimal { width: a, .. }, Decimal { width: b, .. }) if a == b => decimal_kernel(op, left, right),
        _ => None,
    }
}

/// Zones that Arrow reads without `chrono-tz`-only names are offsets; with them any name. Both are taken as known.
fn known_zone(zone: &Option<String>) -> bool {
    zone.as_deref().is_none_or(|zone| !zone.is_empty())
}

/// Hive's rules for the digits of a decimal result, as Arrow has them.
fn decimal_kernel(op: Arithmetic, left: &SqlType, right: &SqlType) -> Option<SqlType> {
    use Arithmetic::*;
    let ((width, p1, s1), (_, p2, s2)) = (decimal(left)?, decimal(right)?);
    let (max, max_scale) = (precision_max(width), precision_max(width) as i8);
    let whole = |precision: u8, scale: i8| precision as i8 - scale;
    let (precision, scale) = match op {
        Add | Subtract => {
            let scale = s1.max(s2);
            let digits = scale.saturating_add(whole(p1, s1).max(whole(p2, s2))) as u8;
            (digits.saturating_add(1), scale)
        }
        Multiply => {
            let scale = s1.saturating_add(s2);
            if scale > max_scale {
                return None;
            }
            (p1.saturating_add(p2.saturating_add(1)), scale)
        }
        Divide => {
            let scale = s1.saturating_add(4).min(max_scale);
            ((scale - s1).saturating_add(s2).saturating_add(p1 as i8) as u8, scale)
        }
        Remainder => {
            let scale = s1.max(s2);
            (scale.saturating_add(whole(p1, s1).min(whole(p2, s2))) as u8, scale)
        }
    };
    let precision = precision.min(max);
    // Arrow refuses a decimal whose scale exceeds its precision, or one without digits.
    (precision > 0 && scale <= max_scale && (scale <= 0 || scale as u8 <= precision))
        .then_some(SqlType::Decimal { width, precision, scale })
}

/// Operands that name times of unlike kinds.
fn times(left: &SqlType, right: &SqlType) -> Option<(SqlType, SqlType)> {
    use SqlType::{Date32, Date64, Duration, Interval, Time, Timestamp};
    let nano = || Timestamp(TimeUnit::Nanosecond, None);
    let elapsed = || Duration(TimeUnit::Nanosecond);
    let factor = |ty: &SqlType| ty.is_integer() || ty.is_float();
    Some(match (left, right) {
        (Date32 | Date64, number) if number.is_integer() => (left.clone(), MONTH_DAY_NANO),
        (number, Date32 | Date64) if number.is_integer() => (MONTH_DAY_NANO, right.clone()),
        (Date32 | Date64, Time(_)) => (nano(), elapsed()),
        (Time(_), Date32 | Date64) => (elapsed(), nano()),
        (Timestamp(unit, _), Duration(_)) => (left.clone(), Duration(*unit)),
        (Duration(_), Timestamp(unit, _)) => (Duration(*unit), right.clone()),
        (Time(_), Time(_) | Interval(_)) | (Interval(_), Time(_)) => (MONTH_DAY_NANO, MONTH_DAY_NANO),
        (Interval(_), number) | (number, Interval(_)) if factor(number) => (MONTH_DAY_NANO, MONTH_DAY_NANO),
        _ => return None,
    })
}

/// Operands of which one is a decimal and none a float: beside floats arithmetic is done in floats.
fn decimals(left: &SqlType, right: &SqlType) -> Option<(SqlType, SqlType)> {
    use SqlType::{Dictionary, RunEndEncoded};
    match (left, right) {
        (Dictionary(_, value), other) => decimals(value, other),
        (other, Dictionary(_, value)) => decimals(other, value),
        (RunEndEncoded(_, values), other) => decimals(&values.ty, other),
        (other, RunEndEncoded(_, values)) => decimals(other, &values.ty),
        _ => match (decimal(left), decimal(right)) {
            (Some((a, ..)), Some((b, ..))) if a == b => Some((left.clone(), right.clone())),
            (Some(_), Some(_)) => wider_decimal_across(left, right).map(|common| (common.clone(), common)),
            (Some((width, ..)), None) if right.is_integer() => {
                Some((left.clone(), number_as_decimal(right, width)?))
            }
            (None, Some((width, ..))) if left.is_integer() => {
                Some((number_as_decimal(left, width)?, right.clone()))
            }
            _ => None,
        },
    }
}

/// The common type of two numbers, through dictionaries and run ends.
fn numbers(left: &SqlType, right: &SqlType) -> Option<SqlType> {
    use SqlType::{Dictionary, RunEndEncoded};
    match (left, right) {
        (Dictionary(_, a), Dictionary(_, b)) => numbers(a, b),
        (Dictionary(_, value), other) => numbers(value, other),
        (other, Dictionary(_, value)) => numbers(other, value),
        (RunEndEncoded(_, a), RunEndEncoded(_, b)) => numbers(&a.ty, &b.ty),
        (RunEndEncoded(_, values), other) => numbers(&values.ty, other),
        (other, RunEndEncoded(_, values)) => numbers(other, &values.ty),
        _ if left.is_numeric() && right.is_numeric() => plain_numbers(left, right),
        _ => None,
    }
}

/// `& | ^ << >>`: the type of both operands and of the result.
pub(super) fn bitwise(left: &SqlType, right: &SqlType) -> Option<SqlType> {
    use SqlType::{Dictionary, Null};
    let number = |ty: &SqlType| ty.is_numeric() || matches!(ty, Dictionary(_, value) if value.is_numeric());
    match (left, right) {
        (Null, other) | (other, Null) if number(other) => return bitwise(other, other),
        _ if !number(left) || !number(right) => return None,
        (Dictionary(_, value), other) if left == other => return value.is_integer().then(|| left.clone()),
        _ => {}
    }
    if left == right && left.is_integer() {
        return Some(left.clone());
    }
    if *left == SqlType::UInt64 || *right == SqlType::UInt64 {
        return Some(SqlType::UInt64);
    }
    // A decimal or a float beside an integer is read as that integer.
    if !left.is_integer() && !right.is_integer() {
        return None;
    }
    plain_integers(left, right)
}

fn plain_integers(left: &SqlType, right: &SqlType) -> Option<SqlType> {
    match (left.is_integer(), right.is_integer()) {
        (true, true) => plain_numbers(left, right),
        (true, false) => Some(left.clone()),
        (false, true) => Some(right.clone()),
        (false, false) => None,
    }
}
