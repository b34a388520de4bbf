//! Bodies of queries, and messages of the HTTP layer.

use std::num::{NonZeroU32, NonZeroU64};

use querent_protocol::pinot::options::{InPredicateLookup, Overflow, QueryOptions, RESERVED};
use querent_protocol::pinot::request::{self, Engine, QueryRequest, http_error_message};
use querent_protocol::pinot::settings::{Setting, names, settings};
use serde_json::{Value, json};

fn body(request: &QueryRequest<'_>) -> Value {
    serde_json::from_slice(&request.to_json().unwrap()).unwrap()
}

#[test]
fn what_changes_meaning_is_always_sent() {
    let sql = "SELECT 'é\"\\\n😀' FROM t";
    let plain = QueryRequest { sql, ..QueryRequest::default() };
    assert_eq!(
        body(&plain),
        json!({"sql": sql, "queryOptions": "useMultistageEngine=false;enableNullHandling=false;autoRewriteAggregationType=false"})
    );
    let full = QueryRequest {
        sql,
        engine: Engine::MultiStage,
        null_handling: true,
        timeout_ms: NonZeroU64::new(1_500),
        client_query_id: Some("q-1"),
        trace: true,
        options: QueryOptions::new().max_rows_in_join(10).join_overflow_mode(Overflow::Throw),
    };
    let options = "useMultistageEngine=true;enableNullHandling=true;autoRewriteAggregationType=false;timeoutMs=1500;clientQueryId=q-1;maxRowsInJoin=10;joinOverflowMode=THROW";
    assert_eq!(body(&full), json!({"sql": sql, "queryOptions": options, "trace": true}));
}

/// The 83 keys of 1.5.1, from its class `QueryOptionKey`, two that are read elsewhere, and the 21 that 1.6 adds.
const DOCUMENTED: &str = "timeoutMs extraPassiveTimeoutMs skipUpsert skipUpsertView upsertViewFreshnessMs useStarTree \
    scanStarTreeNodes routingOptions sampler useScanReorderOpt maxExecutionThreads collectGCStats queryHash \
    minSegmentGroupTrimSize minServerGroupTrimSize minBrokerGroupTrimSize mseMinGroupTrimSize \
    sortAggregateLimitThreshold sortAggregateSingleThreadedNumSegmentsThreshold accurateGroupByWithoutOrderBy \
    numThreadsExtractFinalResult chunkSizeExtractFinalResult numReplicaGroupsToQuery orderedPreferredPools \
    useFixedReplica explainPlanVerbose useMultistageEngine inferPartitionHint enableNullHandling applicationName \
    useSpools usePhysicalOptimizer explainAskingServers serverReturnFinalResult \
    serverReturnFinalResultKeyUnpartitioned AndScanReordering skipIndexes traceRuleProductions skipPlannerRules \
    usePlannerRules allowReverseOrder multiStageLeafLimit errorOnNumGroupsLimit numGroupsLimit numGroupsWarningLimit \
    maxInitialResultHolderCapacity minInitialIndexedTableCapacity mseMaxInitialResultHolderCapacity \
    groupTrimThreshold stageParallelism inPredicatePreSorted inPredicateLookupAlgorithm regexDictSizeThreshold \
    dropResults excludeVirtualColumns maxStreamingPendingBlocks maxRowsInJoin joinOverflowMode maxRowsInWindow \
    windowOverflowMode maxServerResponseSizeBytes maxQueryResponseSizeBytes skipUnavailableServers \
    ignoreMissingSegments isSecondaryWorkload filteredAggregationsSkipEmptyGroups \
    optimizeMaxInitialResultHolderCapacity getCursor cursorNumRows clientQueryId useMSEToFillEmptyResponseSchema \
    inferInvalidSegmentPartition inferRealtimeSegmentPartition useLiteMode liteModeLeafStageLimit \
    liteModeLeafStageFanOutAdjustedLimit useBrokerPruning runInBroker useLeafServerForIntermediateStage workloadName \
    autoRewriteAggregationType enableMultiClusterRouting sortExchangeCopyThreshold database trace \
    materializedViewRewrite enableMaterializedViewRewrite skipUpsertDelete useIndexBasedDistinctOperator \
    invertedIndexDistinctCostRatio jsonIndexDistinctSkipMissingPath streamingGroupByFlushThreshold \
    unnestColumnPruning streamStats inPredicatePruningThreshold maxExecutionTimeMsInDistinct maxRowsInDistinct \
    maxRowsWithoutChangeInDistinct liteModeImplicitLeafStageLimit vectorNprobe vectorExactRerank vectorMaxCandidates \
    vectorDistanceThreshold vectorEfSearch vectorUseRelativeDistance vectorUseBoundedQueue";

