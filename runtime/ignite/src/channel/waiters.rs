//! Who waits for which answer, and what is done with one that nobody waits for any more.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;
use std::task::Waker;

use querent_protocol::ignite::request::ResourceClose;

use super::leaves::{Leaves, Undo};
use super::reply::{CallError, Lost, Reply};

/// The requests of one connection whose answers were not taken yet.
///
/// An answer waits here for who asked, so that a call costs no allocation of its own. Wakers are handed out to be woken or
/// dropped by the caller, outside of the lock that this is behind: both can run code of anybody's.
#[derive(Default)]
pub(super) struct Waiters {
    by_id: HashMap<i64, Waiter, BuildHasherDefault<IdHasher>>,
    /// How many answers are there and were not taken yet.
    untaken: usize,
    /// Why there will be no more answers.
    lost: Option<Arc<Lost>>,
}

struct Waiter {
    state: State,
    /// Whether a byte of it may have reached the server.
    written: bool,
    leaves: Leaves,
}

enum State {
    /// Somebody waits, and is woken by this.
    Awaited(Waker),
    /// Whoever waited has gone.
    Abandoned,
    /// Whoever waits is told that it is in vain, and was woken for that. The server may answer all the same.
    GivenUp(CallError),
    /// The answer is there and was not taken yet.
    Answered(Reply),
}

/// Ids are our own and in sequence: nobody can choose them so that they collide.
#[derive(Default)]
struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_i64(i64::from(*byte));
        }
    }

    fn write_i64(&mut self, id: i64) {
        // The golden ratio, of whose product the highest bits tell neighbours apart as well as the lowest.
        self.0 = (self.0 ^ id.cast_unsigned()).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

/// How far a request came that nobody waits for any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Abandoned {
    /// The server may be at it. What its answer leaves is undone when that comes.
    Written,
    /// It will not be written; what there is to undo now.
    Unwritten(Option<Undo>),
    /// The answer had come; what there is to undo of it.
    Answered(Option<Undo>),
}

impl Waiters {
    /// Expects an answer to a request, for which `waker` is woken.
    pub(super) fn expect(&mut self, id: i64, leaves: Leaves, waker: Waker) -> Result<(), CallError> {
        if let Some(lost) = &self.lost {
            return Err(CallError::Lost { lost: lost.clone(), written: false });
        }
        self.by_id.insert(id, Waiter { state: State::Awaited(waker), written: false, leaves });
        Ok(())
    }

    /// A request is about to be written; false where nobody waits for it any more, so that it need not be.
    pub(super) fn write(&mut self, id: i64) -> bool {
        // Of nobody's: a heartbeat, or something that is undone.
        let Some(waiter) = self.by_id.get_mut(&id) else { return true };
        match std::mem::replace(&mut waiter.state, State::Abandoned) {
            State::Abandoned => drop(self.by_id.remove(&id)),
            State::GivenUp(error) => waiter.state = State::Answered(Err(error)),
            other => {
                waiter.state = other;
                waiter.written = true;
                return true;
            }
        }
        false
    }

    /// A request is not written after all; its waker, to be dropped outside of the lock.
    pub(super) fn forget(&mut self, id: i64) -> Option<Waker> {
        match self.by_id.remove(&id)?.state {
            State::Awaited(waker) => Some(waker),
            State::Abandoned => None,
            // The connection was lost.
            State::Answered(_) | State::GivenUp(_) => {
                self.untaken -= 1;
                None
            }
        }
    }

    /// The answer, if it is there; else `waker` is woken when it comes.
    pub(super) fn poll(&mut self, id: i64, waker: &Waker) -> Polled {
        let taken = || Polled::Ready(Err(CallError::Unexpected("an answer that was taken already")));
        let Some(waiter) = self.by_id.get_mut(&id) else { return taken() };
        match &mut waiter.state {
            State::Awaited(kept) if kept.will_wake(waker) => return Polled::Pending { _before: None },
            State::Awaited(kept) => {
                let before = std::mem::replace(kept, waker.clone());
                return Polled::Pending { _before: Some(before) };
            }
            State::GivenUp(_) | State::Answered(_) | State::Abandoned => {}
        }
        match std::mem::replace(&mut waiter.state, State::Abandoned) {
            // The answer is nobody's now.
            State::GivenUp(error) => {
                self.untaken -= 1;
                Polled::Ready(Err(error))
            }
            State::Answered(reply) => {
                self.untaken -= 1;
                self.by_id.remove(&id);
                Polled::Ready(reply)
            }
            State::Awaited(_) | State::Abandoned => taken(),
        }
    }

