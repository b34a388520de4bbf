//! The engine's registry, and its answers to one call.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use datafusion::arrow::compute::can_cast_types;
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::ScalarValue;
use datafusion::logical_expr::function::WindowUDFFieldArgs;
use datafusion::logical_expr::type_coercion::functions::{UDFCoercionExt, fields_with_udf};
use datafusion::logical_expr::{AggregateUDF, ReturnFieldArgs, ScalarUDF, Signature, WindowUDF};
use datafusion::prelude::SessionContext;

/// A function of any kind.
#[derive(Clone)]
pub(crate) enum Function {
    Scalar(Arc<ScalarUDF>),
    Aggregate(Arc<AggregateUDF>),
    Window(Arc<WindowUDF>),
}

/// What the engine makes of a call.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) coerced: Vec<DataType>,
    pub(crate) result: DataType,
    pub(crate) nullable: bool,
}

/// Every function of a default session, sorted by kind and name.
pub(crate) fn registry() -> Vec<Function> {
    let state = SessionContext::new().state();
    let mut scalars: Vec<_> = state.scalar_functions().values().cloned().collect();
    scalars.sort_by(|a, b| a.name().cmp(b.name()));
    scalars.dedup_by(|a, b| a.name() == b.name());
    let mut aggregates: Vec<_> = state.aggregate_functions().values().cloned().collect();
    aggregates.sort_by(|a, b| a.name().cmp(b.name()));
    aggregates.dedup_by(|a, b| a.name() == b.name());
    let mut windows: Vec<_> = state.window_functions().values().cloned().collect();
    windows.sort_by(|a, b| a.name().cmp(b.name()));
    windows.dedup_by(|a, b| a.name() == b.name());
    let scalars = scalars.into_iter().map(Function::Scalar);
    let aggregates = aggregates.into_iter().map(Function::Aggregate);
    scalars.chain(aggregates).chain(windows.into_iter().map(Function::Window)).collect()
}

/// The functions that take a lambda, with their aliases.
pub(crate) fn lambda_functions() -> Vec<(String, Vec<String>)> {
    let state = SessionContext::new().state();
    let functions = state.higher_order_functions().values();
    let mut names: Vec<_> =
        functions.map(|function| (function.name().to_owned(), function.aliases().to_vec())).collect();
    names.sort();
    names.dedup();
    names
}

/// The table functions.
pub(crate) fn table_functions() -> Vec<String> {
    let mut names: Vec<String> = SessionContext::new().state().table_functions().keys().cloned().collect();
    names.sort();
    names
}

impl Function {
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Function::Scalar(_) => "scalar",
            Function::Aggregate(_) => "aggregate",
            Function::Window(_) => "window",
        }
    }

    pub(crate) fn name(&self) -> &str {
        match self {
            Function::Scalar(function) => function.name(),
            Function::Aggregate(function) => function.name(),
            Function::Window(function) => function.name(),
        }
    }

    pub(crate) fn aliases(&self) -> Vec<String> {
        let mut aliases = match self {
            Function::Scalar(function) => function.aliases().to_vec(),
            Function::Aggregate(function) => function.aliases().to_vec(),
            Function::Window(function) => function.aliases().to_vec(),
        };
        aliases.retain(|alias| alias != self.name());
        aliases.sort();
        aliases.dedup();
        aliases
    }

    pub(crate) fn signature(&self) -> &Signature {
        match self {
            Function::Scalar(function) => function.signature(),
            Function::Aggregate(function) => function.signature(),
            Function::Window(function) => function.signature(),
        }
    }

    /// What the arguments are coerced to by a call that the engine refuses after all.
    pub(crate) fn coerced_then_refused(&self, types: &[DataType]) -> Option<Vec<DataType>> {
        let fields: Vec<FieldRef> =
            types.iter().map(|ty| Arc::new(Field::new("f", ty.clone(), true))).collect();
        let coerced = catch_unwind(AssertUnwindSafe(|| match self {
            Function::Scalar(function) => coerce(&fields, function.as_ref()),
            Function::Aggregate(function) => coerce(&fields, function.as_ref()),
            Function::Window(function) => coerce(&fields, function.as_ref()),
        }));
        Some(coerced.ok()??.iter().map(|field| field.data_type().clone()).collect())
    }

    /// Plans a call with columns of these types; where a literal is given, with that literal.
    pub(crate) fn plan(
        &self,
        types: &[DataType],
        literals: &[Option<ScalarValue>],
        nullable: bool,
    ) -> Option<Answer> {
        catch_unwind(AssertUnwindSafe(|| self.plan_or_panic(types, literals, nullable))).ok().flatten()
    }

    fn plan_or_panic(
        &self,
        types: &[DataType],
        literals: &[Option<ScalarValue>],
        nullable: bool,
    ) -> Option<Answer> {
        let fields: Vec<FieldRef> =
            types.iter().map(|ty| Arc::new(Field::new("f", ty.clone(), nullable))).collect();
        let (coerced, field) = match self {
            Function::Scalar(function) => {
                let coerced = coerce(&fields, function.as_ref())?;
                let scalars: Vec<Option<&ScalarValue>> = literals.iter().map(Option::as_ref).collect();
                let args = ReturnFieldArgs { arg_fields: &coerced, scalar_arguments: &scalars };
                let field = function.return_field_from_args(args).ok()?;
                (coerced, field)
            }
            Function::Aggregate(function) => {
                let coerced = coerce(&fields, function.as_ref())?;
                let field = function.return_field(&coerced).ok()?;
                (coerced, field)
            }
            Function::Window(function) => {
                let coerced = coerce(&fields, function.as_ref())?;
                let field = function.field(WindowUDFFieldArgs::new(&coerced, "w")).ok()?;
                (coerced, field)
            }
        };
        let castable = |(from, to): (&DataType, &DataType)| {
            can_cast_types(from, to) || matches!((from, to), (DataType::Struct(_), DataType::Struct(_)))
        };
        let coerced: Vec<DataType> = coerced.iter().map(|field| field.data_type().clone()).collect();
        types.iter().zip(&coerced).all(castable).then(|| Answer {
            coerced,
            result: field.data_type().clone(),
            nullable: field.is_nullable(),
        })
    }
}

fn coerce<F: UDFCoercionExt>(fields: &[FieldRef], function: &F) -> Option<Vec<FieldRef>> {
    fields_with_udf(fields, function).ok()
}
