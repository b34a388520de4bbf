//! Fields that a binary type does not have, or has besides; affinity keys that are none.

use querent::Binary;

querent::source!(pub Orders);

#[derive(Binary)]
#[querent(source = Orders, type = "org.Person")]
struct Misspelt {
    nmae: String,
    age: Option<i32>,
    #[querent(rename = "DIED")]
    born: Option<querent::types::Date>,
}

#[derive(Binary)]
#[querent(source = Orders, type = "org.Person")]
struct Fewer {
    name: String,
}

#[derive(Binary)]
#[querent(source = Orders, type = "org.Person", rename_all = "kebab-case")]
struct Twice {
    name: String,
    #[querent(rename = "Name")]
    other: String,
    age: Option<i32>,
    born: Option<querent::types::Date>,
}

#[derive(Binary)]
#[querent(source = Orders)]
struct OrderKey {
    customer: i32,
    #[querent(affinity)]
    id: i64,
}

#[derive(Binary)]
#[querent(source = Orders, type = "org.Person", partial)]
struct Person {
    #[querent(affinity)]
    name: String,
}

#[derive(Binary)]
struct Two {
    #[querent(affinity)]
    a: i32,
    #[querent(affinity)]
    b: i32,
}

fn main() {}
