//! The URL of a server, as all drivers write it: `scheme://[user[:password]@]host:port[,host:port…][/path][?name=value&…]`.
//!
//! A driver takes the options that it knows and calls [`Url::finish`]: an option that is left over, or given twice, is an
//! error, for nothing is silently put aside, least of all about TLS. Errors name the option and never a value, and never
//! the URL: it may hold a password. What an option means is the driver's affair, those of [`tls`](crate::tls) aside.

use std::time::Duration;

use percent_encoding::percent_decode_str;
use secrecy::SecretString;

use crate::error::{Error, ErrorKind, Result};

/// A URL in its parts, the options decoded.
pub struct Url<'u> {
    /// Whose URL it is, for errors: `Pinot`.
    of: &'static str,
    scheme: &'u str,
    /// What stands between `://` and `?`, not decoded.
    body: &'u str,
    options: Vec<(String, String)>,
    /// The options that were asked for, whether they are there or not.
    known: Vec<String>,
}

/// Who connects.
#[derive(Clone, Debug)]
pub struct User {
    /// The name; it may be empty.
    pub name: String,
    /// The password, where there is a `:`.
    pub password: Option<SecretString>,
}

/// One server.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Host {
    /// The name or address, an IPv6 address without its brackets.
    pub name: String,
    /// The port.
    pub port: u16,
}

/// As it stands in a URL: an IPv6 address in brackets.
impl std::fmt::Display for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.name.contains(':') {
            true => write!(f, "[{}]:{}", self.name, self.port),
            false => write!(f, "{}:{}", self.name, self.port),
        }
    }
}

/// Without user and options, which hold secrets.
impl std::fmt::Debug for Url<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Url").field("scheme", &self.scheme).finish_non_exhaustive()
    }
}

