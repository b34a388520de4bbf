//! The system tables as a description of the source: `_pico_table`, `_pico_index`, `_pico_routine`, `_pico_tier` and what
//! `_pico_bucket` answers.
//!
//! Columns of the types `map`, `array` and `any` hold JSON, which is read here; how rows are asked for is the driver's
//! affair. An element type of an array is not in the catalog: the driver asks the server, statement by statement.

use std::collections::BTreeMap;
use std::fmt;

use querent_types::{ColumnDescription, SqlType, TableDescription, TableKind, TimeUnit};
use serde_json::Value;

/// A row of `_pico_table`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TableRow {
    /// Its number, by which its indexes name it.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// How its rows are spread, in JSON.
    pub distribution: String,
    /// Its columns, in JSON.
    pub format: String,
    /// Whether it is whole: not being made or dropped.
    pub operable: bool,
    /// The storage engine.
    pub engine: String,
}

/// A row of `_pico_index`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IndexRow {
    /// The number of its table.
    pub table_id: i64,
    /// Its own number within the table; 0 is the primary key.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Its options, in JSON.
    pub opts: String,
    /// Its columns, in JSON.
    pub parts: String,
    /// Whether it is whole.
    pub operable: bool,
}

/// A row of `_pico_routine`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RoutineRow {
    /// Its name.
    pub name: String,
    /// What it is (`procedure`).
    pub kind: String,
    /// Its parameters, in JSON.
    pub params: String,
    /// Whether it is whole.
    pub operable: bool,
}

/// Part of the catalog that is not as it is known to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Which part: a column of a system table, and of whom.
    place: String,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is in a form that this version of querent does not know", self.place)
    }
}

impl std::error::Error for Unreadable {}

fn unreadable(what: &str, of: &str) -> Unreadable {
    Unreadable { place: format!("`{what}` of `{of}`") }
}

/// The hidden column that says in which bucket a row of a sharded table is.
pub const BUCKET_ID: &str = "bucket_id";

/// How the rows of a table are spread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Distribution {
    /// Every node has all of them.
    Global,
    /// Over the nodes of a tier.
    Sharded {
        /// The columns whose hash is the bucket, in order; `None` where a column holds the number of the bucket itself.
        key: Option<Vec<String>>,
        /// The tier's name.
        tier: String,
    },
}

impl Distribution {
    /// Reads the column `distribution`.
    pub fn parse(json: &str) -> Option<Distribution> {
        let json: Value = serde_json::from_str(json).ok()?;
        if json == "Global" || json.get("Global").is_some() {
            return Some(Distribution::Global);
        }
        let tier = |at: usize, of: &[Value]| of.get(at).and_then(Value::as_str).map(str::to_owned);
        if let Some(Value::Array(of)) = json.get("ShardedImplicitly") {
            let columns = of.first()?.as_array()?.iter().map(|name| name.as_str().map(str::to_owned));
            let key = columns.collect::<Option<Vec<_>>>()?;
            // Of another function the bucket is not known here.
            let key = (of.get(1).and_then(Value::as_str) == Some("murmur3")).then_some(key);
            return Some(Distribution::Sharded { key, tier: tier(2, of)? });
        }
        let of = json.get("ShardedByField")?.as_array()?;
        Some(Distribution::Sharded { key: None, tier: tier(1, of)? })
    }
}

/// The type of a column by its `field_type`, and the server's name of it where the type does not say it all.
///
/// There is no type where nothing of the kind comes over the wire, nor for a name that is not known here.
pub fn field_type(name: &str) -> (Option<SqlType>, Option<String>) {
    let ty = match name {
        "integer" | "unsigned" => SqlType::Int64,
        "string" => SqlType::TEXT,
        "double" => SqlType::Float64,
        "boolean" => SqlType::Boolean,
        "decimal" => SqlType::BigDecimal,
        "uuid" => SqlType::Uuid,
        "datetime" => datetime(),
        "any" | "map" | "array" | "json" => SqlType::Json,
        // `varbinary` and `interval` have no type on the wire.
        _ => return (None, Some(name.to_uppercase())),
    };
    let says_more = matches!(name, "unsigned" | "any" | "map" | "array");
    (Some(ty), says_more.then(|| name.to_uppercase()))
}

/// A point in time; on the wire it has microseconds.
pub fn datetime() -> SqlType {
    SqlType::Timestamp(TimeUnit::Microsecond, Some("UTC".to_owned()))
}

/// Whether a column is an array, of which the catalog does not tell the elements' type.
pub fn is_array(column: &ColumnDescription) -> bool {
    column.native.as_deref() == Some("ARRAY")
}

