//! Where the rows of a statement are, as far as its text and its values say.

use std::fmt;

use querent_types::SqlType;

use super::Param;

/// The routing key (distribution key, affinity key) of the rows that a statement touches. There is one table then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The group of nodes over which the table's rows are spread; empty where it has no name.
    pub tier: String,
    /// The columns of the key, in its order.
    pub columns: Vec<KeyColumn>,
    /// For each row of VALUES, and once for any other statement, what the columns are equal to. Of all these values at
    /// most one is [`KeyPart::Any`], and that where there is one row.
    pub rows: Vec<Vec<KeyPart>>,
}

/// A column of a routing key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyColumn {
    /// Its name as the server spells it.
    pub name: String,
    /// Its type, which is that of every value compared with it: an equal value of another type may have another hash.
    pub ty: SqlType,
}

/// What a column of a routing key is equal to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyPart {
    /// A parameter.
    Param(usize),
    /// A literal.
    Constant(Constant),
    /// Any of these: the elements of the predicate [`Piece::Split`](super::Piece::Split), in its order.
    Any(Vec<KeyPart>),
    /// A parameter that stands for a slice of values; within [`KeyPart::Any`] only.
    Spread(usize),
}

/// A literal that is part of a routing key, of the column's own type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Constant {
    /// NULL.
    Null,
    /// TRUE or FALSE.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A decimal as written, for its trailing zeros count.
    Decimal(String),
    /// A double as written.
    Double(String),
    /// A text.
    Text(String),
}

impl Key {
    /// Whether its rows may have several owners, so that the statement is split by them.
    pub fn splits(&self) -> bool {
        self.rows.len() > 1 || self.rows.iter().flatten().any(|part| matches!(part, KeyPart::Any(_)))
    }

    /// The key in one line: `tier hot, tenant = :tenant, id in (:ids.., 7): split by owner`.
    pub fn shown(&self, params: &[Param]) -> String {
        let mut shown = Vec::new();
        if !self.tier.is_empty() {
            shown.push(format!("tier {}", self.tier));
        }
        match &self.rows[..] {
            [row] => {
                let pairs = self.columns.iter().zip(row);
                shown.extend(pairs.map(|(column, part)| match part {
                    KeyPart::Any(_) => format!("{} in {}", column.name, part.shown(params)),
                    _ => format!("{} = {}", column.name, part.shown(params)),
                }));
            }
            rows => {
                let names: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
                let tuple = |row: &Vec<KeyPart>| -> String {
                    let parts: Vec<String> = row.iter().map(|part| part.shown(params)).collect();
                    format!("({})", parts.join(", "))
                };
                let tuples: Vec<String> = rows.iter().map(tuple).collect();
                shown.push(format!("({}) of {}", names.join(", "), tuples.join(", ")));
            }
        }
        let split = if self.splits() { ": split by owner" } else { "" };
        format!("{}{split}", shown.join(", "))
    }
}

impl KeyPart {
    fn shown(&self, params: &[Param]) -> String {
        let param = |index: usize| match params.get(index).and_then(|param| param.name.as_deref()) {
            Some(name) => format!(":{name}"),
            None => format!("${}", index + 1),
        };
        match self {
            KeyPart::Param(index) => param(*index),
            KeyPart::Spread(index) => format!("{}..", param(*index)),
            KeyPart::Constant(constant) => constant.to_string(),
            KeyPart::Any(parts) => {
                let parts: Vec<String> = parts.iter().map(|part| part.shown(params)).collect();
                format!("({})", parts.join(", "))
            }
        }
    }
}

impl fmt::Display for Constant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Constant::Null => f.write_str("NULL"),
            Constant::Boolean(true) => f.write_str("TRUE"),
            Constant::Boolean(false) => f.write_str("FALSE"),
            Constant::Integer(number) => write!(f, "{number}"),
            Constant::Decimal(text) | Constant::Double(text) => f.write_str(text),
            Constant::Text(text) => write!(f, "'{}'", text.replace('\'', "''")),
        }
    }
}
