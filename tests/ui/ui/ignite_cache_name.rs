//! Caches that are not there.

querent::source!(pub Orders);
querent::source!(pub Grid);

fn main() {
    let _ = querent::cache!(Orders, "peeple", i64 => i64);
    let _ = querent::cache!(Orders, "People", i64 => i64);
    let _ = querent::cache!(Orders, "warehouse", i64 => i64);
    let _ = querent::cache!(Grid, "people", i64 => i64);
}
