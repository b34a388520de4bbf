//! What the server said of a query is older than a table of it.

querent::source!(pub Orders);

async fn run(pool: &querent::Pool<Orders>) -> querent::Result<()> {
    querent::query!(Orders, "SELECT size_of(name) AS size FROM city").fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
