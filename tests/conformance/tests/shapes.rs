//! What only one of the shapes has: prepared statements and transactions, a shared transport with key-value.

use querent::cluster::{Constant, Key, KeyPart};
use querent::{ErrorKind, Pool, PoolOptions, Result, execute_many, query, query_file};
use querent_conformance::suite::{PERSON, eventually, pool, row};
use querent_conformance::{
    Answer, Cell, Columnar, Commands, Kind, Multiplexed, Person, Prepared, Script, Subject as _, get,
};

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

querent::record! { struct ByName from Prepared, "SELECT id FROM people WHERE name = :name AND id IN (:id, 7)" }

#[tokio::test]
async fn what_is_known_of_a_key_is_a_constant_and_reaches_the_driver() {
    const KEY: &Key = match ByName::ROUTING {
        Some(key) => key,
        None => panic!("the query names all columns of the key"),
    };
    const PARTS: &[KeyPart] = &[KeyPart::Param(1), KeyPart::Constant(Constant::Integer(7))];
    assert!(KEY.splits() && KEY.columns[0].name == "id" && KEY.rows == [&[KeyPart::Any(PARTS)][..]]);
    assert!(Prepared::everybody().routing().is_none());
    let (pool, script) = pool::<Prepared>();
    let id_of = || Answer::rows(&[("id", Kind::Int)], vec![vec![Cell::Int(7)]]);
    // Nodes own nothing here: the statement stays whole.
    script.answer(id_of());
    assert_eq!(ByName::query("a", 9).fetch_one(&pool).await.unwrap().id, 7);
    script.answer(id_of());
    query!(Prepared, "SELECT id FROM people WHERE id = 7").fetch_one(&pool).await.unwrap();
    for ids in [&[8_i64][..], &[8, 9]] {
        script.answer(id_of());
        query!(Prepared, "SELECT id FROM people WHERE id IN (:ids..)", ids).fetch_one(&pool).await.unwrap();
    }
    assert_eq!(script.routes(), ["people", "people[7]", "people[8]", "people"]);
    let texts: Vec<String> = script.sent().into_iter().map(|sent| sent.text).collect();
    assert_eq!(
        texts,
        [
            "SELECT id FROM people WHERE name = ? AND id IN (?, 7)",
            "SELECT id FROM people WHERE id = 7",
            "SELECT id FROM people WHERE id IN (?)",
            "SELECT id FROM people WHERE id IN (?, ?)",
        ]
    );
}

#[tokio::test]
async fn many_rows_are_joined_where_the_backend_has_no_objection() {
    let (pool, script) = pool::<Prepared>();
    let names: Vec<String> = (0..5).map(|n| format!("n{n}")).collect();
    let ids: Vec<i64> = (0..5).collect();
    let queries = || ids.iter().zip(&names).map(|(id, name)| Prepared::add(id, name, &None, &None));
    script.answer(Answer::changed(4));
    script.answer(Answer::changed(1));
    let done = execute_many(queries(), &pool).await.unwrap();
    assert_eq!((done.rows_affected, done.parts.len()), (Some(5), 2));
    let sent = script.sent();
    assert_eq!(
        sent[0].text,
        "INSERT INTO people (id, name, age, photo) VALUES (?, ?, ?, ?), (?, ?, ?, ?), (?, ?, ?, ?), (?, ?, ?, ?)"
    );
    assert_eq!(sent[0].values[4..8], ["1", "'n1'", "NULL", "NULL"]);
    assert_eq!((sent.len(), sent[1].values[0].as_str()), (2, "4"));
    // On a connection too.
    script.answer(Answer::changed(4));
    script.answer(Answer::refused());
    let mut connection = pool.acquire().await.unwrap();
    let error = execute_many(queries(), &mut connection).await.unwrap_err();
    assert_eq!(error.message(), "1 of 2 parts failed, 1 took effect: the server refuses the statement");
    assert!(error.to_string().contains("shapes.rs") || error.to_string().contains("prepared.rs"), "{error}");
}

#[tokio::test]
async fn many_run_one_by_one_where_it_has() {
    let (pool, script) = pool::<Columnar>();
    let ids: Vec<i64> = (0..3).collect();
    let queries = || ids.iter().map(|id| Columnar::add(id, "a", &None, &None));
    (0..3).for_each(|_| script.answer(Answer::changed(1)));
    let done = execute_many(queries(), &pool).await.unwrap();
    assert_eq!((done.rows_affected, script.sent().len()), (Some(3), 3));
    script.answer(Answer::changed(1));
    script.answer(Answer::refused());
    let error = execute_many(queries(), &pool).await.unwrap_err();
    let items: Vec<(&[u32], Option<bool>)> =
        error.parts().iter().map(|part| (&part.items[..], part.took_effect())).collect();
    assert_eq!(items, [(&[0][..], Some(true)), (&[1], Some(false)), (&[2], Some(false))]);
    assert_eq!(script.sent().len(), 5);
}

