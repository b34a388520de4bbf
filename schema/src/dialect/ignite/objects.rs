//! The cache and the types of objects behind a table, as CREATE TABLE makes them (2.17.0).
//!
//! Where `key_type` or `value_type` is not given, the server takes a name with a random UUID in it, so that nothing is said.

use querent_types::{
    CacheDescription, ColumnDescription, ObjectField, ObjectType, SqlType, TableDescription,
};

use crate::objects::{OBJECT, WIRES};

/// The cache of a table, and the types of its keys and values.
pub(super) fn behind(table: &TableDescription) -> (CacheDescription, Vec<ObjectType>) {
    let property = |name: &str| table.properties.get(name).cloned();
    let name = property("cache_name").unwrap_or_else(|| format!("SQL_{}", table.path.join("_")));
    let is_key = |column: &&ColumnDescription| table.primary_key.contains(&column.name);
    let visible = || table.columns.iter().filter(|column| !column.hidden);
    let keys: Vec<&ColumnDescription> = visible().filter(is_key).collect();
    let values: Vec<&ColumnDescription> = visible().filter(|column| !is_key(column)).collect();
    let mut types = Vec::new();
    let mut object = |name: Option<String>, columns: &[&ColumnDescription], affinity_key: Option<String>| {
        let name = name?;
        let field = |column: &&ColumnDescription| {
            Some(ObjectField { name: column.name.clone(), ty: wire(column.ty.as_ref()?)?.to_owned() })
        };
        let fields = columns.iter().filter_map(field).collect();
        types.push(ObjectType { name: name.clone(), fields, affinity_key, values: Vec::new() });
        Some(name)
    };
    let key_type = match keys[..] {
        [only] if plain_key(table) => class(only),
        _ => object(property("key_type"), &keys, property("affinity_key")),
    };
    let value_type = match values[..] {
        [only] if property("wrap_value").is_some_and(|wrap| wrap == "false") => class(only),
        _ => object(property("value_type"), &values, None),
    };
    let kept = ["atomicity", "template"];
    let properties = table.properties.iter().filter(|(key, _)| kept.contains(&key.as_str()));
    let properties = properties.map(|(key, value)| (key.clone(), value.clone())).collect();
    (CacheDescription { name, key_type, value_type, properties }, types)
}

/// Whether the key of a table is the value of one column, not an object around its columns. Only such a key is never NULL:
/// an object of NULLs is a key to both engines (2.17.0).
pub(super) fn plain_key(table: &TableDescription) -> bool {
    let is_wrapped = table.properties.get("wrap_key").is_some_and(|wrap| wrap != "false");
    table.primary_key.len() == 1 && !is_wrapped && !table.properties.contains_key("key_type")
}

/// The name on the wire of what a column's values are.
fn wire(ty: &SqlType) -> Option<&'static str> {
    let code = match ty {
        SqlType::Boolean => 8,
        SqlType::Int8 => 1,
        SqlType::Int16 => 2,
        SqlType::Int32 => 3,
        SqlType::Int64 => 4,
        SqlType::Float32 => 5,
        SqlType::Float64 => 6,
        SqlType::BigDecimal | SqlType::Decimal { .. } => 30,
        SqlType::Text(_) => 9,
        SqlType::Binary(_) => 12,
        SqlType::Uuid => 10,
        SqlType::Time(_) => 36,
        SqlType::Timestamp(..) => 33,
        // java.sql.Date, which has no code of its own in the metadata.
        SqlType::Date32 => OBJECT,
        _ => return None,
    };
    WIRES.iter().find(|wire| wire.code == code).map(|wire| wire.name)
}

/// The Java class of a column's values.
fn class(column: &ColumnDescription) -> Option<String> {
    let name = wire(column.ty.as_ref()?)?;
    let wire = WIRES.iter().find(|wire| wire.name == name)?;
    wire.java.first().map(|class| (*class).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ddl, dialect};

    #[track_caller]
    fn of(sql: &str) -> (CacheDescription, Vec<ObjectType>) {
        let file = ddl::File { name: "t.sql".into(), text: sql.into() };
        let made = ddl::evaluate(&[file], dialect::by_name("ignite-h2").expect("a dialect"));
        assert!(!made.has_errors(), "{:?}", made.findings);
        (made.source.caches[0].clone(), made.source.types)
    }

    #[test]
    fn a_key_of_one_column_is_kept_as_it_is() {
        let (cache, types) = of("CREATE TABLE t (id INT PRIMARY KEY, born DATE)");
        assert_eq!(cache.name, "SQL_PUBLIC_T");
        assert_eq!((cache.key_type.as_deref(), cache.value_type), (Some("java.lang.Integer"), None));
        assert!(types.is_empty());
    }

    #[test]
    fn named_types_have_their_columns_as_fields() {
        let (cache, types) =
            of("CREATE TABLE t (a INT, b VARCHAR, c DATE, d DECIMAL(3, 1), PRIMARY KEY (a, b))
             WITH \"affinity_key=a,cache_name=things,key_type=K,value_type=V\"");
        assert_eq!(
            (&*cache.name, cache.key_type.as_deref(), cache.value_type.as_deref()),
            ("things", Some("K"), Some("V"))
        );
        let fields = |ty: &ObjectType| -> Vec<String> {
            ty.fields.iter().map(|field| format!("{} {}", field.name, field.ty)).collect()
        };
        assert_eq!(fields(&types[0]), ["A int", "B String"]);
        assert_eq!(types[0].affinity_key.as_deref(), Some("A"));
        assert_eq!(fields(&types[1]), ["C Object", "D decimal"]);
    }
}
