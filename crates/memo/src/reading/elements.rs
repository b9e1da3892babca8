//! The elements that are open: their names, their namespaces, and the attributes of the latest.
//!
//! Source: Namespaces in XML 1.0, third edition.

use std::ops::Range;

use super::characters::{name_length, skip_white, starts_a_name};
use super::dress::Worn;
use super::fault::Fault;
use super::plain::Heads;
use crate::Limits;
use crate::finding::Word;
use crate::rulebook;
use crate::schema::Namespace;

const XML: &str = "http://www.w3.org/XML/1998/namespace";
const XMLNS: &str = "http://www.w3.org/2000/xmlns/";
const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// The namespace of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Resolved {
    None,
    Known(Namespace),
    Xsi,
    Xml,
    /// Any other, as a range of [`Elements::uris`].
    Foreign(Range<usize>),
}

#[derive(Default)]
pub(crate) struct Elements {
    /// Names of the open elements, one after the other, with their prefixes.
    names: Vec<u8>,
    open: Vec<Open>,
    prefixes: Vec<u8>,
    uris: Vec<u8>,
    bindings: Vec<Binding>,
    /// Which prefix to expect for each namespace of ours.
    pub(super) heads: Heads,
    /// Attributes of the element opened last, declarations of namespaces not counted.
    pub(crate) attributes: Vec<Attribute>,
    /// Names and values of the attributes, those of declarations too.
    pub(super) scratch: Vec<u8>,
    pub(super) raw: Vec<RawAttribute>,
    pub(super) worn: Worn,
}

struct Open {
    name: usize,
    local: usize,
    bindings: usize,
    namespace: Resolved,
    /// Opened by [`Elements::open_plain`].
    plain: bool,
}

struct Binding {
    prefix: Range<usize>,
    namespace: Resolved,
}

pub(super) struct RawAttribute {
    pub(super) name: Range<usize>,
    pub(super) value: Range<usize>,
    /// Where it stands in the tag.
    pub(super) at: usize,
}

pub(crate) struct Attribute {
    pub(crate) namespace: Resolved,
    name: Range<usize>,
    local: usize,
    value: Range<usize>,
}

/// What is wrong with a tag, and where, counted from after the `<`.
pub(crate) struct TagFault {
    pub(crate) fault: Fault,
    pub(crate) at: usize,
}

pub(super) type TagResult<T> = Result<T, TagFault>;