#[test]
fn every_documented_option_has_a_method_or_a_reason() {
    let mut here: Vec<&str> = QueryOptions::KEYS.to_vec();
    here.extend(RESERVED.iter().map(|(key, _)| *key));
    here.sort_unstable();
    let mut documented: Vec<&str> = DOCUMENTED.split_whitespace().collect();
    documented.sort_unstable();
    assert_eq!(documented.len(), 83 + 2 + 21);
    assert_eq!(here, documented);
}

#[test]
fn options_are_written_as_the_server_reads_them() {
    let options = QueryOptions::new()
        .skip_upsert(true)
        .ordered_preferred_pools([2, 0])
        .skip_planner_rules(&["A", "B"])
        .in_predicate_lookup_algorithm(InPredicateLookup::PlainBinarySearch)
        .min_server_group_trim_size(-1)
        .vector_distance_threshold(0.5)
        .other("laterOption", 7)
        .other("SKIPUPSERT", false);
    let pairs: Vec<String> = options.iter().map(|(key, value)| format!("{key}={value}")).collect();
    assert_eq!(
        pairs.join(";"),
        "skipUpsert=false;orderedPreferredPools=2|0;skipPlannerRules=A,B;inPredicateLookupAlgorithm=PLAIN_BINARY_SEARCH;\
         minServerGroupTrimSize=-1;vectorDistanceThreshold=0.5;laterOption=7"
    );
    let over = QueryOptions::new().other("laterOption", 8).use_star_tree(false);
    let merged = options.merged(&over);
    assert_eq!(merged.iter().skip(6).collect::<Vec<_>>(), [("laterOption", "8"), ("useStarTree", "false")]);
    // What the list of options cannot hold.
    let options = QueryOptions::new().skip_indexes("it's=inverted,range&b=json").application_name(" a;b ");
    let request = QueryRequest { sql: "SELECT 1", options, ..QueryRequest::default() };
    assert_eq!(
        body(&request)["sql"],
        "SET skipIndexes = 'it''s=inverted,range&b=json'; SET applicationName = ' a;b '; SELECT 1"
    );
}

#[test]
fn options_that_are_not_set_this_way() {
    for (key, value) in [("a b", "1"), ("", "1"), ("a", ""), ("a", "  "), ("a=b", "1"), ("a;b", "1")]
        .into_iter()
        .chain(RESERVED.iter().map(|(key, _)| (*key, "1")))
        .chain([("ENABLENULLHANDLING", "true")])
    {
        let options = QueryOptions::new().other(key, value);
        let request = QueryRequest { sql: "SELECT 1", options, ..QueryRequest::default() };
        let error = request.to_json().unwrap_err().to_string();
        assert!(error.starts_with(&format!("query option `{key}`: ")), "{error}");
    }
}

