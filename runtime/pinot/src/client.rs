//! HTTP to controllers and brokers: TLS, credentials, and the errors of the transport.

use std::sync::Arc;

use querent_core::{Error, ErrorKind, Result};
use reqwest::{Method, RequestBuilder, Response, StatusCode, redirect};
use secrecy::ExposeSecret as _;

use crate::error;
use crate::options::{Credentials, PinotOptions};

/// How much of a controller's document, or of an error's body, is read.
const BODY_LEN_MAX: usize = 64 << 20;

/// An HTTP client with the credentials of one source.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    options: Arc<PinotOptions>,
}

impl Client {
    pub(crate) fn new(options: &PinotOptions) -> Result<Client> {
        // Also for plain HTTP: otherwise reqwest asks for the process-wide provider.
        let tls = options.tls.clone().unwrap_or_default().client_config()?;
        let http = reqwest::Client::builder()
            // Brokers speak HTTP/1.1 only; neither a proxy nor a redirect may see the credentials.
            .http1_only()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .connect_timeout(options.connect_timeout)
            .tcp_nodelay(true)
            .tls_backend_preconfigured(tls)
            .build()
            .map_err(|e| Error::new(ErrorKind::Config, "the HTTP client cannot be set up").with_cause(e))?;
        Ok(Client { http, options: Arc::new(options.clone()) })
    }

    pub(crate) fn options(&self) -> &PinotOptions {
        &self.options
    }

    /// A request to a host of the cluster.
    pub(crate) fn request(&self, method: Method, authority: &str, path: &str) -> RequestBuilder {
        let scheme = if self.options.tls.is_some() { "https" } else { "http" };
        let request = self.http.request(method, format!("{scheme}://{authority}{path}"));
        let request = match &self.options.database {
            Some(database) => request.header("database", database),
            None => request,
        };
        match &self.options.credentials {
            Credentials::None => request,
            Credentials::Basic { user, password } => request.basic_auth(user, Some(password.expose_secret())),
            Credentials::Bearer(token) => request.bearer_auth(token.expose_secret()),
        }
    }

    /// A document of the controller.
    pub(crate) async fn document(&self, path: &str) -> Result<Vec<u8>> {
        let request = self.request(Method::GET, &self.options.authority, path);
        let work = async {
            let response = request.send().await.map_err(error::transport)?;
            let status = response.status();
            let body = body(response).await?;
            if status == StatusCode::OK { Ok(body) } else { Err(error::status(status, &body)) }
        };
        self.within(work).await
    }

    /// The work, unless it takes longer than a silent server may.
    pub(crate) async fn within<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let limit = self.options.response_timeout;
        match tokio::time::timeout(limit, work).await {
            Ok(outcome) => outcome,
            Err(_) => Err(error::silent(limit)),
        }
    }
}

/// The whole body, up to a limit.
pub(crate) async fn body(mut response: Response) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(error::transport)? {
        if body.len() + chunk.len() > BODY_LEN_MAX {
            let message = format!("a document of more than {BODY_LEN_MAX} bytes");
            return Err(Error::new(ErrorKind::Protocol, message));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
