//! What a node says of a statement without running it, for `querent prepare`.
//!
//! Columns come from the ODBC front end, parameters from the JDBC one. What they say is not always what comes: each known
//! lapse (2.17.0) is listed here with what comes instead.

use std::collections::VecDeque;

use querent_core::types::{AnsweredColumn, AnsweredType, SqlType, StatementAnswer, TimeUnit};
use querent_core::{Error, ErrorKind, Result};
use querent_protocol::ignite::describe::{Nullability, jdbc, odbc};
use querent_protocol::ignite::value::code;

use crate::connect;
use crate::describe::front::{Front, Jdbc, Odbc};
use crate::describe::{asked_of, described_type};
use crate::options::{Engine, IgniteOptions};

const TIMESTAMP: SqlType = SqlType::Timestamp(TimeUnit::Nanosecond, None);

/// Connections to ask on.
pub struct Describer {
    schema: String,
    engine: Engine,
    /// The views of the users: their columns are expressions, which H2 does not tell of.
    views: Vec<(String, String)>,
    odbc: Odbc,
    jdbc: Jdbc,
}

impl Describer {
    /// Connects to the front ends of a node.
    ///
    /// # Errors
    /// Where no node can be reached, or its ODBC and JDBC front ends are off.
    pub async fn open(options: &IgniteOptions) -> Result<Describer> {
        let channel = connect::connect(options).await?;
        let address = channel.setup().address.clone();
        let (engine, views) = asked_of(channel, options).await?;
        Ok(Describer {
            schema: options.schema.clone(),
            engine,
            views,
            odbc: Odbc::open(options, &address, engine)
                .await
                .map_err(|e| is_off(e, "ODBC", "odbcEnabled"))?,
            jdbc: Jdbc::open(options, &address, Some(engine))
                .await
                .map_err(|e| is_off(e, "JDBC", "jdbcEnabled"))?,
        })
    }

    /// What the node says of a statement with `?` for its parameters; the inner error is its words where it refuses it.
    /// `dialect` is that of the engine which a hint in the statement names, where it has one.
    ///
    /// # Errors
    /// Where the connection fails.
    pub async fn statement(
        &mut self,
        sql: &str,
        dialect: Option<&str>,
    ) -> Result<std::result::Result<StatementAnswer, String>> {
        let engine = match dialect {
            Some("ignite-h2") => Engine::H2,
            Some("ignite-calcite") => Engine::Calcite,
            _ => self.engine,
        };
        let columns = match self.columns(sql, engine).await? {
            Ok(columns) => columns,
            Err(message) => return Ok(Err(message)),
        };
        if !sql.contains('?') {
            // Calcite takes long to plan what it has planned already.
            return Ok(Ok(StatementAnswer { columns, parameters: Some(Vec::new()) }));
        }
        // Calcite plans a statement with a parameter whose type nothing forces, and does not describe its parameters.
        let parameters = match self.jdbc.parameters(&self.schema, sql).await? {
            Ok(parameters) => Some(parameters.iter().map(|p| parameter(p, engine)).collect()),
            Err(_) => None,
        };
        Ok(Ok(StatementAnswer { columns, parameters }))
    }

