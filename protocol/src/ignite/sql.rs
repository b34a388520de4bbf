//! What a server's error is, by status, SQLSTATE, H2's number and, where there is nothing else, its words.
//!
//! Messages of SQL begin with an SQLSTATE; those of H2 end with its own number in brackets. Most of what happens to
//! transactions and clusters is told by words alone: those are of 2.16 and 2.17.

use std::borrow::Cow;

use super::code::Status;
use super::response::Failure;

/// A message taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said<'a> {
    /// The SQLSTATE in front, where there is one.
    pub sqlstate: Option<&'a str>,
    /// The words without it.
    pub text: &'a str,
    /// The number of H2's error, where there is one.
    pub h2: Option<u32>,
}

impl<'a> Said<'a> {
    /// Takes a message apart.
    pub fn of(message: &'a str) -> Said<'a> {
        let (sqlstate, text) = match message.split_once(": ") {
            Some((state, text)) if is_sqlstate(state) => (Some(state), text),
            _ => (None, message),
        };
        Said { sqlstate, text, h2: h2_number(text) }
    }
}

fn is_sqlstate(text: &str) -> bool {
    text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
}

/// The number in `[42102-197]`, which stands at the end.
fn h2_number(text: &str) -> Option<u32> {
    let (_, last) = text.strip_suffix(']')?.rsplit_once('[')?;
    let (number, build) = last.split_once('-')?;
    build.parse::<u32>().ok()?;
    number.parse().ok().filter(|_| number.len() == 5)
}

/// What went wrong, as far as a client acts on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorClass {
    /// The statement: its syntax, names or types.
    Statement,
    /// The arguments do not fit the statement.
    Arguments,
    /// A value that cannot be converted or computed with.
    Conversion,
    /// A NULL where none is allowed, a duplicate key, a value out of bounds.
    Constraint,
    /// The server cannot do that, or is told not to.
    Unsupported,
    /// The server stopped the query, by its timeout or by a request.
    Cancelled,
    /// The cluster only serves reads.
    ReadOnly,
    /// The cluster serves nothing yet, or no more.
    Inactive,
    /// The node is not ready to serve.
    NodeNotReady,
    /// No such cache.
    CacheMissing,
    /// There is such a cache already.
    CacheExists,
    /// A cache cannot be configured like that.
    CacheConfiguration,
    /// No such cursor or resource: it was closed, or is another connection's.
    ResourceMissing,
    /// The connection has as many cursors as it may. A statement that fails while it runs leaks one (2.16, 2.17), so a
    /// connection that says so is of no use any more.
    TooManyCursors,
    /// The server knows who asks and refuses.
    Security,
    /// The credentials are wrong, or there are none.
    Authentication,
    /// Too many transactions or tasks on this connection.
    Limit,
    /// No such transaction on this connection: it ended, or never began.
    TransactionMissing,
    /// The transaction took longer than it may, waiting for a lock perhaps, or two of them waited for each other.
    TransactionTimeout,
    /// An optimistic transaction read what another one changed.
    TransactionConflict,
    /// A node went while the transaction ran: nothing of it was made permanent.
    TransactionNodeLeft,
    /// A node went while the transaction was committed: whether it is permanent is not known.
    TransactionUnknown,
    /// A node went while a query ran.
    NodeLeft,
    /// A processor of the user's threw.
    EntryProcessor,
    /// The server failed.
    Server,
}

/// Words that tell what an error of status 1 is; the first that fits.
const WORDS: &[(&str, ErrorClass)] = &[
    ("cluster is inactive", ErrorClass::Inactive),
    ("Cluster is inactive", ErrorClass::Inactive),
    ("luster is in read-only mode", ErrorClass::ReadOnly),
    ("luster in read-only mode", ErrorClass::ReadOnly),
    ("Cache transaction timed out", ErrorClass::TransactionTimeout),
    ("Failed to acquire lock within provided timeout", ErrorClass::TransactionTimeout),
    ("Deadlock detected", ErrorClass::TransactionTimeout),
    ("read/write conflict", ErrorClass::TransactionConflict),
    ("primary node left grid, retry transaction", ErrorClass::TransactionNodeLeft),
    ("Remote node left grid", ErrorClass::TransactionUnknown),
    ("Failed to commit transaction", ErrorClass::TransactionUnknown),
    ("Data node has left the grid", ErrorClass::NodeLeft),
    ("query was cancelled", ErrorClass::Cancelled),
    ("Invalid number of query parameters", ErrorClass::Arguments),
    ("Failed to bind parameter", ErrorClass::Arguments),
    ("Failed to set schema", ErrorClass::Statement),
    ("DML statements are not allowed inside a transaction", ErrorClass::Unsupported),
    ("Transaction isolation mode not supported", ErrorClass::Unsupported),
    ("indexing is disabled", ErrorClass::Unsupported),
];

