//! Older servers, played by a real node: 2.17.0 and 2.18.0 take every version of the protocol from 1.0 on, and whatever
//! features they are asked for. A relay between refuses later versions, and leaves out features, as an older node does.

use std::time::Duration;

use querent_core::{ErrorKind, Piece, Plan, Query, sql_query};
use querent_ignite::IgniteQuery as _;
use querent_ignite::wire::{
    AtomicityMode, CacheConfiguration, ClusterState, Expiry, ExpiryPolicy, PeekMode, QueryEntity, QueryField,
    Value,
};
use querent_ignite::{Cache, Cluster};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

use crate::private::Private;
use crate::{Orders, keyvalue, pool, rows, run_sql, sql};

// On nodes of their own: they are what other tests are, which have the shared ones at the same time.
crate::tests! { PRIVATE: statements_in_each_version, key_value_in_each_version }
crate::tests! { TESTS: caches_in_each_version, later_things_are_refused, any_feature_can_lack }
crate::tests! { SQL: any_feature_of_statements_can_lack }

/// The URL of a relay to a node, which seems to speak 1.`minor` at most.
async fn older(url: &str, minor: i16) -> String {
    relayed(url, minor, u64::MAX).await
}

/// The URL of a relay to a node, which seems to have these features at most. It ends with the test.
async fn relayed(url: &str, minor: i16, features: u64) -> String {
    let node = url.strip_prefix("ignite://").expect("a plain URL").to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("its address");
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            // Whatever goes wrong with a connection is its end.
            tokio::spawn(relay(client, node.clone(), minor, features));
        }
    });
    format!("ignite://{address}")
}

async fn relay(mut client: TcpStream, node: String, minor: i16, features: u64) -> std::io::Result<()> {
    let len = client.read_i32_le().await?;
    let mut hello = vec![0; len as usize];
    client.read_exact(&mut hello).await?;
    let asked = i16::from_le_bytes([hello[3], hello[4]]);
    if asked > minor {
        let message = b"Unsupported version";
        let version = [1, minor, 0].map(i16::to_le_bytes).concat();
        let said = [&[9][..], &(message.len() as i32).to_le_bytes(), message].concat();
        let body = [&[0][..], &version, &said, &1_i32.to_le_bytes()].concat();
        client.write_all(&[&(body.len() as i32).to_le_bytes()[..], &body].concat()).await?;
        // Its last words are read before the end.
        return client.read_u8().await.map(|_| ());
    }
    if asked == 7 {
        // Behind greeting and version: a type code, how many bytes, and they.
        let count = hello[9];
        for (byte, mask) in hello[13..13 + usize::from(count)].iter_mut().zip(features.to_le_bytes()) {
            *byte &= mask;
        }
    }
    let mut server = TcpStream::connect(node).await?;
    server.set_nodelay(true)?;
    client.set_nodelay(true)?;
    server.write_all(&[&len.to_le_bytes()[..], &hello].concat()).await?;
    copy_bidirectional(&mut client, &mut server).await.map(|_| ())
}

async fn statements_in_each_version(_: String) {
    let private = Private::start("h2").await;
    for minor in 0..=7 {
        println!("1.{minor}");
        let url = older(&private.url, minor).await;
        sql::values_of_every_type_come_and_go(url.clone()).await;
        sql::writes_say_how_many_rows(url.clone()).await;
        sql::pages_are_fetched_in_order(url.clone()).await;
        sql::errors_have_kinds_and_tell_no_value(url.clone()).await;
        tables_are_told(&url, minor).await;
    }
    private.end().await;
}

