//! When a function's result is NULL, by running it on NULL and other values.
//!
//! A rule is what no run contradicts, the most telling first; a function that no value makes run is `always`. The rule
//! says when a result is *not* NULL; which arguments make it NULL by being NULL is asked apart from it, in every form
//! that a call can have.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::common::{DFSchema, ScalarValue};
use datafusion::config::ConfigOptions;
use datafusion::logical_expr::simplify::SimplifyContext;
use datafusion::logical_expr::{ColumnarValue, Expr, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, lit};
use datafusion::optimizer::simplify_expressions::ExprSimplifier;
use datafusion::prelude::SessionContext;

use crate::engine::Function;
use crate::lattice::Choices;
use crate::values;

/// The rule of a function, from the argument types that it was accepted with after coercion.
pub(crate) fn rule(function: &Function, signatures: &[Vec<DataType>]) -> String {
    if declared_never(function, signatures) {
        return "never".to_owned();
    }
    match function {
        // Whether a value fails to become another type is no matter of a few runs.
        Function::Scalar(scalar) if scalar.name().contains("try_cast") => "always".to_owned(),
        // NULL where the bin or a finer unit is out of range, which no ordinary value is.
        Function::Scalar(scalar) if scalar.name() == "date_bin" => "always".to_owned(),
        // It changes a column's metadata and nothing else.
        // Columns of lists that are NULL give NULL, beside literals they are an error (55.2): the probe saw the latter.
        Function::Scalar(scalar) if scalar.name() == "map" => "strict".to_owned(),
        Function::Scalar(scalar) if scalar.name() == "with_metadata" => "first".to_owned(),
        Function::Scalar(scalar) => scalar_rules(scalar, signatures),
        // It counts the columns of a grouping set; outside of GROUP BY it does not run.
        Function::Aggregate(_) if function.name() == "grouping" => "never".to_owned(),
        Function::Aggregate(_) => aggregate_rule(function, signatures).to_owned(),
        // What a frame holds decides.
        Function::Window(_) => "always".to_owned(),
    }
}

/// One rule, or one for each kind of the first or the second argument where that says more than `always`.
fn scalar_rules(function: &ScalarUDF, signatures: &[Vec<DataType>]) -> String {
    let whole = scalar_rule(function, signatures.iter().collect());
    if whole != "always" {
        return whole.to_owned();
    }
    for place in 0..2 {
        let mut kinds: BTreeMap<String, Vec<&Vec<DataType>>> = BTreeMap::new();
        for types in signatures.iter().filter(|types| types.len() > place) {
            let kind = types[place].to_string().split('(').next().unwrap_or("").to_owned();
            kinds.entry(kind).or_default().push(types);
        }
        let mut cases = Vec::new();
        for (kind, signatures) in kinds {
            let rule = scalar_rule(function, signatures);
            if rule != "always" {
                cases.push(format!("{}{kind} -> {rule}", "_, ".repeat(place)));
            }
        }
        if !cases.is_empty() {
            cases.push("always".to_owned());
            return cases.join("; ");
        }
    }
    "always".to_owned()
}

/// Whether the engine says that the result is never NULL, whatever the arguments are.
fn declared_never(function: &Function, signatures: &[Vec<DataType>]) -> bool {
    let never = |types: &Vec<DataType>| {
        function.plan(types, &vec![None; types.len()], true).is_some_and(|answer| !answer.nullable)
    };
    !signatures.is_empty() && signatures.iter().take(40).all(never)
}

/// The masks of NULL arguments under which the result was NULL, and how many runs there were with and without NULLs.
#[derive(Default)]
struct Runs {
    null_results: BTreeSet<(usize, u32)>,
    plain: usize,
    with_nulls: usize,
    nullary: bool,
}

fn scalar_rule(function: &ScalarUDF, signatures: Vec<&Vec<DataType>>) -> &'static str {
    let mut runs = Runs::default();
    each_call(signatures, |args, mask| runs.run(function, args, mask));
    runs.rule()
}

/// The places of the arguments whose NULL made every result NULL, from 0 on.
pub(crate) fn rejects(function: &Function, signatures: &[Vec<DataType>]) -> String {
    const ENOUGH: usize = 3;
    let Function::Scalar(scalar) = function else { return String::new() };
    // For each place, how many results there were where it was NULL, and whether one of them was not NULL.
    let mut places: BTreeMap<usize, (usize, bool)> = BTreeMap::new();
    each_call(signatures.iter().collect(), |args, mask| {
        if mask == 0 {
            return;
        }
        for null in outcomes(scalar, args, mask) {
            for place in (0..args.len()).filter(|place| mask & (1 << place) > 0) {
                let (runs, refuted) = places.entry(place).or_default();
                *runs += 1;
                *refuted |= !null;
            }
        }
    });
    let rejecting: Vec<String> = places
        .iter()
        .filter(|(_, (runs, refuted))| *runs >= ENOUGH && !refuted)
        .map(|(place, _)| place.to_string())
        .collect();
    rejecting.join(" ")
}

