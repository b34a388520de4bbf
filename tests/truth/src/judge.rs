//! Compares the checker's answer to a statement with the engine's.
//!
//! Unknown is wrong, in verdicts and in types. What fails on the data of its rows is no matter of the checker's and not
//! compared; what was refused by the parser or planner must be refused, what ran must be taken. Names, types and
//! nullability are compared where both took the statement. A rule of querent's own, that no engine has, is no disagreement:
//! what is refused for it alone is counted apart, by rule.

use std::collections::{BTreeMap, BTreeSet};

use querent_schema::check::Checked;
use querent_schema::diagnostic::{Code, Diagnostic, Severity};
use querent_schema::plan::{self, Plan};
use querent_types::SqlType;

use crate::corpus::Case;
use crate::engine::{Answer, Column, Kind, Outcome};
use crate::unused::is_unused;

/// What was asked, and how often the answer was right.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// How often it was right.
    pub right: usize,
    /// How often it was asked.
    pub asked: usize,
}

/// The figures of a corpus.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Figures {
    /// Statements that the engine ran: taken here.
    pub accepted: Tally,
    /// Statements that the engine's parser or planner refused: refused here.
    pub refused: Tally,
    /// Statements that were planned and for which no way to run was found: refused here. No target: constants are
    /// folded there.
    pub unready: Tally,
    /// Statements that failed on their rows.
    pub failed: usize,
    /// Statements for the session, which a client may not send.
    pub session: usize,
    /// Statements asked while an option made another language of the engine's.
    pub set_aside: usize,
    /// Those options.
    pub options: BTreeSet<String>,
    /// Statements that the engine runs and that a rule of querent's own refuses, by rule.
    pub own_rules: BTreeMap<&'static str, usize>,
    /// Names of columns.
    pub names: Tally,
    /// Types of columns.
    pub types: Tally,
    /// Columns whose rows the engine gave in another type than it had described.
    pub two_types: usize,
    /// Types of parameters, where the engine knows them.
    pub params: Tally,
    /// Columns called NOT NULL here, and in how many of them a NULL was seen.
    pub not_null: usize,
    /// Columns called NOT NULL here that held a NULL.
    pub unsound: usize,
    /// Columns that the engine calls NOT NULL: right where they are so here too. The rest is loose.
    pub tight: Tally,
    /// Tables made by definitions that `ddl::evaluate` makes the same.
    pub tables: Tally,
    /// Tables whose columns are in files, so that they were taken from the engine.
    pub tables_from_files: usize,
}

impl Figures {
    /// Adds the figures of another part of the corpus.
    pub(crate) fn add(&mut self, other: Figures) {
        for (own, other) in [
            (&mut self.accepted, other.accepted),
            (&mut self.refused, other.refused),
            (&mut self.unready, other.unready),
            (&mut self.names, other.names),
            (&mut self.types, other.types),
            (&mut self.params, other.params),
            (&mut self.tight, other.tight),
            (&mut self.tables, other.tables),
        ] {
            own.right += other.right;
            own.asked += other.asked;
        }
        self.failed += other.failed;
        self.session += other.session;
        self.set_aside += other.set_aside;
        self.not_null += other.not_null;
        self.unsound += other.unsound;
        self.two_types += other.two_types;
        self.tables_from_files += other.tables_from_files;
        self.options.extend(other.options);
        for (rule, count) in other.own_rules {
            *self.own_rules.entry(rule).or_default() += count;
        }
    }
}

/// What differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A NULL came in a column that is called NOT NULL here.
    Unsound,
    /// The checker panicked.
    Panic,
    /// Refused here, ran there.
    Refused,
    /// Neither taken nor refused here.
    Unknown,
    /// Taken here, refused by the planner there.
    Taken,
    /// Taken here, no way to run it there.
    TakenUnready,
    /// Another number of columns.
    Columns,
    /// Another type.
    Type,
    /// Another name.
    Name,
    /// Another type of a parameter.
    Parameter,
    /// A definition that makes another table.
    Table,
    /// Nullable here, NOT NULL there.
    Loose,
}

/// One answer that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disagreement {
    /// Script and place.
    pub at: String,
    /// The statement.
    pub sql: String,
    /// What differs.
    pub what: What,
    /// The checker's answer.
    pub ours: String,
    /// The engine's answer.
    pub theirs: String,
}

impl Tally {
    /// Counts one answer.
    pub fn count(&mut self, right: bool) -> bool {
        self.asked += 1;
        self.right += usize::from(right);
        right
    }

    /// How many were wrong.
    pub fn wrong(self) -> usize {
        self.asked - self.right
    }

    /// Whether at least so many of ten thousand were right.
    pub fn reaches(self, of_ten_thousand: usize) -> bool {
        self.right * 10_000 >= self.asked * of_ten_thousand
    }
}

