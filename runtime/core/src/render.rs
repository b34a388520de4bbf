//! From a template to the text that goes out: sections chosen, spreads written out, parameters numbered; and of a
//! statement that is sent in parts, one part.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::backend::Placeholder;
use crate::error::Result;
use crate::key;
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

/// What of a statement is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Extent {
    /// All of it.
    Whole,
    /// All of it, and all its keys have one owner.
    Together,
    /// Some of its rows of VALUES, or of the elements of the list that it is split by: their indices, in order.
    Some(Vec<u32>),
    /// Its one row so many times, each with values of its own, one row's after the other's.
    Repeated(usize),
}

/// A statement that is to be rendered.
#[derive(Clone, Copy)]
pub(crate) struct Walk<'r> {
    pub(crate) sections: &'r [&'r [u16]],
    pub(crate) params: &'r [ParamMeta],
    pub(crate) values: &'r [Value<'r>],
    pub(crate) extent: &'r Extent,
    /// The index of the value of the first parameter.
    pub(crate) base: usize,
}

/// The text with placeholders; spreads are not padded beyond `params_max` values in all.
pub(crate) fn render<'r>(
    template: &'r [Piece<'r>],
    walk: Walk<'r>,
    style: Placeholder,
    params_max: usize,
) -> Rendered<'r> {
    if let [Piece::Text(text)] = template {
        return Rendered { sql: Cow::Borrowed(text), values: Vec::new() };
    }
    let mut sink = Numbered { style, out: Vec::new(), numbers: vec![0; walk.values.len()], params_max };
    let mut sql = String::new();
    // The sink of placeholders never fails.
    let _ = walk.pieces(template, &mut sink, &mut sql);
    Rendered { sql: Cow::Owned(sql), values: sink.out }
}

