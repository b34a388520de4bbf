//! The statement that is asked about: every section in it, one element for each spread, `?` for parameters.

use crate::plan::{Element, Piece, Plan};

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
                Piece::In(predicate) => {
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
        let statement = whole(&checked.plan.expect("it is right"));
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
    }
}
