//! Requests, byte for byte as real nodes took them.

use querent_protocol::ignite::code::{Feature, Features, Op, Version};
use querent_protocol::ignite::config::CacheConfiguration;
use querent_protocol::ignite::handshake::Agreed;
use querent_protocol::ignite::meta::{BinaryField, BinaryType, Schema};
use querent_protocol::ignite::request::{self, *};
use querent_protocol::ignite::{EncodeError, Writer};
use querent_types::value::Uuid;

use crate::{Recording, id, int, long, older};

const LEN_MAX: usize = 1 << 20;

/// A cache as it was named in the recording.
fn cache(name: &str) -> CacheInfo {
    CacheInfo { keep_binary: false, ..CacheInfo::new(id(name)) }
}

struct Check {
    recording: Recording,
    agreed: Agreed,
    seen: std::cell::RefCell<Vec<Op>>,
}

impl Check {
    fn of(recording: Recording) -> Check {
        Check { agreed: recording.agreed(), recording, seen: Vec::new().into() }
    }

    #[track_caller]
    fn check(&self, name: &str, request: &impl Request) {
        self.check_as(name, request, &self.agreed);
    }

    #[track_caller]
    fn check_as(&self, name: &str, request: &impl Request, agreed: &Agreed) {
        let expected = &self.recording.get(name).request;
        let id = i64::from_le_bytes(expected[6..14].try_into().unwrap());
        let bytes = request::encode(request, id, agreed, LEN_MAX).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(bytes, *expected, "{name}");
        self.seen.borrow_mut().push(request.op());
    }
}

fn encoded(objects: &[Vec<u8>]) -> Vec<Encoded<'_>> {
    objects.iter().map(|bytes| Encoded(bytes)).collect()
}

#[test]
fn operations_of_2_17() {
    let c = Check::of(Recording::h2());
    connection(&c);
    keys_and_values(&c);
    conflicts(&c);
    caches(&c);
    types(&c);
    transactions(&c);
    cluster(&c);
    statements(&c);
    let older = older(Version::V1_2);
    let k = cache("k");
    c.check_as("get-1.2", &KeyRequest { op: KeyOp::Get, cache: &k, key: Encoded(&int(1)) }, &older);

    let seen = c.seen.into_inner();
    // Of other things: entry processors, index queries, continuous queries, WAL, compute, services, streamers, atomic
    // longs and sets; and what is deprecated.
    let of_others = |op: &Op| {
        let code = op.code();
        matches!(code, 1024..=1025 | 1100 | 2002..=2003 | 2006..=2009 | 5002..=5003 | 5103 | 6000..)
    };
    for op in Op::ALL.iter().filter(|op| !of_others(op)) {
        assert!(seen.contains(op), "{} has no recorded request", op.name());
    }
}

fn connection(c: &Check) {
    c.check("heartbeat", &Heartbeat);
    c.check("idle-timeout", &IdleTimeout);
    c.check("resource-close", &ResourceClose(2));
}