pub(super) fn malformed(danish: &'static str, english: &'static str, at: usize) -> TagFault {
    TagFault { fault: Fault::new(&rulebook::MALFORMED, &[Word::Phrase(danish, english)]), at }
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

impl Elements {
    pub(crate) fn depth(&self) -> usize {
        self.open.len()
    }

    /// Local name and namespace of the element opened last.
    pub(crate) fn current(&self) -> (&str, &Resolved) {
        self.open.last().map_or(("", &Resolved::None), |open| {
            (text(&self.names[open.local..]), &open.namespace)
        })
    }

    /// Name of the element opened last, as written with its prefix.
    pub(crate) fn current_name(&self) -> &str {
        self.open.last().map_or("", |open| text(&self.names[open.name..]))
    }

    pub(crate) fn attribute_name(&self, attribute: &Attribute) -> &str {
        text(&self.scratch[attribute.name.clone()])
    }

    pub(crate) fn attribute_local(&self, attribute: &Attribute) -> &str {
        text(&self.scratch[attribute.local..attribute.name.end])
    }

    pub(crate) fn attribute_value(&self, attribute: &Attribute) -> &str {
        text(&self.scratch[attribute.value.clone()])
    }

    /// The namespace name that a prefix (empty for the default) stands for.
    pub(crate) fn uri_of(&self, prefix: &str) -> Option<&str> {
        match self.resolve(prefix.as_bytes())? {
            Resolved::None => None,
            Resolved::Known(namespace) => Some(namespace.uri()),
            Resolved::Xsi => Some(XSI),
            Resolved::Xml => Some(XML),
            Resolved::Foreign(uri) => Some(text(&self.uris[uri])),
        }
    }

    /// Opens the element of a start tag. `tag` is what stands between `<` and `>`, without a slash at its end.
    pub(crate) fn open(&mut self, tag: &[u8], limits: &Limits) -> TagResult<()> {
        if self.depth() >= limits.depth {
            return Err(TagFault {
                fault: Fault::new(&rulebook::TOO_DEEP, &[Word::Number(limits.depth as u64)]),
                at: 0,
            });
        }
        let (length, colon) = self.qualified_name(tag, 0, limits)?;
        self.attributes.clear();
        let bindings = self.bindings.len();
        if length < tag.len() {
            self.read_attributes(tag, length, limits)?;
            self.declare_namespaces()?;
        }
        let prefix = colon.map_or(0, |colon| colon);
        let namespace = match self.resolve(&tag[..prefix]) {
            Some(namespace) => namespace,
            None if colon.is_none() => Resolved::None,
            None => return Err(undeclared(&tag[..prefix], 0)),
        };
        if length < tag.len() {
            self.resolve_attributes()?;
        }
        let name = self.names.len();
        let local = name + colon.map_or(0, |colon| colon + 1);
        self.names.extend_from_slice(&tag[..length]);
        self.open.push(Open { name, local, bindings, namespace, plain: false });
        Ok(())
    }

    /// Opens an element without attributes whose name, as written, is a head of [`Self::heads`] and a
    /// name of the schema.
    pub(super) fn open_plain(&mut self, tag: &[u8], local: usize, namespace: Namespace) {
        self.attributes.clear();
        let name = self.names.len();
        self.names.extend_from_slice(tag);
        self.open.push(Open {
            name,
            local: name + local,
            bindings: self.bindings.len(),
            namespace: Resolved::Known(namespace),
            plain: true,
        });
    }

    /// The name, as written, of the element opened last, when it was opened by [`Self::open_plain`].
    pub(super) fn plain_name(&self) -> Option<&[u8]> {
        self.open.last().filter(|open| open.plain).map(|open| &self.names[open.name..])
    }

    /// Closes the element opened last, when it was opened by [`Self::open_plain`].
    pub(super) fn close_plain(&mut self) {
        if let Some(open) = self.open.pop() {
            self.names.truncate(open.name);
        }
    }

    /// Checks an end tag against the element opened last. `tag` is what stands between `</` and `>`.
    pub(crate) fn check_end(&self, tag: &[u8]) -> TagResult<()> {
        let length = name_length(tag);
        if length == 0 {
            return Err(malformed("et slutmærke uden navn", "an end tag without a name", 1));
        }
        if tag[..length] != *self.current_name().as_bytes() {
            let words = [Word::Name(self.current_name())];
            return Err(TagFault { fault: Fault::new(&rulebook::MISMATCHED_TAGS, &words), at: 1 });
        }
        if !skip_white(&tag[length..]).is_empty() {
            return Err(malformed(
                "noget efter navnet i et slutmærke",
                "something after the name in an end tag",
                length + 1,
            ));
        }
        Ok(())
    }

    /// Closes the element opened last.
    pub(crate) fn close(&mut self) {
        if let Some(open) = self.open.pop() {
            self.names.truncate(open.name);
            if let Some(first) = self.bindings.get(open.bindings) {
                self.heads = Heads::default();
                for binding in &self.bindings[..open.bindings] {
                    self.heads.bind(&self.prefixes[binding.prefix.clone()], &binding.namespace);
                }
                self.prefixes.truncate(first.prefix.start);
                // A binding to a namespace of ours keeps no text, so look for the first that does.
                let kept = self.bindings[open.bindings..].iter().find_map(|binding| match &binding
                    .namespace
                {
                    Resolved::Foreign(uri) => Some(uri.start),
                    _ => None,
                });
                if let Some(kept) = kept {
                    self.uris.truncate(kept);
                }
            }
            self.bindings.truncate(open.bindings);
        }
    }

    /// Length of the name at `at` and where its colon stands.
    pub(super) fn qualified_name(
        &self,
        tag: &[u8],
        at: usize,
        limits: &Limits,
    ) -> TagResult<(usize, Option<usize>)> {
        let length = name_length(&tag[at..]);
        if length == 0 {
            return Err(malformed(
                "et navn mangler eller er ugyldigt",
                "a name is missing or invalid",
                at,
            ));
        }
        if length > limits.name_bytes {
            let words = [Word::Phrase("et navn", "a name"), Word::Number(limits.name_bytes as u64)];
            return Err(TagFault { fault: Fault::new(&rulebook::TOKEN_TOO_LONG, &words), at });
        }
        let name = &tag[at..at + length];
        let colon = memchr::memchr(b':', name);
        if let Some(colon) = colon {
            let local = &name[colon + 1..];
            if colon == 0 || !starts_a_name(local) || memchr::memchr(b':', local).is_some() {
                return Err(malformed(
                    "et navn har et kolon for meget",
                    "a name has a misplaced colon",
                    at,
                ));
            }
        }
        Ok((length, colon))
    }

    /// Takes the declarations of namespaces among `raw`.
    fn declare_namespaces(&mut self) -> TagResult<()> {
        for index in 0..self.raw.len() {
            let RawAttribute { name, value, at } = &self.raw[index];
            let prefix = match &self.scratch[name.clone()] {
                b"xmlns" => name.end..name.end,
                name_bytes if name_bytes.starts_with(b"xmlns:") => name.start + 6..name.end,
                _ => continue,
            };
            let (prefix, uri) = (&self.scratch[prefix], &self.scratch[value.clone()]);
            let refused = |danish, english| {
                let words = [Word::Phrase(danish, english)];
                Err(TagFault { fault: Fault::new(&rulebook::BAD_NAMESPACE, &words), at: *at })
            };
            if prefix == b"xmlns" || uri == XMLNS.as_bytes() {
                return refused("xmlns er reserveret", "xmlns is reserved");
            }
            if (prefix == b"xml") != (uri == XML.as_bytes()) {
                return refused("xml er reserveret", "xml is reserved");
            }
            if uri.is_empty() && !prefix.is_empty() {
                return refused("et præfiks uden navnerum", "a prefix without a namespace");
            }
            let kept = self.prefixes.len();
            self.prefixes.extend_from_slice(prefix);
            let namespace = namespace_of(uri, &mut self.uris);
            self.heads.bind(prefix, &namespace);
            match namespace {
                Resolved::Known(_) => self.worn.default_namespace |= prefix.is_empty(),
                Resolved::Foreign(_) => self.worn.foreign_namespace = true,
                _ => {}
            }
            self.bindings.push(Binding { prefix: kept..self.prefixes.len(), namespace });
        }
        Ok(())
    }

    fn resolve(&self, prefix: &[u8]) -> Option<Resolved> {
        if prefix == b"xml" {
            return Some(Resolved::Xml);
        }
        let binding = self
            .bindings
            .iter()
            .rev()
            .find(|binding| self.prefixes[binding.prefix.clone()] == *prefix);
        binding.map(|binding| binding.namespace.clone())
    }

    /// Ties the attributes to their namespaces; refuses doubles, declarations among them.
    fn resolve_attributes(&mut self) -> TagResult<()> {
        for index in 0..self.raw.len() {
            let RawAttribute { name, value, at } = &self.raw[index];
            let spelled = &self.scratch[name.clone()];
            let twice = |attribute: &RawAttribute| self.scratch[attribute.name.clone()] == *spelled;
            if self.raw[..index].iter().any(twice) {
                return Err(duplicate(spelled, *at));
            }
            if spelled == b"xmlns" || spelled.starts_with(b"xmlns:") {
                continue;
            }
            let colon = memchr::memchr(b':', spelled);
            let namespace = match colon {
                None => Resolved::None,
                Some(colon) => match self.resolve(&spelled[..colon]) {
                    Some(namespace) => namespace,
                    None => return Err(undeclared(&spelled[..colon], *at)),
                },
            };
            let local = name.start + colon.map_or(0, |colon| colon + 1);
            let same_name = |other: &Attribute| {
                self.scratch[other.local..other.name.end] == self.scratch[local..name.end]
                    && self.same(&other.namespace, &namespace)
            };
            if self.attributes.iter().any(same_name) {
                return Err(duplicate(spelled, *at));
            }
            let (name, value) = (name.clone(), value.clone());
            self.attributes.push(Attribute { namespace, name, local, value });
        }
        Ok(())
    }

    fn same(&self, one: &Resolved, other: &Resolved) -> bool {
        match (one, other) {
            (Resolved::Foreign(one), Resolved::Foreign(other)) => {
                self.uris[one.clone()] == self.uris[other.clone()]
            }
            _ => one == other,
        }
    }
}

fn namespace_of(uri: &[u8], uris: &mut Vec<u8>) -> Resolved {
    if uri.is_empty() {
        return Resolved::None;
    }
    if uri == XSI.as_bytes() {
        return Resolved::Xsi;
    }
    if uri == XML.as_bytes() {
        return Resolved::Xml;
    }
    match Namespace::ALL.into_iter().find(|namespace| namespace.uri().as_bytes() == uri) {
        Some(namespace) => Resolved::Known(namespace),
        None => {
            let start = uris.len();
            uris.extend_from_slice(uri);
            Resolved::Foreign(start..uris.len())
        }
    }
}

fn undeclared(prefix: &[u8], at: usize) -> TagFault {
    TagFault { fault: Fault::new(&rulebook::UNDECLARED_PREFIX, &[Word::Name(text(prefix))]), at }
}

fn duplicate(name: &[u8], at: usize) -> TagFault {
    TagFault { fault: Fault::new(&rulebook::DUPLICATE_ATTRIBUTE, &[Word::Name(text(name))]), at }
}

/// The finding for a character that XML does not allow; naming the code point of a control character
/// or non-character gives nothing of the value away.
pub(crate) fn bad_character(character: u32) -> Fault {
    Fault::new(&rulebook::BAD_CHARACTER, &[Word::Name(&format!("{character:04X}"))])
}
