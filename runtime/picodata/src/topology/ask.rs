//! The catalog is asked: which nodes there are (any user may know), which are masters and how many buckets a tier has (a
//! matter of rights), where the buckets are (any user).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::SocketAddr;

use querent_core::{Discovered, Error, ErrorKind, Node, Result, Step};
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, FromSqlOwned, Type};

use super::buckets::BucketMap;
use crate::connection::Connection;
use crate::error;
use crate::options::PicodataOptions;

const INSTANCES: &str = "SELECT i.name, i.uuid, i.replicaset_uuid, i.tier, i.current_state, i.failure_domain, \
    i.picodata_version, p.address FROM _pico_instance i JOIN _pico_peer_address p ON i.raft_id = p.raft_id \
    WHERE p.connection_type = 'pgproto'";
const HERE: &str = "SELECT pico_instance_uuid()";
/// What [`HERE`] was called up to 25.x.
const HERE_BEFORE: &str = "SELECT instance_uuid()";
const MASTERS: &str = "SELECT uuid, current_master_name FROM _pico_replicaset";
const TIERS: &str = "SELECT name, bucket_count FROM _pico_tier";
const BUCKETS: &str = "SELECT _pico_bucket($1)";

/// A JSON text as it came.
struct Json<'r>(&'r str);

impl<'r> FromSql<'r> for Json<'r> {
    fn from_sql(
        _: &Type,
        bytes: &'r [u8],
    ) -> std::result::Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Json(std::str::from_utf8(bytes)?))
    }

    fn accepts(ty: &Type) -> bool {
        matches!(*ty, Type::JSON | Type::TEXT)
    }
}

/// One instance, with what only the driver needs.
struct Instance {
    node: Node,
    version: String,
}

/// Reads the nodes and the map of buckets. Of what cannot be read, the steps tell; without the instances nothing is known.
pub(super) async fn discover(
    connection: &Connection,
    options: &PicodataOptions,
    seeds: &[Node],
    known: &BucketMap,
) -> Result<(Discovered, BucketMap)> {
    let mut instances = instances(connection).await?;
    let mut steps = vec![Step { name: "instances", missing: None }];
    let here = match text(connection, HERE).await {
        Err(error) if error.kind() == ErrorKind::Query => text(connection, HERE_BEFORE).await,
        outcome => outcome,
    };
    let here = step(&mut steps, "here", here, options)?;
    let masters = step(&mut steps, "masters", pairs::<String>(connection, MASTERS).await, options)?;
    for instance in &mut instances {
        let master = masters.as_ref().and_then(|masters| masters.get(&instance.node.group));
        instance.node.leader = master.map(|master| *master == instance.node.name);
    }
    let counts = step(&mut steps, "tiers", pairs::<i64>(connection, TIERS).await, options)?;
    let tiers: BTreeSet<&str> = instances.iter().map(|instance| instance.node.tier.as_str()).collect();
    let mut buckets = BucketMap::default();
    let mut missing = None;
    for tier in tiers {
        let count = counts.as_ref().and_then(|counts| u64::try_from(*counts.get(tier)?).ok());
        if let Err(error) = ask_buckets(connection, tier, count, &mut buckets).await {
            if error.kind() == ErrorKind::Connection {
                return Err(error);
            }
            buckets.keep(tier, known);
            missing = Some(format!("tier `{tier}`: {}", error.message()));
        }
    }
    steps.push(Step { name: "buckets", missing });
    steps.extend(unheard_options(&instances, options));
    let found =
        Discovered { seeds: whose(seeds, &instances, here.as_deref()).await, nodes: nodes(instances), steps };
    Ok((found, buckets))
}

fn nodes(instances: Vec<Instance>) -> Vec<Node> {
    instances.into_iter().map(|instance| instance.node).collect()
}

/// Notes whether something could be read. Only a broken connection is an error.
fn step<T>(
    steps: &mut Vec<Step>,
    name: &'static str,
    outcome: Result<T>,
    options: &PicodataOptions,
) -> Result<Option<T>> {
    let (value, missing) = match outcome {
        Ok(value) => (Some(value), None),
        Err(error) if error.kind() == ErrorKind::Connection => return Err(error),
        Err(error) => (None, Some(why(name, &error, &options.user))),
    };
    steps.push(Step { name, missing });
    Ok(value)
}

