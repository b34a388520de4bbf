//! The types of a statement's parameters.
//!
//! DataFusion's planner types a parameter where it is compared, calculated with or inserted,
//! and forgets the type again when the parameter is also used where it has none. Here every
//! use is looked at, and more of them say something: LIMIT, casts, function arguments, CASE,
//! conditions, INSERT … SELECT. What stays unknown has the type Null and is typed by the value
//! that is bound.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{DFSchema, DataFusionError, Result};
use datafusion::logical_expr::expr::{Placeholder, WindowFunctionDefinition};
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::type_coercion::binary::comparison_coercion;
use datafusion::logical_expr::type_coercion::functions::{UDFCoercionExt, fields_with_udf};
use datafusion::logical_expr::{Expr, ExprSchemable, Limit, LogicalPlan, Operator, Union};

/// A parameter of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parameter {
    /// As it is written, `$1`.
    pub(crate) id: String,
    /// Null where the statement does not say.
    pub(crate) data_type: DataType,
}

impl Parameter {
    pub(crate) fn is_unknown(&self) -> bool {
        self.data_type.is_null()
    }

    /// Orders `$2` before `$10`, and names after numbers.
    fn order(&self) -> (bool, u64, &str) {
        let name = self.id.trim_start_matches('$');
        match name.parse::<u64>() {
            Ok(number) => (false, number, ""),
            Err(_) => (true, 0, name),
        }
    }
}

/// The parameters of a statement in the order in which they are bound.
pub(super) fn infer(plan: &LogicalPlan) -> Result<Vec<Parameter>> {
    if plan.get_parameter_names()?.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = Found::default();
    plan.apply_with_subqueries(|node| {
        let schema = input_schema(node);
        node.apply_expressions(|expr| {
            expr.apply(|expr| {
                found.visit(expr, &schema)?;
                Ok(TreeNodeRecursion::Continue)
            })
        })?;
        found.visit_node(node)?;
        Ok(TreeNodeRecursion::Continue)
    })?;
    if !found.types.is_empty() {
        let wanted = vec![None; plan.schema().fields().len()];
        found.push_down(plan, &wanted)?;
    }
    let mut parameters: Vec<Parameter> = found
        .types
        .into_iter()
        .map(|(id, data_type)| Parameter { id, data_type: data_type.unwrap_or(DataType::Null) })
        .collect();
    parameters.sort_by(|left, right| left.order().cmp(&right.order()));
    Ok(parameters)
}

/// The plan with each parameter typed, and nullable wherever it stands: any of them may be
/// bound to NULL.
pub(super) fn with_types(plan: LogicalPlan, parameters: &[Parameter]) -> Result<LogicalPlan> {
    let fields: HashMap<&str, FieldRef> = parameters
        .iter()
        .filter(|parameter| !parameter.is_unknown())
        .map(|parameter| {
            let field = Field::new("", parameter.data_type.clone(), true);
            (parameter.id.as_str(), Arc::new(field))
        })
        .collect();
    let typed = plan.transform_up_with_subqueries(|node| {
        let names = NamePreserver::new(&node);
        let node = node.map_expressions(|expr| {
            let name = names.save(&expr);
            let typed = expr.transform_up(|expr| match expr {
                Expr::Placeholder(Placeholder { id, .. }) => {
                    let field = fields.get(id.as_str()).cloned();
                    Ok(Transformed::yes(Expr::Placeholder(Placeholder::new_with_field(id, field))))
                }
                other => Ok(Transformed::no(other)),
            })?;
            Ok(typed.update_data(|expr| name.restore(expr)))
        })?;
        if node.transformed { node.map_data(LogicalPlan::recompute_schema) } else { recomputed(node.data) }
    })?;
    Ok(typed.data)
}

/// A node whose inputs may have changed their types.
fn recomputed(node: LogicalPlan) -> Result<Transformed<LogicalPlan>> {
    match node {
        LogicalPlan::Ddl(_) | LogicalPlan::Explain(_) | LogicalPlan::Analyze(_) => Ok(Transformed::no(node)),
        node => node.recompute_schema().map(Transformed::yes),
    }
}

/// What the expressions of a node see: the columns of all its inputs.
fn input_schema(node: &LogicalPlan) -> DFSchema {
    let inputs = node.inputs();
    let Some((first, rest)) = inputs.split_first() else {
        return node.schema().as_ref().clone();
    };
    let mut schema = first.schema().as_ref().clone();
    for input in rest {
        schema.merge(input.schema());
    }
    schema
}

#[derive(Default)]
struct Found {
    types: HashMap<String, Option<DataType>>,
}

