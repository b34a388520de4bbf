//! The function data of both dialects (`src/dialect/pinot/{sse,mse}.tsv`), made of what a 1.5.1 cluster and its planner
//! answered.
//!
//! `data/pinot-1.5.1-scalar-functions.tsv` says which scalar functions there are and how they are declared,
//! `pinot-1.5.1-aggregations.tsv` the aggregations, `pinot-1.5.1-types.tsv` what each engine gives for them. What these do
//! not say stands here: functions that are no scalar function of Java's, results that a literal decides, arguments of
//! which the data on hand fail and others do not. `BLESS=1 cargo test -p querent-schema --test pinot` writes the data anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::PathBuf;

use crate::data::{Measured, lines};
use crate::{ENGINES, Engine};

/// Functions that are written here whole: the engines (`s`, `m`), the kind and the line.
const BY_HAND: &[(&str, &str)] = &[
    ("s", "aggregate\tcount\t\trule(=o, 1); nullary()\tInt64\tnever"),
    ("m", "aggregate\tcount\t\trule(=o, 1+); nullary()\tInt64\tnever"),
    ("s", "aggregate\tfirstwithtime\t\trule(=ilfdnbtsjm o s, 3)\trule(timeword)\tempty"),
    ("s", "aggregate\tlastwithtime\t\trule(=ilfdnbtsjm o s, 3)\trule(timeword)\tempty"),
    ("m", "aggregate\tfirstwithtime\t\trule(=o, 3)\t$0\tempty"),
    ("m", "aggregate\tlastwithtime\t\trule(=o, 3)\t$0\tempty"),
    ("s", "aggregate\tarrayagg\t\trule(=ilfdnbtsjymILFDNBTSY s b, 2, 3)\trule(secondword)\tempty"),
    ("m", "aggregate\tarrayagg\t\trule(=o, 1, 2, 3)\trule(arrays)\tempty"),
    ("s", "aggregate\tlistagg\t\trule(=o, 2, 3)\tUtf8\tempty"),
    ("m", "aggregate\tlistagg\t\trule(=ilfdnbtsjy o, 1, 2)\tBinary -> Binary; Utf8\tempty"),
    ("s", "aggregate\tfunnelmaxstep\t\trule(=o, 4+)\tInt32\tempty"),
    ("s", "aggregate\tfunnelcompletecount\t\trule(=o, 4+)\tInt32\tempty"),
    ("s", "aggregate\tfunnelstepdurationstats\t\trule(=o, 4+)\tList(Float64)\tempty"),
    ("s", "aggregate\tfunnelmatchstep\t\trule(=o, 4+)\tList(Int32)\tempty"),
    ("s", "aggregate\tfunneleventsfunctioneval\t\trule(=o, 4+)\tList(Utf8)\tempty"),
    ("s", "aggregate\tfunnelcount\t\trule(=o, 2+)\tList(Int64)\tempty"),
    ("s", "aggregate\texprmin\t\trule(=o, 3+)\t$0\tempty"),
    ("s", "aggregate\texprmax\t\trule(=o, 3+)\t$0\tempty"),
    ("s", "aggregate\tdistinctcounttuplesketch\t\trule(=y o, 1, 2)\tInt64\tnever"),
    ("s", "aggregate\tdistinctcountrawintegersumtuplesketch\t\trule(=y o, 1, 2)\tUtf8\tnever"),
    ("s", "aggregate\tsumvaluesintegersumtuplesketch\t\trule(=y o, 1, 2)\tInt64\tempty"),
    ("s", "aggregate\tavgvalueintegersumtuplesketch\t\trule(=y o, 1, 2)\tInt64\tempty"),
    ("sm", "aggregate\ttimeseriesaggregate\t\trule(=o, 7+)\trule(unknown)\tempty"),
    ("m", "window\trownumber\t\tnullary()\tInt64\tnever"),
    ("m", "window\trank\t\tnullary()\tInt64\tnever"),
    ("m", "window\tdenserank\t\tnullary()\tInt64\tnever"),
    ("m", "window\tntile\t\trule(i, 1)\tInt64\tnever"),
    ("m", "window\tlag\t\trule(=o, 1, 2, 3)\t$0\talways"),
    ("m", "window\tlead\t\trule(=o, 1, 2, 3)\t$0\talways"),
    ("m", "window\tfirstvalue\t\trule(=o, 1)\t$0\talways"),
    ("m", "window\tlastvalue\t\trule(=o, 1)\t$0\talways"),
    ("sm", "scalar\tcoalesce\t\trule(o, 1+)\trule(coalesce)\tall"),
    ("m", "scalar\tarrayvalueconstructor\t\trule(o, 1+)\tJson\tstrict"),
    ("m", "scalar\tnullif\t\trule(o, 2)\trule(first)\talways"),
    ("sm", "scalar\tdatetrunc\t\trule(so, 2, 3, 4, 5)\trule(truncated)\tstrict"),
    ("sm", "scalar\tdatetimeconvert\t\trule(osss, 4, 5)\trule(converted)\tstrict"),
    ("sm", "scalar\tdatetimeconvertwindowhop\t\trule(ossss, 5)\trule(hopped)\tstrict"),
    ("sm", "scalar\ttimeconvert\t\trule(oss, 3)\tInt64\tstrict"),
    ("sm", "scalar\ttimeseriesbucket\t\trule(o, 5)\tInt64\tstrict"),
    ("s", "scalar\ttimestampadd\t\trule(slo, 3)\trule(timestampadd)\tstrict"),
    ("m", "scalar\ttimestampadd\t\trule(=s ilsj ilts, 3)\trule(timestampadd)\tstrict"),
    ("s", "scalar\ttimestampdiff\t\trule(soo, 3)\trule(timestampdiff)\tstrict"),
    ("m", "scalar\ttimestampdiff\t\trule(=s ilts ilts, 3)\trule(timestampdiff)\tstrict"),
    ("sm", "scalar\tdateadd\t\trule(sll, 3)\tInt64\tstrict"),
    ("sm", "scalar\tdatediff\t\trule(sll, 3)\tInt64\tstrict"),
    ("sm", "scalar\tjsonextractscalar\t\trule(osso, 3, 4)\trule(word)\talways"),
    ("sm", "scalar\tjsonextractindex\t\trule(ossos, 3, 4, 5)\trule(word)\talways"),
    ("sm", "scalar\tjsonextractkey\t\trule(oss, 2, 3)\trule(jsonextractkey)\tstrict"),
    ("sm", "scalar\tarraylength\tcardinality\trule(=ILFDNBTSY, 1)\tInt32\tstrict"),
    ("sm", "scalar\tarraymax\t\trule(=ILFDNBTSY, 1)\trule(element)\tstrict"),
    ("sm", "scalar\tarraymin\t\trule(=ILFDNBTSY, 1)\trule(element)\tstrict"),
    ("sm", "scalar\tarraysum\t\trule(=ILFD, 1)\tFloat64\tstrict"),
    ("sm", "scalar\tarrayaverage\t\trule(=ILFD, 1)\tFloat64\tstrict"),
    ("m", "scalar\tarraytomv\t\trule(=ILFDNBTSY, 1)\trule(element)\tstrict"),
    ("sm", "scalar\tvaluein\t\trule(=ILFDNBTSY o, 2+)\t$0\tstrict"),
    ("sm", "scalar\tmapvalue\t\trule(=ILFDNBTSY o ILFDNBTSY, 3)\trule(lastelement)\tstrict"),
    ("sm", "scalar\titem\t\trule(=m o, 2)\trule(item)\tstrict"),
    ("sm", "scalar\tclpdecode\t\trule(o, 1, 2, 3, 4)\tUtf8\tstrict"),
    ("sm", "scalar\tclpencodedvarsmatch\t\trule(o, 4, 5)\tBoolean\tstrict"),
    ("sm", "scalar\tgroovy\t\trule(o, 2+)\trule(unknown)\talways"),
    ("sm", "scalar\tlookup\t\trule(ssso, 4+)\trule(unknown)\talways"),
    ("sm", "scalar\tinidset\t\trule(os, 2)\tBoolean\tstrict"),
    ("s", "scalar\tinsubquery\t\trule(os, 2)\tBoolean\tstrict"),
    ("s", "scalar\tinpartitionedsubquery\t\trule(os, 2)\tBoolean\tstrict"),
    ("sm", "scalar\ttextmatch\t\trule(os, 2, 3)\tBoolean\tstrict"),
    ("sm", "scalar\ttextcontains\t\trule(os, 2)\tBoolean\tstrict"),
    ("sm", "scalar\tjsonmatch\t\trule(os, 2)\tBoolean\tstrict"),
    ("sm", "scalar\tvectorsimilarity\t\trule(o, 2, 3)\tBoolean\tstrict"),
    ("sm", "scalar\tstpolygon\t\trule(s, 1)\tBinary\tstrict"),
    ("sm", "scalar\tstarea\t\trule(y, 1)\tFloat64\tstrict"),
    ("s", "scalar\tgapfill\t\trule(o, 5+)\t$0\talways"),
    ("s", "scalar\tfill\t\trule(o, 2, 3)\t$0\talways"),
    ("s", "scalar\ttimeserieson\t\trule(o, 1+)\trule(unknown)\talways"),
    ("sm", "scalar\tplus\tadd\trule(o, 2+)\trule(sum)\tstrict"),
    ("sm", "scalar\tminus\tsub\trule(o, 2)\trule(sum)\tstrict"),
    ("sm", "scalar\ttimes\tmult\trule(o, 2+)\trule(sum)\tstrict"),
    ("sm", "scalar\tequals\t\trule(o, 2)\tBoolean\tstrict"),
    ("sm", "scalar\tnotequals\t\trule(o, 2)\tBoolean\tstrict"),
    ("sm", "scalar\tgreaterthan\t\trule(o, 2)\tBoolean\tstrict"),
    ("sm", "scalar\tgreaterthanorequal\t\trule(o, 2)\tBoolean\tstrict"),
    ("sm", "scalar\tlessthan\t\trule(o, 2)\tBoolean\tstrict"),
    ("sm", "scalar\tlessthanorequal\t\trule(o, 2)\tBoolean\tstrict"),
    ("s", "scalar\tin\t\trule(o, 2+)\tBoolean\tstrict"),
    ("s", "scalar\tnotin\t\trule(o, 2+)\tBoolean\tstrict"),
    ("sm", "scalar\tbetween\t\trule(o, 3)\tBoolean\tstrict"),
    ("sm", "scalar\tistrue\t\trule(b, 1)\tBoolean\tnever"),
    ("sm", "scalar\tisfalse\t\trule(b, 1)\tBoolean\tnever"),
    ("sm", "scalar\tisnottrue\t\trule(b, 1)\tBoolean\tnever"),
    ("sm", "scalar\tisnotfalse\t\trule(b, 1)\tBoolean\tnever"),
];

