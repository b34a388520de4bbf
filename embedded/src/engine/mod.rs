//! DataFusion behind a narrow face: SQL text to a planned statement, a planned statement and
//! its parameters to rows or to a count. What a client may do is decided here; how it is said
//! in Flight SQL is in `service`.

mod bind;
mod infer;
mod parse;
mod plan;
mod rows;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use datafusion::arrow::array::{Array, RecordBatch, UInt64Array};
use datafusion::logical_expr::{DdlStatement, LogicalPlan};
use datafusion::physical_plan::{ExecutionPlan, execute_stream};
use datafusion::prelude::{SessionConfig, SessionContext};
use datafusion::sql::parser::Statement;
use tonic::Status;

pub(crate) use bind::Bound;
pub(crate) use infer::Parameter;
pub(crate) use plan::{Kind, Planned};
pub(crate) use rows::Rows;

use crate::status::status;

/// Who sent a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A script that the owner of the server runs at start.
    Script,
    /// A client of the server.
    Client,
}

/// What clients may do beside reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Access {
    /// Clients read; INSERT, UPDATE, DELETE and definitions are refused.
    ReadOnly,
    /// Clients also change tables in memory and define tables and views.
    #[default]
    ReadWrite,
    /// Clients also name files of the server's machine: CREATE EXTERNAL TABLE and COPY TO.
    Files,
}

/// A query ready to run.
#[derive(Debug, Clone)]
pub(crate) struct Runnable {
    pub(crate) plans: Vec<Arc<dyn ExecutionPlan>>,
    pub(crate) schema: datafusion::arrow::datatypes::SchemaRef,
}

/// The database of one server.
pub(crate) struct Engine {
    context: SessionContext,
    access: Access,
    /// Counts what was defined or dropped, so that a plan can tell whether it is stale.
    definitions: AtomicU64,
}

impl Engine {
    /// An empty database with DataFusion's default types.
    pub(crate) fn new(access: Access) -> Self {
        let mut config = SessionConfig::new().with_information_schema(true);
        // Places in error messages; nothing else depends on it.
        config.options_mut().sql_parser.collect_spans = true;
        Self { context: SessionContext::new_with_config(config), access, definitions: AtomicU64::new(0) }
    }

    pub(crate) fn context(&self) -> &SessionContext {
        &self.context
    }

    pub(crate) fn access(&self) -> Access {
        self.access
    }

    /// The tables and views of the default schema, sorted.
    pub(crate) fn table_names(&self) -> Vec<String> {
        let config = self.context.copied_config();
        let catalog = &config.options().catalog;
        let schema = self
            .context
            .catalog(&catalog.default_catalog)
            .and_then(|found| found.schema(&catalog.default_schema));
        let mut names = schema.map(|schema| schema.table_names()).unwrap_or_default();
        names.sort();
        names
    }

    /// How many times something was defined or dropped.
    pub(crate) fn definitions(&self) -> u64 {
        self.definitions.load(Ordering::Acquire)
    }

    /// Makes plans of prepared statements stale.
    pub(crate) fn note_definition(&self) {
        self.definitions.fetch_add(1, Ordering::AcqRel);
    }

    /// The statements of a text.
    pub(crate) fn parse(&self, sql: &str) -> Result<VecDeque<Statement>, Status> {
        parse::statements(&self.context, sql)
    }

    /// Plans the one statement of a text, without running any of it.
    pub(crate) async fn plan(&self, sql: &str) -> Result<Planned, Status> {
        let statement = parse::one_statement(&self.context, sql)?;
        self.plan_statement(statement, Origin::Client).await
    }

    /// Plans and runs a statement that nobody reads rows of.
    pub(crate) async fn run_statement(&self, statement: Statement, origin: Origin) -> Result<(), Status> {
        let planned = self.plan_statement(statement, origin).await?;
        match planned.kind {
            Kind::Query => {
                let runnable = self.prepare_run(&planned, &Bound::none()).await?;
                for plan in runnable.plans {
                    let context = self.context.task_ctx();
                    datafusion::physical_plan::collect(plan, context)
                        .await
                        .map_err(|error| status(&error))?;
                }
                Ok(())
            }
            Kind::Change | Kind::Definition | Kind::Setting => {
                self.change(&planned, &Bound::none()).await.map(|_| ())
            }
        }
    }

