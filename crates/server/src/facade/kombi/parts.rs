//! Taking a `kombi_request` apart: the choice, the message with every byte as it came, the letter's
//! fields and files.

use std::ops::Range;

use brevdue_exchange::municipal::{Choice, Letter};
use brevdue_exchange::storage::{ContentSink, ContentSource};
use brevdue_exchange::{ContentRef, Exchange, StorageError};

use super::base64::Decoder;
use super::scanner::{Kind, ScanError, Scanner, full_name, local_name, namespaces};

/// Elements inside elements of a letter.
const DEPTH: usize = 24;
/// Fields of a letter.
const FIELDS: usize = 500;
/// Bytes of the text of one field.
const FIELD_BYTES: usize = 4096;
/// Files enclosed in a letter.
const ENCLOSURES: usize = 10;

/// What stood in a request.
pub(super) struct Parts {
    pub(super) choice: Choice,
    pub(super) message: Option<ContentRef>,
    pub(super) letter: Option<Letter>,
}

#[derive(Debug, thiserror::Error)]
pub(super) enum PartsError {
    /// It is no request; the text never repeats what stood there.
    #[error("{0}")]
    Form(&'static str),
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl From<ScanError> for PartsError {
    fn from(error: ScanError) -> Self {
        match error {
            ScanError::Form(what) => Self::Form(what),
            ScanError::Read(fault) => Self::Storage(StorageError::Failed(Box::new(fault))),
        }
    }
}

/// Takes a request apart. Blocks.
pub(super) fn take_apart(exchange: &Exchange, content: &ContentRef) -> Result<Parts, PartsError> {
    let source = exchange.store().open(content)?;
    Taking { exchange, scanner: Scanner::new(source) }.document()
}

struct Taking<'a> {
    exchange: &'a Exchange,
    scanner: Scanner<Box<dyn ContentSource>>,
}

type Piece = (Kind, Range<usize>);

impl Taking<'_> {
    fn document(mut self) -> Result<Parts, PartsError> {
        let root = self.root()?;
        let declared = namespaces(&root);
        let (mut choice, mut message, mut letter) = (None, None, None);
        loop {
            let (kind, range) = self.must_next()?;
            let tag = self.scanner.bytes(&range).to_vec();
            match kind {
                Kind::End => break,
                Kind::Start if local_name(&tag) == b"KombiValgKode" && choice.is_none() => {
                    choice = Some(self.text()?);
                }
                Kind::Start if local_name(&tag) == b"Message" && message.is_none() => {
                    message = Some(self.message(&tag, &declared)?);
                }
                Kind::Start if local_name(&tag) == b"ForsendelseISamling" && letter.is_none() => {
                    letter = self.letters()?;
                }
                Kind::Empty if local_name(&tag) == b"ForsendelseISamling" => {}
                Kind::Start | Kind::Empty => {
                    return Err(PartsError::Form(
                        "kombi_request holds KombiValgKode, then Message and ForsendelseISamling, each \
                         at most once",
                    ));
                }
                Kind::Text | Kind::Verbatim if !tag.trim_ascii().is_empty() => {
                    return Err(PartsError::Form(
                        "there is text between the parts of kombi_request",
                    ));
                }
                _ => {}
            }
        }
        let choice = choice.ok_or(PartsError::Form("KombiValgKode is missing"))?;
        let choice = choice.parse().map_err(|_| {
            PartsError::Form(
                "KombiValgKode is Automatisk Valg, Digital Post, Fysisk Post or NemSMS",
            )
        })?;
        Ok(Parts { choice, message, letter })
    }

    /// The start tag of the root. What stands before it must not say another encoding than UTF-8.
    fn root(&mut self) -> Result<Vec<u8>, PartsError> {
        loop {
            let (kind, range) = self.must_next()?;
            let bytes = self.scanner.bytes(&range);
            match kind {
                Kind::Start if local_name(bytes) == b"kombi_request" => return Ok(bytes.to_vec()),
                Kind::Other if bytes.starts_with(b"<?xml") && !is_utf8(bytes) => {
                    return Err(PartsError::Form("a kombi_request is encoded in UTF-8"));
                }
                Kind::Other => {}
                Kind::Text => {
                    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
                    if !text.trim_ascii().is_empty() {
                        return Err(PartsError::Form("the body is not a kombi_request in XML"));
                    }
                }
                _ => return Err(PartsError::Form("the body is not a kombi_request")),
            }
        }
    }

    /// The message with all its bytes. Namespaces that the root declares for it are declared on it,
    /// because it stands alone from now on; when there are none, not a byte is changed.
    fn message(
        &mut self,
        tag: &[u8],
        declared: &[(Vec<u8>, Vec<u8>)],
    ) -> Result<ContentRef, PartsError> {
        let own = namespaces(tag);
        let after_name = 1 + full_name(tag).len();
        let mut sink = self.begin()?;
        sink.write(&tag[..after_name])?;
        for (name, text) in declared {
            if !own.iter().any(|(other, _)| other == name) {
                sink.write(b" ")?;
                sink.write(text)?;
            }
        }
        sink.write(&tag[after_name..])?;
        let mut depth: u64 = 1;
        while depth > 0 {
            let (kind, range) = self.must_next()?;
            sink.write(self.scanner.bytes(&range))?;
            match kind {
                Kind::Start => depth += 1,
                Kind::End => depth -= 1,
                _ => {}
            }
        }
        Ok(sink.finish()?)
    }

