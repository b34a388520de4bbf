//! Where the rows of a statement are: the routing key that the checker found, and its values in one call.
//!
//! What the key hashes to, and which node has that hash, is the driver's business ([`Cluster::owner`](crate::Cluster::owner)).

use std::borrow::Cow;

use querent_types::value::Decimal;

use crate::value::Value;

/// The routing key (distribution key, affinity key) of the rows that a statement touches. There is one table then.
///
/// Where a statement has a key, its rows belong to the owner of the key's values; with several keys, it can be split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// The group of nodes over which the table's rows are spread; empty where it has no name.
    pub tier: &'static str,
    /// The columns of the key, in its order.
    pub columns: &'static [KeyColumn],
    /// For each row of VALUES, and once for any other statement, what the columns are equal to. At most one part of all
    /// is [`KeyPart::Any`], and there is one row then.
    pub rows: &'static [&'static [KeyPart]],
}

/// A column of a routing key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyColumn {
    /// Its name.
    pub name: &'static str,
    /// Its type in `SqlType`'s notation, which is that of every value compared with it.
    pub ty: &'static str,
}

/// What a column of a routing key is equal to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPart {
    /// A parameter, by index.
    Param(u16),
    /// A literal.
    Constant(Constant),
    /// Any of these: the elements of the one [`Piece::Split`](crate::Piece::Split) of the template, in their order.
    Any(&'static [KeyPart]),
    /// A parameter that stands for a slice of values; within [`KeyPart::Any`] only.
    Spread(u16),
}

/// A literal that is part of a routing key, of the column's own type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Constant {
    /// NULL.
    Null,
    /// TRUE or FALSE.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A decimal as written, for its trailing zeros count.
    Decimal(&'static str),
    /// A double as written.
    Double(&'static str),
    /// A text.
    Text(&'static str),
}

impl Key {
    /// Whether its rows may have several owners, so that a pool over a cluster splits the statement by them.
    pub const fn splits(&self) -> bool {
        self.rows.len() > 1 || self.any().is_some()
    }

    /// The values of which one column is equal to any.
    pub(crate) const fn any(&self) -> Option<&'static [KeyPart]> {
        let [row] = self.rows else { return None };
        let mut at = 0;
        while at < row.len() {
            if let KeyPart::Any(parts) = row[at] {
                return Some(parts);
            }
            at += 1;
        }
        None
    }
}

/// One key of a statement, with its values.
#[derive(Clone, Copy)]
pub struct RowKey<'r> {
    pub(crate) key: &'r Key,
    pub(crate) row: &'r [KeyPart],
    /// What stands for [`KeyPart::Any`].
    pub(crate) any: Option<KeyValue<'r>>,
    pub(crate) values: &'r [Value<'r>],
}

/// A value that is part of a key.
#[derive(Clone, Copy)]
pub(crate) enum KeyValue<'r> {
    Value(&'r Value<'r>),
    Constant(Constant),
}

impl<'r> RowKey<'r> {
    /// The group of nodes over which the table's rows are spread; empty where it has no name.
    pub fn tier(&self) -> &'static str {
        self.key.tier
    }

    /// The values of the key's columns, in their order, each with its type in `SqlType`'s notation. Nothing is allocated
    /// but for a decimal that is a literal.
    pub fn values(&self) -> impl Iterator<Item = (Cow<'r, Value<'r>>, &'static str)> + use<'r> {
        let RowKey { key, row, any, values } = *self;
        row.iter().zip(key.columns).map(move |(part, column)| {
            let value = match part {
                KeyPart::Param(index) => KeyValue::of(values, *index),
                KeyPart::Constant(constant) => KeyValue::Constant(*constant),
                KeyPart::Any(_) | KeyPart::Spread(_) => any.unwrap_or(KeyValue::Constant(Constant::Null)),
            };
            (value.into_value(), column.ty)
        })
    }
}

