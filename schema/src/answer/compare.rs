//! What a server says of a statement, held against what the checker inferred.

use querent_types::{AnsweredColumn, AnsweredType, SqlType, StatementAnswer};

use crate::ast::Span;
use crate::plan::{Column, Plan};

/// The outcome of a comparison, sentences for the user.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// One of the two is wrong.
    pub disagreements: Vec<Disagreement>,
    /// Both can be right.
    pub notes: Vec<String>,
    /// Whether the checker leaves a type open that the user has not overridden.
    pub is_unknown: bool,
}

/// What the checker and the server say differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disagreement {
    /// Of what, where it is one thing of the query's text.
    pub span: Span,
    /// Both answers, in a sentence.
    pub what: String,
}

/// Whether the type of a column is open, and not overridden.
pub(super) fn is_open(column: &Column) -> bool {
    column.ty.is_none() && column.over.as_ref().is_none_or(|over| over.rust_type.is_none())
}

/// Compares. `parameters` are the indices in the plan of the statement's placeholders, in order.
pub fn compare(plan: &Plan, parameters: &[usize], answer: &StatementAnswer) -> Comparison {
    let mut comparison = Comparison::default();
    if let Some(columns) = &answer.columns {
        comparison.columns(plan, columns);
    }
    if let Some(answered) = &answer.parameters {
        comparison.parameters(plan, parameters, answered);
    }
    comparison.is_unknown =
        plan.columns.iter().any(is_open) || plan.params.iter().any(|param| param.ty.is_none());
    comparison
}

/// Where the server's plan takes the columns of the result from, table and column, against what the checker says. What either
/// does not tell is `None`.
pub fn compare_origins(plan: &Plan, answered: &[Option<(String, String)>]) -> Vec<Disagreement> {
    let mut found = Vec::new();
    for (own, server) in plan.columns.iter().zip(answered) {
        let (Some((path, column)), Some((its_table, its_column))) = (&own.origin, server) else { continue };
        let is_same = path.last().is_some_and(|table| table == its_table) && column == its_column;
        if !is_same {
            let what = format!(
                "column `{}`: the checker takes it from {}.{column}, the server from {its_table}.{its_column}",
                own.name,
                path.join(".")
            );
            found.push(Disagreement { span: own.span, what });
        }
    }
    found
}

impl Comparison {
    fn columns(&mut self, plan: &Plan, answered: &[AnsweredColumn]) {
        if plan.columns.len() != answered.len() {
            let (own, server) = (plan.columns.len(), answered.len());
            let what = format!("the checker sees {own} columns, the server {server}");
            return self.disagree(Span::default(), what);
        }
        for (own, server) in plan.columns.iter().zip(answered) {
            let name = &own.name;
            // What an expression without an alias is called differs between describing and running it (H2, 2.17.0).
            if own.origin.is_some() && own.over.is_none() && server.name != *name {
                let other = &server.name;
                self.disagree(own.span, format!("column `{name}`: the server calls it `{other}`"));
            }
            if let Some(ty) = own.ty.as_ref().filter(|ty| !server.ty.admits(ty)) {
                let said = said(server.ty.says.as_ref());
                self.disagree(own.span, format!("column `{name}`: the checker says {ty}, the server {said}"));
            }
            let is_overridden = own.over.as_ref().is_some_and(|over| over.nullable.is_some());
            match (own.nullable, server.nullable) {
                _ if is_overridden => {}
                // A plain column is narrowed by conditions, or belongs to a key, of which servers know nothing.
                (false, Some(true)) if own.origin.is_none() => self.disagree(
                    own.span,
                    format!(
                        "column `{name}`: the checker says that it is never NULL ({}), the server that it may be; \
                         write `\"{name}!\"` where the checker is right",
                        own.why
                    ),
                ),
                (true, Some(false)) => self.notes.push(format!(
                    "column `{name}`: the server says that it is never NULL, the checker that it may be ({})",
                    own.why
                )),
                _ => {}
            }
        }
    }

    fn parameters(&mut self, plan: &Plan, parameters: &[usize], answered: &[AnsweredType]) {
        // A numbered parameter is one to the server, however often it is used.
        if parameters.len() != answered.len() {
            let (own, server) = (parameters.len(), answered.len());
            let what = format!("the checker sees {own} parameters, the server {server}");
            return self.disagree(Span::default(), what);
        }
        for (index, server) in parameters.iter().zip(answered) {
            let Some(param) = plan.params.get(*index) else { continue };
            let Some(ty) = param.ty.as_ref().filter(|ty| !server.admits(ty)) else { continue };
            let what = format!(
                "parameter `{}`: the checker says {ty}, the server {}",
                param.shown(*index),
                said(server.says.as_ref())
            );
            self.disagree(param.spans.first().copied().unwrap_or_default(), what);
        }
    }

