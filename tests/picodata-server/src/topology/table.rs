//! A user table, as the catalog tells of it.

use serde_json::{Value as Json, json};

/// A user table: its columns, its distribution and its primary key.
#[derive(Debug, Clone)]
pub struct Table {
    name: String,
    /// Name, type as the catalog spells it, and whether it may be NULL.
    columns: Vec<(String, String, bool)>,
    key: Vec<String>,
    distribution: Json,
    /// Secondary indexes: name, columns, unique.
    indexes: Vec<(String, Vec<String>, bool)>,
    engine: String,
}

impl Table {
    /// A table of the tier `default`, distributed by the columns of its primary key. Types are those of the catalog:
    /// `integer`, `unsigned`, `string`, `boolean`, `double`, `decimal`, `uuid`, `datetime`, `array`, `map`, `any`; a `*`
    /// behind one says that the column may be NULL.
    pub fn sharded(name: &str, key: &[&str], columns: &[(&str, &str)]) -> Table {
        let distribution = json!({ "ShardedImplicitly": [key, "murmur3", "default"] });
        let mut table = Table::new(name, key, columns, distribution);
        // Where the server puts it: behind the columns of the key that lead the table.
        let leading = columns.iter().take_while(|(column, _)| key.contains(column)).count();
        table.columns.insert(leading, ("bucket_id".to_owned(), "unsigned".to_owned(), false));
        table.indexes.push(("bucket_id".to_owned(), vec!["bucket_id".to_owned()], false));
        table
    }

    /// A table that every node has whole.
    pub fn global(name: &str, key: &[&str], columns: &[(&str, &str)]) -> Table {
        Table::new(name, key, columns, json!({ "Global": null }))
    }

    /// Distributed by other columns than the key, or in another tier.
    #[must_use]
    pub fn distributed_by(mut self, columns: &[&str], tier: &str) -> Table {
        self.distribution = json!({ "ShardedImplicitly": [columns, "murmur3", tier] });
        self
    }

    /// With a secondary index.
    #[must_use]
    pub fn with_index(mut self, name: &str, columns: &[&str], unique: bool) -> Table {
        let columns = columns.iter().map(|column| (*column).to_owned()).collect();
        self.indexes.push((name.to_owned(), columns, unique));
        self
    }

    /// Kept by `vinyl`, not by `memtx`.
    #[must_use]
    pub fn vinyl(mut self) -> Table {
        self.engine = "vinyl".to_owned();
        self
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn new(name: &str, key: &[&str], columns: &[(&str, &str)], distribution: Json) -> Table {
        let columns = columns.iter().map(|(column, ty)| {
            let nullable = ty.ends_with('*');
            ((*column).to_owned(), ty.trim_end_matches('*').to_owned(), nullable)
        });
        Table {
            name: name.to_owned(),
            columns: columns.collect(),
            key: key.iter().map(|column| (*column).to_owned()).collect(),
            distribution,
            indexes: Vec::new(),
            engine: "memtx".to_owned(),
        }
    }

    pub(super) fn distribution(&self) -> &Json {
        &self.distribution
    }

    pub(super) fn engine(&self) -> &str {
        &self.engine
    }

    pub(super) fn format(&self) -> Json {
        let fields = self
            .columns
            .iter()
            .map(|(name, ty, nullable)| json!({ "name": name, "field_type": ty, "is_nullable": nullable }));
        fields.collect()
    }

    /// Name, `opts` and `parts` of each index, the primary one first.
    pub(super) fn indexes(&self) -> Vec<(String, Json, Json)> {
        let parts = |columns: &[String]| -> Json {
            let part = |column: &String| {
                let found = self.columns.iter().find(|(name, ..)| name == column);
                let (ty, nullable) =
                    found.map_or(("any", true), |(_, ty, nullable)| (ty.as_str(), *nullable));
                json!([column, ty, null, nullable, null])
            };
            columns.iter().map(part).collect()
        };
        let primary = (format!("{}_pkey", self.name), json!([{ "unique": true }]), parts(&self.key));
        let others = self.indexes.iter().map(|(name, columns, unique)| {
            let name = if name == "bucket_id" { format!("{}_bucket_id", self.name) } else { name.clone() };
            (name, json!([{ "unique": unique }]), parts(columns))
        });
        std::iter::once(primary).chain(others).collect()
    }
}
