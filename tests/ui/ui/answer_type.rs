//! An argument, and a field, of other types than the server told `querent prepare`.

querent::source!(pub Orders);

struct Sign {
    name: String,
    sign: i64,
}

async fn run(pool: &querent::Pool<Orders>) -> querent::Result<()> {
    let of = "SELECT";
    querent::query!(Orders, "SELECT name, sign_of(born, :of) AS sign FROM person", of).fetch_all(pool).await?;
    let rows = querent::query_as!(Orders, Sign, "SELECT name, sign_of(born, :of) AS sign FROM person", of = 3);
    println!("{}", rows.fetch_one(pool).await?.name);
    Ok(())
}

fn main() {
    let _ = run;
}
