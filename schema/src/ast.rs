//! Our own syntax tree, with byte spans into the text that the user wrote.
//!
//! `parse/` lowers sqlparser's tree into this one at once, so that sqlparser can be replaced and nothing past `parse/`
//! names it. Every node's [`Span`] is exact: it covers the node's first to last token in the *original* text, before
//! parameters were rewritten. Parentheses around an expression belong to the expression's span.

use std::fmt;

/// A half-open range of bytes in the original text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The range `start..end`.
    pub fn new(start: usize, end: usize) -> Span {
        Span { start: start as u32, end: end as u32 }
    }

    /// The smallest range that covers both.
    pub fn to(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Whether `other` lies inside this range.
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

/// An identifier as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ident {
    /// The text without quotes, before any case folding.
    pub value: String,
    /// Whether it was quoted, and so is not folded.
    pub quoted: bool,
    /// Where it stands.
    pub span: Span,
}

/// A possibly qualified name, outermost part first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The parts, never empty.
    pub parts: Vec<Ident>,
}

impl Name {
    /// The whole name's place.
    pub fn span(&self) -> Span {
        self.parts[0].span.to(self.parts[self.parts.len() - 1].span)
    }

    /// The innermost part.
    pub fn last(&self) -> &Ident {
        &self.parts[self.parts.len() - 1]
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, part) in self.parts.iter().enumerate() {
            write!(f, "{}{}", if i == 0 { "" } else { "." }, part.value)?;
        }
        Ok(())
    }
}

/// One statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// What it is.
    pub kind: StatementKind,
    /// Where it stands, without a trailing semicolon.
    pub span: Span,
}

/// The kinds of statements that are checked.
#[derive(Debug, Clone, PartialEq)]
pub enum StatementKind {
    /// A query.
    Query(Box<Query>),
    /// `INSERT`, `REPLACE` or `UPSERT`.
    Insert(Box<Insert>),
    /// `UPDATE`.
    Update(Box<Update>),
    /// `DELETE`.
    Delete(Box<Delete>),
    /// `MERGE … USING`.
    Merge(Box<Merge>),
    /// `EXPLAIN [ANALYZE]`: the statement inside is checked too.
    Explain {
        /// The explained statement.
        statement: Box<Statement>,
        /// Whether it is run as well.
        analyze: bool,
        /// `EXPLAIN PLAN FOR`.
        plan_for: bool,
        /// `DESCRIBE query`: its columns and not its plan.
        describe: bool,
        /// `FORMAT name`.
        format: Option<Ident>,
        /// `VERBOSE`.
        verbose: bool,
    },
    /// `DESCRIBE table`.
    Describe(Name),
    /// `SHOW …`, by its words.
    Show(Vec<Ident>),
    /// `CREATE TABLE`.
    CreateTable(Box<CreateTable>),
    /// `CREATE VIEW`.
    CreateView(Box<CreateView>),
    /// `DROP TABLE` or `DROP VIEW`.
    Drop {
        /// Whether views are dropped.
        view: bool,
        /// `IF EXISTS`.
        if_exists: bool,
        /// What is dropped.
        names: Vec<Name>,
    },
    /// `ALTER TABLE`.
    AlterTable {
        /// The table.
        name: Name,
        /// `IF EXISTS`.
        if_exists: bool,
        /// What changes, in order.
        operations: Vec<AlterOperation>,
    },
    /// `COPY … TO`.
    Copy(CopySource),
    /// `TRUNCATE`.
    Truncate {
        /// `IF EXISTS`.
        if_exists: bool,
        /// The tables.
        names: Vec<Name>,
    },
    /// `PREPARE name AS statement`.
    Prepare(Box<Statement>),
    /// `DO $$ BEGIN … END $$`.
    Block(Vec<Step>),
    /// A statement that is understood as syntax but not checked; the text is its leading keywords.
    Other(String),
}

/// One step of a block.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What it does.
    pub kind: StepKind,
    /// Where it stands, without its semicolon.
    pub span: Span,
}

