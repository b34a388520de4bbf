//! What is not checked yet is refused, and says so.

querent::source!(pub Media: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Media>) -> querent::Result<()> {
    querent::query!(Media, [{ "FindVideo": { "blobs": true } }]).fetch_all(pool).await?;
    querent::query!(Media, [{ "FindEntity": { "with_class": "Person", "results": { "list": ["name"], "count": true } } }]).fetch_all(pool).await?;
    querent::query!(Media, [{ "FindEntity": { "with_class": "Person", "group_by_source": true, "results": { "list": ["name"] } } }]).fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
