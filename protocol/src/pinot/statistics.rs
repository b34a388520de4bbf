//! What a broker says of the work that an answer took: every member of an answer besides its table and its exceptions.
//!
//! All of them may be absent: the engines send different ones, and so do versions (facts: 1.5.1, both engines, cursors;
//! what 1.6 adds is there too). A member that is not known, or not of its type, is kept as the text it came in.

use std::collections::BTreeMap;
use std::fmt;

use super::value::Cell;

/// A JSON text that is kept as it came.
#[derive(Clone, PartialEq, Eq)]
pub struct RawJson(pub String);

/// Its length only: a trace may repeat what a query holds.
impl fmt::Debug for RawJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawJson({} bytes)", self.0.len())
    }
}

/// How a member becomes a field. `None` where it is of another type.
trait Member: Sized {
    fn read(cell: Cell<'_>) -> Option<Self>;
}

impl Member for Option<i64> {
    fn read(cell: Cell<'_>) -> Option<Self> {
        cell.i64().ok().map(Some)
    }
}

impl Member for Option<String> {
    fn read(cell: Cell<'_>) -> Option<Self> {
        cell.text().ok().map(|text| Some(text.into_owned()))
    }
}

impl Member for Option<RawJson> {
    fn read(cell: Cell<'_>) -> Option<Self> {
        RawJson::of(cell).map(Some)
    }
}

impl Member for bool {
    // A flag of another type than boolean is no reason to take an answer for complete.
    fn read(cell: Cell<'_>) -> Option<Self> {
        Some(cell.bool().unwrap_or(true))
    }
}

impl Member for Vec<String> {
    fn read(cell: Cell<'_>) -> Option<Self> {
        cell.elements().ok()?.map(|element| Some(element.text().ok()?.into_owned())).collect()
    }
}

impl Member for Vec<i32> {
    fn read(cell: Cell<'_>) -> Option<Self> {
        cell.elements().ok()?.map(|element| element.i32().ok()).collect()
    }
}

impl RawJson {
    fn of(cell: Cell<'_>) -> Option<RawJson> {
        std::str::from_utf8(cell.raw()).ok().map(|text| RawJson(text.to_owned()))
    }

