//! Which argument goes with which parameter.

use proc_macro2::{Ident, Span, TokenStream};
use querent_schema::diagnostic::{Code, Diagnostic};
use querent_schema::plan::Param;
use querent_schema::suggest::nearest;
use quote::quote;

use crate::input::{Argument, plain};
use crate::report::Problem;
use crate::text::Text;

/// What is passed for one parameter.
#[derive(Debug, Clone)]
pub(crate) struct Passed {
    pub(crate) expression: TokenStream,
    pub(crate) span: Span,
}

/// Finds the argument of each parameter; `None` where it is missing, which is among the problems.
pub(crate) fn assign(
    params: &[Param],
    arguments: &[Argument],
    text: &Text,
    problems: &mut Vec<Problem>,
) -> Vec<Option<Passed>> {
    if params.iter().any(|param| param.name.is_some()) {
        named(params, arguments, text, problems)
    } else {
        positional(params, arguments, text, problems)
    }
}

fn positional(
    params: &[Param],
    arguments: &[Argument],
    text: &Text,
    problems: &mut Vec<Problem>,
) -> Vec<Option<Passed>> {
    let before = problems.len();
    for argument in arguments.iter().filter(|argument| argument.explicit) {
        if let Some(name) = &argument.name {
            let problem = Problem::new(name.span(), format!("the query has no parameter `:{}`", plain(name)));
            problems.push(match params.is_empty() {
                true => problem.help("remove the argument"),
                false => {
                    problem.help("its parameters are numbered: give their arguments in order, without names")
                }
            });
        }
    }
    let arguments: Vec<&Argument> = arguments.iter().filter(|argument| !argument.explicit).collect();
    for surplus in arguments.iter().skip(params.len()) {
        let message = match params.len() {
            0 => "surplus argument: the query has no parameters".to_owned(),
            1 => "surplus argument: the query has 1 parameter".to_owned(),
            n => format!("surplus argument: the query has {n} parameters"),
        };
        problems.push(Problem::new(surplus.span(), message));
    }
    let pass =
        |argument: &&Argument| Passed { expression: argument.expression.clone(), span: argument.span() };
    let given = arguments.len().min(params.len());
    let passed = (0..params.len()).map(|index| arguments.get(index).map(pass)).collect();
    if let Some(param) = params.get(given)
        && problems.len() == before
    {
        problems.push(missing(params.len(), given, param, text));
    }
    passed
}

/// One problem for all that is missing.
fn missing(wanted: usize, given: usize, param: &Param, text: &Text) -> Problem {
    let at = param.spans.first().copied().unwrap_or_default();
    let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    let message = format!(
        "missing argument: the query has {} and was given {}",
        count(wanted, "parameter"),
        count(given, "argument")
    );
    let ty = param.ty.as_ref().map(|ty| format!(", a value of {}", ty.sql_name())).unwrap_or_default();
    let help = format!("give the arguments in order after the text; the next one is for this parameter{ty}");
    Problem::of_text(&Diagnostic::error(Code::Arguments, at, message).help(help), text)
}

fn named(
    params: &[Param],
    arguments: &[Argument],
    text: &Text,
    problems: &mut Vec<Problem>,
) -> Vec<Option<Passed>> {
    let mut passed: Vec<Option<Passed>> = vec![None; params.len()];
    let before = problems.len();
    for argument in arguments {
        let Some(name) = &argument.name else {
            problems.push(unnamed(params, argument));
            continue;
        };
        let key = plain(name);
        let Some(index) = params.iter().position(|param| param.name.as_deref() == Some(key.as_str())) else {
            problems.push(unknown(params, name, &key));
            continue;
        };
        if passed[index].is_some() {
            problems.push(Problem::new(name.span(), format!("duplicate argument: `{key}` was given before")));
            continue;
        }
        passed[index] = Some(Passed { expression: argument.expression.clone(), span: argument.span() });
    }
    if problems.len() > before {
        // What is missing most likely is what was not understood.
        return passed;
    }
    for (param, slot) in params.iter().zip(&mut passed).filter(|(_, slot)| slot.is_none()) {
        *slot = param.name.as_deref().and_then(|name| capture(name, param, text, problems));
    }
    passed
}

/// Takes the variable of the parameter's name, as `format!` does; its name carries the literal's span, and with it the
/// scope that the user wrote it in.
fn capture(name: &str, param: &Param, text: &Text, problems: &mut Vec<Problem>) -> Option<Passed> {
    let span = text.span(param.spans.first().copied().unwrap_or_default());
    let Some(ident) = variable(name, span) else {
        problems.push(
            Problem::new(span, format!("missing argument `{name}`: no variable can have that name"))
                .help(format!("pass it: `{} = …` cannot be written either, so rename the parameter", name)),
        );
        return None;
    };
    Some(Passed { expression: quote!(#ident), span })
}

/// A variable's name, raw where it is a keyword.
fn variable(name: &str, span: Span) -> Option<Ident> {
    crate::names::field(name, span)
}

fn unknown(params: &[Param], name: &Ident, key: &str) -> Problem {
    let known = params.iter().filter_map(|param| param.name.as_deref());
    let problem = Problem::new(name.span(), format!("the query has no parameter `:{key}`"));
    match nearest(key, known.clone()).first() {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem.help(format!("its parameters are {}", list(known))),
    }
}

fn unnamed(params: &[Param], argument: &Argument) -> Problem {
    let text = argument.expression.to_string();
    // `self.since` most likely is meant for `:since`.
    let tail = text.rsplit(|c: char| !c.is_alphanumeric() && c != '_').find(|word| !word.is_empty());
    let known = params.iter().filter_map(|param| param.name.as_deref());
    let meant = tail.and_then(|tail| known.clone().find(|name| *name == tail));
    let problem = Problem::new(argument.span(), "the query's parameters are named, and this argument is not");
    match meant {
        Some(name) => problem.help(format!("write `{name} = …`")),
        None => problem.help(format!("write `name = …`; the parameters are {}", list(known))),
    }
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
