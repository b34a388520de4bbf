//! Syntax that some engines parse and then refuse; what an engine reads otherwise than others is in `habit`.

/// Syntax that some engines parse and then refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// `UPDATE … FROM`.
    UpdateFrom,
    /// `DELETE … USING`.
    DeleteUsing,
    /// `RETURNING`.
    Returning,
    /// `ON CONFLICT`.
    OnConflict,
    /// `EXISTS`, `IN (SELECT …)` or `ANY (SELECT …)` outside of a filter.
    SubqueryPredicate,
    /// `UNNEST` of a column of an earlier entry of FROM.
    LateralUnnest,
    /// `COLLATE`.
    Collate,
    /// `GROUP BY ()`.
    EmptyGrouping,
    /// `FETCH FIRST n ROWS ONLY`.
    Fetch,
    /// A subquery in LIMIT or OFFSET.
    LimitSubquery,
    /// LIMIT or OFFSET in a correlated subquery that is no EXISTS, or in a LATERAL one.
    CorrelatedLimit,
    /// `count(DISTINCT a, b)`.
    DistinctList,
    /// A column in the offset or the default of `lead` and `lag`.
    WindowColumn,
    /// `N'…'` and `U&'…'`.
    PrefixedString,
    /// `EXPLAIN EXPLAIN …`.
    NestedExplain,
    /// `DROP TABLE a, b`.
    DropList,
    /// ORDER BY among the arguments of an aggregate over a window.
    WindowAggregateOrder,
    /// FILTER of a window function that is no aggregate.
    WindowFilter,
    /// An offset of a ROWS or GROUPS frame that is negative or NULL.
    FrameOffset,
    /// A RANGE frame over values that are not calculated with: bytes, times, intervals, structs.
    RangeKey,
    /// LIMIT of a DELETE.
    DeleteLimit,
    /// `TRUNCATE`.
    Truncate,
    /// A date plus a number in a key of grouping sets.
    DateInSet,
    /// Two grouping keys of one name, or one list twice in UNNEST.
    KeyNames,
    /// `ORDER BY` by the position of an expression without an alias, with groups or in `DISTINCT ON`.
    SortPosition,
    /// `DISTINCT ON` of other expressions than ORDER BY begins with.
    DistinctOnSort,
    /// `unnest_outer` beside `unnest` in one select list.
    MixedUnnest,
    /// `OVER w` outside of the select list.
    NamedWindowPlace,
    /// A correlated scalar subquery in a window, a join's condition or a sort key, or one without an aggregate.
    CorrelatedPlace,
    /// `f(a => 1)` of a table function.
    NamedTableArgument,
    /// `SHOW` of a name that is no option.
    UnknownOption,
    /// IGNORE NULLS or RESPECT NULLS of an aggregate that has no place for it.
    AggregateNulls,
    /// WITHIN GROUP with several sort keys.
    WithinGroupList,
    /// `FOREIGN KEY` and `REFERENCES`.
    ForeignKey,
    /// `CREATE TEMPORARY TABLE`.
    TemporaryTable,
    /// `EXPLAIN FORMAT` of a name that is none, or with what it does not go with.
    ExplainFormat,
    /// `MERGE` without WHEN.
    EmptyMerge,
    /// `X'…'` of anything but hexadecimal digits.
    OddBytes,
}

impl Syntax {
    /// Whether it has a plan, which EXPLAIN shows, and no way to run it.
    pub(crate) fn is_planned(self) -> bool {
        matches!(
            self,
            Syntax::CorrelatedLimit
                | Syntax::LateralUnnest
                | Syntax::SubqueryPredicate
                | Syntax::DeleteLimit
                | Syntax::Truncate
        )
    }
}
