//! Scans and SQL.

use super::super::code::{Feature, Op};
use super::super::handshake::Agreed;
use super::super::value::{code, write_string};
use super::super::writer::{EncodeError, Writer};
use super::{CacheInfo, Request, WriteObject};

/// The filter of a scan: an object of a class that the servers have.
#[derive(Debug, Clone, Copy)]
pub struct ScanFilter<F>(pub F);

/// The platform of a filter's class: Java.
const JAVA: u8 = 1;

/// Reads the entries of a cache.
#[derive(Debug, Clone, Copy)]
pub struct Scan<'a, F> {
    /// The cache.
    pub cache: &'a CacheInfo,
    /// Which entries, where not all.
    pub filter: Option<ScanFilter<F>>,
    /// Entries a page, above 0.
    pub page_size: i32,
    /// One partition, where not all.
    pub partition: Option<i32>,
    /// Whether only those are read that the asked server holds.
    pub local: bool,
}

impl<'a> Scan<'a, fn(&mut Writer)> {
    /// Every entry.
    pub fn all(cache: &'a CacheInfo, page_size: i32) -> Self {
        Scan { cache, filter: None, page_size, partition: None, local: false }
    }
}

impl<F: WriteObject> Request for Scan<'_, F> {
    fn op(&self) -> Op {
        Op::QueryScan
    }

    fn write(&self, agreed: &Agreed, w: &mut Writer) {
        self.cache.write(agreed, w);
        match &self.filter {
            None => w.u8(code::NULL),
            Some(ScanFilter(filter)) => {
                filter.write_object(w);
                w.u8(JAVA);
            }
        }
        page_size(self.page_size, w);
        w.i32(self.partition.unwrap_or(-1));
        w.bool(self.local);
    }
}

/// The next page of a scan, by the id of its cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScanPage(pub i64);

impl Request for ScanPage {
    fn op(&self) -> Op {
        Op::QueryScanPage
    }

    fn write(&self, _: &Agreed, w: &mut Writer) {
        w.i64(self.0);
    }
}

/// What kind of statement is expected; another is refused by the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum StatementType {
    /// Any.
    #[default]
    Any = 0,
    /// One that gives rows.
    Select = 1,
    /// One that changes something.
    Update = 2,
}

/// Runs a statement.
#[derive(Debug, Clone, Copy)]
pub struct SqlFields<'a, A> {
    /// The transaction is named here, and seen where [`Feature::TxAwareQueries`] is; the cache id may be 0.
    pub cache: CacheInfo,
    /// The schema of names without one; `None` is that of the cache.
    pub schema: Option<&'a str>,
    /// Rows a page, above 0.
    pub page_size: i32,
    /// The statement.
    pub sql: &'a str,
    /// Its arguments, one a `?`.
    pub arguments: &'a [A],
    /// What kind it must be.
    pub statement_type: StatementType,
    /// Whether tables that are not collocated are joined right (H2).
    pub distributed_joins: bool,
    /// Whether only what the asked server holds is read.
    pub local: bool,
    /// Whether only replicated tables are read (H2, a hint).
    pub replicated_only: bool,
    /// Whether joins are run in the order of the text.
    pub enforce_join_order: bool,
    /// Whether groups are collocated (H2, a hint).
    pub collocated: bool,
    /// Whether the server makes rows as they are asked for.
    pub lazy: bool,
    /// After how many milliseconds the server stops; 0 is none where [`Feature::DefaultQueryTimeout`] is, else its default.
    pub timeout_ms: i64,
    /// Whether the answer names its columns.
    pub include_field_names: bool,
    /// Only these partitions; sent where [`Feature::QueryPartitionsBatchSize`] is.
    pub partitions: Option<&'a [i32]>,
    /// Rows that an update changes at a time; sent where [`Feature::QueryPartitionsBatchSize`] is.
    pub update_batch_size: i32,
    /// Shown in the server's views; sent where [`Feature::QueryInitiatorId`] is.
    pub initiator: Option<&'a str>,
}

/// `max_rows`: the server reads and ignores it.
const NO_MAX_ROWS: i32 = -1;

impl<'a, A> SqlFields<'a, A> {
    /// A statement of a schema, with the defaults of Java's client: pages of 1,024 rows, lazy off, names on.
    pub fn new(schema: &'a str, sql: &'a str, arguments: &'a [A]) -> Self {
        SqlFields {
            cache: CacheInfo { keep_binary: false, ..CacheInfo::new(0) },
            schema: Some(schema),
            page_size: 1024,
            sql,
            arguments,
            statement_type: StatementType::Any,
            distributed_joins: false,
            local: false,
            replicated_only: false,
            enforce_join_order: false,
            collocated: false,
            lazy: false,
            timeout_ms: 0,
            include_field_names: true,
            partitions: None,
            update_batch_size: 1,
            initiator: None,
        }
    }

    fn write_partitions(&self, agreed: &Agreed, w: &mut Writer) {
        if !agreed.has(Feature::QueryPartitionsBatchSize) {
            if self.partitions.is_some() || self.update_batch_size != 1 {
                let since = Feature::QueryPartitionsBatchSize.since();
                w.fail(EncodeError::Missing { what: "partitions and batch sizes of queries", since });
            }
            return;
        }
        match self.partitions {
            None => w.i32(-1),
            Some(partitions) => {
                w.count(partitions.len());
                for partition in partitions {
                    w.i32(*partition);
                }
            }
        }
        w.i32(self.update_batch_size);
    }
}

impl<A: WriteObject> Request for SqlFields<'_, A> {
    fn op(&self) -> Op {
        Op::QuerySqlFields
    }

    fn write(&self, agreed: &Agreed, w: &mut Writer) {
        if self.cache.tx_id.is_some() && !agreed.has(Feature::TxAwareQueries) {
            // The server would run it outside of the transaction.
            w.fail(EncodeError::Missing {
                what: "SQL in transactions (txAwareQueriesEnabled)",
                since: Feature::TxAwareQueries.since(),
            });
        }
        self.cache.write(agreed, w);
        write_string(w, self.schema);
        page_size(self.page_size, w);
        w.i32(NO_MAX_ROWS);
        write_string(w, Some(self.sql));
        w.count(self.arguments.len());
        for argument in self.arguments {
            argument.write_object(w);
        }
        w.u8(self.statement_type as u8);
        for option in [
            self.distributed_joins,
            self.local,
            self.replicated_only,
            self.enforce_join_order,
            self.collocated,
            self.lazy,
        ] {
            w.bool(option);
        }
        w.i64(self.timeout_ms);
        w.bool(self.include_field_names);
        self.write_partitions(agreed, w);
        if agreed.has(Feature::QueryInitiatorId) {
            write_string(w, self.initiator);
        }
    }
}

/// The next page of a statement's rows, by the id of its cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SqlFieldsPage(pub i64);

impl Request for SqlFieldsPage {
    fn op(&self) -> Op {
        Op::QuerySqlFieldsPage
    }

    fn write(&self, _: &Agreed, w: &mut Writer) {
        w.i64(self.0);
    }
}

fn page_size(page_size: i32, w: &mut Writer) {
    if page_size <= 0 {
        w.fail(EncodeError::Unsendable("a page size must be above zero"));
    }
    w.i32(page_size);
}
