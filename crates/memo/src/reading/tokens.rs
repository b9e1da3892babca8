//! From bytes to tags and texts, strictly as XML 1.0 has it, holding one token at most.
//!
//! Comments and processing instructions are checked and passed over. Whoever asks for the next tag
//! says what is to become of the text before it, see [`TextSink`].
//!
//! Source: Extensible Markup Language (XML) 1.0, fifth edition.

use super::characters::{
    Reference, SPECIAL_IN_CDATA, SPECIAL_IN_TEXT, first_forbidden, forbidden_at_start, is_white,
    name_length, reference, skip_white,
};
use super::dress::Dress;
use super::elements::{Elements, TagFault, bad_character};
use super::fault::{Fault, Stop};
use super::input::Input;
use super::transcode::ByteOrder;
use crate::Limits;
use crate::finding::{Position, Word};
use crate::rulebook;

/// References are short; only leading zeros could make them longer than this.
const REFERENCE_BYTES: usize = 64;

pub(crate) struct Tokens<'r> {
    pub(crate) input: Input<'r>,
    pub(crate) elements: Elements,
    pub(super) limits: &'r Limits,
    /// Where the latest tag begins; of an empty element, for its end too.
    pub(crate) tag_position: Position,
    /// Whether the latest start tag was `<…/>`, so that its end comes next.
    pub(super) empty_element: bool,
    /// Whether to compare with what is expected first, see [`super::plain`].
    pub(super) short_way: bool,
    /// Start tags taken apart because they were not what was expected.
    pub(super) long_tags: u64,
    seen_root: bool,
    pub(crate) dress: Dress,
    /// What the document was in before it became UTF-8, if it was in something else.
    pub(crate) transcoded: Option<ByteOrder>,
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tag {
    /// A start tag; the element is open now.
    Start,
    /// The end of the element that was open; it is closed now.
    End,
    /// The end of the document.
    Document,
}

/// Takes the text between two tags, piece by piece, references replaced and line ends normalized.
pub(crate) trait TextSink {
    /// `input` stands before the piece or within it.
    fn take(&mut self, piece: &[u8], input: &Input<'_>) -> Result<(), Stop>;
}

/// Lets text pass.
pub(crate) struct Discard;

impl TextSink for Discard {
    fn take(&mut self, _: &[u8], _: &Input<'_>) -> Result<(), Stop> {
        Ok(())
    }
}

/// Notes where text other than white space begins.
#[derive(Default)]
pub(crate) struct Blank {
    pub(crate) stray: Option<Position>,
}

impl TextSink for Blank {
    fn take(&mut self, piece: &[u8], input: &Input<'_>) -> Result<(), Stop> {
        if self.stray.is_none() {
            let white = piece.len() - skip_white(piece).len();
            if white < piece.len() {
                let ahead = if input.available().starts_with(piece) { white } else { 0 };
                self.stray = Some(input.position_ahead(ahead));
            }
        }
        Ok(())
    }
}

impl<'r> Tokens<'r> {
    pub(crate) fn new(input: Input<'r>, limits: &'r Limits) -> Self {
        Self {
            input,
            elements: Elements::default(),
            limits,
            tag_position: Position { line: 1, column: 1, offset_bytes: 0 },
            empty_element: false,
            short_way: true,
            long_tags: 0,
            seen_root: false,
            dress: Dress::default(),
            transcoded: None,
        }
    }

    /// The next tag; the text before it goes to `sink`.
    pub(crate) fn next(&mut self, sink: &mut dyn TextSink) -> Result<Tag, Stop> {
        if self.empty_element {
            self.empty_element = false;
            self.elements.close();
            return Ok(Tag::End);
        }
        if self.elements.depth() == 0 {
            return self.next_outside();
        }
        loop {
            self.text(sink)?;
            if let Some(tag) = self.markup(sink)? {
                return Ok(tag);
            }
        }
    }

    /// Whether the element just opened was `<…/>`.
    pub(crate) fn at_end_of_empty_element(&self) -> bool {
        self.empty_element
    }

