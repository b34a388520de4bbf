//! A text made into something to run: by the script, by the catalog, or by what every server ignores; and its values.

use std::sync::Arc;

use super::Connection;
use super::backend::format;
use super::frontend::Bind;
use crate::log::Event;
use crate::script::User;
use crate::sql::{self, Kind, Select};
use crate::statement::{Fate, Statement};
use crate::value::Type;
use crate::{SqlError, Value};

type Columns = Vec<(String, Type)>;

/// A prepared statement.
#[derive(Clone)]
pub(super) struct Prepared {
    pub(super) name: String,
    pub(super) sql: String,
    /// The text as scripts and faults know it.
    pub(super) key: String,
    pub(super) source: Source,
    /// OIDs, those that the client gave among them.
    pub(super) parameters: Vec<u32>,
    pub(super) columns: Columns,
    /// The schema's version when it was prepared.
    schema: u64,
}

#[derive(Clone)]
pub(super) enum Source {
    Empty,
    Ignored(&'static str),
    Deallocate,
    Scripted(Arc<Statement>),
    Catalog(Arc<Select>),
}

/// OIDs that a client may give a parameter, and what they are to the server.
const PARAMETER_TYPES: &[(u32, Type)] = &[
    (16, Type::Bool),
    (20, Type::Int8),
    (21, Type::Int8),
    (23, Type::Int8),
    (25, Type::Text),
    (701, Type::Float8),
    (1043, Type::Text),
    (1184, Type::Timestamptz),
    (1700, Type::Numeric),
    (2950, Type::Uuid),
];

/// What PostgreSQL calls the others.
const OTHER_TYPES: &[(u32, &str)] = &[
    (17, "bytea"),
    (18, "char"),
    (19, "name"),
    (26, "oid"),
    (114, "json"),
    (199, "_json"),
    (700, "float4"),
    (869, "inet"),
    (1000, "_bool"),
    (1007, "_int4"),
    (1009, "_text"),
    (1016, "_int8"),
    (1022, "_float8"),
    (1042, "bpchar"),
    (1082, "date"),
    (1083, "time"),
    (1114, "timestamp"),
    (1185, "_timestamptz"),
    (1186, "interval"),
    (1231, "_numeric"),
    (2951, "_uuid"),
    (3802, "jsonb"),
];

impl Connection {
    pub(super) fn prepare(&self, name: String, sql: String, types: &[u32]) -> Result<Prepared, SqlError> {
        let declared = types.iter().map(|oid| declared(*oid)).collect::<Result<Vec<_>, _>>()?;
        let key = sql::normal(&sql);
        let schema = self.shared.schema();
        let (source, wanted, columns) = match sql::check(&sql)? {
            Kind::Empty => (Source::Empty, Vec::new(), Vec::new()),
            Kind::Ignored(tag) => (Source::Ignored(tag), Vec::new(), Vec::new()),
            Kind::Deallocate => (Source::Deallocate, Vec::new(), Vec::new()),
            Kind::Other => match self.shared.statement(&key, &sql) {
                Some(statement) => {
                    let (wanted, columns) = (statement.parameters.clone(), statement.columns.clone());
                    (Source::Scripted(statement), wanted, columns)
                }
                None => match self.shared.dropped(&sql::tables(&sql)) {
                    Some(table) => return Err(SqlError::no_table(&table)),
                    None => self.catalog(&sql, &declared)?,
                },
            },
        };
        let mut parameters = types.to_vec();
        for (idx, ty) in wanted.iter().enumerate() {
            match (parameters.get_mut(idx), declared.get(idx).copied().flatten()) {
                (Some(_), Some(declared)) if declared == *ty => {}
                (Some(_), Some(declared)) => {
                    return Err(SqlError::no_operator("=", ty.name(), declared.name()));
                }
                (Some(oid), None) => *oid = ty.oid(),
                (None, _) => parameters.push(ty.oid()),
            }
        }
        if let Some(unknown) = parameters.iter().position(|oid| *oid == 0) {
            return Err(SqlError::unknown_parameter(unknown + 1));
        }
        Ok(Prepared { name, sql, key, source, parameters, columns, schema })
    }

    /// A SELECT that the server answers by itself, with the types of its parameters and its columns.
    fn catalog(
        &self,
        sql: &str,
        declared: &[Option<Type>],
    ) -> Result<(Source, Vec<Type>, Columns), SqlError> {
        let first = sql.trim_start().get(..4).map(str::to_ascii_lowercase);
        let described = match first.as_deref() {
            Some("sele" | "with") => sql::parse(sql).and_then(|select| {
                let described = self
                    .shared
                    .with_topology(&self.node, |topology| sql::describe(&select, topology, declared))?;
                Ok((select, described))
            }),
            _ => Err(SqlError::syntax(sql, 0, "EOI")),
        };
        match described {
            Ok((select, described)) => {
                Ok((Source::Catalog(Arc::new(select)), described.parameters, described.columns))
            }
            Err(error) => {
                self.log(Event::Unscripted(sql.to_owned()));
                Err(error)
            }
        }
    }

