//! Functions: what the data cannot say of arguments and results.
//!
//! A literal text is read as the type that an argument wants; nothing else is converted but numbers to wider ones.

use querent_types::SqlType;

use super::operators::{coerces, common};
use super::{Version, datetime};
use crate::dialect::function::FunctionRules;
use crate::dialect::function::signature::{Alternative, Signature};
use crate::dialect::{Operand, Refusal};

pub(super) struct Functions {
    pub(super) version: Version,
}

/// The functions of the system, which stand in a select list alone (25.6 to 26.3).
pub(super) const SYSTEM: &[&str] = &[
    "_pico_bucket",
    "instance_uuid",
    "pico_config_file_path",
    "pico_instance_dir",
    "pico_instance_health_status",
    "pico_instance_name",
    "pico_instance_uuid",
    "pico_raft_leader_id",
    "pico_raft_leader_uuid",
    "pico_replicaset_name",
    "pico_tier_name",
    "version",
];

/// What an argument is to be by the rule of its function, and by its place.
fn wanted(rule: &str, place: usize) -> Option<SqlType> {
    Some(match (rule, place) {
        ("text", _) => SqlType::TEXT,
        ("part", 0) => SqlType::TEXT,
        ("moment", 0) => datetime(),
        ("moment", _) => SqlType::TEXT,
        ("json", 0) => SqlType::Json,
        ("json", _) => SqlType::TEXT,
        _ => return None,
    })
}

fn fits(rule: &str, place: usize, ty: &SqlType) -> Option<SqlType> {
    if *ty == SqlType::Null {
        return Some(wanted(rule, place).unwrap_or(SqlType::Null));
    }
    match (wanted(rule, place), ty) {
        (Some(want), ty) if coerces(ty, &want) => Some(want),
        // It may be a literal, which is read as what is wanted.
        (Some(want), SqlType::Text(_)) => Some(want),
        (None, SqlType::Int64 | SqlType::Float64 | SqlType::BigDecimal) => Some(ty.clone()),
        // `substring(x, pattern)`, and `substring(x SIMILAR y)`, which is a truth value to the parser.
        (None, SqlType::Text(_)) if rule == "part" => Some(ty.clone()),
        (Some(want), SqlType::Boolean) if rule == "part" => Some(want),
        (None, SqlType::Text(_)) if rule == "number" => Some(ty.clone()),
        _ => None,
    }
}

impl FunctionRules for Functions {
    fn coerce(&self, signature: &Signature, types: &[SqlType]) -> Option<Vec<SqlType>> {
        match signature.alternatives.first() {
            Some(Alternative::Rule { name, .. }) => {
                let all = types.iter().enumerate().map(|(place, ty)| fits(name, place, ty));
                let mut all: Vec<SqlType> = all.collect::<Option<_>>()?;
                if name == "part" {
                    // A parameter in the place of a position is one.
                    let place = all.iter_mut().skip(1).filter(|ty| **ty == SqlType::Null);
                    place.for_each(|ty| *ty = SqlType::Int64);
                }
                Some(all)
            }
            _ => Some(types.to_vec()),
        }
    }

    fn guesses(&self) -> bool {
        false
    }

    fn words(&self, signature: &Signature) -> Option<String> {
        let Some(Alternative::Rule { name, .. }) = signature.alternatives.first() else { return None };
        let words = match name.as_str() {
            "text" => "texts",
            "part" => "a text, and positions or patterns",
            "moment" => "a DATETIME and a format",
            "json" => "a JSON and texts",
            "number" => "an INTEGER, a DOUBLE or a DECIMAL",
            _ => return None,
        };
        Some(words.to_owned())
    }

    fn returns(&self, rule: &str, args: &[Operand], types: &[SqlType]) -> Result<Option<SqlType>, Refusal> {
        let since = |version: Version, ty: Option<SqlType>| match self.version >= version {
            true => Ok(ty),
            false => Err(Refusal::UnknownFunction(Vec::new())),
        };
        Ok(match (rule, types) {
            ("common", _) => {
                let known: Vec<Operand> = args.iter().filter(|arg| arg.ty.is_some()).cloned().collect();
                if known.is_empty() { None } else { Some(common(&known)?) }
            }
            ("from_26_1", _) => return since(Version::V26_1_0, Some(SqlType::Json)),
            ("from_26_2", _) => return since(Version::V26_2, Some(SqlType::Json)),
            // An array of maps; how it travels since arrays do was not measured.
            ("buckets", _) => (self.version < Version::V26_2).then_some(SqlType::Json),
            ("sum", [SqlType::Int64 | SqlType::BigDecimal]) => Some(SqlType::BigDecimal),
            ("sum", [SqlType::Float64]) if self.version < Version::V26_1_0 => Some(SqlType::BigDecimal),
            ("sum", [SqlType::Float64]) => Some(SqlType::Float64),
            ("avg", [_]) if self.version < Version::V26_1_0 => Some(SqlType::BigDecimal),
            // The average of integers is DOUBLE on 26.1.6, for the nodes' sums are made doubles.
            ("avg", [SqlType::Int64]) if self.version < Version::V26_2 => Some(SqlType::Float64),
            ("avg", [SqlType::Float64]) => Some(SqlType::Float64),
            _ => None,
        })
    }
}
