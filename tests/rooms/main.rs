//! The room rules of ARCHITECTURE.md, held by a test: who may import whom, and what no source file may contain.
//!
//! A rule names what is absent. Where one fails, the message says which crate reached what: move the code to the room
//! that may have the dependency, or change the rule together with ARCHITECTURE.md.

mod graph;
mod pages;
mod sources;

use graph::{Graph, Kind, compiled, linked};

/// What belongs to an async runtime or opens sockets.
const ASYNC: &[&str] = &[
    "async-executor",
    "async-io",
    "async-std",
    "futures-executor",
    "h2",
    "hyper",
    "hyper-util",
    "mio",
    "reqwest",
    "rustls",
    "smol",
    "socket2",
    "tokio",
    "tokio-postgres",
    "tonic",
];

/// The drivers: one a backend, strangers to each other.
const DRIVERS: &[&str] =
    &["querent-flight", "querent-pinot", "querent-ignite", "querent-picodata", "querent-aperture"];

/// Which members a public crate may name in its dependencies, optional and build ones included.
fn may_import(name: &str) -> &'static [&'static str] {
    match name {
        "querent-types" => &[],
        "querent-schema" | "querent-core" | "querent-protocol" => &["querent-types"],
        "querent-macros" => &["querent-schema", "querent-types"],
        // `embedded:PATH` is a Flight URL: behind the feature `embedded`, off by default.
        "querent-flight" => &["querent-core", "querent-protocol", "querent-types", "querent-embedded"],
        driver if DRIVERS.contains(&driver) => &["querent-core", "querent-protocol", "querent-types"],
        "querent-embedded" => &["querent-types"],
        "querent" => &[
            "querent-types",
            "querent-core",
            "querent-macros",
            "querent-flight",
            "querent-pinot",
            "querent-ignite",
            "querent-picodata",
            "querent-aperture",
            "querent-schema",
            "querent-embedded",
        ],
        // The command asks the drivers themselves to describe a source; the facade has no such door.
        "querent-cli" => &[
            "querent",
            "querent-types",
            "querent-core",
            "querent-protocol",
            "querent-schema",
            "querent-embedded",
            "querent-flight",
            "querent-pinot",
            "querent-ignite",
            "querent-picodata",
            "querent-aperture",
        ],
        other => panic!("{other} is a public crate without a row in the table of rooms"),
    }
}

