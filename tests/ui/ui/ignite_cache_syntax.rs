//! Calls of `cache!` that are none.

querent::source!(pub Orders);

fn main() {
    let _ = querent::cache!();
    let _ = querent::cache!(Orders);
    let _ = querent::cache!(Orders, "people");
    let _ = querent::cache!("people", i64 => i64);
    let _ = querent::cache!(Orders, people, i64 => i64);
    let _ = querent::cache!(Orders, "peo" + "ple", i64 => i64);
    let _ = querent::cache!(Orders, 7, i64 => i64);
    let _ = querent::cache!(Orders, "people", i64);
    let _ = querent::cache!(Orders, "people", i64 => );
    let _ = querent::cache!(Orders, "people", => i64);
    let _ = querent::cache!(Orders, "people", i64 => i64, more);
    let _ = querent::cache!(, "people", i64 => i64);
}
