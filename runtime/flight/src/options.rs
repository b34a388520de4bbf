//! The URL of a Flight SQL server.
//!
//! `flight://[user:password@]host:port`, `flight+tls://…`, `flight+unix:///path/to/socket` or `embedded:PATH`, with options
//! after `?`. An option that is not known, or a value that is none, is an error: nothing is silently put aside, least of
//! all about TLS.

use std::path::PathBuf;
use std::time::Duration;

use querent_core::tls::Tls;
use querent_core::url::{Host, Url};
use querent_core::{Error, ErrorKind, Result};
use secrecy::SecretString;

use crate::connect::Transport;

/// What is needed to reach a Flight SQL server.
#[derive(Clone, Debug)]
pub struct FlightOptions {
    pub(crate) target: Target,
    pub(crate) credentials: Credentials,
    pub(crate) tls: Tls,
    /// Headers that go with every call.
    pub(crate) headers: Vec<(String, SecretString)>,
    /// How long one server, this one or one that holds a part of a result, may take until it is connected.
    pub(crate) connect_timeout: Duration,
    /// The largest message accepted, in bytes.
    pub(crate) message_len_max: usize,
}

#[derive(Clone)]
pub(crate) enum Target {
    Tcp(Host),
    TcpTls(Host),
    Unix(PathBuf),
    Embedded(PathBuf),
    InProcess(Transport),
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Target::Tcp(host) => write!(f, "flight://{host}"),
            Target::TcpTls(host) => write!(f, "flight+tls://{host}"),
            Target::Unix(path) => write!(f, "flight+unix://{}", path.display()),
            Target::Embedded(path) => write!(f, "embedded:{}", path.display()),
            Target::InProcess(_) => f.write_str("in process"),
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) enum Credentials {
    None,
    Basic { user: String, password: SecretString },
    Bearer(SecretString),
}

/// Less than a pool waits for a connection, authentication included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);
/// The largest message accepted unless the URL says otherwise: a single large value must not stop a result.
const MESSAGE_LEN_MAX: usize = 256 * 1024 * 1024;

impl FlightOptions {
    /// Reads a URL. Options: `token`, `tls_roots`, `tls_server_name`, `tls_cert` with `tls_key` (and `tls_key_password`), `connect_timeout_ms` (of
    /// each server that holds a part of a result, too; 4000), `message_len_max` (bytes), and `header.NAME` for a header
    /// that goes with every call.
    pub fn parse(url: &str) -> Result<FlightOptions> {
        if let Some(path) = url.strip_prefix("embedded:") {
            return Ok(FlightOptions::to(Target::Embedded(PathBuf::from(path))));
        }
        let mut url = Url::parse("Flight SQL", url)?;
        let target = match url.scheme() {
            "flight" => Target::Tcp(url.host()?),
            "flight+tls" => Target::TcpTls(url.host()?),
            "flight+unix" => Target::Unix(PathBuf::from(url.body()?)),
            _ => return Err(url.invalid("its scheme is none of flight, flight+tls, flight+unix, embedded")),
        };
        let mut options = FlightOptions::to(target);
        options.credentials = credentials(&mut url)?;
        options.tls = Tls::take(&mut url, "flight+tls")?.unwrap_or_default();
        let headers = url.take_prefixed("header.").into_iter();
        options.headers =
            headers.map(|(name, value)| (name.to_ascii_lowercase(), SecretString::from(value))).collect();
        options.connect_timeout = url.take_millis("connect_timeout_ms")?.unwrap_or(CONNECT_TIMEOUT);
        options.message_len_max = url.take_number("message_len_max")?.unwrap_or(MESSAGE_LEN_MAX);
        url.finish()?;
        Ok(options)
    }

    /// The same with what belongs to the source: nothing that is sent.
    pub(crate) fn of_source(self, source: &[(&str, &str)]) -> Result<FlightOptions> {
        for (key, _) in source {
            let why = match *key {
                // What the checker believes of the server's columns.
                "nullability" => continue,
                // Flight SQL knows no zone of a session: to accept one would be to promise what nobody keeps.
                "zone" => {
                    "none of Flight SQL's: each timestamp column of Arrow says whether it has a zone, and which"
                }
                _ => "not known to this driver",
            };
            let message = format!("the source's option `{key}` is {why}");
            return Err(Error::new(ErrorKind::Config, message));
        }
        Ok(self)
    }

    /// A server in this process, by its tower service.
    pub fn in_process(transport: Transport) -> FlightOptions {
        FlightOptions::to(Target::InProcess(transport))
    }

    fn to(target: Target) -> FlightOptions {
        FlightOptions {
            target,
            credentials: Credentials::None,
            tls: Tls::default(),
            headers: Vec::new(),
            connect_timeout: CONNECT_TIMEOUT,
            message_len_max: MESSAGE_LEN_MAX,
        }
    }
}

fn credentials(url: &mut Url<'_>) -> Result<Credentials> {
    // A socket's path may hold an `@`, and its URL has no place for a user.
    let user = if url.scheme() == "flight+unix" { None } else { url.user()? };
    match (user, url.take("token")) {
        (None, None) => Ok(Credentials::None),
        (Some(user), None) => {
            let password = user.password.unwrap_or_default();
            Ok(Credentials::Basic { user: user.name, password })
        }
        (None, Some(token)) => Ok(Credentials::Bearer(SecretString::from(token))),
        (Some(_), Some(_)) => Err(url.invalid("it has both a user and a token")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refuses(url: &str, why: &str) {
        let message = FlightOptions::parse(url).unwrap_err().to_string();
        assert!(message.contains(why), "{message}");
        assert!(!message.contains("s3cret"), "{message}");
    }

    #[test]
    fn urls_are_read_and_print_no_secret() {
        let options = FlightOptions::parse("flight+tls://me:s3cret%20@[::1]:1?tls_server_name=x").unwrap();
        assert!(matches!(&options.target, Target::TcpTls(host) if host.to_string() == "[::1]:1"));
        assert!(matches!(&options.credentials, Credentials::Basic { user, .. } if user == "me"));
        assert!(!format!("{options:?}").contains("s3cret"));
        assert!(matches!(
            FlightOptions::parse("embedded:some/dir").unwrap().target,
            Target::Embedded(path) if path == std::path::Path::new("some/dir")
        ));
    }

    #[test]
    fn the_source_adds_nothing_that_is_sent() {
        let options = || FlightOptions::parse("flight://host:1").unwrap();
        assert!(options().of_source(&[("nullability", "trusted")]).is_ok());
        for (key, why) in [("zone", "none of Flight SQL's"), ("engine", "not known")] {
            let error = options().of_source(&[("nullability", "trusted"), (key, "UTC")]).unwrap_err();
            assert!(error.kind() == ErrorKind::Config && error.message().contains(why), "{error}");
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        refuses("host:1", "no scheme");
        refuses("http://host:1", "none of flight");
        refuses("flight://me:s3cret@host", "no port");
        refuses("flight://host:99999", "no number");
        refuses("flight://:1", "no name");
        refuses("flight://host:1/path", "a path");
        refuses("flight://me:s3cret@host:1?token=s3cret", "both");
        refuses("flight://host:1?tls=false", "`tls` is not known");
        refuses("flight://host:1?tls_roots=x", "needs the scheme flight+tls");
        refuses("flight+tls://host:1?tls_cert=x", "go together");
    }
}
