//! Expressions of a wanted type: columns, constants, calls, operators, casts, and values of several parts.

use querent_schema::dialect::FunctionKind;
use querent_types::{SqlType, TimeUnit};

use super::{Generator, Piece, Place};
use crate::calls::{Slot, written};
use crate::features::Feature;
use crate::types::{is_scalar, plain, quoted};

/// Functions that give another value at each call.
const VOLATILE: &[&str] =
    &["random", "rand", "rand_integer", "uuid", "random_uuid", "sys_guid", "secure_rand"];

/// A way to make an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Make {
    Column,
    Constant,
    Parameter,
    Call,
    Operator,
    Sign,
    Cast,
    TryCast,
    Case,
    CaseOperand,
    Subquery,
    Aggregate,
    Window,
    Extract,
    AtTimeZone,
    Element,
    Slice,
    Member,
    Array,
    Struct,
    Map,
    Compare,
    And,
    Or,
    Not,
    IsNull,
    IsTrue,
    IsUnknown,
    IsDistinct,
    Between,
    Like,
    InList,
    InSubquery,
    Exists,
    AnySubquery,
    AnyArray,
    RowCompare,
    RowIn,
}

impl Make {
    /// About how many kinds of nodes it makes.
    pub(super) fn forms(self) -> u32 {
        match self {
            Make::Compare => 22,
            // Of a struct, and of a map.
            Make::Member => 3,
            Make::Operator => 12,
            Make::IsTrue => 6,
            Make::Like => 4,
            Make::IsNull | Make::IsDistinct | Make::AnyArray | Make::AnySubquery => 3,
            Make::IsUnknown => 2,
            _ => 1,
        }
    }
}

impl Generator {
    /// An expression of a type.
    pub(super) fn typed(&mut self, place: Place<'_>, ty: &SqlType) -> Piece {
        let ty = plain(ty);
        if place.depth > 0 && self.random.chance(80) {
            let makes = self.makes(place, &ty);
            for _ in 0..3 {
                let Some(make) = self.least_made(place.clause, &makes) else { break };
                if let Some(piece) = self.make(place.deeper(), make, &ty) {
                    *self.made.entry((place.clause, make)).or_default() += 1;
                    return piece;
                }
            }
        }
        self.leaf(place, &ty)
    }

    /// The same as an operand.
    pub(super) fn operand(&mut self, place: Place<'_>, ty: &SqlType) -> String {
        self.typed(place, ty).operand()
    }

    /// An operand whose type the other side settles, so that it may be a parameter.
    pub(super) fn beside(&mut self, place: Place<'_>, ty: &SqlType) -> String {
        if place.params && is_scalar(ty) && self.random.chance(20) {
            return self.parameter(ty);
        }
        self.operand(place, ty)
    }

    /// A column where there is one, else a constant.
    pub(super) fn leaf(&mut self, place: Place<'_>, ty: &SqlType) -> Piece {
        let column = if self.random.chance(80) { self.column(place, ty) } else { None };
        column.unwrap_or_else(|| Piece::atomic(self.constant(ty)))
    }

    /// A column of a type, or a key where only keys can stand.
    pub(super) fn column(&mut self, place: Place<'_>, ty: &SqlType) -> Option<Piece> {
        if let Some(keys) = place.keys {
            let fitting: Vec<String> =
                keys.iter().filter(|key| plain(&key.ty) == *ty).map(|key| key.text.clone()).collect();
            return self.random.pick(&fitting).cloned().map(Piece::compound);
        }
        let fitting: Vec<_> = place.scope.columns.iter().filter(|column| plain(&column.ty) == *ty).collect();
        let column = *self.random.pick(&fitting)?;
        let with_table = self.random.chance(50);
        Some(Piece::atomic(place.scope.written(column, with_table)))
    }

