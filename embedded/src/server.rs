//! Opening a server: which tables it has, what clients may do, how it listens.

use std::future::Future;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arrow_flight::flight_service_server::FlightServiceServer;
use tokio::net::TcpListener;

use crate::engine::{Access, Engine};
use crate::error::Error;
use crate::limits::Limits;
use crate::listen::{self, Auth, Listen, Listening};
use crate::script;
use crate::service::Service;
use crate::tables::{self, Csv};

/// How long running requests may go on once a server is asked to end.
const GRACE: Duration = Duration::from_secs(10);

/// The server as a tower service: what a `FlightServiceClient` in the same process is made of.
pub type InProcess = FlightServiceServer<Service>;

/// A Flight SQL server over tables in files and in memory.
///
/// Clones share their tables.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use arrow_flight::flight_service_client::FlightServiceClient;
///
/// let server = querent_embedded::Server::open("data/").await?;
/// let client = FlightServiceClient::new(server.service());      // in process, no port
/// let listening = server.listen(([127, 0, 0, 1], 0).into()).await?;
/// println!("listening on flight://{}", listening.local_addr());
/// listening.shutdown().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Server {
    service: Service,
    listen: Listen,
}

impl Server {
    /// Opens a folder whose files are tables, one data file, or an SQL script (`.sql`) that is
    /// run. Same as a [`Builder`] with nothing but this path.
    ///
    /// # Errors
    /// See [`Builder::open`].
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::builder().path(path).open().await
    }

    /// A builder for a server with more than one path, access rules, credentials or TLS.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// The server for clients in the same process. No credentials are asked for: who holds the
    /// server is its owner.
    pub fn service(&self) -> InProcess {
        FlightServiceServer::new(self.service.clone()).max_decoding_message_size(self.listen.message_len_max)
    }

    /// Serves a listener until `shutdown` is done; then running requests may finish within the
    /// grace period. When the future is dropped, no more connections are taken, and those that
    /// are open are cut off.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn serve(
        &self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send,
    ) -> Result<(), Error> {
        listen::serve(self.service.clone(), self.listen.clone(), listener, shutdown).await
    }

    /// Binds an address (port 0 for any that is free) and serves it in a task of its own.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub async fn listen(&self, addr: SocketAddr) -> Result<Listening, Error> {
        listen::listen(self.service.clone(), self.listen.clone(), addr).await
    }

    /// The names of the tables and views that data files and scripts made, sorted.
    pub fn table_names(&self) -> Vec<String> {
        self.service.engine().table_names()
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("tables", &self.table_names()).finish_non_exhaustive()
    }
}

/// What a [`Server`] is made of.
#[derive(Default)]
pub struct Builder {
    paths: Vec<PathBuf>,
    scripts: Vec<PathBuf>,
    access: Access,
    csv_null_regex: Option<String>,
    basic: Option<(String, String)>,
    bearer: Option<String>,
    tls: Option<Arc<rustls::ServerConfig>>,
    grace: Option<Duration>,
    limits: Limits,
}

impl Builder {
    /// Adds a folder whose files are tables, a data file, or an SQL script (`.sql`).
    pub fn path(mut self, path: impl AsRef<Path>) -> Self {
        let path = path.as_ref().to_path_buf();
        match is_script(&path) {
            true => self.scripts.push(path),
            false => self.paths.push(path),
        }
        self
    }

    /// Adds data files, each of them a table named by its stem.
    pub fn with_files<P: AsRef<Path>>(mut self, files: impl IntoIterator<Item = P>) -> Self {
        for file in files {
            self = self.path(file);
        }
        self
    }

    /// Adds an SQL script that is run when the server is opened, after all files are tables.
    /// Paths in it are relative to the script.
    pub fn init_script(mut self, path: impl AsRef<Path>) -> Self {
        self.scripts.push(path.as_ref().to_path_buf());
        self
    }

