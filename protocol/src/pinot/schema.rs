//! The `dataSchema` of a result table: names and types of its columns.

use std::sync::Arc;

use super::error::Problem;
use super::value::Cell;
use super::{Column, PinotType};

/// The columns of a schema.
pub(super) fn columns(schema: Cell<'_>, count_max: usize) -> Result<Arc<[Column]>, Problem> {
    const EXPECTED: Problem = Problem::Expected("columnNames and columnDataTypes");
    let (mut names, mut types) = (None, None);
    for (key, value) in schema.members().map_err(|_| EXPECTED)? {
        match &*key {
            "columnNames" => names = Some(texts(value)?),
            "columnDataTypes" => types = Some(texts(value)?),
            _ => {}
        }
    }
    let (Some(names), Some(types)) = (names, types) else { return Err(EXPECTED) };
    if names.len() != types.len() {
        return Err(Problem::Expected("as many types as names of columns"));
    }
    if names.len() > count_max {
        return Err(Problem::TooMuch("columns", count_max as u64));
    }
    let column = |(name, native): (String, String)| {
        let ty = PinotType::from_name(&native);
        Column { name, ty, native }
    };
    Ok(names.into_iter().zip(types).map(column).collect())
}

fn texts(list: Cell<'_>) -> Result<Vec<String>, Problem> {
    const EXPECTED: Problem = Problem::Expected("names and types of columns as strings");
    let elements = list.elements().map_err(|_| EXPECTED)?;
    elements.map(|element| element.text().map(|text| text.into_owned()).map_err(|_| EXPECTED)).collect()
}
