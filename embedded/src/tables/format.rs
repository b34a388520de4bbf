//! What a file is, by its name. The content is looked at when the table is registered.

use std::path::Path;

use datafusion::datasource::file_format::file_compression_type::FileCompressionType;

use crate::error::{Error, ErrorKind};

/// What is said when a file is none of these.
const SUPPORTED: &str = "CSV (.csv, .tsv), Parquet (.parquet, .pq), JSON (.json, .jsonl, .ndjson), \
     Arrow IPC (.arrow, .feather, .ipc), CSV and JSON also compressed (.gz, .bz2, .xz, .zst)";

/// How a file's rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Csv { delimiter: u8 },
    Json,
    Parquet,
    Arrow,
}

/// How a file is written: its rows, and the compression around them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Format {
    pub(crate) encoding: Encoding,
    pub(crate) compression: FileCompressionType,
}

impl Format {
    /// The format of a file and the stem of its name.
    pub(crate) fn of(path: &Path) -> Result<(Self, String), Error> {
        Self::by_name(path).ok_or_else(|| {
            Error::new(
                ErrorKind::UnsupportedFile,
                format!("{} cannot be read as a table; supported are {SUPPORTED}", path.display()),
            )
        })
    }

    fn by_name(path: &Path) -> Option<(Self, String)> {
        let name = path.file_name()?.to_str()?;
        let (stem, extension) = name.rsplit_once('.')?;
        let compression = match extension.to_ascii_lowercase().as_str() {
            "gz" => FileCompressionType::GZIP,
            "bz2" => FileCompressionType::BZIP2,
            "xz" => FileCompressionType::XZ,
            "zst" => FileCompressionType::ZSTD,
            _ => FileCompressionType::UNCOMPRESSED,
        };
        let (stem, extension) =
            if compression.is_compressed() { stem.rsplit_once('.')? } else { (stem, extension) };
        let encoding = match extension.to_ascii_lowercase().as_str() {
            "csv" => Encoding::Csv { delimiter: b',' },
            "tsv" => Encoding::Csv { delimiter: b'\t' },
            "json" | "jsonl" | "ndjson" => Encoding::Json,
            "parquet" | "pq" if !compression.is_compressed() => Encoding::Parquet,
            "arrow" | "feather" | "ipc" if !compression.is_compressed() => Encoding::Arrow,
            _ => return None,
        };
        let format = Self { encoding, compression };
        (!stem.is_empty()).then(|| (format, stem.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_go_by_extension() {
        let (format, stem) = Format::of(Path::new("/x/Trades.CSV.gz")).expect("supported");
        assert_eq!(stem, "Trades");
        assert_eq!(format.encoding, Encoding::Csv { delimiter: b',' });
        assert!(format.compression.is_compressed());
        let (format, stem) = Format::of(Path::new("a.b.feather")).expect("supported");
        assert_eq!((stem.as_str(), format.encoding), ("a.b", Encoding::Arrow));
    }

    #[track_caller]
    fn refused(name: &str) {
        let error = Format::of(Path::new(name)).expect_err(name);
        assert_eq!(error.kind(), ErrorKind::UnsupportedFile);
        assert!(error.to_string().contains(name), "{error}");
        assert!(error.to_string().contains(".parquet"), "{error}");
    }

    #[test]
    fn other_files_are_refused_by_name() {
        for name in ["a.xlsx", "noextension", ".csv", "a.gz", "a.parquet.gz", "x.orc"] {
            refused(name);
        }
    }
}
