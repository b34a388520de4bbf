//! The protocol's own numbers: operations, statuses, features and versions.
//!
//! Type codes of values are in [`value::code`](super::value::code).

use std::fmt;

macro_rules! ops {
    ($($name:ident = $code:literal $words:literal,)+) => {
        /// An operation, by its number.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Op {
            $(#[doc = concat!("`", $words, "`, ", stringify!($code), ".")] $name,)+
        }

        impl Op {
            /// Every operation, by number.
            pub const ALL: &'static [Op] = &[$(Op::$name,)+];

            /// Its number.
            pub const fn code(self) -> i16 {
                match self { $(Op::$name => $code,)+ }
            }

            /// The operation of a number; `None` where it is not known.
            pub const fn from_code(code: i16) -> Option<Op> {
                match code { $($code => Some(Op::$name),)+ _ => None }
            }

            /// Its name in the protocol's own words.
            pub const fn name(self) -> &'static str {
                match self { $(Op::$name => $words,)+ }
            }
        }
    };
}

ops! {
    ResourceClose = 0 "RESOURCE_CLOSE",
    Heartbeat = 1 "HEARTBEAT",
    GetIdleTimeout = 2 "GET_IDLE_TIMEOUT",
    CacheGet = 1000 "CACHE_GET",
    CachePut = 1001 "CACHE_PUT",
    CachePutIfAbsent = 1002 "CACHE_PUT_IF_ABSENT",
    CacheGetAll = 1003 "CACHE_GET_ALL",
    CachePutAll = 1004 "CACHE_PUT_ALL",
    CacheGetAndPut = 1005 "CACHE_GET_AND_PUT",
    CacheGetAndReplace = 1006 "CACHE_GET_AND_REPLACE",
    CacheGetAndRemove = 1007 "CACHE_GET_AND_REMOVE",
    CacheGetAndPutIfAbsent = 1008 "CACHE_GET_AND_PUT_IF_ABSENT",
    CacheReplace = 1009 "CACHE_REPLACE",
    CacheReplaceIfEquals = 1010 "CACHE_REPLACE_IF_EQUALS",
    CacheContainsKey = 1011 "CACHE_CONTAINS_KEY",
    CacheContainsKeys = 1012 "CACHE_CONTAINS_KEYS",
    CacheClear = 1013 "CACHE_CLEAR",
    CacheClearKey = 1014 "CACHE_CLEAR_KEY",
    CacheClearKeys = 1015 "CACHE_CLEAR_KEYS",
    CacheRemoveKey = 1016 "CACHE_REMOVE_KEY",
    CacheRemoveIfEquals = 1017 "CACHE_REMOVE_IF_EQUALS",
    CacheRemoveKeys = 1018 "CACHE_REMOVE_KEYS",
    CacheRemoveAll = 1019 "CACHE_REMOVE_ALL",
    CacheGetSize = 1020 "CACHE_GET_SIZE",
    CacheLocalPeek = 1021 "CACHE_LOCAL_PEEK",
    CachePutAllConflict = 1022 "CACHE_PUT_ALL_CONFLICT",
    CacheRemoveAllConflict = 1023 "CACHE_REMOVE_ALL_CONFLICT",
    CacheInvoke = 1024 "CACHE_INVOKE",
    CacheInvokeAll = 1025 "CACHE_INVOKE_ALL",
    CacheGetNames = 1050 "CACHE_GET_NAMES",
    CacheCreateWithName = 1051 "CACHE_CREATE_WITH_NAME",
    CacheGetOrCreateWithName = 1052 "CACHE_GET_OR_CREATE_WITH_NAME",
    CacheCreateWithConfiguration = 1053 "CACHE_CREATE_WITH_CONFIGURATION",
    CacheGetOrCreateWithConfiguration = 1054 "CACHE_GET_OR_CREATE_WITH_CONFIGURATION",
    CacheGetConfiguration = 1055 "CACHE_GET_CONFIGURATION",
    CacheDestroy = 1056 "CACHE_DESTROY",
    CacheNodePartitions = 1100 "CACHE_NODE_PARTITIONS",
    CachePartitions = 1101 "CACHE_PARTITIONS",
    QueryScan = 2000 "QUERY_SCAN",
    QueryScanPage = 2001 "QUERY_SCAN_CURSOR_GET_PAGE",
    QuerySql = 2002 "QUERY_SQL",
    QuerySqlPage = 2003 "QUERY_SQL_CURSOR_GET_PAGE",
    QuerySqlFields = 2004 "QUERY_SQL_FIELDS",
    QuerySqlFieldsPage = 2005 "QUERY_SQL_FIELDS_CURSOR_GET_PAGE",
    QueryContinuous = 2006 "QUERY_CONTINUOUS",
    QueryContinuousEvent = 2007 "QUERY_CONTINUOUS_EVENT_NOTIFICATION",
    QueryIndex = 2008 "QUERY_INDEX",
    QueryIndexPage = 2009 "QUERY_INDEX_CURSOR_GET_PAGE",
    BinaryTypeNameGet = 3000 "BINARY_TYPE_NAME_GET",
    BinaryTypeNamePut = 3001 "BINARY_TYPE_NAME_PUT",
    BinaryTypeGet = 3002 "BINARY_TYPE_GET",
    BinaryTypePut = 3003 "BINARY_TYPE_PUT",
    BinaryConfigurationGet = 3004 "BINARY_CONFIGURATION_GET",
    TxStart = 4000 "TX_START",
    TxEnd = 4001 "TX_END",
    ClusterGetState = 5000 "CLUSTER_GET_STATE",
    ClusterChangeState = 5001 "CLUSTER_CHANGE_STATE",
    ClusterChangeWalState = 5002 "CLUSTER_CHANGE_WAL_STATE",
    ClusterGetWalState = 5003 "CLUSTER_GET_WAL_STATE",
    ClusterGroupNodeIds = 5100 "CLUSTER_GROUP_GET_NODE_IDS",
    ClusterGroupNodeInfo = 5101 "CLUSTER_GROUP_GET_NODE_INFO",
    ClusterGroupNodeEndpoints = 5102 "CLUSTER_GROUP_GET_NODE_ENDPOINTS",
    ClusterDataCenterNodes = 5103 "CLUSTER_GET_DC_NODES",
    ComputeTaskExecute = 6000 "COMPUTE_TASK_EXECUTE",
    ComputeTaskFinished = 6001 "COMPUTE_TASK_FINISHED",
    ServiceInvoke = 7000 "SERVICE_INVOKE",
    ServiceDescriptors = 7001 "SERVICE_GET_DESCRIPTORS",
    ServiceDescriptor = 7002 "SERVICE_GET_DESCRIPTOR",
    ServiceTopology = 7003 "SERVICE_GET_TOPOLOGY",
    StreamerStart = 8000 "DATA_STREAMER_START",
    StreamerAdd = 8001 "DATA_STREAMER_ADD_DATA",
    AtomicLongCreate = 9000 "ATOMIC_LONG_CREATE",
    AtomicLongRemove = 9001 "ATOMIC_LONG_REMOVE",
    AtomicLongExists = 9002 "ATOMIC_LONG_EXISTS",
    AtomicLongGet = 9003 "ATOMIC_LONG_VALUE_GET",
    AtomicLongAddAndGet = 9004 "ATOMIC_LONG_VALUE_ADD_AND_GET",
    AtomicLongGetAndSet = 9005 "ATOMIC_LONG_VALUE_GET_AND_SET",
    AtomicLongCas = 9006 "ATOMIC_LONG_VALUE_COMPARE_AND_SET",
    AtomicLongCasAndGet = 9007 "ATOMIC_LONG_VALUE_COMPARE_AND_SET_AND_GET",
    SetGetOrCreate = 9010 "SET_GET_OR_CREATE",
    SetClose = 9011 "SET_CLOSE",
    SetExists = 9012 "SET_EXISTS",
    SetAdd = 9013 "SET_VALUE_ADD",
    SetAddAll = 9014 "SET_VALUE_ADD_ALL",
    SetRemove = 9015 "SET_VALUE_REMOVE",
    SetRemoveAll = 9016 "SET_VALUE_REMOVE_ALL",
    SetContains = 9017 "SET_VALUE_CONTAINS",
    SetContainsAll = 9018 "SET_VALUE_CONTAINS_ALL",
    SetRetainAll = 9019 "SET_VALUE_RETAIN_ALL",
    SetSize = 9020 "SET_SIZE",
    SetClear = 9021 "SET_CLEAR",
    SetIteratorStart = 9022 "SET_ITERATOR_START",
    SetIteratorPage = 9023 "SET_ITERATOR_GET_PAGE",
    StopWarmup = 10000 "STOP_WARMUP",
}

