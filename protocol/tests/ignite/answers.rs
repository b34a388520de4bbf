//! Answers of real nodes.

use bytes::Bytes;
use querent_protocol::ignite::code::{Status, Version};
use querent_protocol::ignite::meta::{BinaryConfiguration, NameMapper};
use querent_protocol::ignite::request::ClusterState;
use querent_protocol::ignite::response::{self, *};
use querent_protocol::ignite::sql::{ErrorClass, classify};
use querent_protocol::ignite::{DecodeError, Reader};

use crate::requests::thing;
use crate::{Recording, id, int, long, older};

#[test]
fn values_and_counts() {
    let recording = Recording::h2();
    for name in ["put", "put-all", "clear", "remove-all", "clear-key", "resource-close", "heartbeat"] {
        recording.payload(name, response::empty);
    }
    for (name, expected) in [("get", long(10)), ("get-missing", vec![101]), ("get-and-replace", long(12))] {
        assert_eq!(recording.payload(name, response::object), expected, "{name}");
    }
    for (name, expected) in [("put-if-absent", false), ("replace", true), ("remove-key", true)] {
        assert_eq!(recording.payload(name, response::boolean), expected, "{name}");
    }
    assert_eq!(recording.payload("get-size", response::size), 3);
    assert_eq!(recording.payload("idle-timeout", response::idle_timeout_ms), None);
    assert_eq!(recording.payload("get-names", response::cache_names), ["k"]);
    assert_eq!(recording.payload("get-names-none", response::cache_names), [""; 0]);
    assert_eq!(recording.payload("tx-start", response::tx_id), 1);
}

fn cells(page: &Page) -> Vec<Vec<&[u8]>> {
    let row = |row| (0..page.width()).map(|column| page.cell(row, column).unwrap()).collect();
    (0..page.rows()).map(row).collect()
}

#[test]
fn entries_and_scans() {
    let recording = Recording::h2();
    let body = |name: &str| recording.get(name).answer.clone();
    let all = recording.payload("get-all", |r| response::entries(&body("get-all"), r));
    assert_eq!(cells(&all), [[int(1), long(10)]]);
    let scan = recording.payload("scan", |r| ScanRows::read(&body("scan"), r));
    assert_eq!(cells(&scan.page), [[int(1), long(13)], [int(2), long(20)]]);
    assert!(scan.page.has_more());
    let page = recording.payload("scan-page", |r| Page::read(&body("scan-page"), r, 2));
    assert_eq!((cells(&page), page.has_more()), (vec![vec![&int(3)[..], &long(33)]], false));
    assert_eq!(page.cell_bytes(0, 1), Some(Bytes::from(long(33))));
    assert_eq!((page.cell(1, 0), page.cell(0, 2), page.cell(usize::MAX, 1)), (None, None, None));
}

#[test]
fn rows_of_statements() {
    let recording = Recording::h2();
    let rows = |name: &str, names| {
        let body = recording.get(name).answer.clone();
        recording.payload(name, |r| Rows::read(&body, r, names))
    };
    let select = rows("sql-select", true);
    assert_eq!(select.names.unwrap(), ["ID", "NAME", "D", "AMT", "TS", "U"]);
    assert_eq!(select.page.rows(), 3);
    assert!(!select.page.has_more());
    let first = cells(&select.page)[0].iter().map(|cell| cell[0]).collect::<Vec<_>>();
    // java.sql.Date comes optimized; a UUID keeps its code.
    assert_eq!(first, [3, 9, 254, 30, 33, 10]);
    assert_eq!(select.page.cell(1, 1), Some(&[101][..]));
    let bare = rows("sql-select-no-names", false);
    assert_eq!((bare.names, cells(&bare.page)), (None, vec![vec![&int(1)[..]]]));
    let insert = rows("sql-insert-2", true);
    assert_eq!(
        (insert.names.unwrap(), cells(&insert.page)),
        (vec!["UPDATED".into()], vec![vec![&long(2)[..]]])
    );
    let paged = rows("sql-select-paged", true);
    assert_eq!((paged.page.rows(), paged.page.has_more(), paged.cursor), (2, true, 8));
    let body = recording.get("sql-page").answer.clone();
    let rest = recording.payload("sql-page", |r| Page::read(&body, r, 1));
    assert_eq!((rest.rows(), rest.has_more()), (1, false));
}

