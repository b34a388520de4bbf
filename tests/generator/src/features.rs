//! What each dialect's engine has, as far as syntax goes: what the generator may write.
//!
//! Types, operators and functions are not here: the dialect's own data say them. An entry is what the engine is known to
//! take (`reference/*.md`, recordings, its grammar); what it parses only to refuse is left out. Statements that define
//! (CREATE, DROP, ALTER, COPY, TRUNCATE, PREPARE) are never made: a stream of them would change the tables it speaks of.

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

use Feature::*;

const DATAFUSION: &[Feature] = &[
    Explain,
    Describe,
    Show,
    InsertValues,
    InsertSelect,
    Update,
    Delete,
    With,
    WithColumns,
    WithRecursive,
    Union,
    Except,
    Intersect,
    SetAll,
    ByName,
    ValuesQuery,
    NestedQuery,
    NullsFirst,
    Limit,
    LimitParameter,
    Offset,
    NoFrom,
    DistinctOn,
    GroupByAll,
    GroupByOrdinal,
    GroupByAlias,
    GroupByExpression,
    GroupingSets,
    Grouping,
    MixedAggregates,
    Qualify,
    NamedWindow,
    WildcardOptions,
    Join,
    LeftJoin,
    RightJoin,
    FullJoin,
    CrossJoin,
    CommaJoin,
    SemiJoin,
    Using,
    Natural,
    NestedJoin,
    Derived,
    AliasColumns,
    ValuesTable,
    Lateral,
    Unnest,
    TableFunction,
    Over,
    Frame,
    Groups,
    Filter,
    WithinGroup,
    OrderedAggregate,
    IgnoreNulls,
    DistinctAggregate,
    Exists,
    InSubquery,
    AnySubquery,
    Correlated,
    ScalarSubquery,
    AnyArray,
    TryCast,
    DoubleColon,
    IsTrue,
    IsUnknown,
    IsDistinct,
    ILike,
    SimilarTo,
    TypedString,
    TimeString,
    Interval,
    Extract,
    AtTimeZone,
    Bytes,
    BracketArray,
    ArrayLiteral,
    StructLiteral,
    MapLiteral,
    Subscript,
    Slice,
    StructField,
];

/// What `schema/tests/ignite` recorded of the H2 engine.
const IGNITE_H2: &[Feature] = &[
    Explain,
    InsertValues,
    InsertSelect,
    Update,
    Delete,
    RowLimit,
    MergeByKey,
    With,
    Union,
    Except,
    Intersect,
    Minus,
    NestedQuery,
    NullsFirst,
    Limit,
    LimitParameter,
    Offset,
    Top,
    NoFrom,
    GroupByAlias,
    GroupByExpression,
    Join,
    LeftJoin,
    RightJoin,
    CrossJoin,
    CommaJoin,
    Using,
    Natural,
    NestedJoin,
    Derived,
    TableFunction,
    DistinctAggregate,
    Exists,
    InSubquery,
    EqualsAnySubquery,
    SubqueryAnywhere,
    Correlated,
    ScalarSubquery,
    RowIn,
    DoubleColon,
    IsTrue,
    IsDistinct,
    ILike,
    Regexp,
    TypedString,
    TimeString,
    Extract,
    Bytes,
];

/// What `schema/tests/ignite` recorded of the Calcite engine.
const IGNITE_CALCITE: &[Feature] = &[
    ExplainPlanFor,
    InsertValues,
    InsertSelect,
    DefaultValue,
    Update,
    Delete,
    Merge,
    With,
    WithColumns,
    Union,
    Except,
    Intersect,
    SetAll,
    ValuesQuery,
    NestedQuery,
    NullsFirst,
    Limit,
    LimitParameter,
    Offset,
    Fetch,
    NoFrom,
    GroupByAlias,
    GroupByExpression,
    GroupingSets,
    MixedAggregates,
    Join,
    LeftJoin,
    RightJoin,
    FullJoin,
    CrossJoin,
    CommaJoin,
    Using,
    Natural,
    NestedJoin,
    Derived,
    AliasColumns,
    ValuesTable,
    Unnest,
    InTable,
    Filter,
    WithinGroup,
    DistinctAggregate,
    Exists,
    InSubquery,
    AnySubquery,
    SubqueryAnywhere,
    Correlated,
    ScalarSubquery,
    RowValues,
    RowIn,
    IsTrue,
    IsDistinct,
    SimilarTo,
    Escape,
    TypedString,
    TimeString,
    Interval,
    Extract,
    Bytes,
    ArrayLiteral,
    MapBrackets,
    Subscript,
];

/// The grammar of 26.3 less what 25.6 lacks.
const PICODATA: &[Feature] = &[
    InsertValues,
    InsertSelect,
    OnConflictNothing,
    Update,
    Delete,
    With,
    WithColumns,
    Union,
    Except,
    ValuesQuery,
    NullsFirst,
    Limit,
    NoFrom,
    GroupByExpression,
    MixedAggregates,
    NamedWindow,
    Join,
    LeftJoin,
    Derived,
    Over,
    Frame,
    Filter,
    DistinctAggregate,
    Exists,
    InSubquery,
    ScalarSubquery,
    DoubleColon,
    IsTrue,
    IsUnknown,
    ILike,
    Escape,
];

/// No joins, no subqueries, no windows.
const PINOT_SSE: &[Feature] =
    &[Limit, Offset, GroupByOrdinal, GroupByAlias, GroupByExpression, Filter, DistinctAggregate, IsDistinct];

const PINOT_MSE: &[Feature] = &[
    With,
    WithColumns,
    Union,
    Except,
    Intersect,
    NullsFirst,
    Limit,
    Offset,
    GroupByExpression,
    MixedAggregates,
    Qualify,
    NamedWindow,
    Join,
    LeftJoin,
    RightJoin,
    FullJoin,
    CrossJoin,
    Using,
    Derived,
    Over,
    Frame,
    Filter,
    DistinctAggregate,
    Exists,
    InSubquery,
    ScalarSubquery,
    IsTrue,
    IsDistinct,
    Extract,
];

/// What a dialect has; nothing for one that the generator does not speak.
pub fn features(dialect: &Dialect) -> &'static [Feature] {
    match dialect.name {
        "datafusion" => DATAFUSION,
        "ignite-h2" => IGNITE_H2,
        "ignite-calcite" => IGNITE_CALCITE,
        "picodata" => PICODATA,
        "pinot-sse" => PINOT_SSE,
        "pinot-mse" => PINOT_MSE,
        _ => &[],
    }
}

/// The dialects that the generator speaks.
pub const DIALECTS: &[&str] =
    &["datafusion", "ignite-h2", "ignite-calcite", "picodata", "pinot-sse", "pinot-mse"];