impl<'u> Url<'u> {
    /// Reads a URL of the backend `of`, a name for errors.
    pub fn parse(of: &'static str, url: &'u str) -> Result<Url<'u>> {
        let (scheme, rest) = url.split_once("://").ok_or_else(|| invalid(of, "it has no scheme"))?;
        let (body, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut url = Url { of, scheme, body, options: Vec::new(), known: Vec::new() };
        if query.contains('@') && !body.contains('@') {
            let why =
                "it has an `@` after `?`: in a user or password write %3F for `?`, in an option %40 for `@`";
            return Err(url.invalid(why));
        }
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').ok_or_else(|| url.invalid("an option has no `=`"))?;
            if url.options.iter().any(|(known, _)| known == name) {
                return Err(url.invalid(&format!("option `{name}` is given twice")));
            }
            let value = url.decode(value)?;
            url.options.push((name.to_owned(), value));
        }
        Ok(url)
    }

    /// What stands before `://`.
    pub fn scheme(&self) -> &'u str {
        self.scheme
    }

    /// All that stands between `://` and `?`, decoded: the path of a URL without a host.
    pub fn body(&self) -> Result<String> {
        self.decode(self.body)
    }

    /// Who connects, where the URL says so. A password may hold anything but `?`; an `@` ends the user where no other
    /// one follows.
    pub fn user(&self) -> Result<Option<User>> {
        let Some((user, _)) = self.body.rsplit_once('@') else { return Ok(None) };
        let (name, password) = match user.split_once(':') {
            Some((name, password)) => (name, Some(SecretString::from(self.decode(password)?))),
            None => (user, None),
        };
        Ok(Some(User { name: self.decode(name)?, password }))
    }

    /// The servers, of which there is at least one.
    pub fn hosts(&self) -> Result<Vec<Host>> {
        let (hosts, _) = self.authority().split_once('/').unwrap_or((self.authority(), ""));
        hosts.split(',').map(|host| self.read_host(host)).collect()
    }

    /// The servers, of which there is at least one, where a port may be left out (it is then `port`) or be a range
    /// (`host:10800-10803`), which stands for each of its ports.
    pub fn hosts_of_ranges(&self, port: u16) -> Result<Vec<Host>> {
        /// A longer one is a mistake.
        const LEN_MAX: u16 = 100;
        let (hosts, _) = self.authority().split_once('/').unwrap_or((self.authority(), ""));
        let mut all = Vec::new();
        for text in hosts.split(',') {
            // The colons in the brackets of an IPv6 address begin no port.
            let begins_port = text.rfind(':').filter(|at| !text[*at..].contains(']'));
            let Some(at) = begins_port else {
                all.push(self.read_host(&format!("{text}:{port}"))?);
                continue;
            };
            let (name, ports) = (&text[..at], &text[at + 1..]);
            let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
            let first = self.read_host(&format!("{name}:{first}"))?;
            let last = self.read_host(&format!("{name}:{last}"))?.port;
            if last < first.port || last - first.port >= LEN_MAX {
                return Err(self.invalid("a range of ports is empty or longer than 100"));
            }
            all.extend((first.port..=last).map(|port| Host { name: first.name.clone(), port }));
        }
        Ok(all)
    }

    /// The one server; several, or a path after it, are an error.
    pub fn host(&self) -> Result<Host> {
        if self.path()?.is_some() {
            return Err(self.invalid("it has a path after host:port"));
        }
        let mut hosts = self.hosts()?;
        match (hosts.pop(), hosts.is_empty()) {
            (Some(host), true) => Ok(host),
            _ => Err(self.invalid("it has more than one host")),
        }
    }

    /// What follows the `/` after the hosts, decoded; `None` where nothing does.
    pub fn path(&self) -> Result<Option<String>> {
        let (_, path) = self.authority().split_once('/').unwrap_or_default();
        Ok(Some(self.decode(path)?).filter(|path| !path.is_empty()))
    }

    /// Takes an option.
    pub fn take(&mut self, name: &str) -> Option<String> {
        self.known.push(name.to_owned());
        let at = self.options.iter().position(|(given, _)| given == name)?;
        Some(self.options.remove(at).1)
    }

    /// Whether an option is given that is none of a URL's, to say where it belongs.
    pub fn has(&self, name: &str) -> bool {
        self.options.iter().any(|(given, _)| given == name)
    }

    /// Takes all options whose names begin with `prefix`, as (rest of the name, value).
    pub fn take_prefixed(&mut self, prefix: &str) -> Vec<(String, String)> {
        self.known.push(format!("{prefix}…"));
        let (taken, left) = std::mem::take(&mut self.options)
            .into_iter()
            .partition::<Vec<_>, _>(|(name, _)| name.starts_with(prefix));
        self.options = left;
        taken.into_iter().map(|(name, value)| (name[prefix.len()..].to_owned(), value)).collect()
    }

    /// Takes an option that is a number above 0.
    pub fn take_number<T: TryFrom<u64>>(&mut self, name: &str) -> Result<Option<T>> {
        let Some(value) = self.take(name) else { return Ok(None) };
        let number =
            value.parse().ok().filter(|number| *number > 0).and_then(|number| T::try_from(number).ok());
        match number {
            Some(number) => Ok(Some(number)),
            None => Err(self.invalid(&format!("option `{name}` is no number above 0"))),
        }
    }

    /// Takes an option that is a time in milliseconds, above 0.
    pub fn take_millis(&mut self, name: &str) -> Result<Option<Duration>> {
        Ok(self.take_number(name)?.map(Duration::from_millis))
    }

    /// Refuses the options that nobody took.
    pub fn finish(self) -> Result<()> {
        match self.options.first() {
            None => Ok(()),
            Some((name, _)) => {
                let mut known: Vec<String> = self.known.iter().map(|known| format!("`{known}`")).collect();
                known.sort_unstable();
                known.dedup();
                let known = if known.is_empty() { String::from("none") } else { known.join(", ") };
                Err(self.invalid(&format!("option `{name}` is not known; there are {known}")))
            }
        }
    }

    /// An error about this URL, which it does not print.
    pub fn invalid(&self, why: &str) -> Error {
        invalid(self.of, why)
    }

    /// What follows the user.
    fn authority(&self) -> &'u str {
        self.body.rsplit_once('@').map_or(self.body, |(_, rest)| rest)
    }

    fn read_host(&self, text: &str) -> Result<Host> {
        let (name, port) =
            text.rsplit_once(':').ok_or_else(|| self.invalid("a host has no port (host:port)"))?;
        let port = port.parse().map_err(|_| self.invalid("a port is no number from 0 to 65535"))?;
        let name = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
        if name.is_empty() || name.contains(['/', '#', '\\', '[', ']']) {
            return Err(self.invalid("a host has no name"));
        }
        Ok(Host { name: name.to_owned(), port })
    }

    fn decode(&self, text: &str) -> Result<String> {
        match percent_decode_str(text).decode_utf8() {
            Ok(text) => Ok(text.into_owned()),
            Err(_) => Err(self.invalid("a %-escape in it is not UTF-8")),
        }
    }
}