    fn makes(&self, place: Place<'_>, ty: &SqlType) -> Vec<Make> {
        use Make::*;
        let mut makes = vec![Column, Constant];
        // A time that is cast from a number is a number to Pinot's single-stage engine, and no result beside times.
        if !(self.dialect.name == "pinot-sse" && matches!(ty, SqlType::Timestamp(..))) {
            makes.extend([Case, CaseOperand]);
        }
        let mut add = |make: Make, condition: bool| {
            if condition {
                makes.push(make);
            }
        };
        let of = |wanted: SqlType| self.types.universe().contains(&wanted);
        add(Call, !self.calls.giving(FunctionKind::Scalar, ty).is_empty());
        add(Operator, *ty != SqlType::Boolean && self.operators.giving(ty).is_some());
        add(Sign, self.has(Feature::Sign) && ty.is_numeric() && !ty.is_unsigned_integer());
        add(Cast, self.types.cast_name(ty).is_some());
        add(TryCast, self.has(Feature::TryCast) && self.types.cast_name(ty).is_some());
        add(Parameter, place.params && self.types.cast_name(ty).is_some());
        add(Subquery, place.subqueries && self.has(Feature::ScalarSubquery));
        add(Aggregate, place.aggregates && !self.calls.giving(FunctionKind::Aggregate, ty).is_empty());
        add(Window, place.windows && self.has(Feature::Over));
        add(Extract, self.has(Feature::Extract) && !self.conversions.extractions(ty).is_empty());
        add(AtTimeZone, self.has(Feature::AtTimeZone) && zone_of(ty).is_some());
        add(Element, self.has(Feature::Subscript) && of(SqlType::list(ty.clone())));
        for _ in 0..3 {
            add(Slice, self.has(Feature::Slice) && matches!(ty, SqlType::List(..)));
        }
        let member = self.has(Feature::StructField) && !self.structs_with(ty).is_empty();
        for _ in 0..3 {
            add(Member, member);
        }
        let brackets = self.has(Feature::BracketArray) || self.has(Feature::ArrayLiteral);
        add(Array, brackets && is_plain_list(ty));
        add(Struct, self.has(Feature::StructLiteral) && matches!(ty, SqlType::Struct(_)));
        let maps = self.has(Feature::MapLiteral) || self.has(Feature::MapBrackets);
        for _ in 0..2 {
            add(Map, maps && matches!(ty, SqlType::Map(..)));
        }
        if *ty == SqlType::Boolean {
            self.boolean_makes(place, &mut makes);
        }
        makes
    }

    fn make(&mut self, place: Place<'_>, make: Make, ty: &SqlType) -> Option<Piece> {
        match make {
            Make::Column => self.column(place, ty),
            Make::Constant => Some(Piece::atomic(self.constant(ty))),
            Make::Parameter => self.cast_parameter(ty),
            Make::Call => self.call(place, ty),
            Make::Operator | Make::Compare => self.infix(place, ty),
            Make::Sign => self.sign(place, ty),
            Make::Cast => self.cast(place, ty),
            Make::TryCast => self.try_cast(place, ty),
            Make::Case => Some(self.case(place, ty)),
            Make::CaseOperand => self.case_operand(place, ty),
            Make::Subquery => self.scalar_subquery(place, ty),
            Make::Aggregate => self.aggregate(place, Some(ty)),
            Make::Window => self.window_call(place, Some(ty)),
            Make::Extract => self.extract(place, ty),
            Make::AtTimeZone => self.at_time_zone(place, ty),
            Make::Element => self.element(place, ty),
            Make::Slice => self.slice(place, ty),
            Make::Member => self.member(place, ty),
            Make::Array => self.array(place, ty),
            Make::Struct => self.structure(place, ty),
            Make::Map => self.map(place, ty),
            boolean => self.boolean(place, boolean),
        }
    }

    fn cast_parameter(&mut self, ty: &SqlType) -> Option<Piece> {
        let name = self.types.cast_name(ty)?.to_owned();
        let param = self.parameter(ty);
        let colons = self.may(Feature::DoubleColon, 30);
        let colons = colons && is_scalar(ty);
        Some(Piece::atomic(if colons {
            format!("{param}::{name}")
        } else {
            format!("CAST({param} AS {name})")
        }))
    }

    /// A call of a scalar function.
    fn call(&mut self, place: Place<'_>, ty: &SqlType) -> Option<Piece> {
        let call = self.draw(&[FunctionKind::Scalar], Some(ty))?;
        self.written_call(place, call)
    }

