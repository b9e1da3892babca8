//! The interface beside the official one: what is described against the list of official operations,
//! and the page that tells of it.
//!
//! `BREVDUE_WRITE_DOCS=1 cargo test -p brevdue-server --test compatibility` writes the page.

#![expect(clippy::unwrap_used, reason = "these are tests, their helpers included")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// Method, path, level, success status, answer: the external operations of API 1.68.0.
const OFFICIAL: &str = include_str!("compatibility/operations.csv");

const HEAD: &str = "# Compatibility

What this exchange serves of the official interface, API 1.68.0. Written by a test from three lists: the
official operations, the description that the exchange serves at `/api/openapi.json`, and the tests
that call the operations over HTTPS with a client certificate. It cannot say more than is so.

Levels: 1 is the letters' road, 2 is what a national service offers beside it, 3 comes later. The
operations of the old DP and DP2 interfaces closed on 5 December 2023; they are answered with 404 and a
word about MeMo.
";

#[derive(Debug)]
struct Operation<'a> {
    method: &'a str,
    path: &'a str,
    level: &'a str,
    status: &'a str,
    answer: &'a str,
}

impl Operation<'_> {
    fn key(&self) -> String {
        key(self.method, self.path)
    }
}

fn key(method: &str, path: &str) -> String {
    // Names of path parameters are ours to choose.
    let mut plain = String::new();
    let mut depth = 0;
    for c in path.trim_end_matches('/').chars() {
        match c {
            '{' => depth += 1,
            '}' => {
                depth -= 1;
                plain.push_str("{}");
            }
            _ if depth == 0 => plain.push(c),
            _ => {}
        }
    }
    format!("{} {plain}", method.to_uppercase())
}

fn official() -> Vec<Operation<'static>> {
    let rows = OFFICIAL.lines().skip(1);
    rows.map(|row| {
        let parts: Vec<&str> = row.split(';').collect();
        let [method, path, level, status, answer] = parts[..] else {
            panic!("five columns: {row}")
        };
        Operation { method, path, level, status, answer }
    })
    .collect()
}

/// Responses by operation, as the exchange describes itself.
fn described() -> BTreeMap<String, Value> {
    let description = serde_json::to_value(brevdue_server::rest::description()).unwrap();
    let mut all = BTreeMap::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if operation.get("responses").is_some() {
                let path = path.clone();
                let mut operation = operation.clone();
                operation["path"] = path.clone().into();
                all.insert(key(method, &path), operation);
            }
        }
    }
    all
}

/// Operations that a test says it calls, with the test's file.
fn covered() -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for file in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")) {
        let text = std::fs::read_to_string(&file).unwrap();
        for call in text.split("covers(").skip(1) {
            let Some(call) = call.trim_start().strip_prefix('"') else { continue };
            let operation = call.split('"').next().unwrap();
            if let Some((method, path)) = operation.split_once(' ') {
                let name = file.file_name().unwrap().to_string_lossy().into_owned();
                all.insert(key(method, path), name);
            }
        }
    }
    all
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("compatibility.rs")
        {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// What an answer looks like, in the words of the official list.
fn answer(response: &Value) -> String {
    let Some(content) = response["content"].as_object() else { return "-".into() };
    let Some(json) = content.get("application/json") else { return "binary".into() };
    let named = |schema: &Value| {
        let name = schema["$ref"].as_str().unwrap_or_default();
        name.rsplit('/').next().unwrap_or_default().to_owned()
    };
    match json["schema"]["items"].is_object() {
        true => format!("{}[]", named(&json["schema"]["items"])),
        false => named(&json["schema"]),
    }
}

/// What is wrong with what we say of an operation; `None` when it is as the official list has it.
fn difference(official: &Operation<'_>, ours: &Value) -> Option<String> {
    let statuses = official.status.split('/');
    let Some(response) = statuses.filter_map(|status| ours["responses"].get(status)).next() else {
        return Some(format!("no answer {}", official.status));
    };
    let (wanted, given) = (official.answer, answer(response));
    let fits = match wanted {
        // The official list names a shape for some answers without a body, and a text for one with.
        _ if official.status == "204" => given == "-",
        "binary" | "text" => given != "-",
        "JSON" | "PagingResult" | "Anonymous[]" | "JWKSet" => !given.is_empty(),
        "-" => true,
        shape => given == shape,
    };
    (!fits).then(|| format!("answers {given}, not {wanted}"))
}

#[test]
fn every_operation_of_levels_1_and_2_is_built_answers_in_the_official_shape_and_has_a_test() {
    let (described, covered) = (described(), covered());
    let mut wrong = Vec::new();
    for official in official().iter().filter(|o| matches!(o.level, "1" | "2")) {
        let name = format!("{} {}", official.method, official.path);
        match described.get(&official.key()) {
            None => wrong.push(format!("{name}: not built")),
            Some(ours) => {
                wrong.extend(difference(official, ours).map(|d| format!("{name}: {d}")));
            }
        }
        if !covered.contains_key(&official.key()) {
            wrong.push(format!("{name}: no test calls it"));
        }
    }
    assert!(wrong.is_empty(), "{} to mend:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_test_that_says_it_calls_an_operation_names_one_that_is_there() {
    let described = described();
    let strangers: Vec<_> =
        covered().into_iter().filter(|(operation, _)| !described.contains_key(operation)).collect();
    assert!(strangers.is_empty(), "not described: {strangers:#?}");
}

#[test]
fn the_page_tells_what_is_built() {
    let page = page();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/compatibility.md");
    if std::env::var_os("BREVDUE_WRITE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "docs/compatibility.md is old; BREVDUE_WRITE_DOCS=1 writes it anew");
}

fn page() -> String {
    let (described, covered) = (described(), covered());
    let mut page = HEAD.to_owned();
    let mut known = BTreeSet::new();
    for (level, title) in [
        ("1", "Level 1"),
        ("2", "Level 2"),
        ("3", "Level 3, later"),
        ("legacy", "Closed interfaces"),
    ] {
        let _ = write!(
            page,
            "\n## {title}\n\n| Operation | Answer | State | Test |\n|---|---|---|---|\n"
        );
        for official in official().iter().filter(|o| o.level == level) {
            let key = official.key();
            let state = match (described.get(&key), level) {
                (Some(_), "legacy") | (None, "legacy") => "answered with 404".into(),
                (None, _) => "not built".into(),
                (Some(ours), _) => difference(official, ours)
                    .map_or_else(|| "built".into(), |d| format!("built; {d}")),
            };
            let test = covered.get(&key).map_or("", String::as_str);
            let Operation { method, path, status, answer, .. } = official;
            let _ = writeln!(page, "| {method} `{path}` | {status} {answer} | {state} | {test} |");
            known.insert(key);
        }
    }
    page.push_str("\n## Our own\n\n| Operation | What it does | Test |\n|---|---|---|\n");
    for (key, ours) in &described {
        if !known.contains(key) {
            let method = key.split(' ').next().unwrap();
            let path = ours["path"].as_str().unwrap();
            let what = ours["summary"].as_str().unwrap_or_default().replace('|', "\\|");
            let test = covered.get(key).map_or("", String::as_str);
            let _ = writeln!(page, "| {method} `{path}` | {what} | {test} |");
        }
    }
    page
}
