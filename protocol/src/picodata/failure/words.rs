//! The words of an error: unwrapped, recognised, and told without values.

use std::borrow::Cow;

use serde_json::Value;

use super::{Cause, Failure};

/// Words that tell a cause. Of several the one that stands first: what a user or a row wrote comes behind the server's own.
const WORDS: &[(&str, Cause)] = &[
    ("TupleFound", Cause::UniqueViolation),
    ("Duplicate key exists", Cause::UniqueViolation),
    ("AccessDenied", Cause::AccessDenied),
    ("FieldType", Cause::TypeViolation),
    ("ShardingError", Cause::Sharding),
    ("Failed to get replicaset from bucket", Cause::Sharding),
    ("Is rebalancing in progress", Cause::Sharding),
    ("requires the client to use ssl", Cause::TlsRequired),
    ("rule parsing error", Cause::Syntax),
    ("Exceeded maximum number of rows", Cause::RowLimit),
    ("max executed vdbe opcodes", Cause::OpcodeLimit),
    ("Statement storage is full", Cause::StatementsFull),
    ("Portal storage is full", Cause::PortalsFull),
    ("schema version different from router", Cause::StaleStatement),
    ("NoSuchSpace", Cause::StaleStatement),
    ("space metadata for table", Cause::StaleStatement),
    ("Couldn't find statement", Cause::UnknownStatement),
    ("Couldn't find portal", Cause::UnknownStatement),
    ("division by zero", Cause::Arithmetic),
    ("out of range integral type conversion", Cause::Arithmetic),
    ("failed to parse '", Cause::TypeMismatch),
    ("could not resolve operator overload", Cause::TypeMismatch),
    ("could not resolve function overload", Cause::TypeMismatch),
    ("could not determine data type of parameter", Cause::TypeMismatch),
    ("inconsistent types", Cause::TypeMismatch),
];

/// Words that tell a cause where the message ends in `not found`.
const NOT_FOUND: &[(&str, Cause)] = &[
    ("table with name", Cause::UnknownTable),
    ("space with name", Cause::UnknownTable),
    ("column with name", Cause::UnknownColumn),
    ("SQL function", Cause::UnknownFunction),
    ("function with name", Cause::UnknownFunction),
    ("routine", Cause::UnknownFunction),
    ("index with name", Cause::UnknownIndex),
];

/// What of the grammar's expectations is told; the list of all statements has 600 characters.
const EXPECTED_MAX: usize = 160;
/// What is told of a message, however long the names are that it holds.
const MESSAGE_MAX: usize = 500;

/// A message without what wraps it.
pub(super) struct Words<'m> {
    text: Cow<'m, str>,
    /// The type of the error, and the bucket that it names, where it came in JSON.
    kind: Option<String>,
    bucket: Option<u64>,
}

