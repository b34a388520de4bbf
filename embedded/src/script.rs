//! SQL scripts that are run when a server is opened: each statement in order, paths relative
//! to the script.

use std::path::Path;

use datafusion::sql::parser::{CopyToStatement, CreateExternalTable, Statement};
use url::Url;

use crate::engine::{Engine, Origin};
use crate::error::{Error, ErrorKind};

/// Runs every statement of the script. The first that fails ends it.
pub(crate) async fn run(engine: &Engine, path: &Path) -> Result<(), Error> {
    let text = std::fs::read_to_string(path).map_err(|error| Error::io("read script", path, error))?;
    let path = std::path::absolute(path).map_err(|error| Error::io("find script", path, error))?;
    let folder = path.parent().unwrap_or(Path::new("/"));
    let statements = engine.parse(&text).map_err(|status| failed(&path, None, status.message()))?;
    for (idx, mut statement) in statements.into_iter().enumerate() {
        resolve_paths(&mut statement, folder);
        engine
            .run_statement(statement, Origin::Script)
            .await
            .map_err(|status| failed(&path, Some(idx + 1), status.message()))?;
    }
    Ok(())
}

fn failed(path: &Path, number: Option<usize>, message: &str) -> Error {
    let place = match number {
        Some(number) => format!("statement {number} of {}", path.display()),
        None => format!("{}", path.display()),
    };
    Error::new(ErrorKind::Script, format!("{place} failed: {message}"))
}

fn resolve_paths(statement: &mut Statement, folder: &Path) {
    match statement {
        Statement::CreateExternalTable(CreateExternalTable { locations, .. }) => {
            for location in locations {
                resolve(location, folder);
            }
        }
        Statement::CopyTo(CopyToStatement { target, .. }) => resolve(target, folder),
        _ => {}
    }
}

/// Makes a relative path absolute; URLs and absolute paths stay as they are.
///
/// The result is a plain path, so that DataFusion goes on reading its patterns (`*.parquet`)
/// and a final `/` as a folder.
fn resolve(location: &mut String, folder: &Path) {
    if Path::new(location.as_str()).is_absolute() || Url::parse(location).is_ok() {
        return;
    }
    let relative = location.strip_prefix("./").unwrap_or(location);
    *location = folder.join(relative).to_string_lossy().into_owned();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_paths_start_at_the_script() {
        for (given, resolved) in [
            ("a.csv", "/s/a.csv"),
            ("./a.csv", "/s/a.csv"),
            ("sub/", "/s/sub/"),
            ("../up/*.parquet", "/s/../up/*.parquet"),
            ("/abs/a.csv", "/abs/a.csv"),
            ("file:///abs/a.csv", "file:///abs/a.csv"),
        ] {
            let mut location = given.to_owned();
            resolve(&mut location, Path::new("/s"));
            assert_eq!(location, resolved);
        }
    }
}
