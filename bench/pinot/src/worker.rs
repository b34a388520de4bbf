//! A contender in a process of its own: a line `MEASURE SECONDS` in, a [`Slice`] out, until the end of the input.

use std::io::{BufRead as _, Write as _};
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use crate::Result;
use crate::driver::Driver;
use crate::measure::{Measure, Slice, Stopwatch};
use crate::raw::Raw;

/// Who asks.
#[derive(Clone)]
enum Client {
    Raw(Raw),
    Driver(Driver),
}

/// Runs `raw`, `serde` or `querent` on a `current` or `multi` runtime against a broker.
pub fn run(contender: &str, flavour: &str, broker: &str) -> Result<()> {
    let runtime = match flavour {
        "current" => Builder::new_current_thread().enable_all().build()?,
        _ => Builder::new_multi_thread().worker_threads(2).enable_all().build()?,
    };
    let client = match contender {
        "raw" => Client::Raw(Raw::new(broker, false)?),
        "serde" => Client::Raw(Raw::new(broker, true)?),
        "querent" => {
            let url = format!("{}?role=broker", broker.replacen("http", "pinot", 1));
            Client::Driver(runtime.block_on(Driver::connect(&url))?)
        }
        _ => return Err("no such contender".into()),
    };
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (measure, seconds) = line.split_once(' ').ok_or("a line is MEASURE SECONDS")?;
        let slice =
            slice(&runtime, &client, Measure::of(measure)?, Duration::from_secs_f64(seconds.parse()?))?;
        println!("{}", slice.line());
        std::io::stdout().flush()?;
    }
    Ok(())
}

/// In a task of the runtime, as requests of a service are.
fn slice(runtime: &Runtime, client: &Client, measure: Measure, time: Duration) -> Result<Slice> {
    let client = client.clone();
    let task = async move {
        let mut watch = Stopwatch::start();
        loop {
            match &client {
                Client::Raw(raw) => raw.ask(measure).await?,
                Client::Driver(driver) => driver.ask(measure).await?,
            }
            if !watch.lap(time) {
                return watch.stop();
            }
        }
    };
    runtime.block_on(async { tokio::spawn(task).await })?
}
