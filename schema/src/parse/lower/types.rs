//! Type names, read from the tokens alone: what a type means is the dialect's to say.

use sqlparser::tokenizer::Token;

use super::Lower;
use crate::ast::{Ident, Span, TypeName};
use crate::parse::limits;
use crate::parse::token::is_word;

/// Names of types that take types as their arguments.
const CONTAINERS: &[&str] = &[
    "ARRAY",
    "LIST",
    "LARGELIST",
    "LARGE_LIST",
    "MAP",
    "STRUCT",
    "ROW",
    "TUPLE",
    "NESTED",
    "NULLABLE",
    "LOWCARDINALITY",
    "UNION",
];

/// Words that follow a type's first word and belong to it.
const FOLLOWERS: &[(&str, &[&str])] = &[
    ("double", &["precision"]),
    ("character", &["varying"]),
    ("character", &["large", "object"]),
    ("char", &["varying"]),
    ("char", &["large", "object"]),
    ("binary", &["varying"]),
    ("binary", &["large", "object"]),
    ("bit", &["varying"]),
    ("national", &["character", "varying"]),
    ("national", &["character"]),
    ("national", &["char", "varying"]),
    ("national", &["char"]),
    ("unsigned", &["integer"]),
    ("unsigned", &["bigint"]),
    ("unsigned", &["int"]),
    ("signed", &["integer"]),
    ("signed", &["int"]),
    ("long", &["varchar"]),
];

