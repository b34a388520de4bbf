//! Arrow: the one mapping between [`SqlType`](querent_types::SqlType) and Arrow's `DataType`, and what
//! `fetch_arrow` asks of a backend.
//!
//! How a statement runs and how its batches are gathered is in `query/arrow.rs`; how a backend's batches become arrays is
//! the backend's.

mod mapping;
mod result;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use crate::backend::Backend;
use crate::decode::ValueError;

pub(crate) use result::Shape;

pub use arrow_array;
pub use arrow_schema;
pub use mapping::{TYPE_KEY, from_arrow, from_field, to_arrow, to_field};
pub use result::{ArrowBatches, ArrowTable};

/// Bytes of rows, as they arrived, that are enough for a record batch.
pub const BATCH_LEN: usize = 1 << 20;

/// A backend whose results come as Arrow's record batches: what
/// [`Query::fetch_arrow`](crate::Query::fetch_arrow) needs.
#[diagnostic::on_unimplemented(
    message = "results of the backend `{Self}` do not come as Arrow",
    label = "this source's backend has no record batches",
    note = "Flight, Pinot and Picodata have them, with the feature `arrow` of the crate `querent`; `fetch_all` and `fetch` give the rows of any backend as structs"
)]
pub trait ToArrow: Backend {
    /// The columns as the server describes them; `None` where it has not, or never does. Asked after
    /// [`next`](Backend::next) gave a batch or the end.
    fn schema(cursor: &Self::Cursor) -> Option<SchemaRef>;

    /// Bytes of memory that a batch keeps, where rows come in pieces too small for a record batch of their own: they are
    /// gathered until they keep [`BATCH_LEN`]. Otherwise each is one.
    fn memory_len(batch: &Self::Batch) -> usize {
        let _ = batch;
        BATCH_LEN
    }

    /// Batches that follow each other as one, whose columns are the first ones of theirs, in just this schema.
    ///
    /// # Errors
    /// A column whose type loses something on its way to that of the schema, a NULL where the schema has none, a value that
    /// cannot be read. The row is that of the batch which would have come.
    fn record_batch(batches: &[Self::Batch], schema: &SchemaRef) -> Result<RecordBatch, ValueError>;
}