    /// What clients may do; without this they read and change tables in memory.
    pub fn access(mut self, access: Access) -> Self {
        self.access = access;
        self
    }

    /// Takes CSV cells that match this regular expression for NULL, instead of empty ones:
    /// `^(NA)?$` for files that write `NA`. CSV files are then read into memory when the server
    /// is opened.
    pub fn csv_null_regex(mut self, regex: impl Into<String>) -> Self {
        self.csv_null_regex = Some(regex.into());
        self
    }

    /// Over TCP, lets in who knows this user and password.
    pub fn basic_auth(mut self, user: impl Into<String>, password: impl Into<String>) -> Self {
        self.basic = Some((user.into(), password.into()));
        self
    }

    /// Over TCP, lets in who has this token.
    pub fn bearer_token(mut self, token: impl Into<String>) -> Self {
        self.bearer = Some(token.into());
        self
    }

    /// Over TCP, speaks TLS. Certificates, versions and client certificates are the
    /// configuration's; its protocol list is replaced by HTTP/2.
    pub fn tls(mut self, config: Arc<rustls::ServerConfig>) -> Self {
        self.tls = Some(config);
        self
    }

    /// How long running requests may go on once the server is asked to end; 10 s without this.
    pub fn shutdown_grace(mut self, grace: Duration) -> Self {
        self.grace = Some(grace);
        self
    }

    /// The longest message that is taken from a client, in bytes; 64 MiB without this.
    pub fn message_len_max(mut self, len: usize) -> Self {
        self.limits.message_len_max = len;
        self
    }

    /// How many answers that nobody has read are kept, and for how long; 4096 for 5 minutes
    /// without this. Beyond that a query is refused with `ResourceExhausted`.
    pub fn unread_answers(mut self, count_max: usize, idle: Duration) -> Self {
        self.limits.tickets_max = count_max;
        self.limits.ticket_idle = idle;
        self
    }

    /// How many prepared statements are kept, and how long one that nobody uses; 4096 for an
    /// hour without this.
    pub fn prepared_statements(mut self, count_max: usize, idle: Duration) -> Self {
        self.limits.prepared_max = count_max;
        self.limits.prepared_idle = idle;
        self
    }

    /// Reads the schemas of all files and runs the scripts.
    ///
    /// The types of a CSV or JSON file are inferred from all of it up to 64 MiB, from its first
    /// 100,000 rows beyond that.
    ///
    /// # Errors
    /// When an option is wrong, a path is missing, a file cannot be read or is of a kind that cannot be a table, two
    /// files would have the same table name, or a statement of a script fails.
    pub async fn open(self) -> Result<Server, Error> {
        let engine = Engine::new(self.access);
        let csv = Csv { null_regex: self.csv_null_regex.as_deref().map(tables::null_regex).transpose()? };
        let mut files = Vec::new();
        for path in &self.paths {
            let metadata = std::fs::metadata(path).map_err(|error| Error::io("read", path, error))?;
            match metadata.is_dir() {
                true => files.extend(tables::files_of_folder(path)?),
                false => files.push(path.clone()),
            }
        }
        for file in tables::name_files(&files)? {
            tables::register(engine.context(), &file, &csv).await?;
        }
        for path in &self.scripts {
            script::run(&engine, path).await?;
        }
        let auth = match (self.basic, self.bearer) {
            (None, None) => None,
            (basic, bearer) => Some(Arc::new(Auth::new(basic, bearer))),
        };
        let listen = Listen {
            auth,
            tls: self.tls,
            grace: self.grace.unwrap_or(GRACE),
            message_len_max: self.limits.message_len_max,
        };
        Ok(Server { service: Service::new(engine, self.limits), listen })
    }
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Not the credentials.
        f.debug_struct("Builder")
            .field("paths", &self.paths)
            .field("scripts", &self.scripts)
            .field("access", &self.access)
            .finish_non_exhaustive()
    }
}

fn is_script(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("sql"))
}
