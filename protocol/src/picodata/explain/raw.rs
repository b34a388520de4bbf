//! `EXPLAIN (RAW)`: the statements that nodes run for a query, each with the plan of its storage.

use super::{Buckets, PlanError, read_buckets};

/// A raw plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawExplain {
    /// Its statements, in the order in which they run.
    pub sections: Vec<Section>,
    /// Where the whole runs, where that was asked for (`BUCKETS`).
    pub buckets: Option<Buckets>,
}

/// A statement that nodes run for a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Who runs it: `ROUTER`, `STORAGE`, `FILTERED STORAGE` …
    pub role: String,
    /// Its text, on one line.
    pub sql: String,
    /// How the storage runs it.
    pub rows: Vec<Row>,
}

/// A step of a storage's plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The subquery that it belongs to.
    pub select_id: u32,
    /// Its place among the steps of that; from 26.2 on it is not told.
    pub order: Option<u32>,
    /// The place in FROM of what it reads; from 26.2 on it is not told.
    pub from: Option<u32>,
    /// What it does.
    pub detail: String,
}

/// Where the reader is within a section.
#[derive(PartialEq, Eq)]
enum At {
    Outside,
    Sql,
    Rows,
}

impl RawExplain {
    /// Reads the lines of an answer.
    ///
    /// # Errors
    /// A text that is no raw plan.
    pub fn parse<S: AsRef<str>>(lines: &[S]) -> Result<RawExplain, PlanError> {
        let mut raw = RawExplain { sections: Vec::new(), buckets: None };
        let mut at = At::Outside;
        for line in lines.iter().flat_map(|lines| lines.as_ref().split('\n')) {
            let text = line.trim().trim_matches('│').trim();
            if text.is_empty() || text == "''" || is_frame(text) {
                continue;
            }
            if text.starts_with("# ") {
                at = At::Outside;
            } else if let Some(role) = heading(text) {
                raw.sections.push(Section { role, sql: String::new(), rows: Vec::new() });
                at = At::Sql;
            } else if let Some(said) = text.strip_prefix("buckets").filter(|s| super::line::is_sign(s)) {
                let buckets = read_buckets(said).ok_or(PlanError::Buckets)?;
                // Each section of 26.2 tells its own; the last is that of the whole.
                raw.buckets = Some(buckets);
            } else {
                let section = raw.sections.last_mut().ok_or(PlanError::Heading)?;
                section.line(text, &mut at)?;
            }
        }
        if raw.sections.is_empty() { Err(PlanError::Empty) } else { Ok(raw) }
    }
}

impl Section {
    fn line(&mut self, text: &str, at: &mut At) -> Result<(), PlanError> {
        let is_row = text.starts_with('|') || text == "plan:";
        if *at == At::Sql && is_row {
            *at = At::Rows;
        }
        match at {
            At::Sql => {
                let sql = text.strip_prefix("SQL:").unwrap_or(text).trim();
                if !self.sql.is_empty() {
                    self.sql.push(' ');
                }
                self.sql.push_str(sql);
            }
            At::Rows if text == "plan:" || text.replace(' ', "").starts_with("|selectid|") => {}
            At::Rows => self.rows.push(row(text).ok_or(PlanError::Row)?),
            At::Outside => {}
        }
        Ok(())
    }
}

/// `1. Query (ROUTER):`, `1.2. Query (CONST-FILTERED STORAGE, 1/2)`, `ROUTER:`.
fn heading(text: &str) -> Option<String> {
    if let Some((number, rest)) = text.split_once("Query (") {
        let is_number = number.trim_end().ends_with('.')
            && number.trim().bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let role = rest.trim_end_matches(':').strip_suffix(')');
        return role.filter(|_| is_number).map(|role| role.trim().to_uppercase());
    }
    let role = text.strip_suffix(':').filter(|role| *role != "SQL")?;
    let is_role = !role.is_empty() && role.chars().all(|c| c.is_ascii_uppercase() || c == ' ');
    is_role.then(|| role.to_owned())
}

/// The border of a table or of a heading.
fn is_frame(text: &str) -> bool {
    let is_table = (text.starts_with('+') || text.starts_with("|-"))
        && text.chars().all(|c| matches!(c, '+' | '-' | '=' | '|'));
    is_table || text.chars().all(|c| matches!(c, '─' | '╭' | '╮' | '╰' | '╯'))
}

/// `| 0 | 1 | 2 | SCAN TABLE t |`, where the last part may hold bars, or `[0] SCAN TABLE t`.
fn row(text: &str) -> Option<Row> {
    if let Some(rest) = text.strip_prefix('[') {
        let (select_id, detail) = rest.split_once(']')?;
        let (select_id, detail) = (select_id.trim().parse().ok()?, detail.trim().to_owned());
        return Some(Row { select_id, order: None, from: None, detail });
    }
    let inner = text.strip_prefix('|')?.strip_suffix('|')?;
    let mut parts = inner.splitn(4, '|').map(str::trim);
    let mut number = || parts.next()?.parse::<u32>().ok();
    let (select_id, order, from) = (number()?, number()?, number()?);
    let detail = parts.next().filter(|detail| !detail.is_empty())?.to_owned();
    Some(Row { select_id, order: Some(order), from: Some(from), detail })
}
