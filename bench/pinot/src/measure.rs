//! What is measured, and one slice of it: how many operations in how much time.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

use crate::Result;

/// One thing that is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// One row.
    Point,
    /// All of the table.
    Rows,
}

impl Measure {
    /// Both.
    pub const ALL: [Measure; 2] = [Measure::Rows, Measure::Point];

    /// Its name on the command line and to the workers.
    pub fn key(self) -> &'static str {
        match self {
            Measure::Point => "point",
            Measure::Rows => "rows",
        }
    }

    /// Its name in the table.
    pub fn title(self) -> &'static str {
        match self {
            Measure::Point => "one row",
            Measure::Rows => "97,889 × 8",
        }
    }

    /// The measure of a name.
    pub fn of(key: &str) -> Result<Measure> {
        Measure::ALL.into_iter().find(|measure| measure.key() == key).ok_or_else(|| "no such measure".into())
    }
}

/// What one contender did in one round.
#[derive(Debug, Clone, Copy)]
pub struct Slice {
    /// Operations: whole results.
    pub ops: u64,
    /// Of the contender's own process, all threads.
    pub cpu: Duration,
    /// The median time of one operation, which a scheduler's hiccup does not move.
    pub median: Duration,
}

impl Slice {
    /// Microseconds that an operation takes.
    pub fn micros(&self) -> f64 {
        self.median.as_secs_f64() * 1e6
    }

    /// Microseconds of CPU that the client takes for one.
    pub fn cpu_micros(&self) -> f64 {
        self.cpu.as_secs_f64() / self.ops as f64 * 1e6
    }

    /// As the workers write it: operations, seconds of CPU, seconds of the median.
    pub fn line(&self) -> String {
        format!("{} {} {}", self.ops, self.cpu.as_secs_f64(), self.median.as_secs_f64())
    }

    /// The slice of such a line.
    pub fn read(line: &str) -> Result<Slice> {
        let numbers: std::result::Result<Vec<f64>, _> = line.split_whitespace().map(str::parse).collect();
        match numbers?[..] {
            [ops, cpu, median] => Ok(Slice {
                ops: ops as u64,
                cpu: Duration::from_secs_f64(cpu),
                median: Duration::from_secs_f64(median),
            }),
            _ => Err("a worker has ended".into()),
        }
    }
}

/// CPU time of this process, of all its threads.
fn cpu_now() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    let nanos = u32::try_from(now.tv_nsec).unwrap_or_default();
    Duration::new(u64::try_from(now.tv_sec).unwrap_or_default(), nanos)
}

/// A slice that is being measured.
pub struct Stopwatch {
    started: Instant,
    cpu: Duration,
    last: Instant,
    laps: Vec<Duration>,
}

impl Stopwatch {
    /// Begins it.
    pub fn start() -> Stopwatch {
        let laps = Vec::with_capacity(10_000);
        let (cpu, started) = (cpu_now(), Instant::now());
        Stopwatch { started, cpu, last: started, laps }
    }

    /// One operation is done; whether there is time for another.
    pub fn lap(&mut self, time: Duration) -> bool {
        let now = Instant::now();
        self.laps.push(now - self.last);
        self.last = now;
        now - self.started < time
    }

    /// The end of it.
    pub fn stop(mut self) -> Result<Slice> {
        let (ops, cpu) = (self.laps.len() as u64, cpu_now() - self.cpu);
        self.laps.sort_unstable();
        let median = *self.laps.get(self.laps.len() / 2).ok_or("no operation")?;
        Ok(Slice { ops, cpu, median })
    }
}