/// What a step of a block does.
#[derive(Debug, Clone, PartialEq)]
pub enum StepKind {
    /// `RETURN QUERY query`: its rows are the block's.
    Return(Box<Query>),
    /// `LET name = (query)`.
    Let {
        /// The variable.
        name: Ident,
        /// What gives its value.
        query: Box<Query>,
    },
    /// `IF condition THEN … END IF`.
    If {
        /// The condition.
        condition: Expr,
        /// What is done where it holds.
        then: Vec<Step>,
    },
    /// A statement.
    Statement(Box<Statement>),
}

/// What `COPY` copies.
#[derive(Debug, Clone, PartialEq)]
pub enum CopySource {
    /// The rows of a query.
    Query(Box<Query>),
    /// A table.
    Table(Name),
}

/// A query expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// `WITH`.
    pub with: Option<With>,
    /// The body.
    pub body: SetExpr,
    /// `ORDER BY`.
    pub order_by: Option<OrderBy>,
    /// `LIMIT` or `FETCH FIRST`; `LIMIT ALL` is `None`.
    pub limit: Option<Expr>,
    /// Where the limit stands, if it is written as `FETCH`.
    pub fetch: Option<Span>,
    /// `OFFSET`.
    pub offset: Option<Expr>,
    /// Clauses that no rule of ours covers.
    pub other: Vec<Clause>,
    /// Where it stands.
    pub span: Span,
}

/// A clause that is read but that no rule of ours covers (`FOR UPDATE`, `TABLESAMPLE`, `LATERAL VIEW`, …).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// Its name, for messages.
    pub name: String,
    /// Where it stands.
    pub span: Span,
}

/// `WITH`.
#[derive(Debug, Clone, PartialEq)]
pub struct With {
    /// `RECURSIVE`.
    pub recursive: bool,
    /// The common table expressions in order.
    pub ctes: Vec<Cte>,
}

/// One common table expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Cte {
    /// Its name and column names.
    pub alias: TableAlias,
    /// Its query.
    pub query: Box<Query>,
}

/// A query's body.
#[derive(Debug, Clone, PartialEq)]
pub enum SetExpr {
    /// `SELECT`.
    Select(Box<Select>),
    /// A query in parentheses.
    Query(Box<Query>),
    /// `VALUES`.
    Values(Values),
    /// `UNION`, `EXCEPT`, `INTERSECT`.
    SetOperation {
        /// Which.
        op: SetOperator,
        /// `ALL`.
        all: bool,
        /// `BY NAME`.
        by_name: bool,
        /// Left input.
        left: Box<SetExpr>,
        /// Right input.
        right: Box<SetExpr>,
        /// Where it stands.
        span: Span,
    },
    /// `TABLE name`.
    Table(Name),
    /// An `INSERT`, `UPDATE` or `DELETE` with `RETURNING` as a CTE's body.
    Statement(Box<Statement>),
}

/// A set operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetOperator {
    /// `UNION`.
    Union,
    /// `EXCEPT`.
    Except,
    /// `MINUS`, which is another word for EXCEPT.
    Minus,
    /// `INTERSECT`.
    Intersect,
}

/// `VALUES`.
#[derive(Debug, Clone, PartialEq)]
pub struct Values {
    /// The rows.
    pub rows: Vec<Vec<Expr>>,
    /// Where it stands.
    pub span: Span,
}

/// `SELECT`.
#[derive(Debug, Clone, PartialEq)]
pub struct Select {
    /// `DISTINCT`.
    pub distinct: Option<Distinct>,
    /// `TOP`, where it is a plain number.
    pub top: Option<Expr>,
    /// The select list.
    pub items: Vec<SelectItem>,
    /// `FROM`, comma separated.
    pub from: Vec<TableWithJoins>,
    /// `WHERE`.
    pub selection: Option<Expr>,
    /// `GROUP BY`.
    pub group_by: GroupBy,
    /// `HAVING`.
    pub having: Option<Expr>,
    /// `QUALIFY`.
    pub qualify: Option<Expr>,
    /// `WINDOW name AS (…)`.
    pub windows: Vec<(Ident, Window)>,
    /// Clauses that no rule of ours covers.
    pub other: Vec<Clause>,
    /// Where it stands.
    pub span: Span,
}

/// `DISTINCT`.
#[derive(Debug, Clone, PartialEq)]
pub enum Distinct {
    /// `DISTINCT`.
    All,
    /// `DISTINCT ON (…)`.
    On(Vec<Expr>),
}

