//! The name of the table that a file becomes.

/// The table name for a file's stem: what an unquoted identifier of SQL can say.
///
/// Lower case (DataFusion folds unquoted identifiers to it), every character that is neither a
/// letter nor a digit becomes `_`, and a leading digit gets a `_` before it.
pub(super) fn from_stem(stem: &str) -> String {
    let mut name = String::with_capacity(stem.len() + 1);
    if stem.starts_with(|c: char| c.is_numeric()) {
        name.push('_');
    }
    for c in stem.chars() {
        if c.is_alphanumeric() || c == '_' {
            name.extend(c.to_lowercase());
        } else {
            name.push('_');
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_can_be_written_without_quotes() {
        for (stem, name) in [
            ("flights", "flights"),
            ("Flights", "flights"),
            ("flights-2013", "flights_2013"),
            ("2013 flights", "_2013_flights"),
            ("straße.v2", "straße_v2"),
            ("a;drop table b", "a_drop_table_b"),
        ] {
            assert_eq!(from_stem(stem), name, "{stem}");
        }
    }
}
