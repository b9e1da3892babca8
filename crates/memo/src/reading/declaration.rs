//! How a document begins: byte order mark, encoding, XML declaration.
//!
//! Source: Extensible Markup Language (XML) 1.0, fifth edition, productions 23 to 26, 32, 80 and 81.

use super::characters::{is_white, skip_white};
use super::fault::Stop;
use super::tokens::Tokens;
use super::transcode::ByteOrder;
use crate::rulebook;

impl Tokens<'_> {
    /// Passes the byte order mark and the XML declaration.
    pub(crate) fn begin(&mut self) -> Result<(), Stop> {
        match self.input.first_bytes()? {
            [0xFE, 0xFF, ..] | [0xFF, 0xFE, ..] | [0, b'<', ..] | [b'<', 0, ..] | [0, 0, ..] => {
                return Err(self.fault(&rulebook::UTF16, &[]));
            }
            // A document in UTF-16 had its mark before it was transcoded.
            [0xEF, 0xBB, 0xBF, ..] if self.transcoded.is_none() => {
                self.input.ensure(3)?;
                self.dress.byte_order_mark = Some(self.input.position());
                self.input.consume(3);
            }
            _ => {}
        }
        let start = self.input.ensure(6)?;
        if start.starts_with(b"<?xml") && start.get(5).is_some_and(|byte| is_white(*byte)) {
            let length = self.find(b"?>", 5, &["XML-erklæringen", "the XML declaration"])?;
            let declaration = &self.input.available()[5..length];
            if let Err(rule) = check_declaration(declaration, self.transcoded) {
                return Err(self.fault(rule, &[]));
            }
            self.input.consume(length + 2);
        }
        Ok(())
    }
}

/// Checks what stands between `<?xml` and `?>`. `transcoded` tells what the document was in.
fn check_declaration(
    inside: &[u8],
    transcoded: Option<ByteOrder>,
) -> Result<(), &'static rulebook::Rule> {
    let bad = || &rulebook::BAD_DECLARATION;
    let mut rest = inside;
    let version = pseudo_attribute(&mut rest, b"version").ok_or_else(bad)?;
    if !matches!(version, [b'1', b'.', digits @ ..] if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit))
    {
        return Err(bad());
    }
    if let Some(encoding) = pseudo_attribute(&mut rest, b"encoding") {
        let named = encoding.first().is_some_and(u8::is_ascii_alphabetic)
            && encoding
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'));
        if !named {
            return Err(bad());
        }
        let name = encoding.to_ascii_lowercase();
        if let Some(order) = transcoded {
            let known = match order {
                ByteOrder::BigEndian => [&b"utf-16"[..], b"utf-16be", b"iso-10646-ucs-2"],
                ByteOrder::LittleEndian => [&b"utf-16"[..], b"utf-16le", b"iso-10646-ucs-2"],
            };
            if !known.contains(&name.as_slice()) {
                return Err(&rulebook::OTHER_ENCODING);
            }
        } else if name.starts_with(b"utf-16")
            || name.starts_with(b"utf-32")
            || name.starts_with(b"iso-10646-ucs")
        {
            return Err(&rulebook::UTF16);
        } else if name != b"utf-8" {
            return Err(&rulebook::OTHER_ENCODING);
        }
    }
    if let Some(standalone) = pseudo_attribute(&mut rest, b"standalone")
        && !matches!(standalone, b"yes" | b"no")
    {
        return Err(bad());
    }
    if skip_white(rest).is_empty() { Ok(()) } else { Err(bad()) }
}

/// Takes ` name = "value"` off the start of `rest`, when it stands there.
fn pseudo_attribute<'a>(rest: &mut &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let after = skip_white(rest);
    if after.len() == rest.len() {
        return None;
    }
    let after = skip_white(after.strip_prefix(name)?);
    let after = skip_white(after.strip_prefix(b"=")?);
    let (quote, after) = after.split_first()?;
    if !matches!(quote, b'"' | b'\'') {
        return None;
    }
    let end = memchr::memchr(*quote, after)?;
    *rest = &after[end + 1..];
    Some(&after[..end])
}
