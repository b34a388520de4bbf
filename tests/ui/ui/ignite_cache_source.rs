//! Caches of sources that have none, or that are not there.

querent::source!(pub Flights: querent_ui_tests::Scripted);
querent::source!(pub Stats);

enum Nobody {}

fn main() {
    let _ = querent::cache!(Flights, "people", i64 => i64);
    let _ = querent::cache!(Stats, "people", i64 => i64);
    let _ = querent::cache!(Nobody, "people", i64 => i64);
}