/// The columns of a cache's table, as the version tells them: precision from 1.2 on.
async fn tables_are_told(url: &str, minor: i16) {
    let pool = pool(url).await;
    let cache: Cache<Orders, i32, Value> = Cache::new("tables_are_told");
    if Cluster::new().cache_names(&pool).await.unwrap().iter().any(|name| name == cache.name()) {
        cache.destroy(&pool).await.unwrap();
    }
    let field = |name: &str, java_type: &str| QueryField {
        name: name.to_owned(),
        java_type: java_type.to_owned(),
        ..QueryField::default()
    };
    let id = QueryField { in_key: true, ..field("ID", "java.lang.Integer") };
    let name = QueryField { precision: Some(5), ..field("NAME", "java.lang.String") };
    let mut configuration = CacheConfiguration::new(cache.name());
    configuration.sql_schema = Some("PUBLIC".to_owned());
    configuration.query_entities = Some(vec![QueryEntity {
        key_type: Some("java.lang.Integer".to_owned()),
        value_type: Some("Told".to_owned()),
        table: Some("TOLD".to_owned()),
        key_field: Some("ID".to_owned()),
        fields: vec![id, name],
        ..QueryEntity::default()
    }]);
    cache.create_with(&pool, &configuration).await.unwrap();
    run_sql(&pool, "INSERT INTO told (id, name) VALUES (1, 'abcde')").await;
    let too_long = sql_query("INSERT INTO told (id, name) VALUES (2, 'abcdef')").execute(&pool).await;
    assert_eq!(too_long.is_err(), minor >= 2, "1.{minor}");
    let entities = cache.settings(&pool).await.unwrap().query_entities.unwrap();
    let precisions: Vec<_> = entities[0].fields.iter().map(|field| field.precision).collect();
    assert_eq!(precisions[1], (minor >= 2).then_some(5), "1.{minor}");
    let read: Vec<(i32, String)> = rows(&pool, "SELECT id, name FROM told WHERE id = 1").await;
    assert_eq!(read, [(1, "abcde".to_owned())]);
}

async fn key_value_in_each_version(_: String) {
    let private = Private::start("kv").await;
    for minor in 0..=7 {
        println!("1.{minor}");
        let url = older(&private.url, minor).await;
        keyvalue::single_keys(url.clone()).await;
        keyvalue::several_keys(url.clone()).await;
        keyvalue::whole_caches(url.clone()).await;
        keyvalue::errors_leave_the_connection(url.clone()).await;
        if minor >= 5 {
            keyvalue::transactions_are_of_their_connection(url.clone()).await;
            keyvalue::scans_end_and_can_be_dropped(url.clone()).await;
        }
        if minor >= 6 {
            keyvalue::entries_expire(url.clone()).await;
        }
    }
    private.end().await;
}

/// A configuration with a query entity, whose precision is there from 1.2 on, and as it comes back.
async fn caches_in_each_version(url: String) {
    for minor in 0..=7 {
        println!("1.{minor}");
        let pool = pool(&older(&url, minor).await).await;
        let cluster = Cluster::<Orders>::new();
        assert_eq!(cluster.state(&pool).await.unwrap(), ClusterState::Active);
        let cache: Cache<Orders, i64, i64> = Cache::new("of_a_version");
        if cluster.cache_names(&pool).await.unwrap().iter().any(|name| name == cache.name()) {
            cache.destroy(&pool).await.unwrap();
        }
        let mut configuration = CacheConfiguration::new(cache.name());
        configuration.backups = Some(1);
        configuration.eager_ttl = Some(false);
        cache.create_with(&pool, &configuration).await.unwrap();
        cache.put(&pool, &1, &2).await.unwrap();
        assert_eq!(cache.size(&pool, &[PeekMode::Primary]).await.unwrap(), 1);
        // The node of a key is told from 1.4 on.
        assert_eq!(cache.node(&pool, &1).await.unwrap().is_some(), minor >= 4, "1.{minor}");
        let settings = cache.settings(&pool).await.unwrap();
        assert_eq!((settings.backups, settings.eager_ttl), (Some(1), Some(false)));
        assert_eq!(settings.expiry_policy, None);
    }
}

