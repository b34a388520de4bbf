//! Enums that are not the cluster's.

use querent::Binary;

querent::source!(pub Orders);

#[derive(Binary)]
#[querent(source = Orders, type = "Color", rename_all = "UPPERCASE")]
enum Values {
    Red = 1,
    Gren,
    Orange,
}

#[derive(Binary)]
#[querent(source = Orders, type = "Color")]
struct Structure {
    red: i32,
}

#[derive(Binary)]
#[querent(source = Orders, type = "org.Person")]
enum Person {
    Name,
}

#[derive(Binary)]
enum WithFields {
    A(i32),
}

#[derive(Binary)]
enum SameOrdinal {
    A = 1,
    B = 0,
    C,
}

#[derive(Binary)]
enum SameName {
    #[querent(rename = "B")]
    A,
    B,
}

#[derive(Binary)]
enum Computed {
    A = 1 + 1,
}

#[derive(Binary)]
#[repr(i64)]
enum TooGreat {
    A = 3_000_000_000,
}

#[derive(Binary)]
enum Unknown {
    #[querent(affinity)]
    A,
}

#[derive(Binary)]
#[querent(partial)]
enum Partial {
    A,
}

fn main() {}
