//! The page taken apart, and written again.

use std::fmt::Write;

/// The page: what stands before the first code, the tables of the examples, and a section for each code.
pub(crate) struct Page {
    head: String,
    /// DDL by dialect.
    pub(crate) schemas: Vec<(String, String)>,
    pub(crate) sections: Vec<Section>,
}

/// The section of a code.
pub(crate) struct Section {
    pub(crate) code: String,
    pub(crate) meaning: String,
    pub(crate) bad: Example,
    pub(crate) printed: String,
    pub(crate) mended: Example,
}

/// A block of the page: what its fence says, and what it holds.
pub(crate) struct Example {
    pub(crate) kind: String,
    pub(crate) text: String,
}

impl Page {
    /// Takes a page apart.
    pub(crate) fn read(text: &str) -> Page {
        let mut parts = text.split("\n## ");
        let head = parts.next().unwrap().to_owned();
        let schema = |block: Example| {
            let dialect = block.kind.strip_prefix("sql ")?.strip_suffix(" schema")?.to_owned();
            Some((dialect, block.text))
        };
        let schemas = blocks(&head).into_iter().filter_map(schema).collect();
        let sections = parts.map(Section::read).collect();
        Page { head, schemas, sections }
    }

    /// Writes it.
    pub(crate) fn write(&self) -> String {
        let mut out = self.head.clone();
        for section in &self.sections {
            let Section { code, meaning, bad, printed, mended } = section;
            write!(out, "\n## `{code}`\n\n{meaning}\n\n").unwrap();
            write!(out, "```{}\n{}\n```\n\n", bad.kind, bad.text).unwrap();
            write!(out, "```text\n{printed}\n```\n\nMended:\n\n").unwrap();
            write!(out, "```{}\n{}\n```\n", mended.kind, mended.text).unwrap();
        }
        out
    }
}

impl Section {
    fn read(text: &str) -> Section {
        let (title, rest) = text.split_once("\n\n").unwrap();
        let code = title.trim_matches('`').to_owned();
        let meaning = rest.split("\n\n").next().unwrap().to_owned();
        let [bad, printed, mended] = <[Example; 3]>::try_from(blocks(rest))
            .unwrap_or_else(|all| panic!("{code}: {} blocks instead of three", all.len()));
        Section { code, meaning, bad, printed: printed.text, mended }
    }
}

/// The fenced blocks of a text.
fn blocks(text: &str) -> Vec<Example> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, block)) = rest.split_once("\n```") {
        let (kind, block) = block.split_once('\n').unwrap();
        let (inside, after) = block.split_once("\n```").unwrap();
        found.push(Example { kind: kind.to_owned(), text: inside.to_owned() });
        rest = after;
    }
    found
}
