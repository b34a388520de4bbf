//! Cache configurations both ways: a cache of every property, made on a real node and asked for again.

use querent_protocol::ignite::Reader;
use querent_protocol::ignite::code::Version;
use querent_protocol::ignite::config::*;
use querent_protocol::ignite::request::{CreateOp, CreateWith, Expiry, ExpiryPolicy, encode};
use querent_protocol::ignite::response::{Header, cache_configuration};

use crate::{Recording, older};

/// The cache that the recordings make.
fn full() -> CacheConfiguration {
    CacheConfiguration {
        atomicity_mode: Some(AtomicityMode::Transactional),
        backups: Some(1),
        cache_mode: Some(CacheMode::Partitioned),
        copy_on_read: Some(false),
        data_region: Some("default".into()),
        eager_ttl: Some(false),
        statistics_enabled: Some(true),
        group_name: Some("grp".into()),
        default_lock_timeout_ms: Some(1234),
        max_concurrent_async_operations: Some(300),
        max_query_iterators: Some(512),
        name: Some("full".into()),
        onheap_cache_enabled: Some(true),
        partition_loss_policy: Some(PartitionLossPolicy::ReadWriteSafe),
        query_detail_metrics_size: Some(5),
        query_parallelism: Some(2),
        read_from_backup: Some(false),
        rebalance_batch_size: Some(100_000),
        rebalance_batches_prefetch: Some(3),
        rebalance_delay_ms: Some(10),
        rebalance_mode: Some(RebalanceMode::Sync),
        rebalance_order: Some(1),
        rebalance_throttle_ms: Some(7),
        rebalance_timeout_ms: Some(5000),
        sql_escape_all: Some(true),
        sql_index_max_inline_size: Some(20),
        sql_schema: Some("PUBLIC".into()),
        write_synchronization_mode: Some(WriteSynchronizationMode::PrimarySync),
        key_configurations: Some(vec![KeyConfiguration {
            type_name: "PersonKey".into(),
            affinity_field: Some("dept".into()),
        }]),
        query_entities: Some(vec![person()]),
        expiry_policy: Some(ExpiryPolicy {
            create: Expiry::Millis(60_000),
            update: Expiry::Unchanged,
            access: Expiry::Eternal,
        }),
        storage_paths: None,
        index_path: None,
    }
}

fn person() -> QueryEntity {
    let field = |name: &str, java_type: &str| QueryField {
        name: name.into(),
        java_type: java_type.into(),
        ..QueryField::default()
    };
    let index = |name: &str, kind, fields: &[(&str, bool)]| QueryIndex {
        name: Some(name.into()),
        kind,
        inline_size: -1,
        fields: fields.iter().map(|(name, descending)| ((*name).into(), *descending)).collect(),
    };
    QueryEntity {
        key_type: Some("java.lang.Integer".into()),
        value_type: Some("Person".into()),
        table: Some("PERSON".into()),
        key_field: Some("id".into()),
        value_field: None,
        fields: vec![
            QueryField { in_key: true, not_null: true, ..field("id", "java.lang.Integer") },
            QueryField {
                not_null: true,
                default: Some(vec![9, 1, 0, 0, 0, b'x']),
                precision: Some(20),
                ..field("name", "java.lang.String")
            },
            QueryField { precision: Some(10), scale: Some(2), ..field("pay", "java.math.BigDecimal") },
            field("born", "java.sql.Date"),
        ],
        aliases: vec![("name".into(), "NAME".into())],
        indexes: vec![
            index("by_name", IndexType::Sorted, &[("name", false), ("id", true)]),
            index("ft", IndexType::FullText, &[("name", false)]),
        ],
    }
}

/// The properties of a create request, sorted, for their order is of no meaning.
fn property_len_total(frame: &[u8], prefix: usize) -> (u16, usize) {
    let count = u16::from_le_bytes([frame[14 + prefix + 4], frame[14 + prefix + 5]]);
    (count, frame.len())
}