impl<'m> Words<'m> {
    /// Takes the message out of the JSON that the storage's errors come in, and the prefixes off.
    pub(super) fn of(message: &'m str) -> Words<'m> {
        let mut words = Words { text: Cow::Borrowed(message), kind: None, bucket: None };
        if let Some(at) = message.find("{\"") {
            match serde_json::Deserializer::from_str(&message[at..]).into_iter::<Value>().next() {
                Some(Ok(json)) => {
                    words.kind = json.get("type").and_then(Value::as_str).map(str::to_owned);
                    words.bucket = json.get("bucket_id").and_then(Value::as_u64);
                    let inner = json.get("message").and_then(Value::as_str).unwrap_or_default();
                    words.text = Cow::Owned(format!("{}{inner}", &message[..at]));
                }
                // Cut off in the middle.
                _ => words.text = Cow::Owned(message.replace("\\\"", "\"")),
            }
        }
        words
    }

    /// The text without the name of the part of the server that says it.
    fn said(&self) -> &str {
        self.text.trim().trim_start_matches("sbroad: ")
    }

    fn has(&self, words: &str) -> bool {
        self.text.contains(words)
    }

    pub(super) fn cause(&self) -> Option<Cause> {
        if self.kind.as_deref() == Some("ShardingError") {
            return Some(Cause::Sharding);
        }
        let is_missing = self.text.trim_end().ends_with("not found");
        let missing = NOT_FOUND.iter().filter(|_| is_missing);
        let placed = |(words, cause): &(&str, Cause)| Some((self.text.find(words)?, *cause));
        let first = WORDS.iter().chain(missing).filter_map(placed).min_by_key(|(at, _)| *at);
        match first.map(|(_, cause)| cause) {
            Some(Cause::TypeViolation) if self.text.trim_end().ends_with("got nil") => {
                Some(Cause::NotNullViolation)
            }
            cause => cause,
        }
    }

    /// What stands between two texts.
    fn between(&self, before: &str, after: &str) -> Option<&str> {
        let (_, rest) = self.text.split_once(before)?;
        rest.split_once(after).map(|(found, _)| found)
    }

    /// The name in quotes that follows some words.
    fn named(&self, before: &str) -> Option<String> {
        let (_, rest) = self.text.split_once(before)?;
        let rest = rest.trim_start();
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        rest[1..].split_once(quote).map(|(name, _)| name.to_owned())
    }

    /// The failure, told without values.
    pub(super) fn failure(&self, cause: Option<Cause>, code: &str) -> Failure {
        let mut failure =
            Failure { cause, place: None, table: None, column: None, index: None, message: String::new() };
        // What other servers say by codes of their own is told as they say it.
        let is_own = code == "XX000" || self.cause().is_some();
        let told = cause.filter(|_| is_own).and_then(|cause| self.tell(cause, &mut failure));
        let message = told.unwrap_or_else(|| without_values(self.said(), code == "XX000"));
        failure.message = cut(&message, MESSAGE_MAX).into_owned();
        failure
    }

    fn tell(&self, cause: Cause, failure: &mut Failure) -> Option<String> {
        let says = cause.says();
        Some(match cause {
            Cause::UniqueViolation => {
                failure.index = self.named("unique index");
                failure.table = self.named("in space");
                let (index, table) = (failure.index.as_deref()?, failure.table.as_deref()?);
                format!("{says} (unique index \"{index}\" of \"{table}\")")
            }
            Cause::NotNullViolation | Cause::TypeViolation => {
                failure.column = self
                    .between("Tuple field", ")")
                    .and_then(|field| field.split_once('(').map(|(_, name)| name.to_owned()));
                let column = failure.column.as_deref().unwrap_or("?");
                let types = self.text.rsplit_once("expected ").map(|(_, types)| types.trim());
                match (cause, types.filter(|types| is_of_types(types))) {
                    (Cause::TypeViolation, Some(types)) => {
                        format!("{says} (column \"{column}\": expected {types})")
                    }
                    _ => format!("{says} (column \"{column}\")"),
                }
            }
            Cause::AccessDenied => {
                let (_, said) = self.text.split_once("AccessDenied:")?;
                failure.table = self.named("to space").or_else(|| self.named("on space"));
                lower(said.trim())
            }
            Cause::Syntax => self.syntax(failure)?,
            Cause::RowLimit => {
                let limit = self.between("Exceeded maximum number of rows (", ")").unwrap_or("?");
                format!(
                    "{says}: more than {limit} (sql_motion_row_max; OPTION (SQL_MOTION_ROW_MAX = …) raises it)"
                )
            }
            Cause::OpcodeLimit => {
                let limit = self.text.rsplit_once("Limit:").map_or("?", |(_, limit)| limit.trim());
                format!(
                    "{says}: more than {limit} (sql_vdbe_opcode_max; OPTION (SQL_VDBE_OPCODE_MAX = …) raises it)"
                )
            }
            Cause::Sharding => {
                let bucket = self.bucket.map_or_else(String::new, |bucket| format!(" (bucket {bucket})"));
                format!(
                    "{says}{bucket}, or buckets are moving: what only reads may be tried again, at best after half a \
                     minute, in which the cluster notices that a node is gone"
                )
            }
            Cause::StaleStatement => {
                let space = self.named("no such space");
                failure.table = space.or_else(|| {
                    self.between("space metadata for table:", "not found").map(|name| name.trim().to_owned())
                });
                match &failure.table {
                    Some(table) => format!("{says}: there is no table \"{table}\" any more"),
                    None => says.to_owned(),
                }
            }
            Cause::UnknownTable => {
                failure.table = self.named("with name");
                format!("there is no table \"{}\"", failure.table.as_deref()?)
            }
            Cause::UnknownColumn => {
                failure.column = self.named("with name");
                format!("there is no column \"{}\"", failure.column.as_deref()?)
            }
            Cause::StatementsFull => {
                format!("{says} (pg_statement_max counts those of all clients together)")
            }
            Cause::PortalsFull => format!("{says} (pg_portal_max counts those of all clients together)"),
            Cause::TlsRequired => format!("{says}: the scheme picodata+tls:// has it"),
            Cause::TypeMismatch if self.has("failed to parse '") => {
                let ty = self.between("as a value of type ", ",").filter(|ty| is_of_types(ty))?;
                format!("a text is no value of type {ty}; an explicit cast says what it is")
            }
            // Said before anything runs: there are types and names in it, and no rows.
            Cause::TypeMismatch | Cause::UnknownFunction | Cause::UnknownIndex | Cause::UnknownStatement => {
                self.said().to_owned()
            }
            Cause::Arithmetic if self.has("division by zero") => "division by zero".to_owned(),
            Cause::Arithmetic => "a number of the result is beyond 64 bits".to_owned(),
            _ => return None,
        })
    }

    /// `rule parsing error:  --> 1:30`, the line with a caret, and `= expected …`.
    fn syntax(&self, failure: &mut Failure) -> Option<String> {
        let place = self.between("-->", "\n").unwrap_or_default().trim();
        let (line, column) = place.split_once(':')?;
        failure.place = Some((line.trim().parse().ok()?, column.trim().parse().ok()?));
        let expected = self.text.rsplit_once("\n  = expected ").map(|(_, expected)| expected.trim());
        Some(match expected {
            Some(expected) => format!("syntax error at {place}: expected {}", cut(expected, EXPECTED_MAX)),
            None => format!("syntax error at {place}"),
        })
    }
}

/// `string, got integer`: names of types and nothing else.
fn is_of_types(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_lowercase() || matches!(c, ' ' | ',' | '_' | '[' | ']'))
}

