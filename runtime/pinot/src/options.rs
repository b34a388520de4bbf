//! The URL of a Pinot cluster, and what its source adds.
//!
//! `pinot://[user:password@]host:port` or `pinot+tls://…`: the controller, which names the brokers, or with `?role=broker`
//! one broker. An option that is not known, or a value that is none, is an error. Engine and null handling change types,
//! so they are the source's alone and no part of a URL.

use std::time::Duration;

use querent_core::tls::Tls;
use querent_core::url::Url;
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

const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);
/// The brokers' own limit is 10 s unless a query says otherwise.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(60);

impl PinotOptions {
    /// Reads a URL. Options: `role` (`controller` or `broker`), `token` (a bearer token), `database`,
    /// `connect_timeout_ms` (4000), `response_timeout_ms` (60000), and with the scheme `pinot+tls` `tls_roots` (PEM file),
    /// `tls_cert` with `tls_key` (PEM files).
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
        let options = PinotOptions {
            authority: url.host()?.to_string(),
            role: role(&mut url)?,
            credentials: credentials(&mut url)?,
            tls,
            database: url.take("database"),
            connect_timeout: url.take_millis("connect_timeout_ms")?.unwrap_or(CONNECT_TIMEOUT),
            response_timeout: url.take_millis("response_timeout_ms")?.unwrap_or(RESPONSE_TIMEOUT),
            source: SourceOptions::default(),
        };
        url.finish()?;
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
}

fn role(url: &mut Url<'_>) -> Result<Role> {
    match url.take("role").as_deref() {
        None | Some("controller") => Ok(Role::Controller),
        Some("broker") => Ok(Role::Broker),
        Some(_) => Err(url.invalid("option `role` is neither controller nor broker")),
    }
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
        refuses("pinot://:1", "no name");
        refuses("pinot://me:s3cret@h:1?token=s3cret", "both");
        refuses("pinot://h:1?role=server", "neither controller");
        refuses("pinot://h:1?engine=multi-stage", "belongs to the source");
        refuses("pinot://h:1?tls_roots=x", "needs the scheme pinot+tls");
        refuses("pinot+tls://h:1?tls_key=x", "go together");
        refuses("pinot+tls://h:1?tls_server_name=x", "not known");
        refuses("pinot://h:1,i:2", "more than one host");
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
