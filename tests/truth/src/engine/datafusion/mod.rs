//! DataFusion in this process, configured as the embedded server configures it.
//!
//! Each script has three databases: its own, and two copies of its tables (`copies`): one with rows that hold NULL
//! wherever they may, one without rows. A statement is planned as the embedded server plans it, with the values that are
//! given with it in the places of its parameters; its columns are those of the analysed plan. Each statement runs in a
//! task of its own, so that a panic is an answer, and has a time limit.

mod copies;
mod describe;
mod rows;
mod values;

use std::sync::Arc;
use std::time::Duration;

use datafusion::arrow::array::Array;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::dataframe::DataFrame;
use datafusion::error::DataFusionError;
use datafusion::execution::SessionState;
use datafusion::logical_expr::{DdlStatement, LogicalPlan};
use datafusion::physical_plan::execute_stream;
use datafusion::prelude::{SessionConfig, SessionContext};
use futures_util::StreamExt;
use querent_types::SourceDescription;
use tokio::runtime::Runtime;

use self::copies::Copies;
use self::values::Values;
use super::{Answer, Column, Engine, Kind, Outcome, Parameter};
use crate::corpus::{Case, Script};

/// How long a statement may run. One that takes longer is an answer too, so the limit is far above what any needs.
const TIME_MAX: Duration = Duration::from_secs(60);
/// The same on copies, where the answer is only whether a NULL is seen.
const COPY_TIME_MAX: Duration = Duration::from_secs(20);
/// Enough for the deepest statement of the corpora, planned without optimisation.
const STACK_LEN: usize = 256 << 20;
/// Rows that are looked at.
const ROWS_MAX: usize = 20_000;

/// DataFusion, with one database at a time.
pub struct DataFusion {
    runtime: Runtime,
    context: SessionContext,
    copies: Copies,
    /// Whether the tables may have changed since [`Engine::source`] was asked last.
    changed: bool,
}

impl DataFusion {
    /// An engine with an empty database.
    ///
    /// # Panics
    ///
    /// Where the system gives no runtime.
    pub fn new() -> DataFusion {
        DataFusion { runtime: runtime(), context: context(), copies: Copies::new(&[]), changed: true }
    }
}

/// A runtime with a thread for a statement and one for its clock: some sorts (55.2) never yield, and no clock is seen on the
/// thread of such a one.
fn runtime() -> Runtime {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(2).thread_stack_size(STACK_LEN).enable_all().build().expect("a runtime")
}

impl Default for DataFusion {
    fn default() -> Self {
        Self::new()
    }
}

/// A session as `embedded/src/engine` makes it. One partition, because many make neither other types nor other NULLs.
fn context() -> SessionContext {
    let mut config = SessionConfig::new().with_information_schema(true).with_target_partitions(1);
    config.options_mut().sql_parser.collect_spans = true;
    SessionContext::new_with_config(config)
}

impl Engine for DataFusion {
    fn version(&self) -> String {
        format!("DataFusion {}", datafusion::DATAFUSION_VERSION)
    }

    fn begin(&mut self, script: &Script) {
        self.context = context();
        self.copies = Copies::new(&script.cases);
        self.changed = true;
    }

    fn source(&mut self) -> Option<SourceDescription> {
        let changed = std::mem::take(&mut self.changed);
        changed.then(|| self.runtime.block_on(describe::source(&self.context)))
    }

    fn ask(&mut self, case: &Case) -> Answer {
        let (context, copies) = (&self.context, &mut self.copies);
        let mut late = false;
        let answer = self.runtime.block_on(async {
            let mut asked = isolated(context, case, Values::Usual, TIME_MAX).await;
            late |= asked.late;
            asked.answer.option = foreign_option(&context.state());
            match asked.answer.kind {
                Kind::Query if asked.answer.outcome == Outcome::Accepted => {
                    copies.update(context).await;
                    for (copy, values) in copies.runs(asked.copies, asked.given) {
                        let other = isolated(copy, case, values, COPY_TIME_MAX).await;
                        late |= other.late;
                        for (column, other) in asked.answer.columns.iter_mut().zip(&other.answer.columns) {
                            column.null_seen |= other.null_seen;
                        }
                    }
                }
                Kind::Query => {}
                Kind::Change => copies.rows_changed(asked.target.as_deref()),
                Kind::Definition | Kind::Session | Kind::Unknown => {
                    self.changed = true;
                    copies.tables_changed();
                    if asked.is_setting {
                        for copy in copies.contexts() {
                            let _ = isolated(copy, case, Values::Usual, COPY_TIME_MAX).await;
                        }
                    }
                }
            }
            asked.answer
        });
        if late {
            std::mem::replace(&mut self.runtime, runtime()).shutdown_background();
        }
        answer
    }
}

