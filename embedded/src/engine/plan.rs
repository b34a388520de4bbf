//! What a statement is and what it answers with, known without running it.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::execution::SessionState;
use datafusion::logical_expr::{LogicalPlan, Statement as LogicalStatement};
use datafusion::sql::parser::Statement;
use tonic::Status;

use super::infer::{Parameter, infer, with_types};
use super::{Access, Origin};
use crate::status::status;

/// What running a statement does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It answers with rows and changes nothing.
    Query,
    /// It changes rows and answers with their number.
    Change,
    /// It defines or drops something.
    Definition,
    /// It sets an option of the session (scripts only).
    Setting,
}

/// A planned statement: nothing of it has run.
#[derive(Debug, Clone)]
pub(crate) struct Planned {
    pub(crate) plan: LogicalPlan,
    pub(crate) kind: Kind,
    pub(crate) parameters: Vec<Parameter>,
    /// What the rows look like. Empty for a definition; the count for a change.
    pub(crate) schema: SchemaRef,
}

impl Planned {
    pub(super) fn new(plan: LogicalPlan, state: &SessionState) -> Result<Self, Status> {
        let parameters = infer(&plan).map_err(|error| status(&error))?;
        let plan = if parameters.is_empty() {
            plan
        } else {
            with_types(plan, &parameters).map_err(|error| status(&error))?
        };
        let kind = kind_of(&plan);
        let schema = match kind {
            Kind::Query if parameters.is_empty() => schema_of(&analysed(&plan, state)?),
            // A parameter whose type nobody knows can fail here and be right once it is bound.
            Kind::Query => match analysed(&plan, state) {
                Ok(analysed) => schema_of(&analysed),
                Err(_) if parameters.iter().any(Parameter::is_unknown) => schema_of(&plan),
                Err(error) => return Err(error),
            },
            Kind::Change => count_schema(),
            Kind::Definition | Kind::Setting => Arc::new(Schema::empty()),
        };
        Ok(Self { plan, kind, parameters, schema })
    }
}

/// The one column with which a change answers where it is sent as a query.
pub(crate) fn count_schema() -> SchemaRef {
    let count = Field::new("count", DataType::UInt64, false);
    Arc::new(Schema::new(vec![count]))
}

/// The plan with its types coerced: before that, a UNION or a CASE may say another type than
/// its rows have.
pub(super) fn analysed(plan: &LogicalPlan, state: &SessionState) -> Result<LogicalPlan, Status> {
    // EXPLAIN is analysed while it runs, so that it can show the steps.
    if matches!(plan, LogicalPlan::Explain(_)) {
        return Ok(plan.clone());
    }
    state
        .analyzer()
        .execute_and_check(plan.clone(), state.config_options(), |_, _| {})
        .map_err(|error| status(&error))
}

pub(super) fn schema_of(plan: &LogicalPlan) -> SchemaRef {
    Arc::clone(plan.schema().inner())
}

pub(super) fn same_types(left: &Schema, right: &Schema) -> bool {
    left.fields().len() == right.fields().len()
        && left.fields().iter().zip(right.fields()).all(|(left, right)| {
            left.data_type() == right.data_type() && (left.is_nullable() || !right.is_nullable())
        })
}

fn kind_of(plan: &LogicalPlan) -> Kind {
    match plan {
        LogicalPlan::Ddl(_) => Kind::Definition,
        LogicalPlan::Dml(_) | LogicalPlan::Copy(_) => Kind::Change,
        LogicalPlan::Statement(_) => Kind::Setting,
        _ => Kind::Query,
    }
}

/// Refuses what names files of the server, where the sender may not.
pub(super) fn check_statement(statement: &Statement, origin: Origin, access: Access) -> Result<(), Status> {
    if origin == Origin::Script || access == Access::Files {
        return Ok(());
    }
    let what = match statement {
        Statement::CreateExternalTable(_) => "CREATE EXTERNAL TABLE",
        Statement::CopyTo(_) => "COPY TO",
        Statement::Explain(explain) => {
            return check_statement(&explain.statement, origin, access);
        }
        _ => return Ok(()),
    };
    Err(Status::permission_denied(format!(
        "{what} names files of the server; it is taken from the script that the server is started with"
    )))
}

/// Refuses what a client may not do, or what cannot mean on this server what it says.
pub(super) fn check_plan(plan: &LogicalPlan, origin: Origin, access: Access) -> Result<(), Status> {
    if origin == Origin::Script {
        return Ok(());
    }
    if let LogicalPlan::Statement(statement) = plan {
        return Err(Status::unimplemented(refusal(statement)));
    }
    if access == Access::ReadOnly && kind_of(plan) != Kind::Query {
        return Err(Status::permission_denied("the server is read-only"));
    }
    if let LogicalPlan::Analyze(analyze) = plan
        && kind_of(&analyze.input) != Kind::Query
    {
        return Err(Status::unimplemented(
            "EXPLAIN ANALYZE would run the change; it is taken for queries only",
        ));
    }
    Ok(())
}

fn refusal(statement: &LogicalStatement) -> &'static str {
    match statement {
        LogicalStatement::TransactionStart(_) | LogicalStatement::TransactionEnd(_) => {
            "transactions are not supported: each statement is its own"
        }
        LogicalStatement::SetVariable(_) | LogicalStatement::ResetVariable(_) => {
            "options cannot be set by a client: all clients share one session; \
             set them in the script that the server is started with"
        }
        LogicalStatement::Prepare(_) | LogicalStatement::Execute(_) | LogicalStatement::Deallocate(_) => {
            "PREPARE, EXECUTE and DEALLOCATE are not taken as SQL; use the protocol's prepared statements"
        }
    }
}

/// Whether an EXPLAIN is about a statement that changes something.
pub(super) fn explains_a_change(plan: &LogicalPlan) -> bool {
    let LogicalPlan::Explain(explain) = plan else {
        return false;
    };
    let mut found = false;
    let _ = explain.plan.apply(|node| {
        found |= kind_of(node) != Kind::Query;
        Ok(if found { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
    });
    found
}
