//! A live node of Apache Ignite 2, of either SQL engine, asked through querent's own driver.
//!
//! A script's tables are made twice: in schema PUBLIC, with rows that hold NULL wherever they may (`rows`), and without
//! rows in schema EMPTY, which the nodes of `tests/servers/ignite.sh` have. A statement is described first, as `querent
//! prepare` does it, and then run on both (`ask`): what the description refuses is refused, what fails without rows has no
//! way to be run, what fails with rows only failed on them. Statements that write run on the tables without rows, which
//! are emptied again. Types are those of the values that came (`wire`); where none came, the described ones.

mod ask;
mod rows;
mod wire;

use std::time::Duration;

use querent_core::{Pool, PoolOptions, Source};
use querent_ignite::{Describer, IgniteOptions};
use querent_types::{SourceDescription, TableDescription};
use tokio::runtime::Runtime;

use super::{Answer, Engine, Kind, Outcome};
use crate::corpus::{Case, Role, Script};

/// How long a statement may run. One that takes longer is an answer too.
const TIME_MAX: Duration = Duration::from_secs(5);

/// The schema of the tables with rows: the one of names without a schema.
const FULL: &str = "PUBLIC";
/// The schema of the same tables without rows.
const EMPTY: &str = "EMPTY";

/// The source of the statements.
enum Grid {}

impl Source for Grid {
    type Backend = querent_ignite::Ignite;
    const NAME: &'static str = "truth";
    const FINGERPRINT: u64 = 0;
}

/// A node, with one script's tables at a time. What a script makes is dropped when it ends.
pub struct Ignite {
    runtime: Runtime,
    options: IgniteOptions,
    pool: Pool<Grid>,
    /// `None` after its connection broke.
    describer: Option<Describer>,
    version: String,
    /// The tables that the script made, each as its name is written.
    made: Vec<String>,
    /// Those of the last description.
    tables: Vec<TableDescription>,
    /// How many of them have their rows.
    filled: usize,
    /// Whether the tables may have changed since [`Engine::source`] was asked last.
    changed: bool,
}

impl Ignite {
    /// Connects to a node.
    ///
    /// # Errors
    /// What the driver says of the URL or the node.
    pub fn connect(url: &str) -> Result<Ignite, String> {
        let words = |error: querent_core::Error| error.to_string();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| error.to_string())?;
        let options = IgniteOptions::parse(url).map_err(words)?;
        let described = runtime.block_on(querent_ignite::describe(&options)).map_err(words)?;
        let server = described.server.map(|server| server.version).unwrap_or_default();
        let engine = described.options.get("engine").cloned().unwrap_or_default();
        let pool = runtime.block_on(PoolOptions::new().connect::<Grid>(url)).map_err(words)?;
        Ok(Ignite {
            runtime,
            options,
            pool,
            describer: None,
            version: format!("Apache Ignite {server}, engine {engine}"),
            made: Vec::new(),
            tables: Vec::new(),
            filled: 0,
            changed: true,
        })
    }

    /// Makes a table in both schemas.
    fn set_up(&mut self, sql: &str) -> Answer {
        let Some(name) = table_name(sql) else {
            return Answer::refused(Outcome::Refused("no CREATE TABLE".to_owned()));
        };
        self.drop(&name);
        for schema in [FULL, EMPTY] {
            if let Err(words) = self.runtime.block_on(ask::run(&self.pool, sql, schema)) {
                self.drop(&name);
                return Answer::refused(Outcome::Refused(words));
            }
        }
        self.made.push(name);
        self.changed = true;
        Answer { kind: Kind::Definition, ..Answer::refused(Outcome::Accepted) }
    }

    fn drop(&self, name: &str) {
        for schema in [FULL, EMPTY] {
            let _ =
                self.runtime.block_on(ask::run(&self.pool, &format!("DROP TABLE IF EXISTS {name}"), schema));
        }
    }

    /// Gives rows to the tables that have none yet.
    fn fill(&mut self) {
        for table in &self.tables[self.filled..] {
            let sql = rows::insert(table);
            if let Err(words) = self.runtime.block_on(ask::run(&self.pool, &sql, FULL)) {
                panic!("rows of {}: {words}\n{sql}", table.path.join("."));
            }
        }
        self.filled = self.tables.len();
    }
}

