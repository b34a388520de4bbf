//! The Flight SQL server: which request is answered where. The statements are in `query` and
//! `put`, prepared statements in `prepared`, reflection in `reflection`, actions in `action`.

mod action;
mod ingest;
mod keys;
mod metadata;
mod prepared;
mod put;
mod query;
mod reflection;
mod running;
mod sql_info;
mod type_info;
mod wire;

use std::future::{Future, poll_fn};
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;

use arrow_flight::flight_service_server::FlightService;
use arrow_flight::{
    Action, ActionType, Criteria, Empty, FlightData, FlightDescriptor, FlightInfo, HandshakeRequest,
    HandshakeResponse, PollInfo, PutResult, SchemaResult, Ticket,
};
use futures_util::FutureExt;
use futures_util::stream::BoxStream;
use tonic::{Request, Response, Status, Streaming};

use crate::engine::Engine;
use crate::handles::Handles;
use crate::limits::Limits;
use crate::listen::{Auth, open_handshake};
use prepared::Prepared;
use query::Pending;
use running::Running;

type ResponseStream<T> = BoxStream<'static, Result<T, Status>>;

/// What a statement may take of the stack: DataFusion recurses over expressions.
const STACK_LEN: usize = 32 * 1024 * 1024;

/// The Flight SQL service of one server; clones share its tables.
#[derive(Clone)]
pub struct Service {
    shared: Arc<Shared>,
    auth: Option<Arc<Auth>>,
}

/// What all clones of a service share.
struct Shared {
    engine: Arc<Engine>,
    limits: Limits,
    tickets: Handles<Pending>,
    prepared: Handles<Arc<Prepared>>,
    running: Running,
}

impl Service {
    pub(crate) fn new(engine: Engine, limits: Limits) -> Self {
        let tickets = Handles::new("ticket", limits.tickets_max, limits.ticket_idle);
        let prepared = Handles::new("prepared statement", limits.prepared_max, limits.prepared_idle);
        Self {
            shared: Arc::new(Shared {
                engine: Arc::new(engine),
                limits,
                tickets,
                prepared,
                running: Running::default(),
            }),
            auth: None,
        }
    }

    /// The same service for clients that have to say who they are.
    pub(crate) fn with_auth(&self, auth: Arc<Auth>) -> Self {
        Self { shared: Arc::clone(&self.shared), auth: Some(auth) }
    }

    pub(crate) fn engine(&self) -> &Arc<Engine> {
        &self.shared.engine
    }

    fn authorize<T>(&self, request: &Request<T>) -> Result<(), Status> {
        match &self.auth {
            Some(auth) => auth.check(request.metadata()),
            None => Ok(()),
        }
    }
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service").finish_non_exhaustive()
    }
}

/// Runs a request with a stack for deep statements, and turns a panic inside of it into an
/// error: in process it would otherwise be the caller's panic, over a connection it would end
/// all requests of it.
async fn guarded<T>(work: impl Future<Output = Result<T, Status>>) -> Result<T, Status> {
    let mut work = pin!(AssertUnwindSafe(work).catch_unwind());
    let result = poll_fn(|cx| {
        // Segments are reserved, and used only as far as the statement is deep.
        stacker::maybe_grow(STACK_LEN / 2, STACK_LEN, || work.as_mut().poll(cx))
    })
    .await;
    result.unwrap_or_else(|_| Err(Status::internal("the server failed on this request")))
}

#[tonic::async_trait]
impl FlightService for Service {
    type HandshakeStream = ResponseStream<HandshakeResponse>;
    type ListFlightsStream = ResponseStream<FlightInfo>;
    type DoGetStream = ResponseStream<FlightData>;
    type DoPutStream = ResponseStream<PutResult>;
    type DoActionStream = ResponseStream<arrow_flight::Result>;
    type ListActionsStream = ResponseStream<ActionType>;
    type DoExchangeStream = ResponseStream<FlightData>;

    async fn handshake(
        &self,
        request: Request<Streaming<HandshakeRequest>>,
    ) -> Result<Response<Self::HandshakeStream>, Status> {
        match &self.auth {
            Some(auth) => auth.handshake(request.metadata()),
            None => open_handshake(),
        }
    }

    async fn list_flights(
        &self,
        request: Request<Criteria>,
    ) -> Result<Response<Self::ListFlightsStream>, Status> {
        self.authorize(&request)?;
        Err(Status::unimplemented("flights are not listed; ask for tables with CommandGetTables"))
    }

    async fn get_flight_info(
        &self,
        request: Request<FlightDescriptor>,
    ) -> Result<Response<FlightInfo>, Status> {
        self.authorize(&request)?;
        let info = guarded(self.shared.flight_info(request.into_inner())).await?;
        Ok(Response::new(info))
    }

    async fn poll_flight_info(
        &self,
        request: Request<FlightDescriptor>,
    ) -> Result<Response<PollInfo>, Status> {
        self.authorize(&request)?;
        // A query runs while its rows are read, so that its endpoint is there at once.
        let info = guarded(self.shared.flight_info(request.into_inner())).await?;
        let poll = PollInfo {
            info: Some(info),
            flight_descriptor: None,
            progress: Some(1.0),
            expiration_time: None,
        };
        Ok(Response::new(poll))
    }

    async fn get_schema(&self, request: Request<FlightDescriptor>) -> Result<Response<SchemaResult>, Status> {
        self.authorize(&request)?;
        let schema = guarded(self.shared.describe(request.into_inner())).await?;
        Ok(Response::new(wire::schema_result(&schema)?))
    }

    async fn do_get(&self, request: Request<Ticket>) -> Result<Response<Self::DoGetStream>, Status> {
        self.authorize(&request)?;
        let stream = guarded(self.shared.do_get(request.into_inner())).await?;
        Ok(Response::new(stream))
    }

    async fn do_put(
        &self,
        request: Request<Streaming<FlightData>>,
    ) -> Result<Response<Self::DoPutStream>, Status> {
        self.authorize(&request)?;
        let result = guarded(self.shared.do_put(request.into_inner())).await?;
        let stream = futures_util::stream::iter([Ok(result)]);
        Ok(Response::new(Box::pin(stream)))
    }

    async fn do_exchange(
        &self,
        request: Request<Streaming<FlightData>>,
    ) -> Result<Response<Self::DoExchangeStream>, Status> {
        self.authorize(&request)?;
        Err(Status::unimplemented("Flight SQL does not use DoExchange"))
    }

    async fn do_action(&self, request: Request<Action>) -> Result<Response<Self::DoActionStream>, Status> {
        self.authorize(&request)?;
        let results = guarded(self.shared.do_action(request.into_inner())).await?;
        let stream = futures_util::stream::iter(results.into_iter().map(Ok));
        Ok(Response::new(Box::pin(stream)))
    }

    async fn list_actions(
        &self,
        request: Request<Empty>,
    ) -> Result<Response<Self::ListActionsStream>, Status> {
        self.authorize(&request)?;
        let stream = futures_util::stream::iter(action::supported().map(Ok));
        Ok(Response::new(Box::pin(stream)))
    }
}
