//! Every limit of reading, with its unit, in one place.

/// Limits that keep reading in bounded time and memory. All can be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Elements inside elements; the format needs 7.
    pub depth: usize,
    /// Attributes on one element.
    pub attributes: usize,
    /// Bytes of one tag, comment, processing instruction, or text outside `content`.
    pub token_bytes: usize,
    /// Bytes of one element or attribute name with its prefix.
    pub name_bytes: usize,
    /// Findings kept; the rest are counted.
    pub findings: usize,
    /// Bytes of the whole document.
    pub document_bytes: u64,
    /// Elements that may stand repeatedly (documents, files, actions, replies) in one message.
    pub repeated: usize,
    /// Bytes of text kept in the model of one message, file content not counted.
    pub text_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth: 64,
            attributes: 64,
            token_bytes: 256 * 1024,
            name_bytes: 1024,
            findings: 100,
            document_bytes: 105_000_000,
            repeated: 10_000,
            text_bytes: 8 * 1024 * 1024,
        }
    }
}