/// What would help.
fn why(name: &str, error: &Error, user: &str) -> String {
    let grant = |table: &str| format!("GRANT READ ON TABLE {table} TO \"{}\"", user.replace('"', "\"\""));
    match (name, error.kind()) {
        ("masters", ErrorKind::Permission) => {
            format!("{}: until then any node of a replicaset serves its rows", grant("_pico_replicaset"))
        }
        ("tiers", ErrorKind::Permission) => {
            format!("{}: until then the last bucket that is told counts", grant("_pico_tier"))
        }
        _ => error.message().to_owned(),
    }
}

async fn rows(connection: &Connection, sql: &str) -> Result<Vec<Row>> {
    connection.client.query_typed(sql, &[]).await.map_err(error::from_wire)
}

fn get<'r, T: FromSql<'r>>(row: &'r Row, at: usize) -> Result<T> {
    row.try_get(at).map_err(|error| {
        Error::new(ErrorKind::Protocol, "the catalog has a column of another type than was expected")
            .with_cause(error)
    })
}

async fn text(connection: &Connection, sql: &str) -> Result<String> {
    let rows = rows(connection, sql).await?;
    let row = rows.first().ok_or_else(|| Error::new(ErrorKind::Protocol, "a function returned no row"))?;
    get(row, 0)
}

async fn pairs<T: FromSqlOwned>(connection: &Connection, sql: &str) -> Result<HashMap<String, T>> {
    rows(connection, sql).await?.iter().map(|row| Ok((get(row, 0)?, get(row, 1)?))).collect()
}

async fn instances(connection: &Connection) -> Result<Vec<Instance>> {
    let rows = rows(connection, INSTANCES).await?;
    rows.iter().map(instance).filter_map(Result::transpose).collect()
}

/// An instance; `None` where its address is none that clients can reach.
fn instance(row: &Row) -> Result<Option<Instance>> {
    let address: String = get(row, 7)?;
    let Some((host, port)) = split(&address) else {
        tracing::warn!(%address, "an address of the catalog is no host:port");
        return Ok(None);
    };
    let state: Json<'_> = get(row, 4)?;
    let zone: Json<'_> = get(row, 5)?;
    let node = Node {
        name: get(row, 0)?,
        id: get(row, 1)?,
        group: get(row, 2)?,
        tier: get(row, 3)?,
        online: is_online(state.0),
        zone: serde_json::from_str::<BTreeMap<String, String>>(zone.0).unwrap_or_default(),
        host: host.to_owned(),
        port,
        leader: None,
    };
    Ok(Some(Instance { node, version: get(row, 6)? }))
}

/// `host:port`, `[::1]:port`; a scheme before it is left out.
fn split(address: &str) -> Option<(&str, u16)> {
    let address = address.split_once("://").map_or(address, |(_, rest)| rest);
    let (host, port) = address.rsplit_once(':')?;
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    (!host.is_empty()).then_some((host, port.parse().ok()?))
}

/// `["Online",1]`: the state and how often it was begun.
fn is_online(state: &str) -> bool {
    let state: Option<(String, u64)> = serde_json::from_str(state).ok();
    state.is_some_and(|(name, _)| name == "Online")
}

async fn ask_buckets(
    connection: &Connection,
    tier: &str,
    count: Option<u64>,
    buckets: &mut BucketMap,
) -> Result<()> {
    let asked = connection.client.query_typed(BUCKETS, &[(&tier, Type::TEXT)]).await;
    let rows = asked.map_err(error::from_wire)?;
    let row = rows.first().ok_or_else(|| Error::new(ErrorKind::Protocol, "a function returned no row"))?;
    let json: Json<'_> = get(row, 0)?;
    buckets.put(tier, json.0, count).map_err(|error| {
        Error::new(ErrorKind::Protocol, "the map of buckets cannot be read").with_cause(error)
    })
}

