//! Which values go together: comparisons (`TypeCoercionImpl`), set operations and CASE, casts (`SqlTypeCoercionRule`).

use querent_types::SqlType;

use crate::dialect::{CommonPlace, Operand, Refusal};

use super::lattice::{Family, family, is_decimal, is_exact, least_restrictive, wider};

/// The type as which two values are compared; `None` where the server refuses. `equality`: by `=` or `<>`, which also
/// takes a truth value beside a number.
pub(super) fn comparison(a: &SqlType, b: &SqlType, equality: bool) -> Option<SqlType> {
    if let Some(common) = least_restrictive(&[a.clone(), b.clone()]) {
        return Some(common);
    }
    use Family::*;
    match (family(a), family(b)) {
        (Date, Timestamp) => Some(b.clone()),
        (Timestamp, Date) => Some(a.clone()),
        // Text is read as the other side; beside a decimal as one with all digits.
        (Character, Boolean | Numeric | Date | Time | Timestamp | Interval | Binary | Any) => Some(b.clone()),
        (Boolean | Numeric | Date | Time | Timestamp | Interval | Binary | Any, Character) => Some(a.clone()),
        (Boolean, Numeric) if equality => Some(b.clone()),
        (Numeric, Boolean) if equality => Some(a.clone()),
        _ => None,
    }
}

/// One type for several values, by the place that they stand in.
pub(super) fn common(place: CommonPlace, operands: &[Operand]) -> Result<SqlType, Refusal> {
    let types: Vec<SqlType> = operands.iter().filter_map(|operand| operand.ty.clone()).collect();
    if types.is_empty() {
        return Ok(SqlType::Null);
    }
    let found = match place {
        CommonPlace::Values | CommonPlace::Array => least_restrictive(&types),
        CommonPlace::SetOperation => least_restrictive(&types).or_else(|| wider(&types)),
        CommonPlace::CaseResult => {
            // The checker hands ELSE over first; Calcite reads it last.
            let mut ordered = types.clone();
            let shift = usize::from(ordered.len() > 1);
            ordered.rotate_left(shift);
            least_restrictive(&ordered).or_else(|| wider(&ordered))
        }
        CommonPlace::CaseWhen | CommonPlace::Between => compared(&types),
        CommonPlace::InList => match &types[..] {
            [one] => Some(one.clone()),
            [operand, list @ ..] => least_restrictive(list)
                .or_else(|| wider(list))
                .and_then(|list| comparison(operand, &list, true)),
            [] => None,
        },
    };
    found.ok_or_else(|| Refusal::Types("values that Calcite brings to one type".to_owned()))
}

/// The first value is compared with each of the others; what they are read as together.
fn compared(types: &[SqlType]) -> Option<SqlType> {
    let (first, others) = types.split_first()?;
    others.iter().try_fold(first.clone(), |so_far, ty| {
        comparison(first, ty, true)?;
        Some(comparison(&so_far, ty, true).unwrap_or(so_far))
    })
}

/// Whether `CAST(from AS to)` is planned.
pub(super) fn can_cast(from: &SqlType, to: &SqlType) -> bool {
    if from == to || *from == SqlType::Null {
        return true;
    }
    use Family::*;
    match (family(from), family(to)) {
        (a, b) if a == b && !matches!(a, Collection) => true,
        (Numeric, Boolean | Character | Timestamp) => true,
        (Numeric, Interval) => is_exact(from),
        (Interval, Numeric) => is_exact(to),
        (Timestamp, Numeric | Date | Time | Character) => true,
        (Date, Timestamp | Character) | (Time, Timestamp | Character) => true,
        (Character, Collection) => false,
        (Character, _) => true,
        (Boolean | Binary | Interval, Character) => true,
        (Binary, Date | Time | Timestamp) => true,
        (Any, Character | Binary) => true,
        (Collection, Collection) => match (from, to) {
            (SqlType::List(a, _), SqlType::List(b, _)) => can_cast(&a.ty, &b.ty),
            _ => false,
        },
        _ => false,
    }
}

/// What a text beside a number is read as in arithmetic.
pub(super) fn text_as_number(number: &SqlType) -> SqlType {
    if is_decimal(number) { SqlType::BigDecimal } else { number.clone() }
}
