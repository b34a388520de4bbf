//! The URL of a Picodata cluster.
//!
//! `picodata://user[:password]@host:port[,host:port…][/database]` or `picodata+tls://…`, with options after `?`. An
//! option that is not known, or a value that is none, is an error. The database is sent and has no meaning to Picodata.

use std::path::PathBuf;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use querent_core::{Error, ErrorKind, Result};
use secrecy::SecretString;

/// What is needed to reach a Picodata cluster.
#[derive(Clone, Debug)]
pub struct PicodataOptions {
    /// Tried in order.
    pub(crate) hosts: Vec<Host>,
    pub(crate) user: String,
    pub(crate) password: Option<SecretString>,
    pub(crate) database: Option<String>,
    /// `None` is plain text: TLS is asked for by the scheme and never downgrades.
    pub(crate) tls: Option<Tls>,
    /// How long one host may take until it is ready for a statement.
    pub(crate) connect_timeout: Duration,
    /// How many prepared statements a connection keeps.
    pub(crate) statements_max: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Host {
    pub(crate) name: String,
    pub(crate) port: u16,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Tls {
    /// A PEM file of certificates to trust instead of the usual ones.
    pub(crate) roots: Option<PathBuf>,
    /// The name that the server's certificate must bear, where it is not the host's.
    pub(crate) server_name: Option<String>,
    /// PEM files of the client's certificate chain and key.
    pub(crate) client: Option<(PathBuf, PathBuf)>,
}

/// Two hosts fit into what a pool waits for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);
/// The server's limit of prepared statements counts those of all clients of an instance.
const STATEMENTS_MAX: usize = 64;

impl PicodataOptions {
    /// Reads a URL. Options: `connect_timeout_ms` (for each host, 4000), `statements_max` (prepared statements that a
    /// connection keeps, 64), and with the scheme `picodata+tls` `tls_roots` (PEM file), `tls_server_name`, `tls_cert`
    /// with `tls_key` (PEM files).
    pub fn parse(url: &str) -> Result<PicodataOptions> {
        let (scheme, rest) = url.split_once("://").ok_or_else(|| invalid("it has no scheme"))?;
        let tls = match scheme {
            "picodata" => None,
            "picodata+tls" => Some(Tls::default()),
            _ => return Err(invalid("its scheme is none of picodata, picodata+tls")),
        };
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (user, rest) = rest.rsplit_once('@').ok_or_else(|| invalid("it has no user (user:password@)"))?;
        let (user, password) = match user.split_once(':') {
            Some((user, password)) => (user, Some(SecretString::from(decode(password)?))),
            None => (user, None),
        };
        let user = decode(user)?;
        if user.is_empty() {
            return Err(invalid("it has no user (user:password@)"));
        }
        let (hosts, database) = rest.split_once('/').unwrap_or((rest, ""));
        let mut options = PicodataOptions {
            hosts: hosts.split(',').map(host).collect::<Result<_>>()?,
            user,
            password,
            database: Some(decode(database)?).filter(|name| !name.is_empty()),
            tls,
            connect_timeout: CONNECT_TIMEOUT,
            statements_max: STATEMENTS_MAX,
        };
        options.read_query(query)?;
        Ok(options)
    }

    fn read_query(&mut self, query: &str) -> Result<()> {
        let (mut cert, mut key) = (None, None);
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').ok_or_else(|| invalid("an option has no `=`"))?;
            let value = decode(value)?;
            match (name, &mut self.tls) {
                ("connect_timeout_ms", _) => {
                    self.connect_timeout = Duration::from_millis(positive(name, &value)?);
                }
                ("statements_max", _) => {
                    self.statements_max = usize::try_from(positive(name, &value)?).unwrap_or(usize::MAX);
                }
                ("tls_roots", Some(tls)) => tls.roots = Some(PathBuf::from(value)),
                ("tls_server_name", Some(tls)) => tls.server_name = Some(value),
                ("tls_cert", Some(_)) => cert = Some(PathBuf::from(value)),
                ("tls_key", Some(_)) => key = Some(PathBuf::from(value)),
                ("tls_roots" | "tls_server_name" | "tls_cert" | "tls_key", None) => {
                    return Err(invalid(&format!("option `{name}` needs the scheme picodata+tls")));
                }
                _ => return Err(invalid(&format!("option `{name}` is not known"))),
            }
        }
        let client = match (cert, key) {
            (Some(cert), Some(key)) => Some((cert, key)),
            (None, None) => None,
            _ => return Err(invalid("tls_cert and tls_key go together")),
        };
        if let Some(tls) = &mut self.tls {
            tls.client = client;
        }
        Ok(())
    }
}

fn host(text: &str) -> Result<Host> {
    let (name, port) = text.rsplit_once(':').ok_or_else(|| invalid("a host has no port (host:port)"))?;
    let port = port.parse().map_err(|_| invalid("a port is no number from 0 to 65535"))?;
    let name = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    if name.is_empty() {
        return Err(invalid("a host has no name"));
    }
    Ok(Host { name: name.to_owned(), port })
}

fn positive(name: &str, value: &str) -> Result<u64> {
    let number = value.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| invalid(&format!("option `{name}` is no number above 0")))
}

fn decode(text: &str) -> Result<String> {
    match percent_decode_str(text).decode_utf8() {
        Ok(text) => Ok(text.into_owned()),
        Err(_) => Err(invalid("a %-escape in it is not UTF-8")),
    }
}

/// The URL itself is not printed: it may hold a password.
fn invalid(why: &str) -> Error {
    Error::new(ErrorKind::Config, format!("the Picodata URL cannot be read: {why}"))
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
        refuses("postgres://me:s3cret@h:1", "none of picodata");
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
    }
}
