//! What `querent prepare` asks. Plans, and what PostgreSQL does otherwise, are in `tests/scripted.rs`.

use querent_core::types::{AnsweredType, SqlType, TimeUnit};
use querent_core::{Backend as _, sql_query};
use querent_picodata::{Answered, Describer, Picodata};

use crate::pool;

crate::tests! {
    TESTS:
    columns_and_parameters_are_told_by_their_types,
    nothing_runs,
    refusals_leave_the_connection_good,
}

async fn describer(url: &str) -> Describer {
    Describer::open(&Picodata::options(url).expect("a URL")).await.expect("the server answers")
}

async fn answered(describer: &mut Describer, sql: &str) -> Answered {
    let answer = describer.statement(sql).await.expect("an answer");
    answer.unwrap_or_else(|refused| panic!("{sql}: {refused}"))
}

async fn columns_and_parameters_are_told_by_their_types(url: String) {
    let mut describer = describer(&url).await;
    let at = SqlType::Timestamp(TimeUnit::Microsecond, Some("UTC".to_owned()));
    let sql = "SELECT id, name, price, weight, active, sku, added, notes, ARRAY[id] AS ids, ARRAY[added] AS ats FROM stock
               WHERE id = $1 AND name = $2 AND price = $3 AND weight = $4 AND active = $5 AND sku = $6 AND added = $7
               AND id = ANY($8) AND sku = ANY($9)";
    let Answered { answer, origins, buckets } = answered(&mut describer, sql).await;
    let columns = answer.columns.expect("columns");
    let names: Vec<_> = columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["id", "name", "price", "weight", "active", "sku", "added", "notes", "ids", "ats"]);
    let types: Vec<_> = columns.iter().map(|column| column.ty.says.clone().expect("a type")).collect();
    let scalars = [
        SqlType::Int64,
        SqlType::TEXT,
        SqlType::BigDecimal,
        SqlType::Float64,
        SqlType::Boolean,
        SqlType::Uuid,
        at.clone(),
    ];
    assert_eq!(types[..7], scalars);
    assert_eq!(types[7..], [SqlType::Json, SqlType::list(SqlType::Int64), SqlType::list(at)]);
    assert!(columns.iter().all(|column| column.nullable.is_none()));
    let parameters = answer.parameters.expect("parameters");
    assert_eq!(parameters[..7], scalars.map(AnsweredType::exact));
    assert_eq!(parameters[7], AnsweredType::exact(SqlType::list(SqlType::Int64)));
    assert_eq!(parameters[8], AnsweredType::exact(SqlType::list(SqlType::Uuid)));
    // PostgreSQL's plans are none of Picodata's.
    assert_eq!((origins, buckets), (vec![], None));
}

async fn nothing_runs(url: String) {
    let mut describer = describer(&url).await;
    let pool = pool(&url).await;
    let count = async || {
        let counted = sql_query("SELECT count(*) FROM stock WHERE id BETWEEN 1 AND 998");
        counted.fetch_one::<(i64,), _, _>(&pool).await.expect("a count").0
    };
    let before = count().await;
    for (sql, parameters) in [
        ("DELETE FROM stock", 0),
        ("DELETE FROM stock WHERE id = $1 AND name = $2", 2),
        ("INSERT INTO stock (id, name, active) VALUES ($1, $2, $3)", 3),
        ("UPDATE stock SET qty = $2 WHERE id = $1", 2),
    ] {
        let answer = answered(&mut describer, sql).await.answer;
        assert_eq!(answer.columns, Some(vec![]), "{sql}");
        assert_eq!(answer.parameters.map(|all| all.len()), Some(parameters), "{sql}");
    }
    // It would fail if it ran.
    answered(&mut describer, "SELECT 1 / 0 AS never").await;
    assert_eq!(count().await, before);
}

async fn refusals_leave_the_connection_good(url: String) {
    let mut describer = describer(&url).await;
    for (sql, words) in [
        ("SELECT nope FROM stock", "(42703)"),
        ("SELECT 1 FROM nope", "(42P01)"),
        ("SELEC 1", "(42601)"),
        ("SELECT nope(1)", "(42883)"),
        ("SELECT 1; SELECT 2", "(42601)"),
        ("SELECT id FROM stock WHERE id = $2 AND sku = 5", "(42883)"),
    ] {
        let refused = describer.statement(sql).await.expect("an answer").expect_err("it is wrong");
        assert!(refused.ends_with(words), "{sql}: {refused}");
    }
    answered(&mut describer, "SELECT id FROM stock").await;
}
