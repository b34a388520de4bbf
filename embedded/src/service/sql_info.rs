//! GetSqlInfo: what this server says of itself. Only what is true of DataFusion is listed; an
//! id that is not listed has no row.

use std::collections::BTreeMap;

use arrow_flight::sql::metadata::{SqlInfoData, SqlInfoDataBuilder};
use arrow_flight::sql::{
    CommandGetSqlInfo, SqlInfo, SqlNullOrdering, SqlOuterJoinsSupportLevel, SqlSupportedCaseSensitivity,
    SqlSupportedElementActions, SqlSupportedGroupBy, SqlSupportedSubqueries, SqlSupportedTransaction,
    SqlSupportedUnions, SqlSupportsConvert, SqlTransactionIsolationLevel, SupportedSqlGrammar,
};
use datafusion::arrow::array::RecordBatch;
use tonic::Status;

use super::wire;
use crate::engine::Access;

/// The version of the Arrow crates, which DataFusion decides.
const ARROW_VERSION: &str = datafusion::arrow::ARROW_VERSION;

pub(super) fn answer(command: CommandGetSqlInfo, access: Access) -> Result<RecordBatch, Status> {
    let (data, ids) = infos(access)?;
    if command.info.is_empty() {
        return data.record_batch(ids).map_err(wire::flight_status);
    }
    let mut wanted: Vec<u32> = ids.into_iter().filter(|id| command.info.contains(id)).collect();
    if wanted.is_empty() {
        // No id at all would mean every one.
        wanted.push(u32::MAX);
    }
    data.record_batch(wanted).map_err(wire::flight_status)
}

fn infos(access: Access) -> Result<(SqlInfoData, Vec<u32>), Status> {
    let mut list = List::default();
    about_server(&mut list, access);
    about_names(&mut list);
    about_queries(&mut list);
    about_limits(&mut list);
    let List { builder, ids } = list;
    Ok((builder.build().map_err(wire::flight_status)?, ids))
}

/// A builder that remembers the ids it was given.
struct List {
    builder: SqlInfoDataBuilder,
    ids: Vec<u32>,
}

impl Default for List {
    fn default() -> Self {
        Self { builder: SqlInfoDataBuilder::new(), ids: Vec::new() }
    }
}

impl List {
    fn text(&mut self, info: SqlInfo, value: &str) {
        self.builder.append(info, value);
        self.ids.push(info as u32);
    }

    fn flag(&mut self, info: SqlInfo, value: bool) {
        self.builder.append(info, value);
        self.ids.push(info as u32);
    }

    fn number(&mut self, info: SqlInfo, value: i64) {
        self.builder.append(info, value);
        self.ids.push(info as u32);
    }

    /// An ordinal, or one bit for each value of an enumeration.
    fn bits(&mut self, info: SqlInfo, value: i32) {
        self.builder.append(info, value);
        self.ids.push(info as u32);
    }

    fn map(&mut self, info: SqlInfo, value: BTreeMap<i32, Vec<i32>>) {
        self.builder.append(info, value);
        self.ids.push(info as u32);
    }
}

fn about_server(list: &mut List, access: Access) {
    let is_read_only = access == Access::ReadOnly;
    list.text(SqlInfo::FlightSqlServerName, "querent embedded (DataFusion)");
    list.text(SqlInfo::FlightSqlServerVersion, env!("CARGO_PKG_VERSION"));
    list.text(SqlInfo::FlightSqlServerArrowVersion, ARROW_VERSION);
    list.flag(SqlInfo::FlightSqlServerReadOnly, is_read_only);
    list.flag(SqlInfo::FlightSqlServerSql, true);
    list.flag(SqlInfo::FlightSqlServerSubstrait, false);
    list.bits(SqlInfo::FlightSqlServerTransaction, SqlSupportedTransaction::None as i32);
    list.flag(SqlInfo::FlightSqlServerCancel, true);
    list.flag(SqlInfo::FlightSqlServerBulkIngestion, !is_read_only);
    list.flag(SqlInfo::FlightSqlServerIngestTransactionsSupported, false);
    // 0: there is no timeout.
    list.bits(SqlInfo::FlightSqlServerStatementTimeout, 0);
    list.bits(SqlInfo::FlightSqlServerTransactionTimeout, 0);
    list.flag(SqlInfo::SqlDdlCatalog, !is_read_only);
    list.flag(SqlInfo::SqlDdlSchema, !is_read_only);
    list.flag(SqlInfo::SqlDdlTable, !is_read_only);
}

fn about_names(list: &mut List) {
    list.number(SqlInfo::SqlIdentifierCase, SqlSupportedCaseSensitivity::SqlCaseSensitivityLowercase as i64);
    list.text(SqlInfo::SqlIdentifierQuoteChar, "\"");
    // A quoted name is taken as it is written, which has no value of its own in the protocol.
    list.number(
        SqlInfo::SqlQuotedIdentifierCase,
        SqlSupportedCaseSensitivity::SqlCaseSensitivityUnknown as i64,
    );
    list.text(SqlInfo::SqlSearchStringEscape, "\\");
    list.text(SqlInfo::SqlExtraNameCharacters, "");
    list.text(SqlInfo::SqlSchemaTerm, "schema");
    list.text(SqlInfo::SqlProcedureTerm, "");
    list.text(SqlInfo::SqlCatalogTerm, "catalog");
    list.flag(SqlInfo::SqlCatalogAtStart, true);
    let in_definitions = 1 << SqlSupportedElementActions::SqlElementInIndexDefinitions as i32;
    let in_procedures = 1 << SqlSupportedElementActions::SqlElementInProcedureCalls as i32;
    let all = (1 << 3) - 1;
    // Schemas and catalogs qualify names; there are no indexes, procedures or privileges.
    let actions = all
        & !in_definitions
        & !in_procedures
        & !(1 << SqlSupportedElementActions::SqlElementInPrivilegeDefinitions as i32);
    list.bits(SqlInfo::SqlSchemasSupportedActions, actions);
    list.bits(SqlInfo::SqlCatalogsSupportedActions, actions);
}

