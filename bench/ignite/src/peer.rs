//! pyignite, in a process of its own: a measure a line, its figures on the next.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use crate::Result;
use crate::driver::{SELECT_ALL, SELECT_ONE};
use crate::load::{CACHE, ENTRIES, ROWS};
use crate::measure::{DEPTH, KEYS, Measure, Slice};

/// Which of its clients.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Client {
    Aio,
    Sync,
}

/// The process. It ends at the end of its input.
pub(crate) struct Peer {
    process: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Peer {
    pub(crate) fn start(python: &str, script: &str, address: &str) -> Result<Peer> {
        let mut process = Command::new(python)
            .args(["-W", "ignore", script, address, CACHE])
            .args([ENTRIES, ROWS].map(|number| number.to_string()))
            .args([DEPTH, KEYS].map(|number| number.to_string()))
            .args([SELECT_ONE, SELECT_ALL])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let input = process.stdin.take();
        let output = BufReader::new(process.stdout.take().ok_or("no output of pyignite's")?);
        Ok(Peer { process, input, output })
    }

    pub(crate) fn run(&mut self, client: Client, measure: Measure, time: Duration) -> Result<Slice> {
        let client = match client {
            Client::Aio => "aio",
            Client::Sync => "sync",
        };
        let input = self.input.as_mut().ok_or("no input of pyignite's")?;
        writeln!(input, "{client} {} {}", measure.key(), time.as_secs_f64())?;
        input.flush()?;
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        let numbers: Vec<f64> =
            line.split_whitespace().map(str::parse).collect::<std::result::Result<_, _>>()?;
        match numbers[..] {
            [ops, wall, cpu, median] => Ok(Slice {
                ops: ops as u64,
                wall: Duration::from_secs_f64(wall),
                cpu: Duration::from_secs_f64(cpu),
                median: (median > 0.0).then(|| Duration::from_secs_f64(median)),
            }),
            _ => Err("pyignite has ended".into()),
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        drop(self.input.take());
        // Its own errors are on stderr already.
        let _ = self.process.wait();
    }
}
