//! What each dialect's engine has, as far as syntax goes: what the generator may write.
//!
//! Types, operators and functions are not here: the dialect's own data say them. An entry is what the engine is known to
//! take (`reference/*.md`, recordings, its grammar); what it parses only to refuse is left out. Statements that define
//! (CREATE, DROP, ALTER, COPY, TRUNCATE, PREPARE) are never made: a stream of them would change the tables it speaks of.

mod lists;

use querent_schema::dialect::Dialect;

/// Something that some engines have and others do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Feature {
    /// `EXPLAIN`.
    Explain,
    /// `EXPLAIN PLAN FOR`.
    ExplainPlanFor,
    /// `DESCRIBE table`.
    Describe,
    /// `SHOW TABLES`, `SHOW COLUMNS`.
    Show,
    /// `INSERT … VALUES`.
    InsertValues,
    /// `INSERT … SELECT`.
    InsertSelect,
    /// `UPDATE`.
    Update,
    /// `UPDATE … FROM`.
    UpdateFrom,
    /// `DELETE`.
    Delete,
    /// `DELETE … USING`.
    DeleteUsing,
    /// `LIMIT` of UPDATE and DELETE.
    RowLimit,
    /// `RETURNING`.
    Returning,
    /// `ON CONFLICT DO NOTHING`.
    OnConflictNothing,
    /// `MERGE … USING`.
    Merge,
    /// `MERGE INTO t (…) KEY (…) VALUES (…)`.
    MergeByKey,
    /// `DEFAULT` as a value of INSERT.
    DefaultValue,
    /// `WITH`.
    With,
    /// `WITH name (columns)`.
    WithColumns,
    /// `WITH RECURSIVE`.
    WithRecursive,
    /// `UNION`.
    Union,
    /// `EXCEPT`.
    Except,
    /// `INTERSECT`.
    Intersect,
    /// `EXCEPT ALL`, `INTERSECT ALL`.
    SetAll,
    /// `MINUS`.
    Minus,
    /// `UNION BY NAME`.
    ByName,
    /// `VALUES` as a query.
    ValuesQuery,
    /// A query in brackets as an operand of a set operation.
    NestedQuery,
    /// `ORDER BY ALL`.
    OrderByAll,
    /// `NULLS FIRST`.
    NullsFirst,
    /// `LIMIT`.
    Limit,
    /// A parameter in LIMIT.
    LimitParameter,
    /// `OFFSET`.
    Offset,
    /// `FETCH FIRST n ROWS ONLY`.
    Fetch,
    /// `SELECT TOP n`.
    Top,
    /// SELECT without FROM.
    NoFrom,
    /// `DISTINCT ON`.
    DistinctOn,
    /// `GROUP BY ALL`.
    GroupByAll,
    /// Positions in GROUP BY.
    GroupByOrdinal,
    /// Aliases of the select list in GROUP BY.
    GroupByAlias,
    /// Expressions in GROUP BY that are no columns.
    GroupByExpression,
    /// `GROUPING SETS`, `ROLLUP`, `CUBE`.
    GroupingSets,
    /// `GROUPING(…)`.
    Grouping,
    /// Expressions over aggregates and keys together.
    MixedAggregates,
    /// `QUALIFY`.
    Qualify,
    /// `WINDOW w AS (…)`.
    NamedWindow,
    /// `* EXCLUDE`, `* EXCEPT`, `* REPLACE`.
    WildcardOptions,
    /// `* RENAME`.
    WildcardRename,
    /// Joins.
    Join,
    /// `LEFT JOIN`.
    LeftJoin,
    /// `RIGHT JOIN`.
    RightJoin,
    /// `FULL JOIN`.
    FullJoin,
    /// `CROSS JOIN`.
    CrossJoin,
    /// Several entries of FROM with commas between them.
    CommaJoin,
    /// `LEFT SEMI JOIN` and its kin.
    SemiJoin,
    /// `USING`.
    Using,
    /// `NATURAL`.
    Natural,
    /// A join in brackets.
    NestedJoin,
    /// A subquery in FROM.
    Derived,
    /// `AS t (a, b)`.
    AliasColumns,
    /// `(VALUES …) AS t (a, b)`.
    ValuesTable,
    /// `LATERAL`.
    Lateral,
    /// `UNNEST` in FROM.
    Unnest,
    /// Table functions in FROM.
    TableFunction,
    /// Table functions in `TABLE(…)`.
    InTable,
    /// `OVER`.
    Over,
    /// Frames.
    Frame,
    /// `GROUPS`.
    Groups,
    /// `FILTER`.
    Filter,
    /// `FILTER` of an aggregate that is no window.
    AggregateFilter,
    /// A sign before anything but a number.
    Sign,
    /// `WITH` inside of `WITH`.
    NestedWith,
    /// ORDER BY and LIMIT of VALUES.
    SortedValues,
    /// `OVER (w)`.
    WindowBase,
    /// `WITHIN GROUP`.
    WithinGroup,
    /// `ORDER BY` among the arguments of an aggregate.
    OrderedAggregate,
    /// `IGNORE NULLS`.
    IgnoreNulls,
    /// `f(DISTINCT x)`.
    DistinctAggregate,
    /// `EXISTS`.
    Exists,
    /// `IN (SELECT …)`.
    InSubquery,
    /// `op ANY (SELECT …)` and `op ALL (SELECT …)`.
    AnySubquery,
    /// Only `= ANY (SELECT …)`.
    EqualsAnySubquery,
    /// Predicates over subqueries outside of filters.
    SubqueryAnywhere,
    /// Subqueries that name columns of the query around them.
    Correlated,
    /// Scalar subqueries.
    ScalarSubquery,
    /// `op ANY (array)`.
    AnyArray,
    /// `(a, b) = (1, 2)`.
    RowValues,
    /// `(a, b) IN ((1, 2))`.
    RowIn,
    /// `TRY_CAST`.
    TryCast,
    /// `x::T`.
    DoubleColon,
    /// `IS TRUE`, `IS FALSE`.
    IsTrue,
    /// `IS UNKNOWN`.
    IsUnknown,
    /// `IS DISTINCT FROM`.
    IsDistinct,
    /// `ILIKE`.
    ILike,
    /// `SIMILAR TO`.
    SimilarTo,
    /// `REGEXP`.
    Regexp,
    /// `LIKE … ESCAPE`.
    Escape,
    /// `DATE '…'`, `TIMESTAMP '…'`.
    TypedString,
    /// `TIME '…'`.
    TimeString,
    /// `INTERVAL`.
    Interval,
    /// `EXTRACT`.
    Extract,
    /// `AT TIME ZONE`.
    AtTimeZone,
    /// `X'…'`.
    Bytes,
    /// `ARRAY[…]`.
    ArrayLiteral,
    /// `[…]`.
    BracketArray,
    /// `{'a': 1}`.
    StructLiteral,
    /// `MAP {…}`.
    MapLiteral,
    /// `MAP[k, v]`.
    MapBrackets,
    /// `x[i]`.
    Subscript,
    /// `x[a:b]`.
    Slice,
    /// `s.field`.
    StructField,
}

/// What a dialect has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Features {
    engine: u8,
}

impl Features {
    /// Whether a feature is among them.
    pub fn contains(self, feature: Feature) -> bool {
        lists::engines(feature) & self.engine != 0
    }
}

/// What a dialect has; nothing for one that the generator does not speak.
pub fn features(dialect: &Dialect) -> Features {
    let own = lists::ENGINES.iter().find(|(name, _)| *name == dialect.name);
    Features { engine: own.map_or(0, |(_, engine)| *engine) }
}

/// The dialects that the generator speaks.
pub const DIALECTS: &[&str] = &{
    let mut names = [""; lists::ENGINES.len()];
    let mut place = 0;
    while place < names.len() {
        names[place] = lists::ENGINES[place].0;
        place += 1;
    }
    names
};
