//! A query on its way: its text with every value in it, its options, and the broker that it is posted to.

use std::num::{NonZeroU32, NonZeroU64};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use querent_core::{Error, ErrorKind, Request, Result, Value};
use querent_protocol::pinot::request::QueryRequest;
use querent_protocol::pinot::response::{Event, ResponseDecoder};
use querent_protocol::pinot::settings::{names, settings};
use querent_protocol::pinot::summary::Summary;
use querent_protocol::pinot::{Column, Limits};
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderValue};

use crate::body::Body;
use crate::connection::{Connection, Post};
use crate::cursor::{Answering, Cursor};
use crate::exchange::Answer;
use crate::options::{OWN_HEADERS, PinotOptions, header};
use crate::{Pinot, client, error, events, literal};

/// How long a query may run where nothing is said of it (1.5.1).
const BROKER_TIMEOUT: Duration = Duration::from_secs(10);
/// The header by which servers' logs and traces know a request.
const CORRELATION_HEADER: &str = "x-correlation-id";

/// Sends a query and waits until its answer begins.
pub(crate) async fn open(connection: &mut Connection, request: Request<'_, Pinot>) -> Result<Cursor> {
    let cluster = connection.cluster.clone();
    let call = &request.call.backend;
    if let Some(report) = &call.report {
        report.clear();
    }
    let sql = literal::render(&request, cluster.options().source.engine)?;
    if let Some(report) = &call.report {
        report.asked(&sql);
    }
    let reads = only_reads(&sql);
    if request.call.read_only && !reads {
        return Err(Error::new(ErrorKind::Query, "the call is read-only and the statement writes"));
    }
    let timeout = request.call.timeout.or(cluster.options().query_timeout);
    // The text has the last word on the servers' limit (1.5.1).
    let limit = limit_of(&sql).or(timeout);
    let id = call.client_query_id.clone().unwrap_or_else(|| cluster.query_id());
    let body = QueryRequest {
        sql: &sql,
        engine: cluster.options().source.engine,
        null_handling: cluster.options().source.null_handling,
        timeout_ms: timeout.map(millis),
        client_query_id: Some(&id),
        trace: call.trace,
        options: cluster.options().query.merged(&call.options),
    }
    .to_json()
    .map_err(|e| Error::new(ErrorKind::Config, e.to_string()))?;
    let pages = Pages::of(&request)?;
    let post = Post {
        body: body.into(),
        id: &id,
        page_len: pages.first_len,
        template: template(&request)?,
        headers: headers(&request)?,
        names: table_names(&request, &sql),
    };
    // A call's own limit is kept by who runs it; this one is for calls that have none.
    let silence_max = silence_max(cluster.options(), limit);
    let started = Instant::now();
    let posted = match tokio::time::timeout(silence_max, cluster.post(&post)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(error::silent(silence_max)),
    };
    let posted = posted.map_err(|e| known(e, reads))?;
    if let Some(report) = &call.report {
        report.push_http(&posted.broker, &posted.answer);
    }
    let len_max = cluster.options().response_len_max;
    let (body, buffer) = match posted.answer.status() {
        StatusCode::OK => {
            let body = Body::of(posted.answer, len_max, silence_max);
            (body.map_err(|e| known(e, reads))?, BytesMut::new())
        }
        _ => refused(posted.answer, silence_max).await.map_err(|e| known(e, reads))?,
    };
    let answering = Answering {
        sql,
        reads,
        started,
        limit: limit.unwrap_or(BROKER_TIMEOUT),
        partial_ok: request.call.partial_ok,
        start_at: call.start_at,
        tolerance: call.tolerance.clone(),
        report: call.report.clone(),
    };
    Ok(Cursor::new(cluster, posted.broker, answering, body, buffer, pages.len, silence_max))
}

/// How long pages are, where the result comes in pages.
struct Pages {
    first_len: Option<NonZeroU32>,
    len: Option<NonZeroU32>,
}

impl Pages {
    fn of(request: &Request<'_, Pinot>) -> Result<Pages> {
        let len = request.call.page_size.map(page_len);
        match (request.call.backend.start_at, len) {
            (0, _) => Ok(Pages { first_len: len, len }),
            // What is sought begins on a later page, and none can be without rows.
            (_, Some(_)) => Ok(Pages { first_len: Some(NonZeroU32::MIN), len }),
            (_, None) => {
                let message = "`start_at` needs a page size: only a stored result can be sought in";
                Err(Error::new(ErrorKind::Config, message))
            }
        }
    }
}

/// The longest that a server may be silent.
fn silence_max(options: &PinotOptions, limit: Option<Duration>) -> Duration {
    options.response_timeout.max(limit.unwrap_or_default())
}

/// The servers' limit that a text sets; the last one counts.
fn limit_of(sql: &str) -> Option<Duration> {
    let mut settings = settings(sql).into_iter().rev();
    let limit = settings.find(|setting| setting.key.eq_ignore_ascii_case("timeoutMs"))?;
    limit.value.parse().ok().map(Duration::from_millis)
}