#[test]
fn the_topology_is_told_once_a_change() {
    let recording = Recording::h2();
    let version = |name: &str| recording.answer(name).0.topology;
    // The first answer tells it; a first cache changes it.
    assert_eq!(version("heartbeat"), Some(AffinityVersion { major: 1, minor: 0 }));
    assert_eq!(version("idle-timeout"), None);
    assert_eq!(version("create-with-name"), Some(AffinityVersion { major: 1, minor: 1 }));
}

#[test]
fn partitions() {
    let recording = Recording::h2();
    let agreed = recording.agreed();
    let answer = recording.payload("cache-partitions", |r| Partitions::read(r, &agreed));
    assert_eq!(answer.version, AffinityVersion { major: 1, minor: 4 });
    let [GroupMapping::Applicable { caches, nodes, read_from, default_affinity: true }] = &answer.groups[..]
    else {
        panic!("{:?}", answer.groups)
    };
    let keys = |name: &str| &caches.iter().find(|cache| cache.cache_id == id(name)).unwrap().keys;
    assert_eq!(keys("k"), &[]);
    assert_eq!(keys("full"), &[AffinityKey { type_id: id("personkey"), field_id: id("dept") }]);
    assert_eq!((nodes.len(), read_from.len()), (1, 0));
    let mut held = nodes[0].partitions.clone();
    held.sort_unstable();
    assert_eq!(held, (0..1024).collect::<Vec<_>>());

    let older = older(Version::V1_4);
    let mut r = Reader::new(&recording.get("cache-partitions-1.4").answer);
    Header::read(&mut r, &older).unwrap();
    let [GroupMapping::Applicable { nodes, .. }] = &Partitions::read(&mut r, &older).unwrap().groups[..]
    else {
        panic!("no group")
    };
    assert_eq!(nodes[0].partitions.len(), 1024);
}

#[test]
fn a_data_center_has_partitions_to_read_from() {
    let recording = Recording::load("data-centers-2.18.0");
    let agreed = Recording::core_2_18().agreed();
    let mut r = Reader::new(&recording.get("cache-partitions-dc1").answer);
    Header::read(&mut r, &agreed).unwrap();
    let answer = Partitions::read(&mut r, &agreed).unwrap();
    let [GroupMapping::Applicable { nodes, read_from, .. }] = &answer.groups[..] else { panic!("one group") };
    let counts =
        |nodes: &[NodePartitions]| nodes.iter().map(|node| node.partitions.len()).collect::<Vec<_>>();
    assert_eq!((counts(nodes), counts(read_from)), (vec![530, 494], vec![1024]));
}

#[test]
fn binary_types() {
    let recording = Recording::h2();
    assert_eq!(recording.payload("type-get", response::binary_type), Some(thing()));
    assert_eq!(recording.payload("type-get-missing", response::binary_type), None);
    let color = recording.payload("type-get-enum", response::binary_type).unwrap();
    assert_eq!(color.enum_values.unwrap(), [("RED".into(), 0), ("BLUE".into(), 1)]);
    assert_eq!(recording.payload("type-name-get", response::type_name), "NoSuchType");
    let expected = BinaryConfiguration { compact_footer: true, name_mapper: NameMapper::FullName };
    assert_eq!(recording.payload("binary-configuration", response::binary_configuration), expected);
}

#[test]
fn nodes() {
    let recording = Recording::h2();
    let agreed = recording.agreed();
    let state = recording.payload("get-state", |r| response::cluster_state(r, &agreed));
    assert_eq!(state, ClusterState::Active);
    let ids = recording.payload("group-node-ids-servers", NodeIds::read).unwrap();
    assert_eq!((ids.topology, ids.nodes.len()), (1, 1));
    assert_eq!(ids.nodes[0].to_string(), "2f01bc29-6770-48b3-92bd-cf929ba4b0a0");
    assert_eq!(recording.payload("group-node-ids-unchanged", NodeIds::read), None);
    assert_eq!(recording.payload("group-node-ids-attribute", NodeIds::read).unwrap().nodes, []);
    let [info] = &recording.payload("group-node-info", response::node_infos)[..] else { panic!("one node") };
    let version = &info.version;
    assert_eq!((info.id, version.major, version.minor, version.maintenance), (ids.nodes[0], 2, 17, 0));
    assert_eq!(
        (&info.addresses[..], info.order, info.is_local, info.is_client),
        (&["127.0.0.1".into()][..], 1, true, false)
    );
    assert_eq!(info.consistent_id, [9, 2, 0, 0, 0, b'n', b'0']);
    let endpoints = recording.payload("node-endpoints", Endpoints::read);
    assert_eq!((endpoints.topology, endpoints.removed.len()), (1, 0));
    assert_eq!(
        (endpoints.added[0].port, &endpoints.added[0].addresses[..]),
        (11100, &["127.0.0.1".into()][..])
    );
    let core = Recording::core_2_18();
    assert_eq!(core.payload("data-center-nodes", response::data_center_nodes), []);
}