/// A table with what its indexes say of it.
///
/// # Errors
/// A column of the row in a form that is not known.
pub fn table(row: &TableRow, indexes: &[IndexRow]) -> Result<TableDescription, Unreadable> {
    let wrong = |what| unreadable(what, &row.name);
    let distribution =
        Distribution::parse(&row.distribution).ok_or_else(|| wrong("_pico_table.distribution"))?;
    let is_sharded = distribution != Distribution::Global;
    let columns = columns(&row.format, is_sharded).ok_or_else(|| wrong("_pico_table.format"))?;
    let mut table = TableDescription::new(vec![row.name.clone()], columns);
    if row.name.starts_with("_pico_") {
        table.kind = TableKind::System;
    }
    let mut unique = Vec::new();
    for index in indexes.iter().filter(|index| index.table_id == row.id && index.operable) {
        let columns = parts(&index.parts).ok_or_else(|| wrong("_pico_index.parts"))?;
        let is_unique = is_unique(&index.opts).ok_or_else(|| wrong("_pico_index.opts"))?;
        match (index.id, is_unique) {
            (0, _) => table.primary_key = columns,
            (_, true) => unique.push(format!("{}({})", index.name, columns.join(","))),
            (_, false) => {}
        }
    }
    unique.sort();
    table.properties = properties(distribution, &row.engine);
    if !unique.is_empty() {
        table.properties.insert(UNIQUE.to_owned(), unique.join(" "));
    }
    Ok(table)
}

/// The property of a table that names its unique indexes beside the primary key: `name(a,b) other(c)`.
pub const UNIQUE: &str = "unique";

fn properties(distribution: Distribution, engine: &str) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let mut set = |key: &str, value: &str| all.insert(key.to_owned(), value.to_owned());
    if !engine.is_empty() {
        set(TableDescription::ENGINE, engine);
    }
    match distribution {
        Distribution::Global => {
            set(TableDescription::DISTRIBUTION, "global");
        }
        Distribution::Sharded { key, tier } => {
            set(TableDescription::DISTRIBUTION, "sharded");
            set(TableDescription::TIER, &tier);
            // Commas part the columns.
            if let Some(key) = key.filter(|key| !key.iter().any(|name| name.contains(','))) {
                set(TableDescription::ROUTING_KEY, &key.join(","));
            }
        }
    }
    all
}

fn columns(format: &str, is_sharded: bool) -> Option<Vec<ColumnDescription>> {
    let json: Value = serde_json::from_str(format).ok()?;
    let column = |field: &Value| {
        let name = field.get("name")?.as_str()?;
        let (ty, native) = field_type(field.get("field_type")?.as_str()?);
        // `SELECT *` leaves it out, and an INSERT computes it.
        let hidden = is_sharded && name == BUCKET_ID;
        Some(ColumnDescription {
            name: name.to_owned(),
            ty,
            native,
            nullable: field.get("is_nullable")?.as_bool()?,
            has_default: hidden,
            hidden,
            comment: None,
        })
    };
    json.as_array()?.iter().map(column).collect()
}

/// The names of an index's columns: `[["id","integer",null,false,null]]`.
fn parts(json: &str) -> Option<Vec<String>> {
    let json: Value = serde_json::from_str(json).ok()?;
    let name = |part: &Value| Some(part.get(0)?.as_str()?.to_owned());
    json.as_array()?.iter().map(name).collect()
}

/// `[{"unique":true}]`, among other options.
fn is_unique(json: &str) -> Option<bool> {
    let json: Value = serde_json::from_str(json).ok()?;
    let unique = json.as_array()?.iter().find_map(|option| option.get("unique"));
    unique.map_or(Some(false), Value::as_bool)
}

/// A routine as `name(type, type)`; `name(…)` where its parameters are in a form that is not known.
pub fn routine(row: &RoutineRow) -> String {
    let types = || -> Option<Vec<String>> {
        let json: Value = serde_json::from_str(&row.params).ok()?;
        // `{"type":"integer"}` or `"integer"`.
        let name = |param: &Value| param.get("type").unwrap_or(param).as_str().map(str::to_owned);
        json.as_array()?.iter().map(name).collect()
    };
    let types = types().map_or_else(|| "…".to_owned(), |types| types.join(", "));
    format!("{}({types})", row.name)
}

/// How many buckets a tier has, by the ranges that `_pico_bucket(tier)` answers; `None` where they are none.
pub fn bucket_count(json: &str) -> Option<u64> {
    let json: Value = serde_json::from_str(json).ok()?;
    json.as_array()?.iter().filter_map(|range| range.get("bucket_id_end")?.as_u64()).max()
}

