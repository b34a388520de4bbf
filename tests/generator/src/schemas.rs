//! Tables to write statements over: TPC-H, nycflights13, every type, hostile names, nested types; as DDL of each dialect in
//! which they make sense.

use querent_schema::catalog::Catalog;
use querent_schema::ddl::{File, evaluate};
use querent_schema::dialect;

/// One set of tables in one family of dialects.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    /// What it is: `tpch`, `flights`, `types`, `hostile`, `nested`.
    pub name: &'static str,
    /// The dialects that read its DDL.
    pub dialects: &'static [&'static str],
    /// The statements that make it.
    pub ddl: &'static str,
}

const DATAFUSION: &[&str] = &["datafusion"];
const IGNITE: &[&str] = &["ignite-h2", "ignite-calcite"];
const PICODATA: &[&str] = &["picodata"];
const PINOT: &[&str] = &["pinot-sse", "pinot-mse"];

macro_rules! schema {
    ($name:literal, $family:literal, $dialects:ident) => {
        Schema {
            name: $name,
            dialects: $dialects,
            ddl: include_str!(concat!("../schemas/", $name, ".", $family, ".sql")),
        }
    };
}

/// Every schema.
pub const SCHEMAS: &[Schema] = &[
    schema!("tpch", "datafusion", DATAFUSION),
    schema!("flights", "datafusion", DATAFUSION),
    schema!("types", "datafusion", DATAFUSION),
    schema!("hostile", "datafusion", DATAFUSION),
    schema!("nested", "datafusion", DATAFUSION),
    schema!("tpch", "ignite", IGNITE),
    schema!("flights", "ignite", IGNITE),
    schema!("types", "ignite", IGNITE),
    schema!("hostile", "ignite", IGNITE),
    schema!("tpch", "picodata", PICODATA),
    schema!("flights", "picodata", PICODATA),
    schema!("types", "picodata", PICODATA),
    schema!("hostile", "picodata", PICODATA),
    schema!("tpch", "pinot", PINOT),
    schema!("flights", "pinot", PINOT),
    schema!("types", "pinot", PINOT),
];

/// The schemas that a dialect reads.
pub fn of_dialect(dialect: &str) -> Vec<&'static Schema> {
    SCHEMAS.iter().filter(|schema| schema.dialects.contains(&dialect)).collect()
}

impl Schema {
    /// Its tables in a dialect.
    ///
    /// # Errors
    /// What the DDL evaluation finds, and a dialect that does not read it.
    pub fn catalog(&self, name: &str) -> Result<Catalog, String> {
        let dialect = dialect::by_name(name)
            .filter(|_| self.dialects.contains(&name))
            .ok_or_else(|| format!("{} has no tables in {name}", self.name))?;
        let file = File { name: format!("{}.sql", self.name), text: self.ddl.to_owned() };
        let made = evaluate(&[file], dialect);
        if let Some(found) = made.findings.first() {
            return Err(format!(
                "{}:{}:{}: {}",
                self.name, found.line, found.column, found.diagnostic.message
            ));
        }
        Catalog::from_description(made.source)
    }
}
