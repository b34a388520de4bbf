//! The URL of a Picodata cluster.
//!
//! `picodata://user[:password]@host:port[,host:port…][/database]` or `picodata+tls://…`, with options after `?`; or the
//! `postgres://` URL of another client. An option that is not known, or a value that is none, is an error. The database is
//! sent and has no meaning to Picodata.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use querent_core::tls::{Identity, Tls};
use querent_core::url::{Host, Url};
use querent_core::{Error, Result};
use secrecy::SecretString;

/// What is needed to reach a Picodata cluster.
#[derive(Clone, Debug)]
pub struct PicodataOptions {
    /// Tried in order by what needs one connection; a pool uses all of them.
    pub(crate) hosts: Vec<Host>,
    pub(crate) user: String,
    pub(crate) password: Option<SecretString>,
    pub(crate) database: Option<String>,
    /// `None` is plain text: TLS is asked for by the scheme and never downgrades.
    pub(crate) tls: Option<Tls>,
    /// How long one host may take until it is ready for a statement.
    pub(crate) connect_timeout: Duration,
    /// After how long a silent connection is asked whether the peer is there.
    pub(crate) keepalive: Duration,
    /// How many prepared statements a connection keeps.
    pub(crate) statements_max: usize,
    pub(crate) server: Server,
    pub(crate) session: Session,
}

/// What a connection asks of its session when it begins.
#[derive(Clone, Debug, Default)]
pub(crate) struct Session {
    pub(crate) motion_row_max: Option<u64>,
    pub(crate) vdbe_opcode_max: Option<u64>,
    pub(crate) read_preference: Option<ReadPreference>,
    pub(crate) forward: Option<Forward>,
}

/// What kind of server it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server {
    /// Found out by the first connection.
    Auto,
    /// Picodata: sessions begin with its options.
    Picodata,
    /// PostgreSQL, which stands for it in tests: it knows none of them and refuses the connection.
    PostgreSql,
}

/// Which instance of a replicaset reads (Picodata 26.1 and later).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadPreference {
    /// Its master.
    Leader,
    /// Any that is not its master.
    Replica,
    /// Any.
    Any,
}

/// Whether an instance hands on what is not its own (Picodata 26.2 and later).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forward {
    /// It does.
    On,
    /// It does not.
    Off,
    /// It hands a write on from a replica to the master.
    RoToRw,
}

/// A set of words that an option takes.
macro_rules! words {
    ($name:ident { $($word:literal = $variant:ident),+ }) => {
        impl FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                match text {
                    $($word => Ok($name::$variant),)+
                    _ => Err([$($word),+].join(", ")),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self {
                    $($name::$variant => $word,)+
                })
            }
        }
    };
}

words!(Server { "auto" = Auto, "picodata" = Picodata, "postgresql" = PostgreSql });
words!(ReadPreference { "leader" = Leader, "replica" = Replica, "any" = Any });
words!(Forward { "on" = On, "off" = Off, "ro_to_rw" = RoToRw });

/// Two hosts fit into what a pool waits for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);
const KEEPALIVE: Duration = Duration::from_secs(60);
/// The server's limit of prepared statements counts those of all clients of an instance.
const STATEMENTS_MAX: usize = 64;

