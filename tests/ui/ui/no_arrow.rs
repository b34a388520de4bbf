//! Record batches of a backend that has none, checked and of the run time.

querent::source!(pub Orders);
querent::source!(pub Stats);

async fn of_pinot(pool: &querent::Pool<Stats>) -> querent::Result<()> {
    querent::query!(Stats, "SELECT year FROM airlines LIMIT 5").fetch_arrow(pool).await?;
    Ok(())
}

async fn of_ignite(pool: &querent::Pool<Orders>) -> querent::Result<()> {
    querent::query!(Orders, "SELECT name FROM city").fetch_arrow(pool).await?;
    let _batches = querent::query!(Orders, "SELECT name FROM city").fetch_arrow_batches(pool);
    querent::sql("SELECT name FROM city").fetch_arrow(pool).await?;
    Ok(())
}

fn main() {
    let _ = (of_pinot, of_ignite);
}
