//! A value that may be absent beside a comparison that refuses NULL; and what to write instead.

querent::source!(pub Stats);

async fn run(pool: &querent::Pool<Stats>, year: Option<i32>) -> querent::Result<()> {
    querent::query!(Stats, "SELECT year FROM airlines WHERE year = :year LIMIT 5", year).fetch_all(pool).await?;
    querent::query!(Stats, "SELECT year FROM airlines WHERE year BETWEEN 1990 AND :year LIMIT 5", year).fetch_all(pool).await?;
    querent::query!(Stats, "SELECT year FROM airlines WHERE year > 0 {{ AND year = :year }} LIMIT 5", year).fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
