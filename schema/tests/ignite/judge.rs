//! Whether the checker's answer to a recorded statement is the server's.

use querent_schema::catalog::Catalog;
use querent_schema::diagnostic::Severity;
use querent_schema::plan::{self, Plan};
use querent_schema::{check, ddl, dialect};
use querent_types::SqlType;

use crate::Engine;
use crate::case::{Case, Column, Param, Recording};
use crate::truth::Tally;

/// The outcome of all cases of an engine.
#[derive(Default)]
pub(crate) struct Outcome {
    pub(crate) verdict: Tally,
    pub(crate) types: Tally,
    pub(crate) names: Tally,
    pub(crate) params: Tally,
    /// Columns that the checker calls NOT NULL, and of them those that held a NULL.
    pub(crate) not_null: usize,
    pub(crate) not_null_wrong: usize,
    /// Columns that the server calls NOT NULL.
    pub(crate) server_not_null: usize,
    pub(crate) leftovers: Vec<Leftover>,
}

/// One answer that is not the server's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Leftover {
    pub(crate) n: u64,
    /// `verdict`, `type 1`, `name 1`, `null 1`, `parameter 1`.
    pub(crate) what: String,
    pub(crate) sql: String,
    pub(crate) detail: String,
}

/// Checks every statement of a recording.
pub(crate) fn judge(engine: Engine, recording: &Recording) -> Outcome {
    let mut script = recording.ddl.join(";\n");
    let mut outcome = Outcome::default();
    for case in &recording.cases {
        let checked = check(&case.sql, &catalog(engine, &script));
        // Not to know a type is no refusal: `querent prepare` or an override says it.
        let unknown = ["unknown-result", "parameter-unknown"];
        let refusal = checked
            .diagnostics
            .iter()
            .find(|found| found.severity == Severity::Error && !unknown.contains(&found.code.as_str()));
        let plan = checked.plan.filter(|_| refusal.is_none());
        outcome.case(engine, case, plan.as_ref(), refusal.map(|found| found.message.as_str()));
        // Statements that define something are followed, as the server did.
        if plan.is_some_and(|plan| plan.effect == plan::Effect::Define) && case.accepted() {
            script = format!("{script};\n{}", case.sql);
        }
    }
    outcome
}

/// The tables that a script makes.
pub(crate) fn catalog(engine: Engine, script: &str) -> Catalog {
    let file = ddl::File { name: "ddl.sql".to_owned(), text: script.to_owned() };
    let made = ddl::evaluate(&[file], dialect::by_name(engine.dialect()).expect("a dialect"));
    assert!(!made.has_errors(), "{:?}", made.findings);
    Catalog::from_description(made.source).expect("a dialect")
}

impl Outcome {
    fn case(&mut self, engine: Engine, case: &Case, plan: Option<&Plan>, refusal: Option<&str>) {
        if !self.verdict.count(plan.is_some() == case.accepted()) {
            let server = case.error.as_ref().or(case.run_error.as_ref());
            let detail = match (server, refusal) {
                (Some(server), _) => format!("server: {server}"),
                (None, ours) => format!("ours: {}", ours.unwrap_or("no plan")),
            };
            self.leftover(case, "verdict".to_owned(), detail);
        }
        // Of what was not described there is nothing to compare with.
        if case.accepted() && case.error.is_none() {
            self.columns(engine, case, plan);
            self.parameters(engine, case, plan);
        }
    }

    fn columns(&mut self, engine: Engine, case: &Case, plan: Option<&Plan>) {
        let ours = plan.map_or(&[][..], |plan| &plan.columns);
        let same_count = ours.len() == case.columns.len();
        for (i, column) in case.columns.iter().enumerate() {
            let place = i + 1;
            self.server_not_null += usize::from(column.nullable == "no");
            let Some(own) = ours.get(i).filter(|_| same_count) else {
                self.types.count(false);
                self.names.count(false);
                // Where there is no plan, the verdict says so already.
                if plan.is_some() {
                    let detail = format!("{} columns instead of {}", ours.len(), case.columns.len());
                    self.leftover(case, format!("type {place}"), detail);
                }
                continue;
            };
            if !self.types.count(type_fits(engine, own.ty.as_ref(), column)) {
                let detail = format!("ours: {}, server: {}", shown(own.ty.as_ref()), described(column));
                self.leftover(case, format!("type {place}"), detail);
            }
            if !self.names.count(own.name == column.name) {
                let detail = format!("ours: {:?}, server: {:?}", own.name, column.name);
                self.leftover(case, format!("name {place}"), detail);
            }
            self.not_null += usize::from(!own.nullable);
            if column.null_seen && !own.nullable {
                self.not_null_wrong += 1;
                self.leftover(case, format!("null {place}"), own.why.clone());
            }
        }
    }

