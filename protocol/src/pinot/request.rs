//! The body of `POST /query/sql`, and the paths around it.
//!
//! The broker reads options from the body only (a `?queryOptions=` in the URL is ignored) and forgives nothing in them:
//! an unknown key is ignored without a word, and so is a known one with a space before its `=`. So options are typed
//! in [`options`](super::options), and free ones are checked here.

use std::error::Error;
use std::fmt;
use std::fmt::Write as _;
use std::num::{NonZeroU32, NonZeroU64};

use serde_json::{Value, json};

use super::options::{QueryOptions, reserved};
use super::settings::settings;

/// The path of the endpoint. `/query` takes the same body, but has another default engine.
pub const PATH: &str = "/query/sql";
/// Lists the queries that a broker runs: `{"request id": "SQL"}`.
pub const RUNNING_PATH: &str = "/queries";
/// Asks (with the value `true`) for an HTTP status that tells errors from answers, from 1.5 on.
pub const STATUS_HEADER: &str = "Pinot-Use-Http-Status-For-Errors";
/// The header of an answer that holds the first error code, -1 where there is none.
pub const CODE_HEADER: &str = "X-Pinot-Error-Code";

/// Which of Pinot's two query engines runs a query; they differ in SQL and in types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Engine {
    /// The single-stage engine (v1): one table, no joins.
    #[default]
    SingleStage,
    /// The multi-stage engine (v2): Calcite's SQL.
    MultiStage,
}

impl Engine {
    /// Its name in `querent.toml` and in the options of a source.
    pub fn name(self) -> &'static str {
        match self {
            Engine::SingleStage => "single-stage",
            Engine::MultiStage => "multi-stage",
        }
    }

    /// The engine of this name.
    pub fn from_name(name: &str) -> Option<Engine> {
        [Engine::SingleStage, Engine::MultiStage].into_iter().find(|engine| engine.name() == name)
    }

    /// The name of its dialect.
    pub fn dialect(self) -> &'static str {
        match self {
            Engine::SingleStage => "pinot-sse",
            Engine::MultiStage => "pinot-mse",
        }
    }
}

/// The path of a query whose result is stored, and of which the first page is the answer.
pub fn cursor_path(page_len: NonZeroU32) -> String {
    format!("{PATH}?getCursor=true&numRows={page_len}")
}

/// The path of a page of a stored result, which `GET` gives.
///
/// A page that begins behind the last row is HTTP status 500 (1.5.1).
pub fn page_path(request_id: &str, offset: u64, page_len: NonZeroU32) -> String {
    format!("{}/results?offset={offset}&numRows={page_len}", stored_path(request_id))
}

/// The path of a stored result, which `DELETE` removes.
pub fn stored_path(request_id: &str) -> String {
    format!("/responseStore/{}", escaped(request_id))
}

/// The path that `DELETE` stops a query at, by the id that the client gave it; the servers get `timeout_ms` to say so.
pub fn cancel_path(client_query_id: &str, timeout_ms: u32) -> String {
    format!("/query/{}?client=true&timeoutMs={timeout_ms}", escaped(client_query_id))
}

/// The path that `DELETE` stops a query at, by the id that its broker gave it.
pub fn stop_path(request_id: &str, timeout_ms: u32) -> String {
    format!("/query/{}?client=false&timeoutMs={timeout_ms}", escaped(request_id))
}

/// Text as a segment of a path.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => out.push(char::from(byte)),
            // Writing into a String cannot fail.
            _ => drop(write!(out, "%{byte:02X}")),
        }
    }
    out
}

/// One query to the broker.
///
/// Engine and null handling change types and meaning, and so does a broker that takes `sumLong` for `sum`: these are always
/// sent, for the broker's own defaults may differ.
#[derive(Debug, Clone, Default)]
pub struct QueryRequest<'a> {
    /// The text, with every value in it.
    pub sql: &'a str,
    /// The engine.
    pub engine: Engine,
    /// Whether NULL comes as NULL, and not as the column's default value.
    pub null_handling: bool,
    /// How long the servers may take; the broker's default is 10 s.
    pub timeout_ms: Option<NonZeroU64>,
    /// A name to cancel the query by (`DELETE /query/{id}?client=true`).
    pub client_query_id: Option<&'a str>,
    /// Whether the answer holds a trace.
    pub trace: bool,
    /// Other options.
    pub options: QueryOptions,
}

