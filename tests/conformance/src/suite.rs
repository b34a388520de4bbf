//! What every backend must do, as functions of a [`Subject`]. [`suite!`](crate::suite!) makes a test of each.

use std::future::Future;
use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, TryStreamExt as _};
use querent::{Error, ErrorKind, Executor, Pool, PoolOptions, Result};

use crate::{Answer, Cell, Kind, Person, Photo, Received, Script, Sent, Subject};

/// The columns of [`Person`].
pub const PERSON: &[(&str, Kind)] = &[("id", Kind::Int), ("name", Kind::Text), ("age", Kind::Int)];
const PATIENCE: Duration = Duration::from_secs(10);
const SOON: Duration = Duration::from_millis(50);

/// Makes a module of tests, one a function of the suite.
#[macro_export]
macro_rules! suite {
    ($module:ident: $subject:ident) => {
        mod $module {
            use super::$subject;

            $crate::suite!(@ $subject:
                all_rows_of_all_batches, no_row_one_row_two_rows, a_stream_arrives_in_order,
                a_stream_that_is_dropped_gives_up_its_statement, rows_changed_are_counted,
                parameters_arrive_as_they_are, a_spread_of_none_one_and_three, bytes_go_both_ways,
                a_null_where_none_can_be, a_column_of_another_type, a_column_that_is_gone,
                a_timeout_ends_the_statement, a_refusal_leaves_the_connection, half_an_answer_is_an_error,
                a_lost_read_is_asked_for_again, futures_can_be_spawned, any_executor_runs_queries,
                a_value_is_never_in_an_error
            );
        }
    };
    (@ $subject:ident: $($test:ident),+) => {
        $(#[tokio::test]
        async fn $test() {
            $crate::suite::$test::<$subject>().await;
        })+
    };
}

/// A pool of one connection and its script.
pub fn pool<S: Subject>() -> (Pool<S>, Script) {
    pool_with::<S>(PoolOptions::new())
}

fn pool_with<S: Subject>(options: PoolOptions) -> (Pool<S>, Script) {
    let script = Script::new();
    let options = options.max_connections(1).acquire_timeout(PATIENCE);
    (Pool::with_options(script.clone(), options).expect("a test has a runtime"), script)
}

/// A row as a server sends it.
pub fn row(id: i64, name: &str, age: Option<i64>) -> Vec<Cell> {
    vec![Cell::Int(id), Cell::Text(name.to_owned()), age.map_or(Cell::Null, Cell::Int)]
}

fn person(id: i64, name: &str, age: Option<i64>) -> Person {
    Person { id, name: name.to_owned(), age }
}

/// Waits for a condition; it must come true.
#[track_caller]
pub fn eventually(condition: impl Fn() -> bool + Send) -> impl Future<Output = ()> + Send {
    let place = std::panic::Location::caller();
    async move {
        let deadline = Instant::now() + PATIENCE;
        while !condition() {
            assert!(Instant::now() < deadline, "never came true: {place}");
            tokio::task::yield_now().await;
        }
    }
}

#[track_caller]
fn failed<T>(outcome: Result<T>, kind: ErrorKind) -> Error {
    match outcome {
        Ok(_) => panic!("expected an error of kind {kind:?}"),
        Err(error) => {
            assert_eq!(error.kind(), kind, "{error:?}");
            error
        }
    }
}

/// The pool answers one more query, over so many transports in all.
async fn goes_on<S: Subject>(pool: &Pool<S>, script: &Script, transports: usize) {
    script.answer(Answer::rows(PERSON, vec![row(9, "next", None)]));
    let next = S::everybody().fetch_all(pool).await.expect("the pool is good for the next query");
    assert_eq!(next, [person(9, "next", None)]);
    assert_eq!(script.connected(), transports, "transports opened");
}

/// `fetch_all` over several batches, an empty one among them; text and numbers at their edges.
pub async fn all_rows_of_all_batches<S: Subject>() {
    let (pool, script) = pool::<S>();
    let hard = "\"],\"rows\":[[\\ 'ÆØ,]}\u{1F600}\n";
    let batches = vec![
        vec![row(i64::MIN, hard, Some(i64::MAX)), row(9_007_199_254_740_993, "", None)],
        vec![],
        vec![row(0, "null", Some(0))],
    ];
    script.answer(Answer::batches(PERSON, batches));
    let rows = S::everybody().fetch_all(&pool).await.unwrap();
    let expected = [
        person(i64::MIN, hard, Some(i64::MAX)),
        person(9_007_199_254_740_993, "", None),
        person(0, "null", Some(0)),
    ];
    assert_eq!(rows, expected);
    script.answer(Answer::rows(PERSON, vec![]));
    assert_eq!(S::everybody().fetch_all(&pool).await.unwrap(), []);
    assert_eq!((script.connected(), script.ended()), (1, 0));
}