/// The checker's verdict.
enum Verdict<'a> {
    Taken(&'a Plan),
    Refused(&'a Diagnostic),
    /// Taken by the checker, and refused by the macros: there are more or fewer values than parameters.
    Miscounted,
    /// A type that the checker does not know, and no other error.
    Unknown(&'a Diagnostic, Option<&'a Plan>),
    NoPlan,
}

impl Verdict<'_> {
    fn is_refusal(&self) -> bool {
        matches!(self, Verdict::Refused(_) | Verdict::Miscounted)
    }
}

/// Whether other values are given than the statement has parameters for.
fn miscounted(case: &Case, checked: &Checked) -> bool {
    match (&case.given, &checked.plan) {
        (Some(given), Some(plan)) => given.len() != plan.params.len(),
        _ => false,
    }
}

/// Whether a value of another type is given than the parameter asks for: the compiler refuses that.
fn misfits(case: &Case, checked: &Checked) -> bool {
    let (Some(given), Some(plan)) = (&case.given, &checked.plan) else { return false };
    given.iter().zip(&plan.params).any(|(given, param)| param.ty.as_ref().is_some_and(|ty| ty != given))
}

/// The rule of querent's that refuses what every engine may take.
fn own_rule(sql: &str, verdict: &Verdict<'_>) -> Option<&'static str> {
    match verdict {
        Verdict::Miscounted => Some("as many values as parameters"),
        Verdict::Refused(found) if found.code == Code::ParameterStyle => {
            Some("parameters of one kind, numbered without gaps")
        }
        // An engine tells of it when a row is written, and here none was.
        Verdict::Refused(found) if found.code == Code::NotNull => {
            Some("values for columns that are NOT NULL")
        }
        Verdict::Refused(found) if is_unused(sql, found.span.start as usize) => {
            Some("what nothing names, CTEs and windows, is right too")
        }
        _ => None,
    }
}

fn verdict(checked: &Checked) -> Verdict<'_> {
    let errors = || checked.diagnostics.iter().filter(|found| found.severity == Severity::Error);
    let unknown = |found: &&Diagnostic| matches!(found.code, Code::UnknownResult | Code::ParameterUnknown);
    match (errors().find(|found| !unknown(found)), errors().next(), &checked.plan) {
        (Some(refusal), ..) => Verdict::Refused(refusal),
        (None, Some(unknown), plan) => Verdict::Unknown(unknown, plan.as_ref()),
        (None, None, Some(plan)) => Verdict::Taken(plan),
        (None, None, None) => Verdict::NoPlan,
    }
}

/// Compares both answers to one statement; `ours` is `None` where the checker panicked.
pub(crate) fn judge(
    case: &Case,
    ours: Option<&Checked>,
    theirs: &Answer,
    figures: &mut Figures,
    add: &mut dyn FnMut(What, String, String),
) {
    if theirs.kind == Kind::Session || theirs.kind == Kind::Unknown && is_session(&case.sql) {
        figures.session += 1;
        return;
    }
    let Some(ours) = ours else {
        figures.accepted.count(false);
        return add(What::Panic, "panicked".to_owned(), format!("{:?}", theirs.outcome));
    };
    let verdict = if miscounted(case, ours) { Verdict::Miscounted } else { verdict(ours) };
    let refusal = match &verdict {
        Verdict::Taken(_) => String::new(),
        Verdict::Refused(found) | Verdict::Unknown(found, _) => {
            format!("[{}] {}", found.code.as_str(), found.message)
        }
        Verdict::Miscounted => "as many values as parameters are asked for".to_owned(),
        Verdict::NoPlan => "no plan and no error".to_owned(),
    };
    if let (Outcome::Accepted, Some(rule)) = (&theirs.outcome, own_rule(&case.sql, &verdict)) {
        *figures.own_rules.entry(rule).or_default() += 1;
        return;
    }
    if matches!(theirs.outcome, Outcome::Refused(_) | Outcome::Unready(_))
        && !verdict.is_refusal()
        && misfits(case, ours)
    {
        *figures.own_rules.entry("values of the types that the parameters have").or_default() += 1;
        return;
    }
    match (&theirs.outcome, &verdict) {
        (Outcome::Failed(_), _) => figures.failed += 1,
        (Outcome::Accepted, Verdict::Taken(plan)) => {
            figures.accepted.count(true);
            compare(plan, theirs, figures, add);
        }
        (Outcome::Accepted, Verdict::Unknown(_, Some(plan))) if is_unknown_there(plan, theirs) => {
            figures.accepted.count(true);
            compare(plan, theirs, figures, add);
        }
        (Outcome::Accepted, Verdict::Refused(_) | Verdict::Miscounted) => {
            figures.accepted.count(false);
            add(What::Refused, refusal, "accepted".to_owned());
        }
        (Outcome::Accepted, Verdict::Unknown(..) | Verdict::NoPlan) => {
            figures.accepted.count(false);
            add(What::Unknown, refusal, "accepted".to_owned());
        }
        (Outcome::Refused(message), verdict) => {
            if !figures.refused.count(verdict.is_refusal()) {
                let what = if matches!(verdict, Verdict::Taken(_)) { What::Taken } else { What::Unknown };
                add(what, refusal, message.clone());
            }
        }
        (Outcome::Unready(message), verdict) => {
            if !figures.unready.count(verdict.is_refusal()) {
                add(What::TakenUnready, refusal, message.clone());
            }
        }
    }
}

