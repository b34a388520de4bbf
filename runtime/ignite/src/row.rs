//! Rows as they arrived, their values still in the bytes of the wire.

use std::sync::Arc;

use querent_core::Batch;
use querent_protocol::ignite::response::Page;

use crate::clock::Clock;

/// Rows of one page of an Ignite result.
#[derive(Debug, Clone)]
pub struct IgniteBatch {
    pub(crate) names: Arc<[String]>,
    pub(crate) page: Page,
    /// Where the wall clocks of its dates and times are; UTC where it has none.
    pub(crate) clock: Clock,
}

impl Batch for IgniteBatch {
    fn len(&self) -> usize {
        self.page.rows()
    }

    fn width(&self) -> usize {
        self.page.width()
    }

    fn column_name(&self, index: usize) -> Option<&str> {
        self.names.get(index).map(String::as_str)
    }
}
