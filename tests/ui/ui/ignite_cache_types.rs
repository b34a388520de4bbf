//! Keys and values of other types than a cache has.

use querent::Binary;

querent::source!(pub Orders);

#[derive(Binary)]
#[querent(type = "org.Persona")]
struct Persona {
    name: String,
}

#[derive(Binary)]
#[querent(type = "org.Person")]
enum Person {
    Ada,
}

#[derive(Binary)]
struct Color {
    name: String,
}

struct Plain;

fn main() {
    let _ = querent::cache!(Orders, "people", i32 => querent::ignite::wire::Value);
    let _ = querent::cache!(Orders, "people", i64 => Persona);
    let _ = querent::cache!(Orders, "people", i64 => Person);
    let _ = querent::cache!(Orders, "people", i64 => String);
    let _ = querent::cache!(Orders, "colors", String => Color);
    let _ = querent::cache!(Orders, "orders", i32 => f64);
    let _ = querent::cache!(Orders, "names", String => Vec<String>);
    let _ = querent::cache!(Orders, "people", u64 => Plain);
}
