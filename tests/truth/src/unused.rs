//! Definitions that nothing in a statement names: CTEs and windows. Engines plan them in part or not at all, so that a
//! mistake in one shows only here.

/// Whether a place lies in the definition of a name that the text holds once.
pub(crate) fn is_unused(sql: &str, place: usize) -> bool {
    let Some(before) = sql.get(..place) else { return false };
    let mut closed = 0_usize;
    for (at, sign) in before.char_indices().rev() {
        match sign {
            ')' => closed += 1,
            '(' if closed > 0 => closed -= 1,
            '(' if defined(&before[..at]).is_some_and(|name| uses(sql, name) == 1) => return true,
            _ => {}
        }
    }
    false
}

/// The name of `name AS` or `name (columns) AS` at the end of a text.
fn defined(text: &str) -> Option<&str> {
    let head = text.trim_end();
    let (head, word) = head.split_at_checked(head.len().checked_sub(2)?)?;
    if !word.eq_ignore_ascii_case("as") {
        return None;
    }
    let mut head = head.strip_suffix(char::is_whitespace)?.trim_end();
    if head.ends_with(')') {
        head = head[..head.rfind('(')?].trim_end();
    }
    head.split(|c: char| !is_word(c)).next_back().filter(|name| !name.is_empty())
}

fn uses(sql: &str, name: &str) -> usize {
    sql.split(|c: char| !is_word(c)).filter(|word| *word == name).count()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sql: &str, expected: bool) {
        let place = sql.find('!').expect("a place");
        assert_eq!(is_unused(sql, place), expected, "{sql}");
    }

    #[test]
    fn a_definition_that_nothing_names_is_unused() {
        check("WITH a AS (SELECT !) SELECT 1", true);
        check("WITH a (x, y) AS (SELECT (1 + !), 2) SELECT 1", true);
        check("SELECT 1 FROM t WINDOW w AS (ORDER BY !)", true);
    }

    #[test]
    fn one_that_is_named_is_used() {
        check("WITH a AS (SELECT !) SELECT * FROM a", false);
        check("WITH a AS (SELECT 1) SELECT !", false);
        check("SELECT CAST(! AS INT) FROM a", false);
    }
}