    /// Outside the root only white space, comments and processing instructions may stand.
    fn next_outside(&mut self) -> Result<Tag, Stop> {
        loop {
            let white = {
                let available = self.input.available();
                available.len() - skip_white(available).len()
            };
            self.input.consume(white);
            match self.input.available().first().copied() {
                None if self.input.more()? => {}
                None if self.seen_root => return Ok(Tag::Document),
                None => return Err(self.fault(&rulebook::NO_ELEMENT, &[])),
                Some(b'<') => {
                    let start = self.input.ensure(9)?;
                    if start.starts_with(b"<![CDATA[") {
                        return Err(self.fault(&rulebook::OUTSIDE_ROOT, &[]));
                    }
                    if self.seen_root
                        && !start.starts_with(b"<!")
                        && !start.starts_with(b"<?")
                        && start.len() > 1
                    {
                        let rule = if start.starts_with(b"</") {
                            &rulebook::MALFORMED
                        } else {
                            &rulebook::SECOND_ROOT
                        };
                        return Err(self.fault(
                            rule,
                            &[Word::Phrase(
                                "et slutmærke uden startmærke",
                                "an end tag without a start tag",
                            )],
                        ));
                    }
                    if let Some(tag) = self.markup(&mut Discard)? {
                        return Ok(tag);
                    }
                }
                Some(_) => {
                    let available = self.input.available();
                    if let Some(character) = forbidden_at_start(available) {
                        return Err(self.input.fault_at(0, bad_character(character)));
                    }
                    return Err(self.fault(&rulebook::OUTSIDE_ROOT, &[]));
                }
            }
        }
    }

    /// Takes text up to the next `<`.
    fn text(&mut self, sink: &mut dyn TextSink) -> Result<(), Stop> {
        // How many `]` stand directly before, so that `]]>` is found across pieces.
        let mut brackets = 0;
        loop {
            let available = self.input.available();
            if available.is_empty() {
                if !self.input.more()? {
                    return Err(self.truncated_element());
                }
                continue;
            }
            let plain = available
                .iter()
                .position(|byte| SPECIAL_IN_TEXT[usize::from(*byte)])
                .unwrap_or(available.len());
            if plain > 0 {
                let piece = &available[..plain];
                let trailing = piece.iter().rev().take_while(|byte| **byte == b']').count();
                brackets = if trailing == plain { brackets + trailing } else { trailing };
                sink.take(piece, &self.input)?;
                self.input.consume(plain);
                continue;
            }
            match available[0] {
                b'<' => return Ok(()),
                b'&' => self.text_reference(sink)?,
                b'>' if brackets >= 2 => {
                    return Err(self.fault(&rulebook::CDATA_END_IN_TEXT, &[]));
                }
                b'\r' => self.line_end(sink)?,
                _ => self.plain_character(sink)?,
            }
            brackets = 0;
        }
    }

    /// Takes one character that only looked special: `>`, `]`, or one that begins with 0xEF.
    fn plain_character(&mut self, sink: &mut dyn TextSink) -> Result<(), Stop> {
        let available = self.input.available();
        if let Some(character) = forbidden_at_start(available) {
            return Err(self.input.fault_at(0, bad_character(character)));
        }
        let length = if available[0] == 0xEF { 3 } else { 1 };
        sink.take(&available[..length], &self.input)?;
        self.input.consume(length);
        Ok(())
    }

    /// A carriage return, with or without a line feed, is one line feed.
    fn line_end(&mut self, sink: &mut dyn TextSink) -> Result<(), Stop> {
        let length = if self.input.ensure(2)?.get(1) == Some(&b'\n') { 2 } else { 1 };
        sink.take(b"\n", &self.input)?;
        self.input.consume(length);
        Ok(())
    }

    fn text_reference(&mut self, sink: &mut dyn TextSink) -> Result<(), Stop> {
        let (character, length) = self.reference()?;
        sink.take(character.encode_utf8(&mut [0; 4]).as_bytes(), &self.input)?;
        self.input.consume(length);
        Ok(())
    }

    /// Reads the reference that begins here, without passing it.
    pub(crate) fn reference(&mut self) -> Result<(char, usize), Stop> {
        let start = self.input.ensure(REFERENCE_BYTES)?;
        let start = &start[..start.len().min(REFERENCE_BYTES)];
        let Some(end) = memchr::memchr(b';', start) else {
            if start.len() < REFERENCE_BYTES && memchr::memchr(b'<', start).is_none() {
                return Err(self.truncated_element());
            }
            return Err(self.malformed("& uden ; efter", "& without a ; after it"));
        };
        match reference(&start[1..end]) {
            Reference::Character(character) => Ok((character, end + 1)),
            Reference::Bad => Err(self.fault(&rulebook::BAD_CHARACTER_REFERENCE, &[])),
            Reference::Unknown if name_length(&start[1..end]) != end - 1 => {
                Err(self.malformed("& uden ; efter", "& without a ; after it"))
            }
            Reference::Unknown => Err(self.fault(&rulebook::UNKNOWN_ENTITY, &[])),
        }
    }