impl Op {
    /// The feature without which a server does not know the operation.
    pub const fn feature(self) -> Option<Feature> {
        Some(match self {
            Op::Heartbeat | Op::GetIdleTimeout => Feature::Heartbeat,
            Op::CachePutAllConflict | Op::CacheRemoveAllConflict => Feature::DataReplicationOperations,
            Op::CacheInvoke | Op::CacheInvokeAll => Feature::CacheInvoke,
            Op::QueryIndex | Op::QueryIndexPage => Feature::IndexQuery,
            Op::BinaryConfigurationGet => Feature::BinaryConfiguration,
            Op::ClusterGroupNodeIds | Op::ClusterGroupNodeInfo => Feature::ClusterGroups,
            Op::ClusterGroupNodeEndpoints => Feature::ClusterGroupNodeEndpoints,
            Op::ClusterDataCenterNodes => Feature::DataCenterAware,
            Op::ComputeTaskExecute => Feature::ExecuteTaskByName,
            Op::ServiceInvoke => Feature::ServiceInvoke,
            Op::ServiceDescriptors | Op::ServiceDescriptor => Feature::ServiceDescriptors,
            Op::ServiceTopology => Feature::ServiceTopology,
            _ => return None,
        })
    }

    /// The first version of the protocol that has the operation.
    pub const fn since(self) -> Version {
        match self {
            Op::CachePartitions => Version::V1_4,
            Op::TxStart | Op::TxEnd => Version::V1_5,
            _ => Version::V1_0,
        }
    }
}

