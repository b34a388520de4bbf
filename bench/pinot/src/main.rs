//! querent's Pinot driver beside bare HTTP, pinot_connect, pinotdb and pinot-client-rust, on one broker, in rounds that take turns; each
//! contender is a process of its own.
//!
//! `bench/pinot/run` starts the servers and calls this; the table goes to stdout as markdown, progress to stderr.

mod contender;
mod table;

use std::time::Duration;

use querent_bench_pinot::measure::Measure;
use querent_bench_pinot::{Result, worker};

use contender::{Name, Process};
use table::Results;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [mode, contender, flavour, broker] = &arguments[..]
        && mode == "worker"
    {
        return worker::run(contender, flavour, broker);
    }
    let arguments = Arguments::read(&arguments)?;
    let mut processes = Vec::new();
    for name in Name::ALL.into_iter().filter(|name| arguments.wants(name.key())) {
        processes.push(Process::start(name, &arguments)?);
    }
    let mut results = Results::default();
    for measure in Measure::ALL.into_iter().filter(|measure| arguments.measures(measure.key())) {
        eprintln!("{}", measure.title());
        for round in 0..=arguments.rounds {
            // The first round warms the server up for this measure, and is thrown away. Each round begins with another.
            let time = if round == 0 { arguments.warm_up } else { arguments.slice };
            let len = processes.len();
            for at in 0..len {
                let process = &mut processes[(at + round) % len];
                let slice = process.run(measure, time)?;
                if round > 0 {
                    results.add(measure, process.name, round, slice);
                }
            }
        }
    }
    print!("{}", results.markdown(arguments.rounds, arguments.slice));
    Ok(())
}

/// What the command line says.
pub(crate) struct Arguments {
    /// `http://HOST:PORT` of the broker.
    pub(crate) broker: String,
    /// The interpreter that has pinot_connect and pinotdb, and the script for both.
    pub(crate) python: String,
    pub(crate) script: String,
    /// The program of pinot-client-rust.
    pub(crate) peer: String,
    rounds: usize,
    slice: Duration,
    warm_up: Duration,
    /// Names of contenders and of measures; all where there is none.
    contenders: Option<String>,
    only: Option<String>,
}

impl Arguments {
    fn read(pairs: &[String]) -> Result<Arguments> {
        let mut arguments = Arguments {
            broker: String::new(),
            python: String::new(),
            script: String::new(),
            peer: String::new(),
            rounds: 15,
            slice: Duration::from_millis(600),
            warm_up: Duration::from_millis(4000),
            contenders: None,
            only: None,
        };
        for argument in pairs {
            let (key, value) = argument.split_once('=').ok_or("arguments are KEY=VALUE")?;
            match key {
                "broker" => arguments.broker = value.to_owned(),
                "python" => arguments.python = value.to_owned(),
                "script" => arguments.script = value.to_owned(),
                "peer" => arguments.peer = value.to_owned(),
                "rounds" => arguments.rounds = value.parse()?,
                "slice-ms" => arguments.slice = Duration::from_millis(value.parse()?),
                "warm-up-ms" => arguments.warm_up = Duration::from_millis(value.parse()?),
                "contenders" => arguments.contenders = Some(value.to_owned()),
                "only" => arguments.only = Some(value.to_owned()),
                _ => return Err(format!("unknown argument {key}").into()),
            }
        }
        Ok(arguments)
    }

    fn wants(&self, contender: &str) -> bool {
        self.contenders.as_ref().is_none_or(|only| only.split(',').any(|name| name == contender))
    }

    fn measures(&self, measure: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only.split(',').any(|name| name == measure))
    }
}