/// An answer, and what of it concerns the copies.
struct Asked {
    answer: Answer,
    /// The table whose rows were changed.
    target: Option<String>,
    /// Whether it set an option.
    is_setting: bool,
    /// On how many of the copies it may show NULLs that its own rows do not.
    copies: usize,
    /// Whether values were given with it.
    given: bool,
    /// Whether it did not end in time, and may go on where it runs.
    late: bool,
}

impl Asked {
    fn refused(outcome: Outcome) -> Asked {
        Asked {
            answer: Answer::refused(outcome),
            target: None,
            is_setting: false,
            copies: 0,
            given: false,
            late: false,
        }
    }
}

/// Asks in a task of its own: a panic and a statement that does not end are answers.
async fn isolated(context: &SessionContext, case: &Case, values: Values, limit: Duration) -> Asked {
    let (context, case) = (context.clone(), case.clone());
    let mut task = tokio::spawn(async move { ask(&context, &case, values).await });
    match tokio::time::timeout(limit, &mut task).await {
        Ok(Ok(asked)) => asked,
        Ok(Err(error)) => Asked::refused(Outcome::Failed(format!("panicked: {error}"))),
        Err(_) => {
            task.abort();
            Asked { late: true, ..Asked::refused(Outcome::Failed("did not end in time".to_owned())) }
        }
    }
}

async fn ask(context: &SessionContext, case: &Case, values: Values) -> Asked {
    let state = context.state();
    let mut plan = match plan(&state, &case.sql).await {
        Ok(plan) => plan,
        Err(error) => return Asked::refused(Outcome::Refused(words(&error))),
    };
    let params = parameters(&plan);
    let given = case.given.as_ref().filter(|_| !params.is_empty());
    if let Some(types) = given {
        plan = match plan.with_param_values(values::of(types, values)) {
            Ok(bound) => bound,
            Err(error) => return Asked::refused(Outcome::Refused(words(&error))),
        };
    }
    let runs = params.is_empty() || given.is_some();
    let kind = kind(&plan);
    let target = match &plan {
        LogicalPlan::Dml(dml) => Some(dml.table_name.table().to_owned()),
        _ => None,
    };
    let is_setting = matches!(&plan, LogicalPlan::Statement(_));
    let copies = copies_that_differ(&plan);
    let mut columns = match (kind, analysed(&state, &plan)) {
        (Kind::Query, Ok(analysed)) => columns(&analysed),
        (Kind::Query | Kind::Change, Err(error)) if runs => {
            return Asked::refused(Outcome::Refused(words(&error)));
        }
        _ => Vec::new(),
    };
    let outcome = if runs { run(context, &state, plan, &mut columns).await } else { Outcome::Accepted };
    let answer = Answer { outcome, kind, columns, params, option: None };
    Asked { answer, target, is_setting, copies, given: given.is_some(), late: false }
}

async fn plan(state: &SessionState, sql: &str) -> Result<LogicalPlan, DataFusionError> {
    let dialect = state.config().options().sql_parser.dialect;
    let statement = state.sql_to_statement(sql, &dialect)?;
    state.statement_to_plan(statement).await
}

/// The plan with its types coerced. EXPLAIN prints what is wrong with its statement, which is refused here as it would be
/// by itself.
fn analysed(state: &SessionState, plan: &LogicalPlan) -> Result<LogicalPlan, DataFusionError> {
    match plan {
        LogicalPlan::Explain(explain) => analysed(state, &explain.plan).map(|_| plan.clone()),
        _ => state.analyzer().execute_and_check(plan.clone(), state.config_options(), |_, _| {}),
    }
}

fn kind(plan: &LogicalPlan) -> Kind {
    match plan {
        LogicalPlan::Ddl(
            DdlStatement::CreateMemoryTable(_)
            | DdlStatement::CreateView(_)
            | DdlStatement::DropTable(_)
            | DdlStatement::DropView(_),
        ) => Kind::Definition,
        LogicalPlan::Ddl(_) | LogicalPlan::Statement(_) | LogicalPlan::Copy(_) => Kind::Session,
        LogicalPlan::Dml(_) => Kind::Change,
        _ => Kind::Query,
    }
}

