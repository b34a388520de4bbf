//! Bare HTTP: a request written by hand, posted by reqwest; the body read and counted, or read whole and given to
//! serde_json.

use reqwest::Client;
use serde::Deserialize;
use serde_json::json;

use crate::measure::Measure;
use crate::{ROWS, Result, SELECT_ALL, SELECT_ONE, check};

/// One who asks.
#[derive(Clone)]
pub struct Raw {
    client: Client,
    url: String,
    /// Whether the rows are made.
    decodes: bool,
}

/// An answer, as far as it is looked at.
#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "resultTable")]
    table: Table,
    exceptions: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Table {
    rows: Vec<Row>,
}

type Row = (String, String, String, i32, i32, i32, i32, i32);

impl Raw {
    /// A client of this broker's; nothing is sent yet.
    pub fn new(broker: &str, decodes: bool) -> Result<Raw> {
        // A second call finds one already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        // The broker closes what was idle for 30 s; nothing here is sent twice.
        let idle = std::time::Duration::from_secs(10);
        let client =
            Client::builder().http1_only().no_proxy().tcp_nodelay(true).pool_idle_timeout(idle).build()?;
        Ok(Raw { client, url: format!("{broker}/query/sql"), decodes })
    }

    /// Asks once.
    pub async fn ask(&self, measure: Measure) -> Result<()> {
        let (sql, len_min, rows) = match measure {
            Measure::Point => (SELECT_ONE, 500, 1),
            Measure::Rows => (SELECT_ALL, 4_000_000, ROWS),
        };
        let options = "useMultistageEngine=false;enableNullHandling=false";
        let body = json!({ "sql": sql, "queryOptions": options }).to_string();
        let request = self.client.post(&self.url).header("content-type", "application/json").body(body);
        let mut response = request.send().await?.error_for_status()?;
        if self.decodes {
            let body = response.bytes().await?;
            let answer: Answer = serde_json::from_slice(&body)?;
            return check(answer.exceptions.is_empty() && answer.table.rows.len() == rows);
        }
        let mut len = 0;
        while let Some(chunk) = response.chunk().await? {
            len += chunk.len();
        }
        check(len > len_min)
    }
}
