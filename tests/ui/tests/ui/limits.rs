//! Long and deep statements inside rustc, on the stack that it has: each compiles.
//!
//! The statements are some of `schema/tests/limits/shapes.tsv`, in one dialect: what else there is, and what other dialects
//! say, is tested without a compiler (`schema/tests/check_shapes.rs`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use libtest_mimic::{Failed, Trial};
use querent_schema::cache::{CacheDir, Config, SourceConfig, TypeDefaults};
use querent_types::{ColumnDescription, NullabilityTrust, SourceDescription, SqlType, TableDescription};

use crate::{Compiler, Header};

#[path = "../../../../schema/tests/limits/shapes.rs"]
mod shapes;

/// How a text stands in a crate.
#[derive(Clone, Copy)]
enum Form {
    /// As a raw string literal.
    Literal,
    /// As a file, for `query_file!`.
    File,
}

/// The crates: a name, and the shapes in it.
const CRATES: [(&str, Form, &[&str]); 6] = [
    ("or_terms", Form::Literal, &["OR terms"]),
    ("columns", Form::Literal, &["columns"]),
    (
        "deep",
        Form::Literal,
        &[
            "nested parentheses",
            "nested derived tables",
            "nested CASE",
            "nested functions",
            "nested IN",
            "nested EXISTS",
            "nested scalar subqueries",
            "nested NOT",
            "nested CAST",
        ],
    ),
    (
        "refused",
        Form::Literal,
        &["deeper parentheses", "deeper EXISTS", "deeper CAST", "`+` terms", "a name of 1 MB"],
    ),
    ("literal_of_16_mb", Form::Literal, &["a literal of 16 MB"]),
    ("file_of_16_mb", Form::File, &["a literal of 16 MB"]),
];

/// A trial for each crate.
pub(crate) fn trials(compiler: &Compiler) -> Vec<Trial> {
    let of = |&(name, form, shapes): &(&'static str, Form, &'static [&'static str])| {
        let compiler = compiler.clone();
        Trial::test(format!("limits::{name}"), move || check(&compiler, name, form, shapes))
    };
    CRATES.iter().map(of).collect()
}

fn check(compiler: &Compiler, name: &str, form: Form, names: &[&str]) -> Result<(), Failed> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("limits").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder)?;
    write_cache(&folder)?;
    let mut source = String::from("querent::source!(pub Deep: querent_ui_tests::Scripted);\nfn main() {}\n");
    let mut refusals = Vec::new();
    for (number, name) in names.iter().enumerate() {
        let shape = shapes::all().into_iter().find(|shape| shape.name == *name);
        let shape = shape.ok_or_else(|| format!("there is no shape `{name}`"))?;
        let text = shape.text(shape.count);
        let call = match form {
            Form::Literal => format!("query!(Deep, r#\"{text}\"#)"),
            Form::File => {
                std::fs::write(folder.join(format!("{number}.sql")), text)?;
                format!("query_file!(Deep, \"{number}.sql\")")
            }
        };
        source.push_str(&format!("pub fn q{number}() {{ let _ = querent::{call}; }}\n"));
        refusals.extend(shape.error);
    }
    let case = folder.join("main.rs");
    std::fs::write(&case, source)?;
    let header = Header { manifest: Some(folder.display().to_string()), ..Header::default() };
    let (succeeded, found) = compiler.compile(&case.display().to_string(), &header)?;
    let shown = || found.chars().take(2_000).collect::<String>();
    if succeeded != refusals.is_empty() {
        return Err(format!("succeeded: {succeeded}\n{}", shown()).into());
    }
    match refusals.iter().find(|words| !found.contains(*words)) {
        Some(words) => Err(format!("nobody says `{words}`\n{}", shown()).into()),
        None => Ok(()),
    }
}

/// The cache of a source with the table that the shapes read.
fn write_cache(folder: &Path) -> Result<(), Failed> {
    let manifest = "[source.deep]\n";
    std::fs::write(folder.join("querent.toml"), manifest)?;
    let sources = BTreeMap::from([("deep".to_owned(), SourceConfig::default())]);
    let config = Config::new(manifest, sources, TypeDefaults::default());
    let columns = [("a", SqlType::Int64, false), ("b", SqlType::Int64, true), ("s", SqlType::TEXT, true)];
    let columns = columns.map(|(name, ty, nullable)| ColumnDescription::new(name, ty, nullable));
    let description = SourceDescription {
        backend: "scripted".to_owned(),
        dialect: "datafusion".to_owned(),
        nullability: NullabilityTrust::Trusted,
        tables: vec![TableDescription::new(vec!["public".to_owned(), "t".to_owned()], columns.to_vec())],
        ..SourceDescription::default()
    };
    let cache = CacheDir::at(PathBuf::from(folder).join(".sqlcache"));
    let written =
        cache.write_config(&config).and_then(|_| cache.write("deep", &config, &description, BTreeMap::new()));
    written.map(|_| ()).map_err(|error| error.message.into())
}