    fn parameters(&mut self, engine: Engine, case: &Case, plan: Option<&Plan>) {
        let ours = plan.map_or(&[][..], |plan| &plan.params);
        for (i, param) in case.params.iter().enumerate() {
            if !engine.is_known(param) {
                continue;
            }
            let own = ours.get(i).and_then(|own| own.ty.as_ref()).filter(|_| ours.len() == case.params.len());
            let wanted = param_code(param);
            if !self.params.count(own.and_then(code) == Some(wanted)) && plan.is_some() {
                let detail = format!("ours: {}, server: {}", shown(own), param.type_name);
                self.leftover(case, format!("parameter {}", i + 1), detail);
            }
        }
        if plan.is_some() && ours.len() != case.params.len() {
            let detail = format!("ours: {}, server: {}", ours.len(), case.params.len());
            self.leftover(case, "parameters".to_owned(), detail);
        }
    }

    fn leftover(&mut self, case: &Case, what: String, detail: String) {
        self.leftovers.push(Leftover { n: case.n, what, sql: case.sql.clone(), detail });
    }
}

const DATE: &str = "254:663aded5409766";
const INTERVAL: &str = "254:65ebdf3606b248";

/// The type code that a value of a type has on the wire.
fn code(ty: &SqlType) -> Option<&'static str> {
    Some(match ty {
        SqlType::Int8 => "1",
        SqlType::Int16 => "2",
        SqlType::Int32 => "3",
        SqlType::Int64 => "4",
        SqlType::Float32 => "5",
        SqlType::Float64 => "6",
        SqlType::Boolean => "8",
        SqlType::Text(_) => "9",
        SqlType::Uuid => "10",
        SqlType::Binary(_) => "12",
        SqlType::Struct(_) => "23",
        SqlType::List(..) => "24",
        SqlType::Map(..) => "25",
        SqlType::Decimal { .. } | SqlType::BigDecimal => "30",
        SqlType::Timestamp(..) => "33",
        SqlType::Time(_) => "36",
        SqlType::Date32 => DATE,
        SqlType::Interval(_) => INTERVAL,
        _ => return None,
    })
}

/// Whether a type is that of the values that came. Where none came, whether the description allows it.
fn type_fits(engine: Engine, own: Option<&SqlType>, column: &Column) -> bool {
    let own_code = own.and_then(code);
    match &column.wire[..] {
        [] => {
            let described = column.wrapped_code.unwrap_or(column.code);
            match described {
                // What is described as an object is anything, a bare NULL among it; a UUID is described as bytes.
                103 => true,
                11 => own_code == Some(DATE),
                12 => matches!(own_code, Some("10" | "12")),
                _ => own_code.is_some_and(|own| own == described.to_string()),
            }
        }
        // A wrapped binary object and a row have no counterpart: not to know them is right.
        [one] if one == "27" => own.is_none(),
        [one] if one == "23" => own.is_none() || own_code == Some("23"),
        // H2 describes an object where the type is that of an argument: `SELECT ?`.
        [_] if engine == Engine::H2 && column.code == 103 && own.is_none() => true,
        [one] => own_code == Some(one),
        // Values of several types: no one type is right.
        _ => own.is_none(),
    }
}

fn param_code(param: &Param) -> &'static str {
    match (param.type_name.as_str(), param.class.as_str()) {
        ("UUID", _) | (_, "java.util.UUID") => "10",
        (_, "[B" | "byte[]") => "12",
        (_, "java.lang.Byte") => "1",
        (_, "java.lang.Short") => "2",
        (_, "java.lang.Integer" | "int") => "3",
        (_, "java.lang.Long") => "4",
        (_, "java.lang.Float") => "5",
        (_, "java.lang.Double") => "6",
        (_, "java.lang.Boolean") => "8",
        (_, "java.lang.String") => "9",
        (_, "java.math.BigDecimal") => "30",
        (_, "java.sql.Timestamp") => "33",
        (_, "java.sql.Time") => "36",
        (_, "java.sql.Date") => DATE,
        (name, class) => panic!("a parameter of type {name}, class {class}"),
    }
}

fn shown(ty: Option<&SqlType>) -> String {
    ty.map_or("unknown".to_owned(), ToString::to_string)
}

fn described(column: &Column) -> String {
    match &column.wire[..] {
        [] => format!("no values, described as {}", column.wrapped_code.unwrap_or(column.code)),
        codes => codes.join(" and "),
    }
}
