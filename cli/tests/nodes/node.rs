//! An Ignite node that a test has for itself.

use std::process::Command;

use querent::{Pool, Source};
use querent_ignite::{Cache, Ignite};

use crate::tables::DDL;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/servers/ignite.sh");

/// A node; it ends with the test.
pub(crate) struct Node {
    pub(crate) name: &'static str,
    pub(crate) url: String,
    folder: String,
}

enum Any {}

impl Source for Any {
    type Backend = Ignite;
    const NAME: &'static str = "any";
    const FINGERPRINT: u64 = 0;
}

impl Node {
    /// Starts one: a mode and its options.
    pub(crate) fn start(name: &'static str, words: &[&str]) -> Result<Node, String> {
        let with = format!("with={}", std::process::id());
        let output = Command::new(SCRIPT).args(["private", &with]).args(words).output();
        let output = output.map_err(|error| format!("{SCRIPT}: {error}"))?;
        let text = String::from_utf8_lossy(&output.stdout);
        let line = text.lines().find(|line| line.starts_with("ready "));
        let told = line.and_then(|line| {
            let mut words = line.split(' ').skip(2);
            Some((words.next()?, words.next()?))
        });
        let (url, folder) =
            told.ok_or_else(|| format!("no node: {text}{}", String::from_utf8_lossy(&output.stderr)))?;
        let user = if words[0] == "auth" { "ignite://ignite:ignite@" } else { "ignite://" };
        Ok(Node { name, url: url.replace("ignite://", user), folder: folder.to_owned() })
    }

    fn run<T>(&self, work: impl AsyncFnOnce(Pool<Any>) -> querent::Result<T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let outcome = runtime.block_on(async { work(Pool::connect(&self.url).await?).await });
        outcome.unwrap_or_else(|error| panic!("{error:?}"))
    }

    /// Runs a statement.
    pub(crate) fn sql(&self, text: &str) {
        self.run(async |pool| querent::sql(text).execute(&pool).await);
    }

    /// Makes the tables, with a row in each: only then does a cluster know their binary types.
    pub(crate) fn make(&self) {
        self.run(async |pool| {
            for statement in DDL {
                querent::sql(*statement).execute(&pool).await?;
            }
            Ok(())
        });
    }

    /// Makes a cache.
    pub(crate) fn cache(&self, name: &'static str) {
        self.run(async |pool| Cache::<Any, i64, String>::new(name).create(&pool).await);
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = Command::new(SCRIPT).args(["end", &self.folder]).output();
    }
}