    /// The columns; `None` for a statement that gives no rows.
    async fn columns(
        &mut self,
        sql: &str,
        engine: Engine,
    ) -> Result<std::result::Result<Option<Vec<AnsweredColumn>>, String>> {
        let mut described = self.odbc.result_set(&self.schema, sql).await?;
        // H2 answers so at times, to WITH most often, and takes the same statement the next time.
        if described.as_ref().is_err_and(|failure| failure.message.contains("NullPointerException")) {
            described = self.odbc.result_set(&self.schema, sql).await?;
        }
        let described = match described {
            Ok(columns) => columns,
            // Where nothing forces the type of a parameter Calcite (2.17.0) does not describe what it runs all the same.
            Err(failure) if failure.message.contains("Illegal use of dynamic parameter") => {
                return Ok(Ok(None));
            }
            // The ODBC front end (2.17.0) takes a quote in a name for the beginning of a text, before any engine reads it.
            Err(failure) if failure.message.contains("closing quote missing") => return Ok(Ok(None)),
            Err(failure) => return Ok(Err(failure.message)),
        };
        // DML: nothing on H2, the number of rows on Calcite.
        let is_dml = described.is_empty()
            || engine == Engine::Calcite && described.len() == 1 && described[0].name == "ROWCOUNT";
        if is_dml {
            return Ok(Ok(None));
        }
        let mut wrapped = VecDeque::new();
        if engine == Engine::Calcite && described.iter().any(|c| c.type_code == code::OBJECT) {
            // Calcite describes a NOT NULL number as an object. On the inner side of an outer join everything is nullable, and
            // described right. It is not every statement that can stand there.
            let sql = format!("SELECT q.* FROM (VALUES(0)) AS z(k) LEFT JOIN ({sql}\n) AS q ON TRUE");
            if let Ok(columns) = self.odbc.result_set(&self.schema, &sql).await?
                && columns.len() == described.len()
            {
                wrapped.extend(columns);
            }
        }
        let is_view = |column: &odbc::Column| {
            // H2 (2.17.0) gives a view's schema in quotes.
            let schema = column.schema.trim_matches('"');
            self.views.iter().any(|view| (view.0.as_str(), &view.1) == (schema, &column.table))
        };
        let columns = described.into_iter().map(|plain| {
            let typed = wrapped.pop_front();
            let described = typed.as_ref().unwrap_or(&plain);
            let is_expression = plain.table.is_empty() || is_view(&plain);
            let ty = column_type(described, is_expression, engine);
            let nullable = match (plain.nullability, engine) {
                (Nullability::Unknown, _) => None,
                // H2 says so of the inner side of outer joins, too.
                (Nullability::NotNull, Engine::H2) => None,
                (said, _) => Some(said == Nullability::Nullable),
            };
            AnsweredColumn { name: plain.name, ty, nullable }
        });
        Ok(Ok(Some(columns.collect())))
    }
}

fn is_off(error: Front, name: &str, property: &str) -> Error {
    match error {
        Front::Failed(error) => error,
        Front::Off => {
            let message = format!(
                "the node takes no {name} connections, which describe statements: set {property} of its \
                 ClientConnectorConfiguration"
            );
            Error::new(ErrorKind::Unsupported, message)
        }
    }
}

/// The type of a column, with what is known to come instead where it is an expression.
fn column_type(column: &odbc::Column, is_expression: bool, engine: Engine) -> AnsweredType {
    let Some(says) = described_type(column, engine) else { return AnsweredType::default() };
    let or = match (&says, engine) {
        _ if !is_expression => Vec::new(),
        // ROUND, FLOOR and TRUNCATE give double whatever they are given, CHAR_LENGTH and ORA_HASH long; the rows of a UNION
        // have the types of their own branches.
        // An expression of constants over a partitioned table is sent to the nodes as the literal that it comes to.
        (SqlType::Int8 | SqlType::Int16 | SqlType::Int32, Engine::H2) => {
            vec![SqlType::Float64, SqlType::Int64, SqlType::Int32, SqlType::BigDecimal]
        }
        (SqlType::Int64, Engine::H2) => vec![SqlType::Float64, SqlType::Int32, SqlType::BigDecimal],
        (SqlType::BigDecimal | SqlType::Text(_), Engine::H2) => vec![SqlType::Float64],
        // PI(), and literals with an exponent.
        (SqlType::Float32 | SqlType::Float64, Engine::H2) => vec![SqlType::BigDecimal],
        // A DATE plus days.
        (SqlType::Timestamp(..), Engine::H2) => vec![SqlType::Date32],
        _ => Vec::new(),
    };
    AnsweredType { says: Some(says), or }
}