/// Aggregations that are written by hand for the single-stage engine alone, which was not asked with enough arguments.
const BY_ENGINE: &[&str] = &[
    "avgvalueintegersumtuplesketch",
    "distinctcountrawintegersumtuplesketch",
    "distinctcounttuplesketch",
    "sumvaluesintegersumtuplesketch",
    "exprmax",
    "exprmin",
    "funnelcompletecount",
    "funnelcount",
    "funneleventsfunctioneval",
    "funnelmatchstep",
    "funnelmaxstep",
    "funnelstepdurationstats",
];

/// Scalar functions of Java's that a query cannot call: they have a syntax of their own, are aggregates by that name, or
/// serve Pinot's tests.
const NO_CALLS: &[&str] = &[
    "array",
    "and",
    "or",
    "not",
    "case",
    "casewhen",
    "cast",
    "extract",
    "min",
    "max",
    "testfunc1",
    "testfunc2",
];

/// Functions whose result in the single-stage engine is a double, and of a decimal was not measured.
const MATHS: &[&str] = &[
    "abs",
    "ceil",
    "ceiling",
    "div",
    "divide",
    "exp",
    "floor",
    "greatest",
    "least",
    "ln",
    "log",
    "log10",
    "log2",
    "mod",
    "pow",
    "power",
    "rounddecimal",
    "sign",
    "sqrt",
    "truncate",
];

