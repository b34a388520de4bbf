//! Runs the demonstration cluster on 127.0.0.1 until its standard input ends, for psql, asyncpg and their like.
//!
//! `querent-picodata-server [--nodes N] [--port FIRST] [--tls|--mtls] [--keys FOLDER]` prints a line `NAME HOST:PORT` for each
//! node and then `ready`. `--keys` writes the certificates of the client and the authority there.

use std::io::{Read as _, Write as _};
use std::process::ExitCode;

use querent_picodata_server::{Encryption, Server, demo};

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut arguments: impl Iterator<Item = String>) -> Result<(), Box<dyn std::error::Error>> {
    let (mut nodes, mut port, mut encryption, mut keys) = (1, None, Encryption::Off, None);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "--nodes" => nodes = value()?.parse()?,
            "--port" => port = Some(value()?.parse()?),
            "--keys" => keys = Some(value()?),
            "--tls" => encryption = Encryption::Tls,
            "--mtls" => encryption = Encryption::MutualTls,
            other => return Err(format!("unknown option {other}").into()),
        }
    }
    let mut script = demo::script(nodes).encryption(encryption);
    if let Some(port) = port {
        script = script.first_port(port);
    }
    let server = Server::start(script)?;
    if let Some(folder) = keys {
        server.keys().write(folder.as_ref())?;
    }
    let mut out = std::io::stdout().lock();
    for (at, host) in server.hosts().split(',').enumerate() {
        writeln!(out, "i{} {host}", at + 1)?;
    }
    writeln!(out, "ready")?;
    out.flush()?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
