//! Expressions whose types do not fit the places where they stand.

querent::source!(pub Media: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Media>) -> querent::Result<()> {
    let (min_age, names) = ("18", [1_i64]);
    querent::query!(Media, [{ "FindEntity": {
        "with_class": "Person",
        "constraints": { "age": [">=", min_age], "name": ["in", &names[..]], "alive": ["!=", { 1 + 1_i64 }] },
        "results": { "list": ["name"] },
    } }])
    .fetch_all(pool)
    .await?;
    let age = Some(3_i64);
    querent::query!(Media, [{ "FindEntity": {
        "with_class": "Person", "constraints": { "age": [">", age] }, "results": { "list": ["name"] }
    } }])
    .fetch_all(pool)
    .await?;
    Ok(())
}

fn main() {
    let _ = run;
}
