//! No cache at all: one error, whatever the number of queries.
//@ nowhere

querent::source!(pub Flights: querent_ui_tests::Scripted);

querent::record! { pub struct Top from Flights, "SELECT carrier FROM flights" }

struct Named {
    name: String,
}

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    let rows = querent::query!(Flights, "SELECT carrier FROM airlines").fetch_all(pool).await?;
    println!("{}", rows[0].carrier);
    for row in querent::query_as!(Flights, Named, "SELECT name FROM airlines").fetch_all(pool).await? {
        println!("{}", row.name);
    }
    let count: i64 = querent::query_scalar!(Flights, "SELECT count(*) FROM airlines").fetch_one(pool).await?;
    println!("{count}");
    for top in Top::query().fetch_all(pool).await? {
        println!("{}", top.carrier);
    }
    Ok(())
}

async fn connect() -> querent::Result<()> {
    run(&querent::Pool::<Flights>::connect("scripted://").await?).await
}

fn main() {
    let _ = connect;
}
