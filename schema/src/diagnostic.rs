//! What the checker has to say about a query: many findings at once, each with its exact place and a way to mend it.
//!
//! A [`Diagnostic`] carries byte spans of the original text. Rendering (a caret snippet with the true file, line and
//! column) is done by [`render`](Diagnostic::render) from the text and an [`Origin`], which says where the text stands.

mod render;
mod shorten;

pub use self::render::{Origin, Position, line_column};
use crate::ast::Span;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The query is refused.
    Error,
    /// The query is accepted, but likely not what was meant.
    Warning,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Its stable code.
    pub code: Code,
    /// One short, complete line: what is wrong, naming the thing.
    pub message: String,
    /// Its exact place in the original text.
    pub span: Span,
    /// What stands under the carets; empty where the message says it all.
    pub label: String,
    /// Further places that matter (the other use of a parameter, the other column of that name).
    pub related: Vec<(Span, String)>,
    /// What else the user should know.
    pub notes: Vec<String>,
    /// How to mend it: "did you mean `x`?" or "fix this by …".
    pub help: Option<String>,
}

/// `1 column`, `2 columns`.
pub(crate) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $text:literal,)+) => {
        /// The stable codes of findings.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code { $($(#[doc = $doc])+ $variant,)+ }

        impl Code {
            /// Every code there is.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)+];

            /// What it means, in a sentence.
            pub fn meaning(self) -> &'static str {
                match self { $(Code::$variant => concat!($($doc),+).trim(),)+ }
            }

            /// The code as it is printed.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $text,)+ }
            }
        }
    };
}

