//! The `querent` command.
//!
//! One file a command; `project.rs` finds and reads querent.toml for all of them. Exit codes: 0 all is well, 1 something is
//! wrong with the queries, the cache or a source, 2 the command line cannot be read.

#[macro_use]
mod output;

mod check;
mod diff;
mod explain;
mod failure;
mod init;
mod prepare;
mod project;
mod pull;
mod queries;
mod raw;
mod serve;
mod source;
mod views;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "querent", bin_name = "querent", version, about, propagate_version = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Writes a querent.toml to begin with
    Init(init::Arguments),
    /// Reads the schema of every source into .sqlcache
    Pull(pull::Arguments),
    /// Tells whether the cache is still true of its sources, and which queries would break
    Check(check::Arguments),
    /// Asks the live servers what every query takes and gives, and records what the checker does not know
    Prepare(prepare::Arguments),
    /// Prints what a query takes and gives, and why
    Explain(explain::Arguments),
    /// Lists the checked queries of the crates below querent.toml
    Queries(queries::Arguments),
    /// Serves files over Flight SQL
    Serve(serve::Arguments),
}

fn main() -> ExitCode {
    // `cargo querent …` passes its own name as the first argument.
    let mut arguments: Vec<_> = std::env::args_os().collect();
    if arguments.get(1).is_some_and(|a| a == "querent") {
        arguments.remove(1);
    }
    let outcome = match Arguments::parse_from(arguments).command {
        Command::Init(arguments) => init::run(&arguments),
        Command::Pull(arguments) => pull::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Prepare(arguments) => prepare::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Queries(arguments) => queries::run(&arguments),
        Command::Serve(arguments) => serve::run(&arguments),
    };
    match outcome {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}
