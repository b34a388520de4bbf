//! Binary types that are not there, and sources that have none.

use querent::Binary;

querent::source!(pub Orders);
querent::source!(pub Grid);
querent::source!(pub Stats);

#[derive(Binary)]
#[querent(source = Orders, type = "org.Persn")]
struct Misspelt {
    name: String,
}

#[derive(Binary)]
#[querent(source = Orders)]
struct Absent {
    name: String,
}

#[derive(Binary)]
#[querent(source = Grid, type = "org.Person")]
struct Nothing {
    name: String,
}

#[derive(Binary)]
#[querent(source = Stats, type = "org.Person")]
struct OfPinot {
    name: String,
}

#[derive(Binary)]
#[querent(source = Nobody, type = "org.Person")]
struct OfNobody {
    name: String,
}

fn main() {}