fn lower(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

fn cut(text: &str, max: usize) -> Cow<'_, str> {
    match text.char_indices().nth(max) {
        Some((at, _)) => Cow::Owned(format!("{}…", &text[..at])),
        None => Cow::Borrowed(text),
    }
}

/// What is named by a text in double quotes behind it.
const NAMED: &[&str] = &[
    "space",
    "index",
    "table",
    "column",
    "name",
    "function",
    "procedure",
    "user",
    "role",
    "tier",
    "plugin",
    "constraint",
];

/// Words that are not known, without the rows and the values that they may repeat: what stands in brackets,
/// and of Picodata's own engine what stands in quotes, unless it is a name, in parentheses, and every number.
fn without_values(message: &str, of_engine: bool) -> String {
    let mut out = String::with_capacity(message.len());
    let mut chars = message.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let end = match c {
            '[' => after_bracket(&message[at + 1..], '[', ']'),
            '(' if of_engine => after_bracket(&message[at + 1..], '(', ')'),
            '\'' if of_engine && !is_within_word(message, at) => after_quote(&message[at + 1..], '\''),
            '"' if of_engine => after_quote(&message[at + 1..], '"'),
            _ => None,
        };
        if let Some(len) = end {
            let close = at + 1 + len;
            let is_name = c == '"' && NAMED.iter().any(|word| out.trim_end().ends_with(word));
            let shown = if is_name { &message[at + 1..close - 1] } else { "<value>" };
            out.push(c);
            out.push_str(shown);
            out.push_str(&message[close - 1..close]);
            while chars.next_if(|(next, _)| *next < close).is_some() {}
        } else if of_engine && c.is_ascii_digit() && !ends_in_name(&out) {
            out.push_str("<value>");
            while chars.next_if(|(_, c)| c.is_ascii_digit() || *c == '.').is_some() {}
        } else if c == '['
            || of_engine && (matches!(c, '(' | '"') || c == '\'' && !is_within_word(message, at))
        {
            // It is never closed: all that follows may be a value.
            out.push(c);
            out.push_str("<value>");
            break;
        } else {
            out.push(c);
        }
    }
    out.trim().to_owned()
}

/// Whether a digit here belongs to a name: `s105`, `$1`.
fn ends_in_name(text: &str) -> bool {
    text.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '$'))
}

/// An apostrophe, as in `couldn't`.
fn is_within_word(message: &str, at: usize) -> bool {
    message[..at].ends_with(char::is_alphabetic) && message[at + 1..].starts_with(char::is_alphabetic)
}

/// How far it is behind the bracket that closes the one already open; brackets inside of texts do not count.
fn after_bracket(text: &str, open: char, close: char) -> Option<usize> {
    let (mut depth, mut quoted, mut escaped) = (1_usize, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if std::mem::take(&mut escaped) => {}
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            _ if c == open => depth += 1,
            _ if c == close => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at + 1);
        }
    }
    None
}

/// How far it is behind the quote that ends a literal; a doubled one does not.
fn after_quote(text: &str, quote: char) -> Option<usize> {
    let mut from = 0;
    loop {
        let end = from + text[from..].find(quote)?;
        if !text[end + 1..].starts_with(quote) {
            return Some(end + 1);
        }
        from = end + 2;
    }
}
