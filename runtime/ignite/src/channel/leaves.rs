//! What answers leave on the server, and the requests that undo it.

use querent_protocol::ignite::code::Op;
use querent_protocol::ignite::request::{ResourceClose, TxEnd};

use super::reply::Answer;

/// What an answer leaves on the server, which must go when nobody takes the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaves {
    Nothing,
    /// A cursor, by the id that the answer begins with.
    NewCursor,
    /// A cursor of this id, unless this was its last page.
    Cursor(i64),
    /// A transaction, by the id that the answer is.
    NewTransaction,
}

/// A request that undoes what an answer left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Undo {
    Close(ResourceClose),
    Rollback(TxEnd),
}

/// Where the payload of a request begins: after length, operation and id.
pub(super) const PAYLOAD_AT: usize = 4 + 2 + 8;

impl Leaves {
    /// Whether the answer is rows: of a statement or a scan, which may take long.
    pub(super) fn is_rows(self) -> bool {
        matches!(self, Leaves::NewCursor | Leaves::Cursor(_))
    }

    pub(super) fn of(op: Op, frame: &[u8]) -> Leaves {
        match op {
            Op::QuerySqlFields | Op::QueryScan => Leaves::NewCursor,
            Op::QuerySqlFieldsPage | Op::QueryScanPage => {
                i64_at(frame, PAYLOAD_AT).map_or(Leaves::Nothing, Leaves::Cursor)
            }
            Op::TxStart => Leaves::NewTransaction,
            _ => Leaves::Nothing,
        }
    }

    /// What there is to undo, of an answer that is no error.
    pub(super) fn undo(self, answer: &Answer) -> Option<Undo> {
        let payload = answer.payload()?;
        // Rows end in whether there are more; where there are none, the server has closed the cursor itself.
        let more = payload.last().is_some_and(|more| *more != 0);
        match self {
            Leaves::Nothing => None,
            Leaves::NewCursor if more => Some(Undo::Close(ResourceClose(i64_at(payload, 0)?))),
            Leaves::Cursor(id) if more => Some(Undo::Close(ResourceClose(id))),
            Leaves::NewCursor | Leaves::Cursor(_) => None,
            Leaves::NewTransaction => {
                let tx_id = payload.first_chunk().map(|bytes| i32::from_le_bytes(*bytes))?;
                Some(Undo::Rollback(TxEnd { tx_id, commit: false }))
            }
        }
    }
}

fn i64_at(bytes: &[u8], at: usize) -> Option<i64> {
    bytes.get(at..)?.first_chunk().map(|bytes| i64::from_le_bytes(*bytes))
}