fn invalid(of: &str, why: &str) -> Error {
    Error::new(ErrorKind::Config, format!("the {of} URL cannot be read: {why}"))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn a_url_comes_apart() {
        let mut url =
            Url::parse("Test", "t+tls://me:s3c%40/ret@a:1,[::1]:2/d%20b?x=1&h.A=%26&h.B=b&ms=5").unwrap();
        assert_eq!(url.scheme(), "t+tls");
        let user = url.user().unwrap().unwrap();
        assert_eq!((user.name.as_str(), user.password.unwrap().expose_secret()), ("me", "s3c@/ret"));
        let hosts: Vec<String> = url.hosts().unwrap().iter().map(Host::to_string).collect();
        assert_eq!(hosts, ["a:1", "[::1]:2"]);
        assert_eq!(url.hosts().unwrap()[1].name, "::1");
        assert_eq!(url.path().unwrap().as_deref(), Some("d b"));
        assert_eq!(url.take_prefixed("h."), [("A".into(), "&".into()), ("B".into(), "b".into())]);
        assert_eq!(url.take_millis("ms").unwrap(), Some(Duration::from_millis(5)));
        assert_eq!((url.take("x").as_deref(), url.take("x")), (Some("1"), None));
        assert!(!format!("{url:?}").contains("s3c"));
        url.finish().unwrap();
    }

    #[test]
    fn user_password_and_path_may_be_absent() {
        let url = Url::parse("Test", "t://h:1/").unwrap();
        assert!(url.user().unwrap().is_none() && url.path().unwrap().is_none());
        assert_eq!(url.host().unwrap(), Host { name: "h".into(), port: 1 });
        assert!(Url::parse("Test", "t://me@h:1").unwrap().user().unwrap().unwrap().password.is_none());
        assert_eq!(Url::parse("Test", "t:///a%20b").unwrap().body().unwrap(), "/a b");
    }

    #[test]
    fn ports_may_be_absent_or_ranges() {
        let hosts = |url: &str| -> Result<Vec<String>> {
            let hosts = Url::parse("Test", url)?.hosts_of_ranges(9)?;
            Ok(hosts.iter().map(Host::to_string).collect())
        };
        assert_eq!(
            hosts("t://u:p@a,[::1],[::1]:2-3,b:7/").unwrap(),
            ["a:9", "[::1]:9", "[::1]:2", "[::1]:3", "b:7"]
        );
        for (url, why) in [
            ("t://h:5-4", "empty"),
            ("t://h:1-2000", "longer"),
            ("t://[::1]5", "no name"),
            ("t://h,", "no name"),
            ("t://h:x", "no number"),
            ("t://h:1-x", "no number"),
        ] {
            let message = hosts(url).unwrap_err().to_string();
            assert!(message.contains(why), "{url}: {message}");
        }
    }

    #[test]
    fn what_cannot_be_is_refused_without_its_values() {
        #[track_caller]
        fn refuses<T>(url: &str, read: impl Fn(Url<'_>) -> Result<T>, why: &str) {
            let error = Url::parse("Test", url).and_then(|url| read(url).map(drop)).unwrap_err();
            let message = error.to_string();
            assert!(
                message.starts_with("the Test URL cannot be read: ") && message.contains(why),
                "{message}"
            );
            assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
        }
        refuses("h:1", |url| url.finish(), "no scheme");
        refuses("t://h:1?s3cret", |url| url.finish(), "no `=`");
        refuses("t://h:1?a=s3cret", |url| url.finish(), "`a` is not known; there are none");
        let taken = |mut url: Url<'_>| {
            let _ = (url.take("size"), url.take_prefixed("of."), url.take("at"));
            url.finish()
        };
        refuses("t://h:1?sise=s3cret", taken, "`sise` is not known; there are `at`, `of.…`, `size`");
        // The rest of a password, perhaps.
        let message = Url::parse("T", "t://me:12?s3cret=word@h").unwrap_err().to_string();
        assert!(message.contains("%3F") && !message.contains("s3cret"), "{message}");
        refuses("t://h:1?a=s3cret&a=1", |url| url.finish(), "`a` is given twice");
        refuses("t://h:1?a=%ff", |url| url.finish(), "UTF-8");
        refuses("t://me:%ff@h:1", |url| url.user(), "UTF-8");
        refuses("t://me:s3cret@h", |url| url.hosts(), "no port");
        refuses("t://h:1,i", |url| url.hosts(), "no port");
        refuses("t://h:99999", |url| url.hosts(), "no number");
        refuses("t://me:s3cret@:1", |url| url.hosts(), "no name");
        refuses("t://[::1:1", |url| url.hosts(), "no name");
        refuses("t://h:1,i:2", |url| url.host(), "more than one");
        refuses("t://h:1/s3cret", |url| url.host(), "a path");
        refuses("t://h:1?n=0", |mut url| url.take_number::<usize>("n"), "`n` is no number above 0");
        refuses("t://h:1?n=s3cret", |mut url| url.take_millis("n"), "`n` is no number above 0");
        refuses("t://h:1?n=300", |mut url| url.take_number::<u8>("n"), "`n` is no number above 0");
    }
}
