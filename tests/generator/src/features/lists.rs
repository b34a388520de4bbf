//! Which engines have a feature: one list, a bit for each engine.

use super::Feature;

/// Nobody whose statements are made here.
const NONE: u8 = 0;
const DATAFUSION: u8 = 1;
/// What `schema/tests/ignite` recorded of the H2 engine, less USING and NATURAL: a node (2.17.0) takes a text that has them at
/// times, and else takes the word for an alias.
const H2: u8 = 2;
/// What `schema/tests/ignite` recorded of the Calcite engine.
const CALCITE: u8 = 4;
/// The grammar of 26.3 less what 25.6 lacks.
const PICODATA: u8 = 8;
/// No joins, no subqueries, no windows.
const PINOT_SSE: u8 = 16;
const PINOT_MSE: u8 = 32;
const IGNITE: u8 = H2 | CALCITE;
const PINOT: u8 = PINOT_SSE | PINOT_MSE;
const ALL: u8 = DATAFUSION | IGNITE | PICODATA | PINOT;

/// The engine of each dialect that the generator speaks.
pub(super) const ENGINES: &[(&str, u8)] = &[
    ("datafusion", DATAFUSION),
    ("ignite-h2", H2),
    ("ignite-calcite", CALCITE),
    ("picodata", PICODATA),
    ("pinot-sse", PINOT_SSE),
    ("pinot-mse", PINOT_MSE),
];

/// The engines that have a feature.
pub(super) fn engines(feature: Feature) -> u8 {
    use Feature::*;
    match feature {
        Explain => DATAFUSION | H2,
        ExplainPlanFor => CALCITE,
        Describe => DATAFUSION,
        Show => DATAFUSION,
        InsertValues => ALL & !PINOT,
        InsertSelect => ALL & !PINOT,
        Update => ALL & !PINOT,
        UpdateFrom => NONE,
        Delete => ALL & !PINOT,
        DeleteUsing => NONE,
        RowLimit => H2,
        Returning => NONE,
        OnConflictNothing => PICODATA,
        Merge => CALCITE,
        MergeByKey => H2,
        DefaultValue => CALCITE,
        With => ALL & !PINOT_SSE,
        WithColumns => ALL & !(H2 | PINOT_SSE),
        WithRecursive => DATAFUSION,
        Union => ALL & !PINOT_SSE,
        Except => ALL & !PINOT_SSE,
        Intersect => ALL & !(PICODATA | PINOT_SSE),
        SetAll => DATAFUSION | CALCITE,
        Minus => H2,
        ByName => DATAFUSION,
        ValuesQuery => ALL & !(H2 | PINOT),
        NestedQuery => DATAFUSION | IGNITE,
        OrderByAll => NONE,
        NullsFirst => ALL & !PINOT_SSE,
        Limit => ALL,
        LimitParameter => DATAFUSION | IGNITE,
        Offset => ALL & !PICODATA,
        Fetch => CALCITE,
        Top => H2,
        NoFrom => ALL & !PINOT,
        DistinctOn => DATAFUSION,
        GroupByAll => DATAFUSION,
        GroupByOrdinal => DATAFUSION | PINOT_SSE,
        GroupByAlias => ALL & !(PICODATA | PINOT_MSE),
        GroupByExpression => ALL,
        GroupingSets => DATAFUSION | CALCITE,
        Grouping => DATAFUSION,
        MixedAggregates => ALL & !(H2 | PINOT_SSE),
        Qualify => DATAFUSION | PINOT_MSE,
        NamedWindow => ALL & !(IGNITE | PINOT_SSE),
        WildcardOptions => DATAFUSION,
        WildcardRename => NONE,
        Join => ALL & !PINOT_SSE,
        LeftJoin => ALL & !PINOT_SSE,
        RightJoin => ALL & !(PICODATA | PINOT_SSE),
        FullJoin => DATAFUSION | CALCITE | PINOT_MSE,
        CrossJoin => ALL & !(PICODATA | PINOT_SSE),
        CommaJoin => DATAFUSION | IGNITE,
        SemiJoin => DATAFUSION,
        Using => DATAFUSION | CALCITE | PINOT_MSE,
        Natural => DATAFUSION | CALCITE,
        NestedJoin => DATAFUSION | CALCITE,
        Derived => ALL & !PINOT_SSE,
        AliasColumns => DATAFUSION | CALCITE,
        ValuesTable => DATAFUSION | CALCITE,
        Lateral => DATAFUSION,
        Unnest => DATAFUSION,
        TableFunction => DATAFUSION | H2,
        InTable => CALCITE,
        Over => ALL & !(IGNITE | PINOT_SSE),
        Frame => ALL & !(IGNITE | PINOT_SSE),
        Groups => DATAFUSION,
        Filter => ALL & !H2,
        AggregateFilter => ALL & !(H2 | PICODATA),
        Sign => ALL & !PICODATA,
        NestedWith => ALL & !PICODATA,
        SortedValues => ALL & !PICODATA,
        WindowBase => ALL & !PICODATA,
        WithinGroup => DATAFUSION | CALCITE,
        OrderedAggregate => DATAFUSION,
        IgnoreNulls => DATAFUSION,
        DistinctAggregate => ALL,
        Exists => ALL & !PINOT_SSE,
        InSubquery => ALL & !PINOT_SSE,
        AnySubquery => DATAFUSION | CALCITE,
        EqualsAnySubquery => H2,
        SubqueryAnywhere => IGNITE,
        Correlated => DATAFUSION | IGNITE,
        ScalarSubquery => ALL & !PINOT_SSE,
        AnyArray => DATAFUSION,
        RowValues => CALCITE,
        RowIn => IGNITE,
        TryCast => DATAFUSION,
        DoubleColon => ALL & !(CALCITE | PINOT),
        IsTrue => ALL & !PINOT_SSE,
        IsUnknown => DATAFUSION | PICODATA,
        IsDistinct => ALL & !PICODATA,
        ILike => ALL & !(CALCITE | PINOT),
        SimilarTo => DATAFUSION | CALCITE,
        Regexp => H2,
        Escape => CALCITE | PICODATA,
        TypedString => DATAFUSION | IGNITE,
        TimeString => DATAFUSION | IGNITE,
        Interval => DATAFUSION | CALCITE,
        Extract => ALL & !(PICODATA | PINOT_SSE),
        AtTimeZone => DATAFUSION,
        Bytes => DATAFUSION | IGNITE,
        ArrayLiteral => DATAFUSION | CALCITE,
        BracketArray => DATAFUSION,
        StructLiteral => DATAFUSION,
        MapLiteral => DATAFUSION,
        MapBrackets => CALCITE,
        Subscript => DATAFUSION | CALCITE,
        Slice => DATAFUSION,
        StructField => DATAFUSION,
    }
}