/// `fetch_one` and `fetch_optional` on none, one and two rows, the two in one batch and in two.
pub async fn no_row_one_row_two_rows<S: Subject>() {
    let (pool, script) = pool::<S>();
    let (a, b) = (row(1, "a", None), row(2, "b", None));
    let twice = |answer: Answer| {
        script.answer(answer.clone());
        script.answer(answer);
    };
    twice(Answer::rows(PERSON, vec![]));
    assert_eq!(S::everybody().fetch_optional(&pool).await.unwrap(), None);
    failed(S::everybody().fetch_one(&pool).await, ErrorKind::RowNotFound);
    twice(Answer::rows(PERSON, vec![a.clone()]));
    assert_eq!(S::everybody().fetch_optional(&pool).await.unwrap(), Some(person(1, "a", None)));
    assert_eq!(S::everybody().fetch_one(&pool).await.unwrap(), person(1, "a", None));
    assert_eq!(script.connected(), 1);
    for batches in [vec![vec![a.clone(), b.clone()]], vec![vec![a], vec![b]]] {
        twice(Answer::batches(PERSON, batches));
        failed(S::everybody().fetch_optional(&pool).await, ErrorKind::TooManyRows);
        failed(S::everybody().fetch_one(&pool).await, ErrorKind::TooManyRows);
    }
}

/// `fetch` to its end.
pub async fn a_stream_arrives_in_order<S: Subject>() {
    let (pool, script) = pool::<S>();
    let batches = (0..5).map(|id| vec![row(id * 2, "even", None), row(id * 2 + 1, "odd", Some(id))]);
    script.answer(Answer::batches(PERSON, batches.collect()));
    let ids: Vec<i64> = S::everybody().fetch(&pool).map_ok(|person| person.id).try_collect().await.unwrap();
    assert_eq!(ids, (0..10).collect::<Vec<_>>());
    goes_on(&pool, &script, 1).await;
}

/// A stream dropped half way: its connection ends, or only its statement where others share the transport.
pub async fn a_stream_that_is_dropped_gives_up_its_statement<S: Subject>() {
    let (pool, script) = pool::<S>();
    let batches = vec![vec![row(1, "a", None)], vec![row(2, "b", None)], vec![row(3, "c", None)]];
    script.answer(Answer::batches(PERSON, batches));
    let mut stream = S::everybody().fetch(&pool);
    assert_eq!(stream.next().await.unwrap().unwrap(), person(1, "a", None));
    drop(stream);
    gave_up::<S>(&pool, &script, 1).await;
}

/// `times` statements were given up, by the means of the shape, and the pool goes on.
async fn gave_up<S: Subject>(pool: &Pool<S>, script: &Script, times: usize) {
    if S::DROP_ENDS {
        eventually(|| script.ended() == times).await;
        assert_eq!(script.cursors_closed(), 0);
        goes_on(pool, script, times + 1).await;
    } else {
        eventually(|| script.cursors_closed() == times).await;
        assert_eq!(script.ended(), 0);
        goes_on(pool, script, 1).await;
    }
}

/// `execute` says how many rows were changed.
pub async fn rows_changed_are_counted<S: Subject>() {
    let (pool, script) = pool::<S>();
    for rows in [0, 1, 3_000_000_000] {
        script.answer(Answer::changed(rows));
        let executed = S::add(&1, "a", &None, &Some(vec![])).execute(&pool).await.unwrap();
        assert_eq!(executed.rows_affected, Some(rows));
    }
    assert_eq!(script.connected(), 1);
}

#[track_caller]
fn received(script: &Script, expected: Received) {
    let sent = script.sent();
    let (text, values) = expected;
    let expected = Sent { text: text.to_owned(), values: values.iter().map(ToString::to_string).collect() };
    assert_eq!(sent.last(), Some(&expected));
}

/// Text, a number, NULL and bytes as parameters.
pub async fn parameters_arrive_as_they_are<S: Subject>() {
    let (pool, script) = pool::<S>();
    script.answer(Answer::changed(1));
    let photo = Some(vec![0, 255]);
    S::add(&7, "Æ \"x\"", &None, &photo).execute(&pool).await.unwrap();
    received(&script, S::ADDED);
}

