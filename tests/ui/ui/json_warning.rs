//! A class and a property that a command makes are more often misspelt.
//@ warns

querent::source!(pub Media: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Media>) -> querent::Result<()> {
    querent::query!(Media, [{ "AddEntity": { "class": "Persno" } }]).execute(pool).await?;
    querent::query!(Media, [{ "AddEntity": { "class": "Person", "properties": { "nmae": "x" } } }]).execute(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
