//! Reading a page of HTML for its links. The tokens are html5ever's, so that comments, scripts and odd quoting
//! mean what they mean to a browser; no tree is built, and nothing of a page is kept but addresses.

use std::cell::{Cell, RefCell};

use html5ever::Attribute;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use super::{NotRead, PAGE_BYTES, PAGE_LINKS, PAGES};

/// Characters handed over in one go.
const CHUNK: usize = 4096;

/// Blanks and slashes between two tokens at most. Attributes are parted by them and each is compared with all
/// before it, so a tag without end would take time by its square.
const SEPARATORS: usize = 30_000;

/// What a page says of itself and of others.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// Its own address, when it tells one.
    pub(super) address: Option<String>,
    /// Where it links to, as written.
    pub(super) links: Vec<String>,
}

/// Reads a page.
pub(super) fn read(bytes: &[u8]) -> Result<Page, NotRead> {
    if bytes.len() > PAGE_BYTES {
        return Err(NotRead::TooLarge);
    }
    let sink = Sink::default();
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    let text = text_of(bytes);
    let input = BufferQueue::default();
    let (mut rest, mut separators) = (text.as_str(), 0);
    while !rest.is_empty() {
        let (chunk, after) = rest.split_at(boundary(rest));
        rest = after;
        input.push_back(StrTendril::from_slice(chunk));
        let before = tokenizer.sink.tokens.get();
        // Nothing here asks it to stop, so it reads to the end of what there is.
        let _ = tokenizer.feed(&input);
        if tokenizer.sink.tokens.get() != before {
            separators = 0;
        }
        let parts = |byte: &u8| byte.is_ascii_whitespace() || *byte == b'/';
        separators += chunk.as_bytes().iter().filter(|byte| parts(byte)).count();
        if separators > SEPARATORS {
            return Err(NotRead::TooManyAttributes);
        }
    }
    tokenizer.end();
    let sink = tokenizer.sink;
    if !sink.is_html.get() {
        return Err(NotRead::NotHtml);
    }
    let page = sink.page.into_inner();
    if page.links.len() > PAGE_LINKS { Err(NotRead::TooManyLinks) } else { Ok(page) }
}

/// The end of the next chunk, between two characters.
fn boundary(text: &str) -> usize {
    let mut end = CHUNK.min(text.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    end
}

/// Addresses are ASCII in whatever encoding a page has, so what is no UTF-8 is not in the way.
fn text_of(bytes: &[u8]) -> String {
    let wide = |rest: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = rest.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xFE, 0xFF, rest @ ..] => wide(rest, u16::from_be_bytes),
        [0xFF, 0xFE, rest @ ..] => wide(rest, u16::from_le_bytes),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

#[derive(Default)]
struct Sink {
    page: RefCell<Page>,
    is_html: Cell<bool>,
    /// Tokens so far, faults not among them.
    tokens: Cell<u64>,
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        if matches!(token, Token::ParseError(_)) {
            return TokenSinkResult::Continue;
        }
        self.tokens.set(self.tokens.get().wrapping_add(1));
        match token {
            Token::DoctypeToken(doctype) => {
                let is_html = doctype.name.is_some_and(|name| name.eq_ignore_ascii_case("html"));
                self.is_html.set(self.is_html.get() || is_html);
                TokenSinkResult::Continue
            }
            // Browsers write where they saved a page from: «saved from url=(0025)https://…».
            Token::CommentToken(text) => {
                let said = text.trim().strip_prefix("saved from url=(");
                if let Some((_, address)) = said.and_then(|rest| rest.split_once(')')) {
                    self.address(address.trim(), true);
                }
                TokenSinkResult::Continue
            }
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => self.tag(&tag),
            _ => TokenSinkResult::Continue,
        }
    }
}

impl Sink {
    fn tag(&self, tag: &Tag) -> TokenSinkResult<()> {
        let value = |name: &str| {
            let found = tag.attrs.iter().find(|one: &&Attribute| &*one.name.local == name);
            found.map(|one| one.value.trim().to_owned())
        };
        let link = |address: Option<String>| {
            let Some(address) = address.filter(|address| !address.is_empty()) else { return };
            let mut page = self.page.borrow_mut();
            // One too many is kept, so that it is known that there were.
            if page.links.len() <= PAGE_LINKS {
                page.links.push(address);
            }
        };
        match &*tag.name {
            "html" | "head" | "body" => self.is_html.set(true),
            "a" | "area" => link(value("href")),
            "link" => {
                let is = |word: &str| {
                    value("rel").is_some_and(|rel| {
                        rel.split_ascii_whitespace().any(|one| one.eq_ignore_ascii_case(word))
                    })
                };
                if is("canonical") {
                    if let Some(address) = value("href") {
                        self.address(&address, false);
                    }
                } else {
                    link(value("href"));
                }
            }
            "base" => {
                if let Some(address) = value("href") {
                    self.address(&address, true);
                }
            }
            "form" => link(value("action")),
            "button" | "input" => link(value("formaction")),
            "iframe" | "frame" => link(value("src")),
            "meta" => {
                let refreshes =
                    value("http-equiv").is_some_and(|what| what.eq_ignore_ascii_case("refresh"));
                if refreshes && let Some(content) = value("content") {
                    let lower = content.to_ascii_lowercase();
                    let at = lower.find("url=").map(|at| at + 4);
                    let url = at.and_then(|at| content.get(at..));
                    link(url.map(|url| url.trim().trim_matches(['"', '\'']).to_owned()));
                }
            }
            _ => {}
        }
        // What a browser reads as text is read as text here.
        match &*tag.name {
            "script" => TokenSinkResult::RawData(RawKind::ScriptData),
            "style" | "xmp" | "iframe" | "noembed" | "noframes" => {
                TokenSinkResult::RawData(RawKind::Rawtext)
            }
            "title" | "textarea" => TokenSinkResult::RawData(RawKind::Rcdata),
            _ => TokenSinkResult::Continue,
        }
    }

    /// The page's own address; what is said first stands, unless it was only a guess.
    fn address(&self, address: &str, guess: bool) {
        let mut page = self.page.borrow_mut();
        if page.address.is_none() || !guess {
            page.address = Some(address.to_owned());
        }
    }
}

/// The addresses of pages that a sitemap lists, at most as many as a scan has pages; none when it is no
/// sitemap. A list of sitemaps lists these.
pub fn sitemap(bytes: &[u8]) -> Option<Vec<String>> {
    if bytes.len() > PAGE_BYTES {
        return None;
    }
    let text = String::from_utf8_lossy(bytes);
    let is_one = text.contains("<urlset") || text.contains("<sitemapindex");
    if !is_one {
        return None;
    }
    let most = usize::try_from(PAGES).unwrap_or(usize::MAX);
    let locations = text.split("<loc>").skip(1).filter_map(|rest| rest.split_once("</loc>"));
    let addresses = locations.map(|(address, _)| {
        let bare = address.trim();
        let bare = bare.strip_prefix("<![CDATA[").and_then(|rest| rest.strip_suffix("]]>"));
        bare.unwrap_or_else(|| address.trim()).trim().replace("&amp;", "&")
    });
    Some(addresses.take(most).collect())
}
