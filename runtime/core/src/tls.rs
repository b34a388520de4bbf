//! TLS as every driver has it: rustls with ring, from one explicit configuration.
//!
//! No process-wide provider is installed or asked for, so that a program with two of them compiled in works. There is no
//! way to leave the server's certificate unverified. The socket is the driver's; ALPN is set on its own copy of the
//! configuration.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use pkcs8::{EncryptedPrivateKeyInfoRef, SecretDocument};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use secrecy::{ExposeSecret as _, SecretString};

use crate::error::{Error, ErrorKind, Result};
use crate::url::Url;

/// What a URL says of TLS.
#[derive(Clone, Debug, Default)]
pub struct Tls {
    /// A PEM file of certificates to trust instead of the usual ones.
    pub roots: Option<PathBuf>,
    /// The name that the server's certificate must bear, where it is not the host's.
    pub server_name: Option<String>,
    /// What the client shows of itself.
    pub client: Option<Identity>,
}

/// PEM files of a client's certificate chain and key.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The chain, the client's own certificate first.
    pub cert: PathBuf,
    /// The key.
    pub key: PathBuf,
    /// What the key is encrypted with.
    pub key_password: Option<SecretString>,
}

impl Tls {
    /// Takes `tls_roots`, `tls_server_name` and `tls_cert` with `tls_key` (and `tls_key_password`) out of a URL. `secure`
    /// is the scheme that goes with TLS: the options of a URL with another one are refused.
    pub fn take(url: &mut Url<'_>, secure: &str) -> Result<Option<Tls>> {
        let roots = url.take("tls_roots");
        let server_name = url.take("tls_server_name");
        let (cert, key) = (url.take("tls_cert"), url.take("tls_key"));
        let key_password = url.take("tls_key_password").map(SecretString::from);
        if url.scheme() != secure {
            let given = [
                ("tls_roots", roots.is_some()),
                ("tls_server_name", server_name.is_some()),
                ("tls_cert", cert.is_some()),
                ("tls_key", key.is_some()),
                ("tls_key_password", key_password.is_some()),
            ];
            return match given.iter().find(|(_, given)| *given) {
                Some((name, _)) => Err(url.invalid(&format!("option `{name}` needs the scheme {secure}"))),
                None => Ok(None),
            };
        }
        let client = match (cert, key) {
            (Some(cert), Some(key)) => Some(Identity { cert: cert.into(), key: key.into(), key_password }),
            (None, None) if key_password.is_some() => {
                return Err(url.invalid("tls_key_password needs tls_key"));
            }
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
        let Some(identity) = &self.client else { return Ok(builder.with_no_client_auth()) };
        builder
            .with_client_auth_cert(certificates("tls_cert", &identity.cert)?, identity.key()?)
            .map_err(|e| error("tls_cert and tls_key do not go together", e))
    }

    /// The name that the certificate of `host` must bear.
    pub fn server_name(&self, host: &str) -> Result<ServerName<'static>> {
        let name = self.server_name.as_deref().unwrap_or(host);
        ServerName::try_from(name.to_owned())
            .map_err(|e| Error::new(ErrorKind::Config, "the TLS server name is no host name").with_cause(e))
    }
}

impl Identity {
    /// The key, decrypted where there is a password.
    fn key(&self) -> Result<PrivateKeyDer<'static>> {
        let path = self.key.display();
        let Some(password) = &self.key_password else {
            let advice = match encrypted(&self.key) {
                true => ", for it is encrypted: tls_key_password has its password",
                false => "",
            };
            let unreadable = |e| error(&format!("tls_key: the key in {path} cannot be read{advice}"), e);
            return PrivateKeyDer::from_pem_file(&self.key).map_err(unreadable);
        };
        let text = std::fs::read_to_string(&self.key)
            .map_err(|e| error(&format!("tls_key: the file {path} cannot be read"), e))?;
        let unusable = "is no encrypted PKCS #8 key (`openssl pkcs8 -topk8` makes one of any other)";
        let (_, document) = SecretDocument::from_pem(&text)
            .map_err(|e| error(&format!("tls_key: what {path} holds {unusable}"), e))?;
        let key = document
            .decode_msg::<EncryptedPrivateKeyInfoRef<'_>>()
            .map_err(|e| error(&format!("tls_key: what {path} holds {unusable}"), e))?
            .decrypt(password.expose_secret())
            .map_err(|e| error(&format!("tls_key: the password of the key in {path} does not open it"), e))?;
        Ok(PrivateKeyDer::Pkcs8(key.as_bytes().to_vec().into()))
    }
}

