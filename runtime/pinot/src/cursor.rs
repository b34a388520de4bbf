//! An open answer, read as it arrives; of a stored result one page after the other.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use querent_core::{Error, ErrorKind, Result};
use querent_protocol::pinot::code::ErrorCode;
use querent_protocol::pinot::request::page_path;
use querent_protocol::pinot::response::{Event, ResponseDecoder};
use querent_protocol::pinot::summary::Summary;
use querent_protocol::pinot::{Column, Limits, PinotType};
use reqwest::{Method, StatusCode};

use crate::body::Body;
use crate::client;
use crate::connection::Cluster;
use crate::error::{self, Asked};
use crate::execute::known;
use crate::inflight::OnBroker;
use crate::report::Report;
use crate::row::PinotBatch;
use crate::tolerance::Tolerance;
use crate::topology::Authority;
use crate::zone::Zone;

/// A broker has no route to the table.
const NO_ROUTE: ErrorCode = ErrorCode(410);

/// An open answer. Dropped, it closes its HTTP connection and removes a stored result.
pub struct Cursor {
    cluster: Arc<Cluster>,
    broker: Authority,
    answering: Answering,
    body: Body,
    decoder: ResponseDecoder,
    buffer: BytesMut,
    /// None before they have come, and where the broker gives no table.
    pub(crate) columns: Arc<[Column]>,
    /// The zone of the broker, once a column needs it.
    zone: Arc<Zone>,
    /// How many rows a page has, where the result comes in pages.
    page_len: Option<NonZeroU32>,
    /// The stored result, of which more pages may come.
    stored: Option<Stored>,
    silence_max: Duration,
    ended: bool,
}

/// What is known of the query that is answered.
pub(crate) struct Answering {
    pub(crate) sql: String,
    pub(crate) reads: bool,
    pub(crate) started: Instant,
    pub(crate) limit: Duration,
    pub(crate) partial_ok: bool,
    /// The row of the stored result that is read first.
    pub(crate) start_at: u64,
    pub(crate) tolerance: Tolerance,
    pub(crate) report: Option<Report>,
}

/// A result that lies on its broker.
struct Stored {
    request_id: String,
    rows: u64,
    /// Rows that have come, or were passed over.
    received: u64,
    _removed_at_end: OnBroker,
}

impl Cursor {
    pub(crate) fn new(
        cluster: Arc<Cluster>,
        broker: Authority,
        answering: Answering,
        body: Body,
        buffer: BytesMut,
        page_len: Option<NonZeroU32>,
        silence_max: Duration,
    ) -> Cursor {
        Cursor {
            cluster,
            broker,
            answering,
            body,
            decoder: ResponseDecoder::new(Limits::default()),
            buffer,
            columns: Arc::from([]),
            zone: Arc::new(Zone::UNTOLD),
            page_len,
            stored: None,
            silence_max,
            ended: false,
        }
    }

    /// The next rows, or the end: an error where the answer is not all of it, unless that is wanted.
    pub(crate) async fn next(&mut self) -> Result<Option<PinotBatch>> {
        let reads = self.answering.reads;
        self.advance().await.map_err(|e| known(e, reads))
    }

    async fn advance(&mut self) -> Result<Option<PinotBatch>> {
        while !self.ended {
            let event = match self.decoder.decode(&mut self.buffer) {
                Ok(event) => event,
                Err(_) if self.is_page_for_people() => return Err(error::html()),
                Err(e) => return Err(error::unreadable(e)),
            };
            match event {
                Some(Event::Columns(columns)) => self.set_columns(columns).await?,
                Some(Event::Rows(_)) if self.is_seeking() => {}
                Some(Event::Rows(rows)) => {
                    let (columns, zone) = (self.columns.clone(), self.zone.clone());
                    return Ok(Some(PinotBatch { columns, rows, zone }));
                }
                Some(Event::End(summary)) => self.end_of_answer(&summary).await?,
                None if self.body.more(&mut self.buffer).await? => {}
                None => self.decoder.finish(&self.buffer).map_err(error::unreadable)?,
            }
        }
        Ok(None)
    }

