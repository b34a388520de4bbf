//! What no object of Ignite can be made of, and attributes that are none.

use querent::Binary;

#[derive(Binary)]
struct Tuple(i32);

#[derive(Binary)]
struct Unit;

#[derive(Binary)]
union Union {
    a: i32,
}

#[derive(Binary)]
struct Generic<T> {
    a: T,
}

#[derive(Binary)]
#[querent(sauce = Orders)]
struct Misspelt {
    #[querent(renam = "b")]
    a: i32,
}

#[derive(Binary)]
#[querent(rename_all = "Title Case")]
struct Cased {
    a: i32,
}

#[derive(Binary)]
struct Attributes {
    #[querent(flatten)]
    a: i32,
    #[querent(skip)]
    b: i32,
}

#[derive(Binary)]
struct Unsigned {
    good: i32,
    #[querent(default)]
    a: u32,
}

fn main() {}