impl<'r> KeyValue<'r> {
    fn of(values: &'r [Value<'r>], index: u16) -> KeyValue<'r> {
        values.get(usize::from(index)).map_or(KeyValue::Constant(Constant::Null), KeyValue::Value)
    }

    fn into_value(self) -> Cow<'r, Value<'r>> {
        let constant = match self {
            KeyValue::Value(value) => return Cow::Borrowed(value),
            KeyValue::Constant(constant) => constant,
        };
        const UNREADABLE: Value<'static> = Value::Invalid("a literal that is no value of its column");
        Cow::Owned(match constant {
            Constant::Null => Value::Null,
            Constant::Boolean(value) => Value::Bool(value),
            Constant::Integer(number) => Value::Int(number),
            Constant::Text(text) => Value::Str(text),
            Constant::Double(text) => text.parse().map_or(UNREADABLE, Value::Double),
            Constant::Decimal(text) => {
                text.parse::<Decimal>().map_or(UNREADABLE, |decimal| Value::Decimal(Cow::Owned(decimal)))
            }
        })
    }
}

/// The values of [`KeyPart::Any`], spreads written out, in the order in which they stand in the list.
pub(crate) fn elements<'r>(
    any: &'r [KeyPart],
    values: &'r [Value<'r>],
) -> impl Iterator<Item = KeyValue<'r>> {
    any.iter().flat_map(move |part| {
        let (spread, one) = match part {
            KeyPart::Spread(index) => (spread(values, *index), None),
            KeyPart::Param(index) => (&[][..], Some(KeyValue::of(values, *index))),
            KeyPart::Constant(constant) => (&[][..], Some(KeyValue::Constant(*constant))),
            KeyPart::Any(_) => (&[][..], None),
        };
        spread.iter().map(KeyValue::Value).chain(one)
    })
}

/// The elements of a spread.
pub(crate) fn spread<'r>(values: &'r [Value<'r>], index: u16) -> &'r [Value<'r>] {
    match values.get(usize::from(index)) {
        Some(Value::List(elements)) => elements,
        Some(Value::Null) | None => &[],
        Some(single) => std::slice::from_ref(single),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: Key = Key {
        tier: "hot",
        columns: &[
            KeyColumn { name: "a", ty: "Utf8" },
            KeyColumn { name: "b", ty: "Int64" },
            KeyColumn { name: "c", ty: "BigDecimal" },
        ],
        rows: &[&[
            KeyPart::Constant(Constant::Text("x")),
            KeyPart::Any(&[KeyPart::Spread(0), KeyPart::Constant(Constant::Integer(9)), KeyPart::Param(1)]),
            KeyPart::Constant(Constant::Decimal("1.50")),
        ]],
    };

    #[test]
    fn a_list_is_written_out_in_its_order() {
        let values = [Value::List(vec![Value::Int(1), Value::Int(2)]), Value::Int(3)];
        let found = elements(KEY.any().unwrap(), &values).map(|value| value.into_value().into_owned());
        let found: Vec<Value<'_>> = found.collect();
        assert_eq!(found, [Value::Int(1), Value::Int(2), Value::Int(9), Value::Int(3)]);
    }

    #[test]
    fn a_key_is_read_column_by_column() {
        let values = [Value::List(vec![Value::Int(7)]), Value::Null];
        let any = elements(KEY.any().unwrap(), &values).next();
        let key = RowKey { key: &KEY, row: KEY.rows[0], any, values: &values };
        let read: Vec<(Value<'_>, &str)> = key.values().map(|(value, ty)| (value.into_owned(), ty)).collect();
        let decimal = Value::Decimal(Cow::Owned("1.50".parse().unwrap()));
        assert_eq!(read, [(Value::Str("x"), "Utf8"), (Value::Int(7), "Int64"), (decimal, "BigDecimal")]);
        assert_eq!(key.tier(), "hot");
        assert!(KEY.splits());
    }
}
