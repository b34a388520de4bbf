//! What Picodata refuses or ignores, whatever the statement is about.

use super::token::{Token, tokens};
use crate::SqlError;

/// What a text is before anybody looks for it in a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nothing, or a semicolon.
    Empty,
    /// Parsed and ignored, with this command tag: there are no transactions and no settings.
    Ignored(&'static str),
    /// DEALLOCATE.
    Deallocate,
    /// Something to look for.
    Other,
}

/// What may begin a statement, as 26.1.6 lists it.
const STATEMENTS: &str = "EOI, AnonymousBlock, CreatePlugin, DropPlugin, AlterPlugin, CreateUser, AlterUser, DropUser, \
    CreateRole, DropRole, GrantPrivilege, RevokePrivilege, AuditPolicy, Backup, CreatePartition, CreateTable, DropTable, \
    TruncateTable, AlterTable, CreateProc, DropProc, RenameProc, CreateIndex, DropIndex, RenameIndex, CreateSchema, \
    DropSchema, SetParam, SetTransaction, AlterSystem, CallProc, Explain, Query, Deallocate, Begin, Commit, Rollback, or End";

const FIRST_WORDS: &[&str] = &[
    "alter",
    "audit",
    "backup",
    "begin",
    "call",
    "commit",
    "create",
    "deallocate",
    "delete",
    "do",
    "drop",
    "end",
    "explain",
    "grant",
    "insert",
    "revoke",
    "rollback",
    "select",
    "set",
    "truncate",
    "update",
    "values",
    "with",
];

/// Refuses what no Picodata takes: comments, two statements in one text, unknown statements (`START TRANSACTION`, `SHOW`,
/// `COPY`, `LISTEN`, `DISCARD`, `RESET`), `LIMIT $1`, `OFFSET`, `RETURNING`.
pub(crate) fn check(sql: &str) -> Result<Kind, SqlError> {
    let found = tokens(sql);
    let error = |at: usize, expected: &str| Err(SqlError::syntax(sql, at, expected));
    let Some((first, range)) = found.iter().find(|(token, _)| *token != Token::Symbol(";")) else {
        return Ok(Kind::Empty);
    };
    let begins =
        matches!(first, Token::Symbol("(")) || word(first).is_some_and(|word| FIRST_WORDS.contains(&word));
    if !begins {
        return error(range.start, STATEMENTS);
    }
    for (idx, (token, range)) in found.iter().enumerate() {
        let next = found.get(idx + 1);
        match token {
            Token::Comment if sql[range.start..].starts_with("--") && idx > 0 => {
                // The first dash is read as a minus.
                return error(
                    range.start + 1,
                    "SubQuery, Identifier, Literal, Parameter, ExpressionInParentheses, Substring, CurrentDate, \
                     CurrentTime, CurrentTimestamp, LocalTime, LocalTimestamp, Trim, Case, CastOp, Row, or NotFlag",
                );
            }
            Token::Comment => return error(range.start, "Projection"),
            Token::Unknown => return error(range.start, "EOI"),
            Token::Symbol(";") => {
                if let Some((_, after)) = next {
                    return error(after.start, "EOI");
                }
            }
            Token::Word(word) if word == "limit" => {
                if let Some((Token::Parameter(_), at)) = next {
                    return error(at.start, "Null or Unsigned");
                }
            }
            Token::Word(word)
                if word == "offset" && matches!(next, Some((Token::Number(_) | Token::Parameter(_), _))) =>
            {
                return error(range.start, "EOI or DqlOption");
            }
            Token::Word(word) if word == "returning" => return error(range.start, "EOI or DqlOption"),
            _ => {}
        }
    }
    let second = found.get(1).and_then(|(token, _)| word(token));
    Ok(match (word(first), second) {
        (Some("begin"), _) => Kind::Ignored("BEGIN"),
        (Some("commit" | "end"), _) => Kind::Ignored("COMMIT"),
        (Some("rollback"), _) => Kind::Ignored("ROLLBACK"),
        (Some("set"), _) => Kind::Ignored("SET"),
        (Some("create"), Some("schema")) => Kind::Ignored("CREATE SCHEMA"),
        (Some("drop"), Some("schema")) => Kind::Ignored("DROP SCHEMA"),
        (Some("deallocate"), _) => Kind::Deallocate,
        _ => Kind::Other,
    })
}

/// The tables that a statement names: what follows FROM, JOIN, INTO, UPDATE and TABLE.
pub(crate) fn tables(sql: &str) -> Vec<String> {
    let found = tokens(sql);
    let mut out = Vec::new();
    for pair in found.windows(2) {
        let names = matches!(word(&pair[0].0), Some("from" | "join" | "into" | "update" | "table"));
        if let (true, Token::Word(name) | Token::Quoted(name)) = (names, &pair[1].0) {
            out.push(name.clone());
        }
    }
    out.sort();
    out.dedup();
    out
}

fn word<'t>(token: &'t Token<'_>) -> Option<&'t str> {
    if let Token::Word(word) = token { Some(word) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first lines of what 26.1.6 answered.
    #[test]
    fn refusals_are_those_of_the_server() {
        for (sql, place, expected) in [
            ("SELECT id FROM probe_t LIMIT $1", "1:30", "= expected Null or Unsigned"),
            ("SELECT id FROM probe_t ORDER BY id LIMIT 1 OFFSET 1", "1:44", "= expected EOI or DqlOption"),
            (
                "INSERT INTO probe_t (id, name) VALUES ($1,$2) RETURNING id",
                "1:47",
                "= expected EOI or DqlOption",
            ),
            ("SELECT id -- c\nFROM probe_t", "1:12", "Row, or NotFlag"),
            ("SELECT /* c */ 1", "1:8", "= expected Projection"),
            ("SELECT 1; SELECT 2", "1:11", "= expected EOI"),
            ("SELECT 1; SELECT 2;", "1:11", "= expected EOI"),
            ("SELEC 1", "1:1", "Rollback, or End"),
            ("START TRANSACTION", "1:1", "Rollback, or End"),
            ("SHOW search_path", "1:1", "Rollback, or End"),
            ("COPY probe_t FROM STDIN", "1:1", "Rollback, or End"),
            ("DISCARD ALL", "1:1", "Rollback, or End"),
        ] {
            let error = check(sql).unwrap_err();
            assert_eq!(error.code, "XX000");
            assert!(
                error.message.starts_with(&format!("sbroad: rule parsing error:  --> {place}\n  |\n1 | ")),
                "{error}"
            );
            assert!(error.message.ends_with(expected), "{error}");
        }
    }

    #[test]
    fn the_rest_is_let_through() {
        for (sql, kind) in [
            ("", Kind::Empty),
            (" ;", Kind::Empty),
            ("SELECT 1;", Kind::Other),
            ("SELECT ';' AS \"a;b\"", Kind::Other),
            ("DO $$ BEGIN UPDATE t SET a = 1; DELETE FROM t; END $$", Kind::Other),
            ("begin", Kind::Ignored("BEGIN")),
            ("SET statement_timeout = 1000", Kind::Ignored("SET")),
            ("DEALLOCATE ALL", Kind::Deallocate),
        ] {
            assert_eq!(check(sql), Ok(kind), "{sql}");
        }
        assert_eq!(tables("SELECT a FROM t JOIN \"U\" ON 1 = 1"), ["U", "t"]);
    }
}