#[test]
fn a_text_cannot_say_otherwise_than_its_source() {
    let outcome = |sql: &str| {
        let request =
            QueryRequest { sql, engine: Engine::MultiStage, null_handling: true, ..QueryRequest::default() };
        request.to_json().map(drop).map_err(|e| e.to_string())
    };
    for sql in [
        "SET useMultistageEngine=true; SET \"enableNullHandling\" = 'TRUE'; SELECT 1",
        "SET maxRowsInJoin=5; SELECT 1 OPTION(timeoutMs=5)",
        "SELECT 'SET useMultistageEngine=false;', \"SET\" /* SET useMultistageEngine=false; */ FROM t",
        "SELECT 1 -- ; SET useMultistageEngine=false",
        "SELECT 'option(useMultistageEngine=false)'",
        "SELECT 'it''s; SET useMultistageEngine=false;'",
    ] {
        assert_eq!(outcome(sql), Ok(()), "{sql}");
    }
    for (sql, key) in [
        ("SET useMultistageEngine=false; SELECT 1", "useMultistageEngine"),
        ("SELECT 1; set  USEMULTISTAGEENGINE = 'false'", "USEMULTISTAGEENGINE"),
        ("-- x\nSET/**/\"enableNullHandling\"/**/=/**/false;SELECT 1", "enableNullHandling"),
        ("// x\nSET getCursor=true; SELECT 1", "getCursor"),
        ("SELECT 1 OPTION(useMultistageEngine=false)", "useMultistageEngine"),
        ("SELECT 1 -- option ( a=b, enableNullHandling = false ) ; \n", "enableNullHandling"),
        ("SELECT 1 option(enableNullHandling=false) option(a=b)", "enableNullHandling"),
        ("SELECT 1 option(option(enableNullHandling=false)", "option(enableNullHandling"),
        ("SET useMSEToFillEmptyResponseSchema=true; SELECT 1", "useMSEToFillEmptyResponseSchema"),
        ("SET timeoutMs=0; SELECT 1", "timeoutMs"),
        ("SET timeoutMs='x'; SELECT 1", "timeoutMs"),
        ("SET database=other; SELECT 1", "database"),
        ("SET autoRewriteAggregationType=true; SELECT 1", "autoRewriteAggregationType"),
    ] {
        match outcome(sql) {
            // An unknown key, as the server's pattern has it.
            Ok(()) => assert!(key.starts_with("option("), "{sql} was taken"),
            Err(error) => assert!(error.starts_with(&format!("query option `{key}`: ")), "{sql}: {error}"),
        }
    }
}

#[test]
fn options_in_a_text_are_found() {
    let setting = |key: &str, value: &str| Setting { key: key.to_owned(), value: value.to_owned() };
    assert_eq!(
        settings("SET a = 1; SET \"b\"='it''s'; SELECT 'x' FROM t; SET c=-5 Option(d=e,f = g );"),
        [setting("d", "e"), setting("f", "g"), setting("a", "1"), setting("b", "it's"), setting("c", "-5")]
    );
    assert_eq!(settings("SET"), []);
    assert_eq!(settings("SELECT 'never ended; SET a=1"), []);
    assert_eq!(settings("/* never ended; SET a=1;"), []);
    assert_eq!(settings("SELECT 1 option()"), []);
    assert_eq!(
        names("SELECT \"A b\", 'no' FROM t1 -- no\nJOIN db.t2").collect::<Vec<_>>(),
        ["SELECT", "A b", ",", "FROM", "t1", "JOIN", "db", ".", "t2"]
    );
}

#[test]
fn paths() {
    let page = NonZeroU32::new(5).unwrap();
    assert_eq!(request::cursor_path(page), "/query/sql?getCursor=true&numRows=5");
    assert_eq!(request::page_path("12/3", 10, page), "/responseStore/12%2F3/results?offset=10&numRows=5");
    assert_eq!(request::stored_path("123"), "/responseStore/123");
    assert_eq!(request::stop_path("12/3", 3), "/query/12%2F3?client=false&timeoutMs=3");
    assert_eq!(request::cancel_path("a b?é", 3), "/query/a%20b%3F%C3%A9?client=true&timeoutMs=3");
}

#[test]
fn engines_by_name() {
    for engine in [Engine::SingleStage, Engine::MultiStage] {
        assert_eq!(Engine::from_name(engine.name()), Some(engine));
    }
    assert_eq!(Engine::from_name("v1"), None);
    assert_eq!((Engine::SingleStage.dialect(), Engine::MultiStage.dialect()), ("pinot-sse", "pinot-mse"));
}

#[test]
fn messages_of_the_http_layer() {
    let message = |body: &[u8]| http_error_message(body);
    assert_eq!(message(br#"{"code":401,"error":"HTTP 401 Unauthorized"}"#).unwrap(), "HTTP 401 Unauthorized");
    assert_eq!(
        message(b"Payload is missing the query string field 'sql'\n").unwrap(),
        "Payload is missing the query string field 'sql'"
    );
    assert_eq!(message(b""), None);
    assert_eq!(message(b"[1]"), None);
    assert_eq!(message(b"{\"exceptions\":[]}"), None);
    assert_eq!(message(b"\xff"), None);
    assert_eq!(message(b" \n<html><body>502 Bad Gateway</body></html>"), None);
    assert_eq!(message("é\u{1b}[2J".repeat(2_000).as_bytes()).unwrap().chars().count(), 1_000);
}
