//! Checked queries on Picodata: `cargo run -p querent-picodata-example URL [TENANT]`.
//!
//! No registry carries a Picodata server. `tests/servers/picodata.sh start` gives a stand-in: three PostgreSQL 15 with
//! Picodata's catalog, which share no data, so that a row is found on the node that the driver sends it to and on no other.
//! The program says which of the two it runs on. `querent.toml` names the source, `schema/orders.sql` its table.

use std::time::Duration;

use querent::cluster::ClusterOptions;
use querent::types::Decimal;
use querent::{ErrorKind, Pool, PoolOptions, execute_many, query, source};

source!(pub Shop);

#[tokio::main(flavor = "current_thread")]
async fn main() -> querent::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let Some(url) = arguments.next() else {
        println!(
            "say where: picodata://user:password@host:port (`tests/servers/picodata.sh start` prints one)"
        );
        return Ok(());
    };
    let tenant = arguments.next().and_then(|tenant| tenant.parse().ok()).unwrap_or(1_i64);
    // The owner of a row is waited for rather than another asked: on a stand-in nobody else has the row.
    let patient = ClusterOptions::new().routing_timeout(Duration::from_secs(5));
    let pool: Pool<Shop> = PoolOptions::new().cluster(patient).connect(&url).await?;
    cluster(&pool).await?;
    let codes: Vec<String> = (1..=5).map(|n| format!("order-{n}")).collect();
    fill(&pool, tenant, &codes).await?;
    read(&pool, tenant, &codes).await?;
    again(&pool, tenant, &codes[0]).await
}

/// Who is there. What a user may not know is told, with what would help.
async fn cluster(pool: &Pool<Shop>) -> querent::Result<()> {
    let (version,): (String,) = querent::sql("SELECT version()").fetch_one(pool).await?;
    let stands_in = version.starts_with("PostgreSQL");
    println!("{}", if stands_in { "PostgreSQL stands in for Picodata" } else { "Picodata" });
    let stats = pool.stats();
    let mut names: Vec<String> =
        stats.nodes.iter().map(|node| format!("{} ({})", node.node.name, node.node.tier)).collect();
    names.sort();
    println!("nodes: {}", names.join(", "));
    for step in stats.topology.iter().flat_map(|topology| &topology.steps) {
        if let Some(missing) = &step.missing {
            println!("{} not known: {missing}", step.name);
        }
    }
    Ok(())
}

/// Rows of one tenant, anew. One INSERT is written; those of one owner go together.
async fn fill(pool: &Pool<Shop>, tenant: i64, codes: &[String]) -> querent::Result<()> {
    for code in codes {
        query!(Shop, "DELETE FROM orders WHERE tenant = :tenant AND code = :code", tenant, code)
            .execute(pool)
            .await?;
    }
    let amounts: [Option<Decimal>; 5] = ["1.50", "20", "300.25", "0", "19.99"].map(|text| text.parse().ok());
    let inserts = codes.iter().zip(&amounts).map(|(code, amount)| {
        query!(
            Shop,
            "INSERT INTO orders (tenant, code, amount) VALUES (:tenant, :code, :amount)",
            tenant,
            code,
            amount
        )
    });
    let done = execute_many(inserts, pool).await?;
    println!("{} rows written", done.rows_affected.unwrap_or_default());
    Ok(())
}

/// Each from the node that holds it: the checker knows the distribution key, the driver its hash.
async fn read(pool: &Pool<Shop>, tenant: i64, codes: &[String]) -> querent::Result<()> {
    for code in codes {
        let row = query!(
            Shop,
            "SELECT amount, pico_instance_uuid() AS node FROM orders WHERE tenant = :tenant AND code = :code",
            tenant,
            code
        )
        .fetch_one(pool)
        .await?;
        let amount = row.amount.map_or_else(|| "nothing".to_owned(), |amount| amount.to_string());
        println!("{code}: {amount}, read on {}", row.node.unwrap_or_default());
    }
    Ok(())
}

/// What is there already is refused, and the error repeats nothing of the row.
async fn again(pool: &Pool<Shop>, tenant: i64, code: &str) -> querent::Result<()> {
    let insert = query!(Shop, "INSERT INTO orders (tenant, code) VALUES (:tenant, :code)", tenant, code);
    match insert.execute(pool).await {
        Err(error) if error.kind() == ErrorKind::Constraint => println!("{code} is there already"),
        outcome => println!("unexpected: {outcome:?}"),
    }
    Ok(())
}