impl PicodataOptions {
    /// Reads a URL. Options: `connect_timeout_ms` (for each host, 4000), `keepalive_ms` (60000), `statements_max` (prepared
    /// statements that a connection keeps, 64), `server` (`auto`, `picodata`, `postgresql`), those of a session
    /// (`sql_motion_row_max`, `sql_vdbe_opcode_max`, `read_preference`, `forward`), and with the scheme `picodata+tls`
    /// `tls_roots` (PEM file), `tls_server_name`, `tls_cert` with `tls_key` (PEM files) and `tls_key_password`.
    ///
    /// With the scheme `postgres` or `postgresql`, TLS is said by `sslmode` (`disable`, which is the default; `require`,
    /// `verify-ca` and `verify-full`, which all verify), `sslrootcert`, `sslcert` and `sslkey`.
    pub fn parse(url: &str) -> Result<PicodataOptions> {
        let mut url = Url::parse("Picodata", url)?;
        let foreign = matches!(url.scheme(), "postgres" | "postgresql");
        if !foreign && !matches!(url.scheme(), "picodata" | "picodata+tls") {
            return Err(url.invalid("its scheme is none of picodata, picodata+tls, postgres, postgresql"));
        }
        let user = url.user()?.filter(|user| !user.name.is_empty());
        let user = user.ok_or_else(|| url.invalid("it has no user (user:password@)"))?;
        let tls = match foreign {
            true => take_ssl(&mut url)?,
            false => Tls::take(&mut url, "picodata+tls")?,
        };
        let session = Session {
            motion_row_max: url.take_number("sql_motion_row_max")?,
            vdbe_opcode_max: url.take_number("sql_vdbe_opcode_max")?,
            read_preference: take_word(&mut url, "read_preference")?,
            forward: take_word(&mut url, "forward")?,
        };
        let options = PicodataOptions {
            hosts: url.hosts()?,
            user: user.name,
            password: user.password,
            database: url.path()?,
            tls,
            connect_timeout: url.take_millis("connect_timeout_ms")?.unwrap_or(CONNECT_TIMEOUT),
            keepalive: url.take_millis("keepalive_ms")?.unwrap_or(KEEPALIVE),
            statements_max: url.take_number("statements_max")?.unwrap_or(STATEMENTS_MAX),
            server: take_word(&mut url, "server")?.unwrap_or(Server::Auto),
            session,
        };
        url.finish()?;
        if options.server == Server::PostgreSql && options.startup().len() > STALE.len() {
            let why = "server=postgresql has none of sql_motion_row_max, sql_vdbe_opcode_max, read_preference, forward";
            return Err(Error::new(
                querent_core::ErrorKind::Config,
                format!("the Picodata URL cannot be read: {why}"),
            ));
        }
        Ok(options)
    }

    /// The startup option `options` as Picodata reads it: names and values, separated by commas.
    pub(crate) fn startup(&self) -> String {
        let Session { motion_row_max, vdbe_opcode_max, read_preference, forward } = &self.session;
        let mut text = STALE.to_owned();
        let mut add = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                text.push_str(&format!(",{name}={value}"));
            }
        };
        add("sql_motion_row_max", motion_row_max.map(|max| max.to_string()));
        add("sql_vdbe_opcode_max", vdbe_opcode_max.map(|max| max.to_string()));
        add("read_preference", read_preference.map(|preference| preference.to_string()));
        add("forward", forward.map(|forward| forward.to_string()));
        text
    }

    /// Whether the server refused the session's options as PostgreSQL does, and may be connected to without them.
    pub(crate) fn falls_back(&self, error: &Error) -> bool {
        // "invalid command-line argument for server process".
        self.server == Server::Auto && self.startup() == STALE && error.code() == Some("42601")
    }
}

/// Without it a changed table makes a prepared statement wrong in silence.
const STALE: &str = "pico_stmt_invalidation=true";

fn take_word<T: FromStr<Err = String>>(url: &mut Url<'_>, name: &str) -> Result<Option<T>> {
    let Some(text) = url.take(name) else { return Ok(None) };
    match text.parse() {
        Ok(word) => Ok(Some(word)),
        Err(words) => Err(url.invalid(&format!("option `{name}` is none of {words}"))),
    }
}

