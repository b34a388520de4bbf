//! Queries of every form, run on the scripted backend: what is sent, and what rows come out.

use querent::{FromRow, Pool, PoolOptions, Type, query, query_as, query_file, query_scalar, record};
use querent_ui_tests::{Cell, Rows, Script, Scripted};

querent::source!(pub Flights: Scripted);
querent::source!(
    /// The source of queries that name none.
    pub(crate) Db: Scripted
);
querent::source!(pub Europe: Scripted = "eu_flights");
querent::source!(pub Typed: Scripted);

/// Names that generated code must not fall over.
mod hostile {
    #![allow(dead_code, non_camel_case_types, unreachable_pub)]
    pub struct String;
    pub struct Vec;
    pub struct Option;
    pub enum Result {}
    pub struct i64;
    pub struct u8;
    pub struct bool;
    pub struct Some;
    pub struct Ok;
    pub mod core {}
    pub mod std {}
    pub mod querent {}
    pub fn drop() {}
}

fn pool<S: querent::Source<Backend = Scripted>>(script: &Script) -> Pool<S> {
    Pool::with_options(script.clone(), PoolOptions::new()).unwrap()
}

fn text(value: &str) -> Cell {
    Cell::Text(value.to_owned())
}

#[tokio::test]
async fn arguments_are_captured_named_and_computed() {
    let script = Script::new();
    let pool = pool::<Flights>(&script);
    let (carrier, minutes) = (String::from("UA"), 5_i32);
    script.answer(vec![Rows::new(
        &["flight", "dep_delay"],
        vec![vec![Cell::Int(1), Cell::Int(7)], vec![Cell::Int(2), Cell::Null]],
    )]);
    let rows = query!(
        Flights,
        "SELECT flight, dep_delay FROM flights WHERE carrier = :carrier AND flight > :minutes AND month = :month",
        minutes,
        month = minutes + 1,
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let (first, second): (i64, Option<i64>) = (rows[0].flight, rows[1].dep_delay);
    assert_eq!((first, second), (1, None));
    assert_eq!(format!("{:?}", rows[0]), "Record { flight: 1, dep_delay: Some(7) }");
    assert_eq!(
        script.sent(),
        ["SELECT flight, dep_delay FROM flights WHERE carrier = $1 AND flight > $2 AND month = $3 \
         <- [(Str(\"UA\"), \"Utf8View\"), (Int(5), \"Int64\"), (Int(6), \"Int64\")]"]
    );
}

#[tokio::test]
async fn positional_arguments_may_be_any_expression() {
    let script = Script::new();
    let pool = pool::<Flights>(&script);
    let list = [1_i64, 2];
    query!(
        Flights,
        "SELECT flight FROM flights WHERE flight = $1 AND month = $2 AND year = $1 AND distance = $3 AND flight = $4"
            + " OR carrier = $5",
        list.iter().map(|a| a * 2).sum::<i64>(),
        Vec::<i64>::from([7])[0],
        <i64 as TryFrom<u64>>::try_from(3).unwrap_or(0),
        [1, 2].iter().fold(1, |a: i64, b: &i64| a.max(*b) + 1),
        String::from("temporary"),
    )
    .execute(&pool)
    .await
    .unwrap();
    let values = "[(Int(6), \"Int64\"), (Int(7), \"Int64\"), (Int(3), \"Int64\"), (Int(3), \"Int64\"), (Str(\"temporary\"), \"Utf8View\")]";
    assert!(script.sent()[0].ends_with(values), "{:?}", script.sent());
}

#[tokio::test]
async fn sections_and_spreads_follow_their_arguments() {
    let script = Script::new();
    let pool = pool::<Flights>(&script);
    let carriers = vec!["UA", "AA", "DL"];
    for floor in [None, Some(10)] {
        let rows = query!(
            Flights,
            "SELECT count(*) AS n FROM flights WHERE carrier IN (:carriers..) {{ AND dep_delay > :floor }}",
            carriers = &carriers,
            floor,
        )
        .fetch_all(&pool)
        .await
        .unwrap();
        assert!(rows.is_empty());
    }
    let sent = script.sent();
    assert!(
        sent[0].starts_with("SELECT count(*) AS n FROM flights WHERE carrier IN ($1, $2, $3, $4)"),
        "{sent:?}"
    );
    assert!(!sent[0].contains("dep_delay") && sent[1].contains("AND dep_delay > $5"), "{sent:?}");
}

struct Airline {
    carrier: String,
    r#type: Option<i64>,
}

#[tokio::test]
async fn rows_go_into_structs_scalars_and_records() {
    let script = Script::new();
    let pool = pool::<Flights>(&script);
    script.answer(vec![Rows::new(&["type", "carrier"], vec![vec![Cell::Int(3), text("UA")]])]);
    let row =
        query_as!(Flights, Airline, r#"SELECT count(*) AS "type", carrier FROM flights GROUP BY carrier"#)
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!((row.carrier.as_str(), row.r#type), ("UA", Some(3)));

    script.answer(vec![Rows::new(&["n"], vec![vec![Cell::Int(3)]])]);
    let count: i64 = query_scalar!(Flights, "SELECT count(*) FROM flights").fetch_one(&pool).await.unwrap();
    assert_eq!(count, 3);

    script.answer(vec![Rows::new(&["carrier", "flights"], vec![vec![text("UA"), Cell::Int(3)]])]);
    let late = Late::query(5).tag("late").fetch_all(&pool).await.unwrap();
    assert_eq!(late, [Late { carrier: "UA".into(), flights: 3 }]);
}

record! {
    struct Between from Flights,
    "SELECT flight FROM flights WHERE carrier IN (:carriers..) AND tailnum = :tailnum {{ AND month = :month }}"
}

#[tokio::test]
async fn records_take_values_references_and_options() {
    let script = Script::new();
    let pool = pool::<Flights>(&script);
    let (carriers, tailnum) = (vec![String::from("UA")], String::from("N1"));
    assert!(Between::query(&carriers, &tailnum, Some(1)).fetch_all(&pool).await.unwrap().is_empty());
    Between::query(&["AA"], "N2", None::<i64>).execute(&pool).await.unwrap();
    let month = Some(2_i64);
    Between::query(&carriers[..], Some("N2"), month).execute(&pool).await.unwrap();
    let kept = Between::query(&carriers, &tailnum, 3);
    kept.execute(&pool).await.unwrap();
    let sections: Vec<bool> = script.sent().iter().map(|sent| sent.contains("AND month = $3")).collect();
    assert_eq!(sections, [true, false, true, true]);
}

record! {
    /// How often a carrier was late.
    #[derive(Debug, PartialEq)]
    pub struct Late from Flights,
    "SELECT carrier, count(*) AS flights
     FROM flights WHERE dep_delay > :minutes GROUP BY carrier"
}

#[tokio::test]
async fn files_and_the_default_source_work() {
    let script = Script::new();
    let pool = pool::<Db>(&script);
    let minutes = 5;
    let from_crate = query_file!("queries/late.sql", minutes = minutes).fetch_all(&pool).await.unwrap();
    let from_here = query_file!(Db, "../queries/late.sql", minutes).fetch_all(&pool).await.unwrap();
    assert!(from_crate.is_empty() && from_here.is_empty());
    let sent = script.sent();
    assert_eq!(sent[0], sent[1]);
    assert!(sent[0].contains("WHERE dep_delay > $1"));
}

#[tokio::test]
async fn statements_without_rows_are_executed() {
    let script = Script::new();
    let pool = pool::<Europe>(&script);
    let done = query!(Europe, "DELETE FROM flights WHERE flight = $1", 7_i64).execute(&pool).await.unwrap();
    assert_eq!(done.rows_affected, Some(1));
    let mut transaction = pool.begin().await.unwrap();
    query!(Europe, "DELETE FROM flights").execute(&mut transaction).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(script.sent()[1..], ["BEGIN", "DELETE FROM flights <- []", "COMMIT"]);
}

#[tokio::test]
async fn nothing_in_scope_gets_in_the_way() {
    #[allow(unused_imports)]
    use hostile::*;
    let script = Script::new();
    let pool = pool::<Flights>(&script);
    script.answer(vec![Rows::new(
        &["n", "name", "flag", "alt"],
        vec![vec![Cell::Int(1), text("x"), Cell::Bool(true), Cell::Null]],
    )]);
    let row = query!(Flights, "SELECT id AS n, \"type\" AS name, flag, \"a-b\" AS alt FROM odd")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert!(row.flag && row.n == 1 && row.name == "x" && row.alt.is_none());
}

#[derive(Debug, PartialEq, Type)]
#[querent(rename_all = "UPPERCASE")]
enum Carrier {
    Ua,
    #[querent(rename = "AA")]
    American,
}

#[derive(Debug, PartialEq, Type)]
struct Minutes(i64);

#[derive(Debug, PartialEq, Type, Clone, Copy)]
#[repr(i64)]
enum Month {
    January = 1,
    February,
}

#[tokio::test]
async fn own_types_are_read_and_bound() {
    let script = Script::new();
    let pool = pool::<Typed>(&script);
    script.answer(vec![Rows::new(
        &["carrier", "delay", "month"],
        vec![vec![text("AA"), Cell::Int(4), Cell::Int(2)]],
    )]);
    let row = query!(
        Typed,
        r#"SELECT carrier, dep_delay AS "delay!: Minutes", month AS "month: Month" FROM flights
           WHERE carrier = :carrier AND dep_delay = :delay AND month = :month"#,
        carrier = Carrier::Ua,
        delay = Some(Minutes(3)),
        month = Month::January,
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!((row.carrier, row.delay, row.month), (Carrier::American, Minutes(4), Month::February));
    assert!(
        script.sent()[0].contains("[(Str(\"UA\"), \"Utf8View\"), (Int(3), \"Int64\"), (Int(1), \"Int64\")]")
    );
    script.answer(vec![Rows::new(&["carrier"], vec![vec![text("??")]])]);
    let error = query_scalar!(Typed, "SELECT carrier FROM flights").fetch_all(&pool).await.unwrap_err();
    assert!(error.to_string().contains("a value is not the name of a `Carrier`"), "{error}");
}

#[derive(Debug, PartialEq, FromRow)]
#[querent(rename_all = "snake_case")]
struct Flight {
    #[querent(rename = "flight")]
    number: i64,
    carrier: Carrier,
    #[querent(flatten)]
    route: Route,
    #[querent(default)]
    seats: Option<i64>,
    #[querent(skip)]
    seen: bool,
}

#[derive(Debug, PartialEq, FromRow)]
struct Route {
    origin: String,
    dest: Option<String>,
}

#[derive(Debug, PartialEq, FromRow)]
struct Pair<T>(T, String);

#[tokio::test]
async fn rows_of_run_time_queries_are_read_by_name() {
    let script = Script::new();
    let pool = pool::<Flights>(&script);
    script.answer(vec![Rows::new(
        &["DEST", "origin", "carrier", "flight"],
        vec![vec![Cell::Null, text("JFK"), text("UA"), Cell::Int(7)]],
    )]);
    let flight: Flight =
        querent::sql("SELECT * FROM flights WHERE flight = ?").bind(7_i64).fetch_one(&pool).await.unwrap();
    let route = Route { origin: "JFK".into(), dest: None };
    assert_eq!(flight, Flight { number: 7, carrier: Carrier::Ua, route, seats: None, seen: false });
    script.answer(vec![Rows::new(&["n", "s"], vec![vec![Cell::Int(1), text("x")]])]);
    let pairs: Vec<Pair<i64>> = querent::sql("SELECT 1, 'x'").fetch_all(&pool).await.unwrap();
    assert_eq!(pairs, [Pair(1, "x".to_owned())]);
}

/// Generic over what runs a query, and spawned: futures are `Send`.
async fn count<'e>(executor: impl querent::Executor<'e, Flights>) -> querent::Result<i64> {
    query_scalar!(Flights, "SELECT count(*) FROM flights").fetch_one(executor).await
}

#[tokio::test]
async fn futures_are_send() {
    let script = Script::new();
    script.answer(vec![Rows::new(&["n"], vec![vec![Cell::Int(9)]])]);
    let pool = pool::<Flights>(&script);
    let count = tokio::spawn(async move { count(&pool).await }).await.unwrap().unwrap();
    assert_eq!(count, 9);
}
