//! The fingerprint of a source: everything that gives all its queries their meaning, and nothing else.

use std::collections::BTreeMap;

use querent_schema::cache::{Config, SourceConfig, TypeDefaults};
use querent_types::{NullabilityTrust, ServerIdentity, SourceDescription, TableDescription};

fn map(entries: &[(&str, &str)]) -> BTreeMap<String, String> {
    entries.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect()
}

fn config(source: SourceConfig, types: TypeDefaults) -> Config {
    Config::new("", BTreeMap::from([("market".to_owned(), source)]), types)
}

fn source() -> SourceDescription {
    SourceDescription {
        backend: "flight".into(),
        dialect: "datafusion".into(),
        options: map(&[("zone", "UTC")]),
        capabilities: vec!["prepare".into(), "transactions".into()],
        ..Default::default()
    }
}

#[test]
fn it_does_not_change_from_build_to_build() {
    let config = config(SourceConfig::default(), TypeDefaults::default());
    assert_eq!(config.fingerprint("market", &source()), 0xf060_29f7_0e44_7251);
}

#[test]
fn what_gives_queries_their_meaning_counts() {
    let base = config(SourceConfig::default(), TypeDefaults::default());
    let mut seen = vec![base.fingerprint("market", &source()), base.fingerprint("stock", &source())];
    for other in [
        SourceDescription { backend: "pinot".into(), ..source() },
        SourceDescription { dialect: "spark".into(), ..source() },
        SourceDescription { options: map(&[("zone", "CET")]), ..source() },
        SourceDescription { options: map(&[("zoneU", "TC")]), ..source() },
        SourceDescription { capabilities: vec!["prepare".into()], ..source() },
        SourceDescription { capabilities: vec!["preparetransactions".into()], ..source() },
        SourceDescription { nullability: NullabilityTrust::Trusted, ..source() },
    ] {
        seen.push(base.fingerprint("market", &other));
    }
    for types in [
        TypeDefaults { date: Some("jiff".into()), ..Default::default() },
        TypeDefaults { time: Some("jiff".into()), ..Default::default() },
        TypeDefaults { sql: map(&[("Int64", "crate::Id")]), ..Default::default() },
    ] {
        seen.push(config(SourceConfig::default(), types).fingerprint("market", &source()));
    }
    let columns = SourceConfig { columns: map(&[("t.id", "crate::Id")]), ..Default::default() };
    seen.push(config(columns, TypeDefaults::default()).fingerprint("market", &source()));
    let count = seen.len();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), count);
}

#[test]
fn what_one_table_or_one_day_changes_does_not_count() {
    let base = config(SourceConfig::default(), TypeDefaults::default());
    let explicit = TypeDefaults { date: Some("querent".into()), ..Default::default() };
    let expected = base.fingerprint("market", &source());
    let server = ServerIdentity { name: "DataFusion".into(), version: "56".into() };
    for other in [
        SourceDescription { tables: vec![TableDescription::new(vec!["t".into()], Vec::new())], ..source() },
        SourceDescription { server: Some(server), ..source() },
        SourceDescription { notes: vec!["no views".into()], ..source() },
        SourceDescription { capabilities: vec!["transactions".into(), "prepare".into()], ..source() },
    ] {
        assert_eq!(base.fingerprint("market", &other), expected);
    }
    assert_eq!(config(SourceConfig::default(), explicit).fingerprint("market", &source()), expected);
}
