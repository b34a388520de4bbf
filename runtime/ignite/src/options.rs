//! The URL of an Ignite cluster, and what its source adds.
//!
//! `ignite://[user:password@]host[:port[-last]][,host…][?option=value&…]` or `ignite+tls://…`. A port that is not given is
//! 10800; a range stands for each of its ports. An option that is not known, or a value that is none, is an error. Engine
//! and zone change types or meaning, so they are the source's alone and no part of a URL.

use std::time::Duration;

use querent_core::tls::Tls;
use querent_core::url::{Host, Url};
use querent_core::{Error, ErrorKind, Result};
use secrecy::SecretString;

use crate::grid::Slot;
use crate::server_clock::{self, ServerClock};
use crate::zone::Zone;

/// What is needed to reach an Ignite cluster.
#[derive(Clone, Debug)]
pub struct IgniteOptions {
    /// Tried in order, the next one once the one before fails or takes long.
    pub(crate) addresses: Vec<Host>,
    pub(crate) credentials: Option<(String, SecretString)>,
    /// `None` is plain text: TLS is asked for by the scheme and never downgrades.
    pub(crate) tls: Option<Tls>,
    /// Shown in `SYS.CLIENT_CONNECTION_ATTRIBUTES`.
    pub(crate) attributes: Vec<(String, String)>,
    /// How long one address may take until it is ready, TLS and handshake included.
    pub(crate) connect_timeout: Duration,
    /// How long the connection is silent before it is asked for a sign of life, at most.
    pub(crate) heartbeat: Duration,
    /// How long a sign of life may take before the connection is given up, but for statements that run on it.
    pub(crate) silence_max: Duration,
    /// How long one may take while a statement runs.
    pub(crate) statement_silence_max: Duration,
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
    /// Whether requests go to the node that holds their key.
    pub(crate) partition_aware: bool,
    /// Whether nodes are also tried where they say themselves that they listen.
    pub(crate) discovery: bool,
    /// The cluster, shared by what was made of the same options.
    pub(crate) grid: Slot,
    /// The clock of the servers, shared by what was made of the same options.
    pub(crate) clock: ServerClock,
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
    /// The engine of a name.
    pub(crate) fn named(name: &str) -> Option<Engine> {
        [Engine::H2, Engine::Calcite].into_iter().find(|engine| engine.name() == name)
    }

    /// As `SELECT QUERY_ENGINE()` names it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Engine::H2 => "h2",
            Engine::Calcite => "calcite",
        }
    }
}

const PORT: u16 = 10800;

impl IgniteOptions {
    /// Reads a URL. Options: `connect_timeout_ms` (for each address, 4000), `heartbeat_ms` (30000), `silence_max_ms` (for
    /// a sign of life and for a write, 30000), `statement_silence_max_ms` (the same while a statement runs, 600000: a node
    /// whose threads for clients all run statements gives none), `request_len_max` (bytes, 64 MiB), `response_len_max`
    /// (bytes, 1 GiB), `queue_len` (1024), `schema` (`PUBLIC`), `page_size` (1024), `partition_aware` (`true`: requests go to the node that
    /// holds their key), `discovery` (`false`: nodes are also tried where they say that they listen), `attribute.NAME`
    /// (shown in the server's views), and with the scheme `ignite+tls` `tls_roots` (PEM file), `tls_server_name`,
    /// `tls_cert` with `tls_key` (PEM files) and `tls_key_password`.
    pub fn parse(url: &str) -> Result<IgniteOptions> {
        let mut url = Url::parse("Ignite", url)?;
        if !matches!(url.scheme(), "ignite" | "ignite+tls") {
            return Err(url.invalid("its scheme is none of ignite, ignite+tls"));
        }
        if url.path()?.is_some() {
            return Err(url.invalid("it has a path after its hosts; the schema is an option"));
        }
        for name in ["engine", "zone"] {
            if url.has(name) {
                return Err(url.invalid(&format!("`{name}` belongs to the source, in querent.toml")));
            }
        }
        let user = url.user()?;
        if user.as_ref().is_some_and(|user| user.name.is_empty()) {
            return Err(url.invalid("it has a password and no user"));
        }
        let options = IgniteOptions {
            addresses: url.hosts_of_ranges(PORT)?,
            credentials: user.map(|user| (user.name, user.password.unwrap_or_default())),
            tls: Tls::take(&mut url, "ignite+tls")?,
            attributes: url.take_prefixed("attribute."),
            connect_timeout: url.take_millis("connect_timeout_ms")?.unwrap_or(Duration::from_secs(4)),
            heartbeat: url.take_millis("heartbeat_ms")?.unwrap_or(Duration::from_secs(30)),
            silence_max: url.take_millis("silence_max_ms")?.unwrap_or(Duration::from_secs(30)),
            statement_silence_max: url
                .take_millis("statement_silence_max_ms")?
                .unwrap_or(Duration::from_secs(10 * 60)),
            request_len_max: url.take_number("request_len_max")?.unwrap_or(64 << 20),
            response_len_max: url.take_number("response_len_max")?.unwrap_or(1 << 30),
            queue_len: url.take_number("queue_len")?.unwrap_or(1024),
            schema: url.take("schema").unwrap_or_else(|| String::from("PUBLIC")),
            page_size: url.take_number("page_size")?.unwrap_or(1024),
            source: SourceOptions::default(),
            partition_aware: flag(&mut url, "partition_aware")?.unwrap_or(true),
            discovery: flag(&mut url, "discovery")?.unwrap_or(false),
            grid: Slot::default(),
            clock: ServerClock::default(),
        };
        url.finish()?;
        Ok(options)
    }

