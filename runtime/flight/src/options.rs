//! The URL of a Flight SQL server.
//!
//! `flight://[user:password@]host:port`, `flight+tls://…`, `flight+unix:///path/to/socket` or `embedded:PATH`, with options
//! after `?`. An option that is not known, or a value that is none, is an error: nothing is silently put aside, least of
//! all about TLS.

use std::path::PathBuf;

use percent_encoding::percent_decode_str;
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
    /// The largest message accepted, in bytes.
    pub(crate) message_len_max: usize,
}

#[derive(Clone)]
pub(crate) enum Target {
    Tcp { host: String, port: u16 },
    TcpTls { host: String, port: u16 },
    Unix(PathBuf),
    Embedded(PathBuf),
    InProcess(Transport),
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Target::Tcp { host, port } => write!(f, "flight://{host}:{port}"),
            Target::TcpTls { host, port } => write!(f, "flight+tls://{host}:{port}"),
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

#[derive(Clone, Debug, Default)]
pub(crate) struct Tls {
    /// A PEM file of certificates to trust instead of the usual ones.
    pub(crate) roots: Option<PathBuf>,
    /// The name that the server's certificate must bear, where it is not the host's.
    pub(crate) server_name: Option<String>,
    /// PEM files of the client's certificate chain and key.
    pub(crate) client: Option<(PathBuf, PathBuf)>,
}

/// The largest message accepted unless the URL says otherwise: a single large value must not stop a result.
const MESSAGE_LEN_MAX: usize = 256 * 1024 * 1024;

impl FlightOptions {
    /// Reads a URL. Options: `token`, `tls_roots`, `tls_server_name`, `tls_cert` with `tls_key`, `message_len_max`
    /// (bytes), and `header.NAME` for a header that goes with every call.
    pub fn parse(url: &str) -> Result<FlightOptions> {
        if let Some(path) = url.strip_prefix("embedded:") {
            return Ok(FlightOptions::to(Target::Embedded(PathBuf::from(path))));
        }
        let (scheme, rest) = url.split_once("://").ok_or_else(|| invalid("it has no scheme"))?;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        if scheme == "flight+unix" {
            let mut options = FlightOptions::to(Target::Unix(PathBuf::from(decode(rest)?)));
            options.read_query(query)?;
            return Ok(options);
        }
        let (user, authority) = match rest.rsplit_once('@') {
            Some((user, authority)) => (Some(user), authority),
            None => (None, rest),
        };
        let (host, port) = host_and_port(authority.strip_suffix('/').unwrap_or(authority))?;
        let mut options = FlightOptions::to(match scheme {
            "flight" => Target::Tcp { host, port },
            "flight+tls" => Target::TcpTls { host, port },
            _ => return Err(invalid("its scheme is none of flight, flight+tls, flight+unix, embedded")),
        });
        if let Some(user) = user {
            let (user, password) = user.split_once(':').unwrap_or((user, ""));
            options.credentials =
                Credentials::Basic { user: decode(user)?, password: SecretString::from(decode(password)?) };
        }
        options.read_query(query)?;
        Ok(options)
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
            message_len_max: MESSAGE_LEN_MAX,
        }
    }

    fn read_query(&mut self, query: &str) -> Result<()> {
        let (mut cert, mut key) = (None, None);
        for pair in query.split('&').filter(|p| !p.is_empty()) {
            let (name, value) = pair.split_once('=').ok_or_else(|| invalid("an option has no `=`"))?;
            let value = decode(value)?;
            match name {
                "token" => match self.credentials {
                    Credentials::None => self.credentials = Credentials::Bearer(SecretString::from(value)),
                    _ => return Err(invalid("it has both a user and a token")),
                },
                "tls_roots" => self.tls.roots = Some(PathBuf::from(value)),
                "tls_server_name" => self.tls.server_name = Some(value),
                "tls_cert" => cert = Some(PathBuf::from(value)),
                "tls_key" => key = Some(PathBuf::from(value)),
                "message_len_max" => {
                    self.message_len_max =
                        value.parse().map_err(|_| invalid("message_len_max is no number of bytes"))?;
                }
                _ => match name.strip_prefix("header.") {
                    Some(header) => {
                        self.headers.push((header.to_ascii_lowercase(), SecretString::from(value)))
                    }
                    None => return Err(invalid(&format!("option `{name}` is not known"))),
                },
            }
            if name.starts_with("tls_") && !matches!(self.target, Target::TcpTls { .. }) {
                return Err(invalid(&format!("option `{name}` needs the scheme flight+tls")));
            }
        }
        self.tls.client = match (cert, key) {
            (Some(cert), Some(key)) => Some((cert, key)),
            (None, None) => None,
            _ => return Err(invalid("tls_cert and tls_key go together")),
        };
        Ok(())
    }
}

fn host_and_port(authority: &str) -> Result<(String, u16)> {
    let (host, port) = authority.rsplit_once(':').ok_or_else(|| invalid("it has no port (host:port)"))?;
    let port = port.parse().map_err(|_| invalid("its port is no number from 0 to 65535"))?;
    let host = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')).unwrap_or(host);
    if host.is_empty() || host.contains('/') {
        return Err(invalid("it has no host"));
    }
    Ok((host.to_owned(), port))
}

fn decode(text: &str) -> Result<String> {
    match percent_decode_str(text).decode_utf8() {
        Ok(text) => Ok(text.into_owned()),
        Err(_) => Err(invalid("a %-escape in it is not UTF-8")),
    }
}

/// The URL itself is not printed: it may hold a password.
fn invalid(why: &str) -> Error {
    Error::new(ErrorKind::Config, format!("the Flight SQL URL cannot be read: {why}"))
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
        assert!(matches!(&options.target, Target::TcpTls { host, port: 1 } if host == "::1"));
        assert!(matches!(&options.credentials, Credentials::Basic { user, .. } if user == "me"));
        assert!(!format!("{options:?}").contains("s3cret"));
        assert!(matches!(
            FlightOptions::parse("embedded:some/dir").unwrap().target,
            Target::Embedded(path) if path == std::path::Path::new("some/dir")
        ));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        refuses("host:1", "no scheme");
        refuses("http://host:1", "none of flight");
        refuses("flight://me:s3cret@host", "no port");
        refuses("flight://host:99999", "no number");
        refuses("flight://:1", "no host");
        refuses("flight://me:s3cret@host:1?token=s3cret", "both");
        refuses("flight://host:1?tls=false", "`tls` is not known");
        refuses("flight://host:1?tls_roots=x", "needs the scheme flight+tls");
        refuses("flight+tls://host:1?tls_cert=x", "go together");
    }
}
