//! A statement with all that is known of it, and what its terminals make of it. Generic over the backend only; the row type
//! is not known here. How it is on its way is in `running.rs`.

use std::borrow::Cow;
use std::ops::Deref;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt as _, TryStreamExt as _};

use super::Executed;
use super::commands::{AnswerError, AnswerProblem};
use super::running::{Deadline, Running, State, step};
use super::runtime::Text;
use super::split;
use crate::backend::{Backend, Call, Request, Wants};
use crate::decode::ValueError;
use crate::error::{Error, ErrorKind, Result};
use crate::executor::Target;
use crate::key::{self, RowKey};
use crate::plan::{self, ColumnMeta, Plan};
use crate::pool::{Lease, deadline_in};
use crate::render::Extent;
use crate::retry::Effect;
use crate::value::Value;

/// A statement with its values, on its way.
pub(crate) struct Raw<'q, B: Backend> {
    pub(super) plan: PlanRef,
    pub(super) values: Values<'q>,
    pub(crate) call: Call<'q, B>,
    pub(super) source: &'static str,
    /// What of the statement is sent.
    pub(super) extent: Extent,
    /// When the whole call ends, where it began before this statement did.
    pub(super) deadline: Deadline,
}

/// The values of a statement, which its parts have in common.
pub(crate) enum Values<'q> {
    Own(Vec<Value<'q>>),
    Shared(Arc<Vec<Value<'q>>>),
}

impl<'q> Deref for Values<'q> {
    type Target = [Value<'q>];

    fn deref(&self) -> &[Value<'q>] {
        match self {
            Values::Own(values) => values,
            Values::Shared(values) => values,
        }
    }
}

impl<'q> Values<'q> {
    pub(super) fn into_own(self) -> Vec<Value<'q>> {
        match self {
            Values::Own(values) => values,
            Values::Shared(values) => Arc::unwrap_or_clone(values),
        }
    }

    pub(super) fn share(self) -> Arc<Vec<Value<'q>>> {
        match self {
            Values::Own(values) => Arc::new(values),
            Values::Shared(values) => values,
        }
    }
}

/// What is known of a statement.
#[derive(Clone)]
pub(crate) enum PlanRef {
    /// All of it, from `query!`.
    Checked(&'static Plan),
    /// Its text only.
    Text(Arc<Text>),
}

/// What it takes to name a query in an error.
pub(crate) struct Context {
    plan: PlanRef,
    source: &'static str,
}

impl Context {
    pub(super) fn source(&self) -> &'static str {
        self.source
    }

    /// Adds the source, the template and the place.
    pub(crate) fn error(&self, error: Error) -> Error {
        let (template, place) = match &self.plan {
            PlanRef::Checked(plan) => {
                (plan::describe(plan.template, plan.params), Some((plan.file, plan.line)))
            }
            PlanRef::Text(text) => (text.sql.clone(), None),
        };
        error.with_query(template, place).with_source_name(self.source)
    }

    /// Names the column and the row of a value that could not be read.
    pub(crate) fn value_error(&self, error: ValueError) -> Error {
        let columns = match &self.plan {
            PlanRef::Checked(plan) => plan.columns,
            PlanRef::Text(_) => &[],
        };
        self.value_error_in(columns, String::new(), error)
    }

    /// What is wrong with the answer to one of several commands.
    pub(crate) fn answer_error(&self, error: AnswerError) -> Error {
        let columns = match &self.plan {
            PlanRef::Checked(plan) => plan.results.get(error.command).copied().unwrap_or_default(),
            PlanRef::Text(_) => &[],
        };
        let command = format!("command {}: ", error.command + 1);
        match error.what {
            AnswerProblem::Value(value) => self.value_error_in(columns, command, value),
            AnswerProblem::Rows(rows) => {
                self.error(mismatch(format!("{command}{rows} rows where one was due")))
            }
        }
    }