    /// What became of the statement's tables since it was prepared, the last of it.
    pub(super) fn fate(&self, prepared: &Prepared) -> Option<(String, Fate)> {
        let Source::Scripted(statement) = &prepared.source else { return None };
        self.shared.fate(&statement.tables, prepared.schema)
    }

    /// Why a statement cannot be bound any more: only with `pico_stmt_invalidation`.
    pub(super) fn invalidated(&self, prepared: &Prepared) -> Option<SqlError> {
        self.fate(prepared).map(|(table, fate)| match fate {
            Fate::Dropped => SqlError::no_space_metadata(&table),
            Fate::Altered | Fate::Recreated => SqlError::invalidated(&prepared.name),
        })
    }

    /// Why it cannot be run any more, without that option; after DROP and CREATE it runs as it was.
    pub(super) fn stale(&self, prepared: &Prepared) -> Option<SqlError> {
        self.fate(prepared).and_then(|(table, fate)| match fate {
            Fate::Dropped => Some(SqlError::no_such_space(&table)),
            Fate::Altered => {
                let uuid = self
                    .shared
                    .with_topology(&self.node, |topology| topology.replicaset_uuid_of(&self.node).to_owned());
                Some(SqlError::stale_schema(&uuid))
            }
            Fate::Recreated => None,
        })
    }

    /// The NOTICE of `pico_query_metadata`; none for what is no query.
    pub(super) fn metadata(&self, prepared: &Prepared) -> Option<String> {
        let (tier, key) = match &prepared.source {
            Source::Scripted(statement) if statement.ddl.is_none() => {
                (statement.metadata.tier.clone(), statement.metadata.key.clone())
            }
            Source::Catalog(_) => (None, Vec::new()),
            _ => return None,
        };
        let query = serde_json::Value::from(prepared.sql.as_str());
        let (tier, key) = (serde_json::json!(tier), serde_json::json!(key));
        // In the server's order, which a map would not keep.
        Some(format!(
            r#"{{"type":"PreparedStatementMetadata","query":{query},"tier":{tier},"dk_meta":{key}}}"#
        ))
    }
}

/// The type that a client gave a parameter, if any.
fn declared(oid: u32) -> Result<Option<Type>, SqlError> {
    if oid == 0 || oid == Type::Unknown.oid() {
        return Ok(None);
    }
    let found = PARAMETER_TYPES.iter().find(|(other, _)| *other == oid);
    found.map(|(_, ty)| Some(*ty)).ok_or_else(|| {
        let name = OTHER_TYPES.iter().find(|(other, _)| *other == oid).map(|(_, name)| (*name).to_owned());
        SqlError::unsupported_parameter(&name.unwrap_or_else(|| format!("oid {oid}")))
    })
}

/// What CommandComplete says.
pub(super) fn tag(sql: &str, count: u64) -> String {
    let mut words = sql.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    let first = words.next().unwrap_or("").to_ascii_uppercase();
    match first.as_str() {
        "SELECT" | "VALUES" | "WITH" => format!("SELECT {count}"),
        "INSERT" => format!("INSERT 0 {count}"),
        "UPDATE" | "DELETE" | "DO" => format!("{first} {count}"),
        "CREATE" | "DROP" | "ALTER" | "TRUNCATE" => {
            format!("{first} {}", words.next().unwrap_or("").to_ascii_uppercase())
        }
        _ => first,
    }
}

pub(super) fn may_run(prepared: &Prepared, user: &User) -> Result<(), SqlError> {
    let Source::Scripted(statement) = &prepared.source else { return Ok(()) };
    let denied = statement.tables.iter().find(|table| !user.may_read(table));
    denied.map_or(Ok(()), |table| Err(SqlError::access_denied("Read", table, user.name())))
}

/// The values of Bind, by the types of the statement.
pub(super) fn arguments(oids: &[u32], bind: &Bind) -> Result<Vec<Value>, SqlError> {
    if oids.len() != bind.values.len() {
        let (given, wanted) = (bind.values.len(), oids.len());
        let message =
            format!("bind message supplies {given} parameters, but prepared statement requires {wanted}");
        return Err(SqlError::new("08P01", message));
    }
    let value = |(idx, (oid, value)): (usize, (&u32, &Option<bytes::Bytes>))| {
        let Some(bytes) = value else { return Ok(Value::Null) };
        match format(&bind.formats, idx) {
            0 => Value::from_text(*oid, bytes).map_err(|_| ("22P02", "text")),
            _ => Value::from_binary(*oid, bytes).map_err(|_| ("22P03", "binary")),
        }
        .map_err(|(code, format)| {
            SqlError::new(code, format!("invalid {format} value of parameter ${}", idx + 1))
        })
    };
    oids.iter().zip(&bind.values).enumerate().map(value).collect()
}
