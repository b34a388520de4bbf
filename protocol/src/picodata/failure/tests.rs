//! The server's own words, recorded on 25.6 and 26.1, and what is made of them.

use super::*;

/// As the router wraps what a storage says.
fn wrapped(message: &str) -> String {
    let message = message.replace('"', "\\\"");
    format!(
        "sbroad: box error: ProcLua: {{\"code\":32,\"base_type\":\"ClientError\",\"type\":\"ClientError\",\"message\":\"Error on \
         replicaset eeff5c83-65af-46c2-a911-d5f376e57acd: Failed to execute '.proc_sql_execute': {message}\",\"trace\":\
         [{{\"file\":\"vshard\\/error.lua\",\"line\":284}}]}}"
    )
}

const FIELD: &str = "sbroad: invalid transaction: transaction rolled-back: failed to insert space: box error: FieldType: Tuple \
                     field";

#[test]
fn every_pattern_has_its_cause_and_words() {
    let duplicate = wrapped(
        r#"sbroad: invalid transaction: transaction rolled-back: failed to insert space: TupleFound: Duplicate key exists in unique index "1025_pkey" in space "probe_t" with old tuple - [1, 1934, "one", null, 7, 9, 12345.678900, 0.25, true] and new tuple - [1, 1934, "dup", null]"#,
    );
    let null = wrapped(&format!(
        "{FIELD} 3 (name) type does not match one required by operation: expected string, got nil"
    ));
    let negative = wrapped(&format!(
        "{FIELD} 6 (big) type does not match one required by operation: expected unsigned, got integer"
    ));
    let stale = wrapped("sbroad: storage schema version different from router");
    let sharding = r#"sbroad: Failed to get replicaset from bucket 84: box error: ProcLua: {"bucket_id":84,"code":9,"type":"ShardingError","message":"Bucket 84 is unreachable","name":"NO_ROUTE_TO_BUCKET"}"#;
    let limit = "sbroad: rule parsing error:  --> 1:30\n  |\n1 | SELECT id FROM probe_t LIMIT $1\n  |                              ^---\n  |\n  = expected Null or Unsigned";
    let raises = "(sql_motion_row_max; OPTION (SQL_MOTION_ROW_MAX = …) raises it)";
    for (code, message, cause, told) in [
        (
            "XX000",
            duplicate.as_str(),
            Cause::UniqueViolation,
            "a row with this key is there already (unique index \"1025_pkey\" of \"probe_t\")",
        ),
        (
            "XX000",
            null.as_str(),
            Cause::NotNullViolation,
            "a NULL in a column that has none (column \"name\")",
        ),
        (
            "XX000",
            negative.as_str(),
            Cause::TypeViolation,
            "a value that its column cannot hold (column \"big\": expected unsigned, got integer)",
        ),
        (
            "XX000",
            "box error: AccessDenied: Read access to space 'warehouse' is denied for user 'alice'",
            Cause::AccessDenied,
            "read access to space 'warehouse' is denied for user 'alice'",
        ),
        (
            "28P01",
            "authentication failed for user 'x'",
            Cause::AuthenticationFailed,
            "authentication failed for user 'x'",
        ),
        (
            "28000",
            "this server requires the client to use ssl",
            Cause::TlsRequired,
            "the server takes connections with TLS only: the scheme picodata+tls:// has it",
        ),
        ("28000", "another refusal", Cause::AuthenticationFailed, "another refusal"),
        ("XX000", limit, Cause::Syntax, "syntax error at 1:30: expected Null or Unsigned"),
        (
            "XX000",
            "sbroad: table with name \"nope\" not found",
            Cause::UnknownTable,
            "there is no table \"nope\"",
        ),
        (
            "XX000",
            "sbroad: column with name \"nope\" not found",
            Cause::UnknownColumn,
            "there is no column \"nope\"",
        ),
        ("XX000", "sbroad: SQL function any not found", Cause::UnknownFunction, "SQL function any not found"),
        (
            "XX000",
            "sbroad: failed to parse 'a' as a value of type int, consider using explicit type casts",
            Cause::TypeMismatch,
            "a text is no value of type int; an explicit cast says what it is",
        ),
        (
            "XX000",
            "sbroad: could not determine data type of parameter $1",
            Cause::TypeMismatch,
            "could not determine data type of parameter $1",
        ),
        (
            "XX000",
            "sbroad: Failed to execute SQL statement: division by zero",
            Cause::Arithmetic,
            "division by zero",
        ),
        (
            "XX000",
            "encoding error: out of range integral type conversion attempted",
            Cause::Arithmetic,
            "a number of the result is beyond 64 bits",
        ),
        (
            "XX000",
            "sbroad: Exceeded maximum number of rows (5000) in virtual table: 5001",
            Cause::RowLimit,
            &format!("too many rows had to travel: more than 5000 {raises}"),
        ),
        (
            "XX000",
            "Reached a limit on max executed vdbe opcodes. Limit: 45000",
            Cause::OpcodeLimit,
            "too much had to be computed: more than 45000 (sql_vdbe_opcode_max; OPTION (SQL_VDBE_OPCODE_MAX = …) raises it)",
        ),
        (
            "XX000",
            sharding,
            Cause::Sharding,
            "a node that holds rows of the statement does not answer (bucket 84), or buckets are moving: what only reads may be tried again, at best after half a minute, in which the cluster notices that a node is gone",
        ),
        (
            "42999",
            "prepared statement s105 has been invalidated",
            Cause::StaleStatement,
            "prepared statement s105 has been invalidated",
        ),
        (
            "XX000",
            stale.as_str(),
            Cause::StaleStatement,
            "the schema changed after the statement was prepared",
        ),
        (
            "XX000",
            "box error: NoSuchSpace: no such space \"probe_t\"",
            Cause::StaleStatement,
            "the schema changed after the statement was prepared: there is no table \"probe_t\" any more",
        ),
        (
            "XX000",
            "sbroad: space metadata for table: probe_t not found",
            Cause::StaleStatement,
            "the schema changed after the statement was prepared: there is no table \"probe_t\" any more",
        ),
        (
            "XX000",
            "Statement storage is full",
            Cause::StatementsFull,
            "the instance can hold no more prepared statements (pg_statement_max counts those of all clients together)",
        ),
        (
            "42P05",
            "Duplicated name for statement 's1'",
            Cause::DuplicateStatement,
            "Duplicated name for statement 's1'",
        ),
        (
            "42P03",
            "Duplicated name for portal 'p1'",
            Cause::DuplicatePortal,
            "Duplicated name for portal 'p1'",
        ),
        (
            "XX000",
            "Couldn't find statement 's105'",
            Cause::UnknownStatement,
            "Couldn't find statement 's105'",
        ),
        (
            "0A000",
            "feature is not supported: _int8 parameters",
            Cause::Unsupported,
            "feature is not supported: _int8 parameters",
        ),
        ("22P02", "invalid text representation", Cause::BadParameter, "invalid text representation"),
        ("22P03", "invalid binary representation", Cause::BadParameter, "invalid binary representation"),
        ("58030", "broken pipe", Cause::Io, "broken pipe"),
        ("08P01", "unexpected message", Cause::Protocol, "unexpected message"),
        // PostgreSQL's, of the stand-in.
        (
            "23505",
            "duplicate key value violates unique constraint \"stock_pkey\"",
            Cause::UniqueViolation,
            "duplicate key value violates unique constraint \"stock_pkey\"",
        ),
        (
            "42501",
            "permission denied for table _pico_table",
            Cause::AccessDenied,
            "permission denied for table _pico_table",
        ),
    ] {
        let failure = Failure::of(code, message);
        assert_eq!((failure.cause, failure.message.as_str()), (Some(cause), told), "{code} {message}");
        assert_eq!(failure.to_string(), cause.says());
    }
}