    /// A scalar call that was drawn, whatever it gives.
    pub(super) fn written_call(&mut self, place: Place<'_>, call: usize) -> Option<Piece> {
        let overload = &self.calls.overloads[self.calls.all[call].overload];
        let (name, dialect) = (overload.name, self.dialect);
        if place.stable && (VOLATILE.contains(&name) || self.calls.all[call].slots.is_empty()) {
            return None;
        }
        self.count_call(call);
        let args = self.arguments(place, call);
        Some(Piece::atomic(written(dialect, name, &args)))
    }

    /// The arguments of a call.
    pub(super) fn arguments(&mut self, place: Place<'_>, call: usize) -> Vec<String> {
        let slots = self.calls.all[call].slots.clone();
        slots
            .iter()
            .map(|slot| match slot {
                Slot::Of(ty) => self.typed(place, ty).text,
                Slot::Text(text) => (*text).to_owned(),
            })
            .collect()
    }

    /// A binary operator.
    pub(super) fn infix(&mut self, place: Place<'_>, ty: &SqlType) -> Option<Piece> {
        let own = self.operators.giving(ty)?;
        let signs: Vec<&'static str> = own.keys().copied().collect();
        let sign = self.least_written(place.clause, &signs)?;
        let infix = self.random.pick(self.operators.giving(ty)?.get(sign)?)?.clone();
        let left = self.operand(place, &infix.left);
        // What is divided by must not be a constant nought, and what shifts no column.
        let right = match infix.sign {
            "/" | "%" | "<<" | ">>" => self.constant(&infix.right),
            "~" | "~*" | "!~" | "!~*" if infix.right.is_text() => "'a.*'".to_owned(),
            _ if infix.left == infix.right => self.beside(place, &infix.right),
            _ => self.operand(place, &infix.right),
        };
        Some(Piece::compound(format!("{left} {} {right}", infix.sign)))
    }

    fn sign(&mut self, place: Place<'_>, ty: &SqlType) -> Option<Piece> {
        let sign = self.random.word(&["-", "-", "+"]);
        if self.dialect.name.starts_with("pinot") {
            // It has signs of numbers that are written out, and no others.
            let number = self.types.constant(ty, &mut self.random)?;
            return number
                .starts_with(|c: char| c.is_ascii_digit())
                .then(|| Piece::compound(format!("-{number}")));
        }
        let operand = self.operand(place, ty);
        // Two signs in a row begin a comment.
        (!operand.starts_with(['-', '+'])).then(|| Piece::compound(format!("{sign}{operand}")))
    }

    /// A type from which a cast to another cannot fail for most values.
    fn castable(&mut self, ty: &SqlType) -> Option<SqlType> {
        self.random.pick(self.conversions.castable(ty)).cloned()
    }

    fn cast(&mut self, place: Place<'_>, ty: &SqlType) -> Option<Piece> {
        let from = self.castable(ty)?;
        let name = self.types.cast_name(ty)?.to_owned();
        if self.may(Feature::DoubleColon, 30) {
            let inner = self.operand(place, &from);
            // `-1::INT` is a sign before a cast.
            let inner = if inner.starts_with(['-', '+']) { format!("({inner})") } else { inner };
            // After `x::INT[]` an index would be read as part of the type.
            let whole = format!("{inner}::{name}");
            return Some(if is_scalar(ty) { Piece::atomic(whole) } else { Piece::compound(whole) });
        }
        let inner = self.typed(place, &from).text;
        Some(Piece::atomic(format!("CAST({inner} AS {name})")))
    }

    fn try_cast(&mut self, place: Place<'_>, ty: &SqlType) -> Option<Piece> {
        let text = self.dialect.rules.string();
        let from = if self.random.chance(50) && self.dialect.rules.can_cast(&text, ty) {
            text
        } else {
            self.castable(ty)?
        };
        let name = self.types.cast_name(ty)?.to_owned();
        let inner = self.typed(place, &from).text;
        Some(Piece::atomic(format!("TRY_CAST({inner} AS {name})")))
    }

    fn extract(&mut self, place: Place<'_>, ty: &SqlType) -> Option<Piece> {
        let all = self.conversions.extractions(ty);
        let (field, from) = self.random.pick(all)?.clone();
        let inner = self.typed(place, &from).text;
        Some(Piece::atomic(format!("EXTRACT({field} FROM {inner})")))
    }

