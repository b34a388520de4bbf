//! A query of several commands, each with a result of its own: what `query!` makes of a list of JSON commands.
//!
//! The driver gives one batch a command; generated code reads each by the command's own decode function and puts the
//! results into a tuple. What is generic over that tuple is one small async block.

use std::marker::PhantomData;

use futures_util::future::BoxFuture;

use super::run::{PlanRef, Raw};
use super::{DecodeFn, Executed};
use crate::backend::{Backend, Batch};
use crate::decode::ValueError;
use crate::error::Result;
use crate::executor::Executor;
use crate::plan::Plan;
use crate::source::{BackendOf, Source};
use crate::value::Value;

/// Reads the answers to all commands; one such function is generated for each query.
pub type ReadFn<B, Out> = fn(&Answers<'_, B>) -> std::result::Result<Out, AnswerError>;

/// A checked query of source `S` that holds several commands, with its arguments; `Out` is the tuple of their results.
///
/// A command that lists objects gives a `Vec` of rows, one that asks for aggregates a row, and one that writes
/// [`Executed`]. Nothing is sent before [`run`](Commands::run) is awaited.
#[must_use = "a query does nothing until `run` is awaited"]
pub struct Commands<'q, S: Source, Out> {
    raw: Raw<'q, S::Backend>,
    read: ReadFn<S::Backend, Out>,
    source: PhantomData<fn() -> S>,
}

/// The answers to all commands of a statement, in their order.
pub struct Answers<'a, B: Backend> {
    batches: &'a [B::Batch],
}

/// What is wrong with the answer to one command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerError {
    /// The command's index.
    pub command: usize,
    /// What it is.
    pub what: AnswerProblem,
}

/// What can be wrong with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerProblem {
    /// A value.
    Value(ValueError),
    /// The number of rows, where there must be one.
    Rows(usize),
}

impl<'a, B: Backend> Answers<'a, B> {
    /// All rows of a command.
    pub fn rows<R>(
        &self,
        command: usize,
        decode: DecodeFn<B, R>,
    ) -> std::result::Result<Vec<R>, AnswerError> {
        let mut rows = Vec::new();
        match decode(&self.batches[command], &mut rows) {
            Ok(()) => Ok(rows),
            Err(error) => Err(AnswerError { command, what: AnswerProblem::Value(error) }),
        }
    }

    /// The one row of a command.
    pub fn row<R>(&self, command: usize, decode: DecodeFn<B, R>) -> std::result::Result<R, AnswerError> {
        let mut rows = self.rows(command, decode)?;
        match (rows.pop(), rows.len()) {
            (Some(row), 0) => Ok(row),
            (None, _) => Err(AnswerError { command, what: AnswerProblem::Rows(0) }),
            (Some(_), rest) => Err(AnswerError { command, what: AnswerProblem::Rows(rest + 1) }),
        }
    }

    /// What a command did.
    pub fn done(&self, command: usize) -> Executed {
        Executed::whole(self.batches[command].affected())
    }
}

impl<'q, S: Source, Out> Commands<'q, S, Out> {
    /// For generated code.
    #[doc(hidden)]
    pub fn new<const N: usize>(
        plan: &'static Plan,
        read: ReadFn<BackendOf<S>, Out>,
        values: [Value<'q>; N],
    ) -> Self {
        let raw = Raw::new(PlanRef::Checked(plan), Vec::from(values), S::NAME);
        Commands { raw, read, source: PhantomData }
    }

    modifiers!();

    /// Runs all commands and gives their results. Dropping the future stops the work where the protocol can, and
    /// otherwise closes the connection that it ran on.
    pub fn run<'f, 'e: 'f, E: Executor<'e, S>>(self, executor: E) -> BoxFuture<'f, Result<Out>>
    where
        'q: 'f,
        Out: 'f,
    {
        let (context, read) = (self.raw.context(), self.read);
        let answers = self.raw.answers(executor.into_session().target);
        Box::pin(async move {
            let batches = answers.await?;
            read(&Answers { batches: &batches }).map_err(|error| context.answer_error(error))
        })
    }
}
