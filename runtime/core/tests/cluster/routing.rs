//! Each form of statement on the node that owns its rows; statements in parts; many queries as few statements.

use querent_core::{
    Constant, Element, Error, ErrorKind, InPredicate, Key, KeyColumn, KeyPart, Outcome, ParamMeta, Part,
    Piece, Plan, PoolOptions, Query, Value, execute_many,
};

use super::grid::{Grid, Pool, Ran, Rows, Test, on, pool};
use super::{ClusterOptions, ms};

const ID: &[KeyColumn] = &[KeyColumn { name: "id", ty: "Int64" }];
const PARAMS: &[ParamMeta] = &[ParamMeta { name: "a", ty: "Int64" }, ParamMeta { name: "b", ty: "Int64" }];

/// `… id IN (7, :a.., :b)`.
const fn listed(text: &'static [Piece<'static>], read_only: bool) -> Plan {
    const ANY: &[KeyPart] = &[KeyPart::Constant(Constant::Integer(7)), KeyPart::Spread(0), KeyPart::Param(1)];
    const KEY: &Key = &Key { tier: "hot", columns: ID, rows: &[&[KeyPart::Any(ANY)]] };
    Plan { template: text, params: PARAMS, key: Some(KEY), read_only, ..Plan::EMPTY }
}

const IN: Piece<'static> = Piece::Split(&InPredicate {
    head: &[Piece::Text("id IN (")],
    elements: &[
        Element::Pieces(&[Piece::Text("7")]),
        Element::Spread(0),
        Element::Pieces(&[Piece::Param(1)]),
    ],
    tail: ")",
    empty: "FALSE",
});
const SELECT: &Plan = &listed(&[Piece::Text("SELECT "), IN], true);
const DELETE: &Plan = &listed(&[Piece::Text("DELETE "), IN], false);

/// `INSERT (id) VALUES (:a), (8), (:b)`.
const ROWS: &Plan = &Plan {
    template: &[
        Piece::Text("INSERT "),
        Piece::Rows(&[
            &[Piece::Text("("), Piece::Param(0), Piece::Text(")")],
            &[Piece::Text("(8)")],
            &[Piece::Text("("), Piece::Param(1), Piece::Text(")")],
        ]),
        Piece::Text(" END"),
    ],
    params: PARAMS,
    key: Some(&Key {
        tier: "",
        columns: ID,
        rows: &[&[KeyPart::Param(0)], &[KeyPart::Constant(Constant::Integer(8))], &[KeyPart::Param(1)]],
    }),
    ..Plan::EMPTY
};

/// `INSERT (id, n) VALUES (:a, :b)`.
const ROW: &Plan = &Plan {
    template: &[
        Piece::Text("INSERT "),
        Piece::Rows(&[&[
            Piece::Text("("),
            Piece::Param(0),
            Piece::Text(", "),
            Piece::Param(1),
            Piece::Text(")"),
        ]]),
    ],
    params: PARAMS,
    key: Some(&Key { tier: "", columns: ID, rows: &[&[KeyPart::Param(0)]] }),
    ..Plan::EMPTY
};

/// `UPDATE n = :b WHERE id = :a`.
const UPDATE: &Plan = &Plan {
    template: &[Piece::Text("UPDATE "), Piece::Param(1), Piece::Text(" OF "), Piece::Param(0)],
    params: PARAMS,
    key: Some(&Key { tier: "", columns: ID, rows: &[&[KeyPart::Param(0)]] }),
    ..Plan::EMPTY
};

fn query<const N: usize>(plan: &'static Plan, values: [Value<'static>; N]) -> Query<'static, Test, i64> {
    let decode = |batch: &Rows, rows: &mut Vec<i64>| {
        rows.extend(&batch.0);
        Ok(())
    };
    Query::new(plan, decode, values)
}

fn list(ids: impl IntoIterator<Item = i64>, last: i64) -> [Value<'static>; 2] {
    [Value::List(ids.into_iter().map(Value::Int).collect()), Value::Int(last)]
}