    fn at_time_zone(&mut self, place: Place<'_>, ty: &SqlType) -> Option<Piece> {
        let zone = zone_of(ty)?;
        let inner = self.operand(place, &SqlType::Timestamp(TimeUnit::Nanosecond, None));
        Some(Piece::compound(format!("{inner} AT TIME ZONE {}", quoted(&zone))))
    }

    fn element(&mut self, place: Place<'_>, ty: &SqlType) -> Option<Piece> {
        let list = self.operand(place, &SqlType::list(ty.clone()));
        let index = self.random.word(&["1", "2"]);
        Some(Piece::atomic(format!("{list}[{index}]")))
    }

    fn slice(&mut self, place: Place<'_>, ty: &SqlType) -> Option<Piece> {
        let list = self.operand(place, ty);
        Some(Piece::atomic(format!("{list}[{}]", self.random.word(&["1:2", "2:3", "1:3:2"]))))
    }

    /// Structs and maps of which a part has a type, with the part's name.
    fn structs_with(&self, ty: &SqlType) -> Vec<(SqlType, String)> {
        let mut found = Vec::new();
        for whole in self.types.universe() {
            match whole {
                SqlType::Struct(fields) => {
                    let own = fields.iter().filter(|field| plain(&field.ty) == *ty);
                    found.extend(own.map(|field| (whole.clone(), field.name.clone())));
                }
                SqlType::Map(entries, _) => {
                    if let SqlType::Struct(parts) = &entries.ty
                        && parts.len() == 2
                        && plain(&parts[1].ty) == *ty
                        && parts[0].ty.is_text()
                    {
                        found.push((whole.clone(), "a".to_owned()));
                    }
                }
                _ => {}
            }
        }
        found
    }

    fn member(&mut self, place: Place<'_>, ty: &SqlType) -> Option<Piece> {
        let all = self.structs_with(ty);
        let (whole, name) = self.random.pick(&all)?.clone();
        let inner = self.operand(place, &whole);
        Some(Piece::atomic(format!("{inner}[{}]", quoted(&name))))
    }

    fn array(&mut self, place: Place<'_>, ty: &SqlType) -> Option<Piece> {
        let SqlType::List(field, _) = ty else { return None };
        let count = 1 + self.random.below(3);
        let items: Vec<String> = (0..count).map(|_| self.typed(place, &field.ty).text).collect();
        let word =
            self.has(Feature::ArrayLiteral) && (!self.has(Feature::BracketArray) || self.random.chance(40));
        Some(Piece::atomic(format!("{}[{}]", if word { "ARRAY" } else { "" }, items.join(", "))))
    }

    fn structure(&mut self, place: Place<'_>, ty: &SqlType) -> Option<Piece> {
        let SqlType::Struct(fields) = ty else { return None };
        let mut members = Vec::new();
        for field in fields {
            let value = self.typed(place, &field.ty).text;
            members.push(format!("{}: {value}", quoted(&field.name)));
        }
        Some(Piece::atomic(format!("{{{}}}", members.join(", "))))
    }

    fn map(&mut self, place: Place<'_>, ty: &SqlType) -> Option<Piece> {
        let SqlType::Map(entries, _) = ty else { return None };
        let SqlType::Struct(parts) = &entries.ty else { return None };
        let [key, value] = &parts[..] else { return None };
        let (key, value) = (self.constant(&key.ty), self.typed(place, &value.ty).text);
        Some(Piece::atomic(if self.has(Feature::MapBrackets) {
            format!("MAP[{key}, {value}]")
        } else {
            format!("MAP {{{key}: {value}}}")
        }))
    }
}

/// The zone of a timestamp that AT TIME ZONE makes.
fn zone_of(ty: &SqlType) -> Option<String> {
    match ty {
        SqlType::Timestamp(TimeUnit::Nanosecond, zone) => zone.clone(),
        _ => None,
    }
}

fn is_plain_list(ty: &SqlType) -> bool {
    matches!(ty, SqlType::List(_, querent_types::ListLayout::List))
}
