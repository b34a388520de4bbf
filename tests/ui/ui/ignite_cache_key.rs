//! Keys and values that a cache's operations do not take, and a pool of another source.

querent::source!(pub Orders);
querent::source!(pub Grid);

async fn run(pool: &querent::Pool<Orders>, other: &querent::Pool<Grid>) -> querent::Result<()> {
    let cache = querent::cache!(Orders, "anything", i64 => i32);
    cache.get(pool, &1_i32).await?;
    cache.put(pool, &1, &"one").await?;
    cache.get(other, &1).await?;
    let free = querent::cache!(Orders, "anything", u64 => i32);
    free.get(pool, &1).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
