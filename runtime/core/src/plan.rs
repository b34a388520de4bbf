//! What `query!` knows of a query, as a constant: its template, parameters, columns and what routing needs.
//!
//! A plan is neutral: nothing in it depends on the row type or on the backend. What one backend alone makes of it (the
//! bucket of a key, the broker of a table, the blobs beside a text) that backend computes in `open`, from the facts that
//! the plan states for all. A further fact is a further field with an empty value in [`Plan::EMPTY`].

use crate::key::Key;

/// One checked query. `query!` emits it as a `const`, of which it states what differs from [`Plan::EMPTY`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// The text to send, with holes.
    pub template: &'static [Piece<'static>],
    /// The parameters, in the order of the arguments.
    pub params: &'static [ParamMeta],
    /// For each optional section, the parameters that switch it on: all of them must be given.
    pub sections: &'static [&'static [u16]],
    /// The columns of the result; empty where the statement gives none.
    pub columns: &'static [ColumnMeta],
    /// Where the statement holds several commands, the columns of each command's result, in order; empty otherwise.
    pub results: &'static [&'static [ColumnMeta]],
    /// The tables that the statement names, sorted, each by its path in the catalog, outermost part first.
    pub tables: &'static [&'static [&'static str]],
    /// The routing key (distribution key, affinity key) of every row that the statement touches; `None` where the rows
    /// cannot be told.
    pub key: Option<&'static Key>,
    /// The parameters whose values travel beside the text, in the order in which the text consumes them.
    pub blobs: &'static [u16],
    /// Whether the statement only reads.
    pub read_only: bool,
    /// The file in which the query stands.
    pub file: &'static str,
    /// Its line.
    pub line: u32,
}

impl Plan {
    /// A statement of which nothing is known, and which therefore may write.
    pub const EMPTY: Plan = Plan {
        template: &[],
        params: &[],
        sections: &[],
        columns: &[],
        results: &[],
        tables: &[],
        key: None,
        blobs: &[],
        read_only: false,
        file: "",
        line: 0,
    };
}

/// One piece of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'p> {
    /// Text sent as it stands.
    Text(&'p str),
    /// The place of a parameter, by index.
    Param(u16),
    /// A whole `x [NOT] IN (…)` predicate that holds a spread.
    In(&'p InPredicate<'p>),
    /// The predicate by whose elements the statement can be split, with or without a spread.
    Split(&'p InPredicate<'p>),
    /// The rows of VALUES of an INSERT, parentheses included; they are joined by `, `.
    Rows(&'p [&'p [Piece<'p>]]),
    /// An optional section, by index, and what stands in it.
    Section(u16, &'p [Piece<'p>]),
}

/// An IN predicate whose elements are sent as they are at run time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InPredicate<'p> {
    /// `x IN (`.
    pub head: &'p [Piece<'p>],
    /// The elements; they are joined by `, `.
    pub elements: &'p [Element<'p>],
    /// `)`.
    pub tail: &'p str,
    /// What is sent instead when there is no element.
    pub empty: &'p str,
}

/// One element of an IN list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element<'p> {
    /// A parameter that stands for a slice of values.
    Spread(u16),
    /// Anything else.
    Pieces(&'p [Piece<'p>]),
}

/// One parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParamMeta {
    /// Its name; empty for `$1` and `?`.
    pub name: &'static str,
    /// Its type in `SqlType`'s notation (of one element, for a spread); empty where it is not known.
    pub ty: &'static str,
}

/// One column of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnMeta {
    /// Its name.
    pub name: &'static str,
    /// Whether the name was given in the query (an alias or a plain column), so that every server uses it.
    pub named: bool,
    /// Its type in `SqlType`'s notation; empty where it is not known.
    pub ty: &'static str,
    /// Whether it may hold a NULL.
    pub nullable: bool,
    /// `table.column` of which it is a plain copy; empty otherwise.
    pub origin: &'static str,
}

/// The template as the user may read it: parameters by name, sections in `{{ }}`.
pub(crate) fn describe(template: &[Piece<'_>], params: &[ParamMeta]) -> String {
    let mut out = String::new();
    describe_into(template, params, &mut out);
    out
}

fn describe_into(template: &[Piece<'_>], params: &[ParamMeta], out: &mut String) {
    for piece in template {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Param(index) => describe_param(*index, params, out),
            Piece::Rows(rows) => {
                for (i, row) in rows.iter().enumerate() {
                    out.push_str(if i == 0 { "" } else { ", " });
                    describe_into(row, params, out);
                }
            }
            Piece::In(predicate) | Piece::Split(predicate) => {
                describe_into(predicate.head, params, out);
                for (i, element) in predicate.elements.iter().enumerate() {
                    out.push_str(if i == 0 { "" } else { ", " });
                    match element {
                        Element::Spread(index) => {
                            describe_param(*index, params, out);
                            out.push_str("..");
                        }
                        Element::Pieces(pieces) => describe_into(pieces, params, out),
                    }
                }
                out.push_str(predicate.tail);
            }
            Piece::Section(_, pieces) => {
                out.push_str("{{");
                describe_into(pieces, params, out);
                out.push_str("}}");
            }
        }
    }
}

fn describe_param(index: u16, params: &[ParamMeta], out: &mut String) {
    use std::fmt::Write as _;
    match params.get(usize::from(index)) {
        Some(param) if !param.name.is_empty() => {
            out.push(':');
            out.push_str(param.name);
        }
        // Writing into a String cannot fail.
        _ => {
            let _ = write!(out, "${}", index + 1);
        }
    }
}