    /// A parameter that is used twice is told once.
    fn disagree(&mut self, span: Span, what: String) {
        let found = Disagreement { span, what };
        if !self.disagreements.contains(&found) {
            self.disagreements.push(found);
        }
    }
}

fn said(ty: Option<&SqlType>) -> String {
    ty.map_or_else(|| "nothing".to_owned(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use querent_types::{ColumnDescription, SourceDescription, TableDescription};

    use super::*;
    use crate::catalog::Catalog;
    use crate::check;

    fn compared(sql: &str, columns: Vec<AnsweredColumn>, parameters: Vec<AnsweredType>) -> Comparison {
        let columns_of_t = vec![
            ColumnDescription::new("A", SqlType::Int32, false),
            ColumnDescription::new("N", SqlType::TEXT, true),
        ];
        let source = SourceDescription {
            backend: "ignite".into(),
            dialect: "ignite-h2".into(),
            tables: vec![TableDescription::new(vec!["PUBLIC".into(), "T".into()], columns_of_t)],
            ..SourceDescription::default()
        };
        let catalog = Catalog::from_description(source).expect("a dialect");
        let plan = check(sql, &catalog).plan.expect("it is right");
        let statement = super::super::statement::whole(&plan);
        let answer = StatementAnswer { columns: Some(columns), parameters: Some(parameters) };
        compare(&plan, &statement.parameters, &answer)
    }

    fn told(found: &Comparison) -> Vec<&str> {
        found.disagreements.iter().map(|found| found.what.as_str()).collect()
    }

    fn column(name: &str, ty: SqlType, nullable: Option<bool>) -> AnsweredColumn {
        AnsweredColumn { name: name.into(), ty: AnsweredType::exact(ty), nullable }
    }

    #[test]
    fn columns_from_elsewhere_are_told() {
        let columns = vec![ColumnDescription::new("a", SqlType::Int64, false)];
        let source = SourceDescription {
            backend: "picodata".into(),
            dialect: "picodata".into(),
            tables: vec![TableDescription::new(vec!["t".into()], columns)],
            ..SourceDescription::default()
        };
        let catalog = Catalog::from_description(source).expect("a dialect");
        let plan =
            check("SELECT a, a AS b, count(*) AS n FROM t GROUP BY a", &catalog).plan.expect("it is right");
        let from = |table: &str, column: &str| Some((table.to_owned(), column.to_owned()));
        assert!(compare_origins(&plan, &[]).is_empty());
        assert!(compare_origins(&plan, &[from("t", "a"), None, from("u", "x")]).is_empty());
        let found = compare_origins(&plan, &[from("u", "a"), from("t", "c")]);
        let told: Vec<_> = found.iter().map(|found| found.what.as_str()).collect();
        assert_eq!(
            told,
            [
                "column `a`: the checker takes it from t.a, the server from u.a",
                "column `b`: the checker takes it from t.a, the server from t.c"
            ]
        );
    }

    #[test]
    fn what_agrees_is_silent() {
        let columns = vec![column("A", SqlType::Int32, Some(true)), column("N", SqlType::TEXT, None)];
        let parameters = vec![AnsweredType::exact(SqlType::Int32)];
        let found = compared("SELECT a, n FROM t WHERE a = :a", columns, parameters);
        assert_eq!(found, Comparison::default());
    }

    #[test]
    fn what_differs_is_told_with_both_answers() {
        let columns = vec![column("A", SqlType::TEXT, None), column("X", SqlType::TEXT, Some(false))];
        let parameters = vec![AnsweredType::exact(SqlType::Uuid)];
        let found = compared("SELECT a, n FROM t WHERE a = :id", columns, parameters);
        assert_eq!(
            told(&found),
            [
                "column `A`: the checker says Int32, the server Utf8",
                "column `N`: the server calls it `X`",
                "parameter `id`: the checker says Int32, the server Uuid",
            ]
        );
        assert_eq!(found.notes.len(), 1, "{:?}", found.notes);
        let found = compared("SELECT a FROM t", Vec::new(), Vec::new());
        assert_eq!(told(&found), ["the checker sees 1 columns, the server 0"]);
        let expression = vec![column("X", SqlType::Int64, Some(true))];
        let found = compared("SELECT COUNT(*) AS x FROM t", expression, Vec::new());
        assert!(found.disagreements[0].what.contains("never NULL"), "{:?}", found.disagreements);
    }
}
