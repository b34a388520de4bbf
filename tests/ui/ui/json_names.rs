//! Names that are not there are underlined where they stand.

querent::source!(pub Media: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Media>) -> querent::Result<()> {
    querent::query!(Media, [{ "FindEntitty": { "with_class": "Person" } }]).fetch_all(pool).await?;
    querent::query!(Media, [{ "FindEntity": { "with_class": "Persn", "results": { "list": ["name"] } } }]).fetch_all(pool).await?;
    querent::query!(Media, [{ "FindEntity": { "with_clas": "Person", "results": { "list": ["name"] } } }]).fetch_all(pool).await?;
    querent::query!(Media, [{ "FindEntity": {
        "with_class": "Person",
        "constraints": { "agee": [">=", 18] },
        "results": { "list": ["nmae", "age"] },
    } }])
    .fetch_all(pool)
    .await?;
    Ok(())
}

fn main() {
    let _ = run;
}
