//! Mistakes in `#[derive(Type)]`.

use querent::Type;

#[derive(Type)]
struct Two(i64, i64);

#[derive(Type)]
struct None;

#[derive(Type)]
#[querent(rename_all = "lowercase")]
struct Renamed(i64);

#[derive(Type)]
enum WithFields {
    A(i64),
    B { x: i64 },
}

#[derive(Type)]
#[querent(rename_all = "lowercase")]
enum Same {
    One,
    #[querent(rename = "one")]
    Two,
}

#[derive(Type)]
#[repr(u8)]
enum Number {
    #[querent(rename = "one")]
    One = 1,
}

#[derive(Type)]
struct Generic<T>(T);

#[derive(Type)]
#[querent(transparent)]
enum Transparent {
    A,
}

#[derive(Type)]
union Union {
    a: i64,
}

fn main() {}