#[test]
fn types_that_do_not_fit_keep_their_words() {
    for message in [
        "sbroad: could not resolve operator overload for =(int, text)",
        "sbroad: inconsistent types text and int deduced for parameter $1, consider using transitive type casts through a \
         common type, e.g. $1::text::int and $1::text",
    ] {
        let failure = Failure::of("XX000", message);
        assert_eq!(failure.cause, Some(Cause::TypeMismatch), "{message}");
        assert_eq!(Some(failure.message.as_str()), message.strip_prefix("sbroad: "));
    }
}

#[test]
fn what_users_and_rows_write_tells_no_cause() {
    for (message, cause) in [
        (
            r#"TupleFound: Duplicate key exists in unique index "i" in space "t" with old tuple - ["AccessDenied"]"#,
            Cause::UniqueViolation,
        ),
        (
            "sbroad: rule parsing error:  --> 1:8\n  |\n1 | SELECT 'TupleFound', 'ShardingError'",
            Cause::Syntax,
        ),
        ("sbroad: failed to parse 'AccessDenied' as a value of type int, consider", Cause::TypeMismatch),
        ("sbroad: table with name \"FieldType\" not found", Cause::UnknownTable),
        ("sbroad: column with name \"NoSuchSpace\" not found", Cause::UnknownColumn),
        ("sbroad: index with name \"division by zero\" not found", Cause::UnknownIndex),
    ] {
        assert_eq!(Failure::of("XX000", message).cause, Some(cause), "{message}");
    }
}

