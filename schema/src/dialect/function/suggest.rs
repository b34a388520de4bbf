//! Did-you-mean for function names.

/// How many names are offered.
const OFFERED: usize = 3;

/// The names nearest to `name`, best first; none that share too little with it.
pub(super) fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let limit = name.chars().count().div_ceil(3).clamp(1, 3);
    let mut found: Vec<(usize, &str)> = names
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .collect();
    found.sort();
    found.into_iter().take(OFFERED).map(|(_, name)| name.to_owned()).collect()
}

/// Edits between two names: insertions, deletions, replacements, and swaps of neighbours.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_first_and_nothing_far() {
        let names = ["upper", "lower", "substr", "substring", "sum"];
        assert_eq!(nearest("uper", names.into_iter()), ["upper"]);
        assert_eq!(nearest("substing", names.into_iter()), ["substring", "substr"]);
        assert_eq!(nearest("smu", names.into_iter()), ["sum"]);
        assert!(nearest("frobnicate", names.into_iter()).is_empty());
    }
}
