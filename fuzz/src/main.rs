//! Bent input for every decoder of Ignite's protocol: `cargo run --release [INPUTS [TARGET]]`, 10⁶ for each by default.
//!
//! Seeds are what real servers sent (`protocol/tests`); each target starts from those that it accepts. The same numbers
//! give the same inputs. A panic prints its input and fails the run, and so does an input that takes five seconds.

mod corpus;
mod mutate;
mod targets;

use std::panic;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use mutate::Mutator;
use targets::{TARGETS, Target};

/// No input is longer than some thousands of bytes, so this is not a matter of a slow machine.
const SLOWEST_MAX: Duration = Duration::from_secs(5);

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let inputs = arguments.next().map_or(Ok(1_000_000), |text| text.parse::<u64>());
    let Ok(inputs) = inputs else {
        eprintln!("usage: querent-fuzz [INPUTS [TARGET]]");
        return ExitCode::FAILURE;
    };
    let only = arguments.next();
    let corpus = corpus::load();
    println!("{} seeds", corpus.len());
    println!(
        "{:<28} {:>6} {:>10} {:>10} {:>8} {:>12}",
        "target", "seeds", "inputs", "accepted", "s", "slowest µs"
    );
    let mut failed = false;
    for target in TARGETS.iter().filter(|target| only.as_ref().is_none_or(|only| only == target.name)) {
        failed |= !run(target, &corpus, inputs);
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Whether a target took all inputs.
fn run(target: &Target, corpus: &[Vec<u8>], inputs: u64) -> bool {
    let seeds: Vec<&[u8]> = corpus.iter().filter(|seed| (target.accepts)(seed)).map(Vec::as_slice).collect();
    if seeds.is_empty() {
        println!("{}: no recorded bytes are accepted", target.name);
        return false;
    }
    let mut mutator = Mutator::new(target.name);
    let (begin, mut accepted, mut slowest) = (Instant::now(), 0_u64, Duration::ZERO);
    let mut input = Vec::new();
    for _ in 0..inputs {
        mutator.bend(&seeds, &mut input);
        let at = Instant::now();
        let outcome = panic::catch_unwind(|| (target.accepts)(&input));
        let took = at.elapsed();
        slowest = slowest.max(took);
        match outcome {
            Ok(is_accepted) if took < SLOWEST_MAX => accepted += u64::from(is_accepted),
            Ok(_) => return lost(target, &input, "took too long"),
            Err(_) => return lost(target, &input, "panicked"),
        }
    }
    let (secs, micros) = (begin.elapsed().as_secs_f64(), slowest.as_micros());
    println!("{:<28} {:>6} {inputs:>10} {accepted:>10} {secs:>8.1} {micros:>12}", target.name, seeds.len());
    true
}

fn lost(target: &Target, input: &[u8], what: &str) -> bool {
    let hex: String = input.iter().map(|byte| format!("{byte:02x}")).collect();
    println!("{}: {what}: {hex}", target.name);
    false
}
