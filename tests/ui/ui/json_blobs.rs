//! Blobs are counted.

querent::source!(pub Media: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Media>) -> querent::Result<()> {
    let (a, b) = (vec![1_u8], vec![2_u8]);
    querent::query!(Media, [{ "AddImage": {} }, { "AddEntity": { "class": "Person" } }, { "AddImage": {} }], blobs = (&a,)).run(pool).await?;
    querent::query!(Media, [{ "AddImage": {} }], blobs = [&a, &b]).execute(pool).await?;
    querent::query!(Media, [{ "AddImage": {} }], blobs = a).execute(pool).await?;
    querent::query!(Media, [{ "AddImage": {} }], blobs = ("text",)).execute(pool).await?;
    querent::query!(Media, [{ "AddImage": {} }], a, blobs = (&a,)).execute(pool).await?;
    querent::query!(Media, [{ "AddImage": {} }]).execute(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
