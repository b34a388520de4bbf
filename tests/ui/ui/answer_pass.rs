//! A function of the user's own, whose types the server told `querent prepare`.
//@ pass

querent::source!(pub Orders);

querent::record! {
    struct Signs from Orders, "SELECT name, sign_of(born, ?) AS sign FROM person"
}

async fn run(pool: &querent::Pool<Orders>) -> querent::Result<()> {
    let rows = querent::query!(Orders, "SELECT name, sign_of(born, :zone) AS sign FROM person", zone = 3_i32)
        .fetch_all(pool)
        .await?;
    let (_, _): (&String, &Option<String>) = (&rows[0].name, &rows[0].sign);
    let rows = Signs::query(3_i32).fetch_all(pool).await?;
    let (_, _): (&String, &Option<String>) = (&rows[0].name, &rows[0].sign);
    Ok(())
}

fn main() {
    let _ = run;
}
