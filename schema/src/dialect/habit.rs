//! How engines read a query where they differ in more than types: what may repeat, what a clause sees, what is lenient.
//!
//! Without any habit an engine reads as DataFusion does.

use std::collections::BTreeMap;

use querent_types::{CacheDescription, ObjectType, SourceDescription, SqlType, TableDescription};

use super::{Dialect, Operand};
use crate::ast::Span;
use crate::catalog::Catalog;
use crate::diagnostic::{Code, Diagnostic};
use crate::parse::visit::Node;
use crate::walk::Clause;

/// Options of a CREATE TABLE to what is kept of them, or to what is wrong with them.
pub type TableProperties = fn(&[(String, String)]) -> Result<BTreeMap<String, String>, String>;

/// What stands behind a table: its cache, and the types of keys and values.
pub type Objects = (CacheDescription, Vec<ObjectType>);

/// A text to the dialect that it names, if it names any.
pub(crate) type Hinted = fn(&str) -> Option<Result<&'static Dialect, Box<Diagnostic>>>;

/// What an engine answers otherwise than one thinks, and what to write instead.
pub(crate) struct Advice {
    /// Its code.
    pub(crate) code: Code,
    /// Whether the server refuses it rather than answering.
    pub(crate) refused: bool,
    /// One line: what happens.
    pub(crate) message: String,
    /// What to write instead.
    pub(crate) help: String,
}

/// A setting that a text holds besides its statement: `SET key = value;`, `OPTION(key=value)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its name as written.
    pub key: String,
    /// Its value, without quotes.
    pub value: String,
    /// Where its name stands.
    pub span: Span,
    /// The parameter that is its value, by its index.
    pub param: Option<usize>,
}

/// What decides the meaning of a statement besides its tree.
pub(crate) struct Around<'a> {
    /// What its text sets.
    pub(crate) settings: &'a [Setting],
    /// The options of its source.
    pub(crate) options: &'a BTreeMap<String, String>,
    /// The tables of its source.
    pub(crate) catalog: &'a Catalog,
    /// The clause in which the part stands.
    pub(crate) clause: Clause,
}

/// A part of the tree and what stands around its statement, to what is to be said of it.
pub(crate) type ClauseLints = fn(&Node<'_>, &Around<'_>) -> Vec<(Span, Advice)>;

/// How an engine reads a query, types aside.
pub struct Reading {
    /// What it does that others do not.
    pub habits: &'static [Habit],
    /// How a column without an alias is called.
    pub column_names: ColumnNames,
    /// Functions that are called without parentheses, in lower case, besides those that every SQL has.
    pub bare_functions: &'static [&'static str],
    /// The columns of EXPLAIN.
    pub explain: &'static [&'static str],
    /// Those of them that are numbers and not texts.
    pub explain_numbers: &'static [&'static str],
    /// A table of the engine's own, by its folded name; one without columns has columns that are not known.
    pub system_table: fn(&[String]) -> Option<TableDescription>,
    /// The one column that a statement which changes rows gives: their number.
    pub changed_rows: Option<&'static str>,
    /// What is kept of the options of a CREATE TABLE, by its own names; the error is what is wrong with them.
    pub table_properties: TableProperties,
    /// The cache behind a table and the types of its objects, where the backend keeps rows as such.
    pub objects: fn(&TableDescription) -> Option<Objects>,
    /// The options of a source that the dialect alone says, where there is no server to ask.
    pub options: &'static [(&'static str, &'static str)],
    /// What every server that speaks it can do, by the names of the capability traits.
    pub capabilities: &'static [&'static str],
    /// What `parse/` reads and the engine does not: its place and its name.
    pub(crate) refused: fn(&Node<'_>) -> Option<(Span, String)>,
    /// The dialect that a text says it is in, by a hint; the error is that there is none.
    pub(crate) engine: Hinted,
    /// What is wrong with the settings of a text.
    pub(crate) settings: fn(&[Setting]) -> Vec<Diagnostic>,
    /// What is to be said of a call, an operator (`=`, `IN`, `BETWEEN`) or a key of GROUP BY, by its name and operands.
    pub(crate) lint: fn(&str, &[Operand]) -> Option<Advice>,
    /// The same of a clause, by its place.
    pub(crate) advice: ClauseLints,
    /// The types of the values of settings that a parameter may stand for, by their names in lower case.
    pub(crate) setting_type: fn(&str) -> Option<SqlType>,
    /// How a source is read, where that is otherwise: by its options, by its server's version.
    pub(crate) variant: fn(&SourceDescription) -> Option<&'static Dialect>,
    /// The schema that a name may name and that no table's path has.
    pub(crate) implied_schema: Option<&'static str>,
    /// What the engine adds to a table that was made: hidden columns, where its rows are. The error says what is wrong.
    pub(crate) complete: fn(&mut TableDescription) -> Result<(), String>,
}

impl Reading {
    /// How DataFusion reads, and whoever is not known better.
    pub(crate) const PLAIN: Reading = Reading {
        habits: &[],
        column_names: ColumnNames::DataFusion,
        bare_functions: &[],
        explain: &["plan_type", "plan"],
        explain_numbers: &[],
        changed_rows: None,
        system_table: |_| None,
        table_properties: |_| Ok(BTreeMap::new()),
        objects: |_| None,
        options: &[],
        capabilities: &[],
        refused: |_| None,
        engine: |_| None,
        settings: |_| Vec::new(),
        lint: |_, _| None,
        advice: |_, _| Vec::new(),
        setting_type: |_| None,
        variant: |_| None,
        implied_schema: None,
        complete: |_| Ok(()),
    };
}

