//! Clusters that tests have for themselves, to break, or with users and TLS.

use std::sync::Mutex;

use tokio::process::Command;

/// The script that starts them.
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/servers/pinot.sh");

/// The folders of those that were started.
static STARTED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// A cluster that a test may break.
pub(crate) struct Private {
    /// Of its controller.
    pub(crate) url: String,
    /// Where its keys (`keys`) and the logs of its roles (`broker-0/log`) are.
    folder: String,
}

impl Private {
    async fn start(options: &[&str]) -> Private {
        let with = format!("with={}", std::process::id());
        let mut command = Command::new(SCRIPT);
        command.args(["private", &with]).args(options);
        let output = command.output().await.expect("the script is there");
        let text = String::from_utf8(output.stdout).expect("text");
        let line = text.lines().find(|line| line.starts_with("ready ")).unwrap_or_else(|| {
            panic!("the cluster does not start: {}", String::from_utf8_lossy(&output.stderr))
        });
        let mut words = line.split(' ').skip(2).map(str::to_owned);
        let (url, folder) = (words.next().expect("a URL"), words.next().expect("a folder"));
        STARTED.lock().expect("the list").push(folder.clone());
        Private { url, folder }
    }

    /// Host and port of the controller.
    pub(crate) fn controller(&self) -> &str {
        self.url.rsplit('/').next().expect("a host")
    }

    /// Host and port of each broker.
    pub(crate) fn brokers(&self) -> Vec<String> {
        let list = std::fs::read_to_string(format!("{}/brokers", self.folder)).expect("the list of brokers");
        list.lines().map(str::to_owned).collect()
    }

    /// `kill`, `stop` or `start` for one role.
    pub(crate) async fn node(&self, what: &str, role: &str) {
        let output = Command::new(SCRIPT).args(["node", what, &self.folder, role]).output().await;
        let output = output.expect("the script is there");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Options of a URL that trust an authority: `ca` or `rogue-ca`.
    pub(crate) fn roots(&self, authority: &str) -> String {
        format!("tls_roots={}/keys/{authority}.pem", self.folder)
    }

    /// Options of a URL that show a certificate: `client` or `rogue`.
    pub(crate) fn certificate(&self, who: &str) -> String {
        format!("tls_cert={0}/keys/{who}.pem&tls_key={0}/keys/{who}.key", self.folder)
    }
}

/// A cluster that several tests use, one after the other.
pub(crate) struct Shared {
    options: &'static [&'static str],
    slot: tokio::sync::Mutex<Option<Private>>,
}

/// A cluster while a test uses it. Unless it is given back, the next test starts another: this one may be broken.
pub(crate) struct Taken<'s> {
    cluster: Private,
    slot: tokio::sync::MutexGuard<'s, Option<Private>>,
}

impl Shared {
    /// One with these options, which starts when it is first taken.
    pub(crate) const fn with(options: &'static [&'static str]) -> Shared {
        Shared { options, slot: tokio::sync::Mutex::const_new(None) }
    }

    /// Waits until no other test uses it.
    pub(crate) async fn take(&self) -> Taken<'_> {
        let mut slot = self.slot.lock().await;
        let cluster = match slot.take() {
            Some(cluster) => cluster,
            None => Private::start(self.options).await,
        };
        Taken { cluster, slot }
    }
}

impl Taken<'_> {
    /// It is whole again.
    pub(crate) fn give_back(mut self) {
        *self.slot = Some(self.cluster);
    }
}

impl std::ops::Deref for Taken<'_> {
    type Target = Private;

    fn deref(&self) -> &Private {
        &self.cluster
    }
}

/// Ends all that were started, after the last test.
pub(crate) fn end_all() {
    for folder in STARTED.lock().expect("the list").drain(..) {
        let ended = std::process::Command::new(SCRIPT).args(["end", &folder]).status();
        assert!(ended.is_ok_and(|status| status.success()), "{folder} is not ended");
    }
}
