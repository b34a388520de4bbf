//! What `querent prepare` is told of a statement.

use querent_core::types::{SqlType, StatementAnswer};
use querent_ignite::{Describer, IgniteOptions};

use crate::{pool, table};

crate::tests! { ANY:
    columns_and_parameters_are_described,
    refusals_are_told,
}

async fn ask(url: &str, sql: &str) -> Result<StatementAnswer, String> {
    let options = IgniteOptions::parse(url).expect("the URL is one");
    let mut describer = Describer::open(&options).await.expect("the front ends are on");
    describer.statement(sql, None).await.expect("the node answers")
}

async fn columns_and_parameters_are_described(url: String) {
    let pool = pool(&url).await;
    let columns = "(id INT PRIMARY KEY, n INT NOT NULL, name VARCHAR(20), u UUID, d DECIMAL(9,2), da DATE)";
    table(&pool, "asked", columns).await;
    let sql = "SELECT a.n, b.name, COUNT(*) AS many, b.da FROM asked a LEFT JOIN asked b ON a.id = b.n \
               WHERE a.id = ? AND b.name = ? AND a.u = ? GROUP BY a.n, b.name, b.da";
    let answer = ask(&url, sql).await.expect("it is right");
    let columns = answer.columns.expect("it gives rows");
    let types: Vec<_> = columns.iter().map(|c| (c.name.as_str(), c.ty.says.clone())).collect();
    assert_eq!(
        types,
        [
            ("N", Some(SqlType::Int32)),
            ("NAME", Some(SqlType::TEXT)),
            ("MANY", Some(SqlType::Int64)),
            ("DA", Some(SqlType::Date32))
        ]
    );
    let parameters = answer.parameters.expect("it has three");
    let says: Vec<_> = parameters.iter().map(|ty| ty.says.clone()).collect();
    assert_eq!(says, [Some(SqlType::Int32), Some(SqlType::TEXT), Some(SqlType::Uuid)]);
    assert!(parameters[0].admits(&SqlType::Int64) && !parameters[1].admits(&SqlType::Int64));
    let write = ask(&url, "UPDATE asked SET name = ? WHERE id = ?").await.expect("it is right");
    assert_eq!((write.columns, write.parameters.map(|p| p.len())), (None, Some(2)));
}

async fn refusals_are_told(url: String) {
    let message = ask(&url, "SELECT nothing FROM nowhere_at_all").await.expect_err("there is no such table");
    assert!(message.to_uppercase().contains("NOWHERE_AT_ALL"), "{message}");
    // Calcite runs what it does not describe: that is no refusal.
    ask(&url, "SELECT ?").await.expect("both engines run it");
}
