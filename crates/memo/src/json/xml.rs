//! JSON as XML, in the order of the schema whatever the order of the members.

use std::io::{self, BufWriter, Write};

use super::fault::JsonError;
use super::reading::{Member, Node, Tree, parse};
use super::{MEMO_SCH_VERSION, MEMO_VERSION};
use crate::Limits;
use crate::schema::{ElementSchema, Namespace};

/// Writes the message that a JSON text tells as XML.
///
/// The structure of the JSON is judged: names, nesting, types, duplicates. Values are not, nor is what is
/// missing: read what was written, which finds both. Nothing is written of JSON that has a fault.
///
/// Memory: the tree borrows from `json`, whose length is limited by [`Limits::document_bytes`].
///
/// # Errors
/// See [`JsonError`]; trying again helps only when `out` failed.
pub fn to_xml<W: Write>(json: &[u8], limits: &Limits, out: W) -> Result<(), JsonError> {
    let tree = parse(json, limits).map_err(JsonError::Faults)?;
    let mut out = BufWriter::with_capacity(32 * 1024, out);
    message(&tree, &mut out)?;
    out.flush()?;
    Ok(())
}

fn message(tree: &Tree<'_>, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<memo:Message")?;
    for namespace in Namespace::ALL.into_iter().filter(|each| tree.used[*each as usize]) {
        write!(out, " xmlns:{}=\"{}\"", namespace.prefix(), namespace.uri())?;
    }
    let attributes =
        [(MEMO_VERSION, &tree.memo_version), (MEMO_SCH_VERSION, &tree.memo_sch_version)];
    for (name, value) in attributes {
        if let Some(value) = value {
            write!(out, " {name}=\"")?;
            escaped(value, b"<&>\"\t\n\r", out)?;
            out.write_all(b"\"")?;
        }
    }
    out.write_all(b">")?;
    members(&tree.root, out)?;
    out.write_all(b"</memo:Message>\n")
}

fn members(members: &[Member<'_>], out: &mut dyn Write) -> io::Result<()> {
    members.iter().try_for_each(|member| node(member.element, &member.node, out))
}

/// The classes of the table nest a few levels deep, so this does too.
fn node(element: &ElementSchema, value: &Node<'_>, out: &mut dyn Write) -> io::Result<()> {
    if let Node::Many(nodes) = value {
        return nodes.iter().try_for_each(|each| node(element, each, out));
    }
    let (prefix, name) = (element.namespace.prefix(), element.name);
    write!(out, "<{prefix}:{name}>")?;
    match value {
        Node::Text(text) => escaped(text, b"<&>\r", out)?,
        Node::Class(children) => members(children, out)?,
        Node::Many(_) => {}
    }
    write!(out, "</{prefix}:{name}>")
}

fn escaped(text: &str, special: &[u8], out: &mut dyn Write) -> io::Result<()> {
    let mut rest = text.as_bytes();
    while let Some(at) = rest.iter().position(|byte| special.contains(byte)) {
        out.write_all(&rest[..at])?;
        match rest[at] {
            b'<' => out.write_all(b"&lt;")?,
            b'>' => out.write_all(b"&gt;")?,
            b'&' => out.write_all(b"&amp;")?,
            b'"' => out.write_all(b"&quot;")?,
            other => write!(out, "&#{other};")?,
        }
        rest = &rest[at + 1..];
    }
    out.write_all(rest)
}
