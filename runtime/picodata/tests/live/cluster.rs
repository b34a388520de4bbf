//! Three servers with a whole catalog (`tests/servers/picodata/cluster.sql`): what `querent pull` and `querent prepare` ask of
//! them, as an administrator and as a user with no rights but those that all have.

use querent_core::types::{AnsweredType, SqlType, TableDescription, TimeUnit};
use querent_core::{Backend as _, ErrorKind};
use querent_picodata::{Describer, Picodata, describe};

crate::tests! {
    TESTS:
    an_administrator_is_told_all,
    a_user_is_told_what_to_ask_for,
    statements_are_described_as_a_server_of_26_1_described_them,
}

async fn an_administrator_is_told_all(url: String) {
    let source = describe(&Picodata::options(&url).expect("a URL")).await.expect("a description");
    assert!(source.server.is_some_and(|server| server.version.starts_with("26.1.")));
    let table = |name: &str| -> &TableDescription {
        source.tables.iter().find(|table| table.path == [name]).unwrap_or_else(|| panic!("no table {name}"))
    };
    let seen = |name: &str| -> Vec<String> {
        let column = |column: &querent_core::types::ColumnDescription| {
            let ty = column.ty.as_ref().map_or("?".to_owned(), |ty| format!("{ty:#}"));
            let marks = [(column.nullable, "?"), (column.hidden, " hidden")];
            let marks: String = marks.iter().filter(|(is, _)| *is).map(|(_, mark)| *mark).collect();
            format!("{} {ty}{marks}", column.name)
        };
        table(name).columns.iter().map(column).collect()
    };
    let probe = [
        "id BIGINT",
        "bucket_id BIGINT hidden",
        "name VARCHAR",
        "note VARCHAR?",
        "qty BIGINT?",
        "big BIGINT?",
        "price DECIMAL?",
        "ratio DOUBLE?",
        "ok BOOLEAN?",
        "uid UUID?",
        "at TIMESTAMP WITH TIME ZONE?",
    ];
    assert_eq!(seen("probe"), probe);
    assert_eq!(seen("codes"), ["code VARCHAR", "title VARCHAR?"]);
    assert_eq!(table("orders").primary_key, ["tenant", "code"]);
    let property = |name: &str, key: &str| table(name).properties.get(key).cloned();
    assert_eq!(property("orders", TableDescription::ROUTING_KEY).as_deref(), Some("tenant,code"));
    assert_eq!(property("orders", TableDescription::ENGINE).as_deref(), Some("vinyl"));
    assert_eq!(property("codes", TableDescription::DISTRIBUTION).as_deref(), Some("global"));
    let told = |words: &str| source.notes.iter().any(|note| note == words);
    assert!(told("the cluster has the procedure add_code(string, string)"), "{:?}", source.notes);
    assert!(told("the tier default has 3000 buckets"), "{:?}", source.notes);
}

async fn a_user_is_told_what_to_ask_for(_: String) {
    let Ok(url) = std::env::var("QUERENT_TEST_PICODATA_PLAIN_URL") else {
        panic!("QUERENT_TEST_PICODATA_PLAIN_URL is not set: tests/servers/picodata.sh prints it");
    };
    let error = describe(&Picodata::options(&url).expect("a URL")).await.expect_err("rights are missing");
    assert_eq!(error.kind(), ErrorKind::Permission);
    let tables = ["_pico_table", "_pico_index", "_pico_routine", "_pico_tier"];
    let grants = tables.map(|table| format!("GRANT READ ON TABLE {table} TO \"plain\""));
    assert!(error.message().ends_with(&grants.join("; ")), "{error}");
}

/// What a server of 26.1 was recorded to say, as far as PostgreSQL has the same rules. Its names for expressions differ.
async fn statements_are_described_as_a_server_of_26_1_described_them(url: String) {
    let options = Picodata::options(&url).expect("a URL");
    let mut describer = Describer::open(&options).await.expect("the server answers");
    let (int, text, decimal) = (SqlType::Int64, SqlType::TEXT, SqlType::BigDecimal);
    let (double, flag, uuid) = (SqlType::Float64, SqlType::Boolean, SqlType::Uuid);
    let at = SqlType::Timestamp(TimeUnit::Microsecond, Some("UTC".to_owned()));
    let all = [&int, &text, &text, &int, &int, &decimal, &double, &flag, &uuid, &at];
    let recorded: &[(&str, &[&SqlType], &[&SqlType])] = &[
        ("SELECT * FROM probe", &[], &all),
        ("SELECT id, name, note FROM probe WHERE id = $1", &[&int], &[&int, &text, &text]),
        (
            "SELECT id AS ident, name || 'x' AS nm FROM probe WHERE name LIKE $1 AND qty > $2",
            &[&text, &int],
            &[&int, &text],
        ),
        ("SELECT count(*), sum(qty), min(price), max(at) FROM probe", &[], &[&int, &decimal, &decimal, &at]),
        ("SELECT count(*) AS n FROM probe GROUP BY name HAVING count(*) > $1", &[&int], &[&int]),
        (
            "SELECT t.id, g.title FROM probe t LEFT JOIN codes g ON t.name = g.code WHERE g.title = $1",
            &[&text],
            &[&int, &text],
        ),
        (
            "WITH q AS (SELECT id, price FROM probe WHERE ok = $1) SELECT id, price FROM q ORDER BY id LIMIT 3",
            &[&flag],
            &[&int, &decimal],
        ),
        ("SELECT CASE WHEN qty > $1 THEN 'a' ELSE $2 END AS k FROM probe", &[&int, &text], &[&text]),
        ("SELECT coalesce(note, $1) AS c FROM probe", &[&text], &[&text]),
        ("SELECT $1", &[&text], &[&text]),
        ("SELECT $1::text || 'x'", &[&text], &[&text]),
        (
            "INSERT INTO probe (id, name, note, qty, big, price, ratio, ok, uid, at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)",
            &all,
            &[],
        ),
        ("UPDATE probe SET note = $1, price = price * $2 WHERE id = $3", &[&text, &decimal, &int], &[]),
        ("DELETE FROM probe WHERE id = $1", &[&int], &[]),
        ("SELECT * FROM probe WHERE id IN ($1, $2, $3)", &[&int, &int, &int], &all),
        (
            "SELECT id FROM probe WHERE at >= $1 AND uid = $2 AND price BETWEEN $3 AND $4 AND ratio < $5",
            &[&at, &uuid, &decimal, &decimal, &double],
            &[&int],
        ),
        ("SELECT id FROM probe UNION ALL SELECT id FROM probe WHERE qty = $1", &[&int], &[&int]),
        ("SELECT EXISTS (SELECT id FROM probe WHERE id = $1) AS e", &[&int], &[&flag]),
    ];
    for (sql, parameters, columns) in recorded {
        let answered = describer.statement(sql).await.expect("an answer");
        let answer = answered.unwrap_or_else(|refused| panic!("{sql}: {refused}")).answer;
        let exact = |types: &[&SqlType]| -> Vec<AnsweredType> {
            types.iter().map(|ty| AnsweredType::exact((*ty).clone())).collect()
        };
        assert_eq!(answer.parameters, Some(exact(parameters)), "{sql}");
        let told: Vec<_> = answer.columns.unwrap_or_default().into_iter().map(|column| column.ty).collect();
        assert_eq!(told, exact(columns), "{sql}");
    }
}
