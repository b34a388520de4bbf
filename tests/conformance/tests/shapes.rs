//! What only one of the shapes has: prepared statements and transactions, a shared transport with key-value.

use querent::{ErrorKind, Pool, PoolOptions, Result, query};
use querent_conformance::suite::{PERSON, eventually, pool, row};
use querent_conformance::{Answer, Multiplexed, Person, Prepared, Script, Subject as _, get};

fn several(script: &Script) -> Pool<Multiplexed> {
    Pool::with_options(script.clone(), PoolOptions::new().max_connections(8)).unwrap()
}

fn named(name: &str) -> Answer {
    Answer::rows(PERSON, vec![row(1, name, None)])
}

fn names(rows: Vec<Person>) -> Vec<String> {
    rows.into_iter().map(|person| person.name).collect()
}

#[tokio::test]
async fn lists_of_nearby_lengths_share_a_prepared_statement() {
    let (pool, script) = pool::<Prepared>();
    for ages in [&[1, 2, 3][..], &[1, 2, 3, 4], &[5, 6, 7]] {
        script.answer(named("a"));
        Prepared::some("a", ages, &None).fetch_all(&pool).await.unwrap();
    }
    assert_eq!((script.sent().len(), script.prepared()), (3, 1));
    script.answer(named("a"));
    Prepared::some("a", &[1, 2], &None).fetch_all(&pool).await.unwrap();
    assert_eq!(script.prepared(), 2);
}

#[tokio::test]
async fn a_driver_routes_by_what_the_plan_says_of_tables_and_keys() {
    let (pool, script) = pool::<Prepared>();
    script.answer(Answer::changed(1));
    Prepared::add(&7, "a", &None, &None).execute(&pool).await.unwrap();
    script.answer(named("a"));
    let one = query!(Prepared, "SELECT id, name, age FROM people WHERE name = $1 AND id = $2", "a", 9_i64);
    one.fetch_one(&pool).await.unwrap();
    script.answer(named("a"));
    Prepared::everybody().fetch_all(&pool).await.unwrap();
    script.answer(named("a"));
    querent::sql("SELECT id, name, age FROM people").fetch_all::<Person, _, _>(&pool).await.unwrap();
    assert_eq!(script.routes(), ["people[7]", "people[9]", "people", ""]);
}

#[tokio::test]
async fn a_transaction_is_made_permanent_taken_back_or_forgotten() {
    let (pool, script) = pool::<Prepared>();
    let texts = || script.sent().into_iter().map(|sent| sent.text).collect::<Vec<_>>();
    // BEGIN and COMMIT take an answer each.
    for answer in [Answer::changed(0), Answer::changed(1), Answer::changed(0)] {
        script.answer(answer);
    }
    let mut transaction = pool.begin().await.unwrap();
    Prepared::add(&1, "a", &None, &None).execute(&mut transaction).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!((texts()[0].as_str(), texts()[2].as_str()), ("BEGIN", "COMMIT"));
    pool.begin().await.unwrap().rollback().await.unwrap();
    assert_eq!(texts().last().unwrap(), "ROLLBACK");
    assert_eq!((script.connected(), script.ended()), (1, 0));
    // Forgotten: the connection ends, and the server takes it back.
    drop(pool.begin().await.unwrap());
    assert_eq!(script.ended(), 1);
}

#[tokio::test]
async fn many_handles_share_one_transport_and_answers_come_in_any_order() {
    let script = Script::new();
    let pool = several(&script);
    // The first connect makes the transport that the others share.
    script.answer(named("zero"));
    Multiplexed::everybody().fetch_all(&pool).await.unwrap();
    script.answer(named("late").late());
    let late = tokio::spawn({
        let pool = pool.clone();
        async move { Multiplexed::everybody().fetch_all(&pool).await }
    });
    eventually(|| script.sent().len() == 2).await;
    // It is under way, and its answer waits for that of the next one.
    assert!(!late.is_finished());
    script.answer(named("early"));
    let early = Multiplexed::everybody().fetch_all(&pool).await.unwrap();
    assert_eq!(names(early), ["early"]);
    assert_eq!(names(late.await.unwrap().unwrap()), ["late"]);
    assert_eq!((script.connected(), pool.stats().connections), (1, 2));
}

#[tokio::test]
async fn a_get_goes_beside_the_queries() {
    async fn both(pool: &Pool<Multiplexed>) -> Result<(Option<Vec<u8>>, Option<Vec<u8>>)> {
        let mut connection = pool.acquire().await?;
        Ok((get(&mut connection, "key-of-a").await?, get(pool, "none").await?))
    }
    let script = Script::new();
    let pool = several(&script);
    script.answer(named("late").late());
    let query = tokio::spawn({
        let pool = pool.clone();
        async move { Multiplexed::everybody().fetch_all(&pool).await }
    });
    eventually(|| script.sent().len() == 1).await;
    assert_eq!(
        tokio::spawn(async move { both(&pool).await }).await.unwrap().unwrap(),
        (Some(b"A".to_vec()), None)
    );
    assert_eq!(names(query.await.unwrap().unwrap()), ["late"]);
    assert_eq!(script.connected(), 1);
}

#[tokio::test]
async fn a_get_waits_its_turn_for_a_lease() {
    let (pool, _script) = pool::<Multiplexed>();
    let held = pool.acquire().await.unwrap();
    let session = querent::Executor::into_session(&pool);
    let outcome = session.exchange(Some(std::time::Duration::from_millis(20))).await;
    assert_eq!(outcome.err().map(|error| error.kind()), Some(ErrorKind::PoolTimeout));
    drop(held);
    assert_eq!(get(&pool, "key-of-b").await.unwrap(), Some(b"B".to_vec()));
}

#[tokio::test]
async fn a_result_that_nobody_waits_for_is_closed_when_its_name_is_known() {
    let script = Script::new();
    let pool = several(&script);
    script.answer(named("late").late());
    let query = tokio::spawn({
        let pool = pool.clone();
        async move { Multiplexed::everybody().fetch_all(&pool).await }
    });
    eventually(|| script.sent().len() == 1).await;
    query.abort();
    assert!(query.await.unwrap_err().is_cancelled());
    script.answer(named("next"));
    assert_eq!(names(Multiplexed::everybody().fetch_all(&pool).await.unwrap()), ["next"]);
    eventually(|| script.cursors_closed() == 1).await;
    assert_eq!((script.connected(), script.ended()), (1, 0));
}

#[tokio::test]
async fn a_get_that_is_dropped_leaves_the_transport_to_the_others() {
    let (pool, script) = pool::<Multiplexed>();
    let mut exchange = querent::Executor::into_session(&pool).exchange(None).await.unwrap();
    exchange.start().unwrap();
    // Neither ended nor answered: this handle does not come back.
    drop(exchange);
    assert_eq!(pool.stats().idle, 0);
    assert_eq!(get(&pool, "key-of-c").await.unwrap(), Some(b"C".to_vec()));
    assert_eq!((script.connected(), pool.stats().idle), (1, 1));
}

#[tokio::test]
async fn the_transport_ends_with_its_pool() {
    let (pool, script) = pool::<Multiplexed>();
    script.answer(named("a"));
    Multiplexed::everybody().fetch_all(&pool).await.unwrap();
    pool.close().await;
    eventually(|| script.ended() == 1).await;
    let refused = Multiplexed::everybody().fetch_all(&pool).await.err();
    assert_eq!(refused.map(|error| error.kind()), Some(ErrorKind::PoolClosed));
}
