//! The types of a SELECT's parameters and columns.

use super::select::{Expr, Item, Select};
use crate::SqlError;
use crate::topology::Topology;
use crate::value::Type;

/// What Describe answers.
#[derive(Debug, Clone)]
pub(crate) struct Described {
    pub(crate) parameters: Vec<Type>,
    pub(crate) columns: Vec<(String, Type)>,
}

/// A table in scope: its alias and columns.
pub(super) type Scope = Vec<(String, Vec<(String, Type)>)>;

/// Types the statement; `declared` are the types that the client gave its parameters.
pub(crate) fn describe(
    select: &Select,
    topology: &Topology,
    declared: &[Option<Type>],
) -> Result<Described, SqlError> {
    let mut parameters = Parameters { types: declared.to_vec() };
    let columns = columns(select, topology, &[], &mut parameters)?;
    // A parameter that only a greater number lets one expect.
    let parameters = parameters.types.into_iter().map(|ty| ty.unwrap_or(Type::Json)).collect();
    Ok(Described { parameters, columns })
}

/// The columns of a SELECT, and on the way the types of its parameters.
fn columns(
    select: &Select,
    topology: &Topology,
    outer: &[(String, Vec<(String, Type)>)],
    parameters: &mut Parameters,
) -> Result<Vec<(String, Type)>, SqlError> {
    let mut known = outer.to_vec();
    for (name, cte) in &select.ctes {
        let columns = columns(cte, topology, &known, parameters)?;
        known.push((name.clone(), columns));
    }
    let mut scope = Scope::new();
    for source in &select.from {
        let columns = match known.iter().find(|(name, _)| *name == source.table) {
            Some((_, columns)) => columns.clone(),
            None => {
                let relation =
                    topology.relation(&source.table).ok_or_else(|| SqlError::no_table(&source.table))?;
                relation.columns
            }
        };
        scope.push((source.alias.clone(), columns));
        if let Some(on) = &source.on {
            parameters.type_of(on, &scope)?;
        }
    }
    if let Some(filter) = &select.filter {
        parameters.type_of(filter, &scope)?;
    }
    let mut out = Vec::new();
    let mut unnamed = 0;
    for item in &select.items {
        match item {
            Item::Star => out.extend(scope.iter().flat_map(|(_, columns)| columns.clone())),
            Item::Expr(expr, alias) => {
                let ty = parameters.type_of(expr, &scope)?;
                let ty = if let Expr::Parameter(number) = expr { parameters.or_text(*number) } else { ty };
                let name = match (alias, expr) {
                    (Some(alias), _) => alias.clone(),
                    (None, Expr::Column(_, name)) => name.clone(),
                    (None, _) => {
                        unnamed += 1;
                        format!("col_{unnamed}")
                    }
                };
                out.push((name, ty.unwrap_or(Type::Unknown)));
            }
        }
    }
    for (expr, _) in &select.order {
        let is_output =
            matches!(expr, Expr::Column(None, name) if out.iter().any(|(column, _)| column == name));
        if !is_output {
            parameters.type_of(expr, &scope)?;
        }
    }
    Ok(out)
}

struct Parameters {
    types: Vec<Option<Type>>,
}

impl Parameters {
    fn slot(&mut self, number: usize) -> &mut Option<Type> {
        if self.types.len() < number {
            self.types.resize(number, None);
        }
        &mut self.types[number - 1]
    }

    fn or_text(&mut self, number: usize) -> Option<Type> {
        Some(*self.slot(number).get_or_insert(Type::Text))
    }

    /// Says that the parameter, if this is one, has this type.
    fn expect(&mut self, expr: &Expr, wanted: Option<Type>) -> Result<(), SqlError> {
        let (Expr::Parameter(number), Some(wanted)) = (expr, wanted) else { return Ok(()) };
        let found = *self.slot(*number).get_or_insert(wanted);
        if found == wanted {
            Ok(())
        } else {
            // The later one first, as 26.1.6 does.
            Err(SqlError::inconsistent_parameter(*number, wanted.name(), found.name()))
        }
    }

    /// `None` for a parameter of which nothing is known yet.
    fn type_of(&mut self, expr: &Expr, scope: &Scope) -> Result<Option<Type>, SqlError> {
        Ok(Some(match expr {
            Expr::Column(table, name) => column(table.as_deref(), name, scope)?.2,
            Expr::Literal(_, ty) => *ty,
            Expr::Parameter(number) => return Ok(*self.slot(*number)),
            Expr::Call(name, arguments) => {
                let (argument, result) = function(name)?;
                for expr in arguments {
                    self.type_of(expr, scope)?;
                    self.expect(expr, argument)?;
                }
                result
            }
            Expr::Cast(inner, ty) => {
                self.type_of(inner, scope)?;
                self.expect(inner, Some(*ty))?;
                *ty
            }
            Expr::Index(inner, index) => {
                self.type_of(inner, scope)?;
                self.type_of(index, scope)?;
                Type::Json
            }
            Expr::Binary(operator, left, right) => self.binary(operator, left, right, scope)?,
            Expr::Not(inner) | Expr::IsNull(inner) => {
                self.type_of(inner, scope)?;
                Type::Bool
            }
            Expr::In(left, items) => {
                for item in items {
                    self.binary("=", left, item, scope)?;
                }
                Type::Bool
            }
            Expr::CountAll => Type::Int8,
        }))
    }

    fn binary(&mut self, operator: &str, left: &Expr, right: &Expr, scope: &Scope) -> Result<Type, SqlError> {
        let (a, b) = (self.type_of(left, scope)?, self.type_of(right, scope)?);
        if matches!(operator, "and" | "or") {
            return Ok(Type::Bool);
        }
        self.expect(left, b)?;
        self.expect(right, a)?;
        match (a, b) {
            (Some(a), Some(b)) if a != b && a != Type::Unknown && b != Type::Unknown => {
                match (a, right) {
                    // As 26.1.6 says of `id = 'a'`.
                    (_, Expr::Literal(crate::Value::Text(text), _)) => {
                        Err(SqlError::bad_literal(text, a.name()))
                    }
                    (Type::Int8 | Type::Numeric | Type::Float8, _)
                        if matches!(b, Type::Int8 | Type::Numeric | Type::Float8) =>
                    {
                        Ok(Type::Bool)
                    }
                    _ => Err(SqlError::no_operator(operator, a.name(), b.name())),
                }
            }
            _ => Ok(Type::Bool),
        }
    }
}

/// Which table and column of the scope this is.
pub(super) fn column(
    table: Option<&str>,
    name: &str,
    scope: &Scope,
) -> Result<(usize, usize, Type), SqlError> {
    for (at, (alias, columns)) in scope.iter().enumerate() {
        if table.is_some_and(|table| table != alias) {
            continue;
        }
        if let Some(idx) = columns.iter().position(|(column, _)| column == name) {
            return Ok((at, idx, columns[idx].1));
        }
    }
    Err(SqlError::no_column(name))
}

/// What a function takes and gives.
fn function(name: &str) -> Result<(Option<Type>, Type), SqlError> {
    Ok(match name {
        "_pico_bucket" => (Some(Type::Text), Type::Json),
        "pico_instance_uuid"
        | "instance_uuid"
        | "pico_instance_name"
        | "pico_replicaset_name"
        | "pico_tier_name"
        | "pico_raft_leader_uuid"
        | "version" => (None, Type::Text),
        "pico_raft_leader_id" => (None, Type::Int8),
        other => return Err(SqlError::no_function(other)),
    })
}
