//! `docs/rules.md` is made from the rulebook; this test makes sure that it is.
//!
//! After a change: `BREVDUE_WRITE_DOCS=1 cargo test -p brevdue-memo --test rules_page`.
#![allow(clippy::unwrap_used, reason = "a string never fails to be written to")]

use std::fmt::Write;
use std::path::Path;

use brevdue_memo::Severity;
use brevdue_memo::rulebook::{Level, Mark, Rule, Versions, rules};

const INTRODUCTION: &str = "\
# Rules

Everything a message can be found to break. This page is made from the table in `crates/memo/src/rulebook/`;
change the table and run `BREVDUE_WRITE_DOCS=1 cargo test -p brevdue-memo --test rules_page`.

Each finding has a rule, a severity, the path of the element, line and column (in characters, from 1), the
byte offset, and its text in Danish and English. An `…` in a text stands for a name, a number or a fixed
phrase that says why. No finding ever quotes a value of the message.

Under the id of each rule stand, in this order:

- its severity: an **error** means that the message is refused, a **warning** that there likely is a mistake,
  an **info** that it is worth knowing. A policy (`Policy::set`, `--rules FILE`) gives the rules beside syntax
  and schema another severity, or turns them off or on. Where a rule can be broken in a milder way, the
  finding says so and is not worse than that;
- the versions of the format it is for;
- how sure it is: *confirmed* (found in the source named), *inferred* (concluded from examples, names or what
  existing software does) or *our own choice* (no source says);
- its source.

Two numbers of the specification are no checks: MEMO-R-047 (an answer carries back the ReplyData of the
message it answers) is kept by the builder of answers and its tests, and MEMO-R-174 says that `messageID` need
not be unique, so there is nothing to find.
";

const SECTIONS: [(Level, &str, &str); 6] = [
    (
        Level::Syntax,
        "Syntax",
        "The document is not XML as we take it, or is over a limit of `Limits`. Reading stops at the first of these.",
    ),
    (
        Level::Schema,
        "Schema",
        "The document is not what the official schema of its version says. All of these are reported, not only the\n\
         first. The ids are ours.",
    ),
    (
        Level::Tolerance,
        "Tolerances",
        "What real messages do beside the standard. Each is accepted, read as meant, and told, unless a policy makes\n\
         it an error; one that is an error here is only tolerated when a policy says so. `docs/deviations.md` tells\n\
         where each comes from.",
    ),
    (
        Level::Business,
        "Business rules",
        "Rules beside the schema that need nothing but the message. They are also checked on what could be read of a\n\
         message that breaks the schema.",
    ),
    (
        Level::Context,
        "Context rules",
        "Rules that need more than the message: registers, permissions, the contact structure or a clock, handed in\n\
         as a `Context`. What the context does not know is not checked; `NoContext` knows nothing.",
    ),
    (
        Level::Container,
        "Containers",
        "What is wrong with a container of many messages, or with a message's place in it. The good entries before a\n\
         fault are reported all the same.",
    ),
];

fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    for (level, title, introduction) in SECTIONS {
        let mut of_level: Vec<&Rule> = rules().filter(|rule| rule.level == level).collect();
        of_level.sort_by_key(|rule| rule.id);
        if of_level.is_empty() {
            continue;
        }
        write!(page, "\n## {title}\n\n{introduction}\n").unwrap();
        for rule in of_level {
            entry(&mut page, rule);
        }
    }
    page
}

fn entry(page: &mut String, rule: &Rule) {
    let severity = match rule.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    };
    let off = if rule.off { ", off by default" } else { "" };
    let versions = match rule.versions {
        Versions::All => "1.1 and 1.2",
        Versions::V1_1 => "1.1",
        Versions::V1_2 => "1.2",
    };
    let mark = match rule.mark {
        Mark::Confirmed => "confirmed",
        Mark::Inferred => "inferred",
        Mark::Choice => "our own choice",
    };
    let source = shown(rule.source);
    write!(page, "\n### {}\n\n", rule.id).unwrap();
    writeln!(page, "**{severity}**{off} · version {versions} · *{mark}*: {source}\n").unwrap();
    if !rule.reported_as.is_empty() {
        let ids: Vec<_> =
            rule.reported_as.iter().map(|id| format!("[{id}](#{})", anchor(id))).collect();
        writeln!(page, "- found by the schema, and reported as {}", ids.join(" or ")).unwrap();
    }
    writeln!(page, "- {}", shown(rule.english)).unwrap();
    writeln!(page, "- mend it: {}", shown(rule.fix_english)).unwrap();
    writeln!(page, "- på dansk: {}", shown(rule.danish)).unwrap();
    writeln!(page, "- ret det: {}", shown(rule.fix_danish)).unwrap();
}

fn shown(text: &str) -> String {
    text.replace("{}", "…").replace('<', "&lt;").replace('*', "\\*")
}

fn anchor(id: &str) -> String {
    id.to_lowercase()
}

#[test]
fn the_page_of_rules_is_the_rulebook() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/rules.md");
    if std::env::var_os("BREVDUE_WRITE_DOCS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, page()).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page(), "docs/rules.md differs from the rulebook; see the top of this test");
}

#[test]
fn every_rule_that_the_schema_finds_names_rules_of_the_schema() {
    for rule in rules() {
        for id in rule.reported_as {
            let of_schema = rules().find(|other| other.id == *id);
            assert_eq!(of_schema.map(|other| other.level), Some(Level::Schema), "{}", rule.id);
        }
    }
}
