//! Copies of a script's tables: the same definitions over other rows.
//!
//! A table's copies are made anew when it is replaced or its rows change; views are made again from their texts whenever a
//! table was. Functions and external sources of other kinds are not copied: a statement that fails on a copy says nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use datafusion::catalog::{CatalogProvider, MemoryCatalogProvider, MemorySchemaProvider, TableProvider};
use datafusion::datasource::{MemTable, TableType};
use datafusion::prelude::SessionContext;

use super::rows::{self, Words};
use super::values::Values;
use crate::corpus::Case;

/// Catalog, schema and name.
type Path = [String; 3];

/// The copies of one script's database.
pub(super) struct Copies {
    /// With NULLs, and without rows.
    contexts: [SessionContext; 2],
    words: Words,
    stale: bool,
    /// The tables that were copied.
    copied: BTreeMap<Path, Arc<dyn TableProvider>>,
}

impl Copies {
    /// Copies of nothing; `cases` tell which values the statements compare columns with.
    pub(super) fn new(cases: &[Case]) -> Copies {
        Copies {
            contexts: [super::context(), super::context()],
            words: Words::of(cases),
            stale: false,
            copied: BTreeMap::new(),
        }
    }

    pub(super) fn contexts(&self) -> &[SessionContext] {
        &self.contexts
    }

    /// Where a statement runs, and with which values: on so many copies, and with NULLs for values if it takes any.
    pub(super) fn runs(&self, copies: usize, given: bool) -> Vec<(&SessionContext, Values)> {
        let mut runs: Vec<_> = self.contexts[..copies].iter().map(|copy| (copy, Values::Usual)).collect();
        if given {
            runs.push((&self.contexts[0], Values::Nulls));
        }
        runs
    }

    /// Tables came or went.
    pub(super) fn tables_changed(&mut self) {
        self.stale = true;
    }

    /// Rows of a table of this name changed.
    pub(super) fn rows_changed(&mut self, table: Option<&str>) {
        self.copied.retain(|path, _| Some(path[2].as_str()) != table);
        self.stale = true;
    }

    /// Makes the copies anew where they are stale.
    pub(super) async fn update(&mut self, context: &SessionContext) {
        if !std::mem::take(&mut self.stale) {
            return;
        }
        let mut there = BTreeSet::new();
        let mut views = Vec::new();
        for catalog in context.catalog_names() {
            let Some(found) = context.catalog(&catalog) else { continue };
            for schema in found.schema_names().into_iter().filter(|schema| schema != "information_schema") {
                let Some(found) = found.schema(&schema) else { continue };
                for name in found.table_names() {
                    let Ok(Some(table)) = found.table(&name).await else { continue };
                    let path = [catalog.clone(), schema.clone(), name];
                    if table.table_type() == TableType::View {
                        views.extend(table.get_table_definition().map(str::to_owned));
                    } else {
                        self.copy(context, &path, table).await;
                        there.insert(path);
                    }
                }
            }
        }
        self.forget(&there);
        for copy in &self.contexts {
            make_views(copy, &views).await;
        }
    }

    async fn copy(&mut self, context: &SessionContext, path: &Path, table: Arc<dyn TableProvider>) {
        if self.copied.get(path).is_some_and(|copied| Arc::ptr_eq(copied, &table)) {
            return;
        }
        let schema = table.schema();
        let sample = rows::sample(context, &table).await;
        let with_nulls = rows::with_nulls(&path[2], &schema, sample, &self.words);
        let all = [with_nulls.into_iter().collect(), Vec::new()];
        for (copy, batches) in self.contexts.iter().zip(all) {
            let Ok(made) = MemTable::try_new(Arc::clone(&schema), vec![batches]) else { continue };
            let constraints = table.constraints().cloned().unwrap_or_default();
            let Some(target) = schema_of(copy, path) else { continue };
            let _ = target.deregister_table(&path[2]);
            let _ = target.register_table(path[2].clone(), Arc::new(made.with_constraints(constraints)));
        }
        self.copied.insert(path.clone(), table);
    }

    /// Takes out what is no longer there, and every view.
    fn forget(&mut self, there: &BTreeSet<Path>) {
        self.copied.retain(|path, _| there.contains(path));
        for copy in &self.contexts {
            for catalog in copy.catalog_names() {
                let Some(found) = copy.catalog(&catalog) else { continue };
                for schema in found.schema_names().into_iter().filter(|schema| schema != "information_schema")
                {
                    let Some(found) = found.schema(&schema) else { continue };
                    for name in found.table_names() {
                        if !there.contains(&[catalog.clone(), schema.clone(), name.clone()]) {
                            let _ = found.deregister_table(&name);
                        }
                    }
                }
            }
        }
    }
}

/// The schema of a path in a copy; made where it is not there.
fn schema_of(
    context: &SessionContext,
    [catalog, schema, _]: &Path,
) -> Option<Arc<dyn datafusion::catalog::SchemaProvider>> {
    if context.catalog(catalog).is_none() {
        context.register_catalog(catalog, Arc::new(MemoryCatalogProvider::new()));
    }
    let found: Arc<dyn CatalogProvider> = context.catalog(catalog)?;
    if found.schema(schema).is_none() {
        let _ = found.register_schema(schema, Arc::new(MemorySchemaProvider::new()));
    }
    found.schema(schema)
}

/// Makes views in rounds, since one may stand on another.
async fn make_views(context: &SessionContext, views: &[String]) {
    let mut open: Vec<&String> = views.iter().collect();
    loop {
        let before = open.len();
        let mut failed = Vec::new();
        for view in open {
            let made = match context.sql(view).await {
                Ok(frame) => frame.collect().await.is_ok(),
                Err(_) => false,
            };
            if !made {
                failed.push(view);
            }
        }
        if failed.is_empty() || failed.len() == before {
            return;
        }
        open = failed;
    }
}
