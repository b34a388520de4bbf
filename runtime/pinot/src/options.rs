//! The URL of a Pinot cluster, and what its source adds.
//!
//! `pinot://[user:password@]host:port[,host:port…][?option=value&…]` or `pinot+tls://…`: controllers, which name the
//! brokers, or with `role=broker` brokers. An option that is not known, or a value that is none, is an error. Engine and
//! null handling change types, and the zone changes values, so they are the source's alone and no part of a URL.

use std::time::Duration;

use querent_core::tls::Tls;
use querent_core::url::{Host, Url};
use querent_core::{Error, ErrorKind, Result};
use querent_protocol::pinot::describe::SourceOptions;
use querent_protocol::pinot::options::{QueryOptions, reserved};
use querent_protocol::pinot::request::Engine;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use secrecy::SecretString;

use crate::zone::Zone;

/// What is needed to reach a Pinot cluster.
#[derive(Clone, Debug)]
pub struct PinotOptions {
    /// Controllers or brokers; there is at least one.
    pub(crate) hosts: Vec<Host>,
    pub(crate) role: Role,
    pub(crate) credentials: Credentials,
    /// `None` is plain text, also to the brokers: TLS is asked for by the scheme and never downgrades.
    pub(crate) tls: Option<Tls>,
    /// The database whose tables are meant, where it is not the default one.
    pub(crate) database: Option<String>,
    /// The tenant whose brokers are asked, whatever the tables are.
    pub(crate) tenant: Option<String>,
    /// Sent with every request, to controllers too; marked as sensitive.
    pub(crate) headers: HeaderMap,
    pub(crate) proxy: Proxy,
    /// How many redirects are followed.
    pub(crate) redirects_max: usize,
    /// HTTP connections that are kept to each host.
    pub(crate) idle_connections_max: usize,
    pub(crate) connect_timeout: Duration,
    /// How long the server may be silent, where the call has no limit of its own.
    pub(crate) response_timeout: Duration,
    /// How long the servers may work on a query, where the call has no limit of its own.
    pub(crate) query_timeout: Option<Duration>,
    /// How often the controller is asked which brokers there are.
    pub(crate) discovery: Duration,
    /// The largest answer, in bytes.
    pub(crate) response_len_max: u64,
    /// Sent with every query, unless the call says otherwise.
    pub(crate) query: QueryOptions,
    pub(crate) source: SourceOptions,
    /// The zone of the brokers, where the source says it.
    pub(crate) zone: Option<Zone>,
    /// The HTTP client of whoever made the options.
    pub(crate) http: Option<reqwest::Client>,
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

/// What stands between here and the cluster.
#[derive(Clone, Debug)]
pub(crate) enum Proxy {
    None,
    /// What the environment says (`HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY`).
    Environment,
    /// Its URL, which may hold a password.
    At(SecretString),
}

const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);
/// The brokers' own limit is 10 s unless a query says otherwise.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(60);
const DISCOVERY: Duration = Duration::from_secs(30);
const RESPONSE_LEN_MAX: u64 = 1 << 30;

impl PinotOptions {
    /// Reads a URL. Options: `role` (`controller` or `broker`), `token` (a bearer token), `database`, `tenant` (only its
    /// brokers are asked), `connect_timeout_ms` (4000), `response_timeout_ms` (how long a server may be silent, 60000),
    /// `query_timeout_ms` (how long the servers may work on a query whose call has no timeout; theirs is 10000),
    /// `discovery_ms` (how often the controller is asked for the brokers, 30000), `response_len_max` (bytes, 1 GiB),
    /// `idle_connections_max` (to each host, 64), `redirects_max` (0), `proxy` (its URL, or `environment`),
    /// `header.NAME` (sent with every request), `option.NAME` (a query option for every query), and with the scheme
    /// `pinot+tls` `tls_roots` (PEM file), `tls_cert` with `tls_key` (PEM files) and `tls_key_password`.
    pub fn parse(url: &str) -> Result<PinotOptions> {
        let mut url = Url::parse("Pinot", url)?;
        if !matches!(url.scheme(), "pinot" | "pinot+tls") {
            return Err(url.invalid("its scheme is none of pinot, pinot+tls"));
        }
        let tls = Tls::take(&mut url, "pinot+tls")?;
        if tls.as_ref().is_some_and(|tls| tls.server_name.is_some()) {
            // The brokers' names come from the controller: one name could not be that of all.
            return Err(url.invalid("option `tls_server_name` is not known"));
        }
        if let Some(key) = ["engine", "null_handling", "zone"].into_iter().find(|key| url.has(key)) {
            return Err(url.invalid(&format!("`{key}` belongs to the source, in querent.toml")));
        }
        if url.path()?.is_some() {
            return Err(url.invalid("it has a path after its hosts"));
        }
        let role = role(&mut url)?;
        let tenant = url.take("tenant");
        if tenant.is_some() && role == Role::Broker {
            return Err(url.invalid("a tenant's brokers are named by a controller, not by a broker"));
        }
        let options = PinotOptions {
            hosts: url.hosts()?,
            role,
            credentials: credentials(&mut url)?,
            tls,
            database: url.take("database"),
            tenant,
            headers: headers(&mut url)?,
            proxy: match url.take("proxy") {
                None => Proxy::None,
                Some(text) if text == "environment" => Proxy::Environment,
                Some(text) => Proxy::At(SecretString::from(text)),
            },
            redirects_max: redirects_max(&mut url)?,
            idle_connections_max: url.take_number("idle_connections_max")?.unwrap_or(64),
            connect_timeout: url.take_millis("connect_timeout_ms")?.unwrap_or(CONNECT_TIMEOUT),
            response_timeout: url.take_millis("response_timeout_ms")?.unwrap_or(RESPONSE_TIMEOUT),
            query_timeout: url.take_millis("query_timeout_ms")?,
            discovery: url.take_millis("discovery_ms")?.unwrap_or(DISCOVERY),
            response_len_max: url.take_number("response_len_max")?.unwrap_or(RESPONSE_LEN_MAX),
            query: query_options(&mut url)?,
            source: SourceOptions::default(),
            zone: None,
            http: None,
        };
        url.finish()?;
        Ok(options)
    }

