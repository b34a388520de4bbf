//! The catalog's tables with the types that 26.1.6 gives their columns: `any`, `map` and `array` are json.

use serde_json::json;

use super::{Instance, Topology};
use crate::value::{Type, Value};

/// A table of the catalog.
#[derive(Debug, Clone)]
pub struct Relation {
    /// Names and types.
    pub columns: Vec<(String, Type)>,
    /// The rows.
    pub rows: Vec<Vec<Value>>,
}

/// Ids of user tables begin after the system's.
const FIRST_TABLE_ID: i64 = 1025;

impl Topology {
    /// The catalog's table of this name, or `None` if there is none.
    pub fn relation(&self, name: &str) -> Option<Relation> {
        let columns = columns(name)?;
        let mut rows = match name {
            "_pico_instance" => self.instance_rows(),
            "_pico_peer_address" => self.address_rows(),
            "_pico_replicaset" => self.replicaset_rows(),
            "_pico_tier" => self.tier_rows(),
            "_pico_table" => self.table_rows(),
            "_pico_index" => self.index_rows(),
            "_pico_property" => self.property_rows(),
            _ => Vec::new(),
        };
        rows.extend(self.extra.get(name).into_iter().flatten().cloned());
        Some(Relation { columns, rows })
    }

    fn instance_rows(&self) -> Vec<Vec<Value>> {
        let row = |node: &Instance| {
            let state = json!([node.state, node.incarnation]);
            let replicaset = self.replicaset(&node.replicaset);
            crate::row![
                node.name.as_str(),
                node.uuid.as_str(),
                node.raft_id,
                node.replicaset.as_str(),
                replicaset.map(|found| found.uuid.as_str()),
                state.clone(),
                state,
                node.failure_domain.clone(),
                replicaset.map(|found| found.tier.as_str()),
                "26.1.6-0-g0000000",
                node.incarnation,
                "",
                Value::timestamptz("2026-01-01T00:00:00Z"),
            ]
        };
        self.instances.iter().map(row).collect()
    }

    /// Nothing listens where `iproto` and `http` are said to.
    fn address_rows(&self) -> Vec<Vec<Value>> {
        let row = |node: &Instance| {
            let of = |address: &str, kind: &str| crate::row![node.raft_id, address, kind];
            [of(&node.address, "pgproto"), of("127.0.0.1:1", "iproto"), of("127.0.0.1:2", "http")]
        };
        self.instances.iter().flat_map(row).collect()
    }

    fn replicaset_rows(&self) -> Vec<Vec<Value>> {
        let row = |set: &super::Replicaset| {
            crate::row![
                set.name.as_str(),
                set.uuid.as_str(),
                set.master.as_str(),
                set.master.as_str(),
                set.tier.as_str(),
                1.0,
                "auto",
                "ready",
                1_i64,
                1_i64,
                json!({ "1": 100 }),
                0_i64,
                1_i64,
                1_i64,
            ]
        };
        self.replicasets.iter().map(row).collect()
    }

    fn tier_rows(&self) -> Vec<Vec<Value>> {
        let row = |(at, tier): (usize, &super::Tier)| {
            let sizes =
                self.replicasets.iter().filter(|set| set.tier == tier.name).map(|set| {
                    self.instances.iter().filter(|node| node.replicaset == set.name).count() as i64
                });
            let buckets = tier.bucket_count as i64;
            crate::row![
                tier.name.as_str(),
                sizes.max().unwrap_or(1),
                true,
                1_i64,
                1_i64,
                true,
                buckets,
                at == 0,
                1_i64,
                1_i64
            ]
        };
        self.tiers.iter().enumerate().map(row).collect()
    }

    fn table_rows(&self) -> Vec<Vec<Value>> {
        let row = |(table, id): (&super::Table, i64)| {
            crate::row![
                id,
                table.name(),
                table.distribution().clone(),
                table.format(),
                self.schema_version,
                true,
                table.engine(),
                1_i64,
                "",
                json!([]),
            ]
        };
        self.tables.iter().zip(FIRST_TABLE_ID..).map(row).collect()
    }

    fn index_rows(&self) -> Vec<Vec<Value>> {
        let mut rows = Vec::new();
        for (table, table_id) in self.tables.iter().zip(FIRST_TABLE_ID..) {
            for ((name, opts, parts), id) in table.indexes().into_iter().zip(0_i64..) {
                rows.push(crate::row![table_id, id, name, "tree", opts, parts, true, self.schema_version]);
            }
        }
        rows
    }

