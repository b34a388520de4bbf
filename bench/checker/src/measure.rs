//! CPU time of a piece of work: the least of several rounds, for other work on the machine only adds.

use std::hint::black_box;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// How long and how often.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    pub(crate) rounds: usize,
    pub(crate) slice: Duration,
}

/// CPU time of this process, of all its threads: deep statements are checked on one of their own.
fn cpu_now() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    let nanos = u32::try_from(now.tv_nsec).unwrap_or_default();
    Duration::new(u64::try_from(now.tv_sec).unwrap_or_default(), nanos)
}

/// CPU microseconds of doing `work` once, where it was done before.
pub(crate) fn micros<T>(effort: Effort, mut work: impl FnMut() -> T) -> f64 {
    let once = once(&mut work);
    let repeats = (effort.slice.as_secs_f64() * 1e6 / once.max(0.1)).ceil().clamp(1.0, 1e6) as u32;
    let mut least = f64::INFINITY;
    for _ in 0..effort.rounds {
        let start = cpu_now();
        for _ in 0..repeats {
            black_box(work());
        }
        least = least.min((cpu_now() - start).as_secs_f64() * 1e6 / f64::from(repeats));
    }
    least
}

/// CPU microseconds of doing `work` for the first time.
pub(crate) fn once<T>(work: impl FnOnce() -> T) -> f64 {
    let start = cpu_now();
    black_box(work());
    (cpu_now() - start).as_secs_f64() * 1e6
}