    /// The HTTP client that the URL asks for (TLS, proxy, redirects, connections that are kept), to be changed and built, then
    /// handed back to [`http_client`](PinotOptions::http_client).
    pub fn http_builder(&self) -> Result<reqwest::ClientBuilder> {
        crate::client::builder(self)
    }

    /// Sends every request through a client of your own, of reqwest 0.13: one with a jar of cookies, a resolver, layers.
    ///
    /// How it reaches a host is its business alone: what the URL says of TLS, proxy, redirects and connections is in
    /// [`http_builder`](PinotOptions::http_builder) and nowhere else. The URL's scheme still says whether HTTP or HTTPS is
    /// spoken, and everything else (credentials, headers, limits of time and length, discovery) holds as ever. The pool is
    /// made by [`Pool::with_options`](querent_core::Pool::with_options).
    #[must_use]
    pub fn http_client(mut self, client: reqwest::Client) -> PinotOptions {
        self.http = Some(client);
        self
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
                // What the cluster's configuration says is the checker's affair.
                ("case_sensitive" | "default_limit" | "limit_max", _) => {}
                // Cells hold the wall clock of the broker's zone and do not name it.
                ("zone", name) => match Zone::of_java(name) {
                    Zone::Unknown(_) => {
                        return Err(of_source_error(key, "no time zone of the IANA database"));
                    }
                    zone => self.zone = Some(zone),
                },
                _ => return Err(of_source_error(key, "not known to this driver")),
            }
        }
        Ok(self)
    }
}

fn role(url: &mut Url<'_>) -> Result<Role> {
    match url.take("role").as_deref() {
        None | Some("controller") => Ok(Role::Controller),
        Some("broker") => Ok(Role::Broker),
        Some(_) => Err(url.invalid("option `role` is neither controller nor broker")),
    }
}

/// None is a number of them, too.
fn redirects_max(url: &mut Url<'_>) -> Result<usize> {
    let Some(value) = url.take("redirects_max") else { return Ok(0) };
    value.parse().map_err(|_| url.invalid("option `redirects_max` is no number"))
}

fn credentials(url: &mut Url<'_>) -> Result<Credentials> {
    match (url.user()?, url.take("token")) {
        (None, None) => Ok(Credentials::None),
        (Some(user), None) => {
            let password = user.password.unwrap_or_default();
            Ok(Credentials::Basic { user: user.name, password })
        }
        (None, Some(token)) => Ok(Credentials::Bearer(SecretString::from(token))),
        (Some(_), Some(_)) => Err(url.invalid("it has both a user and a token")),
    }
}

fn headers(url: &mut Url<'_>) -> Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    for (name, value) in url.take_prefixed("header.") {
        match header(&name, &value) {
            Some((name, _)) if OWN_HEADERS.contains(&name.as_str()) => {
                return Err(url.invalid(&format!("header `{name}` is set by an option of its own")));
            }
            Some((name, value)) => headers.append(name, value),
            None => return Err(url.invalid(&format!("header `{name}` or its value cannot be sent"))),
        };
    }
    Ok(headers)
}

/// Headers that the driver sets.
pub(crate) const OWN_HEADERS: &[&str] =
    &["authorization", "content-length", "content-type", "database", "host", "transfer-encoding"];

/// A header; its value never appears in what is printed.
pub(crate) fn header(name: &str, value: &str) -> Option<(HeaderName, HeaderValue)> {
    let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
    let mut value = HeaderValue::from_str(value).ok()?;
    value.set_sensitive(true);
    Some((name, value))
}

