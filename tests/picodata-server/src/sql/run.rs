//! The rows of a SELECT.

use std::cmp::Ordering;

use super::describe::{Scope, column};
use super::select::{Expr, Item, Select, Source};
use crate::SqlError;
use crate::script::User;
use crate::topology::{Relation, Topology};
use crate::value::{Type, Value};

/// Who asks whom.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context<'c> {
    /// As this node tells it.
    pub(crate) topology: &'c Topology,
    /// The node's name.
    pub(crate) node: &'c str,
    pub(crate) user: &'c User,
    pub(crate) arguments: &'c [Value],
}

/// Answers the statement; tables that the user may not read are an error here, not when it is prepared.
pub(crate) fn run(select: &Select, context: Context<'_>) -> Result<Vec<Vec<Value>>, SqlError> {
    query(select, context, &[]).map(|relation| relation.rows)
}

fn query(select: &Select, context: Context<'_>, outer: &[(String, Relation)]) -> Result<Relation, SqlError> {
    let mut known = outer.to_vec();
    for (name, cte) in &select.ctes {
        let relation = query(cte, context, &known)?;
        known.push((name.clone(), relation));
    }
    let mut scope = Scope::new();
    let mut rows: Vec<Vec<Vec<Value>>> = vec![Vec::new()];
    for source in &select.from {
        let relation = relation(source, context, &known)?;
        scope.push((source.alias.clone(), relation.columns.clone()));
        rows = join(rows, &relation, source, &scope, context)?;
    }
    if let Some(filter) = &select.filter {
        rows = keep(rows, filter, &scope, context)?;
    }
    sort(&mut rows, select, &scope, context)?;
    rows.truncate(select.limit.unwrap_or(usize::MAX));
    let counted = select.items.iter().any(|item| matches!(item, Item::Expr(Expr::CountAll, _)));
    if counted {
        let count = Value::Int(rows.len() as i64);
        return Ok(Relation { columns: names(select), rows: vec![vec![count; select.items.len()]] });
    }
    let projected = rows.iter().map(|row| project(select, row, &scope, context)).collect::<Result<_, _>>()?;
    Ok(Relation { columns: names(select), rows: projected })
}

/// Names only: types are [`super::describe`]'s.
fn names(select: &Select) -> Vec<(String, Type)> {
    let name = |item: &Item| match item {
        Item::Expr(_, Some(alias)) => alias.clone(),
        Item::Expr(Expr::Column(_, name), None) => name.clone(),
        _ => String::new(),
    };
    select.items.iter().map(|item| (name(item), Type::Unknown)).collect()
}

fn relation(
    source: &Source,
    context: Context<'_>,
    known: &[(String, Relation)],
) -> Result<Relation, SqlError> {
    if let Some((_, relation)) = known.iter().find(|(name, _)| *name == source.table) {
        return Ok(relation.clone());
    }
    if !context.user.may_read(&source.table) {
        return Err(SqlError::access_denied("Read", &source.table, context.user.name()));
    }
    context.topology.relation(&source.table).ok_or_else(|| SqlError::no_table(&source.table))
}

fn join(
    left: Vec<Vec<Vec<Value>>>,
    right: &Relation,
    source: &Source,
    scope: &Scope,
    context: Context<'_>,
) -> Result<Vec<Vec<Vec<Value>>>, SqlError> {
    let mut out = Vec::new();
    for row in left {
        let before = out.len();
        for other in &right.rows {
            let mut joined = row.clone();
            joined.push(other.clone());
            let matches = match &source.on {
                Some(on) => eval(on, &joined, scope, context)? == Value::Bool(true),
                None => true,
            };
            if matches {
                out.push(joined);
            }
        }
        if source.outer && out.len() == before {
            let mut joined = row;
            joined.push(vec![Value::Null; right.columns.len()]);
            out.push(joined);
        }
    }
    Ok(out)
}

fn keep(
    rows: Vec<Vec<Vec<Value>>>,
    filter: &Expr,
    scope: &Scope,
    context: Context<'_>,
) -> Result<Vec<Vec<Vec<Value>>>, SqlError> {
    let mut out = Vec::new();
    for row in rows {
        if eval(filter, &row, scope, context)? == Value::Bool(true) {
            out.push(row);
        }
    }
    Ok(out)
}

fn sort(
    rows: &mut [Vec<Vec<Value>>],
    select: &Select,
    scope: &Scope,
    context: Context<'_>,
) -> Result<(), SqlError> {
    for (expr, descending) in select.order.iter().rev() {
        // A name of the output is the expression that it names.
        let named = select.items.iter().find_map(|item| match (item, expr) {
            (Item::Expr(inner, Some(alias)), Expr::Column(None, name)) if alias == name => Some(inner),
            _ => None,
        });
        let expr = named.unwrap_or(expr);
        if let Some(row) = rows.first() {
            eval(expr, row, scope, context)?;
        }
        let key = |row: &Vec<Vec<Value>>| eval(expr, row, scope, context).unwrap_or(Value::Null);
        rows.sort_by(|a, b| {
            let order = compare(&key(a), &key(b)).unwrap_or(Ordering::Equal);
            if *descending { order.reverse() } else { order }
        });
    }
    Ok(())
}

