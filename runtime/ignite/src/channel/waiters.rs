//! Who waits for which answer, and what is done with one that nobody waits for any more.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use querent_protocol::ignite::code::Op;
use querent_protocol::ignite::request::{ResourceClose, TxEnd};
use tokio::sync::oneshot;

use super::{Answer, CallError, Lost};

pub(super) type Reply = Result<Answer, CallError>;

/// Somebody who waits in vain, and why.
pub(super) type Told = (oneshot::Sender<Reply>, CallError);

/// The requests of one connection that are not answered yet.
#[derive(Default)]
pub(super) struct Waiters {
    by_id: HashMap<i64, Waiter>,
    /// Why there will be no more answers.
    lost: Option<Arc<Lost>>,
}

struct Waiter {
    /// `None` once whoever waited has gone.
    reply: Option<oneshot::Sender<Reply>>,
    /// Whether a byte of it may have reached the server.
    written: bool,
    leaves: Leaves,
}

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

/// How far a request came that nobody waits for any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Abandoned {
    /// The server may be at it. What its answer leaves is undone when that comes.
    Written,
    /// It will not be written; what there is to undo now.
    Unwritten(Option<Undo>),
}

/// Where the payload of a request begins: after length, operation and id.
const PAYLOAD_AT: usize = 4 + 2 + 8;

