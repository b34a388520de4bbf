//! The URL of an Ignite cluster, and what its source adds.
//!
//! `ignite://[user:password@]host[:port[-last]][,host…][?option=value&…]` or `ignite+tls://…`. A port that is not given is
//! 10800; a range stands for each of its ports. An option that is not known, or a value that is none, is an error. Engine
//! and zone change types or meaning, so they are the source's alone and no part of a URL.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use querent_core::{Error, ErrorKind, Result};
use secrecy::SecretString;

/// What is needed to reach an Ignite cluster.
#[derive(Clone, Debug)]
pub struct IgniteOptions {
    /// Tried in order, the next one once the one before fails or takes long.
    pub(crate) addresses: Vec<Address>,
    pub(crate) credentials: Option<(String, SecretString)>,
    /// `None` is plain text: TLS is asked for by the scheme and never downgrades.
    pub(crate) tls: Option<Tls>,
    /// Shown in `SYS.CLIENT_CONNECTION_ATTRIBUTES`.
    pub(crate) attributes: Vec<(String, String)>,
    /// How long one address may take until it is ready, TLS and handshake included.
    pub(crate) connect_timeout: Duration,
    /// How long the connection is silent before it is asked for a sign of life, at most.
    pub(crate) heartbeat: Duration,
    /// How long a sign of life may take before the connection is given up.
    pub(crate) silence_max: Duration,
    /// The largest request: the server has no limit and can run out of memory on one.
    pub(crate) request_len_max: usize,
    /// The largest answer.
    pub(crate) response_len_max: usize,
    /// Requests that wait to be written.
    pub(crate) queue_len: usize,
    /// The schema of names without one.
    pub(crate) schema: String,
    /// Rows a page, where a call does not say.
    pub(crate) page_size: i32,
    pub(crate) source: SourceOptions,
}

/// What the source decides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SourceOptions {
    /// The SQL engine that the queries were checked for.
    pub(crate) engine: Option<Engine>,
    /// The zone of the servers' JVMs, by its IANA name.
    pub(crate) zone: Option<String>,
}

/// The SQL engine of a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    H2,
    Calcite,
}

impl Engine {
    /// As `SELECT QUERY_ENGINE()` names it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Engine::H2 => "h2",
            Engine::Calcite => "calcite",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.contains(':') {
            true => write!(f, "[{}]:{}", self.host, self.port),
            false => write!(f, "{}:{}", self.host, self.port),
        }
    }
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

const PORT: u16 = 10800;
/// A range of more ports is a mistake.
const RANGE_LEN_MAX: u16 = 100;

impl IgniteOptions {
    /// Reads a URL. Options: `connect_timeout_ms` (for each address, 4000), `heartbeat_ms` (30000), `silence_max_ms` (for
    /// a sign of life, 30000), `request_len_max` (bytes, 64 MiB), `response_len_max` (bytes, 1 GiB), `queue_len` (1024),
    /// `schema` (`PUBLIC`), `page_size` (1024), `attribute.NAME` (shown in the server's views), and with the scheme
    /// `ignite+tls` `tls_roots` (PEM file), `tls_server_name`, `tls_cert` with `tls_key` (PEM files).
    pub fn parse(url: &str) -> Result<IgniteOptions> {
        let (scheme, rest) = url.split_once("://").ok_or_else(|| invalid("it has no scheme"))?;
        let tls = match scheme {
            "ignite" => None,
            "ignite+tls" => Some(Tls::default()),
            _ => return Err(invalid("its scheme is none of ignite, ignite+tls")),
        };
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (user, hosts) = match rest.rsplit_once('@') {
            Some((user, hosts)) => (Some(user), hosts),
            None => (None, rest),
        };
        let credentials = user.map(credentials).transpose()?;
        let mut addresses = Vec::new();
        for text in hosts.strip_suffix('/').unwrap_or(hosts).split(',') {
            add_addresses(text, &mut addresses)?;
        }
        let mut options = IgniteOptions {
            addresses,
            credentials,
            tls,
            attributes: Vec::new(),
            connect_timeout: Duration::from_secs(4),
            heartbeat: Duration::from_secs(30),
            silence_max: Duration::from_secs(30),
            request_len_max: 64 << 20,
            response_len_max: 1 << 30,
            queue_len: 1024,
            schema: String::from("PUBLIC"),
            page_size: 1024,
            source: SourceOptions::default(),
        };
        options.read_query(query)?;
        Ok(options)
    }