impl Lower<'_> {
    /// The type name under the cursor.
    pub(super) fn type_name(&mut self) -> TypeName {
        self.nested(Self::read_type, |this| TypeName {
            name: String::new(),
            args: Vec::new(),
            elements: Vec::new(),
            span: this.cursor.here(),
        })
    }

    fn read_type(&mut self) -> TypeName {
        let start = self.cursor.pos();
        let (mut name, units) = self.type_words();
        let mut ty =
            TypeName { name: String::new(), args: Vec::new(), elements: Vec::new(), span: Span::default() };
        let container = CONTAINERS.contains(&name.as_str());
        // `x::TIME < y` is a comparison.
        if container && *self.cursor.peek() == Token::Lt {
            self.angled(&mut ty);
        } else if *self.cursor.peek() == Token::LParen {
            let close = self.cursor.open(&Token::LParen);
            if container {
                self.elements(&mut ty, close)
            } else {
                self.type_args(&mut ty, close)
            }
            self.cursor.close(close);
        }
        if self.cursor.are(&["with", "time", "zone"]) || self.cursor.are(&["with", "local", "time", "zone"]) {
            let local = is_word(self.cursor.at(1), "local");
            name.push_str(if local { " WITH LOCAL TIME ZONE" } else { " WITH TIME ZONE" });
            self.cursor.advance(if local { 4 } else { 3 });
        } else if self.cursor.are(&["without", "time", "zone"]) {
            self.cursor.advance(3);
        }
        if self.cursor.skip("unsigned") {
            name.push_str(" UNSIGNED");
        } else if name.ends_with("INT") || name.ends_with("INTEGER") {
            self.cursor.skip("signed");
        }
        ty.name = name;
        ty.args.extend(units);
        ty.span = self.cursor.since(start);
        if self.half_closed {
            ty.span.end = self.cursor.here().start + 1;
            return ty;
        }
        self.array_suffixes(ty, start)
    }

    /// The words of a type's name, in upper case; those of an interval's units apart.
    fn type_words(&mut self) -> (String, Option<String>) {
        let mut units = None;
        let mut words = Vec::new();
        let first = match self.cursor.peek() {
            Token::Word(w) => w.value.clone(),
            // A string in place of a type (`arrow_cast`'s spelling in DDL of some dialects).
            Token::SingleQuotedString(s) | Token::DoubleQuotedString(s) => s.clone(),
            _ => String::new(),
        };
        let quoted = matches!(self.cursor.peek(), Token::Word(w) if w.quote_style.is_some());
        self.cursor.advance(1);
        let followers =
            FOLLOWERS.iter().find(|(word, rest)| first.eq_ignore_ascii_case(word) && self.cursor.are(rest));
        words.push(if quoted { first.clone() } else { first.to_uppercase() });
        if let Some((_, rest)) = followers {
            words.extend(rest.iter().map(|w| w.to_uppercase()));
            self.cursor.advance(rest.len());
        }
        let mut name = words.join(" ");
        while *self.cursor.peek() == Token::Period {
            self.cursor.advance(1);
            if let Token::Word(w) = self.cursor.peek() {
                name = format!("{name}.{}", w.value.to_uppercase());
                self.cursor.advance(1);
            }
        }
        if first.eq_ignore_ascii_case("interval") {
            let start = self.cursor.pos();
            while self.cursor.is_any(&["year", "month", "day", "hour", "minute", "second", "to"]) {
                self.cursor.advance(1);
                self.cursor.skip_group();
            }
            if self.cursor.pos() > start {
                units = Some(self.slice(self.cursor.since(start)).to_uppercase());
            }
        }
        (name, units)
    }

    /// `10, 2` of `DECIMAL(10, 2)`.
    fn type_args(&mut self, ty: &mut TypeName, close: usize) {
        let mut start = self.cursor.pos();
        while self.cursor.pos() <= close && !self.cursor.at_end() {
            let comma = *self.cursor.peek() == Token::Comma;
            if comma || self.cursor.pos() == close {
                if self.cursor.pos() > start {
                    let span = self.cursor.since(start);
                    ty.args.push(self.slice(span).to_string());
                }
                start = self.cursor.pos() + 1;
            }
            if self.cursor.pos() == close {
                break;
            }
            if !self.cursor.skip_group() {
                self.cursor.advance(1);
            }
        }
    }

    /// `K, V` of `MAP(K, V)`, `a INT, b TEXT` of `STRUCT(a INT, b TEXT)`, up to a closing parenthesis.
    fn elements(&mut self, ty: &mut TypeName, close: usize) {
        while self.cursor.pos() < close && !self.cursor.at_end() {
            let before = self.cursor.pos();
            let element = self.element();
            ty.elements.push(element);
            self.cursor.eat(&Token::Comma);
            if self.cursor.pos() == before {
                break;
            }
        }
    }

    /// The same between angle brackets. `>>` closes two levels: the first takes nothing, the second the token.
    fn angled(&mut self, ty: &mut TypeName) {
        self.cursor.advance(1);
        while !self.cursor.at_end() {
            match self.cursor.peek() {
                Token::Gt => {
                    self.cursor.advance(1);
                    return;
                }
                Token::ShiftRight => {
                    if std::mem::replace(&mut self.half_closed, true) {
                        self.half_closed = false;
                        self.cursor.advance(1);
                    }
                    return;
                }
                Token::Comma => self.cursor.advance(1),
                _ => {
                    let before = self.cursor.pos();
                    let element = self.element();
                    ty.elements.push(element);
                    if self.cursor.pos() == before {
                        return;
                    }
                }
            }
        }
    }

    /// A type, with a field's name before it where there is one.
    fn element(&mut self) -> (Option<Ident>, TypeName) {
        let named = matches!(self.cursor.peek(), Token::Word(_))
            && match self.cursor.at(1) {
                Token::Colon => true,
                Token::Word(w) => {
                    let first = match self.cursor.peek() {
                        Token::Word(f) => f.value.as_str(),
                        _ => "",
                    };
                    let follows = FOLLOWERS.iter().any(|(word, rest)| {
                        first.eq_ignore_ascii_case(word) && w.value.eq_ignore_ascii_case(rest[0])
                    });
                    !follows
                        && !["unsigned", "with", "without"].iter().any(|s| w.value.eq_ignore_ascii_case(s))
                }
                _ => false,
            };
        if !named {
            return (None, self.type_name());
        }
        let span = self.cursor.here();
        let (value, quoted) = match self.cursor.peek() {
            Token::Word(w) => (w.value.clone(), w.quote_style.is_some()),
            _ => (String::new(), true),
        };
        self.cursor.advance(1);
        self.cursor.eat(&Token::Colon);
        (Some(Ident { value, quoted, span }), self.type_name())
    }

    /// `INT[]`, `INT[3][]`, `INT ARRAY`.
    fn array_suffixes(&mut self, mut ty: TypeName, start: usize) -> TypeName {
        for _ in 0..limits::TYPE_DEPTH_MAX {
            let mut args = Vec::new();
            if *self.cursor.peek() == Token::LBracket {
                if let Token::Number(n, _) = self.cursor.at(1) {
                    args.push(n.clone());
                }
                self.cursor.skip_group();
            } else if !self.cursor.skip("array") {
                return ty;
            }
            let span = self.cursor.since(start);
            ty = TypeName { name: "ARRAY".to_string(), args, elements: vec![(None, ty)], span };
        }
        let found = limits::too_deep_a_type(self.cursor.here());
        self.diagnostics.push(found);
        ty
    }
}