/// A spread of 0, 1 and 3 elements, an optional section off and on.
pub async fn a_spread_of_none_one_and_three<S: Subject>() {
    let (pool, script) = pool::<S>();
    let cases: [(&[i64], Option<i64>, Received); 3] =
        [(&[], None, S::NO_AGE), (&[41], None, S::ONE_AGE), (&[41, 42, 43], Some(40), S::THREE_AGES)];
    for (ages, floor, expected) in cases {
        script.answer(Answer::rows(PERSON, vec![row(1, "O'Hara", Some(41))]));
        let found = S::some("O'Hara", ages, &floor).fetch_one(&pool).await.unwrap();
        assert_eq!(found, person(1, "O'Hara", Some(41)));
        received(&script, expected);
    }
}

/// Bytes of an answer, none and every value of them.
pub async fn bytes_go_both_ways<S: Subject>() {
    let (pool, script) = pool::<S>();
    let every: Vec<u8> = (0..=255).collect();
    let columns = &[("id", Kind::Int), ("blob", Kind::Bytes)];
    let rows = [Cell::Bytes(every.clone()), Cell::Null, Cell::Bytes(vec![])];
    let rows = rows.into_iter().zip(1..).map(|(photo, id)| vec![Cell::Int(id), photo]).collect();
    script.answer(Answer::rows(columns, rows));
    let photos = S::photos().fetch_all(&pool).await.unwrap();
    let expected =
        [Some(every), None, Some(vec![])].into_iter().zip(1..).map(|(blob, id)| Photo { id, blob });
    assert_eq!(photos, expected.collect::<Vec<_>>());
}

/// A NULL in a NOT NULL column names the column, its row and the query.
pub async fn a_null_where_none_can_be<S: Subject>() {
    let (pool, script) = pool::<S>();
    let rows = vec![row(1, "a", None), vec![Cell::Int(2), Cell::Null, Cell::Null]];
    script.answer(Answer::rows(PERSON, rows));
    let error = failed(S::everybody().fetch_all(&pool).await, ErrorKind::SchemaMismatch);
    assert!(error.message().starts_with("column `name` ("), "{error}");
    // Which row of its batch depends on how the answer came in pieces.
    assert!(error.message().contains(", row ") && error.message().contains("NULL"), "{error}");
    assert!(error.query().is_some_and(|query| query.contains("age")));
    assert_eq!(error.source_name(), Some(S::NAME));
    let transports = script.connected() + script.ended();
    goes_on(&pool, &script, transports).await;
}

/// A column that has another type than was checked.
pub async fn a_column_of_another_type<S: Subject>() {
    let (pool, script) = pool::<S>();
    let columns = &[("id", Kind::Text), PERSON[1], PERSON[2]];
    let rows = vec![vec![Cell::Text("1".to_owned()), Cell::Text("a".to_owned()), Cell::Null]];
    script.answer(Answer::rows(columns, rows));
    let error = failed(S::everybody().fetch_all(&pool).await, ErrorKind::SchemaMismatch);
    assert!(error.message().starts_with("column `id` ("), "{error}");
    assert!(error.message().contains("i64"), "{error}");
}

/// A column that the server has no more.
pub async fn a_column_that_is_gone<S: Subject>() {
    let (pool, script) = pool::<S>();
    let columns = &[PERSON[0], ("title", Kind::Text), PERSON[2]];
    script.answer(Answer::rows(columns, vec![row(1, "a", None)]));
    let error = failed(S::everybody().fetch_all(&pool).await, ErrorKind::SchemaMismatch);
    assert!(error.message().contains("`name`"), "{error}");
}

/// A statement whose answer never ends: an error in time, the statement given up, the pool good for the next.
pub async fn a_timeout_ends_the_statement<S: Subject>() {
    let (pool, script) = pool::<S>();
    script.answer(Answer::rows(PERSON, vec![row(1, "a", None)]).and_hangs());
    let outcome = tokio::time::timeout(PATIENCE, S::everybody().timeout(SOON).fetch_all(&pool)).await;
    failed(outcome.expect("the timeout holds"), ErrorKind::Timeout);
    gave_up::<S>(&pool, &script, 1).await;
}

/// What the server refuses leaves the connection usable, in the pool and in the hand.
pub async fn a_refusal_leaves_the_connection<S: Subject>() {
    let (pool, script) = pool::<S>();
    script.answer(Answer::refused());
    let error = failed(S::everybody().fetch_all(&pool).await, ErrorKind::Query);
    assert_eq!(error.code(), Some("E42"));
    goes_on(&pool, &script, 1).await;
    let mut connection = pool.acquire().await.unwrap();
    script.answer(Answer::refused());
    failed(S::add(&1, "a", &None, &Some(vec![])).execute(&mut connection).await, ErrorKind::Query);
    script.answer(Answer::rows(PERSON, vec![]));
    assert_eq!(S::everybody().fetch_all(&mut connection).await.unwrap(), []);
    assert_eq!((script.connected(), script.ended()), (1, 0));
}

