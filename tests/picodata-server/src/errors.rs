//! What a Picodata server says when it refuses: the texts of 25.6 and 26.1, nearly all with the code XX000.

use std::fmt;

/// An error of the server: a code of five letters and a text, nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlError {
    /// SQLSTATE.
    pub code: &'static str,
    /// The text.
    pub message: String,
}

/// Of everything that has no code of its own.
pub const INTERNAL: &str = "XX000";

impl SqlError {
    /// An error with this code.
    pub fn new(code: &'static str, message: impl Into<String>) -> SqlError {
        SqlError { code, message: message.into() }
    }

    /// An error of XX000.
    pub fn internal(message: impl Into<String>) -> SqlError {
        SqlError::new(INTERNAL, message)
    }

    /// A syntax error: a caret under the byte `at` of the text.
    pub fn syntax(sql: &str, at: usize, expected: &str) -> SqlError {
        let before = sql.get(..at).unwrap_or(sql);
        let (line, column) = (before.matches('\n').count() + 1, before.rsplit('\n').next().unwrap_or(""));
        let column = column.chars().count() + 1;
        let text = sql.lines().nth(line - 1).unwrap_or("");
        let (digits, margin) = (line.to_string(), " ".repeat(line.to_string().len()));
        let caret = " ".repeat(column - 1) + "^---";
        SqlError::internal(format!(
            "sbroad: rule parsing error: {margin}--> {line}:{column}\n{margin} |\n{digits} | {text}\n{margin} | \
             {caret}\n{margin} |\n{margin} = expected {expected}"
        ))
    }

    /// No such table.
    pub fn no_table(name: &str) -> SqlError {
        SqlError::internal(format!("sbroad: table with name \"{name}\" not found"))
    }

    /// No such column.
    pub fn no_column(name: &str) -> SqlError {
        SqlError::internal(format!("sbroad: column with name \"{name}\" not found"))
    }

    /// No such function.
    pub fn no_function(name: &str) -> SqlError {
        SqlError::internal(format!("sbroad: SQL function {name} not found"))
    }

    /// A literal that is none of its type.
    pub fn bad_literal(text: &str, ty: &str) -> SqlError {
        SqlError::internal(format!(
            "sbroad: failed to parse '{text}' as a value of type {ty}, consider using explicit type casts"
        ))
    }

    /// An operator that two types do not have.
    pub fn no_operator(operator: &str, left: &str, right: &str) -> SqlError {
        SqlError::internal(format!(
            "sbroad: could not resolve operator overload for {operator}({left}, {right})"
        ))
    }

    /// One parameter in two types.
    pub fn inconsistent_parameter(number: usize, first: &str, second: &str) -> SqlError {
        SqlError::internal(format!(
            "sbroad: inconsistent types {first} and {second} deduced for parameter ${number}, consider using transitive \
             type casts through a common type, e.g. ${number}::{first}::{second} and ${number}::{first}"
        ))
    }

    /// A parameter of which nothing tells the type.
    pub fn unknown_parameter(number: usize) -> SqlError {
        SqlError::internal(format!("sbroad: could not determine data type of parameter ${number}"))
    }

    /// A parameter of a type that the server does not take (0A000).
    pub fn unsupported_parameter(ty: &str) -> SqlError {
        SqlError::new("0A000", format!("feature is not supported: {ty} parameters"))
    }

    /// What a storage node says, in the coat that the router puts around it.
    pub fn storage(replicaset_uuid: &str, message: &str) -> SqlError {
        let message = format!(
            "Error on replicaset {replicaset_uuid}: Failed to execute '.proc_sql_execute': {message}"
        );
        let message = serde_json::Value::from(message);
        SqlError::internal(format!(
            "sbroad: box error: ProcLua: {{\"code\":32,\"base_type\":\"ClientError\",\"type\":\"ClientError\",\
             \"message\":{message},\"trace\":[{{\"file\":\"vshard\\/error.lua\",\"line\":284}}]}}"
        ))
    }

    /// A key that is there already; the tuples are told whole, values and all.
    pub fn duplicate_key(replicaset_uuid: &str, index: &str, table: &str, old: &str, new: &str) -> SqlError {
        SqlError::storage(
            replicaset_uuid,
            &format!(
                "sbroad: invalid transaction: transaction rolled-back: failed to insert space: TupleFound: Duplicate key \
                 exists in unique index \"{index}\" in space \"{table}\" with old tuple - {old} and new tuple - {new}"
            ),
        )
    }

