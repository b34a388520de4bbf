//! Signs of life: when one is asked for, and what is made of it when none comes. What writes and reads is in `tasks`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use querent_protocol::ignite::code::Feature;
use querent_protocol::ignite::request::{self, Heartbeat, TypeGet};
use tokio::time::Instant;

use super::{NOBODY, Outgoing, Shared};

/// When signs of life are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Beats {
    /// How long nothing is sent or heard until then.
    pub(crate) interval: Duration,
    /// How long one may take before the connection is given up, but for statements.
    pub(crate) silence_max: Duration,
    /// How long one may take while a statement runs: a node whose threads for clients are all busy with such answers
    /// nothing (2.17.0).
    pub(crate) statement_silence_max: Duration,
    /// How long one may take before the connection is not leased any more.
    pub(crate) doubt_after: Duration,
}

impl Beats {
    /// A third of what the server allows a connection to be idle, so that one may be lost; but never a flood.
    pub(crate) fn new(
        interval: Duration,
        silence_max: Duration,
        statement_silence_max: Duration,
        idle_timeout_ms: Option<u64>,
    ) -> Beats {
        let third = idle_timeout_ms.map_or(interval, |ms| Duration::from_millis(ms) / 3);
        let interval = interval.min(third).max(Duration::from_millis(500));
        let doubt_after = silence_max.min(Duration::from_secs(2));
        Beats { interval, silence_max, statement_silence_max, doubt_after }
    }
}

/// Watches for signs of life: any byte is one, and one is asked for when there was none for a while.
pub(super) struct Watch {
    beats: Beats,
    /// Set by the reader at each byte.
    heard: Arc<AtomicBool>,
    /// When a sign of life was asked for that has not come.
    asked: Option<Instant>,
    looked: Instant,
    /// When a request was given up that the server may still run.
    abandoned: Option<Instant>,
}

/// How long a statement that nobody waits for may run before the connection is closed as soon as nobody uses it.
const ABANDONED_MAX: Duration = Duration::from_secs(1);
/// How often it is looked at then.
const ABANDONED_LOOK: Duration = Duration::from_millis(100);
/// The id of a type that nobody has, for servers without heartbeats (before 2.13): that there is none is answered out of
/// the node's memory, by every version.
const NO_TYPE: i32 = 1;

/// What is made of how long nothing has come.
pub(super) enum Verdict {
    Fine,
    Ask,
    /// Nothing is to be expected any more but the answers to statements, which may keep the node from all else.
    Silent,
    /// Nor are they.
    Dead,
}

impl Watch {
    pub(super) fn new(beats: Beats, heard: Arc<AtomicBool>) -> Watch {
        Watch { beats, heard, asked: None, looked: Instant::now(), abandoned: None }
    }

    /// When to look again.
    pub(super) fn next(&self) -> Instant {
        let beat = self.next_beat();
        match self.abandoned {
            Some(since) => beat.min((since + ABANDONED_MAX).max(Instant::now() + ABANDONED_LOOK)),
            None => beat,
        }
    }

    /// Whether the connection is to be closed, to stop what nobody waits for. Its last users are waited for; others get
    /// another.
    pub(super) fn is_over(&mut self, shared: &Shared) -> bool {
        let Some(since) = self.abandoned else { return false };
        if !shared.waiters().has_abandoned_statement() {
            self.abandoned = None;
            return false;
        }
        if since.elapsed() < ABANDONED_MAX {
            return false;
        }
        shared.retired.store(true, Ordering::Relaxed);
        shared.is_idle()
    }

    fn next_beat(&self) -> Instant {
        let look = self.looked + self.beats.interval;
        let Some(asked) = self.asked else { return look };
        let Beats { doubt_after, silence_max, statement_silence_max, .. } = self.beats;
        let deadlines = [doubt_after, silence_max, statement_silence_max].map(|limit| asked + limit);
        deadlines.into_iter().find(|deadline| self.looked < *deadline).map_or(look, |next| look.min(next))
    }

    pub(super) fn tick(&mut self, shared: &Shared) -> Verdict {
        let now = Instant::now();
        if now < self.next_beat() {
            return Verdict::Fine;
        }
        let heard = self.heard.swap(false, Ordering::Relaxed);
        let sent = shared.sent.swap(false, Ordering::Relaxed);
        self.looked = now;
        if heard {
            self.asked = None;
            // Where nothing was sent, the server would soon find us idle.
            return if sent { Verdict::Fine } else { Verdict::Ask };
        }
        match self.asked {
            Some(asked) if now >= asked + self.beats.silence_max => {
                let is_hopeless = now >= asked + self.beats.statement_silence_max;
                match is_hopeless || !shared.waiters().has_statement() {
                    true => Verdict::Dead,
                    false => Verdict::Silent,
                }
            }
            Some(asked) => {
                if now >= asked + self.beats.doubt_after {
                    shared.doubtful.store(true, Ordering::Relaxed);
                }
                Verdict::Fine
            }
            None => Verdict::Ask,
        }
    }

    /// A request was given up that the server may still run.
    pub(super) fn abandon(&mut self) {
        self.abandoned.get_or_insert_with(Instant::now);
    }

    /// Asks for a sign of life, unless one is overdue already.
    pub(super) fn beat(&mut self, shared: &Shared) -> Option<Outgoing> {
        let now = Instant::now();
        self.looked = now;
        if self.asked.is_none() {
            self.heard.store(false, Ordering::Relaxed);
            self.asked = Some(now);
        }
        let agreed = &shared.setup.agreed;
        let frame = match agreed.has(Feature::Heartbeat) {
            true => request::encode(&Heartbeat, NOBODY, agreed, usize::MAX),
            false => request::encode(&TypeGet(NO_TYPE), NOBODY, agreed, usize::MAX),
        };
        Some(Outgoing { id: NOBODY, frame: frame.ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beats_keep_within_what_the_server_allows() {
        let beats = |ms: u64, idle| {
            let second = Duration::from_secs(1);
            Beats::new(Duration::from_millis(ms), 9 * second, 90 * second, idle).interval.as_millis()
        };
        assert_eq!(beats(30_000, None), 30_000);
        assert_eq!(beats(30_000, Some(9_000)), 3_000);
        assert_eq!(beats(1_000, Some(9_000)), 1_000);
        assert_eq!(beats(30_000, Some(600)), 500);
        assert_eq!(beats(10, None), 500);
    }
}
