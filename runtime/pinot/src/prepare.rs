//! What a cluster makes of a statement, for `querent prepare`: Pinot describes nothing, so that the statement is run without
//! rows. How a text becomes one that gives none is the caller's affair.

use std::time::Instant;

use querent_core::types::value::{Decimal, Timestamp};
use querent_core::types::{AnsweredColumn, AnsweredType, SqlType, StatementAnswer};
use querent_core::{Error, ErrorKind, Result};
use querent_protocol::pinot::literal::{Literal, Writer};
use querent_protocol::pinot::request::{Engine, QueryRequest};
use querent_protocol::pinot::settings::names;
use querent_protocol::pinot::summary::Summary;
use querent_protocol::pinot::{Column, PinotType};
use reqwest::header::HeaderMap;

use crate::connection::{Connection, Post};
use crate::error::{self, Asked};
use crate::options::PinotOptions;
use crate::{client, execute};

/// A cluster that is asked about statements.
pub struct Describer {
    connection: Connection,
}

/// What the cluster says; the inner error is its words where it refuses the statement.
pub type Described = std::result::Result<StatementAnswer, String>;

impl Describer {
    /// Connects, for the engine and the null handling of the options' source.
    ///
    /// # Errors
    /// Where no controller or broker can be reached.
    pub async fn open(options: &PinotOptions) -> Result<Describer> {
        Ok(Describer { connection: Connection::connect(options).await? })
    }

    /// A literal of a type as the driver writes one; `None` for a type that it writes none of.
    pub fn sample(&self, ty: &SqlType) -> Option<String> {
        sample(ty, self.engine())
    }

    /// Whether the engine finds the types of expressions only where there is something to read: what it says of a
    /// statement whose filter leaves nothing is worth little (single-stage, 1.5.1).
    pub fn reads_for_types(&self) -> bool {
        self.engine() == Engine::SingleStage
    }

    /// The columns that a statement gives.
    ///
    /// # Errors
    /// Where the cluster cannot be asked, or fails for another reason than the statement.
    pub async fn statement(&mut self, sql: &str) -> Result<Described> {
        let cluster = &self.connection.cluster;
        let options = cluster.options();
        let id = cluster.query_id();
        let request = QueryRequest {
            sql,
            engine: options.source.engine,
            null_handling: options.source.null_handling,
            timeout_ms: None,
            client_query_id: Some(&id),
            trace: false,
            options: options.query.clone(),
        };
        let body = request.to_json().map_err(|e| Error::new(ErrorKind::Config, e.to_string()))?;
        let post = Post {
            body: body.into(),
            id: &id,
            page_len: None,
            template: None,
            headers: HeaderMap::new(),
            names: names(sql).collect(),
        };
        let (limit, started) = (options.response_timeout, Instant::now());
        let work = async {
            let posted = cluster.post(&post).await?;
            let status = posted.answer.status();
            Ok((status, client::body(posted.answer).await?))
        };
        let (status, body) = tokio::time::timeout(limit, work).await.map_err(|_| error::silent(limit))??;
        let Some((columns, summary)) = execute::whole(&body) else {
            return Err(error::status(status, &body));
        };
        if !summary.exceptions.is_empty() {
            let asked = Asked { sql, reads: true, elapsed: started.elapsed(), limit };
            return refused(error::exceptions(&summary.exceptions, &asked));
        }
        Ok(Ok(answer(&columns, &summary, self.engine())))
    }

    fn engine(&self) -> Engine {
        self.connection.cluster.options().source.engine
    }
}

/// A statement that the cluster does not take is an answer; that it cannot tell is an error.
fn refused(error: Error) -> Result<Described> {
    match error.kind() {
        ErrorKind::Query => Ok(Err(format!("{} ({})", error.code().unwrap_or_default(), error.message()))),
        _ => Err(error),
    }
}

fn answer(columns: &[Column], summary: &Summary, engine: Engine) -> StatementAnswer {
    // Then every expression is called a text.
    let is_blind = engine == Engine::SingleStage && summary.statistics.num_segments_processed == Some(0);
    let columns = columns.iter().map(|column| AnsweredColumn {
        name: column.name.clone(),
        ty: match column.ty {
            Some(PinotType::String) if is_blind => AnsweredType::default(),
            Some(PinotType::Unknown) | None => AnsweredType::default(),
            Some(ty) => AnsweredType::exact(ty.sql_type()),
        },
        nullable: None,
    });
    StatementAnswer { columns: Some(columns.collect()), parameters: None }
}

/// Values that any place of their type takes: a text of a digit is a number, too.
fn sample(ty: &SqlType, engine: Engine) -> Option<String> {
    let decimal = Decimal::from_parts(1, 0);
    let element;
    let literal = match ty {
        SqlType::Boolean => Literal::Boolean(true),
        SqlType::Int8 | SqlType::Int16 | SqlType::Int32 => Literal::Int(1),
        SqlType::Int64 => Literal::Long(1),
        SqlType::Float32 => Literal::Float(1.0),
        SqlType::Float64 => Literal::Double(1.0),
        SqlType::BigDecimal | SqlType::Decimal { .. } => Literal::BigDecimal(&decimal),
        SqlType::Text(_) => Literal::String("1"),
        SqlType::Json => Literal::String("{}"),
        SqlType::Uuid => Literal::String("00000000-0000-0000-0000-000000000001"),
        SqlType::Binary(_) => Literal::Bytes(&[1]),
        SqlType::Timestamp(..) => Literal::Timestamp(Timestamp::EPOCH),
        SqlType::List(field, _) => {
            element = [match &field.ty {
                SqlType::Int32 => Literal::Int(1),
                SqlType::Int64 => Literal::Long(1),
                SqlType::Float32 => Literal::Float(1.0),
                SqlType::Float64 => Literal::Double(1.0),
                SqlType::Text(_) => Literal::String("1"),
                _ => return None,
            }];
            Literal::Array(&element)
        }
        _ => return None,
    };
    let (mut writer, mut text) = (Writer::new(engine), String::new());
    writer.write(&literal, &mut text).ok()?;
    writer.finish(&mut text);
    Some(text)
}
