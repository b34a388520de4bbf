//! All recorded answers: `answers.jsonl`, both engines, with and without null handling, every shape of error.

use querent_protocol::pinot::Limits;
use querent_protocol::pinot::code::ErrorClass;
use querent_protocol::pinot::value::Cell;
use querent_protocol::pinot::{Column, PinotType};
use serde_json::Value;

use crate::responses::agrees;
use crate::{Answer, decode};

/// A recorded answer.
struct Recorded {
    engine: String,
    sql: String,
    status: u64,
    code: i32,
    body: String,
}

fn recorded() -> Vec<Recorded> {
    let text = include_str!("../wire/pinot/answers.jsonl");
    let record = |line: &str| {
        let line: Value = serde_json::from_str(line).expect("a recorded answer");
        let text = |key: &str| line[key].as_str().expect(key).to_owned();
        Recorded {
            engine: text("engine"),
            sql: text("sql"),
            status: line["status"].as_u64().expect("a status"),
            code: text("errorCode").parse().expect("a code"),
            body: text("body"),
        }
    };
    text.lines().map(record).collect()
}

#[test]
fn all_recorded_answers_decode() {
    let all = recorded();
    assert_eq!(all.len(), 190);
    for Recorded { engine, sql, status, code, body } in &all {
        for size in [body.len(), 1, 117] {
            let answer = decode(body.as_bytes().chunks(size), Limits::default())
                .unwrap_or_else(|error| panic!("{engine}: {sql}: {error}"));
            agrees(&answer, body.as_bytes());
            let summary = answer.summary();
            assert!(summary.statistics.other.is_empty(), "{sql}: {:?}", summary.statistics.other);
            assert!(answer.columns.iter().all(|column| column.ty.is_some()), "{sql}");
            let first = summary.exceptions.first().map_or(-1, |exception| exception.code.0);
            assert_eq!(first, *code, "{sql}");
            assert_eq!(summary.incompleteness().is_empty(), *code == -1, "{engine}: {sql}");
            for exception in &summary.exceptions {
                let (class, name) = (exception.code.class(), exception.code.name());
                assert!(name.is_some() && !exception.message.is_empty(), "{sql}: {exception:?}");
                let expected = match status {
                    404 => ErrorClass::NoSuchTable,
                    500 => ErrorClass::Execution,
                    _ if *code == 150 => ErrorClass::Syntax,
                    _ => ErrorClass::Invalid,
                };
                assert_eq!(class, expected, "{sql}");
            }
        }
    }
}

/// Every cell is read as the type that the schema says, and is what the text says.
#[test]
fn every_recorded_cell_is_of_its_type() {
    let (mut cells, mut types) = (0, std::collections::BTreeSet::new());
    for Recorded { sql, body, .. } in recorded() {
        let answer = decode([body.as_bytes()], Limits::default()).expect("it decodes");
        for_each_cell(&answer, |column, cell| {
            let ty = column.ty.expect("a known type");
            check(&sql, ty, cell);
            types.insert(ty.name());
            cells += 1;
        });
    }
    assert!(cells > 2_000, "{cells} cells");
    // BYTES_ARRAY cannot be selected in 1.5.1, OBJECT is rare, and the others are of 1.6.
    let unseen: Vec<&str> =
        PinotType::all().map(PinotType::name).filter(|name| !types.contains(name)).collect();
    assert_eq!(unseen, ["OBJECT", "UUID", "BIG_DECIMAL_ARRAY", "BYTES_ARRAY", "UUID_ARRAY"]);
}

fn for_each_cell(answer: &Answer, mut visit: impl FnMut(&Column, Cell<'_>)) {
    for batch in &answer.batches {
        for (row, column) in (0..batch.len()).flat_map(|row| (0..batch.column_count()).map(move |c| (row, c)))
        {
            visit(&answer.columns[column], batch.cell(row, column).expect("a cell"));
        }
    }
}

#[track_caller]
fn check(sql: &str, ty: PinotType, cell: Cell<'_>) {
    if cell.is_null() {
        return;
    }
    if let Some(element) = ty.element() {
        return cell.elements().expect("an array").for_each(|cell| check(sql, element, cell));
    }
    let json: Value = serde_json::from_slice(cell.raw()).expect("JSON");
    let fits = match ty {
        PinotType::Int => cell.i32().is_ok_and(|value| json == value),
        PinotType::Long => cell.i64().is_ok_and(|value| json == value),
        PinotType::Float => cell.f32().is_ok_and(|value| match json.as_f64() {
            Some(wide) => {
                value.to_string().parse() == Ok(wide) || f64::from(value) == wide || value == wide as f32
            }
            None => !value.is_finite(),
        }),
        PinotType::Double => {
            cell.f64().is_ok_and(|value| json.as_f64().map_or(!value.is_finite(), |j| j == value))
        }
        PinotType::BigDecimal => cell.decimal().is_ok_and(|value| json == value.to_string()),
        PinotType::Boolean => cell.bool().is_ok_and(|value| json == value),
        PinotType::Timestamp => cell.timestamp().is_ok(),
        PinotType::String | PinotType::Json => cell.text().is_ok_and(|value| json == *value),
        PinotType::Bytes => cell.bytes().is_ok_and(|value| json.as_str().unwrap().len() == 2 * value.len()),
        PinotType::Map => {
            cell.members().is_ok_and(|members| members.count() == json.as_object().unwrap().len())
        }
        PinotType::Unknown => false,
        _ => cell.json().is_ok(),
    };
    assert!(fits, "{sql}: {} {json}", ty.name());
}
