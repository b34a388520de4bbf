//! A cache older than querent.toml.
//@ manifest: fixtures/stale

#[derive(querent::Binary)]
#[querent(source = Flights)]
struct Person {
    name: String,
}

fn main() {
    let _ = querent::cache!(Flights, "people", i64 => i64);
}
