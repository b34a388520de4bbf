//! Declarations of records that cannot be.

querent::source!(pub Flights: querent_ui_tests::Scripted);

querent::record! { pub struct Borrowed<'b> from Flights, "SELECT carrier FROM flights" }
querent::record! { pub struct NoSource, "SELECT carrier FROM flights" }
querent::record! { pub struct Wrong from Flights, "SELECT carier FROM flights" }
querent::record! { pub struct Arguments from Flights, "SELECT carrier FROM flights WHERE month = :month", month = 1 }
querent::record! { pub struct NoRows from Flights, "DELETE FROM flights" }
querent::record! { pub enum Other from Flights, "SELECT carrier FROM flights" }

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    let _ = pool;
    Ok(())
}

fn main() {
    let _ = run;
}
