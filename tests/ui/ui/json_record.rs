//! Records and files take JSON as a literal, and a record is the row of one command.

querent::source!(pub Media: querent_ui_tests::Scripted);

querent::record! { pub struct Tokens from Media, [{ "FindEntity": { "with_class": "Person", "results": { "list": ["name"] } } }] }

querent::record! { pub struct Several from Media, r#"[
    {"FindEntity": {"with_class": "Person", "results": {"list": ["name"]}}},
    {"FindEntity": {"with_class": "Person", "results": {"list": ["age"]}}}
]"# }

querent::record! { pub struct Nothing from Media, r#"[{"DeleteEntity": {"with_class": "Person"}}]"# }

async fn run(pool: &querent::Pool<Media>) -> querent::Result<()> {
    querent::query_file!(Media, [{ "FindEntity": { "with_class": "Person" } }]).fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
