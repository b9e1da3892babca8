//! Business rules that need nothing but the message. One function a rule; `docs/rules.md` lists them.

/// MEMO-R-010: whether a file name is free of the characters Digital Post refuses.
pub fn filename_is_allowed(name: &str) -> bool {
    let _ = name;
    unimplemented!()
}

/// MEMO-R-011: whether an address of an action is absolute, `https`, and has a host.
pub fn entry_point_is_allowed(url: &str) -> bool {
    let _ = url;
    unimplemented!()
}

/// Where in a message a file stands; technical documents may carry more types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentKind {
    /// The main document or an attachment.
    ForPeople,
    /// A technical document.
    Technical,
}

/// MEMO-R-121: whether extension and media type of a file are on the project's own list of allowed types.
pub fn file_type_is_allowed(filename: &str, encoding_format: &str, kind: DocumentKind) -> bool {
    let _ = (filename, encoding_format, kind);
    unimplemented!()
}

/// MEMO-R-018: whether a contact point id has the form of a UUID (any version).
pub fn contact_point_id_is_uuid(id: &str) -> bool {
    let _ = id;
    unimplemented!()
}
