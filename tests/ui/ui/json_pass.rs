//! Forms of JSON that must compile without a word, also where lints are strict.
//@ pass
#![deny(warnings, unused, missing_docs, clippy::all)]

querent::source!(
    /// Documented.
    pub Media: querent_ui_tests::Scripted
);

querent::record! {
    /// Documented.
    #[derive(Debug)]
    pub struct Adult from Media, r#"[{"FindEntity": {
        "with_class": "Person", "constraints": {"age": [">=", {"$param": "min_age"}]}, "results": {"list": ["name!", "age: i64"]}
    }}]"#
}

macro_rules! count {
    ($class:literal, $min:expr) => {
        querent::query_scalar!(Media, [{ "FindEntity": {
            "with_class": $class, "constraints": { "age": [">=", $min] }, "results": { "count": true }
        } }])
    };
}

struct Filter {
    name: Option<String>,
    ages: Vec<f64>,
}

async fn run(pool: &querent::Pool<Media>, filter: &Filter) -> querent::Result<()> {
    let n: u64 = count!("Person", 17_i64 + 1).fetch_one(pool).await?;
    for adult in Adult::query(&18_i64).fetch_all(pool).await? {
        println!("{adult:?} {} {:?} {n}", adult.name, adult.age);
    }
    let (name, photo) = ("x", vec![0_u8; 3]);
    querent::query!(
        Media,
        [{ "AddImage": { "properties": { "id": -1 }, "if_not_found": { "id": ["==", { if n > 1 { 1_i64 } else { 2 } }] } } }],
        blobs = [photo.as_slice()],
    )
    .execute(pool)
    .await?;
    let (people, images, counted) = querent::query!(
        Media,
        [
            {
                "FindEntity": {
                    "_ref": 1,
                    "with_class": "Person",
                    "constraints": {
                        "age": ["in", &filter.ages, "!=", -1.5],
                        {{ "name": ["==", &filter.name] }},
                        "any": { "alive": ["==", true], "born": ["<", { "_date": "2000-01-01T00:00:00Z" }] },
                    },
                    "sort": { "key": "age", "order": "descending" },
                    "results": { "all_properties": true },
                },
            },
            { "FindImage": { "is_connected_to": { "ref": 1, "connection_class": "Knows" }, "results": { "list": ["id!: i64"] } } },
            { "FindEntity": { "with_class": "Person", "constraints": { "name": ["!=", name] }, "results": { "max": "age" } } },
        ],
    )
    .run(pool)
    .await?;
    for person in &people {
        println!("{:?} {:?} {:?}", person.name, person.age, person.home_town);
    }
    println!("{} {:?}", images.iter().map(|image| image.id).sum::<i64>(), counted.max);
    Ok(())
}

fn main() {
    let _ = run;
}
