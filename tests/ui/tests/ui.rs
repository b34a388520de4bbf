//! Compiles each `ui/<case>.rs` and compares what the compiler says with `ui/<case>.stderr`. `BLESS=1` writes those.
//!
//! rustc is called directly on the libraries that cargo has built: a case costs a fraction of a second, and there is no
//! second target folder. Lines of a case may say
//! - `//@ pass`: it compiles without a word;
//! - `//@ manifest: fixtures/stale`: `CARGO_MANIFEST_DIR`, relative to this package;
//! - `//@ warns`: it compiles, with the warnings of its `.stderr`;
//! - `//@ cache: folder`: `QUERENT_CACHE_DIR`;
//! - `//@ renamed: q`: the name by which the case knows the crate `querent`;
//! - `//@ nowhere`: a manifest folder with no `.sqlcache` above it.
//!
//! A line that says anything else is an error, and so are a folder without cases and a `.stderr` that belongs to none.

#[path = "ui/limits.rs"]
mod limits;

use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::{Arguments, Failed, Trial};

/// What it takes to call rustc.
#[derive(Clone)]
struct Compiler {
    package: PathBuf,
    deps: PathBuf,
    externs: Vec<(String, PathBuf)>,
}

fn main() {
    let arguments = Arguments::from_args();
    let package = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let compiler = Compiler::find(&package).unwrap_or_else(|error| {
        eprintln!("{error}");
        std::process::exit(1);
    });
    let cases = cases(&package.join("ui")).unwrap_or_else(|error| {
        eprintln!("{error}");
        std::process::exit(1);
    });
    let mut trials: Vec<Trial> = cases
        .into_iter()
        .map(|name| {
            let compiler = compiler.clone();
            Trial::test(name.clone(), move || compiler.check(&name).map_err(Failed::from))
        })
        .collect();
    trials.extend(limits::trials(&compiler));
    trials.push(Trial::test("runner::a_misspelt_line_is_an_error", misspelt_lines));
    trials.push(Trial::test("runner::a_folder_holds_cases_and_nothing_else", folders));
    libtest_mimic::run(&arguments, trials).exit();
}

/// The names of the cases in a folder, sorted.
fn cases(folder: &Path) -> Result<Vec<String>, String> {
    let entries = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let (mut names, mut expected) = (Vec::new(), Vec::new());
    for entry in entries {
        let path = entry.map_err(|error| error.to_string())?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("rs") => names.push(name),
            Some("stderr") => expected.push(name),
            // What a `query_file!` reads that stands beside its case.
            Some("sql" | "json") => {}
            _ => return Err(format!("{} is no case", path.display())),
        }
    }
    if names.is_empty() {
        return Err(format!("{} holds no case", folder.display()));
    }
    if let Some(orphan) = expected.iter().find(|name| !names.contains(name)) {
        return Err(format!("{}: {orphan}.stderr belongs to no case", folder.display()));
    }
    names.sort();
    Ok(names)
}

fn misspelt_lines() -> Result<(), Failed> {
    for line in ["pas", "pass: yes", "manifest fixtures/stale", "manifests: x", "cache:", "nowhere: x", ""] {
        if Header::read(&format!("//! A case.\n//@ {line}\n")).is_ok() {
            return Err(format!("`//@ {line}` was taken").into());
        }
    }
    if Header::read("//@pass\n").is_ok() {
        return Err("`//@pass` was taken".into());
    }
    let header = Header::read("//@ warns\n//@ cache: c\n//@ manifest: m\n")?;
    let read =
        header.warns && header.cache.as_deref() == Some("c") && header.manifest.as_deref() == Some("m");
    if read { Ok(()) } else { Err("what is said is not read".into()) }
}

fn folders() -> Result<(), Failed> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ui-runner");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder)?;
    let refused = |folder: &Path| match cases(folder) {
        Ok(names) => Err(Failed::from(format!("{names:?} was taken"))),
        Err(_) => Ok(()),
    };
    refused(&folder.join("absent"))?;
    refused(&folder)?;
    std::fs::write(folder.join("a.rs"), "")?;
    let names = cases(&folder)?;
    std::fs::write(folder.join("b.stderr"), "")?;
    refused(&folder)?;
    if names == ["a"] { Ok(()) } else { Err(format!("found {names:?}").into()) }
}

