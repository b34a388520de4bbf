//! How deep and long a text may be, and the stack that reading it takes.
//!
//! sqlparser and everything that walks a tree recurse. The token pre-pass bounds what they recurse over, and what nests
//! deeper than a small stack carries is read on a thread of its own. Measured unoptimised, on sqlparser 0.62.

use std::cell::Cell;

use sqlparser::dialect::Dialect;
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::token::{significant, span_of};
use crate::ast::Span;
use crate::diagnostic::{Code, Diagnostic};

/// The deepest nesting of brackets.
pub(super) const BRACKETS_MAX: usize = 256;

/// The deepest tree that lowering makes.
pub(super) const TREE_DEPTH_MAX: usize = 1_000;

/// From how many operands on an AND or OR becomes a balanced tree.
pub(super) const BALANCE_FROM: usize = 32;

/// Types that take types between angle brackets.
const ANGLED: &[&str] = &["array", "struct", "map"];

/// Functions with a syntax of their own. sqlparser reads one a second time as a plain call when the first reading fails,
/// so that nesting them doubles the work with each level.
const READ_TWICE: &[&str] = &[
    "cast",
    "ceil",
    "convert",
    "exists",
    "extract",
    "floor",
    "interval",
    "overlay",
    "position",
    "row",
    "safe_cast",
    "struct",
    "substr",
    "substring",
    "trim",
    "try_cast",
    "try_convert",
];

/// Words before a parenthesis that call nothing.
const NO_CALLS: &[&str] = &[
    "all",
    "and",
    "any",
    "as",
    "between",
    "by",
    "case",
    "distinct",
    "else",
    "except",
    "filter",
    "from",
    "group",
    "having",
    "in",
    "intersect",
    "into",
    "is",
    "join",
    "lateral",
    "like",
    "limit",
    "not",
    "offset",
    "on",
    "or",
    "order",
    "over",
    "partition",
    "returning",
    "select",
    "set",
    "some",
    "table",
    "then",
    "union",
    "using",
    "values",
    "when",
    "where",
    "with",
    "within",
];

/// How deep those may nest.
const READ_TWICE_MAX: usize = 14;

/// The deepest nesting of types: `ARRAY<ARRAY<INT>>`, `INT[][]`.
pub(super) const TYPE_DEPTH_MAX: usize = 64;

/// The longest qualified name, in parts. Beyond catalog, schema, table and column, parts are fields of structs.
const NAME_PARTS_MAX: usize = 64;

/// The most optional sections: the text may be read twice for each of them.
pub(super) const SECTIONS_MAX: usize = 64;

/// The stack that one level of nesting takes at most.
const STACK_PER_LEVEL: usize = 512 << 10;

/// So many tokens take the stack of a level at most, should they all be one chain.
const TOKENS_PER_LEVEL: usize = 256;

/// What sqlparser nests without a bracket that is counted here (`IF 1 THEN IF 1 THEN …`) ends at its own recursion
/// limit, of which [`TICKS_FREE`] are always there. A step takes at most 105 KB, and a token or more: five of them are
/// within the stack of a level.
const TOKENS_PER_FREE_LEVEL: usize = 5;

/// Steps of sqlparser's recursion that every text may take.
const TICKS_FREE: usize = 100;

/// The stack that is taken for granted.
const STACK_AT_HAND: usize = 2 << 20;

thread_local! {
    /// The stack that this thread was started with, where it was started here or somebody knows it.
    static GRANTED: Cell<usize> = const { Cell::new(STACK_AT_HAND) };
}

/// Says how much of its stack this thread has left, in bytes. Without this, two megabytes are taken for granted.
///
/// A caller that knows to stand on a larger stack (the compiler's is one of eight) spares its statements a thread each.
pub fn grant_stack(bytes: usize) {
    GRANTED.set(bytes);
}

/// How many levels of nesting the stack at hand is for.
pub(crate) fn levels_at_hand() -> usize {
    GRANTED.get() / STACK_PER_LEVEL
}

/// Runs a closure with a stack for `levels` of nesting: here where that is at hand, else on a thread of its own.
pub fn with_stack<T: Send>(levels: usize, run: impl FnOnce() -> T + Send) -> T {
    let size = levels * STACK_PER_LEVEL;
    if size <= GRANTED.get() {
        return run();
    }
    let mut run = Some(run);
    let slot = &mut run;
    let result = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("querent-check".into()).stack_size(size);
        let spawned = thread.spawn_scoped(scope, move || {
            GRANTED.set(size);
            slot.take().map(|run| run())
        });
        match spawned.ok()?.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    });
    match (result, run) {
        (Some(result), _) => result,
        // No thread to be had: the stack at hand has to do.
        (None, Some(run)) => run(),
        (None, None) => unreachable!("the closure runs once, and then there is a result"),
    }
}

