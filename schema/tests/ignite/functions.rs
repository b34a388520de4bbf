//! The function data of `ignite-h2` (`src/dialect/ignite/h2/functions.tsv`), made of what a node answered.
//!
//! `data/ignite-2.17-functions-h2.tsv` says which names there are, how many arguments they take, which types they give
//! and whether the engine gives NULL for a NULL argument. What it cannot say stands here: which functions take any number
//! of arguments, what an argument is converted to (H2 describes almost any type and fails when it runs; H2 1.4.197,
//! `Function.java`), and which results depend on the arguments' types.
//! `BLESS=1 cargo test -p querent-schema --test ignite` writes the data anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::PathBuf;

use crate::case::data;

/// What an argument is converted to, by function; the last letter stands for all that follow. `a` anything, `t` text,
/// `i` INT, `l` BIGINT, `f` DOUBLE, `n` any number, `s` what has a
/// sign, `m` a number or a date, `d` a date or time, `b` bytes. Functions that are not listed take anything.
const ARGUMENTS: &[(&str, &str)] = &[
    ("s", "abs sign"),
    ("n", "floor roundmagic"),
    ("ni", "round"),
    ("mi", "trunc truncate"),
    ("f", "acos asin atan ceil ceiling cos cosh cot degrees exp ln log log10 radians sin sinh sqrt tan tanh"),
    ("f", "atan2 power"),
    ("l", "bitand bitor bitxor bitget mod"),
    ("i", "char chr space secure_rand rand random current_timestamp now sysdate systimestamp"),
    (
        "t",
        "ascii bit_length char_length character_length lcase length lower octet_length rawtohex soundex ucase upper",
    ),
    (
        "t",
        "hextoraw stringdecode stringencode stringtoutf8 xmlcdata xmlcomment xmltext xmlattr difference position",
    ),
    (
        "t",
        "ltrim rtrim trim replace translate regexp_replace regexp_like to_date to_timestamp to_timestamp_tz xmlnode",
    ),
    ("t", "parsedatetime currval nextval disk_space_used signal concat concat_ws"),
    ("ti", "left repeat right substr substring ora_hash"),
    ("tit", "lpad rpad"),
    ("tti", "charindex instr locate"),
    ("tiit", "insert"),
    ("att", "to_char"),
    ("b", "expand utf8tostring"),
    ("bt", "compress"),
    ("tbi", "hash"),
    ("tbb", "decrypt encrypt"),
    (
        "d",
        "day dayname dayofmonth dayofweek dayofyear day_of_month day_of_week day_of_year hour iso_day_of_week",
    ),
    ("d", "iso_week iso_year minute month monthname quarter second week year"),
    ("di", "add_months"),
    ("td", "date_trunc datediff timestampdiff"),
    ("tld", "dateadd timestampadd"),
    ("dttt", "formatdatetime"),
];

/// Results that depend on the arguments' types.
const RETURNS: &[(&str, &str)] = &[
    ("rule(first)", "abs floor round trunc truncate truncate_value"),
    ("rule(higher)", "coalesce greatest ifnull isnull least nullif nvl"),
    ("rule(decode)", "decode"),
    ("rule(casewhen)", "casewhen"),
    ("rule(nvl2)", "nvl2"),
    ("rule(unknown)", "signal values to_timestamp_tz array_get"),
    ("Timestamp(ns)", "date_trunc"),
];

/// Functions that take any number of arguments above those that were tried.
const VARIADIC: &[&str] = &["coalesce", "concat", "concat_ws", "decode", "greatest", "least", "nvl"];

/// When functions are NULL that are not simply so for a NULL argument.
const NULLS: &[(&str, &str)] = &[
    ("all", "coalesce concat greatest ifnull isnull least nvl"),
    ("first", "concat_ws"),
    ("never", "array_contains xmlnode"),
    ("strict", "casewhen formatdatetime insert nvl2 parsedatetime replace truncate_value"),
    // The empty string has no first character, what is no array no elements, and what SOUNDEX gives of a text beyond ASCII
    // in a derived table is NULL.
    (
        "always",
        "array_get array_length ascii database_path decode nullif scope_identity signal soundex transaction_id values",
    ),
];

/// What the recording tells of one function.
#[derive(Default)]
struct Recorded {
    arities: BTreeSet<usize>,
    null_if_null: bool,
    deterministic: bool,
    h2_type: u32,
}

#[test]
fn the_data_is_made_of_the_recording() {
    let made = make(&std::fs::read_to_string(data().join("ignite-2.17-functions-h2.tsv")).unwrap());
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/dialect/ignite/h2/functions.tsv");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    assert!(
        std::fs::read_to_string(&path).unwrap() == made,
        "run again with BLESS=1 where the change is right"
    );
}

