//! A transaction on a source whose server has none.

querent::source!(pub Flights: querent_ui_tests::Scripted);
querent::source!(pub Plain: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>, other: &querent::Pool<Plain>) -> querent::Result<()> {
    let transaction = other.begin().await?;
    transaction.commit().await?;
    Ok(())
}

fn main() {
    let _ = run;
}
