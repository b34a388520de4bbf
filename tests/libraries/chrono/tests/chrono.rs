//! Columns as types of chrono, and of rust_decimal, uuid and serde_json.

use querent::{query, query_scalar, record};
use querent_libraries::{Library, Script, row};

querent::source!(pub Things: Library);

record! {
    /// A row that has a name.
    #[derive(Debug)]
    pub struct Thing from Things,
    "SELECT day, instant, amount, id FROM things WHERE day = :day AND amount = :amount AND id = :id AND at > :at"
}

#[tokio::test]
async fn values_go_round() {
    let script = Script::default();
    let pool = script.pool::<Things>();
    let thing =
        query!(Things, "SELECT day, clock, at, instant, span, gap, amount, id, doc, note, later FROM things")
            .fetch_one(&pool)
            .await
            .unwrap();
    let _: (&chrono::NaiveDate, &chrono::NaiveTime, &chrono::NaiveDateTime) =
        (&thing.day, &thing.clock, &thing.at);
    let _: (&chrono::DateTime<chrono::Utc>, &chrono::TimeDelta) = (&thing.instant, &thing.span);
    let _: (&rust_decimal::Decimal, &uuid::Uuid) = (&thing.amount, &thing.id);
    let _: (&querent::types::Interval, &Option<chrono::NaiveDateTime>) = (&thing.gap, &thing.later);
    assert_eq!(thing.doc["a"][2], serde_json::json!("x"));
    query!(
        Things,
        "INSERT INTO things (day, clock, at, instant, span, gap, amount, id, doc, note, later)
         VALUES (:day, :clock, :at, :instant, :span, :gap, :amount, :id, :doc, :note, :later)",
        day = thing.day,
        clock = &thing.clock,
        at = thing.at,
        instant = thing.instant,
        span = thing.span,
        gap = thing.gap,
        amount = &thing.amount,
        id = thing.id,
        doc = thing.doc,
        note = thing.note,
        later = thing.later,
    )
    .execute(&pool)
    .await
    .unwrap();
    assert_eq!(script.sent()[1], row());
}

#[tokio::test]
async fn values_are_bound_by_value_in_lists_and_without_a_type() {
    let script = Script::default();
    let pool = script.pool::<Things>();
    let at = query_scalar!(Things, "SELECT at FROM things").fetch_one(&pool).await.unwrap();
    let first = query!(Things, "SELECT day, amount, id FROM things").fetch_one(&pool).await.unwrap();
    let thing = Thing::query(first.day, first.amount, first.id, at).fetch_one(&pool).await.unwrap();
    assert_eq!((thing.day, thing.amount), (first.day, first.amount));
    let instants = [thing.instant];
    let listed = query_scalar!(Things, "SELECT day FROM things WHERE instant IN (:of..)", of = &instants);
    assert_eq!(listed.fetch_one(&pool).await.unwrap(), thing.day);
    let unchecked = query_scalar!(Things, unchecked, "SELECT day FROM things WHERE day = $1", thing.day);
    assert_eq!(unchecked.fetch_one(&pool).await.unwrap(), thing.day);
    querent::sql("DELETE FROM things WHERE day = ?").bind(thing.day).execute(&pool).await.unwrap();
    let sent = script.sent();
    assert_eq!(sent[2], [row()[0], row()[6], row()[7], row()[2]]);
    assert_eq!([&sent[4], &sent[5]], [&["2024-02-29"], &["2024-02-29"]]);
}

#[derive(querent::FromRow)]
struct Doc {
    doc: serde_json::Value,
    instant: chrono::DateTime<chrono::Utc>,
}

#[tokio::test]
async fn run_time_rows_have_the_same_types() {
    let pool = Script::default().pool::<Things>();
    let doc: Doc = querent::sql("SELECT * FROM things").fetch_one(&pool).await.unwrap();
    assert_eq!((doc.doc["a"][0].as_i64(), doc.instant.timestamp()), (Some(1), 1_357_035_330));
}

#[tokio::test]
async fn what_is_no_json_is_told_without_the_value() {
    let pool = Script::default().pool::<Things>();
    let wrong: querent::Result<Vec<(serde_json::Value,)>> = querent::sql("SELECT day").fetch_all(&pool).await;
    let message = wrong.unwrap_err().to_string();
    assert!(message.contains("a value is not JSON") && !message.contains("2024"), "{message}");
}
