//! Registers a data file as a table: its schema is inferred once, its rows are read when a
//! statement asks for them.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use datafusion::common::TableReference;
use datafusion::datasource::file_format::options::{
    ArrowReadOptions, CsvReadOptions, JsonReadOptions, ParquetReadOptions, ReadOptions,
};
use datafusion::datasource::listing::ListingOptions;
use datafusion::error::DataFusionError;
use datafusion::prelude::SessionContext;
use regex::Regex;
use url::Url;

use super::TableFile;
use super::csv::CsvFile;
use super::format::{Encoding, Format};
use crate::error::{Error, ErrorKind};
use crate::status::describe;

/// Up to this length a CSV or JSON file is read whole to infer its types.
const WHOLE_INFERENCE_LEN_MAX: u64 = 64 * 1024 * 1024;
/// Rows that types are inferred from when the file is longer.
const SAMPLE_ROWS: usize = 100_000;

/// How CSV files are read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Csv {
    /// Cells that match are NULL; without it the empty ones.
    pub(crate) null_regex: Option<Regex>,
}

/// Registers one file as a table of the default schema.
pub(crate) async fn register(context: &SessionContext, file: &TableFile, csv: &Csv) -> Result<(), Error> {
    let path = std::path::absolute(&file.path).map_err(|error| Error::io("find file", &file.path, error))?;
    let metadata = std::fs::metadata(&path).map_err(|error| Error::io("read", &path, error))?;
    std::fs::File::open(&path).map_err(|error| Error::io("read", &path, error))?;
    let name = TableReference::bare(file.name.as_str());
    let infer_rows = (metadata.len() > WHOLE_INFERENCE_LEN_MAX).then_some(SAMPLE_ROWS);
    let mut schema = None;
    if let Encoding::Csv { delimiter } = file.format.encoding {
        let null_regex = csv.null_regex.as_ref();
        let csv_file = CsvFile::new(&path, delimiter, file.format.compression, null_regex);
        let failed = |error| malformed(&file.path, &error);
        let inferred = csv_file.infer_schema(infer_rows).map_err(failed)?;
        if null_regex.is_some() {
            let table = csv_file.load(&inferred).map_err(failed)?;
            let registered = context.register_table(name, Arc::new(table));
            return registered.map(drop).map_err(failed);
        }
        schema = Some(inferred);
    }
    let options = listing_options(context, file, &path, infer_rows)?;
    // A URL, because DataFusion takes `*`, `?` and `[` in a plain path for a pattern.
    let url = Url::from_file_path(&path).map_err(|()| {
        Error::new(ErrorKind::Io, format!("{} cannot be named by a file URL", path.display()))
    })?;
    context
        .register_listing_table(name, url.as_str(), options, schema, None)
        .await
        .map_err(|error| malformed(&file.path, &error))?;
    Ok(())
}

fn malformed(path: &Path, error: &DataFusionError) -> Error {
    Error::new(ErrorKind::MalformedFile, format!("could not read {} as a table", path.display()))
        .with_source(describe(error).1)
}

fn listing_options(
    context: &SessionContext,
    file: &TableFile,
    path: &Path,
    infer_rows: Option<usize>,
) -> Result<ListingOptions, Error> {
    let Format { encoding, compression } = file.format;
    let config = context.copied_config();
    let table_options = context.copied_table_options();
    let options = match encoding {
        Encoding::Csv { delimiter } => CsvReadOptions::new()
            .delimiter(delimiter)
            .file_compression_type(compression)
            // Without it a quoted line break ends the row where files are read in parts.
            .newlines_in_values(true)
            .to_listing_options(&config, table_options),
        Encoding::Json => {
            let mut options = JsonReadOptions::default()
                .schema_infer_max_records(infer_rows.unwrap_or(usize::MAX))
                .file_compression_type(compression);
            options.newline_delimited = !is_json_array(path, file)?;
            options.to_listing_options(&config, table_options)
        }
        Encoding::Parquet => ParquetReadOptions::default().to_listing_options(&config, table_options),
        Encoding::Arrow => ArrowReadOptions::default().to_listing_options(&config, table_options),
    };
    // The one file is named in full, so that its extension must not be asked again.
    Ok(options.with_file_extension(""))
}

/// Whether a JSON file is one array of objects instead of an object a line.
fn is_json_array(path: &Path, file: &TableFile) -> Result<bool, Error> {
    if file.format.compression.is_compressed() {
        return Ok(false);
    }
    let handle = std::fs::File::open(path).map_err(|error| Error::io("read", path, error))?;
    for byte in std::io::BufReader::new(handle).bytes() {
        let byte = byte.map_err(|error| Error::io("read", path, error))?;
        if !byte.is_ascii_whitespace() {
            return Ok(byte == b'[');
        }
    }
    Ok(false)
}