impl Engine for Ignite {
    fn version(&self) -> String {
        self.version.clone()
    }

    fn begin(&mut self, _: &Script) {
        self.made.clear();
        self.tables.clear();
        self.filled = 0;
        self.changed = true;
    }

    fn end(&mut self, _: &Script) -> std::io::Result<()> {
        for name in std::mem::take(&mut self.made) {
            self.drop(&name);
        }
        Ok(())
    }

    fn source(&mut self) -> Option<SourceDescription> {
        if !std::mem::take(&mut self.changed) {
            return None;
        }
        let described = self.runtime.block_on(querent_ignite::describe(&self.options));
        let mut source = described.unwrap_or_else(|error| panic!("the node is not described: {error}"));
        let made: Vec<String> = self.made.iter().map(|name| folded(name)).collect();
        source.tables.retain(
            |table| matches!(&table.path[..], [schema, name] if schema == FULL && made.contains(name)),
        );
        // In the order in which they were made, for the rows.
        source.tables.sort_by_key(|table| made.iter().position(|name| Some(name) == table.path.last()));
        source.caches.clear();
        source.types.clear();
        self.tables.clone_from(&source.tables);
        Some(source)
    }

    fn ask(&mut self, case: &Case) -> Answer {
        if case.role == Role::Setup {
            return self.set_up(&case.sql);
        }
        self.fill();
        let answered = self.runtime.block_on(async {
            let mut describer = match self.describer.take() {
                Some(describer) => describer,
                None => Describer::open(&self.options).await?,
            };
            let described = tokio::time::timeout(TIME_MAX, describer.statement(&case.sql, None)).await;

            let Ok(described) = described else { return Ok(None) };
            let described = described?;
            self.describer = Some(describer);
            Ok(Some(ask::ask(&self.pool, &case.sql, described).await))
        });
        let (answer, changed_rows) = answered
            .unwrap_or_else(|error: querent_core::Error| {
                Some((
                    Answer::refused(Outcome::Failed(format!("describing it broke the connection: {error}"))),
                    false,
                ))
            })
            .unwrap_or_else(|| {
                (Answer::refused(Outcome::Failed("was not described in time".to_owned())), false)
            });
        if changed_rows {
            for name in &self.made {
                let _ = self.runtime.block_on(ask::run(&self.pool, &format!("DELETE FROM {name}"), EMPTY));
            }
        }
        answer
    }
}

/// The name in `CREATE TABLE name (`, as it is written.
fn table_name(sql: &str) -> Option<String> {
    let rest = sql.split_once("TABLE ")?.1.trim_start();
    let mut quoted = false;
    let end = rest.find(|c: char| {
        quoted ^= c == '"';
        !quoted && (c.is_whitespace() || c == '(')
    })?;
    Some(rest[..end].to_owned())
}

/// The name as the server keeps it.
fn folded(name: &str) -> String {
    match name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(quoted) => quoted.replace("\"\"", "\""),
        None => name.to_uppercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_tables_are_found() {
        for (sql, name, kept) in [
            ("CREATE TABLE region (a INT)", "region", "REGION"),
            ("CREATE TABLE \"quo\"\"ted\" (a INT)", "\"quo\"\"ted\"", "quo\"ted"),
            ("CREATE TABLE \"Mixed Case\"(a INT)", "\"Mixed Case\"", "Mixed Case"),
        ] {
            let found = table_name(sql).unwrap();
            assert_eq!((&*found, &*folded(&found)), (name, kept));
        }
        assert_eq!(table_name("SELECT 1"), None);
    }
}
