//! A node that keeps all values in a form of its own (type code 253): what it sends is what was written, so that no client
//! ever sees the code.

use crate::private::Private;
use crate::{exchange, keyvalue, objects, sql};

crate::tests! { TESTS: what_is_kept_transformed_is_sent_as_it_was }

async fn what_is_kept_transformed_is_sent_as_it_was(_: String) {
    let private = Private::start_with("h2", &["transformer"]).await;
    let url = || private.url.clone();
    exchange::every_type_is_exchanged_with_java(url()).await;
    exchange::objects_are_exchanged(url()).await;
    keyvalue::scans_end_and_can_be_dropped(url()).await;
    objects::sql_sees_the_same(url()).await;
    objects::raw_data_and_handles_are_read(url()).await;
    sql::values_of_every_type_come_and_go(url()).await;
    // It did keep them so.
    let log = std::fs::read_to_string(format!("{}/0/log", private.folder)).expect("a log");
    for word in ["TRANSFORMS", "RESTORES"] {
        assert!(log.lines().any(|line| line == word), "the node never {}", word.to_lowercase());
    }
    private.end().await;
}
