//! Checked SQL, a typed cache and a transaction on Apache Ignite 2: `cargo run -p querent-ignite-example [URL]`.
//!
//! `querent.toml` names the source, `ddl/shop.sql` its tables. A column, a type or a NULL that is not theirs does not
//! compile.

use querent::types::Date;
use querent::{Binary, Pool, cache, query, source};

source!(pub Shop);

/// An entry of the cache behind the table `account`: a row without its key.
#[derive(Debug, Binary)]
#[querent(source = Shop)]
struct Account {
    owner: String,
    cents: i64,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> querent::Result<()> {
    let url = std::env::args().nth(1);
    let pool = Pool::<Shop>::connect(url.as_deref().unwrap_or("ignite://127.0.0.1:10800")).await?;
    fill(&pool).await?;

    // SQL. `ids..` is a list, the part in {{ }} is sent only where `since` is Some, and what a LEFT JOIN can leave out is
    // an Option: `last` is Option<Date>, `owner` is String.
    let (ids, since) = ([1_i64, 2, 3], "2024-01-01".parse::<Date>().ok());
    let rows = query!(
        Shop,
        "SELECT a.owner, COUNT(p.id) AS purchases, MAX(p.placed) AS last
         FROM account a LEFT JOIN purchase p ON p.account_id = a.id {{ AND p.placed >= :since }}
         WHERE a.id IN (:ids..) GROUP BY a.owner ORDER BY a.owner",
        since,
        ids = &ids,
    )
    .fetch_all(&pool)
    .await?;
    for row in rows {
        let last = row.last.map_or_else(|| "never".to_owned(), |day| day.to_string());
        println!("{} bought {} things, last {last}", row.owner, row.purchases);
    }

    // Key-value: the same rows as entries of a cache, whose name, key and value are checked as well.
    let accounts = cache!(Shop, "Account", i64 => Account);
    println!("account 1: {:?}", accounts.get(&pool, &1).await?);

    for cents in [3_000, 1_000_000] {
        let done = transfer(&pool, 1, 2, cents).await?;
        println!("{cents} from 1 to 2: {}", if done { "done" } else { "not enough" });
    }
    let left = query!(Shop, "SELECT id, cents FROM account ORDER BY id").fetch_all(&pool).await?;
    for row in left {
        println!("account {}: {} cents", row.id, row.cents);
    }
    Ok(())
}

/// Moves money, or does nothing. Both accounts are locked until the end (by default a transaction is pessimistic), and
/// others wait.
async fn transfer(pool: &Pool<Shop>, from: i64, to: i64, cents: i64) -> querent::Result<bool> {
    let accounts = cache!(Shop, "Account", i64 => Account);
    let mut tx = pool.begin().await?;
    let (giver, taker) = (accounts.get(&mut tx, &from).await?, accounts.get(&mut tx, &to).await?);
    let (Some(giver), Some(taker)) = (giver, taker) else { return Ok(false) };
    if giver.cents < cents {
        // Dropped without `commit`, a transaction is taken back.
        return Ok(false);
    }
    accounts.put(&mut tx, &from, &Account { cents: giver.cents - cents, ..giver }).await?;
    accounts.put(&mut tx, &to, &Account { cents: taker.cents + cents, ..taker }).await?;
    tx.commit().await?;
    Ok(true)
}

/// Makes the tables, from the very file that the queries were checked against, and puts a few rows into them.
async fn fill(pool: &Pool<Shop>) -> querent::Result<()> {
    for statement in include_str!("../ddl/shop.sql").split(';').filter(|text| !text.trim().is_empty()) {
        querent::sql(statement).execute(pool).await?;
    }
    for (id, owner, cents) in [(1, "Ada", 10_000), (2, "Bob", 2_500), (3, "Cleo", 0)] {
        query!(Shop, "MERGE INTO account (id, owner, cents) VALUES (:id, :owner, :cents)", id, owner, cents)
            .execute(pool)
            .await?;
    }
    let placed = "2024-02-29".parse::<Date>().ok();
    for (account_id, id, item, placed) in [(1, 1, "ink", None), (1, 2, "pen", placed), (2, 1, "pad", placed)]
    {
        let purchase = query!(
            Shop,
            "MERGE INTO purchase (account_id, id, item, placed) VALUES (:account_id, :id, :item, :placed)",
            account_id,
            id,
            item,
            placed
        );
        purchase.execute(pool).await?;
    }
    Ok(())
}
