//! What is measured, and one slice of it: how many operations in how much time.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

/// One thing that is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure {
    Get,
    Put,
    GetPipelined,
    PutPipelined,
    GetAll,
    Select,
    Rows,
}

/// Requests in flight where they are not sent one after the other.
pub(crate) const DEPTH: usize = 64;
/// Keys of one getAll.
pub(crate) const KEYS: usize = 1000;

impl Measure {
    pub(crate) const ALL: [Measure; 7] = [
        Measure::Get,
        Measure::Put,
        Measure::GetPipelined,
        Measure::PutPipelined,
        Measure::GetAll,
        Measure::Select,
        Measure::Rows,
    ];

    /// Its name on the command line and to pyignite.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Measure::Get => "get",
            Measure::Put => "put",
            Measure::GetPipelined => "get64",
            Measure::PutPipelined => "put64",
            Measure::GetAll => "getall",
            Measure::Select => "select",
            Measure::Rows => "rows",
        }
    }

    /// Its name in the table.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Measure::Get => "get, one after the other",
            Measure::Put => "put, one after the other",
            Measure::GetPipelined => "get, 64 in flight",
            Measure::PutPipelined => "put, 64 in flight",
            Measure::GetAll => "getAll of 1,000 keys",
            Measure::Select => "SQL select of a row by primary key",
            Measure::Rows => "SQL select of 100,000 × 8",
        }
    }

    /// Whether many requests are in flight, so that what counts is how many are answered in a second.
    pub(crate) fn is_pipelined(self) -> bool {
        matches!(self, Measure::GetPipelined | Measure::PutPipelined)
    }
}

/// What runs the contender's tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flavour {
    CurrentThread,
    MultiThread,
    Python,
}

impl Flavour {
    pub(crate) fn title(self) -> &'static str {
        match self {
            Flavour::CurrentThread => "current-thread",
            Flavour::MultiThread => "multi-thread (2)",
            Flavour::Python => "CPython",
        }
    }
}

/// What one contender did in one round.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slice {
    /// Operations; of [`Measure::Rows`] whole results.
    pub(crate) ops: u64,
    pub(crate) wall: Duration,
    /// Of the contender's own process, all threads.
    pub(crate) cpu: Duration,
    /// The median time of one operation, where they come one after the other.
    pub(crate) median: Option<Duration>,
}

impl Slice {
    /// Microseconds an operation takes: the median where there is one, which a scheduler's hiccup does not move.
    pub(crate) fn micros(&self) -> f64 {
        let each = self.wall.as_secs_f64() / self.ops as f64;
        self.median.map_or(each, |median| median.as_secs_f64()) * 1e6
    }

    pub(crate) fn cpu_micros(&self) -> f64 {
        self.cpu.as_secs_f64() / self.ops as f64 * 1e6
    }

    pub(crate) fn per_second(&self) -> f64 {
        self.ops as f64 / self.wall.as_secs_f64()
    }
}

/// CPU time of this process, of all its threads.
fn cpu_now() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    let nanos = u32::try_from(now.tv_nsec).unwrap_or_default();
    Duration::new(u64::try_from(now.tv_sec).unwrap_or_default(), nanos)
}

/// A slice that is being measured.
pub(crate) struct Stopwatch {
    started: Instant,
    cpu: Duration,
    last: Instant,
    nanos: Vec<u32>,
}

impl Stopwatch {
    pub(crate) fn start() -> Stopwatch {
        let nanos = Vec::with_capacity(100_000);
        let (cpu, started) = (cpu_now(), Instant::now());
        Stopwatch { started, cpu, last: started, nanos }
    }

    /// One operation of a sequence is done; whether there is time for another.
    pub(crate) fn lap(&mut self, time: Duration) -> bool {
        let now = Instant::now();
        self.nanos.push(u32::try_from((now - self.last).as_nanos()).unwrap_or(u32::MAX));
        self.last = now;
        now - self.started < time
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// The end of a sequence of laps.
    pub(crate) fn stop(mut self) -> Slice {
        let ops = self.nanos.len() as u64;
        let (wall, cpu) = (self.last - self.started, cpu_now() - self.cpu);
        self.nanos.sort_unstable();
        let median = self.nanos.get(self.nanos.len() / 2).map(|nanos| Duration::from_nanos((*nanos).into()));
        Slice { ops, wall, cpu, median }
    }

    /// The end of operations that were not done one after the other.
    pub(crate) fn stop_after(self, ops: u64) -> Slice {
        Slice { ops, wall: self.started.elapsed(), cpu: cpu_now() - self.cpu, median: None }
    }
}

/// Keys by chance, the same for everybody.
#[derive(Debug, Clone)]
pub(crate) struct Keys(u64);

impl Keys {
    pub(crate) fn new(seed: u64) -> Keys {
        Keys(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number from 0 to `end`, by xorshift.
    pub(crate) fn next(&mut self, end: i64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 1) as i64 % end
    }
}