/// What an error is.
pub fn classify(failure: &Failure) -> ErrorClass {
    match failure.status {
        Status::INVALID_OP_CODE | Status::FUNCTIONALITY_DISABLED => ErrorClass::Unsupported,
        Status::INVALID_NODE_STATE | Status::NODE_IN_RECOVERY_MODE => ErrorClass::NodeNotReady,
        Status::CACHE_DOES_NOT_EXIST => ErrorClass::CacheMissing,
        Status::CACHE_EXISTS => ErrorClass::CacheExists,
        Status::CACHE_CONFIG_INVALID => ErrorClass::CacheConfiguration,
        Status::TOO_MANY_CURSORS => ErrorClass::TooManyCursors,
        Status::RESOURCE_DOES_NOT_EXIST => ErrorClass::ResourceMissing,
        Status::SECURITY_VIOLATION => ErrorClass::Security,
        Status::TX_LIMIT_EXCEEDED | Status::TOO_MANY_COMPUTE_TASKS => ErrorClass::Limit,
        Status::TX_NOT_FOUND => ErrorClass::TransactionMissing,
        Status::ENTRY_PROCESSOR_EXCEPTION => ErrorClass::EntryProcessor,
        Status::AUTH_FAILED => ErrorClass::Authentication,
        _ => by_message(&Said::of(&failure.message)),
    }
}

fn by_message(said: &Said<'_>) -> ErrorClass {
    if let Some(class) = said.h2.and_then(by_h2) {
        return class;
    }
    match said.sqlstate {
        // H2 says so too, with 42000, of what it could not parse into a type.
        Some("42000") if said.text.contains("Data conversion error") => ErrorClass::Conversion,
        Some("42000") => ErrorClass::Statement,
        Some("0A000") => ErrorClass::Unsupported,
        Some("22004" | "23000") => ErrorClass::Constraint,
        Some("0700B") => ErrorClass::Conversion,
        Some("57014") => ErrorClass::Cancelled,
        Some("90097") => ErrorClass::ReadOnly,
        Some("24000") => ErrorClass::ResourceMissing,
        // 50000, and no SQL at all.
        _ => {
            let known = WORDS.iter().find(|(words, _)| said.text.contains(words));
            known.map_or(ErrorClass::Server, |(_, class)| *class)
        }
    }
}

/// What H2's number says; `None` for a number that says nothing by itself.
fn by_h2(number: u32) -> Option<ErrorClass> {
    match number {
        57014 => Some(ErrorClass::Cancelled),
        7001 | 90012 => Some(ErrorClass::Arguments),
        50100 => Some(ErrorClass::Unsupported),
        22000..=22999 => Some(ErrorClass::Conversion),
        23000..=23999 => Some(ErrorClass::Constraint),
        42000..=42999 => Some(ErrorClass::Statement),
        _ => None,
    }
}

/// Bracketed details that hold no key, value or argument.
const HARMLESS: [&str; 12] = [
    "cacheId",
    "cacheName",
    "cache",
    "schema",
    "maximum",
    "current",
    "expected",
    "actual",
    "nodeId",
    "timeout",
    "userName",
    "typeId",
];

/// The words without the details in brackets that may hold keys, values or arguments (`[key=1, val=5, …]`).
pub fn without_details(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut kept = 0;
    let mut at = 0;
    while let Some(open) = text[at..].find('[').map(|found| at + found) {
        let close = closing(text, open);
        if is_harmless(&text[open + 1..close]) {
            at = open + 1;
            continue;
        }
        out.push_str(text[kept..open].trim_end());
        kept = (close + 1).min(text.len());
        at = kept;
    }
    if kept == 0 { Cow::Borrowed(text) } else { Cow::Owned(out + &text[kept..]) }
}

