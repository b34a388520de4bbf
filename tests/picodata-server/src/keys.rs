//! Certificates, made at the start: of the authority that a server trusts, and of one that it does not.

use std::io;
use std::path::Path;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

use crate::script::Encryption;

/// A certificate and its key, in PEM.
#[derive(Clone)]
pub struct Identity {
    /// The certificate.
    pub certificate: String,
    /// The key.
    pub key: String,
}

/// The keys of a server: its authority signed `client`, another one signed `rogue`.
#[derive(Clone)]
pub struct Keys {
    /// The authority's certificate, in PEM.
    pub authority: String,
    /// The other authority's certificate, in PEM.
    pub rogue_authority: String,
    /// What the server trusts.
    pub client: Identity,
    /// What it does not.
    pub rogue: Identity,
    pub(crate) server: Arc<ServerConfig>,
}

type Issuer = CertifiedIssuer<'static, KeyPair>;

impl Keys {
    pub(crate) fn new(encryption: Encryption) -> Keys {
        let (authority, rogue_authority) = (issuer(), issuer());
        let server_key = KeyPair::generate().expect("a key");
        let server = leaf(&authority, &server_key);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .expect("the provider has the default versions");
        let builder = if encryption == Encryption::MutualTls {
            let mut roots = RootCertStore::empty();
            roots.add(authority.der().clone()).expect("the authority's certificate");
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(verifier.build().expect("a verifier of clients"))
        } else {
            builder.with_no_client_auth()
        };
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(server_key.serialize_der()));
        let server =
            builder.with_single_cert(vec![server.der().clone()], key).expect("the server's certificate");
        Keys {
            client: identity(&authority),
            rogue: identity(&rogue_authority),
            authority: authority.pem(),
            rogue_authority: rogue_authority.pem(),
            server: Arc::new(server),
        }
    }

    /// Writes `ca.pem`, `client.pem`, `client.key`, and the same of the other authority as `rogue-ca.pem`, `rogue.pem`,
    /// `rogue.key`. Keys are readable by their owner only, as libpq wants it.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        std::fs::create_dir_all(folder)?;
        let files = [
            ("ca.pem", &self.authority),
            ("client.pem", &self.client.certificate),
            ("client.key", &self.client.key),
            ("rogue-ca.pem", &self.rogue_authority),
            ("rogue.pem", &self.rogue.certificate),
            ("rogue.key", &self.rogue.key),
        ];
        for (name, text) in files {
            let path = folder.join(name);
            std::fs::write(&path, text)?;
            #[cfg(unix)]
            std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        }
        Ok(())
    }
}

fn issuer() -> Issuer {
    let mut params = CertificateParams::new(Vec::new()).expect("parameters of an authority");
    // Other than that of a leaf, which OpenSSL would take for signed by itself.
    params.distinguished_name.push(DnType::CommonName, "querent test authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("an authority")
}

fn leaf(issuer: &Issuer, key: &KeyPair) -> rcgen::Certificate {
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let mut params = CertificateParams::new(names).expect("parameters of a certificate");
    params.distinguished_name.push(DnType::CommonName, "localhost");
    params.extended_key_usages =
        vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    params.signed_by(key, issuer).expect("a certificate")
}

fn identity(issuer: &Issuer) -> Identity {
    let key = KeyPair::generate().expect("a key");
    Identity { certificate: leaf(issuer, &key).pem(), key: key.serialize_pem() }
}
