//! querent.toml: what it amounts to, and every way to get it wrong.

use querent_schema::cache::{Config, Manifest, backend_of_url};
use serde_json::{Value, json};

fn errors(value: Value) -> Vec<String> {
    let errors = Manifest::from_value(&value, "").err().unwrap_or_default();
    errors.iter().map(|error| error.to_string()).collect()
}

#[track_caller]
fn refused(value: Value, expected: &[&str]) {
    assert_eq!(errors(value), expected);
}

#[track_caller]
fn source_refused(source: Value, expected: &[&str]) {
    refused(json!({ "source": { "a": source } }), expected);
}

#[test]
fn a_whole_document_is_understood() {
    let document = json!({
        "types": { "timestamp": "chrono", "uuid": "querent", "json": "crate::Doc",
            "sql": { "Decimal128(10,2)": "crate::Money<'static>" } },
        "source": {
            "market": { "url": "flight://me:secret@127.0.0.1:50051", "nullability": "trusted",
                "columns": { "trades.price": "crate::Price" } },
            "stats": { "url": "${STATS_URL}", "engine": "multi-stage", "null_handling": true, "zone": "UTC" },
            "stock": { "dialect": "datafusion", "version": "55.2", "schema": ["ddl/*.sql"] },
        },
    });
    let Manifest { config, urls } = Manifest::from_value(&document, "").ok().unwrap();
    assert_eq!(urls["stats"], "${STATS_URL}");
    assert_eq!(urls.len(), 2);
    let text = serde_json::to_value(&config).unwrap();
    assert!(!text.to_string().contains("secret"));
    assert_eq!(
        text["types"],
        json!({
            "json": "crate::Doc", "sql": { "Decimal128(10, 2)": "crate::Money<'static>" }, "timestamp": "chrono",
        })
    );
    assert_eq!(
        text["sources"],
        json!({
            "market": { "columns": { "trades.price": "crate::Price" }, "options": { "nullability": "trusted" } },
            "stats": { "options": { "engine": "multi-stage", "null_handling": "true", "zone": "UTC" } },
            "stock": { "dialect": "datafusion", "schema": ["ddl/*.sql"], "version": "55.2" },
        })
    );
    assert_eq!(serde_json::from_value::<Config>(text).unwrap(), config);
}

#[test]
fn nothing_is_a_document_too() {
    assert!(Manifest::from_value(&json!({}), "").is_ok());
}

#[test]
fn unknown_keys_are_named() {
    refused(json!({ "sources": {} }), &["`sources` is no key of querent.toml; did you mean `source`?"]);
    refused(
        json!({ "types": { "timestmap": "chrono" } }),
        &["`timestmap` is no key of [types]; did you mean `timestamp`?"],
    );
    source_refused(
        json!({ "url": "flight://h:1", "pasword": "x" }),
        &[
            "`pasword` is no key of [source.a]; the keys are url, dialect, version, schema, columns, engine, null_handling, \
         nullability, zone",
        ],
    );
}

#[test]
fn everything_wrong_is_told_at_once() {
    let found = errors(json!({ "types": 1, "source": { "A": { "ulr": 1 }, "b": 2 } }));
    assert_eq!(
        found,
        [
            "[types] must be a table",
            "[source.A] is not in snake case; source!(StockEu) looks for [source.stock_eu]",
            "`ulr` is no key of [source.A]; did you mean `url`?",
            "[source.A] has neither a `url` nor `schema` files; give `url = \"…\"`, or `dialect = \"…\"` with `schema = \
         [\"ddl/*.sql\"]`",
            "[source.b] must be a table",
        ]
    );
}

#[test]
fn keys_that_contradict_each_other_are_refused() {
    source_refused(
        json!({ "url": "flight://h:1", "dialect": "datafusion", "schema": ["a.sql"], "version": "1" }),
        &[
            "`url` and `schema` in [source.a] contradict each other: a source is described by its server or by files, not by \
         both; remove `schema`, or `url`",
            "`url` and `dialect` in [source.a] contradict each other: the server tells its dialect; remove `dialect`, or `url`",
            "`url` and `version` in [source.a] contradict each other: the server tells its version; remove `version`, or `url`",
        ],
    );
    source_refused(
        json!({ "dialect": "datafusion", "schema": ["a.sql"], "engine": "multi-stage" }),
        &[
            "`schema` and `engine` in [source.a] contradict each other: the dialect tells the engine; remove `engine`",
        ],
    );
    source_refused(
        json!({ "schema": ["a.sql"] }),
        &[&format!(
            "[source.a] has `schema` files and no `dialect`; the dialects are {}",
            querent_schema::dialect::NAMES.join(", ")
        )],
    );
    source_refused(
        json!({ "dialect": "datafusoin", "schema": ["a.sql"] }),
        &["`dialect` in [source.a]: unknown dialect `datafusoin`: did you mean `datafusion`?"],
    );
    source_refused(
        json!({ "dialect": "aperture-v1", "schema": ["a.sql"] }),
        &["`schema` files in [source.a] are SQL, which `aperture-v1` is not; give the server's `url`"],
    );
    source_refused(
        json!({ "dialect": "datafusion", "schema": ["a.sql"], "version": "latest" }),
        &["`version` in [source.a] must be numbers joined by dots, such as \"26.1\""],
    );
    source_refused(
        json!({ "dialect": "picodata", "schema": ["a.sql"], "version": "25.5" }),
        &["`version` in [source.a]: `picodata` is known from 25.6 on"],
    );
}