/// sqlparser's recursion limit for so many levels: a level takes several of its steps.
pub(super) fn ticks(levels: usize) -> usize {
    TICKS_FREE + 8 * levels
}

/// How deep a text nests.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Nesting {
    /// In levels that sqlparser may take.
    pub(super) levels: usize,
    /// In levels of [`with_stack`].
    pub(super) stack: usize,
}

/// Measures how deep tokens nest, or says that they nest too deep.
///
/// Where an argument's name may be any expression, sqlparser reads each argument of a call as one first and then again.
pub(super) fn measure(tokens: &[TokenWithSpan], syntax: &dyn Dialect) -> Result<Nesting, Box<Diagnostic>> {
    let calls_twice = syntax.supports_named_fn_args_with_expr_name();
    let mut measure = Measure { calls_twice, ..Measure::default() };
    let mut previous = &Token::EOF;
    let mut count = 0;
    for token in tokens.iter().filter(|t| significant(&t.token)) {
        if let Err(too_much) = measure.step(&token.token, previous) {
            return Err(Box::new(too_much(span_of(token.span).unwrap_or_default())));
        }
        previous = &token.token;
        count += 1;
    }
    // A chain of operators is a tree as deep as it is long, and dropping one recurses.
    let levels = measure.deepest + tokens.len() / TOKENS_PER_LEVEL;
    Ok(Nesting { levels, stack: levels + count.min(TICKS_FREE) / TOKENS_PER_FREE_LEVEL })
}

/// The nesting at a place.
#[derive(Default)]
struct Measure {
    /// Whether the arguments of every call are read twice.
    calls_twice: bool,
    /// For each open bracket what was added to `depth` since it opened, and whether it may be read twice.
    open: Vec<(usize, bool)>,
    depth: usize,
    twice: usize,
    /// Prefix operators right before.
    prefixes: usize,
    /// Angle brackets of types that are open.
    angles: usize,
    /// Square brackets right before, each closed before the next opened: `[1][2]`.
    squares: usize,
    /// Parts of the name that ends here.
    parts: usize,
    deepest: usize,
}

impl Measure {
    fn step(&mut self, token: &Token, previous: &Token) -> Result<(), fn(Span) -> Diagnostic> {
        self.types(token, previous);
        match token {
            Token::LParen | Token::LBracket | Token::LBrace => {
                let twice = match previous {
                    Token::Word(w) if *token == Token::LParen && self.calls_twice => {
                        w.quote_style.is_some() || !is_one_of(&w.value, NO_CALLS)
                    }
                    Token::Word(w) => is_one_of(&w.value, READ_TWICE),
                    _ => false,
                };
                self.open.push((self.depth, twice));
                self.depth += 1 + self.prefixes;
                self.twice += usize::from(twice);
                self.prefixes = 0;
            }
            Token::RParen | Token::RBracket | Token::RBrace => {
                if let Some((depth, twice)) = self.open.pop() {
                    self.depth = depth;
                    self.twice -= usize::from(twice);
                }
                self.prefixes = 0;
            }
            // What stands before it is nested in what stands after it.
            Token::VerticalBarRightAngleBracket => {
                self.depth += 1;
                self.prefixes = 0;
            }
            Token::Minus | Token::Plus | Token::Tilde | Token::ExclamationMark => self.prefixes += 1,
            Token::Word(word) => match word.keyword {
                Keyword::NOT
                | Keyword::EXPLAIN
                | Keyword::DESCRIBE
                | Keyword::DESC
                | Keyword::PRIOR
                | Keyword::INTERVAL
                | Keyword::CONNECT_BY_ROOT => self.prefixes += 1,
                Keyword::CASE => {
                    self.depth += 1 + self.prefixes;
                    self.prefixes = 0;
                }
                // A column of this name does no harm: the depth only bounds.
                Keyword::END => {
                    let floor = self.open.last().map_or(0, |o| o.0 + 1);
                    self.depth = self.depth.saturating_sub(1).max(floor);
                    self.prefixes = 0;
                }
                _ => self.prefixes = 0,
            },
            _ => self.prefixes = 0,
        }
        self.deepest = self.deepest.max(self.depth + self.prefixes);
        if self.open.len() > BRACKETS_MAX {
            return Err(too_many_brackets);
        }
        if self.depth + self.prefixes > TREE_DEPTH_MAX / 2 {
            return Err(too_deep);
        }
        if self.twice > READ_TWICE_MAX {
            return Err(if self.calls_twice { too_many_calls } else { too_many_forms });
        }
        if self.angles > TYPE_DEPTH_MAX {
            return Err(too_deep_a_type);
        }
        if self.squares > TYPE_DEPTH_MAX {
            return Err(too_many_squares);
        }
        if self.parts > NAME_PARTS_MAX {
            return Err(too_long_a_name);
        }
        Ok(())
    }

