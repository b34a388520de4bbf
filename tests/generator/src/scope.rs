//! What is in sight where an expression stands: the columns of FROM, the keys of GROUP BY, the tables that can be named.

use std::collections::BTreeMap;

use querent_schema::catalog::Catalog;
use querent_schema::dialect::Dialect;
use querent_types::{SqlType, TableKind};

use crate::types::plain;

/// A column of something in FROM.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    /// Its name, quoted where it must be.
    pub(crate) name: String,
    /// The name of what it belongs to; `None` where it has none.
    pub(crate) table: Option<String>,
    pub(crate) ty: SqlType,
    /// Whether a NULL may be written into it, or it may be left out.
    pub(crate) optional: bool,
}

/// The columns in sight.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scope {
    pub(crate) columns: Vec<Column>,
    /// Names that USING or NATURAL merged: they may stand without a table although several have them.
    pub(crate) merged: Vec<String>,
}

impl Scope {
    /// How a column is named where it stands; with its table where it must be, or where that is asked for.
    pub(crate) fn written(&self, column: &Column, with_table: bool) -> String {
        let merged = self.merged.contains(&column.name);
        let alone = merged || self.columns.iter().filter(|other| other.name == column.name).count() == 1;
        match &column.table {
            Some(table) if !merged && (with_table || !alone) => format!("{table}.{}", column.name),
            _ => column.name.clone(),
        }
    }

    /// Whether every column has a name of its own.
    pub(crate) fn has_own_names(&self) -> bool {
        let mut names: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
        names.sort_unstable();
        names.windows(2).all(|pair| pair[0] != pair[1])
    }

    /// The names of the tables, in order.
    pub(crate) fn tables(&self) -> Vec<&str> {
        let mut tables: Vec<&str> =
            self.columns.iter().filter_map(|column| column.table.as_deref()).collect();
        tables.dedup();
        tables
    }
}

/// A table that can be named in FROM.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    /// How it is named.
    pub(crate) name: String,
    pub(crate) columns: Vec<Column>,
    /// Whether rows can be written.
    pub(crate) writable: bool,
    /// Names of the columns of its key.
    pub(crate) key: Vec<String>,
    /// Whether each node keeps all of its rows.
    pub(crate) replicated: bool,
}

/// The tables of a catalog, those with columns of known types.
pub(crate) fn tables(catalog: &Catalog) -> Vec<Table> {
    let dialect = catalog.dialect;
    let mut all = Vec::new();
    for table in catalog.tables().unwrap_or_default() {
        let shown = table.columns.iter().filter(|column| !column.hidden);
        let columns: Vec<Column> = shown
            .filter_map(|column| {
                let ty = plain(column.ty.as_ref()?);
                let optional = column.nullable || column.has_default;
                Some(Column { name: quote(dialect, &column.name), table: None, ty, optional })
            })
            .collect();
        if columns.is_empty() || table.kind == TableKind::System {
            continue;
        }
        let whole = columns.len() == table.columns.iter().filter(|column| !column.hidden).count();
        let last = table.path.last().map_or("", String::as_str);
        all.push(Table {
            name: quote(dialect, last),
            columns,
            writable: table.kind == TableKind::Table && whole,
            key: table.primary_key.iter().map(|name| quote(dialect, name)).collect(),
            replicated: is_replicated(&table.properties),
        });
    }
    all
}

fn is_replicated(properties: &BTreeMap<String, String>) -> bool {
    properties.iter().any(|(name, value)| {
        let own = name.to_ascii_lowercase();
        (own.contains("template") || own.contains("mode")) && value.eq_ignore_ascii_case("replicated")
    })
}

/// A name as it is written: in quotes where it would read as another, or is a word of the language.
pub(crate) fn quote(dialect: &Dialect, name: &str) -> String {
    let written = dialect.quote(name);
    let word = name.to_ascii_uppercase();
    if !written.starts_with('"') && RESERVED.split_ascii_whitespace().any(|own| own == word) {
        return format!("\"{name}\"");
    }
    written
}

/// Words that some engine keeps for itself.
const RESERVED: &str = "ABS ALL ALLOCATE ALTER ANALYZE AND ANTI ANY ARE ARRAY AS ASC ASOF AT AVG BEGIN BETWEEN BIGINT \
    BINARY BOOLEAN BOTH BY CALL CASE CAST CHAR CHARACTER CHECK CLUSTER COLUMN COMMIT CONNECT CONSTRAINT COUNT CREATE \
    CROSS CUBE CURRENT CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP CURSOR DATE DATETIME DAY DEC DECIMAL DECLARE DEFAULT \
    DEFINE DELETE DESC DESCRIBE DISTINCT DISTRIBUTE DOUBLE DROP ELEMENT ELSE END ESCAPE EVERY EXCEPT EXECUTE EXISTS \
    EXPLAIN EXTEND EXTRACT FALSE FETCH FILTER FIRST_VALUE FLOAT FOR FORMAT FROM FULL FUNCTION GLOBAL GRANT GROUP \
    GROUPING GROUPS HAVING HOUR IF ILIKE IN INNER INSERT INT INTEGER INTERSECT INTERSECTS INTERVAL INTO IS JOIN LANGUAGE \
    LAST_VALUE LATERAL LEADING LEFT LIKE LIMIT LOCAL LOCALTIME LOCALTIMESTAMP MATCH_RECOGNIZE MAX MERGE METHOD MIN \
    MINUS MINUTE MOD MONTH MULTISET NATURAL NEW NEXT NO NOT NULL NULLIF NUMERIC OF OFFSET OLD ON ONLY OPEN OR ORDER OUT \
    OUTER OVER OVERLAPS PARTITION PATTERN PERCENT PERIOD PIVOT POSITION PRECISION PREWHERE PRIMARY QUALIFY RANGE RANK \
    REAL REFERENCES REGEXP RELEASE REPLACE RESULT RETURNING RIGHT RLIKE ROLLBACK ROLLUP ROW ROWNUM ROWS ROW_NUMBER \
    SAMPLE SECOND SELECT SEMI SESSION_USER SET SETTINGS SHOW SIMILAR SMALLINT SOME SORT START STREAM SUM SYMMETRIC SYSTEM \
    SYSTEM_USER TABLE TABLESAMPLE THEN TIME TIMESTAMP TINYINT TO TOP TRAILING TRIM TRUE TRUNCATE UESCAPE UNION UNIQUE \
    UNKNOWN UNNEST UNPIVOT UPDATE UPPER UPSERT USER USING VALUE VALUES VARBINARY VARCHAR VARYING VIEW WHEN WHENEVER \
    WHERE WIDTH_BUCKET WINDOW WITH WITHIN WITHOUT YEAR";
