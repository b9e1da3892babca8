//! Base64 decoded as it comes.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

/// What was decoded so far lies in the output; at most three characters wait for a fourth.
#[derive(Default)]
pub(super) struct Decoder {
    waiting: Vec<u8>,
    ended: bool,
}

/// The text is not Base64.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NotBase64;

impl Decoder {
    /// Decodes more; white space does not count.
    pub(super) fn decode(&mut self, text: &[u8]) -> Result<Vec<u8>, NotBase64> {
        self.waiting.extend(text.iter().filter(|byte| !byte.is_ascii_whitespace()));
        let whole = self.waiting.len() / 4 * 4;
        if whole == 0 {
            return Ok(Vec::new());
        }
        if self.ended {
            return Err(NotBase64); // Something after the padding.
        }
        let bytes = BASE64_STANDARD.decode(&self.waiting[..whole]).map_err(|_| NotBase64)?;
        self.ended = self.waiting[whole - 1] == b'=';
        self.waiting.drain(..whole);
        Ok(bytes)
    }

    /// Whether it ended where Base64 can end.
    pub(super) fn end(&self) -> Result<(), NotBase64> {
        if self.waiting.is_empty() { Ok(()) } else { Err(NotBase64) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_same_however_it_is_cut() {
        let bytes: Vec<u8> = (0..=255).chain(0..=255).chain([1, 2]).collect();
        let text = BASE64_STANDARD.encode(&bytes);
        for step in [1, 2, 3, 5, 76, 1000] {
            let mut decoder = Decoder::default();
            let mut decoded = Vec::new();
            for piece in text.as_bytes().chunks(step) {
                decoded.extend(decoder.decode(piece).unwrap());
                decoded.extend(decoder.decode(b"\r\n ").unwrap());
            }
            assert_eq!(decoder.end(), Ok(()), "{step}");
            assert_eq!(decoded, bytes, "{step}");
        }
    }

    #[test]
    fn what_is_no_base64_is_told() {
        for (text, end) in [("AAA", true), ("AA=A", false), ("AA==AAAA", false), ("æøåæ", false)]
        {
            let mut decoder = Decoder::default();
            let decoded =
                text.as_bytes().chunks(4).try_for_each(|piece| decoder.decode(piece).map(drop));
            assert_eq!(decoded.is_ok(), end, "{text}");
            assert!(decoded.is_err() || decoder.end().is_err(), "{text}");
        }
    }
}
