//! The options that a text sets by `SET key = value;` and `OPTION(key=value)`.
//!
//! The SQL wins over what a driver sends, and a key that is not known is left out without a word (1.5.1).

use crate::ast::Span;
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::Setting;
use crate::suggest::nearest;

/// The keys of 1.5.1, and of 1.6 those that it adds; they are read without regard to case.
const KEYS: &[&str] = &[
    "timeoutMs",
    "extraPassiveTimeoutMs",
    "skipUpsert",
    "skipUpsertView",
    "upsertViewFreshnessMs",
    "useStarTree",
    "scanStarTreeNodes",
    "routingOptions",
    "sampler",
    "useScanReorderOpt",
    "maxExecutionThreads",
    "collectGCStats",
    "queryHash",
    "minSegmentGroupTrimSize",
    "minServerGroupTrimSize",
    "minBrokerGroupTrimSize",
    "mseMinGroupTrimSize",
    "sortAggregateLimitThreshold",
    "sortAggregateSingleThreadedNumSegmentsThreshold",
    "accurateGroupByWithoutOrderBy",
    "numThreadsExtractFinalResult",
    "chunkSizeExtractFinalResult",
    "numReplicaGroupsToQuery",
    "orderedPreferredPools",
    "useFixedReplica",
    "explainPlanVerbose",
    "inferPartitionHint",
    "applicationName",
    "useSpools",
    "usePhysicalOptimizer",
    "explainAskingServers",
    "serverReturnFinalResult",
    "serverReturnFinalResultKeyUnpartitioned",
    "AndScanReordering",
    "skipIndexes",
    "traceRuleProductions",
    "skipPlannerRules",
    "usePlannerRules",
    "allowReverseOrder",
    "multiStageLeafLimit",
    "errorOnNumGroupsLimit",
    "numGroupsLimit",
    "numGroupsWarningLimit",
    "maxInitialResultHolderCapacity",
    "minInitialIndexedTableCapacity",
    "mseMaxInitialResultHolderCapacity",
    "groupTrimThreshold",
    "stageParallelism",
    "inPredicatePreSorted",
    "inPredicateLookupAlgorithm",
    "regexDictSizeThreshold",
    "dropResults",
    "excludeVirtualColumns",
    "maxStreamingPendingBlocks",
    "maxRowsInJoin",
    "joinOverflowMode",
    "maxRowsInWindow",
    "windowOverflowMode",
    "maxServerResponseSizeBytes",
    "maxQueryResponseSizeBytes",
    "skipUnavailableServers",
    "ignoreMissingSegments",
    "isSecondaryWorkload",
    "filteredAggregationsSkipEmptyGroups",
    "optimizeMaxInitialResultHolderCapacity",
    "getCursor",
    "cursorNumRows",
    "clientQueryId",
    "inferInvalidSegmentPartition",
    "inferRealtimeSegmentPartition",
    "useLiteMode",
    "liteModeLeafStageLimit",
    "liteModeLeafStageFanOutAdjustedLimit",
    "useBrokerPruning",
    "runInBroker",
    "useLeafServerForIntermediateStage",
    "workloadName",
    "enableMultiClusterRouting",
    "sortExchangeCopyThreshold",
    "database",
    "trace",
    "materializedViewRewrite",
    "enableMaterializedViewRewrite",
    "skipUpsertDelete",
    "useIndexBasedDistinctOperator",
    "invertedIndexDistinctCostRatio",
    "jsonIndexDistinctSkipMissingPath",
    "streamingGroupByFlushThreshold",
    "unnestColumnPruning",
    "streamStats",
    "inPredicatePruningThreshold",
    "maxExecutionTimeMsInDistinct",
    "maxRowsInDistinct",
    "maxRowsWithoutChangeInDistinct",
    "liteModeImplicitLeafStageLimit",
    "vectorNprobe",
    "vectorExactRerank",
    "vectorMaxCandidates",
    "vectorDistanceThreshold",
    "vectorEfSearch",
    "vectorUseRelativeDistance",
    "vectorUseBoundedQueue",
];

/// Keys that change types or meaning, and what of the source says it.
const OF_SOURCE: &[(&str, &str)] = &[
    ("useMultistageEngine", "`engine`"),
    ("enableNullHandling", "`null_handling`"),
    // It takes `sumLong` for `sum` and the like, which give other types (single-stage).
    ("autoRewriteAggregationType", "the name of the function that is meant"),
    // It types what no segment answered as the other engine would.
    ("useMSEToFillEmptyResponseSchema", "`engine`"),
];

/// What is wrong with the settings of a text.
pub(super) fn check(settings: &[Setting]) -> Vec<Diagnostic> {
    settings.iter().filter_map(one).collect()
}

/// Whether one of these keys is set.
pub(super) fn sets(settings: &[Setting], keys: &[&str]) -> bool {
    settings.iter().any(|setting| keys.iter().any(|key| key.eq_ignore_ascii_case(&setting.key)))
}

fn one(setting: &Setting) -> Option<Diagnostic> {
    let Setting { key, value, span, .. } = setting;
    let is = |known: &str| known.eq_ignore_ascii_case(key);
    if let Some((_, option)) = OF_SOURCE.iter().find(|(own, _)| is(own)) {
        let message = format!("`{key}` belongs to the source: it decides what the checked types are");
        let help = match option.strip_prefix('`') {
            Some(_) => format!(
                "fix this by {option} in querent.toml, and by a source of its own where both are wanted"
            ),
            None => format!("fix this by {option}"),
        };
        return Some(Diagnostic::error(Code::SourceOption, *span, message).help(help));
    }
    if is("timeoutMs") && !value.parse::<u64>().is_ok_and(|limit| limit > 0) {
        return Some(refused(*span, "a timeout is a number of milliseconds above 0"));
    }
    if KEYS.iter().any(|known| is(known)) {
        return None;
    }
    let message = format!("the server has no option `{key}`, and leaves it out without a word");
    let mut found = Diagnostic::warning(Code::UnknownOption, *span, message);
    found.help = nearest(key, KEYS.iter().copied()).first().map(|near| format!("did you mean `{near}`?"));
    Some(found)
}

fn refused(span: Span, message: &str) -> Diagnostic {
    Diagnostic::error(Code::InvalidLiteral, span, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn said(key: &str, value: &str, expected: Option<&str>) {
        let setting =
            Setting { key: key.to_owned(), value: value.to_owned(), span: Span::default(), param: None };
        assert_eq!(check(&[setting]).first().map(|found| found.code.as_str()), expected, "{key}={value}");
    }

    #[test]
    fn keys_are_told_without_regard_to_case() {
        said("TIMEOUTMS", "5", None);
        said("timeoutMs", "0", Some("invalid-literal"));
        said("timeoutMs", "soon", Some("invalid-literal"));
        said("enablenullhandling", "true", Some("source-option"));
        said("autoRewriteAggregationType", "true", Some("source-option"));
        said("maxRowsInJion", "5", Some("unknown-option"));
    }

    #[test]
    fn keys_stand_there_once() {
        let mut keys: Vec<String> = KEYS.iter().map(|key| key.to_lowercase()).collect();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), KEYS.len());
    }
}
