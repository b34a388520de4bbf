//! What the binder knows of one expression: type, nullability and why, and which expressions it proves not null.
//!
//! An expression is identified by a [`Key`], a hash of what it computes: two expressions with one key have one value in
//! every row. Keys make GROUP BY matching and NOT NULL facts work for whole expressions, in time linear in the text.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::hash::{BuildHasherDefault, Hasher};
use std::rc::Rc;

use querent_types::SqlType;

use crate::ast::{JoinKind, Literal};

/// A type as far as it is known.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Ty {
    /// It is known.
    Known(SqlType),
    /// It is that of a parameter, by its index.
    Param(usize),
    /// The dialect's rules do not know it; no error was reported yet.
    Opaque,
    /// An error was reported already: say nothing more.
    Error,
}

impl Ty {
    /// A known type.
    pub(super) fn boolean() -> Ty {
        Ty::Known(SqlType::Boolean)
    }

    /// Whether it is the type of a bare `NULL`.
    pub(super) fn is_null(&self) -> bool {
        matches!(self, Ty::Known(SqlType::Null))
    }
}

/// The identity of what an expression computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Key(u64, u64);

impl Key {
    /// The key of a leaf: its kind and its number.
    pub(super) const fn leaf(tag: &str, number: u64) -> Key {
        Key::node(tag, &[]).with(number)
    }

    /// The key of a node from its name and its children's keys.
    pub(super) const fn node(tag: &str, children: &[Key]) -> Key {
        let mut key = Key(0xcbf2_9ce4_8422_2325, 0x9e37_79b9_7f4a_7c15);
        let tag = tag.as_bytes();
        let mut at = 0;
        while at < tag.len() {
            key = key.with(tag[at] as u64);
            at += 1;
        }
        key = key.with(children.len() as u64 ^ 0x5bd1_e995);
        at = 0;
        while at < children.len() {
            key = key.with(children[at].0).with(children[at].1);
            at += 1;
        }
        key
    }

    /// The key with a number mixed in.
    pub(super) const fn with(self, number: u64) -> Key {
        let a = (self.0 ^ number).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(23);
        let b = (self.1.wrapping_add(number)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        Key(a ^ (b >> 41), b ^ (b >> 33) ^ a.rotate_left(7))
    }

    /// The key with a text mixed in.
    pub(super) fn with_text(self, text: &str) -> Key {
        text.bytes().fold(self.with(text.len() as u64), |key, byte| key.with(u64::from(byte)))
    }
}

/// A map from expressions. A key is a hash already, so it is not hashed again.
pub(super) type KeyMap<V> = HashMap<Key, V, BuildHasherDefault<KeyHasher>>;

/// A set of expressions.
pub(super) type KeySet = HashSet<Key, BuildHasherDefault<KeyHasher>>;

/// Takes the first half of a [`Key`] for its hash.
#[derive(Debug, Default)]
pub(super) struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = self.0.rotate_left(32) ^ number;
    }
}

/// Why a value may be NULL, or why it never is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Why {
    /// A fixed clause.
    Static(&'static str),
    /// A clause made for this value.
    Text(Rc<str>),
    /// A column of a table, as the table declares it.
    Column { table: Rc<str>, column: Rc<str>, nullable: bool },
    /// A column of the nullable side of an outer join.
    Outer { table: Rc<str>, join: JoinKind },
    /// A clause of the query proves that the value is there.
    Proven(&'static str),
    /// A function, by its name, and how it treats NULL.
    Function(Rc<str>, &'static str),
}

impl Why {
    /// A clause made for this value.
    pub(super) fn text(text: impl Into<Rc<str>>) -> Why {
        Why::Text(text.into())
    }

    /// The same as `to_string`, without the machinery of formatting where that is most of the cost.
    pub(super) fn to_text(&self) -> String {
        match self {
            Why::Static(text) => (*text).to_owned(),
            Why::Text(text) => String::from(&**text),
            Why::Column { table, column, nullable } => {
                let mut text = String::with_capacity(table.len() + column.len() + 24);
                text.push_str("column `");
                text.push_str(table);
                text.push_str(if table.is_empty() { "" } else { "." });
                text.push_str(column);
                text.push_str(if *nullable { "` may be NULL" } else { "` is NOT NULL" });
                text
            }
            _ => self.to_string(),
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::Static(text) => f.write_str(text),
            Why::Text(text) => f.write_str(text),
            Why::Column { table, column, nullable } => {
                let dot = if table.is_empty() { "" } else { "." };
                let may = if *nullable { "may be NULL" } else { "is NOT NULL" };
                write!(f, "column `{table}{dot}{column}` {may}")
            }
            Why::Outer { table, join } => {
                let join = match join {
                    JoinKind::Left | JoinKind::OuterApply => "LEFT",
                    JoinKind::Right => "RIGHT",
                    _ => "FULL",
                };
                if table.is_empty() {
                    write!(f, "it is on the nullable side of a {join} JOIN")
                } else {
                    write!(f, "`{table}` is on the nullable side of a {join} JOIN")
                }
            }
            Why::Proven(clause) => write!(f, "{clause} proves that it is not NULL"),
            Why::Function(name, how) => write!(f, "{name}() {how}"),
        }
    }
}

/// The table and column of which a value is a plain copy.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Origin {
    /// The table's full path.
    pub(super) table: Rc<Vec<String>>,
    /// The column's name.
    pub(super) column: Rc<str>,
}

/// Expressions that cannot be NULL, under a condition on the expression that holds this.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    /// When the expression is not NULL.
    pub(super) present: Vec<Key>,
    /// When it is TRUE and when it is FALSE, where that says other things than its being there.
    pub(super) truth: Option<Box<(Vec<Key>, Vec<Key>)>>,
}

impl Facts {
    /// What holds when the expression is TRUE.
    pub(super) fn when_true(&self) -> &[Key] {
        self.truth.as_ref().map_or(&self.present, |truth| &truth.0)
    }

    /// What holds when the expression is FALSE.
    pub(super) fn when_false(&self) -> &[Key] {
        self.truth.as_ref().map_or(&self.present, |truth| &truth.1)
    }
}

/// What is known of an expression.
#[derive(Debug, Clone)]
pub(super) struct Typed {
    pub(super) ty: Ty,
    pub(super) nullable: bool,
    pub(super) why: Why,
    pub(super) key: Key,
    pub(super) facts: Facts,
    /// Its value, where it is a literal.
    pub(super) literal: Option<Literal>,
    /// The type that its values really have, where that is not the type that the engine computes with; `Some(None)` where
    /// it is not known.
    pub(super) carried: Option<Option<SqlType>>,
    /// Where it is a plain copy from.
    pub(super) origin: Option<Origin>,
}

impl Typed {
    /// An expression of a type, with nothing else known.
    pub(super) fn new(ty: Ty, nullable: bool, why: Why, key: Key) -> Typed {
        Typed { ty, nullable, why, key, facts: Facts::default(), literal: None, carried: None, origin: None }
    }

    /// An expression in which an error was reported.
    pub(super) fn error() -> Typed {
        Typed::new(Ty::Error, true, Why::Static("its type is not known"), Key::leaf("error", 0))
    }

    /// A truth value that is never NULL.
    pub(super) fn flag(why: &'static str, key: Key) -> Typed {
        Typed::new(Ty::boolean(), false, Why::Static(why), key)
    }

    /// The same with facts.
    pub(super) fn facts(mut self, facts: Facts) -> Typed {
        self.facts = facts;
        self
    }
}