/// The results of a call, whether they are NULL: over arrays, over scalars, over both, and folded by the optimizer. A
/// function may look at each form apart.
fn outcomes(function: &ScalarUDF, args: &[ArrayRef], mask: u32) -> Vec<bool> {
    let forms: [&dyn Fn(usize) -> bool; 4] =
        [&|_| true, &|_| false, &|place| mask & (1 << place) > 0, &|place| mask & (1 << place) == 0];
    let run = |form: &dyn Fn(usize) -> bool| invoke_as(function, args, form);
    let mut results: Vec<bool> = forms
        .iter()
        .filter_map(|form| catch_unwind(AssertUnwindSafe(|| run(*form))).ok().flatten())
        .collect();
    results.extend(catch_unwind(AssertUnwindSafe(|| fold(function, args))).ok().flatten());
    results
}

/// Calls of a sample of signatures: arguments, and the mask of those that are NULL.
fn each_call(mut signatures: Vec<&Vec<DataType>>, mut run: impl FnMut(&[ArrayRef], u32)) {
    const SIGNATURES_MAX: usize = 40;
    let mut choices = Choices::new(5);
    signatures.retain(|types| !types.contains(&DataType::Null));
    while signatures.len() > SIGNATURES_MAX {
        signatures.swap_remove(choices.below(signatures.len()));
    }
    for types in signatures {
        let sets: Vec<Vec<ArrayRef>> = types.iter().map(values::values).collect();
        if sets.iter().any(Vec::is_empty) {
            continue;
        }
        let all: usize = sets.iter().map(Vec::len).product();
        const COMBINATIONS_MAX: usize = 48;
        for turn in 0..all.min(COMBINATIONS_MAX) {
            let pick = |set: &Vec<ArrayRef>| Arc::clone(&set[choices.below(set.len())]);
            let row: Vec<ArrayRef> = if all <= COMBINATIONS_MAX {
                combination(&sets, turn)
            } else {
                sets.iter().map(pick).collect()
            };
            let masks = 1u32 << types.len();
            for mask in if turn < 4 { 0..masks } else { 0..1 } {
                let args: Vec<ArrayRef> = row
                    .iter()
                    .enumerate()
                    .map(|(place, value)| {
                        if mask & (1 << place) > 0 { values::null(&types[place]) } else { Arc::clone(value) }
                    })
                    .collect();
                run(&args, mask);
            }
        }
    }
}

fn combination(sets: &[Vec<ArrayRef>], turn: usize) -> Vec<ArrayRef> {
    let mut rest = turn;
    sets.iter()
        .map(|set| {
            let value = Arc::clone(&set[rest % set.len()]);
            rest /= set.len();
            value
        })
        .collect()
}

impl Runs {
    fn run(&mut self, function: &ScalarUDF, args: &[ArrayRef], mask: u32) {
        let outcome =
            catch_unwind(AssertUnwindSafe(|| invoke(function, args).or_else(|| fold(function, args))));
        let Some(null) = outcome.ok().flatten() else { return };
        self.nullary = args.is_empty();
        if mask == 0 {
            self.plain += 1;
        } else {
            self.with_nulls += 1;
        }
        if null {
            self.null_results.insert((args.len(), mask));
        }
    }

    fn rule(&self) -> &'static str {
        const ENOUGH: usize = 3;
        if self.plain > 0 && self.nullary && self.null_results.is_empty() {
            return "never";
        }
        let holds = |test: fn(&(usize, u32)) -> bool| self.null_results.iter().all(test);
        if self.plain < ENOUGH || !holds(|(_, mask)| *mask != 0) {
            "always"
        } else if self.null_results.is_empty() && self.with_nulls >= ENOUGH {
            "never"
        } else if holds(|(count, _)| *count == 1) {
            "strict"
        } else if holds(|(count, mask)| *mask == (1 << count) - 1) {
            "all"
        } else if holds(|(_, mask)| mask & 1 == 1) {
            "first"
        } else {
            "strict"
        }
    }
}

/// Runs the function itself; whether the result is NULL.
fn invoke(function: &ScalarUDF, args: &[ArrayRef]) -> Option<bool> {
    invoke_as(function, args, &|_| true).or_else(|| invoke_as(function, args, &|_| false))
}

