//! Where the committed cache is, and the tokens that make the compiler watch its files.
//!
//! The compiler reads nothing but `.sqlcache` here, and querent.toml and DDL files to see whether the cache is stale.

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use proc_macro2::{Ident, TokenStream};
use querent_schema::cache::{CacheDir, CacheError, Config, Opened};
use querent_schema::catalog::Catalog;
use quote::quote;

use crate::text::is_compiler;

/// One source of the crate that is compiled.
pub(crate) struct SourceCache {
    pub(crate) name: String,
    pub(crate) dir: CacheDir,
    pub(crate) config: Arc<Config>,
    pub(crate) catalog: Catalog,
    /// The number that the source's type and its queries must agree on.
    pub(crate) fingerprint: u64,
}

impl SourceCache {
    /// Finds and opens a source's cache; a stale one is an error.
    pub(crate) fn open(name: &str) -> Result<SourceCache, CacheError> {
        let dir = match std::env::var_os("QUERENT_CACHE_DIR") {
            Some(dir) if !dir.is_empty() => CacheDir::at(manifest_dir().join(dir)),
            _ => CacheDir::find(&manifest_dir())?,
        };
        let Opened { config, catalog, fingerprint } = dir.open(name)?;
        Ok(SourceCache { name: name.to_owned(), dir, config, catalog, fingerprint })
    }

    /// The assertion that the source's type was declared by this very cache.
    pub(crate) fn assertion(&self, krate: &Ident, source: &TokenStream) -> TokenStream {
        let fingerprint = self.fingerprint;
        let changed = format!(
            "the cache of source `{}` changed since its type was declared: run `querent pull` and build both crates again",
            self.name
        );
        quote! {
            const _: () = #krate::__private::core::assert!(
                <#source as #krate::__private::Source>::FINGERPRINT == #fingerprint,
                #changed
            );
        }
    }

    /// Makes the compiler look again when the source, or one of these tables, changes.
    pub(crate) fn tracking(&self, krate: &Ident, tables: &[Vec<String>]) -> TokenStream {
        let mut files = vec![self.dir.config_file(), self.dir.source_file(&self.name)];
        // A table of the server's own (information_schema) has no file.
        let cached = tables.iter().filter(|path| self.catalog.holds(path));
        files.extend(cached.map(|path| self.dir.table_file(&self.name, path)));
        files.iter().map(|file| track(krate, file)).collect()
    }
}

/// The folder of the crate's Cargo.toml.
pub(crate) fn manifest_dir() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from("."), PathBuf::from)
}

/// The folder and name of a crate, and a file that its compiler watches.
type Tracked = (PathBuf, Option<OsString>, PathBuf);

/// What is watched already: one mention in a crate is enough, whatever the number of queries.
static TRACKED: LazyLock<Mutex<HashSet<Tracked>>> = LazyLock::new(Mutex::default);

/// Makes the compiler look again when a file changes: nothing else does so on stable.
///
/// The path is relative to the crate, so that a build can be moved, and nothing of the file gets into the binary.
pub(crate) fn track(krate: &impl quote::ToTokens, file: &Path) -> TokenStream {
    let key = (manifest_dir(), std::env::var_os("CARGO_CRATE_NAME"), file.to_owned());
    if is_compiler() && !TRACKED.lock().unwrap_or_else(PoisonError::into_inner).insert(key) {
        return TokenStream::new();
    }
    let (core, byte) = (quote!(#krate::__private::core), quote!(#krate::__private::u8));
    match relative(&manifest_dir(), file) {
        Some(path) => {
            let path = format!("/{path}");
            quote! { const _: &[#byte] = #core::include_bytes!(#core::concat!(#core::env!("CARGO_MANIFEST_DIR"), #path)); }
        }
        None => match file.to_str() {
            Some(path) => quote! { const _: &[#byte] = #core::include_bytes!(#path); },
            None => TokenStream::new(),
        },
    }
}

/// The way from a folder to a file, with `/` between its parts; `None` where there is none.
fn relative(from: &Path, to: &Path) -> Option<String> {
    let mut from: Vec<Component<'_>> = from.components().collect();
    let to: Vec<Component<'_>> = to.components().collect();
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    if shared == 0 {
        return None;
    }
    let up = from.split_off(shared);
    let mut parts: Vec<&str> = vec![".."; up.len()];
    for part in &to[shared..] {
        parts.push(part.as_os_str().to_str()?);
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_to_the_crate() {
        let check = |from: &str, to: &str, expected: Option<&str>| {
            assert_eq!(relative(Path::new(from), Path::new(to)).as_deref(), expected, "{from} {to}");
        };
        check("/w/app", "/w/app/.sqlcache/querent.json", Some(".sqlcache/querent.json"));
        check("/w/app/core", "/w/.sqlcache/a/source.json", Some("../../.sqlcache/a/source.json"));
        check("/w/app", "relative/file", None);
    }
}
