//! What a cluster says of itself besides its tables: brokers, version, zone, and the configuration that decides what a
//! query means. Of a configuration only the keys that are listed here are read, so that no secret of it goes anywhere.

use std::collections::BTreeMap;

use querent_types::SourceDescription;
use serde_json::Value;

use super::{DecodeError, malformed, parse, text};
use crate::pinot::request::Engine;

/// A broker that serves a table.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Broker {
    /// Its host as the cluster knows it.
    pub host: String,
    /// Its HTTP port.
    pub port: u16,
}

/// The brokers of each table, of `GET /v2/brokers/tables?state=ONLINE`.
///
/// # Errors
/// A body that is no such document.
pub fn brokers(body: &[u8]) -> Result<BTreeMap<String, Vec<Broker>>, DecodeError> {
    let document = parse(body)?;
    let tables = document.as_object().ok_or_else(|| malformed("tables and their brokers"))?;
    let entry = |(table, list): (&String, &Value)| Some((table.clone(), list_of_brokers(list)?));
    tables.iter().map(entry).collect::<Option<_>>().ok_or_else(|| malformed("brokers with host and port"))
}

/// The brokers of a tenant, of `GET /v2/brokers/tenants/{tenant}?state=ONLINE`.
///
/// # Errors
/// A body that is no such document.
pub fn tenant_brokers(body: &[u8]) -> Result<Vec<Broker>, DecodeError> {
    list_of_brokers(&parse(body)?).ok_or_else(|| malformed("a list of brokers with host and port"))
}

fn list_of_brokers(list: &Value) -> Option<Vec<Broker>> {
    let broker = |value: &Value| {
        let port = u16::try_from(value.get("port")?.as_u64()?).ok()?;
        Some(Broker { host: text(value, "host")?.to_owned(), port })
    };
    list.as_array()?.iter().map(broker).collect()
}

/// The time zone of a broker, of its `GET /appconfigs`: what `pinot.timezone` says, else what its JVM was given; `None`
/// where neither says anything.
///
/// # Errors
/// A body that is no such document.
pub fn time_zone(body: &[u8]) -> Result<Option<String>, DecodeError> {
    let document = parse(body)?;
    let of_pinot = document.get("pinotConfig").ok_or_else(|| malformed("pinotConfig and jvmConfig"))?;
    let properties = document.get("jvmConfig").and_then(|jvm| jvm.get("systemProperties"));
    let of_jvm = properties.and_then(|properties| text(properties, "user.timezone"));
    let zone = text(of_pinot, "pinot.timezone").or(of_jvm).filter(|zone| !zone.is_empty());
    Ok(zone.map(str::to_owned))
}

/// The controller's version, of `GET /version`, without its commit.
///
/// # Errors
/// A body that is no such document.
pub fn version(body: &[u8]) -> Result<String, DecodeError> {
    let document = parse(body)?;
    let version =
        ["pinot-controller", "pinot-common", "pinot-spi"].into_iter().find_map(|part| text(&document, part));
    let version = version.ok_or_else(|| malformed("versions of Pinot's parts"))?;
    Ok(version.split('-').next().unwrap_or(version).to_owned())
}

/// What a configuration says where it says nothing of `LIMIT` (1.5.1).
const DEFAULT_LIMIT: i64 = 10;

/// What of a cluster's configuration decides what queries mean; the values are those of 1.5.1 where nothing is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Configuration {
    /// Whether names of tables and columns are compared without regard to case.
    pub case_insensitive: bool,
    /// How many rows the single-stage engine gives without `LIMIT`.
    pub default_limit: i64,
    /// How many rows it gives at most, whatever `LIMIT` says; `None` is no such limit.
    pub limit_max: Option<i64>,
    /// Whether there is a multi-stage engine.
    pub multi_stage: bool,
    /// Whether exact counts and percentiles are taken for approximate ones.
    pub approximates: bool,
    /// Whether segments that are missing are left out without a word.
    pub ignores_missing_segments: bool,
    /// How many rows the multi-stage engine reads of a table at most, where it does so.
    pub lite: bool,
    /// Whether the single-stage engine undoes a doubled quote twice.
    pub unescapes_twice: bool,
}

impl Default for Configuration {
    fn default() -> Configuration {
        Configuration {
            case_insensitive: true,
            default_limit: DEFAULT_LIMIT,
            limit_max: None,
            multi_stage: true,
            approximates: false,
            ignores_missing_segments: false,
            lite: false,
            unescapes_twice: true,
        }
    }
}

