//! The rows and queries that the suite asks of every backend.

use querent::{Backend, Query, Source};

use crate::Script;

/// A row with a column of each nullability.
#[derive(Debug, Clone, PartialEq, Eq, querent::FromRow)]
pub struct Person {
    /// BIGINT NOT NULL.
    pub id: i64,
    /// VARCHAR NOT NULL.
    pub name: String,
    /// BIGINT.
    pub age: Option<i64>,
}

/// A row with bytes.
#[derive(Debug, Clone, PartialEq, Eq, querent::FromRow)]
pub struct Photo {
    /// BIGINT NOT NULL.
    pub id: i64,
    /// VARBINARY.
    pub blob: Option<Vec<u8>>,
}

/// A text and the values beside it.
pub type Received = (&'static str, &'static [&'static str]);

/// A source that the suite runs on, and what its server must have received.
pub trait Subject: Source<Backend: Backend<Options = Script>> {
    /// Everybody.
    fn everybody() -> Query<'static, Self, Person>;
    /// Those of a name and of given ages, and not younger than a floor where there is one.
    fn some<'q>(name: &'q str, ages: &'q [i64], floor: &'q Option<i64>) -> Query<'q, Self, Person>;
    /// Photos.
    fn photos() -> Query<'static, Self, Photo>;
    /// Adds one.
    fn add<'q>(
        id: &'q i64,
        name: &'q str,
        age: &'q Option<i64>,
        photo: &'q Option<Vec<u8>>,
    ) -> Query<'q, Self, ()>;

    /// `some("O'Hara", [], None)`.
    const NO_AGE: Received;
    /// `some("O'Hara", [41], None)`.
    const ONE_AGE: Received;
    /// `some("O'Hara", [41, 42, 43], Some(40))`.
    const THREE_AGES: Received;
    /// `add(7, "Æ \"x\"", None, Some([0, 255]))`.
    const ADDED: Received;
    /// Whether a statement that was dropped half way ends its transport.
    const DROP_ENDS: bool;
}

/// The queries of a subject that speaks SQL, checked at compile time against its own source.
macro_rules! checked_queries {
    ($source:ident) => {
        fn everybody() -> querent::Query<'static, Self, crate::Person> {
            querent::query_as!($source, crate::Person, "SELECT id, name, age FROM people ORDER BY id")
        }

        fn some<'q>(
            name: &'q str,
            ages: &'q [i64],
            floor: &'q Option<i64>,
        ) -> querent::Query<'q, Self, crate::Person> {
            querent::query_as!(
                $source,
                crate::Person,
                "SELECT id, name, age FROM people WHERE name = :name AND age IN (:ages..){{ AND age >= :floor}}",
                name,
                ages,
                floor
            )
        }

        fn photos() -> querent::Query<'static, Self, crate::Photo> {
            querent::query_as!($source, crate::Photo, "SELECT id, photo AS blob FROM people")
        }

        fn add<'q>(
            id: &'q i64,
            name: &'q str,
            age: &'q Option<i64>,
            photo: &'q Option<Vec<u8>>,
        ) -> querent::Query<'q, Self, ()> {
            querent::query!(
                $source,
                "INSERT INTO people (id, name, age, photo) VALUES (:id, :name, :age, :photo)",
                id,
                name,
                age,
                photo
            )
        }
    };
}
pub(crate) use checked_queries;
