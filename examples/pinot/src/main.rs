//! Checked queries on Apache Pinot, over 140 seasons of baseball: `cargo run -p querent-pinot-example [URL [LEAGUE]]`.
//!
//! `querent.toml` names the source, `schema/baseballStats.json` its table, one of Pinot's own examples. A column, a type or
//! an option that is not theirs does not compile.

use std::time::Duration;

use futures_util::TryStreamExt as _;
use querent::pinot::{PinotQuery as _, Report};
use querent::{Pool, query, source};

source!(pub Baseball);

#[tokio::main(flavor = "current_thread")]
async fn main() -> querent::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next();
    let league = arguments.next();
    let pool = Pool::<Baseball>::connect(url.as_deref().unwrap_or("pinot://127.0.0.1:9000")).await?;
    sluggers(&pool, league.as_deref()).await?;
    season(&pool, 1954).await?;
    great_years(&pool, &["NYA", "SFN"]).await
}

/// The most home runs of two decades; `{{ }}` is sent only where there is a league. Without the option each server would
/// cut off groups before they are all added up, which the compiler warns of.
async fn sluggers(pool: &Pool<Baseball>, league: Option<&str>) -> querent::Result<()> {
    let (first, last) = (1920, 1939);
    let rows = query!(
        Baseball,
        "SET minServerGroupTrimSize = -1;
         SELECT playerName, sum(homeRuns) AS homers, count(*) AS seasons FROM baseballStats
         WHERE yearID BETWEEN :first AND :last {{ AND league = :league }}
         GROUP BY playerID, playerName ORDER BY sum(homeRuns) DESC, playerName LIMIT 3",
        first,
        last,
        league,
    )
    .fetch_all(pool)
    .await?;
    for row in rows {
        // A sum is a double on this engine, and no Option: there is no group without rows.
        println!("{}: {} home runs in {} seasons", row.playerName, row.homers, row.seasons);
    }
    Ok(())
}

/// One season's batting average, in three seconds at most, and what the cluster did for it.
async fn season(pool: &Pool<Baseball>, year: i32) -> querent::Result<()> {
    let report = Report::new();
    let row = query!(
        Baseball,
        "SELECT sum(hits) AS hits, sum(AtBatting) AS bats, max(homeRuns) AS best FROM baseballStats WHERE yearID = :year",
        year
    )
    .timeout(Duration::from_secs(3))
    .report(&report)
    .fetch_one(pool)
    .await?;
    // Options all three: of a year without rows they are NULL.
    if let (Some(hits), Some(bats), Some(best)) = (row.hits, row.bats, row.best) {
        println!("{year}: {:.3} over all, {best} home runs at best", hits / bats);
    }
    if let Some(statistics) = report.statistics() {
        let (scanned, all) = (statistics.num_docs_scanned, statistics.total_docs);
        println!("{} of {} rows were scanned", scanned.unwrap_or_default(), all.unwrap_or_default());
    }
    Ok(())
}

/// Rows as they come, ten at a time: the broker keeps the rest.
async fn great_years(pool: &Pool<Baseball>, teams: &[&str]) -> querent::Result<()> {
    let mut rows = query!(
        Baseball,
        "SELECT playerName, teamID, yearID, homeRuns FROM baseballStats
         WHERE teamID IN (:teams..) AND homeRuns >= :least ORDER BY yearID, playerName LIMIT 1000",
        teams,
        least = 40,
    )
    .page_size(10)
    .fetch(pool);
    let (mut years, mut last) = (0, None);
    while let Some(row) = rows.try_next().await? {
        years += 1;
        last = Some(row);
    }
    if let Some(row) = last {
        println!(
            "{years} years of 40 or more, last {} for {} in {}: {}",
            row.playerName, row.teamID, row.yearID, row.homeRuns
        );
    }
    Ok(())
}
