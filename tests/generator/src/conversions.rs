//! Casts and extractions between the types of a dialect, found once: which cannot fail for most values.

use std::collections::BTreeMap;

use querent_schema::dialect::{Dialect, Operand};
use querent_types::{IntervalUnit, SqlType};

use crate::types::{Types, plain};

const FIELDS: &[&str] =
    &["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND", "QUARTER", "WEEK", "DOW", "EPOCH"];

/// What can be made of what.
pub(crate) struct Conversions {
    casts: BTreeMap<SqlType, Vec<SqlType>>,
    extractions: BTreeMap<SqlType, Vec<(&'static str, SqlType)>>,
}

impl Conversions {
    /// Finds them for a dialect over its types.
    pub(crate) fn new(dialect: &'static Dialect, types: &Types) -> Conversions {
        let mut conversions = Conversions { casts: BTreeMap::new(), extractions: BTreeMap::new() };
        for from in types.universe() {
            for to in types.universe() {
                if casts(dialect, from, to) {
                    conversions.casts.entry(to.clone()).or_default().push(from.clone());
                }
            }
            for field in FIELDS {
                if let Some(ty) = extracts(dialect, field, from) {
                    conversions.extractions.entry(plain(&ty)).or_default().push((field, from.clone()));
                }
            }
        }
        conversions
    }

    /// The types from which a type can be cast.
    pub(crate) fn castable(&self, to: &SqlType) -> &[SqlType] {
        self.casts.get(to).map_or(&[], Vec::as_slice)
    }

    /// Fields of EXTRACT that give a type, each with what it is taken from.
    pub(crate) fn extractions(&self, to: &SqlType) -> &[(&'static str, SqlType)] {
        self.extractions.get(to).map_or(&[], Vec::as_slice)
    }
}

/// Whether a cast succeeds for most values: few texts are something else.
fn casts(dialect: &Dialect, from: &SqlType, to: &SqlType) -> bool {
    let alike = !dialect.rules.is_open() || (from.is_numeric() && to.is_numeric()) || to.is_text();
    (!from.is_text() || to.is_text()) && alike && dialect.rules.can_cast(from, to)
}

fn extracts(dialect: &Dialect, field: &str, from: &SqlType) -> Option<SqlType> {
    let moment = matches!(from, SqlType::Date32 | SqlType::Timestamp(..));
    let span = matches!(from, SqlType::Interval(IntervalUnit::MonthDayNano));
    let of_span = span && matches!(field, "YEAR" | "MONTH" | "DAY");
    let of_day = *from == SqlType::Date32 && matches!(field, "HOUR" | "MINUTE" | "SECOND");
    let rare = matches!(field, "DOW" | "EPOCH") && dialect.name == "ignite-calcite";
    if !(moment || of_span) || of_day || rare {
        return None;
    }
    let operand = Operand { ty: Some(from.clone()), literal: None, nullable: true };
    dialect.rules.extract(field, &operand).ok()?.ty
}