    /// Whether it is an empty list or object.
    pub(super) fn is_empty(&self) -> bool {
        matches!(self.0.as_str(), "[]" | "{}")
    }
}

macro_rules! statistics {
    ($($(#[$doc:meta])* $field:ident: $ty:ty = $member:literal;)+) => {
        /// What a broker says of an answer. Times and sizes have their units in their names.
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Statistics {
            $($(#[$doc])* pub $field: $ty,)+
            /// What is not known here, by its name.
            pub other: BTreeMap<String, RawJson>,
        }

        impl Statistics {
            /// The names of all members that have a field.
            pub const MEMBERS: &'static [&'static str] = &[$($member),+];

            /// Takes a member; NULL is as good as absent. `false` where it is no text of UTF-8.
            pub(super) fn take(&mut self, name: &str, cell: Cell<'_>) -> bool {
                if cell.is_null() {
                    return true;
                }
                let known = match name {
                    $($member => Member::read(cell).map(|value| self.$field = value),)+
                    _ => None,
                };
                if known.is_some() {
                    return true;
                }
                let raw = RawJson::of(cell);
                raw.map(|raw| self.other.insert(name.to_owned(), raw)).is_some()
            }
        }
    };
}

statistics! {
    /// Rows of the whole result.
    num_rows_result_set: Option<i64> = "numRowsResultSet";
    /// Whether the broker calls the answer partial.
    partial_result: bool = "partialResult";
    /// Groups were dropped because there were too many.
    num_groups_limit_reached: bool = "numGroupsLimitReached";
    /// There were so many groups that the limit is near; none was dropped for it.
    num_groups_warning_limit_reached: bool = "numGroupsWarningLimitReached";
    /// Groups were trimmed before they were whole, for ORDER BY and LIMIT: their values may be too low.
    groups_trimmed: bool = "groupsTrimmed";
    /// Groups that there were (multi-stage engine).
    num_groups: Option<i64> = "numGroups";
    /// A join stopped at its limit (multi-stage engine).
    max_rows_in_join_reached: bool = "maxRowsInJoinReached";
    /// Rows in the largest join (multi-stage engine).
    max_rows_in_join: Option<i64> = "maxRowsInJoin";
    /// A window stopped at its limit (multi-stage engine).
    max_rows_in_window_reached: bool = "maxRowsInWindowReached";
    /// Rows in the largest window (multi-stage engine).
    max_rows_in_window: Option<i64> = "maxRowsInWindow";
    /// Rows in the largest operator (multi-stage engine).
    max_rows_in_operator: Option<i64> = "maxRowsInOperator";
    /// A DISTINCT stopped at its number of rows (1.6).
    max_rows_in_distinct_reached: bool = "maxRowsInDistinctReached";
    /// A DISTINCT stopped after rows that brought nothing (1.6).
    max_rows_without_change_in_distinct_reached: bool = "maxRowsWithoutChangeInDistinctReached";
    /// A DISTINCT stopped at its time (1.6).
    max_execution_time_in_distinct_reached: bool = "maxExecutionTimeInDistinctReached";
    /// Why the engine stopped early (1.6).
    early_termination_reasons: Option<RawJson> = "earlyTerminationReasons";
    /// Whether the result is an approximation (1.6).
    approximated_result: bool = "approximatedResult";
    /// Time at the broker, in milliseconds.
    time_used_ms: Option<i64> = "timeUsedMs";
    /// The broker's own id of the request.
    request_id: Option<String> = "requestId";
    /// The id that the client gave.
    client_request_id: Option<String> = "clientRequestId";
    /// The broker.
    broker_id: Option<String> = "brokerId";
    /// Rows that went through an operator.
    num_docs_scanned: Option<i64> = "numDocsScanned";
    /// Rows of the tables.
    total_docs: Option<i64> = "totalDocs";
    /// Values that the filter looked at.
    num_entries_scanned_in_filter: Option<i64> = "numEntriesScannedInFilter";
    /// Values that were looked at after the filter.
    num_entries_scanned_post_filter: Option<i64> = "numEntriesScannedPostFilter";
    /// Servers asked.
    num_servers_queried: Option<i64> = "numServersQueried";
    /// Servers that answered.
    num_servers_responded: Option<i64> = "numServersResponded";
    /// Segments asked for.
    num_segments_queried: Option<i64> = "numSegmentsQueried";
    /// Segments worked on.
    num_segments_processed: Option<i64> = "numSegmentsProcessed";
    /// Segments with a row that counted.
    num_segments_matched: Option<i64> = "numSegmentsMatched";
    /// Segments asked for that still take rows.
    num_consuming_segments_queried: Option<i64> = "numConsumingSegmentsQueried";
    /// Segments worked on that still take rows.
    num_consuming_segments_processed: Option<i64> = "numConsumingSegmentsProcessed";
    /// Segments that still take rows, with a row that counted.
    num_consuming_segments_matched: Option<i64> = "numConsumingSegmentsMatched";
    /// How fresh the segments are that still take rows, in milliseconds since 1970.
    min_consuming_freshness_time_ms: Option<i64> = "minConsumingFreshnessTimeMs";
    /// Segments that the broker left out.
    num_segments_pruned_by_broker: Option<i64> = "numSegmentsPrunedByBroker";
    /// Segments that the servers left out.
    num_segments_pruned_by_server: Option<i64> = "numSegmentsPrunedByServer";
    /// Segments left out because they do not have the columns.
    num_segments_pruned_invalid: Option<i64> = "numSegmentsPrunedInvalid";
    /// Segments left out because there were rows enough.
    num_segments_pruned_by_limit: Option<i64> = "numSegmentsPrunedByLimit";
    /// Segments left out by their least and greatest values.
    num_segments_pruned_by_value: Option<i64> = "numSegmentsPrunedByValue";
    /// Time in which the broker put the servers' answers together, in milliseconds.
    broker_reduce_time_ms: Option<i64> = "brokerReduceTimeMs";
    /// CPU time of query threads on OFFLINE tables, in nanoseconds.
    offline_thread_cpu_time_ns: Option<i64> = "offlineThreadCpuTimeNs";
    /// The same on REALTIME tables.
    realtime_thread_cpu_time_ns: Option<i64> = "realtimeThreadCpuTimeNs";
    /// CPU time of the system for OFFLINE tables, in nanoseconds.
    offline_system_activities_cpu_time_ns: Option<i64> = "offlineSystemActivitiesCpuTimeNs";
    /// The same for REALTIME tables.
    realtime_system_activities_cpu_time_ns: Option<i64> = "realtimeSystemActivitiesCpuTimeNs";
    /// CPU time for writing OFFLINE tables' answers, in nanoseconds.
    offline_response_serialization_cpu_time_ns: Option<i64> = "offlineResponseSerializationCpuTimeNs";
    /// The same for REALTIME tables.
    realtime_response_serialization_cpu_time_ns: Option<i64> = "realtimeResponseSerializationCpuTimeNs";
    /// All CPU time on OFFLINE tables, in nanoseconds.
    offline_total_cpu_time_ns: Option<i64> = "offlineTotalCpuTimeNs";
    /// The same on REALTIME tables.
    realtime_total_cpu_time_ns: Option<i64> = "realtimeTotalCpuTimeNs";
    /// Memory taken by query threads on OFFLINE tables.
    offline_thread_mem_allocated_bytes: Option<i64> = "offlineThreadMemAllocatedBytes";
    /// The same on REALTIME tables.
    realtime_thread_mem_allocated_bytes: Option<i64> = "realtimeThreadMemAllocatedBytes";
    /// Memory taken for writing OFFLINE tables' answers.
    offline_response_ser_mem_allocated_bytes: Option<i64> = "offlineResponseSerMemAllocatedBytes";
    /// The same for REALTIME tables.
    realtime_response_ser_mem_allocated_bytes: Option<i64> = "realtimeResponseSerMemAllocatedBytes";
    /// All memory taken on OFFLINE tables.
    offline_total_mem_allocated_bytes: Option<i64> = "offlineTotalMemAllocatedBytes";
    /// The same on REALTIME tables.
    realtime_total_mem_allocated_bytes: Option<i64> = "realtimeTotalMemAllocatedBytes";
    /// Of an EXPLAIN: segments whose filter takes no row.
    explain_plan_num_empty_filter_segments: Option<i64> = "explainPlanNumEmptyFilterSegments";
    /// Of an EXPLAIN: segments whose filter takes all rows.
    explain_plan_num_match_all_filter_segments: Option<i64> = "explainPlanNumMatchAllFilterSegments";
    /// The trace, where one was asked for: by server, each a JSON text.
    trace_info: Option<RawJson> = "traceInfo";
    /// What each stage did (multi-stage engine): a tree of operators.
    stage_stats: Option<RawJson> = "stageStats";
    /// What each server did (1.6).
    server_stats: Option<RawJson> = "serverStats";
    /// How much of the stream the statistics cover (1.6).
    stream_stats_coverage: Option<RawJson> = "streamStatsCoverage";
    /// What else the broker says (1.6).
    response_metadata: Option<RawJson> = "responseMetadata";
    /// The materialised view that answered (1.6).
    materialized_view_queried: Option<RawJson> = "materializedViewQueried";
    /// The tables.
    tables_queried: Vec<String> = "tablesQueried";
    /// The server pools that answered; -1 is a server of none.
    pools: Vec<i32> = "pools";
    /// Whether filters of row-level security were added.
    rls_filters_applied: bool = "rlsFiltersApplied";
    /// Of a page: the row of the result that it begins with.
    offset: Option<i64> = "offset";
    /// Of a page: its rows.
    num_rows: Option<i64> = "numRows";
    /// Of a cursor: time in which the result was stored, in milliseconds.
    cursor_result_write_time_ms: Option<i64> = "cursorResultWriteTimeMs";
    /// Of a page: time in which it was read, in milliseconds.
    cursor_fetch_time_ms: Option<i64> = "cursorFetchTimeMs";
    /// Of a cursor: when the query came, in milliseconds since 1970.
    submission_time_ms: Option<i64> = "submissionTimeMs";
    /// Of a cursor: when the stored result goes, in milliseconds since 1970.
    expiration_time_ms: Option<i64> = "expirationTimeMs";
    /// Of a cursor: the host of the broker that has the result.
    broker_host: Option<String> = "brokerHost";
    /// Of a cursor: the port of that broker.
    broker_port: Option<i64> = "brokerPort";
    /// Of a cursor: bytes of the stored result.
    bytes_written: Option<i64> = "bytesWritten";
}
