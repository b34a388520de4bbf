//! Reading cells.

use querent::backend::{Decode, ValueError, ValueProblem};
use querent::types::Timestamp;

use crate::{Cell, Plain, Rows, Scripted};

/// A column of a batch.
#[derive(Clone, Copy)]
pub struct Column<'b> {
    rows: &'b Rows,
    index: usize,
}

impl<'b> Column<'b> {
    fn cell(&self, row: usize) -> Option<&'b Cell> {
        self.rows.cell(row, self.index)
    }

    fn error(&self, row: usize, what: ValueProblem) -> ValueError {
        ValueError::row(self.index as u16, row, what)
    }
}

fn column(batch: &Rows, index: usize) -> Result<Column<'_>, ValueError> {
    if index < querent::Batch::width(batch) {
        Ok(Column { rows: batch, index })
    } else {
        Err(ValueError::column(index, ValueProblem::MissingColumn))
    }
}

macro_rules! decode {
    ($($rust:ty: $pattern:pat => $value:expr;)+) => {
        $(decode!(@ Scripted, $rust: $pattern => $value); decode!(@ Plain, $rust: $pattern => $value);)+
    };
    (@ $backend:ty, $rust:ty: $pattern:pat => $value:expr) => {
        impl<'b> Decode<'b, $backend> for $rust {
            type Column = Column<'b>;

            fn column(batch: &'b Rows, index: usize) -> Result<Column<'b>, ValueError> {
                column(batch, index)
            }

            fn is_null(column: &Column<'b>, row: usize) -> bool {
                matches!(column.cell(row), Some(Cell::Null))
            }

            fn get(column: &Column<'b>, row: usize) -> Result<Self, ValueError> {
                match column.cell(row) {
                    Some($pattern) => $value.map_err(|what| column.error(row, what)),
                    Some(Cell::Null) => Err(column.error(row, ValueProblem::Null)),
                    _ => Err(column.error(row, ValueProblem::WrongType(stringify!($rust)))),
                }
            }
        }
    };
}

fn integer<T: TryFrom<i64>>(value: i64) -> Result<T, ValueProblem> {
    T::try_from(value).map_err(|_| ValueProblem::OutOfRange(std::any::type_name::<T>()))
}

decode! {
    bool: Cell::Bool(value) => Ok(*value);
    i16: Cell::Int(value) => integer(*value);
    i32: Cell::Int(value) => integer(*value);
    i64: Cell::Int(value) => integer(*value);
    u8: Cell::Int(value) => integer(*value);
    u64: Cell::Int(value) => integer(*value);
    f64: Cell::Double(value) => Ok(*value);
    String: Cell::Text(value) => Ok(value.clone());
    &'b str: Cell::Text(value) => Ok(value.as_str());
    Timestamp: Cell::Timestamp(value) => Ok(*value);
}
