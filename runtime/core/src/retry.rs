//! Whether a statement that failed may be sent again, and when it is: only what cannot have happened twice.
//!
//! [`verdict`] is the whole decision, a pure function of what was sent, what it can change and what came back. Drivers say
//! what they know with [`Error::unsent`] and [`Error::with_retry`]; the runtime asks for the verdict in one place, by
//! [`Error::settle`].
//!
//! # What is sent again
//!
//! A statement that runs on a [`Pool`](crate::Pool) and whose verdict is [`Verdict::Retry`] is sent again by the runtime, on
//! whatever connection the pool gives then, and the caller notices only that it took longer. That is so where
//!
//! - nothing of it was sent, or the server said that it did nothing and that it may go better next time, whatever the
//!   statement is; or
//! - the connection broke and the statement is known to only read ([`Plan::read_only`](crate::Plan::read_only)). A text that
//!   was not checked never is.
//!
//! It is not so where
//!
//! - its first batch has come: whoever has those rows would get them twice, so the error says [`Error::is_retryable`] and
//!   the rest is the caller's;
//! - it runs on a connection of the caller's or in a transaction, where what came before it would be missing;
//! - a deadline passed, or the answer cannot be read;
//! - no connection can be made: addresses are tried by the driver, and that none answers is told at once.
//!
//! It is sent again at once, and then after 50, 200 and 800 ms, [`PoolOptions::resends_max`](crate::PoolOptions::resends_max)
//! times in all, and never beyond the call's own deadline; then its error is told.
//!
//! Requests that are no statements (key-value, say) go by the same [`verdict`] and are sent again by their driver, which
//! knows other nodes to ask.

use std::time::Duration;

use crate::error::{Error, ErrorKind};

/// Whether anything that could take effect left for the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sent {
    /// Nothing did: no connection, or only what prepares a statement.
    Nothing,
    /// It did, or may have.
    Perhaps,
}

/// What a request can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Nothing: it is known to read only.
    Reads,
    /// Something, at once. So does all that is not known to read only.
    Writes,
    /// Something or nothing, within a transaction: it is taken back when the connection is lost, and what ran before it
    /// too, so that the one request is of no use again.
    Uncommitted,
}

/// What came back from the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Came {
    /// Its word that the request failed.
    Refusal,
    /// Its word, or certain knowledge, that nothing happened and that it may go better next time.
    NotNow,
    /// Nothing, or not all: the connection broke.
    Loss,
    /// Nothing within time, or what cannot be read: that it goes better next time is not to be expected.
    Unclear,
}

/// What follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The same request may be sent again.
    Retry,
    /// It failed, and that is that.
    Final,
    /// It may have taken effect: to send it again could do it twice.
    Unknown,
}

/// Whether a request that failed may be sent again.
pub const fn verdict(sent: Sent, effect: Effect, came: Came) -> Verdict {
    match (came, effect, sent) {
        (Came::Refusal, _, _) | (_, Effect::Uncommitted, _) => Verdict::Final,
        (Came::NotNow, _, _) => Verdict::Retry,
        (Came::Loss | Came::Unclear, Effect::Writes, Sent::Perhaps) => Verdict::Unknown,
        (Came::Loss, _, _) => Verdict::Retry,
        (Came::Unclear, _, _) => Verdict::Final,
    }
}

/// How long is waited before a statement is sent again that was sent again `resent` times. Not at all before the first: what
/// broke is gone, and another connection may lead to another server.
pub const fn pause(resent: u32) -> Duration {
    match resent {
        0 => Duration::ZERO,
        1 => Duration::from_millis(50),
        2 => Duration::from_millis(200),
        _ => Duration::from_millis(800),
    }
}

/// What came back, by the kind of the error that a driver made of it.
const fn came(kind: ErrorKind) -> Came {
    match kind {
        ErrorKind::Connection => Came::Loss,
        ErrorKind::Timeout | ErrorKind::Protocol | ErrorKind::Tls => Came::Unclear,
        _ => Came::Refusal,
    }
}

impl Error {
    /// The error as the caller of a request sees it: retryable, final, or of the kind
    /// [`Ambiguous`](ErrorKind::Ambiguous) where the request may have taken effect.
    ///
    /// The runtime does this for statements. A driver does it for a request of its own, once, after all that it tried.
    pub fn settle(self, effect: Effect) -> Error {
        let came = if self.is_retryable() { Came::NotNow } else { came(self.kind()) };
        match verdict(self.sent(), effect, came) {
            Verdict::Retry => self.with_retry(),
            Verdict::Final => self.without_retry(),
            Verdict::Unknown => {
                let message = format!("whether the statement took effect is not known: {}", self.message());
                self.without_retry().with_kind(ErrorKind::Ambiguous).with_message(message)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_cannot_have_happened_twice_is_sent_again() {
        use Came::*;
        use Effect::*;
        use Sent::*;
        use Verdict::*;
        for (came, sent, reads, writes) in [
            (Refusal, Nothing, Final, Final),
            (Refusal, Perhaps, Final, Final),
            (NotNow, Nothing, Retry, Retry),
            (NotNow, Perhaps, Retry, Retry),
            (Loss, Nothing, Retry, Retry),
            (Loss, Perhaps, Retry, Unknown),
            (Unclear, Nothing, Final, Final),
            (Unclear, Perhaps, Final, Unknown),
        ] {
            assert_eq!(verdict(sent, Reads, came), reads, "{sent:?} {came:?}");
            assert_eq!(verdict(sent, Writes, came), writes, "{sent:?} {came:?}");
            assert_eq!(verdict(sent, Uncommitted, came), Final, "{sent:?} {came:?}");
        }
    }

    #[test]
    fn errors_are_settled_by_kind_and_by_what_the_driver_knows() {
        #[track_caller]
        fn check(error: Error, effect: Effect, kind: ErrorKind, retry: bool) {
            let settled = error.settle(effect);
            assert_eq!((settled.kind(), settled.is_retryable()), (kind, retry), "{settled:?}");
            assert!(settled.message().ends_with("what was said"), "{settled}");
        }
        let made = |kind| Error::new(kind, "what was said");
        use Effect::*;
        use ErrorKind::*;
        check(made(Connection), Reads, Connection, true);
        check(made(Connection), Writes, Ambiguous, false);
        check(made(Connection), Uncommitted, Connection, false);
        check(made(Connection).unsent(), Writes, Connection, true);
        check(made(Connection).with_retry(), Writes, Connection, true);
        check(made(Connection).with_retry(), Uncommitted, Connection, false);
        check(made(Timeout), Reads, Timeout, false);
        check(made(Timeout), Writes, Ambiguous, false);
        check(made(Timeout).unsent(), Writes, Timeout, false);
        check(made(Protocol), Reads, Protocol, false);
        check(made(Protocol), Writes, Ambiguous, false);
        check(made(Tls), Writes, Ambiguous, false);
        check(made(Query), Writes, Query, false);
        check(made(Query).with_retry(), Writes, Query, true);
        check(made(Server), Writes, Server, false);
        let again = made(Connection).settle(Writes).settle(Writes);
        assert_eq!(again.message(), "whether the statement took effect is not known: what was said");
    }
}
