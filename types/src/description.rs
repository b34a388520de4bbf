//! What a driver learns about a source: the input from which the checker builds its catalog.
//!
//! A driver fills a [`SourceDescription`]; `querent-schema` turns it into the files of `.sqlcache`. Nothing in it may
//! name a host, a path, a time or a secret, for it is committed to version control.

use std::collections::BTreeMap;

use crate::SqlType;

/// One source as its server described it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SourceDescription {
    /// The backend's name, as in a URL's scheme: `flight`, `pinot`, `ignite`, `picodata`, `aperture`.
    pub backend: String,
    /// The dialect's name as in `querent.toml` (`datafusion`, `picodata`, …).
    pub dialect: String,
    /// Who answered, where the server says.
    pub server: Option<ServerIdentity>,
    /// Options that change types or meaning, and so belong to the source (engine, null handling, zone).
    pub options: BTreeMap<String, String>,
    /// What this server can do, by the names of the capability traits (`transactions`, `prepare`, …).
    pub capabilities: Vec<String>,
    /// How far the `nullable` flags of the columns can be believed.
    pub nullability: NullabilityTrust,
    /// Every table, view or class.
    pub tables: Vec<TableDescription>,
    /// Types of objects that are kept beside rows (Ignite's binary types).
    pub types: Vec<ObjectType>,
    /// Key-value caches (Ignite).
    pub caches: Vec<CacheDescription>,
    /// What could not be learned, and why, in sentences for the user.
    pub notes: Vec<String>,
}

/// A server's name and version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerIdentity {
    /// The product's name.
    pub name: String,
    /// Its version as the server spells it.
    pub version: String,
}

/// How far a source's `nullable` flags can be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NullabilityTrust {
    /// A column that is flagged NOT NULL never holds a NULL.
    Trusted,
    /// The flags say nothing: every column may hold a NULL.
    #[default]
    Untrusted,
}

/// One table, view or class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableDescription {
    /// The qualified name, outermost part first (`[catalog, schema, table]`, or fewer), as the server spells it.
    pub path: Vec<String>,
    /// What it is.
    pub kind: TableKind,
    /// Its columns in order.
    pub columns: Vec<ColumnDescription>,
    /// Names of the columns of the primary key, in order; empty where there is none or it is not known.
    pub primary_key: Vec<String>,
    /// What one backend alone knows of a table (affinity function, time column), by its own names; and
    /// [`ROUTING_KEY`](TableDescription::ROUTING_KEY), where rows are spread over nodes by the values of some columns.
    pub properties: BTreeMap<String, String>,
}

/// The kind of a [`TableDescription`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TableKind {
    /// A table that can be written, as far as the backend writes at all.
    #[default]
    Table,
    /// A view.
    View,
    /// A table of the system's own.
    System,
}

/// One column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnDescription {
    /// The name as the server spells it.
    pub name: String,
    /// Its type; `None` where the server's type has no counterpart.
    pub ty: Option<SqlType>,
    /// The server's own name of the type, where it has one besides (`VARCHAR(10)`, `BIG_DECIMAL`).
    pub native: Option<String>,
    /// Whether it may hold a NULL.
    pub nullable: bool,
    /// Whether an INSERT that leaves it out gets a value all the same (default, generated, auto increment).
    pub has_default: bool,
    /// Whether `SELECT *` leaves it out.
    pub hidden: bool,
    /// The server's remark about it.
    pub comment: Option<String>,
}

/// A type of objects that a key-value backend keeps, with fields, or an enum, with values.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ObjectType {
    /// Its full name as the server spells it.
    pub name: String,
    /// Its fields, in the order in which they were registered.
    pub fields: Vec<ObjectField>,
    /// The field that decides where an object used as a key is kept, where that is not the whole object.
    pub affinity_key: Option<String>,
    /// Names and ordinals of an enum, by ordinal; empty for a type with fields.
    pub values: Vec<(String, i32)>,
}

/// One field of an [`ObjectType`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectField {
    /// Its name as the server spells it.
    pub name: String,
    /// The name of its type on the wire (`int`, `string`, `object`, …).
    pub ty: String,
}

/// A key-value cache.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CacheDescription {
    /// Its name, which is case-sensitive.
    pub name: String,
    /// The type of its keys as the server names it; `None` where the server does not say.
    pub key_type: Option<String>,
    /// The type of its values.
    pub value_type: Option<String>,
    /// What else is known of it (`atomicity`, `mode`, `backups`, …), by the backend's own names.
    pub properties: BTreeMap<String, String>,
}

