//! Rows as they arrive, their values still in the bytes of the wire.

use querent_core::Batch;
use tokio_postgres::Row;

/// Rows of a Picodata result: at least one.
pub struct PicodataBatch {
    rows: Vec<Row>,
}

impl PicodataBatch {
    pub(crate) fn new(rows: Vec<Row>) -> PicodataBatch {
        PicodataBatch { rows }
    }

    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows
    }

    pub(crate) fn columns(&self) -> &[tokio_postgres::Column] {
        self.rows.first().map(Row::columns).unwrap_or_default()
    }
}

impl Batch for PicodataBatch {
    fn len(&self) -> usize {
        self.rows.len()
    }

    fn width(&self) -> usize {
        self.columns().len()
    }

    fn column_name(&self, index: usize) -> Option<&str> {
        self.columns().get(index).map(tokio_postgres::Column::name)
    }
}
