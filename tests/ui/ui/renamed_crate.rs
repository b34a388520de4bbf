//! A dependency that was renamed, as `q = { package = "querent" }` does: function-like macros need nothing for it, derives
//! are told.
//@ pass
//@ renamed: q

q::source!(pub Flights: querent_ui_tests::Scripted);

/// Nothing else goes by the name.
mod querent {}

#[derive(q::Type)]
#[querent(crate = "q")]
pub struct Minutes(i64);

#[derive(q::Type)]
#[querent(crate = "::q", rename_all = "UPPERCASE")]
pub enum Carrier {
    Ua,
    Aa,
}

#[derive(q::Type)]
#[querent(crate = "q")]
#[repr(i64)]
pub enum Month {
    January = 1,
}

mod again {
    /// Under another path besides.
    pub use q as reexported;
}

#[derive(q::FromRow)]
#[querent(crate = "crate::again::reexported")]
pub struct Delay {
    pub dep_delay: Option<Minutes>,
    #[querent(flatten)]
    pub of: Of,
    #[querent(default)]
    pub seats: i64,
    #[querent(skip)]
    pub seen: bool,
}

#[derive(q::FromRow)]
#[querent(crate = "q")]
pub struct Of {
    pub carrier: Carrier,
}

q::record! {
    #[derive(Debug)]
    pub struct Late from Flights, "SELECT carrier, dep_delay FROM flights WHERE month = :month"
}

pub async fn run(pool: &q::Pool<Flights>, month: i64) -> q::Result<()> {
    let late = Late::query(Month::January).fetch_all(pool).await?;
    let flights = q::query!(Flights, "SELECT flight FROM flights WHERE month = :month AND carrier IN (:of..)", month, of = &["UA"]);
    let flight = again::reexported::query_scalar!(Flights, "SELECT flight FROM flights WHERE carrier = $1", Carrier::Aa);
    let rows: Vec<Delay> = q::sql("SELECT dep_delay, carrier FROM flights").fetch_all(pool).await?;
    println!("{late:?} {:?} {:?} {}", flights.fetch_all(pool).await?, flight.fetch_optional(pool).await?, rows.len());
    Ok(())
}

fn main() {}