#[tokio::test]
async fn several_commands_give_a_tuple() {
    let (pool, script) = pool::<Commands>();
    let (a, b) = (vec![0, 255], [7_u8]);
    script.answer(Answer::changed(1));
    script.answer(Answer::rows(PERSON, vec![row(1, "a", Some(41)), row(2, "b", None)]));
    script.answer(Answer::changed(1));
    script.answer(Answer::rows(&[("count", Kind::Int)], vec![vec![Cell::Int(3)]]));
    let (min_age, id) = (18, 9_i64);
    let query = query!(
        Commands,
        [
            { "AddImage": { "_ref": 1, "properties": { "id": id, "name": "x" } } },
            { "FindEntity": {
                "_ref": 2,
                "with_class": "Person",
                "constraints": { "age": [">=", min_age + 1] },
                "results": { "list": ["name!", "age: i64"], "limit": 10 },
            } },
            { "AddImage": { "connect": { "ref": 2, "class": "Portrays", "direction": "in" } } },
            { "FindEntity": { "with_class": "Person", "results": { "count": true } } },
        ],
        blobs = (&a, b)
    );
    let (added, found, also_added, counted) = query.run(&pool).await.unwrap();
    assert_eq!((added.rows_affected, also_added.rows_affected), (Some(1), Some(1)));
    let found: Vec<(String, Option<i64>)> = found.into_iter().map(|row| (row.name, row.age)).collect();
    assert_eq!(found, [("a".to_owned(), Some(41)), ("b".to_owned(), None)]);
    assert_eq!(counted.count, 3);
    let sent = script.sent();
    assert_eq!(
        sent[0].text,
        r#"[{"AddImage":{"_ref":1,"properties":{"id":9,"name":"x"}}},{"FindEntity":{"_ref":2,"with_class":"Person","constraints":{"age":[">=",19]},"results":{"list":["name","age"],"limit":10}}},{"AddImage":{"connect":{"ref":2,"class":"Portrays","direction":"in"}}},{"FindEntity":{"with_class":"Person","results":{"count":true}}}]"#
    );
    assert_eq!(sent[0].values, ["00ff", "07"]);
    assert_eq!((script.connected(), script.ended()), (1, 0));
}

#[tokio::test]
async fn a_wrong_answer_names_its_command() {
    let (pool, script) = pool::<Commands>();
    let run = || {
        query!(Commands, [
            { "FindEntity": { "with_class": "Person", "results": { "count": true } } },
            { "FindEntity": { "with_class": "Person", "results": { "list": ["name!"] } } },
        ])
        .run(&pool)
    };
    let count = || script.answer(Answer::rows(&[("count", Kind::Int)], vec![vec![Cell::Int(3)]]));
    count();
    script.answer(Answer::rows(PERSON, vec![vec![Cell::Int(1), Cell::Null, Cell::Null]]));
    let error = run().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SchemaMismatch);
    assert!(error.message().starts_with("command 2: column `name` (Person.name), row 1"), "{error}");
    script.answer(Answer::rows(PERSON, vec![]));
    count();
    let error = run().await.unwrap_err();
    assert!(error.message().starts_with("command 1: 0 rows where one was due"), "{error}");
    // The first command's answer, and none to the second.
    count();
    assert_eq!(run().await.unwrap_err().kind(), ErrorKind::Query);
    count();
    script.answer(Answer::rows(PERSON, vec![row(1, "a", None)]));
    assert_eq!(run().await.unwrap().1.len(), 1);
    assert_eq!(script.connected(), 1);
}

#[tokio::test]
async fn json_is_tokens_a_literal_or_a_file() {
    let (pool, script) = pool::<Commands>();
    for _ in 0..3 {
        script.answer(Answer::rows(PERSON, vec![row(9_007_199_254_740_993, "a", Some(4))]));
    }
    let name = String::from("a");
    let tokens = query!(Commands, [{ "FindEntity": {
        "with_class": "Person", "constraints": { "name": ["==", &name] }, "results": { "list": ["age"] }
    } }]);
    assert_eq!(tokens.fetch_one(&pool).await.unwrap().age, Some(4.0));
    let literal = query!(
        Commands,
        r#"[{"FindEntity": {"with_class": "Person", "constraints": {"name": ["==", {"$param": "name"}]}, "results": {"list": ["age"]}}}]"#,
        name = &name
    );
    assert_eq!(literal.fetch_one(&pool).await.unwrap().age, Some(4.0));
    // What a double cannot hold exactly is no number near it, but an error.
    let file = query_file!(Commands, "queries/id.json", name);
    let error = file.fetch_one(&pool).await.unwrap_err();
    assert!(error.message().starts_with("column `id` (Person.id), row 1"), "{error}");
    let sent: Vec<String> = script.sent().into_iter().map(|sent| sent.text).collect();
    assert_eq!(sent[0], sent[1]);
    assert_eq!(
        sent[2],
        r#"[{"FindEntity":{"with_class":"Person","constraints":{"name":["==","a"]},"results":{"list":["id"]}}}]"#
    );
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