    /// Whether what comes now is only the way to the first row that is wanted.
    fn is_seeking(&self) -> bool {
        self.stored.is_none() && self.answering.start_at > 0
    }

    fn is_page_for_people(&self) -> bool {
        self.columns.is_empty() && querent_protocol::pinot::request::is_html(&self.buffer)
    }

    async fn set_columns(&mut self, columns: Arc<[Column]>) -> Result<()> {
        let is_timestamp =
            |column: &Column| column.ty.is_some_and(|ty| ty.element().unwrap_or(ty) == PinotType::Timestamp);
        if columns.iter().any(is_timestamp) {
            self.zone = self.cluster.zone(&self.broker).await?;
        }
        self.columns = columns;
        Ok(())
    }

    /// Judges an answer, and goes on to the next page where there is one.
    async fn end_of_answer(&mut self, summary: &Summary) -> Result<()> {
        // To the end of the body, so that the HTTP connection can be used again.
        while self.body.more(&mut self.buffer).await? {}
        self.decoder.finish(&self.buffer).map_err(error::unreadable)?;
        if let Some(report) = &self.answering.report {
            report.push(summary);
        }
        self.verdict(summary)?;
        match self.next_page(summary) {
            Some(path) => self.open_page(&path).await,
            None => {
                self.ended = true;
                self.stored = None;
                Ok(())
            }
        }
    }

    fn verdict(&self, summary: &Summary) -> Result<()> {
        let answering = &self.answering;
        let asked = Asked {
            sql: &answering.sql,
            reads: answering.reads,
            elapsed: answering.started.elapsed(),
            limit: answering.limit,
        };
        // It knows no way to the table yet, as one that has just started (1.5.1); another may.
        if summary.exceptions.iter().any(|exception| exception.code == NO_ROUTE) {
            self.cluster.avoid(&self.broker);
        }
        // No table is not even a table of no rows.
        if !summary.has_result_table && !summary.exceptions.is_empty() {
            return Err(error::exceptions(&summary.exceptions, &asked));
        }
        if answering.partial_ok {
            return Ok(());
        }
        let reasons = answering.tolerance.exceeded(summary);
        if reasons.is_empty() {
            Ok(())
        } else {
            Err(error::incomplete(&reasons, &summary.exceptions, &asked))
        }
    }

    /// The path of the page after the one that has ended.
    fn next_page(&mut self, summary: &Summary) -> Option<String> {
        let page_len = self.page_len?;
        let arrived = if self.is_seeking() { self.answering.start_at } else { summary.row_count };
        if self.stored.is_none() {
            let rows = u64::try_from(summary.statistics.num_rows_result_set?).ok()?;
            let request_id = summary.statistics.request_id.clone()?;
            // Without rows there is nothing to fetch, and still something to remove.
            let on_broker =
                OnBroker::result(&self.cluster.client, &self.cluster.runtime, &self.broker, &request_id);
            self.stored = Some(Stored { request_id, rows, received: 0, _removed_at_end: on_broker });
        }
        let stored = self.stored.as_mut()?;
        stored.received += arrived;
        // A page without rows would be asked for again and again.
        (summary.row_count > 0 && stored.received < stored.rows)
            .then(|| page_path(&stored.request_id, stored.received, page_len))
    }

    async fn open_page(&mut self, path: &str) -> Result<()> {
        let request = self.cluster.client.request(Method::GET, &self.broker, path);
        let answer = match tokio::time::timeout(self.silence_max, request.send()).await {
            Ok(outcome) => outcome.map_err(error::transport)?,
            Err(_) => return Err(error::silent(self.silence_max)),
        };
        if let Some(report) = &self.answering.report {
            report.push_http(&self.broker, &answer);
        }
        match answer.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => {
                let message = "the stored result is gone from its broker: it has expired or was removed";
                return Err(Error::new(ErrorKind::Resource, message).with_code("HTTP 404"));
            }
            status => return Err(error::status(status, &client::body(answer).await?)),
        }
        self.body = Body::of(answer, self.cluster.options().response_len_max, self.silence_max)?;
        self.decoder = ResponseDecoder::new(Limits::default());
        self.buffer.clear();
        Ok(())
    }
}
