//! Every driver connects over TLS in a process where rustls has two providers compiled in and none installed, and in one
//! whose installed provider is of no use: nothing depends on a default of the process.
//!
//! One test, for a default is the whole process's.

mod servers;

use std::panic::catch_unwind;
use std::sync::Arc;

use querent_core::{Backend, ErrorKind, Pool, Source, sql_query};
use querent_flight::Flight;
use querent_picodata::Picodata;
use querent_pinot::Pinot;
use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, aws_lc_rs, ring};
use servers::Server;

/// A source of each backend.
enum Of<B> {
    #[expect(dead_code, reason = "only the type is used")]
    Never(std::marker::PhantomData<fn() -> B>, std::convert::Infallible),
}

impl<B: Backend> Source for Of<B> {
    type Backend = B;
    const NAME: &'static str = "test";
    const FINGERPRINT: u64 = 0;
}

#[tokio::test]
async fn no_driver_needs_a_provider_of_the_process() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let roots = tempfile::NamedTempFile::new().expect("a file").into_temp_path();
    std::fs::write(&roots, made.cert.pem()).expect("it is written");
    // The servers run on the provider that the drivers do not use.
    let key = made.signing_key.serialize_der().try_into().expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .expect("a configuration");
    let options = format!("tls_roots={}", roots.display());

    let asked = catch_unwind(rustls::ClientConfig::builder);
    assert!(asked.is_err(), "with two providers compiled in, whoever asks for the default must fail");
    assert!(CryptoProvider::get_default().is_none());
    all_connect(&config, &options).await;
    assert!(CryptoProvider::get_default().is_none(), "a driver installed a provider");

    let useless = CryptoProvider { cipher_suites: vec![], kx_groups: vec![], ..ring::default_provider() };
    useless.install_default().expect("there is none yet");
    all_connect(&config, &options).await;
}

async fn all_connect(config: &ServerConfig, options: &str) {
    let flight = Server::start(config, "h2", servers::flight).await;
    let url = format!("flight+tls://localhost:{}?{options}", flight.port);
    let pool = Pool::<Of<Flight>>::connect(&url).await.expect("flight connects");
    let error = sql_query("SELECT 1").execute(&pool).await.expect_err("the server has no methods");
    assert_eq!((error.kind(), error.code()), (ErrorKind::Unsupported, Some("Unimplemented")), "{error:?}");

    let pinot = Server::start(config, "http/1.1", servers::pinot).await;
    let url = format!("pinot+tls://localhost:{}?role=broker&{options}", pinot.port);
    Pool::<Of<Pinot>>::connect(&url).await.expect("pinot connects");

    let picodata = Server::start(config, "", servers::picodata).await;
    let url = format!("picodata+tls://me@localhost:{}?{options}", picodata.port);
    Pool::<Of<Picodata>>::connect(&url).await.expect("picodata connects");

    for server in [flight, pinot, picodata] {
        assert!(server.handshakes() > 0, "a driver went without TLS");
    }
}