    /// Takes the markup that begins here. None when it was a comment, a processing instruction, or a
    /// CDATA section, whose text goes to `sink`.
    pub(crate) fn markup(&mut self, sink: &mut dyn TextSink) -> Result<Option<Tag>, Stop> {
        let start = self.input.ensure(2)?;
        match start.get(1) {
            Some(b'/') => self.end_tag().map(Some),
            Some(b'?') => self.processing_instruction().map(|()| None),
            Some(b'!') => {
                let start = self.input.ensure(9)?;
                if start.starts_with(b"<!--") {
                    self.comment().map(|()| None)
                } else if start.starts_with(b"<![CDATA[") {
                    self.cdata(sink).map(|()| None)
                } else if start.starts_with(b"<!DOCTYPE") {
                    Err(self.fault(&rulebook::DOCTYPE, &[]))
                } else if start.len() < 9 {
                    Err(self.truncated("et mærke", "a tag"))
                } else {
                    Err(self.malformed("<! uden betydning", "<! without a meaning"))
                }
            }
            Some(_) => self.start_tag().map(Some),
            None => Err(self.truncated("et mærke", "a tag")),
        }
    }

    fn start_tag(&mut self) -> Result<Tag, Stop> {
        self.long_tags += 1;
        let length = self.find_tag_end()?;
        self.tag_position = self.input.position();
        let tag = &self.input.available()[1..length];
        let (tag, empty) = match tag {
            [inner @ .., b'/'] => (inner, true),
            _ => (tag, false),
        };
        if let Err(TagFault { fault, at }) = self.elements.open(tag, self.limits) {
            return Err(self.input.fault_at(at + 1, fault));
        }
        self.seen_root = true;
        self.empty_element = empty;
        self.input.consume(length + 1);
        Ok(Tag::Start)
    }

    fn end_tag(&mut self) -> Result<Tag, Stop> {
        let length = self.find(b">", 2, &["et slutmærke", "an end tag"])?;
        self.tag_position = self.input.position();
        if self.elements.depth() == 0 {
            return Err(
                self.malformed("et slutmærke uden startmærke", "an end tag without a start tag")
            );
        }
        let tag = &self.input.available()[2..length];
        if let Err(TagFault { fault, at }) = self.elements.check_end(tag) {
            return Err(self.input.fault_at(at + 1, fault));
        }
        self.elements.close();
        self.input.consume(length + 1);
        Ok(Tag::End)
    }

    fn comment(&mut self) -> Result<(), Stop> {
        let length = self.find(b"-->", 4, &["en kommentar", "a comment"])?;
        let inside = &self.input.available()[4..length];
        if let Some((at, character)) = first_forbidden(inside) {
            return Err(self.input.fault_at(at + 4, bad_character(character)));
        }
        // A hyphen before the end would make `--->`.
        if let Some(at) = memchr::memmem::find(inside, b"--") {
            return Err(self.input.fault_at(at + 4, Fault::new(&rulebook::BAD_COMMENT, &[])));
        }
        if inside.last() == Some(&b'-') {
            return Err(self.input.fault_at(length - 1, Fault::new(&rulebook::BAD_COMMENT, &[])));
        }
        self.input.consume(length + 3);
        Ok(())
    }

    fn processing_instruction(&mut self) -> Result<(), Stop> {
        let length =
            self.find(b"?>", 2, &["en behandlingsinstruktion", "a processing instruction"])?;
        let inside = &self.input.available()[2..length];
        let target = &inside[..name_length(inside)];
        if target.eq_ignore_ascii_case(b"xml") {
            return Err(self.fault(&rulebook::BAD_DECLARATION, &[]));
        }
        let rest = &inside[target.len()..];
        let named = !target.is_empty() && memchr::memchr(b':', target).is_none();
        if !named || !(rest.is_empty() || is_white(rest[0])) {
            return Err(self.malformed(
                "en behandlingsinstruktion uden navn",
                "a processing instruction without a name",
            ));
        }
        if let Some((at, character)) = first_forbidden(inside) {
            return Err(self.input.fault_at(at + 2, bad_character(character)));
        }
        self.input.consume(length + 2);
        Ok(())
    }

