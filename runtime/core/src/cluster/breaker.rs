//! What is known of a node's failures: whether it is used, left alone, or tried once.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::options::Ejection;

/// The first pause after a node could not be reached; it doubles each time.
const PAUSE_MIN: Duration = Duration::from_millis(100);
/// The longest.
const PAUSE_MAX: Duration = Duration::from_secs(30);

/// Whether a node serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is used.
    Good,
    /// It was left alone for long enough: one connection may try it.
    Probe,
    /// It is left alone.
    Bad,
}

/// The failures of one node. A failed connect leaves it alone at once, for a time that doubles; connections that break
/// leave it alone where [`Ejection`] says so.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    /// How often connecting failed since it last worked.
    failed_connects: u32,
    left_until: Option<Instant>,
    /// Whether a connection is being made that will tell.
    probing: bool,
    /// When connections broke lately.
    broke: VecDeque<Instant>,
    /// How often it was left alone.
    pub(super) ejections: u64,
}

impl Breaker {
    pub(super) fn verdict(&self, now: Instant) -> Verdict {
        match self.left_until {
            None => Verdict::Good,
            Some(until) if now < until || self.probing => Verdict::Bad,
            Some(_) => Verdict::Probe,
        }
    }

    /// A connection is being made to it.
    pub(super) fn connecting(&mut self) {
        self.probing = self.left_until.is_some();
    }

    /// No connection will come of it, and nothing was learnt.
    pub(super) fn gave_up(&mut self) {
        self.probing = false;
    }

    pub(super) fn connected(&mut self) {
        self.failed_connects = 0;
        self.left_until = None;
        self.probing = false;
        self.broke.clear();
    }

    pub(super) fn connect_failed(&mut self, now: Instant) {
        let pause = PAUSE_MIN.saturating_mul(1 << self.failed_connects.min(16)).min(PAUSE_MAX);
        self.failed_connects = self.failed_connects.saturating_add(1);
        self.leave(now, super::jittered(pause));
    }

    /// A connection to it broke.
    pub(super) fn broke(&mut self, now: Instant, ejection: Option<Ejection>) {
        let Some(ejection) = ejection else { return };
        self.broke.push_back(now);
        while self.broke.front().is_some_and(|at| now.saturating_duration_since(*at) > ejection.within) {
            self.broke.pop_front();
        }
        if self.broke.len() >= ejection.failures as usize {
            self.broke.clear();
            self.leave(now, ejection.pause);
        }
    }

    fn leave(&mut self, now: Instant, pause: Duration) {
        self.probing = false;
        self.ejections += 1;
        let until = now.checked_add(pause);
        self.left_until = self.left_until.max(until);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    #[test]
    fn a_node_that_cannot_be_reached_is_left_alone_for_longer_and_longer_and_then_tried_once() {
        let mut breaker = Breaker::default();
        let mut now = Instant::now();
        assert_eq!(breaker.verdict(now), Verdict::Good);
        for pause in [100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 30000, 30000] {
            breaker.connect_failed(now);
            assert_eq!(breaker.verdict(now + ms(pause) * 89 / 100), Verdict::Bad, "{pause}");
            now += ms(pause) * 111 / 100;
            assert_eq!(breaker.verdict(now), Verdict::Probe, "{pause}");
            breaker.connecting();
            assert_eq!(breaker.verdict(now), Verdict::Bad, "one tries it at a time");
        }
        breaker.connected();
        assert_eq!(breaker.verdict(now), Verdict::Good);
        breaker.connect_failed(now);
        assert_eq!(breaker.verdict(now + ms(111)), Verdict::Probe, "the pauses begin again");
    }

    #[test]
    fn a_trial_that_was_given_up_can_be_made_again() {
        let mut breaker = Breaker::default();
        let now = Instant::now();
        breaker.connect_failed(now);
        breaker.connecting();
        breaker.gave_up();
        assert_eq!(breaker.verdict(now + ms(200)), Verdict::Probe);
    }

    #[test]
    fn connections_that_break_within_the_time_count() {
        let ejection = Some(Ejection::after(3, ms(1000), ms(5000)));
        let mut breaker = Breaker::default();
        let start = Instant::now();
        for at in [0, 600, 1700, 2300] {
            breaker.broke(start + ms(at), ejection);
            assert_eq!(breaker.verdict(start + ms(at)), Verdict::Good, "{at}");
        }
        breaker.broke(start + ms(2600), ejection);
        assert_eq!(breaker.verdict(start + ms(2600)), Verdict::Bad);
        assert_eq!(breaker.verdict(start + ms(7599)), Verdict::Bad);
        assert_eq!(breaker.verdict(start + ms(7600)), Verdict::Probe);
        assert_eq!(breaker.ejections, 1);
        let mut never = Breaker::default();
        (0..100).for_each(|_| never.broke(start, None));
        assert_eq!(never.verdict(start), Verdict::Good);
    }
}
