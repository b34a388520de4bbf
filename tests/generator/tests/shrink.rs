//! The shrinker over real statements: what it gives still shows the property, is short, and cannot be cut further.

use querent_generator::{Generator, schemas, shrink};
use querent_schema::catalog::Catalog;
use querent_schema::check;
use querent_schema::diagnostic::Severity;

fn is_accepted(sql: &str, catalog: &Catalog) -> bool {
    check(sql, catalog).diagnostics.iter().all(|found| found.severity != Severity::Error)
}

#[test]
fn the_property_stays_and_shrinking_ends() {
    let catalog = schemas::of_dialect("datafusion")[1].catalog("datafusion").expect("tables");
    let (mut before, mut after, mut shrunk) = (0, 0, 0);
    for made in Generator::new(&catalog, 17).take(250).filter(|made| made.sql.contains("CASE")) {
        let mut asked = 0;
        let mut shows = |text: &str| {
            asked += 1;
            text.contains("CASE") && is_accepted(text, &catalog)
        };
        if !shows(&made.sql) {
            continue;
        }
        let short = shrink(&made.sql, catalog.dialect, &mut shows);
        assert!(short.contains("CASE") && is_accepted(&short, &catalog), "{short}");
        assert_eq!(shrink(&short, catalog.dialect, &mut shows), short, "it can be cut further");
        assert!(asked < 20_000, "{asked} candidates for {}", made.sql);
        (before, after, shrunk) = (before + made.sql.len(), after + short.len(), shrunk + 1);
        if shrunk == 12 {
            break;
        }
    }
    println!("{shrunk} statements from {before} to {after} bytes");
    assert!(shrunk == 12 && after * 4 < before, "{before} to {after} bytes");
}

#[test]
fn one_statement_shrinks_to_one_text() {
    let catalog = schemas::of_dialect("datafusion")[0].catalog("datafusion").expect("tables");
    let made = Generator::new(&catalog, 23).find(|made| made.sql.contains("JOIN")).expect("a join");
    let shorten =
        || shrink(&made.sql, catalog.dialect, |text| text.contains("JOIN") && is_accepted(text, &catalog));
    assert_eq!(shorten(), shorten());
}