/// `GROUP BY`.
#[derive(Debug, Clone, PartialEq)]
pub enum GroupBy {
    /// Absent.
    None,
    /// `GROUP BY ALL`.
    All,
    /// `GROUP BY …`; grouping sets are expressions of their own kind.
    Expressions(Vec<Expr>),
}

/// One entry of a select list.
#[derive(Debug, Clone, PartialEq)]
pub enum SelectItem {
    /// An expression, with its alias.
    Expr {
        /// The expression.
        expr: Expr,
        /// `AS alias`, overrides already stripped.
        alias: Option<Alias>,
    },
    /// `*` or `t.*`.
    Wildcard {
        /// `t` of `t.*`.
        qualifier: Option<Name>,
        /// `EXCLUDE`, `EXCEPT`, `REPLACE`, `RENAME`.
        options: WildcardOptions,
        /// Where it stands.
        span: Span,
    },
}

/// A column alias with the override that stood in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Alias {
    /// The name without the override.
    pub ident: Ident,
    /// `!`, `?`, `: T`.
    pub over: Option<ColumnOverride>,
}

/// What an alias like `"x!: T"` overrides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnOverride {
    /// `!` says not null, `?` says nullable.
    pub nullable: Option<bool>,
    /// The Rust type after the colon.
    pub rust_type: Option<String>,
    /// Where the override stands, inside the quotes.
    pub span: Span,
}

/// What follows a wildcard.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WildcardOptions {
    /// `EXCLUDE (…)` or `EXCEPT (…)`.
    pub exclude: Vec<Ident>,
    /// `REPLACE (expr AS name, …)`.
    pub replace: Vec<(Expr, Ident)>,
    /// `RENAME (old AS new, …)`.
    pub rename: Vec<(Ident, Ident)>,
    /// `ILIKE 'pattern'`.
    pub ilike: Option<String>,
}

/// A table and what is joined to it.
#[derive(Debug, Clone, PartialEq)]
pub struct TableWithJoins {
    /// The first table.
    pub relation: TableFactor,
    /// The joins, left to right.
    pub joins: Vec<Join>,
}

/// One join.
#[derive(Debug, Clone, PartialEq)]
pub struct Join {
    /// Which.
    pub kind: JoinKind,
    /// How.
    pub constraint: JoinConstraint,
    /// With what.
    pub relation: TableFactor,
    /// Where it stands, from the join keyword on.
    pub span: Span,
}

/// The kinds of joins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinKind {
    /// `JOIN`.
    Inner,
    /// `LEFT JOIN`.
    Left,
    /// `RIGHT JOIN`.
    Right,
    /// `FULL JOIN`.
    Full,
    /// `CROSS JOIN`.
    Cross,
    /// `LEFT SEMI JOIN`.
    LeftSemi,
    /// `RIGHT SEMI JOIN`.
    RightSemi,
    /// `LEFT ANTI JOIN`.
    LeftAnti,
    /// `RIGHT ANTI JOIN`.
    RightAnti,
    /// `CROSS APPLY`.
    CrossApply,
    /// `OUTER APPLY`.
    OuterApply,
    /// `ASOF JOIN`, with its `MATCH_CONDITION` in the constraint.
    AsOf,
}

/// How two tables are joined.
#[derive(Debug, Clone, PartialEq)]
pub enum JoinConstraint {
    /// `ON`.
    On(Expr),
    /// `USING (…)`.
    Using(Vec<Ident>),
    /// `NATURAL`.
    Natural,
    /// None.
    None,
}