impl Compiler {
    /// Asks cargo where the libraries are; they are built already, for this test depends on them.
    fn find(package: &Path) -> Result<Compiler, String> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(cargo)
            .args(["build", "--offline", "--message-format=json", "-p", "querent-ui-tests", "--lib"])
            .current_dir(package)
            .output()
            .map_err(|error| format!("cannot run cargo: {error}"))?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        let mut externs = Vec::new();
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let message: serde_json::Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
            let name = message["target"]["name"].as_str().unwrap_or_default();
            if message["reason"] != "compiler-artifact" || !matches!(name, "querent" | "querent_ui_tests") {
                continue;
            }
            let files =
                message["filenames"].as_array().into_iter().flatten().filter_map(|file| file.as_str());
            let library = files.filter(|file| file.ends_with(".rlib")).map(PathBuf::from);
            externs.extend(library.map(|path| (name.to_owned(), path)));
        }
        let querent =
            externs.iter().find(|(name, _)| name == "querent").ok_or("cargo did not name querent")?;
        let beside = querent.1.parent().unwrap_or(Path::new("."));
        // A library of the workspace may be linked one folder up; the others are in `deps`.
        let deps = if beside.ends_with("deps") { beside.to_owned() } else { beside.join("deps") };
        Ok(Compiler { package: package.to_owned(), deps, externs })
    }

    fn check(&self, name: &str) -> Result<(), String> {
        let case = format!("ui/{name}.rs");
        let source = std::fs::read_to_string(self.package.join(&case)).map_err(|error| error.to_string())?;
        let header = Header::read(&source)?;
        let (succeeded, found) = self.compile(&case, &header)?;
        if header.pass {
            return if succeeded && found.is_empty() {
                Ok(())
            } else {
                Err(format!("it must compile:\n{found}"))
            };
        }
        if succeeded && !header.warns {
            return Err("it compiled".to_owned());
        }
        let file = self.package.join(format!("ui/{name}.stderr"));
        if std::env::var_os("BLESS").is_some() {
            return std::fs::write(&file, found).map_err(|error| error.to_string());
        }
        let expected = std::fs::read_to_string(&file).unwrap_or_default();
        if found == expected { Ok(()) } else { Err(format!("expected:\n{expected}\nfound:\n{found}")) }
    }

    /// Whether the compiler accepted a case, and what it said.
    fn compile(&self, case: &str, header: &Header) -> Result<(bool, String), String> {
        let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ui").join(case.replace(['/', '.'], "-"));
        std::fs::create_dir_all(&out).map_err(|error| error.to_string())?;
        let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
        rustc
            .args(["--edition=2024", "--crate-type=bin", "--emit=metadata", "--color=never", case])
            .arg("--out-dir")
            .arg(&out)
            .arg("-L")
            .arg(format!("dependency={}", self.deps.display()))
            .env("CARGO_MANIFEST_DIR", self.manifest(header))
            .env_remove("QUERENT_CACHE_DIR")
            .current_dir(&self.package);
        if let Some(cache) = &header.cache {
            rustc.env("QUERENT_CACHE_DIR", cache);
        }
        for (name, path) in &self.externs {
            let name = header.renamed.as_deref().filter(|_| name == "querent").unwrap_or(name);
            rustc.arg("--extern").arg(format!("{name}={}", path.display()));
        }
        let output = rustc.output().map_err(|error| format!("cannot run rustc: {error}"))?;
        Ok((output.status.success(), self.normal(&String::from_utf8_lossy(&output.stderr))))
    }

    fn manifest(&self, header: &Header) -> PathBuf {
        match &header.manifest {
            Some(folder) if folder == "/" => PathBuf::from("/querent-ui-nowhere"),
            Some(folder) => self.package.join(folder),
            None => self.package.clone(),
        }
    }

    /// Takes out what differs between machines, and places and lists of querent's own, which change with every edit.
    fn normal(&self, text: &str) -> String {
        let text = text.replace(&self.package.display().to_string(), "$PACKAGE");
        let mut out = String::with_capacity(text.len());
        for line in text.lines().filter(|line| !is_implementor(line)) {
            let place =
                line.trim_start().strip_prefix("--> ").or_else(|| line.trim_start().strip_prefix("::: "));
            match place.filter(|place| !place.starts_with("ui/") && !place.starts_with("$PACKAGE")) {
                Some(place) => {
                    let mut parts = place.rsplitn(3, ':');
                    let numbers = (parts.next(), parts.next());
                    let file = parts.next().unwrap_or(place);
                    let is_numbered = matches!(numbers, (Some(a), Some(b)) if [a, b].iter().all(|n| n.parse::<u32>().is_ok()));
                    let shown = file.rsplit_once("/runtime/").map_or(file, |(_, rest)| rest);
                    let lead = &line[..line.len() - place.len()];
                    match is_numbered && !file.starts_with("queries/") {
                        true => out.push_str(&format!("{lead}{shown}:LL:CC")),
                        false => out.push_str(line),
                    }
                }
                None => out.push_str(line),
            }
            out.push('\n');
        }
        out
    }
}

/// Whether a line belongs to a list of the types that implement a trait, which grows with querent.
fn is_implementor(line: &str) -> bool {
    let others = line.trim().strip_prefix("and ").and_then(|rest| rest.strip_suffix(" others"));
    line.contains("` implements `") || others.is_some_and(|count| count.parse::<u32>().is_ok())
}

/// The first lines of a case.
#[derive(Default)]
struct Header {
    pass: bool,
    /// It compiles with warnings.
    warns: bool,
    manifest: Option<String>,
    cache: Option<String>,
    renamed: Option<String>,
}

impl Header {
    fn read(source: &str) -> Result<Header, String> {
        let mut header = Header::default();
        for said in source.lines().filter_map(|line| line.strip_prefix("//@")) {
            match said.strip_prefix(' ').map(|said| said.split_once(": ").unwrap_or((said, ""))) {
                Some(("manifest", folder)) if !folder.is_empty() => header.manifest = Some(folder.to_owned()),
                Some(("cache", folder)) if !folder.is_empty() => header.cache = Some(folder.to_owned()),
                Some(("renamed", name)) if !name.is_empty() => header.renamed = Some(name.to_owned()),
                Some(("pass", "")) => header.pass = true,
                Some(("warns", "")) => header.warns = true,
                Some(("nowhere", "")) => header.manifest = Some("/".to_owned()),
                _ => return Err(format!("`//@{said}` says nothing that the runner knows")),
            }
        }
        Ok(header)
    }
}
