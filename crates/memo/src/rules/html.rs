//! What an HTML file has that letters should do without: MEMO-R-132.
//!
//! The file passes by in pieces and is not held. This tells a sender what viewers may leave out; it is
//! no defence against hostile HTML, which every viewer needs itself.

mod css;
mod passing;

use super::Report;
use crate::finding::Word;
use crate::outline::Element;
use crate::policy::HtmlProfile;
use crate::rulebook;
use css::StyleWatch;

pub(crate) use passing::PassingHtml;

/// What was found in an HTML file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct HtmlFlags(u8);

impl HtmlFlags {
    const SCRIPT: Self = Self(1);
    const EVENT: Self = Self(2);
    const SCRIPT_ADDRESS: Self = Self(4);
    const FORM: Self = Self(8);
    const FRAME: Self = Self(16);
    const EMBEDDED: Self = Self(32);
    const ELSEWHERE: Self = Self(64);

    fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }

    fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Those that a profile tells.
    fn told_by(self, profile: HtmlProfile) -> Self {
        match profile {
            HtmlProfile::Lenient => Self(self.0 & !(Self::FORM.0 | Self::ELSEWHERE.0)),
            HtmlProfile::Strict => self,
        }
    }
}

/// Each flag in words: Danish, English.
const IN_WORDS: [(HtmlFlags, &str, &str); 7] = [
    (HtmlFlags::SCRIPT, "et script-element", "a script element"),
    (
        HtmlFlags::EVENT,
        "en hændelsesattribut (onclick og lignende)",
        "an event attribute (onclick and the like)",
    ),
    (HtmlFlags::SCRIPT_ADDRESS, "en javascript:-adresse", "a javascript: address"),
    (HtmlFlags::FORM, "en formular (form)", "a form"),
    (HtmlFlags::FRAME, "en ramme (frame eller iframe)", "a frame (frame or iframe)"),
    (
        HtmlFlags::EMBEDDED,
        "et indlejret objekt (object, embed eller applet)",
        "an embedded object (object, embed or applet)",
    ),
    (
        HtmlFlags::ELSEWHERE,
        "et typografiark, et billede eller en skrifttype, som skal hentes udefra",
        "a style sheet, picture or font to be fetched from elsewhere",
    ),
];

/// MEMO-R-132: one finding for each thing an HTML file has too much.
pub(super) fn profile(element: Element<'_>, flags: HtmlFlags, report: &mut Report<'_>) {
    let flags = flags.told_by(report.policy().html);
    if flags == HtmlFlags::default() {
        return;
    }
    for (flag, danish, english) in IN_WORDS {
        if flags.has(flag) {
            report.at(element, &rulebook::HTML, &[Word::Phrase(danish, english)]);
        }
    }
}

/// What an HTML file has that a profile asks letters to do without, in Danish and in English; nothing
/// for a file that keeps to it.
pub fn html_faults(html: &[u8], profile: HtmlProfile) -> Vec<(&'static str, &'static str)> {
    let mut watch = HtmlWatch::default();
    watch.take(html);
    let flags = watch.found().told_by(profile);
    let faults = IN_WORDS.iter().filter(|(flag, ..)| flags.has(*flag));
    faults.map(|(_, danish, english)| (*danish, *english)).collect()
}

/// Whether content of this type is to be watched.
pub(crate) fn is_html(encoding_format: &str) -> bool {
    let media_type = encoding_format.split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("text/html")
}

/// Watches the bytes of an HTML file go by, in any ASCII-like encoding or UTF-16, in bounded memory.
#[derive(Debug, Default)]
pub(crate) struct HtmlWatch {
    found: HtmlFlags,
    state: State,
    /// The element whose start tag or raw text this is.
    tag: Short,
    /// The name of an attribute, or markup begun.
    name: Short,
    /// The beginning of an attribute's value, without white space.
    value: Short,
    /// The quote around the value; 0 for none.
    quote: u8,
    is_end_tag: bool,
    /// Of a `link`: whether it is something to fetch, and whether it lies elsewhere.
    link_is_fetched: bool,
    link_is_elsewhere: bool,
    style: StyleWatch,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    Text,
    /// After `<`.
    Open,
    TagName,
    /// Between attributes.
    InTag,
    AttributeName,
    /// After a name, where `=` may follow.
    AfterName,
    /// After `=`.
    BeforeValue,
    Value,
    /// `<!`, not yet known to be a comment.
    Declaration,
    Comment,
    /// Inside an element whose content is no markup.
    Raw,
}

