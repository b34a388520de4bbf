//! What a cluster's tables are, asked of its controller, and what its configuration makes of queries, asked of its brokers.

use std::collections::BTreeSet;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use querent_core::types::{SourceDescription, TableDescription};
use querent_core::url::Host;
use querent_core::{Error, ErrorKind, Result};
use querent_protocol::pinot::describe::{self, Broker, Configuration};

use crate::client::Client;
use crate::error;
use crate::options::{PinotOptions, Role};
use crate::zone::Zone;

/// How many documents are asked for at once.
const AT_ONCE: usize = 8;

/// Describes the tables of a cluster.
///
/// # Errors
/// A URL that leads to a broker: only the controller knows schemas.
pub async fn describe(options: &PinotOptions) -> Result<SourceDescription> {
    let client = &of_controller(options)?;
    let names = client.document("/tables").await?;
    let names = describe::table_names(&names).map_err(error::unreadable)?;
    let tables = stream::iter(names).map(|name| async move {
        let document = client.document(&path("/tableConfigs", &name)).await?;
        describe::table(&document, &options.source).map_err(error::unreadable)
    });
    let mut tables: Vec<TableDescription> = tables.buffered(AT_ONCE).try_collect().await?;
    let (logical, mut notes) = logical_tables(client, &tables).await?;
    tables.extend(logical);
    // The version is no reason to fail: some clusters keep it from users.
    let version = match client.document("/version").await {
        Ok(document) => describe::version(&document).ok(),
        Err(_) => None,
    };
    let mut source = describe::source(&options.source, version, tables);
    source.notes.append(&mut notes);
    configure(client, &mut source).await;
    Ok(source)
}

/// The databases of a cluster that the user may see; `database` of a URL names the one that is meant, where it is not
/// `default`.
///
/// # Errors
/// A URL that leads to a broker: only the controller knows them.
pub async fn databases(options: &PinotOptions) -> Result<Vec<String>> {
    let document = of_controller(options)?.document("/databases").await?;
    describe::database_names(&document).map_err(error::unreadable)
}

fn of_controller(options: &PinotOptions) -> Result<Client> {
    if options.role == Role::Broker {
        let message = "a broker does not describe its tables; the URL must lead to a controller";
        return Err(Error::new(ErrorKind::Config, message));
    }
    Client::new(options)
}

fn path(folder: &str, name: &str) -> String {
    format!("{folder}/{}", utf8_percent_encode(name, NON_ALPHANUMERIC))
}

/// The logical tables, which are there from 1.4 on, and what is odd about them.
async fn logical_tables(
    client: &Client,
    tables: &[TableDescription],
) -> Result<(Vec<TableDescription>, Vec<String>)> {
    let names = match client.document("/logicalTables").await {
        Ok(document) => describe::logical_table_names(&document).map_err(error::unreadable)?,
        // An older controller has no such path.
        Err(error) if error.kind() == ErrorKind::Query => return Ok(Default::default()),
        Err(error) if error.kind() == ErrorKind::Permission => {
            let note = "the controller does not tell its logical tables to this user".to_owned();
            return Ok((Vec::new(), vec![note]));
        }
        Err(error) => return Err(error),
    };
    let options = &client.options().source;
    let described = stream::iter(names).map(|name| async move {
        let config = client.document(&path("/logicalTables", &name)).await?;
        let schema = client.document(&path("/schemas", &name)).await?;
        describe::logical_table(&config, &schema, tables, options).map_err(error::unreadable)
    });
    let described: Vec<_> = described.buffered(AT_ONCE).try_collect().await?;
    let (logical, odd): (Vec<_>, Vec<_>) = described.into_iter().unzip();
    Ok((logical, odd.into_iter().flatten().collect()))
}

/// Writes into the source what its cluster does otherwise than others. Brokers know it best, for each has a file of its own;
/// where none tells, what the controller says holds. A cluster that tells nothing is no error.
async fn configure(client: &Client, source: &mut SourceDescription) {
    let documents: Vec<Vec<u8>> = stream::iter(brokers(client).await)
        .map(|broker| async move { client.document_of(&broker, "/appconfigs").await.ok() })
        .buffered(AT_ONCE)
        .filter_map(std::future::ready)
        .collect()
        .await;
    let said = documents.iter().filter_map(|document| describe::configuration(document).ok());
    let configuration = match Configuration::strictest(said) {
        Some(configuration) => Some(configuration),
        None => match client.document("/cluster/configs").await {
            Ok(document) => describe::configuration(&document).ok(),
            Err(_) => None,
        },
    };
    match configuration {
        Some(configuration) => configuration.describe(client.options().source.engine, source),
        None => source.notes.push(
            "the cluster does not tell its configuration: default limits and names are taken to be those of 1.5.1"
                .to_owned(),
        ),
    }
    let Some(zone) = &client.options().zone else { return };
    let zones = documents.iter().filter_map(|document| describe::time_zone(document).ok().flatten());
    let others: BTreeSet<String> = zones.filter(|name| Zone::of_java(name).differs(zone)).collect();
    source.notes.extend(others.iter().map(|other| {
        format!("a broker's zone is {other}, and `zone` of the source says another: its timestamps would be read wrong")
    }));
}

/// The brokers of the cluster; none where the controller does not name them.
async fn brokers(client: &Client) -> BTreeSet<String> {
    let of_tables = match client.document("/v2/brokers/tables?state=ONLINE").await {
        Ok(document) => describe::brokers(&document).unwrap_or_default(),
        Err(_) => Default::default(),
    };
    let authority = |broker: &Broker| Host { name: broker.host.clone(), port: broker.port }.to_string();
    of_tables.values().flatten().map(authority).collect()
}
