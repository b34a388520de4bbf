//! The workspace's dependency graph as cargo itself reports it: `cargo metadata` for what is declared and for what any
//! feature could reach, `cargo tree` for what one package links in its default build.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

/// How a dependency is declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// `[dependencies]`
    Normal,
    /// `[build-dependencies]`
    Build,
    /// `[dev-dependencies]`
    Dev,
}

/// A member of the workspace.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: String,
    /// Its folder, relative to the workspace.
    pub(crate) folder: PathBuf,
    /// What it declares, optional dependencies included.
    pub(crate) declared: BTreeSet<(Kind, String)>,
    /// Whether it may be published.
    pub(crate) public: bool,
}

/// All packages of the lock file and the edges between them.
pub(crate) struct Graph {
    pub(crate) root: PathBuf,
    pub(crate) members: Vec<Member>,
    /// Package id to name and version.
    packages: BTreeMap<String, (String, String)>,
    /// Package id to the ids it depends on, dev-dependencies left out, with the features of the whole workspace on.
    edges: BTreeMap<String, Vec<String>>,
}

impl Graph {
    /// Asks cargo, once for all tests; the lock file has to be up to date and everything fetched, as after any build.
    pub(crate) fn of_this_workspace() -> &'static Graph {
        static GRAPH: LazyLock<Graph> = LazyLock::new(Graph::load);
        &GRAPH
    }

    fn load() -> Graph {
        let metadata: Value =
            serde_json::from_str(&cargo(&["metadata", "--format-version", "1", "--locked", "--offline"]))
                .expect("cargo metadata prints JSON");
        let root = PathBuf::from(text(&metadata["workspace_root"]));
        let ours: BTreeSet<&str> = list(&metadata["workspace_members"]).iter().map(text).collect();
        let mut packages = BTreeMap::new();
        let mut members = Vec::new();
        for package in list(&metadata["packages"]) {
            let id = text(&package["id"]);
            packages.insert(
                id.to_owned(),
                (text(&package["name"]).to_owned(), text(&package["version"]).to_owned()),
            );
            if ours.contains(id) {
                members.push(member(package, &root));
            }
        }
        let edges = list(&metadata["resolve"]["nodes"]).iter().map(edges_of).collect();
        Graph { root, members, packages, edges }
    }

    /// The member of that name.
    pub(crate) fn member(&self, name: &str) -> &Member {
        self.members.iter().find(|member| member.name == name).unwrap_or_else(|| panic!("no member {name}"))
    }

    /// Names of all packages that `name` reaches through normal and build dependencies, under the features that the
    /// workspace as a whole turns on: more than any build of `name` alone has.
    pub(crate) fn reach(&self, name: &str) -> BTreeSet<&str> {
        let start = self.packages.iter().find(|(_, (found, _))| found == name).map(|(id, _)| id.as_str());
        let mut stack = vec![start.unwrap_or_else(|| panic!("no package {name}"))];
        let mut seen = BTreeSet::new();
        while let Some(id) = stack.pop() {
            if seen.insert(id) {
                stack.extend(self.edges[id].iter().map(String::as_str));
            }
        }
        seen.into_iter().map(|id| self.packages[id].0.as_str()).collect()
    }

    /// Versions of a package in the lock file.
    pub(crate) fn versions(&self, name: &str) -> Vec<&str> {
        self.packages
            .values()
            .filter(|(found, _)| found == name)
            .map(|(_, version)| version.as_str())
            .collect()
    }
}

/// Names of what a default build of `package` alone links: no dev-dependencies, nothing that only a proc macro uses.
pub(crate) fn linked(package: &str) -> BTreeSet<String> {
    tree(&["-p", package, "--edges", "normal,build,no-proc-macro"])
}

/// Names of what a default build of `package` compiles, its proc macros' dependencies included.
pub(crate) fn compiled(package: &str) -> BTreeSet<String> {
    tree(&["-p", package, "--edges", "normal,build"])
}

fn tree(args: &[&str]) -> BTreeSet<String> {
    let fixed = ["tree", "--locked", "--offline", "--target", "all", "--prefix", "none", "--format", "{p}"];
    let out = cargo(&[&fixed[..], args].concat());
    out.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

fn cargo(args: &[&str]) -> String {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.toml");
    let out =
        Command::new(cargo).args(args).arg("--manifest-path").arg(manifest).output().expect("cargo runs");
    assert!(out.status.success(), "cargo {args:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).expect("cargo prints UTF-8")
}

fn member(package: &Value, root: &Path) -> Member {
    let manifest = Path::new(text(&package["manifest_path"]));
    let folder = manifest.parent().and_then(|folder| folder.strip_prefix(root).ok());
    let declared = list(&package["dependencies"]).iter().map(|dependency| {
        let kind = match dependency["kind"].as_str() {
            Some("dev") => Kind::Dev,
            Some("build") => Kind::Build,
            _ => Kind::Normal,
        };
        (kind, text(&dependency["name"]).to_owned())
    });
    Member {
        name: text(&package["name"]).to_owned(),
        folder: folder.expect("a member lies in the workspace").to_owned(),
        declared: declared.collect(),
        // `publish = false` is an empty list of registries, no `publish` at all is null.
        public: package["publish"].is_null(),
    }
}

fn edges_of(node: &Value) -> (String, Vec<String>) {
    let wanted = |dependency: &&Value| {
        list(&dependency["dep_kinds"]).iter().any(|kind| kind["kind"].as_str() != Some("dev"))
    };
    let targets =
        list(&node["deps"]).iter().filter(wanted).map(|dependency| text(&dependency["pkg"]).to_owned());
    (text(&node["id"]).to_owned(), targets.collect())
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).expect("cargo metadata: a list")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("cargo metadata: a string")
}
