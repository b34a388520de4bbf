//! What is known of a cluster's binary types: the form of objects, schemas by id, the clock of its servers.
//!
//! Asking the cluster is not here: who reads or writes says what is missing, and tries again.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use querent_protocol::ignite::binary::{Footer, Schema};
use querent_protocol::ignite::hash::{self, NameMapper};
use querent_protocol::ignite::meta::{self, BinaryConfiguration, BinaryType};

use crate::clock::Clock;
use crate::server_clock::ServerClock;

/// The types of one cluster. What is known once stays true: types only grow.
#[derive(Debug, Default)]
pub(crate) struct Types {
    form: OnceLock<BinaryConfiguration>,
    clock: ServerClock,
    known: RwLock<HashMap<i32, Arc<Known>>>,
    /// Java classes that were registered.
    classes: RwLock<HashSet<&'static str>>,
}

/// A type as the cluster has registered it.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) meta: BinaryType,
    schemas: HashMap<i32, Schema>,
}

impl Known {
    pub(crate) fn schema(&self, id: i32) -> Option<&Schema> {
        self.schemas.get(&id)
    }
}

impl Types {
    pub(crate) fn new(clock: ServerClock) -> Types {
        Types { clock, ..Types::default() }
    }

    pub(crate) fn form(&self) -> Option<BinaryConfiguration> {
        self.form.get().copied()
    }

    pub(crate) fn set_form(&self, form: BinaryConfiguration) -> BinaryConfiguration {
        *self.form.get_or_init(|| form)
    }

    pub(crate) fn footer(&self) -> Footer {
        match self.form() {
            Some(BinaryConfiguration { compact_footer: false, .. }) => Footer::Full,
            _ => Footer::Compact,
        }
    }

    /// The id of a type; `None` where only the server knows how ids are made.
    pub(crate) fn type_id(&self, name: &str) -> Option<i32> {
        let mapper = match self.form().map(|form| form.name_mapper) {
            None | Some(meta::NameMapper::FullName) => NameMapper::Full,
            Some(meta::NameMapper::SimpleName) => NameMapper::Simple,
            Some(meta::NameMapper::Custom) => return None,
        };
        Some(hash::type_id(name, mapper))
    }

    pub(crate) fn clock(&self) -> Option<&Clock> {
        self.clock.known()
    }

    pub(crate) fn has_class(&self, name: &str) -> bool {
        self.classes.read().unwrap_or_else(PoisonError::into_inner).contains(name)
    }

    pub(crate) fn learn_class(&self, name: &'static str) {
        self.classes.write().unwrap_or_else(PoisonError::into_inner).insert(name);
    }

    pub(crate) fn get(&self, type_id: i32) -> Option<Arc<Known>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).get(&type_id).cloned()
    }

    pub(crate) fn has_schema(&self, type_id: i32, schema_id: i32) -> bool {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.get(&type_id).is_some_and(|known| known.schemas.contains_key(&schema_id))
    }

    /// Takes note of a type that the cluster has. What was known of it is merged: an answer may be older.
    pub(crate) fn learn(&self, meta: BinaryType) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let mut meta = meta;
        if let Some(before) = known.get(&meta.id) {
            merge(&mut meta, &before.meta);
        }
        let schemas = meta.schemas.iter().map(|schema| (schema.id, Schema::new(schema.field_ids.clone())));
        // A schema whose id is no hash of its fields would be looked for in vain.
        let schemas = schemas.filter(|(id, schema)| *id == schema.id()).collect();
        known.insert(meta.id, Arc::new(Known { meta, schemas }));
    }
}

/// Adds what another view of the same type has more.
pub(crate) fn merge(into: &mut BinaryType, other: &BinaryType) {
    for field in &other.fields {
        if into.fields.iter().all(|known| known.id != field.id) {
            into.fields.push(field.clone());
        }
    }
    for schema in &other.schemas {
        if into.schemas.iter().all(|known| known.id != schema.id) {
            into.schemas.push(schema.clone());
        }
    }
    if into.enum_values.is_none() {
        into.enum_values.clone_from(&other.enum_values);
    }
    if into.affinity_field.is_none() {
        into.affinity_field.clone_from(&other.affinity_field);
    }
}