/// One entry of a FROM list.
#[derive(Debug, Clone, PartialEq)]
pub struct TableFactor {
    /// What it is.
    pub kind: TableFactorKind,
    /// `AS alias (columns)`.
    pub alias: Option<TableAlias>,
    /// `LATERAL`.
    pub lateral: bool,
    /// Clauses that no rule of ours covers.
    pub other: Vec<Clause>,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of table factors.
#[derive(Debug, Clone, PartialEq)]
pub enum TableFactorKind {
    /// A table, view or CTE.
    Table(Name),
    /// A subquery.
    Derived(Box<Query>),
    /// A table function.
    Function {
        /// Its name.
        name: Name,
        /// Its arguments.
        args: Vec<FunctionArg>,
    },
    /// A table function in brackets: `TABLE(call(…))`.
    InTable {
        /// Its name.
        name: Name,
        /// Its arguments.
        args: Vec<FunctionArg>,
    },
    /// `UNNEST(…) [WITH ORDINALITY]`.
    Unnest {
        /// The arrays.
        exprs: Vec<Expr>,
        /// `WITH ORDINALITY` or `WITH OFFSET`.
        ordinality: bool,
    },
    /// A parenthesised join.
    Nested(Box<TableWithJoins>),
    /// Syntax that no rule of ours covers (`PIVOT`, `MATCH_RECOGNIZE`, …), by its name.
    Other(String),
}

/// A table alias.
#[derive(Debug, Clone, PartialEq)]
pub struct TableAlias {
    /// The name.
    pub name: Ident,
    /// The column names.
    pub columns: Vec<Ident>,
}

/// `ORDER BY`.
#[derive(Debug, Clone, PartialEq)]
pub enum OrderBy {
    /// `ORDER BY ALL`.
    All,
    /// `ORDER BY …`.
    Expressions(Vec<OrderByExpr>),
}

/// One sort key.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderByExpr {
    /// The key.
    pub expr: Expr,
    /// `DESC`.
    pub descending: bool,
    /// `NULLS FIRST` / `NULLS LAST`.
    pub nulls_first: Option<bool>,
}

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of expressions.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// A possibly qualified column (or struct field, which only binding can tell).
    Column(Name),
    /// A literal.
    Literal(Literal),
    /// A parameter, by its index in [`crate::parse::Source::params`].
    Param(usize),
    /// A spread parameter; stands only as an element of [`ExprKind::InList`].
    Spread(usize),
    /// A unary operator.
    Unary {
        /// Which.
        op: UnaryOp,
        /// Its operand.
        expr: Box<Expr>,
    },
    /// A binary operator.
    Binary {
        /// Left operand.
        left: Box<Expr>,
        /// Which.
        op: BinaryOp,
        /// Where the operator stands.
        op_span: Span,
        /// Right operand.
        right: Box<Expr>,
    },
    /// `IS [NOT] NULL | TRUE | FALSE | UNKNOWN | JSON`.
    Is {
        /// The operand.
        expr: Box<Expr>,
        /// What it is compared with.
        test: IsTest,
        /// `NOT`.
        negated: bool,
    },
    /// `IS [NOT] DISTINCT FROM`.
    IsDistinctFrom {
        /// Left operand.
        left: Box<Expr>,
        /// Right operand.
        right: Box<Expr>,
        /// `NOT`.
        negated: bool,
    },
    /// `[NOT] IN (…)`.
    InList {
        /// The operand.
        expr: Box<Expr>,
        /// The list.
        list: Vec<Expr>,
        /// `NOT`.
        negated: bool,
    },
    /// `[NOT] IN (SELECT …)`.
    InSubquery {
        /// The operand.
        expr: Box<Expr>,
        /// The subquery.
        query: Box<Query>,
        /// `NOT`.
        negated: bool,
    },
    /// `IN UNNEST(…)`.
    InUnnest {
        /// The operand.
        expr: Box<Expr>,
        /// The array.
        array: Box<Expr>,
        /// `NOT`.
        negated: bool,
    },
    /// `[NOT] BETWEEN`.
    Between {
        /// The operand.
        expr: Box<Expr>,
        /// Lower bound.
        low: Box<Expr>,
        /// Upper bound.
        high: Box<Expr>,
        /// `NOT`.
        negated: bool,
    },
    /// `[NOT] LIKE`, `ILIKE`, `SIMILAR TO`, `RLIKE`.
    Like {
        /// Which.
        op: LikeOp,
        /// The operand.
        expr: Box<Expr>,
        /// The pattern.
        pattern: Box<Expr>,
        /// `NOT`.
        negated: bool,
        /// Whether an `ESCAPE` follows.
        escape: Option<String>,
    },
    /// `left op ANY (…)` or `left op ALL (…)`, over an array.
    Quantified {
        /// Left operand.
        left: Box<Expr>,
        /// The comparison.
        op: BinaryOp,
        /// `ALL` rather than `ANY` or `SOME`.
        all: bool,
        /// The array.
        array: Box<Expr>,
    },
    /// `left op ANY (SELECT …)` or `left op ALL (SELECT …)`.
    QuantifiedSubquery {
        /// Left operand.
        left: Box<Expr>,
        /// The comparison.
        op: BinaryOp,
        /// `ALL` rather than `ANY` or `SOME`.
        all: bool,
        /// The subquery.
        query: Box<Query>,
    },
    /// `CASE`.
    Case {
        /// `CASE operand`.
        operand: Option<Box<Expr>>,
        /// `WHEN … THEN …`.
        branches: Vec<(Expr, Expr)>,
        /// `ELSE`.
        otherwise: Option<Box<Expr>>,
    },
    /// `CAST`, `TRY_CAST`, `::`.
    Cast {
        /// The operand.
        expr: Box<Expr>,
        /// The target.
        ty: TypeName,
        /// Whether failure gives NULL.
        try_: bool,
    },
    /// A typed literal: `DATE '…'`, `TIMESTAMP '…'`.
    TypedString {
        /// The type.
        ty: TypeName,
        /// The text.
        text: String,
    },
    /// `INTERVAL`.
    Interval {
        /// The amount, usually a string literal.
        value: Box<Expr>,
        /// `DAY` of `INTERVAL 1 DAY`, in upper case.
        unit: Option<String>,
    },
    /// `expr AT TIME ZONE zone`.
    AtTimeZone {
        /// The timestamp.
        expr: Box<Expr>,
        /// The zone.
        zone: Box<Expr>,
    },
    /// `EXTRACT(field FROM expr)`.
    Extract {
        /// The field, in upper case.
        field: String,
        /// From what.
        expr: Box<Expr>,
    },
    /// A function call; special forms (`SUBSTRING … FROM`, `TRIM`, `POSITION`, `OVERLAY`, `CEIL`, `FLOOR`) are
    /// lowered to plain calls of the same name.
    Function(Box<Function>),
    /// `[NOT] EXISTS (SELECT …)`.
    Exists {
        /// The subquery.
        query: Box<Query>,
        /// `NOT`.
        negated: bool,
    },
    /// A scalar subquery.
    Subquery(Box<Query>),
    /// A row value.
    Tuple(Vec<Expr>),
    /// `[a, b]` or `ARRAY[a, b]`.
    Array(Vec<Expr>),
    /// `{'a': 1}` or `STRUCT(1 AS a)`: named fields.
    Struct(Vec<(Option<Ident>, Expr)>),
    /// `MAP {k: v}`.
    Map(Vec<(Expr, Expr)>),
    /// `expr[index]`.
    Subscript {
        /// The list, map or struct.
        expr: Box<Expr>,
        /// The index or key.
        index: Box<Expr>,
    },
    /// `expr[from:to:step]`.
    Slice {
        /// The list.
        expr: Box<Expr>,
        /// Lower bound.
        from: Option<Box<Expr>>,
        /// Upper bound.
        to: Option<Box<Expr>>,
        /// Step.
        step: Option<Box<Expr>>,
    },
    /// `(expr).field`.
    Field {
        /// The struct.
        expr: Box<Expr>,
        /// The field.
        field: Ident,
    },
    /// `COLLATE`.
    Collate {
        /// The operand.
        expr: Box<Expr>,
        /// The collation.
        collation: Name,
    },
    /// `GROUPING SETS (…)` in GROUP BY.
    GroupingSets(Vec<Vec<Expr>>),
    /// `CUBE (…)` in GROUP BY.
    Cube(Vec<Vec<Expr>>),
    /// `ROLLUP (…)` in GROUP BY.
    Rollup(Vec<Vec<Expr>>),
    /// `x -> …` or `(x, y) -> …`: an argument of a higher-order function.
    Lambda {
        /// Its parameters.
        params: Vec<Ident>,
        /// Its body.
        body: Box<Expr>,
    },
    /// `PRIOR`, `MATCH … AGAINST` and other syntax that no rule of ours covers, by its name.
    Other(String),
}

