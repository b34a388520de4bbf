//! What Ignite writes that sqlparser does not read, as tokens that it does.
//!
//! | written | read as |
//! |---|---|
//! | `CREATE TABLE t (…) WITH "template=replicated,backups=1"` | `WITH (template = 'replicated', backups = '1')` |
//! | `MERGE INTO t (a, b) [KEY (a)] VALUES …`, or a query | `INSERT INTO t (a, b) VALUES …`; its verb stays `MERGE` |
//! | `ALTER TABLE t ADD COLUMN (a INT, b INT)`, `DROP COLUMN (a, b)` | `ADD COLUMN a INT, ADD COLUMN b INT` |
//! | `?1` | `$1`, a parameter with a number |
//! | `USER()`, `SCHEMA()` | a call; sqlparser knows them as words alone |
//! | `FROM TABLE(a INT = ?, b VARCHAR = ('x', 'y'))` | `FROM "TABLE"(a => CAST(? AS INT), …)` |
//!
//! Every token keeps the place of the one that it stands for. `MERGE … USING` is sqlparser's own.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan, Word};

use super::rewrite::Rewriter;
use super::token::{is_word, significant};

/// Reads `?1` as `$1`.
pub(super) fn number(tokens: &mut [TokenWithSpan]) {
    for token in tokens {
        if let Token::Placeholder(text) = &mut token.token
            && let Some(digits) = text.strip_prefix('?')
            && digits.starts_with(|c: char| c.is_ascii_digit())
        {
            *text = format!("${digits}");
        }
    }
}

/// Rewrites the tokens of a text; MERGE by key where the engine has it.
pub(super) fn rewrite(tokens: Vec<TokenWithSpan>, by_key: bool) -> Vec<TokenWithSpan> {
    Rewriter::run(tokens, |rewriter| {
        rewriter.table_options()
            || rewriter.column_list()
            || rewriter.word_call()
            || (by_key && rewriter.merge())
            || rewriter.table_function()
    })
}

impl Rewriter {
    /// Copies everything before `end`, rewriting what stands in it.
    fn rewrite_until(&mut self, end: usize) {
        while self.next < end {
            if !self.table_function() {
                self.copy();
            }
        }
    }