#[test]
fn options_belong_to_backends() {
    source_refused(
        json!({ "url": "flight://h:1", "engine": "multi-stage" }),
        &["`engine` in [source.a] is no option of the backend `flight`"],
    );
    source_refused(
        json!({ "url": "pinot://h:1", "engine": "calcite" }),
        &["`engine` in [source.a] is `calcite`, which it cannot be; it may be single-stage, multi-stage"],
    );
    source_refused(
        json!({ "url": "${U}", "engine": "x" }),
        &[
            "`engine` in [source.a] is `x`, which it cannot be; it may be single-stage, multi-stage, h2, calcite",
        ],
    );
    source_refused(
        json!({ "url": "flight://h:1", "zone": "UTC" }),
        &[
            "`zone` in [source.a] is no option of the backend `flight`; remove it: each timestamp column of Arrow says \
         whether it has a zone, and which",
        ],
    );
    source_refused(
        json!({ "url": "pinot://h:1", "zone": 3 }),
        &["`zone` in [source.a] must be a text that is not empty"],
    );
}

#[test]
fn values_must_be_what_they_are_for() {
    refused(
        json!({ "types": { "timestamp": "chron", "date": "tokio", "decimal": "", "uuid": "crate::a::{b}" } }),
        &[
            "`date = \"tokio\"` in [types] names no library for it; it may be querent, chrono, time, jiff, or the path of a \
         type such as `crate::Mine`",
            "`decimal` in [types] must be a text that is not empty",
            "`timestamp = \"chron\"` in [types] names no library for it; did you mean `chrono`?",
            "`uuid = \"crate::a::{b}\"` in [types] names no library for it; it may be querent, uuid, or the path of a type \
         such as `crate::Mine`",
        ],
    );
    refused(
        json!({ "types": { "sql": { "NUMERIC(10)": "crate::M", "Int8": "a{}" } } }),
        &[
            "`Int8` in [types.sql] must be the path of a Rust type",
            "`NUMERIC(10)` in [types.sql] is not a type: expected the name of a type at byte 0; write types as `querent \
         explain` prints them",
        ],
    );
    source_refused(
        json!({ "url": "flight://h:1", "columns": { "price": "crate::P" } }),
        &["`price` in [source.a.columns] does not name a column; write `\"table.column\" = \"crate::Type\"`"],
    );
    for schema in [json!("ddl/*.sql"), json!([]), json!([1])] {
        source_refused(
            json!({ "dialect": "datafusion", "schema": schema }),
            &["`schema` in [source.a] must be a list of file patterns; such as `schema = [\"ddl/*.sql\"]`"],
        );
    }
    for pattern in ["/etc/*.sql", "C:/x.sql", "ddl\\a.sql", ""] {
        assert_eq!(
            errors(json!({ "source": { "a": { "dialect": "datafusion", "schema": [pattern] } } })).len(),
            1
        );
    }
}

#[test]
fn a_url_is_never_told() {
    assert_eq!(backend_of_url("flight+tls://u:p@h:1").unwrap(), "flight");
    assert_eq!(backend_of_url("embedded:data/files").unwrap(), "flight");
    let error = backend_of_url("fligth://user:hunter2@h").unwrap_err().to_string();
    assert_eq!(error, "no backend has URLs of the scheme `fligth`; did you mean `flight:`?");
    for url in ["hunter2", "HUNTER2://x", "user:hunter2@host", ""] {
        assert!(!backend_of_url(url).unwrap_err().to_string().to_lowercase().contains("hunter2"), "{url}");
    }
    let found = errors(json!({ "source": { "a": { "url": "fligth://user:hunter2@h" } } }));
    assert_eq!(
        found,
        ["`url` in [source.a]: no backend has URLs of the scheme `fligth`; did you mean `flight:`?"]
    );
}
