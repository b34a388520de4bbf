//! What a server says of a statement without running it, for `querent prepare`.
//!
//! Parse and Describe give names and types of columns and the types of parameters. They never tell whether a column may be
//! NULL, nor where it comes from: that is in the plan, which is asked for beside.

use querent_core::types::{AnsweredColumn, AnsweredType, SqlType, StatementAnswer};
use querent_core::{Error, ErrorKind, Result, Value};
use querent_protocol::picodata::catalog;
use querent_protocol::picodata::explain::{Buckets, Explain, Origin};
use tokio_postgres::Statement;
use tokio_postgres::types::Type;

use crate::connect;
use crate::connection::Connection;
use crate::error;
use crate::options::PicodataOptions;
use crate::parameters::Argument;
use crate::types::{self, sql_type};

/// A connection to ask on.
pub struct Describer {
    connection: Connection,
}

/// What the server says of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// Its columns and parameters.
    pub answer: StatementAnswer,
    /// The columns of tables that those of the result are, as far as the plan tells; empty where there is no plan to read.
    pub origins: Vec<Option<Origin>>,
    /// The buckets that the plan names.
    pub buckets: Option<Buckets>,
}

/// The server's words where it refuses a statement.
pub type Refused = String;

impl Describer {
    /// Connects.
    ///
    /// # Errors
    /// Where no host of the URL answers, or the server refuses the user.
    pub async fn open(options: &PicodataOptions) -> Result<Describer> {
        Ok(Describer { connection: connect::connect(options).await? })
    }

    /// What the server says of a statement with `$1`, `$2` … for its parameters. Nothing of it runs.
    ///
    /// # Errors
    /// Where the server cannot be asked.
    pub async fn statement(&mut self, sql: &str) -> Result<std::result::Result<Answered, Refused>> {
        let prepared = self.connection.client.prepare(sql).await;
        let statement = match prepared.map_err(error::from_wire) {
            Ok(statement) => statement,
            Err(error) => return refused(error).map(Err),
        };
        let answer = answer(&statement);
        let plan = match statement.columns() {
            [] => None,
            _ => self.explain(sql).await?,
        };
        let (origins, buckets) = match plan {
            Some(plan) => (origins(&plan, statement.columns().len()), Some(plan.buckets)),
            None => (Vec::new(), None),
        };
        Ok(Ok(Answered { answer, origins, buckets }))
    }

    /// The plan of a statement, with NULL for each parameter; `None` where the server gives none that can be read.
    async fn explain(&mut self, sql: &str) -> Result<Option<Explain>> {
        match self.lines(&format!("EXPLAIN {sql}")).await {
            Ok(lines) => Ok(Explain::parse(&lines).ok()),
            // Of a block (`DO`), say, there is no plan.
            Err(error) if is_verdict(error.kind()) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn lines(&mut self, sql: &str) -> Result<Vec<String>> {
        let client = &self.connection.client;
        let statement = client.prepare(sql).await.map_err(error::from_wire)?;
        let nothing = vec![Value::Null; statement.params().len()];
        let arguments: Vec<Argument<'_>> = nothing.iter().map(Argument).collect();
        let arguments: Vec<_> =
            arguments.iter().map(|a| a as &(dyn tokio_postgres::types::ToSql + Sync)).collect();
        let rows = client.query(&statement, &arguments).await.map_err(error::from_wire)?;
        // The column's name is `QUERY PLAN` until 26.1 and `EXPLAIN` from 26.2 on.
        Ok(rows.iter().filter_map(|row| types::field::<String>(row, 0)).collect())
    }
}

/// Of another number of columns the plan is not that of the result.
fn origins(plan: &Explain, columns: usize) -> Vec<Option<Origin>> {
    let origins = plan.origins();
    if origins.len() == columns { origins } else { Vec::new() }
}

/// A statement that the server does not take is an answer; that it cannot tell is an error.
fn refused(error: Error) -> Result<Refused> {
    if !is_verdict(error.kind()) {
        return Err(error);
    }
    Ok(match error.code() {
        Some(code) if code != "XX000" => format!("{} ({code})", error.message()),
        _ => error.message().to_owned(),
    })
}

/// Whether an error is about the statement. `Server` are words that are not known.
fn is_verdict(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Query
            | ErrorKind::Permission
            | ErrorKind::Unsupported
            | ErrorKind::Constraint
            | ErrorKind::Server
    )
}

fn answer(statement: &Statement) -> StatementAnswer {
    let columns = statement.columns().iter().map(|column| AnsweredColumn {
        name: column.name().to_owned(),
        ty: column_type(column.type_()),
        nullable: None,
    });
    let parameters = statement.params().iter().map(parameter_type);
    StatementAnswer { columns: Some(columns.collect()), parameters: Some(parameters.collect()) }
}

fn column_type(ty: &Type) -> AnsweredType {
    // A NULL has no type, whatever it is cast to (25.6 and 26.1): the checker's is as good.
    let or = if *ty == Type::UNKNOWN { any_type() } else { Vec::new() };
    AnsweredType { says: sql_type(ty), or }
}

/// The types that a column can have.
fn any_type() -> Vec<SqlType> {
    let plain = [
        SqlType::Int64,
        SqlType::TEXT,
        SqlType::Boolean,
        SqlType::Float64,
        SqlType::BigDecimal,
        SqlType::Uuid,
        catalog::datetime(),
        SqlType::Json,
    ];
    let lists = plain.clone().map(SqlType::list);
    plain.into_iter().chain(lists).collect()
}

fn parameter_type(ty: &Type) -> AnsweredType {
    match *ty {
        // What nothing forces: the server takes no parameter of these types.
        Type::JSON | Type::UNKNOWN => AnsweredType::default(),
        _ => AnsweredType { says: sql_type(ty), or: Vec::new() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_null_is_of_any_type() {
        let null = column_type(&Type::UNKNOWN);
        assert_eq!(null.says, Some(SqlType::Null));
        assert!(null.admits(&SqlType::Int64) && null.admits(&SqlType::list(SqlType::Uuid)));
        assert!(!column_type(&Type::INT8).admits(&SqlType::TEXT));
    }

    #[test]
    fn a_parameter_that_nothing_forces_is_open() {
        for ty in [Type::JSON, Type::UNKNOWN] {
            assert_eq!(parameter_type(&ty), AnsweredType::default());
        }
        assert_eq!(parameter_type(&Type::INT8), AnsweredType::exact(SqlType::Int64));
        assert_eq!(parameter_type(&Type::VARCHAR), AnsweredType::exact(SqlType::TEXT));
    }

    #[test]
    fn a_refusal_is_told_apart_from_a_failure() {
        let of = |kind, code: &str| refused(Error::new(kind, "words").with_code(code));
        assert_eq!(of(ErrorKind::Query, "XX000").expect("a refusal"), "words");
        assert_eq!(of(ErrorKind::Unsupported, "0A000").expect("a refusal"), "words (0A000)");
        for kind in [ErrorKind::Connection, ErrorKind::Resource, ErrorKind::Protocol] {
            assert_eq!(of(kind, "XX000").expect_err("a failure").kind(), kind);
        }
    }
}
