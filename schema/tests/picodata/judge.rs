//! Whether the checker's answer to a recorded statement is the server's.

use querent_schema::check;
use querent_schema::diagnostic::Severity;
use querent_schema::plan::{Effect, Plan};
use querent_types::SqlType;

use crate::case::{Case, Described, Recording};
use crate::catalog;
use crate::truth::Tally;

/// The outcome of all cases.
#[derive(Default)]
pub(crate) struct Outcome {
    pub(crate) verdict: Tally,
    pub(crate) types: Tally,
    pub(crate) names: Tally,
    pub(crate) params: Tally,
    pub(crate) not_null: usize,
    pub(crate) leftovers: Vec<Leftover>,
}

/// One answer that is not the server's.
pub(crate) struct Leftover {
    pub(crate) sql: String,
    /// `verdict`, `type 1`, `name 1`, `null a`, `parameter 1`.
    pub(crate) what: String,
    pub(crate) detail: String,
}

/// Checks every statement of a recording.
pub(crate) fn judge(recording: &Recording) -> Outcome {
    let mut script = String::new();
    let mut outcome = Outcome::default();
    for case in &recording.cases {
        let checked = check(&case.sql, &catalog(&script, Some("26.1.6")));
        let refusal = checked.diagnostics.iter().find(|found| found.severity == Severity::Error);
        let plan = checked.plan.filter(|_| refusal.is_none());
        outcome.case(case, plan.as_ref(), refusal.map(|found| found.message.as_str()));
        let defines = plan.is_some_and(|plan| plan.effect == Effect::Define);
        if defines && case.error.is_none() && case.described.is_none() && case.sql.contains("TABLE") {
            script = format!("{script};\n{}", case.sql);
        }
    }
    let tables: Vec<&str> = recording.cases[..4].iter().map(|case| case.sql.as_str()).collect();
    let catalog = catalog(&tables.join(";\n"), Some("26.1.6"));
    for row in &recording.nulls {
        let Some(plan) = check(&row.sql, &catalog).plan else { continue };
        for column in plan.columns.iter().filter(|column| row.columns.contains(&column.name)) {
            if !column.nullable {
                outcome.leftover(&row.sql, format!("null {}", column.name), column.why.clone());
            }
        }
    }
    outcome
}

impl Outcome {
    fn case(&mut self, case: &Case, plan: Option<&Plan>, refusal: Option<&str>) {
        if !self.verdict.count(plan.is_some() == case.error.is_none()) {
            let detail = match (&case.error, refusal) {
                (Some(server), _) => format!("server: {}", server.lines().next().unwrap_or_default()),
                (None, ours) => format!("ours: {}", ours.unwrap_or("no plan")),
            };
            self.leftover(&case.sql, "verdict".to_owned(), detail);
        }
        if let (Some(described), Some(plan)) = (&case.described, plan) {
            self.columns(case, described, plan);
            self.parameters(case, described, plan);
        }
    }

    fn columns(&mut self, case: &Case, described: &Described, plan: &Plan) {
        if plan.columns.len() != described.columns.len() {
            let detail = format!("{} columns instead of {}", plan.columns.len(), described.columns.len());
            self.types.count(false);
            return self.leftover(&case.sql, "columns".to_owned(), detail);
        }
        for (i, (own, (name, ty))) in plan.columns.iter().zip(&described.columns).enumerate() {
            let ours = own.ty.as_ref().map(on_the_wire);
            if !self.types.count(ours == Some(ty)) {
                let detail = format!("ours: {ours:?}, server: {ty}");
                self.leftover(&case.sql, format!("type {}", i + 1), detail);
            }
            if !self.names.count(own.name == *name) {
                let detail = format!("ours: {}, server: {name}", own.name);
                self.leftover(&case.sql, format!("name {}", i + 1), detail);
            }
            self.not_null += usize::from(!own.nullable);
        }
    }

    fn parameters(&mut self, case: &Case, described: &Described, plan: &Plan) {
        let ours: Vec<&str> =
            plan.params.iter().map(|param| param.ty.as_ref().map_or("unknown", on_the_wire)).collect();
        if ours.len() != described.params.len() {
            let detail = format!("ours: {}, server: {}", ours.len(), described.params.len());
            self.params.count(false);
            return self.leftover(&case.sql, "parameters".to_owned(), detail);
        }
        for (i, (own, server)) in ours.iter().zip(&described.params).enumerate() {
            if !self.params.count(own == server) {
                let detail = format!("ours: {own}, server: {server}");
                self.leftover(&case.sql, format!("parameter {}", i + 1), detail);
            }
        }
    }

    fn leftover(&mut self, sql: &str, what: String, detail: String) {
        self.leftovers.push(Leftover { sql: sql.to_owned(), what, detail });
    }
}

/// The type that the server describes for one of ours.
fn on_the_wire(ty: &SqlType) -> &'static str {
    match ty {
        SqlType::Int64 => "int8",
        SqlType::Float64 => "float8",
        SqlType::BigDecimal => "numeric",
        SqlType::Text(_) => "text",
        SqlType::Boolean => "bool",
        SqlType::Uuid => "uuid",
        SqlType::Timestamp(..) => "timestamptz",
        SqlType::Json => "json",
        SqlType::Null => "unknown",
        _ => "none",
    }
}