macro_rules! statuses {
    ($($name:ident = $code:literal,)+) => {
        impl Status {
            $(#[doc = concat!("`", stringify!($name), "`, ", stringify!($code), ".")] pub const $name: Status = Status($code);)+

            /// Its name in the protocol's own words; `None` where the number is not known.
            pub const fn name(self) -> Option<&'static str> {
                match self.0 { $($code => Some(stringify!($name)),)+ _ => None }
            }
        }
    };
}

/// How an operation ended. A number that is not known is kept: it is an error all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Status(pub i32);

statuses! {
    SUCCESS = 0,
    FAILED = 1,
    INVALID_OP_CODE = 2,
    INVALID_NODE_STATE = 10,
    NODE_IN_RECOVERY_MODE = 11,
    FUNCTIONALITY_DISABLED = 100,
    CACHE_DOES_NOT_EXIST = 1000,
    CACHE_EXISTS = 1001,
    CACHE_CONFIG_INVALID = 1002,
    TOO_MANY_CURSORS = 1010,
    RESOURCE_DOES_NOT_EXIST = 1011,
    SECURITY_VIOLATION = 1012,
    TX_LIMIT_EXCEEDED = 1020,
    TX_NOT_FOUND = 1021,
    TOO_MANY_COMPUTE_TASKS = 1030,
    ENTRY_PROCESSOR_EXCEPTION = 1040,
    AUTH_FAILED = 2000,
}

