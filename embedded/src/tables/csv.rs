//! CSV files: the types of their columns, and which cells are NULL.
//!
//! Types are inferred here and not by DataFusion 55.2, whose inference loses count of quotes
//! that span its chunks. And where NULLs are written in a way of their own, rows are read here:
//! DataFusion takes the expression for inferring only.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::csv::ReaderBuilder;
use datafusion::arrow::csv::reader::Format;
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::arrow::error::ArrowError;
use datafusion::datasource::MemTable;
use datafusion::datasource::file_format::file_compression_type::FileCompressionType;
use datafusion::error::DataFusionError;
use regex::Regex;

use crate::error::{Error, ErrorKind};

/// How the cells of a CSV file are read.
#[derive(Debug, Clone)]
pub(super) struct CsvFile<'a> {
    path: &'a Path,
    compression: FileCompressionType,
    format: Format,
}

impl<'a> CsvFile<'a> {
    pub(super) fn new(
        path: &'a Path,
        delimiter: u8,
        compression: FileCompressionType,
        null_regex: Option<&Regex>,
    ) -> Self {
        let mut format = Format::default().with_header(true).with_delimiter(delimiter);
        if let Some(regex) = null_regex {
            format = format.with_null_regex(regex.clone());
        }
        Self { path, compression, format }
    }

    /// The schema that the first rows, or all of them, fit. A column of nothing but NULLs is
    /// text.
    pub(super) fn infer_schema(&self, rows_max: Option<usize>) -> Result<SchemaRef, DataFusionError> {
        let (schema, _) = self.format.infer_schema(self.open()?, rows_max)?;
        if schema.fields().is_empty() {
            let message = "the file is empty: its first line has the names of the columns";
            return Err(ArrowError::CsvError(message.to_owned()).into());
        }
        let fields = schema.fields().iter().map(|field| match field.data_type() {
            DataType::Null => Field::new(field.name(), DataType::Utf8, true),
            other => Field::new(field.name(), other.clone(), true),
        });
        Ok(Arc::new(Schema::new(fields.collect::<Vec<_>>())))
    }

    /// All rows as a table in memory.
    pub(super) fn load(&self, schema: &SchemaRef) -> Result<MemTable, DataFusionError> {
        let reader = ReaderBuilder::new(Arc::clone(schema))
            .with_format(self.format.clone())
            .with_batch_size(8192)
            .build(self.open()?)?;
        let batches = reader.collect::<Result<Vec<RecordBatch>, ArrowError>>()?;
        MemTable::try_new(Arc::clone(schema), vec![batches])
    }

    fn open(&self) -> Result<Box<dyn Read + Send>, DataFusionError> {
        let file = BufReader::new(File::open(self.path)?);
        self.compression.convert_read(file)
    }
}

/// Compiles the expression that NULLs match.
pub(crate) fn null_regex(pattern: &str) -> Result<Regex, Error> {
    Regex::new(pattern).map_err(|error| {
        let message = "the expression for NULL in CSV files is not a regular expression";
        Error::new(ErrorKind::InvalidOption, message).with_source(error)
    })
}
