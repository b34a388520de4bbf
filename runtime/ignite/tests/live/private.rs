//! Nodes that a test has for itself, to break or to keep busy.

use tokio::process::Command;

use crate::oracle::SCRIPT;

/// A cluster that a test may break.
pub(crate) struct Private {
    pub(crate) url: String,
    /// Where its keys (`keys`) and the logs of its nodes (`0/log`) are.
    pub(crate) folder: String,
}

impl Private {
    /// Starts the nodes of a mode; they end with this process at the latest.
    pub(crate) async fn start(mode: &str) -> Private {
        Private::start_with(mode, &[]).await
    }

    /// The same with options of the script's.
    pub(crate) async fn start_with(mode: &str, options: &[&str]) -> Private {
        let with = format!("with={}", std::process::id());
        let mut command = Command::new(SCRIPT);
        command.args(["private", &with, mode]).args(options);
        let output = command.output().await.expect("the script is there");
        let text = String::from_utf8(output.stdout).expect("text");
        let line = text.lines().find(|line| line.starts_with("ready ")).expect("the cluster starts");
        let mut words = line.split(' ').skip(2).map(str::to_owned);
        let (url, folder) = (words.next().expect("a URL"), words.next().expect("a folder"));
        Private { url, folder }
    }

    /// `kill`, `stop` or `start` for one node.
    pub(crate) async fn node(&self, what: &str, index: usize) {
        let index = index.to_string();
        let args = ["node", what, &self.folder, &index];
        assert!(
            Command::new(SCRIPT).args(args).output().await.expect("the script is there").status.success()
        );
    }

    /// The URL for TLS, with our authority.
    pub(crate) fn tls_url(&self) -> String {
        let url = self.url.replace("ignite://", "ignite+tls://");
        format!("{url}?tls_roots={}/keys/ca.pem", self.folder)
    }

    /// Options of a URL that show a certificate: `client` or `rogue`.
    pub(crate) fn certificate(&self, who: &str) -> String {
        let keys = format!("{}/keys", self.folder);
        format!("&tls_cert={keys}/{who}.pem&tls_key={keys}/{who}.key")
    }

    /// Ends them.
    pub(crate) async fn end(self) {
        Command::new(SCRIPT).args(["end", &self.folder]).output().await.expect("the script is there");
    }
}