/// One habit of an engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Habit {
    /// Columns of a result, and of entries of FROM, may have one name.
    RepeatedColumns,
    /// A condition may be of any type that can be cast to a truth value.
    TruthOfAnything,
    /// LIMIT and OFFSET take any number, also a negative one.
    AnyLimit,
    /// A column that depends on a grouped primary key must be grouped all the same.
    GroupedColumnsOnly,
    /// GROUP BY means the select list first, by alias, and a number in it is no position.
    GroupByOutputs,
    /// HAVING does not see aliases of the select list.
    HavingWithoutAliases,
    /// JOIN without a condition joins everything.
    OptionalJoinCondition,
    /// `SELECT TOP n`.
    Top,
    /// `LIMIT` of UPDATE and DELETE.
    RowLimit,
    /// The first argument of `TIMESTAMPADD`, `DATEADD` and their kin may be a bare word: `DAY`.
    DatePartWords,
    /// A set operation leaves each value the type of its own side.
    UnionsKeepTypes,
    /// A statement over partitioned tables is sent to the nodes as text in which expressions of constants are already
    /// computed, so that their values have the types of the literals that are sent.
    ConstantsAreSent,
    /// Over partitioned tables an expression cannot hold both an aggregate and a column outside of it.
    SplitAggregates,
    /// What rules refuse of a parameter without a type is refused, whatever else it is used as.
    UntypedIsRefused,
    /// Where nothing decides the type of the results of CASE, or of a column of VALUES, it is text.
    UntypedIsText,
    /// `*` keeps the left one of two columns that USING or NATURAL merges.
    UsingKeepsLeft,
    /// A replicated table cannot be the side of an outer join that is kept, where the other is partitioned.
    ReplicatedIsNeverKept,
    /// UPDATE cannot set a column of the primary key.
    KeysAreFixed,
    /// A row of values may be compared with another, and stand among the elements of IN.
    RowValues,
    /// An alias of the select list wins over a column of FROM in GROUP BY.
    GroupByAliases,
    /// HAVING makes a select without GROUP BY one group.
    HavingGroups,
    /// EXCEPT and INTERSECT bring both sides to one type, as UNION does.
    SetOperationsConvert,
    /// The columns that USING and NATURAL merge stand first among those of `*`.
    MergedFirst,
    /// Every VALUES inside of an INSERT is read as rows of the table.
    ValuesAsTarget,
    /// The columns that USING and NATURAL merge are told apart in WHERE, ON and where a type is asked for early.
    LateMerge,
    /// A column that NATURAL merges is ambiguous without its table, although `*` gives it once.
    NaturalIsAmbiguous,
    /// A column that USING merges is ambiguous without its table, but in the select list, with more around it than an
    /// alias, and where FROM ends in a join with USING; there it is all columns of the name.
    UsingInSelectList,
    /// `*` gives the columns of what is on the right of a RIGHT JOIN first.
    RightJoinTurns,
    /// `x LIKE '%'` is read as `x IS NOT NULL`, which a NULL makes false.
    AnyPatternIsPresence,
    /// A WHEN must be a truth value, and not only something that can be cast to one.
    StrictConditions,
    /// WITHIN GROUP sorts the values of an aggregate, and its key is no argument.
    WithinGroupSorts,
    /// A parameter of which nothing is asked but whether it is NULL is text.
    NullTestsAreText,
    /// A statement runs although nothing decides the type of a parameter, which is then only warned of.
    UntypedParamsRun,
    /// A parameter of IN and BETWEEN is what the first operand is, rather than what all have in common.
    ParamsAsFirst,
    /// A parameter of LIMIT and OFFSET is an INTEGER.
    IntegerLimit,
    /// DEFAULT may stand for a value of an INSERT.
    DefaultValues,
    /// Calls have the clauses of SQL's JSON functions: `RETURNING type`, `NULL ON NULL`.
    JsonClauses,
    /// A function that gives rows stands in `TABLE(…)` in FROM.
    CallsInTable,
    /// A column without an alias is called as the query spells it, and not as its table does.
    ColumnsAsWritten,
    /// A function is known by its name without regard to underscores.
    NamesWithoutUnderscores,
    /// A parameter of which nothing says the type is text.
    UntypedParamsAreText,
    /// The server reads no comments, and wants blanks around keywords: the text that is sent is written so.
    PlainText,
    /// A comparison with a bare NULL is refused, so that a parameter beside it takes none.
    ComparisonsRefuseNull,
}

/// How a column without an alias is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnNames {
    /// As DataFusion prints the expression.
    DataFusion,
    /// As H2 1.4 prints the expression.
    H2,
    /// As Calcite prints calls, arithmetic and literals, and else by its position: `EXPR$0`.
    Calcite,
    /// By its position: `EXPR$0`.
    Position,
    /// As Pinot's single-stage engine prints the expression.
    Pinot,
    /// The same where queries ask for NULLs.
    PinotNulls,
    /// By its position among those without a name: `col_1`.
    Picodata,
}

impl ColumnNames {
    /// The name of a column of VALUES, by its position from 0.
    pub(crate) fn of_values(self, position: usize) -> String {
        match self {
            ColumnNames::DataFusion => format!("column{}", position + 1),
            ColumnNames::H2 => format!("C{}", position + 1),
            ColumnNames::Picodata => format!("COLUMN_{}", position + 1),
            ColumnNames::Calcite | ColumnNames::Position | ColumnNames::Pinot | ColumnNames::PinotNulls => {
                format!("EXPR${position}")
            }
        }
    }
}