/// What a version does not have is told by name, before anything is sent.
async fn later_things_are_refused(url: String) {
    for minor in 0..=6 {
        let pool = pool(&older(&url, minor).await).await;
        let cache: Cache<Orders, i32, i32> = Cache::new("of_older_versions");
        cache.get_or_create(&pool).await.unwrap();
        let begun = pool.begin().await.map(drop);
        assert_eq!(begun.err().map(|e| e.kind()), (minor < 5).then_some(ErrorKind::Unsupported), "1.{minor}");
        let policy =
            ExpiryPolicy { create: Expiry::Eternal, update: Expiry::Eternal, access: Expiry::Unchanged };
        let put = cache.with_expiry_policy(policy).put(&pool, &1, &1).await;
        assert_eq!(put.err().map(|e| e.kind()), (minor < 6).then_some(ErrorKind::Unsupported), "1.{minor}");
        let nodes = Cluster::<Orders>::new().nodes(&pool, &[]).await;
        assert_eq!(nodes.unwrap_err().kind(), ErrorKind::Unsupported, "1.{minor}");
        let read_only = Cluster::<Orders>::new().set_state(&pool, ClusterState::ActiveReadOnly).await;
        assert_eq!(read_only.unwrap_err().kind(), ErrorKind::Unsupported, "1.{minor}");
        assert_eq!(cache.get(&pool, &1).await.unwrap(), (minor >= 6).then_some(1));
        cache.clear(&pool).await.unwrap();
        assert_eq!(pool.stats().connections, 1);
    }
}

/// What servers of 1.7 had, from 2.9 on; and all but one, for each bit but the first, with which the greeting would end.
fn sets_of_features() -> impl Iterator<Item = u64> {
    const RELEASES: [u64; 6] = [0x3f, 0xff, 0x1ff, 0xfff, 0x7fff, 0x1_ffff];
    RELEASES.into_iter().chain((1..24).map(|bit| !(1 << bit)))
}

fn has(features: u64, bit: u32) -> bool {
    features >> bit & 1 == 1
}

async fn any_feature_can_lack(url: String) {
    for features in sets_of_features() {
        println!("{features:06x}");
        let pool = pool(&relayed(&url, 7, features).await).await;
        let cluster = Cluster::<Orders>::new();
        let cache: Cache<Orders, i32, Value> = Cache::new("of_features");
        if cluster.cache_names(&pool).await.unwrap().iter().any(|name| name == cache.name()) {
            cache.destroy(&pool).await.unwrap();
        }
        let mut configuration = CacheConfiguration::new(cache.name());
        configuration.atomicity_mode = Some(AtomicityMode::Transactional);
        cache.create_with(&pool, &configuration).await.unwrap();
        let mut transaction = pool.begin().await.unwrap();
        cache.put(&mut transaction, &1, &Value::Int(2)).await.unwrap();
        transaction.commit().await.unwrap();
        assert_eq!(cache.get(&pool, &1).await.unwrap(), Some(Value::Int(2)));
        assert!(cache.node(&pool, &1).await.unwrap().is_some());
        let settings = cache.settings(&pool).await.unwrap();
        assert_eq!(settings.atomicity_mode, Some(AtomicityMode::Transactional));
        assert_eq!(cluster.state(&pool).await.unwrap(), ClusterState::Active);
        assert_eq!(cluster.nodes(&pool, &[]).await.is_ok(), has(features, 4));
        // A loan that is never idle, and is asked for a sign of life by what the server has.
        assert_eq!(cache.size(&pool, &[]).await.unwrap(), 1);
    }
}

async fn any_feature_of_statements_can_lack(url: String) {
    for features in sets_of_features() {
        println!("{features:06x}");
        let pool = pool(&relayed(&url, 7, features).await).await;
        let read: Vec<(i64,)> = rows(&pool, "SELECT X FROM SYSTEM_RANGE(1, 3)").await;
        assert_eq!(read, [(1,), (2,), (3,)]);
        let tagged = Query::<Orders, ()>::new(
            &Plan { template: &[Piece::Text("SELECT 1")], read_only: true, ..Plan::EMPTY },
            |_, _| Ok(()),
            [],
        );
        tagged.tag("of a test").timeout(Duration::from_secs(60)).execute(&pool).await.unwrap();
        let partitions = Query::<Orders, ()>::new(
            &Plan { template: &[Piece::Text("SELECT 1")], read_only: true, ..Plan::EMPTY },
            |_, _| Ok(()),
            [],
        );
        let outcome = partitions.partitions(vec![0]).execute(&pool).await;
        assert_eq!(
            outcome.err().map(|e| e.kind()),
            (!has(features, 7)).then_some(ErrorKind::Unsupported),
            "{features:06x}"
        );
    }
}
