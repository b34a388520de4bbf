//! One HTTP request and its answer, of which `tracing` is told.

use std::time::Duration;

use bytes::Bytes;
use querent_core::Result;
use reqwest::header::{CONTENT_ENCODING, HeaderMap};
use reqwest::{Method, RequestBuilder, Response, StatusCode};

use crate::error;
use crate::events::Told;

/// A request that is not sent yet.
pub(crate) struct Exchange {
    pub(crate) builder: RequestBuilder,
    pub(crate) method: Method,
    pub(crate) authority: String,
    pub(crate) path: String,
    /// The template of its query, where it has one and anybody listens.
    pub(crate) template: Option<String>,
}

impl Exchange {
    pub(crate) fn headers(mut self, headers: HeaderMap) -> Exchange {
        self.builder = self.builder.headers(headers);
        self
    }

    /// A body of JSON: a query.
    pub(crate) fn query(mut self, body: Bytes, template: Option<&str>) -> Exchange {
        self.builder = self.builder.header("content-type", "application/json").body(body);
        self.template = template.map(str::to_owned);
        self
    }

    /// A limit on the whole exchange.
    pub(crate) fn timeout(mut self, limit: Duration) -> Exchange {
        self.builder = self.builder.timeout(limit);
        self
    }

    /// Sends it, and waits until its answer begins.
    pub(crate) async fn send(self) -> reqwest::Result<Answer> {
        let mut told = Told::sent(&self.method, &self.authority, &self.path, self.template.as_deref());
        match self.builder.send().await {
            Ok(response) => {
                told.begun(response.status());
                Ok(Answer { response, told })
            }
            Err(error) => {
                told.failed(error::kind_of(&error));
                Err(error)
            }
        }
    }
}

/// An answer that has begun.
pub(crate) struct Answer {
    response: Response,
    told: Told,
}

impl Answer {
    pub(crate) fn status(&self) -> StatusCode {
        self.response.status()
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// Refuses a body in another form than the one that was asked for: none asks for compression.
    pub(crate) fn plain(&self) -> Result<()> {
        match self.response.headers().get(CONTENT_ENCODING) {
            Some(encoding) if !encoding.as_bytes().eq_ignore_ascii_case(b"identity") => Err(error::encoded()),
            _ => Ok(()),
        }
    }

    /// What arrives next; nothing at the end.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>> {
        match self.response.chunk().await {
            Ok(Some(chunk)) => {
                self.told.received(chunk.len());
                Ok(Some(chunk))
            }
            Ok(None) => {
                self.told.ended();
                Ok(None)
            }
            Err(error) => {
                let error = error::transport(error);
                self.told.failed(error.kind());
                Err(error)
            }
        }
    }
}
