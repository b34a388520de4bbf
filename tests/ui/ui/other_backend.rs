//! What one backend has, asked of another.

use querent::ignite::IgniteQuery;

querent::source!(pub Grid);
querent::source!(pub Stats);

async fn ignite_of_pinot(pool: &querent::Pool<Stats>) -> querent::Result<()> {
    querent::query!(Stats, "SELECT year FROM airlines LIMIT 5").schema("PUBLIC").fetch_all(pool).await?;
    querent::query!(Stats, "SELECT year FROM airlines LIMIT 5").partitions([1]).fetch_all(pool).await?;
    Ok(())
}

async fn transactions(pinot: &querent::Pool<Stats>, old: &querent::Pool<Grid>) -> querent::Result<()> {
    pinot.begin().await?.commit().await?;
    pinot.begin_with(querent::ignite::TransactionOptions::new()).await?.commit().await?;
    old.begin().await?.commit().await
}

fn main() {
    let _ = (ignite_of_pinot, transactions);
}