#[test]
fn every_property_is_sent() {
    for (recording, prefix) in [(Recording::h2(), 0), (Recording::core_2_18(), 1)] {
        let agreed = recording.agreed();
        let expected = &recording.get("create-with-configuration").request;
        let create = CreateWith { op: CreateOp::Create, configuration: &full() };
        let id = i64::from_le_bytes(expected[6..14].try_into().unwrap());
        let bytes = encode(&create, id, &agreed, 1 << 20).unwrap();
        assert_eq!(bytes[..18 + prefix], expected[..18 + prefix]);
        assert_eq!(property_len_total(&bytes, prefix), property_len_total(expected, prefix));
        // Each byte of ours is one of theirs, in another order.
        let sorted = |bytes: &[u8]| {
            let mut bytes = bytes.to_vec();
            bytes.sort_unstable();
            bytes
        };
        assert_eq!(sorted(&bytes), sorted(expected));
    }
}

#[test]
fn every_property_comes_back() {
    for recording in [Recording::h2(), Recording::core_2_18()] {
        let agreed = recording.agreed();
        let read = recording.payload("get-configuration", |r| cache_configuration(r, &agreed));
        let expected = CacheConfiguration { query_entities: read.query_entities.clone(), ..full() };
        assert_eq!(read, expected);
        let entities = read.query_entities.unwrap();
        let [entity] = &entities[..] else { panic!("{} entities", entities.len()) };
        check_entity(entity);
    }
}

/// The server completes an entity: aliases of all fields, an order of its own.
#[track_caller]
fn check_entity(entity: &QueryEntity) {
    let expected = person();
    assert_eq!(entity.fields, expected.fields);
    assert_eq!((&entity.table, &entity.value_type), (&expected.table, &expected.value_type));
    for index in &expected.indexes {
        let found = entity
            .indexes
            .iter()
            .find(|found| found.name.as_deref().is_some_and(|name| Some(name) == index.name.as_deref()));
        assert!(
            found.is_some_and(|found| found.fields == index.fields && found.kind == index.kind),
            "{entity:?}"
        );
    }
    assert!(entity.aliases.contains(&expected.aliases[0]), "{:?}", entity.aliases);
}

#[test]
fn older_versions_lack_precision_and_expiry() {
    let recording = Recording::h2();
    for (name, version) in [("1.0", Version::V1_0), ("1.2", Version::V1_2), ("1.4", Version::V1_4)] {
        let agreed = older(version);
        let mut r = Reader::new(&recording.get(&format!("get-configuration-{name}")).answer);
        Header::read(&mut r, &agreed).unwrap();
        let read = cache_configuration(&mut r, &agreed).unwrap();
        assert_eq!(read.expiry_policy, None);
        let fields = &read.query_entities.unwrap()[0].fields;
        let expected = if version >= Version::V1_2 { Some(10) } else { None };
        assert_eq!(fields[2].precision, expected);
    }
}

#[test]
fn storage_paths_come_last() {
    let recording = Recording::core_2_18();
    let agreed = recording.agreed();
    let configuration = CacheConfiguration {
        storage_paths: Some(vec!["a".into(), "b".into()]),
        index_path: Some("c".into()),
        ..CacheConfiguration::new("x")
    };
    let create = CreateWith { op: CreateOp::Create, configuration: &configuration };
    let bytes = encode(&create, 1, &agreed, 1 << 20).unwrap();
    let tail = [
        &[0x98, 1, 20, 2, 0, 0, 0, 9, 1, 0, 0, 0, b'a', 9, 1, 0, 0, 0, b'b'][..],
        &[0x99, 1, 9, 1, 0, 0, 0, b'c'],
    ]
    .concat();
    assert!(bytes.ends_with(&tail));
    // The recorded configuration ends in two nulls; with paths in their place it is read.
    let answer = &recording.get("get-configuration").answer;
    let mut bent = answer[..answer.len() - 2].to_vec();
    bent.extend(&tail[2..19]);
    bent.extend(&tail[21..]);
    let mut r = Reader::new(&bent);
    Header::read(&mut r, &agreed).unwrap();
    let read = cache_configuration(&mut r, &agreed).unwrap();
    assert_eq!(
        (read.storage_paths, read.index_path),
        (configuration.storage_paths, configuration.index_path)
    );
}
