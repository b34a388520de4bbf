//! The rows of a query while they are sent: the plans of its parameter rows one after the
//! other, each batch with the schema that was promised.

use std::sync::Arc;

use datafusion::arrow::array::{RecordBatch, RecordBatchOptions};
use datafusion::arrow::datatypes::SchemaRef;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};
use tonic::Status;

use super::{Engine, Runnable};
use crate::status::{arrow_status, status};

/// A stream of batches and the schema of each of them.
pub(crate) struct Rows {
    pub(crate) schema: SchemaRef,
    pub(crate) batches: BoxStream<'static, Result<RecordBatch, Status>>,
}

impl Rows {
    /// Rows that are there already.
    pub(crate) fn ready(schema: SchemaRef, batches: Vec<RecordBatch>) -> Self {
        Self { schema, batches: stream::iter(batches.into_iter().map(Ok)).boxed() }
    }

    /// Rows that are calculated while they are read. Dropping the stream ends the work.
    pub(crate) fn of(engine: Arc<Engine>, runnable: Runnable) -> Self {
        let Runnable { plans, schema } = runnable;
        let promised = Arc::clone(&schema);
        let batches = stream::iter(plans)
            .map(move |plan| engine.stream(plan))
            .map_ok(|batches| batches.map_err(|error| status(&error)))
            .try_flatten()
            .map(move |batch| conform(batch?, &promised));
        Self { schema, batches: batches.boxed() }
    }
}

/// The batch with the promised schema: names, nullability and metadata are the plan's, so that
/// what was described is what is sent.
fn conform(batch: RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, Status> {
    if Arc::ptr_eq(batch.schema_ref(), schema) {
        return Ok(batch);
    }
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    let columns = batch.columns().to_vec();
    RecordBatch::try_new_with_options(Arc::clone(schema), columns, &options)
        .map_err(|error| arrow_status(&error))
}