    /// Whoever waited has gone.
    pub(super) fn abandon(&mut self, id: i64) -> Option<Gone> {
        let waiter = self.by_id.get_mut(&id)?;
        let waker = match std::mem::replace(&mut waiter.state, State::Abandoned) {
            State::Awaited(waker) => Some(waker),
            State::Abandoned => return None,
            State::GivenUp(_) => {
                self.untaken -= 1;
                None
            }
            State::Answered(reply) => {
                self.untaken -= 1;
                let leaves = self.by_id.remove(&id)?.leaves;
                let undo = reply.ok().and_then(|answer| leaves.undo(&answer));
                return Some(Gone { how: Abandoned::Answered(undo), _waker: None });
            }
        };
        let how = match (waiter.written, waiter.leaves) {
            (true, _) => Abandoned::Written,
            // The page is not asked for, so the cursor is not closed by its answer.
            (false, Leaves::Cursor(id)) => Abandoned::Unwritten(Some(Undo::Close(ResourceClose(id)))),
            (false, _) => Abandoned::Unwritten(None),
        };
        Some(Gone { how, _waker: waker })
    }

    /// An answer has come. `None` where the server answers what was not asked.
    pub(super) fn answer(&mut self, id: i64, reply: Reply) -> Option<Delivered> {
        let waiter = self.by_id.get_mut(&id)?;
        let undo = |leaves: Leaves, reply: Reply| reply.ok().and_then(|answer| leaves.undo(&answer));
        match std::mem::replace(&mut waiter.state, State::Abandoned) {
            State::Awaited(waker) => {
                waiter.state = State::Answered(reply);
                self.untaken += 1;
                Some(Delivered::Wakes(waker))
            }
            State::Abandoned => Some(Delivered::ToNobody(undo(self.by_id.remove(&id)?.leaves, reply))),
            State::GivenUp(error) => {
                waiter.state = State::Answered(Err(error));
                Some(Delivered::ToNobody(undo(waiter.leaves, reply)))
            }
            answered @ State::Answered(_) => {
                waiter.state = answered;
                None
            }
        }
    }

    /// Whether somebody was woken and has not come yet, who may have more to ask.
    pub(super) fn has_untaken(&self) -> bool {
        self.untaken > 0
    }

    /// Whether somebody waits for an answer.
    pub(super) fn is_awaited(&self) -> bool {
        self.by_id.values().any(|waiter| matches!(waiter.state, State::Awaited(_)))
    }

    /// Whether a statement runs that nobody waits for.
    pub(super) fn has_abandoned_statement(&self) -> bool {
        let is_left = |waiter: &Waiter| matches!(waiter.state, State::Abandoned);
        self.by_id.values().any(|waiter| is_left(waiter) && waiter.leaves == Leaves::NewCursor)
    }

    /// Whether somebody waits for rows.
    pub(super) fn has_statement(&self) -> bool {
        let is_awaited = |waiter: &Waiter| matches!(waiter.state, State::Awaited(_));
        self.by_id.values().any(|waiter| is_awaited(waiter) && waiter.leaves.is_rows())
    }

    /// Nothing but rows is waited for any more. What an answer that comes all the same leaves on the server is undone then.
    /// Who is to be woken.
    pub(super) fn give_up_others(&mut self, lost: &Arc<Lost>) -> Vec<Waker> {
        let mut wakers = Vec::new();
        for waiter in self.by_id.values_mut().filter(|waiter| !waiter.leaves.is_rows()) {
            let error = CallError::Lost { lost: lost.clone(), written: waiter.written };
            match std::mem::replace(&mut waiter.state, State::GivenUp(error)) {
                State::Awaited(waker) => wakers.push(waker),
                other => waiter.state = other,
            }
        }
        self.untaken += wakers.len();
        wakers
    }

