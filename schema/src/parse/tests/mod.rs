//! A dialect for tests, and that every span is its node's own text.

use querent_types::SqlType;

use super::visit::{self, Node};
use super::*;
use crate::ast::{BinaryOp, ExprKind, LikeOp, Literal, StatementKind, TypeName, UnaryOp};
use crate::dialect::{
    CommonPlace, Fold, Operand, Placeholder, Reading, Refusal, Resolved, TypeRules, Written,
};

mod errors;
mod ignite;
mod limits;
mod params;
mod tree;

/// Rules that know no types: parsing asks none of them.
struct NoRules;

impl TypeRules for NoRules {
    fn type_name(&self, name: &TypeName) -> Result<SqlType, String> {
        Err(name.name.clone())
    }
    fn native(&self, _: &SqlType) -> Option<String> {
        None
    }
    fn number(&self, text: &str) -> Result<SqlType, String> {
        Err(text.to_string())
    }
    fn string(&self) -> SqlType {
        SqlType::Boolean
    }
    fn unary(&self, _: UnaryOp, _: &Operand) -> Result<Resolved, Refusal> {
        Err(Refusal::Types(String::new()))
    }
    fn binary(&self, _: &BinaryOp, _: &Operand, _: &Operand) -> Result<Resolved, Refusal> {
        Err(Refusal::Types(String::new()))
    }
    fn like(&self, _: LikeOp, _: &Operand, _: &Operand) -> Result<Resolved, Refusal> {
        Err(Refusal::Types(String::new()))
    }
    fn common(&self, _: CommonPlace, _: &[Operand]) -> Result<SqlType, Refusal> {
        Err(Refusal::Types(String::new()))
    }
    fn can_cast(&self, _: &SqlType, _: &SqlType) -> bool {
        false
    }
    fn can_assign(&self, _: &SqlType, _: &SqlType) -> bool {
        false
    }
    fn subscript(&self, _: &Operand, _: &Operand) -> Result<Resolved, Refusal> {
        Err(Refusal::Types(String::new()))
    }
    fn extract(&self, _: &str, _: &Operand) -> Result<Resolved, Refusal> {
        Err(Refusal::Types(String::new()))
    }
    fn at_time_zone(&self, _: &Operand, _: &Operand) -> Result<Resolved, Refusal> {
        Err(Refusal::Types(String::new()))
    }
}

pub(super) static GENERIC: Dialect = Dialect {
    name: "generic",
    fold: Fold::Lower,
    placeholder: Placeholder::Dollar,
    booleans: ["FALSE", "TRUE"],
    default_catalog: None,
    default_schemas: &[],
    syntax: || Box::new(sqlparser::dialect::GenericDialect {}),
    written: Written::Plain,
    rules: &NoRules,
    functions: || unimplemented!("parsing asks for no functions"),
    reading: &Reading::PLAIN,
};

/// The only statement of a text, and how often lowering went astray.
#[track_caller]
fn one(text: &str) -> (Statement, usize) {
    let (source, found) = Source::new(text, &GENERIC);
    // A part of a text may hold `$2` alone, or a spread out of its place.
    assert!(found.iter().all(|d| d.code == Code::ParameterStyle), "{text}: {found:#?}");
    let tokens = source.active_tokens(&|_| true);
    let syntax = sqlparser::dialect::GenericDialect {};
    let read = match read::read(&syntax, tokens, source.nesting.levels, Written::Plain) {
        Ok(read) => read,
        Err(failure) => panic!("{text}: {} at {:?}", failure.error, failure.place),
    };
    let mut lower = Lower::new(text, read.tokens.clone(), &source.params);
    let mut statements = lower_all(&mut lower, &read);
    let errors: Vec<_> = lower.diagnostics.iter().filter(|d| d.code != Code::Unsupported).collect();
    assert!(errors.is_empty(), "{text}: {errors:#?}");
    assert_eq!(statements.len(), 1, "{text}");
    (statements.remove(0), lower.astray())
}

/// A tree without places, parameters alike: what two readings of one text must agree on.
fn shape(kind: &ExprKind) -> String {
    let mut text = format!("{kind:?}");
    for (mark, close) in [("Span {", '}'), ("Param(", ')'), ("Spread(", ')')] {
        let mut out = String::with_capacity(text.len());
        let mut rest = text.as_str();
        while let Some(at) = rest.find(mark) {
            out.push_str(&rest[..at]);
            out.push('_');
            rest = &rest[at..][rest[at..].find(close).map_or(rest.len() - at, |i| i + 1)..];
        }
        out.push_str(rest);
        text = out;
    }
    text
}

