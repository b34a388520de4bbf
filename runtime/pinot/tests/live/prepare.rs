//! What `querent prepare` asks a real cluster.

use querent_core::types::{AnsweredType, Layout, SqlType, StatementAnswer, TimeUnit};
use querent_core::{Backend as _, ErrorKind, Source as _};
use querent_pinot::{Describer, Pinot};

use crate::Nulls;

crate::tests! {
    SINGLE:
    columns_are_told_without_rows,
    samples_of_every_type_are_taken,
    refusals_are_told_apart_from_failures,
}

async fn describer(url: &str) -> Describer {
    let options = Pinot::options(url).and_then(|options| Pinot::of_source(options, Nulls::OPTIONS));
    Describer::open(&options.expect("a URL")).await.expect("the controller answers")
}

/// Names, and types where the cluster's word is worth something.
fn shown(answer: StatementAnswer) -> Vec<(String, Option<SqlType>)> {
    let columns = answer.columns.expect("columns");
    columns.into_iter().map(|column| (column.name, column.ty.says)).collect()
}

async fn columns_are_told_without_rows(url: String) {
    let mut describer = describer(&url).await;
    assert!(describer.reads_for_types());
    let asked = "SELECT c_int, c_int + 1, year(c_timestamp) AS y, c_string FROM";
    let named = |plus, year| {
        [
            ("c_int".to_owned(), Some(SqlType::Int32)),
            ("plus(c_int,'1')".to_owned(), plus),
            ("y".to_owned(), year),
        ]
    };
    let found = describer.statement(&format!("{asked} all_types LIMIT 0")).await.expect("an answer");
    let found = shown(found.expect("it is right"));
    assert_eq!(found[..3], named(Some(SqlType::Float64), Some(SqlType::Int32)));
    assert_eq!(found[3].1, Some(SqlType::Text(Layout::Plain)));
    // Nothing is left to read: expressions are called texts, and so may be a column.
    for nothing in ["all_types_empty LIMIT 0", "all_types WHERE id < -100 LIMIT 0"] {
        let found = describer.statement(&format!("{asked} {nothing}")).await.expect("an answer");
        let found = shown(found.expect("it is right"));
        assert_eq!(found[..3], named(None, None), "{nothing}");
        assert_eq!(found[3].1, None, "{nothing}");
    }
}

async fn samples_of_every_type_are_taken(url: String) {
    let mut describer = describer(&url).await;
    let timestamp = SqlType::Timestamp(TimeUnit::Millisecond, Some("UTC".to_owned()));
    for (column, ty) in [
        ("c_int", SqlType::Int32),
        ("c_long", SqlType::Int64),
        ("c_float", SqlType::Float32),
        ("c_double", SqlType::Float64),
        ("c_big_decimal", SqlType::BigDecimal),
        ("c_boolean", SqlType::Boolean),
        ("c_timestamp", timestamp),
        ("c_string", SqlType::Text(Layout::Plain)),
        ("c_json", SqlType::Json),
        ("c_bytes", SqlType::Binary(Layout::Plain)),
    ] {
        let sample = describer.sample(&ty).expect(column);
        let sql = format!("SELECT {column} FROM all_types WHERE {column} = {sample} LIMIT 0");
        let answer = describer.statement(&sql).await.expect(column);
        let columns = answer.expect(column).columns.expect(column);
        let admits = |says: &AnsweredType| says.says.is_none() || says.admits(&ty);
        assert!(columns.len() == 1 && admits(&columns[0].ty), "{column}: {columns:?}");
    }
    for element in [SqlType::Int32, SqlType::Int64, SqlType::Float32, SqlType::Float64] {
        let sample = describer.sample(&SqlType::list(element)).expect("a list");
        let answer =
            describer.statement(&format!("SELECT {sample} FROM all_types LIMIT 0")).await.expect("an answer");
        assert!(answer.is_ok(), "{sample}: {answer:?}");
    }
    assert_eq!(describer.sample(&SqlType::Date32), None);
}

async fn refusals_are_told_apart_from_failures(url: String) {
    let mut describer = describer(&url).await;
    for (sql, code) in [
        ("SELECT nope FROM all_types LIMIT 0", "710"),
        ("SELECT 1 FROM nope LIMIT 0", "190"),
        ("SELEC 1", "150"),
        ("SELECT nofn(c_int) FROM all_types LIMIT 0", "700"),
    ] {
        match describer.statement(sql).await {
            Ok(Err(words)) => assert!(words.starts_with(code), "{sql}: {words}"),
            // A literal of a table that is not there is answered all the same.
            other => assert!(sql.contains("nope LIMIT"), "{sql}: {other:?}"),
        }
    }
    let failed = describer.statement("SELECT CAST(c_string AS INT) FROM all_types LIMIT 5").await;
    assert_eq!(failed.expect_err("no text is a number").kind(), ErrorKind::Server);
}
