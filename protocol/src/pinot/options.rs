//! The options of a query: a typed method for each that Pinot documents, and a way for others.
//!
//! Facts: the 83 keys of 1.5.1 and the 21 that 1.6 adds. Those that change what an answer looks like, or what the driver
//! needs to be right about, are not among them: [`reserved`] says of each why. Keys are case-insensitive; an unknown one
//! is ignored by the server without a word.

/// Why an option is nobody's to set; `None` for all others.
pub fn reserved(key: &str) -> Option<&'static str> {
    RESERVED.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, why)| *why)
}

/// Options that are not set as options, and why. The first three may be set to what is sent anyway.
pub const RESERVED: &[(&str, &str)] = &[
    ("useMultistageEngine", "the engine belongs to the source, in querent.toml: it changes types"),
    ("enableNullHandling", "null handling belongs to the source, in querent.toml: it changes results"),
    ("autoRewriteAggregationType", "it changes the types of aggregates that were checked"),
    (
        "useMSEToFillEmptyResponseSchema",
        "it types what no segment answered as the other engine would, which is not what was checked",
    ),
    ("timeoutMs", "it is the timeout of the call, or `query_timeout_ms` of the URL"),
    ("clientQueryId", "it is set by a method of its own, for the driver cancels by it"),
    ("getCursor", "it is set by the page size of the call"),
    ("cursorNumRows", "it is the page size of the call"),
    ("dropResults", "an answer without its rows is none"),
    ("database", "it is the `database` of the URL"),
    ("trace", "it is set by a method of its own"),
];

/// Options of a query, in the order in which they were set; a later one replaces an earlier one of the same key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QueryOptions {
    pairs: Vec<(String, String)>,
}

/// What an engine does when a join or a window has too many rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Overflow {
    /// It fails.
    Throw,
    /// It goes on with what it has, and says that a limit was reached.
    Break,
}

/// How a server looks up the values of an IN list in a dictionary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InPredicateLookup {
    /// Divides the sorted list and the dictionary together.
    DivideBinarySearch,
    /// Walks both.
    Scan,
    /// Each value by a search of its own.
    PlainBinarySearch,
}

impl std::fmt::Display for Overflow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if *self == Overflow::Throw { "THROW" } else { "BREAK" })
    }
}

impl std::fmt::Display for InPredicateLookup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            InPredicateLookup::DivideBinarySearch => "DIVIDE_BINARY_SEARCH",
            InPredicateLookup::Scan => "SCAN",
            InPredicateLookup::PlainBinarySearch => "PLAIN_BINARY_SEARCH",
        })
    }
}

impl QueryOptions {
    /// None.
    pub fn new() -> QueryOptions {
        QueryOptions::default()
    }

    /// An option by Pinot's name of it, known here or not.
    pub fn other(self, key: impl Into<String>, value: impl std::fmt::Display) -> QueryOptions {
        self.set(key.into(), value.to_string())
    }

    /// These, and `over` where both have a key: options of a call over those of a pool.
    pub fn merged(&self, over: &QueryOptions) -> QueryOptions {
        over.pairs.iter().fold(self.clone(), |all, (key, value)| all.set(key.clone(), value.clone()))
    }

    /// Key and value of each.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    fn set(mut self, key: String, value: String) -> QueryOptions {
        match self.pairs.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(&key)) {
            Some(pair) => pair.1 = value,
            None => self.pairs.push((key, value)),
        }
        self
    }
}

fn joined<T: std::fmt::Display>(values: impl IntoIterator<Item = T>, separator: &str) -> String {
    let texts: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
    texts.join(separator)
}