/// Whether a statement that the engine did not plan is for the session or the server's files.
fn is_session(sql: &str) -> bool {
    const WORDS: [&str; 9] =
        ["SET", "RESET", "PREPARE", "EXECUTE", "DEALLOCATE", "COPY", "BEGIN", "COMMIT", "ROLLBACK"];
    let words: Vec<String> = sql.split_whitespace().take(5).map(str::to_uppercase).collect();
    let Some((first, rest)) = words.split_first() else { return false };
    let defines = ["CREATE", "DROP"].contains(&first.as_str());
    let outside = rest.iter().any(|word| word == "EXTERNAL" || word == "FUNCTION");
    WORDS.contains(&first.as_str()) || defines && outside
}

/// Whether the columns that have no type here have none there: their values differ in type from row to row.
fn is_unknown_there(plan: &Plan, theirs: &Answer) -> bool {
    let open: Vec<_> = plan.columns.iter().zip(&theirs.columns).filter(|(own, _)| own.ty.is_none()).collect();
    let unknown = |their: &Column| their.ty.parse::<SqlType>().is_err();
    plan.columns.len() == theirs.columns.len()
        && !open.is_empty()
        && open.iter().all(|(_, their)| unknown(their))
}

fn compare(plan: &Plan, theirs: &Answer, figures: &mut Figures, add: &mut dyn FnMut(What, String, String)) {
    parameters(plan, theirs, figures, add);
    if theirs.kind != Kind::Query || plan.effect == plan::Effect::Write {
        return;
    }
    if plan.columns.len() != theirs.columns.len() {
        theirs.columns.iter().for_each(|_| {
            figures.types.count(false);
            figures.names.count(false);
        });
        let ours: Vec<&str> = plan.columns.iter().map(|column| &*column.name).collect();
        let names: Vec<&str> = theirs.columns.iter().map(|column| &*column.name).collect();
        return add(What::Columns, ours.join(", "), names.join(", "));
    }
    for (own, their) in plan.columns.iter().zip(&theirs.columns) {
        // Where the engine describes one type and gives rows of another, either is its answer.
        let shown = their.came.as_ref().unwrap_or(&their.ty);
        let is = |text: &String| text.parse::<SqlType>().ok() == own.ty;
        figures.two_types += usize::from(their.came.is_some());
        let is_told = !shown.is_empty();
        let agrees = is(&their.ty) || is(shown) || their.or.iter().any(is);
        if is_told && !figures.types.count(agrees) {
            let ours = own.ty.as_ref().map_or("unknown".to_owned(), ToString::to_string);
            let described =
                if their.came.is_some() { format!(", described as {}", their.ty) } else { String::new() };
            add(What::Type, format!("{}: {ours}", own.name), format!("{shown}{described}"));
        }
        if !figures.names.count(own.name == their.name) {
            add(What::Name, own.name.clone(), their.name.clone());
        }
        figures.not_null += usize::from(!own.nullable);
        let of_nulls = their.null_of_nulls && plan.params.iter().all(|param| param.nullable);
        if !own.nullable && (their.null_seen || of_nulls) {
            figures.unsound += 1;
            add(What::Unsound, format!("{}: {}", own.name, own.why), "held a NULL".to_owned());
        }
        if !their.nullable && !their.null_seen && !figures.tight.count(!own.nullable) {
            add(What::Loose, format!("{}: {}", own.name, own.why), "NOT NULL".to_owned());
        }
    }
}

fn parameters(
    plan: &Plan,
    theirs: &Answer,
    figures: &mut Figures,
    add: &mut dyn FnMut(What, String, String),
) {
    for (i, param) in theirs.params.iter().enumerate() {
        let Some(wanted) = &param.ty else { continue };
        let ours = plan.params.get(i).and_then(|own| own.ty.as_ref());
        if !figures.params.count(ours.is_some() && ours == wanted.parse().ok().as_ref()) {
            let ours = ours.map_or("unknown".to_owned(), ToString::to_string);
            add(What::Parameter, ours, format!("{} {wanted}", param.name));
        }
    }
}
