//! `<source>/types/*.json` and `<source>/caches/*.json`: what key-value queries are checked against.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use querent_types::{CacheDescription, ObjectField, ObjectType};
use serde::{Deserialize, Serialize};

use super::format::{self, FORMAT};
use super::names::file_stem;
use super::{CacheDir, CacheError, memo, pull_command, store};

/// What has a file of its own, named after it.
pub(super) trait Entry: Clone + Send + Sync + 'static {
    /// The folder within the source's.
    const DIR: &'static str;
    /// One of them, in words.
    const WHAT: &'static str;
    type File: Serialize + for<'de> Deserialize<'de>;
    fn name(&self) -> &str;
    fn to_file(&self) -> Self::File;
    fn from_file(file: Self::File) -> Self;
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TypeFile {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    affinity_key: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    fields: Vec<Field>,
    format: u32,
    name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    values: Vec<EnumValue>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Field {
    name: String,
    #[serde(rename = "type")]
    ty: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EnumValue {
    name: String,
    ordinal: i32,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CacheFile {
    format: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key_type: Option<String>,
    name: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    properties: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value_type: Option<String>,
}

impl Entry for ObjectType {
    const DIR: &'static str = "types";
    const WHAT: &'static str = "type";
    type File = TypeFile;

    fn name(&self) -> &str {
        &self.name
    }

    fn to_file(&self) -> TypeFile {
        let field = |field: &ObjectField| Field { name: field.name.clone(), ty: field.ty.clone() };
        let value = |(name, ordinal): &(String, i32)| EnumValue { name: name.clone(), ordinal: *ordinal };
        TypeFile {
            affinity_key: self.affinity_key.clone(),
            fields: self.fields.iter().map(field).collect(),
            format: FORMAT,
            name: self.name.clone(),
            values: self.values.iter().map(value).collect(),
        }
    }

    fn from_file(file: TypeFile) -> ObjectType {
        ObjectType {
            name: file.name,
            fields: file
                .fields
                .into_iter()
                .map(|field| ObjectField { name: field.name, ty: field.ty })
                .collect(),
            affinity_key: file.affinity_key,
            values: file.values.into_iter().map(|value| (value.name, value.ordinal)).collect(),
        }
    }
}

impl Entry for CacheDescription {
    const DIR: &'static str = "caches";
    const WHAT: &'static str = "cache";
    type File = CacheFile;

    fn name(&self) -> &str {
        &self.name
    }

    fn to_file(&self) -> CacheFile {
        CacheFile {
            format: FORMAT,
            key_type: self.key_type.clone(),
            name: self.name.clone(),
            properties: self.properties.clone(),
            value_type: self.value_type.clone(),
        }
    }

    fn from_file(file: CacheFile) -> CacheDescription {
        CacheDescription {
            name: file.name,
            key_type: file.key_type,
            value_type: file.value_type,
            properties: file.properties,
        }
    }
}

/// What looking an entry up gives.
#[derive(Debug)]
pub enum Entries<T> {
    /// It is there.
    Found(Arc<T>),
    /// It is not; the names of all that are, in order.
    Missing(Vec<String>),
}

impl CacheDir {
    /// A type of objects of a source, by its exact name.
    pub fn object_type(&self, source: &str, name: &str) -> Result<Entries<ObjectType>, CacheError> {
        self.entry(source, name)
    }

    /// A key-value cache of a source, by its exact name.
    pub fn cache(&self, source: &str, name: &str) -> Result<Entries<CacheDescription>, CacheError> {
        self.entry(source, name)
    }

    /// The place of the file of a type of objects.
    pub fn object_type_file(&self, source: &str, name: &str) -> PathBuf {
        self.entry_file::<ObjectType>(source, name)
    }

    /// The place of the file of a key-value cache.
    pub fn cache_file(&self, source: &str, name: &str) -> PathBuf {
        self.entry_file::<CacheDescription>(source, name)
    }

    pub(super) fn entries_dir<T: Entry>(&self, source: &str) -> PathBuf {
        self.source_dir(source).join(T::DIR)
    }

    fn entry_file<T: Entry>(&self, source: &str, name: &str) -> PathBuf {
        self.entries_dir::<T>(source).join(format!("{}.json", file_stem(&[name.to_owned()])))
    }

    fn entry<T: Entry>(&self, source: &str, name: &str) -> Result<Entries<T>, CacheError> {
        // The source's own errors come first: it may never have been pulled.
        self.read_source(source)?;
        let file = self.entry_file::<T>(source, name);
        if file.is_file() {
            return self.read_entry(source, &file).map(Entries::Found);
        }
        let all = self.entries::<T>(source)?;
        Ok(Entries::Missing(all.iter().map(|entry| entry.name().to_owned()).collect()))
    }

    /// All entries of a kind, sorted by the names of their files.
    pub(super) fn entries<T: Entry>(&self, source: &str) -> Result<Vec<Arc<T>>, CacheError> {
        let dir = self.entries_dir::<T>(source);
        let invalid = |error| CacheError::invalid(&dir, error, format!("run `{}`", pull_command(source)));
        let stems: BTreeSet<String> = store::stems(&dir).map_err(invalid)?.into_iter().collect();
        stems.iter().map(|stem| self.read_entry(source, &dir.join(format!("{stem}.json")))).collect()
    }

    fn read_entry<T: Entry>(&self, source: &str, file: &Path) -> Result<Arc<T>, CacheError> {
        let pull = pull_command(source);
        let invalid = |reason: String| CacheError::invalid(file, reason, format!("run `{pull}`"));
        memo::file(
            file,
            |error| invalid(error.to_string()),
            |bytes| {
                let entry = T::from_file(format::parse::<T::File>(&bytes, file, &pull)?);
                let stem = file_stem(&[entry.name().to_owned()]);
                if file.file_stem().is_none_or(|found| *found != *stem) {
                    return Err(invalid(format!("it describes a {} of another name", T::WHAT)));
                }
                Ok(entry)
            },
        )
    }

    /// The files of entries with their bytes.
    pub(super) fn print_entries<T: Entry>(
        &self,
        source: &str,
        entries: &[T],
    ) -> Result<BTreeMap<PathBuf, Vec<u8>>, CacheError> {
        let mut files = BTreeMap::new();
        for entry in entries {
            let file = self.entry_file::<T>(source, entry.name());
            let bytes = format::print(&entry.to_file(), &file)?;
            if files.insert(file.clone(), bytes).is_some() {
                let reason = format!("the source describes the {} `{}` twice", T::WHAT, entry.name());
                return Err(CacheError::unwritable(&file, reason));
            }
        }
        Ok(files)
    }
}
