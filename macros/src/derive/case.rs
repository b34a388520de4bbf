//! `rename_all`: the cases that serde knows, by its names.

/// How a Rust name is written in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

/// Every case with its name.
pub(super) const ALL: &[(&str, Case)] = &[
    ("lowercase", Case::Lower),
    ("UPPERCASE", Case::Upper),
    ("PascalCase", Case::Pascal),
    ("camelCase", Case::Camel),
    ("snake_case", Case::Snake),
    ("SCREAMING_SNAKE_CASE", Case::ScreamingSnake),
    ("kebab-case", Case::Kebab),
    ("SCREAMING-KEBAB-CASE", Case::ScreamingKebab),
];

impl Case {
    /// A field's or a variant's name in this case.
    pub(super) fn apply(self, name: &str) -> String {
        let words: Vec<String> = querent_schema::cache::snake_case(name)
            .split('_')
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect();
        let join = |mark: &str| words.join(mark);
        match self {
            Case::Lower => join(""),
            Case::Upper => join("").to_uppercase(),
            Case::Pascal => words.iter().map(|word| capitalized(word)).collect(),
            Case::Camel => {
                let rest: String = words.iter().skip(1).map(|word| capitalized(word)).collect();
                words.first().cloned().unwrap_or_default() + &rest
            }
            Case::Snake => join("_"),
            Case::ScreamingSnake => join("_").to_uppercase(),
            Case::Kebab => join("-"),
            Case::ScreamingKebab => join("-").to_uppercase(),
        }
    }
}

fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_and_fields_are_renamed() {
        let expected = [
            "inprogress",
            "INPROGRESS",
            "InProgress",
            "inProgress",
            "in_progress",
            "IN_PROGRESS",
            "in-progress",
            "IN-PROGRESS",
        ];
        for ((name, case), expected) in ALL.iter().zip(expected) {
            assert_eq!(case.apply("InProgress"), expected, "{name}");
            assert_eq!(case.apply("in_progress"), expected, "{name}");
        }
    }
}
