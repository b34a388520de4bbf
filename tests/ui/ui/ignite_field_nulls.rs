//! Fields that may be null in the cluster and not here, and the other way round.

use querent::Binary;

querent::source!(pub Orders);

#[derive(Binary)]
#[querent(source = Orders, type = "org.Person")]
struct Person {
    name: Option<String>,
    age: i32,
    #[querent(default)]
    born: querent::types::Date,
}

fn main() {}