    fn cdata(&mut self, sink: &mut dyn TextSink) -> Result<(), Stop> {
        if self.dress.cdata.is_none() {
            self.dress.cdata = Some(self.input.position());
        }
        self.input.consume(9);
        loop {
            let available = self.input.available();
            if available.is_empty() {
                if !self.input.more()? {
                    return Err(self.truncated("et CDATA-afsnit", "a CDATA section"));
                }
                continue;
            }
            let plain = available
                .iter()
                .position(|byte| SPECIAL_IN_CDATA[usize::from(*byte)])
                .unwrap_or(available.len());
            if plain > 0 {
                sink.take(&available[..plain], &self.input)?;
                self.input.consume(plain);
                continue;
            }
            let special = available[0];
            match special {
                b']' if self.input.ensure(3)?.starts_with(b"]]>") => {
                    self.input.consume(3);
                    return Ok(());
                }
                b'\r' => self.line_end(sink)?,
                _ => self.plain_character(sink)?,
            }
        }
    }

    /// Where `end` begins, counted from here, looking from `from` on; the token grows up to its limit.
    pub(super) fn find(
        &mut self,
        end: &[u8],
        from: usize,
        token: &[&str; 2],
    ) -> Result<usize, Stop> {
        let mut searched = from;
        loop {
            let available = self.input.available();
            if let Some(at) = available.get(searched..).and_then(|rest| find(end, rest)) {
                if searched + at > self.limits.token_bytes {
                    return Err(self.too_long(token));
                }
                return Ok(searched + at);
            }
            searched = searched.max((available.len() + 1).saturating_sub(end.len()));
            self.longer(token)?;
        }
    }

    /// Where the `>` of a start tag stands, counted from here; one inside quotes does not count.
    fn find_tag_end(&mut self) -> Result<usize, Stop> {
        let token = ["et mærke", "a tag"];
        let mut quote = None;
        let mut searched = 1;
        loop {
            let rest = &self.input.available()[searched..];
            let found = match quote {
                None => memchr::memchr3(b'>', b'"', b'\'', rest),
                Some(quote) => memchr::memchr(quote, rest),
            };
            match found {
                None => {
                    searched += rest.len();
                    self.longer(&token)?;
                }
                Some(at) if quote.is_none() && rest[at] == b'>' => {
                    if searched + at > self.limits.token_bytes {
                        return Err(self.too_long(&token));
                    }
                    return Ok(searched + at);
                }
                Some(at) => {
                    quote = if quote.is_none() { Some(rest[at]) } else { None };
                    searched += at + 1;
                }
            }
        }
    }

    fn longer(&mut self, token: &[&str; 2]) -> Result<(), Stop> {
        if self.input.available().len() > self.limits.token_bytes {
            return Err(self.too_long(token));
        }
        if self.input.more()? { Ok(()) } else { Err(self.truncated(token[0], token[1])) }
    }

    fn too_long(&self, token: &[&str; 2]) -> Stop {
        let words =
            [Word::Phrase(token[0], token[1]), Word::Number(self.limits.token_bytes as u64)];
        self.fault(&rulebook::TOKEN_TOO_LONG, &words)
    }

    fn truncated(&self, danish: &str, english: &str) -> Stop {
        let end = self.input.available().len();
        self.input.fault_at(end, Fault::new(&rulebook::TRUNCATED, &[Word::Phrase(danish, english)]))
    }

    /// The document ends inside the element opened last.
    pub(crate) fn truncated_element(&self) -> Stop {
        let name = super::fault::presentable(self.elements.current().0);
        self.truncated(&format!("elementet {name}"), &format!("element {name}"))
    }

    fn malformed(&self, danish: &str, english: &str) -> Stop {
        self.fault(&rulebook::MALFORMED, &[Word::Phrase(danish, english)])
    }

    /// A fault at the next unread byte.
    pub(crate) fn fault(&self, rule: &'static rulebook::Rule, words: &[Word<'_>]) -> Stop {
        self.input.fault_at(0, Fault::new(rule, words))
    }
}

/// A search for one byte needs no preparation.
fn find(end: &[u8], within: &[u8]) -> Option<usize> {
    match end {
        [byte] => memchr::memchr(*byte, within),
        _ => memchr::memmem::find(within, end),
    }
}
