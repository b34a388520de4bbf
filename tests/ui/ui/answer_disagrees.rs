//! What the server said of a query is not what the checker infers.

querent::source!(pub Orders);

async fn run(pool: &querent::Pool<Orders>) -> querent::Result<()> {
    querent::query!(Orders, "SELECT age, sign_of(born) AS sign FROM person").fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
