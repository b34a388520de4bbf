//! pinot-client-rust 1.0.0, its asynchronous client, into a struct or into its `DataRow`: `… HOST:PORT struct|row SELECT_ONE SELECT_ALL`. A line
//! `MEASURE SECONDS` in, a line `OPS CPU MEDIAN` out, in seconds.

use std::error::Error;
use std::io::{BufRead as _, Write as _};
use std::time::{Duration, Instant};

use pinot_client_rust::async_connection::client_from_broker_list;
use pinot_client_rust::response::data::DataRow;
use pinot_client_rust::response::sql::FromRow;
use pinot_client_rust::{AsyncConnection, JsonAsyncHttpClientTransport, SimpleBrokerSelector};
use rustix::time::{ClockId, clock_gettime};
use serde::Deserialize;

type Result<T> = std::result::Result<T, Box<dyn Error>>;
type Client = AsyncConnection<JsonAsyncHttpClientTransport, SimpleBrokerSelector>;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "what counts is that it was made")]
struct Season {
    #[serde(rename = "playerID")]
    player: String,
    player_name: String,
    #[serde(rename = "teamID")]
    team: String,
    #[serde(rename = "yearID")]
    year: i32,
    #[serde(rename = "AtBatting")]
    at_batting: i32,
    runs: i32,
    hits: i32,
    home_runs: i32,
}

fn cpu_now() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(
        u64::try_from(now.tv_sec).unwrap_or_default(),
        u32::try_from(now.tv_nsec).unwrap_or_default(),
    )
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [broker, form, one, all] = &arguments[..] else {
        return Err("BROKER FORM SELECT_ONE SELECT_ALL".into());
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let client = client_from_broker_list(vec![broker.clone()], None).map_err(|e| e.to_string())?;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (measure, seconds) = line.split_once(' ').ok_or("a line is MEASURE SECONDS")?;
        let (sql, rows) = if measure == "point" { (one, 1) } else { (all, 97_889) };
        let time = Duration::from_secs_f64(seconds.parse()?);
        let (cpu, started) = (cpu_now(), Instant::now());
        let (mut laps, mut last) = (Vec::new(), started);
        while laps.is_empty() || last - started < time {
            let once = || match form.as_str() {
                "struct" => runtime.block_on(ask::<Season>(&client, sql)),
                _ => runtime.block_on(ask::<DataRow>(&client, sql)),
            };
            // It takes a connection that the broker has closed in between, and fails once.
            let found = if laps.is_empty() { once().or_else(|_| once()) } else { once() }?;
            if found != rows {
                return Err("a wrong answer".into());
            }
            let now = Instant::now();
            laps.push(now - last);
            last = now;
        }
        let cpu = cpu_now() - cpu;
        laps.sort_unstable();
        println!("{} {} {}", laps.len(), cpu.as_secs_f64(), laps[laps.len() / 2].as_secs_f64());
        std::io::stdout().flush()?;
    }
    Ok(())
}

/// Asks once; how many rows came.
async fn ask<T: FromRow>(client: &Client, sql: &str) -> Result<usize> {
    let answer = client.execute_sql::<T>("baseballStats", sql, true).await.map_err(|e| format!("{e:?}"))?;
    Ok(answer.table.ok_or("no table")?.into_rows().len())
}