/// Whether every name of `name=value, …` is harmless; what has no name is (`[*]`, `[42102-197]`).
fn is_harmless(details: &str) -> bool {
    details.split(", ").all(|detail| match detail.split_once('=') {
        Some((name, _)) => HARMLESS.contains(&name),
        None => !details.contains('='),
    })
}

/// Where the bracket at `open` is closed, or the end.
fn closing(text: &str, open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate().skip(open) {
        match byte {
            b'[' => depth += 1,
            b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(status: i32, message: &str, expected: ErrorClass) {
        let failure = Failure { status: Status(status), message: message.to_owned() };
        assert_eq!(classify(&failure), expected, "{message}");
    }

    #[test]
    fn messages_are_taken_apart() {
        let said =
            Said::of("42000: Failed to parse query. Table \"NOPE\" not found; SQL statement:\nx [42102-197]");
        assert_eq!((said.sqlstate, said.h2), (Some("42000"), Some(42102)));
        assert!(said.text.starts_with("Failed to parse"));
        for plain in ["Cache does not exist [cacheId=5]", "Error: x", "4200: x", ""] {
            assert_eq!(Said::of(plain), Said { sqlstate: None, text: plain, h2: None });
        }
        assert_eq!(Said::of("x [42102]").h2, None);
    }

    #[test]
    fn statuses_come_before_words() {
        check(1010, "50000: Too many open cursors [maximum=128, current=128]", ErrorClass::TooManyCursors);
        check(1000, "50000: Cache does not exist [cacheId= 5]", ErrorClass::CacheMissing);
        check(1021, "Transaction with id 4242 not found.", ErrorClass::TransactionMissing);
        check(2, "Invalid request op code: 4711", ErrorClass::Unsupported);
        check(77, "who knows", ErrorClass::Server);
    }

    #[test]
    fn words_of_status_1_are_known() {
        for (message, expected) in [
            ("42000: Failed to parse query. Syntax error [42001-197]", ErrorClass::Statement),
            (
                "42000: Failed to parse query. Data conversion error converting \"x\"; SQL statement:\nx [22018-197]",
                ErrorClass::Conversion,
            ),
            ("23000: Failed to INSERT some keys because they are already in cache", ErrorClass::Constraint),
            ("22004: Null value is not allowed for column 'ID'", ErrorClass::Constraint),
            ("0A000: Multiple statements queries are not supported.", ErrorClass::Unsupported),
            ("50000: Invalid number of query parameters [expected=2, actual=1]", ErrorClass::Arguments),
            (
                "50000: class o.a.i.QueryCancelledException: The query was cancelled while executing.",
                ErrorClass::Cancelled,
            ),
            ("50000: Data node has left the grid during query execution [nodeId=x]", ErrorClass::NodeLeft),
            (
                "90097: Failed to execute DML statement. Cluster in read-only mode [stmt=x]",
                ErrorClass::ReadOnly,
            ),
            (
                "class x: Failed to perform cache operation (cluster is in read-only mode) [y]",
                ErrorClass::ReadOnly,
            ),
            ("Can not perform the operation because the cluster is inactive. Note", ErrorClass::Inactive),
            ("Cache transaction timed out: GridNearTxLocal[xid=7]", ErrorClass::TransactionTimeout),
            (
                "Failed to acquire lock within provided timeout for transaction [timeout=300]",
                ErrorClass::TransactionTimeout,
            ),
            ("Failed to prepare transaction, read/write conflict [key=1]", ErrorClass::TransactionConflict),
            (
                "Failed to acquire lock for keys (primary node left grid, retry transaction if possible) [x]",
                ErrorClass::TransactionNodeLeft,
            ),
            ("Remote node left grid: 1", ErrorClass::TransactionUnknown),
            ("Failed to commit transaction.", ErrorClass::TransactionUnknown),
            ("anything else", ErrorClass::Server),
        ] {
            check(1, message, expected);
        }
    }

    #[test]
    fn details_with_values_are_dropped() {
        for (message, expected) in [
            ("conflict [key=1, keyCls=java.lang.Integer, val=5]", "conflict"),
            ("a [stmt=x, params=P [args=[5], y=1]] b [cacheId=7]", "a b [cacheId=7]"),
            ("Syntax error SELEC[*] [42001-197]", "Syntax error SELEC[*] [42001-197]"),
            ("cut [key=1", "cut"),
            ("é[val=ü]é", "éé"),
        ] {
            assert_eq!(without_details(message), expected);
        }
    }
}
