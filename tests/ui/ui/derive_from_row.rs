//! Mistakes in `#[derive(FromRow)]`.

use querent::FromRow;

#[derive(FromRow)]
#[querent(rename_al = "camelCase")]
struct Container {
    id: i64,
}

#[derive(FromRow)]
#[querent(rename_all = "Camel")]
struct Case {
    id: i64,
}

#[derive(FromRow)]
struct Fields {
    #[querent(renam = "x")]
    id: i64,
    #[querent(skip, rename = "y")]
    name: String,
    #[querent(flatten, default)]
    inner: Inner,
    #[querent(rename)]
    other: i64,
}

#[derive(FromRow)]
struct Inner {
    x: i64,
}

#[derive(FromRow)]
enum Enum {
    A,
}

fn main() {}