    /// The same with what belongs to the source.
    pub(crate) fn of_source(mut self, source: &[(&str, &str)]) -> Result<IgniteOptions> {
        for (key, value) in source {
            match (*key, *value) {
                ("engine", name) => {
                    let engine = Engine::named(name);
                    let unknown = || of_source_error(key, "no engine of Ignite's (h2, calcite)");
                    self.source.engine = Some(engine.ok_or_else(unknown)?);
                }
                ("zone", zone) => {
                    if let Zone::Unknown(_) = server_clock::of_java(zone) {
                        return Err(of_source_error(key, "no time zone of the IANA database"));
                    }
                    self.source.zone = Some(zone.to_owned());
                }
                _ => return Err(of_source_error(key, "not known to this driver")),
            }
        }
        // Another source may see the same cluster otherwise, and name another zone, by which wall clocks are read.
        self.clock = ServerClock::of_source(&self.source);
        self.grid = Slot::default();
        Ok(self)
    }
}

/// An option that is true or false.
fn flag(url: &mut Url<'_>, name: &str) -> Result<Option<bool>> {
    match url.take(name).as_deref() {
        None => Ok(None),
        Some("true") => Ok(Some(true)),
        Some("false") => Ok(Some(false)),
        Some(_) => Err(url.invalid(&format!("option `{name}` is neither true nor false"))),
    }
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
        let addresses: Vec<_> = options.addresses.iter().map(|a| (a.name.as_str(), a.port)).collect();
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
        refuses("ignite://h,", "no name");
        refuses("ignite://h?zone=UTC", "belongs to the source");
        refuses("ignite://h?tls_roots=x", "needs the scheme ignite+tls");
        refuses("ignite+tls://h?tls_key=x", "go together");
        refuses("ignite://h?page_size=0", "above 0");
        refuses("ignite://h?page_size=3000000000", "above 0");
        refuses("ignite://h?nope=x", "not known");
        refuses("ignite://h/PUBLIC", "a path");
    }

    #[test]
    fn the_source_decides_engine_and_zone() {
        let options = || IgniteOptions::parse("ignite://h").unwrap();
        let made = options().of_source(&[("engine", "calcite"), ("zone", "America/New_York")]).unwrap();
        let expected = SourceOptions { engine: Some(Engine::Calcite), zone: Some("America/New_York".into()) };
        assert_eq!(made.source, expected);
        assert!(made.clock.known().is_some());
        for one in [("engine", "h2"), ("zone", "UTC")] {
            assert!(options().of_source(&[one]).unwrap().clock.known().is_none(), "{one:?}");
        }
        for wrong in [("engine", "h3"), ("zone", "Nowhere/Town"), ("other", "x")] {
            assert_eq!(options().of_source(&[wrong]).unwrap_err().kind(), ErrorKind::Config, "{wrong:?}");
        }
    }
}
