//! query_as! of a statement without rows, and without a type.

querent::source!(pub Flights: querent_ui_tests::Scripted);

struct Named {
    name: String,
}

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    querent::query_as!(Flights, Named, "DELETE FROM airlines").execute(pool).await?;
    querent::query_as!("SELECT name FROM airlines").fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
