//! querent: checked queries with typed rows, through a pool with the usual options.

use querent::{Pool, record};

use crate::measure::Measure;
use crate::{ROWS, Result, check};

querent::source!(pub Baseball);

record! {
    /// A season of a player's.
    pub struct Season from Baseball,
    "SELECT playerID, playerName, teamID, yearID, AtBatting, runs, hits, homeRuns FROM baseballStats LIMIT 100000"
}

record! {
    /// The same, of one row.
    pub struct One from Baseball,
    "SELECT playerID, playerName, teamID, yearID, AtBatting, runs, hits, homeRuns FROM baseballStats
     WHERE playerID = :player AND yearID = :year LIMIT 1"
}

/// A pool.
#[derive(Clone)]
pub struct Driver {
    pool: Pool<Baseball>,
}

impl Driver {
    /// Connects to a broker or a controller.
    pub async fn connect(url: &str) -> Result<Driver> {
        Ok(Driver { pool: Pool::connect(url).await? })
    }

    /// All rows.
    pub async fn rows(&self) -> Result<Vec<Season>> {
        Ok(Season::query().fetch_all(&self.pool).await?)
    }

    /// Asks once.
    pub async fn ask(&self, measure: Measure) -> Result<()> {
        match measure {
            Measure::Point => {
                let row = One::query("aaronha01", 1954).fetch_one(&self.pool).await?;
                check(row.yearID == 1954)
            }
            Measure::Rows => check(self.rows().await?.len() == ROWS),
        }
    }
}
