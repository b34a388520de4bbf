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
    let wanted = Wanted::new(name);
    let mut best: Vec<(usize, Slip, &str)> = Vec::with_capacity(SUGGESTIONS_MAX + 1);
    for candidate in candidates {
        // Beyond the last of the best nothing is told, so that the search narrows.
        let far = if best.len() == SUGGESTIONS_MAX { best[SUGGESTIONS_MAX - 1].0 } else { far };
        let Some(distance) = wanted.distance(candidate, far) else { continue };
        if candidate.is_empty() || candidate == name {
            continue;
        }
        let found = (distance, Slip::of(&wanted.letters, &lower(candidate)), candidate);
        if let Err(place) = best.binary_search(&found) {
            best.insert(place, found);
            best.truncate(SUGGESTIONS_MAX);
        }
    }
    best.into_iter().map(|(_, _, candidate)| candidate).collect()
}

/// Up to so many letters, a row of the table of distances fits a machine word.
const WORD: usize = u64::BITS as usize;

/// A name that others are held against: in ASCII and not too long, a letter of them costs a dozen instructions.
struct Wanted {
    letters: Vec<char>,
    /// Which of the letters are this byte, in either case.
    places: Option<Box<[u64; 128]>>,
}

impl Wanted {
    fn new(name: &str) -> Wanted {
        let letters = lower(name);
        let mut places = (name.is_ascii() && (1..=WORD).contains(&letters.len())).then(|| Box::new([0; 128]));
        if let Some(places) = &mut places {
            for (i, byte) in name.bytes().enumerate() {
                for byte in [byte.to_ascii_lowercase(), byte.to_ascii_uppercase()] {
                    places[usize::from(byte)] |= 1_u64 << i;
                }
            }
        }
        Wanted { letters, places }
    }

    /// The edit distance to a candidate, or `None` where it is more than `far`.
    fn distance(&self, candidate: &str, far: usize) -> Option<usize> {
        match &self.places {
            Some(places) if candidate.is_ascii() => {
                by_words(places, self.letters.len(), candidate.as_bytes(), far)
            }
            _ => distance(&self.letters, &lower(candidate), far),
        }
    }
}

/// The edit distance by a machine word for each row (Hyyrö 2003, "A Bit-Vector Algorithm for Computing Levenshtein and
/// Damerau Edit Distances"): `places` has the letters of one name, of `len` letters, in either case.
fn by_words(places: &[u64; 128], len: usize, other: &[u8], far: usize) -> Option<usize> {
    if len.abs_diff(other.len()) > far {
        return None;
    }
    let last = 1_u64 << (len - 1);
    // Where the distance rises and falls from one letter of the name to the next, and where it is that of the row above.
    let (mut rises, mut falls, mut same) = (u64::MAX, 0_u64, 0_u64);
    let (mut before, mut cost, mut left) = (0_u64, len, other.len());
    for byte in other {
        let fits = places[usize::from(byte & 0x7f)];
        let swapped = ((!same & fits) << 1) & before;
        same = ((fits & rises).wrapping_add(rises) ^ rises) | fits | falls | swapped;
        let mut up = falls | !(same | rises);
        let mut down = same & rises;
        if up & last != 0 {
            cost += 1;
        }
        if down & last != 0 {
            cost -= 1;
        }
        left -= 1;
        // Each letter that is left takes away one at most.
        if cost > far + left {
            return None;
        }
        up = (up << 1) | 1;
        down <<= 1;
        rises = down | !(same | up);
        falls = up & same;
        before = fits;
    }
    Some(cost)
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
    use super::{SUGGESTIONS_MAX, Slip, Wanted, distance, lower, nearest};

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

    #[test]
    fn both_ways_to_a_distance_agree() {
        let mut seed = 7_u64;
        let mut name = |letters: &[u8]| {
            let mut next = || {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (seed >> 33) as usize
            };
            let len = 1 + next() % 9;
            (0..len).map(|_| char::from(letters[next() % letters.len()])).collect::<String>()
        };
        let mut near = 0;
        for round in 0..20_000 {
            let letters: &[u8] = if round % 2 == 0 { b"abA" } else { b"abcdE_1" };
            let (a, b) = (name(letters), name(letters));
            for far in 0..4 {
                let found = Wanted::new(&a).distance(&b, far);
                assert_eq!(found, distance(&lower(&a), &lower(&b), far), "{a} {b} {far}");
                near += usize::from(found.is_some());
            }
        }
        assert!(near > 10_000, "{near}");
        let long = "x".repeat(64);
        assert_eq!(nearest(&long, [format!("{long}y").as_str()]).len(), 1);
        assert_eq!(nearest(&format!("{long}y"), [long.as_str()]).len(), 1);
    }

    #[test]
    fn of_many_names_the_nearest_come_first() {
        let names: Vec<String> = (0..3_000).map(|number| format!("Table_{number:05}")).collect();
        for name in ["tabel_00001", "table_1", "taable_00100", "Table_00042", "tables_0", "élan"] {
            let wanted = lower(name);
            let mut all: Vec<(usize, Slip, &str)> = names
                .iter()
                .filter(|own| *own != name)
                .filter_map(|own| {
                    let letters = lower(own);
                    let far = (wanted.len() / 3).max(1);
                    Some((distance(&wanted, &letters, far)?, Slip::of(&wanted, &letters), own.as_str()))
                })
                .collect();
            all.sort();
            let expected: Vec<&str> = all.iter().take(SUGGESTIONS_MAX).map(|(.., own)| *own).collect();
            assert_eq!(nearest(name, names.iter().map(String::as_str)), expected, "{name}");
            assert_eq!(nearest(name, names.iter().rev().map(String::as_str)), expected, "{name}");
        }
    }
}
