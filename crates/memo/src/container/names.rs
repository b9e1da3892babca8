//! Which names of entries are safe to hand on.

use crate::rulebook::{self, Rule};

/// The rule a name breaks, if any. Names are never used as paths here, but whoever takes an entry
/// might.
pub(super) fn unsafe_name(name: &str) -> Option<&'static Rule> {
    let bytes = name.as_bytes();
    if name.is_empty() {
        return Some(&rulebook::ENTRY_WITHOUT_NAME);
    }
    if name.chars().any(char::is_control) {
        return Some(&rulebook::ENTRY_NAME_CONTROLS);
    }
    if matches!(bytes[0], b'/' | b'\\') || (bytes.len() > 1 && bytes[1] == b':') {
        return Some(&rulebook::ENTRY_NAME_ABSOLUTE);
    }
    if name.split(['/', '\\']).any(|part| part == "..") {
        return Some(&rulebook::ENTRY_NAME_UPWARD);
    }
    None
}

/// The rule a file's name breaks, if any: safe, and a message.
pub(super) fn forbidden_file_name(name: &str) -> Option<&'static Rule> {
    let ends_in_xml =
        name.len() > 4 && name.as_bytes()[name.len() - 4..].eq_ignore_ascii_case(b".xml");
    unsafe_name(name).or_else(|| (!ends_in_xml).then_some(&rulebook::ENTRY_NAME_NOT_XML))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_relative_without_steps_upward_and_ends_in_xml() {
        for (name, rule) in [
            ("41aae334-95e0-41db-824d-587b092229eb.xml", None),
            ("A.XML", None),
            ("./letters/march/a.xml", None),
            ("a..b.xml", None),
            ("æ.xml", None),
            ("", Some("MEMO-C-040")),
            ("a\0.xml", Some("MEMO-C-041")),
            ("/etc/a.xml", Some("MEMO-C-042")),
            ("\\a.xml", Some("MEMO-C-042")),
            ("C:\\a.xml", Some("MEMO-C-042")),
            ("../a.xml", Some("MEMO-C-043")),
            ("a/../../b.xml", Some("MEMO-C-043")),
            ("a\\..\\b.xml", Some("MEMO-C-043")),
            ("a.pdf", Some("MEMO-C-045")),
            (".xml", Some("MEMO-C-045")),
            ("æøå", Some("MEMO-C-045")),
        ] {
            assert_eq!(forbidden_file_name(name).map(|rule| rule.id), rule, "{name:?}");
        }
    }
}
