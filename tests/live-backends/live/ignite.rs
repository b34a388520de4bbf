//! Checked queries on Apache Ignite 2.17.0: the H2 engine (`Orders`) and the Calcite engine (`Ledger`).

use futures_util::TryStreamExt as _;
use querent::types::{Date, Decimal, Timestamp, Uuid};
use querent::{ErrorKind, Pool, query, query_as, record};
use tokio::sync::Mutex;

querent::source!(pub Orders);
querent::source!(pub Ledger);

/// The tests of the H2 engine.
pub(crate) mod h2 {
    use super::*;

    crate::tests! {
        a_row_of_every_type_comes_back,
        the_nullable_side_of_a_join_is_an_option,
        sections_and_spreads_are_sent,
        a_long_result_comes_in_pages,
        a_record_runs_again_and_again,
        a_refused_statement_leaves_the_pool_good,
        rows_are_entries_of_a_cache,
    }
}

/// The tests of the Calcite engine.
pub(crate) mod calcite {
    use super::*;

    crate::tests! {
        calcite_merges_and_groups,
        calcite_joins_fully,
    }
}

/// The tables are made from the very file that the queries were checked against.
async fn orders(url: &str) -> Pool<Orders> {
    let pool = Pool::connect(url).await.expect("a node");
    make(&pool, include_str!("../ddl/orders.sql")).await;
    pool
}

async fn ledger(url: &str) -> Pool<Ledger> {
    let pool = Pool::connect(url).await.expect("a node");
    make(&pool, include_str!("../ddl/ledger.sql")).await;
    pool
}

/// Two that ask for one table at once are told that it is there, IF NOT EXISTS or not (2.17.0).
static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

async fn make<S: querent::Source>(pool: &Pool<S>, ddl: &str) {
    let _turn = ONE_AT_A_TIME.lock().await;
    let code: String =
        ddl.lines().filter(|line| !line.starts_with("--")).map(|line| format!("{line}\n")).collect();
    for statement in code.split(';').filter(|statement| statement.contains("CREATE")) {
        querent::sql(statement).execute(pool).await.expect("a table");
    }
}

fn decimal(text: &str) -> Decimal {
    text.parse().expect("a decimal")
}

async fn order(pool: &Pool<Orders>, customer_id: i32, id: i64, amount: Decimal) {
    let key = query!(
        Orders,
        "MERGE INTO orders (customer_id, id, amount) VALUES (:customer_id, :id, :amount)",
        customer_id,
        id,
        amount
    );
    key.execute(pool).await.expect("an order");
}

async fn a_row_of_every_type_comes_back(url: String) {
    let pool = orders(&url).await;
    let (customer_id, id) = (100, i64::MAX);
    let placed: Date = "2024-02-29".parse().expect("a date");
    let token: Uuid = "6ba7b810-9dad-11d1-80b4-00c04fd430c8".parse().expect("a UUID");
    let noted: Timestamp = "2024-02-29T12:34:56.789012".parse().expect("a timestamp");
    let amount = decimal("-1.50");
    let note = "été 你好 😀 'q' \"d\" \\";
    let written = query!(
        Orders,
        "MERGE INTO orders (customer_id, id, placed, amount, weight, token, paid, noted, note)
         VALUES (:customer_id, :id, :placed, :amount, :weight, :token, :paid, :noted, :note)",
        customer_id,
        id,
        placed,
        amount = &amount,
        weight = f64::MIN,
        token,
        paid = true,
        noted,
        note
    );
    assert_eq!(written.execute(&pool).await.expect("a row").rows_affected, Some(1));
    let row = query!(
        Orders,
        "SELECT id, placed, amount, weight, token, paid, noted, note FROM orders
         WHERE customer_id = :customer_id AND note = :note",
        customer_id,
        note
    )
    .fetch_one(&pool)
    .await
    .expect("the row");
    let (found, amount): (i64, Decimal) = (row.id, row.amount);
    assert_eq!((found, amount.to_string().as_str()), (id, "-1.50"));
    assert_eq!(
        (row.placed, row.weight, row.token, row.paid),
        (Some(placed), Some(f64::MIN), Some(token), Some(true))
    );
    // WHERE says that there is a note.
    assert_eq!((row.noted, row.note.as_str()), (Some(noted), note));
}

