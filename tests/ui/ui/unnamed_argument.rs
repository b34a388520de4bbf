//! An expression for a named parameter, and a name for a numbered one.

querent::source!(pub Flights: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    let filter = (1_i64,);
    querent::query!(Flights, "SELECT flight FROM flights WHERE month = :month", filter.0).fetch_all(pool).await?;
    struct Filter {
        month: i64,
    }
    let filter = Filter { month: 1 };
    querent::query!(Flights, "SELECT flight FROM flights WHERE month = :month", filter.month).fetch_all(pool).await?;
    querent::query!(Flights, "SELECT flight FROM flights WHERE month = $1", month = 1_i64).fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
