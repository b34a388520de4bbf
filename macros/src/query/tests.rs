//! What queries expand to, in full, over a small catalog. `BLESS=1` writes the expected files.

use std::path::PathBuf;
use std::sync::Arc;

use querent_schema::cache::{CacheDir, Config, SourceConfig, TypeDefaults};
use querent_schema::catalog::Catalog;
use querent_types::{
    ColumnDescription, NullabilityTrust, SourceDescription, SqlType, TableDescription, TimeUnit,
};

use super::*;

fn cache() -> SourceCache {
    let table = TableDescription::new(
        vec!["datafusion".into(), "public".into(), "trades".into()],
        vec![
            ColumnDescription::new("symbol", SqlType::TEXT, false),
            ColumnDescription::new("price", SqlType::Float64, true),
            ColumnDescription::new("ts", SqlType::Timestamp(TimeUnit::Microsecond, None), false),
        ],
    );
    let description = SourceDescription {
        backend: "flight".into(),
        dialect: "datafusion".into(),
        nullability: NullabilityTrust::Trusted,
        tables: vec![table],
        ..SourceDescription::default()
    };
    let catalog = Catalog::from_description(description).unwrap();
    let sources = [("market".to_owned(), SourceConfig::default())].into();
    SourceCache {
        name: "market".into(),
        dir: CacheDir::at(crate::cache::manifest_dir().join(".sqlcache")),
        config: Arc::new(Config::new("", sources, TypeDefaults::default())),
        catalog,
        fingerprint: 7,
    }
}

fn media() -> SourceCache {
    let property = |name, ty| ColumnDescription::new(name, ty, true);
    let person = vec![property("name", SqlType::TEXT), property("age", SqlType::Number)];
    let description = SourceDescription {
        backend: "aperture".into(),
        dialect: "aperture-v1".into(),
        tables: vec![
            TableDescription::new(querent_schema::json::entity_path("Person"), person.clone()),
            TableDescription::new(querent_schema::json::entity_path("_Image"), person),
        ],
        ..SourceDescription::default()
    };
    SourceCache { catalog: Catalog::from_description(description).unwrap(), ..cache() }
}

/// Expands one call and lays the tokens out a little, so that a difference can be read.
fn expansion(rows: Rows, call: &str) -> String {
    let krate = Ident::new("querent", Span::call_site());
    let input = input::parse(call.parse().unwrap(), rows).unwrap();
    let (source, alias) = (input.source.clone().unwrap(), TokenStream::new());
    let cache = if source.to_string() == "Media" { media() } else { cache() };
    let (text, holes) = match &input.text {
        TextTokens::Json(group) => {
            let lowered = json::lower(group).unwrap();
            (lowered.text, Some(lowered.holes))
        }
        TextTokens::Literals(literals) => {
            (read_text(Kind { rows, file: false }, &krate, literals.clone()).unwrap().0, None)
        }
    };
    let call = Call {
        krate: &krate,
        source: &source,
        alias: &alias,
        cache: &cache,
        text: &text,
        file: TokenStream::new(),
        holes,
        input: &input,
        rows,
    };
    let tokens = call.expand().to_string();
    let mut out = String::new();
    for part in tokens.split_inclusive([';', '{', '}']) {
        out.push_str(part.trim());
        out.push('\n');
    }
    out.replace(" :: ", "::").replace("querent::__private::", "q::")
}

#[track_caller]
fn check(name: &str, rows: Rows, call: &str) {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("src/query/expected/{name}.txt"));
    let found = format!("{call}\n\n{}", expansion(rows, call));
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&file, &found).unwrap();
    }
    let expected = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(found == expected, "{} differs; found:\n{found}", file.display());
}

#[test]
fn a_query_with_everything() {
    let text = "SELECT symbol, avg(price) AS mean FROM trades \
                WHERE ts >= :since AND symbol IN (:symbols..) {{ AND price > :floor }} GROUP BY symbol";
    check(
        "everything",
        Rows::Anonymous,
        &format!("Market, \"{text}\", since, symbols = &watched, floor = a + 1"),
    );
}

#[test]
fn rows_of_the_users_own_and_single_values() {
    check("row", Rows::As, "Market, Trade, \"SELECT symbol, price FROM trades\"");
    check(
        "row_unchecked",
        Rows::As,
        "Market, Trade, unchecked, \"SELECT symbol FROM trades WHERE price > $1\", x",
    );
    check("value", Rows::Scalar, "Market, \"SELECT max(ts) FROM trades\"");
}

#[test]
fn a_statement_without_rows() {
    check("statement", Rows::Anonymous, "Market, \"DELETE FROM trades WHERE symbol = ?\", symbol");
}

#[test]
fn a_refused_query_keeps_what_is_known() {
    check("refused", Rows::Anonymous, "Market, \"SELECT symbol, prize FROM trades WHERE ts > $1\", since");
    check("syntax", Rows::Anonymous, "Market, \"SELEC symbol\", since");
}

#[test]
fn json_of_one_command() {
    check(
        "json",
        Rows::Anonymous,
        r#"Media, [{ "FindEntity": {
            "with_class": "Person",
            "constraints": { "age": [">=", min_age, {{ "<", limit + 1 }}] },
            "results": { "list": ["name!", "age: i64"] }
        } }]"#,
    );
}

#[test]
fn json_of_several_commands_with_blobs() {
    check(
        "commands",
        Rows::Anonymous,
        r#"Media, [
            { "AddImage": { "properties": { "name": name } } },
            { "FindEntity": { "with_class": "Person", "results": { "list": ["age"] } } },
            { "FindEntity": { "with_class": "Person", "results": { "count": true } } },
        ], blobs = (photo,)"#,
    );
}