#[test]
fn arrows_point_one_way() {
    let graph = Graph::of_this_workspace();
    let mut wrong = Vec::new();
    for member in graph.members.iter().filter(|member| member.public) {
        let allowed = may_import(&member.name);
        for (kind, name) in &member.declared {
            if *kind != Kind::Dev && name.starts_with("querent") && !allowed.contains(&name.as_str()) {
                wrong.push(format!("{} imports {name}", member.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_driver_imports_another() {
    let graph = Graph::of_this_workspace();
    for driver in graph.members.iter().filter(|member| DRIVERS.contains(&member.name.as_str())) {
        let others: Vec<_> =
            driver.declared.iter().filter(|(_, name)| DRIVERS.contains(&name.as_str())).collect();
        assert!(others.is_empty(), "{} imports {others:?}", driver.name);
    }
}

#[test]
fn the_compiler_side_and_the_protocols_have_no_runtime() {
    let graph = Graph::of_this_workspace();
    assert!(graph.reach("querent-embedded").contains("tokio"), "the walk of the graph finds nothing at all");
    for room in ["querent-types", "querent-schema", "querent-macros", "querent-protocol"] {
        let reached = graph.reach(room);
        let forbidden = ASYNC.iter().chain(DRIVERS).chain(&["querent-core", "datafusion", "arrow-flight"]);
        let found: Vec<_> = forbidden.filter(|name| reached.contains(**name)).collect();
        assert!(found.is_empty(), "{room} reaches {found:?}");
    }
}

#[test]
fn a_default_build_links_no_sql_parser() {
    let graph = Graph::of_this_workspace();
    let drivers = DRIVERS.iter().filter(|driver| graph.members.iter().any(|member| member.name == **driver));
    for room in drivers.chain(&["querent", "querent-core"]) {
        let linked = linked(room);
        assert!(linked.contains(*room), "cargo tree says {linked:?}");
        for absent in ["querent-schema", "sqlparser", "syn", "datafusion", "querent-embedded", "clap", "toml"]
        {
            assert!(!linked.contains(absent), "a default build of {room} links {absent}");
        }
    }
}

#[test]
fn arrow_is_linked_by_flight_and_by_its_feature_alone() {
    let of_arrow =
        |room| linked(room).into_iter().filter(|name| name.starts_with("arrow")).collect::<Vec<_>>();
    for room in ["querent", "querent-core", "querent-ignite", "querent-picodata", "querent-pinot"] {
        assert!(of_arrow(room).is_empty(), "a default build of {room} links {:?}", of_arrow(room));
    }
    assert!(of_arrow("querent-flight").contains(&"arrow-array".to_owned()));
}

#[test]
fn types_needs_nothing_but_std() {
    assert_eq!(compiled("querent-types").into_iter().collect::<Vec<_>>(), ["querent-types"]);
}

#[test]
fn datafusion_lives_in_embedded_only() {
    let graph = Graph::of_this_workspace();
    // The truth harness asks the engine itself, not our server over it.
    let asks = ["querent-embedded", "querent-truth"];
    for member in graph.members.iter().filter(|member| !asks.contains(&member.name.as_str())) {
        let found: Vec<_> =
            member.declared.iter().filter(|(_, name)| name.starts_with("datafusion")).collect();
        assert!(found.is_empty(), "{} imports {found:?}", member.name);
    }
}

#[test]
fn one_version_of_what_must_not_split() {
    let graph = Graph::of_this_workspace();
    for name in
        ["arrow-schema", "arrow-array", "arrow-flight", "sqlparser", "tokio", "rustls", "tonic", "prost"]
    {
        let versions = graph.versions(name);
        assert!(versions.len() <= 1, "{name} is there in {versions:?}");
    }
}

#[test]
fn macros_declare_what_function_like_macros_and_derives_need() {
    let graph = Graph::of_this_workspace();
    let allowed = ["proc-macro2", "quote", "syn", "querent-schema", "querent-types"];
    let surplus: Vec<_> = (graph.member("querent-macros").declared.iter())
        .filter(|(kind, name)| *kind != Kind::Dev && !allowed.contains(&name.as_str()))
        .collect();
    assert!(surplus.is_empty(), "querent-macros imports {surplus:?}");
}

#[test]
fn every_dependency_of_the_workspace_has_a_user() {
    let graph = Graph::of_this_workspace();
    let manifest = sources::read(&graph.root.join("Cargo.toml"));
    let table = manifest.split("[workspace.dependencies]").nth(1).expect("the workspace has dependencies");
    let names: Vec<&str> = (table.lines().take_while(|line| !line.starts_with('[')))
        .filter_map(|line| Some(line.split_once('=')?.0.trim()))
        .filter(|name| !name.starts_with('#'))
        .collect();
    assert!(names.contains(&"querent"), "the list is not read: {names:?}");
    let used = |name: &str| graph.members.iter().any(|m| m.declared.iter().any(|(_, used)| used == name));
    let dead: Vec<_> = names.into_iter().filter(|name| !used(name)).collect();
    assert!(dead.is_empty(), "nobody uses {dead:?}: take them out of Cargo.toml");
}

#[test]
fn every_member_takes_the_lints_of_the_workspace() {
    let graph = Graph::of_this_workspace();
    for member in &graph.members {
        let manifest = sources::read(&graph.root.join(&member.folder).join("Cargo.toml"));
        let inherits = manifest
            .split("[lints]")
            .nth(1)
            .is_some_and(|rest| rest.trim_start().starts_with("workspace = true"));
        assert!(inherits, "{}: no `[lints] workspace = true`", member.name);
    }
}

#[test]
fn every_file_says_what_it_is() {
    let graph = Graph::of_this_workspace();
    let mut silent = Vec::new();
    for member in &graph.members {
        for file in sources::rust_files(&graph.root.join(&member.folder)) {
            if !sources::read(&file).trim_start().starts_with("//!") {
                silent.push(file);
            }
        }
    }
    assert!(silent.is_empty(), "files that do not open with `//!`: {silent:#?}");
}

#[test]
fn no_room_for_odds_and_ends() {
    let graph = Graph::of_this_workspace();
    let names = ["utils", "util", "common", "helpers", "helper", "xtask", "misc"];
    for member in &graph.members {
        for file in sources::rust_files(&graph.root.join(&member.folder)) {
            let path = file.strip_prefix(&graph.root).expect("in the workspace").with_extension("");
            let found = path.iter().find(|part| names.iter().any(|name| *part == *name));
            assert!(found.is_none(), "{}: a helper lives beside its only user", file.display());
        }
    }
}

#[test]
fn pure_rooms_touch_nothing_outside() {
    let graph = Graph::of_this_workspace();
    // `schema` touches files in the cache store and where DDL files are read, nowhere else; `macros` asks the
    // environment where the crate is.
    let rules: &[(&str, &[&str], &[&str])] = &[
        ("types/src", &["std::net", "process::Command", "std::fs", "std::env", "std::thread"], &[]),
        ("schema/src", &["std::net", "process::Command", "std::env", "Instant::now", "SystemTime::now"], &[]),
        (
            "schema/src",
            &["std::fs", "fs::read", "fs::write", "File::open"],
            &["schema/src/cache", "schema/src/ddl/files.rs"],
        ),
        ("macros/src", &["std::net", "process::Command", "Command::new", "std::thread::spawn"], &[]),
        (
            "protocol/src",
            &[
                "std::net",
                "process::Command",
                "std::fs",
                "std::env",
                "Instant::now",
                "SystemTime::now",
                "tracing::",
                "async fn",
            ],
            &[],
        ),
    ];
    let mut wrong = Vec::new();
    for (folder, forbidden, except) in rules {
        for file in sources::rust_files(&graph.root.join(folder)) {
            if except.iter().any(|room| file.starts_with(graph.root.join(room))) {
                continue;
            }
            wrong.extend(sources::uses(&file, forbidden));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_package_holds_what_it_includes() {
    let graph = Graph::of_this_workspace();
    for member in graph.members.iter().filter(|member| member.public) {
        let folder = graph.root.join(&member.folder);
        for file in sources::rust_files(&folder.join("src")) {
            for included in sources::included(&file) {
                let inside = sources::normal(&included).is_some_and(|path| path.starts_with(&folder));
                assert!(
                    inside,
                    "{} includes {}, which its package lacks",
                    file.display(),
                    included.display()
                );
            }
        }
    }
}
