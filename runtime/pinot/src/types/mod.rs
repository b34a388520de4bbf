//! Rust types read from the cells of an answer.
//!
//! [`FromCell`] is the driver's own view of a value: which of Pinot's types it is read from, and how. [`Decode`] is
//! derived from it. There is no `&str`: a text with escapes has to be made, so what borrows where it can is a `Cow`. Dates,
//! times and intervals have no type in Pinot.

mod list;

use std::borrow::Cow;
use std::marker::PhantomData;
use std::sync::Arc;

use querent_core::types::value::{Decimal, Timestamp, Uuid};
use querent_core::{Decode, ValueError, ValueProblem};
use querent_protocol::pinot::value::{Cell, CellError};
use querent_protocol::pinot::{PinotType, RowBatch};

pub use list::{Element, Item};

use crate::Pinot;
use crate::row::PinotBatch;

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
        Ok(Cells { rows: &batch.rows, column, rust: PhantomData })
    }

    #[inline]
    fn cell(&self, row: usize) -> Option<Cell<'b>> {
        self.rows.cell(row, usize::from(self.column)).filter(|cell| !cell.is_null())
    }

    #[inline]
    fn read(&self, row: usize) -> Result<T, ValueError> {
        let read = self.cell(row).ok_or(ValueProblem::Null).and_then(T::read);
        read.map_err(|problem| ValueError::row(self.column, row, problem))
    }
}

fn malformed(error: CellError) -> ValueProblem {
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
                let read: fn(Cell<'b>) -> Result<$rust, CellError> = $read;
                read(cell).map_err(malformed)
            }
        }

        impl<'b> Decode<'b, Pinot> for $rust {
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
    Timestamp, "Timestamp", [Timestamp], |cell| cell.timestamp();
    Uuid, "Uuid", [Uuid], |cell| cell.uuid();
}

impl<'b, T: Item> Decode<'b, Pinot> for Vec<T>
where
    Vec<T>: FromCell<'b>,
{
    type Column = Cells<'b, Vec<T>>;

    fn column(batch: &'b PinotBatch, index: usize) -> Result<Self::Column, ValueError> {
        Cells::of(batch, index)
    }

    fn is_null(column: &Self::Column, row: usize) -> bool {
        column.cell(row).is_none()
    }

    fn get(column: &Self::Column, row: usize) -> Result<Self, ValueError> {
        column.read(row)
    }
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;
    use querent_protocol::pinot::Limits;
    use querent_protocol::pinot::response::{Event, ResponseDecoder};

    use super::*;

    fn batch(types: &[&str], rows: &str) -> PinotBatch {
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
                Event::Rows(rows) => return PinotBatch { columns, rows },
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
}
