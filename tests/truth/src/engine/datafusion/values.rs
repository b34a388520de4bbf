//! Values for the parameters of a statement, by their types. What the statement compares them with is not looked at.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::ScalarValue;
use querent_types::SqlType;

use super::rows::{self, Words};

/// Which values are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Values {
    /// Some of each type.
    Usual,
    /// NULLs of each type.
    Nulls,
}

/// One value a type.
pub(super) fn of(types: &[SqlType], values: Values) -> Vec<ScalarValue> {
    types.iter().enumerate().map(|(place, ty)| one(place, ty, values)).collect()
}

fn one(place: usize, ty: &SqlType, values: Values) -> ScalarValue {
    let field = querent_core::arrow::to_field("", ty, values == Values::Nulls);
    let null = || ScalarValue::try_from(field.data_type()).unwrap_or(ScalarValue::Null);
    if values == Values::Nulls || *field.data_type() == DataType::Null {
        return null();
    }
    let made = rows::made_up("", &field, &Words::default(), place + 1);
    made.and_then(|made| ScalarValue::try_from_array(&made, place).ok()).unwrap_or_else(null)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_of_each_type_is_no_null() {
        let types: Vec<SqlType> =
            ["Int64", "Utf8", "Boolean", "Date32", "Decimal128(10, 2)", "Binary", "Time64(ns)"]
                .iter()
                .map(|name| name.parse().expect("a type"))
                .collect();
        for (value, ty) in of(&types, Values::Usual).iter().zip(&types) {
            assert!(!value.is_null(), "{ty}");
            assert_eq!(super::super::describe::plain_type(&value.data_type()), *ty);
        }
        assert!(of(&types, Values::Nulls).iter().all(ScalarValue::is_null));
    }
}
