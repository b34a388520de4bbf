//! Did-you-mean for function names.

use crate::suggest::within;

/// The names nearest to `name`, best first; none that share too little with it. A function's name is long for what it
/// says, so that more of it may be wrong than of a column's.
pub(super) fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let len = name.chars().count();
    // Two letters of four are too many: half of the word is another.
    let far = if len < 5 { 1 } else { len.div_ceil(3).min(3) };
    within(name, names, far).into_iter().map(str::to_owned).collect()
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
        assert!(nearest("frob", ["row", "to"].into_iter()).is_empty());
    }
}