    fn value_error_in(&self, columns: &[ColumnMeta], mut message: String, error: ValueError) -> Error {
        let index = usize::from(error.column);
        match columns.get(index) {
            Some(column) if column.origin.is_empty() => {
                message.push_str(&format!("column `{}`", column.name))
            }
            Some(column) => message.push_str(&format!("column `{}` ({})", column.name, column.origin)),
            None if error.column == u16::MAX => message.push_str("the result"),
            None => message.push_str(&format!("column {}", index + 1)),
        }
        if error.row != u32::MAX {
            message.push_str(&format!(", row {} of its batch", u64::from(error.row) + 1));
        }
        message.push_str(&format!(": {}", error.what));
        let kind = match error.what {
            crate::ValueProblem::OutOfRange(_) | crate::ValueProblem::Malformed(_) => ErrorKind::Value,
            _ => ErrorKind::SchemaMismatch,
        };
        self.error(Error::new(kind, message))
    }
}

impl<'q, B: Backend> Raw<'q, B> {
    pub(crate) fn new(plan: PlanRef, values: Vec<Value<'q>>, source: &'static str) -> Self {
        let values = Values::Own(values);
        Raw { plan, values, call: Call::default(), source, extent: Extent::Whole, deadline: None }
    }

    /// The plan of a checked statement.
    pub(super) fn checked(&self) -> Option<&'static Plan> {
        match &self.plan {
            PlanRef::Checked(plan) => Some(plan),
            PlanRef::Text(_) => None,
        }
    }

    /// The text of a statement that is not checked.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.plan {
            PlanRef::Checked(_) => None,
            PlanRef::Text(text) => Some(&text.sql),
        }
    }

    /// When the whole call ends, if it begins now.
    pub(super) fn deadline(&self) -> Deadline {
        self.deadline.or_else(|| self.call.timeout.and_then(|t| Some((deadline_in(t)?, t))))
    }

    /// The key of all rows that are sent, or one of several that have one owner; `None` where they cannot be told.
    pub(super) fn row_key(&self) -> Option<RowKey<'_>> {
        let key = self.checked()?.key?;
        let values = &self.values[..];
        let row_key = |row: usize, any| Some(RowKey { key, row: key.rows.get(row)?, any, values });
        let Some(any) = key.any() else {
            return match &self.extent {
                Extent::Whole if key.rows.len() > 1 => None,
                Extent::Some(rows) => row_key(*rows.first()? as usize, None),
                Extent::Whole | Extent::Together | Extent::Repeated(_) => row_key(0, None),
            };
        };
        let mut elements = key::elements(any, values);
        let element = match &self.extent {
            Extent::Some(chosen) => elements.nth(*chosen.first()? as usize)?,
            Extent::Together => elements.next()?,
            Extent::Whole | Extent::Repeated(_) => {
                let only = elements.next()?;
                if elements.next().is_some() {
                    return None;
                }
                only
            }
        };
        row_key(0, Some(element))
    }

    pub(crate) fn context(&self) -> Context {
        Context { plan: self.plan.clone(), source: self.source }
    }

    /// The columns that a batch must have; `None` where an earlier one was compared with the same.
    pub(super) fn columns_of(&self, batch: usize) -> Option<&'static [ColumnMeta]> {
        match &self.plan {
            PlanRef::Checked(plan) if plan.results.is_empty() => (batch == 0).then_some(plan.columns),
            PlanRef::Checked(plan) => plan.results.get(batch).copied(),
            PlanRef::Text(_) => None,
        }
    }

    /// How many commands the statement holds, where it holds several.
    fn commands(&self) -> usize {
        match &self.plan {
            PlanRef::Checked(plan) => plan.results.len(),
            PlanRef::Text(_) => 0,
        }
    }

    pub(super) fn request(&self, wants: Wants) -> Request<'_, B> {
        let call = &self.call;
        let values = &self.values[..];
        match &self.plan {
            PlanRef::Checked(plan) => Request {
                template: Cow::Borrowed(plan.template),
                sections: plan.sections,
                params: plan.params,
                columns: plan.columns,
                results: plan.results,
                values,
                call,
                tables: plan.tables,
                key: self.row_key(),
                extent: &self.extent,
                blobs: plan.blobs,
                read_only: plan.read_only,
                wants,
            },
            PlanRef::Text(text) => Request {
                template: Cow::Owned(text.pieces()),
                sections: &[],
                params: &[],
                columns: &[],
                results: &[],
                values,
                call,
                tables: &[],
                key: None,
                extent: &self.extent,
                blobs: &[],
                read_only: false,
                wants,
            },
        }
    }

    /// What the statement can change; a text that was not checked may do anything.
    pub(super) fn effect(&self, lease: &Lease<B>) -> Effect {
        match &self.plan {
            _ if lease.in_transaction() => Effect::Uncommitted,
            PlanRef::Checked(plan) if plan.read_only => Effect::Reads,
            _ => Effect::Writes,
        }
    }

    /// What is wrong with the call before anything is sent.
    pub(super) fn refuse(&self) -> Result<()> {
        if let Some((index, what)) = self.values.iter().enumerate().find_map(|(i, v)| Some((i, invalid(v)?)))
        {
            return Err(Error::new(ErrorKind::Value, format!("parameter {}: {what}", index + 1)));
        }
        let read_only = match &self.plan {
            PlanRef::Checked(plan) => plan.read_only,
            PlanRef::Text(text) => {
                text.check_values(self.values.len())?;
                true
            }
        };
        if self.call.read_only && !read_only {
            return Err(Error::new(ErrorKind::Query, "the call is read-only and the statement writes"));
        }
        Ok(())
    }

    /// The batches of the result as they arrive; of all parts, where it is split.
    pub(crate) fn batches<'f>(self, target: Target<'f, B>, wants: Wants) -> BoxStream<'f, Result<B::Batch>>
    where
        'q: 'f,
    {
        match target {
            Target::Pool(shared) if self.splits() => {
                let parts = stream::once(async move { split::batches(shared, self, wants) });
                until_error(parts.try_flatten().boxed())
            }
            target => self.batches_of_one(target, wants),
        }
    }

    /// The same of a statement that is sent as it is.
    pub(super) fn batches_of_one<'f>(
        self,
        target: Target<'f, B>,
        wants: Wants,
    ) -> BoxStream<'f, Result<B::Batch>>
    where
        'q: 'f,
    {
        stream::unfold(State::Start(target, self, wants), step).boxed()
    }

    /// The batches of a statement of several commands: one a command.
    pub(crate) fn answers<'f>(self, target: Target<'f, B>) -> BoxFuture<'f, Result<Vec<B::Batch>>>
    where
        'q: 'f,
    {
        Box::pin(async move {
            let context = self.context();
            let commands = self.commands();
            let run = async {
                let mut running = Running::start(target, self, Wants::Rows).await?;
                let mut batches = Vec::with_capacity(commands);
                while let Some(batch) = running.next().await? {
                    batches.push(batch);
                }
                match batches.len() == commands {
                    true => Ok(batches),
                    false => Err(mismatch(format!("{} commands and {} answers", commands, batches.len()))),
                }
            };
            run.await.map_err(|e| context.error(e))
        })
    }

    /// Runs to the end and says how many rows were changed.
    pub(crate) fn execute<'f>(self, target: Target<'f, B>) -> BoxFuture<'f, Result<Executed>>
    where
        'q: 'f,
    {
        Box::pin(split::execute(self, target))
    }

    /// The same of a statement that is sent as it is.
    pub(super) async fn execute_one(self, target: Target<'_, B>) -> Result<Option<u64>> {
        let context = self.context();
        let run = async {
            let mut running = Running::start(target, self, Wants::Affected).await?;
            while running.next().await?.is_some() {}
            Ok(B::affected(&running.cursor))
        };
        run.await.map_err(|e| context.error(e))
    }
}

/// Nothing after an error: what is under way elsewhere is dropped.
fn until_error<'f, T: Send + 'f>(batches: BoxStream<'f, Result<T>>) -> BoxStream<'f, Result<T>> {
    let step = |batches: Option<BoxStream<'f, Result<T>>>| async {
        let mut batches = batches?;
        let next = batches.next().await?;
        let rest = next.is_ok().then_some(batches);
        Some((next, rest))
    };
    stream::unfold(Some(batches), step).boxed()
}

/// Why a value cannot be sent to any server.
fn invalid(value: &Value<'_>) -> Option<&'static str> {
    match value {
        Value::Invalid(what) => Some(what),
        Value::List(values) => values.iter().find_map(invalid),
        _ => None,
    }
}

pub(super) fn mismatch(what: String) -> Error {
    Error::new(ErrorKind::SchemaMismatch, format!("{what}: the server's schema changed, run `querent pull`"))
}