/// Those that the planner may type after their argument, which was measured for doubles alone.
const PLANNED_MATHS: &[&str] = &["abs", "ceil", "ceiling", "floor", "greatest", "least", "mod", "sign"];

/// Aggregations that take values which were serialised as bytes before: the bytes of `all_types` are none, and fail.
const SERIALISED: &[&str] = &[
    "distinctcountbitmap",
    "distinctcounthll",
    "distinctcountrawhll",
    "distinctcounthllplus",
    "distinctcountrawhllplus",
    "distinctcountull",
    "distinctcountrawull",
    "distinctcountthetasketch",
    "distinctcountrawthetasketch",
    "distinctcountcpcsketch",
    "distinctcountrawcpcsketch",
    "distinctcounttuplesketch",
    "distinctcountrawintegersumtuplesketch",
    "sumvaluesintegersumtuplesketch",
    "avgvalueintegersumtuplesketch",
    "percentileest",
    "percentilerawest",
    "percentiletdigest",
    "percentilerawtdigest",
    "percentilekll",
    "percentilerawkll",
    "stunion",
];

#[test]
fn the_data_is_made_of_what_was_measured() {
    for engine in ENGINES {
        let made = make(engine);
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/dialect/pinot").join(engine.file());
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&path, &made).unwrap();
        }
        assert!(
            std::fs::read_to_string(&path).unwrap() == made,
            "{}: run again with BLESS=1 where the change is right",
            path.display()
        );
    }
}

