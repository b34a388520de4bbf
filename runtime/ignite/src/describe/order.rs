//! The order of columns, which the views of schema SYS do not tell, and their classes.
//!
//! The JDBC front end tells them. Where that is off, an empty SELECT does, which the server plans: more work for it, and a risk
//! where the table is being dropped.

use std::collections::HashMap;

use querent_core::Result;

use super::ask::Ask;
use super::front::{Front, Jdbc};
use crate::options::{Engine, IgniteOptions};

/// Names and classes of columns, by schema and table.
type Told = HashMap<(String, String), Vec<(String, String)>>;

/// The columns of tables, in order.
pub(super) struct Order {
    /// `None` where the front end is off.
    told: Option<Told>,
}

impl Order {
    /// Asks for all of them.
    pub(super) async fn read(options: &IgniteOptions, ask: &Ask, engine: Engine) -> Result<Order> {
        let mut jdbc = match Jdbc::open(options, ask.address(), Some(engine)).await {
            Ok(jdbc) => jdbc,
            Err(Front::Off) => return Ok(Order { told: None }),
            Err(Front::Failed(error)) => return Err(error),
        };
        let Ok(columns) = jdbc.columns().await? else { return Ok(Order { told: None }) };
        let mut told = Told::new();
        for column in columns {
            told.entry((column.schema, column.table)).or_default().push((column.name, column.class_name));
        }
        Ok(Order { told: Some(told) })
    }

    /// Whether the front end told.
    pub(super) fn is_told(&self) -> bool {
        self.told.is_some()
    }

    /// The class of a column, where the front end told.
    pub(super) fn class(&self, (schema, table): (&str, &str), column: &str) -> Option<&str> {
        let columns = self.told.as_ref()?.get(&(schema.to_owned(), table.to_owned()))?;
        columns.iter().find(|(name, _)| name == column).map(|(_, class)| class.as_str())
    }

    /// The names of a table's columns, the hidden ones left out.
    pub(super) async fn of(&self, ask: &Ask, schema: &str, table: &str) -> Result<Vec<String>> {
        let key = (schema.to_owned(), table.to_owned());
        match self.told.as_ref().and_then(|told| told.get(&key)) {
            Some(columns) => Ok(columns.iter().map(|(name, _)| name.clone()).collect()),
            None => ask.column_names(schema, table).await,
        }
    }
}
