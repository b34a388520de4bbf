//! `blobs = (a, b)`: what travels beside a query in JSON, one blob for each command that takes one, in order.

use proc_macro2::{Delimiter, TokenTree};
use querent_schema::diagnostic::{Code, Diagnostic};
use querent_schema::plan::Param;

use crate::arguments::Passed;
use crate::input::{Argument, first_span, plain, segment_of_value};
use crate::report::Problem;
use crate::text::Text;

/// The arguments without `blobs = …`, and that.
pub(crate) fn split(arguments: &[Argument]) -> (Vec<Argument>, Option<&Argument>) {
    let is_blobs = |argument: &&Argument| {
        argument.explicit && argument.name.as_ref().is_some_and(|name| plain(name) == "blobs")
    };
    let rest = arguments.iter().filter(|argument| !is_blobs(argument)).cloned().collect();
    (rest, arguments.iter().find(is_blobs))
}

/// Finds the blob of each command that takes one; `None` where it is missing, which is among the problems.
pub(crate) fn assign(
    wanted: &[Param],
    blobs: Option<&Argument>,
    text: &Text,
    problems: &mut Vec<Problem>,
) -> Vec<Option<Passed>> {
    let given = match blobs.map(listed) {
        None => Vec::new(),
        Some(Ok(given)) => given,
        Some(Err(problem)) => {
            problems.push(problem);
            return vec![None; wanted.len()];
        }
    };
    let count = |n: usize| format!("{n} blob{}", if n == 1 { "" } else { "s" });
    let message = format!("the query takes {} and was given {}", count(wanted.len()), count(given.len()));
    if let Some(param) = wanted.get(given.len()) {
        let at = param.spans.first().copied().unwrap_or_default();
        let found = Diagnostic::error(Code::Arguments, at, format!("missing blob: {message}"));
        let found =
            found.help("pass them after the query: `blobs = (…,)`, one for each command that takes one");
        problems.push(Problem::of_text(&found, text));
    }
    if let Some(surplus) = given.get(wanted.len()) {
        problems.push(Problem::new(surplus.span, format!("surplus blob: {message}")));
    }
    let mut given = given.into_iter().map(Some);
    wanted.iter().map(|_| given.next().flatten()).collect()
}

/// The elements of a tuple or an array.
fn listed(argument: &Argument) -> Result<Vec<Passed>, Problem> {
    let mut tokens = argument.expression.clone().into_iter();
    let group = match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Group(group)), None)
            if matches!(group.delimiter(), Delimiter::Parenthesis | Delimiter::Bracket) =>
        {
            group
        }
        _ => {
            let problem =
                Problem::new(argument.span(), "blobs are a tuple or an array, so that they can be counted");
            return Err(problem.help("write `blobs = (a, b)`"));
        }
    };
    let mut tokens = group.stream().into_iter().peekable();
    let mut given = Vec::new();
    while tokens.peek().is_some() {
        let expression = segment_of_value(&mut tokens);
        if expression.is_empty() {
            return Err(Problem::new(group.span(), "expected a blob"));
        }
        given.push(Passed { span: first_span(&expression), expression });
    }
    Ok(given)
}