    /// Follows what nests within types, and the parts of names: none of it stands between brackets.
    fn types(&mut self, token: &Token, previous: &Token) {
        match token {
            Token::Lt if matches!(previous, Token::Word(w) if ANGLED.iter().any(|a| w.value.eq_ignore_ascii_case(a))) =>
            {
                self.angles += 1;
            }
            Token::Gt => self.angles = self.angles.saturating_sub(1),
            Token::ShiftRight => self.angles = self.angles.saturating_sub(2),
            Token::Word(_) | Token::Colon | Token::Comma | Token::Number(..) => {}
            // Nothing else stands in a type: the sign was a comparison with a column of that name.
            Token::LBracket | Token::RBracket | Token::LParen | Token::RParen => {}
            _ => self.angles = 0,
        }
        match token {
            Token::LBracket if *previous == Token::RBracket => self.squares += 1,
            Token::RBracket | Token::Number(..) => {}
            Token::LBracket => self.squares = 1,
            _ => self.squares = 0,
        }
        match token {
            Token::Period => self.parts += 1,
            Token::Word(_) | Token::Number(..) if *previous == Token::Period => {}
            _ => self.parts = 0,
        }
    }
}

fn is_one_of(word: &str, all: &[&str]) -> bool {
    all.iter().any(|one| one.eq_ignore_ascii_case(word))
}

/// Nested too deep to lower.
pub(super) fn too_deep(span: Span) -> Diagnostic {
    too_complex(span, "this nests too deep to be checked")
}

/// Too many sections.
pub(super) fn too_many_sections(span: Span) -> Diagnostic {
    too_complex(span, "there are too many optional sections to be checked")
        .note(format!("at most {SECTIONS_MAX} are followed"))
}

/// A type too deep.
pub(super) fn too_deep_a_type(span: Span) -> Diagnostic {
    too_complex(span, "this type nests too deep to be checked")
        .note(format!("at most {TYPE_DEPTH_MAX} levels are followed"))
}

/// Too many of `[]` or `[1]`, which make a type deep and an expression long.
fn too_many_squares(span: Span) -> Diagnostic {
    too_complex(span, "too many square brackets follow one another here")
        .note(format!("at most {TYPE_DEPTH_MAX} are followed"))
}

/// A name of too many parts.
fn too_long_a_name(span: Span) -> Diagnostic {
    too_complex(span, "this name has too many parts to be checked")
        .note(format!("at most {NAME_PARTS_MAX} parts are followed"))
}

/// A chain of operators too long to be a tree.
pub(super) fn too_long(span: Span) -> Diagnostic {
    too_complex(span, "this chain of operators is too long to be checked")
        .note(format!("at most {TREE_DEPTH_MAX} operators other than AND and OR may follow one another"))
}

/// Too many inputs of a set operation.
pub(super) fn too_many_inputs(span: Span) -> Diagnostic {
    too_complex(span, "this set operation has too many inputs to be checked")
        .note(format!("at most {TREE_DEPTH_MAX} inputs are followed"))
}

/// Brackets too deep.
pub(super) fn too_many_brackets(span: Span) -> Diagnostic {
    too_complex(span, "brackets nest too deep here")
        .note(format!("at most {BRACKETS_MAX} levels are followed"))
}

/// Special forms too deep.
fn too_many_forms(span: Span) -> Diagnostic {
    too_complex(span, "CAST, EXTRACT, SUBSTRING and the like nest too deep here")
        .note(format!("at most {READ_TWICE_MAX} levels are followed"))
}

/// Calls too deep, where all are read twice.
fn too_many_calls(span: Span) -> Diagnostic {
    too_complex(span, "calls of functions nest too deep here")
        .note(format!("at most {READ_TWICE_MAX} levels are followed in this dialect"))
}

fn too_complex(span: Span, message: &str) -> Diagnostic {
    Diagnostic::error(Code::TooComplex, span, message).help("split the query, or send it unchecked")
}