impl ExprKind {
    /// The position, from 0, that a whole number of GROUP BY and ORDER BY stands for.
    pub(crate) fn position(&self) -> Option<usize> {
        match self {
            ExprKind::Literal(Literal::Number(text)) => text.parse::<usize>().ok()?.checked_sub(1),
            _ => None,
        }
    }
}

/// A literal.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// `NULL`.
    Null,
    /// `TRUE` or `FALSE`.
    Boolean(bool),
    /// A number as written.
    Number(String),
    /// A string, unescaped.
    String(String),
    /// A hex or byte string literal, `X'…'` or `B'…'`, its digits.
    Bytes(String),
    /// `N'…'` and other prefixed strings.
    NationalString(String),
}

/// A unary operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOp {
    /// `NOT`.
    Not,
    /// `-`.
    Minus,
    /// `+`.
    Plus,
    /// `~`.
    BitNot,
}

/// A binary operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BinaryOp {
    /// `AND`.
    And,
    /// `OR`.
    Or,
    /// `XOR`.
    Xor,
    /// `=` or `==`.
    Eq,
    /// `<>` or `!=`.
    NotEq,
    /// `<`.
    Lt,
    /// `<=`.
    LtEq,
    /// `>`.
    Gt,
    /// `>=`.
    GtEq,
    /// `<=>`.
    Spaceship,
    /// `+`.
    Plus,
    /// `-`.
    Minus,
    /// `*`.
    Multiply,
    /// `/`.
    Divide,
    /// `DIV` or `//`.
    IntegerDivide,
    /// `%`.
    Modulo,
    /// `||`.
    Concat,
    /// `&`.
    BitAnd,
    /// `|`.
    BitOr,
    /// `^` as the dialect reads it, or `#`.
    BitXor,
    /// `<<`.
    ShiftLeft,
    /// `>>`.
    ShiftRight,
    /// `~`, `~*`, `!~`, `!~*`: regular expression match.
    Regex {
        /// `!`.
        negated: bool,
        /// `*`.
        case_insensitive: bool,
    },
    /// `~~`, `~~*`, `!~~`, `!~~*`: LIKE as an operator.
    LikeMatch {
        /// `!`.
        negated: bool,
        /// `*`.
        case_insensitive: bool,
    },
    /// Any other operator, as written (`@>`, `->`, `->>`, `<@`, `^@`, …).
    Other(String),
}

