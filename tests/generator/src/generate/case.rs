//! CASE in both of its forms.

use querent_types::SqlType;

use super::{Generator, Piece, Place};

impl Generator {
    /// `CASE WHEN condition THEN … END`.
    pub(super) fn case(&mut self, place: Place<'_>, ty: &SqlType) -> Piece {
        let mut text = "CASE".to_owned();
        for _ in 0..1 + self.random.below(2) {
            let condition = self.condition(place);
            let result = self.typed(place, ty).text;
            text.push_str(&format!(" WHEN {condition} THEN {result}"));
        }
        self.otherwise(place, ty, text)
    }

    /// `CASE operand WHEN value THEN … END`.
    pub(super) fn case_operand(&mut self, place: Place<'_>, ty: &SqlType) -> Option<Piece> {
        let compared = self.plain_type();
        let operand = self.operand(place, &compared);
        let mut text = format!("CASE {operand}");
        for _ in 0..1 + self.random.below(2) {
            let (value, result) = (self.beside(place, &compared), self.typed(place, ty).text);
            text.push_str(&format!(" WHEN {value} THEN {result}"));
        }
        Some(self.otherwise(place, ty, text))
    }

    fn otherwise(&mut self, place: Place<'_>, ty: &SqlType, mut text: String) -> Piece {
        if self.random.chance(70) {
            let result = self.typed(place, ty).text;
            text.push_str(&format!(" ELSE {result}"));
        }
        text.push_str(" END");
        Piece::atomic(text)
    }
}
