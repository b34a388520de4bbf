//! What is measured, and one slice of it: how many operations in how much time.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

use crate::Result;
use crate::client::Client;

/// One thing that is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure {
    /// One statement after the other.
    One,
    /// Sixteen tasks at once.
    Many,
}

/// How many tasks ask at once.
const TASKS: u64 = 16;
/// How many rows the table has.
const ROWS: u64 = 3000;

impl Measure {
    pub(crate) const ALL: [Measure; 2] = [Measure::One, Measure::Many];

    pub(crate) fn key(self) -> &'static str {
        match self {
            Measure::One => "one",
            Measure::Many => "many",
        }
    }

    pub(crate) fn title(self) -> &'static str {
        match self {
            Measure::One => "point SELECT, one after the other",
            Measure::Many => "point SELECT, 16 tasks",
        }
    }
}

/// What one contender did in one round.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slice {
    pub(crate) ops: u64,
    /// Of the contender's own process, all threads.
    pub(crate) cpu: Duration,
    /// One after the other the median of an operation; of many at once, the time for each.
    pub(crate) time: Duration,
}

impl Slice {
    pub(crate) fn micros(&self) -> f64 {
        self.time.as_secs_f64() * 1e6
    }

    pub(crate) fn cpu_micros(&self) -> f64 {
        self.cpu.as_secs_f64() / self.ops as f64 * 1e6
    }

    /// The slice of a line `OPS CPU TIME`.
    pub(crate) fn read(line: &str) -> Result<Slice> {
        let numbers: std::result::Result<Vec<f64>, _> = line.split_whitespace().map(str::parse).collect();
        match numbers?[..] {
            [ops, cpu, time] => Ok(Slice {
                ops: ops as u64,
                cpu: Duration::from_secs_f64(cpu),
                time: Duration::from_secs_f64(time),
            }),
            _ => Err("the peer has ended".into()),
        }
    }
}

fn cpu_now() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    let nanos = u32::try_from(now.tv_nsec).unwrap_or_default();
    Duration::new(u64::try_from(now.tv_sec).unwrap_or_default(), nanos)
}

pub(crate) async fn run(client: Client, measure: Measure, time: Duration) -> Result<Slice> {
    let (cpu, started) = (cpu_now(), Instant::now());
    let mut laps = Vec::new();
    match measure {
        Measure::One => laps = work(client, 1, started + time).await?,
        Measure::Many => {
            let tasks = (0..TASKS).map(|seed| tokio::spawn(work(client.clone(), seed, started + time)));
            let tasks: Vec<_> = tasks.collect();
            for task in tasks {
                laps.extend(task.await??);
            }
        }
    }
    let (ops, took) = (laps.len() as u64, started.elapsed());
    let cpu = cpu_now() - cpu;
    laps.sort_unstable();
    let time = match measure {
        Measure::One => *laps.get(laps.len() / 2).ok_or("no operation")?,
        Measure::Many => took.div_f64(ops as f64),
    };
    Ok(Slice { ops, cpu, time })
}

async fn work(client: Client, seed: u64, until: Instant) -> Result<Vec<Duration>> {
    let mut laps = Vec::with_capacity(10_000);
    // Rows in an order that no cache knows (Knuth's multiplicative hash).
    let mut at = seed;
    let mut last = Instant::now();
    while last < until || laps.is_empty() {
        at = at.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        client.ask(((at >> 33) % ROWS + 1) as i64).await?;
        let now = Instant::now();
        laps.push(now - last);
        last = now;
    }
    Ok(laps)
}