    async fn plan_statement(&self, statement: Statement, origin: Origin) -> Result<Planned, Status> {
        plan::check_statement(&statement, origin, self.access)?;
        let state = self.context.state();
        let plan = state.statement_to_plan(statement).await.map_err(|error| status(&error))?;
        plan::check_plan(&plan, origin, self.access)?;
        Planned::new(plan, &state)
    }

    /// Makes a query with its parameters ready to run: every error of planning shows here.
    pub(crate) async fn prepare_run(&self, planned: &Planned, bound: &Bound) -> Result<Runnable, Status> {
        let mut state = self.context.state();
        if plan::explains_a_change(&planned.plan) {
            // MemTable deletes and updates while it plans, so that EXPLAIN would do it.
            state.config_mut().options_mut().explain.logical_plan_only = true;
        }
        let mut schema = Arc::clone(&planned.schema);
        let mut plans = Vec::new();
        for (idx, plan) in bound.plans(planned)?.into_iter().enumerate() {
            let analysed = plan::analysed(&plan, &state)?;
            let row_schema = plan::schema_of(&analysed);
            if idx == 0 && !plan::same_types(&schema, &row_schema) {
                schema = row_schema;
            }
            let physical = state.create_physical_plan(&plan).await.map_err(|error| status(&error))?;
            plans.push(physical);
        }
        Ok(Runnable { plans, schema })
    }

    /// Starts to run one plan of a query.
    pub(crate) fn stream(
        &self,
        plan: Arc<dyn ExecutionPlan>,
    ) -> Result<datafusion::execution::SendableRecordBatchStream, Status> {
        execute_stream(plan, self.context.task_ctx()).map_err(|error| status(&error))
    }

    /// Runs a change or a definition once for each row of parameters, and says how many rows
    /// it changed; -1 where DataFusion does not say. Rows of an `INSERT … VALUES` come all or
    /// none; other statements keep what ran before one that fails.
    pub(crate) async fn change(&self, planned: &Planned, bound: &Bound) -> Result<i64, Status> {
        if let Some(plan) = bound.one_insert(planned)? {
            return self.run_change(plan).await;
        }
        let mut total: i64 = 0;
        for plan in bound.plans(planned)? {
            let count = self.run_change(plan).await?;
            total = if count < 0 || total < 0 { -1 } else { total.saturating_add(count) };
        }
        Ok(total)
    }

    /// Runs one change or definition.
    pub(crate) async fn run_change(&self, plan: LogicalPlan) -> Result<i64, Status> {
        let is_definition = matches!(plan, LogicalPlan::Ddl(_));
        let without_count = match &plan {
            // The rows that CREATE TABLE … AS wrote are not counted by DataFusion.
            LogicalPlan::Ddl(DdlStatement::CreateMemoryTable(table)) => match table.input.as_ref() {
                LogicalPlan::EmptyRelation(_) => Some(0),
                _ => Some(-1),
            },
            LogicalPlan::Ddl(_) | LogicalPlan::Statement(_) => Some(0),
            _ => None,
        };
        let frame = self.context.execute_logical_plan(plan).await.map_err(|error| status(&error))?;
        if is_definition {
            self.note_definition();
        }
        let batches = frame.collect().await.map_err(|error| status(&error))?;
        Ok(without_count.unwrap_or_else(|| count_of(&batches)))
    }
}

/// DataFusion answers a change with one row: the number of rows changed.
fn count_of(batches: &[RecordBatch]) -> i64 {
    let counts = batches.iter().filter_map(|batch| {
        let column = batch.columns().first()?;
        let column = column.as_any().downcast_ref::<UInt64Array>()?;
        (column.len() == 1 && column.is_valid(0)).then(|| column.value(0))
    });
    let mut total = None;
    for count in counts {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        total = Some(total.unwrap_or(0i64).saturating_add(count));
    }
    total.unwrap_or(-1)
}
