//! Files and scripts that become tables.

use std::error::Error as _;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::arrow::ipc::writer::{FileWriter, StreamWriter};
use datafusion::parquet::arrow::ArrowWriter;
use querent_embedded::{Error, ErrorKind, Server};

use crate::client::{Client, Folder, fields, lines, statement};

fn sample() -> RecordBatch {
    let schema =
        Schema::new(vec![Field::new("id", DataType::Int64, false), Field::new("name", DataType::Utf8, true)]);
    RecordBatch::try_new(
        Arc::new(schema),
        vec![Arc::new(Int64Array::from(vec![1, 2])), Arc::new(StringArray::from(vec![Some("one"), None]))],
    )
    .expect("a batch")
}

fn write_parquet(path: &Path) {
    let batch = sample();
    let file = File::create(path).expect("a file");
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).expect("a writer");
    writer.write(&batch).expect("rows");
    writer.close().expect("a footer");
}

fn write_arrow(path: &Path) {
    let batch = sample();
    let file = File::create(path).expect("a file");
    let mut writer = FileWriter::try_new(file, &batch.schema()).expect("a writer");
    writer.write(&batch).expect("rows");
    writer.finish().expect("a footer");
}

fn write_arrow_stream(path: &Path) {
    let batch = sample();
    let file = File::create(path).expect("a file");
    let mut writer = StreamWriter::try_new(file, &batch.schema()).expect("a writer");
    writer.write(&batch).expect("rows");
    writer.finish().expect("an end");
}

#[tokio::test]
async fn every_format_becomes_a_table() {
    let folder = Folder::new();
    folder.write("a.csv", "id,name\n1,one\n2,\n");
    folder.write("b.TSV", "id\tname\n1\tone\n2\t\n");
    folder.write("c.ndjson", "{\"id\":1,\"name\":\"one\"}\n{\"id\":2}\n");
    folder.write("d.jsonl", "{\"id\":1,\"name\":\"one\"}\n{\"id\":2,\"name\":null}\n");
    folder.write("e.json", " [{\"id\":1,\"name\":\"one\"},\n{\"id\":2}]");
    folder.write("f.json", "{\"id\":1,\"name\":\"one\"}\n{\"id\":2}\n");
    write_parquet(&folder.path().join("g.parquet"));
    write_arrow(&folder.path().join("h.arrow"));
    write_arrow(&folder.path().join("i.feather"));
    write_arrow_stream(&folder.path().join("j.ipc"));
    folder.write("README.md", "not a table");
    folder.write("LICENSE", "not a table");
    folder.write(".hidden", "not a table");
    let server = Server::open(folder.path()).await.expect("a server");
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
    assert_eq!(server.table_names(), names);
    let client = Client::in_process(&server);
    for name in names {
        let sql = format!("SELECT id, name FROM {name} ORDER BY id");
        let rows = client.query(&sql).await.expect(name);
        assert_eq!(lines(&rows), ["1|one", "2|"], "{name}");
        assert!(rows.column(1).is_null(1), "{name}: an empty cell is NULL");
        assert!(rows.column(0).data_type().is_integer(), "{name}");
    }
}

#[tokio::test]
async fn compressed_text_is_read() {
    use std::io::Write;
    let folder = Folder::new();
    let mut gz = flate2_free_gzip();
    gz.write_all(b"id\n1\n2\n").expect("room");
    folder.write("a.csv.gz", gz.finish());
    let server = Server::open(folder.path()).await.expect("a server");
    let rows = Client::in_process(&server).query("SELECT sum(id) AS s FROM a").await;
    assert_eq!(lines(&rows.expect("rows")), ["3"]);
}

/// A gzip member with one stored block: no compressor is needed to write one.
fn flate2_free_gzip() -> StoredGzip {
    StoredGzip(Vec::new())
}

struct StoredGzip(Vec<u8>);

impl std::io::Write for StoredGzip {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl StoredGzip {
    fn finish(self) -> Vec<u8> {
        let len = u16::try_from(self.0.len()).expect("a short text");
        let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1];
        out.extend(len.to_le_bytes());
        out.extend((!len).to_le_bytes());
        out.extend(&self.0);
        let crc = self.0.iter().fold(!0u32, |crc, byte| {
            (0..8)
                .fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
        });
        out.extend((!crc).to_le_bytes());
        out.extend(u32::from(len).to_le_bytes());
        out
    }
}

#[tokio::test]
async fn types_of_csv_are_inferred_from_all_rows() {
    let folder = Folder::new();
    let mut csv = "n,d,t,s,text\n".to_owned();
    for _ in 0..2000 {
        csv.push_str("1,2013-01-01,2013-01-01T05:00:00,x,\"a\nb\"\n");
    }
    csv.push_str("1.5,,,,\n");
    folder.write("t.csv", csv);
    let server = Server::open(folder.path()).await.expect("a server");
    let client = Client::in_process(&server);
    let schema = client.schema(&statement("SELECT * FROM t")).await.expect("a schema");
    assert_eq!(fields(&schema), ["n: Float64?", "d: Date32?", "t: Timestamp(s)?", "s: Utf8?", "text: Utf8?"]);
    let rows = client.query("SELECT count(*) AS c, count(text) AS t FROM t").await;
    assert_eq!(lines(&rows.expect("rows")), ["2001|2000"]);
}

