//! Reading the attributes of a start tag: names as written, values as XML means them.
//!
//! Source: Extensible Markup Language (XML) 1.0, fifth edition, productions 10 and 41, section 3.3.3.

use std::ops::Range;

use super::characters::{
    Reference, SPECIAL_IN_ATTRIBUTE, forbidden_at_start, is_white, reference, skip_white,
};
use super::elements::{Elements, RawAttribute, TagFault, TagResult, bad_character, malformed};
use super::fault::Fault;
use crate::Limits;
use crate::finding::Word;
use crate::rulebook;

impl Elements {
    /// Reads the attributes from `at` on into `raw` and `scratch`.
    pub(super) fn read_attributes(
        &mut self,
        tag: &[u8],
        mut at: usize,
        limits: &Limits,
    ) -> TagResult<()> {
        self.raw.clear();
        self.scratch.clear();
        loop {
            let rest = skip_white(&tag[at..]);
            let white = tag.len() - at - rest.len();
            at += white;
            if rest.is_empty() {
                return Ok(());
            }
            if white == 0 {
                return Err(malformed(
                    "blanktegn mangler før en attribut",
                    "white space is missing before an attribute",
                    at,
                ));
            }
            if self.raw.len() >= limits.attributes {
                let words = [Word::Number(limits.attributes as u64)];
                return Err(TagFault {
                    fault: Fault::new(&rulebook::TOO_MANY_ATTRIBUTES, &words),
                    at,
                });
            }
            let (length, _) = self.qualified_name(tag, at, limits)?;
            let name = self.keep(&tag[at..at + length]);
            let start = at;
            at = skip_equals(tag, at + length)?;
            let quote = match tag.get(at) {
                Some(quote @ (b'"' | b'\'')) => *quote,
                _ => {
                    return Err(malformed(
                        "en attributværdi uden anførselstegn",
                        "an attribute value without quotes",
                        at,
                    ));
                }
            };
            at += 1;
            let Some(end) = memchr::memchr(quote, &tag[at..]) else {
                return Err(malformed(
                    "en attributværdi uden slutning",
                    "an attribute value without an end",
                    at,
                ));
            };
            let value = self.keep_value(&tag[at..at + end], at)?;
            self.raw.push(RawAttribute { name, value, at: start });
            at += end + 1;
        }
    }

    fn keep(&mut self, bytes: &[u8]) -> Range<usize> {
        let start = self.scratch.len();
        self.scratch.extend_from_slice(bytes);
        start..self.scratch.len()
    }

    /// Keeps an attribute's value with references replaced and white space normalized.
    fn keep_value(&mut self, value: &[u8], at: usize) -> TagResult<Range<usize>> {
        let start = self.scratch.len();
        let mut rest = value;
        while !rest.is_empty() {
            let plain =
                rest.iter().take_while(|byte| !SPECIAL_IN_ATTRIBUTE[usize::from(**byte)]).count();
            self.scratch.extend_from_slice(&rest[..plain]);
            rest = &rest[plain..];
            let here = at + value.len() - rest.len();
            let taken = match rest {
                [] => 0,
                [b'<', ..] => {
                    return Err(malformed("< i en attributværdi", "< in an attribute value", here));
                }
                [b'&', inside @ ..] => {
                    let Some(end) = memchr::memchr(b';', inside) else {
                        return Err(malformed("& uden ; efter", "& without a ; after it", here));
                    };
                    match reference(&inside[..end]) {
                        Reference::Character(character) => {
                            self.scratch
                                .extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                        }
                        Reference::Bad => {
                            return Err(TagFault {
                                fault: Fault::new(&rulebook::BAD_CHARACTER_REFERENCE, &[]),
                                at: here,
                            });
                        }
                        Reference::Unknown => {
                            return Err(TagFault {
                                fault: Fault::new(&rulebook::UNKNOWN_ENTITY, &[]),
                                at: here,
                            });
                        }
                    }
                    end + 2
                }
                [b'\r', b'\n', ..] => {
                    self.scratch.push(b' ');
                    2
                }
                [byte, ..] if is_white(*byte) => {
                    self.scratch.push(b' ');
                    1
                }
                [byte, ..] => {
                    if let Some(character) = forbidden_at_start(rest) {
                        return Err(TagFault { fault: bad_character(character), at: here });
                    }
                    self.scratch.push(*byte);
                    1
                }
            };
            rest = &rest[taken..];
        }
        Ok(start..self.scratch.len())
    }
}

/// Passes `=` with white space around it; returns where the value's quote should stand.
fn skip_equals(tag: &[u8], at: usize) -> TagResult<usize> {
    let rest = skip_white(&tag[at..]);
    match rest {
        [b'=', rest @ ..] => Ok(tag.len() - skip_white(rest).len()),
        _ => Err(malformed(
            "en attribut uden værdi",
            "an attribute without a value",
            tag.len() - rest.len(),
        )),
    }
}
