//! A client that is in: queries, prepared statements, portals.

use std::collections::HashMap;
use std::sync::Arc;

use super::frontend::{Bind, Frontend};
use super::prepare::{Prepared, Source, arguments, may_run, tag};
use super::{Connection, Over};
use crate::fault::At;
use crate::log::{Event, Ran, Startup};
use crate::script::User;
use crate::sql::{self, Context};
use crate::statement::{Answer, Body, Call};
use crate::{SqlError, Value};

/// A ParameterDescription longer than 30,000 bytes ends the connection (up to 26.1): so does a statement that would have
/// one, at Parse.
const PARAMETERS_MAX: usize = 7498;

pub(super) struct Session<'c> {
    connection: &'c mut Connection,
    startup: Startup,
    user: User,
    statements: HashMap<String, Arc<Prepared>>,
    portals: HashMap<String, Portal>,
    /// After an error, until Sync.
    skipping: bool,
}

struct Portal {
    statement: Arc<Prepared>,
    arguments: Vec<Value>,
    formats: Vec<i16>,
    /// What is left of the result, once it ran.
    rest: Option<Rest>,
}

struct Rest {
    rows: std::vec::IntoIter<Vec<Value>>,
    tag: String,
}

/// Why a message did not do its work.
enum Trouble {
    Error(SqlError),
    Over,
}

impl From<SqlError> for Trouble {
    fn from(error: SqlError) -> Trouble {
        Trouble::Error(error)
    }
}

impl From<Over> for Trouble {
    fn from(_: Over) -> Trouble {
        Trouble::Over
    }
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        let (statements, portals) = (self.statements.len(), self.portals.len());
        self.connection.shared.released(&self.connection.node, statements, portals);
    }
}