/// What `IS` compares with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IsTest {
    /// `NULL`.
    Null,
    /// `TRUE`.
    True,
    /// `FALSE`.
    False,
    /// `UNKNOWN`.
    Unknown,
    /// `JSON`, of any or one kind.
    Json,
}

/// A pattern match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LikeOp {
    /// `LIKE`.
    Like,
    /// `ILIKE`.
    ILike,
    /// `SIMILAR TO`.
    SimilarTo,
    /// `RLIKE` or `REGEXP`.
    RLike,
}

/// A type as written.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeName {
    /// The name's words in upper case, without arguments (`DOUBLE PRECISION`, `TIMESTAMP WITH TIME ZONE`, `VARCHAR`).
    pub name: String,
    /// Numeric and named arguments (`10`, `2` of `DECIMAL(10, 2)`), and the units of an INTERVAL (`DAY TO SECOND`).
    pub args: Vec<String>,
    /// Element types (`ARRAY<INT>`, `INT[]`, `MAP<K, V>`, `STRUCT<a INT>`), with field names where there are any.
    pub elements: Vec<(Option<Ident>, TypeName)>,
    /// Where it stands.
    pub span: Span,
}

/// A function call.
#[derive(Debug, Clone, PartialEq)]
pub struct Function {
    /// Its name.
    pub name: Name,
    /// Its arguments.
    pub args: Vec<FunctionArg>,
    /// `f(DISTINCT …)`.
    pub distinct: bool,
    /// `f(… ORDER BY …)`.
    pub order_by: Vec<OrderByExpr>,
    /// `FILTER (WHERE …)`.
    pub filter: Option<Expr>,
    /// `IGNORE NULLS` (true) or `RESPECT NULLS` (false).
    pub ignore_nulls: Option<bool>,
    /// `WITHIN GROUP (ORDER BY …)`.
    pub within_group: Vec<OrderByExpr>,
    /// `OVER`.
    pub over: Option<WindowRef>,
    /// Whether it was written without parentheses (`CURRENT_DATE`).
    pub bare: bool,
    /// `RETURNING type` of JSON functions.
    pub returning: Option<TypeName>,
    /// Clauses among the arguments that no rule of ours covers (`NULL ON NULL`).
    pub other: Vec<Clause>,
}