#[test]
fn every_function_is_there() {
    for engine in ENGINES {
        let table = (querent_schema::dialect::by_name(engine.dialect()).unwrap().functions)();
        assert_eq!(table.faults(), Vec::<String>::new());
        let mut missing = Vec::new();
        let listed = lines("pinot-1.5.1-all-functions.tsv").chain(lines("pinot-1.5.1-aggregations.tsv").map(
            |mut cells| {
                cells.remove(0);
                cells
            },
        ));
        let mut names = 0;
        for cells in listed {
            let name = canonical(&cells[0]);
            names += 1;
            if table.kinds(&name).is_empty() {
                missing.push(name);
            }
        }
        assert!(names > 560, "only {names} names were found");
        missing.sort();
        missing.dedup();
        assert_eq!(missing.join(" "), engine.absent(), "{}", engine.dialect());
    }
}

/// A name without regard to case and underscores.
fn canonical(name: &str) -> String {
    name.replace('_', "").to_lowercase()
}

fn make(engine: Engine) -> String {
    let mut text = format!(
        "# The functions of Pinot 1.5.1's {} engine. Made by schema/tests/pinot/functions.rs of what was measured\n\
         # (schema/tests/pinot/data); not to be edited by hand.\n\
         # kind, name, aliases, signature, returns, nulls\n",
        engine.words()
    );
    let mut all: BTreeMap<(String, String), String> = BTreeMap::new();
    let mut own: BTreeSet<String> = BTreeSet::new();
    for (engines, line) in BY_HAND {
        let cells: Vec<&str> = line.split('\t').collect();
        own.insert(cells[1].to_owned());
        own.extend(cells[2].split(' ').map(str::to_owned));
        if engines.contains(engine.letter()) {
            all.insert((cells[0].to_owned(), cells[1].to_owned()), (*line).to_owned());
        }
    }
    let measured = Measured::read(engine);
    for (name, line) in scalars(engine, &measured) {
        if !own.contains(&name) && !NO_CALLS.contains(&name.as_str()) {
            all.entry(("scalar".to_owned(), name)).or_insert(line);
        }
    }
    for (name, line) in aggregations(&measured) {
        all.entry(("aggregate".to_owned(), name)).or_insert(line);
    }
    for line in all.values() {
        writeln!(text, "{line}").unwrap();
    }
    text
}

/// One declaration of a scalar function.
struct Overload {
    letters: String,
    count: usize,
    more: bool,
    returns: String,
    nulls: &'static str,
}

fn scalars(engine: Engine, measured: &Measured) -> Vec<(String, String)> {
    let mut overloads: BTreeMap<String, (Vec<String>, Vec<Overload>)> = BTreeMap::new();
    for cells in lines("pinot-1.5.1-scalar-functions.tsv") {
        let names: Vec<&str> = cells[0].split('|').collect();
        let types: Vec<&str> =
            if cells[1].is_empty() { Vec::new() } else { cells[1].split(',').map(str::trim).collect() };
        let Some(returns) = names.iter().find_map(|name| measured.scalar(name, &types)) else { continue };
        let more = cells[4] == "True";
        let overload = Overload {
            letters: types.iter().map(|ty| declared(ty)).collect(),
            count: types.len(),
            more,
            returns,
            nulls: nulls(cells[3] == "True", cells[6] == "True", &cells[2]),
        };
        let names: Vec<String> = names.iter().map(|name| canonical(name)).collect();
        let entry = overloads.entry(names[0].clone()).or_insert((names[1..].to_vec(), Vec::new()));
        entry.1.push(overload);
    }
    overloads
        .into_iter()
        .map(|(name, (aliases, all))| (name.clone(), scalar(engine, &name, &aliases, &all)))
        .collect()
}