fn keys_and_values(c: &Check) {
    let k = cache("k");
    let key =
        |name: &str, op, key: i32| c.check(name, &KeyRequest { op, cache: &k, key: Encoded(&int(key)) });
    key("get", KeyOp::Get, 1);
    key("get-and-remove", KeyOp::GetAndRemove, 3);
    key("contains-key", KeyOp::ContainsKey, 3);
    key("clear-key", KeyOp::ClearKey, 1);
    key("remove-key", KeyOp::RemoveKey, 2);
    key("local-peek", KeyOp::LocalPeek, 1);
    let pair = |name: &str, op, key: i32, value: i64| {
        let (key, value) = (int(key), long(value));
        c.check(name, &KeyValueRequest { op, cache: &k, key: Encoded(&key), value: Encoded(&value) });
    };
    pair("put", KeyValueOp::Put, 1, 10);
    pair("put-if-absent", KeyValueOp::PutIfAbsent, 1, 11);
    pair("replace", KeyValueOp::Replace, 3, 32);
    pair("get-and-put", KeyValueOp::GetAndPut, 1, 12);
    pair("get-and-replace", KeyValueOp::GetAndReplace, 1, 13);
    pair("get-and-put-if-absent", KeyValueOp::GetAndPutIfAbsent, 3, 31);
    pair("remove-if-equals", KeyValueOp::RemoveIfEquals, 3, 33);
    let keys = |name: &str, op, keys: &[i32]| {
        let keys: Vec<_> = keys.iter().map(|key| int(*key)).collect();
        c.check(name, &KeysRequest { op, cache: &k, keys: &encoded(&keys) });
    };
    keys("get-all", KeysOp::GetAll, &[1, 2]);
    keys("contains-keys", KeysOp::ContainsKeys, &[1, 2]);
    keys("clear-keys", KeysOp::ClearKeys, &[1]);
    keys("remove-keys", KeysOp::RemoveKeys, &[5]);
    let (key, expected, value) = (int(3), long(32), long(33));
    c.check(
        "replace-if-equals",
        &ReplaceIfEquals {
            cache: &k,
            key: Encoded(&key),
            expected: Encoded(&expected),
            value: Encoded(&value),
        },
    );
    // A closure is an object too.
    let number = |value: i32| move |w: &mut Writer| w.bytes(&int(value));
    let (twenty, thirty) = (long(20), long(30));
    let entries = [(number(2), Encoded(&twenty)), (number(3), Encoded(&thirty))];
    c.check("put-all", &PutAll { cache: &k, entries: &entries });
    for (name, op) in [("clear", WholeCacheOp::Clear), ("remove-all", WholeCacheOp::RemoveAll)] {
        c.check(name, &WholeCacheRequest { op, cache: &k });
    }
    c.check("get-size", &GetSize { cache: &k, modes: &[] });
    c.check("get-size-primary", &GetSize { cache: &k, modes: &[PeekMode::Primary] });
    let policy =
        ExpiryPolicy { create: Expiry::Millis(60000), update: Expiry::Unchanged, access: Expiry::Eternal };
    let (expiring, key, value) = (CacheInfo { expiry: Some(policy), ..k }, int(5), long(50));
    let put =
        KeyValueRequest { op: KeyValueOp::Put, cache: &expiring, key: Encoded(&key), value: Encoded(&value) };
    c.check("put-expiry", &put);
    c.check("scan", &Scan::all(&k, 2));
    c.check("scan-page", &ScanPage(1));
    let binary = CacheInfo::new(id("k"));
    c.check("scan-2", &Scan { local: true, ..Scan::all(&binary, 1) });
}

fn conflicts(c: &Check) {
    let (k, key, value) = (cache("k"), int(6), long(60));
    let version = |order| EntryVersion { topology: 1, order, node_order_and_data_center: 3 };
    let put = [(Encoded(&key), Encoded(&value), version(2), 0)];
    c.check("put-all-conflict", &PutAllConflict { cache: &k, entries: &put });
    c.check("remove-all-conflict", &RemoveAllConflict { cache: &k, entries: &[(Encoded(&key), version(3))] });
}

fn caches(c: &Check) {
    c.check("get-names", &CacheNames);
    c.check("create-with-name", &CacheByName { op: NameOp::Create, name: "k" });
    c.check("get-or-create-with-name", &CacheByName { op: NameOp::GetOrCreate, name: "k" });
    let small = CacheConfiguration::new("small");
    let create = CreateWith { op: CreateOp::GetOrCreate, configuration: &small };
    c.check("get-or-create-with-configuration", &create);
    // In another order than ours, which is of no meaning: see `config`.
    c.seen.borrow_mut().push(Op::CacheCreateWithConfiguration);
    c.check("get-configuration", &Configuration(&cache("full")));
    c.check("destroy", &Destroy(id("small")));
    let ids = [id("k"), id("full")];
    let partitions = CachePartitions { cache_ids: &ids, custom_mappings: false, data_center: None };
    c.check("cache-partitions", &partitions);
    let custom = CachePartitions { cache_ids: &ids[1..], custom_mappings: true, data_center: None };
    c.check("cache-partitions-custom", &custom);
    let plain = CachePartitions { cache_ids: &ids[1..], ..partitions };
    c.check_as("cache-partitions-1.4", &plain, &older(Version::V1_4));
}

fn types(c: &Check) {
    c.check("type-name-get", &TypeNameGet(id("nosuchtype")));
    c.check("type-name-put", &TypeNamePut { type_id: id("nosuchtype"), name: "NoSuchType" });
    c.check("type-get", &TypeGet(id("thing")));
    c.check("binary-configuration", &BinaryConfigurationGet);
    c.check("type-put", &TypePut(&thing()));
    let color = BinaryType {
        id: id("color"),
        name: "Color".into(),
        enum_values: Some(vec![("RED".into(), 0), ("BLUE".into(), 1)]),
        ..BinaryType::default()
    };
    c.check("type-put-enum", &TypePut(&color));
}

