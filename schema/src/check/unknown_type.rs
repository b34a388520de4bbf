//! Type names that mean nothing to a dialect, and what may have been meant.

use crate::ast::TypeName;
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::Dialect;
use crate::suggest;

/// The types that are proposed in place of one that a dialect lacks, where it has them.
const TYPES: &[&str] = &[
    "BOOLEAN",
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "UNSIGNED",
    "REAL",
    "FLOAT",
    "DOUBLE",
    "DECIMAL",
    "VARCHAR",
    "TEXT",
    "STRING",
    "BYTEA",
    "BYTES",
    "VARBINARY",
    "DATE",
    "TIME",
    "TIMESTAMP",
    "DATETIME",
    "INTERVAL",
    "UUID",
    "JSON",
];

/// The finding about a type name that means nothing, with the nearest that does.
pub(crate) fn unknown_type(dialect: &Dialect, name: &TypeName, reason: String) -> Diagnostic {
    let has = |known: &&str| {
        let known =
            TypeName { name: known.to_string(), args: Vec::new(), elements: Vec::new(), span: name.span };
        dialect.rules.type_name(&known).is_ok()
    };
    let known: Vec<&str> = TYPES.iter().copied().filter(has).collect();
    let told = known.iter().any(|known| reason.contains(known) && !name.name.contains(known));
    let diagnostic = Diagnostic::error(Code::UnknownType, name.span, reason);
    match suggest::nearest(&name.name, known.iter().copied()).first() {
        // The dialect's own words say what to write instead.
        _ if told || known.is_empty() || known.contains(&name.name.as_str()) => diagnostic,
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic.help(format!("{} has {}", dialect.name, known.join(", "))),
    }
}