impl TableDescription {
    /// The property that names the columns whose values decide on which node a row lives (distribution key, affinity
    /// key), in order, with commas between them.
    pub const ROUTING_KEY: &'static str = "routing_key";
    /// The property that says where rows are: [`SHARDED`](TableDescription::SHARDED) or
    /// [`GLOBAL`](TableDescription::GLOBAL).
    pub const DISTRIBUTION: &'static str = "distribution";

    /// The [`DISTRIBUTION`](TableDescription::DISTRIBUTION) of a table whose rows are spread over nodes.
    pub const SHARDED: &'static str = "sharded";

    /// The [`DISTRIBUTION`](TableDescription::DISTRIBUTION) of a table of which each node has all rows.
    pub const GLOBAL: &'static str = "global";

    /// The property that names the tier of nodes over which rows are spread.
    pub const TIER: &'static str = "tier";

    /// The property that names the engine that stores the rows.
    pub const ENGINE: &'static str = "engine";

    /// A table with the given path and columns and nothing else known.
    pub fn new(path: Vec<String>, columns: Vec<ColumnDescription>) -> TableDescription {
        TableDescription {
            path,
            kind: TableKind::Table,
            columns,
            primary_key: Vec::new(),
            properties: BTreeMap::new(),
        }
    }
}

impl TableDescription {
    /// What its columns are where its rows are those of other tables (a logical table of Pinot's): one may be NULL where it
    /// may in a part, and has no type that is known where a part has another. Names are compared without regard to case.
    ///
    /// Gives what is odd about it, in sentences for the user.
    pub fn made_of(&mut self, parts: &[&TableDescription]) -> Vec<String> {
        let mut odd = Vec::new();
        let own = self.path.join(".");
        for column in self.columns.iter_mut().filter(|column| !column.hidden) {
            let shown = |ty: &Option<SqlType>| ty.as_ref().map_or("unknown".to_owned(), ToString::to_string);
            let ty = column.ty.clone();
            for part in parts {
                let theirs = part.columns.iter().find(|other| other.name.eq_ignore_ascii_case(&column.name));
                let (name, part) = (&column.name, part.path.join("."));
                let Some(theirs) = theirs else {
                    odd.push(format!(
                        "{own}.{name} is not in {part}, of which {own} is made: queries of it fail"
                    ));
                    continue;
                };
                column.nullable |= theirs.nullable;
                if theirs.ty != ty {
                    let (ty, other) = (shown(&ty), shown(&theirs.ty));
                    odd.push(format!("{own}.{name} is {ty}, and {other} in {part}, of which {own} is made"));
                    column.ty = None;
                }
            }
        }
        odd
    }
}

impl ColumnDescription {
    /// A visible column without default or comment.
    pub fn new(name: impl Into<String>, ty: SqlType, nullable: bool) -> ColumnDescription {
        ColumnDescription {
            name: name.into(),
            ty: Some(ty),
            native: None,
            nullable,
            has_default: false,
            hidden: false,
            comment: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_that_is_made_of_others_is_as_they_are() {
        let table = |name: &str, columns: &[(&str, SqlType, bool)]| {
            let columns = columns
                .iter()
                .map(|(name, ty, nullable)| ColumnDescription::new(*name, ty.clone(), *nullable));
            TableDescription::new(vec![name.to_owned()], columns.collect())
        };
        let (int, long) = (SqlType::Int32, SqlType::Int64);
        let columns = [("a", int.clone(), false), ("b", int.clone(), false), ("c", int.clone(), false)];
        let mut all = table("all", &columns);
        let one = table("one", &[("A", int.clone(), true), ("b", long, false), ("c", int.clone(), false)]);
        let two = table("two", &[("a", int.clone(), false), ("b", int.clone(), false)]);
        let odd = all.made_of(&[&one, &two]);
        let seen: Vec<_> = all.columns.iter().map(|column| (column.ty.clone(), column.nullable)).collect();
        assert_eq!(seen, [(Some(int.clone()), true), (None, false), (Some(int), false)]);
        assert_eq!(
            odd,
            [
                "all.b is Int32, and Int64 in one, of which all is made",
                "all.c is not in two, of which all is made: queries of it fail"
            ]
        );
    }
}