pub(crate) fn thing() -> BinaryType {
    let field = |name: &str, type_code| BinaryField { name: name.into(), type_code, id: id(name) };
    BinaryType {
        id: id("thing"),
        name: "Thing".into(),
        affinity_field: Some("a".into()),
        fields: vec![field("a", 3), field("b", 9)],
        enum_values: None,
        schemas: vec![Schema { id: 77, field_ids: vec![id("a"), id("b")] }],
    }
}

fn transactions(c: &Check) {
    let start = TxStart {
        concurrency: Concurrency::Pessimistic,
        isolation: Isolation::Serializable,
        timeout_ms: 5000,
        label: Some("lab"),
    };
    c.check("tx-start", &start);
    let plain = TxStart {
        concurrency: Concurrency::Optimistic,
        isolation: Isolation::ReadCommitted,
        timeout_ms: 0,
        label: None,
    };
    c.check("tx-start-unlabelled", &plain);
    c.check("tx-end", &TxEnd { tx_id: 1, commit: true });
    c.check("tx-rollback", &TxEnd { tx_id: 2, commit: false });
}

fn cluster(c: &Check) {
    c.check("get-state", &GetState);
    c.check("change-state", &ChangeState { state: ClusterState::Active, force: false });
    c.check("deactivate", &ChangeState { state: ClusterState::Inactive, force: true });
    c.check("group-node-ids", &GroupNodeIds { known_topology: -1, filters: &[] });
    let servers = GroupNodeIds { known_topology: -1, filters: &[NodeFilter::Servers] };
    c.check("group-node-ids-servers", &servers);
    let attribute = GroupNodeIds { known_topology: -1, filters: &[NodeFilter::Attribute("nope", "x")] };
    c.check("group-node-ids-attribute", &attribute);
    let node: Uuid = "2f01bc29-6770-48b3-92bd-cf929ba4b0a0".parse().unwrap();
    c.check("group-node-info", &GroupNodeInfo(&[node]));
    c.check("node-endpoints", &NodeEndpoints { from_topology: -1, to_topology: -1 });
}