/// Elements whose content is text alone.
const RAW: [&[u8]; 4] = [b"script", b"style", b"textarea", b"title"];
/// Elements that are told as such; what they point to adds nothing.
const TOLD_AS_SUCH: [&[u8]; 6] = [b"script", b"frame", b"iframe", b"object", b"embed", b"applet"];
/// Kinds of `link` that viewers fetch.
const FETCHED: [&[u8]; 3] = [b"stylesheet", b"icon", b"preload"];

impl HtmlWatch {
    /// The next bytes of the file.
    pub(crate) fn take(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while let Some((byte, after)) = rest.split_first() {
            rest = after;
            match self.state {
                // Most of a file is text, and most of a value is a picture: both are passed quickly.
                State::Text if *byte != b'<' => {
                    let text = memchr::memchr(b'<', after).unwrap_or(after.len());
                    rest = &after[text..];
                }
                State::Value if self.value_is_known() && *byte != self.quote => {
                    let value = memchr::memchr(self.quote, after).unwrap_or(after.len());
                    rest = &after[value..];
                }
                // The other half of a character in UTF-16.
                _ if *byte == 0 => {}
                _ => self.byte(byte.to_ascii_lowercase()),
            }
        }
    }

    /// What was found in all that was taken.
    pub(crate) fn found(&self) -> HtmlFlags {
        self.found
    }

    /// Whether the rest of a quoted value cannot matter.
    fn value_is_known(&self) -> bool {
        self.quote != 0 && self.value.is_full() && !self.name.is(b"style")
    }

    fn byte(&mut self, byte: u8) {
        let is_white = byte.is_ascii_whitespace();
        match self.state {
            State::Text => self.open(byte),
            State::Open => match byte {
                b'!' => self.begin_markup(State::Declaration),
                b'/' if !self.is_end_tag => self.is_end_tag = true,
                b'a'..=b'z' => {
                    self.tag.clear();
                    self.tag.push(byte);
                    self.state = State::TagName;
                }
                _ => {
                    self.state = State::Text;
                    self.open(byte);
                }
            },
            State::TagName if byte == b'>' || byte == b'/' || is_white => {
                self.tag_named();
                self.in_tag(byte);
            }
            State::TagName => self.tag.push(byte),
            State::InTag => self.in_tag(byte),
            State::AttributeName | State::AfterName if byte == b'=' => {
                self.attribute_named();
                self.state = State::BeforeValue;
            }
            State::AttributeName if is_white => self.state = State::AfterName,
            State::AttributeName if byte != b'>' && byte != b'/' => self.name.push(byte),
            State::AfterName if is_white => {}
            State::AttributeName | State::AfterName => {
                self.attribute_named();
                self.in_tag(byte);
            }
            State::BeforeValue => self.before_value(byte),
            State::Value => self.in_value(byte),
            State::Declaration => {
                self.name.push(byte);
                if byte == b'>' {
                    self.state = State::Text;
                } else if self.name.is(b"--") {
                    self.begin_markup(State::Comment);
                }
            }
            State::Comment => self.in_comment(byte),
            State::Raw => self.in_raw(byte),
        }
    }

    fn open(&mut self, byte: u8) {
        if byte == b'<' {
            self.state = State::Open;
            self.is_end_tag = false;
        }
    }

    fn begin_markup(&mut self, state: State) {
        self.name.clear();
        self.state = state;
    }

    fn tag_named(&mut self) {
        self.link_is_fetched = false;
        self.link_is_elsewhere = false;
        if self.is_end_tag {
            return;
        }
        match self.tag.bytes() {
            b"script" => self.found.add(HtmlFlags::SCRIPT),
            b"form" => self.found.add(HtmlFlags::FORM),
            b"frame" | b"iframe" | b"frameset" => self.found.add(HtmlFlags::FRAME),
            b"object" | b"embed" | b"applet" => self.found.add(HtmlFlags::EMBEDDED),
            _ => {}
        }
    }

    fn in_tag(&mut self, byte: u8) {
        match byte {
            b'>' => self.tag_ended(),
            b'/' => self.state = State::InTag,
            _ if byte.is_ascii_whitespace() => self.state = State::InTag,
            _ => {
                self.begin_markup(State::AttributeName);
                self.name.push(byte);
            }
        }
    }

    fn tag_ended(&mut self) {
        if self.link_is_fetched && self.link_is_elsewhere {
            self.found.add(HtmlFlags::ELSEWHERE);
        }
        let is_raw = !self.is_end_tag && RAW.contains(&self.tag.bytes());
        self.begin_markup(if is_raw { State::Raw } else { State::Text });
        self.style = StyleWatch::default();
    }