/// TLS as libpq's URLs say it. What could end in plain text is refused.
fn take_ssl(url: &mut Url<'_>) -> Result<Option<Tls>> {
    let (mode, roots) = (url.take("sslmode"), url.take("sslrootcert"));
    let (cert, key) = (url.take("sslcert"), url.take("sslkey"));
    let on = match mode.as_deref() {
        None | Some("disable") => false,
        Some("require" | "verify-ca" | "verify-full") => true,
        Some("allow" | "prefer") => {
            return Err(url.invalid(
                "sslmode `allow` and `prefer` may end in plain text: take `verify-full` or `disable`",
            ));
        }
        Some(_) => {
            return Err(url.invalid("option `sslmode` is none of disable, require, verify-ca, verify-full"));
        }
    };
    if !on && (roots.is_some() || cert.is_some() || key.is_some()) {
        return Err(url.invalid("sslrootcert, sslcert and sslkey need an sslmode that is not `disable`"));
    }
    let client = match (cert, key) {
        (Some(cert), Some(key)) => Some(Identity { cert: cert.into(), key: key.into(), key_password: None }),
        (None, None) => None,
        _ => return Err(url.invalid("sslcert and sslkey go together")),
    };
    Ok(on.then(|| Tls { roots: roots.map(Into::into), server_name: None, client }))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[track_caller]
    fn refuses(url: &str, why: &str) {
        let message = PicodataOptions::parse(url).unwrap_err().to_string();
        assert!(message.contains(why), "{message}");
        assert!(!message.contains("s3cret"), "{message}");
    }

    #[test]
    fn urls_are_read_and_print_no_secret() {
        let url = "picodata+tls://me:s3cret%40%2f@a:1,[::1]:2/db?tls_server_name=x&statements_max=3";
        let options = PicodataOptions::parse(url).unwrap();
        let hosts: Vec<_> = options.hosts.iter().map(|h| (h.name.as_str(), h.port)).collect();
        assert_eq!(hosts, [("a", 1), ("::1", 2)]);
        assert_eq!((options.user.as_str(), options.database.as_deref()), ("me", Some("db")));
        assert_eq!(options.password.as_ref().unwrap().expose_secret(), "s3cret@/");
        assert_eq!(options.statements_max, 3);
        assert_eq!(options.tls.as_ref().unwrap().server_name.as_deref(), Some("x"));
        assert!(!format!("{options:?}").contains("s3cret"));
    }

    #[test]
    fn password_and_database_may_be_absent() {
        let options = PicodataOptions::parse("picodata://me@h:4327").unwrap();
        assert!(options.password.is_none() && options.database.is_none() && options.tls.is_none());
    }

    #[test]
    fn what_cannot_be_is_refused() {
        refuses("h:1", "no scheme");
        refuses("mysql://me:s3cret@h:1", "none of picodata");
        refuses("picodata://h:1", "no user");
        refuses("picodata://:s3cret@h:1", "no user");
        refuses("picodata://me:s3cret@h", "no port");
        refuses("picodata://me:s3cret@h:1,i", "no port");
        refuses("picodata://me:s3cret@h:70000", "no number");
        refuses("picodata://me:s3cret@:1", "no name");
        refuses("picodata://me:s3cret@h:1?sslmode=disable", "`sslmode` is not known");
        refuses("picodata://me:s3cret@h:1?tls_roots=x", "needs the scheme picodata+tls");
        refuses("picodata+tls://me:s3cret@h:1?tls_cert=x", "go together");
        refuses("picodata://me:s3cret@h:1?statements_max=0", "above 0");
        refuses("picodata://me:s3cret@h:1?connect_timeout_ms", "no `=`");
        refuses("picodata://me:s3cret@h:1?server=mysql", "`server` is none of auto, picodata, postgresql");
        refuses("picodata://me:s3cret@h:1?read_preference=s3cret", "none of leader, replica, any");
        refuses("picodata://me:s3cret@h:1?forward=maybe", "none of on, off, ro_to_rw");
        refuses("picodata://me:s3cret@h:1?sql_motion_row_max=-1", "no number above 0");
        refuses("picodata://me:s3cret@h:1?server=postgresql&forward=on", "has none of");
        refuses("postgres://me:s3cret@h:1?sslmode=prefer", "may end in plain text");
        refuses("postgres://me:s3cret@h:1?sslmode=s3cret", "none of disable");
        refuses("postgres://me:s3cret@h:1?sslrootcert=x", "not `disable`");
        refuses("postgres://me:s3cret@h:1?sslmode=require&sslkey=x", "go together");
        refuses("picodata+tls://me:s3cret@h:1?sslmode=require", "`sslmode` is not known");
    }

    #[test]
    fn urls_of_other_clients_are_read() {
        let plain = PicodataOptions::parse("postgres://me:s3cret@a:1,b:2/db").unwrap();
        assert!(plain.tls.is_none() && plain.hosts.len() == 2);
        let url = "postgresql://me@a:1?sslmode=verify-full&sslrootcert=r.pem&sslcert=c.pem&sslkey=k.pem";
        let tls = PicodataOptions::parse(url).unwrap().tls.unwrap();
        assert_eq!(tls.roots.unwrap().to_str(), Some("r.pem"));
        assert_eq!(tls.client.unwrap().key.to_str(), Some("k.pem"));
    }

    #[test]
    fn sessions_begin_with_their_options() {
        let startup = |url: &str| PicodataOptions::parse(url).unwrap().startup();
        assert_eq!(startup("picodata://me@h:1"), "pico_stmt_invalidation=true");
        assert_eq!(
            startup(
                "picodata://me@h:1?forward=ro_to_rw&read_preference=any&sql_vdbe_opcode_max=7&sql_motion_row_max=9"
            ),
            "pico_stmt_invalidation=true,sql_motion_row_max=9,sql_vdbe_opcode_max=7,read_preference=any,forward=ro_to_rw"
        );
    }
}
