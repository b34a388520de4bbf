//! Caches: their names and configurations.

use std::collections::BTreeMap;

use querent_core::Result;
use querent_core::types::CacheDescription;
use querent_protocol::ignite::config::{
    AtomicityMode, CacheConfiguration, CacheMode, PartitionLossPolicy, WriteSynchronizationMode,
};
use querent_protocol::ignite::request::Expiry;

use super::ask::Ask;
use super::classes::is_random;

/// A cache.
pub(super) struct Cache {
    pub(super) name: String,
    /// `None` where the server does not give it.
    pub(super) configuration: Option<CacheConfiguration>,
}

/// Reads all caches, by name.
pub(super) async fn read(ask: &Ask, notes: &mut Vec<String>) -> Result<Vec<Cache>> {
    let names = ask.cache_names().await?;
    let configurations = ask.configurations(&names).await?;
    let caches = names.into_iter().zip(configurations).map(|(name, configuration)| {
        let configuration = configuration
            .map_err(|error| notes.push(format!("the configuration of cache `{name}` is not known: {error}")))
            .ok();
        Cache { name, configuration }
    });
    Ok(caches.collect())
}

impl Cache {
    pub(super) fn is_replicated(&self) -> bool {
        self.configuration.as_ref().is_some_and(|c| c.cache_mode == Some(CacheMode::Replicated))
    }

    pub(super) fn is_transactional(&self) -> bool {
        self.configuration.as_ref().is_some_and(|c| c.atomicity_mode == Some(AtomicityMode::Transactional))
    }

    /// What is kept of it.
    pub(super) fn description(&self) -> CacheDescription {
        let named = |name: Option<&String>| name.filter(|name| !name.is_empty() && !is_random(name)).cloned();
        let Some(configuration) = &self.configuration else {
            return CacheDescription { name: self.name.clone(), ..CacheDescription::default() };
        };
        let entities = configuration.query_entities.as_deref().unwrap_or_default();
        // A cache with several entities has values of several types.
        let (key_type, value_type) = match entities {
            [] => (None, None),
            [first, rest @ ..] => {
                let same_key = rest.iter().all(|entity| entity.key_type == first.key_type);
                let same_value = rest.iter().all(|entity| entity.value_type == first.value_type);
                (
                    named(first.key_type.as_ref()).filter(|_| same_key),
                    named(first.value_type.as_ref()).filter(|_| same_value),
                )
            }
        };
        CacheDescription {
            name: self.name.clone(),
            key_type,
            value_type,
            properties: properties(configuration),
        }
    }
}

/// What clients can notice: where entries are, what a write promises, how long entries live. How a server stores and
/// rebalances them is left out, and so are numbers that only tune.
fn properties(configuration: &CacheConfiguration) -> BTreeMap<String, String> {
    let c = configuration;
    let mut kept = BTreeMap::new();
    let mut keep = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            kept.insert(name.to_owned(), value);
        }
    };
    keep("mode", c.cache_mode.map(|mode| mode_name(mode).to_owned()));
    keep("atomicity", c.atomicity_mode.map(|mode| atomicity_name(mode).to_owned()));
    let is_partitioned = c.cache_mode == Some(CacheMode::Partitioned);
    keep("backups", c.backups.filter(|_| is_partitioned).map(|backups| backups.to_string()));
    keep("write_synchronization_mode", c.write_synchronization_mode.map(|mode| write_name(mode).to_owned()));
    keep("cache_group", c.group_name.clone());
    keep("data_region", c.data_region.clone());
    keep("sql_schema", c.sql_schema.as_deref().map(unquoted));
    keep("partition_loss_policy", c.partition_loss_policy.map(|policy| loss_name(policy).to_owned()));
    let is_off = |flag: Option<bool>| (flag == Some(false)).then(|| "false".to_owned());
    let is_on = |flag: Option<bool>| (flag == Some(true)).then(|| "true".to_owned());
    keep("read_from_backup", is_off(c.read_from_backup));
    keep("eager_ttl", is_off(c.eager_ttl));
    keep("onheap_cache_enabled", is_on(c.onheap_cache_enabled));
    if let Some(policy) = &c.expiry_policy {
        for (name, expiry) in [
            ("expiry_create", policy.create),
            ("expiry_update", policy.update),
            ("expiry_access", policy.access),
        ] {
            keep(name, Some(expiry_text(expiry)));
        }
    }
    // Keys of a type with a random name: the table's affinity key says the same.
    let keys = c.key_configurations.iter().flatten().filter(|key| !is_random(&key.type_name));
    for key in keys {
        if let Some(field) = &key.affinity_field {
            keep(&format!("affinity_key.{}", key.type_name), Some(field.clone()));
        }
    }
    kept
}

/// The server keeps the schema of a table as it was written, in quotes where it is case-sensitive.
fn unquoted(name: &str) -> String {
    name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name).to_owned()
}

fn mode_name(mode: CacheMode) -> &'static str {
    match mode {
        CacheMode::Local => "local",
        CacheMode::Replicated => "replicated",
        CacheMode::Partitioned => "partitioned",
    }
}

fn atomicity_name(mode: AtomicityMode) -> &'static str {
    match mode {
        AtomicityMode::Transactional => "transactional",
        AtomicityMode::Atomic => "atomic",
        AtomicityMode::TransactionalSnapshot => "transactional_snapshot",
    }
}

fn write_name(mode: WriteSynchronizationMode) -> &'static str {
    match mode {
        WriteSynchronizationMode::FullSync => "full_sync",
        WriteSynchronizationMode::FullAsync => "full_async",
        WriteSynchronizationMode::PrimarySync => "primary_sync",
    }
}

fn loss_name(policy: PartitionLossPolicy) -> &'static str {
    match policy {
        PartitionLossPolicy::ReadOnlySafe => "read_only_safe",
        PartitionLossPolicy::ReadOnlyAll => "read_only_all",
        PartitionLossPolicy::ReadWriteSafe => "read_write_safe",
        PartitionLossPolicy::ReadWriteAll => "read_write_all",
        PartitionLossPolicy::Ignore => "ignore",
    }
}

fn expiry_text(expiry: Expiry) -> String {
    match expiry {
        Expiry::Unchanged => "unchanged".to_owned(),
        Expiry::Eternal => "eternal".to_owned(),
        Expiry::Zero => "at once".to_owned(),
        Expiry::Millis(millis) => format!("{millis} ms"),
    }
}
