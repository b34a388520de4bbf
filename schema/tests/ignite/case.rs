//! The recorded statements of one engine, as they stand in `data/ignite-2.17-describe-<engine>.json`.

use std::path::PathBuf;

use serde_json::Value;

/// What was recorded of one engine.
pub(crate) struct Recording {
    pub(crate) ddl: Vec<String>,
    pub(crate) cases: Vec<Case>,
}

/// One statement, described and run.
pub(crate) struct Case {
    pub(crate) n: u64,
    pub(crate) sql: String,
    /// Why the server refused to describe it.
    pub(crate) error: Option<String>,
    /// Why the server refused to run it.
    pub(crate) run_error: Option<String>,
    pub(crate) columns: Vec<Column>,
    pub(crate) params: Vec<Param>,
}

/// One column as it was described and as it came.
pub(crate) struct Column {
    pub(crate) name: String,
    /// The type code that the server described.
    pub(crate) code: u64,
    /// The type code of the same column where it may be NULL: Calcite alone, and not for every statement.
    pub(crate) wrapped_code: Option<u64>,
    /// Every type code that came, as text: `3`, or `254:…` with the prefix of the class.
    pub(crate) wire: Vec<String>,
    pub(crate) null_seen: bool,
    /// What the server says of NULL: `no`, `yes` or `unknown`.
    pub(crate) nullable: String,
}

/// One parameter as it was described.
pub(crate) struct Param {
    pub(crate) type_name: String,
    pub(crate) class: String,
    pub(crate) precision: i64,
}

impl Recording {
    /// Reads the recording of an engine.
    pub(crate) fn read(engine: &str) -> Recording {
        let path = data().join(format!("ignite-2.17-describe-{engine}.json"));
        let whole: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let ddl = list(&whole["about"]["ddl"]).map(text).collect();
        Recording { ddl, cases: list(&whole["cases"]).map(Case::read).collect() }
    }
}

/// The folder of the recordings.
pub(crate) fn data() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/ignite/data")
}

impl Case {
    fn read(case: &Value) -> Case {
        let message = |refusal: &Value| refusal.is_object().then(|| text(&refusal["message"]));
        Case {
            n: case["n"].as_u64().unwrap(),
            sql: text(&case["sql"]),
            error: message(&case["error"]),
            run_error: message(&case["run_error"]),
            columns: list(&case["columns"]).map(Column::read).collect(),
            params: list(&case["params"]).map(Param::read).collect(),
        }
    }

    /// Whether the server took the statement, to describe and to run it. One that Calcite cannot describe for a parameter
    /// without a type runs all the same: the checker takes it too, and warns.
    pub(crate) fn accepted(&self) -> bool {
        let untyped = |error: &String| error.contains("Illegal use of dynamic parameter");
        self.run_error.is_none() && self.error.as_ref().is_none_or(untyped)
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
