//! Rows as they arrive, their values still in the bytes of the wire.

use querent_core::Batch;
use tokio_postgres::{Row, Statement};

/// Rows of a Picodata result.
pub struct PicodataBatch {
    statement: Statement,
    rows: Vec<Row>,
}

impl PicodataBatch {
    pub(crate) fn new(statement: Statement, rows: Vec<Row>) -> PicodataBatch {
        PicodataBatch { statement, rows }
    }

    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows
    }

    pub(crate) fn columns(&self) -> &[tokio_postgres::Column] {
        self.statement.columns()
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
