//! querent's Picodata driver beside prepared tokio-postgres, deadpool-postgres and asyncpg, in rounds that take turns.
//!
//! `bench/picodata/run` starts the servers and calls this; the table goes to stdout as markdown.

mod client;
mod measure;
mod table;

use std::error::Error;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use tokio::runtime::Runtime;

use client::Client;
use measure::{Measure, Slice};
use table::Results;

/// A sentence is enough: whoever reads it runs a benchmark.
type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Result<()> {
    let arguments = Arguments::read()?;
    let single = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let multi = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let mut contenders = Vec::new();
    for (kind, runtime) in [("", &single), (", multi-thread (2)", &multi)] {
        let url = &arguments.url;
        for (name, client) in [
            ("raw", runtime.block_on(Client::raw(url))?),
            ("querent", runtime.block_on(Client::querent(url))?),
            ("deadpool", runtime.block_on(Client::deadpool(url))?),
        ] {
            let title = match name {
                "raw" => "tokio-postgres, prepared, one connection",
                "querent" => "querent, typed, routed",
                _ => "deadpool-postgres, prepare_cached",
            };
            if arguments.wants(name) {
                contenders.push(Contender {
                    title: format!("{title}{kind}"),
                    base: format!("tokio-postgres, prepared, one connection{kind}"),
                    how: How::Here(client, runtime),
                });
            }
        }
    }
    if arguments.wants("asyncpg") {
        let base = "tokio-postgres, prepared, one connection".to_owned();
        contenders.push(Contender {
            title: "asyncpg 0.30.0".to_owned(),
            base,
            how: How::There(Peer::start(&arguments)?),
        });
    }
    let mut results = Results::default();
    for measure in Measure::ALL {
        for round in 0..=arguments.rounds {
            let len = contenders.len();
            for at in 0..len {
                // Each round begins with another; the first one warms up.
                let contender = &mut contenders[(at + round) % len];
                let slice = contender.run(measure, arguments.slice)?;
                if round > 0 {
                    results.add(measure, contender, round, slice);
                }
            }
        }
    }
    print!("{}", results.markdown(arguments.rounds, arguments.slice));
    Ok(())
}

/// Who takes part.
struct Contender<'r> {
    title: String,
    /// With whom it is compared.
    base: String,
    how: How<'r>,
}

enum How<'r> {
    Here(Client, &'r Runtime),
    There(Peer),
}

impl Contender<'_> {
    fn run(&mut self, measure: Measure, time: Duration) -> Result<Slice> {
        match &mut self.how {
            How::Here(client, runtime) => {
                let work = measure::run(client.clone(), measure, time);
                // In a task, as requests of a service are.
                runtime.block_on(async { tokio::spawn(work).await })?
            }
            How::There(peer) => peer.run(measure, time),
        }
    }
}

/// A process that measures by itself. It ends at the end of its input.
struct Peer {
    process: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Peer {
    fn start(arguments: &Arguments) -> Result<Peer> {
        let mut command = Command::new(&arguments.python);
        command.arg(&arguments.script).arg(client::of_one_node(&arguments.url));
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let input = process.stdin.take();
        let output = BufReader::new(process.stdout.take().ok_or("no output")?);
        Ok(Peer { process, input, output })
    }

    fn run(&mut self, measure: Measure, time: Duration) -> Result<Slice> {
        let input = self.input.as_mut().ok_or("no input")?;
        writeln!(input, "{} {}", measure.key(), time.as_secs_f64())?;
        input.flush()?;
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        Slice::read(&line)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        drop(self.input.take());
        // Its own errors are on stderr already.
        let _ = self.process.wait();
    }
}

struct Arguments {
    url: String,
    python: String,
    script: String,
    rounds: usize,
    slice: Duration,
    contenders: Option<String>,
}

impl Arguments {
    fn read() -> Result<Arguments> {
        let mut arguments = Arguments {
            url: String::new(),
            python: String::new(),
            script: String::new(),
            rounds: 15,
            slice: Duration::from_millis(400),
            contenders: None,
        };
        for argument in std::env::args().skip(1) {
            let (key, value) = argument.split_once('=').ok_or("arguments are KEY=VALUE")?;
            match key {
                "url" => arguments.url = value.to_owned(),
                "python" => arguments.python = value.to_owned(),
                "script" => arguments.script = value.to_owned(),
                "rounds" => arguments.rounds = value.parse()?,
                "slice-ms" => arguments.slice = Duration::from_millis(value.parse()?),
                "contenders" => arguments.contenders = Some(value.to_owned()),
                _ => return Err(format!("unknown argument {key}").into()),
            }
        }
        Ok(arguments)
    }

    fn wants(&self, contender: &str) -> bool {
        self.contenders.as_ref().is_none_or(|only| only.split(',').any(|name| name == contender))
    }
}
