//! Statements over many keys, on nodes that share no data: a row that is read or written on another node than its owner,
//! or twice, is seen.

use std::collections::BTreeMap;

use querent_core::{
    Constant, Element, ErrorKind, InPredicate, Key, KeyColumn, KeyPart, Outcome, ParamMeta, Piece, Plan,
    PoolOptions, Query, Value, execute_many, sql_query as sql,
};
use querent_picodata::bucket_of;

use crate::nodes::{ID, expected_owner, fill};
use crate::private::Private;
use crate::{Pool, Stock, column, pool_with};

crate::tests! { TESTS:
    a_list_is_read_from_all_owners,
    many_rows_are_written_on_their_owners,
    a_list_of_two_columns_is_changed_on_its_owners,
    what_fails_on_one_node_took_effect_on_the_others,
}

const INT: &str = "Int64";
const IDS: &[ParamMeta] = &[ParamMeta { name: "ids", ty: INT }];

const fn spread(plan: Plan) -> Plan {
    const KEY: &Key = &Key { tier: "default", columns: ID, rows: &[&[KeyPart::Any(&[KeyPart::Spread(0)])]] };
    Plan { params: IDS, key: Some(KEY), ..plan }
}

const IN: Piece<'static> = Piece::Split(&InPredicate {
    head: &[Piece::Text("id IN (")],
    elements: &[Element::Spread(0)],
    tail: ")",
    empty: "FALSE",
});
const SELECT: &Plan = &spread(Plan {
    template: &[Piece::Text("SELECT name FROM sharded WHERE "), IN],
    read_only: true,
    ..Plan::EMPTY
});
const DELETE: &Plan =
    &spread(Plan { template: &[Piece::Text("DELETE FROM ledger WHERE "), IN], ..Plan::EMPTY });

/// `INSERT INTO ledger (id, worker, note) VALUES (:id, 1, :note)`.
const INSERT: &Plan = &Plan {
    template: &[
        Piece::Text("INSERT INTO ledger (id, worker, note) VALUES "),
        Piece::Rows(&[&[
            Piece::Text("("),
            Piece::Param(0),
            Piece::Text(", 1, "),
            Piece::Param(1),
            Piece::Text(")"),
        ]]),
    ],
    params: &[ParamMeta { name: "id", ty: INT }, ParamMeta { name: "note", ty: "Utf8" }],
    key: Some(&Key { tier: "default", columns: ID, rows: &[&[KeyPart::Param(0)]] }),
    ..Plan::EMPTY
};

const ORDERS: &[KeyColumn] = &[KeyColumn { name: "tenant", ty: INT }, KeyColumn { name: "code", ty: "Utf8" }];

/// `UPDATE orders SET ran_on = pico_instance_name() WHERE tenant = 7 AND code IN (:codes..)`.
const UPDATE: &Plan = &Plan {
    template: &[
        Piece::Text("UPDATE orders SET amount = 2, ran_on = pico_instance_name() WHERE tenant = 7 AND "),
        Piece::Split(&InPredicate {
            head: &[Piece::Text("code IN (")],
            elements: &[Element::Spread(0)],
            tail: ")",
            empty: "FALSE",
        }),
    ],
    params: &[ParamMeta { name: "codes", ty: "Utf8" }],
    key: Some(&Key {
        tier: "default",
        columns: ORDERS,
        rows: &[&[KeyPart::Constant(Constant::Integer(7)), KeyPart::Any(&[KeyPart::Spread(0)])]],
    }),
    ..Plan::EMPTY
};

fn list(ids: impl IntoIterator<Item = i64>) -> [Value<'static>; 1] {
    [Value::List(ids.into_iter().map(Value::Int).collect())]
}

fn nothing(_: &querent_picodata::PicodataBatch, _: &mut Vec<()>) -> Result<(), querent_core::ValueError> {
    Ok(())
}

fn statement<'q, const N: usize>(plan: &'static Plan, values: [Value<'q>; N]) -> Query<'q, Stock, ()> {
    Query::new(plan, nothing, values)
}

/// A pool with two connections to each node.
async fn full(url: &str) -> Pool {
    let pool = pool_with(url, PoolOptions::new().max_connections(6)).await;
    fill(&pool, 6).await;
    pool
}

fn by_owner(ids: impl IntoIterator<Item = i64>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for id in ids {
        *counts.entry(expected_owner(id)).or_insert(0) += 1;
    }
    counts
}

/// The rows of `ledger` on each node, and how many of them are where they belong.
async fn ledger(pool: &Pool) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for node in ["i1", "i2", "i3"] {
        let mut connection = pool.acquire_on(node).await.expect("a connection");
        let ids: Vec<(i64,)> =
            sql("SELECT id FROM ledger").fetch_all::<_, Stock, _>(&mut connection).await.expect("rows");
        assert!(ids.iter().all(|(id,)| expected_owner(*id) == node), "{node} has rows of others");
        if !ids.is_empty() {
            counts.insert(node.to_owned(), ids.len());
        }
    }
    counts
}

