//! How deep and long a text may be, and the stack that reading it takes.
//!
//! sqlparser and everything that walks a tree recurse. The token pre-pass bounds what they recurse over, and what nests
//! deeper than a small stack carries is read on a thread of its own. Measured unoptimised, on sqlparser 0.62.

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
    "safe_cast",
    "struct",
    "substr",
    "substring",
    "trim",
    "try_cast",
    "try_convert",
];

/// How deep those may nest.
const READ_TWICE_MAX: usize = 14;

/// The stack that one level of nesting takes at most.
const STACK_PER_LEVEL: usize = 512 << 10;

/// So many tokens take the stack of a level at most, should they all be one chain.
const TOKENS_PER_LEVEL: usize = 256;

/// The stack that is taken for granted.
const STACK_AT_HAND: usize = 2 << 20;

/// Runs a closure with a stack for `levels` of nesting: here where that is little, else on a thread of its own.
pub fn with_stack<T: Send>(levels: usize, run: impl FnOnce() -> T + Send) -> T {
    let size = levels * STACK_PER_LEVEL;
    if size <= STACK_AT_HAND {
        return run();
    }
    let mut run = Some(run);
    let slot = &mut run;
    let result = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(size);
        let spawned = thread.spawn_scoped(scope, move || slot.take().map(|run| run()));
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
    100 + 8 * levels
}

/// Measures how deep tokens nest, in levels of [`with_stack`], or says that they nest too deep.
pub(super) fn measure(tokens: &[TokenWithSpan]) -> Result<usize, Box<Diagnostic>> {
    let mut measure = Measure::default();
    let mut previous = &Token::EOF;
    for token in tokens.iter().filter(|t| significant(&t.token)) {
        if let Err(too_much) = measure.step(&token.token, previous) {
            return Err(Box::new(too_much(span_of(token.span).unwrap_or_default())));
        }
        previous = &token.token;
    }
    // A chain of operators is a tree as deep as it is long, and dropping one recurses.
    Ok(measure.deepest + tokens.len() / TOKENS_PER_LEVEL)
}

/// The nesting at a place.
#[derive(Default)]
struct Measure {
    /// For each open bracket what was added to `depth` since it opened, and whether it may be read twice.
    open: Vec<(usize, bool)>,
    depth: usize,
    twice: usize,
    /// Prefix operators right before.
    prefixes: usize,
    deepest: usize,
}

impl Measure {
    fn step(&mut self, token: &Token, previous: &Token) -> Result<(), fn(Span) -> Diagnostic> {
        match token {
            Token::LParen | Token::LBracket | Token::LBrace => {
                let twice = matches!(previous, Token::Word(w) if READ_TWICE.iter().any(|r| w.value.eq_ignore_ascii_case(r)));
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
            Token::Minus | Token::Plus | Token::Tilde | Token::ExclamationMark => self.prefixes += 1,
            Token::Word(word) => match word.keyword {
                Keyword::NOT | Keyword::EXPLAIN | Keyword::PRIOR => self.prefixes += 1,
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
            return Err(too_many_forms);
        }
        Ok(())
    }
}

/// Nested too deep to lower.
pub(super) fn too_deep(span: Span) -> Diagnostic {
    too_complex(span, "this nests too deep to be checked")
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

fn too_complex(span: Span, message: &str) -> Diagnostic {
    Diagnostic::error(Code::TooComplex, span, message).help("split the query, or send it unchecked")
}
