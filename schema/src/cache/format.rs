//! The JSON of `.sqlcache`: fields in alphabetical order, so that the text does not depend on how a map is kept.
//!
//! Unknown fields are refused, for a misspelt one would silently mean its default. A change of the format raises
//! [`FORMAT`].

use std::collections::BTreeMap;
use std::path::Path;

use querent_types::{
    ColumnDescription, NullabilityTrust, ServerIdentity, SourceDescription, SqlType, TableDescription,
    TableKind,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::CacheError;

/// The number of the format that is read and written.
pub const FORMAT: u32 = 1;

/// `<source>/source.json`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SourceFile {
    pub(super) backend: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) capabilities: Vec<String>,
    /// The hash of the part of querent.toml that the source was pulled by.
    pub(super) config: String,
    pub(super) dialect: String,
    /// The DDL files that the source was made of, with the hashes of their texts.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) files: BTreeMap<String, String>,
    pub(super) format: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) notes: Vec<String>,
    pub(super) nullability: Trust,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) options: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) server: Option<Server>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Server {
    name: String,
    version: String,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Trust {
    Trusted,
    Untrusted,
}

/// `<source>/tables/<name>.json`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TableFile {
    columns: Vec<Column>,
    format: u32,
    kind: Kind,
    path: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    primary_key: Vec<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    properties: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Table,
    View,
    System,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Column {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    has_default: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    hidden: bool,
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    native: Option<String>,
    nullable: bool,
    /// Absent where the server's type has no counterpart.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    ty: Option<SqlType>,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

/// The text of a cache file.
pub(super) fn print(value: &impl Serialize, file: &Path) -> Result<Vec<u8>, CacheError> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(|error| CacheError::unwritable(file, error))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Reads a cache file; `pull` is the command that writes it again.
pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8], file: &Path, pull: &str) -> Result<T, CacheError> {
    #[derive(Deserialize)]
    struct Header {
        format: u64,
    }
    // A newer format may have fields that are unknown here: its number comes first.
    if let Ok(Header { format }) = serde_json::from_slice(bytes) {
        if format > u64::from(FORMAT) {
            let reason = format!("it has format {format}, and this querent reads {FORMAT}");
            return Err(CacheError::invalid(file, reason, "upgrade querent to the version that wrote it"));
        }
        if format != u64::from(FORMAT) {
            let reason = format!("it has format {format}, and this querent reads {FORMAT}");
            return Err(CacheError::invalid(file, reason, format!("run `{pull}`")));
        }
    }
    let conflict = bytes
        .split(|byte| *byte == b'\n')
        .any(|line| line.starts_with(b"<<<<<<<") || line.starts_with(b">>>>>>>"));
    if conflict {
        return Err(CacheError::invalid(
            file,
            "it holds the marks of a merge conflict",
            format!("take either side, then run `{pull}`"),
        ));
    }
    serde_json::from_slice(bytes).map_err(|error| CacheError::invalid(file, error, format!("run `{pull}`")))
}

impl SourceFile {
    pub(super) fn new(
        source: &SourceDescription,
        config: String,
        files: BTreeMap<String, String>,
    ) -> SourceFile {
        let mut capabilities = source.capabilities.clone();
        capabilities.sort();
        capabilities.dedup();
        let identity =
            |server: &ServerIdentity| Server { name: server.name.clone(), version: server.version.clone() };
        SourceFile {
            backend: source.backend.clone(),
            capabilities,
            config,
            dialect: source.dialect.clone(),
            files,
            format: FORMAT,
            notes: source.notes.clone(),
            nullability: match source.nullability {
                NullabilityTrust::Trusted => Trust::Trusted,
                NullabilityTrust::Untrusted => Trust::Untrusted,
            },
            options: source.options.clone(),
            server: source.server.as_ref().map(identity),
        }
    }

    /// The description without its tables.
    pub(super) fn description(&self) -> SourceDescription {
        let identity =
            |server: &Server| ServerIdentity { name: server.name.clone(), version: server.version.clone() };
        SourceDescription {
            backend: self.backend.clone(),
            dialect: self.dialect.clone(),
            server: self.server.as_ref().map(identity),
            options: self.options.clone(),
            capabilities: self.capabilities.clone(),
            nullability: match self.nullability {
                Trust::Trusted => NullabilityTrust::Trusted,
                Trust::Untrusted => NullabilityTrust::Untrusted,
            },
            notes: self.notes.clone(),
            ..SourceDescription::default()
        }
    }
}

impl From<&TableDescription> for TableFile {
    fn from(table: &TableDescription) -> TableFile {
        let column = |column: &ColumnDescription| Column {
            comment: column.comment.clone(),
            has_default: column.has_default,
            hidden: column.hidden,
            name: column.name.clone(),
            native: column.native.clone(),
            nullable: column.nullable,
            ty: column.ty.clone(),
        };
        TableFile {
            columns: table.columns.iter().map(column).collect(),
            format: FORMAT,
            kind: match table.kind {
                TableKind::Table => Kind::Table,
                TableKind::View => Kind::View,
                TableKind::System => Kind::System,
            },
            path: table.path.clone(),
            primary_key: table.primary_key.clone(),
            properties: table.properties.clone(),
        }
    }
}

impl From<TableFile> for TableDescription {
    fn from(file: TableFile) -> TableDescription {
        let column = |column: Column| ColumnDescription {
            name: column.name,
            ty: column.ty,
            native: column.native,
            nullable: column.nullable,
            has_default: column.has_default,
            hidden: column.hidden,
            comment: column.comment,
        };
        TableDescription {
            path: file.path,
            kind: match file.kind {
                Kind::Table => TableKind::Table,
                Kind::View => TableKind::View,
                Kind::System => TableKind::System,
            },
            columns: file.columns.into_iter().map(column).collect(),
            primary_key: file.primary_key,
            properties: file.properties,
        }
    }
}
