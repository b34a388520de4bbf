//! All recorded answers, and what no server sends yet: arrays hold what rows do.

use std::sync::Arc;

use arrow_array::cast::AsArray as _;
use arrow_array::types as arrow;
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, Schema};
use bytes::BytesMut;
use querent_core::arrow::TYPE_KEY;
use querent_core::types::value::{Decimal, Timestamp, Uuid};
use querent_core::{Batch as _, Decode};
use querent_protocol::pinot::Limits;
use querent_protocol::pinot::response::{Event, ResponseDecoder};

use super::*;
use crate::types::FromCell;
use crate::zone::Zone;

/// An answer that arrives in pieces of this size.
fn answer(body: &str, size: usize, zone: &Zone) -> (Arc<[Column]>, Vec<PinotBatch>) {
    let (mut decoder, mut buffer) = (ResponseDecoder::new(Limits::default()), BytesMut::new());
    let (mut columns, mut batches) = (Arc::from([]), Vec::new());
    for piece in body.as_bytes().chunks(size) {
        buffer.extend_from_slice(piece);
        while let Some(event) = decoder.decode(&mut buffer).expect("an answer") {
            match event {
                Event::Columns(found) => columns = found,
                Event::Rows(rows) => {
                    batches.push(PinotBatch { columns: columns.clone(), rows, zone: Arc::new(zone.clone()) });
                }
                Event::End(_) => {}
            }
        }
    }
    (columns, batches)
}

fn table(types: &[&str], rows: &str) -> (Arc<[Column]>, Vec<PinotBatch>) {
    let types: Vec<String> = types.iter().map(|ty| format!("\"{ty}\"")).collect();
    let types = types.join(",");
    let body = format!(
        r#"{{"resultTable":{{"dataSchema":{{"columnNames":[{types}],"columnDataTypes":[{types}]}},"rows":{rows}}}}}"#
    );
    answer(&body, body.len(), &Zone::Utc)
}

/// A value of an array, as the Rust type that rows have.
trait FromArrow: Sized {
    fn of(array: &dyn Array, row: usize) -> Self;
}

macro_rules! from_arrow {
    ($($rust:ty: |$array:ident, $row:ident| $value:expr;)+) => { $(
        impl FromArrow for $rust {
            fn of($array: &dyn Array, $row: usize) -> $rust {
                $value
            }
        }
    )+ };
}

from_arrow! {
    bool: |array, row| array.as_boolean().value(row);
    i32: |array, row| array.as_primitive::<arrow::Int32Type>().value(row);
    i64: |array, row| array.as_primitive::<arrow::Int64Type>().value(row);
    f32: |array, row| array.as_primitive::<arrow::Float32Type>().value(row);
    f64: |array, row| array.as_primitive::<arrow::Float64Type>().value(row);
    String: |array, row| array.as_string::<i32>().value(row).to_owned();
    Decimal: |array, row| array.as_string::<i32>().value(row).parse().expect("a decimal");
    Vec<u8>: |array, row| array.as_binary::<i32>().value(row).to_vec();
    Timestamp: |array, row| Timestamp::from_millis(array.as_primitive::<arrow::TimestampMillisecondType>().value(row));
    Uuid: |array, row| Uuid::from_bytes(array.as_fixed_size_binary().value(row).try_into().expect("16 bytes"));
}

impl<T: FromArrow> FromArrow for Vec<Option<T>> {
    fn of(array: &dyn Array, row: usize) -> Self {
        let list = array.as_list::<i32>().value(row);
        (0..list.len()).map(|at| list.is_valid(at).then(|| T::of(&list, at))).collect()
    }
}

/// A column as rows have it, and as the array has it. By `Debug`: NaN is no NaN's equal.
type Sides = (Vec<String>, Vec<String>);

fn sides<T>(batches: &[PinotBatch], index: usize, array: &dyn Array) -> Sides
where
    T: for<'b> Decode<'b, Pinot> + FromArrow + std::fmt::Debug,
{
    let mut rows = Vec::new();
    for batch in batches {
        let column = <Option<T> as Decode<'_, Pinot>>::column(batch, index).expect("a column");
        let read = |row| <Option<T> as Decode<'_, Pinot>>::get(&column, row).expect("a value");
        rows.extend((0..batch.len()).map(|row| format!("{:?}", read(row))));
    }
    let value = |row| format!("{:?}", array.is_valid(row).then(|| T::of(array, row)));
    (rows, (0..array.len()).map(value).collect())
}

