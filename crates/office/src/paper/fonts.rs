//! The fonts of reports: IBM Plex Sans, as the pages have it. Its licence stands beside it.

use std::collections::HashMap;
use std::sync::LazyLock;

use krilla::text::Font;
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider as _};

static REGULAR: &[u8] = include_bytes!("../../fonts/IBMPlexSans-Regular.ttf");
static STRONG: &[u8] = include_bytes!("../../fonts/IBMPlexSans-SemiBold.ttf");

/// How words look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Face {
    Regular,
    Strong,
}

/// The width of every character that a face has, in parts of its size.
static WIDTHS: LazyLock<[HashMap<char, f32>; 2]> = LazyLock::new(|| {
    [REGULAR, STRONG].map(|bytes| {
        let font = FontRef::new(bytes).expect("the font that ships is whole: a test reads it");
        let metrics = font.glyph_metrics(Size::new(1.0), LocationRef::default());
        let characters = font.charmap();
        let known = characters.mappings().filter_map(|(code, glyph)| {
            Some((char::from_u32(code)?, metrics.advance_width(glyph)?))
        });
        known.collect()
    })
});

impl Face {
    fn index(self) -> usize {
        match self {
            Self::Regular => 0,
            Self::Strong => 1,
        }
    }

    /// For painting.
    pub(crate) fn font(self) -> Option<Font> {
        let bytes = [REGULAR, STRONG][self.index()];
        Font::new(bytes.to_vec().into(), 0)
    }

    /// The width of words in points.
    pub(crate) fn width(self, words: &str, size: f32) -> f32 {
        let widths = &WIDTHS[self.index()];
        words.chars().map(|c| widths.get(&c).copied().unwrap_or(0.6)).sum::<f32>() * size
    }

    /// Words in characters that the font has: paper shows no boxes for those it lacks.
    pub(crate) fn shown(self, words: &str) -> String {
        let known = &WIDTHS[self.index()];
        let mut shown = String::with_capacity(words.len());
        for c in words.chars() {
            match c {
                '\n' | '\t' | '\r' | '\u{a0}' => shown.push(' '),
                c if c.is_control() => {}
                c if known.contains_key(&c) => shown.push(c),
                _ => shown.push('?'),
            }
        }
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_faces_have_danish_letters_and_widths() {
        for face in [Face::Regular, Face::Strong] {
            assert_eq!(face.shown("Rødgrød på Ærø – §\u{1F600}"), "Rødgrød på Ærø – §?");
            assert!((10.0..40.0).contains(&face.width("Ærø", 10.0)));
            assert!(face.font().is_some());
        }
    }
}