macro_rules! features {
    ($($name:ident = $bit:literal $words:literal $since:literal,)+) => {
        /// A feature that both sides must know before it is used: one bit of the handshake of 1.7.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Feature {
            $(#[doc = concat!("`", $words, "`, bit ", stringify!($bit), "; servers from ", $since, ".")] $name,)+
        }

        impl Feature {
            /// Every feature, by bit.
            pub const ALL: &'static [Feature] = &[$(Feature::$name,)+];

            /// Its bit.
            pub const fn bit(self) -> u32 {
                match self { $(Feature::$name => $bit,)+ }
            }

            /// Its name in the protocol's own words.
            pub const fn name(self) -> &'static str {
                match self { $(Feature::$name => $words,)+ }
            }

            /// The first Ignite that offers it.
            pub const fn since(self) -> &'static str {
                match self { $(Feature::$name => $since,)+ }
            }
        }
    };
}

features! {
    UserAttributes = 0 "USER_ATTRIBUTES" "2.9",
    ExecuteTaskByName = 1 "EXECUTE_TASK_BY_NAME" "2.9",
    ClusterStates = 2 "CLUSTER_STATES" "2.9",
    ClusterGroupNodeEndpoints = 3 "CLUSTER_GROUP_GET_NODES_ENDPOINTS" "2.9",
    ClusterGroups = 4 "CLUSTER_GROUPS" "2.9",
    ServiceInvoke = 5 "SERVICE_INVOKE" "2.9",
    DefaultQueryTimeout = 6 "DEFAULT_QRY_TIMEOUT" "2.10",
    QueryPartitionsBatchSize = 7 "QRY_PARTITIONS_BATCH_SIZE" "2.10",
    BinaryConfiguration = 8 "BINARY_CONFIGURATION" "2.11",
    ServiceDescriptors = 9 "GET_SERVICE_DESCRIPTORS" "2.13",
    ServiceInvokeCallContext = 10 "SERVICE_INVOKE_CALLCTX" "2.13",
    Heartbeat = 11 "HEARTBEAT" "2.13",
    DataReplicationOperations = 12 "DATA_REPLICATION_OPERATIONS" "2.14",
    AllAffinityMappings = 13 "ALL_AFFINITY_MAPPINGS" "2.14",
    IndexQuery = 14 "INDEX_QUERY" "2.14",
    IndexQueryLimit = 15 "INDEX_QUERY_LIMIT" "2.16",
    ServiceTopology = 16 "SERVICE_TOPOLOGY" "2.16",
    CacheInvoke = 17 "CACHE_INVOKE" "2.17",
    TxAwareQueries = 18 "TX_AWARE_QUERIES" "2.17",
    ForceDeactivationFlag = 19 "FORCE_DEACTIVATION_FLAG" "2.17",
    CacheStorages = 20 "CACHE_STORAGES" "2.18",
    SqlCacheCreation = 21 "SQL_CACHE_CREATION" "2.18",
    DataCenterAware = 22 "DC_AWARE" "2.18",
    QueryInitiatorId = 23 "QRY_INITIATOR_ID" "2.18",
}

/// A set of features.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Features(u64);

impl Features {
    /// No feature.
    pub const NONE: Features = Features(0);

    /// What this crate has the layouts of. Nothing else may be asked for: a granted bit changes what the server reads
    /// (2.18.0 closes the connection on a request of the older layout).
    pub const IMPLEMENTED: Features = Features::NONE
        .with(Feature::UserAttributes)
        .with(Feature::ClusterStates)
        .with(Feature::ClusterGroupNodeEndpoints)
        .with(Feature::ClusterGroups)
        .with(Feature::DefaultQueryTimeout)
        .with(Feature::QueryPartitionsBatchSize)
        .with(Feature::BinaryConfiguration)
        .with(Feature::Heartbeat)
        .with(Feature::DataReplicationOperations)
        .with(Feature::AllAffinityMappings)
        .with(Feature::TxAwareQueries)
        .with(Feature::ForceDeactivationFlag)
        .with(Feature::CacheStorages)
        .with(Feature::SqlCacheCreation)
        .with(Feature::DataCenterAware)
        .with(Feature::QueryInitiatorId);

    /// The set with one more.
    #[must_use]
    pub const fn with(self, feature: Feature) -> Features {
        Features(self.0 | 1 << feature.bit())
    }

    /// The set with one less.
    #[must_use]
    pub const fn without(self, feature: Feature) -> Features {
        Features(self.0 & !(1 << feature.bit()))
    }

