//! What a server is to be: its topology, users, statements and limits.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::statement::{Answer, Call, Statement};
use crate::topology::Topology;
use crate::{Fault, Type};

/// How a user proves who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// `md5`, what CREATE USER gives where it names nothing else.
    Md5,
    /// `scram-sha-256`, without channel binding.
    Scram,
    /// `ldap`: the password in clear text.
    Ldap,
    /// `chap-sha1`: refused whatever the password.
    ChapSha1,
}

/// A user.
#[derive(Clone)]
pub struct User {
    name: String,
    pub(crate) password: String,
    pub(crate) method: Method,
    /// Tables of the catalog that it may read besides those that all may; `None` is all.
    granted: Option<Vec<String>>,
}

impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("User").field("name", &self.name).field("method", &self.method).finish_non_exhaustive()
    }
}

/// What any user may read of the catalog (25.6, 26.1).
const OPEN_TABLES: &[&str] = &["_pico_instance", "_pico_peer_address"];

impl User {
    /// A user that may read everything.
    pub fn admin(name: &str, password: &str, method: Method) -> User {
        User { name: name.to_owned(), password: password.to_owned(), method, granted: None }
    }

    /// A user as `CREATE USER` makes it: of the catalog it may read `_pico_instance` and `_pico_peer_address`.
    pub fn plain(name: &str, password: &str, method: Method) -> User {
        User { granted: Some(Vec::new()), ..User::admin(name, password, method) }
    }

    /// With the right to read one more table of the catalog.
    #[must_use]
    pub fn grant(mut self, table: &str) -> User {
        self.granted.get_or_insert_default().push(table.to_owned());
        self
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn may_read(&self, table: &str) -> bool {
        let granted = |granted: &Vec<String>| granted.iter().any(|other| other == table);
        !table.starts_with("_pico_")
            || OPEN_TABLES.contains(&table)
            || self.granted.as_ref().is_none_or(granted)
    }
}

/// Whether connections are encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// SSLRequest is answered with N.
    Off,
    /// It is answered with S, and who does not ask is refused (28000).
    Tls,
    /// The same, and the client has to show a certificate.
    MutualTls,
}

/// Makes statements of texts that are not among those of the script.
pub(crate) type Dynamic = Arc<dyn Fn(&str) -> Option<Statement> + Send + Sync>;

/// What a server is to be. Without more it is one node with the users `admin` (everything) and `plain` (see
/// [`User::plain`]), both with the password [`PASSWORD`] and SCRAM, and answers what it knows by itself: see the crate.
#[derive(Clone)]
pub struct Script {
    pub(crate) topology: Topology,
    pub(crate) users: BTreeMap<String, User>,
    pub(crate) encryption: Encryption,
    pub(crate) statements: Vec<Statement>,
    pub(crate) dynamic: Vec<Dynamic>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) statements_max: usize,
    pub(crate) portals_max: usize,
    pub(crate) first_port: Option<u16>,
}

/// The password of the users that are there without asking.
pub const PASSWORD: &str = "T0psecret";

impl Script {
    /// One node, no statements.
    pub fn new() -> Script {
        let mut script = Script {
            topology: Topology::flat(1),
            users: BTreeMap::new(),
            encryption: Encryption::Off,
            statements: Vec::new(),
            dynamic: Vec::new(),
            faults: Vec::new(),
            statements_max: 100_000,
            portals_max: 100_000,
            first_port: None,
        };
        for user in
            [User::admin("admin", PASSWORD, Method::Scram), User::plain("plain", PASSWORD, Method::Scram)]
        {
            script = script.user(user);
        }
        script
    }

    /// `count` nodes: see [`Topology::flat`].
    #[must_use]
    pub fn nodes(self, count: usize) -> Script {
        self.topology(Topology::flat(count))
    }

    /// Nodes as this topology has them. Each listens on a port of its own.
    #[must_use]
    pub fn topology(mut self, topology: Topology) -> Script {
        self.topology = topology;
        self
    }

    /// One more user, or one anew.
    #[must_use]
    pub fn user(mut self, user: User) -> Script {
        self.users.insert(user.name().to_owned(), user);
        self
    }

    /// Whether connections are encrypted.
    #[must_use]
    pub fn encryption(mut self, encryption: Encryption) -> Script {
        self.encryption = encryption;
        self
    }

    /// A statement with rows. The answer is computed anew for each Execute.
    #[must_use]
    pub fn on<A: Into<Answer>>(
        self,
        sql: &str,
        parameters: &[Type],
        columns: &[(&str, Type)],
        answer: impl Fn(&Call<'_>) -> A + Send + Sync + 'static,
    ) -> Script {
        self.statement(Statement::query(sql, parameters, columns, answer))
    }

    /// A statement without rows; the answer is how many rows it changed.
    #[must_use]
    pub fn on_write<A: Into<Answer>>(
        self,
        sql: &str,
        parameters: &[Type],
        answer: impl Fn(&Call<'_>) -> A + Send + Sync + 'static,
    ) -> Script {
        self.statement(Statement::write(sql, parameters, answer))
    }

    /// One more statement; of two with one text the later one counts.
    #[must_use]
    pub fn statement(mut self, statement: Statement) -> Script {
        self.statements.push(statement);
        self
    }

    /// Asked for texts that no statement has: makes one of it, or leaves it.
    #[must_use]
    pub fn dynamic(mut self, make: impl Fn(&str) -> Option<Statement> + Send + Sync + 'static) -> Script {
        self.dynamic.push(Arc::new(make));
        self
    }

    /// One more fault, there from the start.
    #[must_use]
    pub fn fault(mut self, fault: Fault) -> Script {
        self.faults.push(fault);
        self
    }

    /// How many prepared statements an instance holds for all its clients (100,000).
    #[must_use]
    pub fn statements_max(mut self, count: usize) -> Script {
        self.statements_max = count;
        self
    }

    /// How many portals an instance holds for all its clients (100,000).
    #[must_use]
    pub fn portals_max(mut self, count: usize) -> Script {
        self.portals_max = count;
        self
    }

    /// The nodes listen on this port and those after it, not on free ones.
    #[must_use]
    pub fn first_port(mut self, port: u16) -> Script {
        self.first_port = Some(port);
        self
    }
}

impl Default for Script {
    fn default() -> Script {
        Script::new()
    }
}
