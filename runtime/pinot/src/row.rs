//! Rows as they arrived, with the columns of their answer.

use std::sync::Arc;

use querent_core::Batch;
use querent_protocol::pinot::{Column, RowBatch};

use crate::zone::Zone;

/// Rows of a Pinot answer.
#[derive(Debug, Clone)]
pub struct PinotBatch {
    pub(crate) columns: Arc<[Column]>,
    pub(crate) rows: RowBatch,
    /// The zone of the timestamps.
    pub(crate) zone: Arc<Zone>,
}

impl Batch for PinotBatch {
    fn len(&self) -> usize {
        self.rows.len()
    }

    fn width(&self) -> usize {
        self.columns.len()
    }

    fn column_name(&self, index: usize) -> Option<&str> {
        self.columns.get(index).map(|column| column.name.as_str())
    }
}