codes! {
    /// The text is not SQL of the source's dialect.
    Syntax = "syntax",
    /// The text holds no statement, or more than one.
    StatementCount = "statement-count",
    /// The text nests deeper, or is longer, than the checker follows.
    TooComplex = "too-complex",
    /// A table that the source does not have.
    UnknownTable = "unknown-table",
    /// A table name that fits several tables.
    AmbiguousTable = "ambiguous-table",
    /// A table that is made and is there already.
    DuplicateTable = "duplicate-table",
    /// A column that no table in scope has.
    UnknownColumn = "unknown-column",
    /// A column name that several tables in scope have.
    AmbiguousColumn = "ambiguous-column",
    /// A qualifier that no table in scope has.
    UnknownAlias = "unknown-alias",
    /// Two tables in one FROM with one name.
    DuplicateAlias = "duplicate-alias",
    /// A function that the dialect does not have.
    UnknownFunction = "unknown-function",
    /// A function that takes another number of arguments.
    WrongArity = "wrong-arity",
    /// Operand or argument types that do not go together.
    TypeMismatch = "type-mismatch",
    /// A command that the language does not have.
    UnknownCommand = "unknown-command",
    /// A parameter that the command does not have.
    UnknownParameter = "unknown-parameter",
    /// A parameter that the command needs and that is not there, or whose value it does not take.
    InvalidParameter = "invalid-parameter",
    /// A class that the source does not have.
    UnknownClass = "unknown-class",
    /// A property that the class does not have.
    UnknownProperty = "unknown-property",
    /// An operator that the language does not have.
    UnknownOperator = "unknown-operator",
    /// A reference to nothing, or a second one of one number.
    InvalidReference = "invalid-reference",
    /// A type name that the dialect does not have.
    UnknownType = "unknown-type",
    /// A cast that cannot be.
    InvalidCast = "invalid-cast",
    /// A literal that is no value of its type.
    InvalidLiteral = "invalid-literal",
    /// A column outside an aggregate that is not grouped by.
    UngroupedColumn = "ungrouped-column",
    /// An aggregate or window function where none may stand.
    MisplacedAggregate = "misplaced-aggregate",
    /// A named window that is not declared.
    UnknownWindow = "unknown-window",
    /// Inputs of a set operation, CTE or INSERT with different numbers of columns.
    ColumnCount = "column-count",
    /// A subquery that must give one column and gives another number.
    SubqueryColumns = "subquery-columns",
    /// A position in GROUP BY or ORDER BY outside the select list.
    InvalidOrdinal = "invalid-ordinal",
    /// Two output columns of one name where they must differ.
    DuplicateColumn = "duplicate-column",
    /// A column written that was named twice or is not writable.
    InvalidTarget = "invalid-target",
    /// A required column left out of an INSERT, or a NULL for one.
    NotNull = "not-null",
    /// One parameter used as two types.
    ParameterConflict = "parameter-conflict",
    /// A parameter whose type nothing decides.
    ParameterUnknown = "parameter-unknown",
    /// Parameters of different kinds in one text, or a gap in their numbers.
    ParameterStyle = "parameter-style",
    /// A spread that stands anywhere but in an IN list.
    MisplacedSpread = "misplaced-spread",
    /// Something that looks like a parameter and is not one.
    LooksLikeParameter = "looks-like-parameter",
    /// An optional section that is not closed, holds no parameter or changes the output columns.
    InvalidSection = "invalid-section",
    /// A column override that cannot be read or does not apply.
    InvalidOverride = "invalid-override",
    /// An expression whose type or nullability the checker does not know.
    UnknownResult = "unknown-result",
    /// What the checker infers and what the server said of the statement differ.
    Disagreement = "disagreement",
    /// Syntax that the dialect refuses, or that the server would ignore or misread.
    Unsupported = "unsupported",
    /// No LIMIT on an engine that then gives few rows.
    DefaultLimit = "default-limit",
    /// An OFFSET that the engine leaves out.
    IgnoredOffset = "ignored-offset",
    /// Groups that are cut off before all of them are known.
    TrimmedGroups = "trimmed-groups",
    /// A result that the engine computes with fewer digits than it has.
    InexactResult = "inexact-result",
    /// A comparison that the engine answers otherwise than it reads.
    OddComparison = "odd-comparison",
    /// A group for NULL that comes as a value.
    NullGroup = "null-group",
    /// A select of constants, which reads no table.
    ConstantRows = "constant-rows",
    /// Rows that travel between nodes, of which the engine takes few.
    MotionLimit = "motion-limit",
    /// Statements of one block that may be of several buckets.
    BlockKey = "block-key",
    /// A clause that the server reads and leaves out.
    IgnoredClause = "ignored-clause",
    /// A comment where something else was likely meant.
    CommentMark = "comment-mark",
    /// An option that the server does not know and so leaves out.
    UnknownOption = "unknown-option",
    /// An option that belongs to the source and is set in a text.
    SourceOption = "source-option",
    /// A cache that is absent.
    CacheMissing = "cache-missing",
    /// A cache older than querent.toml or its DDL files.
    CacheStale = "cache-stale",
    /// A cache file that cannot be read.
    CacheInvalid = "cache-invalid",
    /// An argument that the query has no parameter for, or a parameter without an argument.
    Arguments = "arguments",
    /// A field of the row type that does not go with the query's columns.
    RowType = "row-type",
}

impl Diagnostic {
    /// An error with nothing but its first line and place.
    pub fn error(code: Code, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            severity: Severity::Error,
            code,
            message: message.into(),
            span,
            label: String::new(),
            related: Vec::new(),
            notes: Vec::new(),
            help: None,
        }
    }

    /// A warning with nothing but its first line and place.
    pub fn warning(code: Code, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(code, span, message) }
    }

    /// The same with text under the carets.
    pub fn label(mut self, label: impl Into<String>) -> Diagnostic {
        self.label = label.into();
        self
    }

    /// The same with a further place.
    pub fn related(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.related.push((span, text.into()));
        self
    }

    /// The same with a note.
    pub fn note(mut self, note: impl Into<String>) -> Diagnostic {
        self.notes.push(note.into());
        self
    }

    /// The same with a way to mend it.
    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(help.into());
        self
    }
}
