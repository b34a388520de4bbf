//! A SELECT as a tree: joins, WHERE, ORDER BY, LIMIT, WITH; no GROUP BY and no subqueries.

use std::ops::Range;

use super::token::{Token, tokens};
use crate::value::{Type, Value};
use crate::{SqlError, value::Malformed};

#[derive(Debug, Clone)]
pub(crate) struct Select {
    pub(super) ctes: Vec<(String, Select)>,
    pub(super) items: Vec<Item>,
    pub(super) from: Vec<Source>,
    pub(super) filter: Option<Expr>,
    pub(super) order: Vec<(Expr, bool)>,
    pub(super) limit: Option<usize>,
}

#[derive(Debug, Clone)]
pub(super) enum Item {
    Star,
    Expr(Expr, Option<String>),
}

#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) table: String,
    pub(super) alias: String,
    pub(super) outer: bool,
    pub(super) on: Option<Expr>,
}

#[derive(Debug, Clone)]
pub(super) enum Expr {
    Column(Option<String>, String),
    Literal(Value, Type),
    Parameter(usize),
    Call(String, Vec<Expr>),
    Cast(Box<Expr>, Type),
    Index(Box<Expr>, Box<Expr>),
    Binary(&'static str, Box<Expr>, Box<Expr>),
    Not(Box<Expr>),
    IsNull(Box<Expr>),
    In(Box<Expr>, Vec<Expr>),
    CountAll,
}

/// Words that end an expression, and so are no alias.
const CLAUSES: &[&str] = &[
    "as", "from", "join", "inner", "left", "on", "where", "order", "limit", "group", "having", "union",
    "except", "and", "or", "asc", "desc", "is", "in", "not", "option", "outer",
];

/// Reads the text; what this parser does not know is a syntax error at that place.
pub(crate) fn parse(sql: &str) -> Result<Select, SqlError> {
    let mut parser = Parser { sql, tokens: tokens(sql), at: 0 };
    let select = parser.select()?;
    parser.take(";");
    if parser.peek().is_some() { Err(parser.error("EOI or DqlOption")) } else { Ok(select) }
}

struct Parser<'s> {
    sql: &'s str,
    tokens: Vec<(Token<'s>, Range<usize>)>,
    at: usize,
}

impl<'s> Parser<'s> {
    fn peek(&self) -> Option<&Token<'s>> {
        self.tokens.get(self.at).map(|(token, _)| token)
    }

    fn error(&self, expected: &str) -> SqlError {
        let at = self.tokens.get(self.at).map_or(self.sql.len(), |(_, range)| range.start);
        SqlError::syntax(self.sql, at, expected)
    }

    /// Takes this symbol or word, if it is next.
    fn take(&mut self, wanted: &str) -> bool {
        let found = match self.peek() {
            Some(Token::Symbol(symbol)) => *symbol == wanted,
            Some(Token::Word(word)) => word == wanted,
            _ => false,
        };
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, wanted: &str) -> Result<(), SqlError> {
        if self.take(wanted) { Ok(()) } else { Err(self.error(wanted)) }
    }

    fn name(&mut self) -> Result<String, SqlError> {
        let name = match self.peek() {
            Some(Token::Word(word)) if !CLAUSES.contains(&word.as_str()) => word.clone(),
            Some(Token::Quoted(name)) => name.clone(),
            _ => return Err(self.error("Identifier")),
        };
        self.at += 1;
        Ok(name)
    }

    fn alias(&mut self) -> Result<Option<String>, SqlError> {
        if self.take("as") {
            return self.name().map(Some);
        }
        let is_name = match self.peek() {
            Some(Token::Word(word)) => !CLAUSES.contains(&word.as_str()),
            Some(Token::Quoted(_)) => true,
            _ => false,
        };
        if is_name { self.name().map(Some) } else { Ok(None) }
    }

    fn select(&mut self) -> Result<Select, SqlError> {
        let mut ctes = Vec::new();
        if self.take("with") {
            loop {
                let name = self.name()?;
                self.expect("as")?;
                self.expect("(")?;
                ctes.push((name, self.select()?));
                self.expect(")")?;
                if !self.take(",") {
                    break;
                }
            }
        }
        self.expect("select")?;
        let items = self.list(Parser::item)?;
        let from = if self.take("from") { self.sources()? } else { Vec::new() };
        let filter = if self.take("where") { Some(self.expr()?) } else { None };
        let mut order = Vec::new();
        if self.take("order") {
            self.expect("by")?;
            order = self.list(Parser::ordering)?;
        }
        let limit = if self.take("limit") { Some(self.count()?) } else { None };
        Ok(Select { ctes, items, from, filter, order, limit })
    }

    fn list<T>(&mut self, one: fn(&mut Self) -> Result<T, SqlError>) -> Result<Vec<T>, SqlError> {
        let mut out = vec![one(self)?];
        while self.take(",") {
            out.push(one(self)?);
        }
        Ok(out)
    }

    fn item(&mut self) -> Result<Item, SqlError> {
        if self.take("*") {
            return Ok(Item::Star);
        }
        let expr = self.expr()?;
        Ok(Item::Expr(expr, self.alias()?))
    }

    fn ordering(&mut self) -> Result<(Expr, bool), SqlError> {
        let expr = self.expr()?;
        let descending = self.take("desc");
        let _ascending = self.take("asc");
        Ok((expr, descending))
    }

    fn count(&mut self) -> Result<usize, SqlError> {
        let Some(Token::Number(digits)) = self.peek() else { return Err(self.error("Null or Unsigned")) };
        let count = digits.parse().map_err(|_| self.error("Null or Unsigned"))?;
        self.at += 1;
        Ok(count)
    }

