//! What a cluster's tables are, asked of its controller.

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use querent_core::types::SourceDescription;
use querent_core::{Error, ErrorKind, Result};
use querent_protocol::pinot::describe;

use crate::client::Client;
use crate::error;
use crate::options::{PinotOptions, Role};

/// How many tables are asked for at once.
const TABLES_AT_ONCE: usize = 8;

/// Describes the tables of a cluster.
///
/// # Errors
/// A URL that leads to a broker: only the controller knows schemas.
pub async fn describe(options: &PinotOptions) -> Result<SourceDescription> {
    if options.role == Role::Broker {
        let message = "a broker does not describe its tables; the URL must lead to a controller";
        return Err(Error::new(ErrorKind::Config, message));
    }
    let client = &Client::new(options)?;
    let names = client.document("/tables").await?;
    let names = describe::table_names(&names).map_err(error::unreadable)?;
    let tables = stream::iter(names).map(|name| async move {
        let path = format!("/tableConfigs/{}", utf8_percent_encode(&name, NON_ALPHANUMERIC));
        let document = client.document(&path).await?;
        describe::table(&document, &options.source).map_err(error::unreadable)
    });
    let tables = tables.buffered(TABLES_AT_ONCE).try_collect().await?;
    // The version is no reason to fail: some clusters keep it from users.
    let version = match client.document("/version").await {
        Ok(document) => describe::version(&document).ok(),
        Err(_) => None,
    };
    Ok(describe::source(&options.source, version, tables))
}
