//! A value that may be absent, for a column that takes no NULL; and where an `Option` is right.

querent::source!(pub Flights: querent_ui_tests::Scripted);

#[derive(querent::Type)]
struct Code(String);

#[derive(querent::Type)]
struct MaybeCode(Option<String>);

async fn run(pool: &querent::Pool<Flights>, name: Option<String>) -> querent::Result<()> {
    querent::query!(Flights, "INSERT INTO airlines (carrier, name) VALUES (:code, :name)", code = Code("XX".into()), name)
        .execute(pool)
        .await?;
    querent::query!(Flights, "UPDATE airlines SET name = $1 WHERE carrier = 'XX'", &MaybeCode(None)).execute(pool).await?;
    querent::query!(Flights, "UPDATE airlines SET name = coalesce(:name, name) WHERE carrier = :carrier", name, carrier = Some("XX"))
        .execute(pool)
        .await?;
    Ok(())
}

fn main() {
    let _ = run;
}