/// Runs the function with arrays for the arguments that `array` names, scalars for the others.
fn invoke_as(function: &ScalarUDF, args: &[ArrayRef], array: &dyn Fn(usize) -> bool) -> Option<bool> {
    let fields: Vec<_> =
        args.iter().map(|arg| Arc::new(Field::new("f", arg.data_type().clone(), true))).collect();
    let scalars: Vec<ScalarValue> =
        args.iter().map(|arg| ScalarValue::try_from_array(arg, 0)).collect::<Result<_, _>>().ok()?;
    let literals: Vec<Option<&ScalarValue>> = scalars.iter().map(Some).collect();
    let return_field = function
        .return_field_from_args(ReturnFieldArgs { arg_fields: &fields, scalar_arguments: &literals })
        .ok()?;
    let value = |(place, (arg, scalar)): (usize, (&ArrayRef, &ScalarValue))| match array(place) {
        true => ColumnarValue::Array(Arc::clone(arg)),
        false => ColumnarValue::Scalar(scalar.clone()),
    };
    let args = ScalarFunctionArgs {
        args: args.iter().zip(&scalars).enumerate().map(value).collect(),
        arg_fields: fields.clone(),
        number_rows: 1,
        return_field: Arc::clone(&return_field),
        config_options: Arc::new(ConfigOptions::default()),
    };
    let result = catch_unwind(AssertUnwindSafe(|| function.invoke_with_args(args).ok())).ok().flatten()?;
    let result = result.into_array(1).ok()?;
    Some(result.is_null(0) || *result.data_type() == DataType::Null)
}

/// Lets the optimizer fold the call: some functions exist for it alone (`coalesce` becomes CASE).
fn fold(function: &ScalarUDF, args: &[ArrayRef]) -> Option<bool> {
    let literals: Vec<Expr> =
        args.iter().map(|arg| ScalarValue::try_from_array(arg, 0).map(lit)).collect::<Result<_, _>>().ok()?;
    let schema = Arc::new(DFSchema::empty());
    let simplifier =
        ExprSimplifier::new(SimplifyContext::builder().with_schema(schema).with_current_time().build());
    match simplifier.simplify(function.call(literals)).ok()? {
        Expr::Literal(value, _) => Some(value.is_null()),
        _ => None,
    }
}

/// Runs an aggregate over no row, one row, two rows.
fn aggregate_rule(function: &Function, signatures: &[Vec<DataType>]) -> &'static str {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let (mut empty_is_null, mut ran) = (false, 0usize);
    let signatures = signatures.iter().filter(|types| !types.contains(&DataType::Null) && !types.is_empty());
    for types in signatures.take(12) {
        let sets: Vec<Vec<ArrayRef>> = types.iter().map(values::values).collect();
        let Some(least) = sets.iter().map(Vec::len).min().filter(|least| *least > 0) else { continue };
        for rows in 0..=least.min(2) {
            match runtime.block_on(aggregate(function.name(), types, &sets, rows)) {
                Some(null) if rows == 0 => {
                    ran += 1;
                    empty_is_null |= null;
                }
                Some(true) => return "always",
                Some(false) => ran += 1,
                None => {}
            }
        }
    }
    match (ran, empty_is_null) {
        (0..3, _) => "always",
        (_, true) => "empty",
        (_, false) => "never",
    }
}

/// The first argument is a column, the others are literals where columns will not do.
async fn aggregate(name: &str, types: &[DataType], sets: &[Vec<ArrayRef>], rows: usize) -> Option<bool> {
    let fields: Vec<Field> = types
        .iter()
        .enumerate()
        .map(|(place, ty)| Field::new(format!("c{place}"), ty.clone(), true))
        .collect();
    let schema = Arc::new(Schema::new(fields));
    let columns: Vec<ArrayRef> = sets
        .iter()
        .map(|set| {
            let views: Vec<&dyn Array> = set.iter().take(rows).map(AsRef::as_ref).collect();
            if views.is_empty() {
                Some(datafusion::arrow::array::new_empty_array(set[0].data_type()))
            } else {
                datafusion::arrow::compute::concat(&views).ok()
            }
        })
        .collect::<Option<_>>()?;
    let context = SessionContext::new();
    context.register_batch("t", RecordBatch::try_new(schema, columns).ok()?).ok()?;
    let literals = ["0.5", "','", "2", "1"];
    let mut texts = vec![(0..types.len()).map(|place| format!("c{place}")).collect::<Vec<_>>().join(", ")];
    texts.extend(literals.map(|literal| format!("c0, {literal}")));
    for args in texts.iter().take(if types.len() == 1 { 1 } else { texts.len() }) {
        let Ok(frame) = context.sql(&format!("SELECT {name}({args}) AS x FROM t")).await else { continue };
        let Ok(batches) = frame.collect().await else { continue };
        if let Some(batch) = batches.iter().find(|batch| batch.num_rows() > 0) {
            return Some(batch.column(0).is_null(0));
        }
    }
    None
}