fn scalar(engine: Engine, name: &str, aliases: &[String], all: &[Overload]) -> String {
    let signature = |overload: &Overload| match (overload.count, overload.more) {
        (0, _) => "nullary()".to_owned(),
        (count, more) => format!("rule({}, {count}{})", overload.letters, if more { "+" } else { "" }),
    };
    let signatures: Vec<String> = all.iter().map(signature).collect();
    let first = &all[0].returns;
    let maths = match engine {
        Engine::SingleStage => MATHS.contains(&name),
        Engine::MultiStage => PLANNED_MATHS.contains(&name),
    };
    let returns = if maths {
        "rule(doubled)".to_owned()
    } else if all.iter().all(|overload| overload.returns == *first) {
        first.clone()
    } else {
        let cases: Vec<String> =
            all.iter().map(|overload| format!("#{} -> {}", overload.count, overload.returns)).collect();
        cases.join("; ")
    };
    let nulls =
        all.iter().map(|overload| overload.nulls).max_by_key(|nulls| *nulls == "always").unwrap_or("always");
    let never = all.iter().all(|overload| overload.nulls == "never");
    let nulls = if nulls == "never" && !never { "strict" } else { nulls };
    format!("scalar\t{name}\t{}\t{}\t{returns}\t{nulls}", aliases.join(" "), signatures.join("; "))
}

/// When a function of Java's is NULL: one that does not take NULL is so for a NULL, one that takes it says by its result.
fn nulls(takes: bool, gives: bool, returns: &str) -> &'static str {
    let primitive = ["int", "long", "double", "boolean", "float", "byte[]"].contains(&returns);
    match (takes, gives) {
        (_, true) => "always",
        (true, false) if primitive => "never",
        (true, false) => "always",
        (false, false) => "strict",
    }
}

/// The letter of a declared type.
fn declared(ty: &str) -> char {
    match ty {
        "int" | "Integer" => 'i',
        "long" | "Long" => 'l',
        "float" | "Float" => 'f',
        "double" | "Double" => 'd',
        "BigDecimal" => 'n',
        "boolean" | "Boolean" => 'b',
        "Timestamp" => 't',
        "String" => 's',
        "byte[]" => 'y',
        "Map" => 'm',
        "int[]" => 'I',
        "long[]" => 'L',
        "float[]" => 'F',
        "double[]" => 'D',
        "String[]" => 'S',
        "Timestamp[]" => 'T',
        _ => 'o',
    }
}

fn aggregations(measured: &Measured) -> Vec<(String, String)> {
    let mut made = Vec::new();
    for cells in lines("pinot-1.5.1-aggregations.tsv") {
        let name = canonical(&cells[1]);
        if BY_HAND.iter().any(|(_, line)| line.split('\t').nth(1) == Some(&name))
            && !BY_ENGINE.contains(&&*name)
        {
            continue;
        }
        let mut signatures = Vec::new();
        let mut returns: Vec<String> = Vec::new();
        for rest in measured.rests(&cells[1]) {
            let of = measured.aggregation(&cells[1], &rest);
            let mut taken: BTreeMap<char, String> =
                of.into_iter().filter_map(|(letter, ty)| Some((letter, ty?))).collect();
            if SERIALISED.contains(&name.as_str())
                && let Some(ty) = taken.values().next().cloned()
            {
                taken.entry('y').or_insert(ty);
            }
            if taken.is_empty() {
                continue;
            }
            like_arrays(&mut taken);
            let letters: String =
                "ilfdnbtsjymILFDNBTSY".chars().filter(|letter| taken.contains_key(letter)).collect();
            let count = 1 + rest.matches(", ").count() + usize::from(!rest.is_empty());
            signatures.push(format!("rule(={letters} o, {})", counts(&name, count)));
            returns.push(results(&taken));
        }
        if signatures.is_empty() {
            continue;
        }
        returns.dedup();
        signatures.dedup();
        assert_eq!(returns.len(), 1, "{name}: {returns:?}");
        let never =
            name.starts_with("count") || name.starts_with("distinctcount") || name.starts_with("segmentpart");
        let nulls = if never { "never" } else { "empty" };
        // `PERCENTILE95(x)` is `PERCENTILE(x, 95)`.
        if name.starts_with("percentile") && !name.ends_with("mv") {
            let one: Vec<String> = signatures.iter().map(|text| text.replace(", 2, 3)", ", 1)")).collect();
            made.push((
                format!("{name}#"),
                format!("aggregate\t{name}#\t\t{}\t{}\t{nulls}", one.join("; "), returns[0]),
            ));
        }
        made.push((
            name.clone(),
            format!("aggregate\t{name}\t\t{}\t{}\t{nulls}", signatures.join("; "), returns[0]),
        ));
    }
    made
}

