//! Values for the parameters of a statement: positional, one row for each execution.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch, new_null_array};
use datafusion::arrow::compute::kernels::cmp::not_distinct;
use datafusion::arrow::compute::{CastOptions, cast_with_options, concat};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::ParamValues;
use datafusion::common::ScalarValue;
use datafusion::common::metadata::ScalarAndMetadata;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{Expr, LogicalPlan, Values, WriteOp};
use tonic::Status;

use super::{Parameter, Planned};
use crate::status::status;

/// Bound values: one column for each parameter, in the order of the parameters.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bound {
    rows: Arc<Vec<Vec<ArrayRef>>>,
}

impl Bound {
    /// No values: right for a statement without parameters.
    pub(crate) fn none() -> Self {
        Self::default()
    }

    /// Takes the columns of the batches by position, and casts each to the parameter's type.
    pub(crate) fn new(parameters: &[Parameter], batches: &[RecordBatch]) -> Result<Self, Status> {
        let mut rows = Vec::with_capacity(batches.len());
        for batch in batches {
            if batch.num_columns() != parameters.len() {
                return Err(Status::invalid_argument(format!(
                    "the statement has {} parameters, but {} values were bound",
                    parameters.len(),
                    batch.num_columns()
                )));
            }
            let columns = parameters
                .iter()
                .zip(batch.columns())
                .map(|(parameter, column)| typed(parameter, column))
                .collect::<Result<Vec<_>, Status>>()?;
            if !columns.is_empty() && batch.num_rows() > 0 {
                rows.push(columns);
            }
        }
        Ok(Self { rows: Arc::new(rows) })
    }

    /// An `INSERT … VALUES` with all rows of values in one plan, so that all rows come or none;
    /// nothing where the statement is not of that shape.
    pub(super) fn one_insert(&self, planned: &Planned) -> Result<Option<LogicalPlan>, Status> {
        let count: usize = self.rows.iter().map(|columns| columns[0].len()).sum();
        if count < 2 || !has_parameters_in_values_only(&planned.plan) {
            return Ok(None);
        }
        let mut rows = Vec::with_capacity(count);
        for columns in self.rows.iter() {
            for row in 0..columns[0].len() {
                rows.push(row_values(&planned.parameters, columns, row)?);
            }
        }
        let merged = planned.plan.clone().transform_down(|node| match node {
            LogicalPlan::Values(values) => {
                let all = rows
                    .iter()
                    .flat_map(|row| values.values.iter().map(move |exprs| (row, exprs)))
                    .map(|(row, exprs)| exprs.iter().map(|expr| replaced(expr, row)).collect())
                    .collect::<Result<Vec<Vec<Expr>>, DataFusionError>>()?;
                let schema = values.schema;
                let values = Values { schema, values: all };
                Ok(Transformed::yes(LogicalPlan::Values(values)))
            }
            other => Ok(Transformed::no(other)),
        });
        let merged = merged.map_err(|error| status(&error))?;
        Ok(Some(merged.data))
    }

    /// The statement with its values, one plan for each row of them.
    pub(super) fn plans(&self, planned: &Planned) -> Result<Vec<LogicalPlan>, Status> {
        if planned.parameters.is_empty() {
            return Ok(vec![planned.plan.clone()]);
        }
        if self.rows.is_empty() {
            return Err(Status::invalid_argument(format!(
                "the statement has {} parameters, but no values were bound",
                planned.parameters.len()
            )));
        }
        let mut plans = Vec::new();
        for columns in self.rows.iter() {
            let count = columns.first().map_or(0, |column| column.len());
            for row in 0..count {
                let values = row_values(&planned.parameters, columns, row)?;
                let plan = planned.plan.clone().with_param_values(values);
                plans.push(plan.map_err(|error| status(&error))?);
            }
        }
        Ok(plans)
    }
}

fn has_parameters_in_values_only(plan: &LogicalPlan) -> bool {
    let LogicalPlan::Dml(dml) = plan else {
        return false;
    };
    if !matches!(dml.op, WriteOp::Insert(_)) {
        return false;
    }
    let mut values = 0;
    let mut others = 0;
    let walked = plan.apply_with_subqueries(|node| {
        let in_values = matches!(node, LogicalPlan::Values(_));
        values += usize::from(in_values);
        node.apply_expressions(|expr| {
            expr.apply(|expr| {
                let is_parameter = matches!(expr, Expr::Placeholder(_));
                others += usize::from(is_parameter && !in_values);
                Ok(TreeNodeRecursion::Continue)
            })
        })
    });
    walked.is_ok() && values == 1 && others == 0
}

