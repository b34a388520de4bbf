//! The body of `POST /query/sql`.
//!
//! The broker reads options from the body only (a `?queryOptions=` in the URL is ignored) and forgives nothing in them:
//! an unknown key is ignored without a word, and so is a known one with a space before its `=`. So options are typed
//! here, and free ones are checked.

use std::error::Error;
use std::fmt;
use std::fmt::Write as _;
use std::num::NonZeroU64;

use serde_json::{Value, json};

/// The path of the endpoint. `/query` takes the same body, but has another default engine.
pub const PATH: &str = "/query/sql";
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

/// One query to the broker.
///
/// Engine and null handling change types and meaning, so they are always sent: the broker's own defaults may differ.
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
    /// Other options, by Pinot's names of them.
    pub options: Vec<(&'a str, &'a str)>,
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

/// Options with a field of their own, and those that would answer in another form, in lower case.
const RESERVED: &[&str] = &[
    "usemultistageengine",
    "enablenullhandling",
    "timeoutms",
    "clientqueryid",
    "getcursor",
    "cursornumrows",
    "dropresults",
];

impl QueryRequest<'_> {
    /// The JSON body.
    ///
    /// # Errors
    /// An option that has a field of its own, or a key or value that the broker would split or trim.
    pub fn to_json(&self) -> Result<Vec<u8>, OptionError> {
        let options = self.query_options()?;
        Ok(json!({ "sql": self.sql, "queryOptions": options }).to_string().into_bytes())
    }

    fn query_options(&self) -> Result<String, OptionError> {
        let multi_stage = self.engine == Engine::MultiStage;
        let mut text = format!("useMultistageEngine={multi_stage};enableNullHandling={}", self.null_handling);
        if let Some(timeout_ms) = self.timeout_ms {
            // Writing into a String cannot fail.
            let _ = write!(text, ";timeoutMs={timeout_ms}");
        }
        if let Some(id) = self.client_query_id {
            push_option(&mut text, "clientQueryId", id)?;
        }
        for (key, value) in &self.options {
            if RESERVED.contains(&key.to_ascii_lowercase().as_str()) {
                return Err(OptionError {
                    key: (*key).to_owned(),
                    problem: "it is set by a field of its own",
                });
            }
            push_option(&mut text, key, value)?;
        }
        Ok(text)
    }
}

fn push_option(text: &mut String, key: &str, value: &str) -> Result<(), OptionError> {
    let problem = if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        "a key has letters and digits only"
    } else if value.is_empty() || value.contains([';', '=']) || value.trim() != value {
        "its value is empty, has space around it, or holds `;` or `=`"
    } else {
        let _ = write!(text, ";{key}={value}");
        return Ok(());
    };
    Err(OptionError { key: key.to_owned(), problem })
}

/// What an answer that is no broker's answer says: `{"code":…,"error":…}` of the HTTP layer (401, 403, 404), or plain
/// text, which comes under `application/json` too.
///
/// At most 1,000 characters of it; bodies of another kind, and empty ones, give `None`.
pub fn http_error_message(body: &[u8]) -> Option<String> {
    const CHARS_MAX: usize = 1_000;
    let text = std::str::from_utf8(body).ok()?.trim();
    let message = match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(object)) => object.get("error")?.as_str()?.to_owned(),
        Ok(_) => return None,
        Err(_) => text.to_owned(),
    };
    let message: String = message.chars().filter(|c| !c.is_control()).take(CHARS_MAX).collect();
    (!message.is_empty()).then_some(message)
}
