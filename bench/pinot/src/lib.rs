//! What the benchmark's programs share: what is asked, the bare HTTP and querent that ask it, and how it is timed.
//!
//! `main.rs` has the rounds and the table, `bin/memory.rs` the peak of memory, `python_peer.py` and the package in
//! `peer` the others: pinot-client-rust has a reqwest of 2021, whose features are not to be ours.

pub mod driver;
pub mod measure;
pub mod raw;
pub mod worker;

use std::error::Error;

/// A sentence is enough: whoever reads it runs a benchmark.
pub type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// How many rows the table has.
pub const ROWS: usize = 97_889;

/// All of it, eight columns.
pub const SELECT_ALL: &str = "SELECT playerID, playerName, teamID, yearID, AtBatting, runs, hits, homeRuns \
                              FROM baseballStats LIMIT 100000";
/// A row of it, found by an index.
pub const SELECT_ONE: &str = "SELECT playerID, playerName, teamID, yearID, AtBatting, runs, hits, homeRuns \
                              FROM baseballStats WHERE playerID = 'aaronha01' AND yearID = 1954 LIMIT 1";

/// An error where an answer is not the one that is known.
pub fn check(is_right: bool) -> Result<()> {
    if is_right { Ok(()) } else { Err("a wrong answer".into()) }
}
