//! DoAction: prepared statements and cancelling. What this server does not have is refused by
//! name, and left out of the list of actions.

use arrow_flight::sql::{ActionCancelQueryRequest, ActionCancelQueryResult, Command};
use arrow_flight::{
    Action, ActionType, CancelFlightInfoRequest, CancelFlightInfoResult, CancelStatus, FlightInfo,
};
use bytes::Bytes;
use prost::Message;
use tonic::Status;

use super::query::pack;
use super::{Shared, wire};
use crate::handles;

/// The actions that this server has, with the messages they take and give.
const SUPPORTED: [(&str, &str); 4] = [
    (
        "CreatePreparedStatement",
        "ActionCreatePreparedStatementRequest -> ActionCreatePreparedStatementResult",
    ),
    ("ClosePreparedStatement", "ActionClosePreparedStatementRequest -> nothing"),
    ("CancelFlightInfo", "CancelFlightInfoRequest -> CancelFlightInfoResult"),
    ("CancelQuery", "ActionCancelQueryRequest -> ActionCancelQueryResult"),
];

pub(super) fn supported() -> impl Iterator<Item = ActionType> + Send + 'static {
    SUPPORTED.into_iter().map(|(name, description)| ActionType {
        r#type: name.to_owned(),
        description: description.to_owned(),
    })
}

impl Shared {
    pub(super) async fn do_action(&self, action: Action) -> Result<Vec<arrow_flight::Result>, Status> {
        match action.r#type.as_str() {
            "CreatePreparedStatement" => {
                let created = self.create_prepared(wire::unpack(&action.body)?).await?;
                Ok(vec![arrow_flight::Result::new(created)])
            }
            "ClosePreparedStatement" => {
                self.close_prepared(&wire::unpack(&action.body)?)?;
                Ok(Vec::new())
            }
            "CancelFlightInfo" => {
                let status = self.cancel_flight_info(&action.body)?;
                let result = CancelFlightInfoResult::new(status);
                Ok(vec![arrow_flight::Result::new(result.encode_to_vec())])
            }
            "CancelQuery" => {
                let request: ActionCancelQueryRequest = wire::unpack(&action.body)?;
                self.cancel(&decode_info(&request.info)?)?;
                let result = ActionCancelQueryResult { result: CancelStatus::Cancelled as i32 };
                Ok(vec![arrow_flight::Result::new(pack(&result))])
            }
            "BeginTransaction" | "EndTransaction" | "BeginSavepoint" | "EndSavepoint" => {
                Err(Status::unimplemented("transactions are not supported: each statement is its own"))
            }
            "CreatePreparedSubstraitPlan" => {
                Err(Status::unimplemented("Substrait plans are not supported; prepare SQL"))
            }
            "SetSessionOptions" | "GetSessionOptions" | "CloseSession" => {
                Err(Status::unimplemented("sessions are not supported: all clients share one"))
            }
            "RenewFlightEndpoint" => {
                Err(Status::unimplemented("endpoints are not renewed: read them or ask again"))
            }
            other => {
                let name: String = other.chars().take(80).collect();
                Err(Status::unimplemented(format!("no such action: {name}")))
            }
        }
    }

    fn cancel_flight_info(&self, body: &[u8]) -> Result<CancelStatus, Status> {
        let request = CancelFlightInfoRequest::decode(body).map_err(|_| {
            Status::invalid_argument("the body of the action is not a CancelFlightInfoRequest")
        })?;
        let info = request.info.ok_or_else(|| Status::invalid_argument("the request has no FlightInfo"))?;
        self.cancel(&info)?;
        Ok(CancelStatus::Cancelled)
    }

    /// Cancels what the endpoints of an info stand for: before it is read or while it is.
    fn cancel(&self, info: &FlightInfo) -> Result<(), Status> {
        let mut found = false;
        for endpoint in &info.endpoint {
            let Some(ticket) = &endpoint.ticket else {
                continue;
            };
            let Command::TicketStatementQuery(ticket) = wire::command(&ticket.ticket)? else {
                continue;
            };
            let handle = handles::parse(&ticket.statement_handle)?;
            found |= self.tickets.take(handle).is_some() | self.running.cancel(handle);
        }
        if found { Ok(()) } else { Err(self.tickets.unknown()) }
    }
}

fn decode_info(bytes: &Bytes) -> Result<FlightInfo, Status> {
    FlightInfo::decode(bytes.as_ref()).map_err(|_| Status::invalid_argument("the request has no FlightInfo"))
}
