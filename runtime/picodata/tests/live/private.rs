//! Clusters that tests have for themselves, to break.

use std::sync::Mutex;

use tokio::process::Command;

/// The script that starts them.
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/servers/picodata.sh");

/// The folders of those that were started.
static STARTED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// A cluster that a test may break.
pub(crate) struct Private {
    /// All three nodes.
    pub(crate) url: String,
    folder: String,
}

impl Private {
    pub(crate) async fn start(layout: &str) -> Private {
        let with = format!("with={}", std::process::id());
        let layout = format!("layout={layout}");
        let output = Command::new(SCRIPT).args(["private", &with, &layout]).output().await;
        let output = output.expect("the script is there");
        let text = String::from_utf8(output.stdout).expect("text");
        let line = text.lines().find(|line| line.starts_with("ready ")).unwrap_or_else(|| {
            panic!("the cluster does not start: {}", String::from_utf8_lossy(&output.stderr))
        });
        let mut words = line.split(' ').skip(2).map(str::to_owned);
        let (url, folder) = (words.next().expect("a URL"), words.next().expect("a folder"));
        STARTED.lock().expect("the list").push(folder.clone());
        Private { url, folder }
    }

    /// `kill`, `immediate`, `stop`, `start`, `freeze` or `thaw` for one node.
    pub(crate) async fn node(&self, what: &str, node: &str) {
        self.run(&["node", what, &self.folder, node]).await;
    }

    /// Runs a statement as the superuser on one node, or on `all` that run.
    pub(crate) async fn sql(&self, node: &str, statement: &str) -> String {
        self.run(&["sql", &self.folder, node, statement]).await
    }

    async fn run(&self, arguments: &[&str]) -> String {
        let output = Command::new(SCRIPT).args(arguments).output().await.expect("the script is there");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    }
}

/// Ends all that were started.
pub(crate) fn end_all() {
    for folder in STARTED.lock().expect("the list").drain(..) {
        // What is left over ends with this process all the same.
        let _ = std::process::Command::new(SCRIPT).args(["end", &folder]).output();
    }
}
