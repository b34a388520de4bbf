//! `querent queries`: the checked queries of the crates below querent.toml.
//!
//! Rust files are read as tokens, as the compiler would hand them to the macros; nothing is compiled. Folders that hold
//! a querent.toml or .sqlcache of their own, and those called `target` or beginning with a dot, are left out. JSON that
//! stands as tokens is found, and not put together: that takes the macros.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::process::ExitCode;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use querent_schema::cache::snake_case;
use querent_schema::diagnostic::{Origin, Position, line_column};
use serde_json::json;
use syn::LitStr;

use crate::failure::{Failure, Result};
use crate::project::Project;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
}

/// One checked query in the source code.
pub(crate) struct Found {
    /// Relative to querent.toml.
    pub(crate) file: PathBuf,
    pub(crate) line: usize,
    pub(crate) name_of_macro: String,
    /// The source's name in querent.toml.
    pub(crate) source: String,
    pub(crate) text: Text,
}

/// A query's text and where it stands.
pub(crate) struct Text {
    pub(crate) sql: String,
    /// Whether it is JSON written as tokens, as it stands in the file: the expressions of Rust among them become parameters
    /// in the compiler only, so that nothing else can check it.
    pub(crate) in_tokens: bool,
    /// The file that holds the text: the Rust file, or the `.sql` file of `query_file!`.
    file: PathBuf,
    /// Line and column of the text's first character; `None` where characters of the text and of the file do not
    /// correspond one to one (escapes, several literals), so that places inside it are told by the literal's line only.
    start: Option<(usize, usize)>,
    line: usize,
}

impl Text {
    /// Where the bytes of the text stand.
    pub(crate) fn origin(&self) -> Origin<'_> {
        Origin::mapped(|offset| {
            let file = self.file.display().to_string();
            let Some((line, column)) = self.start else {
                return Position { file, line: self.line, column: 1 };
            };
            let (down, across) = line_column(&self.sql, offset);
            let column = if down == 1 { column + across - 1 } else { across };
            Position { file, line: line + down - 1, column }
        })
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let project = Project::find()?;
    let Queries { found, unread } = find(&project)?;
    for query in &found {
        let first = query.text.sql.split_whitespace().collect::<Vec<_>>().join(" ");
        if arguments.json {
            let file = query.file.display().to_string();
            say!(
                "{}",
                json!({
                    "file": file, "line": query.line, "macro": query.name_of_macro, "source": query.source,
                    "sql": query.text.sql, "tokens": query.text.in_tokens,
                })
            );
        } else {
            let short: String = first.chars().take(100).collect();
            say!(
                "{}:{}: {} on {}: {short}",
                query.file.display(),
                query.line,
                query.name_of_macro,
                query.source
            );
        }
    }
    if !arguments.json {
        say!("{} queries", found.len());
    }
    Ok(if unread.report() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The checked queries of a project.
pub(crate) struct Queries {
    /// Sorted by file and line.
    pub(crate) found: Vec<Found>,
    pub(crate) unread: Unread,
}

/// What could not be looked into, a sentence each.
#[derive(Default)]
pub(crate) struct Unread {
    /// Rust files that do not tokenize: fixtures with broken code, most often.
    files: Vec<String>,
    /// Queries whose text cannot be read.
    queries: Vec<String>,
}

impl Unread {
    /// Tells of it on standard error; gives how many queries were not seen.
    pub(crate) fn report(&self) -> usize {
        for file in &self.files {
            eprintln!("note: {file}");
        }
        for query in &self.queries {
            eprintln!("error: {query}");
        }
        self.queries.len()
    }
}

/// Reads all Rust files of a project.
pub(crate) fn find(project: &Project) -> Result<Queries> {
    let mut files = Vec::new();
    rust_files(&project.root, &project.root, &mut files)?;
    files.sort();
    let (mut found, mut unread) = (Vec::new(), Unread::default());
    for file in files {
        let text = std::fs::read_to_string(&file)
            .map_err(|e| Failure::caused(format!("{} cannot be read", file.display()), &e))?;
        let name = file.strip_prefix(&project.root).unwrap_or(&file).to_owned();
        let tokens = match text.parse::<TokenStream>() {
            Ok(tokens) => tokens,
            Err(error) => {
                unread.files.push(format!("{} is not read, for it is no Rust: {error}", name.display()));
                continue;
            }
        };
        let mut scan = Scan {
            root: &project.root,
            file: name,
            renamed: HashMap::new(),
            found: Vec::new(),
            unread: Vec::new(),
        };
        scan.sources(tokens.clone());
        scan.tokens(tokens);
        found.append(&mut scan.found);
        unread.queries.append(&mut scan.unread);
    }
    Ok(Queries { found, unread })
}

fn rust_files(root: &Path, dir: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let failed = |e| Failure::caused(format!("{} cannot be read", dir.display()), &e);
    for entry in std::fs::read_dir(dir).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let path = entry.path();
        let name = entry.file_name();
        let name = name.to_string_lossy();
        // Links are not followed: they may lead in circles.
        let kind = entry.file_type().map_err(failed)?;
        let apart =
            || path != root && (path.join("querent.toml").exists() || path.join(".sqlcache").exists());
        if kind.is_dir() && name != "target" && !name.starts_with('.') && !apart() {
            rust_files(root, &path, files)?;
        } else if kind.is_file() && name.ends_with(".rs") {
            files.push(path);
        }
    }
    Ok(())
}

struct Scan<'p> {
    root: &'p Path,
    file: PathBuf,
    /// `source!(pub Name = "name")`.
    renamed: HashMap<String, String>,
    found: Vec<Found>,
    unread: Vec<String>,
}