/// Without a table all rows are the statement's own; without an aggregate or subquery no rows give no rows.
fn copies_that_differ(plan: &LogicalPlan) -> usize {
    let (mut tables, mut folds) = (false, false);
    let _ = plan.apply_with_subqueries(|node| {
        tables |= matches!(node, LogicalPlan::TableScan(_));
        folds |= matches!(node, LogicalPlan::Aggregate(_) | LogicalPlan::Subquery(_) | LogicalPlan::Join(_));
        Ok(TreeNodeRecursion::Continue)
    });
    match plan {
        LogicalPlan::Explain(_) | LogicalPlan::Analyze(_) | LogicalPlan::DescribeTable(_) => 0,
        _ if !tables => 0,
        _ => 1 + usize::from(folds),
    }
}

fn columns(plan: &LogicalPlan) -> Vec<Column> {
    let fields = plan.schema().fields().iter();
    let column = fields.map(|field| Column {
        name: field.name().clone(),
        ty: describe::sql_type(field).to_string(),
        nullable: field.is_nullable(),
        ..Column::default()
    });
    column.collect()
}

fn parameters(plan: &LogicalPlan) -> Vec<Parameter> {
    let types = plan.get_parameter_types().unwrap_or_default();
    let known = plan.get_parameter_names().unwrap_or_default();
    let mut names: Vec<String> = known.into_iter().collect();
    names.sort_by_key(|name| (name.trim_start_matches('$').parse::<u64>().unwrap_or(u64::MAX), name.clone()));
    let ty = |name: &String| types.get(name).cloned().flatten().filter(|ty| !ty.is_null());
    names
        .into_iter()
        .map(|name| Parameter { ty: ty(&name).map(|ty| describe::plain_type(&ty).to_string()), name })
        .collect()
}

/// Runs a plan to its end or until enough was seen.
async fn run(
    context: &SessionContext,
    state: &SessionState,
    plan: LogicalPlan,
    columns: &mut [Column],
) -> Outcome {
    if matches!(plan, LogicalPlan::Ddl(_) | LogicalPlan::Statement(_)) {
        let ran = match context.execute_logical_plan(plan).await {
            Ok(frame) => DataFrame::collect(frame).await.map(drop),
            Err(error) => Err(error),
        };
        return ran.map_or_else(|error| Outcome::Failed(words(&error)), |()| Outcome::Accepted);
    }
    let physical = match state.create_physical_plan(&plan).await {
        Ok(physical) => physical,
        Err(error) => return Outcome::Unready(words(&error)),
    };
    for (column, field) in columns.iter_mut().zip(physical.schema().fields()) {
        let came = describe::sql_type(field).to_string();
        column.came = (came != column.ty).then_some(came);
    }
    let mut stream = match execute_stream(physical, Arc::clone(&state.task_ctx())) {
        Ok(stream) => stream,
        Err(error) => return Outcome::Failed(words(&error)),
    };
    let mut rows = 0;
    while let Some(batch) = stream.next().await {
        let batch = match batch {
            Ok(batch) => batch,
            Err(error) => return Outcome::Failed(words(&error)),
        };
        for (column, values) in columns.iter_mut().zip(batch.columns()) {
            column.null_seen |= values.logical_null_count() > 0;
        }
        rows += batch.num_rows();
        if rows > ROWS_MAX {
            break;
        }
    }
    Outcome::Accepted
}

/// An error without the backtrace that some builds of the engine add.
fn words(error: &DataFusionError) -> String {
    error.strip_backtrace()
}

/// The first option of those that change the language, types or names that is not the embedded server's.
fn foreign_option(state: &SessionState) -> Option<String> {
    const PREFIXES: [&str; 6] = [
        "datafusion.execution.enable_recursive_ctes",
        "datafusion.sql_parser.",
        "datafusion.catalog.default_",
        "datafusion.catalog.information_schema",
        "datafusion.execution.time_zone",
        "datafusion.execution.enable_ansi_mode",
    ];
    let standard = SessionConfig::new().with_information_schema(true);
    let mut standard = standard.options().entries();
    let mut now = state.config_options().entries();
    standard.sort_by(|a, b| a.key.cmp(&b.key));
    now.sort_by(|a, b| a.key.cmp(&b.key));
    let changed = now.iter().zip(&standard).find(|(now, standard)| {
        now.value != standard.value
            && now.key != "datafusion.sql_parser.collect_spans"
            && PREFIXES.iter().any(|prefix| now.key.starts_with(prefix))
    });
    changed.map(|(now, _)| format!("{} = {}", now.key, now.value.clone().unwrap_or_default()))
}
