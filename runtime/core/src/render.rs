//! From a template to the text that goes out: sections chosen, spreads written out, parameters numbered.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::backend::Placeholder;
use crate::error::Result;
use crate::plan::{Element, InPredicate, ParamMeta, Piece};
use crate::value::Value;

/// A text and the values that it wants, in order.
#[derive(Debug)]
pub struct Rendered<'r> {
    /// The text.
    pub sql: Cow<'r, str>,
    /// For each placeholder, in order of its number: the value and its SQL type as checked (empty where not known).
    pub values: Vec<(&'r Value<'r>, &'static str)>,
}

pub(crate) fn render<'r>(
    template: &'r [Piece<'r>],
    sections: &'r [&'r [u16]],
    params: &'r [ParamMeta],
    values: &'r [Value<'r>],
    style: Placeholder,
) -> Rendered<'r> {
    if let [Piece::Text(text)] = template {
        return Rendered { sql: Cow::Borrowed(text), values: Vec::new() };
    }
    let mut sink = Numbered { style, out: Vec::new(), numbers: vec![0; values.len()] };
    let mut sql = String::new();
    let walk = Walk { sections, params, values };
    // The sink of placeholders never fails.
    let _ = walk.pieces(template, &mut sink, &mut sql);
    Rendered { sql: Cow::Owned(sql), values: sink.out }
}

pub(crate) fn render_literals(
    template: &[Piece<'_>],
    sections: &[&[u16]],
    params: &[ParamMeta],
    values: &[Value<'_>],
    literal: &mut dyn FnMut(&Value<'_>, &str, &mut String) -> Result<()>,
) -> Result<String> {
    let mut sql = String::new();
    let walk = Walk { sections, params, values };
    walk.pieces(template, &mut Literals(literal), &mut sql)?;
    Ok(sql)
}

/// Where values go.
trait Sink<'r> {
    /// Writes a whole parameter.
    fn param(&mut self, index: usize, value: &'r Value<'r>, ty: &'static str, sql: &mut String)
    -> Result<()>;
    /// Writes one element of a spread.
    fn element(&mut self, value: &'r Value<'r>, ty: &'static str, sql: &mut String) -> Result<()>;
    /// How many elements are written for a spread of `len`; further ones repeat the last.
    fn padded(&self, len: usize) -> usize;
}

struct Numbered<'r> {
    style: Placeholder,
    out: Vec<(&'r Value<'r>, &'static str)>,
    /// For each parameter its number in the text, 0 before its first use.
    numbers: Vec<usize>,
}

impl<'r> Numbered<'r> {
    fn push(&mut self, value: &'r Value<'r>, ty: &'static str, sql: &mut String) {
        self.out.push((value, ty));
        match self.style {
            Placeholder::Question => sql.push('?'),
            // Writing into a String cannot fail.
            Placeholder::Dollar | Placeholder::Literal => {
                let _ = write!(sql, "${}", self.out.len());
            }
        }
    }
}

impl<'r> Sink<'r> for Numbered<'r> {
    fn param(
        &mut self,
        index: usize,
        value: &'r Value<'r>,
        ty: &'static str,
        sql: &mut String,
    ) -> Result<()> {
        let known = self.numbers.get(index).copied().unwrap_or(0);
        if known > 0 && self.style != Placeholder::Question {
            let _ = write!(sql, "${known}");
            return Ok(());
        }
        self.push(value, ty, sql);
        if let Some(number) = self.numbers.get_mut(index) {
            *number = self.out.len();
        }
        Ok(())
    }

    fn element(&mut self, value: &'r Value<'r>, ty: &'static str, sql: &mut String) -> Result<()> {
        self.push(value, ty, sql);
        Ok(())
    }

    fn padded(&self, len: usize) -> usize {
        len.next_power_of_two()
    }
}

struct Literals<'l>(&'l mut dyn FnMut(&Value<'_>, &str, &mut String) -> Result<()>);

impl<'r> Sink<'r> for Literals<'_> {
    fn param(&mut self, _: usize, value: &'r Value<'r>, ty: &'static str, sql: &mut String) -> Result<()> {
        (self.0)(value, ty, sql)
    }

    fn element(&mut self, value: &'r Value<'r>, ty: &'static str, sql: &mut String) -> Result<()> {
        (self.0)(value, ty, sql)
    }

    fn padded(&self, len: usize) -> usize {
        len
    }
}

struct Walk<'r> {
    sections: &'r [&'r [u16]],
    params: &'r [ParamMeta],
    values: &'r [Value<'r>],
}

static NULL: Value<'static> = Value::Null;

impl<'r> Walk<'r> {
    fn value(&self, index: u16) -> (&'r Value<'r>, &'static str) {
        let index = usize::from(index);
        (self.values.get(index).unwrap_or(&NULL), self.params.get(index).map_or("", |p| p.ty))
    }

