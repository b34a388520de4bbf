//! The URL of a Pinot cluster, and what its source adds.
//!
//! `pinot://[user:password@]host:port` or `pinot+tls://…`: the controller, which names the brokers, or with `?role=broker`
//! one broker. An option that is not known, or a value that is none, is an error. Engine and null handling change types,
//! so they are the source's alone and no part of a URL.

use std::path::PathBuf;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use querent_core::{Error, ErrorKind, Result};
use querent_protocol::pinot::describe::SourceOptions;
use querent_protocol::pinot::request::Engine;
use secrecy::SecretString;

/// What is needed to reach a Pinot cluster.
#[derive(Clone, Debug)]
pub struct PinotOptions {
    /// Host and port, an IPv6 address in brackets.
    pub(crate) authority: String,
    pub(crate) role: Role,
    pub(crate) credentials: Credentials,
    /// `None` is plain text, also to the brokers: TLS is asked for by the scheme and never downgrades.
    pub(crate) tls: Option<Tls>,
    /// The database whose tables are meant, where it is not the default one.
    pub(crate) database: Option<String>,
    pub(crate) connect_timeout: Duration,
    /// How long the server may be silent, where the call has no limit of its own.
    pub(crate) response_timeout: Duration,
    pub(crate) source: SourceOptions,
}

/// What the URL leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Controller,
    Broker,
}

#[derive(Clone, Debug)]
pub(crate) enum Credentials {
    None,
    Basic { user: String, password: SecretString },
    Bearer(SecretString),
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Tls {
    /// A PEM file of certificates to trust instead of the usual ones.
    pub(crate) roots: Option<PathBuf>,
    /// PEM files of the client's certificate chain and key.
    pub(crate) client: Option<(PathBuf, PathBuf)>,
}

const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);
/// The brokers' own limit is 10 s unless a query says otherwise.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(60);

impl PinotOptions {
    /// Reads a URL. Options: `role` (`controller` or `broker`), `token` (a bearer token), `database`,
    /// `connect_timeout_ms` (4000), `response_timeout_ms` (60000), and with the scheme `pinot+tls` `tls_roots` (PEM file),
    /// `tls_cert` with `tls_key` (PEM files).
    pub fn parse(url: &str) -> Result<PinotOptions> {
        let (scheme, rest) = url.split_once("://").ok_or_else(|| invalid("it has no scheme"))?;
        let tls = match scheme {
            "pinot" => None,
            "pinot+tls" => Some(Tls::default()),
            _ => return Err(invalid("its scheme is none of pinot, pinot+tls")),
        };
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (user, authority) = match rest.rsplit_once('@') {
            Some((user, authority)) => (Some(user), authority),
            None => (None, rest),
        };
        let credentials = match user {
            None => Credentials::None,
            Some(user) => {
                let (user, password) = user.split_once(':').unwrap_or((user, ""));
                Credentials::Basic { user: decode(user)?, password: SecretString::from(decode(password)?) }
            }
        };
        let mut options = PinotOptions {
            authority: host_and_port(authority.strip_suffix('/').unwrap_or(authority))?,
            role: Role::Controller,
            credentials,
            tls,
            database: None,
            connect_timeout: CONNECT_TIMEOUT,
            response_timeout: RESPONSE_TIMEOUT,
            source: SourceOptions::default(),
        };
        options.read_query(query)?;
        Ok(options)
    }

    /// The same with what belongs to the source.
    pub(crate) fn of_source(mut self, source: &[(&str, &str)]) -> Result<PinotOptions> {
        for (key, value) in source {
            match (*key, *value) {
                ("engine", name) => {
                    let engine = Engine::from_name(name);
                    self.source.engine =
                        engine.ok_or_else(|| of_source_error(key, "no engine of Pinot's"))?;
                }
                ("null_handling", "true") => self.source.null_handling = true,
                ("null_handling", "false") => self.source.null_handling = false,
                ("null_handling", _) => return Err(of_source_error(key, "neither true nor false")),
                // Cells hold the wall clock of the broker's zone and do not name it.
                ("zone", "UTC") => {}
                ("zone", _) => return Err(of_source_error(key, "not UTC, the one zone that is read so far")),
                _ => return Err(of_source_error(key, "not known to this driver")),
            }
        }
        Ok(self)
    }

