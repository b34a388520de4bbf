//! TLS: one explicit configuration with ring. No process-wide provider is installed or asked for.

use std::path::Path;
use std::sync::Arc;

use querent_core::{Error, ErrorKind, Result};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use crate::options::Tls;

pub(crate) fn client_config(tls: &Tls) -> Result<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    match &tls.roots {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(path) => {
            for certificate in certificates(path)? {
                roots.add(certificate).map_err(|e| tls_error("tls_roots holds no usable certificate", e))?;
            }
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| tls_error("TLS cannot be set up", e))?
        .with_root_certificates(roots);
    let config = match &tls.client {
        None => builder.with_no_client_auth(),
        Some((chain, key)) => {
            let key =
                PrivateKeyDer::from_pem_file(key).map_err(|e| tls_error("tls_key cannot be read", e))?;
            builder
                .with_client_auth_cert(certificates(chain)?, key)
                .map_err(|e| tls_error("tls_cert and tls_key do not go together", e))?
        }
    };
    Ok(Arc::new(config))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let unreadable = |e| tls_error(&format!("the certificates in {} cannot be read", path.display()), e);
    CertificateDer::pem_file_iter(path).map_err(unreadable)?.collect::<Result<_, _>>().map_err(unreadable)
}

fn tls_error(message: &str, cause: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(ErrorKind::Tls, message).with_cause(cause)
}
