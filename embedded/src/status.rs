//! From DataFusion's errors to gRPC statuses: a code that a client can branch on, and a
//! message that says what and where without the layers that the error went through.
//!
//! Values are left out: a cast that fails quotes the value, which may be a bound parameter.

use datafusion::arrow::error::ArrowError;
use datafusion::common::{Diagnostic, Span};
use datafusion::error::DataFusionError;
use datafusion::sql::sqlparser::parser::ParserError;
use tonic::{Code, Status};

/// Errors of one statement that are listed; the rest is counted.
const LISTED_ERRORS_MAX: usize = 5;

/// The status that a client gets for an error of DataFusion.
pub(crate) fn status(error: &DataFusionError) -> Status {
    let (code, message) = describe(error);
    Status::new(code, message)
}

/// The status for an error of the Arrow crates.
pub(crate) fn arrow_status(error: &ArrowError) -> Status {
    let (code, message) = describe_arrow(error);
    Status::new(code, message)
}

/// The code and the message of an error, without the layers around it.
pub(crate) fn describe(error: &DataFusionError) -> (Code, String) {
    match error {
        DataFusionError::Context(_, inner) => describe(inner),
        DataFusionError::Shared(inner) => describe(inner),
        DataFusionError::Diagnostic(diagnostic, inner) => {
            let (code, message) = describe(inner);
            (code, with_place(&message, diagnostic))
        }
        DataFusionError::Collection(errors) => describe_all(errors),
        DataFusionError::ArrowError(error, _) => describe_arrow(error),
        DataFusionError::External(error) => match error.downcast_ref::<DataFusionError>() {
            Some(inner) => describe(inner),
            None => (Code::Internal, clean(&error.to_string())),
        },
        DataFusionError::SQL(error, _) => (Code::InvalidArgument, parser_message(error)),
        DataFusionError::NotImplemented(message) => (Code::Unimplemented, clean(message)),
        DataFusionError::Plan(message)
        | DataFusionError::Configuration(message)
        | DataFusionError::Execution(message) => (execution_code(message), clean(message)),
        DataFusionError::SchemaError(error, _) => (Code::InvalidArgument, clean(&error.to_string())),
        DataFusionError::ResourcesExhausted(message) => (Code::ResourceExhausted, clean(message)),
        DataFusionError::ObjectStore(error) => (Code::Unavailable, clean(&error.to_string())),
        DataFusionError::IoError(error) => (Code::Unavailable, clean(&error.to_string())),
        DataFusionError::Internal(message) => (Code::Internal, clean(message)),
        other => (Code::Internal, clean(&other.strip_backtrace())),
    }
}

fn describe_all(errors: &[DataFusionError]) -> (Code, String) {
    let Some(first) = errors.first() else {
        return (Code::Internal, "unknown error".to_owned());
    };
    let (code, mut message) = describe(first);
    for error in errors.iter().skip(1).take(LISTED_ERRORS_MAX - 1) {
        message.push_str("; ");
        message.push_str(&describe(error).1);
    }
    if errors.len() > LISTED_ERRORS_MAX {
        message.push_str(&format!("; and {} more", errors.len() - LISTED_ERRORS_MAX));
    }
    (code, message)
}

fn describe_arrow(error: &ArrowError) -> (Code, String) {
    match error {
        ArrowError::ExternalError(inner) => match inner.downcast_ref::<DataFusionError>() {
            Some(inner) => describe(inner),
            None => (Code::Internal, clean(&inner.to_string())),
        },
        ArrowError::NotYetImplemented(message) => (Code::Unimplemented, clean(message)),
        ArrowError::CastError(message)
        | ArrowError::ParseError(message)
        | ArrowError::ComputeError(message)
        | ArrowError::ArithmeticOverflow(message) => (Code::InvalidArgument, without_values(&clean(message))),
        ArrowError::DivideByZero => (Code::InvalidArgument, "division by zero".to_owned()),
        ArrowError::CsvError(message) | ArrowError::JsonError(message) => {
            (Code::DataLoss, without_values(&clean(message)))
        }
        ArrowError::MemoryError(message) => (Code::ResourceExhausted, clean(message)),
        ArrowError::InvalidArgumentError(message) | ArrowError::SchemaError(message) => {
            (Code::InvalidArgument, clean(message))
        }
        other => (Code::Internal, clean(&other.to_string())),
    }
}

