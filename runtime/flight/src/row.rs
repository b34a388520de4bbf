//! Record batches as querent's batches.

use arrow_array::{Array as _, RecordBatch, cast::AsArray as _};
use arrow_schema::DataType;
use querent_core::Batch;

/// Rows of a Flight SQL result.
#[derive(Debug, Clone)]
pub struct FlightBatch {
    batch: RecordBatch,
}

impl FlightBatch {
    pub(crate) fn new(batch: RecordBatch) -> FlightBatch {
        FlightBatch { batch }
    }

    /// The rows as Arrow has them.
    pub fn record_batch(&self) -> &RecordBatch {
        &self.batch
    }

    /// The first value of the first column, where it is text.
    pub(crate) fn first_text(&self) -> Option<String> {
        let column = self.batch.columns().first().filter(|c| !c.is_empty() && c.is_valid(0))?;
        match column.data_type() {
            DataType::Utf8 => Some(column.as_string::<i32>().value(0).to_owned()),
            DataType::LargeUtf8 => Some(column.as_string::<i64>().value(0).to_owned()),
            DataType::Utf8View => Some(column.as_string_view().value(0).to_owned()),
            _ => None,
        }
    }
}

impl Batch for FlightBatch {
    fn len(&self) -> usize {
        self.batch.num_rows()
    }

    fn width(&self) -> usize {
        self.batch.num_columns()
    }

    fn column_name(&self, index: usize) -> Option<&str> {
        self.batch.schema_ref().fields().get(index).map(|f| f.name().as_str())
    }
}
