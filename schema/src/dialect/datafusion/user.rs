//! Functions whose arguments DataFusion 55.2 coerces by code of their own.

use querent_types::{Field, Layout, ListLayout, SqlType};

use super::coerce::{self, resolution, resolutions};
use super::number;
use super::shape::*;

/// The types that the arguments of a function with such a rule are coerced to.
pub(super) fn coerce(rule: &str, types: &[SqlType]) -> Option<Vec<SqlType>> {
    match rule {
        "coalesce" | "make_array" => resolutions(types),
        "concat" => (!types.is_empty()).then(|| concat(types)),
        "concat_ws" => (types.len() >= 2).then(|| concat(types)),
        "greatest" | "least" => folded(types, coerce::comparison),
        "nvl2" => (types.len() == 3).then(|| folded(types, coerce::union)).flatten(),
        "gcd" | "lcm" => whole_numbers(types),
        "get_field" => (types.len() >= 2).then(|| types.to_vec()),
        "min" | "max" => match types {
            [SqlType::Dictionary(_, value)] => Some(vec![(**value).clone()]),
            [ty] => Some(vec![ty.clone()]),
            _ => None,
        },
        "array_concat" => array_concat(types),
        "array_sum" | "array_avg" | "array_product" | "array_normalize" => match types {
            [list] => Some(vec![vector(list, false)?]),
            _ => None,
        },
        "array_scale" => match types {
            [list, factor] if factor.is_numeric() || *factor == SqlType::Null => {
                Some(vec![vector(list, false)?, SqlType::Float64])
            }
            _ => None,
        },
        "array_add" | "array_subtract" | "cosine_distance" | "inner_product" => match types {
            [_, _] => {
                let large = types.iter().any(|ty| matches!(ty, SqlType::List(_, ListLayout::Large)));
                types.iter().map(|list| vector(list, large)).collect()
            }
            _ => None,
        },
        "array_distance" => match types {
            [_, _] => types.iter().map(flat_vector).collect(),
            _ => None,
        },
        "map_extract" => match types {
            [SqlType::Null, key] => Some(vec![SqlType::Null, key.clone()]),
            [map @ SqlType::Map(entries, _), _] => match &entries.ty {
                SqlType::Struct(fields) => Some(vec![map.clone(), fields.first()?.ty.clone()]),
                _ => None,
            },
            _ => None,
        },
        // The list comes first; the other operand is what the lambda's body gives.
        "lambda_over_list" => match types {
            [SqlType::Null, body] => Some(vec![list_of(SqlType::Null, false), body.clone()]),
            [SqlType::List(field, ListLayout::LargeView), body] => {
                Some(vec![SqlType::List(field.clone(), ListLayout::Large), body.clone()])
            }
            [list @ SqlType::List(_, ListLayout::List | ListLayout::Large), body] => {
                Some(vec![list.clone(), body.clone()])
            }
            [SqlType::List(field, _) | SqlType::FixedSizeList(field, _), body] => {
                Some(vec![SqlType::List(field.clone(), ListLayout::List), body.clone()])
            }
            _ => None,
        },
        _ => None,
    }
}

fn folded(types: &[SqlType], two: fn(&SqlType, &SqlType) -> Option<SqlType>) -> Option<Vec<SqlType>> {
    let (first, rest) = types.split_first()?;
    let common = rest.iter().try_fold(first.clone(), |so_far, ty| two(&so_far, ty))?;
    Some(vec![common; types.len()])
}

/// The widest text, or the widest bytes where there is no text among the arguments.
fn concat(types: &[SqlType]) -> Vec<SqlType> {
    let widest =
        |layout: fn(&SqlType) -> Option<Layout>| types.iter().filter_map(layout).reduce(wider_layout);
    let text = widest(|ty| match ty {
        SqlType::Text(layout) => Some(*layout),
        _ => None,
    });
    // Bytes of a fixed size become large ones.
    let bytes = widest(|ty| match ty {
        SqlType::Binary(layout) => Some(*layout),
        SqlType::FixedSizeBinary(_) => Some(Layout::Large),
        _ => None,
    });
    let common = match (text, bytes) {
        (None, Some(layout)) => SqlType::Binary(layout),
        (text, _) => SqlType::Text(text.unwrap_or(Layout::Plain)),
    };
    vec![common; types.len()]
}

fn whole_numbers(types: &[SqlType]) -> Option<Vec<SqlType>> {
    let [a, b] = types else { return None };
    let common = if *a == SqlType::Null || *b == SqlType::Null || (a.is_integer() && b.is_integer()) {
        SqlType::Int64
    } else {
        number::decimals(a, b)?
    };
    Some(vec![common; 2])
}

/// A list over floats; NULL is read as one.
fn vector(ty: &SqlType, large: bool) -> Option<SqlType> {
    let list = match ty {
        SqlType::Null => list_of(SqlType::Float64, large),
        SqlType::List(_, ListLayout::List | ListLayout::Large) | SqlType::FixedSizeList(..) => {
            with_base_type(ty, &SqlType::Float64)
        }
        _ => return None,
    };
    Some(match list {
        SqlType::List(field, ListLayout::List) if large => SqlType::List(field, ListLayout::Large),
        list => list,
    })
}

fn flat_vector(ty: &SqlType) -> Option<SqlType> {
    match ty {
        SqlType::Null => Some(SqlType::Float64),
        _ if element(ty).is_some_and(|field| element(&field.ty).is_some()) => None,
        _ => vector(ty, false),
    }
}

/// The type of several lists put together.
pub(super) fn array_concat_type(types: &[SqlType]) -> Option<SqlType> {
    let mut large = false;
    for ty in types {
        match ty {
            SqlType::Null | SqlType::List(_, ListLayout::List) | SqlType::FixedSizeList(..) => {}
            SqlType::List(_, ListLayout::Large) => large = true,
            _ => return None,
        }
    }
    let depth = types.iter().map(list_ndims).max().unwrap_or(0);
    if depth == 0 {
        return Some(SqlType::Null);
    }
    let bases: Vec<SqlType> = types.iter().map(|ty| base_type(ty).clone()).collect();
    let mut item = resolution(&bases)?;
    for _ in 1..depth {
        item = list_of(item, false);
    }
    Some(list_of(item, large))
}

fn array_concat(types: &[SqlType]) -> Option<Vec<SqlType>> {
    let whole = array_concat_type(types)?;
    let large = matches!(whole, SqlType::List(_, ListLayout::Large));
    let base = base_type(&whole);
    let rebased = |ty: &SqlType| match with_base_type(ty, base) {
        SqlType::List(field, ListLayout::List) if large => SqlType::List(field, ListLayout::Large),
        ty => ty,
    };
    Some(types.iter().map(rebased).collect())
}

/// A struct of these types, members named `c0`, `c1`, ….
pub(super) fn numbered_struct(types: &[SqlType]) -> SqlType {
    let member = |(place, ty): (usize, &SqlType)| Field::new(format!("c{place}"), ty.clone(), true);
    SqlType::Struct(types.iter().enumerate().map(member).collect())
}
