//! The place of an error in a text of several pieces, with escapes.

querent::source!(pub Flights: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    querent::query!(
        Flights,
        "SELECT \t flight, " + r#"carrier FROM flights "# + "WHERE carrier = \u{27}UA\u{27} \
           AND mnoth = 1" + ""
    )
    .fetch_all(pool)
    .await?;
    Ok(())
}

fn main() {
    let _ = run;
}
