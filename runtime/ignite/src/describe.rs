//! What a cluster says of itself: engine, zone, tables, views, caches and binary types.
//!
//! Facts come from the views of schema SYS, the cache configurations and the registered binary types. The order
//! of columns and the types of views' columns are asked for over the JDBC and ODBC protocols (`front`). What a server does not tell is noted, not guessed.
//! Indexes are left out: no query depends on them.

mod ask;
mod caches;
mod classes;
pub(crate) mod front;
mod objects;
mod order;
mod tables;
mod views;

use std::collections::BTreeMap;

use querent_core::types::{NullabilityTrust, ServerIdentity, SourceDescription};
use querent_core::{Error, ErrorKind, Result};
use querent_protocol::ignite::code::Version;

use crate::channel::Channel;
use crate::connect;
use crate::options::{Engine, IgniteOptions};
use ask::Ask;
use caches::Cache;
use front::{Front, Jdbc, Odbc};
use order::Order;

pub(crate) use views::described_type;

/// Describes a cluster.
///
/// # Errors
/// Where no node can be reached, the user is refused, the cluster is inactive, its SQL engine or zone is another than the
/// source names, or its nodes run in different zones.
pub async fn describe(options: &IgniteOptions) -> Result<SourceDescription> {
    let mut left = ATTEMPTS_MAX;
    loop {
        left -= 1;
        match describe_once(options).await {
            Err(error) if left > 0 && MOVED_ON.iter().any(|words| error.message().contains(words)) => {}
            outcome => return outcome,
        }
    }
}

/// What a node (2.17.0) says of a query over the system views while many caches are made and destroyed, and Calcite of a
/// table whose columns are just being altered.
const MOVED_ON: [&str; 2] = ["affinity for too old topology version", "Field ordinal"];
const ATTEMPTS_MAX: usize = 8;

async fn describe_once(options: &IgniteOptions) -> Result<SourceDescription> {
    let ask = Ask::new(connect::connect(options).await?);
    let mut description = SourceDescription {
        backend: "ignite".to_owned(),
        // Servers give what they say: a NOT NULL column is refused a NULL.
        nullability: NullabilityTrust::Trusted,
        ..SourceDescription::default()
    };
    if ask.version() >= Version::V1_5 {
        description.capabilities.push("transactions".to_owned());
    }
    let engine = engine(&ask, options, &mut description.notes).await?;
    description.dialect = format!("ignite-{}", engine.unwrap_or(Engine::H2).name());
    let caches = caches::read(&ask, &mut description.notes).await?;
    description.caches = caches.iter().map(Cache::description).collect();
    let Some(engine) = engine else {
        let jdbc = Jdbc::open(options, ask.address(), None).await;
        description.server = jdbc.ok().map(|jdbc| identity(jdbc.version()));
        return Ok(description);
    };
    description.options.insert("engine".to_owned(), engine.name().to_owned());
    if let Some(zone) = zone(&ask, options).await? {
        description.options.insert("zone".to_owned(), zone);
    }
    description.server = Some(identity(version(&ask).await?));
    let (types, unstable) = objects::read(&ask).await?;
    description.types = types;
    if unstable > 0 {
        description.notes.push(format!(
            "{unstable} binary types have a random name, for their tables were created without `value_type` (or \
             `key_type`): they are left out, and these tables' caches are checked by their names only"
        ));
    }
    let order = Order::read(options, &ask, engine).await?;
    description.tables = tables::read(&ask, &order, engine, &caches, &mut description.notes).await?;
    let mut odbc = match Odbc::open(options, ask.address(), engine).await {
        Ok(odbc) => Some(odbc),
        Err(Front::Off) => {
            description.notes.push(
                "the node's client connector takes no ODBC connections (odbcEnabled): types of the columns of views \
                 are not known, and `querent prepare` cannot ask"
                    .to_owned(),
            );
            None
        }
        Err(Front::Failed(error)) => return Err(error),
    };
    let views = views::read(&ask, &order, engine, odbc.as_mut(), &mut description.notes).await?;
    description.tables.extend(views);
    Ok(description)
}

/// The engine of a cluster that has one, and the views of its users, by schema and name.
pub(crate) async fn asked_of(
    channel: Channel,
    options: &IgniteOptions,
) -> Result<(Engine, Vec<(String, String)>)> {
    let ask = Ask::new(channel);
    let engine = engine(&ask, options, &mut Vec::new()).await?;
    let engine = engine.ok_or_else(|| Error::new(ErrorKind::Unsupported, "the cluster has no SQL engine"))?;
    let rows = views::own(&ask).await?;
    let views: Result<_> = rows.iter().map(|row| Ok((row.name(0)?, row.name(1)?))).collect();
    Ok((engine, views?))
}

/// The engine that statements run on; `None` where the cluster has no SQL.
async fn engine(ask: &Ask, options: &IgniteOptions, notes: &mut Vec<String>) -> Result<Option<Engine>> {
    match ask.engine().await {
        Ok(name) => {
            let name = name.unwrap_or_default();
            let engine = Engine::named(&name).ok_or_else(|| {
                let message =
                    format!("the cluster's SQL engine is `{name}`, which is neither h2 nor calcite");
                Error::new(ErrorKind::Unsupported, message)
            });
            engine.map(Some)
        }
        // 2.18.0 without ignite-indexing says: "Failed to execute query because indexing is disabled".
        Err(error) if error.message().contains("indexing is disabled") => {
            notes.push(
                "the cluster has no SQL engine (neither ignite-indexing nor ignite-calcite is there): tables and \
                 binary types are not known"
                    .to_owned(),
            );
            Ok(None)
        }
        // Servers before 2.14 have H2 only, and no such function.
        Err(error) if error.kind() == ErrorKind::Query && options.source.engine.is_none() => {
            notes.push("the cluster knows no QUERY_ENGINE(): its engine is taken for h2".to_owned());
            Ok(Some(Engine::H2))
        }
        Err(error) => Err(error),
    }
}

/// The zone of all server nodes. `None` where none of them says.
async fn zone(ask: &Ask, options: &IgniteOptions) -> Result<Option<String>> {
    let mut zones = ask.zones().await?;
    zones.sort();
    let given = options.source.zone.as_ref();
    match (&zones[..], given) {
        ([zone], Some(given)) if zone != given => {
            let message = format!("the cluster's zone is {zone}, the source's option `zone` says {given}");
            Err(Error::new(ErrorKind::SchemaMismatch, message))
        }
        ([] | [_], _) => Ok(zones.pop()),
        _ => {
            let message = format!(
                "the nodes run in different zones ({}): what a DATE or TIMESTAMP means depends on the node that \
                 answers; start them all with the same -Duser.timezone",
                zones.join(", ")
            );
            Err(Error::new(ErrorKind::SchemaMismatch, message))
        }
    }
}

/// The versions of the server nodes, as they spell them, the build left out.
async fn version(ask: &Ask) -> Result<String> {
    let rows = ask.rows("SELECT DISTINCT VERSION FROM SYS.NODES WHERE IS_CLIENT = FALSE").await?;
    let versions = rows.into_iter().filter_map(|row| row.text(0));
    let short = |version: String| version.split('#').next().unwrap_or_default().to_owned();
    let versions: BTreeMap<String, ()> = versions.map(|version| (short(version), ())).collect();
    Ok(versions.into_keys().collect::<Vec<_>>().join(", "))
}

fn identity(version: String) -> ServerIdentity {
    ServerIdentity { name: "Apache Ignite".to_owned(), version }
}