fn sides_of(ty: PinotType, batches: &[PinotBatch], index: usize, array: &dyn Array) -> Sides {
    match ty {
        PinotType::Int => sides::<i32>(batches, index, array),
        PinotType::Long => sides::<i64>(batches, index, array),
        PinotType::Float => sides::<f32>(batches, index, array),
        PinotType::Double => sides::<f64>(batches, index, array),
        PinotType::BigDecimal => sides::<Decimal>(batches, index, array),
        PinotType::Boolean => sides::<bool>(batches, index, array),
        PinotType::Timestamp => sides::<Timestamp>(batches, index, array),
        PinotType::String | PinotType::Json | PinotType::Map | PinotType::Object => {
            sides::<String>(batches, index, array)
        }
        PinotType::Bytes => sides::<Vec<u8>>(batches, index, array),
        PinotType::Uuid => sides::<Uuid>(batches, index, array),
        PinotType::Unknown => {
            let rows: usize = batches.iter().map(|batch| batch.len()).sum();
            (vec!["None".to_owned(); rows], vec!["None".to_owned(); array.logical_null_count()])
        }
        PinotType::IntArray => sides::<Vec<Option<i32>>>(batches, index, array),
        PinotType::LongArray => sides::<Vec<Option<i64>>>(batches, index, array),
        PinotType::FloatArray => sides::<Vec<Option<f32>>>(batches, index, array),
        PinotType::DoubleArray => sides::<Vec<Option<f64>>>(batches, index, array),
        PinotType::BigDecimalArray => sides::<Vec<Option<Decimal>>>(batches, index, array),
        PinotType::BooleanArray => sides::<Vec<Option<bool>>>(batches, index, array),
        PinotType::TimestampArray => sides::<Vec<Option<Timestamp>>>(batches, index, array),
        PinotType::StringArray => sides::<Vec<Option<String>>>(batches, index, array),
        PinotType::BytesArray => sides::<Vec<Option<Vec<u8>>>>(batches, index, array),
        PinotType::UuidArray => sides::<Vec<Option<Uuid>>>(batches, index, array),
        _ => panic!("a type that this test does not know: {ty:?}"),
    }
}

/// Compares all columns, and says how many values there were.
#[track_caller]
fn compare(what: &str, columns: &[Column], batches: &[PinotBatch]) -> usize {
    let schema = schema(columns);
    let batch = Pinot::record_batch(batches, &schema).unwrap_or_else(|error| panic!("{what}: {error:?}"));
    assert_eq!(batch.schema(), schema);
    for (index, column) in columns.iter().enumerate() {
        let array = batch.column(index);
        let (rows, arrow) = sides_of(column.ty.expect("a known type"), batches, index, array);
        assert_eq!(rows, arrow, "{what}: {}", column.name);
        assert_eq!(rows.len(), batch.num_rows(), "{what}");
    }
    let nulls = |index: usize| batch.column(index).logical_null_count();
    for index in (0..columns.len()).filter(|index| nulls(*index) > 0) {
        let error = not_null(batches, &schema, index).expect_err(what);
        assert_eq!((usize::from(error.column), error.what), (index, ValueProblem::Null), "{what}");
        let array = batch.column(index).logical_nulls().expect("NULLs");
        assert_eq!(array.iter().position(|is_there| !is_there), Some(error.row as usize), "{what}");
    }
    batch.num_rows() * columns.len()
}

/// The same where a column was checked as one without NULL.
fn not_null(batches: &[PinotBatch], schema: &Schema, index: usize) -> Result<RecordBatch, ValueError> {
    let mut fields: Vec<Field> = schema.fields().iter().map(|field| field.as_ref().clone()).collect();
    fields[index].set_nullable(false);
    Pinot::record_batch(batches, &Arc::new(Schema::new(fields)))
}