/// Which instance stands behind each seed: by its address, by what its name resolves to, or because it is the one seed and
/// the server that was asked says who it is.
async fn whose(seeds: &[Node], instances: &[Instance], here: Option<&str>) -> Vec<Option<String>> {
    let named = |seed: &Node| {
        let is = |instance: &&Instance| instance.node.host == seed.host && instance.node.port == seed.port;
        instances.iter().find(is).map(|instance| instance.node.id.clone())
    };
    let mut ids: Vec<Option<String>> = seeds.iter().map(named).collect();
    if ids.iter().all(Option::is_some) {
        return ids;
    }
    let mut addresses: Vec<(SocketAddr, &str)> = Vec::new();
    for Instance { node, .. } in instances {
        addresses.extend(resolve(node).await.into_iter().map(|address| (address, node.id.as_str())));
    }
    for (seed, id) in seeds.iter().zip(&mut ids).filter(|(_, id)| id.is_none()) {
        let own = resolve(seed).await;
        let same = addresses.iter().find(|(address, _)| own.contains(address));
        *id = same.map(|(_, id)| (*id).to_owned());
    }
    if let ([id @ None], Some(here)) = (&mut ids[..], here) {
        *id = Some(here.to_owned());
    }
    for (seed, _) in seeds.iter().zip(&ids).filter(|(_, id)| id.is_none()) {
        tracing::warn!(host = %seed.id, "no instance of the catalog has the address of this host of the URL");
    }
    ids
}

async fn resolve(node: &Node) -> Vec<SocketAddr> {
    match tokio::net::lookup_host((node.host.as_str(), node.port)).await {
        Ok(addresses) => addresses.collect(),
        Err(_) => Vec::new(),
    }
}

/// Options of the URL that the oldest instance does not know: it only logs them.
fn unheard_options(instances: &[Instance], options: &PicodataOptions) -> Vec<Step> {
    let oldest = instances.iter().filter_map(|instance| version(&instance.version)).min();
    let Some(oldest) = oldest else { return Vec::new() };
    let given = [
        ("read_preference", options.session.read_preference.is_some(), (26, 1)),
        ("forward", options.session.forward.is_some(), (26, 2)),
    ];
    let unheard = given.into_iter().filter(|(_, given, since)| *given && oldest < *since);
    unheard
        .map(|(name, _, (year, release))| Step {
            name,
            missing: Some(format!(
                "servers know it from {year}.{release} on, and one is older: it has no effect there"
            )),
        })
        .collect()
}

/// `26.1.6-0-g4f5e` is (26, 1).
fn version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.split(['.', '-']);
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_come_apart() {
        for (address, expected) in [
            ("10.0.0.1:4327", Some(("10.0.0.1", 4327))),
            ("db-1.example:5432", Some(("db-1.example", 5432))),
            ("[::1]:1", Some(("::1", 1))),
            ("postgres://h:1", Some(("h", 1))),
            ("h", None),
            (":1", None),
            ("h:70000", None),
        ] {
            assert_eq!(split(address), expected, "{address}");
        }
    }

    #[test]
    fn states_are_read() {
        assert!(is_online(r#"["Online",1]"#) && is_online(r#"["Online", 27]"#));
        assert!(!is_online(r#"["Offline",1]"#) && !is_online("null") && !is_online("Online"));
    }

    #[test]
    fn versions_are_read() {
        assert_eq!(version("26.1.6-0-g4f5e"), Some((26, 1)));
        assert_eq!(version("25.6.0"), Some((25, 6)));
        assert_eq!(version("dev"), None);
        assert!(version("26.1.0") < version("26.2.0"));
    }

    #[tokio::test]
    async fn a_seed_is_known_by_its_address() {
        let instance = |id: &str, host: &str, port| Instance {
            node: Node { id: id.to_owned(), ..Node::seed(host, port) },
            version: String::new(),
        };
        let seeds = |hosts: &[(&str, u16)]| -> Vec<Node> {
            hosts
                .iter()
                .map(|(host, port)| Node::seed(host, *port))
                .map(|node| Node { id: String::new(), ..node })
                .collect()
        };
        let mut all = [instance("a", "127.0.0.1", 1), instance("b", "127.0.0.1", 2)];
        (all[0].node.id, all[1].node.id) = ("a".to_owned(), "b".to_owned());
        let by_text = whose(&seeds(&[("127.0.0.1", 2), ("127.0.0.1", 1)]), &all, None).await;
        assert_eq!(by_text, [Some("b".to_owned()), Some("a".to_owned())]);
        // Behind a proxy, the one server that was asked is the one seed.
        assert_eq!(whose(&seeds(&[("127.0.0.9", 9)]), &all, Some("b")).await, [Some("b".to_owned())]);
        assert_eq!(whose(&seeds(&[("127.0.0.9", 9)]), &all, None).await, [None]);
        assert_eq!(whose(&seeds(&[("127.0.0.9", 9), ("127.0.0.1", 1)]), &all, Some("b")).await[0], None);
    }
}
