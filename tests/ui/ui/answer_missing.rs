//! A function that neither the checker nor the cache knows.

querent::source!(pub Orders);

async fn run(pool: &querent::Pool<Orders>) -> querent::Result<()> {
    querent::query!(Orders, "SELECT UPER(name) AS u, shape_of(name) AS shape FROM person").fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