/// A broker's answer under another status than 200 is one all the same, where it has an answer's form: some are told to
/// say of errors by the status (from 1.5 on), and may have rows beside them.
async fn refused(answer: Answer, silence_max: Duration) -> Result<(Body, BytesMut)> {
    let status = answer.status();
    let body = match tokio::time::timeout(silence_max, client::body(answer)).await {
        Ok(body) => body?,
        Err(_) => return Err(error::silent(silence_max)),
    };
    if is_answer(&body) {
        Ok((Body::whole(), BytesMut::from(body.as_slice())))
    } else {
        Err(error::status(status, &body))
    }
}

/// Whether it is an answer that says what went wrong.
fn is_answer(body: &[u8]) -> bool {
    whole(body).is_some_and(|(_, summary)| !summary.exceptions.is_empty())
}

/// The columns and the end of an answer that has come, without its rows; `None` where it is none.
pub(crate) fn whole(body: &[u8]) -> Option<(Arc<[Column]>, Summary)> {
    let (mut decoder, mut buffer) = (ResponseDecoder::new(Limits::default()), BytesMut::from(body));
    let mut columns = Arc::from([]);
    loop {
        match decoder.decode(&mut buffer) {
            Ok(Some(Event::Columns(found))) => columns = found,
            Ok(Some(Event::Rows(_))) => {}
            Ok(Some(Event::End(summary))) => return Some((columns, *summary)),
            Ok(None) | Err(_) => return None,
        }
    }
}

/// Above 0, and below 2^63.
fn millis(timeout: Duration) -> NonZeroU64 {
    let millis = timeout.as_millis().min(i64::MAX as u128);
    NonZeroU64::new(u64::try_from(millis).unwrap_or(u64::MAX)).unwrap_or(NonZeroU64::MIN)
}

fn page_len(rows: usize) -> NonZeroU32 {
    let rows = u32::try_from(rows).unwrap_or(u32::MAX).min(i32::MAX as u32);
    NonZeroU32::new(rows).unwrap_or(NonZeroU32::MIN)
}

fn headers(request: &Request<'_, Pinot>) -> Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    for (name, value) in &request.call.backend.headers {
        match header(name, value) {
            Some((name, _)) if OWN_HEADERS.contains(&name.as_str()) => {
                let message = format!("header `{name}` is set by an option of its own");
                return Err(Error::new(ErrorKind::Config, message));
            }
            Some((name, value)) => headers.append(name, value),
            None => {
                return Err(Error::new(
                    ErrorKind::Config,
                    format!("header `{name}` or its value cannot be sent"),
                ));
            }
        };
    }
    if let Some(tag) = request.call.tag {
        let unsendable = || Error::new(ErrorKind::Config, "the tag cannot be sent as a header");
        headers.insert(CORRELATION_HEADER, HeaderValue::from_str(tag).map_err(|_| unsendable())?);
    }
    Ok(headers)
}

/// The text with a mark in place of each value, where anybody listens.
fn template(request: &Request<'_, Pinot>) -> Result<Option<String>> {
    if !events::wanted() {
        return Ok(None);
    }
    let mark = &mut |_: &Value<'_>, _: &str, text: &mut String| {
        text.push('?');
        Ok(())
    };
    request.render_literals(mark).map(Some)
}

/// What may be the names of tables: those that were checked, else every word of the text.
fn table_names(request: &Request<'_, Pinot>, sql: &str) -> Vec<String> {
    if request.tables.is_empty() {
        return names(sql).collect();
    }
    request.tables.iter().filter_map(|path| path.last()).map(|name| (*name).to_owned()).collect()
}

/// Whether a statement surely changes nothing, checked or not: `INSERT INTO … FROM FILE` is the one that does (1.5.1).
fn only_reads(sql: &str) -> bool {
    !names(sql).any(|name| name.eq_ignore_ascii_case("insert"))
}

/// What reads only has no effect that could be unknown.
pub(crate) fn known(error: Error, reads: bool) -> Error {
    if reads { error.unsent() } else { error }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inserts_are_told_from_what_reads() {
        assert!(only_reads("SELECT inserted, 'INSERT INTO t' FROM t -- insert"));
        assert!(!only_reads("SET a=1; insert into t FROM FILE 'x'"));
    }

    #[test]
    fn limits_are_numbers_that_the_server_takes() {
        assert_eq!(millis(Duration::ZERO).get(), 1);
        assert_eq!(millis(Duration::MAX).get(), i64::MAX as u64);
        assert_eq!((page_len(0).get(), page_len(usize::MAX).get()), (1, i32::MAX as u32));
    }

    #[test]
    fn the_limit_of_a_text_is_the_last_one() {
        let limit = |sql| limit_of(sql).map(|limit| limit.as_millis());
        assert_eq!(limit("SET timeoutMs=1; SET \"TIMEOUTMS\" = '20'; SELECT 1"), Some(20));
        assert_eq!(limit("SET timeoutMs=1; SELECT 1 OPTION(timeoutMs=300)"), Some(1));
        assert_eq!(limit("SELECT 1 OPTION(timeoutMs=1, timeoutMs=300)"), Some(300));
        assert_eq!(limit("SELECT 'SET timeoutMs=1;'"), None);
    }

    #[test]
    fn answers_are_told_from_other_bodies() {
        assert!(is_answer(br#"{"exceptions":[{"errorCode":150,"message":"x"}]}"#));
        for other in [&br#"{"code":401,"error":"x"}"#[..], b"OK", b"", b"<html>", br#"{"exceptions":[{"#] {
            assert!(!is_answer(other));
        }
    }
}
