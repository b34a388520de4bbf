//! TLS as every driver has it: rustls with ring, from one explicit configuration.
//!
//! No process-wide provider is installed or asked for, so that a program with two of them compiled in works. There is no
//! way to leave the server's certificate unverified. The socket is the driver's; ALPN is set on its own copy of the
//! configuration.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};

use crate::error::{Error, ErrorKind, Result};
use crate::url::Url;

/// What a URL says of TLS.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tls {
    /// A PEM file of certificates to trust instead of the usual ones.
    pub roots: Option<PathBuf>,
    /// The name that the server's certificate must bear, where it is not the host's.
    pub server_name: Option<String>,
    /// PEM files of the client's certificate chain and key.
    pub client: Option<(PathBuf, PathBuf)>,
}

impl Tls {
    /// Takes `tls_roots`, `tls_server_name` and `tls_cert` with `tls_key` out of a URL. `secure` is the scheme that goes
    /// with TLS: the options of a URL with another one are refused.
    pub fn take(url: &mut Url<'_>, secure: &str) -> Result<Option<Tls>> {
        let roots = url.take("tls_roots");
        let server_name = url.take("tls_server_name");
        let (cert, key) = (url.take("tls_cert"), url.take("tls_key"));
        if url.scheme() != secure {
            let given = [
                ("tls_roots", roots.is_some()),
                ("tls_server_name", server_name.is_some()),
                ("tls_cert", cert.is_some()),
                ("tls_key", key.is_some()),
            ];
            return match given.iter().find(|(_, given)| *given) {
                Some((name, _)) => Err(url.invalid(&format!("option `{name}` needs the scheme {secure}"))),
                None => Ok(None),
            };
        }
        let client = match (cert, key) {
            (Some(cert), Some(key)) => Some((cert.into(), key.into())),
            (None, None) => None,
            _ => return Err(url.invalid("tls_cert and tls_key go together")),
        };
        Ok(Some(Tls { roots: roots.map(PathBuf::from), server_name, client }))
    }

    /// The configuration of a client, without ALPN; reads the PEM files. Without `roots`, Mozilla's are trusted.
    pub fn client_config(&self) -> Result<ClientConfig> {
        let mut roots = RootCertStore::empty();
        match &self.roots {
            None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
            Some(path) => {
                for certificate in certificates("tls_roots", path)? {
                    let unusable =
                        |e| error(&format!("tls_roots: a certificate in {} is none", path.display()), e);
                    roots.add(certificate).map_err(unusable)?;
                }
            }
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|e| error("TLS cannot be set up", e))?
            .with_root_certificates(roots);
        let Some((chain, key)) = &self.client else { return Ok(builder.with_no_client_auth()) };
        let unreadable = |e| error(&format!("tls_key: the key in {} cannot be read", key.display()), e);
        let key = PrivateKeyDer::from_pem_file(key).map_err(unreadable)?;
        builder
            .with_client_auth_cert(certificates("tls_cert", chain)?, key)
            .map_err(|e| error("tls_cert and tls_key do not go together", e))
    }

    /// The name that the certificate of `host` must bear.
    pub fn server_name(&self, host: &str) -> Result<ServerName<'static>> {
        let name = self.server_name.as_deref().unwrap_or(host);
        ServerName::try_from(name.to_owned())
            .map_err(|e| Error::new(ErrorKind::Config, "the TLS server name is no host name").with_cause(e))
    }
}

