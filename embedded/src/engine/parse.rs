//! SQL text to one statement of DataFusion's parser, with `?` turned into `$n`.

use std::collections::VecDeque;
use std::ops::ControlFlow;

use datafusion::prelude::SessionContext;
use datafusion::sql::parser::{DFParserBuilder, Statement};
use datafusion::sql::sqlparser::ast::{Value, ValueWithSpan, VisitMut, VisitorMut};
use datafusion::sql::sqlparser::dialect::{GenericDialect, dialect_from_str};
use datafusion::sql::sqlparser::tokenizer::Location;
use tonic::Status;

use crate::status::status;

/// The longest statement that is looked at.
const SQL_LEN_MAX: usize = 16 * 1024 * 1024;

pub(super) fn statements(context: &SessionContext, sql: &str) -> Result<VecDeque<Statement>, Status> {
    if sql.len() > SQL_LEN_MAX {
        return Err(Status::invalid_argument(format!(
            "the statement has {} bytes; at most {SQL_LEN_MAX} are taken",
            sql.len()
        )));
    }
    let config = context.copied_config();
    let options = &config.options().sql_parser;
    let dialect = dialect_from_str(options.dialect.to_string()).unwrap_or_else(|| Box::new(GenericDialect));
    DFParserBuilder::new(sql)
        .with_dialect(dialect.as_ref())
        .with_recursion_limit(options.recursion_limit.get())
        .build()
        .and_then(|mut parser| parser.parse_statements())
        .map_err(|error| status(&error))
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
    }
}
