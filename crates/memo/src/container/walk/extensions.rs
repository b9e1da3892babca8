//! What entries of their own say of the entry after them: long names and pax attributes.

use tar::EntryType;

use crate::rulebook::{self, Rule};

/// What is known of the next entry before its header.
#[derive(Default)]
pub(super) struct Extensions {
    pub(super) name: Option<Vec<u8>>,
    pub(super) size_bytes: Option<u64>,
    pub(super) sparse: bool,
    any: bool,
}

impl Extensions {
    /// Whether entries of this kind are such.
    pub(super) fn are_in(kind: EntryType) -> bool {
        matches!(
            kind,
            EntryType::GNULongName
                | EntryType::GNULongLink
                | EntryType::XHeader
                | EntryType::XGlobalHeader
        )
    }

    /// Whether nothing was said.
    pub(super) fn is_empty(&self) -> bool {
        !self.any
    }

    /// Takes in the content of one; or the rule it breaks.
    pub(super) fn read(&mut self, kind: EntryType, content: Vec<u8>) -> Result<(), &'static Rule> {
        match kind {
            EntryType::GNULongName => {
                let mut name = content;
                name.truncate(name.iter().position(|byte| *byte == 0).unwrap_or(name.len()));
                self.name.get_or_insert(name);
            }
            EntryType::XHeader => self.pax(&content).ok_or(&rulebook::PAX_DAMAGED)?,
            // Of all entries to come: comments and times. The target of a link is refused with the link.
            _ => return Ok(()),
        }
        self.any = true;
        Ok(())
    }

    /// Pax records, `length key=value` and a line feed each. None when they are damaged.
    fn pax(&mut self, records: &[u8]) -> Option<()> {
        let mut rest = records;
        while !rest.is_empty() && rest[0] != 0 {
            let space = memchr::memchr(b' ', rest)?;
            let length: usize = std::str::from_utf8(&rest[..space]).ok()?.parse().ok()?;
            if length <= space + 1 || length > rest.len() {
                return None;
            }
            let record = rest[space + 1..length].strip_suffix(b"\n")?;
            let equals = memchr::memchr(b'=', record)?;
            let (key, value) = (&record[..equals], &record[equals + 1..]);
            match key {
                b"path" => self.name = Some(value.to_vec()),
                b"size" => {
                    self.size_bytes = Some(std::str::from_utf8(value).ok()?.parse().ok()?);
                }
                _ => self.sparse |= key.starts_with(b"GNU.sparse."),
            }
            rest = &rest[length..];
        }
        Some(())
    }
}