const MACROS: &[&str] =
    &["query", "query_as", "query_scalar", "query_file", "query_file_as", "query_file_scalar", "record"];

impl Scan<'_> {
    /// Names that `source!` gives.
    fn sources(&mut self, tokens: TokenStream) {
        for (name, group, _) in calls(tokens, &mut |inner| self.sources(inner)) {
            let words: Vec<TokenTree> = group.into_iter().collect();
            let at = words.iter().position(|t| matches!(t, TokenTree::Punct(p) if p.as_char() == '='));
            if let (true, Some(at)) = (name == "source", at)
                && let (Some(TokenTree::Ident(ident)), Some(text)) =
                    (at.checked_sub(1).and_then(|i| words.get(i)), words.get(at + 1).and_then(literal))
            {
                self.renamed.insert(ident.to_string(), text.value());
            }
        }
    }

    fn tokens(&mut self, tokens: TokenStream) {
        let mut inner = Vec::new();
        for (name, group, line) in calls(tokens, &mut |tokens| inner.push(tokens)) {
            if MACROS.contains(&name.as_str()) {
                self.query(&name, group, line);
            }
        }
        for tokens in inner {
            self.tokens(tokens);
        }
    }

    fn query(&mut self, name: &str, tokens: TokenStream, line: usize) {
        let parts = split(tokens);
        // The same that the macros take for a text.
        let Some(at) = parts
            .iter()
            .position(|part| part.first().is_some_and(|t| literal(t).is_some() || json_tokens(t).is_some()))
        else {
            return;
        };
        let before: Vec<&Vec<TokenTree>> = parts[..at]
            .iter()
            .filter(|p| !matches!(&p[..], [TokenTree::Ident(i)] if i == "unchecked"))
            .collect();
        let source = match name {
            "record" => before.first().and_then(|part| {
                let from = part.iter().position(|t| matches!(t, TokenTree::Ident(i) if i == "from"))?;
                last_ident(&part[from + 1..])
            }),
            // The type of the rows comes last before the text.
            "query_as" | "query_file_as" if before.len() < 2 => None,
            _ => before.first().and_then(|part| last_ident(part)),
        };
        let source = source.unwrap_or_else(|| "Db".into());
        let source = self.renamed.get(&source).cloned().unwrap_or_else(|| snake_case(&source));
        if let Some(text) = self.text(name, &parts[at], line) {
            self.found.push(Found {
                file: self.file.clone(),
                line,
                name_of_macro: name.into(),
                source,
                text,
            });
        }
    }

    fn text(&mut self, name: &str, part: &[TokenTree], line: usize) -> Option<Text> {
        if let Some(group) = part.first().and_then(json_tokens) {
            let sql = group.span().source_text().unwrap_or_else(|| group.to_string());
            let at = group.span_open().start();
            let start = Some((at.line, at.column + 1));
            return Some(Text { sql, in_tokens: true, file: self.file.clone(), start, line: at.line });
        }
        let literals: Vec<LitStr> = part.iter().filter_map(literal).collect();
        let sql: String = literals.iter().map(LitStr::value).collect();
        if name.starts_with("query_file") {
            let file = self.query_file(&sql);
            return match std::fs::read_to_string(self.root.join(&file)) {
                Ok(sql) => Some(Text { sql, in_tokens: false, file, start: Some((1, 1)), line: 1 }),
                Err(error) => {
                    let (here, file) = (self.file.display(), file.display());
                    self.unread.push(format!("{here}:{line}: the query file {file} cannot be read: {error}"));
                    None
                }
            };
        }
        let first = literals.first()?;
        let written = first.token().to_string();
        let plain = literals.len() == 1 && (written.starts_with('r') || !written.contains('\\'));
        let at = first.span().start();
        let prefix = written.find('"')? + 1;
        let start = plain.then_some((at.line, at.column + prefix + 1));
        Some(Text { sql, in_tokens: false, file: self.file.clone(), start, line: at.line.max(line) })
    }

    /// The file of `query_file!`, as the macro finds it: from the Rust file for `./` and `../`, else from the crate's folder.
    fn query_file(&self, path: &str) -> PathBuf {
        let here = self.file.parent().unwrap_or(Path::new(""));
        let package = here.ancestors().find(|dir| self.root.join(dir).join("Cargo.toml").is_file());
        let base = match path.starts_with("./") || path.starts_with("../") {
            true => here,
            false => package.unwrap_or(Path::new("")),
        };
        let mut file = PathBuf::new();
        for part in base.join(path).components() {
            match part {
                Component::CurDir => {}
                Component::ParentDir if file.file_name().is_some() => {
                    file.pop();
                }
                part => file.push(part),
            }
        }
        file
    }
}

