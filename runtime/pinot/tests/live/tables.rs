//! What `describe` says of tables of every kind, and that they answer so: logical and dimension tables, columns that are
//! computed at ingestion, arrays, columns that every table has, NULLs by the older switch.

use querent_core::types::{SourceDescription, TableDescription};
use querent_core::{Backend as _, ErrorKind, sql_query};
use querent_pinot::{Pinot, PinotOptions};

use crate::{Nulls, pool};

crate::tests! {
    SINGLE:
    tables_of_every_kind_are_described,
    a_logical_table_answers_as_its_parts_do,
    columns_of_every_kind_answer,
    a_cluster_that_is_not_as_the_source_says_is_told,
    databases_are_listed_by_controllers,
}

async fn described(url: &str, options: &[(&str, &str)]) -> SourceDescription {
    let options = Pinot::of_source(PinotOptions::parse(url).expect("a URL"), options).expect("options");
    querent_pinot::describe(&options).await.expect("a description")
}

fn table<'s>(source: &'s SourceDescription, name: &str) -> &'s TableDescription {
    source.tables.iter().find(|table| table.path == [name]).unwrap_or_else(|| panic!("no table {name}"))
}

/// `name type[?]` of each column that `*` gives.
fn columns(table: &TableDescription) -> String {
    let shown = table.columns.iter().filter(|column| !column.hidden).map(|column| {
        let ty = column.ty.as_ref().expect("a type");
        format!("{} {ty}{}", column.name, if column.nullable { "?" } else { "" })
    });
    shown.collect::<Vec<_>>().join(", ")
}

async fn tables_of_every_kind_are_described(url: String) {
    let source = described(&url, &[("engine", "single-stage"), ("null_handling", "true")]).await;
    let property =
        |name: &str, key: &str| table(&source, name).properties.get(key).cloned().unwrap_or_default();
    assert_eq!(columns(table(&source, "airlines")), "carrier Utf8, name Utf8");
    assert_eq!(columns(table(&source, "airlines_all")), "carrier Utf8, name Utf8");
    assert_eq!(property("airlines", "kind"), "offline");
    assert_eq!(property("airlines_all", "kind"), "logical");
    assert_eq!(property("airlines_all", "tables"), "airlines_OFFLINE");
    let carriers = table(&source, "carriers");
    assert_eq!(columns(carriers), "carrier Utf8?, name Utf8?, shout Utf8?, tags List(Utf8)?");
    assert_eq!(carriers.primary_key, ["carrier"]);
    assert_eq!(property("carriers", "dimension"), "true");
    let shout = carriers.columns.iter().find(|column| column.name == "shout").expect("a column");
    assert_eq!(shout.comment.as_deref(), Some("computed at ingestion: upper(name)"));
    // Its own schema says nothing of NULLs.
    assert_eq!(columns(table(&source, "carriers_all")), columns(carriers));
    let hidden: Vec<&str> =
        carriers.columns.iter().filter(|column| column.hidden).map(|column| column.name.as_str()).collect();
    assert_eq!(hidden, ["$docId", "$hostName", "$segmentName"]);
    // The test cluster is configured as any other.
    let options: Vec<&str> = source.options.keys().map(String::as_str).collect();
    assert_eq!((options, source.notes.len()), (vec!["engine", "null_handling"], 0), "{:?}", source.notes);
    let plain = described(&url, &[("null_handling", "false")]).await;
    assert!(plain.tables.iter().all(|table| !columns(table).contains('?')));
}

async fn a_logical_table_answers_as_its_parts_do(url: String) {
    let pool = pool::<Nulls>(&url).await;
    let sql = "SELECT name, shout, tags FROM carriers_all WHERE carrier = ? LIMIT 2";
    type Row = (Option<String>, Option<String>, Option<Vec<Option<String>>>);
    let united: Row = sql_query(sql).bind("UA").fetch_one(&pool).await.expect("a row");
    let tags = Some(vec![Some("a".to_owned()), Some("b".to_owned())]);
    assert_eq!(united, (Some("United Air Lines Inc.".into()), Some("UNITED AIR LINES INC.".into()), tags));
    let nothing: Row = sql_query(sql).bind("ZZ").fetch_one(&pool).await.expect("a row");
    assert_eq!(nothing, (None, None, None));
    let (rows,): (i64,) =
        sql_query("SELECT COUNT(*) FROM Airlines_All").fetch_one(&pool).await.expect("a row");
    assert_eq!(rows, 16);
}

async fn columns_of_every_kind_answer(url: String) {
    let pool = pool::<Nulls>(&url).await;
    let sql = "SELECT $docId, $hostName, $segmentName FROM carriers ORDER BY $docId LIMIT 2";
    let rows: Vec<(i32, String, String)> = sql_query(sql).fetch_all(&pool).await.expect("rows");
    assert_eq!(rows.iter().map(|row| row.0).collect::<Vec<_>>(), [0, 1]);
    assert!(rows.iter().all(|(_, host, segment)| !host.is_empty() && segment.starts_with("carriers")));
    // Any element of an array is meant by a filter.
    let (carrier,): (Option<String>,) = sql_query("SELECT carrier FROM carriers WHERE tags = ? LIMIT 2")
        .bind("b")
        .fetch_one(&pool)
        .await
        .expect("a row");
    assert_eq!(carrier.as_deref(), Some("UA"));
    // A dimension table is looked up by its key; what is not there is the text `null`.
    let sql = "SELECT carrier, lookUp('carriers', 'shout', 'carrier', carrier) FROM airlines \
               WHERE carrier IN ('UA', 'AA') ORDER BY carrier LIMIT 5";
    let rows: Vec<(String, String)> = sql_query(sql).fetch_all(&pool).await.expect("rows");
    assert_eq!(rows, [("AA".into(), "null".into()), ("UA".into(), "UNITED AIR LINES INC.".into())]);
}

async fn a_cluster_that_is_not_as_the_source_says_is_told(url: String) {
    let source = described(&url, &[("engine", "multi-stage"), ("zone", "Asia/Tokyo")]).await;
    let [engine, zone] = &source.notes[..] else { panic!("{:?}", source.notes) };
    assert!(engine.contains("no multi-stage engine"), "{engine}");
    assert!(zone.starts_with("a broker's zone is UTC"), "{zone}");
    let same = described(&url, &[("engine", "single-stage"), ("zone", "UTC")]).await;
    assert!(same.notes.is_empty(), "{:?}", same.notes);
}

async fn databases_are_listed_by_controllers(url: String) {
    let options = PinotOptions::parse(&url).expect("a URL");
    assert_eq!(querent_pinot::databases(&options).await.expect("a list"), ["default"]);
    let broker = PinotOptions::parse(&format!("{url}?role=broker")).expect("a URL");
    assert_eq!(querent_pinot::databases(&broker).await.expect_err("no controller").kind(), ErrorKind::Config);
}