/// An argument of a function.
#[derive(Debug, Clone, PartialEq)]
pub enum FunctionArg {
    /// An expression.
    Expr(Expr),
    /// `name => expr` and its spellings.
    Named(Ident, Expr),
    /// `*`, at this place.
    Wildcard(Span),
    /// `t.*`.
    QualifiedWildcard(Name),
    /// A subquery without parentheses of its own.
    Query(Box<Query>),
}

/// `OVER name` or `OVER (…)`.
#[derive(Debug, Clone, PartialEq)]
pub enum WindowRef {
    /// A named window.
    Named(Ident),
    /// A window of its own.
    Inline(Window),
}

/// A window.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Window {
    /// The named window it builds on.
    pub base: Option<Ident>,
    /// `PARTITION BY`.
    pub partition_by: Vec<Expr>,
    /// `ORDER BY`.
    pub order_by: Vec<OrderByExpr>,
    /// The frame's bounds that hold an expression, in order.
    pub frame: Option<Frame>,
}

/// A window frame.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// `ROWS`, `RANGE` or `GROUPS`.
    pub unit: FrameUnit,
    /// Where it starts.
    pub start: FrameBound,
    /// Where it ends; `None` is `CURRENT ROW`.
    pub end: Option<FrameBound>,
}

/// What a frame counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameUnit {
    /// `ROWS`.
    Rows,
    /// `RANGE`.
    Range,
    /// `GROUPS`.
    Groups,
}

/// A frame's bound.
#[derive(Debug, Clone, PartialEq)]
pub enum FrameBound {
    /// `CURRENT ROW`.
    CurrentRow,
    /// `n PRECEDING`, or unbounded.
    Preceding(Option<Box<Expr>>),
    /// `n FOLLOWING`, or unbounded.
    Following(Option<Box<Expr>>),
}

/// `INSERT`.
#[derive(Debug, Clone, PartialEq)]
pub struct Insert {
    /// `WITH` before it.
    pub with: Option<With>,
    /// The table.
    pub table: Name,
    /// Its alias.
    pub alias: Option<Ident>,
    /// The columns; empty means all, in order.
    pub columns: Vec<Ident>,
    /// The rows; `None` is `DEFAULT VALUES`.
    pub source: Option<Box<Query>>,
    /// `ON CONFLICT …`.
    pub on_conflict: Option<OnConflict>,
    /// `RETURNING`.
    pub returning: Option<Vec<SelectItem>>,
    /// `INSERT OVERWRITE`, `REPLACE INTO` and the like: the verb in upper case.
    pub verb: String,
}

/// `ON CONFLICT`.
#[derive(Debug, Clone, PartialEq)]
pub struct OnConflict {
    /// The conflict target's columns.
    pub columns: Vec<Ident>,
    /// `DO UPDATE SET …`; empty is `DO NOTHING`.
    pub assignments: Vec<Assignment>,
    /// `WHERE` of `DO UPDATE`.
    pub selection: Option<Expr>,
}

/// `UPDATE`.
#[derive(Debug, Clone, PartialEq)]
pub struct Update {
    /// `WITH` before it.
    pub with: Option<With>,
    /// The table, with joins where the dialect has them.
    pub table: TableWithJoins,
    /// `SET`.
    pub assignments: Vec<Assignment>,
    /// `FROM`.
    pub from: Vec<TableWithJoins>,
    /// `WHERE`.
    pub selection: Option<Expr>,
    /// `LIMIT`.
    pub limit: Option<Expr>,
    /// `RETURNING`.
    pub returning: Option<Vec<SelectItem>>,
}

/// `column = value`.
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    /// The columns: one, or several of a tuple.
    pub targets: Vec<Name>,
    /// The value.
    pub value: Expr,
}

/// `DELETE`.
#[derive(Debug, Clone, PartialEq)]
pub struct Delete {
    /// `WITH` before it.
    pub with: Option<With>,
    /// The table.
    pub table: TableFactor,
    /// `USING`.
    pub using: Vec<TableWithJoins>,
    /// `WHERE`.
    pub selection: Option<Expr>,
    /// `LIMIT`.
    pub limit: Option<Expr>,
    /// `RETURNING`.
    pub returning: Option<Vec<SelectItem>>,
}