/// The configuration, of a broker's `GET /appconfigs` (its own file and what the cluster says), or of the controller's
/// `GET /cluster/configs`.
///
/// # Errors
/// A body that is no such document.
pub fn configuration(body: &[u8]) -> Result<Configuration, DecodeError> {
    let document = parse(body)?;
    let keys = document.get("pinotConfig").unwrap_or(&document);
    let keys = keys.as_object().ok_or_else(|| malformed("keys and values of a configuration"))?;
    // Brokers give their keys in lower case, the controller as they were set (1.5.1).
    let said = |wanted: &str| {
        let (_, value) = keys.iter().find(|(key, _)| key.eq_ignore_ascii_case(wanted))?;
        Some(value.as_str().map_or_else(|| value.to_string(), |text| text.trim().to_lowercase()))
    };
    let flag = |key: &str, default: bool| said(key).map_or(default, |value| value == "true");
    let number = |key: &str| said(key).and_then(|value| value.parse::<i64>().ok());
    let plain = Configuration::default();
    let overrides = flag("pinot.broker.enable.query.limit.override", false);
    let limit_max =
        number("pinot.broker.query.response.limit").filter(|max| (1..i64::from(i32::MAX)).contains(max));
    Ok(Configuration {
        case_insensitive: flag("enable.case.insensitive", plain.case_insensitive),
        // Below 0 it is switched off, and the parser's own holds.
        default_limit: number("pinot.broker.default.query.limit")
            .filter(|limit| *limit >= 0)
            .unwrap_or(DEFAULT_LIMIT),
        limit_max: limit_max.filter(|_| overrides),
        multi_stage: flag("pinot.multistage.engine.enabled", plain.multi_stage),
        approximates: flag("pinot.broker.use.approximate.function", false)
            || flag("enable.distinct.count.bitmap.override", false),
        ignores_missing_segments: flag("pinot.broker.query.ignore.missing.segments", false),
        lite: flag("pinot.broker.multistage.use.lite.mode", false),
        unescapes_twice: flag("pinot.query.sse.parsing.legacy.literal.unescaping", plain.unescapes_twice),
    })
}

impl Configuration {
    /// What holds whichever of several brokers is asked.
    pub fn strictest(all: impl IntoIterator<Item = Configuration>) -> Option<Configuration> {
        all.into_iter().reduce(|a, b| Configuration {
            case_insensitive: a.case_insensitive && b.case_insensitive,
            default_limit: a.default_limit.min(b.default_limit),
            limit_max: a.limit_max.into_iter().chain(b.limit_max).min(),
            multi_stage: a.multi_stage && b.multi_stage,
            approximates: a.approximates || b.approximates,
            ignores_missing_segments: a.ignores_missing_segments || b.ignores_missing_segments,
            lite: a.lite || b.lite,
            unescapes_twice: a.unescapes_twice && b.unescapes_twice,
        })
    }

    /// Writes into a source what is otherwise than the checker thinks: options where it reads them, else notes.
    pub fn describe(&self, engine: Engine, source: &mut SourceDescription) {
        let mut option = |key: &str, value: String| source.options.insert(key.to_owned(), value);
        if !self.case_insensitive {
            option("case_sensitive", "true".to_owned());
        }
        let single = engine == Engine::SingleStage;
        if single && self.default_limit != DEFAULT_LIMIT {
            option("default_limit", self.default_limit.to_string());
        }
        if let Some(max) = self.limit_max.filter(|_| single) {
            option("limit_max", max.to_string());
        }
        let odd = [
            (
                !single && !self.multi_stage,
                "its brokers have no multi-stage engine: none of its queries can run",
            ),
            (
                self.approximates && single,
                "its brokers compute COUNT(DISTINCT …) or PERCENTILE by approximation",
            ),
            (
                self.ignores_missing_segments,
                "its brokers leave missing segments out: whole answers may lack rows",
            ),
            (
                self.lite && !single,
                "its brokers read a part of each table only (lite mode): answers may lack rows",
            ),
            (
                !self.unescapes_twice && single,
                "its brokers read quotes otherwise (legacy.literal.unescaping is false): a text with two quotes side by \
                 side is sent as another one",
            ),
        ];
        source.notes.extend(odd.into_iter().filter(|(is, _)| *is).map(|(_, words)| words.to_owned()));
    }
}