impl<'c> Session<'c> {
    pub(super) fn new(connection: &'c mut Connection, startup: Startup, user: User) -> Session<'c> {
        Session {
            connection,
            startup,
            user,
            statements: HashMap::new(),
            portals: HashMap::new(),
            skipping: false,
        }
    }

    pub(super) async fn run(mut self) -> Result<(), Over> {
        loop {
            let message = self.connection.read().await?;
            self.connection.log(Event::Message(message.logged()));
            if matches!(message, Frontend::Terminate) {
                return self.connection.fault(At::Terminate, false, None).await.map(|_| ());
            }
            if self.skipping && !matches!(message, Frontend::Sync) {
                continue;
            }
            match self.message(message).await {
                Ok(()) => {}
                Err(Trouble::Over) => return Err(Over),
                Err(Trouble::Error(error)) => {
                    self.connection.log(Event::Error(error.code));
                    self.connection.output.error(&error);
                    self.skipping = true;
                    // A client may wait for the error before it sends Sync (asyncpg 0.30 does).
                    self.connection.flush().await?;
                }
            }
        }
    }

    async fn message(&mut self, message: Frontend) -> Result<(), Trouble> {
        match message {
            Frontend::Query(sql) => self.simple(sql).await?,
            Frontend::Parse { name, sql, types } => self.parse(name, sql, types).await?,
            Frontend::Bind(bind) => self.bind(bind).await?,
            Frontend::Describe { portal, name } => self.describe(portal, &name).await?,
            Frontend::Execute { portal, max_rows } => self.execute(&portal, max_rows).await?,
            Frontend::Close { portal, name } => self.close(portal, &name).await?,
            Frontend::Flush => {
                self.before(At::Flush, None).await?;
                self.connection.flush().await?;
            }
            Frontend::Sync => {
                self.skipping = false;
                // No portal outlives it.
                self.connection.shared.released(&self.connection.node, 0, self.portals.len());
                self.portals.clear();
                let error = self.connection.fault(At::Sync, false, None).await?;
                if let Some(error) = error {
                    self.connection.output.error(&error);
                }
                self.connection.output.ready();
                self.connection.fault(At::Sync, true, None).await?;
                self.connection.flush().await?;
            }
            Frontend::Terminate => {}
            Frontend::Password(_) => self.connection.violation("unexpected password").await?,
            // FunctionCall, COPY.
            Frontend::Other(_) => {
                self.connection
                    .output
                    .error(&SqlError::new("0A000", "feature is not supported: this message"));
                self.connection.output.ready();
                self.connection.flush().await?;
            }
        }
        Ok(())
    }

    /// A fault before a message does its work.
    async fn before(&mut self, at: At, sql: Option<&str>) -> Result<(), Trouble> {
        match self.connection.fault(at, false, sql).await? {
            Some(error) => Err(error.into()),
            None => Ok(()),
        }
    }

    /// One statement, its rows as text; ends with ReadyForQuery whatever comes.
    async fn simple(&mut self, text: String) -> Result<(), Trouble> {
        let key = sql::normal(&text);
        let done = self.simple_parts(text, &key).await;
        match done {
            Err(Trouble::Over) => return Err(Trouble::Over),
            Err(Trouble::Error(error)) => {
                self.connection.log(Event::Error(error.code));
                self.connection.output.error(&error);
            }
            Ok(()) => {}
        }
        self.connection.output.ready();
        self.connection.fault(At::Query, true, Some(&key)).await?;
        self.connection.flush().await?;
        Ok(())
    }

    async fn simple_parts(&mut self, text: String, key: &str) -> Result<(), Trouble> {
        self.before(At::Query, Some(key)).await?;
        let prepared = Arc::new(self.connection.prepare(String::new(), text, &[])?);
        if !prepared.parameters.is_empty() {
            return Err(SqlError::unknown_parameter(1).into());
        }
        let Some(Rest { rows, tag }) = self.run_statement(&prepared, &[]).await? else { return Ok(()) };
        if !prepared.columns.is_empty() {
            self.connection.output.row_description(&prepared.columns, &[]);
        }
        for row in rows {
            self.row(&row, &[])?;
        }
        self.connection.output.command_complete(&tag);
        Ok(())
    }

    async fn parse(&mut self, name: String, sql: String, types: Vec<u32>) -> Result<(), Trouble> {
        let key = sql::normal(&sql);
        self.before(At::Parse, Some(&key)).await?;
        if types.len() > PARAMETERS_MAX {
            return Err(Trouble::Over);
        }
        if !name.is_empty() && self.statements.contains_key(&name) {
            return Err(SqlError::new("42P05", format!("Duplicate statement '{name}'")).into());
        }
        let prepared = self.connection.prepare(name.clone(), sql, &types)?;
        if prepared.parameters.len() > PARAMETERS_MAX {
            return Err(Trouble::Over);
        }
        if !self.statements.contains_key(&name)
            && !self.connection.shared.hold_statement(&self.connection.node)
        {
            return Err(SqlError::internal("Statement storage is full").into());
        }
        if self.startup.metadata
            && let Some(notice) = self.connection.metadata(&prepared)
        {
            self.connection.output.notice(&notice);
        }
        self.connection.output.parse_complete();
        self.statements.insert(name, Arc::new(prepared));
        self.connection.fault(At::Parse, true, Some(&key)).await?;
        Ok(())
    }

    fn statement(&self, name: &str) -> Result<Arc<Prepared>, SqlError> {
        let found = self.statements.get(name).cloned();
        found.ok_or_else(|| SqlError::internal(format!("Couldn't find statement '{name}'.")))
    }

    async fn bind(&mut self, bind: Bind) -> Result<(), Trouble> {
        let key = self.statements.get(&bind.statement).map(|prepared| prepared.key.clone());
        self.before(At::Bind, key.as_deref()).await?;
        let statement = self.statement(&bind.statement)?;
        if self.startup.invalidation
            && let Some(error) = self.connection.invalidated(&statement)
        {
            return Err(error.into());
        }
        if !bind.portal.is_empty() && self.portals.contains_key(&bind.portal) {
            return Err(SqlError::new("42P03", format!("Duplicate portal '{}'", bind.portal)).into());
        }
        let arguments = arguments(&statement.parameters, &bind)?;
        if !self.portals.contains_key(&bind.portal)
            && !self.connection.shared.hold_portal(&self.connection.node)
        {
            return Err(SqlError::internal("Portal storage is full").into());
        }
        self.portals
            .insert(bind.portal, Portal { statement, arguments, formats: bind.result_formats, rest: None });
        self.connection.output.bind_complete();
        self.connection.fault(At::Bind, true, key.as_deref()).await?;
        Ok(())
    }

    async fn describe(&mut self, portal: bool, name: &str) -> Result<(), Trouble> {
        let found = if portal {
            let found =
                self.portals.get(name).map(|portal| (portal.statement.clone(), portal.formats.clone()));
            found.ok_or_else(|| no_portal(name))
        } else {
            self.statement(name).map(|statement| (statement, Vec::new()))
        };
        let key = found.as_ref().ok().map(|(statement, _)| statement.key.clone());
        self.before(At::Describe, key.as_deref()).await?;
        let (statement, formats) = found?;
        if !portal {
            self.connection.output.parameter_description(&statement.parameters);
        }
        self.connection.output.row_description(&statement.columns, &formats);
        self.connection.fault(At::Describe, true, key.as_deref()).await?;
        Ok(())
    }

    async fn execute(&mut self, name: &str, max_rows: u32) -> Result<(), Trouble> {
        let key = self.portals.get(name).map(|portal| portal.statement.key.clone());
        self.before(At::Execute, key.as_deref()).await?;
        let Some(mut portal) = self.portals.remove(name) else { return Err(no_portal(name).into()) };
        let result = self.advance(&mut portal, max_rows).await;
        self.portals.insert(name.to_owned(), portal);
        result?;
        self.connection.fault(At::Execute, true, key.as_deref()).await?;
        Ok(())
    }

    /// Sends the next rows of a portal, running it first.
    async fn advance(&mut self, portal: &mut Portal, max_rows: u32) -> Result<(), Trouble> {
        if portal.rest.is_none() {
            portal.rest = self.run_statement(&portal.statement, &portal.arguments).await?;
        }
        // An empty statement has said so already.
        let Some(rest) = &mut portal.rest else { return Ok(()) };
        let limit = if max_rows == 0 { usize::MAX } else { max_rows as usize };
        for row in rest.rows.by_ref().take(limit) {
            self.row(&row, &portal.formats)?;
        }
        if rest.rows.len() > 0 {
            self.connection.output.portal_suspended();
        } else {
            self.connection.output.command_complete(&rest.tag);
        }
        Ok(())
    }

    fn row(&mut self, row: &[Value], formats: &[i16]) -> Result<(), SqlError> {
        let sent = self.connection.output.data_row(row, formats);
        sent.map_err(|_| SqlError::internal("encoding error: number does not fit the binary format"))
    }

    async fn close(&mut self, portal: bool, name: &str) -> Result<(), Trouble> {
        self.before(At::Close, None).await?;
        let (statements, portals) = if portal {
            (0, usize::from(self.portals.remove(name).is_some()))
        } else {
            (usize::from(self.statements.remove(name).is_some()), 0)
        };
        self.connection.shared.released(&self.connection.node, statements, portals);
        self.connection.output.close_complete();
        self.connection.fault(At::Close, true, None).await?;
        Ok(())
    }

    /// The whole result, as the server makes it before it sends anything; `None` for an empty statement.
    async fn run_statement(
        &mut self,
        prepared: &Prepared,
        arguments: &[Value],
    ) -> Result<Option<Rest>, Trouble> {
        let (rows, count) = match &prepared.source {
            Source::Empty => {
                self.connection.output.empty_query();
                return Ok(None);
            }
            Source::Ignored(tag) => {
                return Ok(Some(Rest { rows: Vec::new().into_iter(), tag: (*tag).to_owned() }));
            }
            Source::Deallocate => {
                self.deallocate(&prepared.key);
                return Ok(Some(Rest { rows: Vec::new().into_iter(), tag: "DEALLOCATE".to_owned() }));
            }
            Source::Catalog(select) => {
                let (node, user) = (&self.connection.node, &self.user);
                let rows = self.connection.shared.with_topology(node, |topology| {
                    sql::run(select, Context { topology, node, user, arguments })
                })?;
                self.ran(prepared, arguments);
                let count = rows.len() as u64;
                (rows, count)
            }
            Source::Scripted(statement) => {
                may_run(prepared, &self.user)?;
                if let Some(error) = self.connection.stale(prepared) {
                    return Err(error.into());
                }
                self.ran(prepared, arguments);
                let call = Call { node: &self.connection.node, user: self.user.name(), args: arguments };
                let answer = (statement.respond)(&call);
                if let Some(ddl) = &statement.ddl {
                    self.connection.shared.apply(ddl);
                }
                self.answer(answer).await?
            }
        };
        Ok(Some(Rest { rows: rows.into_iter(), tag: tag(&prepared.sql, count) }))
    }

    async fn answer(&mut self, answer: Answer) -> Result<(Vec<Vec<Value>>, u64), Trouble> {
        if let Some(delay) = answer.delay {
            tokio::time::sleep(delay).await;
        }
        match answer.body {
            Body::Rows(rows) => {
                let count = rows.len() as u64;
                Ok((rows, count))
            }
            Body::Affected(count) => Ok((Vec::new(), count)),
            Body::Error(error) => Err(error.into()),
            Body::Close => Err(Trouble::Over),
            Body::Hang => Ok(self.connection.hang().await?),
        }
    }

    fn ran(&self, prepared: &Prepared, arguments: &[Value]) {
        let user = self.user.name().to_owned();
        self.connection.log(Event::Ran(Ran { sql: prepared.sql.clone(), user, args: arguments.to_vec() }));
    }

    /// `DEALLOCATE ALL`, or of one name.
    fn deallocate(&mut self, key: &str) {
        let before = self.statements.len();
        let name = key.split(' ').nth(1).unwrap_or("").trim_matches('"');
        let all = name.eq_ignore_ascii_case("all");
        self.statements.retain(|other, _| !all && other != name);
        let gone = before - self.statements.len();
        self.connection.shared.released(&self.connection.node, gone, 0);
    }
}

fn no_portal(name: &str) -> SqlError {
    SqlError::internal(format!("Couldn't find portal '{name}'."))
}
