//! Truth values: comparisons, AND, OR, NOT, IS, BETWEEN, LIKE, IN, EXISTS, ANY and ALL, rows.

use querent_schema::dialect::Habit;
use querent_types::SqlType;

use super::expr::Make;
use super::{Generator, Piece, Place};
use crate::features::Feature;
use crate::operators::COMPARISONS;
use crate::types::quoted;
use crate::walk::Clause;

const PATTERNS: &[&str] = &["a%", "%b%", "_x%", "abc", "%"];

impl Generator {
    /// A condition.
    pub(super) fn condition(&mut self, place: Place<'_>) -> String {
        let piece = self.typed(place, &SqlType::Boolean);
        // A bare literal or column is no filter to every engine.
        if self.dialect.name.starts_with("pinot") && piece.atomic {
            return self.comparison(place).text;
        }
        piece.text
    }

    /// Whether predicates over subqueries may stand here.
    fn takes_predicate_queries(&self, place: Place<'_>) -> bool {
        let filter = matches!(place.clause, Clause::Where | Clause::Having | Clause::Qualify);
        // DataFusion plans no subquery over the rows of both sides in the condition of an outer join.
        place.subqueries && (filter || self.has(Feature::SubqueryAnywhere)) && place.clause != Clause::On
    }

    pub(super) fn boolean_makes(&self, place: Place<'_>, makes: &mut Vec<Make>) {
        use Make::*;
        makes.extend([And, Or, Not, IsNull, Between, Like, InList]);
        // There are as many signs as all other forms together.
        makes.extend([Compare; 6]);
        let predicates = self.takes_predicate_queries(place);
        let mut add = |make: Make, condition: bool| {
            if condition {
                makes.push(make);
            }
        };
        add(IsTrue, self.has(Feature::IsTrue));
        add(IsUnknown, self.has(Feature::IsUnknown));
        add(IsDistinct, self.has(Feature::IsDistinct));
        add(InSubquery, predicates && self.has(Feature::InSubquery));
        add(Exists, predicates && self.has(Feature::Exists));
        let any = self.has(Feature::AnySubquery) || self.has(Feature::EqualsAnySubquery);
        add(AnySubquery, predicates && any);
        add(AnyArray, self.has(Feature::AnyArray));
        add(RowCompare, self.has(Feature::RowValues));
        add(RowIn, self.has(Feature::RowIn));
    }

    pub(super) fn boolean(&mut self, place: Place<'_>, make: Make) -> Option<Piece> {
        let compound = |text: String| Some(Piece::compound(text));
        let not = if self.random.chance(50) { "NOT " } else { "" };
        match make {
            Make::And | Make::Or => {
                let sign = if make == Make::And { "AND" } else { "OR" };
                let (left, right) = (self.truth(place), self.truth(place));
                compound(format!("{left} {sign} {right}"))
            }
            Make::Not => compound(format!("NOT {}", self.truth(place))),
            Make::IsNull => {
                let ty = self.plain_type();
                let inner = self.operand(place, &ty);
                compound(format!("{inner} IS {not}NULL"))
            }
            Make::IsTrue => {
                let word = self.random.word(&["TRUE", "FALSE"]);
                compound(format!("{} IS {not}{word}", self.truth(place)))
            }
            Make::IsUnknown => compound(format!("{} IS {not}UNKNOWN", self.truth(place))),
            Make::IsDistinct => {
                let ty = self.plain_type();
                let (left, right) = (self.operand(place, &ty), self.beside(place, &ty));
                compound(format!("{left} IS {not}DISTINCT FROM {right}"))
            }
            Make::Between => {
                let ty = self.plain_type();
                let (inner, low, high) =
                    (self.operand(place, &ty), self.beside(place, &ty), self.beside(place, &ty));
                compound(format!("{inner} {not}BETWEEN {low} AND {high}"))
            }
            Make::Like => self.like(place, not),
            Make::InList => {
                let ty = self.plain_type();
                let inner = self.operand(place, &ty);
                let count = 1 + self.random.below(3);
                // sqlparser reads `IN ((SELECT …), 1)` as a subquery.
                let place = Place { subqueries: false, ..place };
                let items: Vec<String> = (0..count).map(|_| self.beside(place, &ty)).collect();
                compound(format!("{inner} {not}IN ({})", items.join(", ")))
            }
            Make::InSubquery => self.in_subquery(place, not),
            Make::Exists => self.exists(place, not),
            Make::AnySubquery => self.any_subquery(place),
            Make::AnyArray => self.any_array(place),
            Make::RowCompare => self.row_compare(place),
            Make::RowIn => self.row_in(place, not),
            _ => None,
        }
    }

