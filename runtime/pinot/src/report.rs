//! What the broker said of an answer besides its rows, for whoever asks.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use querent_protocol::pinot::statistics::Statistics;
use querent_protocol::pinot::summary::{Incomplete, Summary};
use reqwest::header::{HeaderName, HeaderValue};
use sha2::{Digest as _, Sha256};

use crate::exchange::Answer;

/// Takes in what a broker says of the answer to a query: its statistics, its exceptions, and what is missing.
///
/// It is given to a query by [`PinotQuery::report`](crate::PinotQuery::report) and read when the query is done. A result
/// that came in pages has an answer for each.
#[derive(Debug, Clone, Default)]
pub struct Report {
    told: Arc<Mutex<Told>>,
}

#[derive(Debug, Default)]
struct Told {
    sha256: Option<[u8; 32]>,
    answers: Vec<Summary>,
    http: Vec<HttpAnswer>,
}

/// The beginning of an HTTP answer.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpAnswer {
    /// The broker, as `host:port`.
    pub broker: String,
    /// The status; brokers say 200 of errors too, unless the query's headers ask for another.
    pub status: u16,
    /// Names, in small letters, and values, in the order in which they came.
    pub headers: Vec<(String, Vec<u8>)>,
}

/// The headers' names only: a value may be a cookie.
impl fmt::Debug for HttpAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("HttpAnswer")
            .field("broker", &self.broker)
            .field("status", &self.status)
            .field("headers", &names)
            .finish()
    }
}

impl HttpAnswer {
    /// The first value of a header, whatever the case of its name; `None` where there is none, or it is no text.
    pub fn header(&self, name: &str) -> Option<&str> {
        let (_, value) = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(value).ok()
    }
}

impl Report {
    /// An empty one.
    pub fn new() -> Report {
        Report::default()
    }

    /// What was said, one a page; nothing where no answer has ended.
    pub fn answers(&self) -> Vec<Summary> {
        self.lock().answers.clone()
    }

    /// The HTTP answers, one a page: the broker that gave it, its status, its headers. One is there even where the body was
    /// none of Pinot's.
    pub fn http(&self) -> Vec<HttpAnswer> {
        self.lock().http.clone()
    }

    /// The statistics of the answer, of the last page where there are several.
    pub fn statistics(&self) -> Option<Statistics> {
        self.lock().answers.last().map(|summary| summary.statistics.clone())
    }

    /// Why the answer is not all of it, each reason once; empty for a complete one.
    pub fn missing(&self) -> Vec<Incomplete> {
        let mut reasons = Vec::new();
        for reason in self.lock().answers.iter().flat_map(Summary::incompleteness) {
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        reasons
    }

    /// The SHA-256 of the text that was sent, values and all, in hexadecimal; `None` before anything was. Two runs of the
    /// same statement with the same values have the same, and it tells nobody what the values were.
    pub fn query_sha256(&self) -> Option<String> {
        use fmt::Write as _;
        let digest = self.lock().sha256?;
        Some(digest.iter().fold(String::with_capacity(64), |mut text, byte| {
            // Writing into a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        }))
    }

    pub(crate) fn clear(&self) {
        *self.lock() = Told::default();
    }

    /// This is the text that is sent.
    pub(crate) fn asked(&self, sql: &str) {
        self.lock().sha256 = Some(Sha256::digest(sql).into());
    }

    pub(crate) fn push(&self, summary: &Summary) {
        self.lock().answers.push(summary.clone());
    }

    pub(crate) fn push_http(&self, broker: &str, answer: &Answer) {
        let header = |(name, value): (&HeaderName, &HeaderValue)| {
            (name.as_str().to_owned(), value.as_bytes().to_vec())
        };
        let headers = answer.headers().iter().map(header).collect();
        let status = answer.status().as_u16();
        self.lock().http.push(HttpAnswer { broker: broker.to_owned(), status, headers });
    }

    fn lock(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_its_hash() {
        let report = Report::new();
        assert_eq!(report.query_sha256(), None);
        // FIPS 180-2, appendix B.1.
        report.asked("abc");
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(report.query_sha256().as_deref(), Some(expected));
        report.clear();
        assert_eq!(report.query_sha256(), None);
    }
}