impl Found {
    /// Notes one use of a parameter.
    fn note(&mut self, placeholder: &Placeholder, data_type: Option<DataType>) -> Result<()> {
        let data_type = data_type.filter(|data_type| !data_type.is_null());
        let known = self.types.entry(placeholder.id.clone()).or_default();
        *known = match (known.take(), data_type) {
            (Some(known), Some(other)) if known != other => {
                let common = comparison_coercion(&known, &other);
                Some(common.ok_or_else(|| {
                    DataFusionError::Plan(format!(
                        "parameter {} is used both as {known} and as {other}; cast one of them",
                        placeholder.id
                    ))
                })?)
            }
            (known, other) => known.or(other),
        };
        Ok(())
    }

    /// Notes that `expr`, where it is a parameter, has this type.
    fn want(&mut self, expr: &Expr, data_type: Option<DataType>) -> Result<()> {
        match unaliased(expr) {
            Expr::Placeholder(placeholder) => self.note(placeholder, data_type),
            _ => Ok(()),
        }
    }

    fn visit(&mut self, expr: &Expr, schema: &DFSchema) -> Result<()> {
        let type_of = |expr: &Expr| known_type(expr, schema);
        match expr {
            Expr::Placeholder(placeholder) => {
                let data_type = placeholder.field.as_ref().map(|field| field.data_type());
                self.note(placeholder, data_type.cloned())
            }
            Expr::Cast(cast) => self.want(&cast.expr, Some(cast.field.data_type().clone())),
            Expr::TryCast(cast) => self.want(&cast.expr, Some(cast.field.data_type().clone())),
            Expr::BinaryExpr(binary) => {
                let (left, right) = match binary.op {
                    Operator::And | Operator::Or => (Some(DataType::Boolean), Some(DataType::Boolean)),
                    _ => (type_of(&binary.right), type_of(&binary.left)),
                };
                self.want(&binary.left, left)?;
                self.want(&binary.right, right)
            }
            Expr::Not(inner)
            | Expr::IsTrue(inner)
            | Expr::IsFalse(inner)
            | Expr::IsNotTrue(inner)
            | Expr::IsNotFalse(inner)
            | Expr::IsUnknown(inner)
            | Expr::IsNotUnknown(inner) => self.want(inner, Some(DataType::Boolean)),
            Expr::Between(between) => self.want_common(&[&between.expr, &between.low, &between.high], schema),
            Expr::InList(list) => {
                let mut all = vec![list.expr.as_ref()];
                all.extend(&list.list);
                self.want_common(&all, schema)
            }
            Expr::Like(like) | Expr::SimilarTo(like) => {
                let data_type =
                    type_of(&like.expr).or_else(|| type_of(&like.pattern)).or(Some(DataType::Utf8View));
                self.want(&like.expr, data_type.clone())?;
                self.want(&like.pattern, data_type)
            }
            Expr::Case(case) => self.visit_case(case, schema),
            Expr::ScalarFunction(call) => self.visit_call(&call.args, call.func.as_ref(), schema),
            Expr::AggregateFunction(call) => {
                self.visit_call(&call.params.args, call.func.as_ref(), schema)?;
                self.want_condition(call.params.filter.as_deref())
            }
            Expr::WindowFunction(call) => match &call.fun {
                WindowFunctionDefinition::AggregateUDF(function) => {
                    self.visit_call(&call.params.args, function.as_ref(), schema)
                }
                WindowFunctionDefinition::WindowUDF(function) => {
                    self.visit_call(&call.params.args, function.as_ref(), schema)
                }
            },
            _ => Ok(()),
        }
    }

    fn want_condition(&mut self, condition: Option<&Expr>) -> Result<()> {
        match condition {
            Some(condition) => self.want(condition, Some(DataType::Boolean)),
            None => Ok(()),
        }
    }

    /// Expressions that are compared with each other: what one of them is, the others are.
    fn want_common(&mut self, exprs: &[&Expr], schema: &DFSchema) -> Result<()> {
        let common = exprs.iter().find_map(|expr| known_type(expr, schema));
        for expr in exprs {
            self.want(expr, common.clone())?;
        }
        Ok(())
    }

    fn visit_case(&mut self, case: &datafusion::logical_expr::Case, schema: &DFSchema) -> Result<()> {
        let mut conditions: Vec<&Expr> = case.expr.iter().map(AsRef::as_ref).collect();
        let has_base = !conditions.is_empty();
        let mut results: Vec<&Expr> = case.else_expr.iter().map(AsRef::as_ref).collect();
        for (when, then) in &case.when_then_expr {
            conditions.push(when);
            results.push(then);
        }
        if has_base {
            self.want_common(&conditions, schema)?;
        } else {
            for condition in conditions {
                self.want(condition, Some(DataType::Boolean))?;
            }
        }
        self.want_common(&results, schema)
    }

