//! `querent init`: a querent.toml to begin with.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::process::ExitCode;

use crate::failure::{Failure, Result};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// URL of the first source; without it the file has an example to fill in
    #[arg(long)]
    url: Option<String>,
    /// Name of the first source
    #[arg(long, default_value = "db")]
    source: String,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let name = &arguments.source;
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') {
        return Err(Failure::usage(format!(
            "`{name}` is no source name: use lower-case letters, digits and `_`"
        )));
    }
    let source = match &arguments.url {
        Some(url) => format!("[source.{name}]\nurl = {}\n", serde_json::Value::from(url.as_str())),
        None => format!(
            "[source.{name}]\n\
             # A running server: flight://HOST:PORT, flight+tls://, flight+unix://, or a folder of files: embedded:PATH\n\
             url = \"flight://127.0.0.1:50051\"\n\
             # Or SQL files instead of a server:\n\
             # dialect = \"datafusion\"\n\
             # schema = [\"ddl/*.sql\"]\n"
        ),
    };
    let text = format!(
        "# Sources whose queries are checked at compile time. `querent pull` reads their schemas into .sqlcache,\n\
         # which belongs into version control. ${{VAR}} in a url is expanded by the command, never by the compiler.\n\n{source}"
    );
    let made = OpenOptions::new().write(true).create_new(true).open("querent.toml");
    let mut file = made.map_err(|e| match e.kind() {
        std::io::ErrorKind::AlreadyExists => {
            Failure::new("there is a querent.toml already").help(format!("add [source.{name}] to it"))
        }
        _ => Failure::caused("querent.toml cannot be written", &e),
    })?;
    file.write_all(text.as_bytes()).map_err(|e| Failure::caused("querent.toml cannot be written", &e))?;
    say!("wrote querent.toml; next: `querent pull`");
    Ok(ExitCode::SUCCESS)
}