    /// `WITH "k=v, …"`; keys without a value have an empty one.
    fn table_options(&mut self) -> bool {
        if !is_word(self.token(self.next), "with") {
            return false;
        }
        let at = self.seek(self.next + 1);
        let Token::Word(Word { value, quote_style: Some('"'), .. }) = self.token(at) else { return false };
        // A CTE may have a quoted name too; an AS or a list of columns follows it.
        let after = self.token(self.seek(at + 1));
        if is_word(after, "as") || *after == Token::LParen {
            return false;
        }
        let options: Vec<(String, String)> = value
            .split(',')
            .map(|part| part.split_once('=').unwrap_or((part, "")))
            .map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned()))
            .filter(|(key, _)| !key.is_empty())
            .collect();
        let span = self.span(at);
        self.copy();
        self.push(Token::LParen, span);
        for (i, (key, value)) in options.into_iter().enumerate() {
            if i > 0 {
                self.push(Token::Comma, span);
            }
            self.push(quoted(&key), span);
            self.push(Token::Eq, span);
            self.push(Token::SingleQuotedString(value), span);
        }
        self.push(Token::RParen, span);
        self.next = at + 1;
        true
    }

    /// A list of columns that ALTER TABLE adds or drops.
    fn column_list(&mut self) -> bool {
        let verb = self.token(self.next);
        if !["add", "drop"].iter().any(|word| is_word(verb, word)) || !self.altering() {
            return false;
        }
        let mut at = self.seek(self.next + 1);
        while ["column", "if", "not", "exists"].iter().any(|word| is_word(self.token(at), word)) {
            at = self.seek(at + 1);
        }
        let Some(close) = (*self.token(at) == Token::LParen).then(|| self.close(at)).flatten() else {
            return false;
        };
        let head: Vec<TokenWithSpan> = self.input[self.next..at].to_vec();
        self.output.extend(head.iter().cloned());
        let mut depth = 0usize;
        for i in at + 1..close {
            self.output.push(self.input[i].clone());
            match self.token(i) {
                Token::LParen => depth += 1,
                Token::RParen => depth = depth.saturating_sub(1),
                Token::Comma if depth == 0 => self.output.extend(head.iter().cloned()),
                _ => {}
            }
        }
        self.next = close + 1;
        true
    }

    /// Whether the statement being read begins with ALTER TABLE.
    fn altering(&self) -> bool {
        let words = self.output.iter().map(|t| &t.token).filter(|t| significant(t));
        let of_this: Vec<&Token> = words.rev().take_while(|t| **t != Token::SemiColon).collect();
        matches!(of_this[..], [.., table, alter] if is_word(table, "table") && is_word(alter, "alter"))
    }

    /// A call of a function whose name sqlparser reads as a word without arguments.
    fn word_call(&mut self) -> bool {
        let word = ["user", "current_user", "schema", "database"]
            .iter()
            .any(|word| is_word(self.token(self.next), word));
        if !word || *self.token(self.seek(self.next + 1)) != Token::LParen {
            return false;
        }
        if let Token::Word(word) = &mut self.input[self.next].token {
            word.keyword = Keyword::NoKeyword;
        }
        self.copy();
        true
    }

    /// MERGE by key.
    fn merge(&mut self) -> bool {
        let starts = self.output.iter().rev().map(|t| &t.token).find(|t| significant(t));
        let starts = starts.is_none_or(|t| {
            *t == Token::SemiColon || ["explain", "for", "plan"].iter().any(|word| is_word(t, word))
        });
        if !starts || !is_word(self.token(self.next), "merge") {
            return false;
        }
        let into = self.seek(self.next + 1);
        if !is_word(self.token(into), "into") {
            return false;
        }
        let Some((key, rows)) = self.merge_parts(into + 1) else { return false };
        let span = self.span(self.next);
        self.push(word("INSERT", Keyword::INSERT), span);
        self.next += 1;
        if let Some((from, to)) = key {
            self.rewrite_until(from);
            self.next = to + 1;
        }
        self.rewrite_until(rows);
        true
    }

    /// The range of `KEY (…)`, and where the rows begin; `None` where it is a MERGE of another form.
    fn merge_parts(&self, from: usize) -> Option<(Option<(usize, usize)>, usize)> {
        let mut at = self.seek(from);
        let mut key = None;
        loop {
            match self.token(at) {
                Token::EOF | Token::SemiColon => return None,
                t if is_word(t, "using") => return None,
                t if is_word(t, "key") => {
                    let open = self.seek(at + 1);
                    let close = (*self.token(open) == Token::LParen).then(|| self.close(open))??;
                    key = Some((at, close));
                    at = close;
                }
                t if ["values", "select", "with", "from"].iter().any(|word| is_word(t, word)) => {
                    return Some((key, at));
                }
                Token::LParen => {
                    // A query in parentheses is no list of columns.
                    let first = self.token(self.seek(at + 1));
                    if is_word(first, "select") || is_word(first, "with") {
                        return Some((key, at));
                    }
                    at = self.close(at)?;
                }
                _ => {}
            }
            at = self.seek(at + 1);
        }
    }

    /// `TABLE(name TYPE = value, …)` and `TABLE_DISTINCT(…)`.
    fn table_function(&mut self) -> bool {
        let named = ["table", "table_distinct"].iter().find(|word| is_word(self.token(self.next), word));
        let Some(named) = named else { return false };
        let open = self.seek(self.next + 1);
        if *self.token(open) != Token::LParen {
            return false;
        }
        let Some(columns) = self.close(open).and_then(|close| self.function_columns(open, close)) else {
            return false;
        };
        let span = self.span(self.next);
        self.push(quoted(&named.to_uppercase()), span);
        self.next += 1;
        for (name, eq, end) in columns {
            self.rewrite_until(name + 1);
            let (span, value) = (self.span(eq), self.seek(eq + 1));
            self.push(Token::RArrow, span);
            self.push(word("CAST", Keyword::CAST), self.span(value));
            self.push(Token::LParen, self.span(value));
            let types = name + 1..eq;
            self.next = value;
            self.rewrite_until(end);
            let last = self.span(end.saturating_sub(1));
            self.push(word("AS", Keyword::AS), last);
            for i in types {
                self.output.push(self.input[i].clone());
            }
            self.push(Token::RParen, last);
        }
        true
    }

    /// Each column as the places of its name, of its `=` and of the end of its value.
    fn function_columns(&self, open: usize, close: usize) -> Option<Vec<(usize, usize, usize)>> {
        let mut columns = Vec::new();
        let mut name = self.seek(open + 1);
        while name < close {
            if !matches!(self.token(name), Token::Word(_)) {
                return None;
            }
            let (mut eq, mut at) = (None, self.seek(name + 1));
            while at < close && *self.token(at) != Token::Comma {
                match self.token(at) {
                    Token::Eq if eq.is_none() => eq = Some(at),
                    Token::LParen => at = self.close(at)?,
                    _ => {}
                }
                at += 1;
            }
            // A name, a type and a value, or it is a call like any other.
            let eq = eq.filter(|eq| self.seek(name + 1) < *eq && self.seek(eq + 1) < at)?;
            columns.push((name, eq, at));
            name = self.seek(at + 1);
        }
        (!columns.is_empty()).then_some(columns)
    }
}

fn word(text: &str, keyword: Keyword) -> Token {
    Token::Word(Word { value: text.to_owned(), quote_style: None, keyword })
}

fn quoted(text: &str) -> Token {
    Token::Word(Word { value: text.to_owned(), quote_style: Some('"'), keyword: Keyword::NoKeyword })
}