/// Each expression's text, read alone, is that expression.
#[track_caller]
fn check_spans(text: &str) {
    let (statement, astray) = one(text);
    assert_eq!(astray, 0, "{text}: lowering went astray");
    let whole = &text[statement.span.start as usize..statement.span.end as usize];
    let rest = text.replacen(whole, "", 1);
    let rest: Vec<&str> =
        rest.split_whitespace().take_while(|w| !w.starts_with("/*") && !w.starts_with("--")).collect();
    assert!(rest.iter().all(|w| *w == "}}" || *w == ";"), "{text}: left out of the statement: {rest:?}");
    visit::statement(&statement, &mut |node| {
        let Node::Expr(expr) = node else { return };
        let own = &text[expr.span.start as usize..expr.span.end as usize];
        match expr.kind {
            ExprKind::Literal(Literal::String(_)) if own == "DAY" => return,
            // A section may end inside an expression.
            _ if text.contains("{{ b") && own.contains("AND") => return,
            ExprKind::GroupingSets(_)
            | ExprKind::Cube(_)
            | ExprKind::Rollup(_)
            | ExprKind::Spread(_)
            | ExprKind::Other(_) => return,
            _ => {}
        }
        let again = format!("SELECT {own}");
        let (reread, _) = one(&again);
        let StatementKind::Query(query) = &reread.kind else { panic!("{again}") };
        let crate::ast::SetExpr::Select(select) = &query.body else { panic!("{again}") };
        let crate::ast::SelectItem::Expr { expr: inner, alias: None } = &select.items[0] else {
            panic!("{again}")
        };
        assert_eq!(shape(&inner.kind), shape(&expr.kind), "in {text}, {own:?} read alone");
    });
}

#[test]
fn spans_of_expressions_are_their_text() {
    let statements = include_str!("corpus.sql").split(";\n").map(str::trim).filter(|t| !t.is_empty());
    let mut failed = 0;
    for text in statements {
        failed += usize::from(std::panic::catch_unwind(|| check_spans(text)).is_err());
    }
    assert_eq!(failed, 0, "statements whose spans are not exact");
}

/// Reads a text as far as it goes; whatever it is, nothing panics and every place lies within it.
fn survives(text: &str) {
    let (source, mut found) = Source::new(text, &GENERIC);
    let parsed = source.parse(&|_| true);
    found.extend(parsed.diagnostics);
    let origin = crate::diagnostic::Origin::file("q.sql", text);
    for finding in &found {
        assert!(
            finding.span.start <= finding.span.end && finding.span.end as usize <= text.len(),
            "{text}: {finding:#?}"
        );
        assert!(text.is_char_boundary(finding.span.start as usize), "{text}: {finding:#?}");
        assert!(text.is_char_boundary(finding.span.end as usize), "{text}: {finding:#?}");
        finding.render(text, &origin);
    }
    for statement in &parsed.statements {
        source.template(statement, None);
        visit::statement(statement, &mut |node| {
            let Node::Expr(expr) = node else { return };
            assert!(
                text.get(expr.span.start as usize..expr.span.end as usize).is_some(),
                "{text}: {expr:#?}"
            );
        });
    }
}

#[test]
fn texts_cut_anywhere_are_survived() {
    for text in include_str!("corpus.sql").split(";\n").map(str::trim) {
        for (at, c) in text.char_indices().step_by(7) {
            survives(&text[..at]);
            survives(&format!("{}{}", &text[..at], &text[at + c.len_utf8()..]));
        }
    }
}

#[test]
fn types_stand_where_they_are_written() {
    for ty in [
        "INT",
        "int[]",
        "INT[3][]",
        "DECIMAL(10, 2)",
        "TIMESTAMP(3) WITH TIME ZONE",
        "DOUBLE PRECISION",
        "CHARACTER VARYING(10)",
        "ARRAY<ARRAY<INT>>",
        "STRUCT<a INT, b ARRAY<DOUBLE PRECISION>>",
        "MAP(TEXT, INT[])",
        "BIGINT UNSIGNED",
        "INTERVAL",
        "a.b.\"C d\"",
        "TIME WITHOUT TIME ZONE",
        "my_type(1, 'x')",
    ] {
        for text in [format!("SELECT CAST(a AS {ty}) FROM t"), format!("SELECT a::{ty}, b FROM t")] {
            let (statement, astray) = one(&text);
            assert_eq!(astray, 0, "{text}");
            let mut seen = 0;
            visit::statement(&statement, &mut |node| {
                if let Node::Expr(crate::ast::Expr { kind: ExprKind::Cast { ty: read, .. }, .. }) = node {
                    seen += 1;
                    assert_eq!(&text[read.span.start as usize..read.span.end as usize], ty, "{text}");
                }
            });
            assert_eq!(seen, 1, "{text}");
        }
    }
    let (statement, _) = one("SELECT CAST(a AS STRUCT<x INT, y ARRAY<MAP(TEXT, DECIMAL(10, 2))>>)");
    let mut names = Vec::new();
    visit::statement(&statement, &mut |node| {
        if let Node::Expr(crate::ast::Expr { kind: ExprKind::Cast { ty, .. }, .. }) = node {
            let mut types = vec![ty];
            while let Some(ty) = types.pop() {
                names.push(format!("{}({})", ty.name, ty.args.join("|")));
                types.extend(ty.elements.iter().rev().map(|(_, ty)| ty));
            }
        }
    });
    assert_eq!(names, ["STRUCT()", "INT()", "ARRAY()", "MAP()", "TEXT()", "DECIMAL(10|2)"]);
}