/// Whether a PEM file holds an encrypted key, by the words that OpenSSL writes, old and new.
fn encrypted(path: &Path) -> bool {
    std::fs::read_to_string(path).is_ok_and(|text| text.contains("ENCRYPTED"))
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
        let url = "t+tls://h:1?tls_roots=a&tls_server_name=b&tls_cert=c&tls_key=d&tls_key_password=s3cret";
        let tls = take(url).unwrap().unwrap();
        assert_eq!((tls.roots.as_deref(), tls.server_name.as_deref()), (Some(Path::new("a")), Some("b")));
        let identity = tls.client.as_ref().unwrap();
        assert_eq!((&*identity.cert, &*identity.key), (Path::new("c"), Path::new("d")));
        assert!(!format!("{tls:?}").contains("s3cret"), "{tls:?}");
        let plain = take("t+tls://h:1").unwrap().unwrap();
        assert!(plain.roots.is_none() && plain.server_name.is_none() && plain.client.is_none());
        assert!(take("t://h:1").unwrap().is_none());
        for name in ["tls_roots", "tls_server_name", "tls_cert", "tls_key", "tls_key_password"] {
            let message = take(&format!("t://h:1?{name}=x")).unwrap_err().to_string();
            assert!(message.contains(&format!("`{name}` needs the scheme t+tls")), "{message}");
        }
        for half in ["tls_cert", "tls_key"] {
            let message = take(&format!("t+tls://h:1?{half}=x")).unwrap_err().to_string();
            assert!(message.contains("go together"), "{message}");
        }
        let message = take("t+tls://h:1?tls_key_password=s3cret").unwrap_err().to_string();
        assert!(message.contains("needs tls_key") && !message.contains("s3cret"), "{message}");
    }

    fn config(roots: &Path, client: Option<(&Path, &Path, Option<&str>)>) -> Result<ClientConfig> {
        let client = client.map(|(cert, key, password)| Identity {
            cert: cert.to_owned(),
            key: key.to_owned(),
            key_password: password.map(SecretString::from),
        });
        Tls { roots: Some(roots.to_owned()), server_name: None, client }.client_config()
    }

    #[test]
    fn files_are_read_and_told_apart() {
        let (dir, cert, key) = files();
        assert!(Tls::default().client_config().is_ok());
        assert!(config(&cert, Some((&cert, &key, None))).is_ok());
        let empty = dir.path().join("empty.pem");
        std::fs::write(&empty, "").unwrap();
        let (_other, _, other_key) = files();
        for (outcome, why) in [
            (config(&dir.path().join("absent"), None), "tls_roots: the certificates in"),
            (config(&empty, None), "tls_roots: there is no certificate (PEM) in"),
            (config(&cert, Some((&empty, &key, None))), "tls_cert: there is no certificate (PEM) in"),
            (config(&cert, Some((&cert, &cert, None))), "tls_key: the key in"),
            (config(&cert, Some((&cert, &other_key, None))), "do not go together"),
        ] {
            let error = outcome.expect_err(why);
            assert_eq!(error.kind(), ErrorKind::Tls);
            assert!(error.to_string().contains(why), "{error}");
        }
    }

    /// Keys as `openssl pkcs8 -topk8` (3.x) and `-scrypt` encrypt them, with the password `s3cret`.
    #[test]
    fn encrypted_keys_are_opened_by_their_password() {
        let (dir, cert, key) = files();
        for (name, pem) in [
            ("pbkdf2", include_str!("../tests/keys/pbkdf2.pem")),
            ("scrypt", include_str!("../tests/keys/scrypt.pem")),
        ] {
            let path = dir.path().join(name);
            std::fs::write(&path, pem).unwrap();
            let key = |password: Option<&str>| {
                let key_password = password.map(SecretString::from);
                Identity { cert: cert.clone(), key: path.clone(), key_password }.key()
            };
            assert!(matches!(key(Some("s3cret")), Ok(PrivateKeyDer::Pkcs8(_))), "{name}");
            for (password, why) in [(Some("wrong"), "does not open it"), (None, "tls_key_password has its")] {
                let message = key(password).unwrap_err().to_string();
                assert!(message.contains(why) && !message.contains("wrong"), "{name}: {message}");
            }
        }
        // The key in it is another than the certificate's.
        let unfit = config(&cert, Some((&cert, &dir.path().join("pbkdf2"), Some("s3cret")))).unwrap_err();
        assert!(unfit.to_string().contains("do not go together"), "{unfit}");
        let plain = config(&cert, Some((&cert, &key, Some("s3cret")))).unwrap_err();
        assert!(plain.to_string().contains("no encrypted PKCS #8 key"), "{plain}");
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