impl Leaves {
    /// Whether the answer is rows: of a statement or a scan, which may take long.
    fn is_rows(self) -> bool {
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
        let payload = answer.body.get(answer.payload_at..)?;
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

impl Waiters {
    /// Expects an answer to a request.
    pub(super) fn expect(&mut self, id: i64, leaves: Leaves) -> Result<oneshot::Receiver<Reply>, CallError> {
        if let Some(lost) = &self.lost {
            return Err(CallError::Lost { lost: lost.clone(), written: false });
        }
        let (reply, receiver) = oneshot::channel();
        let waiter = Waiter { reply: Some(reply), written: false, leaves };
        self.by_id.insert(id, waiter);
        Ok(receiver)
    }

    /// A request is about to be written; false where nobody waits for it any more, so that it need not be.
    pub(super) fn write(&mut self, id: i64) -> bool {
        match self.by_id.get_mut(&id) {
            Some(Waiter { reply: None, .. }) => {
                self.by_id.remove(&id);
                false
            }
            Some(waiter) => {
                waiter.written = true;
                true
            }
            // Of nobody's: a heartbeat, or something that is undone.
            None => true,
        }
    }

    /// Whoever waited has gone; how far the request came, `None` where the answer has come meanwhile.
    pub(super) fn abandon(&mut self, id: i64) -> Option<Abandoned> {
        let waiter = self.by_id.get_mut(&id)?;
        waiter.reply = None;
        Some(match (waiter.written, waiter.leaves) {
            (true, _) => Abandoned::Written,
            // The page is not asked for, so the cursor is not closed by its answer.
            (false, Leaves::Cursor(id)) => Abandoned::Unwritten(Some(Undo::Close(ResourceClose(id)))),
            (false, _) => Abandoned::Unwritten(None),
        })
    }

    /// Takes out who waits for an answer; `None` where the server answers what was not asked.
    pub(super) fn take(&mut self, id: i64) -> Option<Delivery> {
        let waiter = self.by_id.remove(&id)?;
        Some(Delivery { reply: waiter.reply, leaves: waiter.leaves })
    }

    /// Whether somebody waits for an answer.
    pub(super) fn is_awaited(&self) -> bool {
        self.by_id.values().any(|waiter| waiter.reply.is_some())
    }

    /// Whether a statement runs that nobody waits for.
    pub(super) fn has_abandoned_statement(&self) -> bool {
        self.by_id.values().any(|waiter| waiter.reply.is_none() && waiter.leaves == Leaves::NewCursor)
    }

    /// Whether somebody waits for rows.
    pub(super) fn has_statement(&self) -> bool {
        self.by_id.values().any(|waiter| waiter.reply.is_some() && waiter.leaves.is_rows())
    }

    /// Nothing but rows is waited for any more. What an answer that comes all the same leaves on the server is undone then.
    pub(super) fn give_up_others(&mut self, lost: &Arc<Lost>) -> Vec<Told> {
        let others = self.by_id.values_mut().filter(|waiter| !waiter.leaves.is_rows());
        let told = others.filter_map(|waiter| {
            let error = CallError::Lost { lost: lost.clone(), written: waiter.written };
            Some((waiter.reply.take()?, error))
        });
        told.collect()
    }

    /// There will be no more answers. The first reason stays.
    pub(super) fn lose(&mut self, lost: &Arc<Lost>) -> Vec<Told> {
        let lost = self.lost.get_or_insert_with(|| lost.clone()).clone();
        let waiting = self.by_id.drain().filter_map(|(_, waiter)| {
            let error = CallError::Lost { lost: lost.clone(), written: waiter.written };
            Some((waiter.reply?, error))
        });
        waiting.collect()
    }

    pub(super) fn is_lost(&self) -> bool {
        self.lost.is_some()
    }
}

/// An answer on its way to who waits.
pub(super) struct Delivery {
    reply: Option<oneshot::Sender<Reply>>,
    leaves: Leaves,
}

impl Delivery {
    /// Hands the answer over; where nobody takes it, what there is to undo.
    pub(super) fn hand_over(self, reply: Reply) -> Option<Undo> {
        let left = match self.reply {
            Some(sender) => sender.send(reply).err()?,
            None => reply,
        };
        self.leaves.undo(&left.ok()?)
    }
}

impl Answer {
    pub(super) fn new(body: Bytes, payload_at: usize) -> Answer {
        Answer { body, payload_at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(payload: &[u8]) -> Reply {
        Ok(Answer::new(Bytes::copy_from_slice(&[&[0; 10], payload].concat()), 10))
    }

    /// A page request for cursor 7.
    fn page_frame() -> Vec<u8> {
        [&[0; PAYLOAD_AT][..], &7_i64.to_le_bytes()].concat()
    }

    #[track_caller]
    fn check(op: Op, frame: &[u8], reply: Reply, expected: Option<Undo>) {
        let mut waiters = Waiters::default();
        drop(waiters.expect(1, Leaves::of(op, frame)).unwrap());
        assert!(waiters.write(1));
        assert_eq!(waiters.abandon(1), Some(Abandoned::Written));
        assert!(!waiters.is_awaited());
        assert_eq!(waiters.has_abandoned_statement(), matches!(op, Op::QuerySqlFields | Op::QueryScan));
        assert_eq!(waiters.take(1).unwrap().hand_over(reply), expected);
        assert!(!waiters.has_abandoned_statement());
        assert!(waiters.by_id.is_empty());
    }

    #[test]
    fn what_nobody_takes_is_undone() {
        let rows = |more: u8| [&5_i64.to_le_bytes()[..], &[0, 0, 0, 0, 0, 0, 0, 0, more]].concat();
        let close = |id| Some(Undo::Close(ResourceClose(id)));
        check(Op::QuerySqlFields, &[], answer(&rows(1)), close(5));
        check(Op::QueryScan, &[], answer(&rows(0)), None);
        check(Op::QuerySqlFieldsPage, &page_frame(), answer(&[0, 0, 0, 0, 1]), close(7));
        check(Op::QueryScanPage, &page_frame(), answer(&[0, 0, 0, 0, 0]), None);
        let rollback = Undo::Rollback(TxEnd { tx_id: 9, commit: false });
        check(Op::TxStart, &[], answer(&9_i32.to_le_bytes()), Some(rollback));
        check(Op::CacheGet, &[], answer(&[101]), None);
        let failure = Err(CallError::Unexpected("x"));
        check(Op::QuerySqlFields, &[], failure, None);
    }

    #[test]
    fn an_answer_that_is_taken_leaves_nothing_to_undo() {
        let mut waiters = Waiters::default();
        let mut receiver = waiters.expect(1, Leaves::NewTransaction).unwrap();
        let delivery = waiters.take(1).unwrap();
        assert_eq!(delivery.hand_over(answer(&[9, 0, 0, 0])), None);
        assert!(receiver.try_recv().unwrap().is_ok());
        assert!(waiters.take(1).is_none());
    }

    #[test]
    fn what_was_abandoned_before_it_was_written_is_not_written() {
        let mut waiters = Waiters::default();
        for (leaves, undo) in
            [(Leaves::NewTransaction, None), (Leaves::Cursor(7), Some(Undo::Close(ResourceClose(7))))]
        {
            drop(waiters.expect(1, leaves).unwrap());
            assert_eq!(waiters.abandon(1), Some(Abandoned::Unwritten(undo)));
            assert!(!waiters.write(1));
            assert!(waiters.by_id.is_empty());
        }
        assert_eq!(waiters.abandon(1), None);
    }

    #[test]
    fn a_lost_connection_says_what_was_written() {
        let mut waiters = Waiters::default();
        let mut written = waiters.expect(1, Leaves::Nothing).unwrap();
        let mut queued = waiters.expect(2, Leaves::Nothing).unwrap();
        waiters.write(1);
        let lost = Arc::new(Lost::new("gone"));
        for (reply, error) in waiters.lose(&lost) {
            reply.send(Err(error)).unwrap();
        }
        let was_written = |reply| match reply {
            Ok(Err(CallError::Lost { written, .. })) => written,
            other => panic!("{other:?}"),
        };
        assert!(was_written(written.try_recv()));
        assert!(!was_written(queued.try_recv()));
        let later = waiters.expect(3, Leaves::Nothing).unwrap_err();
        assert!(matches!(later, CallError::Lost { written: false, .. }));
    }

    #[test]
    fn statements_are_waited_for_when_others_are_not() {
        let mut waiters = Waiters::default();
        let mut statement = waiters.expect(1, Leaves::NewCursor).unwrap();
        let mut page = waiters.expect(2, Leaves::Cursor(7)).unwrap();
        let mut begin = waiters.expect(3, Leaves::NewTransaction).unwrap();
        let mut get = waiters.expect(4, Leaves::Nothing).unwrap();
        assert!((1..=4).all(|id| waiters.write(id)) && waiters.has_statement());
        for (reply, error) in waiters.give_up_others(&Arc::new(Lost::new("silent"))) {
            reply.send(Err(error)).unwrap();
        }
        for given_up in [&mut begin, &mut get] {
            assert!(matches!(given_up.try_recv(), Ok(Err(CallError::Lost { written: true, .. }))));
        }
        assert!(statement.try_recv().is_err() && page.try_recv().is_err() && !waiters.is_lost());
        // They are answered after all.
        let rollback = Undo::Rollback(TxEnd { tx_id: 9, commit: false });
        assert_eq!(waiters.take(3).unwrap().hand_over(answer(&9_i32.to_le_bytes())), Some(rollback));
        assert_eq!(waiters.take(4).unwrap().hand_over(answer(&[101])), None);
        assert_eq!(waiters.take(1).unwrap().hand_over(answer(&[0; 9])), None);
        assert!(statement.try_recv().unwrap().is_ok());
        assert!(waiters.take(2).is_some() && !waiters.has_statement());
    }
}