    /// There will be no more answers. The first reason stays. Who is to be woken.
    pub(super) fn lose(&mut self, lost: &Arc<Lost>) -> Vec<Waker> {
        let lost = self.lost.get_or_insert_with(|| lost.clone()).clone();
        let mut wakers = Vec::new();
        for waiter in self.by_id.values_mut() {
            waiter.state = match std::mem::replace(&mut waiter.state, State::Abandoned) {
                State::Awaited(waker) => {
                    wakers.push(waker);
                    State::Answered(Err(CallError::Lost { lost: lost.clone(), written: waiter.written }))
                }
                State::GivenUp(error) => State::Answered(Err(error)),
                other => other,
            };
        }
        self.untaken += wakers.len();
        self.by_id.retain(|_, waiter| !matches!(waiter.state, State::Abandoned));
        wakers
    }
}

/// Whether the answer was there.
pub(super) enum Polled {
    Ready(Reply),
    /// It was not; the waker that was kept before, to be dropped outside of the lock.
    Pending {
        _before: Option<Waker>,
    },
}

/// What became of an answer that has come.
pub(super) enum Delivered {
    /// It is there for who waits, who is to be woken.
    Wakes(Waker),
    /// Nobody wanted it; what there is to undo.
    ToNobody(Option<Undo>),
}

/// Somebody who waits no more.
pub(super) struct Gone {
    /// How far the request came.
    pub(super) how: Abandoned,
    /// To be dropped outside of the lock.
    _waker: Option<Waker>,
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use querent_protocol::ignite::code::Op;
    use querent_protocol::ignite::request::TxEnd;

