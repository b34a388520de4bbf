//! querent's own types, which columns become where `[types]` says nothing, and which `serde` writes.

use querent::types::{Date, Decimal, Duration, Interval, Time, Timestamp, Uuid};
use querent::{query, query_scalar, record};
use querent_libraries::{Library, ROW, Script, row};

querent::source!(pub Things: Library);

record! {
    /// A row that has a name.
    #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
    pub struct Thing from Things,
    "SELECT day, clock, at, instant, span, gap, amount, id, doc, note, later FROM things WHERE at > :after"
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
    let typed: (Date, Time, Timestamp, Timestamp, Duration) =
        (thing.day, thing.clock, thing.at, thing.instant, thing.span);
    let more: (&Interval, &Decimal, &Uuid, &String) = (&thing.gap, &thing.amount, &thing.id, &thing.doc);
    assert_eq!((typed.0.to_string(), more.1.to_string()), ("2024-02-29".into(), "-12345678.90".into()));
    query!(
        Things,
        "INSERT INTO things (day, clock, at, instant, span, gap, amount, id, doc, note, later)
         VALUES (:day, :clock, :at, :instant, :span, :gap, :amount, :id, :doc, :note, :later)",
        day = thing.day,
        clock = thing.clock,
        at = &thing.at,
        instant = thing.instant,
        span = thing.span,
        gap = thing.gap,
        amount = thing.amount,
        id = thing.id,
        doc = thing.doc,
        note = thing.note,
        later = thing.later,
    )
    .execute(&pool)
    .await
    .unwrap();
    assert_eq!(script.sent()[1], row());
    let instants = [thing.instant];
    let day = query_scalar!(Things, "SELECT day FROM things WHERE instant IN (:at..)", at = &instants);
    assert_eq!(day.fetch_one(&pool).await.unwrap(), thing.day);
}

#[tokio::test]
async fn a_record_is_written_as_json_and_read_again() {
    let pool = Script::default().pool::<Things>();
    let thing = Thing::query(Timestamp::default()).fetch_one(&pool).await.unwrap();
    let json = serde_json::to_value(&thing).unwrap();
    for (name, text) in ROW.iter().filter(|(name, _)| *name != "later") {
        assert_eq!(json[name], *text, "{name}");
    }
    assert!(json["later"].is_null());
    assert_eq!(serde_json::from_value::<Thing>(json).unwrap(), thing);
}