    fn property_rows(&self) -> Vec<Vec<Value>> {
        vec![
            crate::row!["cluster_version", json!("26.1.6")],
            crate::row!["global_schema_version", json!(self.schema_version)],
            crate::row!["next_schema_version", json!(self.schema_version + 1)],
            crate::row!["system_catalog_version", json!("26.1.5")],
        ]
    }
}

fn columns(table: &str) -> Option<Vec<(String, Type)>> {
    let spelled = match table {
        "_pico_instance" => {
            "name:s uuid:s raft_id:i replicaset_name:s replicaset_uuid:s current_state:j target_state:j failure_domain:j \
             tier:s picodata_version:s sync_incarnation:i target_state_reason:s target_state_change_time:t"
        }
        "_pico_peer_address" => "raft_id:i address:s connection_type:s",
        "_pico_replicaset" => {
            "name:s uuid:s current_master_name:s target_master_name:s tier:s weight:d weight_origin:s state:s \
             current_config_version:i target_config_version:i promotion_vclock:j master_change_counter:i \
             current_bucket_state_version:i target_bucket_state_version:i"
        }
        "_pico_tier" => {
            "name:s replication_factor:i can_vote:b current_vshard_config_version:i target_vshard_config_version:i \
             vshard_bootstrapped:b bucket_count:i is_default:b current_bucket_state_version:i target_bucket_state_version:i"
        }
        "_pico_table" => {
            "id:i name:s distribution:j format:j schema_version:i operable:b engine:s owner:i description:s opts:j"
        }
        "_pico_index" => "table_id:i id:i name:s type:s opts:j parts:j operable:b schema_version:i",
        "_pico_property" => "key:s value:j",
        "_pico_routine" => {
            "id:i name:s kind:s params:j returns:j language:s body:s security:s operable:b schema_version:i owner:i"
        }
        "_pico_user" => "id:i name:s schema_version:i auth:j owner:i type:s",
        "_pico_privilege" => {
            "grantor_id:i grantee_id:i privilege:s object_type:s object_id:i schema_version:i"
        }
        "_pico_db_config" => "key:s scope:s value:j",
        _ => return None,
    };
    let column = |word: &str| {
        let (name, ty) = word.split_once(':')?;
        let ty = match ty {
            "i" => Type::Int8,
            "s" => Type::Text,
            "b" => Type::Bool,
            "d" => Type::Float8,
            "t" => Type::Timestamptz,
            _ => Type::Json,
        };
        Some((name.to_owned(), ty))
    };
    spelled.split_ascii_whitespace().map(column).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Table;

    #[test]
    fn every_row_has_the_columns_of_its_table() {
        let table = Table::sharded("t", &["id"], &[("id", "integer"), ("name", "string*")]).with_index(
            "n",
            &["name"],
            false,
        );
        let topology = Topology::flat(3).with_table(table);
        for (name, rows) in [
            ("_pico_instance", 3),
            ("_pico_peer_address", 9),
            ("_pico_replicaset", 3),
            ("_pico_tier", 1),
            ("_pico_table", 1),
            ("_pico_index", 3),
            ("_pico_property", 4),
            ("_pico_routine", 0),
        ] {
            let relation = topology.relation(name).unwrap();
            assert_eq!(relation.rows.len(), rows, "{name}");
            for row in &relation.rows {
                assert_eq!(row.len(), relation.columns.len(), "{name}");
            }
        }
        assert!(topology.relation("nope").is_none());
    }

    #[test]
    fn a_table_is_told_as_the_server_tells_it() {
        let table = Table::sharded("t", &["id"], &[("id", "integer"), ("item", "string")]);
        let topology = Topology::flat(1).with_table(table);
        let rows = topology.relation("_pico_table").unwrap().rows;
        let format = json!([
            { "name": "id", "field_type": "integer", "is_nullable": false },
            { "name": "bucket_id", "field_type": "unsigned", "is_nullable": false },
            { "name": "item", "field_type": "string", "is_nullable": false },
        ]);
        assert_eq!(rows[0][3], Value::Json(format));
        assert_eq!(rows[0][2], Value::Json(json!({ "ShardedImplicitly": [["id"], "murmur3", "default"] })));
        let parts = &topology.relation("_pico_index").unwrap().rows[0][5];
        assert_eq!(*parts, Value::Json(json!([["id", "integer", null, false, null]])));
    }
}