#[tokio::test]
async fn null_can_be_written_otherwise() {
    let folder = Folder::new();
    let file = folder.write("t.csv", "a,b\n1,x\nNA,NA\n3,\n");
    let server = Server::builder().path(file).csv_null_regex("^(NA)?$").open().await.expect("a server");
    let client = Client::in_process(&server);
    let rows = client.query("SELECT sum(a) AS a, count(b) AS b FROM t").await;
    assert_eq!(lines(&rows.expect("rows")), ["4|1"]);
}

#[tokio::test]
async fn names_of_files_may_have_any_characters() {
    let folder = Folder::new();
    folder.write("2013 Flights [a*]?.csv", "id\n7\n");
    let server = Server::open(folder.path()).await.expect("a server");
    assert_eq!(server.table_names(), ["_2013_flights__a___"]);
    let rows = Client::in_process(&server).query("SELECT id FROM _2013_flights__a___").await;
    assert_eq!(lines(&rows.expect("rows")), ["7"]);
}

async fn open_fails(path: &Path) -> Error {
    Server::open(path).await.expect_err("an error")
}

#[tokio::test]
async fn files_that_are_no_tables_are_named() {
    let folder = Folder::new();
    folder.write("good.csv", "id\n1\n");
    let bad = folder.write("book.xlsx", "PK");
    let error = open_fails(folder.path()).await;
    assert_eq!(error.kind(), ErrorKind::UnsupportedFile);
    assert!(error.to_string().contains("book.xlsx"), "{error}");
    assert!(error.to_string().contains(".parquet"), "{error}");
    assert_eq!(open_fails(&bad).await.kind(), ErrorKind::UnsupportedFile);

    let missing = open_fails(&folder.path().join("none.csv")).await;
    assert_eq!(missing.kind(), ErrorKind::Io);
    assert!(missing.to_string().contains("none.csv"), "{missing}");

    let broken = folder.write("broken.parquet", "this is no parquet");
    let error = open_fails(&broken).await;
    assert_eq!(error.kind(), ErrorKind::MalformedFile);
    assert!(error.to_string().contains("broken.parquet"), "{error}");
    assert!(error.source().is_some());
}

#[tokio::test]
async fn a_clash_of_names_names_both_files() {
    let folder = Folder::new();
    folder.write("trades.csv", "id\n1\n");
    folder.write("Trades.json", "{\"id\":1}\n");
    let error = open_fails(folder.path()).await;
    assert_eq!(error.kind(), ErrorKind::NameClash);
    let text = error.to_string();
    assert!(text.contains("trades.csv") && text.contains("Trades.json"), "{text}");
}

#[tokio::test]
async fn a_script_defines_tables_with_paths_of_its_own_folder() {
    let folder = Folder::new();
    folder.write("data/raw.csv", "id,name\n1,one\n2,\n");
    let script = folder.write(
        "init.sql",
        "-- tables\n\
         CREATE EXTERNAL TABLE raw STORED AS CSV LOCATION 'data/raw.csv' OPTIONS ('format.has_header' 'true');\n\
         CREATE TABLE t (id BIGINT NOT NULL, name VARCHAR, PRIMARY KEY (id));\n\
         INSERT INTO t SELECT id, name FROM raw;\n\
         CREATE VIEW v AS SELECT id + 1 AS next FROM t;\n",
    );
    let server = Server::open(&script).await.expect("the script runs");
    assert_eq!(server.table_names(), ["raw", "t", "v"]);
    let client = Client::in_process(&server);
    let rows = client.query("SELECT * FROM t ORDER BY id").await.expect("rows");
    assert_eq!(lines(&rows), ["1|one", "2|"]);
    assert_eq!(fields(&rows.schema()), ["id: Int64", "name: Utf8View?"]);
    let rows = client.query("SELECT max(next) AS m FROM v").await.expect("rows");
    assert_eq!(lines(&rows), ["3"]);
}

#[tokio::test]
async fn a_script_that_fails_says_where() {
    let folder = Folder::new();
    let script = folder.write("init.sql", "CREATE TABLE t (id INT);\nSELECT nope FROM t;");
    let error = open_fails(&script).await;
    assert_eq!(error.kind(), ErrorKind::Script);
    let text = error.to_string();
    assert!(text.contains("statement 2"), "{text}");
    assert!(text.contains("init.sql") && text.contains("nope"), "{text}");
    assert!(text.contains("line 2"), "{text}");

    let script = folder.write("syntax.sql", "CREATE TABLE t (id INT);\nCREATE TABEL u (id INT);");
    let text = open_fails(&script).await.to_string();
    assert!(text.contains("line 2"), "{text}");
}

#[tokio::test]
async fn files_and_scripts_go_together() {
    let folder = Folder::new();
    let csv = folder.write("a.csv", "id\n1\n");
    let json = folder.write("b.json", "{\"id\":2}\n");
    let script = folder.write("x.sql", "CREATE VIEW both_ids AS SELECT id FROM a UNION ALL SELECT id FROM b");
    let server =
        Server::builder().with_files([&csv, &json]).init_script(&script).open().await.expect("a server");
    let rows = Client::in_process(&server).query("SELECT sum(id) AS s FROM both_ids").await;
    assert_eq!(lines(&rows.expect("rows")), ["3"]);
}