/// Rows and then a broken transport: no rows, an error, and another transport for the next query.
pub async fn half_an_answer_is_an_error<S: Subject>() {
    // Some shapes give no row before the end of the answer: they would ask once more.
    let (pool, script) = pool_with::<S>(PoolOptions::new().resends_max(0));
    script.answer(Answer::rows(PERSON, vec![row(1, "a", None), row(2, "b", None)]).and_breaks());
    failed(S::everybody().fetch_all(&pool).await, ErrorKind::Connection);
    eventually(|| script.ended() == 1).await;
    goes_on(&pool, &script, 2).await;
}

/// A transport that breaks before the first row of what only reads: the caller notices nothing.
pub async fn a_lost_read_is_asked_for_again<S: Subject>() {
    let (pool, script) = pool::<S>();
    script.answer(Answer::batches(PERSON, vec![]).and_breaks());
    script.answer(Answer::rows(PERSON, vec![row(1, "a", None)]));
    assert_eq!(S::everybody().fetch_all(&pool).await.unwrap(), [person(1, "a", None)]);
    assert_eq!(script.sent().len(), 2);
    goes_on(&pool, &script, 2).await;
}

/// The futures of all terminals are `Send`, also where their arguments live in the task.
pub async fn futures_can_be_spawned<S: Subject>() {
    let (pool, script) = pool::<S>();
    script.answer(Answer::changed(1));
    for _ in 0..4 {
        script.answer(Answer::rows(PERSON, vec![row(1, "a", Some(2))]));
    }
    let task = tokio::spawn(async move {
        let (name, ages) = (String::from("a"), vec![1, 2]);
        S::add(&1, &name, &Some(2), &Some(vec![])).execute(&pool).await?;
        S::some(&name, &ages, &None).fetch_all(&pool).await?;
        S::some(&name, &ages, &Some(1)).fetch_one(&pool).await?;
        S::everybody().fetch_optional(&pool).await?;
        let mut stream = S::everybody().fetch(&pool);
        let mut rows = 0;
        while stream.try_next().await?.is_some() {
            rows += 1;
        }
        Ok::<usize, Error>(rows)
    });
    assert_eq!(task.await.unwrap().unwrap(), 1);
    assert_eq!(script.sent().len(), 5);
}

async fn name_of<S: Subject>(db: impl Executor<'_, S>) -> Result<String> {
    Ok(S::everybody().fetch_one(db).await?.name)
}

async fn two_names<'e, S: Subject, E: Executor<'e, S>>(db: E) -> Result<(String, String)> {
    let mut db = db.into_session();
    let first = name_of(db.reborrow()).await?;
    Ok((first, name_of(db).await?))
}

/// One generic function on a pool, a connection and a session, one query and two.
pub async fn any_executor_runs_queries<S: Subject>() {
    let (pool, script) = pool::<S>();
    for name in ["a", "b", "c", "d", "e", "f"] {
        script.answer(Answer::rows(PERSON, vec![row(1, name, None)]));
    }
    assert_eq!(name_of(&pool).await.unwrap(), "a");
    assert_eq!(two_names(&pool).await.unwrap(), ("b".to_owned(), "c".to_owned()));
    let mut connection = pool.acquire().await.unwrap();
    assert_eq!(two_names(&mut connection).await.unwrap(), ("d".to_owned(), "e".to_owned()));
    assert_eq!(name_of(&mut connection).await.unwrap(), "f");
    assert_eq!(script.connected(), 1);
}

/// Errors of the server, of the result and of the call show the template only.
pub async fn a_value_is_never_in_an_error<S: Subject>() {
    let (pool, script) = pool::<S>();
    let rows = vec![vec![Cell::Int(1), Cell::Null, Cell::Int(424_242)]];
    for answer in [Answer::refused(), Answer::rows(PERSON, rows)] {
        script.answer(answer);
        let outcome = S::some("s3cret", &[424_242], &Some(424_242)).fetch_all(&pool).await;
        let error = outcome.expect_err("it was refused, or a NULL");
        let shown = format!("{error} {error:?} {:?}", error.query());
        assert!(!shown.contains("s3cret") && !shown.contains("424242"), "{shown}");
        assert!(shown.contains(":name") && shown.contains(S::NAME), "{shown}");
    }
}