#[test]
fn every_recorded_answer_is_the_same_in_rows_and_arrays() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../protocol/tests/wire/pinot/answers.jsonl");
    let text = std::fs::read_to_string(path).expect("the recorded answers");
    let (mut answers, mut values, mut types) = (0, 0, std::collections::BTreeSet::new());
    for line in text.lines() {
        let line: serde_json::Value = serde_json::from_str(line).expect("a recorded answer");
        let (sql, body) = (line["sql"].as_str().expect("a text"), line["body"].as_str().expect("a body"));
        for size in [body.len(), 117] {
            for zone in ["UTC", "Asia/Tokyo"] {
                let zone = Zone::of_java(zone);
                // The year of Long.MAX_VALUE is beyond what any zone but UTC converts, in rows too.
                if !matches!(zone, Zone::Utc) && body.contains("\"292278994-") {
                    continue;
                }
                let (columns, batches) = answer(body, size, &zone);
                values += compare(sql, &columns, &batches);
                types.extend(columns.iter().filter_map(|column| column.ty).map(PinotType::name));
            }
        }
        answers += 1;
    }
    assert_eq!(answers, 190);
    assert!(values > 4 * 2_000, "{values} values");
    let unseen: Vec<&str> =
        PinotType::all().map(PinotType::name).filter(|name| !types.contains(name)).collect();
    assert_eq!(unseen, ["OBJECT", "UUID", "BIG_DECIMAL_ARRAY", "UUID_ARRAY"]);
}

/// Names as in 1.6, whose new types were never seen from a server here.
#[test]
fn what_no_recorded_answer_has_is_the_same_too() {
    let types = [
        "OBJECT",
        "UUID",
        "BIG_DECIMAL_ARRAY",
        "BYTES_ARRAY",
        "UUID_ARRAY",
        "FLOAT",
        "BIG_DECIMAL",
        "TIMESTAMP_ARRAY",
    ];
    let uuid = "\"f81d4fae-7dec-11d0-a765-00a0c91e6bf6\"";
    let rows = format!(
        r#"[[[1],{uuid},["1.50",null,"1E+3"],["00","ff"],[{uuid},null],"NaN","1E+2000000000",[]],
            [null,null,null,null,null,null,null,null],
            ["text",{uuid},[],[""],[],"-Infinity","-0.00",["2024-02-29 12:34:56.789",null]]]"#
    );
    let (columns, batches) = table(&types, &rows);
    assert_eq!(compare("1.6", &columns, &batches), 24);
    let schema = schema(&columns);
    assert_eq!(schema.field(1).metadata()[TYPE_KEY], "Uuid");
    let DataType::List(item) = schema.field(2).data_type() else { panic!("no list") };
    assert_eq!((item.data_type(), &item.metadata()[TYPE_KEY][..]), (&DataType::Utf8, "BigDecimal"));
}

