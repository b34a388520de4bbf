//! `querent pull` and `querent prepare` on a scripted cluster that speaks Picodata's protocol (`tests/picodata-server`), with its
//! rights and its words for errors.

use querent_core::types::{AnsweredType, SqlType, TableDescription};
use querent_core::{Backend as _, ErrorKind};
use querent_picodata::{Describer, Picodata, PicodataOptions, describe};
use querent_picodata_server::{Server, demo};

fn options(server: &Server, user: &str) -> PicodataOptions {
    Picodata::options(&server.url(user)).expect("a URL")
}

#[tokio::test]
async fn a_catalog_is_described_to_those_who_may_read_it() {
    let server = Server::start(demo::script(3)).expect("a server");
    let source = describe(&options(&server, "admin")).await.expect("a description");
    let table = source.tables.iter().find(|table| table.path == ["probe_t"]).expect("the table");
    let hidden: Vec<_> = table.columns.iter().filter(|c| c.hidden).map(|c| c.name.as_str()).collect();
    assert_eq!((hidden, table.primary_key.as_slice()), (vec!["bucket_id"], &["id".to_owned()][..]));
    assert_eq!(table.properties[TableDescription::ROUTING_KEY], "id");
    assert_eq!(table.properties[TableDescription::TIER], "default");
    assert!(source.server.is_some());
    let error = describe(&options(&server, "plain")).await.expect_err("rights are missing");
    assert_eq!(error.kind(), ErrorKind::Permission);
    for table in ["_pico_table", "_pico_index", "_pico_routine", "_pico_tier"] {
        let grant = format!("GRANT READ ON TABLE {table} TO \"plain\"");
        assert!(error.message().contains(&grant), "{error}");
    }
}

#[tokio::test]
async fn statements_are_described_or_refused_in_its_words() {
    let server = Server::start(demo::script(1)).expect("a server");
    let mut describer = Describer::open(&options(&server, "admin")).await.expect("the server answers");
    let answered = describer.statement(demo::INSERT).await.expect("an answer").expect("it is right");
    let parameters = answered.answer.parameters.expect("parameters");
    assert_eq!((parameters.len(), &parameters[0]), (10, &AnsweredType::exact(SqlType::Int64)));
    assert_eq!(answered.answer.columns, Some(vec![]));
    let refused =
        describer.statement("SELECT * FROM nope").await.expect("an answer").expect_err("it is wrong");
    assert_eq!(refused, "there is no table \"nope\"");
}
