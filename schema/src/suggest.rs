//! Did you mean: the names nearest to one that is not there.

/// At most this many names are suggested.
const SUGGESTIONS_MAX: usize = 3;

/// The candidates nearest to `name`, best first: those that differ by case alone, then those within an edit distance
/// of a third of its length (insertion, deletion, substitution and swap of neighbours cost one each). Of two at one
/// distance a swap is likelier than a letter too few or too many, and that than another letter.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let len = lower(name).len();
    // A single letter is near to every other.
    within(name, candidates, if len < 2 { 0 } else { (len / 3).max(1) })
}

/// The same within an edit distance of the caller's own.
pub(crate) fn within<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
    far: usize,
) -> Vec<&'a str> {
    let wanted = lower(name);
    let mut found: Vec<(usize, Slip, &str)> = candidates
        .into_iter()
        .filter(|candidate| !candidate.is_empty() && *candidate != name)
        .filter_map(|candidate| {
            let own = lower(candidate);
            Some((distance(&wanted, &own, far)?, Slip::of(&wanted, &own), candidate))
        })
        .collect();
    found.sort();
    found.dedup();
    found.into_iter().take(SUGGESTIONS_MAX).map(|(_, _, candidate)| candidate).collect()
}

/// What went wrong between two names of one distance, the likeliest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Slip {
    /// The same letters in another order.
    Swapped,
    /// Letters left out, or some too many.
    Counted,
    /// Other letters.
    Other,
}

impl Slip {
    fn of(a: &[char], b: &[char]) -> Slip {
        let sorted = |name: &[char]| {
            let mut letters = name.to_vec();
            letters.sort_unstable();
            letters
        };
        let within = |short: &[char], long: &[char]| {
            let mut rest = long.iter();
            short.iter().all(|letter| rest.any(|own| own == letter))
        };
        match a.len() == b.len() {
            true if sorted(a) == sorted(b) => Slip::Swapped,
            false if within(a, b) || within(b, a) => Slip::Counted,
            _ => Slip::Other,
        }
    }
}

fn lower(text: &str) -> Vec<char> {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// The edit distance, or `None` where it is more than `far`.
fn distance(a: &[char], b: &[char], far: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > far {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, cb) in b.iter().enumerate() {
            let mut cost = (above[j] + usize::from(ca != cb)).min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *ca == b[j - 1] && a[i - 1] == *cb {
                cost = cost.min(before[j - 1] + 1);
            }
            row.push(cost);
        }
        if row.iter().all(|cost| *cost > far) {
            return None;
        }
        before = std::mem::replace(&mut above, row);
    }
    above.last().copied().filter(|cost| *cost <= far)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn nearest_names_come_first() {
        let names = ["trades", "TRADES", "trader", "flights", "", "trade_log", "airlines"];
        assert_eq!(nearest("Trades", names), ["TRADES", "trades", "trader"]);
        assert_eq!(nearest("tradse", names), ["TRADES", "trades", "trader"]);
        assert_eq!(nearest("fligths", names), ["flights"]);
        assert_eq!(nearest("b", ["a", "B", "bc"]), ["B"]);
        assert_eq!(nearest("x", names), Vec::<&str>::new());
        assert_eq!(nearest("", names), Vec::<&str>::new());
        assert_eq!(nearest("nto", ["INTO", "NOT", "TO"]), ["NOT", "INTO", "TO"]);
        assert_eq!(nearest("nuls", ["NULL", "NULLS"]), ["NULLS", "NULL"]);
        assert_eq!(nearest("ÉTÉ", ["été", "ete"]), ["été"]);
    }

    #[test]
    fn a_name_is_not_its_own_suggestion() {
        assert_eq!(nearest("id", ["id", "ID", "ids"]), ["ID", "ids"]);
    }
}
