//! SQL text to one statement of DataFusion's parser, with `?` turned into `$n`.
//!
//! The parser bounds how deep brackets nest, but a chain of operators becomes a tree as deep as
//! the chain is long, and walking or dropping that overflows the stack: chains are bounded here.

use std::collections::VecDeque;
use std::ops::ControlFlow;

use datafusion::error::DataFusionError;
use datafusion::prelude::SessionContext;
use datafusion::sql::parser::{DFParserBuilder, Statement};
use datafusion::sql::sqlparser::ast::{Value, ValueWithSpan, VisitMut, VisitorMut};
use datafusion::sql::sqlparser::dialect::{GenericDialect, dialect_from_str};
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::parser::ParserError;
use datafusion::sql::sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer};
use tonic::Status;

use crate::status::status;

/// The longest statement that is looked at.
const SQL_LEN_MAX: usize = 16 * 1024 * 1024;
/// Operators that may follow each other inside one pair of brackets. Planning has a stack of its
/// own; running has the 2 MiB of a thread.
const OPERATORS_MAX: usize = 240;
/// Joins and set operations inside one pair of brackets.
const RELATIONS_MAX: usize = 120;

pub(super) fn statements(context: &SessionContext, sql: &str) -> Result<VecDeque<Statement>, Status> {
    if sql.len() > SQL_LEN_MAX {
        return Err(Status::invalid_argument(format!(
            "the statement has {} bytes; at most {SQL_LEN_MAX} are taken",
            sql.len()
        )));
    }
    let config = context.copied_config();
    let options = &config.options().sql_parser;
    let dialect = dialect_from_str(options.dialect).unwrap_or_else(|| Box::new(GenericDialect));
    let tokens = Tokenizer::new(dialect.as_ref(), sql)
        .tokenize_with_location()
        .map_err(|error| status(&DataFusionError::from(ParserError::from(error))))?;
    check_chains(&tokens)?;
    DFParserBuilder::new(tokens)
        .with_dialect(dialect.as_ref())
        .with_recursion_limit(options.recursion_limit.get())
        .build()
        .and_then(|mut parser| parser.parse_statements())
        .map_err(|error| status(&error))
}

/// One pair of brackets, or the text outside of all.
#[derive(Default)]
struct Level {
    operators: usize,
    relations: usize,
    /// Whether its commas join relations instead of ending an expression.
    in_from: bool,
}

fn check_chains(tokens: &[TokenWithSpan]) -> Result<(), Status> {
    let mut levels = vec![Level::default()];
    let mut previous = Keyword::NoKeyword;
    for token in tokens {
        match &token.token {
            Token::Whitespace(_) => continue,
            Token::LParen | Token::LBracket | Token::LBrace => levels.push(Level::default()),
            // `a[1][2]` and `f()()` are chains as well: the end counts for the level around.
            Token::RParen | Token::RBracket | Token::RBrace if levels.len() > 1 => {
                levels.pop();
            }
            _ => {}
        }
        let Some(level) = levels.last_mut() else {
            return Ok(());
        };
        level.take(&token.token, previous);
        if level.operators > OPERATORS_MAX || level.relations > RELATIONS_MAX {
            let place = token.span.start;
            return Err(Status::invalid_argument(format!(
                "the statement is too long at line {}, column {}: at most {OPERATORS_MAX} \
                 operators and {RELATIONS_MAX} joins or set operations follow each other; \
                 use IN, VALUES or brackets",
                place.line, place.column
            )));
        }
        previous = keyword(&token.token);
    }
    Ok(())
}

fn keyword(token: &Token) -> Keyword {
    match token {
        Token::Word(word) => word.keyword,
        _ => Keyword::NoKeyword,
    }
}

impl Level {
    /// Counts by how much a token makes the tree deeper.
    fn take(&mut self, token: &Token, previous: Keyword) {
        match token {
            Token::Word(word) => self.take_word(word.keyword, previous),
            Token::Comma if self.in_from => self.relations += 1,
            Token::Comma | Token::SemiColon => self.operators = 0,
            Token::EOF
            | Token::Whitespace(_)
            | Token::Number(..)
            | Token::SingleQuotedString(_)
            | Token::Placeholder(_)
            | Token::Period
            | Token::LParen
            | Token::LBracket
            | Token::LBrace => {}
            // Every other sign is an operator or close to one.
            _ => self.operators += 1,
        }
    }

    fn take_word(&mut self, keyword: Keyword, previous: Keyword) {
        match keyword {
            // IS DISTINCT FROM
            Keyword::FROM if previous == Keyword::DISTINCT => {}
            Keyword::FROM => self.in_from = true,
            Keyword::SELECT | Keyword::WHERE | Keyword::GROUP | Keyword::ORDER => {
                self.in_from = false;
                self.operators = 0;
            }
            Keyword::UNION | Keyword::EXCEPT | Keyword::INTERSECT | Keyword::JOIN => {
                self.relations += 1;
                self.operators = 0;
            }
            Keyword::AND
            | Keyword::OR
            | Keyword::NOT
            | Keyword::IS
            | Keyword::LIKE
            | Keyword::ILIKE
            | Keyword::IN
            | Keyword::BETWEEN
            | Keyword::COLLATE
            | Keyword::AT => self.operators += 1,
            _ => {}
        }
    }
}

