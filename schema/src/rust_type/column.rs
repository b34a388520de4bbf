//! Keys of `[source.*.columns]`.

/// A key of `[source.x.columns]`: the last parts of a table's path, and a column.
///
/// Parts are joined by dots; a part that holds one stands in double quotes. Case does not count outside quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ColumnKey(Vec<(String, bool)>);

impl ColumnKey {
    /// Reads a key; `None` where it is not of that form.
    pub(crate) fn parse(text: &str) -> Option<ColumnKey> {
        let mut parts = Vec::new();
        let mut rest = text;
        loop {
            let (part, quoted, after) = match rest.strip_prefix('"') {
                Some(inner) => {
                    let (part, after) = inner.split_once('"')?;
                    (part, true, after)
                }
                None => {
                    let end = rest.find('.').unwrap_or(rest.len());
                    (rest[..end].trim(), false, &rest[end..])
                }
            };
            if part.is_empty() || (!quoted && part.contains('"')) {
                return None;
            }
            parts.push((part.to_owned(), quoted));
            match after.strip_prefix('.') {
                Some(next) => rest = next,
                None if after.is_empty() => break,
                None => return None,
            }
        }
        (parts.len() >= 2).then_some(ColumnKey(parts))
    }

    /// Whether the key names this column of this table.
    pub(crate) fn fits(&self, path: &[String], column: &str) -> bool {
        let names = std::iter::once(column).chain(path.iter().rev().map(String::as_str));
        self.0.len() <= path.len() + 1
            && self.0.iter().rev().zip(names).all(|((part, quoted), name)| {
                part == name || (!quoted && part.to_lowercase() == name.to_lowercase())
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_columns_have_a_form() {
        for bad in ["", "price", ".price", "trades.", "a..b", "\"a\"b.c", "\"a.b", "a\"b\".c"] {
            assert_eq!(ColumnKey::parse(bad), None, "{bad}");
        }
    }
}