/// The macro calls of one level of tokens (name, arguments, line); the contents of all other groups go to `inner`.
fn calls(tokens: TokenStream, inner: &mut dyn FnMut(TokenStream)) -> Vec<(String, TokenStream, usize)> {
    let mut found = Vec::new();
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (i, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else { continue };
        let name = match i.checked_sub(2).map(|i| &tokens[i..i + 2]) {
            Some([TokenTree::Ident(name), TokenTree::Punct(bang)]) if bang.as_char() == '!' => Some(name),
            _ => None,
        };
        if let Some(name) = name {
            found.push((name.to_string(), group.stream(), name.span().start().line));
        }
        inner(group.stream());
    }
    found
}

/// The parts between commas.
fn split(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut parts = vec![Vec::new()];
    for token in tokens {
        match &token {
            TokenTree::Punct(comma) if comma.as_char() == ',' => parts.push(Vec::new()),
            _ => parts.last_mut().into_iter().for_each(|part| part.push(token.clone())),
        }
    }
    parts
}

/// A string literal, also inside the invisible group that a `macro_rules!` fragment makes.
fn literal(token: &TokenTree) -> Option<LitStr> {
    match token {
        TokenTree::Literal(literal) => syn::parse_str::<LitStr>(&literal.to_string()).ok().map(|mut text| {
            text.set_span(literal.span());
            text
        }),
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
            group.stream().into_iter().next().as_ref().and_then(literal)
        }
        _ => None,
    }
}

/// The bracket of a query in JSON.
fn json_tokens(token: &TokenTree) -> Option<&Group> {
    match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket => Some(group),
        _ => None,
    }
}

fn last_ident(tokens: &[TokenTree]) -> Option<String> {
    tokens.iter().rev().find_map(|t| match t {
        TokenTree::Ident(ident) => Some(ident.to_string()),
        _ => None,
    })
}
