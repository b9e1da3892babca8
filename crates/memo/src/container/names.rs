//! Which names of entries are safe to hand on.

/// The rule a name breaks, if any. Names are never used as paths here, but whoever takes an entry
/// might.
pub(super) fn unsafe_name(name: &str) -> Option<&'static str> {
    let bytes = name.as_bytes();
    if name.is_empty() {
        return Some("it has no name");
    }
    if name.chars().any(char::is_control) {
        return Some("its name has control characters");
    }
    if matches!(bytes[0], b'/' | b'\\') || (bytes.len() > 1 && bytes[1] == b':') {
        return Some("its name is absolute");
    }
    if name.split(['/', '\\']).any(|part| part == "..") {
        return Some("its name has ..");
    }
    None
}

/// The rule a file's name breaks, if any: safe, and a message.
pub(super) fn forbidden_file_name(name: &str) -> Option<&'static str> {
    let ends_in_xml =
        name.len() > 4 && name.as_bytes()[name.len() - 4..].eq_ignore_ascii_case(b".xml");
    unsafe_name(name).or_else(|| (!ends_in_xml).then_some("its name does not end in .xml"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_relative_without_steps_upward_and_ends_in_xml() {
        for (name, reason) in [
            ("41aae334-95e0-41db-824d-587b092229eb.xml", None),
            ("A.XML", None),
            ("./letters/march/a.xml", None),
            ("a..b.xml", None),
            ("æ.xml", None),
            ("", Some("it has no name")),
            ("/etc/a.xml", Some("its name is absolute")),
            ("\\a.xml", Some("its name is absolute")),
            ("C:\\a.xml", Some("its name is absolute")),
            ("../a.xml", Some("its name has ..")),
            ("a/../../b.xml", Some("its name has ..")),
            ("a\\..\\b.xml", Some("its name has ..")),
            ("a\0.xml", Some("its name has control characters")),
            ("a.pdf", Some("its name does not end in .xml")),
            (".xml", Some("its name does not end in .xml")),
            ("æøå", Some("its name does not end in .xml")),
        ] {
            assert_eq!(forbidden_file_name(name), reason, "{name:?}");
        }
    }
}
