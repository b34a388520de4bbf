//! HTTP to controllers and brokers: TLS, credentials, headers, and how long an answer may take.

use std::sync::Arc;

use querent_core::{Error, ErrorKind, Result};
use reqwest::{Method, StatusCode};
use secrecy::ExposeSecret as _;

use crate::exchange::{Answer, Exchange};
use crate::options::{Credentials, PinotOptions, Proxy};
use crate::{error, redirect};

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
        let http = match &options.http {
            Some(client) => client.clone(),
            None => builder(options)?.build().map_err(unusable)?,
        };
        Ok(Client { http, options: Arc::new(options.clone()) })
    }

    pub(crate) fn options(&self) -> &PinotOptions {
        &self.options
    }

    /// A request to a host of the cluster.
    pub(crate) fn request(&self, method: Method, authority: &str, path: &str) -> Exchange {
        let scheme = if self.options.tls.is_some() { "https" } else { "http" };
        let request = self.http.request(method.clone(), format!("{scheme}://{authority}{path}"));
        let request = request.headers(self.options.headers.clone());
        let request = match &self.options.database {
            Some(database) => request.header("database", database),
            None => request,
        };
        let builder = match &self.options.credentials {
            Credentials::None => request,
            Credentials::Basic { user, password } => request.basic_auth(user, Some(password.expose_secret())),
            Credentials::Bearer(token) => request.bearer_auth(token.expose_secret()),
        };
        let (authority, path) = (authority.to_owned(), path.to_owned());
        Exchange { builder, method, authority, path, template: None }
    }

    /// A document of the first of the URL's hosts that can be reached.
    pub(crate) async fn document(&self, path: &str) -> Result<Vec<u8>> {
        let mut last = None;
        for host in &self.options.hosts {
            match self.document_of(&host.to_string(), path).await {
                Err(error) if matches!(error.kind(), ErrorKind::Connection | ErrorKind::Timeout) => {
                    last = Some(error);
                }
                outcome => return outcome,
            }
        }
        Err(last.unwrap_or_else(|| Error::new(ErrorKind::Config, "the URL has no host")))
    }

    /// A document of one host.
    pub(crate) async fn document_of(&self, authority: &str, path: &str) -> Result<Vec<u8>> {
        let (status, body) = self.ask(Method::GET, authority, path).await?;
        if status == StatusCode::OK { Ok(body) } else { Err(error::status(status, &body)) }
    }

    /// What one host says, under whatever status.
    pub(crate) async fn ask(
        &self,
        method: Method,
        authority: &str,
        path: &str,
    ) -> Result<(StatusCode, Vec<u8>)> {
        let request = self.request(method, authority, path);
        let work = async {
            let answer = request.send().await.map_err(error::transport)?;
            Ok((answer.status(), body(answer).await?))
        };
        let limit = self.options.response_timeout;
        match tokio::time::timeout(limit, work).await {
            Ok(outcome) => outcome,
            Err(_) => Err(error::silent(limit)),
        }
    }
}

/// The HTTP client that a URL asks for, before it is built.
pub(crate) fn builder(options: &PinotOptions) -> Result<reqwest::ClientBuilder> {
    // Also for plain HTTP: otherwise reqwest asks for the process-wide provider.
    let tls = options.tls.clone().unwrap_or_default().client_config()?;
    let builder = reqwest::Client::builder()
        // Brokers speak HTTP/1.1 only (1.5.1).
        .http1_only()
        .redirect(redirect::policy(options.redirects_max))
        .connect_timeout(options.connect_timeout)
        .pool_max_idle_per_host(options.idle_connections_max)
        .tcp_nodelay(true)
        .tls_backend_preconfigured(tls);
    Ok(match &options.proxy {
        Proxy::None => builder.no_proxy(),
        Proxy::Environment => builder,
        Proxy::At(url) => {
            builder.no_proxy().proxy(reqwest::Proxy::all(url.expose_secret()).map_err(unusable)?)
        }
    })
}

fn unusable(error: reqwest::Error) -> Error {
    Error::new(ErrorKind::Config, "the HTTP client cannot be set up").with_cause(error.without_url())
}

/// The whole body, up to a limit.
pub(crate) async fn body(mut answer: Answer) -> Result<Vec<u8>> {
    answer.plain()?;
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if body.len() + chunk.len() > BODY_LEN_MAX {
            let message = format!("a document of more than {BODY_LEN_MAX} bytes");
            return Err(Error::new(ErrorKind::Protocol, message));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
