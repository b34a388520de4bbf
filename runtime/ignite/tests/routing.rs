//! Which node is sent what, and what is sent again: two scripted nodes that tell what they were asked.

#[expect(dead_code, reason = "other tests use the rest")]
mod support;

use std::sync::atomic::{AtomicI64, AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use querent_core::{ErrorKind, Pool, PoolOptions};
use querent_ignite::object::{BinaryType, ObjectReader, ObjectWriter, ReadError};
use querent_ignite::{Cache, Parts};
use support::{GET, Orders, PARTITIONS, PUT, TX_START, Wire, framed, hello, next};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;

const GET_ALL: i16 = 1003;
const PUT_ALL: i16 = 1004;
const TYPE_GET: i16 = 3002;
const TYPE_PUT: i16 = 3003;
const BINARY_CONFIGURATION: i16 = 3004;

/// What the nodes have in common.
#[derive(Default)]
struct Cluster {
    /// The major version of the topology.
    version: AtomicI64,
    /// The first 16 bits of what the nodes can do.
    features: AtomicU16,
    /// An operation that the second node dies of, each time.
    deadly: Mutex<Option<i16>>,
    /// What the nodes were asked: node, operation, payload.
    asked: Mutex<Vec<(usize, i16, Vec<u8>)>>,
}

impl Cluster {
    /// Which nodes were asked for an operation, in order; what came before is forgotten.
    fn asked(&self, op: i16) -> Vec<usize> {
        let asked = std::mem::take(&mut *self.asked.lock().unwrap());
        asked.into_iter().filter(|(_, other, _)| *other == op).map(|(node, _, _)| node).collect()
    }

    /// The node of partition 0 is the first in even versions, of partition 1 the other one.
    fn partitions(&self) -> Vec<u8> {
        let version = self.version.load(Ordering::SeqCst);
        let mut answer = Vec::new();
        answer.extend(version.to_le_bytes());
        answer.extend([0; 4]);
        // One group, applicable, of one cache without key types, of two nodes.
        answer.extend(1_i32.to_le_bytes());
        answer.push(1);
        answer.extend(1_i32.to_le_bytes());
        answer.extend(Cache::<Orders, i32, i32>::new("c").id().to_le_bytes());
        answer.extend(0_i32.to_le_bytes());
        answer.extend(2_i32.to_le_bytes());
        for node in 0..2_i32 {
            answer.push(10);
            answer.extend([node as u8 + 1; 16]);
            answer.extend(1_i32.to_le_bytes());
            answer.extend(((node + version as i32) % 2).to_le_bytes());
        }
        answer
    }

    fn answer(&self, op: i16, payload: &[u8]) -> Vec<u8> {
        match op {
            GET => vec![3, 7, 0, 0, 0],
            GET_ALL => {
                // The keys, each with itself as its value; behind cache id and flags.
                let mut answer = payload[5..9].to_vec();
                for key in payload[9..].chunks(5) {
                    answer.extend(key);
                    answer.extend(key);
                }
                answer
            }
            PARTITIONS => self.partitions(),
            // There is none.
            TYPE_GET => vec![0],
            // Full footers, full names.
            BINARY_CONFIGURATION => vec![0, 0],
            TX_START => vec![5, 0, 0, 0],
            _ => Vec::new(),
        }
    }
}

/// One connection to a node, until either end goes.
async fn serve(cluster: Arc<Cluster>, node: usize, mut wire: Wire) -> Option<()> {
    wire.frame().await?;
    let features = cluster.features.load(Ordering::SeqCst).to_le_bytes();
    wire.0.write_all(&framed(&hello(7, &features, node as u8 + 1))).await.ok()?;
    let mut told = -1;
    loop {
        let (op, id, payload) = wire.request().await?;
        cluster.asked.lock().unwrap().push((node, op, payload.clone()));
        if node == 1 && *cluster.deadly.lock().unwrap() == Some(op) {
            return None;
        }
        let version = cluster.version.load(Ordering::SeqCst);
        let mut answer = id.to_le_bytes().to_vec();
        if told == version {
            answer.extend([0, 0]);
        } else {
            told = version;
            answer.extend([2, 0]);
            answer.extend(version.to_le_bytes());
            answer.extend([0; 4]);
        }
        answer.extend(cluster.answer(op, &payload));
        // The client may just have gone.
        wire.0.write_all(&framed(&answer)).await.ok()?;
    }
}

/// The bit of BINARY_CONFIGURATION.
const TELLS_CONFIGURATION: u16 = 1 << 8;

/// Two nodes, and a pool whose connections lead to the first one.
async fn nodes(options: &str) -> (Arc<Cluster>, Pool<Orders>) {
    nodes_with(options, 0).await
}

async fn nodes_with(options: &str, features: u16) -> (Arc<Cluster>, Pool<Orders>) {
    let cluster = Arc::new(Cluster { features: features.into(), ..Cluster::default() });
    let mut hosts = Vec::new();
    for node in 0..2 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        hosts.push(listener.local_addr().unwrap().to_string());
        let cluster = cluster.clone();
        tokio::spawn(async move {
            loop {
                tokio::spawn(serve(cluster.clone(), node, next(&listener).await));
            }
        });
    }
    let url = format!("ignite://{}{options}", hosts.join(","));
    let pool = PoolOptions::new().acquire_timeout(Duration::from_secs(10)).connect(&url).await.unwrap();
    (cluster, pool)
}

