//! A row with a field that no backend can decode.

querent::source!(pub Flights: querent_ui_tests::Scripted);

struct Opaque;

#[derive(querent::FromRow)]
struct Row {
    id: i64,
    opaque: Opaque,
}

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<Vec<Row>> {
    querent::sql("SELECT 1").fetch_all(pool).await
}

fn main() {
    let _ = run;
}