/// DataFusion has one kind of error for what exists already and for every other failure.
fn execution_code(message: &str) -> Code {
    if message.ends_with("already exists") { Code::AlreadyExists } else { Code::InvalidArgument }
}

fn parser_message(error: &ParserError) -> String {
    let message = match error {
        ParserError::TokenizerError(message) | ParserError::ParserError(message) => message,
        ParserError::RecursionLimitExceeded => {
            return "the statement is nested too deeply".to_owned();
        }
    };
    clean(message).replace(" at Line: ", " at line ").replace(", Column: ", ", column ")
}

fn with_place(message: &str, diagnostic: &Diagnostic) -> String {
    let mut text = message.to_owned();
    if let Some(Span { start, .. }) = diagnostic.span {
        text.push_str(&format!(" (line {}, column {})", start.line, start.column));
    }
    for help in &diagnostic.helps {
        if !text.contains(&help.message) {
            text.push_str("; ");
            text.push_str(&help.message);
        }
    }
    text
}

/// A message without the prefixes and the pleas of the layers it went through.
fn clean(message: &str) -> String {
    let mut text = message;
    if let Some(idx) = text.find("\n\nbacktrace:") {
        text = &text[..idx];
    }
    if let Some(idx) = text.find(".\nThis issue was likely caused by a bug") {
        text = &text[..idx];
    }
    const PREFIXES: [&str; 6] = [
        "Error during planning: ",
        "Execution error: ",
        "This feature is not implemented: ",
        "Arrow error: ",
        "External error: ",
        "Internal error: ",
    ];
    while let Some(rest) = PREFIXES.iter().find_map(|prefix| text.strip_prefix(prefix)) {
        text = rest;
    }
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    lines.join(" ").trim().trim_end_matches('.').to_owned()
}

/// Blanks quoted text and the word after `value`: Arrow quotes the value that did not fit.
fn without_values(message: &str) -> String {
    let mut out = String::with_capacity(message.len());
    let mut quoted = false;
    for part in message.split('\'') {
        if quoted {
            out.push_str("'…'");
        } else {
            out.push_str(part);
        }
        quoted = !quoted;
    }
    let words: Vec<&str> = out.split(' ').collect();
    let mut cleaned: Vec<&str> = Vec::with_capacity(words.len());
    for (idx, word) in words.iter().enumerate() {
        let after_value = idx > 0 && words[idx - 1] == "value";
        let is_value = after_value && word.starts_with(|c: char| c.is_ascii_digit() || c == '-');
        cleaned.push(if is_value { "…" } else { word });
    }
    cleaned.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_left_out_of_cast_errors() {
        let error = ArrowError::CastError("Cannot cast string 'hunter2' to value of Int32 type".to_owned());
        assert_eq!(describe_arrow(&error).1, "Cannot cast string '…' to value of Int32 type");
        let error = ArrowError::CastError("Can't cast value 4711 to type Int8".to_owned());
        assert!(!describe_arrow(&error).1.contains("4711"));
    }

    #[test]
    fn layers_are_left_out() {
        let error = DataFusionError::Plan("no such column".to_owned())
            .context("type_coercion")
            .context("Optimizer rule 'x' failed");
        assert_eq!(describe(&error), (Code::InvalidArgument, "no such column".to_owned()));
    }

    #[test]
    fn a_plea_for_bug_reports_is_left_out() {
        let error = DataFusionError::Internal("index out of range".to_owned());
        assert_eq!(describe(&error), (Code::Internal, "index out of range".to_owned()));
    }
}