/// An option that cannot be sent; the message names the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionError {
    key: String,
    problem: &'static str,
}

impl fmt::Display for OptionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "query option `{}`: {}", self.key, self.problem)
    }
}

impl Error for OptionError {}

impl QueryRequest<'_> {
    /// The JSON body.
    ///
    /// # Errors
    /// An option that is not set this way, in the options or in the text; a key that is none; an empty value.
    pub fn to_json(&self) -> Result<Vec<u8>, OptionError> {
        self.check_settings()?;
        let (mut sql, options) = self.query_options()?;
        sql.push_str(self.sql);
        let mut body = json!({ "sql": sql, "queryOptions": options });
        if self.trace {
            body["trace"] = Value::Bool(true);
        }
        Ok(body.to_string().into_bytes())
    }

    /// What must be set before the text, and the options beside it.
    fn query_options(&self) -> Result<(String, String), OptionError> {
        let multi_stage = self.engine == Engine::MultiStage;
        let mut text = format!(
            "useMultistageEngine={multi_stage};enableNullHandling={};autoRewriteAggregationType=false",
            self.null_handling
        );
        let mut set = String::new();
        if let Some(timeout_ms) = self.timeout_ms {
            // Writing into a String cannot fail.
            let _ = write!(text, ";timeoutMs={timeout_ms}");
        }
        if let Some(id) = self.client_query_id {
            push_option(&mut set, &mut text, "clientQueryId", id)?;
        }
        for (key, value) in self.options.iter() {
            if let Some(problem) = reserved(key) {
                return Err(OptionError { key: key.to_owned(), problem });
            }
            push_option(&mut set, &mut text, key, value)?;
        }
        Ok((set, text))
    }

    /// The text has the last word on options (1.5.1), so it must not say otherwise than was checked.
    fn check_settings(&self) -> Result<(), OptionError> {
        let said = |flag: bool, value: &str| value.eq_ignore_ascii_case(if flag { "true" } else { "false" });
        for setting in settings(self.sql) {
            let (key, value) = (setting.key.as_str(), setting.value.as_str());
            let agrees = match key.to_ascii_lowercase().as_str() {
                "usemultistageengine" => said(self.engine == Engine::MultiStage, value),
                "enablenullhandling" => said(self.null_handling, value),
                "autorewriteaggregationtype" => said(false, value),
                // The single-stage engine ignores what is no number above 0, the other one fails.
                "timeoutms" => match value.parse::<i64>() {
                    Ok(1..) => true,
                    _ => return Err(OptionError { key: setting.key, problem: "it is no number above 0" }),
                },
                _ => false,
            };
            if let Some(problem) = reserved(key).filter(|_| !agrees) {
                return Err(OptionError { key: setting.key, problem });
            }
        }
        Ok(())
    }
}

/// Adds an option. The list of options knows no escapes (1.5.1), so what it would split or trim is a SET before the text.
fn push_option(set: &mut String, text: &mut String, key: &str, value: &str) -> Result<(), OptionError> {
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(OptionError { key: key.to_owned(), problem: "a key has letters and digits only" });
    }
    if value.trim().is_empty() {
        return Err(OptionError { key: key.to_owned(), problem: "its value is empty" });
    }
    let _ = match value.contains([';', '=']) || value.trim() != value {
        true => write!(set, "SET {key} = '{}'; ", value.replace('\'', "''")),
        false => write!(text, ";{key}={value}"),
    };
    Ok(())
}

/// What an answer that is no broker's answer says: `{"code":…,"error":…}` of the HTTP layer (401, 403, 404), or plain
/// text, which comes under `application/json` too.
///
/// At most 1,000 characters of it; bodies of another kind, pages of HTML among them, and empty ones, give `None`.
pub fn http_error_message(body: &[u8]) -> Option<String> {
    const CHARS_MAX: usize = 1_000;
    let text = std::str::from_utf8(body).ok()?.trim();
    let message = match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(object)) => object.get("error")?.as_str()?.to_owned(),
        Ok(_) => return None,
        Err(_) if is_html(body) => return None,
        Err(_) => text.to_owned(),
    };
    let message: String = message.chars().filter(|c| !c.is_control()).take(CHARS_MAX).collect();
    (!message.is_empty()).then_some(message)
}

/// Whether a body is a page for people: the URL leads to no broker, or something in between answered.
pub fn is_html(body: &[u8]) -> bool {
    body.trim_ascii_start().first() == Some(&b'<')
}
