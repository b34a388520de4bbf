//! The URL of a Picodata cluster.
//!
//! `picodata://user[:password]@host:port[,host:port…][/database]` or `picodata+tls://…`, with options after `?`. An
//! option that is not known, or a value that is none, is an error. The database is sent and has no meaning to Picodata.

use std::time::Duration;

use querent_core::Result;
use querent_core::tls::Tls;
use querent_core::url::{Host, Url};
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

/// Two hosts fit into what a pool waits for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);
/// The server's limit of prepared statements counts those of all clients of an instance.
const STATEMENTS_MAX: usize = 64;

impl PicodataOptions {
    /// Reads a URL. Options: `connect_timeout_ms` (for each host, 4000), `statements_max` (prepared statements that a
    /// connection keeps, 64), and with the scheme `picodata+tls` `tls_roots` (PEM file), `tls_server_name`, `tls_cert`
    /// with `tls_key` (PEM files) and `tls_key_password`.
    pub fn parse(url: &str) -> Result<PicodataOptions> {
        let mut url = Url::parse("Picodata", url)?;
        if !matches!(url.scheme(), "picodata" | "picodata+tls") {
            return Err(url.invalid("its scheme is none of picodata, picodata+tls"));
        }
        let user = url.user()?.filter(|user| !user.name.is_empty());
        let user = user.ok_or_else(|| url.invalid("it has no user (user:password@)"))?;
        let options = PicodataOptions {
            hosts: url.hosts()?,
            user: user.name,
            password: user.password,
            database: url.path()?,
            tls: Tls::take(&mut url, "picodata+tls")?,
            connect_timeout: url.take_millis("connect_timeout_ms")?.unwrap_or(CONNECT_TIMEOUT),
            statements_max: url.take_number("statements_max")?.unwrap_or(STATEMENTS_MAX),
        };
        url.finish()?;
        Ok(options)
    }
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
