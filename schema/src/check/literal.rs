//! String literals that stand for a value of another type: `id = 'abc'` is planned as a cast that always fails.

use querent_types::SqlType;

use crate::ast::{Literal, Span};
use crate::diagnostic::{Code, Diagnostic};

use super::binder::Binder;
use super::typed::Typed;

impl Binder<'_> {
    /// The same where the engine casts the literal when it plans.
    pub(super) fn check_folded(&mut self, typed: &Typed, ty: &SqlType, span: Span) {
        if self.dialect.rules.folds_literals() {
            self.check_literal(typed, ty, span);
        }
    }

    /// Reports a string literal that is read as a type of which it is no value.
    pub(super) fn check_literal(&mut self, typed: &Typed, ty: &SqlType, span: Span) {
        let Some(Literal::String(text)) = &typed.literal else { return };
        let good = match ty {
            ty if self.dialect.rules.reads(text, ty).is_some() => {
                self.dialect.rules.reads(text, ty) == Some(true)
            }
            ty if ty.is_integer() => {
                text.trim().parse::<i128>().is_ok() || text.trim().parse::<f64>().is_ok()
            }
            ty if ty.is_float() || ty.is_decimal() => text.trim().parse::<f64>().is_ok(),
            SqlType::Date32 | SqlType::Date64 | SqlType::Timestamp(..) => starts_with_date(text),
            SqlType::Time(_) => text.trim().starts_with(|c: char| c.is_ascii_digit()),
            _ => true,
        };
        if good {
            return;
        }
        let mut diagnostic =
            Diagnostic::error(Code::InvalidLiteral, span, format!("this text cannot be read as {ty:#}"));
        diagnostic = diagnostic.label(format!("read as {ty:#}"));
        if matches!(ty, SqlType::Time(_)) {
            diagnostic = diagnostic.help("fix this by writing it as `HH:MM:SS`");
        } else if ty.is_temporal() {
            diagnostic = diagnostic.help("fix this by writing it as `YYYY-MM-DD`");
        }
        self.report(diagnostic);
    }
}

/// Whether a text is an interval: numbers, each with a unit or in seconds.
pub(super) fn is_interval(text: &str) -> bool {
    const UNITS: &[&str] =
        &["c", "dec", "y", "mon", "w", "d", "h", "m", "s", "us", "ns", "nano", "micro", "milli"];
    let lower = text.to_lowercase();
    let mut words = super::schema_name::interval_words(&lower).into_iter().peekable();
    let mut any = false;
    while let Some(amount) = words.next() {
        let unit = words.next_if(|next| next.starts_with(char::is_alphabetic));
        let known = unit.is_none_or(|unit| UNITS.iter().any(|prefix| unit.starts_with(prefix)));
        if !known || amount.parse::<f64>().is_err() || !amount.contains(|c: char| c.is_ascii_digit()) {
            return false;
        }
        any = true;
    }
    any
}

/// Whether a text starts as a date does: digits, in three groups or eight in a row.
fn starts_with_date(text: &str) -> bool {
    let text = text.trim().trim_start_matches(['-', '+']);
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let head: String = text.chars().take_while(|c| c.is_ascii_digit() || *c == '-').collect();
    let groups: Vec<&str> = head.split('-').collect();
    match groups[..] {
        [year, month, day, ..] => {
            digits(year)
                && month.parse::<u8>().is_ok_and(|month| (1..=12).contains(&month))
                && day.parse::<u8>().is_ok_and(|day| (1..=31).contains(&day))
        }
        [all] => digits(all) && all.len() >= 8,
        _ => false,
    }
}
