//! The tables of the system, and what Picodata adds to a table that is made: where its rows are, and `bucket_id`.
//!
//! The columns are those of `_pico_table.format` (25.6 and 26.1.6); what it calls map, array and any is JSON on the wire.

use std::collections::BTreeMap;

use querent_types::{ColumnDescription, SqlType, TableDescription, TableKind};

use super::{Version, datetime};

/// The hidden column of sharded tables, which holds the number of a row's bucket.
pub(super) const BUCKET_ID: &str = "bucket_id";

/// Columns as `name type`, with `?` where they may be NULL and `+` where 26.1 brought them.
const SYSTEM: &[(&str, &str)] = &[
    (
        "_pico_table",
        "id int, name text, distribution json, format json, schema_version int, operable bool, engine text, owner int, \
         description text, opts json?+",
    ),
    (
        "_pico_index",
        "table_id int, id int, name text, type text, opts json, parts json, operable bool, schema_version int",
    ),
    (
        "_pico_instance",
        "name text, uuid text, raft_id int, replicaset_name text, replicaset_uuid text, current_state json, \
         target_state json, failure_domain json, tier text, picodata_version text, sync_incarnation int?+, \
         target_state_reason text?+, target_state_change_time datetime?+",
    ),
    ("_pico_peer_address", "raft_id int, address text, connection_type text"),
    (
        "_pico_replicaset",
        "name text, uuid text, current_master_name text, target_master_name text, tier text, weight double, \
         weight_origin text, state text, current_config_version int, target_config_version int, promotion_vclock json, \
         master_change_counter int?+, current_bucket_state_version int?+, target_bucket_state_version int?+",
    ),
    (
        "_pico_tier",
        "name text, replication_factor int, can_vote bool, current_vshard_config_version int, \
         target_vshard_config_version int, vshard_bootstrapped bool, bucket_count int, is_default bool?, \
         current_bucket_state_version int?+, target_bucket_state_version int?+",
    ),
    ("_pico_user", "id int, name text, schema_version int, auth json?, owner int, type text"),
    (
        "_pico_privilege",
        "grantor_id int, grantee_id int, privilege text, object_type text, object_id int, schema_version int",
    ),
    ("_pico_property", "key text, value json"),
    ("_pico_db_config", "key text, scope text, value json"),
    (
        "_pico_routine",
        "id int, name text, kind text, params json, returns json, language text, body text, security text, \
         operable bool, schema_version int, owner int",
    ),
    // Their columns were not recorded, and so are not known.
    ("_pico_governor_queue", ""),
    ("_pico_user_audit_policy", ""),
    ("_pico_plugin", ""),
    ("_pico_service", ""),
    ("_pico_service_route", ""),
    ("_pico_plugin_migration", ""),
    ("_pico_plugin_config", ""),
    ("_pico_bucket", ""),
    ("_pico_resharding_state", ""),
];

/// A table of the system's own.
pub(super) fn system_table<const V: u8>(name: &[String]) -> Option<TableDescription> {
    let [name] = name else { return None };
    let (_, columns) = SYSTEM.iter().find(|(own, _)| own == name)?;
    let recent = Version(V) >= Version::V26_1_0;
    let columns = columns.split(", ").filter(|column| recent || !column.ends_with('+')).filter_map(column);
    let mut table = TableDescription::new(vec![name.clone()], columns.collect());
    table.kind = TableKind::System;
    table.properties.insert(TableDescription::DISTRIBUTION.to_owned(), TableDescription::GLOBAL.to_owned());
    Some(table)
}

fn column(text: &str) -> Option<ColumnDescription> {
    let (name, ty) = text.trim_end_matches('+').split_once(' ')?;
    let nullable = ty.ends_with('?');
    let ty = match ty.trim_end_matches('?') {
        "int" => SqlType::Int64,
        "double" => SqlType::Float64,
        "bool" => SqlType::Boolean,
        "datetime" => datetime(),
        "json" => SqlType::Json,
        _ => SqlType::TEXT,
    };
    Some(ColumnDescription::new(name, ty, nullable))
}

/// What is kept of the options of a CREATE TABLE, which `parse/` makes of the clauses behind the columns.
pub(super) fn properties(options: &[(String, String)]) -> Result<BTreeMap<String, String>, String> {
    let mut properties = BTreeMap::new();
    for (key, value) in options {
        if key == TableDescription::ENGINE && !matches!(value.as_str(), "memtx" | "vinyl") {
            return Err(format!("there is no engine `{value}`: it is `memtx` or `vinyl`"));
        }
        let known = [
            TableDescription::ENGINE,
            TableDescription::DISTRIBUTION,
            TableDescription::ROUTING_KEY,
            TableDescription::TIER,
        ];
        if known.contains(&key.as_str()) {
            properties.insert(key.clone(), value.clone());
        }
    }
    Ok(properties)
}

/// Adds what a table has without saying it: its engine, where its rows are, and the hidden column of their buckets.
pub(super) fn complete(table: &mut TableDescription) -> Result<(), String> {
    let set = |properties: &mut BTreeMap<String, String>, key: &str, value: &str| {
        properties.entry(key.to_owned()).or_insert_with(|| value.to_owned());
    };
    set(&mut table.properties, TableDescription::ENGINE, "memtx");
    if table.properties.get(TableDescription::DISTRIBUTION).is_some_and(|own| own == TableDescription::GLOBAL)
    {
        return match table.properties.get(TableDescription::ENGINE).map(String::as_str) {
            Some("vinyl") => Err("a global table cannot be of the engine `vinyl`".to_owned()),
            _ => Ok(()),
        };
    }
    set(&mut table.properties, TableDescription::DISTRIBUTION, TableDescription::SHARDED);
    set(&mut table.properties, TableDescription::TIER, "default");
    let key = table.primary_key.join(",");
    set(&mut table.properties, TableDescription::ROUTING_KEY, &key);
    let names = table.properties.get(TableDescription::ROUTING_KEY).cloned().unwrap_or_default();
    let is_there = |name: &&str| table.columns.iter().any(|column| column.name == **name);
    if let Some(absent) = names.split(',').find(|name| !name.is_empty() && !is_there(name)) {
        return Err(format!("rows cannot be distributed by `{absent}`, which is no column of the table"));
    }
    // It stands behind the primary key where that leads, and else last.
    let leads = table.primary_key.iter().zip(&table.columns).all(|(key, column)| *key == column.name);
    let place = if leads { table.primary_key.len() } else { table.columns.len() };
    let bucket = ColumnDescription {
        native: Some("UNSIGNED".to_owned()),
        hidden: true,
        ..ColumnDescription::new(BUCKET_ID, SqlType::Int64, false)
    };
    table.columns.insert(place.min(table.columns.len()), bucket);
    Ok(())
}