fn about_queries(list: &mut List) {
    list.flag(SqlInfo::SqlAllTablesAreSelectable, true);
    // NULLs come last ascending and first descending: they sort high.
    list.number(SqlInfo::SqlNullOrdering, SqlNullOrdering::SqlNullsSortedHigh as i64);
    list.flag(SqlInfo::SqlSupportsColumnAliasing, true);
    list.flag(SqlInfo::SqlNullPlusNullIsNull, true);
    list.map(SqlInfo::SqlSupportsConvert, converts());
    list.flag(SqlInfo::SqlSupportsTableCorrelationNames, true);
    list.flag(SqlInfo::SqlSupportsDifferentTableCorrelationNames, false);
    list.flag(SqlInfo::SqlSupportsExpressionsInOrderBy, true);
    list.flag(SqlInfo::SqlSupportsOrderByUnrelated, true);
    let group_by =
        [SqlSupportedGroupBy::SqlGroupByUnrelated as i32, SqlSupportedGroupBy::SqlGroupByBeyondSelect as i32];
    list.bits(SqlInfo::SqlSupportedGroupBy, bits(&group_by));
    list.flag(SqlInfo::SqlSupportsLikeEscapeClause, true);
    list.flag(SqlInfo::SqlSupportsNonNullableColumns, true);
    let grammar = [SupportedSqlGrammar::SqlMinimumGrammar as i32, SupportedSqlGrammar::SqlCoreGrammar as i32];
    list.bits(SqlInfo::SqlSupportedGrammar, bits(&grammar));
    // Keys are declared and not enforced.
    list.flag(SqlInfo::SqlSupportsIntegrityEnhancementFacility, false);
    list.bits(
        SqlInfo::SqlOuterJoinsSupportLevel,
        bits(&[SqlOuterJoinsSupportLevel::SqlFullOuterJoins as i32]),
    );
    list.bits(SqlInfo::SqlSupportedPositionedCommands, 0);
    list.flag(SqlInfo::SqlSelectForUpdateSupported, false);
    list.flag(SqlInfo::SqlStoredProceduresSupported, false);
    let subqueries = [
        SqlSupportedSubqueries::SqlSubqueriesInComparisons as i32,
        SqlSupportedSubqueries::SqlSubqueriesInExists as i32,
        SqlSupportedSubqueries::SqlSubqueriesInIns as i32,
    ];
    list.bits(SqlInfo::SqlSupportedSubqueries, bits(&subqueries));
    list.flag(SqlInfo::SqlCorrelatedSubqueriesSupported, true);
    let unions = [SqlSupportedUnions::SqlUnion as i32, SqlSupportedUnions::SqlUnionAll as i32];
    list.bits(SqlInfo::SqlSupportedUnions, bits(&unions));
}

fn about_limits(list: &mut List) {
    list.number(
        SqlInfo::SqlDefaultTransactionIsolation,
        SqlTransactionIsolationLevel::SqlTransactionNone as i64,
    );
    list.flag(SqlInfo::SqlTransactionsSupported, false);
    list.bits(
        SqlInfo::SqlSupportedTransactionsIsolationLevels,
        bits(&[SqlTransactionIsolationLevel::SqlTransactionNone as i32]),
    );
    list.flag(SqlInfo::SqlDataDefinitionCausesTransactionCommit, false);
    list.flag(SqlInfo::SqlDataDefinitionsInTransactionsIgnored, false);
    list.flag(SqlInfo::SqlBatchUpdatesSupported, true);
    list.flag(SqlInfo::SqlSavepointsSupported, false);
    list.flag(SqlInfo::SqlNamedParametersSupported, false);
    list.flag(SqlInfo::SqlLocatorsUpdateCopy, false);
    list.flag(SqlInfo::SqlStoredFunctionsUsingCallSyntaxSupported, false);
}

/// The conversions that CAST makes between the families of types.
fn converts() -> BTreeMap<i32, Vec<i32>> {
    use SqlSupportsConvert as C;
    let numbers = [
        C::SqlConvertTinyint,
        C::SqlConvertSmallint,
        C::SqlConvertInteger,
        C::SqlConvertBigint,
        C::SqlConvertReal,
        C::SqlConvertFloat,
        C::SqlConvertDecimal,
        C::SqlConvertVarchar,
    ];
    let times = [C::SqlConvertDate, C::SqlConvertTimestamp, C::SqlConvertVarchar];
    let mut converts = BTreeMap::new();
    for from in &numbers[..numbers.len() - 1] {
        converts.insert(*from as i32, numbers.map(|to| to as i32).to_vec());
    }
    for from in &times[..times.len() - 1] {
        converts.insert(*from as i32, times.map(|to| to as i32).to_vec());
    }
    let from_text = numbers.iter().chain(&times[..times.len() - 1]);
    converts.insert(C::SqlConvertVarchar as i32, from_text.map(|to| *to as i32).collect());
    converts
}

/// Flight SQL's bit masks have one bit for each value of an enumeration.
fn bits(values: &[i32]) -> i32 {
    values.iter().fold(0, |mask, value| mask | 1 << value)
}
