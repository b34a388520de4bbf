//! Libraries that [types] names and whose features are off: one error a source, whatever the number of queries.
//@ manifest: fixtures/libraries

querent::source!(pub Things: querent_ui_tests::Scripted);

querent::record! { pub struct Day from Things, "SELECT day FROM things" }

async fn run(pool: &querent::Pool<Things>) -> querent::Result<()> {
    let rows = querent::query!(Things, "SELECT day, at, amount FROM things").fetch_all(pool).await?;
    println!("{} {:?}", rows[0].day.format("%Y"), rows[0].at);
    let at = querent::query_scalar!(Things, "SELECT at FROM things WHERE day = $1", rows[0].day).fetch_one(pool).await?;
    println!("{}", at.timestamp());
    println!("{}", Day::query().fetch_one(pool).await?.day.format("%Y"));
    Ok(())
}

fn main() {
    let _ = run;
}