fn cache() -> Cache<Orders, i32, i32> {
    Cache::new("c")
}

/// Waits until a key's request reaches a node: its channel is opened in the background.
async fn reaches(cluster: &Cluster, pool: &Pool<Orders>, key: i32, node: usize) {
    let reached = async {
        while cluster.asked(GET) != [node] {
            cache().get(pool, &key).await.unwrap();
        }
    };
    tokio::time::timeout(Duration::from_secs(10), reached).await.expect("the node is reached");
}

#[tokio::test]
async fn keys_go_to_their_nodes() {
    let (cluster, pool) = nodes("").await;
    reaches(&cluster, &pool, 1, 1).await;
    for (key, node) in [(0, 0), (1, 1), (2, 0), (-1, 0), (7, 1)] {
        cache().get(&pool, &key).await.unwrap();
        assert_eq!(cluster.asked(GET), [node], "{key}");
    }
    let mut entries = cache().get_all(&pool, &[0, 1, 2, 3]).await.unwrap();
    entries.sort_unstable();
    assert_eq!(entries, [(0, 0), (1, 1), (2, 2), (3, 3)]);
    let mut asked = cluster.asked(GET_ALL);
    asked.sort_unstable();
    assert_eq!(asked, [0, 1]);
    cache().put_all(&pool, &[(0, 1), (2, 1)]).await.unwrap();
    assert_eq!(cluster.asked(PUT_ALL), [0]);
    assert_eq!(pool.stats().connections, 1);
}

#[tokio::test]
async fn without_partition_awareness_all_goes_one_way() {
    let (cluster, pool) = nodes("?partition_aware=false").await;
    for key in 0..4 {
        cache().get(&pool, &key).await.unwrap();
    }
    let asked: Vec<_> = cluster.asked.lock().unwrap().iter().map(|(node, op, _)| (*node, *op)).collect();
    assert_eq!(asked, [(0, GET); 4]);
}

#[tokio::test]
async fn a_changed_topology_is_asked_for_once() {
    let (cluster, pool) = nodes("").await;
    reaches(&cluster, &pool, 1, 1).await;
    cluster.version.store(1, Ordering::SeqCst);
    // The answer to this one tells of the change.
    cache().get(&pool, &0).await.unwrap();
    assert_eq!(cluster.asked(GET), [0]);
    cache().get(&pool, &0).await.unwrap();
    cache().get(&pool, &1).await.unwrap();
    let asked: Vec<_> = cluster.asked.lock().unwrap().iter().map(|(node, op, _)| (*node, *op)).collect();
    assert_eq!(asked, [(0, PARTITIONS), (1, GET), (0, GET)]);
}

