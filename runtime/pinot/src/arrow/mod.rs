//! Record batches, built straight from the cells of an answer as they arrived.
//!
//! A column has the type that was checked, and is read from those of Pinot's types of which nothing is lost on the way, as
//! rows are. The wall clocks of timestamps become instants by the broker's zone. How arrays grow is in `array`.

mod array;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{Field, Schema, SchemaRef};
use querent_core::arrow::{ToArrow, to_field};
use querent_core::types::SqlType;
use querent_core::{ValueError, ValueProblem};
use querent_protocol::pinot::{Column, PinotType};

use crate::Pinot;
use crate::cursor::Cursor;
use crate::row::PinotBatch;
use crate::types::Cell;
use array::Growing;

impl ToArrow for Pinot {
    fn schema(cursor: &Cursor) -> Option<SchemaRef> {
        (!cursor.columns.is_empty()).then(|| schema(&cursor.columns))
    }

    /// HTTP brings an answer in pieces of a few KiB.
    fn memory_len(batch: &PinotBatch) -> usize {
        batch.rows.memory_len()
    }

    fn record_batch(batches: &[PinotBatch], schema: &SchemaRef) -> Result<RecordBatch, ValueError> {
        let fields = schema.fields().iter().enumerate();
        let columns = fields.map(|(index, field)| column(batches, index, field));
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        let row_count = batches.iter().map(|batch| batch.rows.len()).sum();
        let options = RecordBatchOptions::new().with_row_count(Some(row_count));
        RecordBatch::try_new_with_options(schema.clone(), columns, &options)
            .map_err(|_| ValueError::column(usize::from(u16::MAX), ValueProblem::OtherType))
    }
}

/// The columns as an answer describes them, which says nothing of NULL. One of a type that is not known here is of no type.
fn schema(columns: &[Column]) -> SchemaRef {
    let field = |column: &Column| -> Field {
        to_field(&column.name, &column.ty.map_or(SqlType::Null, PinotType::sql_type), true)
    };
    Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()))
}

/// The cells of a column, one batch after the other.
fn column(batches: &[PinotBatch], index: usize, field: &Field) -> Result<ArrayRef, ValueError> {
    let of_column = |problem| ValueError::column(index, problem);
    let mut array = Growing::of(field).ok_or(of_column(ValueProblem::OtherType))?;
    let mut row = 0;
    for batch in batches {
        let column = batch.columns.get(index).ok_or(of_column(ValueProblem::MissingColumn))?;
        if !array.accepts(column.ty) {
            return Err(of_column(ValueProblem::OtherType));
        }
        for at in 0..batch.rows.len() {
            let cell = batch.rows.cell(at, index).ok_or(of_column(ValueProblem::MissingColumn))?;
            let pushed = match cell.is_null() {
                false => array.push(Cell::new(cell, &batch.zone)),
                true if field.is_nullable() => {
                    array.push_null();
                    Ok(())
                }
                true => Err(ValueProblem::Null),
            };
            let of_row = |problem| ValueError::row(u16::try_from(index).unwrap_or(u16::MAX), row, problem);
            pushed.map_err(of_row)?;
            row += 1;
        }
    }
    array.finish().ok_or(of_column(ValueProblem::OtherType))
}
