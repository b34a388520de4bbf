//! Prepared statements and the values bound to them.
//!
//! A bind answers with a handle of its own: the statement's and the binding's. So two tasks
//! can bind values to one statement at the same time. Clients that ignore the answer and go on
//! with the statement's handle (flightsql-dbapi) get the values bound last.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arrow_flight::sql::{
    ActionClosePreparedStatementRequest, ActionCreatePreparedStatementRequest,
    ActionCreatePreparedStatementResult, Any, ProstMessageExt,
};
use bytes::{Bytes, BytesMut};
use datafusion::arrow::datatypes::{Field, Schema};
use prost::Message;
use tonic::Status;

use super::query::no_transaction;
use super::{Shared, wire};
use crate::engine::{Bound, Kind, Planned};
use crate::handles::{self, Handle};

/// Bindings of one statement that are kept; the oldest goes first.
const BINDINGS_MAX: usize = 256;
const HANDLE_LEN: usize = 16;

/// A statement that was planned once to be run many times.
pub(super) struct Prepared {
    pub(super) sql: String,
    pub(super) planned: Arc<Planned>,
    /// What had been defined when it was planned.
    pub(super) definitions: u64,
    bindings: Mutex<Bindings>,
}

#[derive(Default)]
struct Bindings {
    by_age: VecDeque<(Handle, Bound)>,
    last: Option<Bound>,
}

/// The answer to CreatePreparedStatement with the field that arrow-flight does not have yet.
#[derive(Clone, PartialEq, Message)]
pub(super) struct CreatedStatement {
    #[prost(bytes = "bytes", tag = "1")]
    pub(super) prepared_statement_handle: Bytes,
    #[prost(bytes = "bytes", tag = "2")]
    pub(super) dataset_schema: Bytes,
    #[prost(bytes = "bytes", tag = "3")]
    pub(super) parameter_schema: Bytes,
    #[prost(bool, optional, tag = "4")]
    pub(super) is_update: Option<bool>,
}

impl Shared {
    pub(super) async fn create_prepared(
        &self,
        request: ActionCreatePreparedStatementRequest,
    ) -> Result<Bytes, Status> {
        no_transaction(request.transaction_id.as_ref())?;
        // Read before planning: what is defined meanwhile makes the plan stale, not fresh.
        let definitions = self.engine.definitions();
        let planned = self.engine.plan(&request.query).await?;
        let is_query = planned.kind == Kind::Query;
        let mut created = CreatedStatement {
            prepared_statement_handle: Bytes::new(),
            // Only what answers with rows has a dataset.
            dataset_schema: match is_query {
                true => wire::schema_message(&planned.schema)?,
                false => Bytes::new(),
            },
            parameter_schema: wire::schema_message(&parameter_schema(&planned))?,
            is_update: Some(!is_query),
        };
        let handle = self.prepared.insert(Arc::new(Prepared {
            sql: request.query,
            planned: Arc::new(planned),
            definitions,
            bindings: Mutex::default(),
        }))?;
        created.prepared_statement_handle = handles::to_bytes(handle);
        let any = Any {
            type_url: ActionCreatePreparedStatementResult::type_url().to_owned(),
            value: created.encode_to_vec().into(),
        };
        Ok(any.encode_to_vec().into())
    }

    pub(super) fn close_prepared(&self, request: &ActionClosePreparedStatementRequest) -> Result<(), Status> {
        let (statement, _) = split(&request.prepared_statement_handle)?;
        match self.prepared.take(statement) {
            Some(_) => Ok(()),
            None => Err(self.prepared.unknown()),
        }
    }

    pub(super) fn prepared(&self, handle: &[u8]) -> Result<Arc<Prepared>, Status> {
        let (statement, _) = split(handle)?;
        self.prepared.get(statement)
    }

    /// The statement of a handle and the values bound to it.
    pub(super) fn prepared_with_values(&self, handle: &[u8]) -> Result<(Arc<Prepared>, Bound), Status> {
        let (statement, binding) = split(handle)?;
        let prepared = self.prepared.get(statement)?;
        let bound = prepared.bound(binding)?;
        Ok((prepared, bound))
    }

    /// Binds values and returns the handle that stands for statement and values.
    pub(super) fn bind(&self, handle: &[u8], bound: Bound) -> Result<Bytes, Status> {
        let (statement, binding) = split(handle)?;
        let prepared = self.prepared.get(statement)?;
        let binding = binding.unwrap_or_else(Handle::new_v4);
        prepared.bind(binding, bound);
        let mut bytes = BytesMut::with_capacity(2 * HANDLE_LEN);
        bytes.extend_from_slice(statement.as_bytes());
        bytes.extend_from_slice(binding.as_bytes());
        Ok(bytes.freeze())
    }
}

impl Prepared {
    fn bind(&self, binding: Handle, bound: Bound) {
        let mut bindings = self.lock();
        bindings.last = Some(bound.clone());
        bindings.by_age.retain(|(known, _)| *known != binding);
        if bindings.by_age.len() >= BINDINGS_MAX {
            bindings.by_age.pop_front();
        }
        bindings.by_age.push_back((binding, bound));
    }

    fn bound(&self, binding: Option<Handle>) -> Result<Bound, Status> {
        let bindings = self.lock();
        let Some(binding) = binding else {
            return Ok(bindings.last.clone().unwrap_or_else(Bound::none));
        };
        let found = bindings.by_age.iter().find(|(known, _)| *known == binding);
        found
            .map(|(_, bound)| bound.clone())
            .ok_or_else(|| Status::not_found("the values bound to this handle are gone; bind again"))
    }

    fn lock(&self) -> MutexGuard<'_, Bindings> {
        self.bindings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The statement's handle, and the binding's where there is one.
fn split(handle: &[u8]) -> Result<(Handle, Option<Handle>), Status> {
    if handle.len() == 2 * HANDLE_LEN {
        let (statement, binding) = handle.split_at(HANDLE_LEN);
        return Ok((handles::parse(statement)?, Some(handles::parse(binding)?)));
    }
    Ok((handles::parse(handle)?, None))
}

/// Any parameter may be bound to NULL, so all of them are nullable.
fn parameter_schema(planned: &Planned) -> Schema {
    let fields = planned
        .parameters
        .iter()
        .map(|parameter| Field::new(parameter.id.as_str(), parameter.data_type.clone(), true));
    Schema::new(fields.collect::<Vec<_>>())
}
