//! querent's Ignite driver beside a raw socket and pyignite, on one node, in rounds that take turns.
//!
//! `bench/ignite/run` starts the node and calls this; the table goes to stdout as markdown, progress to stderr. What each
//! contender does is in `raw`, `driver` and `pyignite_peer.py`; how figures are made of rounds is in `table`.

mod driver;
mod load;
mod measure;
mod peer;
mod raw;
mod raw_values;
mod table;

use std::error::Error;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use driver::Driver;
use measure::{Flavour, Measure, Slice};
use peer::{Client, Peer};
use raw::Raw;
use table::Results;

/// A sentence is enough: whoever reads it runs a benchmark.
pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// One who takes part: a name in the table, and what does the work.
struct Contender {
    name: Name,
    flavour: Flavour,
    kind: Kind,
}

/// Who takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Name {
    /// Requests written by hand, answers only measured out.
    Raw,
    /// The same, and values parsed by hand.
    RawDecoded,
    Querent,
    PyigniteAio,
    PyigniteSync,
}

enum Kind {
    /// `None` only while it runs.
    Raw(Option<Raw>),
    Querent(Driver),
    /// Which process, and which of its clients.
    Pyignite(Client),
}

fn main() -> Result<()> {
    let arguments = Arguments::read()?;
    let current = Builder::new_current_thread().enable_all().build()?;
    let multi = Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let url = format!("ignite://{}", arguments.address);
    let mut contenders = Vec::new();
    for (flavour, runtime) in [(Flavour::CurrentThread, &current), (Flavour::MultiThread, &multi)] {
        for name in [Name::Raw, Name::RawDecoded] {
            let raw = runtime.block_on(Raw::connect(&arguments.address, name == Name::RawDecoded))?;
            contenders.push(Contender { name, flavour, kind: Kind::Raw(Some(raw)) });
        }
        let driver = runtime.block_on(Driver::connect(&url))?;
        if flavour == Flavour::CurrentThread && arguments.loads {
            eprintln!("loading {} entries and {} rows", load::ENTRIES, load::ROWS);
            runtime.block_on(load::load(&driver))?;
        }
        contenders.push(Contender { name: Name::Querent, flavour, kind: Kind::Querent(driver) });
    }
    let mut peer = match &arguments.python {
        Some(python) => Some(Peer::start(python, &arguments.peer, &arguments.address)?),
        None => None,
    };
    if peer.is_some() {
        for (name, client) in [(Name::PyigniteAio, Client::Aio), (Name::PyigniteSync, Client::Sync)] {
            contenders.push(Contender { name, flavour: Flavour::Python, kind: Kind::Pyignite(client) });
        }
    }
    let mut results = Results::default();
    for measure in Measure::ALL.into_iter().filter(|measure| arguments.wants(*measure)) {
        eprintln!("{}", measure.title());
        for round in 0..=arguments.rounds {
            // The first round warms the server up for this measure, and is thrown away. Each round begins with another.
            let time = if round == 0 { arguments.warm_up } else { arguments.slice };
            let len = contenders.len();
            for at in 0..len {
                let contender = &mut contenders[(at + round) % len];
                if !contender.takes_part(measure, round) || !arguments.wants_flavour(contender.flavour) {
                    continue;
                }
                let slice = contender.run(measure, time, (&current, &multi), peer.as_mut())?;
                if round > 0 {
                    results.add(measure, contender.name, contender.flavour, round, slice);
                }
            }
        }
    }
    print!("{}", results.markdown(arguments.rounds, arguments.slice));
    Ok(())
}

impl Contender {
    /// pyignite has no requests in flight in its synchronous client, and reads 100,000 rows in ten seconds: once is enough.
    fn takes_part(&self, measure: Measure, round: usize) -> bool {
        match self.name {
            Name::Raw | Name::Querent => true,
            Name::RawDecoded => matches!(measure, Measure::GetAll | Measure::Rows),
            Name::PyigniteAio => round > 0 && (measure != Measure::Rows || round == 1),
            Name::PyigniteSync => {
                round > 0 && !measure.is_pipelined() && (measure != Measure::Rows || round == 1)
            }
        }
    }

    fn run(
        &mut self,
        measure: Measure,
        time: Duration,
        runtimes: (&Runtime, &Runtime),
        peer: Option<&mut Peer>,
    ) -> Result<Slice> {
        let runtime = match self.flavour {
            Flavour::MultiThread => runtimes.1,
            Flavour::CurrentThread | Flavour::Python => runtimes.0,
        };
        match &mut self.kind {
            // Both run as tasks of the runtime, as requests of a service do.
            Kind::Raw(slot) => {
                let mut raw = slot.take().ok_or("a raw connection that failed before")?;
                let task = async move {
                    let slice = raw.run(measure, time).await;
                    (raw, slice)
                };
                let (raw, slice) = runtime.block_on(async { tokio::spawn(task).await })?;
                *slot = Some(raw);
                slice
            }
            Kind::Querent(driver) => {
                let driver = driver.clone();
                runtime
                    .block_on(async { tokio::spawn(async move { driver.run(measure, time).await }).await })?
            }
            Kind::Pyignite(client) => peer.ok_or("no pyignite")?.run(*client, measure, time),
        }
    }
}

/// What the command line says.
struct Arguments {
    address: String,
    /// The interpreter that has pyignite.
    python: Option<String>,
    /// `pyignite_peer.py`.
    peer: String,
    rounds: usize,
    slice: Duration,
    warm_up: Duration,
    /// Part of the names of measures; all where there is none.
    only: Option<String>,
    flavour: Option<String>,
    /// Whether the node is empty.
    loads: bool,
}

impl Arguments {
    fn read() -> Result<Arguments> {
        let mut arguments = Arguments {
            address: String::new(),
            python: None,
            peer: String::new(),
            rounds: 9,
            slice: Duration::from_millis(250),
            warm_up: Duration::from_millis(700),
            only: None,
            flavour: None,
            loads: true,
        };
        for argument in std::env::args().skip(1) {
            let (key, value) = argument.split_once('=').ok_or("arguments are KEY=VALUE")?;
            match key {
                "address" => arguments.address = value.to_owned(),
                "python" => arguments.python = Some(value.to_owned()),
                "peer" => arguments.peer = value.to_owned(),
                "rounds" => arguments.rounds = value.parse()?,
                "slice-ms" => arguments.slice = Duration::from_millis(value.parse()?),
                "warm-up-ms" => arguments.warm_up = Duration::from_millis(value.parse()?),
                "only" => arguments.only = Some(value.to_owned()),
                "load" => arguments.loads = value.parse()?,
                "runtime" => arguments.flavour = Some(value.to_owned()),
                _ => return Err(format!("unknown argument {key}").into()),
            }
        }
        Ok(arguments)
    }

    fn wants(&self, measure: Measure) -> bool {
        self.only.as_ref().is_none_or(|only| only.split(',').any(|name| name == measure.key()))
    }

    fn wants_flavour(&self, flavour: Flavour) -> bool {
        self.flavour.as_ref().is_none_or(|only| flavour.title().starts_with(only.as_str()))
    }
}
