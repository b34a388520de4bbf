//! Rows that do not go with the properties that are listed.

querent::source!(pub Media: querent_ui_tests::Scripted);

pub struct Person {
    pub name: String,
    pub age: Option<i64>,
}

async fn run(pool: &querent::Pool<Media>) -> querent::Result<()> {
    querent::query_as!(Media, Person, [{ "FindEntity": { "with_class": "Person", "results": { "list": ["name", "age"] } } }]).fetch_all(pool).await?;
    querent::query_as!(Media, Person, [{ "AddEntity": { "class": "Person" } }]).fetch_all(pool).await?;
    querent::query!(Media, [{ "FindEntity": { "results": { "list": ["name"] } } }]).fetch_all(pool).await?;
    querent::query!(Media, [{ "FindEntity": { "with_class": "Person", "results": { "list": ["age: String"] } } }]).fetch_all(pool).await?;
    querent::query_scalar!(Media, [
        { "FindEntity": { "with_class": "Person", "results": { "count": true } } },
        { "FindEntity": { "with_class": "Person", "results": { "count": true } } },
    ])
    .fetch_all(pool)
    .await?;
    Ok(())
}

fn main() {
    let _ = run;
}