/// The earliest of the versions that a cluster's instances run: what it takes, all of them take. Between two instances of an
/// upgrade one is later.
pub fn earliest<'v>(versions: impl Iterator<Item = &'v str>) -> Option<&'v str> {
    versions.min_by_key(|version| (numbers(version), *version))
}

/// The leading numbers of a version: `26.1.6-0-g1c2d` is 26, 1, 6.
pub fn numbers(version: &str) -> Vec<u64> {
    let head = version.split(|c: char| !c.is_ascii_digit() && c != '.').next().unwrap_or_default();
    head.split('.').map_while(|number| number.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    // As a server of 26.1 printed them.
    const WAREHOUSE: &str = r#"[{"name":"id","field_type":"integer","is_nullable":false},{"name":"bucket_id","field_type":"unsigned","is_nullable":false},{"name":"item","field_type":"string","is_nullable":false}]"#;
    const BY_ID: &str = r#"{"ShardedImplicitly":[["id"],"murmur3","default"]}"#;

    fn row(distribution: &str, format: &str) -> TableRow {
        TableRow {
            id: 1025,
            name: "warehouse".into(),
            distribution: distribution.into(),
            format: format.into(),
            operable: true,
            engine: "memtx".into(),
        }
    }

    fn index(id: i64, name: &str, opts: &str, parts: &str) -> IndexRow {
        IndexRow {
            table_id: 1025,
            id,
            name: name.into(),
            opts: opts.into(),
            parts: parts.into(),
            operable: true,
        }
    }

    fn property<'t>(table: &'t TableDescription, name: &str) -> Option<&'t str> {
        table.properties.get(name).map(String::as_str)
    }

    #[test]
    fn a_sharded_table_hides_its_buckets() {
        let pkey = index(0, "1025_pkey", r#"[{"unique":true}]"#, r#"[["id","integer",null,false,null]]"#);
        let table = table(&row(BY_ID, WAREHOUSE), &[pkey]).expect("it is known");
        let seen: Vec<_> = table.columns.iter().map(|c| (c.name.as_str(), c.hidden, c.has_default)).collect();
        assert_eq!(seen, [("id", false, false), ("bucket_id", true, true), ("item", false, false)]);
        assert_eq!(table.primary_key, ["id"]);
        assert_eq!(property(&table, TableDescription::ROUTING_KEY), Some("id"));
        assert_eq!(property(&table, TableDescription::TIER), Some("default"));
        assert_eq!(property(&table, TableDescription::DISTRIBUTION), Some("sharded"));
        assert_eq!(property(&table, TableDescription::ENGINE), Some("memtx"));
        assert_eq!((property(&table, UNIQUE), table.kind), (None, TableKind::Table));
    }

    #[test]
    fn a_global_table_may_have_a_column_of_that_name() {
        let table = table(&row(r#"{"Global":null}"#, WAREHOUSE), &[]).expect("it is known");
        assert!(table.columns.iter().all(|column| !column.hidden && !column.has_default));
        assert_eq!(property(&table, TableDescription::DISTRIBUTION), Some("global"));
        assert_eq!(property(&table, TableDescription::TIER), None);
        assert_eq!(property(&table, TableDescription::ROUTING_KEY), None);
    }

    #[test]
    fn keys_of_several_columns_keep_their_order_and_a_bucket_itself_is_no_key() {
        let key = |json: &str| match Distribution::parse(json) {
            Some(Distribution::Sharded { key, tier }) => Some((key, tier)),
            _ => None,
        };
        let two = key(r#"{"ShardedImplicitly":[["b","a"],"murmur3","hot"]}"#).expect("sharded");
        assert_eq!(two, (Some(vec!["b".into(), "a".into()]), "hot".into()));
        let field = key(r#"{"ShardedByField":["bucket_id","default"]}"#).expect("sharded");
        assert_eq!(field, (None, "default".into()));
        let other = key(r#"{"ShardedImplicitly":[["a"],"crc32","hot"]}"#).expect("sharded");
        assert_eq!(other, (None, "hot".into()));
        let by_field = table(&row(r#"{"ShardedByField":["bucket_id","default"]}"#, WAREHOUSE), &[]);
        let by_field = by_field.expect("it is known");
        assert_eq!(property(&by_field, TableDescription::ROUTING_KEY), None);
        assert_eq!(property(&by_field, TableDescription::DISTRIBUTION), Some("sharded"));
        let comma = table(&row(r#"{"ShardedImplicitly":[["a,b"],"murmur3","hot"]}"#, WAREHOUSE), &[]);
        assert_eq!(property(&comma.expect("it is known"), TableDescription::ROUTING_KEY), None);
    }

    #[test]
    fn every_field_type_has_its_type_or_none() {
        for (name, ty, native) in [
            ("any", Some(SqlType::Json), Some("ANY")),
            ("unsigned", Some(SqlType::Int64), Some("UNSIGNED")),
            ("string", Some(SqlType::TEXT), None),
            ("double", Some(SqlType::Float64), None),
            ("integer", Some(SqlType::Int64), None),
            ("boolean", Some(SqlType::Boolean), None),
            ("varbinary", None, Some("VARBINARY")),
            ("decimal", Some(SqlType::BigDecimal), None),
            ("uuid", Some(SqlType::Uuid), None),
            ("datetime", Some(datetime()), None),
            ("interval", None, Some("INTERVAL")),
            ("array", Some(SqlType::Json), Some("ARRAY")),
            ("map", Some(SqlType::Json), Some("MAP")),
            ("json", Some(SqlType::Json), None),
            ("vector", None, Some("VECTOR")),
        ] {
            assert_eq!(field_type(name), (ty, native.map(str::to_owned)), "{name}");
        }
    }

    #[test]
    fn unique_indexes_beside_the_key_are_a_property() {
        let parts = |names: &[&str]| {
            let parts: Vec<_> =
                names.iter().map(|name| format!(r#"["{name}","string",null,true,null]"#)).collect();
            format!("[{}]", parts.join(","))
        };
        let half_made =
            IndexRow { operable: false, ..index(9, "later", r#"[{"unique":true}]"#, &parts(&["x"])) };
        let indexes = [
            index(3, "z", r#"[{"unique":true}]"#, &parts(&["item", "id"])),
            index(0, "pk", r#"[{"unique":true}]"#, &parts(&["item", "id"])),
            index(1, "plain", r#"[{"unique":false}]"#, &parts(&["item"])),
            index(2, "a", r#"[{"distance":"euclid"},{"unique":true}]"#, &parts(&["item"])),
            IndexRow { table_id: 7, ..index(5, "of another", r#"[{"unique":true}]"#, &parts(&["q"])) },
            index(4, "no_options", "[]", &parts(&["item"])),
            half_made,
        ];
        let table = table(&row(BY_ID, WAREHOUSE), &indexes).expect("it is known");
        assert_eq!(table.primary_key, ["item", "id"]);
        assert_eq!(property(&table, UNIQUE), Some("a(item) z(item,id)"));
    }

    #[test]
    fn what_is_not_as_known_is_told_by_its_place() {
        let error = |row: &TableRow, indexes: &[IndexRow]| table(row, indexes).unwrap_err().to_string();
        let told = |what: &str| {
            format!("`{what}` of `warehouse` is in a form that this version of querent does not know")
        };
        for json in ["", "[]", "{}", r#"{"Elsewhere":[]}"#, r#"{"ShardedImplicitly":[["a"],"murmur3"]}"#] {
            assert_eq!(error(&row(json, WAREHOUSE), &[]), told("_pico_table.distribution"), "{json}");
        }
        for json in ["", "{}", r#"[{"name":"a"}]"#, r#"[{"name":"a","field_type":"any","is_nullable":1}]"#] {
            assert_eq!(error(&row(BY_ID, json), &[]), told("_pico_table.format"), "{json}");
        }
        let wrong = [index(0, "pk", "[]", "[[]]")];
        assert_eq!(error(&row(BY_ID, WAREHOUSE), &wrong), told("_pico_index.parts"));
        let wrong = [index(0, "pk", r#"[{"unique":1}]"#, r#"[["id"]]"#)];
        assert_eq!(error(&row(BY_ID, WAREHOUSE), &wrong), told("_pico_index.opts"));
    }

    #[test]
    fn routines_tiers_and_versions() {
        let row =
            |params: &str| RoutineRow { name: "move".into(), params: params.into(), ..RoutineRow::default() };
        assert_eq!(routine(&row(r#"[{"type":"integer"},"string"]"#)), "move(integer, string)");
        assert_eq!(routine(&row("[]")), "move()");
        assert_eq!(routine(&row("{}")), "move(…)");
        let buckets = r#"[{"bucket_id_start":501,"bucket_id_end":3000},{"bucket_id_start":1,"bucket_id_end":500,"state":"active","tier_name":"default"}]"#;
        assert_eq!(bucket_count(buckets), Some(3000));
        assert_eq!((bucket_count("[]"), bucket_count("{")), (None, None));
        let versions = ["26.1.10-0-g12", "26.1.9-3-gab", "26.2.0"];
        assert_eq!(earliest(versions.into_iter()), Some("26.1.9-3-gab"));
        assert_eq!(earliest(["25.6.0", "26.1"].into_iter()), Some("25.6.0"));
        assert_eq!(earliest(std::iter::empty()), None);
    }
}