pub(crate) fn render_literals(
    template: &[Piece<'_>],
    walk: Walk<'_>,
    literal: &mut dyn FnMut(&Value<'_>, &str, &mut String) -> Result<()>,
) -> Result<String> {
    let mut sql = String::new();
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
    params_max: usize,
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
        let padded = len.next_power_of_two();
        if self.out.len().saturating_add(padded) <= self.params_max { padded } else { len }
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

static NULL: Value<'static> = Value::Null;

impl<'r> Walk<'r> {
    fn value(&self, index: u16) -> (&'r Value<'r>, &'static str) {
        let index = usize::from(index);
        let value = self.values.get(self.base + index).unwrap_or(&NULL);
        (value, self.params.get(index).map_or("", |p| p.ty))
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
                    sink.param(self.base + usize::from(*index), value, ty, sql)?;
                }
                Piece::In(predicate) => self.predicate(predicate, sink, sql)?,
                Piece::Split(predicate) => match self.extent {
                    Extent::Some(chosen) => self.part_of(predicate, chosen, sink, sql)?,
                    _ => self.predicate(predicate, sink, sql)?,
                },
                Piece::Rows(rows) => self.rows(rows, sink, sql)?,
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

    /// The same with the chosen elements only, of which there is one.
    fn part_of(
        &self,
        predicate: &InPredicate<'r>,
        chosen: &[u32],
        sink: &mut dyn Sink<'r>,
        sql: &mut String,
    ) -> Result<()> {
        self.pieces(predicate.head, sink, sql)?;
        let (mut first, mut from, mut rest) = (true, 0_usize, chosen);
        for element in predicate.elements {
            let len = match element {
                Element::Spread(index) => key::spread(self.values, *index).len(),
                Element::Pieces(_) => 1,
            };
            let own;
            (own, rest) = rest.split_at(rest.partition_point(|at| (*at as usize) < from + len));
            match element {
                Element::Spread(index) => {
                    let elements = key::spread(self.values, *index);
                    let own = own.iter().filter_map(|at| elements.get(*at as usize - from));
                    self.padded(own, self.value(*index).1, &mut first, sink, sql)?;
                }
                Element::Pieces(pieces) if !own.is_empty() => {
                    separate(&mut first, sql);
                    self.pieces(pieces, sink, sql)?;
                }
                Element::Pieces(_) => {}
            }
            from += len;
        }
        sql.push_str(predicate.tail);
        Ok(())
    }

    fn rows(&self, rows: &[&[Piece<'r>]], sink: &mut dyn Sink<'r>, sql: &mut String) -> Result<()> {
        let mut first = true;
        let mut row = |row: &[Piece<'r>], base: usize| {
            separate(&mut first, sql);
            Walk { base, ..*self }.pieces(row, sink, sql)
        };
        match self.extent {
            Extent::Whole | Extent::Together => rows.iter().try_for_each(|pieces| row(pieces, 0)),
            Extent::Some(chosen) => {
                let chosen = chosen.iter().filter_map(|at| rows.get(*at as usize));
                chosen.into_iter().try_for_each(|pieces| row(pieces, 0))
            }
            Extent::Repeated(times) => {
                let width = self.values.len() / (*times).max(1);
                let pieces = rows.first().copied().unwrap_or_default();
                (0..*times).try_for_each(|at| row(pieces, at * width))
            }
        }
    }

    fn elements(&self, index: u16) -> (&'r [Value<'r>], &'static str) {
        (key::spread(self.values, index), self.value(index).1)
    }

    fn spread(&self, index: u16, first: &mut bool, sink: &mut dyn Sink<'r>, sql: &mut String) -> Result<()> {
        let (elements, ty) = self.elements(index);
        self.padded(elements.iter(), ty, first, sink, sql)
    }

    /// Writes elements of a spread, the last as often as there is room for.
    fn padded(
        &self,
        elements: impl Iterator<Item = &'r Value<'r>> + Clone,
        ty: &'static str,
        first: &mut bool,
        sink: &mut dyn Sink<'r>,
        sql: &mut String,
    ) -> Result<()> {
        let len = elements.clone().count();
        let Some(last) = elements.clone().last() else { return Ok(()) };
        let padding = sink.padded(len).saturating_sub(len);
        for value in elements.chain(std::iter::repeat_n(last, padding)) {
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

    fn part<'r>(
        template: &'r [Piece<'r>],
        values: &'r [Value<'r>],
        extent: &'r Extent,
        style: Placeholder,
    ) -> Rendered<'r> {
        let walk = Walk { sections: &[&[2]], params: &[], values, extent, base: 0 };
        render(template, walk, style, 16)
    }

    fn whole<'r>(template: &'r [Piece<'r>], values: &'r [Value<'r>], style: Placeholder) -> Rendered<'r> {
        part(template, values, &Extent::Whole, style)
    }

    #[track_caller]
    fn check(style: Placeholder, values: &[Value<'_>], sql: &str, sent: usize) {
        let rendered = whole(TEMPLATE, values, style);
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
        let rendered = whole(&template, &values, Placeholder::Dollar);
        assert_eq!(rendered.sql, "b NOT IN ($1)");
    }

    const SPLIT: &[Piece<'static>] = &[
        Piece::Param(0),
        Piece::Text(" "),
        Piece::Split(&InPredicate {
            head: &[Piece::Text("id IN (")],
            elements: &[
                Element::Pieces(&[Piece::Text("7")]),
                Element::Spread(1),
                Element::Pieces(&[Piece::Param(2)]),
            ],
            tail: ")",
            empty: "FALSE",
        }),
    ];

    #[track_caller]
    fn check_split(extent: Extent, sql: &str, sent: &[i64]) {
        let list = (10..15).map(Value::Int).collect();
        let values = [Value::Int(0), Value::List(list), Value::Int(2)];
        let rendered = part(SPLIT, &values, &extent, Placeholder::Dollar);
        let sent: Vec<Value<'_>> = sent.iter().copied().map(Value::Int).collect();
        let values: Vec<Value<'_>> = rendered.values.iter().map(|(value, _)| (*value).clone()).collect();
        assert_eq!((&*rendered.sql, values), (sql, sent));
    }

    #[test]
    fn a_part_of_a_list_has_its_elements_only() {
        check_split(
            Extent::Some(vec![0, 1, 3, 5, 6]),
            "$1 id IN (7, $2, $3, $4, $5, $6)",
            &[0, 10, 12, 14, 14, 2],
        );
        check_split(Extent::Some(vec![2]), "$1 id IN ($2)", &[0, 11]);
        check_split(Extent::Some(vec![0, 6]), "$1 id IN (7, $2)", &[0, 2]);
        let all = "$1 id IN (7, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        check_split(Extent::Whole, all, &[0, 10, 11, 12, 13, 14, 14, 14, 14, 2]);
        check_split(Extent::Together, all, &[0, 10, 11, 12, 13, 14, 14, 14, 14, 2]);
    }

    #[test]
    fn padding_ends_at_the_most_parameters_that_there_may_be() {
        let template = [
            Piece::Param(0),
            Piece::In(&InPredicate { head: &[], elements: &[Element::Spread(1)], tail: "", empty: "" }),
        ];
        for (len, sent) in [(8, 9), (9, 10), (15, 16), (16, 17), (5, 9)] {
            let values = [Value::Null, Value::List(vec![Value::Int(1); len])];
            assert_eq!(whole(&template, &values, Placeholder::Question).values.len(), sent, "{len}");
        }
    }

    #[test]
    fn rows_are_chosen_or_repeated() {
        const ROW: &[Piece<'static>] =
            &[Piece::Text("("), Piece::Param(0), Piece::Text(", "), Piece::Param(1), Piece::Text(", 'x')")];
        const OTHER: &[Piece<'static>] = &[Piece::Text("("), Piece::Param(2), Piece::Text(", 1, 2)")];
        let template = [Piece::Text("VALUES "), Piece::Rows(&[ROW, OTHER, ROW]), Piece::Text(" END")];
        let values: Vec<Value<'_>> = (0..6).map(Value::Int).collect();
        let sql = |template: &[Piece<'_>], extent: Extent| {
            let rendered = part(template, &values, &extent, Placeholder::Dollar);
            let sent: Vec<String> = rendered.values.iter().map(|(value, _)| format!("{value:?}")).collect();
            format!("{} <- {}", rendered.sql, sent.join(" "))
        };
        assert_eq!(
            sql(&template, Extent::Whole),
            "VALUES ($1, $2, 'x'), ($3, 1, 2), ($1, $2, 'x') END <- Int(0) Int(1) Int(2)"
        );
        assert_eq!(sql(&template, Extent::Some(vec![1])), "VALUES ($1, 1, 2) END <- Int(2)");
        assert_eq!(
            sql(&[Piece::Rows(&[ROW])], Extent::Repeated(3)),
            "($1, $2, 'x'), ($3, $4, 'x'), ($5, $6, 'x') <- Int(0) Int(1) Int(2) Int(3) Int(4) Int(5)"
        );
    }
}
