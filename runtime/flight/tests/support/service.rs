//! The scripted server's side of the wire.

use std::sync::{Arc, Mutex};

use arrow_flight::flight_service_server::FlightService;
use arrow_flight::sql::{
    Any, CommandPreparedStatementQuery, CommandPreparedStatementUpdate, CommandStatementQuery,
    CommandStatementUpdate,
};
use arrow_flight::{
    Action, ActionType, Criteria, Empty, FlightData, FlightDescriptor, FlightInfo, HandshakeRequest,
    HandshakeResponse, PollInfo, PutResult, SchemaResult, Ticket,
};
use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use prost::Message as _;
use tonic::{Request, Response, Status, Streaming};

use super::{Command, Life, Script};

/// A server that does what its script says.
pub(crate) struct Scripted {
    script: Script,
    life: Life,
    pub(super) calls: Arc<Mutex<Vec<String>>>,
}

impl Scripted {
    pub(super) fn new(script: Script, life: Life) -> Scripted {
        Scripted { script, life, calls: Arc::default() }
    }

    fn log(&self, call: String) {
        self.calls.lock().expect("the calls").push(call);
    }
}

fn command(bytes: &[u8], rows: usize) -> Command {
    let any = Any::decode(bytes).expect("a command");
    let name = any.type_url.rsplit('.').next().unwrap_or_default().to_owned();
    let body = &any.value[..];
    let handle = |handle: Bytes| String::from_utf8_lossy(&handle).into_owned();
    let text = match name.as_str() {
        "CommandStatementQuery" => CommandStatementQuery::decode(body).expect("it").query,
        "CommandStatementUpdate" => CommandStatementUpdate::decode(body).expect("it").query,
        "CommandPreparedStatementQuery" => {
            handle(CommandPreparedStatementQuery::decode(body).expect("it").prepared_statement_handle)
        }
        "CommandPreparedStatementUpdate" => {
            handle(CommandPreparedStatementUpdate::decode(body).expect("it").prepared_statement_handle)
        }
        _ => String::new(),
    };
    Command { name, text, rows }
}

type Out<T> = BoxStream<'static, Result<T, Status>>;

fn all<T: Send + 'static>(items: Vec<T>) -> Response<Out<T>> {
    Response::new(stream::iter(items.into_iter().map(Ok)).boxed())
}

fn absent() -> Status {
    Status::unimplemented("not in the script")
}

#[tonic::async_trait]
impl FlightService for Scripted {
    type HandshakeStream = Out<HandshakeResponse>;
    type ListFlightsStream = Out<FlightInfo>;
    type DoGetStream = Out<FlightData>;
    type DoPutStream = Out<PutResult>;
    type DoExchangeStream = Out<FlightData>;
    type DoActionStream = Out<arrow_flight::Result>;
    type ListActionsStream = Out<ActionType>;

    async fn get_flight_info(
        &self,
        request: Request<FlightDescriptor>,
    ) -> Result<Response<FlightInfo>, Status> {
        let command = command(&request.into_inner().cmd, 0);
        self.log(format!("info {} {}", command.name, command.text));
        let outcome = self.script.info.as_ref().ok_or_else(absent).and_then(|answer| answer(command));
        self.life.beat().await;
        outcome.map(Response::new)
    }

    async fn do_get(&self, request: Request<Ticket>) -> Result<Response<Out<FlightData>>, Status> {
        let ticket = String::from_utf8_lossy(&request.into_inner().ticket).into_owned();
        self.log(format!("get {ticket}"));
        let messages = self.script.get.as_ref().ok_or_else(absent)?(ticket)?;
        let life = self.life.clone();
        // What was scripted is sent before the end comes.
        let end = stream::once(async move { life.beat().await }).filter_map(|()| std::future::ready(None));
        Ok(Response::new(stream::iter(messages).chain(end).boxed()))
    }

    async fn do_put(
        &self,
        request: Request<Streaming<FlightData>>,
    ) -> Result<Response<Out<PutResult>>, Status> {
        let messages: Vec<FlightData> = request.into_inner().try_collect().await?;
        let descriptor = messages.first().and_then(|m| m.flight_descriptor.clone()).unwrap_or_default();
        let rows = messages.iter().filter(|message| !message.data_body.is_empty()).count();
        let command = command(&descriptor.cmd, rows);
        self.log(format!("put {} {} {rows}", command.name, command.text));
        let outcome = self.script.put.as_ref().ok_or_else(absent).and_then(|answer| answer(command));
        self.life.beat().await;
        let results = outcome?.into_iter().map(|app_metadata| PutResult { app_metadata }).collect();
        Ok(all(results))
    }

    async fn do_action(
        &self,
        request: Request<Action>,
    ) -> Result<Response<Out<arrow_flight::Result>>, Status> {
        let action = request.into_inner();
        self.log(format!("action {}", action.r#type));
        let answer = self.script.action.as_ref().ok_or_else(absent)?;
        let outcome = answer((action.r#type, action.body));
        self.life.beat().await;
        Ok(all(outcome?.into_iter().map(|body| arrow_flight::Result { body }).collect()))
    }

    async fn handshake(
        &self,
        _: Request<Streaming<HandshakeRequest>>,
    ) -> Result<Response<Out<HandshakeResponse>>, Status> {
        Err(absent())
    }

    async fn list_flights(&self, _: Request<Criteria>) -> Result<Response<Out<FlightInfo>>, Status> {
        Err(absent())
    }

    async fn poll_flight_info(&self, _: Request<FlightDescriptor>) -> Result<Response<PollInfo>, Status> {
        Err(absent())
    }

    async fn get_schema(&self, _: Request<FlightDescriptor>) -> Result<Response<SchemaResult>, Status> {
        Err(absent())
    }

    async fn do_exchange(
        &self,
        _: Request<Streaming<FlightData>>,
    ) -> Result<Response<Out<FlightData>>, Status> {
        Err(absent())
    }

    async fn list_actions(&self, _: Request<Empty>) -> Result<Response<Out<ActionType>>, Status> {
        Err(absent())
    }
}
