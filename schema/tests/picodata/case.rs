//! The recorded statements, as they stand in `data/picodata-26.1-describe.txt`.

use std::path::PathBuf;

/// One statement and what the server said of it.
#[derive(Default)]
pub(crate) struct Case {
    pub(crate) sql: String,
    /// Why the server refused it.
    pub(crate) error: Option<String>,
    /// Names and types of parameters and columns, where they were described.
    pub(crate) described: Option<Described>,
}

pub(crate) struct Described {
    pub(crate) params: Vec<String>,
    /// Name and type.
    pub(crate) columns: Vec<(String, String)>,
}

/// A row that came: the columns that were NULL.
pub(crate) struct Nulls {
    pub(crate) sql: String,
    pub(crate) columns: Vec<String>,
}

/// What was recorded.
pub(crate) struct Recording {
    pub(crate) cases: Vec<Case>,
    pub(crate) nulls: Vec<Nulls>,
}

/// The folder of the recording.
pub(crate) fn data() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/picodata/data")
}

/// What begins a line of its own.
const STARTS: &[&str] = &[
    "SIMPLE ",
    "DESCRIBE ",
    "DESCRIBE_TYPED ",
    "EXEC ",
    "RUN ",
    "BEGIN ERR",
    "COPY ERR",
    "== ",
    "pipelined",
    "batch ",
    "query_raw",
    "typed ",
    "cancel ",
    "check_connection",
    "empty query",
    "stale ",
    "dropped ",
    "   NOTICE",
];

impl Recording {
    /// Reads the recording.
    pub(crate) fn read() -> Recording {
        let text = std::fs::read_to_string(data().join("picodata-26.1-describe.txt")).unwrap();
        let mut entries: Vec<String> = Vec::new();
        for line in text.lines() {
            match entries.last_mut() {
                Some(last) if !STARTS.iter().any(|start| line.starts_with(start)) => {
                    last.push('\n');
                    last.push_str(line);
                }
                _ => entries.push(line.to_owned()),
            }
        }
        let mut recording = Recording { cases: Vec::new(), nulls: Vec::new() };
        for entry in &entries {
            recording.entry(entry);
        }
        recording
    }

    fn entry(&mut self, entry: &str) {
        if let Some(rest) = entry.strip_prefix("DESCRIBE ") {
            self.cases.push(described(rest));
        } else if let Some(rest) = entry.strip_prefix("SIMPLE ") {
            let (sql, error) = match rest.split_once("\n   ERR ") {
                Some((sql, error)) => (sql, Some(error.to_owned())),
                None => (rest.rsplit_once(" -> ").unwrap().0, None),
            };
            self.cases.push(Case { sql: sql.to_owned(), error, described: None });
        } else if entry.starts_with("BEGIN ERR") {
            let (sql, error) = ("START TRANSACTION".to_owned(), Some(entry.to_owned()));
            self.cases.push(Case { sql, error, described: None });
        } else if let Some(rest) = entry.strip_prefix("RUN ") {
            self.rows(rest);
        }
    }

    fn rows(&mut self, rest: &str) {
        let Some((sql, rows)) = rest.split_once(" params=") else { return };
        for line in rows.lines().skip(1) {
            let cells = line.trim().split(", ").filter_map(|cell| cell.strip_suffix("=Ok(None)"));
            let columns: Vec<String> = cells.map(str::to_owned).collect();
            if !columns.is_empty() {
                self.nulls.push(Nulls { sql: sql.to_owned(), columns });
            }
        }
    }
}

fn described(rest: &str) -> Case {
    if let Some((sql, error)) = rest.split_once("\n   ERR ") {
        return Case { sql: sql.to_owned(), error: Some(error.to_owned()), described: None };
    }
    let (sql, answer) = rest.split_once("\n   params ").unwrap();
    let (params, columns) = answer.split_once("\n   cols   ").unwrap();
    let list = |text: &str| -> Vec<String> {
        let inside = text.trim().trim_start_matches('[').trim_end_matches(']');
        inside
            .split("\", \"")
            .map(|item| item.trim_matches('"').to_owned())
            .filter(|item| !item.is_empty())
            .collect()
    };
    let ty = |text: &str| text.split('(').next().unwrap_or_default().to_owned();
    let column = |text: &String| {
        let (name, rest) = text.split_once(':').unwrap();
        (name.to_owned(), ty(rest))
    };
    let params = list(params).iter().map(|text| ty(text)).collect();
    let columns = list(columns).iter().map(column).collect();
    Case { sql: sql.to_owned(), error: None, described: Some(Described { params, columns }) }
}
