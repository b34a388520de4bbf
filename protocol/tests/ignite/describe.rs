//! The describe protocols, as two engines answered.

use querent_protocol::ignite::code::Status;
use querent_protocol::ignite::describe::{Nullability, Reply, jdbc, odbc};

use crate::Recording;

const SELECT: &str = "SELECT id, name, salary*2 AS x, hired, u FROM emp WHERE id = ? AND name LIKE ?";

fn engines() -> [Recording; 2] {
    ["describe-2.17.0-h2", "describe-2.17.0-calcite"].map(Recording::load)
}

#[test]
fn requests_are_as_recorded() {
    for recording in engines() {
        for (name, bytes) in [
            ("odbc-handshake", odbc::handshake(None, None)),
            ("odbc-resultset", odbc::result_set("PUBLIC", SELECT)),
            ("odbc-params", odbc::parameters("PUBLIC", SELECT)),
            ("odbc-columns", odbc::columns("PUBLIC", "EMP", "%")),
            ("jdbc-handshake", jdbc::handshake(None, None)),
            ("jdbc-params", jdbc::parameters(1, "PUBLIC", SELECT)),
            ("jdbc-columns", jdbc::columns(3, "PUBLIC", "EMP", None)),
        ] {
            assert_eq!(bytes.unwrap(), recording.get(name).request, "{name}");
        }
    }
}

#[test]
fn handshakes() {
    for recording in engines() {
        assert_eq!(odbc::reply(&recording.get("odbc-handshake").answer), Ok(Reply::Accepted(())));
        let Reply::Accepted(server) = jdbc::reply(&recording.get("jdbc-handshake").answer).unwrap() else {
            panic!("refused")
        };
        let version = server.version;
        assert_eq!((version.major, version.minor, version.maintenance), (2, 17, 0));
        assert!(server.node.is_some());
        let refused = odbc::reply(&recording.get("odbc-handshake-refused").answer).unwrap();
        assert!(matches!(refused, Reply::Refused(refusal) if refusal.status == Some(Status::FAILED)));
    }
    let with = jdbc::handshake(Some(("u", "p")), Some("calcite")).unwrap();
    let tail = [&[9, 7, 0, 0, 0][..], b"calcite", &[9, 1, 0, 0, 0, b'u', 9, 1, 0, 0, 0, b'p']].concat();
    assert!(with.ends_with(&tail));
}

#[test]
fn columns_of_a_result() {
    let [h2, calcite] = engines();
    let columns = |recording: &Recording, name: &str| {
        let columns = odbc::read_columns(&recording.get(name).answer).unwrap().unwrap();
        columns
            .iter()
            .map(|c| (c.name.clone(), c.type_code, c.precision, c.scale, c.nullability))
            .collect::<Vec<_>>()
    };
    let of_h2 = columns(&h2, "odbc-resultset");
    use Nullability::{NotNull, Nullable, Unknown};
    assert_eq!(of_h2[0], ("ID".into(), 3, 10, 0, Nullable));
    assert_eq!(of_h2[1], ("NAME".into(), 9, 20, 0, NotNull));
    assert_eq!((of_h2[2].1, of_h2[2].4), (30, Unknown));
    let of_calcite = columns(&calcite, "odbc-resultset");
    assert_eq!((of_calcite[1].1, of_calcite[1].4), (9, NotNull));
    assert_eq!(columns(&h2, "odbc-resultset-dml"), []);
    assert_eq!(columns(&calcite, "odbc-resultset-dml")[0].0, "ROWCOUNT");
    let table: Vec<_> = columns(&h2, "odbc-columns").into_iter().map(|c| (c.0, c.1)).collect();
    let expected = [("ID", 3), ("NAME", 9), ("SALARY", 30), ("HIRED", 11), ("U", 10)];
    assert_eq!(table, expected.map(|(name, code)| (name.to_owned(), code)));
    for recording in [&h2, &calcite] {
        let failure = odbc::read_columns(&recording.get("odbc-resultset-error").answer).unwrap().unwrap_err();
        assert_eq!(failure.status, Status(1001));
        let failure = odbc::read_parameters(&recording.get("odbc-params-error").answer).unwrap().unwrap_err();
        assert_eq!(failure.status, Status(1001));
    }
}

#[test]
fn parameters_of_a_statement() {
    let [h2, calcite] = engines();
    for recording in [&h2, &calcite] {
        let codes = odbc::read_parameters(&recording.get("odbc-params").answer).unwrap().unwrap();
        assert_eq!(codes, [3, 9]);
        let failure = jdbc::read_parameters(&recording.get("jdbc-params-error").answer).unwrap().unwrap_err();
        assert_eq!(failure.status, Status(1001));
    }
    let parameters = jdbc::read_parameters(&h2.get("jdbc-params").answer).unwrap().unwrap();
    let [id, name] = &parameters[..] else { panic!("two parameters") };
    assert_eq!(
        (id.type_name.as_str(), id.class_name.as_str(), id.sql_type),
        ("INTEGER", "java.lang.Integer", 4)
    );
    // LIKE gives a parameter no type on H2.
    assert_eq!(
        (name.type_name.as_str(), name.precision, name.nullability),
        ("VARCHAR", 0, Nullability::Unknown)
    );
    let columns = jdbc::read_columns(&h2.get("jdbc-columns").answer).unwrap().unwrap();
    let names: Vec<_> =
        columns.iter().map(|c| (c.name.as_str(), c.class_name.as_str(), c.nullable)).collect();
    assert_eq!(
        names,
        [
            ("ID", "java.lang.Integer", true),
            ("NAME", "java.lang.String", false),
            ("SALARY", "java.math.BigDecimal", true),
            ("HIRED", "java.sql.Date", true),
            ("U", "java.util.UUID", true)
        ]
    );
    assert_eq!((columns[2].precision, columns[2].scale), (10, 2));
    assert_eq!(jdbc::read_columns(&h2.get("jdbc-columns-none").answer), Ok(Ok(vec![])));
}