fn query_options(url: &mut Url<'_>) -> Result<QueryOptions> {
    let mut options = QueryOptions::new();
    for (key, value) in url.take_prefixed("option.") {
        if let Some(why) = reserved(&key) {
            return Err(url.invalid(&format!("query option `{key}` is not set here: {why}")));
        }
        if key.is_empty() || value.trim().is_empty() || !key.bytes().all(|byte| byte.is_ascii_alphanumeric())
        {
            return Err(
                url.invalid(&format!("query option `{key}` has no name of letters and digits, or no value"))
            );
        }
        options = options.other(key, value);
    }
    Ok(options)
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
            PinotOptions::parse("pinot+tls://me:s3cret%40@[::1]:9000,b:1/?role=broker&database=d").unwrap();
        let hosts: Vec<String> = options.hosts.iter().map(Host::to_string).collect();
        assert_eq!((hosts, options.role), (vec!["[::1]:9000".to_owned(), "b:1".to_owned()], Role::Broker));
        assert!(options.tls.is_some() && options.database.as_deref() == Some("d"));
        assert!(matches!(&options.credentials, Credentials::Basic { user, .. } if user == "me"));
        assert!(!format!("{options:?}").contains("s3cret"));
        let url = "pinot://h:9000?token=s3cret&tenant=t&header.Cookie=s3cret&proxy=http://u:s3cret%40p:1&redirects_max=2\
                   &query_timeout_ms=5&discovery_ms=6&response_len_max=7&idle_connections_max=8\
                   &option.maxRowsInJoin=9&option.skipIndexes=a%3Db";
        let options = PinotOptions::parse(url).unwrap();
        assert!(matches!(options.credentials, Credentials::Bearer(_)) && options.role == Role::Controller);
        assert!(!format!("{options:?}").contains("s3cret"), "{options:?}");
        assert_eq!((options.tenant.as_deref(), options.redirects_max), (Some("t"), 2));
        assert_eq!((options.response_len_max, options.idle_connections_max), (7, 8));
        assert_eq!(options.query_timeout, Some(Duration::from_millis(5)));
        assert_eq!(options.discovery, Duration::from_millis(6));
        assert_eq!(options.headers["cookie"], "s3cret");
        let query: Vec<_> = options.query.iter().collect();
        assert_eq!(query, [("maxRowsInJoin", "9"), ("skipIndexes", "a=b")]);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        refuses("h:1", "no scheme");
        refuses("http://h:1", "none of pinot");
        refuses("pinot://me:s3cret@h", "no port");
        refuses("pinot://h:99999", "no number");
        refuses("pinot://:1", "no name");
        refuses("pinot://me:s3cret@h:1?token=s3cret", "both");
        refuses("pinot://h:1?role=server", "neither controller");
        refuses("pinot://h:1?role=broker&tenant=t", "named by a controller");
        refuses("pinot://h:1?engine=multi-stage", "belongs to the source");
        refuses("pinot://h:1?tls_roots=x", "needs the scheme pinot+tls");
        refuses("pinot+tls://h:1?tls_key=x", "go together");
        refuses("pinot+tls://h:1?tls_server_name=x", "not known");
        refuses("pinot://h:1/db", "a path");
        refuses("pinot://h:1?nope=x", "not known");
        refuses("pinot://h:1?connect_timeout_ms=0", "above 0");
        refuses("pinot://h:1?redirects_max=some", "no number");
        assert_eq!(PinotOptions::parse("pinot://h:1?redirects_max=0").unwrap().redirects_max, 0);
        refuses("pinot://h:1?header.Authorization=s3cret", "an option of its own");
        refuses("pinot://h:1?header.a b=s3cret", "cannot be sent");
        refuses("pinot://h:1?header.a=s3cret%0a", "cannot be sent");
        refuses("pinot://h:1?option.useMultistageEngine=true", "belongs to the source");
        refuses("pinot://h:1?option.ENABLENULLHANDLING=true", "belongs to the source");
        refuses("pinot://h:1?option.timeoutMs=1", "query_timeout_ms");
        refuses("pinot://h:1?option.useMSEToFillEmptyResponseSchema=true", "not what was checked");
        refuses("pinot://h:1?option.a.b=1", "letters and digits");
        refuses("pinot://h:1?option.a=", "no value");
    }

    #[test]
    fn the_source_decides_engine_null_handling_and_zone() {
        let options = || PinotOptions::parse("pinot://h:1").unwrap();
        let made = options().of_source(&[("engine", "multi-stage"), ("null_handling", "true")]).unwrap();
        assert_eq!(made.source, SourceOptions { engine: Engine::MultiStage, null_handling: true });
        let told =
            options().of_source(&[("default_limit", "100"), ("limit_max", "9"), ("case_sensitive", "true")]);
        assert_eq!(told.unwrap().source, SourceOptions::default());
        for zone in ["UTC", "Asia/Tokyo", "GMT+02:00"] {
            assert!(options().of_source(&[("zone", zone)]).unwrap().zone.is_some());
        }
        for wrong in [("engine", "v3"), ("null_handling", "maybe"), ("zone", "Nowhere/Town"), ("other", "x")]
        {
            assert_eq!(options().of_source(&[wrong]).unwrap_err().kind(), ErrorKind::Config, "{wrong:?}");
        }
    }
}