    fn read_query(&mut self, query: &str) -> Result<()> {
        let (mut cert, mut key) = (None, None);
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').ok_or_else(|| invalid("an option has no `=`"))?;
            let value = decode(value)?;
            match (name, &mut self.tls) {
                ("role", _) => {
                    self.role = match value.as_str() {
                        "controller" => Role::Controller,
                        "broker" => Role::Broker,
                        _ => return Err(invalid("option `role` is neither controller nor broker")),
                    };
                }
                ("token", _) => match self.credentials {
                    Credentials::None => self.credentials = Credentials::Bearer(SecretString::from(value)),
                    _ => return Err(invalid("it has both a user and a token")),
                },
                ("database", _) => self.database = Some(value),
                ("connect_timeout_ms", _) => self.connect_timeout = millis(name, &value)?,
                ("response_timeout_ms", _) => self.response_timeout = millis(name, &value)?,
                ("tls_roots", Some(tls)) => tls.roots = Some(PathBuf::from(value)),
                ("tls_cert", Some(_)) => cert = Some(PathBuf::from(value)),
                ("tls_key", Some(_)) => key = Some(PathBuf::from(value)),
                ("tls_roots" | "tls_cert" | "tls_key", None) => {
                    return Err(invalid(&format!("option `{name}` needs the scheme pinot+tls")));
                }
                ("engine" | "null_handling" | "zone", _) => {
                    return Err(invalid(&format!("`{name}` belongs to the source, in querent.toml")));
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

fn host_and_port(authority: &str) -> Result<String> {
    let (host, port) = authority.rsplit_once(':').ok_or_else(|| invalid("it has no port (host:port)"))?;
    let port: u16 = port.parse().map_err(|_| invalid("its port is no number from 0 to 65535"))?;
    if host.is_empty() || host.contains(['/', '#', '\\']) {
        return Err(invalid("it has no host"));
    }
    Ok(format!("{host}:{port}"))
}

fn millis(name: &str, value: &str) -> Result<Duration> {
    let number = value.parse().ok().filter(|number| *number > 0);
    let number = number.ok_or_else(|| invalid(&format!("option `{name}` is no number above 0")))?;
    Ok(Duration::from_millis(number))
}

fn decode(text: &str) -> Result<String> {
    match percent_decode_str(text).decode_utf8() {
        Ok(text) => Ok(text.into_owned()),
        Err(_) => Err(invalid("a %-escape in it is not UTF-8")),
    }
}

/// The URL itself is not printed: it may hold a password.
fn invalid(why: &str) -> Error {
    Error::new(ErrorKind::Config, format!("the Pinot URL cannot be read: {why}"))
}

fn of_source_error(key: &str, why: &str) -> Error {
    Error::new(ErrorKind::Config, format!("the source's option `{key}` is {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refuses(url: &str, why: &str) {
        let message = PinotOptions::parse(url).unwrap_err().to_string();
        assert!(message.contains(why), "{message}");
        assert!(!message.contains("s3cret"), "{message}");
    }

    #[test]
    fn urls_are_read_and_print_no_secret() {
        let options =
            PinotOptions::parse("pinot+tls://me:s3cret%40@[::1]:9000/?role=broker&database=d").unwrap();
        assert_eq!((options.authority.as_str(), options.role), ("[::1]:9000", Role::Broker));
        assert!(options.tls.is_some() && options.database.as_deref() == Some("d"));
        assert!(matches!(&options.credentials, Credentials::Basic { user, .. } if user == "me"));
        assert!(!format!("{options:?}").contains("s3cret"));
        let options = PinotOptions::parse("pinot://h:9000?token=s3cret").unwrap();
        assert!(matches!(options.credentials, Credentials::Bearer(_)) && options.role == Role::Controller);
        assert!(!format!("{options:?}").contains("s3cret"));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        refuses("h:1", "no scheme");
        refuses("http://h:1", "none of pinot");
        refuses("pinot://me:s3cret@h", "no port");
        refuses("pinot://h:99999", "no number");
        refuses("pinot://:1", "no host");
        refuses("pinot://me:s3cret@h:1?token=s3cret", "both");
        refuses("pinot://h:1?role=server", "neither controller");
        refuses("pinot://h:1?engine=multi-stage", "belongs to the source");
        refuses("pinot://h:1?tls_roots=x", "needs the scheme pinot+tls");
        refuses("pinot+tls://h:1?tls_key=x", "go together");
        refuses("pinot://h:1?nope=x", "not known");
        refuses("pinot://h:1?connect_timeout_ms=0", "above 0");
    }

    #[test]
    fn the_source_decides_engine_and_null_handling() {
        let options = || PinotOptions::parse("pinot://h:1").unwrap();
        let made = options().of_source(&[("engine", "multi-stage"), ("null_handling", "true")]).unwrap();
        assert_eq!(made.source, SourceOptions { engine: Engine::MultiStage, null_handling: true });
        assert!(options().of_source(&[("zone", "UTC")]).is_ok());
        for wrong in [("engine", "v3"), ("null_handling", "maybe"), ("zone", "Asia/Tokyo"), ("other", "x")] {
            assert_eq!(options().of_source(&[wrong]).unwrap_err().kind(), ErrorKind::Config, "{wrong:?}");
        }
    }
}
