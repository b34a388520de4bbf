//! The recorded statements of one engine, as they stand in `data/ignite-2.17-describe-<engine>.json`.

use std::path::PathBuf;

use serde_json::Value;

/// What was recorded of one engine.
pub struct Recording {
    pub ddl: Vec<String>,
    pub cases: Vec<Case>,
}

/// One statement, described and run.
pub struct Case {
    pub n: u64,
    pub category: String,
    pub sql: String,
    /// Why the server refused to describe it.
    pub error: Option<String>,
    /// Why the server refused to run it.
    pub run_error: Option<String>,
    pub columns: Vec<Column>,
    pub params: Vec<Param>,
}

/// One column as it was described and as it came.
pub struct Column {
    pub name: String,
    /// The type code that the server described.
    pub code: u64,
    /// The type code of the same column where it may be NULL: Calcite alone, and not for every statement.
    pub wrapped_code: Option<u64>,
    /// Every type code that came, as text: `3`, or `254:…` with the prefix of the class.
    pub wire: Vec<String>,
    pub null_seen: bool,
    /// What the server says of NULL: `no`, `yes` or `unknown`.
    pub nullable: String,
}

/// One parameter as it was described.
pub struct Param {
    pub type_name: String,
    pub class: String,
    pub precision: i64,
}

impl Recording {
    /// Reads the recording of an engine.
    pub fn read(engine: &str) -> Recording {
        let path = data().join(format!("ignite-2.17-describe-{engine}.json"));
        let whole: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let ddl = list(&whole["about"]["ddl"]).map(text).collect();
        Recording { ddl, cases: list(&whole["cases"]).map(Case::read).collect() }
    }
}

/// The folder of the recordings.
pub fn data() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/ignite/data")
}

impl Case {
    fn read(case: &Value) -> Case {
        let message = |refusal: &Value| refusal.is_object().then(|| text(&refusal["message"]));
        Case {
            n: case["n"].as_u64().unwrap(),
            category: text(&case["category"]),
            sql: text(&case["sql"]),
            error: message(&case["error"]),
            run_error: message(&case["run_error"]),
            columns: list(&case["columns"]).map(Column::read).collect(),
            params: list(&case["params"]).map(Param::read).collect(),
        }
    }

    /// Whether the server took the statement, to describe and to run it.
    pub fn accepted(&self) -> bool {
        self.error.is_none() && self.run_error.is_none()
    }
}

impl Column {
    fn read(column: &Value) -> Column {
        let code = |code: &Value| match code {
            Value::Number(number) => number.to_string(),
            other => text(other),
        };
        Column {
            name: column["run_name"].as_str().unwrap_or_else(|| column["name"].as_str().unwrap()).to_owned(),
            code: column["code"].as_u64().unwrap(),
            wrapped_code: column["wrapped_code"].as_u64(),
            wire: list(&column["wire_type"]).map(code).collect(),
            null_seen: column["null_seen"].as_bool().unwrap_or(false),
            nullable: text(&column["nullable"]),
        }
    }
}

impl Param {
    fn read(param: &Value) -> Param {
        Param {
            type_name: text(&param["type"]),
            class: text(&param["class"]),
            precision: param["precision"].as_i64().unwrap(),
        }
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
