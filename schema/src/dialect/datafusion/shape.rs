//! Small questions about types that DataFusion's rules ask again and again.
//!
//! Names follow Arrow's (`equals_datatype`, `base_type`, `list_ndims`), so that a rule can be read beside the engine.

use querent_types::{DecimalWidth, Field, Layout, ListLayout, SqlType};

/// The kind of list that a type is, and its element.
pub(super) fn element(ty: &SqlType) -> Option<&Field> {
    match ty {
        SqlType::List(field, _) | SqlType::FixedSizeList(field, _) => Some(field),
        _ => None,
    }
}

/// Like Arrow's `is_string`: text of any layout.
pub(super) fn is_string(ty: &SqlType) -> bool {
    matches!(ty, SqlType::Text(_))
}

/// Like Arrow's `is_binary`: bytes of any layout but not of fixed size.
pub(super) fn is_binary(ty: &SqlType) -> bool {
    matches!(ty, SqlType::Binary(_))
}

/// A bounded decimal's width, precision and scale.
pub(super) fn decimal(ty: &SqlType) -> Option<(DecimalWidth, u8, i8)> {
    match ty {
        SqlType::Decimal { width, precision, scale } => Some((*width, *precision, *scale)),
        _ => None,
    }
}

/// The most digits that a decimal of this width holds.
pub(super) fn precision_max(width: DecimalWidth) -> u8 {
    match width {
        DecimalWidth::W32 => 9,
        DecimalWidth::W64 => 18,
        DecimalWidth::W128 => 38,
        DecimalWidth::W256 => 76,
    }
}

/// A decimal, precision and scale cut to what its width holds.
pub(super) fn decimal_within(width: DecimalWidth, precision: u8, scale: i8) -> SqlType {
    let max = precision_max(width);
    SqlType::Decimal { width, precision: precision.min(max), scale: scale.min(max as i8) }
}

/// Like Arrow's `is_primitive`: numbers and times.
pub(super) fn is_primitive(ty: &SqlType) -> bool {
    ty.is_numeric() || ty.is_temporal()
}

/// Whether Arrow's `is_nested` holds.
pub(super) fn is_nested(ty: &SqlType) -> bool {
    match ty {
        SqlType::Dictionary(_, value) => is_nested(value),
        SqlType::RunEndEncoded(_, values) => is_nested(&values.ty),
        SqlType::List(..)
        | SqlType::FixedSizeList(..)
        | SqlType::Struct(_)
        | SqlType::Map(..)
        | SqlType::Union(..) => true,
        _ => false,
    }
}

/// Equality up to the names of fields (Arrow's `equals_datatype`).
pub(super) fn equals_datatype(a: &SqlType, b: &SqlType) -> bool {
    let fields = |a: &Field, b: &Field| a.nullable == b.nullable && equals_datatype(&a.ty, &b.ty);
    match (a, b) {
        (SqlType::List(a, la), SqlType::List(b, lb)) => la == lb && fields(a, b),
        (SqlType::FixedSizeList(a, na), SqlType::FixedSizeList(b, nb)) => na == nb && fields(a, b),
        (SqlType::Struct(a), SqlType::Struct(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| fields(a, b))
        }
        (SqlType::Map(a, sa), SqlType::Map(b, sb)) => sa == sb && fields(a, b),
        (SqlType::Dictionary(ka, va), SqlType::Dictionary(kb, vb)) => {
            equals_datatype(ka, kb) && equals_datatype(va, vb)
        }
        (SqlType::RunEndEncoded(ea, va), SqlType::RunEndEncoded(eb, vb)) => fields(ea, eb) && fields(va, vb),
        (SqlType::Union(a, ma), SqlType::Union(b, mb)) => {
            ma == mb
                && a.len() == b.len()
                && a.iter().all(|(id, f)| b.iter().any(|(other, g)| id == other && fields(f, g)))
        }
        _ => a == b,
    }
}

/// The innermost element type of nested lists.
pub(super) fn base_type(ty: &SqlType) -> &SqlType {
    element(ty).map_or(ty, |field| base_type(&field.ty))
}

/// How many lists a type is inside of.
pub(super) fn list_ndims(ty: &SqlType) -> u32 {
    element(ty).map_or(0, |field| 1 + list_ndims(&field.ty))
}

/// A list of nullable values.
pub(super) fn list_of(item: SqlType, large: bool) -> SqlType {
    SqlType::List(Box::new(Field::item(item)), if large { ListLayout::Large } else { ListLayout::List })
}

/// The same nested lists over another innermost type; lists of a fixed size become plain ones.
pub(super) fn with_base_type(ty: &SqlType, base: &SqlType) -> SqlType {
    match ty {
        SqlType::List(field, layout) => SqlType::List(Box::new(rebased(field, base)), *layout),
        SqlType::FixedSizeList(field, _) => SqlType::List(Box::new(rebased(field, base)), ListLayout::List),
        _ => base.clone(),
    }
}

fn rebased(field: &Field, base: &SqlType) -> Field {
    Field::new(field.name.clone(), with_base_type(&field.ty, base), field.nullable)
}

/// Text that holds both layouts: views before large before plain.
pub(super) fn wider_layout(a: Layout, b: Layout) -> Layout {
    match (a, b) {
        (Layout::View, _) | (_, Layout::View) => Layout::View,
        (Layout::Large, _) | (_, Layout::Large) => Layout::Large,
        _ => Layout::Plain,
    }
}

/// The type behind dictionaries.
pub(super) fn behind_dictionaries(ty: &SqlType) -> &SqlType {
    match ty {
        SqlType::Dictionary(_, value) => behind_dictionaries(value),
        _ => ty,
    }
}
