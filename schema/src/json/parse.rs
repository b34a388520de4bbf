//! From text to the tree: JSON (RFC 8259), parameters and optional sections.
//!
//! The first slip ends it, for what follows would be guesses. A comma after the last element is let pass: the server never
//! sees the text as written.

use super::tree::{Document, Item, Member, Name, Node, ParamUse, Value};
use crate::ast::Span;
use crate::diagnostic::{Code, Diagnostic};

/// Values deeper than this are refused; no command comes near it.
const DEPTH_MAX: usize = 64;
/// The one key of an object that stands for a parameter.
const PARAM_KEY: &str = "$param";

type Parsed<T> = Result<T, Box<Diagnostic>>;

/// Reads a text.
pub(super) fn parse(text: &str) -> Parsed<Document> {
    let mut parser =
        Parser { text, at: 0, depth: 0, params: Vec::new(), numbers: Vec::new(), sections: Vec::new() };
    parser.space();
    let root = parser.node()?;
    parser.space();
    if parser.at < text.len() {
        return Err(parser.unexpected("the end of the query"));
    }
    parser.numbered()?;
    Ok(Document { root, params: parser.params, sections: parser.sections })
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
    params: Vec<ParamUse>,
    /// For parameters with numbers, the number of each of `params`.
    numbers: Vec<usize>,
    sections: Vec<Span>,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    /// Takes a byte, if it comes after white space.
    fn take(&mut self, byte: u8) -> bool {
        self.space();
        let comes = self.peek() == Some(byte);
        self.at += usize::from(comes);
        comes
    }

    fn node(&mut self) -> Parsed<Node> {
        self.space();
        let start = self.at;
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            let message = format!("the query nests deeper than {DEPTH_MAX} levels");
            return Err(error(Code::TooComplex, Span::new(start, start + 1), message));
        }
        let value = match self.peek() {
            Some(b'{') => self.object(start)?,
            Some(b'[') => self.array()?,
            Some(b'"') => Value::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(byte) if byte.is_ascii_alphabetic() => self.word()?,
            _ => return Err(self.unexpected("a value")),
        };
        self.depth -= 1;
        Ok(Node { value, span: Span::new(start, self.at) })
    }

    fn word(&mut self) -> Parsed<Value> {
        let rest = &self.text[self.at..];
        let len = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let value = match &rest[..len] {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" => Value::Null,
            word => {
                let found = Diagnostic::error(
                    Code::Syntax,
                    Span::new(self.at, self.at + len),
                    format!("expected a value of JSON, found `{word}`"),
                );
                let help = format!(
                    "write text in quotes (`\"{word}\"`) and a parameter as {{\"$param\": \"{word}\"}}"
                );
                return Err(Box::new(if self.depth > 1 { found.help(help) } else { found }));
            }
        };
        self.at += len;
        Ok(value)
    }

    fn number(&mut self) -> Parsed<Value> {
        let start = self.at;
        let rest = &self.text[start..];
        let len = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '+' | '-' | '.'))
            .unwrap_or(rest.len());
        self.at += len;
        let text = &rest[..len];
        match is_number(text) {
            true => Ok(Value::Number(text.to_owned())),
            false => {
                let message = format!("`{text}` is not a number of JSON");
                Err(error(Code::InvalidLiteral, Span::new(start, self.at), message))
            }
        }
    }

    /// The value of a string; the place is after its closing quote.
    fn string(&mut self) -> Parsed<String> {
        let start = self.at;
        let mut out = String::new();
        self.at += 1;
        loop {
            let rest = &self.text[self.at..];
            let Some(c) = rest.chars().next() else {
                let message = "a string that is not closed";
                return Err(error(Code::Syntax, Span::new(start, self.at), message));
            };
            match c {
                '"' => {
                    self.at += 1;
                    return Ok(out);
                }
                '\\' => {
                    let Some((escaped, len)) = escape(&rest[1..]) else {
                        let end = self.at + 1 + rest[1..].chars().next().map_or(0, char::len_utf8);
                        let message = "an escape that JSON does not have";
                        return Err(error(Code::Syntax, Span::new(self.at, end), message));
                    };
                    out.push(escaped);
                    self.at += 1 + len;
                }
                c if u32::from(c) < 0x20 => {
                    let message = "a control character inside a string: write it as an escape";
                    return Err(error(Code::Syntax, Span::new(self.at, self.at + 1), message));
                }
                c => {
                    out.push(c);
                    self.at += c.len_utf8();
                }
            }
        }
    }

    fn array(&mut self) -> Parsed<Value> {
        let open = Span::new(self.at, self.at + 1);
        self.at += 1;
        let mut items = Vec::new();
        while !self.take(b']') {
            items.push(self.item(open, Parser::node)?);
            self.separated(b']', open)?;
        }
        Ok(Value::Array(items))
    }

    fn object(&mut self, start: usize) -> Parsed<Value> {
        let open = Span::new(start, start + 1);
        self.at += 1;
        let mut items: Vec<Item<Member>> = Vec::new();
        while !self.take(b'}') {
            items.push(self.item(open, Parser::member)?);
            self.separated(b'}', open)?;
        }
        if let [Item::One(only)] = &items[..]
            && only.name.text == PARAM_KEY
        {
            return self.param(&only.value, Span::new(start, self.at)).map(Value::Param);
        }
        self.unrepeated(&items)?;
        Ok(Value::Object(items))
    }

    /// One element, or a section of several.
    fn item<T>(&mut self, open: Span, one: impl Fn(&mut Self) -> Parsed<T>) -> Parsed<Item<T>> {
        self.space();
        let start = self.at;
        if !self.text[start..].starts_with("{{") {
            return one(self).map(Item::One);
        }
        self.at += 2;
        let index = self.sections.len();
        self.sections.push(Span::new(start, start + 2));
        let mut items = Vec::new();
        loop {
            self.space();
            if self.text[self.at..].starts_with("}}") {
                self.at += 2;
                break;
            }
            if self.text[self.at..].starts_with("{{") {
                let span = Span::new(self.at, self.at + 2);
                let found = Diagnostic::error(
                    Code::InvalidSection,
                    span,
                    "an optional section directly inside another",
                );
                return Err(Box::new(found.help("write one after the other")));
            }
            items.push(one(self)?);
            self.space();
            if !self.text[self.at..].starts_with("}}") {
                self.separated(b'}', open)?;
            }
        }
        self.sections[index] = Span::new(start, self.at);
        if items.is_empty() {
            let message = "an optional section with nothing in it";
            return Err(error(Code::InvalidSection, self.sections[index], message));
        }
        Ok(Item::Section(index, items))
    }

    fn member(&mut self) -> Parsed<Member> {
        self.space();
        let start = self.at;
        if self.peek() != Some(b'"') {
            return Err(self.unexpected("a name in quotes"));
        }
        let text = self.string()?;
        let name = Name { text, span: Span::new(start, self.at) };
        if !self.take(b':') {
            return Err(self.unexpected(&format!("`:` after \"{}\"", name.text)));
        }
        Ok(Member { value: self.node()?, name })
    }

    /// Takes the comma between elements; before the end there may be none.
    fn separated(&mut self, close: u8, open: Span) -> Parsed<()> {
        if self.take(b',') || self.peek() == Some(close) {
            return Ok(());
        }
        let mut found = self.unexpected(&format!("`,` or `{}`", char::from(close)));
        if self.at >= self.text.len() {
            found.related.push((open, "opened here and not closed".to_owned()));
        }
        Err(found)
    }

    fn unrepeated(&self, items: &[Item<Member>]) -> Parsed<()> {
        let mut seen: Vec<&Name> = Vec::new();
        for member in items.iter().flat_map(|item| match item {
            Item::One(member) => std::slice::from_ref(member),
            Item::Section(_, members) => members,
        }) {
            if let Some(first) = seen.iter().find(|name| name.text == member.name.text) {
                let message = format!("\"{}\" stands twice in one object", member.name.text);
                let found = Diagnostic::error(Code::Syntax, member.name.span, message);
                return Err(Box::new(found.related(first.span, "the first of them")));
            }
            seen.push(&member.name);
        }
        Ok(())
    }

    fn param(&mut self, value: &Node, span: Span) -> Parsed<usize> {
        let invalid = |message: &str| {
            let found = Diagnostic::error(Code::ParameterStyle, value.span, message.to_owned());
            Err(Box::new(
                found.help("write {\"$param\": \"name\"}, or {\"$param\": 1} for the first of several"),
            ))
        };
        let (name, number) = match &value.value {
            Value::Text(name) if is_name(name) => (Some(name.clone()), 0),
            Value::Text(_) => return invalid("a parameter's name is a word"),
            Value::Number(text) => match text.parse::<u16>() {
                Ok(number) if number > 0 => (None, usize::from(number)),
                _ => return invalid("a parameter's number is 1 or more"),
            },
            _ => return invalid("a parameter has a name or a number"),
        };
        if let Some(first) = self.params.first().filter(|first| first.name.is_some() != name.is_some()) {
            let found = Diagnostic::error(
                Code::ParameterStyle,
                span,
                "parameters with names and with numbers in one query",
            );
            return Err(Box::new(found.related(first.spans[0], "the other kind")));
        }
        let known = match &name {
            Some(_) => self.params.iter().position(|param| param.name == name),
            None => self.numbers.iter().position(|known| *known == number),
        };
        if let Some(index) = known {
            self.params[index].spans.push(span);
            return Ok(index);
        }
        self.params.push(ParamUse { name, spans: vec![span] });
        self.numbers.push(number);
        Ok(self.params.len() - 1)
    }

    /// Numbers must come in order, without gaps, where each is used first: an index then is a number less one.
    fn numbered(&self) -> Parsed<()> {
        for (index, (param, number)) in self.params.iter().zip(&self.numbers).enumerate() {
            if param.name.is_none() && *number != index + 1 {
                let message = format!("parameter {number} is used before parameter {}", index + 1);
                let found = Diagnostic::error(Code::ParameterStyle, param.spans[0], message);
                return Err(Box::new(found.help("number them in the order of the text, or give them names")));
            }
        }
        Ok(())
    }

    fn unexpected(&self, wanted: &str) -> Box<Diagnostic> {
        let rest = &self.text[self.at..];
        let Some(c) = rest.chars().next() else {
            let message = format!("expected {wanted}, found the end of the query");
            return error(Code::Syntax, Span::new(self.at, self.at), message);
        };
        let len = match c.is_alphanumeric() || c == '_' {
            true => rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len()),
            false => c.len_utf8(),
        };
        let message = format!("expected {wanted}, found `{}`", &rest[..len]);
        error(Code::Syntax, Span::new(self.at, self.at + len), message)
    }
}

fn error(code: Code, span: Span, message: impl Into<String>) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(code, span, message))
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// RFC 8259, section 6.
fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|exponent| digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
}

/// What stands for the escape that `rest` goes on with after its backslash, and how long it is.
fn escape(rest: &str) -> Option<(char, usize)> {
    let simple = |c| Some((c, 1));
    match rest.as_bytes().first()? {
        b'"' => simple('"'),
        b'\\' => simple('\\'),
        b'/' => simple('/'),
        b'b' => simple('\u{8}'),
        b'f' => simple('\u{c}'),
        b'n' => simple('\n'),
        b'r' => simple('\r'),
        b't' => simple('\t'),
        b'u' => {
            let unit = |at: usize| {
                let digits =
                    rest.get(at..at + 4).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
                u32::from_str_radix(digits, 16).ok()
            };
            let high = unit(1)?;
            if !(0xd800..0xdc00).contains(&high) {
                return Some((char::from_u32(high)?, 5));
            }
            let low =
                unit(7).filter(|low| rest.get(5..7) == Some("\\u") && (0xdc00..0xe000).contains(low))?;
            Some((char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00))?, 11))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
