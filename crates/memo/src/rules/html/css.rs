//! What a style sheet has to fetch.

/// Watches a style sheet go by for addresses that are neither `data:` nor within the document.
#[derive(Debug, Default)]
pub(super) struct StyleWatch {
    /// The last eight bytes.
    recent: u64,
    /// The beginning of an address, after `url(` or `@import`.
    address: Option<([u8; 6], usize)>,
}

/// What may stand at the beginning of an address without being one: it begins after these.
const OPENINGS: [&[u8]; 4] = [b"url(", b"&quot;", b"&#34;", b"&#39;"];
const INLINE: &[u8] = b"data:";

impl StyleWatch {
    /// The next byte, in lower case; whether it makes clear that something lies elsewhere.
    pub(super) fn fetches(&mut self, byte: u8) -> bool {
        self.recent = self.recent << 8 | u64::from(byte);
        let Some((beginning, length)) = &mut self.address else {
            if self.has_just("url(") || self.has_just("@import") {
                self.address = Some(([0; 6], 0));
            }
            return false;
        };
        if *length == 0 && (byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'')) {
            return false;
        }
        // Nothing that is looked for is longer, so there always is room.
        if let Some(place) = beginning.get_mut(*length) {
            *place = byte;
            *length += 1;
        }
        let begun = &beginning[..*length];
        if OPENINGS.contains(&begun) {
            *length = 0;
            return false;
        }
        if begun != INLINE && OPENINGS.iter().chain([&INLINE]).any(|known| known.starts_with(begun))
        {
            return false;
        }
        let is_within = begun == INLINE || matches!(begun[0], b'#' | b')' | b';' | b'}' | b'<');
        self.address = None;
        !is_within
    }

    fn has_just(&self, word: &str) -> bool {
        let bits = word.len() * 8;
        let wanted = word.bytes().fold(0u64, |bits, byte| bits << 8 | u64::from(byte));
        self.recent & (u64::MAX >> (64 - bits)) == wanted
    }
}