/// Three nodes, and connections to each.
async fn grid() -> (std::sync::Arc<Grid>, Pool) {
    grid_of(PoolOptions::new().max_connections(9)).await
}

async fn grid_of(options: PoolOptions) -> (std::sync::Arc<Grid>, Pool) {
    let grid = Grid::of(3);
    let pool = pool(&grid, options).await;
    let mut held = Vec::new();
    for node in 0..3 {
        held.push(on(&pool, node).await);
    }
    drop(held);
    grid.ran();
    (grid, pool)
}

/// What ran, by nodes.
fn ran(grid: &Grid) -> Vec<(i64, String)> {
    let mut ran: Vec<(i64, String)> =
        grid.ran().into_iter().map(|Ran { node, sql, .. }| (node, sql)).collect();
    ran.sort();
    ran
}

#[track_caller]
fn check(ran: &[(i64, String)], expected: &[(i64, &str)]) {
    let ran: Vec<(i64, &str)> = ran.iter().map(|(node, sql)| (*node, sql.as_str())).collect();
    assert_eq!(ran, expected);
}

/// Of each part: owner, items, whether it took effect.
fn outcomes(parts: &[Part]) -> Vec<(Option<&str>, &[u32], Option<bool>)> {
    parts.iter().map(|part| (part.owner.as_deref(), &part.items[..], part.took_effect())).collect()
}

