//! Who takes part, and the process that does the work: a measure a line, its figures on the next.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use querent_bench_pinot::measure::{Measure, Slice};
use querent_bench_pinot::{Result, SELECT_ALL, SELECT_ONE};

use crate::Arguments;

/// Who takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Name {
    Raw,
    Querent,
    RawMulti,
    QuerentMulti,
    Serde,
    PinotConnect,
    Pinotdb,
    RustStruct,
    RustRow,
}

impl Name {
    pub(crate) const ALL: [Name; 9] = [
        Name::Raw,
        Name::Querent,
        Name::RawMulti,
        Name::QuerentMulti,
        Name::Serde,
        Name::PinotConnect,
        Name::Pinotdb,
        Name::RustStruct,
        Name::RustRow,
    ];

    /// Its name on the command line.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Name::Raw => "raw",
            Name::Querent => "querent",
            Name::RawMulti => "raw-multi",
            Name::QuerentMulti => "querent-multi",
            Name::Serde => "serde",
            Name::PinotConnect => "pinot-connect",
            Name::Pinotdb => "pinotdb",
            Name::RustStruct => "rust-struct",
            Name::RustRow => "rust-row",
        }
    }

    /// Its name in the table.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Name::Raw => "bytes only (reqwest)",
            Name::Querent => "querent into structs",
            Name::RawMulti => "bytes only, multi-thread (2)",
            Name::QuerentMulti => "querent, multi-thread (2)",
            Name::Serde => "reqwest and serde_json into tuples",
            Name::PinotConnect => "pinot_connect 0.1.1",
            Name::Pinotdb => "pinotdb 9.2.2",
            Name::RustStruct => "pinot-client-rust 1.0.0 into a struct",
            Name::RustRow => "pinot-client-rust 1.0.0 into DataRow",
        }
    }

    /// Whose bytes it is compared with: those that come to the same runtime.
    pub(crate) fn base(self) -> Name {
        match self {
            Name::QuerentMulti | Name::RawMulti => Name::RawMulti,
            _ => Name::Raw,
        }
    }

    fn command(self, arguments: &Arguments) -> Result<Command> {
        let mut command = match self {
            Name::PinotConnect | Name::Pinotdb => Command::new(&arguments.python),
            Name::RustStruct | Name::RustRow => Command::new(&arguments.peer),
            _ => Command::new(std::env::current_exe()?),
        };
        let address = arguments.broker.trim_start_matches("http://");
        match self {
            Name::Raw => command.args(["worker", "raw", "current", &arguments.broker]),
            Name::Serde => command.args(["worker", "serde", "current", &arguments.broker]),
            Name::Querent => command.args(["worker", "querent", "current", &arguments.broker]),
            Name::RawMulti => command.args(["worker", "raw", "multi", &arguments.broker]),
            Name::QuerentMulti => command.args(["worker", "querent", "multi", &arguments.broker]),
            Name::PinotConnect | Name::Pinotdb => {
                command.args([&arguments.script, self.key(), address, SELECT_ONE, SELECT_ALL])
            }
            Name::RustStruct => command.args([address, "struct", SELECT_ONE, SELECT_ALL]),
            Name::RustRow => command.args([address, "row", SELECT_ONE, SELECT_ALL]),
        };
        Ok(command)
    }
}

/// The process. It ends at the end of its input.
pub(crate) struct Process {
    pub(crate) name: Name,
    process: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Process {
    pub(crate) fn start(name: Name, arguments: &Arguments) -> Result<Process> {
        let mut command = name.command(arguments)?;
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let input = process.stdin.take();
        let output = BufReader::new(process.stdout.take().ok_or("no output")?);
        Ok(Process { name, process, input, output })
    }

    pub(crate) fn run(&mut self, measure: Measure, time: Duration) -> Result<Slice> {
        let input = self.input.as_mut().ok_or("no input")?;
        writeln!(input, "{} {}", measure.key(), time.as_secs_f64())?;
        input.flush()?;
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        Slice::read(&line).map_err(|error| format!("{}: {error}", self.name.title()).into())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.input.take());
        // Its own errors are on stderr already.
        let _ = self.process.wait();
    }
}