macro_rules! options {
    ($($(#[$doc:meta])* $method:ident($($param:ident: $ty:ty)?) = $key:literal => $value:expr;)+) => {
        impl QueryOptions {
            /// The keys that have a method.
            pub const KEYS: &'static [&'static str] = &[$($key),+];

            $(
                $(#[$doc])*
                pub fn $method(self, $($param: $ty)?) -> QueryOptions {
                    self.set($key.to_owned(), ($value).to_string())
                }
            )+
        }
    };
}

options! {
    /// Milliseconds that servers may take beyond the timeout before they stop by themselves.
    extra_passive_timeout_ms(ms: u64) = "extraPassiveTimeoutMs" => ms;
    /// Reads all rows of an upsert table, those that were replaced too.
    skip_upsert(yes: bool) = "skipUpsert" => yes;
    /// Reads an upsert table without its consistent view.
    skip_upsert_view(yes: bool) = "skipUpsertView" => yes;
    /// How old, in milliseconds, the view of an upsert table may be.
    upsert_view_freshness_ms(ms: i64) = "upsertViewFreshnessMs" => ms;
    /// Reads replaced and deleted rows of an upsert table (1.6).
    skip_upsert_delete(yes: bool) = "skipUpsertDelete" => yes;
    /// Whether star-tree indexes are used.
    use_star_tree(yes: bool) = "useStarTree" => yes;
    /// Scans the nodes of a star-tree.
    scan_star_tree_nodes(yes: bool) = "scanStarTreeNodes" => yes;
    /// Options of routing, as Pinot writes them (`FORCE_HLL`, say).
    routing_options(text: &str) = "routingOptions" => text;
    /// The table's sampler of this name chooses segments.
    sampler(name: &str) = "sampler" => name;
    /// Whether filters are reordered by what they cost to scan.
    use_scan_reorder_opt(yes: bool) = "useScanReorderOpt" => yes;
    /// Reorders the scans within an AND.
    and_scan_reordering(yes: bool) = "AndScanReordering" => yes;
    /// Threads that a server uses.
    max_execution_threads(threads: u32) = "maxExecutionThreads" => threads;
    /// Collects statistics of the garbage collector.
    collect_gc_stats(yes: bool) = "collectGCStats" => yes;
    /// A hash that names the query.
    query_hash(hash: &str) = "queryHash" => hash;
    /// Groups that a segment keeps at least when it trims; -1 never trims.
    min_segment_group_trim_size(groups: i32) = "minSegmentGroupTrimSize" => groups;
    /// Groups that a server keeps at least when it trims; -1 never trims.
    min_server_group_trim_size(groups: i32) = "minServerGroupTrimSize" => groups;
    /// Groups that the broker keeps at least when it trims; -1 never trims.
    min_broker_group_trim_size(groups: i32) = "minBrokerGroupTrimSize" => groups;
    /// Groups that the multi-stage engine keeps at least when it trims.
    mse_min_group_trim_size(groups: i32) = "mseMinGroupTrimSize" => groups;
    /// Groups from which on they are trimmed at all.
    group_trim_threshold(groups: i32) = "groupTrimThreshold" => groups;
    /// The LIMIT up to which sorted aggregation is used.
    sort_aggregate_limit_threshold(rows: i32) = "sortAggregateLimitThreshold" => rows;
    /// Segments up to which sorted aggregation takes one thread.
    sort_aggregate_single_threaded_num_segments_threshold(segments: i32) = "sortAggregateSingleThreadedNumSegmentsThreshold" => segments;
    /// Makes GROUP BY without ORDER BY exact.
    accurate_group_by_without_order_by(yes: bool) = "accurateGroupByWithoutOrderBy" => yes;
    /// Threads that make the final values of groups.
    num_threads_extract_final_result(threads: u32) = "numThreadsExtractFinalResult" => threads;
    /// Groups of which one thread makes the final values at a time.
    chunk_size_extract_final_result(groups: u32) = "chunkSizeExtractFinalResult" => groups;
    /// Replica groups that are asked.
    num_replica_groups_to_query(groups: u32) = "numReplicaGroupsToQuery" => groups;
    /// Pools of servers, the ones to be asked first in front.
    ordered_preferred_pools(pools: impl IntoIterator<Item = u32>) = "orderedPreferredPools" => joined(pools, "|");
    /// Asks the same replicas each time.
    use_fixed_replica(yes: bool) = "useFixedReplica" => yes;
    /// EXPLAIN names all plans of all segments.
    explain_plan_verbose(yes: bool) = "explainPlanVerbose" => yes;
    /// EXPLAIN asks the servers (multi-stage engine).
    explain_asking_servers(yes: bool) = "explainAskingServers" => yes;
    /// Infers how tables are partitioned (multi-stage engine).
    infer_partition_hint(yes: bool) = "inferPartitionHint" => yes;
    /// The application, for quotas.
    application_name(name: &str) = "applicationName" => name;
    /// Runs equal parts of a plan once (multi-stage engine).
    use_spools(yes: bool) = "useSpools" => yes;
    /// Uses the physical optimizer (multi-stage engine).
    use_physical_optimizer(yes: bool) = "usePhysicalOptimizer" => yes;
    /// Servers return final values: right only where the data is partitioned by the groups.
    server_return_final_result(yes: bool) = "serverReturnFinalResult" => yes;
    /// The same where the data is not partitioned by the groups.
    server_return_final_result_key_unpartitioned(yes: bool) = "serverReturnFinalResultKeyUnpartitioned" => yes;
    /// Indexes that are not used, by column, as Pinot writes it: `c1=inverted,range&c2=inverted`.
    skip_indexes(text: &str) = "skipIndexes" => text;
    /// Traces which rules of the planner fired (multi-stage engine).
    trace_rule_productions(yes: bool) = "traceRuleProductions" => yes;
    /// Rules of the planner that are left out (multi-stage engine).
    skip_planner_rules(rules: &[&str]) = "skipPlannerRules" => joined(rules, ",");
    /// Rules of the planner that are used though they are off (multi-stage engine).
    use_planner_rules(rules: &[&str]) = "usePlannerRules" => joined(rules, ",");
    /// Reads sorted segments backwards for ORDER BY … DESC.
    allow_reverse_order(yes: bool) = "allowReverseOrder" => yes;
    /// Rows that a leaf stage gives at most (multi-stage engine).
    multi_stage_leaf_limit(rows: i32) = "multiStageLeafLimit" => rows;
    /// Fails when there are too many groups (multi-stage engine).
    error_on_num_groups_limit(yes: bool) = "errorOnNumGroupsLimit" => yes;
    /// Groups after which no further ones are taken.
    num_groups_limit(groups: u32) = "numGroupsLimit" => groups;
    /// Groups after which the answer warns.
    num_groups_warning_limit(groups: u32) = "numGroupsWarningLimit" => groups;
    /// Room for groups at the beginning, at most.
    max_initial_result_holder_capacity(groups: u32) = "maxInitialResultHolderCapacity" => groups;
    /// Room for groups in the merged table at the beginning, at least.
    min_initial_indexed_table_capacity(groups: u32) = "minInitialIndexedTableCapacity" => groups;
    /// Room for groups at the beginning in the multi-stage engine, at most.
    mse_max_initial_result_holder_capacity(groups: u32) = "mseMaxInitialResultHolderCapacity" => groups;
    /// Chooses that room by what the filter says of the groups.
    optimize_max_initial_result_holder_capacity(yes: bool) = "optimizeMaxInitialResultHolderCapacity" => yes;
    /// Workers of each stage on each server (multi-stage engine).
    stage_parallelism(workers: u32) = "stageParallelism" => workers;
    /// Promises that IN lists are sorted.
    in_predicate_pre_sorted(yes: bool) = "inPredicatePreSorted" => yes;
    /// How IN lists are looked up.
    in_predicate_lookup_algorithm(algorithm: InPredicateLookup) = "inPredicateLookupAlgorithm" => algorithm;
    /// Entries of a dictionary up to which a regular expression is matched against all of them.
    regex_dict_size_threshold(entries: i32) = "regexDictSizeThreshold" => entries;
    /// Leaves `$docId` and the like out of what the multi-stage engine knows.
    exclude_virtual_columns(yes: bool) = "excludeVirtualColumns" => yes;
    /// Blocks that wait to be sent.
    max_streaming_pending_blocks(blocks: u32) = "maxStreamingPendingBlocks" => blocks;
    /// Rows of a join's right side (multi-stage engine).
    max_rows_in_join(rows: u32) = "maxRowsInJoin" => rows;
    /// What happens beyond that.
    join_overflow_mode(mode: Overflow) = "joinOverflowMode" => mode;
    /// Rows of a window (multi-stage engine).
    max_rows_in_window(rows: u32) = "maxRowsInWindow" => rows;
    /// What happens beyond that.
    window_overflow_mode(mode: Overflow) = "windowOverflowMode" => mode;
    /// Bytes of one server's answer.
    max_server_response_size_bytes(bytes: u64) = "maxServerResponseSizeBytes" => bytes;
    /// Bytes of all servers' answers together.
    max_query_response_size_bytes(bytes: u64) = "maxQueryResponseSizeBytes" => bytes;
    /// Leaves out servers that are away; the answer still says that they are.
    skip_unavailable_servers(yes: bool) = "skipUnavailableServers" => yes;
    /// Leaves out segments that a server lacks.
    ignore_missing_segments(yes: bool) = "ignoreMissingSegments" => yes;
    /// Gives way to other queries.
    is_secondary_workload(yes: bool) = "isSecondaryWorkload" => yes;
    /// Groups of filtered aggregations that no row is in are left out.
    filtered_aggregations_skip_empty_groups(yes: bool) = "filteredAggregationsSkipEmptyGroups" => yes;
    /// Takes segments without a partition for ones of the partition that their table says.
    infer_invalid_segment_partition(yes: bool) = "inferInvalidSegmentPartition" => yes;
    /// The same for segments that still take rows.
    infer_realtime_segment_partition(yes: bool) = "inferRealtimeSegmentPartition" => yes;
    /// Runs in lite mode (multi-stage engine).
    use_lite_mode(yes: bool) = "useLiteMode" => yes;
    /// Rows of a leaf stage in lite mode.
    lite_mode_leaf_stage_limit(rows: u32) = "liteModeLeafStageLimit" => rows;
    /// The same, divided by the number of servers.
    lite_mode_leaf_stage_fan_out_adjusted_limit(rows: u32) = "liteModeLeafStageFanOutAdjustedLimit" => rows;
    /// The same where the query names no limit (1.6).
    lite_mode_implicit_leaf_stage_limit(rows: u32) = "liteModeImplicitLeafStageLimit" => rows;
    /// Leaves out segments at the broker (multi-stage engine).
    use_broker_pruning(yes: bool) = "useBrokerPruning" => yes;
    /// Runs all but the leaves in the broker (multi-stage engine).
    run_in_broker(yes: bool) = "runInBroker" => yes;
    /// Runs other stages on the leaves' servers (multi-stage engine).
    use_leaf_server_for_intermediate_stage(yes: bool) = "useLeafServerForIntermediateStage" => yes;
    /// The workload whose budget the query takes from.
    workload_name(name: &str) = "workloadName" => name;
    /// Asks other clusters too.
    enable_multi_cluster_routing(yes: bool) = "enableMultiClusterRouting" => yes;
    /// Rows from which on a sort is made before they are sent (multi-stage engine).
    sort_exchange_copy_threshold(rows: i32) = "sortExchangeCopyThreshold" => rows;
    /// Rewrites to this materialised view (1.6).
    materialized_view_rewrite(text: &str) = "materializedViewRewrite" => text;
    /// Whether materialised views may answer (1.6).
    enable_materialized_view_rewrite(yes: bool) = "enableMaterializedViewRewrite" => yes;
    /// Answers DISTINCT from indexes (1.6).
    use_index_based_distinct_operator(yes: bool) = "useIndexBasedDistinctOperator" => yes;
    /// What an inverted index may cost beside a scan for that (1.6).
    inverted_index_distinct_cost_ratio(ratio: f64) = "invertedIndexDistinctCostRatio" => ratio;
    /// Leaves out documents without the path in a DISTINCT over a JSON index (1.6).
    json_index_distinct_skip_missing_path(yes: bool) = "jsonIndexDistinctSkipMissingPath" => yes;
    /// Groups after which they are sent on (1.6).
    streaming_group_by_flush_threshold(groups: i32) = "streamingGroupByFlushThreshold" => groups;
    /// Reads only the columns that an UNNEST needs (1.6).
    unnest_column_pruning(yes: bool) = "unnestColumnPruning" => yes;
    /// Sends statistics while the query runs (1.6).
    stream_stats(yes: bool) = "streamStats" => yes;
    /// Values up to which an IN list leaves out segments (1.6).
    in_predicate_pruning_threshold(values: i32) = "inPredicatePruningThreshold" => values;
    /// Milliseconds after which a DISTINCT stops (1.6).
    max_execution_time_ms_in_distinct(ms: i64) = "maxExecutionTimeMsInDistinct" => ms;
    /// Rows after which a DISTINCT stops (1.6).
    max_rows_in_distinct(rows: i64) = "maxRowsInDistinct" => rows;
    /// Rows without a new value after which a DISTINCT stops (1.6).
    max_rows_without_change_in_distinct(rows: i64) = "maxRowsWithoutChangeInDistinct" => rows;
    /// Lists that a vector index looks into (1.6).
    vector_nprobe(lists: u32) = "vectorNprobe" => lists;
    /// Ranks a vector index's finds by their exact distances (1.6).
    vector_exact_rerank(yes: bool) = "vectorExactRerank" => yes;
    /// Finds of a vector index before they are ranked (1.6).
    vector_max_candidates(finds: u32) = "vectorMaxCandidates" => finds;
    /// The distance up to which a vector is found (1.6).
    vector_distance_threshold(distance: f64) = "vectorDistanceThreshold" => distance;
    /// Candidates that a vector graph keeps while it searches (1.6).
    vector_ef_search(candidates: u32) = "vectorEfSearch" => candidates;
    /// Compares distances relative to each other while it searches (1.6).
    vector_use_relative_distance(yes: bool) = "vectorUseRelativeDistance" => yes;
    /// Keeps a bounded queue while it searches (1.6).
    vector_use_bounded_queue(yes: bool) = "vectorUseBoundedQueue" => yes;
}
