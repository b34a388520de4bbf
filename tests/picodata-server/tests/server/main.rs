//! The server as clients meet it: tokio-postgres, and where that is too polite a client of raw messages.

mod discovery;
mod faults;
mod login;
mod prepared;
mod raw;

use std::time::Duration;

use querent_picodata_server::{PASSWORD, Server};
use tokio_postgres::{Client, Config, NoTls};

/// No wait takes longer: a hang is a failure.
const DEADLINE: Duration = Duration::from_secs(20);

fn config(server: &Server, node: &str, user: &str) -> Config {
    let mut config = Config::new();
    let address = server.address(node);
    config.host(address.ip().to_string()).port(address.port()).user(user).password(PASSWORD).dbname("any");
    config
}

async fn connect_with(config: &Config) -> Result<Client, tokio_postgres::Error> {
    let (client, connection) = config.connect(NoTls).await?;
    // Its end is told by the client.
    tokio::spawn(async { drop(connection.await) });
    Ok(client)
}

async fn connect(server: &Server, user: &str) -> Client {
    connect_with(&config(server, "i1", user)).await.expect("a connection")
}

/// Code and text of what the server said.
#[track_caller]
fn said(error: &tokio_postgres::Error) -> (String, String) {
    let error = error.as_db_error().expect("an error of the server");
    (error.code().code().to_owned(), error.message().to_owned())
}

async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, future).await.expect("in time")
}