#[test]
fn errors_have_a_class() {
    let recording = Recording::h2();
    for (name, status, class) in [
        ("unknown-op", 2, ErrorClass::Unsupported),
        ("create-with-name-again", 1001, ErrorClass::CacheExists),
        ("get-missing-cache", 1000, ErrorClass::CacheMissing),
        ("destroy-missing", 1000, ErrorClass::CacheMissing),
        ("resource-close-again", 1011, ErrorClass::ResourceMissing),
        ("sql-close-finished", 1011, ErrorClass::ResourceMissing),
        ("sql-page-unknown-cursor", 1011, ErrorClass::ResourceMissing),
        ("sql-syntax-error", 1, ErrorClass::Statement),
        ("sql-unknown-table", 1, ErrorClass::Statement),
        ("sql-unknown-schema", 1, ErrorClass::Statement),
        ("sql-wrong-statement-type", 1, ErrorClass::Statement),
        ("sql-duplicate-key", 1, ErrorClass::Constraint),
        ("sql-too-long", 1, ErrorClass::Constraint),
        ("sql-not-null", 1, ErrorClass::Constraint),
        ("sql-conversion", 1, ErrorClass::Conversion),
        ("sql-too-few-arguments", 1, ErrorClass::Arguments),
        ("sql-multi", 1, ErrorClass::Unsupported),
        ("sql-wrong-cache", 1000, ErrorClass::CacheMissing),
        ("sql-timeout", 1, ErrorClass::Cancelled),
        ("inactive-put", 1, ErrorClass::Inactive),
    ] {
        let failure = recording.answer(name).0.failure.unwrap_or_else(|| panic!("{name} succeeded"));
        assert_eq!(
            (failure.status, classify(&failure)),
            (Status(status), class),
            "{name}: {}",
            failure.message
        );
    }
}

#[test]
fn versions_before_1_4_have_a_status_and_no_flags() {
    let recording = Recording::h2();
    for version in ["1.0", "1.2"] {
        let agreed = older(if version == "1.0" { Version::V1_0 } else { Version::V1_2 });
        let answer = |name: &str| &recording.get(&format!("{name}-{version}")).answer;
        let mut r = Reader::new(answer("get"));
        let header = Header::read(&mut r, &agreed).unwrap();
        assert_eq!((header.id, header.topology, header.failure), (1, None, None));
        assert_eq!(response::object(&mut r), Ok(&[101][..]));
        let mut r = Reader::new(answer("missing-cache"));
        let failure = Header::read(&mut r, &agreed).unwrap().failure.unwrap();
        assert_eq!(failure.status, Status::CACHE_DOES_NOT_EXIST);
        let mut r = Reader::new(answer("get-state"));
        Header::read(&mut r, &agreed).unwrap();
        assert_eq!(response::cluster_state(&mut r, &agreed), Ok(ClusterState::Active));
    }
}

#[test]
fn notifications_name_their_operation() {
    let agreed = older(Version::V1_7);
    let bytes = [7, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0xd7, 0x07];
    let header = Header::read(&mut Reader::new(&bytes), &agreed).unwrap();
    assert_eq!(header.notification.unwrap().name(), "QUERY_CONTINUOUS_EVENT_NOTIFICATION");
    let unknown = [0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 9, 9];
    let error = Header::read(&mut Reader::new(&unknown), &agreed).unwrap_err();
    assert_eq!(error, DecodeError::unknown(10, "notification", 0x909));
    let flags = [0, 0, 0, 0, 0, 0, 0, 0, 8, 0];
    let error = Header::read(&mut Reader::new(&flags), &agreed).unwrap_err();
    assert_eq!(error, DecodeError::unknown(8, "response flags", 8));
}