async fn the_nullable_side_of_a_join_is_an_option(url: String) {
    let pool = orders(&url).await;
    order(&pool, 201, 1, decimal("10.00")).await;
    order(&pool, 202, 1, decimal("20.00")).await;
    let customer =
        query!(Orders, "MERGE INTO customers (id, name) VALUES (:id, :name)", id = 201, name = "Ada");
    customer.execute(&pool).await.expect("a customer");
    let rows = query!(
        Orders,
        "SELECT o.customer_id, c.name, COUNT(*) AS n, SUM(o.amount) AS total
         FROM orders o LEFT JOIN customers c ON c.id = o.customer_id
         WHERE o.customer_id IN (:ids..) GROUP BY o.customer_id, c.name ORDER BY o.customer_id",
        ids = &[201, 202]
    )
    .fetch_all(&pool)
    .await
    .expect("rows");
    // c.name is NOT NULL in its table; the server calls it so here, too, and sends a NULL.
    let names: Vec<Option<&str>> = rows.iter().map(|row| row.name.as_deref()).collect();
    assert_eq!(names, [Some("Ada"), None]);
    let counts: Vec<i64> = rows.iter().map(|row| row.n).collect();
    assert_eq!(counts, [1, 1]);
    assert_eq!(rows[1].total, decimal("20.00"));
}

async fn sections_and_spreads_are_sent(url: String) {
    let pool = orders(&url).await;
    for id in 1..=20 {
        order(&pool, 300, id, Decimal::from(id)).await;
    }
    let found = async |ids: &[i64], floor: Option<Decimal>| {
        query!(
            Orders,
            "SELECT id FROM orders WHERE customer_id = 300 AND id IN (:ids..) {{ AND amount >= :floor }}",
            ids,
            floor
        )
        .fetch_all(&pool)
        .await
        .expect("rows")
        .len()
    };
    assert_eq!(found(&[1, 2, 3, 19, 77], None).await, 4);
    assert_eq!(found(&[1, 2, 3, 19, 77], Some(decimal("3"))).await, 2);
    assert_eq!(found(&[], None).await, 0);
}

async fn a_long_result_comes_in_pages(url: String) {
    let pool = orders(&url).await;
    let rows = query!(Orders, "SELECT x FROM SYSTEM_RANGE(1, 10000)").page_size(7).fetch(&pool);
    let numbers: Vec<i64> = rows.map_ok(|row| row.x).try_collect().await.expect("rows");
    assert_eq!((numbers.len(), numbers.iter().sum::<i64>()), (10_000, 50_005_000));
}

record! {
    #[derive(Debug, PartialEq)]
    pub(crate) struct Cheapest from Orders,
        "SELECT TOP 1 id, amount FROM orders WHERE customer_id = :customer_id ORDER BY amount"
}

async fn a_record_runs_again_and_again(url: String) {
    let pool = orders(&url).await;
    // Those of a run before: the cheaper one would be found first.
    query!(Orders, "DELETE FROM orders WHERE customer_id = 400").execute(&pool).await.expect("a delete");
    for (id, amount) in [(1, "5.00"), (2, "4.00")] {
        order(&pool, 400, id, decimal(amount)).await;
        let found = Cheapest::query(400).fetch_one(&pool).await.expect("an order");
        assert_eq!(found, Cheapest { id, amount: decimal(amount) });
    }
    assert!(Cheapest::query(-1).fetch_optional(&pool).await.expect("an answer").is_none());
}

async fn a_refused_statement_leaves_the_pool_good(url: String) {
    let pool = orders(&url).await;
    let error = querent::sql("SELECT nothing FROM orders").fetch_all::<(i64,), _, _>(&pool).await;
    let error = error.expect_err("a name that is not there");
    assert_eq!((error.kind(), error.code()), (ErrorKind::Query, Some("42000")));
    let amount = decimal("1");
    let insert = async || {
        query!(
            Orders,
            "INSERT INTO orders (customer_id, id, amount, note) VALUES (500, 1, :amount, :note)",
            amount = &amount,
            note = "s3cret"
        )
        .execute(&pool)
        .await
    };
    // A run before may have left it there.
    let _first = insert().await;
    let error = insert().await.expect_err("the key is there");
    assert_eq!((error.kind(), error.code()), (ErrorKind::Constraint, Some("23000")));
    assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
    assert_eq!(query!(Orders, "SELECT 1 AS one").fetch_one(&pool).await.expect("a row").one, 1);
}