    /// Arguments of a function: what its signature coerces them to.
    fn visit_call<F: UDFCoercionExt>(
        &mut self,
        args: &[Expr],
        function: &F,
        schema: &DFSchema,
    ) -> Result<()> {
        let untyped =
            |arg: &Expr| matches!(unaliased(arg), Expr::Placeholder(_)) && known_type(arg, schema).is_none();
        if !args.iter().any(untyped) {
            return Ok(());
        }
        let fields: Vec<FieldRef> = args
            .iter()
            .map(|arg| {
                let data_type = known_type(arg, schema).unwrap_or(DataType::Null);
                Arc::new(Field::new("", data_type, true))
            })
            .collect();
        // An error says no more than that the signature does not tell.
        let Ok(coerced) = fields_with_udf(&fields, function) else {
            return Ok(());
        };
        for (arg, field) in args.iter().zip(coerced) {
            if untyped(arg) {
                self.want(arg, Some(field.data_type().clone()))?;
            }
        }
        Ok(())
    }

    fn visit_node(&mut self, node: &LogicalPlan) -> Result<()> {
        match node {
            LogicalPlan::Limit(Limit { skip, fetch, .. }) => {
                for count in [skip, fetch].into_iter().flatten() {
                    self.want(count, Some(DataType::Int64))?;
                }
                Ok(())
            }
            LogicalPlan::Filter(filter) => self.want_condition(Some(&filter.predicate)),
            LogicalPlan::Join(join) => self.want_condition(join.filter.as_ref()),
            _ => Ok(()),
        }
    }

    /// Follows the wanted type of each output column down to the parameter it comes from.
    fn push_down(&mut self, plan: &LogicalPlan, wanted: &[Option<DataType>]) -> Result<()> {
        match plan {
            LogicalPlan::Dml(dml) => {
                let schema = dml.target.schema();
                let wanted: Vec<_> =
                    schema.fields().iter().map(|field| Some(field.data_type().clone())).collect();
                self.push_down_checked(&dml.input, &wanted)
            }
            LogicalPlan::Projection(projection) => {
                let input = projection.input.schema();
                let mut below = vec![None; input.fields().len()];
                for (expr, wanted) in projection.expr.iter().zip(wanted) {
                    let (inner, wanted) = match unaliased(expr) {
                        Expr::Cast(cast) => (unaliased(&cast.expr), Some(cast.field.data_type().clone())),
                        inner => (inner, wanted.clone()),
                    };
                    if let Expr::Column(column) = inner
                        && let Some(idx) = input.maybe_index_of_column(column)
                    {
                        below[idx] = wanted;
                    } else {
                        self.want(inner, wanted)?;
                    }
                }
                self.push_down(&projection.input, &below)
            }
            LogicalPlan::Values(values) => {
                for row in &values.values {
                    for (expr, wanted) in row.iter().zip(wanted) {
                        self.want(expr, wanted.clone())?;
                    }
                }
                Ok(())
            }
            LogicalPlan::Filter(_)
            | LogicalPlan::Sort(_)
            | LogicalPlan::Limit(_)
            | LogicalPlan::Distinct(_)
            | LogicalPlan::SubqueryAlias(_) => {
                for input in plan.inputs() {
                    self.push_down_checked(input, wanted)?;
                }
                Ok(())
            }
            LogicalPlan::Union(union) => {
                // A column that one branch does not type has the type of another's.
                let wanted: Vec<_> = (0..wanted.len())
                    .map(|idx| wanted[idx].clone().or_else(|| typed_branch(union, idx)))
                    .collect();
                for input in &union.inputs {
                    self.push_down_checked(input, &wanted)?;
                }
                Ok(())
            }
            other => {
                for input in other.inputs() {
                    let wanted = vec![None; input.schema().fields().len()];
                    self.push_down(input, &wanted)?;
                }
                Ok(())
            }
        }
    }

    fn push_down_checked(&mut self, plan: &LogicalPlan, wanted: &[Option<DataType>]) -> Result<()> {
        let columns = plan.schema().fields().len();
        if columns == wanted.len() {
            self.push_down(plan, wanted)
        } else {
            self.push_down(plan, &vec![None; columns])
        }
    }
}

/// The type that a column has in the first branch of a union that types it.
fn typed_branch(union: &Union, idx: usize) -> Option<DataType> {
    let mut types = union.inputs.iter().filter_map(|input| {
        let field = input.schema().fields().get(idx)?;
        (!field.data_type().is_null()).then(|| field.data_type().clone())
    });
    types.next()
}

fn unaliased(expr: &Expr) -> &Expr {
    match expr {
        Expr::Alias(alias) => unaliased(&alias.expr),
        other => other,
    }
}

/// The type of an expression, where it has one before its parameters are bound.
fn known_type(expr: &Expr, schema: &DFSchema) -> Option<DataType> {
    expr.get_type(schema).ok().filter(|data_type| !data_type.is_null())
}