fn replaced(expr: &Expr, values: &ParamValues) -> Result<Expr, DataFusionError> {
    let replaced = expr.clone().transform_up(|expr| match expr {
        Expr::Placeholder(placeholder) => {
            let found = values.get_placeholders_with_values(&placeholder.id)?;
            let (value, metadata) = found.into_inner();
            Ok(Transformed::yes(Expr::Literal(value, metadata)))
        }
        other => Ok(Transformed::no(other)),
    })?;
    Ok(replaced.data)
}

fn row_values(parameters: &[Parameter], columns: &[ArrayRef], row: usize) -> Result<ParamValues, Status> {
    let mut values = HashMap::with_capacity(parameters.len());
    for (parameter, column) in parameters.iter().zip(columns) {
        let value = ScalarValue::try_from_array(column, row).map_err(|error| status(&error))?;
        let name = parameter.id.trim_start_matches('$').to_owned();
        values.insert(name, ScalarAndMetadata::from(value));
    }
    Ok(ParamValues::Map(values))
}

/// A column of values as the parameter's type.
fn typed(parameter: &Parameter, column: &ArrayRef) -> Result<ArrayRef, Status> {
    let column = without_union(parameter, column)?;
    if parameter.is_unknown() || column.data_type() == &parameter.data_type {
        return Ok(column);
    }
    if column.data_type().is_null() {
        return Ok(new_null_array(&parameter.data_type, column.len()));
    }
    let cast = strict_cast(&column, &parameter.data_type).ok_or_else(|| refused(parameter, &column))?;
    if may_lose(column.data_type(), &parameter.data_type) {
        let back = strict_cast(&cast, column.data_type());
        let same = back.is_some_and(|back| {
            not_distinct(&back, &column).is_ok_and(|equal| equal.true_count() == column.len())
        });
        if !same {
            return Err(refused(parameter, &column));
        }
    }
    Ok(cast)
}

fn refused(parameter: &Parameter, column: &ArrayRef) -> Status {
    Status::invalid_argument(format!(
        "parameter {} is {}; a bound value of type {} cannot become that without loss",
        parameter.id,
        parameter.data_type,
        column.data_type()
    ))
}

fn strict_cast(column: &ArrayRef, data_type: &DataType) -> Option<ArrayRef> {
    let options = CastOptions { safe: false, ..CastOptions::default() };
    cast_with_options(column, data_type, &options).ok()
}

/// Whether a cast between the types can change a value without failing: 1.5 to an integer,
/// milliseconds to seconds. A double that becomes a float is rounded by intent.
fn may_lose(from: &DataType, to: &DataType) -> bool {
    let numeric = from.is_numeric() && to.is_numeric() && !to.is_floating();
    let temporal = from.is_temporal() && to.is_temporal();
    numeric || temporal
}

/// Some clients (flightsql-dbapi, C++ SQLite's own) send each value inside a union.
fn without_union(parameter: &Parameter, column: &ArrayRef) -> Result<ArrayRef, Status> {
    let Some(union) = column.as_union_opt() else {
        return Ok(Arc::clone(column));
    };
    if union.is_empty() {
        return Ok(new_null_array(&parameter.data_type, 0));
    }
    let values: Vec<ArrayRef> = (0..union.len()).map(|row| union.value(row)).collect();
    let target = if parameter.is_unknown() {
        let mut known = values.iter().map(|value| value.data_type());
        let known = known.find(|data_type| !data_type.is_null());
        known.cloned().unwrap_or(DataType::Null)
    } else {
        parameter.data_type.clone()
    };
    let parameter = Parameter { id: parameter.id.clone(), data_type: target };
    let typed = values.iter().map(|value| typed(&parameter, value)).collect::<Result<Vec<_>, Status>>()?;
    let parts: Vec<&dyn Array> = typed.iter().map(AsRef::as_ref).collect();
    concat(&parts).map_err(|error| crate::status::arrow_status(&error))
}
