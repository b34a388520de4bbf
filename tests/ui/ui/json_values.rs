//! Values, operators and kinds that do not fit.

querent::source!(pub Media: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Media>) -> querent::Result<()> {
    querent::query!(Media, [{ "FindEntity": {
        "with_class": "Person",
        "constraints": { "age": [">=", "x", "=>", 3], "alive": ["<", true], "born": [">", "2020-01-01"] },
        "limit": "10",
        "results": { "list": ["name"] },
    } }])
    .fetch_all(pool)
    .await?;
    Ok(())
}

fn main() {
    let _ = run;
}