    /// A NULL in a column that takes none, or a negative UNSIGNED: `expected string, got nil`.
    pub fn field_type(
        replicaset_uuid: &str,
        field: usize,
        column: &str,
        expected: &str,
        got: &str,
    ) -> SqlError {
        SqlError::storage(
            replicaset_uuid,
            &format!(
                "sbroad: invalid transaction: transaction rolled-back: failed to insert space: box error: FieldType: \
                 Tuple field {field} ({column}) type does not match one required by operation: expected {expected}, got {got}"
            ),
        )
    }

    /// A statement that was prepared before the schema changed, without `pico_stmt_invalidation`.
    pub fn stale_schema(replicaset_uuid: &str) -> SqlError {
        SqlError::storage(replicaset_uuid, "sbroad: storage schema version different from router")
    }

    /// A statement on a dropped table, without `pico_stmt_invalidation`.
    pub fn no_such_space(table: &str) -> SqlError {
        SqlError::internal(format!("box error: NoSuchSpace: no such space \"{table}\""))
    }

    /// A statement on a dropped table, with `pico_stmt_invalidation`.
    pub fn no_space_metadata(table: &str) -> SqlError {
        SqlError::internal(format!("sbroad: space metadata for table: {table} not found"))
    }

    /// A statement that was prepared before the schema changed, with `pico_stmt_invalidation` (42999).
    pub fn invalidated(statement: &str) -> SqlError {
        SqlError::new("42999", format!("prepared statement {statement} has been invalidated"))
    }

    /// A user without a right.
    pub fn access_denied(access: &str, table: &str, user: &str) -> SqlError {
        SqlError::internal(format!(
            "box error: AccessDenied: {access} access to space '{table}' is denied for user '{user}'"
        ))
    }

    /// More rows between nodes than `sql_motion_row_max`.
    pub fn too_many_rows(limit: u64) -> SqlError {
        SqlError::internal(format!(
            "sbroad: Exceeded maximum number of rows ({limit}) in virtual table: {}",
            limit + 1
        ))
    }

    /// More work than `sql_vdbe_opcode_max`.
    pub fn too_many_opcodes(limit: u64) -> SqlError {
        SqlError::internal(format!("Reached a limit on max executed vdbe opcodes. Limit: {limit}"))
    }

    /// A bucket whose replicaset does not answer.
    pub fn sharding(bucket: u64) -> SqlError {
        SqlError::internal(format!(
            "sbroad: Failed to get replicaset from bucket {bucket}: box error: ProcLua: {{\"bucket_id\":{bucket},\
             \"code\":9,\"type\":\"ShardingError\",\"message\":\"Bucket {bucket} cannot be found. Is rebalancing in \
             progress?\",\"name\":\"NO_ROUTE_TO_BUCKET\"}}"
        ))
    }

    /// What is said of a division by zero.
    pub fn division_by_zero() -> SqlError {
        SqlError::internal("sbroad: Failed to execute SQL statement: division by zero")
    }

    /// A number that was computed and does not fit an INTEGER of the wire.
    pub fn out_of_range() -> SqlError {
        SqlError::internal("encoding error: out of range integral type conversion attempted")
    }
}

impl fmt::Display for SqlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for SqlError {}

#[cfg(test)]
mod tests {
    use super::*;

    /// As 26.1.6 answered `SELECT id FROM probe_t LIMIT $1`.
    #[test]
    fn a_syntax_error_has_a_caret() {
        let error = SqlError::syntax("SELECT id FROM probe_t LIMIT $1", 29, "Null or Unsigned");
        let expected = "sbroad: rule parsing error:  --> 1:30\n  |\n1 | SELECT id FROM probe_t LIMIT $1\n  |                              \
                        ^---\n  |\n  = expected Null or Unsigned";
        assert_eq!(error, SqlError::internal(expected));
    }

    /// As 26.1.6 answered an INSERT of a key that is there.
    #[test]
    fn a_storage_error_is_json_within_text() {
        let error =
            SqlError::duplicate_key("eeff5c83", "1025_pkey", "probe_t", "[1, \"one\"]", "[1, \"dup\"]");
        assert!(error.message.starts_with(
            "sbroad: box error: ProcLua: {\"code\":32,\"base_type\":\"ClientError\",\"type\":\"ClientError\",\"message\":\"Error \
             on replicaset eeff5c83: Failed to execute '.proc_sql_execute': sbroad: invalid transaction"
        ));
        assert!(error.message.ends_with(
            "with old tuple - [1, \\\"one\\\"] and new tuple - [1, \\\"dup\\\"]\",\"trace\":[{\"file\":\"vshard\\/error.lua\",\"line\":284}]}"
        ));
    }
}
