//! What checking a statement costs: opening the cache and checking, as a macro does for each query.
//!
//! `run` beside this builds it twice, unoptimised and optimised, and merges what both print into one table. CPU time, not
//! time on the clock: what else the machine does counts less.

mod many;
mod measure;
mod scale;
#[path = "../../../schema/tests/limits/shapes.rs"]
mod shapes;
mod sources;
mod statements;

use std::error::Error;
use std::time::Duration;

use measure::Effort;

/// The stack of rustc's own thread, and what macros count on of it.
const STACK: usize = 8 << 20;
const GRANTED: usize = 6 << 20;

fn main() -> Result<(), Box<dyn Error>> {
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(|| {
        querent_schema::parse::grant_stack(GRANTED);
        run().map_err(|error| error.to_string())
    })?;
    Ok(thread.join().map_err(|_| "it panicked")??)
}

fn run() -> Result<(), Box<dyn Error>> {
    let mut effort = Effort { rounds: 9, slice: Duration::from_millis(60) };
    let mut only = None;
    let mut fits = String::new();
    let mut tpcds = None;
    for argument in std::env::args().skip(1) {
        match argument.split_once('=') {
            Some(("rounds", rounds)) => effort.rounds = rounds.parse()?,
            Some(("slice-ms", slice)) => effort.slice = Duration::from_millis(slice.parse()?),
            Some(("only", part)) => only = Some(part.to_owned()),
            Some(("fits", name)) => fits = name.to_owned(),
            Some(("tpcds", folder)) => tpcds = Some(folder.to_owned()),
            _ => return Err(format!("`{argument}` says nothing that is known").into()),
        }
    }
    let wanted = |part: &str| only.as_deref().is_none_or(|only| only == part);
    let sources = sources::Sources::write()?;
    if wanted("statements") {
        statements::run(&sources, tpcds.as_deref(), &fits, effort)?;
    }
    if wanted("scale") {
        scale::run(&sources, &fits, effort)?;
    }
    if wanted("many") {
        many::run(effort)?;
    }
    Ok(())
}
