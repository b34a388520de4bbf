//! As much of Picodata's SQL as the server understands without a script: what it refuses whatever the script says
//! ([`check`]), and SELECT over the catalog ([`select`] reads it, [`describe`] types it, [`run`] answers it).

mod check;
mod describe;
mod run;
mod select;
mod token;

pub(crate) use check::{Kind, check, tables};
pub(crate) use describe::describe;
pub(crate) use run::{Context, run};
pub(crate) use select::{Select, parse};

use token::{Token, tokens};

/// The text as the keys of a script are compared: one blank between tokens, no final semicolon, case as it is.
pub(crate) fn normal(sql: &str) -> String {
    let found = tokens(sql);
    let end = found.iter().rposition(|(token, _)| *token != Token::Symbol(";")).map_or(0, |last| last + 1);
    let mut out = String::with_capacity(sql.len());
    for (idx, (_, range)) in found[..end].iter().enumerate() {
        // Blanks count only as there or not: `a=1` and `a = 1` stay two texts.
        if idx > 0 && found[idx - 1].1.end < range.start {
            out.push(' ');
        }
        out.push_str(&sql[range.clone()]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_and_the_last_semicolon_do_not_count() {
        assert_eq!(normal(" SELECT\n  a, 'b  c'\tFROM t ; "), "SELECT a, 'b  c' FROM t");
        assert_ne!(normal("SELECT 'A'"), normal("SELECT 'a'"));
        assert_eq!(normal(" ; "), "");
    }
}
