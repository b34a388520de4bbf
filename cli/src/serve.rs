//! `querent serve`: files as tables of a Flight SQL server.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use querent_embedded::Server;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::failure::{Failure, Result};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Files (CSV, Parquet, NDJSON, Arrow) or folders of them, each file a table
    files: Vec<PathBuf>,
    /// An SQL script to run first
    #[arg(long, value_name = "SCRIPT")]
    init: Option<PathBuf>,
    /// Address to listen on; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:0", value_name = "ADDRESS")]
    listen: SocketAddr,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let runtime = tokio::runtime::Runtime::new().map_err(|e| Failure::caused("no async runtime", &e))?;
    runtime.block_on(serve(arguments))
}

async fn serve(arguments: &Arguments) -> Result<ExitCode> {
    // Before the line is printed: whoever reads it may send a signal at once.
    let handler = |kind| signal(kind).map_err(|e| Failure::caused("signals cannot be handled", &e));
    let (mut terminate, mut interrupt) =
        (handler(SignalKind::terminate())?, handler(SignalKind::interrupt())?);
    let mut builder = Server::builder();
    if let Some(script) = &arguments.init {
        builder = builder.init_script(script);
    }
    let server = builder.with_files(&arguments.files).open().await;
    let server = server.map_err(|e| Failure::caused("the server cannot be started", &e))?;
    let unusable = |e| Failure::caused(format!("{} cannot be listened on", arguments.listen), &e);
    let listener = TcpListener::bind(arguments.listen).await.map_err(unusable)?;
    say!("listening on flight://{}", listener.local_addr().map_err(unusable)?);
    let shutdown = async {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    server.serve(listener, shutdown).await.map_err(|e| Failure::caused("the server failed", &e))?;
    Ok(ExitCode::SUCCESS)
}