#[test]
fn columns_are_what_was_checked() {
    let (_, batches) = table(&["INT", "STRING", "INT"], r#"[[7,"{}",8]]"#);
    let field = |name: &str, ty: SqlType| to_field(name, &ty, false);
    // A LONG may come as an INT, JSON as text; what is behind the checked columns is let pass.
    let wide = Schema::new(vec![field("n", SqlType::Int64), field("j", SqlType::Json)]);
    let batch = Pinot::record_batch(&batches, &Arc::new(wide.clone())).expect("it fits");
    assert_eq!(
        (batch.schema().as_ref(), batch.column(0).as_primitive::<arrow::Int64Type>().value(0)),
        (&wide, 7)
    );
    for other in [SqlType::TEXT, SqlType::Float64, SqlType::Date32, SqlType::list(SqlType::Int32)] {
        let schema = Arc::new(Schema::new(vec![field("n", other)]));
        let error = Pinot::record_batch(&batches, &schema).expect_err("another type");
        assert_eq!(error, ValueError::column(0, ValueProblem::OtherType));
    }
    let long = Schema::new((0..4).map(|_| field("n", SqlType::Null)).collect::<Vec<_>>());
    assert!(Pinot::record_batch(&batches, &Arc::new(long)).is_err());
    // Without columns there are rows all the same.
    let none = Pinot::record_batch(&batches, &Arc::new(Schema::empty())).expect("no column");
    assert_eq!((none.num_rows(), none.num_columns()), (1, 0));
}

/// Whether a Rust type is read from one of Pinot's.
type Accepts = fn(PinotType) -> bool;

/// What a checked column is read from is what its Rust type is read from.
#[test]
fn arrays_and_rows_accept_the_same_types() {
    fn accepts<T: for<'b> FromCell<'b>>(ty: PinotType) -> bool {
        T::accepts(ty)
    }
    let scalars: [(SqlType, Accepts); 10] = [
        (SqlType::Boolean, accepts::<bool>),
        (SqlType::Int32, accepts::<i32>),
        (SqlType::Int64, accepts::<i64>),
        (SqlType::Float32, accepts::<f32>),
        (SqlType::Float64, accepts::<f64>),
        (SqlType::BigDecimal, accepts::<Decimal>),
        (SqlType::TEXT, accepts::<String>),
        (SqlType::Json, accepts::<String>),
        (SqlType::BINARY, accepts::<Vec<u8>>),
        (SqlType::Uuid, accepts::<Uuid>),
    ];
    let instant = PinotType::Timestamp.sql_type();
    let all = scalars.into_iter().chain([(instant, accepts::<Timestamp> as Accepts)]);
    for (ty, rows) in all {
        let single = Growing::of(&to_field("c", &ty, true)).expect("an array");
        let multiple = Growing::of(&to_field("c", &SqlType::list(ty.clone()), true)).expect("an array");
        for pinot in PinotType::all().filter(|pinot| *pinot != PinotType::Unknown) {
            assert_eq!(single.accepts(Some(pinot)), rows(pinot), "{ty} of {pinot:?}");
            let element = pinot.element().is_some_and(rows);
            assert_eq!(multiple.accepts(Some(pinot)), element, "list of {ty} of {pinot:?}");
        }
        assert!(single.accepts(Some(PinotType::Unknown)) && !single.accepts(None));
    }
}

#[test]
fn a_type_that_is_not_known_is_spoiled_by_its_first_value() {
    let (columns, batches) = table(&["INT", "LATER_TYPE"], "[[1,null],[2,null]]");
    let batch = Pinot::record_batch(&batches, &schema(&columns)).expect("nothing but NULL");
    assert_eq!(batch.column(1).data_type(), &DataType::Null);
    let (columns, batches) = table(&["INT", "LATER_TYPE"], "[[1,null],[2,3]]");
    let error = Pinot::record_batch(&batches, &schema(&columns)).expect_err("a value");
    assert_eq!(error, ValueError::row(1, 1, ValueProblem::Malformed("of a type that this driver knows")));
}

#[test]
fn instants_are_the_brokers_wall_clock_in_its_zone() {
    let body = |cell: &str| {
        format!(
            r#"{{"resultTable":{{"dataSchema":{{"columnNames":["t"],"columnDataTypes":["TIMESTAMP"]}},"rows":[[{cell}]]}}}}"#
        )
    };
    let of = |zone: &str, cell: &str| {
        let body = body(cell);
        let (columns, batches) = answer(&body, body.len(), &Zone::of_java(zone));
        let batch =
            Pinot::record_batch(&batches, &schema(&columns)).map_err(|error| error.what.to_string())?;
        let array = batch.column(0).as_primitive::<arrow::TimestampMillisecondType>();
        assert_eq!(array.timezone(), Some("UTC"));
        Ok::<_, String>(array.value(0))
    };
    assert_eq!(of("America/Los_Angeles", "\"1970-01-01 00:00:00.5\""), Ok(8 * 3_600_000 + 500));
    let unknown = of("PST", "\"1970-01-01 00:00:00.0\"").expect_err("no zone");
    assert!(unknown.contains("set `zone` of the source"), "{unknown}");
    let fine = of("UTC", "\"1970-01-01 00:00:00.0001\"").expect_err("finer than a millisecond");
    assert!(fine.contains("Timestamp(ms)"), "{fine}");
}
