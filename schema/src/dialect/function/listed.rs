//! The functions of a table one by one, for whoever enumerates what a dialect has. Resolving a call is not here.

use super::signature::Signature;
use super::{FunctionKind, FunctionTable};

/// One function of one kind, as its line of the data has it.
#[derive(Debug, Clone, Copy)]
pub struct Listed<'a> {
    /// What it is.
    pub kind: FunctionKind,
    /// Its canonical name, folded.
    pub name: &'static str,
    /// What it takes.
    pub signature: &'a Signature,
}

impl FunctionTable {
    /// Every function that the table lists, in the order of its data; aliases are left out.
    pub fn listed(&self) -> impl Iterator<Item = Listed<'_>> {
        self.index().entries.iter().filter_map(|entry| {
            let parsed = entry.parsed().as_ref()?;
            Some(Listed { kind: entry.kind, name: entry.name, signature: &parsed.signature })
        })
    }
}
