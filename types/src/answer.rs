//! What a live server says of a statement that it plans and does not run.
//!
//! A driver fills a [`StatementAnswer`] for `querent prepare`, which holds it against what the checker inferred.

use crate::SqlType;

/// A server's answer about one statement.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StatementAnswer {
    /// The columns of its result; `None` where the server does not tell.
    pub columns: Option<Vec<AnsweredColumn>>,
    /// Its parameters, one a placeholder; `None` where the server does not tell.
    pub parameters: Option<Vec<AnsweredType>>,
}

/// A column of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnsweredColumn {
    /// Its name as the server gives it.
    pub name: String,
    /// Its type.
    pub ty: AnsweredType,
    /// Whether it may hold a NULL; `None` where the server does not tell.
    pub nullable: Option<bool>,
}

/// A type as a server names it, which is not always what it sends.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AnsweredType {
    /// What it says; `None` where it does not know, or where its word is known to be worth nothing.
    pub says: Option<SqlType>,
    /// What it is known to send (or take) instead in such a place.
    pub or: Vec<SqlType>,
}

impl AnsweredType {
    /// A type that is what the server says.
    pub fn exact(ty: SqlType) -> AnsweredType {
        AnsweredType { says: Some(ty), or: Vec::new() }
    }

    /// Whether a type does not contradict the answer.
    pub fn admits(&self, ty: &SqlType) -> bool {
        self.says.as_ref().is_none_or(|says| says == ty) || self.or.contains(ty)
    }
}