/// `MERGE INTO table USING source ON condition WHEN …`.
#[derive(Debug, Clone, PartialEq)]
pub struct Merge {
    /// The table that is written.
    pub table: TableFactor,
    /// What it is compared with.
    pub source: TableFactor,
    /// `ON`.
    pub on: Expr,
    /// The `WHEN`s.
    pub clauses: Vec<MergeClause>,
}

/// One `WHEN [NOT] MATCHED` of a MERGE.
#[derive(Debug, Clone, PartialEq)]
pub struct MergeClause {
    /// `MATCHED` rather than `NOT MATCHED`.
    pub matched: bool,
    /// `AND condition`.
    pub condition: Option<Expr>,
    /// What is done.
    pub action: MergeAction,
    /// Where it stands.
    pub span: Span,
}

/// What a MERGE does with a row.
#[derive(Debug, Clone, PartialEq)]
pub enum MergeAction {
    /// `UPDATE SET …`.
    Update(Vec<Assignment>),
    /// `INSERT (columns) VALUES (…)`.
    Insert {
        /// The columns; empty means all, in order.
        columns: Vec<Ident>,
        /// The values.
        values: Vec<Expr>,
    },
    /// `DELETE`.
    Delete,
}

/// `CREATE TABLE`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateTable {
    /// The table.
    pub name: Name,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// `OR REPLACE`.
    pub or_replace: bool,
    /// `EXTERNAL`.
    pub external: bool,
    /// The columns.
    pub columns: Vec<ColumnDef>,
    /// Columns of a table-level primary key.
    pub primary_key: Vec<Ident>,
    /// `AS SELECT …`.
    pub query: Option<Box<Query>>,
    /// `WITH (k = v)` and other options, keys in lower case.
    pub options: Vec<(String, String)>,
    /// `TEMPORARY`.
    pub temporary: bool,
    /// Whether a column or the table has a foreign key.
    pub foreign_key: bool,
}

/// A column's definition.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnDef {
    /// Its name.
    pub name: Ident,
    /// Its type; `None` where it was left out.
    pub ty: Option<TypeName>,
    /// `NOT NULL`.
    pub not_null: bool,
    /// `PRIMARY KEY` on the column.
    pub primary_key: bool,
    /// `DEFAULT`, `GENERATED`, auto increment.
    pub has_default: bool,
    /// `COMMENT`.
    pub comment: Option<String>,
}

/// `CREATE VIEW`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateView {
    /// The view.
    pub name: Name,
    /// `OR REPLACE`.
    pub or_replace: bool,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// The column names.
    pub columns: Vec<Ident>,
    /// The query.
    pub query: Box<Query>,
}

/// One change of `ALTER TABLE`.
#[derive(Debug, Clone, PartialEq)]
pub enum AlterOperation {
    /// `ADD COLUMN`.
    AddColumn {
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
        /// The column.
        column: ColumnDef,
    },
    /// `DROP COLUMN`.
    DropColumn {
        /// `IF EXISTS`.
        if_exists: bool,
        /// The column.
        name: Ident,
    },
    /// `RENAME COLUMN`.
    RenameColumn {
        /// From.
        from: Ident,
        /// To.
        to: Ident,
    },
    /// `RENAME TO`.
    RenameTable(Name),
    /// `ALTER COLUMN … SET / DROP NOT NULL`.
    SetNotNull {
        /// The column.
        column: Ident,
        /// Set rather than drop.
        not_null: bool,
    },
    /// `ALTER COLUMN … SET DATA TYPE`.
    SetType {
        /// The column.
        column: Ident,
        /// The type.
        ty: TypeName,
    },
    /// `ALTER COLUMN … SET / DROP DEFAULT`.
    SetDefault {
        /// The column.
        column: Ident,
        /// Set rather than drop.
        has_default: bool,
    },
    /// `ADD PRIMARY KEY (…)`.
    AddPrimaryKey(Vec<Ident>),
    /// Anything else, by its name; it changes nothing that the checker knows.
    Other(String),
}