async fn a_list_is_read_from_all_owners(url: String) {
    let pool = full(&url).await;
    let names =
        Query::<Stock, String>::new(SELECT, column, list(1..=300)).fetch_all(&pool).await.expect("rows");
    let mut seen = BTreeMap::new();
    for name in names {
        *seen.entry(name).or_insert(0) += 1;
    }
    assert_eq!(seen, by_owner(1..=300));
    assert_eq!(seen.len(), 3);
    // More than one statement can name (7,498 values), each twice; there are 3,000 rows.
    let ids = (1..=20_000).chain(1..=20_000);
    let names = Query::<Stock, String>::new(SELECT, column, list(ids)).fetch_all(&pool).await.expect("rows");
    assert_eq!(names.len(), 3000);
}

async fn many_rows_are_written_on_their_owners(_: String) {
    let cluster = Private::start("flat").await;
    let pool = full(&cluster.url).await;
    let rows = || (1..=30_000).map(|id| statement(INSERT, [Value::Int(id), Value::Str("bulk")]));
    let done = execute_many(rows(), &pool).await.expect("it is written");
    assert_eq!(done.rows_affected, Some(30_000));
    assert_eq!(ledger(&pool).await, by_owner(1..=30_000));
    // 2,048 rows of two parameters are the largest power of two below 7,498.
    let longest = done.parts.iter().map(|part| part.items.len()).max();
    assert!(longest == Some(2048) && done.parts.len() < 45, "{} parts", done.parts.len());
    let done = statement(DELETE, list(1..=29_000)).execute(&pool).await.expect("it is deleted");
    assert_eq!(done.rows_affected, Some(29_000));
    assert!(done.parts.len() >= 9, "{} parts", done.parts.len());
    assert_eq!(ledger(&pool).await, by_owner(29_001..=30_000));
}

async fn a_list_of_two_columns_is_changed_on_its_owners(_: String) {
    let cluster = Private::start("flat").await;
    let pool = full(&cluster.url).await;
    cluster
        .sql("all", "INSERT INTO orders SELECT 7, 'c' || n, 1, 'nobody' FROM generate_series(1, 50) n")
        .await;
    let codes: Vec<String> = (1..=40).map(|n| format!("c{n}")).collect();
    let values = [Value::List(codes.iter().map(|code| Value::Str(code)).collect())];
    let done = statement(UPDATE, values).execute(&pool).await.expect("it is changed");
    assert_eq!((done.rows_affected, done.parts.len()), (Some(40), 3));
    for node in ["i1", "i2", "i3"] {
        let mut connection = pool.acquire_on(node).await.expect("a connection");
        let text = "SELECT code, ran_on FROM orders WHERE amount = 2";
        let changed: Vec<(String, String)> =
            sql(text).fetch_all::<_, Stock, _>(&mut connection).await.expect("rows");
        assert!(!changed.is_empty());
        for (code, ran_on) in changed {
            let bucket = bucket_of(&[Value::Int(7), Value::Str(&code)], 3000).expect("a bucket");
            let owner = format!("i{}", (bucket - 1) / 1000 + 1);
            assert_eq!((ran_on.as_str(), owner.as_str()), (node, node), "{code}");
        }
    }
}

async fn what_fails_on_one_node_took_effect_on_the_others(_: String) {
    let cluster = Private::start("flat").await;
    let pool = full(&cluster.url).await;
    let taken = (1..).find(|id| expected_owner(*id) == "i2").expect("one");
    statement(INSERT, [Value::Int(taken), Value::Null]).execute(&pool).await.expect("it is written");
    let rows = (1..=300).map(|id| statement(INSERT, [Value::Int(id), Value::Str("bulk")]));
    let error = execute_many(rows, &pool).await.expect_err("one is there already");
    assert_eq!(error.kind(), ErrorKind::Constraint, "{error}");
    assert!(!error.is_retryable());
    let mut expected = by_owner(1..=300);
    let own = expected.insert("i2".to_owned(), 1).expect("some are there");
    assert_eq!(ledger(&pool).await, expected);
    let unwritten = error.parts().iter().filter(|part| part.took_effect() == Some(false));
    assert_eq!(unwritten.map(|part| part.items.len()).sum::<usize>(), own);
    let failed = error.parts().iter().filter(|part| matches!(part.outcome, Outcome::Failed(_)));
    assert_eq!(failed.count(), 1);
}