#[tokio::test]
async fn a_read_is_asked_of_another_node() {
    let (cluster, pool) = nodes("").await;
    reaches(&cluster, &pool, 1, 1).await;
    *cluster.deadly.lock().unwrap() = Some(GET);
    assert_eq!(cache().get(&pool, &1).await.unwrap(), Some(7));
    assert_eq!(cluster.asked(GET), [1, 0]);
    *cluster.deadly.lock().unwrap() = Some(GET_ALL);
    reaches(&cluster, &pool, 1, 1).await;
    assert_eq!(cache().get_all(&pool, &[0, 1]).await.unwrap().len(), 2);
    assert_eq!(cluster.asked(GET_ALL).len(), 3);
    assert_eq!(pool.stats().connections, 1);
}

#[tokio::test]
async fn a_write_is_not_done_twice() {
    let (cluster, pool) = nodes("").await;
    reaches(&cluster, &pool, 1, 1).await;
    *cluster.deadly.lock().unwrap() = Some(PUT);
    let error = cache().put(&pool, &1, &1).await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Ambiguous, false));
    assert_eq!(cluster.asked(PUT), [1]);
    // The pool's connection has nothing to do with it; what was never written goes to another node.
    cache().put(&pool, &1, &1).await.unwrap();
    assert_eq!(cluster.asked(PUT), [0]);
    assert_eq!(pool.stats().connections, 1);
}

#[tokio::test]
async fn a_split_write_tells_of_its_parts() {
    let (cluster, pool) = nodes("").await;
    reaches(&cluster, &pool, 1, 1).await;
    *cluster.deadly.lock().unwrap() = Some(PUT_ALL);
    let error = cache().put_all(&pool, &[(0, 1), (1, 1), (2, 1), (3, 1)]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Ambiguous, "{error:?}");
    let parts = Parts::of(&error).expect("parts").parts();
    let told: Vec<_> = parts.iter().map(|part| (part.indexes.as_slice(), part.outcome.is_ok())).collect();
    assert_eq!(told, [(&[0, 2][..], true), (&[1, 3][..], false)]);
    assert!(parts[0].node.is_some());
}

#[tokio::test]
async fn a_transaction_stays_on_its_connection() {
    let (cluster, pool) = nodes("").await;
    reaches(&cluster, &pool, 1, 1).await;
    let mut tx = pool.begin().await.unwrap();
    cluster.asked.lock().unwrap().clear();
    cache().put(&mut tx, &1, &1).await.unwrap();
    cache().put_all(&mut tx, &[(0, 1), (1, 1)]).await.unwrap();
    let asked = cluster.asked.lock().unwrap().clone();
    assert_eq!(asked.iter().map(|(node, op, _)| (*node, *op)).collect::<Vec<_>>(), [(0, PUT), (0, PUT_ALL)]);
    // Binary and in a transaction, which is number 5.
    assert!(asked.iter().all(|(_, _, payload)| payload[4..9] == [3, 5, 0, 0, 0]));
    tx.commit().await.unwrap();
}

struct Point(i32);

impl BinaryType for Point {
    const TYPE_NAME: &'static str = "Point";

    fn write(&self, object: &mut ObjectWriter<'_, '_>) {
        object.field("x", &self.0);
    }

    fn read(object: &ObjectReader<'_>) -> Result<Self, ReadError> {
        object.field("x").map(Point)
    }
}

/// pyignite asks each time, and does not ask how footers are written.
#[tokio::test]
async fn a_type_is_registered_once_and_in_the_servers_form() {
    const COMPACT: u8 = 0x20;
    for (features, compact) in [(0, COMPACT), (TELLS_CONFIGURATION, 0)] {
        let (cluster, pool) = nodes_with("?partition_aware=false", features).await;
        let points: Cache<Orders, i32, Point> = Cache::new("points");
        for key in 0..3 {
            points.put(&pool, &key, &Point(key)).await.unwrap();
        }
        let asked = cluster.asked.lock().unwrap().clone();
        let ops: Vec<_> =
            asked.iter().map(|(_, op, _)| *op).filter(|op| *op != BINARY_CONFIGURATION).collect();
        assert_eq!(ops, [TYPE_GET, TYPE_PUT, PUT, PUT, PUT]);
        let (_, _, payload) = asked.last().unwrap();
        // Behind cache id, flags and an int: code, version, flags.
        assert_eq!((payload[10], payload[12] & COMPACT), (103, compact));
        let told = asked.iter().filter(|(_, op, _)| *op == BINARY_CONFIGURATION).count();
        assert_eq!(told, usize::from(features != 0));
    }
}
