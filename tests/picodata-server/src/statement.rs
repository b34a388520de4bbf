//! A statement of a script, and what it answers.

use std::sync::Arc;
use std::time::Duration;

use crate::sql;
use crate::{SqlError, Type, Value};

/// What a statement is asked with.
#[derive(Debug, Clone, Copy)]
pub struct Call<'c> {
    /// The node that runs it.
    pub node: &'c str,
    /// Who asks.
    pub user: &'c str,
    /// Its values.
    pub args: &'c [Value],
}

/// What a statement answers.
#[derive(Debug, Clone)]
pub struct Answer {
    pub(crate) body: Body,
    pub(crate) delay: Option<Duration>,
}

#[derive(Debug, Clone)]
pub(crate) enum Body {
    Rows(Vec<Vec<Value>>),
    Affected(u64),
    Error(SqlError),
    Close,
    Hang,
}

impl Answer {
    /// The connection ends without a word.
    pub fn close() -> Answer {
        Answer { body: Body::Close, delay: None }
    }

    /// Nothing comes, ever; the connection stays.
    pub fn hang() -> Answer {
        Answer { body: Body::Hang, delay: None }
    }

    /// The same, later.
    #[must_use]
    pub fn after(mut self, delay: Duration) -> Answer {
        self.delay = Some(delay);
        self
    }
}

impl From<Vec<Vec<Value>>> for Answer {
    fn from(rows: Vec<Vec<Value>>) -> Answer {
        Answer { body: Body::Rows(rows), delay: None }
    }
}

impl From<u64> for Answer {
    fn from(affected: u64) -> Answer {
        Answer { body: Body::Affected(affected), delay: None }
    }
}

impl From<SqlError> for Answer {
    fn from(error: SqlError) -> Answer {
        Answer { body: Body::Error(error), delay: None }
    }
}

impl<A: Into<Answer>> From<Result<A, SqlError>> for Answer {
    fn from(result: Result<A, SqlError>) -> Answer {
        result.map_or_else(Answer::from, Into::into)
    }
}

type Respond = Arc<dyn Fn(&Call<'_>) -> Answer + Send + Sync>;

/// A statement: what Describe says of it, and what it answers.
#[derive(Clone)]
pub struct Statement {
    pub(crate) key: String,
    pub(crate) parameters: Vec<Type>,
    pub(crate) columns: Vec<(String, Type)>,
    pub(crate) tables: Vec<String>,
    pub(crate) metadata: Metadata,
    pub(crate) ddl: Option<Ddl>,
    pub(crate) respond: Respond,
}

/// What the NOTICE of `pico_query_metadata` says.
#[derive(Debug, Clone)]
pub(crate) struct Metadata {
    pub(crate) tier: Option<String>,
    /// Number of the parameter, counted from 1, and its OID.
    pub(crate) key: Vec<(usize, u32)>,
}

impl Statement {
    /// A statement with rows.
    pub fn query<A: Into<Answer>>(
        sql: &str,
        parameters: &[Type],
        columns: &[(&str, Type)],
        answer: impl Fn(&Call<'_>) -> A + Send + Sync + 'static,
    ) -> Statement {
        Statement {
            key: sql::normal(sql),
            parameters: parameters.to_vec(),
            columns: columns.iter().map(|(name, ty)| ((*name).to_owned(), *ty)).collect(),
            tables: sql::tables(sql),
            metadata: Metadata { tier: Some("default".to_owned()), key: Vec::new() },
            ddl: None,
            respond: Arc::new(move |call| answer(call).into()),
        }
    }

    /// A statement without rows.
    pub fn write<A: Into<Answer>>(
        sql: &str,
        parameters: &[Type],
        answer: impl Fn(&Call<'_>) -> A + Send + Sync + 'static,
    ) -> Statement {
        Statement::query(sql, parameters, &[], answer)
    }

    /// A statement that changes the schema as [`Server::ddl`](crate::Server::ddl) does.
    pub fn ddl(sql: &str, ddl: Ddl) -> Statement {
        Statement { ddl: Some(ddl), ..Statement::query(sql, &[], &[], |_| 0) }
    }

    /// With the distribution key that the server tells of an INSERT of one row: numbers of parameters, counted from 1.
    #[must_use]
    pub fn with_key(mut self, numbers: &[usize]) -> Statement {
        let oid = |number: usize| self.parameters.get(number - 1).map_or(0, |ty| ty.oid());
        self.metadata.key = numbers.iter().map(|number| (*number, oid(*number))).collect();
        self
    }

    /// In another tier than `default`, or in none that is known.
    #[must_use]
    pub fn in_tier(mut self, tier: Option<&str>) -> Statement {
        self.metadata.tier = tier.map(str::to_owned);
        self
    }
}

/// A change of the schema: what becomes of statements that were prepared before it, and what the new ones are.
#[derive(Clone)]
pub struct Ddl {
    pub(crate) table: String,
    pub(crate) fate: Fate,
    pub(crate) statements: Vec<Statement>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Altered,
    Dropped,
    Recreated,
}

impl Ddl {
    /// ADD or RENAME COLUMN: a statement prepared before is refused, by 42999 at Bind or, without
    /// `pico_stmt_invalidation`, by the storage.
    pub fn altered(table: &str) -> Ddl {
        Ddl { table: table.to_owned(), fate: Fate::Altered, statements: Vec::new() }
    }

    /// DROP TABLE: refused with "space metadata for table … not found", or, without `pico_stmt_invalidation`, with
    /// NoSuchSpace. Who prepares one of the script's statements on it anew is told that there is no such table.
    pub fn dropped(table: &str) -> Ddl {
        Ddl { fate: Fate::Dropped, ..Ddl::altered(table) }
    }

    /// DROP TABLE and CREATE TABLE: refused by 42999, or, without `pico_stmt_invalidation`, answered as before, with the
    /// old types.
    pub fn recreated(table: &str) -> Ddl {
        Ddl { fate: Fate::Recreated, ..Ddl::altered(table) }
    }

    /// What a statement is for those that prepare it after the change; one that was prepared before keeps what it was.
    #[must_use]
    pub fn then(mut self, statement: Statement) -> Ddl {
        self.statements.push(statement);
        self
    }
}
