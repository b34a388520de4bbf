//! Two columns of one name.

querent::source!(pub Flights: querent_ui_tests::Scripted);

struct Named {
    name: String,
}

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    querent::query_as!(Flights, Named, "SELECT a.name, p.name FROM airlines AS a, airports AS p").fetch_all(pool).await?;
    querent::query!(Flights, "SELECT a.name, p.name FROM airlines AS a, airports AS p").fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