    /// A truth value as an operand.
    fn truth(&mut self, place: Place<'_>) -> String {
        if self.dialect.name.starts_with("pinot") {
            let piece = self.typed(place, &SqlType::Boolean);
            return if piece.atomic { self.comparison(place).operand() } else { piece.operand() };
        }
        self.operand(place, &SqlType::Boolean)
    }

    /// A plain comparison.
    pub(super) fn comparison(&mut self, place: Place<'_>) -> Piece {
        let ty = self.plain_type();
        let sign = self.random.word(COMPARISONS);
        let (left, right) = (self.operand(place, &ty), self.beside(place, &ty));
        Piece::compound(format!("{left} {sign} {right}"))
    }

    fn like(&mut self, place: Place<'_>, not: &str) -> Option<Piece> {
        let text = self.dialect.rules.string();
        let mut words = vec!["LIKE"];
        for (word, feature) in
            [("ILIKE", Feature::ILike), ("SIMILAR TO", Feature::SimilarTo), ("REGEXP", Feature::Regexp)]
        {
            if self.has(feature) {
                words.push(word);
            }
        }
        let word = *self.random.pick(&words)?;
        let inner = self.operand(place, &text);
        let pattern = match word {
            "REGEXP" | "SIMILAR TO" => quoted("a.*"),
            _ if place.params && self.random.chance(20) => self.parameter(&text),
            _ => quoted(self.random.word(PATTERNS)),
        };
        let escape = if word == "LIKE" && self.may(Feature::Escape, 20) { " ESCAPE '!'" } else { "" };
        Some(Piece::compound(format!("{inner} {not}{word} {pattern}{escape}")))
    }

    fn any_array(&mut self, place: Place<'_>) -> Option<Piece> {
        let list = self.list_type()?;
        let SqlType::List(field, _) = &list else { return None };
        let sign = self.random.word(COMPARISONS);
        let left = self.operand(place, &field.ty);
        let word = self.random.word(&["ANY", "ALL"]);
        // `ANY((SELECT …))` is read as a subquery.
        let array = self.typed(Place { subqueries: false, ..place }, &list).text;
        Some(Piece::compound(format!("{left} {sign} {word}({array})")))
    }

    /// A list of values that can be compared.
    pub(super) fn list_type(&mut self) -> Option<SqlType> {
        let compares = |ty: &SqlType| match ty {
            SqlType::List(field, _) => {
                self.operators.compares(&field.ty, &field.ty) && crate::types::is_scalar(&field.ty)
            }
            _ => false,
        };
        let lists: Vec<SqlType> = self.types.universe().iter().filter(|ty| compares(ty)).cloned().collect();
        self.random.pick(&lists).cloned()
    }

    fn row_compare(&mut self, place: Place<'_>) -> Option<Piece> {
        let types = [self.plain_type(), self.plain_type()];
        let sign = self.random.word(&["=", "<>"]);
        let left: Vec<String> = types.iter().map(|ty| self.operand(place, ty)).collect();
        let right: Vec<String> = types.iter().map(|ty| self.operand(place, ty)).collect();
        Some(Piece::compound(format!("({}) {sign} ({})", left.join(", "), right.join(", "))))
    }

    fn row_in(&mut self, place: Place<'_>, not: &str) -> Option<Piece> {
        let types = [self.plain_type(), self.plain_type()];
        let left: Vec<String> = types.iter().map(|ty| self.operand(place, ty)).collect();
        // H2 reads rows as lists, whose NOT IN it does not take.
        let not = if self.dialect.has(Habit::RowValues) { not } else { "" };
        let mut rows = Vec::new();
        for _ in 0..1 + self.random.below(2) {
            let row: Vec<String> = types.iter().map(|ty| self.constant(ty)).collect();
            rows.push(format!("({})", row.join(", ")));
        }
        Some(Piece::compound(format!("({}) {not}IN ({})", left.join(", "), rows.join(", "))))
    }
}
