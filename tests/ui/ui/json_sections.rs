//! Optional sections where none can be, and references to nothing.

querent::source!(pub Media: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Media>) -> querent::Result<()> {
    let (limit, age) = (Some(3_i64), Some(4_i64));
    querent::query!(Media, [{ "FindEntity": {
        "with_class": "Person", {{ "limit": limit }}, "results": { "list": ["name"] }
    } }])
    .fetch_all(pool)
    .await?;
    querent::query!(Media, [{ "FindEntity": {
        "with_class": "Person", "constraints": {{ "age": [">", age] }}, "results": { "list": ["name"] }
    } }])
    .fetch_all(pool)
    .await?;
    querent::query!(Media, [
        { "FindEntity": { "_ref": 1, "with_class": "Person" } },
        { "FindImage": { "_ref": 1, "is_connected_to": { "ref": 2, "direction": "inn" }, "blobs": true } },
    ])
    .run(pool)
    .await?;
    Ok(())
}

fn main() {
    let _ = run;
}
