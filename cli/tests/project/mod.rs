//! A folder in which the command is run as a user runs it: one source on a live server, queries in one file.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

/// A folder with one source.
pub(crate) struct Project {
    dir: tempfile::TempDir,
    url: String,
    /// The source's type: its name with a capital.
    ty: String,
}

impl Project {
    /// One with this source, at this URL, and these further lines about it in querent.toml.
    pub(crate) fn new(source: &str, url: String, lines: &str) -> Project {
        let dir = tempfile::tempdir().expect("a folder");
        let toml = format!("[source.{source}]\nurl = \"${{TEST_URL}}\"\n{lines}");
        std::fs::write(dir.path().join("querent.toml"), toml).expect("a file");
        std::fs::create_dir(dir.path().join("src")).expect("a folder");
        let (first, rest) = source.split_at(1);
        Project { dir, url, ty: first.to_uppercase() + rest }
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Replaces the queries: one a line, from the second line on.
    pub(crate) fn queries(&self, queries: &[&str]) {
        let ty = &self.ty;
        let mut code = format!("querent::source!(pub {ty});\n");
        for query in queries {
            writeln!(code, "fn f() {{ query!({ty}, {query:?}); }}").expect("a text");
        }
        std::fs::write(self.path().join("src/main.rs"), code).expect("a file");
    }

    /// Runs the command; what it printed, where it ends with this code.
    #[track_caller]
    pub(crate) fn ends(&self, arguments: &[&str], code: i32) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_querent"));
        let command = command.current_dir(self.path()).env("TEST_URL", &self.url).args(arguments);
        let output = command.output().expect("the command runs");
        let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        let password = self.url.split_once('@').and_then(|(user, _)| user.rsplit_once(':'));
        assert!(
            password.is_none_or(|(_, password)| !text.contains(password)),
            "it prints the password:\n{text}"
        );
        assert_eq!(output.status.code(), Some(code), "{arguments:?}:\n{text}");
        text
    }
}