#[test]
fn every_recorded_name_is_there() {
    let recording = std::fs::read_to_string(data().join("ignite-2.17-functions-h2.tsv")).unwrap();
    let table = (querent_schema::dialect::by_name("ignite-h2").unwrap().functions)();
    assert_eq!(table.faults(), Vec::<String>::new());
    let mut names = 0;
    for cells in lines(&recording).filter(|cells| ["function", "aggregate"].contains(&cells[1])) {
        let name = cells[0].trim_end_matches("(*)").to_lowercase();
        assert!(!table.kinds(&name).is_empty(), "{name}");
        names += 1;
    }
    assert!(names > 400, "only {names} forms were found");
    for cells in lines(&recording).filter(|cells| cells[1] == "rejected") {
        let plain = cells[0].chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        // These have a syntax of their own, in which they are taken.
        let own =
            ["CASE", "CAST", "CONVERT", "EXTRACT", "SET", "STRING_AGG", "TABLE", "TABLE_DISTINCT", "ROWNUM"];
        if plain && !own.contains(&cells[0]) {
            assert!(
                table.kinds(&cells[0].to_lowercase()).is_empty(),
                "{} is refused by the server",
                cells[0]
            );
        }
    }
}

fn lines(recording: &str) -> impl Iterator<Item = Vec<&str>> {
    recording.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect())
}

fn make(recording: &str) -> String {
    let mut functions: BTreeMap<String, Recorded> = BTreeMap::new();
    for cells in lines(recording).filter(|cells| cells[1] == "function") {
        let recorded = functions.entry(cells[0].to_lowercase()).or_default();
        recorded.arities.insert(arity(cells[2]));
        recorded.null_if_null = cells[6].contains("nullIfNull=true");
        recorded.deterministic = cells[6].contains("deterministic=true");
        recorded.h2_type = cells[6].rsplit('=').next().unwrap().parse().unwrap();
    }
    let mut text = String::from(
        "# The functions of Ignite 2.17.0's H2 engine. Made by schema/tests/ignite/functions.rs of what a node answered\n\
         # (schema/tests/ignite/data/ignite-2.17-functions-h2.tsv); not to be edited by hand.\n\
         # kind, name, aliases, signature, returns, nulls, rejects or volatile\n\
         aggregate\tcount\t\trule(a, 1)\tInt64\tnever\t\n\
         aggregate\tsum\t\trule(sum, 1)\trule(sum)\tempty\t\n\
         aggregate\tavg\t\trule(avg, 1)\trule(first)\tempty\t\n\
         aggregate\tmin\t\trule(a, 1)\trule(first)\tempty\t\n\
         aggregate\tmax\t\trule(a, 1)\trule(first)\tempty\t\n\
         aggregate\tgroup_concat\t\trule(t, 1, 2)\tUtf8\tempty\t\n\
         aggregate\tstring_agg\t\trule(t, 2)\tUtf8\tempty\t\n\
         scalar\tquery_engine\t\tnullary()\tUtf8\tnever\t\n\
         table\tsystem_range\t\trule(l, 2, 3)\tStruct(\"X\": non-null Int64)\tnever\t\n",
    );
    for (name, recorded) in &functions {
        let classes = listed(ARGUMENTS, name).unwrap_or("a");
        let mut counts: Vec<String> = recorded.arities.iter().map(usize::to_string).collect();
        if let (Some(last), true) = (counts.last_mut(), VARIADIC.contains(&name.as_str())) {
            last.push('+');
        }
        let signature = match counts[..] {
            [ref none] if none == "0" => "nullary()".to_owned(),
            _ => format!("rule({classes}, {})", counts.join(", ")),
        };
        let returns = listed(RETURNS, name).unwrap_or_else(|| fixed(recorded.h2_type, name));
        let strict = if recorded.null_if_null { "strict" } else { "" };
        let nulls = listed(NULLS, name).unwrap_or(strict);
        assert!(!nulls.is_empty(), "when is {name} NULL?");
        // H2 itself says that a NULL among the arguments makes these NULL.
        let last = match (recorded.deterministic, recorded.null_if_null && !counts.is_empty()) {
            (false, _) => "volatile",
            (true, true) => "all",
            (true, false) => "",
        };
        writeln!(text, "scalar\t{name}\t\t{signature}\t{returns}\t{nulls}\t{last}").unwrap();
    }
    text
}

fn listed<'a>(table: &[(&'a str, &str)], name: &str) -> Option<&'a str> {
    table.iter().find(|(_, names)| names.split(' ').any(|own| own == name)).map(|(value, _)| *value)
}

/// The number of arguments of `(INT|BIGINT, ANY) [165 of 169]`.
fn arity(args: &str) -> usize {
    let inside = args.split_once('(').unwrap().1.split_once(')').unwrap().0;
    if inside.is_empty() { 0 } else { inside.split(", ").count() }
}

/// The type behind a number of H2's own.
fn fixed(h2_type: u32, name: &str) -> &'static str {
    match h2_type {
        1 => "Boolean",
        4 => "Int32",
        5 => "Int64",
        7 => "Float64",
        9 => "Time32(ms)",
        10 => "Date32",
        11 => "Timestamp(ns)",
        12 => "Binary",
        13 => "Utf8",
        20 => "Uuid",
        other => panic!("{name} has H2 type {other}"),
    }
}
