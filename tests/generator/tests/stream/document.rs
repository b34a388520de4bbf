//! The sections of `docs/truth.md` on what streams hold: written by BLESS=1, compared otherwise.

use std::path::Path;
use std::sync::Mutex;

/// Sections are written one after the other.
static WRITTEN: Mutex<()> = Mutex::new(());

/// Compares a section with a text; with BLESS=1 writes it. `command` is what `BLESS=1` stands before.
#[track_caller]
pub(crate) fn hold(section: &str, command: &str, text: &str) {
    let guard = WRITTEN.lock();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/truth.md");
    let document = std::fs::read_to_string(&path).expect("docs/truth.md");
    let begin = format!("<!-- begin {section}: written by BLESS=1 {command} -->");
    let end = format!("<!-- end {section} -->");
    let (before, rest) = document.split_once(&begin).expect("the section begins");
    let (written, after) = rest.split_once(&end).expect("the section ends");
    if std::env::var_os("BLESS").is_some() {
        let whole = format!("{before}{begin}\n\n{}\n\n{end}{after}", text.trim());
        std::fs::write(&path, whole).expect("docs/truth.md");
    } else {
        assert_eq!(written.trim(), text.trim(), "run again with BLESS=1 {command} where the change is right");
    }
    drop(guard);
}
