//! Slips in the tokens.

querent::source!(pub Media: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Media>) -> querent::Result<()> {
    querent::query!(Media, [{ "FindEntity": { "with_class": "Person" "limit": 3 } }]).fetch_all(pool).await?;
    querent::query!(Media, [{ "FindEntity": { "with_class": "Person", limit: 3 } }]).fetch_all(pool).await?;
    querent::query!(Media, [{ "FindEntity": { "with_class": "Person", "limit": 0x10 } }]).fetch_all(pool).await?;
    querent::query!(Media, [{ "FindEntity" { "with_class": "Person" } }]).fetch_all(pool).await?;
    querent::query!(Media, [{ "FindEntity": { "with_class": "Person", "with_class": "Person" } }]).fetch_all(pool).await?;
    querent::query!(Media, [{ "FindEntity": {} }, 3, { "FindEntity": {}, "FindImage": {} }]).fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
