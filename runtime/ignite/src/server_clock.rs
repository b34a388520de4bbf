//! The clock of a cluster's servers, asked for once, when a date or time first goes or comes.
//!
//! How wall clocks are converted by it is in `clock`.

use std::sync::{Arc, OnceLock};

use jiff::tz::{Offset, TimeZone};
use querent_core::{ErrorKind, Result};
use querent_protocol::ignite::code::Feature;
use querent_protocol::ignite::request::NodeFilter;
use querent_protocol::ignite::response::{NodeInfo, Page};
use querent_protocol::ignite::value::{Value, code};

use crate::channel::CallError;
use crate::clock::Clock;
use crate::error::{self, Effect};
use crate::link::Link;
use crate::options::{Engine, SourceOptions};
use crate::sql;
use crate::zone::{self, Zone};

/// The clock of a source's servers, shared by its connections.
#[derive(Debug, Clone, Default)]
pub(crate) struct ServerClock(Arc<OnceLock<Clock>>);

impl ServerClock {
    /// Known at once where the source names both engine and zone.
    pub(crate) fn of_source(source: &SourceOptions) -> ServerClock {
        let clock = ServerClock::default();
        if let (Some(engine), Some(zone)) = (source.engine, &source.zone) {
            clock.learn(Clock::new(of_java(zone), engine));
        }
        clock
    }

    /// The clock, where it is known already.
    pub(crate) fn known(&self) -> Option<&Clock> {
        self.0.get()
    }

    /// Takes note of it. Whoever was first asked the same cluster.
    pub(crate) fn learn(&self, clock: Clock) -> &Clock {
        self.0.get_or_init(|| clock)
    }

    /// The clock of a cluster's servers: engine and zone are what the source says; what it does not say is asked, where
    /// nobody has yet.
    ///
    /// A cluster that refuses the question has no zone that is known. An error is what may go better next time.
    pub(crate) async fn of(link: &Link) -> Result<&Clock> {
        let options = link.grid.options();
        if let Some(clock) = options.clock.known() {
            return Ok(clock);
        }
        let zone = match &options.source.zone {
            Some(name) => of_java(name),
            None => ask_zone(link).await?,
        };
        let engine = match options.source.engine {
            Some(engine) => engine,
            // Servers that do not know the function know no other engine.
            None => unless_refused(sql::engine(&link.main).await)?
                .flatten()
                .and_then(|name| Engine::named(&name))
                .unwrap_or(Engine::H2),
        };
        Ok(options.clock.learn(Clock::new(zone, engine)))
    }
}

/// The zone that all servers are in. Nodes tell it to whoever may connect and where there is no SQL; from before 2.9 on, only
/// a system view does.
async fn ask_zone(link: &Link) -> Result<Zone> {
    if link.main.setup().agreed.has(Feature::ClusterGroups) {
        return Ok(of_all(link.nodes(&[NodeFilter::Servers]).await?.iter().map(of_node)));
    }
    let zones = unless_refused(sql::zones(&link.main).await)?;
    Ok(of_all(zones.unwrap_or_default().into_iter()))
}

fn of_node(node: &NodeInfo) -> Option<String> {
    let (_, value) = node.attributes.iter().find(|(name, _)| name == "user.timezone")?;
    match Value::from_slice(value) {
        Ok(Value::String(name)) if !name.is_empty() => Some(name),
        _ => None,
    }
}

/// The answer; `None` where the server refuses the question.
fn unless_refused<T>(answer: Result<T, CallError>) -> Result<Option<T>> {
    let error = match answer {
        Ok(answer) => return Ok(Some(answer)),
        Err(error) => error,
    };
    let is_refused = matches!(error, CallError::Refused(_));
    let error = error::of_call(error, Effect::Reads);
    match error.kind() {
        ErrorKind::Query | ErrorKind::Permission | ErrorKind::Unsupported if is_refused => Ok(None),
        _ => Err(error),
    }
}

/// What all agree on.
fn of_all(mut zones: impl Iterator<Item = Option<String>>) -> Zone {
    let Some(Some(first)) = zones.next() else { return Zone::Unknown(zone::UNTOLD) };
    match zones.all(|zone| zone.as_ref() == Some(&first)) {
        true => of_java(&first),
        false => Zone::Unknown(zone::MIXED),
    }
}