    fn is_active(&self, section: u16) -> bool {
        let switches = self.sections.get(usize::from(section)).copied().unwrap_or(&[]);
        switches.iter().all(|index| !self.value(*index).0.is_null())
    }

    fn pieces(&self, pieces: &[Piece<'r>], sink: &mut dyn Sink<'r>, sql: &mut String) -> Result<()> {
        for piece in pieces {
            match piece {
                Piece::Text(text) => sql.push_str(text),
                Piece::Param(index) => {
                    let (value, ty) = self.value(*index);
                    sink.param(usize::from(*index), value, ty, sql)?;
                }
                Piece::In(predicate) => self.predicate(predicate, sink, sql)?,
                Piece::Section(index, pieces) if self.is_active(*index) => self.pieces(pieces, sink, sql)?,
                Piece::Section(..) => {}
            }
        }
        Ok(())
    }

    fn predicate(
        &self,
        predicate: &InPredicate<'r>,
        sink: &mut dyn Sink<'r>,
        sql: &mut String,
    ) -> Result<()> {
        let is_empty = predicate.elements.iter().all(|element| match element {
            Element::Spread(index) => self.elements(*index).0.is_empty(),
            Element::Pieces(_) => false,
        });
        if is_empty {
            sql.push_str(predicate.empty);
            return Ok(());
        }
        self.pieces(predicate.head, sink, sql)?;
        let mut first = true;
        for element in predicate.elements {
            match element {
                Element::Spread(index) => self.spread(*index, &mut first, sink, sql)?,
                Element::Pieces(pieces) => {
                    separate(&mut first, sql);
                    self.pieces(pieces, sink, sql)?;
                }
            }
        }
        sql.push_str(predicate.tail);
        Ok(())
    }

    fn elements(&self, index: u16) -> (&'r [Value<'r>], &'static str) {
        match self.value(index) {
            (Value::List(elements), ty) => (elements, ty),
            (Value::Null, ty) => (&[], ty),
            (single, ty) => (std::slice::from_ref(single), ty),
        }
    }

    fn spread(&self, index: u16, first: &mut bool, sink: &mut dyn Sink<'r>, sql: &mut String) -> Result<()> {
        let (elements, ty) = self.elements(index);
        let Some(last) = elements.last() else { return Ok(()) };
        let padding = sink.padded(elements.len()).saturating_sub(elements.len());
        for value in elements.iter().chain(std::iter::repeat_n(last, padding)) {
            separate(first, sql);
            sink.element(value, ty, sql)?;
        }
        Ok(())
    }
}

fn separate(first: &mut bool, sql: &mut String) {
    if !std::mem::take(first) {
        sql.push_str(", ");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &[Piece<'static>] = &[
        Piece::Text("SELECT * FROM t WHERE a >= "),
        Piece::Param(0),
        Piece::Text(" AND "),
        Piece::In(&InPredicate {
            head: &[Piece::Text("b IN (")],
            elements: &[Element::Spread(1)],
            tail: ")",
            empty: "FALSE",
        }),
        Piece::Section(0, &[Piece::Text(" AND c > "), Piece::Param(2), Piece::Text(" - "), Piece::Param(0)]),
    ];

    #[track_caller]
    fn check(style: Placeholder, values: &[Value<'_>], sql: &str, sent: usize) {
        let rendered = render(TEMPLATE, &[&[2]], &[], values, style);
        assert_eq!(rendered.sql, sql);
        assert_eq!(rendered.values.len(), sent);
    }

    #[test]
    fn spreads_are_padded_and_numbers_reused() {
        let list = Value::List(vec![Value::Int(1), Value::Int(2), Value::Int(3)]);
        check(
            Placeholder::Dollar,
            &[Value::Int(0), list.clone(), Value::Int(9)],
            "SELECT * FROM t WHERE a >= $1 AND b IN ($2, $3, $4, $5) AND c > $6 - $1",
            6,
        );
        check(
            Placeholder::Question,
            &[Value::Int(0), list, Value::Int(9)],
            "SELECT * FROM t WHERE a >= ? AND b IN (?, ?, ?, ?) AND c > ? - ?",
            7,
        );
    }

    #[test]
    fn an_empty_spread_is_false_and_a_null_switches_its_section_off() {
        check(
            Placeholder::Dollar,
            &[Value::Int(0), Value::List(vec![]), Value::Null],
            "SELECT * FROM t WHERE a >= $1 AND FALSE",
            1,
        );
    }

    #[test]
    fn an_empty_spread_beside_other_elements_only_leaves_itself_out() {
        let template = [Piece::In(&InPredicate {
            head: &[Piece::Text("b NOT IN (")],
            elements: &[Element::Spread(0), Element::Pieces(&[Piece::Param(1)])],
            tail: ")",
            empty: "TRUE",
        })];
        let values = [Value::List(vec![]), Value::Int(1)];
        let rendered = render(&template, &[], &[], &values, Placeholder::Dollar);
        assert_eq!(rendered.sql, "b NOT IN ($1)");
    }
}
