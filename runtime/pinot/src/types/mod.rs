//! Rust types read from the cells of an answer.
//!
//! [`FromCell`] is the driver's own view of a value: which of Pinot's types it is read from, and how. [`Decode`] is
//! derived from it. There is no `&str`: a text with escapes has to be made, so what borrows where it can is a `Cow`. Dates,
//! times and intervals have no type in Pinot. A `MAP` is its JSON text, or a map whose keys are texts.
//!
//! A `TIMESTAMP` comes as the wall clock of the broker's zone and becomes the instant that it stands for.

mod list;
mod map;

use std::borrow::Cow;
use std::marker::PhantomData;
use std::sync::Arc;

use querent_core::types::value::{Decimal, Timestamp, Uuid};
use querent_core::{Decode, ValueError, ValueProblem};
use querent_protocol::pinot::value::{Cell as WireCell, CellError};
use querent_protocol::pinot::{PinotType, RowBatch};

pub use list::{Element, Item};

use crate::Pinot;
use crate::row::PinotBatch;
use crate::zone::Zone;

/// A cell that is not decoded yet, or an element of one.
#[derive(Debug, Clone, Copy)]
pub struct Cell<'b> {
    pub(crate) wire: WireCell<'b>,
    zone: &'b Zone,
}

impl<'b> Cell<'b> {
    pub(crate) fn new(wire: WireCell<'b>, zone: &'b Zone) -> Cell<'b> {
        Cell { wire, zone }
    }

    /// What stands within this one.
    pub(crate) fn within(&self, wire: WireCell<'b>) -> Cell<'b> {
        Cell { wire, zone: self.zone }
    }

    pub(crate) fn instant(&self) -> Result<Timestamp, ValueProblem> {
        let wall = self.wire.timestamp().map_err(malformed)?;
        self.zone.instant(wall).map_err(ValueProblem::Malformed)
    }
}

/// A Rust type that is read from a cell.
pub trait FromCell<'b>: Sized {
    /// Its name, for errors.
    const NAME: &'static str;
    /// Whether it is read from this type, losing nothing.
    fn accepts(ty: PinotType) -> bool;
    /// Reads a cell that is not NULL, of a type that is accepted.
    fn read(cell: Cell<'b>) -> Result<Self, ValueProblem>;
}

/// The cells of one column of a batch.
pub struct Cells<'b, T> {
    rows: &'b RowBatch,
    zone: &'b Zone,
    column: u16,
    rust: PhantomData<fn() -> T>,
}

impl<'b, T: FromCell<'b>> Cells<'b, T> {
    fn of(batch: &'b PinotBatch, index: usize) -> Result<Self, ValueError> {
        let missing = || ValueError::column(index, ValueProblem::MissingColumn);
        let ty = batch.columns.get(index).ok_or_else(missing)?.ty;
        // A bare NULL has no type, and no cell to read.
        if !ty.is_some_and(|ty| ty == PinotType::Unknown || T::accepts(ty)) {
            return Err(ValueError::column(index, ValueProblem::WrongType(T::NAME)));
        }
        let column = u16::try_from(index).map_err(|_| missing())?;
        Ok(Cells { rows: &batch.rows, zone: &batch.zone, column, rust: PhantomData })
    }

    #[inline]
    fn cell(&self, row: usize) -> Option<Cell<'b>> {
        let wire = self.rows.cell(row, usize::from(self.column)).filter(|cell| !cell.is_null())?;
        Some(Cell::new(wire, self.zone))
    }

    #[inline]
    fn read(&self, row: usize) -> Result<T, ValueError> {
        let read = self.cell(row).ok_or(ValueProblem::Null).and_then(T::read);
        read.map_err(|problem| ValueError::row(self.column, row, problem))
    }
}

pub(crate) fn malformed(error: CellError) -> ValueProblem {
    ValueProblem::Malformed(error.expected())
}