#[test]
fn names_and_places_are_told_apart() {
    let duplicate = Failure::of(
        "XX000",
        r#"TupleFound: Duplicate key exists in unique index "1028_pkey" in space "t" with old tuple - [1]"#,
    );
    assert_eq!((duplicate.index.as_deref(), duplicate.table.as_deref()), (Some("1028_pkey"), Some("t")));
    let denied = Failure::of(
        "XX000",
        "box error: AccessDenied: Read access to space '_pico_table' is denied for user 'al'",
    );
    assert_eq!(denied.table.as_deref(), Some("_pico_table"));
    let syntax = Failure::of(
        "XX000",
        &format!(
            "sbroad: rule parsing error:  --> 12:7\n  |\n12 | x\n  |\n  = expected {}",
            "Query, ".repeat(100)
        ),
    );
    assert_eq!(syntax.place, Some((12, 7)));
    assert!(syntax.message.ends_with('…') && syntax.message.len() < 250, "{}", syntax.message);
    let column =
        Failure::of("XX000", &format!("{FIELD} 2 (a) type does not match: expected string, got nil"));
    assert_eq!(column.column.as_deref(), Some("a"));
    assert_eq!(format!("{duplicate:?}"), "Failure { cause: Some(UniqueViolation), place: None, .. }");
}

#[test]
fn nothing_of_a_row_is_told() {
    let cut_off = &wrapped(
        r#"TupleFound: Duplicate key exists in unique index "i" in space "t" with old tuple - [1, "s3cret"#,
    )[..330];
    for message in [
        r#"TupleFound: Duplicate key exists in unique index "i" in space "t" with old tuple - [1, "s3cret ] \" x", [2]] and new tuple - [1, "s3cret"]"#,
        cut_off,
        "TupleFound: Duplicate key exists: old tuple - [1, \"s3cret",
        "sbroad: failed to parse 's3cret' as a value of type int, consider using explicit type casts",
        "sbroad: failed to parse 's3cret, as a value of type x', consider",
        "sbroad: Failed to execute SQL statement: Type mismatch: can not convert string('s3cret') to number",
        "sbroad: Failed to execute SQL statement: Type mismatch: can not convert text(\"s3cret\") to number",
        "sbroad: something with 's3cret' and it''s done",
        "sbroad: something with 's3cret and no end",
        "sbroad: something with [\"s3cret",
        "sbroad: something with \"s3cret\" in it",
        "sbroad: something with \"s3cret \"\" in it\"",
        "Tuple field 3 (name) FieldType: expected 's3cret', got nil or so",
    ] {
        let failure = Failure::of("XX000", message);
        let said = format!("{failure} {failure:?} {}", failure.message);
        assert!(!said.contains("s3cret"), "{said}");
    }
    let number = Failure::of("XX000", "sbroad: value 4711.5 of t1 at $2 is no good, couldn't (0815) s105");
    assert_eq!(number.message, "value <value> of t1 at $2 is no good, couldn't (<value>) s105");
    assert_eq!(number.cause, None);
    let named = Failure::of("XX000", "sbroad: something of space \"t\" and column \"c\" is odd");
    assert_eq!(named.message, "something of space \"t\" and column \"c\" is odd");
    let long = Failure::of("XX000", &"word ".repeat(400));
    assert!(long.message.chars().count() <= 501);
}

/// An error above a failure.
#[derive(Debug)]
struct Above(Failure);

impl fmt::Display for Above {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("above")
    }
}

impl std::error::Error for Above {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

#[test]
fn a_failure_is_found_behind_other_errors() {
    let failure = Failure::of("42999", "invalidated");
    assert_eq!(Failure::behind(&failure), Some(&failure));
    assert_eq!(Failure::behind(&Above(failure.clone())), Some(&failure));
    assert_eq!(Failure::behind(&std::fmt::Error), None);
}

#[test]
fn messages_that_are_cut_anywhere_tell_nothing_of_a_row() {
    let tuple = r#"TupleFound: Duplicate key exists in unique index "é" in space "ü" with old tuple - [1, "🗝s3cret"] and new"#;
    let cast = "sbroad: Failed to execute SQL statement: Type mismatch: can not convert string('🗝s3cret') to number (é)";
    for message in [tuple.to_owned(), wrapped(tuple), wrapped(cast), cast.to_owned()] {
        for end in (0..=message.len()).filter(|end| message.is_char_boundary(*end)) {
            for code in ["XX000", "42P01", "23505"] {
                let failure = Failure::of(code, &message[..end]);
                // PostgreSQL's own words are told as they are, but for what stands in brackets.
                let is_told = code != "XX000" && message.contains("string(");
                assert!(is_told || !failure.message.contains('🗝'), "{code}: {}", failure.message);
            }
        }
    }
}
