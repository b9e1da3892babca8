//! HTML that passes by as Base64.

use base64_simd::AsOut;

use super::{HtmlFlags, HtmlWatch};

/// Characters decoded in one go, whole groups.
const CHUNK_CHARACTERS: usize = 1024;

/// Decodes Base64 as it is read and watches what comes out. Base64 that is wrong is passed over; it is
/// told elsewhere.
#[derive(Debug, Default)]
pub(crate) struct PassingHtml {
    watch: HtmlWatch,
    /// A group begun.
    group: [u8; 4],
    length: usize,
}

impl PassingHtml {
    /// The next characters of the alphabet, without white space and padding.
    pub(crate) fn take(&mut self, characters: &[u8]) {
        let mut rest = characters;
        while self.length > 0 && !rest.is_empty() {
            self.group[self.length] = rest[0];
            self.length = (self.length + 1) % 4;
            rest = &rest[1..];
            if self.length == 0 {
                self.decode(&self.group.clone());
            }
        }
        let (groups, begun) = rest.split_at(rest.len() / 4 * 4);
        groups.chunks(CHUNK_CHARACTERS).for_each(|groups| self.decode(groups));
        // Only without a group begun is anything left of the rest.
        self.group[self.length..self.length + begun.len()].copy_from_slice(begun);
        self.length += begun.len();
    }

    /// What was found, when all characters have been taken.
    pub(crate) fn finish(mut self) -> HtmlFlags {
        let (group, length) = (self.group, self.length);
        self.decode(&group[..length]);
        self.watch.found()
    }

    fn decode(&mut self, characters: &[u8]) {
        let mut bytes = [0; CHUNK_CHARACTERS / 4 * 3];
        if let Ok(decoded) =
            base64_simd::STANDARD_NO_PAD.decode(characters, bytes.as_mut_slice().as_out())
        {
            self.watch.take(decoded);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_is_watched_through_base64_cut_anywhere() {
        for (html, expected) in [
            ("<p>Kære Åse</p>", HtmlFlags::default()),
            ("<p>Kære Åse</p><form>", HtmlFlags::FORM),
            ("<p>Kære Åse</p><form >", HtmlFlags::FORM),
            ("<p>Kære Åse</p><form  >", HtmlFlags::FORM),
        ] {
            let padding = "<p>ærø</p>".repeat(300);
            for html in [html.to_owned(), padding + html] {
                let encoded = base64_simd::STANDARD_NO_PAD.encode_to_string(html.as_bytes());
                for piece_characters in [1, 2, 3, 4, 5, 7, 1024, 100_000] {
                    let mut passing = PassingHtml::default();
                    encoded
                        .as_bytes()
                        .chunks(piece_characters)
                        .for_each(|piece| passing.take(piece));
                    assert_eq!(passing.finish(), expected, "{html} by {piece_characters}");
                }
            }
        }
    }
}
