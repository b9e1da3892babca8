//! The shape of the house: who may use whom, and where decisions live. See `ARCHITECTURE.md`.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::fs;
use std::path::{Path, PathBuf};

fn crates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates")
}

/// The source files of a crate, its tests left out.
fn sources(name: &str) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    let mut folders = vec![crates().join(name).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if path.file_name().is_some_and(|name| name != "tests") {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs")
                && path.file_name().is_some_and(|name| name != "tests.rs")
            {
                let text = fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default().to_owned();
                files.push((path, code));
            }
        }
    }
    assert!(!files.is_empty(), "{name} has sources");
    files
}

/// The names in `[dependencies]` of a crate, not those it only tests with.
fn dependencies(name: &str) -> Vec<String> {
    let manifest = fs::read_to_string(crates().join(name).join("Cargo.toml")).unwrap();
    let section =
        manifest.split("\n[dependencies]\n").nth(1).expect("every crate has dependencies");
    let lines = section.lines().take_while(|line| !line.starts_with('['));
    lines
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| !name.is_empty() && !name.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

#[test]
fn nothing_points_back_up() {
    let above = |name| -> &[&str] {
        match name {
            "memo" => &["wire", "exchange", "programme", "store", "server", "web", "gateway"],
            "wire" => &["exchange", "programme", "store", "server", "web", "gateway"],
            "exchange" => &["programme", "store", "server", "web", "gateway"],
            "programme" => &["exchange", "office", "store", "server", "web", "gateway"],
            "office" => &["wire", "exchange", "store", "server", "web", "gateway"],
            "store" => &["server", "web", "gateway"],
            "server" => &["store", "web", "gateway"],
            "web" => &["store", "server", "gateway"],
            _ => &["exchange", "store", "server", "web"],
        }
    };
    for name in
        ["memo", "wire", "exchange", "programme", "office", "store", "server", "web", "gateway"]
    {
        let used = dependencies(name);
        for other in above(name) {
            assert!(!used.contains(&format!("brevdue-{other}")), "{name} uses {other}");
        }
    }
}

#[test]
fn what_only_thinks_does_no_input_or_output_and_reads_no_clock() {
    let worlds =
        ["tokio", "hyper", "axum", "reqwest", "rusqlite", "rustls", "tempfile", "getrandom"];
    let calls = [
        "std::fs",
        "std::net::Tcp",
        "std::process",
        "std::env",
        "SystemTime::now",
        "Instant::now",
        "Timestamp::now",
        "Uuid::new_v4",
        "Uuid::now_v7",
    ];
    for name in ["memo", "wire", "exchange", "programme", "office"] {
        for world in worlds {
            assert!(!dependencies(name).iter().any(|used| used == world), "{name} uses {world}");
        }
        for (path, code) in sources(name) {
            for call in calls {
                assert!(!code.contains(call), "{} has {call}", path.display());
            }
        }
    }
}

#[test]
fn no_rule_lives_in_a_door_a_page_or_the_store() {
    // The door answers 400 at once to what cannot be an archive by its first bytes, under the same code.
    let codes = brevdue_exchange::exchange::codes::ALL.iter().map(|code| code.name);
    let codes: Vec<&str> = codes.filter(|code| *code != "container.invalid").collect();
    for name in ["server", "web", "store"] {
        for (path, code) in sources(name) {
            for rule in &codes {
                let quoted = format!("\"{rule}\"");
                assert!(!code.contains(&quoted), "{} decides {rule}", path.display());
            }
        }
    }
}

#[test]
fn the_map_names_every_crate_and_every_test_it_relies_on() {
    let root = crates().join("..");
    let map = fs::read_to_string(root.join("ARCHITECTURE.md")).unwrap();
    for entry in fs::read_dir(crates()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(map.contains(&format!("`crates/{name}`")), "{name} is not on the map");
    }
    let mut tests = String::new();
    let mut folders = vec![crates(), root.join("journeys")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && path.file_name().is_some_and(|name| name != "node_modules") {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                tests.push_str(&fs::read_to_string(&path).unwrap());
            }
        }
    }
    let section = map.split("## What is always true").nth(1).expect("the map has invariants");
    let section = section.split("\n## ").next().unwrap_or_default();
    let named: Vec<&str> = section
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|name| name.matches('_').count() > 2)
        .collect();
    assert!(named.len() > 10, "the invariants name their tests: {named:?}");
    for name in named {
        assert!(
            tests.contains(&format!("fn {name}(")) || tests.contains(&format!(" {name}\n")),
            "{name} is no test"
        );
    }
}