    /// The same with what belongs to the source.
    pub(crate) fn of_source(mut self, source: &[(&str, &str)]) -> Result<IgniteOptions> {
        for (key, value) in source {
            match (*key, *value) {
                ("engine", "h2") => self.source.engine = Some(Engine::H2),
                ("engine", "calcite") => self.source.engine = Some(Engine::Calcite),
                ("engine", _) => return Err(of_source_error(key, "no engine of Ignite's (h2, calcite)")),
                ("zone", zone) => self.source.zone = Some(zone.to_owned()),
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
            if let Some(attribute) = name.strip_prefix("attribute.") {
                self.attributes.push((decode(attribute)?, value));
                continue;
            }
            match (name, &mut self.tls) {
                ("connect_timeout_ms", _) => self.connect_timeout = millis(name, &value)?,
                ("heartbeat_ms", _) => self.heartbeat = millis(name, &value)?,
                ("silence_max_ms", _) => self.silence_max = millis(name, &value)?,
                ("request_len_max", _) => self.request_len_max = positive(name, &value)?,
                ("response_len_max", _) => self.response_len_max = positive(name, &value)?,
                ("queue_len", _) => self.queue_len = positive(name, &value)?,
                ("schema", _) => self.schema = value,
                ("page_size", _) => self.page_size = positive(name, &value)?,
                ("tls_roots", Some(tls)) => tls.roots = Some(PathBuf::from(value)),
                ("tls_server_name", Some(tls)) => tls.server_name = Some(value),
                ("tls_cert", Some(_)) => cert = Some(PathBuf::from(value)),
                ("tls_key", Some(_)) => key = Some(PathBuf::from(value)),
                ("tls_roots" | "tls_server_name" | "tls_cert" | "tls_key", None) => {
                    return Err(invalid(&format!("option `{name}` needs the scheme ignite+tls")));
                }
                ("engine" | "zone", _) => {
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

fn credentials(text: &str) -> Result<(String, SecretString)> {
    let (user, password) = text.split_once(':').unwrap_or((text, ""));
    let user = decode(user)?;
    if user.is_empty() {
        return Err(invalid("it has a password and no user"));
    }
    Ok((user, SecretString::from(decode(password)?)))
}

fn add_addresses(text: &str, addresses: &mut Vec<Address>) -> Result<()> {
    // In brackets, an IPv6 address has colons of its own.
    let (host, ports) = match text.strip_prefix('[').and_then(|text| text.split_once(']')) {
        Some((host, "")) => (host, None),
        Some((host, rest)) => {
            let ports = rest.strip_prefix(':').ok_or_else(|| invalid("a host has no `:` before its port"))?;
            (host, Some(ports))
        }
        None => match text.rsplit_once(':') {
            Some((host, ports)) => (host, Some(ports)),
            None => (text, None),
        },
    };
    if host.is_empty() || host.contains(['/', '#', '\\', '[', ']']) {
        return Err(invalid("a host has no name"));
    }
    let (first, last) = match ports.map(|ports| ports.split_once('-').unwrap_or((ports, ports))) {
        None => (PORT, PORT),
        Some((first, last)) => (port(first)?, port(last)?),
    };
    if last < first || last - first >= RANGE_LEN_MAX {
        return Err(invalid("a range of ports is empty or longer than 100"));
    }
    addresses.extend((first..=last).map(|port| Address { host: host.to_owned(), port }));
    Ok(())
}

fn port(text: &str) -> Result<u16> {
    text.parse().map_err(|_| invalid("a port is no number from 0 to 65535"))
}

fn millis(name: &str, value: &str) -> Result<Duration> {
    positive(name, value).map(Duration::from_millis)
}

fn positive<T: TryFrom<u64>>(name: &str, value: &str) -> Result<T> {
    let number = value.parse::<u64>().ok().filter(|number| *number > 0);
    let number = number.and_then(|number| T::try_from(number).ok());
    number.ok_or_else(|| invalid(&format!("option `{name}` is no number above 0, or too large")))
}

fn decode(text: &str) -> Result<String> {
    match percent_decode_str(text).decode_utf8() {
        Ok(text) => Ok(text.into_owned()),
        Err(_) => Err(invalid("a %-escape in it is not UTF-8")),
    }
}

/// The URL itself is not printed: it may hold a password.
fn invalid(why: &str) -> Error {
    Error::new(ErrorKind::Config, format!("the Ignite URL cannot be read: {why}"))
}

fn of_source_error(key: &str, why: &str) -> Error {
    Error::new(ErrorKind::Config, format!("the source's option `{key}` is {why}"))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[track_caller]
    fn refuses(url: &str, why: &str) {
        let message = IgniteOptions::parse(url).unwrap_err().to_string();
        assert!(message.contains(why), "{message}");
        assert!(!message.contains("s3cret"), "{message}");
    }

    #[test]
    fn urls_are_read_and_print_no_secret() {
        let url = "ignite+tls://me:s3cret%40@a,[::1]:2-3,b:7/?tls_server_name=x&page_size=3&attribute.app=me";
        let options = IgniteOptions::parse(url).unwrap();
        let addresses: Vec<_> = options.addresses.iter().map(|a| (a.host.as_str(), a.port)).collect();
        assert_eq!(addresses, [("a", 10800), ("::1", 2), ("::1", 3), ("b", 7)]);
        let (user, password) = options.credentials.as_ref().unwrap();
        assert_eq!((user.as_str(), password.expose_secret()), ("me", "s3cret@"));
        assert_eq!((options.page_size, &options.attributes[..]), (3, &[("app".into(), "me".into())][..]));
        assert_eq!(options.tls.as_ref().unwrap().server_name.as_deref(), Some("x"));
        assert!(!format!("{options:?}").contains("s3cret"));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        refuses("h:1", "no scheme");
        refuses("http://h:1", "none of ignite");
        refuses("ignite://:s3cret@h:1", "no user");
        refuses("ignite://me:s3cret@h:99999", "no number");
        refuses("ignite://me:s3cret@:1", "no name");
        refuses("ignite://h:5-4", "empty");
        refuses("ignite://h:1-2000", "longer");
        refuses("ignite://[::1]5", "no `:`");
        refuses("ignite://h,", "no name");
        refuses("ignite://h?zone=UTC", "belongs to the source");
        refuses("ignite://h?tls_roots=x", "needs the scheme ignite+tls");
        refuses("ignite+tls://h?tls_key=x", "go together");
        refuses("ignite://h?page_size=0", "above 0");
        refuses("ignite://h?page_size=3000000000", "too large");
        refuses("ignite://h?nope=x", "not known");
    }

    #[test]
    fn the_source_decides_engine_and_zone() {
        let options = || IgniteOptions::parse("ignite://h").unwrap();
        let made = options().of_source(&[("engine", "calcite"), ("zone", "America/New_York")]).unwrap();
        let expected = SourceOptions { engine: Some(Engine::Calcite), zone: Some("America/New_York".into()) };
        assert_eq!(made.source, expected);
        for wrong in [("engine", "h3"), ("other", "x")] {
            assert_eq!(options().of_source(&[wrong]).unwrap_err().kind(), ErrorKind::Config, "{wrong:?}");
        }
    }
}
