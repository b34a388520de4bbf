//! Forms that must compile without a word, also where lints are strict.
//@ pass
#![deny(warnings, unused, missing_docs, clippy::all)]

/// Everything under another name, as a crate may re-export it.
pub mod reexported {
    pub use querent as database;
}

reexported::database::source!(
    /// Documented.
    pub Flights: querent_ui_tests::Scripted
);

reexported::database::record! {
    /// Documented.
    #[derive(Clone, Debug)]
    pub struct Late from Flights, "SELECT carrier, dep_delay FROM flights WHERE dep_delay > :minutes"
}

macro_rules! counted {
    ($source:ident, $sql:expr, $($argument:tt)*) => {
        reexported::database::query_scalar!($source, $sql, $($argument)*)
    };
}

macro_rules! wrapped {
    ($sql:literal, $value:expr) => {
        reexported::database::query!(Flights, $sql, $value)
    };
}

async fn run(pool: &reexported::database::Pool<Flights>) -> reexported::database::Result<()> {
    let rows = wrapped!("SELECT flight AS \"type\", carrier AS \"Carrier\" FROM flights WHERE month = $1", 1 + 2_i64)
        .fetch_all(pool)
        .await?;
    for row in &rows {
        println!("{} {}", row.r#type, row.Carrier);
    }
    let n: Option<i64> =
        counted!(Flights, "SELECT max(flight) FROM " + "flights WHERE month = $1", 3).fetch_one(pool).await?;
    assert!(n.is_some());
    let r#type = "UA";
    let unread = reexported::database::query!(Flights, unchecked, "SELECT flight FROM flights WHERE carrier = :type");
    unread.execute(pool).await?;
    for late in Late::query(&5_i64).fetch_all(pool).await? {
        println!("{late:?} {}", late.clone().carrier);
    }
    Ok(())
}

fn main() {
    let _ = run;
}