/// Whether TLS was the trouble: a rustls error is among the causes, as itself or inside an I/O error.
pub fn is_tls_error(error: &(dyn std::error::Error + 'static)) -> bool {
    reason(error).is_some()
}

/// What rustls says, where it is among the causes of an error.
pub fn reason<'e>(error: &'e (dyn std::error::Error + 'static)) -> Option<&'e rustls::Error> {
    std::iter::successors(Some(error), |e| e.source()).find_map(|mut e| {
        // An I/O error that holds another names not that one as its source, but the source of it.
        while let Some(inner) = e.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            e = inner;
        }
        e.downcast_ref()
    })
}

/// The error of a handshake that failed.
pub fn handshake_error(cause: impl std::error::Error + Send + Sync + 'static) -> Error {
    error("TLS with the server could not be agreed on", cause)
}

/// The certificates in the file of an option; there is at least one.
fn certificates(option: &str, path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let path_of = path.display();
    let unreadable = |e| error(&format!("{option}: the certificates in {path_of} cannot be read"), e);
    let all = CertificateDer::pem_file_iter(path).map_err(unreadable)?;
    let all: Vec<_> = all.collect::<Result<_, _>>().map_err(unreadable)?;
    match all.is_empty() {
        true => {
            Err(Error::new(ErrorKind::Tls, format!("{option}: there is no certificate (PEM) in {path_of}")))
        }
        false => Ok(all),
    }
}

fn error(message: &str, cause: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(ErrorKind::Tls, message).with_cause(cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A self-signed pair in files of its own.
    fn files() -> (tempfile::TempDir, PathBuf, PathBuf) {
        let made = rcgen::generate_simple_self_signed(["db.test".to_owned()]).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let (cert, key) = (dir.path().join("cert.pem"), dir.path().join("key.pem"));
        std::fs::write(&cert, made.cert.pem()).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        (dir, cert, key)
    }

    fn take(url: &str) -> Result<Option<Tls>> {
        Tls::take(&mut Url::parse("Test", url)?, "t+tls")
    }

    #[test]
    fn options_need_the_scheme_and_each_other() {
        let tls = take("t+tls://h:1?tls_roots=a&tls_server_name=b&tls_cert=c&tls_key=d").unwrap().unwrap();
        let expected = Tls {
            roots: Some("a".into()),
            server_name: Some("b".into()),
            client: Some(("c".into(), "d".into())),
        };
        assert_eq!(tls, expected);
        assert_eq!((take("t+tls://h:1").unwrap(), take("t://h:1").unwrap()), (Some(Tls::default()), None));
        for name in ["tls_roots", "tls_server_name", "tls_cert", "tls_key"] {
            let message = take(&format!("t://h:1?{name}=x")).unwrap_err().to_string();
            assert!(message.contains(&format!("`{name}` needs the scheme t+tls")), "{message}");
        }
        for half in ["tls_cert", "tls_key"] {
            let message = take(&format!("t+tls://h:1?{half}=x")).unwrap_err().to_string();
            assert!(message.contains("go together"), "{message}");
        }
    }

    #[test]
    fn files_are_read_and_told_apart() {
        let (dir, cert, key) = files();
        let config = |roots: &Path, client: Option<(&Path, &Path)>| {
            let client = client.map(|(cert, key)| (cert.to_owned(), key.to_owned()));
            Tls { roots: Some(roots.to_owned()), server_name: None, client }.client_config()
        };
        assert!(Tls::default().client_config().is_ok());
        assert!(config(&cert, Some((&cert, &key))).is_ok());
        let empty = dir.path().join("empty.pem");
        std::fs::write(&empty, "").unwrap();
        let (_other, _, other_key) = files();
        for (outcome, why) in [
            (config(&dir.path().join("absent"), None), "tls_roots: the certificates in"),
            (config(&empty, None), "tls_roots: there is no certificate (PEM) in"),
            (config(&cert, Some((&empty, &key))), "tls_cert: there is no certificate (PEM) in"),
            (config(&cert, Some((&cert, &cert))), "tls_key: the key in"),
            (config(&cert, Some((&cert, &other_key))), "do not go together"),
        ] {
            let error = outcome.expect_err(why);
            assert_eq!(error.kind(), ErrorKind::Tls);
            assert!(error.to_string().contains(why), "{error}");
        }
    }

    #[test]
    fn the_name_is_the_hosts_unless_said() {
        let named = Tls { server_name: Some("db.test".into()), ..Tls::default() };
        assert_eq!(named.server_name("h").unwrap().to_str(), "db.test");
        assert_eq!(Tls::default().server_name("::1").unwrap().to_str(), "::1");
        assert_eq!(Tls::default().server_name("a b").unwrap_err().kind(), ErrorKind::Config);
    }

    #[test]
    fn rustls_is_found_among_the_causes() {
        let inner = std::io::Error::other(rustls::Error::DecryptError);
        assert!(!is_tls_error(&std::io::Error::other(std::io::Error::other("x"))));
        assert!(is_tls_error(&inner) && is_tls_error(&rustls::Error::DecryptError));
        assert_eq!(reason(&std::io::Error::other(inner)), Some(&rustls::Error::DecryptError));
        assert!(is_tls_error(&handshake_error(rustls::Error::DecryptError)));
    }
}
