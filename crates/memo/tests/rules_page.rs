//! `docs/rules.md` is made from the rulebook; this test makes sure that it is.
//!
//! After a change: `BREVDUE_WRITE_DOCS=1 cargo test -p brevdue-memo --test rules_page`.
#![allow(clippy::unwrap_used, reason = "a string never fails to be written to")]

use std::fmt::Write;
use std::path::Path;

use brevdue_memo::Severity;
use brevdue_memo::rulebook::{Level, rules};

fn page() -> String {
    let mut page = String::from(
        "# Rules\n\n\
         Everything a message can be found to break. This page is made from the table in `crates/memo/src/rulebook/`;\n\
         change the table and run `BREVDUE_WRITE_DOCS=1 cargo test -p brevdue-memo --test rules_page`.\n\n\
         An `…` in a text stands for a name, a number or a fixed phrase. No finding ever quotes a value of a message.\n\
         Each finding has a rule, a severity, the path of the element, line and column (in characters, from 1), the\n\
         byte offset, and its text in Danish and English.\n",
    );
    for (level, title, introduction) in [
        (
            Level::Syntax,
            "Syntax",
            "The document is not XML as we take it, or is over a limit of `Limits`. Reading stops at the first of these.\n\
             Sources: XML 1.0 (fifth edition), Namespaces in XML 1.0 (third edition); the limits are ours.",
        ),
        (
            Level::Schema,
            "Schema",
            "The document is not what the official schema of its version says. All of these are reported, not only the\n\
             first. Sources: the official MeMo schemas 1.1 and 1.2; the ids are ours.",
        ),
        (
            Level::Business,
            "Business rules",
            "Rules beside the schema. Sources: the announcements of Digital Post, and our own choice.",
        ),
        (
            Level::Container,
            "Containers",
            "What is wrong with a container, with one of its entries, or with a message's place in it. The path is\n\
             `entry[3]` when one entry is at fault, counted as `tar t` lists them; there is no line, and the byte offset is\n\
             that in the unpacked archive. Entries at fault are passed over, and the others are read.",
        ),
    ] {
        write!(page, "\n## {title}\n\n{introduction}\n").unwrap();
        for rule in rules().filter(|rule| rule.level == level) {
            let severity = match rule.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Info => "info",
            };
            let shown =
                |text: &str| text.replace("{}", "…").replace('<', "&lt;").replace('*', "\\*");
            write!(page, "\n### {}\n\n", rule.id).unwrap();
            writeln!(page, "- **{severity}**: {}", shown(rule.english)).unwrap();
            writeln!(page, "- mend it: {}", shown(rule.fix_english)).unwrap();
            writeln!(page, "- på dansk: {}; {}", shown(rule.danish), shown(rule.fix_danish))
                .unwrap();
        }
    }
    page
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