/// The type of a parameter, with what is taken all the same.
fn parameter(parameter: &jdbc::Parameter, engine: Engine) -> AnsweredType {
    // H2 says VARCHAR without a length of what it has no type for.
    if engine == Engine::H2 && parameter.type_name == "VARCHAR" && parameter.precision == 0 {
        return AnsweredType::default();
    }
    const INTEGERS: [SqlType; 4] = [SqlType::Int8, SqlType::Int16, SqlType::Int32, SqlType::Int64];
    let (says, or) = match (parameter.type_name.as_str(), parameter.class_name.as_str()) {
        ("BOOLEAN", _) => (SqlType::Boolean, Vec::new()),
        // Each is converted to the other as far as it fits.
        ("TINYINT", _) => (SqlType::Int8, INTEGERS.to_vec()),
        ("SMALLINT", _) => (SqlType::Int16, INTEGERS.to_vec()),
        ("INTEGER" | "INT", _) => (SqlType::Int32, INTEGERS.to_vec()),
        ("BIGINT", _) => (SqlType::Int64, INTEGERS.to_vec()),
        ("REAL" | "FLOAT", "java.lang.Float" | "float") | ("REAL", _) => {
            (SqlType::Float32, vec![SqlType::Float64])
        }
        ("DOUBLE" | "FLOAT", _) => (SqlType::Float64, vec![SqlType::Float32]),
        ("DECIMAL" | "NUMERIC", _) => (SqlType::BigDecimal, vec![SqlType::Float64]),
        ("VARCHAR" | "CHAR", _) => (SqlType::TEXT, Vec::new()),
        ("DATE", _) => (SqlType::Date32, Vec::new()),
        ("TIME", _) => (SqlType::Time(TimeUnit::Millisecond), Vec::new()),
        ("TIMESTAMP", _) => (TIMESTAMP, Vec::new()),
        ("UUID", _) | (_, "java.util.UUID") => (SqlType::Uuid, Vec::new()),
        ("BINARY" | "VARBINARY", _) | (_, "byte[]" | "[B") => (SqlType::BINARY, Vec::new()),
        _ => return AnsweredType::default(),
    };
    AnsweredType { says: Some(says), or }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(table: &str, type_code: u8, precision: i32, scale: i32) -> odbc::Column {
        odbc::Column {
            schema: String::new(),
            table: table.to_owned(),
            name: "C".to_owned(),
            type_code,
            precision,
            scale,
            nullability: Nullability::Unknown,
        }
    }

    #[test]
    fn lapses_of_h2_are_admitted_of_expressions_alone() {
        let of =
            |table: &str, code: u8| column_type(&column(table, code, 10, 0), table.is_empty(), Engine::H2);
        assert!(of("", code::INT).admits(&SqlType::Float64) && of("", code::INT).admits(&SqlType::Int32));
        assert!(!of("T", code::INT).admits(&SqlType::Float64) && !of("", code::INT).admits(&SqlType::TEXT));
        assert_eq!(of("", code::BYTE_ARRAY), AnsweredType::default());
        assert!(of("", code::TIMESTAMP).admits(&SqlType::Date32));
    }

    #[test]
    fn numbers_that_calcite_calls_objects_are_told_by_their_digits() {
        let of = |precision, scale| {
            column_type(&column("", code::OBJECT, precision, scale), true, Engine::Calcite).says
        };
        assert_eq!(of(19, 0), Some(SqlType::Int64));
        assert_eq!(of(15, i32::MIN), Some(SqlType::Float64));
        assert_eq!(of(1, i32::MIN), None);
    }

    #[test]
    fn what_h2_has_no_type_for_is_unknown() {
        let text = |precision| jdbc::Parameter {
            nullability: Nullability::Unknown,
            is_signed: false,
            precision,
            scale: 0,
            sql_type: 12,
            type_name: "VARCHAR".to_owned(),
            class_name: "java.lang.String".to_owned(),
            mode: 1,
        };
        assert_eq!(parameter(&text(0), Engine::H2).says, None);
        assert_eq!(parameter(&text(20), Engine::H2).says, Some(SqlType::TEXT));
        assert_eq!(parameter(&text(0), Engine::Calcite).says, Some(SqlType::TEXT));
    }
}