    /// Whether a feature is in it.
    pub const fn contains(self, feature: Feature) -> bool {
        self.0 & 1 << feature.bit() != 0
    }

    /// What is in both.
    #[must_use]
    pub const fn intersection(self, other: Features) -> Features {
        Features(self.0 & other.0)
    }

    /// The set as the handshake writes it: bit i of the bytes, least significant first, without zeros at the end.
    pub fn to_bytes(self) -> Vec<u8> {
        let bytes = self.0.to_le_bytes();
        let len = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        bytes[..len].to_vec()
    }

    /// The set that a handshake wrote. Bits past 63 are left out: nothing of ours asks for them.
    pub fn from_bytes(bytes: &[u8]) -> Features {
        let bits = bytes.iter().take(8).enumerate().map(|(i, byte)| u64::from(*byte) << (8 * i));
        Features(bits.fold(0, |all, some| all | some))
    }
}

impl fmt::Debug for Features {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = Feature::ALL.iter().filter(|feature| self.contains(**feature));
        f.debug_set().entries(known).finish()
    }
}

/// A version of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version {
    /// 1 for every thin client so far.
    pub major: i16,
    /// What changes layouts.
    pub minor: i16,
    /// 0 so far.
    pub patch: i16,
}

impl Version {
    /// The first.
    pub const V1_0: Version = Version::thin(0);
    /// Users and passwords.
    pub const V1_1: Version = Version::thin(1);
    /// Precision and scale in query entities.
    pub const V1_2: Version = Version::thin(2);
    /// Nothing that concerns a client's bytes.
    pub const V1_3: Version = Version::thin(3);
    /// Flags in response headers, affinity versions, the node's id.
    pub const V1_4: Version = Version::thin(4);
    /// Transactions.
    pub const V1_5: Version = Version::thin(5);
    /// Expiry policies.
    pub const V1_6: Version = Version::thin(6);
    /// Feature bits.
    pub const V1_7: Version = Version::thin(7);

    /// What this crate speaks, latest first.
    pub const SPOKEN: [Version; 8] = [
        Version::V1_7,
        Version::V1_6,
        Version::V1_5,
        Version::V1_4,
        Version::V1_3,
        Version::V1_2,
        Version::V1_1,
        Version::V1_0,
    ];

    const fn thin(minor: i16) -> Version {
        Version { major: 1, minor, patch: 0 }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_and_features_have_one_number_each() {
        for op in Op::ALL {
            assert_eq!(Op::from_code(op.code()), Some(*op));
        }
        assert!(Op::ALL.is_sorted_by_key(|op| op.code()));
        assert_eq!(Op::from_code(4711), None);
        for (bit, feature) in Feature::ALL.iter().enumerate() {
            assert_eq!(feature.bit(), u32::try_from(bit).unwrap());
        }
    }

    #[test]
    fn features_are_bits_from_the_left() {
        let some = Features::NONE.with(Feature::UserAttributes).with(Feature::ForceDeactivationFlag);
        assert_eq!(some.to_bytes(), [1, 0, 8]);
        assert_eq!(Features::from_bytes(&[1, 0, 8]), some);
        assert_eq!(Features::from_bytes(&[1, 0, 8, 0, 0, 0, 0, 0, 0xff]), some);
        assert_eq!(Features::NONE.to_bytes(), [0_u8; 0]);
        assert_eq!(some.without(Feature::UserAttributes).to_bytes(), [0, 0, 8]);
        assert_eq!(format!("{some:?}"), "{UserAttributes, ForceDeactivationFlag}");
    }

    #[test]
    fn statuses_keep_their_number() {
        assert_eq!(Status::TOO_MANY_CURSORS.name(), Some("TOO_MANY_CURSORS"));
        assert_eq!(Status(77).name(), None);
    }

    #[test]
    fn versions_are_ordered() {
        assert!(Version::SPOKEN.is_sorted_by(|a, b| a > b));
        assert_eq!(Version::V1_7.to_string(), "1.7.0");
    }
}
