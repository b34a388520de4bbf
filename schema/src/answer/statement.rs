//! The statement that is asked about: every section in it, one element for each spread, `?` for parameters.

use querent_types::SqlType;

use crate::plan::{Element, Param, Piece, Plan};

/// A statement as a server is asked about it.
#[derive(Debug, PartialEq, Eq)]
pub struct Statement {
    /// Its text.
    pub sql: String,
    /// The index in the plan of each `?`, in order.
    pub parameters: Vec<usize>,
    /// Where each `?` stands, in bytes.
    pub places: Vec<usize>,
}

/// The whole of a plan's template.
pub fn whole(plan: &Plan) -> Statement {
    let mut statement = Statement { sql: String::new(), parameters: Vec::new(), places: Vec::new() };
    statement.pieces(&plan.template);
    statement
}

impl Statement {
    fn pieces(&mut self, pieces: &[Piece]) {
        for piece in pieces {
            match piece {
                Piece::Text(text) => self.sql.push_str(text),
                Piece::Param(index) => self.parameter(*index),
                Piece::Section(_, inner) => self.pieces(inner),
                Piece::Rows(rows) => {
                    for (at, row) in rows.iter().enumerate() {
                        if at > 0 {
                            self.sql.push_str(", ");
                        }
                        self.pieces(row);
                    }
                }
                Piece::In(predicate) | Piece::Split(predicate) => {
                    self.pieces(&predicate.head);
                    for (at, element) in predicate.elements.iter().enumerate() {
                        if at > 0 {
                            self.sql.push_str(", ");
                        }
                        match element {
                            Element::Spread(index) => self.parameter(*index),
                            Element::Pieces(inner) => self.pieces(inner),
                        }
                    }
                    self.sql.push_str(&predicate.tail);
                }
            }
        }
    }

    fn parameter(&mut self, index: usize) {
        self.places.push(self.sql.len());
        self.sql.push('?');
        self.parameters.push(index);
    }

    /// The text with `$1`, `$2` … for its parameters, as the runtime writes it: one number a parameter, however often it is used.
    /// With it, for each `?` in order, which of these it is, from 0.
    pub fn numbered(&self) -> (String, Vec<usize>) {
        let mut order: Vec<usize> = Vec::new();
        let mut number = |index: usize| {
            order.iter().position(|known| *known == index).unwrap_or_else(|| {
                order.push(index);
                order.len() - 1
            })
        };
        let numbers: Vec<usize> = self.parameters.iter().map(|index| number(*index)).collect();
        let mut of_place = numbers.iter();
        let text = self.filled(|_| Some(format!("${}", of_place.next()? + 1)));
        (text.unwrap_or_default(), numbers)
    }

    /// The text with something in place of each `?`, of which it gets the index in the plan; `None` where it has nothing.
    pub fn filled(&self, mut value: impl FnMut(usize) -> Option<String>) -> Option<String> {
        let (mut text, mut at) = (String::new(), 0);
        for (place, index) in self.places.iter().zip(&self.parameters) {
            text.push_str(&self.sql[at..*place]);
            text.push_str(&value(*index)?);
            at = place + 1;
        }
        text.push_str(&self.sql[at..]);
        Some(text)
    }

    /// The text with a value in place of each `?`, which `sample` writes for a parameter's type.
    ///
    /// # Errors
    /// A sentence on the first parameter of which it writes none.
    pub fn sampled(
        &self,
        plan: &Plan,
        sample: impl Fn(&SqlType) -> Option<String>,
    ) -> Result<String, String> {
        let mut wrong = None;
        let text = self.filled(|index| {
            let param = &plan.params[index];
            let value = param.ty.as_ref().and_then(&sample);
            if value.is_none() {
                wrong = Some(unsampled(param, index));
            }
            value
        });
        text.ok_or_else(|| wrong.unwrap_or_default())
    }
}

fn unsampled(param: &Param, index: usize) -> String {
    let ty = param.ty.as_ref().map_or_else(|| "no known type".to_owned(), |ty| format!("the type {ty}"));
    format!("parameter `{}` has {ty}, of which the driver writes no literal", param.shown(index))
}

#[cfg(test)]
mod tests {
    use querent_types::{ColumnDescription, SourceDescription, SqlType, TableDescription};

    use super::*;
    use crate::catalog::Catalog;
    use crate::check;

    #[test]
    fn sections_and_spreads_are_written_out() {
        let columns = vec![ColumnDescription::new("A", SqlType::Int32, false)];
        let source = SourceDescription {
            backend: "ignite".into(),
            dialect: "ignite-h2".into(),
            tables: vec![TableDescription::new(vec!["PUBLIC".into(), "T".into()], columns)],
            ..SourceDescription::default()
        };
        let catalog = Catalog::from_description(source).expect("a dialect");
        let checked =
            check("SELECT a FROM t WHERE a IN (:list.., :one) {{ AND a > :one }} AND a < :two", &catalog);
        let statement = whole(checked.plan.as_ref().expect("it is right"));
        let squeezed = statement.sql.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(squeezed, "SELECT a FROM t WHERE a IN (?, ?) AND a > ? AND a < ?");
        assert_eq!(statement.parameters, [0, 1, 1, 2]);
        let (numbered, places) = statement.numbered();
        let squeezed = numbered.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(squeezed, "SELECT a FROM t WHERE a IN ($1, $2) AND a > $2 AND a < $3");
        assert_eq!(places, [0, 1, 1, 2]);
        let filled = statement.filled(|index| Some(format!("<{index}>"))).expect("all of them");
        let squeezed = filled.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(squeezed, "SELECT a FROM t WHERE a IN (<0>, <1>) AND a > <1> AND a < <2>");
        assert_eq!(statement.filled(|index| (index > 0).then(String::new)), None);
        let plan = checked.plan.expect("it is right");
        let sampled = statement.sampled(&plan, |ty| Some(format!("<{ty}>"))).expect("all of them");
        let squeezed = sampled.split_whitespace().collect::<Vec<_>>().join(" ");
        let expected = "SELECT a FROM t WHERE a IN (<Int32>, <Int32>) AND a > <Int32> AND a < <Int32>";
        assert_eq!(squeezed, expected);
    }

    /// A type of which a driver writes no literal: Pinot has none for a list of BOOLEAN.
    #[test]
    fn a_parameter_without_a_literal_is_told() {
        let tags = SqlType::list(SqlType::Boolean);
        let columns = vec![
            ColumnDescription::new("id", SqlType::Int32, false),
            ColumnDescription::new("tags", tags.clone(), false),
        ];
        let source = SourceDescription {
            backend: "pinot".into(),
            dialect: "pinot-mse".into(),
            tables: vec![TableDescription::new(vec!["t".into()], columns)],
            ..SourceDescription::default()
        };
        let catalog = Catalog::from_description(source).expect("a dialect");
        let checked = check("SELECT id FROM t WHERE id > :least AND tags = :all", &catalog);
        let plan = checked.plan.expect("it is right");
        assert_eq!(plan.params[1].ty.as_ref(), Some(&tags));
        let sample = |ty: &SqlType| (*ty == SqlType::Int32).then(|| "1".to_owned());
        assert_eq!(
            whole(&plan).sampled(&plan, sample),
            Err("parameter `all` has the type List(Boolean), of which the driver writes no literal"
                .to_owned())
        );
    }
}
