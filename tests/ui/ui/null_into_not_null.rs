//! NULL for a column that takes none, and a required column left out.

querent::source!(pub Flights: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    querent::query!(Flights, "INSERT INTO airlines (carrier, name) VALUES ('XX', NULL)").execute(pool).await?;
    querent::query!(Flights, "INSERT INTO airlines (carrier) VALUES ('XX')").execute(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
