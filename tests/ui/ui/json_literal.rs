//! JSON in a string literal: the place inside of it is told.

querent::source!(pub Media: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Media>) -> querent::Result<()> {
    querent::query!(
        Media,
        r#"[{
            "FindEntity": {
                "with_class": "Person",
                "constraints": { "age": [">=", {"$param": "min_age"}] },
                "results": { "list": ["nmae"] }
            }
        }]"#,
        min_age = 18_i64,
    )
    .fetch_all(pool)
    .await?;
    querent::query!(Media, "SELECT name FROM Person").fetch_all(pool).await?;
    querent::query!(Media, "[{\"FindEntity\": {\"with_class\": Person}}]").fetch_all(pool).await?;
    querent::query!(
        Media,
        r#"[{"FindEntity": {"with_class": "Person", "limit": {"$param": "n"}, "results": {"list": ["name"]}}}]"#,
        m = 3_i64
    )
    .fetch_all(pool)
    .await?;
    querent::query_file!(Media, "./wrong_here.json").fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