fn statements(c: &Check) {
    let none: &[Encoded<'_>] = &[];
    c.check("sql-select", &SqlFields::new("PUBLIC", "SELECT * FROM T ORDER BY ID", none));
    let one = int(1);
    let arguments = [Encoded(&one)];
    let optioned = SqlFields {
        statement_type: StatementType::Select,
        distributed_joins: true,
        enforce_join_order: true,
        collocated: true,
        lazy: true,
        timeout_ms: 5000,
        include_field_names: false,
        ..SqlFields::new("PUBLIC", "SELECT ID FROM T WHERE ID=?", &arguments)
    };
    c.check("sql-select-no-names", &optioned);
    let some = SqlFields { partitions: Some(&[1]), ..SqlFields::new("PUBLIC", "SELECT ID FROM T", none) };
    c.check("sql-partition", &some);
    c.check("sql-page", &SqlFieldsPage(8));
}

#[test]
fn operations_of_2_18() {
    let c = Check::of(Recording::core_2_18());
    let small = CacheConfiguration::new("small");
    let create = CreateWith { op: CreateOp::GetOrCreate, configuration: &small };
    c.check("get-or-create-with-configuration", &create);
    let ids = [id("k"), id("full")];
    c.check(
        "cache-partitions",
        &CachePartitions { cache_ids: &ids, custom_mappings: false, data_center: None },
    );
    c.check("data-center-nodes", &DataCenterNodes("dc1"));
}

#[test]
fn initiators_follow_batch_sizes() {
    let none: &[Encoded<'_>] = &[];
    let sql = SqlFields { initiator: Some("me"), ..SqlFields::new("PUBLIC", "x", none) };
    let features = Features::NONE.with(Feature::QueryPartitionsBatchSize);
    let without = encode(&sql, 1, &Agreed { version: Version::V1_7, features }, LEN_MAX).unwrap();
    let features = features.with(Feature::QueryInitiatorId);
    let with = encode(&sql, 1, &Agreed { version: Version::V1_7, features }, LEN_MAX).unwrap();
    assert_eq!(with[4..without.len()], without[4..]);
    assert_eq!(with[without.len()..], [9, 2, 0, 0, 0, b'm', b'e']);
    let plain = encode(&sql, 1, &older(Version::V1_7), LEN_MAX).unwrap();
    assert_eq!(plain.len(), without.len() - 8);
}

#[test]
fn what_a_server_is_too_old_for_is_refused_here() {
    let k = CacheInfo::new(1);
    let missing = |request: &dyn Fn(&Agreed) -> Result<Vec<u8>, EncodeError>, agreed| {
        assert!(matches!(request(&agreed), Err(EncodeError::Missing { .. })), "{agreed:?}");
    };
    let now = older(Version::V1_7);
    missing(&|a| encode(&Heartbeat, 1, a, LEN_MAX), now);
    missing(&|a| encode(&TxStart::default(), 1, a, LEN_MAX), older(Version::V1_4));
    let ask = CachePartitions { cache_ids: &[1], custom_mappings: false, data_center: None };
    missing(&|a| encode(&ask, 1, a, LEN_MAX), older(Version::V1_3));
    let policy = ExpiryPolicy { create: Expiry::Zero, update: Expiry::Zero, access: Expiry::Zero };
    let expiring = CacheInfo { expiry: Some(policy), ..k };
    missing(&|a| encode(&Scan::all(&expiring, 1), 1, a, LEN_MAX), older(Version::V1_5));
    let in_tx = CacheInfo { tx_id: Some(1), ..k };
    missing(&|a| encode(&Scan::all(&in_tx, 1), 1, a, LEN_MAX), older(Version::V1_4));
    let none: &[Encoded<'_>] = &[];
    let sql = SqlFields { cache: in_tx, ..SqlFields::new("S", "x", none) };
    missing(&|a| encode(&sql, 1, a, LEN_MAX), now);
    let parts = SqlFields { partitions: Some(&[]), ..SqlFields::new("S", "x", none) };
    missing(&|a| encode(&parts, 1, a, LEN_MAX), now);
    let read_only = ChangeState { state: ClusterState::ActiveReadOnly, force: false };
    missing(&|a| encode(&read_only, 1, a, LEN_MAX), now);
    let stored = CacheConfiguration { index_path: Some("x".into()), ..CacheConfiguration::new("x") };
    let create = CreateWith { op: CreateOp::Create, configuration: &stored };
    missing(&|a| encode(&create, 1, a, LEN_MAX), now);
}

#[test]
fn what_is_not_transactional_is_refused_in_a_transaction() {
    let agreed = older(Version::V1_7);
    let k = CacheInfo { tx_id: Some(1), ..CacheInfo::new(1) };
    let one = int(1);
    let refuses = |outcome: Result<Vec<u8>, EncodeError>| {
        assert!(matches!(outcome, Err(EncodeError::Unsendable(_))), "{outcome:?}");
    };
    for op in [WholeCacheOp::Clear, WholeCacheOp::RemoveAll] {
        refuses(encode(&WholeCacheRequest { op, cache: &k }, 1, &agreed, LEN_MAX));
    }
    let key = KeyRequest { op: KeyOp::ClearKey, cache: &k, key: Encoded(&one) };
    refuses(encode(&key, 1, &agreed, LEN_MAX));
    refuses(
        encode(&KeyRequest { op: KeyOp::Get, ..key }, 1, &agreed, 10)
            .map_err(|_| EncodeError::Unsendable("")),
    );
    let keys = KeysRequest { op: KeysOp::ClearKeys, cache: &k, keys: &[Encoded(&one)] };
    refuses(encode(&keys, 1, &agreed, LEN_MAX));
    refuses(encode(&Scan::all(&CacheInfo::new(1), 0), 1, &agreed, LEN_MAX));
}

#[test]
fn requests_have_a_limit() {
    let k = CacheInfo::new(1);
    let value = vec![0; 100];
    let put =
        KeyValueRequest { op: KeyValueOp::Put, cache: &k, key: Encoded(&value), value: Encoded(&value) };
    let agreed = older(Version::V1_7);
    assert_eq!(encode(&put, 1, &agreed, 200), Err(EncodeError::TooLarge { limit: 200 }));
    assert_eq!(encode(&put, 1, &agreed, 219).unwrap().len(), 219);
}