pub(super) fn one_statement(context: &SessionContext, sql: &str) -> Result<Statement, Status> {
    let mut statements = statements(context, sql)?;
    let count = statements.len();
    match (statements.pop_front(), count) {
        (Some(mut statement), 1) => {
            number_question_marks(&mut statement)?;
            Ok(statement)
        }
        (None, _) => Err(Status::invalid_argument("the statement is empty")),
        (Some(_), count) => {
            Err(Status::invalid_argument(format!("{count} statements were sent; send one at a time")))
        }
    }
}

/// Turns the `?` of a statement into `$1`, `$2`, … in the order of the text.
///
/// DataFusion would take all of them for one parameter. The numbers go by place, because the
/// tree is not walked in the order of the text (`OFFSET ? LIMIT ?`).
fn number_question_marks(statement: &mut Statement) -> Result<(), Status> {
    match statement {
        Statement::Statement(statement) => {
            let mut marks = Marks::default();
            let _ = statement.visit(&mut marks);
            if marks.places.is_empty() {
                return Ok(());
            }
            if marks.dollars {
                return Err(Status::invalid_argument(
                    "the statement has parameters of both kinds, ? and $n; use one",
                ));
            }
            marks.places.sort_unstable();
            let _ = statement.visit(&mut Numbering(&marks.places));
            Ok(())
        }
        Statement::Explain(explain) => number_question_marks(&mut explain.statement),
        _ => Ok(()),
    }
}

#[derive(Default)]
struct Marks {
    places: Vec<Location>,
    dollars: bool,
}

impl VisitorMut for Marks {
    type Break = ();

    fn pre_visit_value(&mut self, value: &mut ValueWithSpan) -> ControlFlow<()> {
        if let Value::Placeholder(id) = &value.value {
            if id == "?" {
                self.places.push(value.span.start);
            } else {
                self.dollars = true;
            }
        }
        ControlFlow::Continue(())
    }
}

struct Numbering<'a>(&'a [Location]);

impl VisitorMut for Numbering<'_> {
    type Break = ();

    fn pre_visit_value(&mut self, value: &mut ValueWithSpan) -> ControlFlow<()> {
        if let Value::Placeholder(id) = &mut value.value
            && id == "?"
            && let Ok(idx) = self.0.binary_search(&value.span.start)
        {
            *id = format!("${}", idx + 1);
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sql: &str, expected: &str) {
        let statement = one_statement(&SessionContext::new(), sql).expect(sql);
        assert_eq!(statement.to_string(), expected);
    }

    #[test]
    fn question_marks_are_numbered_in_the_order_of_the_text() {
        check("SELECT ? + ?", "SELECT $1 + $2");
        check(
            "SELECT a FROM t WHERE b = ? AND c IN (?, ?) ORDER BY a OFFSET ? LIMIT ?",
            "SELECT a FROM t WHERE b = $1 AND c IN ($2, $3) ORDER BY a LIMIT $5 OFFSET $4",
        );
        check("INSERT INTO t VALUES (?, '?', ?)", "INSERT INTO t VALUES ($1, '?', $2)");
        check("EXPLAIN SELECT ?", "EXPLAIN SELECT $1");
    }

    #[track_caller]
    fn refused(sql: &str, expected: &str) {
        let error = one_statement(&SessionContext::new(), sql).expect_err(sql);
        assert_eq!(error.code(), tonic::Code::InvalidArgument);
        assert!(error.message().contains(expected), "{}", error.message());
    }

    #[test]
    fn what_is_not_one_statement_is_refused() {
        refused("", "empty");
        refused(" ; ", "empty");
        refused("SELECT 1; SELECT 2", "2 statements");
        refused("SELECT ? + $1", "both kinds");
        refused("SELEC 1", "at line 1, column 1");
        let deep = format!("SELECT {}1{}", "(".repeat(5000), ")".repeat(5000));
        refused(&deep, "nested too deeply");
        refused(&format!("SELECT 1{}", " + 1".repeat(100_000)), "too long");
        refused(&format!("SELECT a{}", "[1]".repeat(100_000)), "too long");
        refused(&format!("SELECT 1{}", "::int".repeat(100_000)), "too long");
        let unions = " UNION SELECT 1 WHERE true".repeat(1000);
        refused(&format!("SELECT 1{unions}"), "too long");
        let relations = ", (SELECT 1)".repeat(1000);
        refused(&format!("SELECT 1 FROM t{relations}"), "too long");
    }

    #[test]
    fn long_lists_are_no_chains() {
        let list = "t.a + 1 AS b, ".repeat(5000);
        let sql = format!("SELECT {list} 1 FROM t WHERE a IS DISTINCT FROM b AND c IN ({list} 1)");
        let sql = sql.replace(" AS b", "");
        assert!(one_statement(&SessionContext::new(), &sql).is_ok());
    }
}