macro_rules! from_cell {
    ($($rust:ty, $name:literal, [$($ty:ident),+], $read:expr;)+) => { $(
        impl<'b> FromCell<'b> for $rust {
            const NAME: &'static str = $name;

            fn accepts(ty: PinotType) -> bool {
                matches!(ty, $(PinotType::$ty)|+)
            }

            #[inline]
            fn read(cell: Cell<'b>) -> Result<$rust, ValueProblem> {
                let read: fn(WireCell<'b>) -> Result<$rust, CellError> = $read;
                read(cell.wire).map_err(malformed)
            }
        }
    )+ };
}

macro_rules! decode {
    ($([$($bound:tt)*] $rust:ty;)+) => { $(
        impl<'b, $($bound)*> Decode<'b, Pinot> for $rust {
            type Column = Cells<'b, $rust>;

            fn column(batch: &'b PinotBatch, index: usize) -> Result<Self::Column, ValueError> {
                Cells::of(batch, index)
            }

            #[inline]
            fn is_null(column: &Self::Column, row: usize) -> bool {
                column.cell(row).is_none()
            }

            #[inline]
            fn get(column: &Self::Column, row: usize) -> Result<Self, ValueError> {
                column.read(row)
            }
        }
    )+ };
}

from_cell! {
    bool, "bool", [Boolean], |cell| cell.bool();
    i32, "i32", [Int], |cell| cell.i32();
    i64, "i64", [Int, Long], |cell| cell.i64();
    f32, "f32", [Float], |cell| cell.f32();
    f64, "f64", [Float, Double], |cell| cell.f64();
    Decimal, "Decimal", [BigDecimal, Int, Long], |cell| cell.decimal();
    Cow<'b, str>, "Cow<str>", [String, Json, Map, Object], |cell| cell.json();
    String, "String", [String, Json, Map, Object], |cell| cell.json().map(Cow::into_owned);
    Box<str>, "Box<str>", [String, Json, Map, Object], |cell| cell.json().map(|text| text.into());
    Arc<str>, "Arc<str>", [String, Json, Map, Object], |cell| cell.json().map(|text| text.into());
    Vec<u8>, "Vec<u8>", [Bytes], |cell| cell.bytes();
    Uuid, "Uuid", [Uuid], |cell| cell.uuid();
}

impl<'b> FromCell<'b> for Timestamp {
    const NAME: &'static str = "Timestamp";

    fn accepts(ty: PinotType) -> bool {
        ty == PinotType::Timestamp
    }

    fn read(cell: Cell<'b>) -> Result<Timestamp, ValueProblem> {
        cell.instant()
    }
}

decode! {
    [] bool; [] i32; [] i64; [] f32; [] f64;
    [] Decimal; [] Cow<'b, str>; [] String; [] Box<str>; [] Arc<str>; [] Vec<u8>; [] Timestamp; [] Uuid;
    [T: Element<'b> + Item] Vec<T>;
    [V: Element<'b>] std::collections::HashMap<String, V>;
    [V: Element<'b>] std::collections::BTreeMap<String, V>;
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;
    use querent_protocol::pinot::Limits;
    use querent_protocol::pinot::response::{Event, ResponseDecoder};

    use super::*;

    fn batch(types: &[&str], rows: &str) -> PinotBatch {
        batch_of(&Zone::Utc, types, rows)
    }

    fn batch_of(zone: &Zone, types: &[&str], rows: &str) -> PinotBatch {
        let quoted: Vec<String> = types.iter().map(|ty| format!("\"{ty}\"")).collect();
        let (types, mut decoder) = (quoted.join(","), ResponseDecoder::new(Limits::default()));
        let text = format!(
            r#"{{"resultTable":{{"dataSchema":{{"columnNames":[{types}],"columnDataTypes":[{types}]}},"rows":{rows}}}}}"#
        );
        let mut buffer = BytesMut::from(text.as_bytes());
        let mut columns = Arc::from([]);
        loop {
            match decoder.decode(&mut buffer).unwrap().unwrap() {
                Event::Columns(found) => columns = found,
                Event::Rows(rows) => return PinotBatch { columns, rows, zone: Arc::new(zone.clone()) },
                Event::End(_) => panic!("no rows"),
            }
        }
    }

    fn get<'b, T: Decode<'b, Pinot>>(batch: &'b PinotBatch, column: usize) -> Result<T, ValueError> {
        T::get(&T::column(batch, column)?, 0)
    }

    #[test]
    fn cells_are_read_by_the_type_of_their_column() {
        let types =
            ["INT", "LONG", "FLOAT", "BIG_DECIMAL", "STRING", "TIMESTAMP", "BYTES", "INT_ARRAY", "MAP"];
        let rows =
            r#"[[7,-9223372036854775808,1.5,"12.50","a\"b","2024-02-29 12:34:56.789","00ff",[1,2],{"a":1}]]"#;
        let batch = batch(&types, rows);
        assert_eq!(
            (get::<i32>(&batch, 0), get::<i64>(&batch, 0), get::<i64>(&batch, 1)),
            (Ok(7), Ok(7), Ok(i64::MIN))
        );
        assert_eq!((get::<f32>(&batch, 2), get::<f64>(&batch, 2)), (Ok(1.5), Ok(1.5)));
        assert_eq!(get::<Decimal>(&batch, 3).unwrap().to_string(), "12.50");
        assert_eq!(get::<String>(&batch, 4).as_deref(), Ok("a\"b"));
        assert_eq!(get::<Timestamp>(&batch, 5).unwrap().to_string(), "2024-02-29T12:34:56.789");
        assert_eq!(get::<Vec<u8>>(&batch, 6), Ok(vec![0, 255]));
        assert_eq!(get::<Vec<Option<i32>>>(&batch, 7), Ok(vec![Some(1), Some(2)]));
        assert_eq!(get::<String>(&batch, 8).as_deref(), Ok("{\"a\":1}"));
    }

    #[test]
    fn other_types_and_nulls_are_errors() {
        let batch = batch(&["LONG", "STRING", "UNKNOWN", "NEW_TYPE"], r#"[[1,null,null,1]]"#);
        let wrong = |index, name| ValueError::column(index, ValueProblem::WrongType(name));
        assert_eq!(get::<i32>(&batch, 0), Err(wrong(0, "i32")));
        assert_eq!(get::<String>(&batch, 0), Err(wrong(0, "String")));
        assert_eq!(get::<String>(&batch, 1), Err(ValueError::row(1, 0, ValueProblem::Null)));
        assert_eq!(get::<Option<String>>(&batch, 1), Ok(None));
        assert_eq!(get::<Option<i32>>(&batch, 2), Ok(None));
        assert_eq!(get::<String>(&batch, 3), Err(wrong(3, "String")));
        assert_eq!(get::<i32>(&batch, 9), Err(ValueError::column(9, ValueProblem::MissingColumn)));
    }
    #[test]
    fn every_type_is_read_as_its_own_and_null_as_none() {
        // Names as in 1.6, whose new types were never seen from a server here.
        let types =
            ["BOOLEAN", "DOUBLE", "FLOAT", "JSON", "UUID", "OBJECT", "BYTES_ARRAY", "BIG_DECIMAL_ARRAY"];
        let rows = r#"[[true,"-Infinity","NaN","{\"a\":1}","f81d4fae-7dec-11d0-a765-00a0c91e6bf6",[1],["00","ff"],["1.50","1E+3"]],
                       [null,null,null,null,null,null,null,null]]"#;
        let batch = batch(&types, rows);
        assert_eq!((get::<bool>(&batch, 0), get::<f64>(&batch, 1)), (Ok(true), Ok(f64::NEG_INFINITY)));
        assert!(get::<f32>(&batch, 2).is_ok_and(f32::is_nan));
        assert_eq!(get::<String>(&batch, 3).as_deref(), Ok("{\"a\":1}"));
        assert_eq!(get::<Uuid>(&batch, 4).unwrap().to_string(), "f81d4fae-7dec-11d0-a765-00a0c91e6bf6");
        assert_eq!(get::<String>(&batch, 5).as_deref(), Ok("[1]"));
        assert_eq!(get::<Vec<Vec<u8>>>(&batch, 6), Ok(vec![vec![0], vec![255]]));
        let decimals: Vec<String> =
            get::<Vec<Decimal>>(&batch, 7).unwrap().iter().map(Decimal::to_string).collect();
        assert_eq!(decimals, ["1.50", "1000"]);
        fn second<'b, T: Decode<'b, Pinot>>(batch: &'b PinotBatch, column: usize) -> bool {
            let of = <Option<T> as Decode<'_, Pinot>>::column(batch, column).unwrap();
            <Option<T> as Decode<'_, Pinot>>::get(&of, 1).unwrap().is_none()
        }
        assert!(second::<bool>(&batch, 0) && second::<f64>(&batch, 1) && second::<f32>(&batch, 2));
        assert!(second::<String>(&batch, 3) && second::<Uuid>(&batch, 4) && second::<String>(&batch, 5));
        assert!(second::<Vec<Vec<u8>>>(&batch, 6) && second::<Vec<Decimal>>(&batch, 7));
    }

    #[test]
    fn timestamps_are_instants_of_the_brokers_zone() {
        let rows = r#"[["2024-02-29 12:34:56.789",["2024-07-01 00:00:00.0",null]]]"#;
        let of = |zone: Zone| batch_of(&zone, &["TIMESTAMP", "TIMESTAMP_ARRAY"], rows);
        let batch = of(Zone::of_java("America/Los_Angeles"));
        assert_eq!(get::<Timestamp>(&batch, 0).unwrap().to_string(), "2024-02-29T20:34:56.789");
        let list = get::<Vec<Option<Timestamp>>>(&batch, 1).unwrap();
        assert_eq!(list[0].unwrap().to_string(), "2024-07-01T07:00:00");
        assert_eq!(list[1], None);
        let error = get::<Timestamp>(&of(Zone::UNTOLD), 0).unwrap_err();
        assert!(error.what.to_string().contains("set `zone` of the source"), "{}", error.what);
    }

    #[test]
    fn maps_are_maps() {
        use std::collections::{BTreeMap, HashMap};
        let batch = batch(&["MAP", "MAP"], r#"[[{"k":1,"é \"":-1},{"a":null}]]"#);
        let map = get::<BTreeMap<String, i32>>(&batch, 0).unwrap();
        assert_eq!(map.into_iter().collect::<Vec<_>>(), [("k".to_owned(), 1), ("é \"".to_owned(), -1)]);
        assert_eq!(get::<HashMap<String, Option<i32>>>(&batch, 1).unwrap()["a"], None);
        assert_eq!(get::<HashMap<String, i32>>(&batch, 1), Err(ValueError::row(1, 0, ValueProblem::Null)));
    }
}