#[tokio::test(start_paused = true)]
async fn a_list_of_keys_is_split_by_owner_and_its_rows_come_together() {
    let (grid, pool) = grid().await;
    let mut rows = query(SELECT, list([3, 1, 6, 9], 4)).fetch_all(&pool).await.unwrap();
    rows.sort_unstable();
    // The 9 fills the list of node 0 up to a power of two.
    assert_eq!(rows, [1, 3, 4, 6, 9, 9]);
    check(&ran(&grid), &[(0, "SELECT id IN ($1, $2, $3, $4)"), (1, "SELECT id IN (7, $1, $2)")]);
    assert_eq!((pool.stats().routing.hits, pool.stats().in_use), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn a_list_whose_keys_have_one_owner_stays_one_statement() {
    let (grid, pool) = grid().await;
    query(SELECT, list([1, 4], 10)).fetch_all(&pool).await.unwrap();
    check(&ran(&grid), &[(1, "SELECT id IN (7, $1, $2, $3)")]);
    let done = query(DELETE, list([1, 4], 10)).execute(&pool).await.unwrap();
    check(&ran(&grid), &[(1, "DELETE id IN (7, $1, $2, $3)")]);
    assert!(done.parts.is_empty() && done.rows_affected == Some(3));
}

#[tokio::test(start_paused = true)]
async fn where_an_owner_is_not_known_the_statement_stays_whole() {
    let (grid, pool) = grid().await;
    query(DELETE, list([-1, 3], 2)).execute(&pool).await.unwrap();
    let ran_whole = ran(&grid);
    assert_eq!((ran_whole.len(), ran_whole[0].1.as_str()), (1, "DELETE id IN (7, $1, $2, $3)"));
    pool.set_options(pool.options().cluster(ClusterOptions::new().routing(false)));
    query(DELETE, list([0, 3], 2)).execute(&pool).await.unwrap();
    assert_eq!(ran(&grid).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn on_a_connection_a_statement_stays_whole() {
    let (grid, pool) = grid().await;
    let mut connection = on(&pool, 2).await;
    query(DELETE, list([0, 1], 2)).execute(&mut connection).await.unwrap();
    check(&ran(&grid), &[(2, "DELETE id IN (7, $1, $2, $3)")]);
}

#[tokio::test(start_paused = true)]
async fn a_write_in_parts_adds_up_and_names_its_parts() {
    let (grid, pool) = grid().await;
    let done = query(DELETE, list([0, 2, 3], 2)).execute(&pool).await.unwrap();
    check(
        &ran(&grid),
        &[(0, "DELETE id IN ($1, $2)"), (1, "DELETE id IN (7)"), (2, "DELETE id IN ($1, $2)")],
    );
    assert_eq!(done.rows_affected, Some(2 + 1));
    let parts = outcomes(&done.parts);
    let expected: [(_, &[u32], _); 3] = [
        (Some("r1"), &[0], Some(true)),
        (Some("r0"), &[1, 3], Some(true)),
        (Some("r2"), &[2, 4], Some(true)),
    ];
    assert_eq!(parts, expected);
}

#[tokio::test(start_paused = true)]
async fn rows_of_values_go_to_their_owners() {
    let (grid, pool) = grid().await;
    let done = query(ROWS, [Value::Int(5), Value::Int(3)]).execute(&pool).await.unwrap();
    check(&ran(&grid), &[(0, "INSERT ($1) END"), (2, "INSERT ($1), (8) END")]);
    assert_eq!(done.parts.len(), 2);
    let one = query(ROWS, [Value::Int(5), Value::Int(11)]).execute(&pool).await.unwrap();
    check(&ran(&grid), &[(2, "INSERT ($1), (8), ($2) END")]);
    assert!(one.parts.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_part_that_fails_leaves_the_others_and_says_so() {
    let (grid, pool) = grid().await;
    grid.fail(0, Error::new(ErrorKind::Constraint, "there is one already").with_code("23505"));
    let error = query(DELETE, list([0, 2, 3], 2)).execute(&pool).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.code(), error.is_retryable()),
        (ErrorKind::Constraint, Some("23505"), false)
    );
    assert_eq!(error.message(), "1 of 3 parts failed, 2 took effect: there is one already");
    assert_eq!(error.query(), Some("DELETE id IN (7, :a.., :b)"));
    let parts = outcomes(error.parts());
    let expected: [(_, &[u32], _); 3] = [
        (Some("r1"), &[0], Some(true)),
        (Some("r0"), &[1, 3], Some(false)),
        (Some("r2"), &[2, 4], Some(true)),
    ];
    assert_eq!(parts, expected);
    let Outcome::Failed(failed) = &error.parts()[1].outcome else { panic!("{error:?}") };
    assert_eq!(failed.query(), Some("DELETE id IN (7, :a.., :b)"));
    assert_eq!(ran(&grid).len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_part_is_sent_again_as_any_statement_is() {
    let (grid, pool) = grid().await;
    let lost = || Error::new(ErrorKind::Connection, "it broke");
    grid.fail(2, lost());
    let rows = query(SELECT, list([0, 5], 2)).fetch_all(&pool).await.unwrap();
    assert_eq!(rows.len(), 3);
    assert_eq!(ran(&grid).iter().filter(|(_, sql)| sql.contains("$2")).count(), 2);
    // Of a write that was lost on its way it is not known whether it took effect.
    grid.fail(1, lost());
    let error = query(DELETE, list([0, 5], 2)).execute(&pool).await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Ambiguous, false));
    let effects: Vec<Option<bool>> = error.parts().iter().map(Part::took_effect).collect();
    assert_eq!(effects, [None, Some(true), Some(true)]);
    // A server's word that it did nothing is another matter.
    ran(&grid);
    grid.fail(0, Error::new(ErrorKind::Server, "not now").with_retry());
    query(DELETE, list([0, 5], 2)).execute(&pool).await.unwrap();
    assert_eq!(ran(&grid).len(), 4);
}

#[tokio::test(start_paused = true)]
async fn an_error_of_one_part_ends_a_fetch() {
    let (grid, pool) = grid().await;
    grid.fail(2, Error::new(ErrorKind::Query, "no"));
    let error = query(SELECT, list([0, 5], 2)).fetch_all(&pool).await.unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::Query, "no"));
    // Its connections are not lost.
    tokio::time::sleep(ms(1)).await;
    assert_eq!(pool.stats().in_use, 0);
}

#[tokio::test(start_paused = true)]
async fn a_list_beyond_the_most_parameters_is_cut() {
    let (grid, pool) = grid().await;
    let ids = (0..150).map(|n| n * 3);
    let done = query(DELETE, list(ids, 0)).execute(&pool).await.unwrap();
    let sizes: Vec<(i64, usize)> = grid.ran().iter().map(|ran| (ran.node, ran.values.len())).collect();
    assert_eq!(sizes.iter().map(|(_, len)| len).max(), Some(&64));
    assert_eq!(sizes.len(), 1 + 3, "{sizes:?}");
    // The second 0 is left out: it would be deleted, or read, in another statement again.
    assert_eq!(done.rows_affected, Some(150));
    assert!(done.parts.iter().all(|part| part.items.len() <= 64));
}

#[tokio::test(start_paused = true)]
async fn a_list_is_cut_where_no_owner_is_known_too() {
    let (grid, pool) = grid().await;
    query(DELETE, list((0..200).chain([-1]), 0)).execute(&pool).await.unwrap();
    let mut sent: Vec<i64> = grid.ran().iter().flat_map(|ran| ran.values.clone()).collect();
    sent.sort_unstable();
    sent.dedup();
    // The 7 is a literal.
    assert_eq!(sent, (-1..200).filter(|id| *id != 7).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn one_connection_is_enough_for_all_parts() {
    let grid = Grid::of(3);
    let pool = pool(&grid, PoolOptions::new().max_connections(1)).await;
    let rows = query(SELECT, list(0..30, 0)).fetch_all(&pool).await.unwrap();
    assert!((0..30).all(|id| id == 7 || rows.contains(&id)), "{rows:?}");
    query(DELETE, list(0..30, 0)).execute(&pool).await.unwrap();
    assert_eq!(pool.stats().connections, 1);
}

#[tokio::test(start_paused = true)]
async fn many_rows_are_joined_by_owner() {
    let (grid, pool) = grid().await;
    let queries = (0..22).map(|n| query(ROW, [Value::Int(n * 2 % 3), Value::Int(n)]));
    let done = execute_many(queries, &pool).await.unwrap();
    let ran = grid.ran();
    let shape = |node: i64| -> Vec<usize> {
        ran.iter().filter(|ran| ran.node == node).map(|ran| ran.values.len() / 2).collect()
    };
    // 8, 7 and 7 rows.
    assert_eq!((shape(0), shape(1), shape(2)), (vec![8], vec![4, 2, 1], vec![4, 2, 1]));
    let Ran { sql, values, .. } = ran.iter().find(|ran| ran.node == 2 && ran.values.len() == 4).unwrap();
    assert_eq!((sql.as_str(), &values[..]), ("INSERT ($1, $2), ($3, $4)", &[2, 13, 2, 16][..]));
    let mut items: Vec<u32> = done.parts.iter().flat_map(|part| part.items.clone()).collect();
    items.sort_unstable();
    assert_eq!(items, (0..22).collect::<Vec<u32>>());
    assert_eq!(done.parts[0].owner.as_deref(), Some("r0"));
}

#[tokio::test(start_paused = true)]
async fn many_rows_stay_below_the_most_parameters() {
    let (grid, pool) = grid().await;
    let queries = (0..100).map(|n| query(ROW, [Value::Int(0), Value::Int(n)]));
    let done = execute_many(queries, &pool).await.unwrap();
    let ran = grid.ran();
    let rows: Vec<usize> = ran.iter().map(|ran| ran.values.len() / 2).collect();
    assert_eq!(rows, [32, 32, 32, 4]);
    let numbers: Vec<i64> =
        ran.iter().flat_map(|ran| ran.values.iter().skip(1).step_by(2).copied()).collect();
    assert_eq!(numbers, (0..100).collect::<Vec<i64>>());
    // Distinct values of each: 0 is a key and a number.
    assert_eq!(done.rows_affected, Some(32 + 33 + 33 + 5));
}

#[tokio::test(start_paused = true)]
async fn after_a_failure_nothing_more_is_sent_to_that_owner() {
    let (grid, pool) = grid().await;
    grid.fail(1, Error::new(ErrorKind::Constraint, "no"));
    let queries = (0..21).map(|n| query(ROW, [Value::Int(n % 3), Value::Int(n)]));
    let error = execute_many(queries, &pool).await.unwrap_err();
    assert_eq!(error.message(), "1 of 9 parts failed, 6 took effect: no");
    let of_one: Vec<(usize, bool)> = error
        .parts()
        .iter()
        .filter(|part| part.owner.as_deref() == Some("r1"))
        .map(|part| (part.items.len(), matches!(part.outcome, Outcome::NotSent)))
        .collect();
    assert_eq!(of_one, [(4, false), (2, true), (1, true)]);
    assert_eq!(grid.ran().len(), 7);
}

#[tokio::test(start_paused = true)]
async fn many_others_run_one_after_the_other() {
    let (grid, pool) = grid().await;
    let queries = || (0..6).map(|n| query(UPDATE, [Value::Int(n), Value::Int(10 + n)]));
    let done = execute_many(queries(), &pool).await.unwrap();
    let nodes: Vec<(i64, i64)> = grid.ran().iter().map(|ran| (ran.node, ran.values[1])).collect();
    assert_eq!(nodes, [(0, 0), (1, 1), (2, 2), (0, 3), (1, 4), (2, 5)]);
    assert_eq!((done.rows_affected, done.parts.len()), (Some(12), 1));
    grid.fail(2, Error::new(ErrorKind::Constraint, "no"));
    let error = execute_many(queries(), &pool).await.unwrap_err();
    let expected: [(_, &[u32], _); 3] =
        [(None, &[0, 1], Some(true)), (None, &[2], Some(false)), (None, &[3, 4, 5], Some(false))];
    assert_eq!(outcomes(error.parts()), expected);
    assert_eq!(grid.ran().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn many_rows_on_one_connection_are_joined_and_stay_there() {
    let (grid, pool) = grid().await;
    let mut connection = on(&pool, 1).await;
    let queries = (0..5).map(|n| query(ROW, [Value::Int(n), Value::Int(n)]));
    execute_many(queries, &mut connection).await.unwrap();
    check(&ran(&grid), &[(1, "INSERT ($1, $2)"), (1, "INSERT ($1, $2), ($3, $4), ($5, $6), ($7, $8)")]);
}

#[tokio::test(start_paused = true)]
async fn queries_of_several_call_sites_are_refused() {
    let (grid, pool) = grid().await;
    let two = [query(ROW, [Value::Int(1), Value::Int(1)]), query(UPDATE, [Value::Int(1), Value::Int(1)])];
    let error = execute_many(two, &pool).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Query);
    assert!(error.message().contains("several call sites"), "{error}");
    let bad =
        [query(ROW, [Value::Int(1), Value::Int(1)]), query(ROW, [Value::Int(1), Value::Invalid("nothing")])];
    let error = execute_many(bad, &pool).await.unwrap_err();
    assert_eq!(error.message(), "query 2: parameter 2: nothing");
    let none = execute_many(std::iter::empty::<Query<'_, Test, i64>>(), &pool).await.unwrap();
    assert!(none.rows_affected == Some(0) && none.parts.is_empty());
    assert_eq!(grid.ran().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_time_of_many_is_one() {
    let (grid, pool) = grid_of(PoolOptions::new().max_connections(3)).await;
    let held = [on(&pool, 0).await, on(&pool, 1).await, on(&pool, 2).await];
    let queries = (0..9).map(|n| query(ROW, [Value::Int(n), Value::Int(n)]).timeout(ms(100)));
    let began = tokio::time::Instant::now();
    let error = execute_many(queries, &pool).await.unwrap_err();
    assert_eq!(began.elapsed(), ms(100));
    assert!(error.parts().iter().all(|part| part.took_effect() == Some(false)), "{error:?}");
    drop(held);
    assert_eq!(grid.ran().len(), 0);
}

#[test]
fn what_is_known_of_routing_is_a_constant_fact() {
    const TIER: &str = match SELECT.key {
        Some(key) => key.tier,
        None => "",
    };
    assert_eq!(TIER, "hot");
    let key = query(ROW, [Value::Int(1), Value::Int(1)]).routing().unwrap();
    assert!(!key.splits() && key.columns[0].name == "id");
    assert!(ROWS.key.unwrap().splits());
}