    fn letters(&mut self) -> Result<Option<Letter>, PartsError> {
        let mut letter = None;
        loop {
            let (kind, range) = self.must_next()?;
            match kind {
                Kind::End => return Ok(letter),
                Kind::Start if local_name(self.scanner.bytes(&range)) == b"ForsendelseI" => {
                    if letter.is_some() {
                        return Err(PartsError::Form("ForsendelseISamling holds one ForsendelseI"));
                    }
                    letter = Some(self.letter()?);
                }
                Kind::Start | Kind::Empty => {
                    return Err(PartsError::Form("ForsendelseISamling holds one ForsendelseI"));
                }
                _ => {}
            }
        }
    }

    fn letter(&mut self) -> Result<Letter, PartsError> {
        let mut path: Vec<String> = Vec::new();
        let mut text = Vec::new();
        let mut fields = Vec::new();
        let (mut document, mut enclosures) = (None, Vec::new());
        loop {
            let (kind, range) = self.must_next()?;
            let bytes = self.scanner.bytes(&range);
            match kind {
                Kind::Start => {
                    text.clear();
                    let name = String::from_utf8_lossy(local_name(bytes)).into_owned();
                    match name.as_str() {
                        "MeddelelseIndholdData" if document.is_none() => {
                            document = Some(self.file()?);
                        }
                        "VedhaeftningIndholdData" if enclosures.len() < ENCLOSURES => {
                            enclosures.push(self.file()?);
                        }
                        "MeddelelseIndholdData" | "VedhaeftningIndholdData" => {
                            return Err(PartsError::Form(
                                "a letter has one MeddelelseIndholdData and ten Bilag at most",
                            ));
                        }
                        _ if path.len() >= DEPTH => {
                            return Err(PartsError::Form("elements are nested over 24 deep"));
                        }
                        _ => path.push(name),
                    }
                }
                Kind::Text | Kind::Verbatim => {
                    text.extend_from_slice(bytes);
                    if text.len() > FIELD_BYTES {
                        return Err(PartsError::Form("a field is over the limit of 4096 bytes"));
                    }
                }
                Kind::End if path.is_empty() => break,
                Kind::End => {
                    let value = unescaped(&text)?;
                    if !value.is_empty() {
                        if fields.len() >= FIELDS {
                            return Err(PartsError::Form("a letter has over 500 fields"));
                        }
                        fields.push((path.join("/"), value));
                    }
                    text.clear();
                    path.pop();
                }
                Kind::Empty | Kind::Other => {}
            }
        }
        let document = document.ok_or(PartsError::Form("MeddelelseIndholdData is missing"))?;
        Ok(Letter { fields, document, enclosures })
    }

    /// The Base64 up to the end of the element.
    fn file(&mut self) -> Result<ContentRef, PartsError> {
        let no_base64 = |_| PartsError::Form("a file is not Base64");
        let mut sink = self.begin()?;
        let mut decoder = Decoder::default();
        loop {
            let (kind, range) = self.must_next()?;
            match kind {
                Kind::Text | Kind::Verbatim => {
                    let bytes = decoder.decode(self.scanner.bytes(&range)).map_err(no_base64)?;
                    sink.write(&bytes)?;
                }
                Kind::End => break,
                Kind::Other => {}
                Kind::Start | Kind::Empty => {
                    return Err(PartsError::Form("a file is Base64 alone"));
                }
            }
        }
        decoder.end().map_err(no_base64)?;
        Ok(sink.finish()?)
    }

    /// The text up to the end of the element.
    fn text(&mut self) -> Result<String, PartsError> {
        let mut text = Vec::new();
        loop {
            let (kind, range) = self.must_next()?;
            match kind {
                Kind::Text | Kind::Verbatim => text.extend_from_slice(self.scanner.bytes(&range)),
                Kind::End => return unescaped(&text),
                Kind::Other => {}
                Kind::Start | Kind::Empty => return Err(PartsError::Form("KombiValgKode is text")),
            }
            if text.len() > FIELD_BYTES {
                return Err(PartsError::Form("a field is over the limit of 4096 bytes"));
            }
        }
    }

    fn begin(&self) -> Result<Box<dyn ContentSink>, StorageError> {
        self.exchange.store().begin(self.exchange.clock().now())
    }

    fn must_next(&mut self) -> Result<Piece, PartsError> {
        Ok(self.scanner.next()?.ok_or(PartsError::Form("the document ends too early"))?)
    }
}

/// Text without white space around it and with what stands for characters replaced.
fn unescaped(text: &[u8]) -> Result<String, PartsError> {
    let no_text = || PartsError::Form("a field is not text in UTF-8");
    let text = std::str::from_utf8(text).map_err(|_| no_text())?.trim();
    if !text.contains('&') {
        return Ok(text.into());
    }
    let mut parts = text.split('&');
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once(';').ok_or_else(no_text)?;
        whole.push(character(name).ok_or_else(no_text)?);
        whole.push_str(rest);
    }
    Ok(whole)
}

fn character(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix('x') {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

/// Whether an XML declaration says UTF-8, in whichever spelling, or nothing.
fn is_utf8(declaration: &[u8]) -> bool {
    let text = String::from_utf8_lossy(declaration).to_ascii_lowercase();
    let Some((_, rest)) = text.split_once("encoding") else { return true };
    let name = rest.trim_start_matches(|c: char| c.is_whitespace() || "='\"".contains(c));
    ["utf-8", "utf8", "us-ascii", "ascii"]
        .iter()
        .any(|known| name.strip_prefix(known).is_some_and(|rest| rest.starts_with(['"', '\''])))
}

#[cfg(test)]
mod tests;