    fn attribute_named(&mut self) {
        let name = self.name.bytes();
        let is_event =
            name.len() > 2 && name.starts_with(b"on") && name.iter().all(u8::is_ascii_alphabetic);
        if is_event && !self.is_end_tag {
            self.found.add(HtmlFlags::EVENT);
        }
    }

    fn before_value(&mut self, byte: u8) {
        self.value.clear();
        self.style = StyleWatch::default();
        match byte {
            _ if byte.is_ascii_whitespace() => {}
            b'>' => self.tag_ended(),
            b'"' | b'\'' => {
                self.quote = byte;
                self.state = State::Value;
            }
            _ => {
                self.quote = 0;
                self.state = State::Value;
                self.in_value(byte);
            }
        }
    }

    fn in_value(&mut self, byte: u8) {
        let is_unquoted_end = self.quote == 0 && (byte == b'>' || byte.is_ascii_whitespace());
        if is_unquoted_end || (byte == self.quote && self.quote != 0) {
            self.attribute_valued();
            self.state = State::InTag;
            if is_unquoted_end {
                self.in_tag(byte);
            }
            return;
        }
        if self.name.is(b"style") {
            self.style_byte(byte);
        }
        // Browsers pass over white space and control characters in a scheme.
        if byte > b' ' {
            self.value.push(byte);
        }
    }

    fn attribute_valued(&mut self) {
        if self.is_end_tag {
            return;
        }
        let (name, value) = (self.name.bytes(), self.value.bytes());
        let is_script = value.starts_with(b"javascript:") || value.starts_with(b"vbscript:");
        let is_elsewhere = !(value.is_empty()
            || value.starts_with(b"data:")
            || value.starts_with(b"#")
            || is_script);
        match name {
            b"rel" if self.tag.is(b"link") => {
                let has = |kind: &[u8]| value.windows(kind.len()).any(|part| part == kind);
                self.link_is_fetched = FETCHED.iter().any(|kind| has(kind));
            }
            b"href" if self.tag.is(b"link") => self.link_is_elsewhere = is_elsewhere,
            b"href" | b"xlink:href" | b"action" | b"formaction" | b"src" | b"data"
            | b"background" | b"poster" | b"srcset" => {
                if is_script {
                    self.found.add(HtmlFlags::SCRIPT_ADDRESS);
                }
                let is_link_to_follow = match name {
                    b"href" | b"xlink:href" => !(self.tag.is(b"image") || self.tag.is(b"use")),
                    b"action" | b"formaction" => true,
                    _ => false,
                };
                if is_elsewhere && !is_link_to_follow && !TOLD_AS_SUCH.contains(&self.tag.bytes()) {
                    self.found.add(HtmlFlags::ELSEWHERE);
                }
            }
            _ => {}
        }
    }

    fn in_comment(&mut self, byte: u8) {
        // Kept short: how many hyphens stand before this byte.
        match byte {
            b'-' => self.name.push(byte),
            b'>' if self.name.bytes().len() >= 2 => self.state = State::Text,
            _ => self.name.clear(),
        }
    }

    fn in_raw(&mut self, byte: u8) {
        if self.tag.is(b"style") {
            self.style_byte(byte);
        }
        if byte == b'<' {
            self.name.clear();
            self.name.push(byte);
        } else if !self.name.is_empty() {
            self.name.push(byte);
            let end = self.name.bytes().strip_prefix(b"</");
            if end == Some(self.tag.bytes()) {
                self.is_end_tag = true;
                self.state = State::InTag;
            } else if !(self.name.is(b"</")
                || end.is_some_and(|end| self.tag.bytes().starts_with(end)))
            {
                self.name.clear();
            }
        }
    }

    fn style_byte(&mut self, byte: u8) {
        if self.style.fetches(byte) {
            self.found.add(HtmlFlags::ELSEWHERE);
        }
    }
}

/// The beginning of a name or value; what does not fit is left out.
#[derive(Debug, Default, Clone, Copy)]
struct Short {
    bytes: [u8; 24],
    length: u8,
}

impl Short {
    fn push(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(usize::from(self.length)) {
            *place = byte;
            self.length += 1;
        }
    }