/// The zone of an id of Java's: one of the IANA database, or `GMT+5:30`.
pub(crate) fn of_java(id: &str) -> Zone {
    match id.strip_prefix("GMT").and_then(offset_secs) {
        Some(0) => Zone::Utc,
        Some(secs) => match Offset::from_seconds(secs) {
            Ok(offset) => Zone::Named(TimeZone::fixed(offset)),
            Err(_) => Zone::Unknown(zone::UNHEARD),
        },
        None => Zone::named(id),
    }
}

/// `+5`, `+0530`, `+05:30`, `+05:30:15`, as `java.util.TimeZone` reads and writes them.
fn offset_secs(text: &str) -> Option<i32> {
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let number = |text: &str| {
        let is_number = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_number { text.parse::<i32>().ok() } else { None }
    };
    let mut parts = rest.split(':');
    let first = parts.next()?;
    let (hours, minutes) = match (first.len(), parts.next()) {
        (1 | 2, minutes) => (number(first)?, minutes.map_or(Some(0), number)?),
        (3 | 4, None) => {
            let (hours, minutes) = first.split_at_checked(first.len() - 2)?;
            (number(hours)?, number(minutes)?)
        }
        _ => return None,
    };
    let secs = parts.next().map_or(Some(0), number)?;
    let is_clock = hours < 24 && minutes < 60 && secs < 60 && parts.next().is_none();
    is_clock.then_some(sign * (hours * 3600 + minutes * 60 + secs))
}

/// Whether the page holds something that is, or may contain, a date or time. It looks at every cell, and is asked only
/// while the clock is not known.
pub(crate) fn is_needed(page: &Page) -> bool {
    let is_temporal = |row, column| {
        page.cell(row, column).and_then(<[u8]>::first).is_some_and(|code| {
            matches!(
                *code,
                code::DATE
                    | code::TIME
                    | code::TIMESTAMP
                    | code::OPTIMIZED
                    | code::DATE_ARRAY
                    | code::TIME_ARRAY
                    | code::TIMESTAMP_ARRAY
                    | code::OBJECT_ARRAY
                    | code::COLLECTION
                    | code::MAP
            )
        })
    };
    (0..page.rows()).any(|row| (0..page.width()).any(|column| is_temporal(row, column)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_zone_is_that_of_all_servers() {
        let zone = |zones: &[Option<&str>]| of_all(zones.iter().map(|zone| zone.map(str::to_owned)));
        assert!(matches!(zone(&[Some("UTC"), Some("UTC")]), Zone::Utc));
        assert!(matches!(zone(&[Some("Europe/Rome")]), Zone::Named(_)));
        assert!(matches!(zone(&[Some("UTC"), Some("Europe/Rome")]), Zone::Unknown(zone::MIXED)));
        assert!(matches!(zone(&[Some("UTC"), None]), Zone::Unknown(zone::MIXED)));
        assert!(matches!(zone(&[None]), Zone::Unknown(zone::UNTOLD)));
        assert!(matches!(zone(&[]), Zone::Unknown(zone::UNTOLD)));
    }

    #[test]
    fn offsets_are_read_as_java_writes_them() {
        for (text, secs) in [
            ("+5", Some(18_000)),
            ("-05:30", Some(-19_800)),
            ("+0530", Some(19_800)),
            ("+530", Some(19_800)),
            ("+00:00", Some(0)),
            ("+01:02:03", Some(3723)),
            ("+24:00", None),
            ("+5:60", None),
            ("", None),
            ("5", None),
            ("+", None),
            ("++1", None),
            ("+1é", None),
            ("+1:2:3:4", None),
        ] {
            assert_eq!(offset_secs(text), secs, "{text}");
        }
        assert!(matches!(of_java("GMT"), Zone::Utc));
        assert!(matches!(of_java("GMT+03:00"), Zone::Named(_)));
        assert!(matches!(of_java("America/New_York"), Zone::Named(_)));
        assert!(matches!(of_java("GMT+99"), Zone::Unknown(_)));
    }
}