/// So many arguments an aggregation takes: those that were tried, and a precision or size where there is one.
fn counts(name: &str, tried: usize) -> String {
    let sketch = ["hll", "ull", "theta", "cpc", "tuple", "smart", "frequent", "idset", "fasthll"];
    match tried {
        2 if name.starts_with("percentile") => "2, 3".to_owned(),
        1 if name.contains("theta") => "1+".to_owned(),
        1 if name.contains("hllplus") || name == "sumprecision" => "1, 2, 3".to_owned(),
        1 if name == "mode" || sketch.iter().any(|part| name.contains(part)) => "1, 2".to_owned(),
        1 if name.starts_with("funnel") => "1+".to_owned(),
        1 if name == "histogram" => "1+".to_owned(),
        4 if name == "histogram" => "2, 4".to_owned(),
        1 if name.starts_with("expr") => "1+".to_owned(),
        tried => tried.to_string(),
    }
}

/// Two kinds of arrays were asked: the others are taken as values of their elements are.
fn like_arrays(taken: &mut BTreeMap<char, String>) {
    let (Some(ints), Some(doubles)) = (taken.get(&'I').cloned(), taken.get(&'D').cloned()) else { return };
    for (array, single) in [('L', 'l'), ('F', 'f'), ('B', 'b'), ('T', 't'), ('S', 's'), ('Y', 'y')] {
        if taken.contains_key(&array) {
            continue;
        }
        let of_own = if ints == doubles { Some(ints.clone()) } else { None };
        let own = match taken.get(&single) {
            Some(single_result) => of_own.or_else(|| match ints.as_str() {
                "Int32" => Some(single_result.clone()),
                _ => Some(format!("List({single_result})")),
            }),
            None => None,
        };
        taken.extend(own.map(|own| (array, own)));
    }
}

/// The results by the type of the first argument, as short as they are said.
fn results(taken: &BTreeMap<char, String>) -> String {
    let own = |letter: char| crate::data::of_letter(letter);
    let same = |(letter, ty): (&char, &String)| own(*letter) == *ty || (*letter == 'j' && ty == "Utf8");
    let first = taken.values().next().expect("a result");
    if taken.values().all(|ty| ty == first) {
        return first.clone();
    }
    if taken.iter().all(same) {
        return "$0".to_owned();
    }
    let element = |(letter, ty): (&char, &String)| {
        same((letter, ty)) || letter.is_ascii_uppercase() && own(letter.to_ascii_lowercase()) == *ty
    };
    if taken.iter().all(element) {
        return "List -> $0.item; $0".to_owned();
    }
    let mut counts: BTreeMap<&String, usize> = BTreeMap::new();
    taken.values().for_each(|ty| *counts.entry(ty).or_default() += 1);
    let usual =
        counts.iter().max_by_key(|(_, count)| **count).map(|(ty, _)| (*ty).clone()).expect("a result");
    let mut cases: Vec<String> = taken
        .iter()
        .filter(|(_, ty)| **ty != usual)
        .map(|(letter, ty)| format!("{} -> {ty}", crate::data::pattern(*letter)))
        .collect();
    cases.push(usual);
    cases.join("; ")
}