    fn clear(&mut self) {
        self.length = 0;
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    fn is(&self, name: &[u8]) -> bool {
        self.bytes() == name
    }

    fn is_empty(&self) -> bool {
        self.length == 0
    }

    fn is_full(&self) -> bool {
        usize::from(self.length) == self.bytes.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(html: &[u8], piece_bytes: usize) -> HtmlFlags {
        let mut watch = HtmlWatch::default();
        html.chunks(piece_bytes).for_each(|piece| watch.take(piece));
        watch.found()
    }

    #[test]
    fn the_lenient_profile_passes_what_only_asks_or_fetches() {
        for (html, lenient, strict) in [
            ("<p>Hej</p>", 0, 0),
            ("<script></script>", 1, 1),
            ("<p onclick='a()'><a href='javascript:b()'>", 2, 2),
            ("<iframe src='a'></iframe><object data='b'></object>", 2, 2),
            ("<form></form><img src='https://a.example/b.png'>", 0, 2),
        ] {
            let faults = |profile| html_faults(html.as_bytes(), profile).len();
            assert_eq!(faults(HtmlProfile::Lenient), lenient, "{html}");
            assert_eq!(faults(HtmlProfile::Strict), strict, "{html}");
        }
    }

    #[test]
    fn html_is_watched_for_what_letters_should_do_without() {
        let none = HtmlFlags::default();
        for (html, expected) in [
            ("<!DOCTYPE html><html><body><h1>Hej</h1><p>a < b</p></body></html>", none),
            ("<p><a href=\"https://borger.example\" title='javascript: nej'>Læs</a></p>", none),
            ("<script>alert('<form>')</script><p>", HtmlFlags::SCRIPT),
            ("<SCRIPT SRC=https://ond.example/a.js></SCRIPT >", HtmlFlags::SCRIPT),
            ("<!-- <script> <form> -- > --><p>", none),
            ("<!----><form>", HtmlFlags::FORM),
            ("<title><script></title>", none),
            ("<p onclick=\"alert(1)\">", HtmlFlags::EVENT),
            ("<p onclick >", HtmlFlags::EVENT),
            ("<p data-onclick=1 once-more=2 on=3>", none),
            ("<a href=\" java\tscript:alert(1)\">", HtmlFlags::SCRIPT_ADDRESS),
            ("<a href=JavaScript:alert(1)>", HtmlFlags::SCRIPT_ADDRESS),
            ("<form action='/svar'><input></form>", HtmlFlags::FORM),
            ("<format></form>", none),
            ("<iframe src='https://a.example'></iframe>", HtmlFlags::FRAME),
            ("<object data='a.swf'></object>", HtmlFlags::EMBEDDED),
            ("<img src=\"data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAA\" alt='>'>", none),
            ("<img alt=x src=logo.png>", HtmlFlags::ELSEWHERE),
            ("<img src=\"\">", none),
            ("<link rel=stylesheet href=\"https://a.example/a.css\">", HtmlFlags::ELSEWHERE),
            ("<link href=\"a.css\" rel=\"Alternate StyleSheet\"/>", HtmlFlags::ELSEWHERE),
            ("<link rel=canonical href=\"https://a.example/\">", none),
            ("<link rel=stylesheet href=\"data:text/css,p{}\">", none),
            ("<style>p { color: red } </style><p>url(a.png)</p>", none),
            (
                "<style>@font-face { src: url( \"https://a.example/f.woff\" ) }</style>",
                HtmlFlags::ELSEWHERE,
            ),
            ("<style>@import 'a.css';</style>", HtmlFlags::ELSEWHERE),
            ("<style>@import url(data:text/css,p{});p{fill:url(#g)}</style>", none),
            ("<style>p{background:url('data:image/png;base64,iVBO')}</style>", none),
            ("<p style=\"background: URL(&quot;a.png&quot;)\">", HtmlFlags::ELSEWHERE),
            ("<p style='background:url(data:image/gif;base64,R0)'>", none),
            ("<svg><use xlink:href=\"#a\"/><image href=\"a.png\"/></svg>", HtmlFlags::ELSEWHERE),
            ("<video poster=\"a.png\"></video>", HtmlFlags::ELSEWHERE),
            ("<", none),
            ("<a href=\"", none),
            ("", none),
        ] {
            let utf_16: Vec<u8> = html.encode_utf16().flat_map(u16::to_le_bytes).collect();
            for piece_bytes in [1, 3, 4096] {
                assert_eq!(
                    found(html.as_bytes(), piece_bytes),
                    expected,
                    "{html} by {piece_bytes}"
                );
                assert_eq!(found(&utf_16, piece_bytes), expected, "{html} in UTF-16");
            }
        }
    }
}