    use super::super::leaves::PAYLOAD_AT;
    use super::super::reply::Answer;
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
        waiters.expect(1, Leaves::of(op, frame), Waker::noop().clone()).unwrap();
        assert!(waiters.write(1));
        assert_eq!(how(waiters.abandon(1)), Some(Abandoned::Written));
        assert!(!waiters.is_awaited());
        assert_eq!(waiters.has_abandoned_statement(), matches!(op, Op::QuerySqlFields | Op::QueryScan));
        let Some(Delivered::ToNobody(undo)) = waiters.answer(1, reply) else { panic!("somebody waits") };
        assert_eq!(undo, expected);
        assert!(!waiters.has_abandoned_statement());
        assert!(waiters.by_id.is_empty() && !waiters.has_untaken());
    }

    fn how(gone: Option<Gone>) -> Option<Abandoned> {
        gone.map(|gone| gone.how)
    }

    fn expect(waiters: &mut Waiters, id: i64, leaves: Leaves) {
        waiters.expect(id, leaves, Waker::noop().clone()).unwrap();
    }

    fn poll(waiters: &mut Waiters, id: i64) -> Option<Reply> {
        match waiters.poll(id, Waker::noop()) {
            Polled::Ready(reply) => Some(reply),
            Polled::Pending { .. } => None,
        }
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
        expect(&mut waiters, 1, Leaves::NewTransaction);
        assert!(poll(&mut waiters, 1).is_none());
        let delivered = waiters.answer(1, answer(&[9, 0, 0, 0]));
        assert!(matches!(delivered, Some(Delivered::Wakes(_))));
        assert!(waiters.has_untaken());
        // The server answers it once more.
        assert!(waiters.answer(1, answer(&[9, 0, 0, 0])).is_none());
        assert!(poll(&mut waiters, 1).unwrap().is_ok());
        assert!(!waiters.has_untaken());
        assert!(waiters.abandon(1).is_none());
        assert!(waiters.answer(1, answer(&[9, 0, 0, 0])).is_none());
    }

    #[test]
    fn an_answer_that_came_too_late_to_be_taken_is_undone() {
        let mut waiters = Waiters::default();
        expect(&mut waiters, 1, Leaves::NewTransaction);
        drop(waiters.answer(1, answer(&[9, 0, 0, 0])));
        let rollback = Undo::Rollback(TxEnd { tx_id: 9, commit: false });
        assert_eq!(how(waiters.abandon(1)), Some(Abandoned::Answered(Some(rollback))));
        assert!(waiters.by_id.is_empty() && !waiters.has_untaken());
    }

    #[test]
    fn what_was_abandoned_before_it_was_written_is_not_written() {
        let mut waiters = Waiters::default();
        for (leaves, undo) in
            [(Leaves::NewTransaction, None), (Leaves::Cursor(7), Some(Undo::Close(ResourceClose(7))))]
        {
            expect(&mut waiters, 1, leaves);
            assert_eq!(how(waiters.abandon(1)), Some(Abandoned::Unwritten(undo)));
            assert!(!waiters.write(1));
            assert!(waiters.by_id.is_empty() && !waiters.has_untaken());
        }
        assert!(waiters.abandon(1).is_none());
    }

    #[test]
    fn a_lost_connection_says_what_was_written() {
        let mut waiters = Waiters::default();
        for id in 1..=3 {
            expect(&mut waiters, id, Leaves::Nothing);
        }
        waiters.write(1);
        drop(waiters.abandon(3));
        let lost = Arc::new(Lost::new("gone"));
        assert_eq!(waiters.lose(&lost).len(), 2);
        let was_written = |reply| match reply {
            Some(Err(CallError::Lost { written, .. })) => written,
            other => panic!("{other:?}"),
        };
        assert!(was_written(poll(&mut waiters, 1)));
        assert!(!was_written(poll(&mut waiters, 2)));
        assert!(waiters.by_id.is_empty() && !waiters.has_untaken());
        let later = waiters.expect(4, Leaves::Nothing, Waker::noop().clone()).unwrap_err();
        assert!(matches!(later, CallError::Lost { written: false, .. }));
    }

    #[test]
    fn statements_are_waited_for_when_others_are_not() {
        let mut waiters = Waiters::default();
        let begin = Leaves::NewTransaction;
        for (id, leaves) in
            [(1, Leaves::NewCursor), (2, Leaves::Cursor(7)), (3, begin), (4, Leaves::Nothing), (5, begin)]
        {
            expect(&mut waiters, id, leaves);
        }
        assert!((1..=4).all(|id| waiters.write(id)) && waiters.has_statement());
        assert_eq!(waiters.give_up_others(&Arc::new(Lost::new("silent"))).len(), 3);
        // The answer comes before the error was taken.
        let rollback = Undo::Rollback(TxEnd { tx_id: 9, commit: false });
        let delivered = waiters.answer(3, answer(&9_i32.to_le_bytes()));
        assert!(matches!(delivered, Some(Delivered::ToNobody(Some(undo))) if undo == rollback));
        for (id, written) in [(3, true), (4, true)] {
            let given_up = poll(&mut waiters, id);
            assert!(matches!(given_up, Some(Err(CallError::Lost { written: w, .. })) if w == written));
        }
        // What was in the queue is not written any more.
        assert!(!waiters.write(5));
        assert!(matches!(poll(&mut waiters, 5), Some(Err(CallError::Lost { written: false, .. }))));
        // After it was taken.
        assert!(matches!(waiters.answer(4, answer(&[101])), Some(Delivered::ToNobody(None))));
        assert!(!waiters.has_untaken() && waiters.has_statement());
        assert!(poll(&mut waiters, 1).is_none());
        assert!(matches!(waiters.answer(1, answer(&[0; 9])), Some(Delivered::Wakes(_))));
        assert!(matches!(waiters.answer(2, answer(&[0; 9])), Some(Delivered::Wakes(_))));
        assert!(matches!(poll(&mut waiters, 1), Some(Ok(_))) && !waiters.has_statement());
        drop(waiters.abandon(2));
        assert!(waiters.by_id.is_empty() && !waiters.has_untaken());
    }
}
