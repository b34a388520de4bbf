//! Record batches, built straight from the bytes of the rows as they arrived.
//!
//! A column has the type that was checked, and is read from those of the wire's types of which nothing is lost on the way, as
//! rows are. How arrays grow is in `array`.

mod array;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{Field, Schema, SchemaRef};
use querent_core::arrow::{ToArrow, to_field};
use querent_core::types::SqlType;
use querent_core::{Batch as _, ValueError, ValueProblem};
use tokio_postgres::Column;

use crate::Picodata;
use crate::execute::Cursor;
use crate::row::PicodataBatch;
use crate::types::{self, sql_type};
use array::Growing;

impl ToArrow for Picodata {
    fn schema(cursor: &Cursor) -> Option<SchemaRef> {
        (!cursor.columns().is_empty()).then(|| schema(cursor.columns()))
    }

    /// Rows come in batches of up to 1024, which may be small.
    fn memory_len(batch: &PicodataBatch) -> usize {
        batch.rows().iter().map(|row| row.raw_size_bytes() + size_of_val(row)).sum()
    }

    fn record_batch(batches: &[PicodataBatch], schema: &SchemaRef) -> Result<RecordBatch, ValueError> {
        let fields = schema.fields().iter().enumerate();
        let columns = fields.map(|(index, field)| column(batches, index, field));
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        let row_count = batches.iter().map(PicodataBatch::len).sum();
        let options = RecordBatchOptions::new().with_row_count(Some(row_count));
        RecordBatch::try_new_with_options(schema.clone(), columns, &options)
            .map_err(|_| ValueError::column(usize::from(u16::MAX), ValueProblem::OtherType))
    }
}

/// The columns as the server describes them, which says nothing of NULL. One of a type that is not known here is of no type.
fn schema(columns: &[Column]) -> SchemaRef {
    let field = |column: &Column| -> Field {
        to_field(column.name(), &sql_type(column.type_()).unwrap_or(SqlType::Null), true)
    };
    Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()))
}

/// The values of a column, one batch after the other.
fn column(batches: &[PicodataBatch], index: usize, field: &Field) -> Result<ArrayRef, ValueError> {
    let of_column = |problem| ValueError::column(index, problem);
    let missing = || of_column(ValueProblem::MissingColumn);
    let of_row = |row, problem| ValueError::row(u16::try_from(index).unwrap_or(u16::MAX), row, problem);
    let first = batches.first().ok_or_else(missing)?.columns().get(index).ok_or_else(missing)?;
    let mut array = Growing::of(field, first.type_()).ok_or(of_column(ValueProblem::OtherType))?;
    let mut at = 0;
    for batch in batches {
        // All are of one statement.
        if batch.columns().get(index).is_none_or(|column| column.type_() != first.type_()) {
            return Err(of_column(ValueProblem::OtherType));
        }
        for row in batch.rows() {
            match types::bytes(row, index) {
                Some(bytes) => array.push(bytes).map_err(|problem| of_row(at, problem))?,
                None if field.is_nullable() => array.push_null(),
                None => return Err(of_row(at, ValueProblem::Null)),
            }
            at += 1;
        }
    }
    array.finish().ok_or(of_column(ValueProblem::OtherType))
}