fn project(
    select: &Select,
    row: &[Vec<Value>],
    scope: &Scope,
    context: Context<'_>,
) -> Result<Vec<Value>, SqlError> {
    let mut out = Vec::new();
    for item in &select.items {
        match item {
            Item::Star => out.extend(row.iter().flatten().cloned()),
            Item::Expr(expr, _) => out.push(eval(expr, row, scope, context)?),
        }
    }
    Ok(out)
}

fn eval(expr: &Expr, row: &[Vec<Value>], scope: &Scope, context: Context<'_>) -> Result<Value, SqlError> {
    let inner = |expr: &Expr| eval(expr, row, scope, context);
    Ok(match expr {
        Expr::Column(table, name) => {
            let (at, idx, _) = column(table.as_deref(), name, scope)?;
            row.get(at).and_then(|table| table.get(idx)).cloned().unwrap_or(Value::Null)
        }
        Expr::Literal(value, _) => value.clone(),
        Expr::Parameter(number) => context.arguments.get(number - 1).cloned().unwrap_or(Value::Null),
        Expr::Call(name, arguments) => {
            let arguments = arguments.iter().map(inner).collect::<Result<Vec<_>, _>>()?;
            call(name, &arguments, context)?
        }
        Expr::Cast(value, ty) => cast(inner(value)?, *ty)?,
        Expr::Index(value, index) => element(&inner(value)?, &inner(index)?),
        Expr::Binary(operator, left, right) => binary(operator, &inner(left)?, &inner(right)?),
        Expr::Not(value) => match inner(value)? {
            Value::Bool(value) => Value::Bool(!value),
            _ => Value::Null,
        },
        Expr::IsNull(value) => Value::Bool(inner(value)? == Value::Null),
        Expr::In(left, items) => {
            let left = inner(left)?;
            let mut found = Value::Bool(false);
            for item in items {
                found = binary("or", &found, &binary("=", &left, &inner(item)?));
            }
            found
        }
        Expr::CountAll => Value::Null,
    })
}

/// With NULL as unknown.
fn binary(operator: &str, left: &Value, right: &Value) -> Value {
    match (operator, left, right) {
        ("and", Value::Bool(false), _) | ("and", _, Value::Bool(false)) => return Value::Bool(false),
        ("or", Value::Bool(true), _) | ("or", _, Value::Bool(true)) => return Value::Bool(true),
        ("and", Value::Bool(true), Value::Bool(true)) => return Value::Bool(true),
        ("or", Value::Bool(false), Value::Bool(false)) => return Value::Bool(false),
        ("and" | "or", ..) => return Value::Null,
        _ => {}
    }
    let Some(order) = compare(left, right) else { return Value::Null };
    Value::Bool(match operator {
        "=" => order == Ordering::Equal,
        "<>" => order != Ordering::Equal,
        "<" => order == Ordering::Less,
        ">" => order == Ordering::Greater,
        "<=" => order != Ordering::Greater,
        _ => order != Ordering::Less,
    })
}

fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        (Value::Double(a), Value::Double(b)) => a.partial_cmp(b),
        (Value::Numeric(a), Value::Numeric(b)) => Some(a.cmp(b)),
        (Value::Uuid(a), Value::Uuid(b)) => Some(a.cmp(b)),
        (Value::Timestamptz(a), Value::Timestamptz(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

fn cast(value: Value, ty: Type) -> Result<Value, SqlError> {
    let text = match &value {
        Value::Null => return Ok(Value::Null),
        Value::Text(text) => text.clone(),
        other => other.to_text().unwrap_or_default(),
    };
    Value::from_text(ty.oid(), text.as_bytes()).map_err(|_| SqlError::bad_literal(&text, ty.name()))
}

/// `current_state[1]`, `format[1]['name']`: counted from 1.
fn element(value: &Value, index: &Value) -> Value {
    let Value::Json(json) = value else { return Value::Null };
    let found = match index {
        Value::Int(number) => usize::try_from(number - 1).ok().and_then(|idx| json.get(idx)),
        Value::Text(name) => json.get(name.as_str()),
        _ => None,
    };
    found.map_or(Value::Null, |found| Value::Json(found.clone()))
}

fn call(name: &str, arguments: &[Value], context: Context<'_>) -> Result<Value, SqlError> {
    let topology = context.topology;
    let here = topology.instance(context.node);
    let text = |found: Option<&str>| found.map_or(Value::Null, Value::from);
    Ok(match name {
        "_pico_bucket" => match arguments {
            [Value::Text(tier)] => Value::Json(topology.bucket_map(tier)?),
            _ => return Err(SqlError::no_function("_pico_bucket")),
        },
        "pico_instance_uuid" | "instance_uuid" => text(here.map(|node| node.uuid.as_str())),
        "pico_instance_name" => Value::from(context.node),
        "pico_replicaset_name" => text(here.map(|node| node.replicaset.as_str())),
        "pico_tier_name" => text(here.and_then(|node| topology.tier_of(&node.replicaset))),
        "pico_raft_leader_uuid" => text(topology.instances().first().map(|node| node.uuid.as_str())),
        "pico_raft_leader_id" => topology.instances().first().map(|node| node.raft_id).into(),
        _ => Value::from("26.1.6-0-g0000000"),
    })
}
