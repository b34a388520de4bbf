//! Arrays from the bytes of the wire: which types are read from which, and what is refused. Whole answers of a real server are
//! in `tests/live`.

use arrow_array::Array as _;
use arrow_array::cast::AsArray as _;
use arrow_array::types as arrow;
use querent_core::arrow::to_field;
use querent_core::types::TimeUnit;
use tokio_postgres::types::Type;

use super::*;

fn growing(ty: &SqlType, wire: &Type) -> Option<Growing> {
    Growing::of(&to_field("x", ty, true), wire)
}

fn at(zone: Option<&str>) -> SqlType {
    SqlType::Timestamp(TimeUnit::Microsecond, zone.map(str::to_owned))
}

#[test]
fn a_type_is_read_from_what_rows_are_read_from() {
    for (ty, from, not) in [
        (
            SqlType::Int64,
            vec![Type::INT2, Type::INT4, Type::INT8, Type::UNKNOWN],
            vec![Type::NUMERIC, Type::TEXT],
        ),
        (SqlType::Int32, vec![Type::INT2, Type::INT4], vec![Type::INT8]),
        (SqlType::Int16, vec![Type::INT2], vec![Type::INT4]),
        (SqlType::Float64, vec![Type::FLOAT4, Type::FLOAT8], vec![Type::NUMERIC]),
        (SqlType::BigDecimal, vec![Type::NUMERIC, Type::INT8], vec![Type::FLOAT8]),
        (SqlType::TEXT, vec![Type::TEXT, Type::VARCHAR, Type::JSON, Type::JSONB], vec![Type::INT8]),
        (SqlType::Json, vec![Type::JSON, Type::TEXT], vec![Type::BYTEA]),
        (SqlType::Boolean, vec![Type::BOOL], vec![Type::INT8]),
        (SqlType::Uuid, vec![Type::UUID, Type::UNKNOWN], vec![Type::TEXT]),
        (at(Some("UTC")), vec![Type::TIMESTAMPTZ, Type::TIMESTAMP], vec![Type::DATE]),
        (
            SqlType::list(SqlType::Int64),
            vec![Type::INT8_ARRAY, Type::INT4_ARRAY, Type::UNKNOWN],
            vec![Type::INT8, Type::TEXT_ARRAY],
        ),
        // A column of a type that is not known is there until a value comes.
        (SqlType::Null, vec![Type::INET, Type::UNKNOWN], vec![]),
        (SqlType::Timestamp(TimeUnit::Nanosecond, None), vec![], vec![Type::TIMESTAMP]),
        (SqlType::TEXT_VIEW, vec![], vec![Type::TEXT]),
    ] {
        from.iter().for_each(|wire| assert!(growing(&ty, wire).is_some(), "{ty} from {wire}"));
        not.iter().for_each(|wire| assert!(growing(&ty, wire).is_none(), "{ty} from {wire}"));
    }
}

#[test]
fn a_null_without_a_type_fills_any_column_and_has_no_value() {
    let mut array = growing(&SqlType::Uuid, &Type::UNKNOWN).expect("an array");
    array.push_null();
    assert_eq!(array.push(&[0; 16]), Err(ValueProblem::WrongType("Uuid")));
    let array = array.finish().expect("it is short");
    assert_eq!((array.len(), array.null_count()), (1, 1));
}

#[test]
fn instants_count_from_1970_in_their_own_zone() {
    for zone in [None, Some("UTC")] {
        let mut array = growing(&at(zone), &Type::TIMESTAMPTZ).expect("an array");
        array.push(&1_i64.to_be_bytes()).expect("a value");
        assert!(array.push(&i64::MAX.to_be_bytes()).is_err());
        let array = array.finish().expect("it is short");
        assert_eq!(array.data_type(), to_field("x", &at(zone), true).data_type());
        assert_eq!(array.as_primitive::<arrow::TimestampMicrosecondType>().value(0), 946_684_800_000_001);
    }
}

#[test]
fn lists_keep_their_nulls_and_where_they_end() {
    let two: &[u8] =
        &[0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 25, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, b'a', 255, 255, 255, 255];
    let mut array = growing(&SqlType::list(SqlType::TEXT), &Type::TEXT_ARRAY).expect("an array");
    array.push(two).expect("a list");
    array.push_null();
    array.push(&[0; 12]).expect("an empty list");
    for len in 0..two.len() {
        let mut broken = growing(&SqlType::list(SqlType::TEXT), &Type::TEXT_ARRAY).expect("an array");
        assert!(broken.push(&two[..len]).is_err(), "{len}");
    }
    let array = array.finish().expect("it is short");
    let lists = array.as_list::<i32>();
    assert_eq!((lists.len(), lists.null_count(), lists.value_length(0), lists.value_length(2)), (3, 1, 2, 0));
    let first = lists.value(0);
    assert_eq!((first.as_string::<i32>().value(0), first.is_null(1)), ("a", true));
}
