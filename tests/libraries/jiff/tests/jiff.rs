//! Columns as types of jiff, and of bigdecimal.

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
    let _: (&jiff::civil::Date, &jiff::civil::Time, &jiff::civil::DateTime) =
        (&thing.day, &thing.clock, &thing.at);
    let _: (&jiff::Timestamp, &jiff::SignedDuration, &jiff::Span) = (&thing.instant, &thing.span, &thing.gap);
    let _: (&bigdecimal::BigDecimal, &querent::types::Uuid) = (&thing.amount, &thing.id);
    let _: (&String, &Option<jiff::civil::DateTime>) = (&thing.doc, &thing.later);
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
    let thing = Thing::query(first.day, &first.amount, first.id, at).fetch_one(&pool).await.unwrap();
    assert_eq!((thing.day, &thing.amount), (first.day, &first.amount));
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