    fn sources(&mut self) -> Result<Vec<Source>, SqlError> {
        let mut out = vec![self.source(false)?];
        loop {
            let outer = self.take("left");
            let _words = (self.take("outer"), self.take("inner"));
            if !self.take("join") {
                return Ok(out);
            }
            let mut source = self.source(outer)?;
            self.expect("on")?;
            source.on = Some(self.expr()?);
            out.push(source);
        }
    }

    fn source(&mut self, outer: bool) -> Result<Source, SqlError> {
        let table = self.name()?;
        let alias = self.alias()?.unwrap_or_else(|| table.clone());
        Ok(Source { table, alias, outer, on: None })
    }

    fn expr(&mut self) -> Result<Expr, SqlError> {
        let mut left = self.conjunction()?;
        while self.take("or") {
            left = Expr::Binary("or", Box::new(left), Box::new(self.conjunction()?));
        }
        Ok(left)
    }

    fn conjunction(&mut self) -> Result<Expr, SqlError> {
        let mut left = self.negation()?;
        while self.take("and") {
            left = Expr::Binary("and", Box::new(left), Box::new(self.negation()?));
        }
        Ok(left)
    }

    fn negation(&mut self) -> Result<Expr, SqlError> {
        if self.take("not") { Ok(Expr::Not(Box::new(self.negation()?))) } else { self.comparison() }
    }

    fn comparison(&mut self) -> Result<Expr, SqlError> {
        let left = self.postfix()?;
        if self.take("is") {
            let negated = self.take("not");
            self.expect("null")?;
            return Ok(negate(negated, Expr::IsNull(Box::new(left))));
        }
        let negated = self.take("not");
        if self.take("in") {
            self.expect("(")?;
            let items = self.list(Parser::expr)?;
            self.expect(")")?;
            return Ok(negate(negated, Expr::In(Box::new(left), items)));
        }
        for (symbol, operator) in
            [("=", "="), ("<>", "<>"), ("!=", "<>"), ("<=", "<="), (">=", ">="), ("<", "<"), (">", ">")]
        {
            if self.take(symbol) {
                return Ok(Expr::Binary(operator, Box::new(left), Box::new(self.postfix()?)));
            }
        }
        Ok(left)
    }

    /// A primary with casts and element accesses after it.
    fn postfix(&mut self) -> Result<Expr, SqlError> {
        let mut expr = self.primary()?;
        loop {
            if self.take("::") {
                expr = Expr::Cast(Box::new(expr), self.ty()?);
            } else if self.take("[") {
                let index = self.expr()?;
                self.expect("]")?;
                expr = Expr::Index(Box::new(expr), Box::new(index));
            } else {
                return Ok(expr);
            }
        }
    }

    fn ty(&mut self) -> Result<Type, SqlError> {
        let name = self.name()?;
        Ok(match name.as_str() {
            "int" | "integer" | "unsigned" | "bigint" | "int8" | "smallint" | "int2" | "int4" => Type::Int8,
            "text" | "string" | "varchar" => Type::Text,
            "bool" | "boolean" => Type::Bool,
            "double" | "float8" => Type::Float8,
            "decimal" | "numeric" | "number" => Type::Numeric,
            "uuid" => Type::Uuid,
            "datetime" | "timestamptz" => Type::Timestamptz,
            _ => return Err(self.error("ColumnDefType")),
        })
    }

    fn primary(&mut self) -> Result<Expr, SqlError> {
        if self.take("(") {
            let inner = self.expr()?;
            self.expect(")")?;
            return Ok(inner);
        }
        let minus = self.take("-");
        let literal = match self.peek() {
            Some(Token::Number(digits)) => number(digits, minus).ok(),
            Some(Token::Text(text)) if !minus => Some(Expr::Literal(Value::Text(text.clone()), Type::Text)),
            Some(Token::Parameter(number)) if !minus => Some(Expr::Parameter(*number)),
            Some(Token::Word(word)) if !minus => match word.as_str() {
                "true" | "false" => Some(Expr::Literal(Value::Bool(word == "true"), Type::Bool)),
                "null" => Some(Expr::Literal(Value::Null, Type::Unknown)),
                _ => None,
            },
            _ => None,
        };
        if let Some(literal) = literal {
            self.at += 1;
            return Ok(literal);
        }
        let name = self.name()?;
        if self.take("(") {
            return self.call(name);
        }
        if self.take(".") {
            return Ok(Expr::Column(Some(name), self.name()?));
        }
        Ok(Expr::Column(None, name))
    }

    fn call(&mut self, name: String) -> Result<Expr, SqlError> {
        if name == "count" && self.take("*") {
            self.expect(")")?;
            return Ok(Expr::CountAll);
        }
        let arguments =
            if self.take(")") { return Ok(Expr::Call(name, Vec::new())) } else { self.list(Parser::expr)? };
        self.expect(")")?;
        Ok(Expr::Call(name, arguments))
    }
}

fn negate(negated: bool, expr: Expr) -> Expr {
    if negated { Expr::Not(Box::new(expr)) } else { expr }
}

/// `1` is an INTEGER, `1.5` a DECIMAL, `1e3` a DOUBLE.
fn number(digits: &str, minus: bool) -> Result<Expr, Malformed> {
    let text = format!("{}{digits}", if minus { "-" } else { "" });
    if digits.contains(['e', 'E']) {
        return text
            .parse()
            .map(|number| Expr::Literal(Value::Double(number), Type::Float8))
            .map_err(|_| Malformed);
    }
    if digits.contains('.') {
        return text
            .parse()
            .map(|number| Expr::Literal(Value::Numeric(number), Type::Numeric))
            .map_err(|_| Malformed);
    }
    text.parse().map(|number| Expr::Literal(Value::Int(number), Type::Int8)).map_err(|_| Malformed)
}
