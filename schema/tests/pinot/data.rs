//! The files of `data/`: what each engine gave for an expression, and the declarations of functions.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::Engine;

/// The cells of a file's lines, without its head.
pub(crate) fn lines(file: &str) -> impl Iterator<Item = Vec<String>> {
    let text = std::fs::read_to_string(folder().join(file)).unwrap();
    let lines: Vec<Vec<String>> =
        text.lines().skip(1).map(|line| line.split('\t').map(str::to_owned).collect()).collect();
    lines.into_iter()
}

/// The folder of the data.
pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/pinot/data")
}

/// One expression over the columns of `all_types`, and what an engine gave: a type by Pinot's name, `None` for a refusal.
pub(crate) struct Expression {
    pub(crate) kind: String,
    pub(crate) text: String,
    pub(crate) ty: Option<String>,
    /// Whether the planner calls it nullable.
    pub(crate) nullable: bool,
}

/// What was measured of one engine.
pub(crate) struct Measured {
    pub(crate) expressions: Vec<Expression>,
    by_text: BTreeMap<String, usize>,
}

impl Measured {
    pub(crate) fn read(engine: Engine) -> Measured {
        let expression = |cells: Vec<String>| {
            let answer = &cells[if engine == Engine::SingleStage { 2 } else { 3 }];
            Expression {
                kind: cells[0].clone(),
                text: cells[1].clone(),
                ty: (!answer.starts_with('!')).then(|| answer.trim_end_matches('?').to_owned()),
                nullable: answer.ends_with('?'),
            }
        };
        let expressions: Vec<Expression> = lines("pinot-1.5.1-types.tsv").map(expression).collect();
        let by_text = expressions.iter().enumerate().map(|(i, e)| (e.text.clone(), i)).collect();
        Measured { expressions, by_text }
    }

    fn ty(&self, text: &str) -> Option<&String> {
        self.expressions[*self.by_text.get(text)?].ty.as_ref()
    }

    /// The result of a scalar function declared with these types, as querent writes it: of columns, or of a column and
    /// literals.
    pub(crate) fn scalar(&self, name: &str, types: &[&str]) -> Option<String> {
        let columns: Vec<&str> = types.iter().map(|ty| column(ty)).collect();
        let literals = columns.iter().take(1).copied().chain(types.iter().skip(1).map(|ty| literal(ty)));
        let literals: Vec<&str> = literals.collect();
        let text = |args: &[&str]| format!("{name}({})", args.join(", "));
        let found = self.ty(&text(&columns)).or_else(|| self.ty(&text(&literals)))?;
        Some(querent(found))
    }

    /// What follows the first argument in the calls of an aggregation that were tried: `""`, `"50"`.
    pub(crate) fn rests(&self, name: &str) -> Vec<String> {
        let mut rests: Vec<String> = self.calls(name).map(|(_, rest, _)| rest).collect();
        rests.sort();
        rests.dedup();
        rests
    }

    fn calls<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (char, String, Option<&'a String>)> {
        self.expressions.iter().filter(|e| e.kind == "aggregation").filter_map(move |expression| {
            let inside = expression.text.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')')?;
            let (first, rest) = inside.split_once(", ").unwrap_or((inside, ""));
            Some((letter(first)?, rest.to_owned(), expression.ty.as_ref()))
        })
    }

    /// The result of an aggregation by the letter of its first argument.
    pub(crate) fn aggregation(&self, name: &str, rest: &str) -> Vec<(char, Option<String>)> {
        let of_rest = self.calls(name).filter(|(_, own, _)| own == rest);
        of_rest.map(|(letter, _, ty)| (letter, ty.map(|ty| querent(ty)))).collect()
    }
}

const COLUMNS: &[(&str, char, &str)] = &[
    ("int", 'i', "c_int"),
    ("long", 'l', "c_long"),
    ("float", 'f', "c_float"),
    ("double", 'd', "c_double"),
    ("BigDecimal", 'n', "c_big_decimal"),
    ("boolean", 'b', "c_boolean"),
    ("Timestamp", 't', "c_timestamp"),
    ("String", 's', "c_string"),
    ("-", 'j', "c_json"),
    ("byte[]", 'y', "c_bytes"),
    ("Map", 'm', "c_map"),
    ("int[]", 'I', "a_int"),
    ("long[]", 'L', "a_long"),
    ("float[]", 'F', "a_float"),
    ("double[]", 'D', "a_double"),
    ("-", 'B', "a_boolean"),
    ("-", 'T', "a_timestamp"),
    ("String[]", 'S', "a_string"),
    ("Object[]", 'S', "a_string"),
];

/// The column that stood for a declared type.
fn column(ty: &str) -> &'static str {
    COLUMNS.iter().find(|(own, ..)| *own == ty).map_or("c_string", |(.., column)| column)
}

/// The literal that stood for a declared type.
fn literal(ty: &str) -> &'static str {
    match ty {
        "int" | "long" => "1",
        "float" | "double" | "BigDecimal" => "1.5",
        "boolean" => "true",
        "String" | "Object" => "'x'",
        "byte[]" => "hexToBytes('ff')",
        other => column(other),
    }
}

fn letter(column: &str) -> Option<char> {
    COLUMNS.iter().find(|(.., own)| *own == column).map(|(_, letter, _)| *letter)
}

/// A type of Pinot's as querent writes it.
pub(crate) fn querent(name: &str) -> String {
    if let Some(element) = name.strip_suffix("_ARRAY") {
        return format!("List({})", querent(element));
    }
    match name {
        "INT" => "Int32",
        "LONG" => "Int64",
        "FLOAT" => "Float32",
        "DOUBLE" => "Float64",
        "BIG_DECIMAL" => "BigDecimal",
        "BOOLEAN" => "Boolean",
        "TIMESTAMP" => "Timestamp(ms, \"UTC\")",
        "STRING" => "Utf8",
        "JSON" | "MAP" | "OBJECT" => "Json",
        "BYTES" => "Binary",
        "UNKNOWN" => "Null",
        other => panic!("{other} is no type of Pinot's"),
    }
    .to_owned()
}

/// The type of a letter of the function data.
pub(crate) fn of_letter(letter: char) -> String {
    let single = match letter.to_ascii_lowercase() {
        'i' => "Int32",
        'l' => "Int64",
        'f' => "Float32",
        'd' => "Float64",
        'n' => "BigDecimal",
        'b' => "Boolean",
        't' => "Timestamp(ms, \"UTC\")",
        's' => "Utf8",
        'j' | 'm' => "Json",
        'y' => "Binary",
        other => panic!("{other} is no letter of a type"),
    };
    if letter.is_ascii_uppercase() { format!("List({single})") } else { single.to_owned() }
}

/// What an argument of a letter is, as a pattern of the function data.
pub(crate) fn pattern(letter: char) -> String {
    if letter == 'm' { "Map".to_owned() } else { of_letter(letter) }
}