#[derive(Debug, PartialEq, querent::Binary)]
#[querent(source = Orders)]
struct OrderKey {
    customer_id: i32,
    id: i64,
}

#[derive(Debug, PartialEq, querent::Binary)]
#[querent(source = Orders)]
struct Order {
    placed: Option<Date>,
    amount: Decimal,
    weight: Option<f64>,
    token: Option<Uuid>,
    paid: Option<bool>,
    noted: Option<Timestamp>,
    note: Option<String>,
}

async fn rows_are_entries_of_a_cache(url: String) {
    let pool = orders(&url).await;
    let cache = querent::cache!(Orders, "orders", OrderKey => Order);
    let key = OrderKey { customer_id: 600, id: 1 };
    order(&pool, key.customer_id, key.id, decimal("7.50")).await;
    let found = cache.get(&pool, &key).await.expect("an answer").expect("an order");
    assert_eq!((found.amount.to_string().as_str(), found.placed, found.note), ("7.50", None, None));

    let placed: Date = "2024-02-29".parse().expect("a date");
    let changed = Order {
        placed: Some(placed),
        amount: decimal("8.25"),
        weight: Some(0.5),
        token: None,
        paid: Some(true),
        noted: None,
        note: Some("put".to_owned()),
    };
    cache.put(&pool, &key, &changed).await.expect("a put");
    let row = query!(Orders, "SELECT placed, amount, note FROM orders WHERE customer_id = 600 AND id = 1");
    let row = row.fetch_one(&pool).await.expect("the row");
    assert_eq!((row.placed, row.amount, row.note.as_deref()), (Some(placed), decimal("8.25"), Some("put")));
    assert_eq!(cache.get(&pool, &key).await.expect("an answer"), Some(changed));
    assert!(cache.remove(&pool, &key).await.expect("an answer"));
    assert!(cache.get(&pool, &key).await.expect("an answer").is_none());
}

#[derive(Debug, PartialEq)]
struct Account {
    owner: String,
    balance: Decimal,
    opened: Option<Date>,
}

async fn calcite_merges_and_groups(url: String) {
    let pool = ledger(&url).await;
    query!(Ledger, "DELETE FROM accounts WHERE id < 100").execute(&pool).await.expect("a delete");
    for (id, owner, balance) in [(1, "Ada", "10.50"), (2, "Bob", "20.00"), (3, "Ada", "1.00")] {
        let balance = decimal(balance);
        let made = query!(
            Ledger,
            "INSERT INTO accounts (id, owner, balance, opened) VALUES (:id, :owner, :balance, DATE '2024-02-29')",
            id,
            owner,
            balance = &balance
        );
        assert_eq!(made.execute(&pool).await.expect("an account").rows_affected, Some(1));
    }
    let account =
        query_as!(Ledger, Account, "SELECT owner, balance, opened FROM accounts WHERE id = :id", id = 1);
    let expected =
        Account { owner: "Ada".into(), balance: decimal("10.50"), opened: "2024-02-29".parse().ok() };
    assert_eq!(account.fetch_one(&pool).await.expect("an account"), expected);
    let rows = query!(
        Ledger,
        "SELECT owner, COUNT(*) AS n, SUM(balance) AS total FROM accounts WHERE id < 100 GROUP BY owner ORDER BY owner"
    )
    .fetch_all(&pool)
    .await
    .expect("rows");
    let counts: Vec<(&str, i64)> = rows.iter().map(|row| (row.owner.as_str(), row.n)).collect();
    assert_eq!(counts, [("Ada", 2), ("Bob", 1)]);
    assert_eq!(rows[0].total, decimal("11.50"));
}

async fn calcite_joins_fully(url: String) {
    let pool = ledger(&url).await;
    let rows = query!(
        Ledger,
        "SELECT a.n AS l, b.n AS r FROM (VALUES (1), (2)) AS a (n) FULL JOIN (VALUES (2), (3)) AS b (n) ON a.n = b.n
         ORDER BY COALESCE(a.n, b.n)"
    )
    .fetch_all(&pool)
    .await
    .expect("rows");
    let pairs: Vec<(Option<i32>, Option<i32>)> = rows.iter().map(|row| (row.l, row.r)).collect();
    assert_eq!(pairs, [(Some(1), None), (Some(2), Some(2)), (None, Some(3))]);
}
