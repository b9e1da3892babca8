//! What one round repairs: a prefix that keeps the document from being read, else elements out of
//! order, else the root's attributes, values and what is missing, else names without a prefix.

use std::io;
use std::ops::Range;

use super::markup::{self, StartTag};
use super::values::{Known, mend};
use super::{Document, Edit, Piece, Repair};
use crate::finding::{Finding, Position};
use crate::outline::{Element, Outline};
use crate::reading::Reading;
use crate::rulebook::{self, Level};
use crate::rules::{self, ALLOWED_FILE_TYPES};
use crate::schema::{Kind, Namespace};
use crate::values::MemoVersion;

const SCHEMA_VERSION: &str = "1.1.0";

pub(super) fn plan(document: &mut dyn Document, reading: &Reading) -> io::Result<Vec<Edit>> {
    let syntax = reading.findings.list.iter().find(|finding| {
        rulebook::rule(finding.rule).is_some_and(|rule| rule.level == Level::Syntax)
    });
    if let Some(fault) = syntax {
        return undeclared_prefix(document, fault);
    }
    let Some(outline) = &reading.outline else { return Ok(Vec::new()) };
    let Some(root) = outline.root() else { return Ok(Vec::new()) };
    let out_of_order: Vec<Edit> = outline.elements().flat_map(reorder).collect();
    if !out_of_order.is_empty() {
        return Ok(out_of_order);
    }
    let mut edits = Vec::new();
    byte_order_mark(reading, &mut edits);
    if let Some(tag) = markup::start_tag(document, root.position().offset_bytes)? {
        schema_version(root, outline, &tag, &mut edits);
    }
    for element in outline.elements() {
        match element.schema().kind {
            Kind::Value(schema) => value(document, element, schema.name, &mut edits)?,
            Kind::Class(_) if element.name() == "File" => file_type(document, element, &mut edits)?,
            // What a version asks for is added only when the message says that it is of that version.
            Kind::Class(_)
                if element.name() == "MessageHeader" && reading.glimpse.version.is_some() =>
            {
                missing_switches(document, element, outline.version, &mut edits)?;
            }
            Kind::Class(_) => {}
        }
    }
    // What the schema does not know is not in the outline, and would be left without its namespace.
    let of_the_schema = reading.findings.list.iter().any(|finding| {
        rulebook::rule(finding.rule).is_some_and(|rule| rule.level == Level::Schema)
    });
    if edits.is_empty() && !of_the_schema {
        return names_without_prefix(document, outline, root);
    }
    Ok(edits)
}

fn repair(
    rule: &'static str,
    element: Element<'_>,
    (danish, english): (&'static str, &'static str),
) -> Repair {
    Repair { rule, path: element.path(), position: element.position(), danish, english }
}

fn whole(element: Element<'_>) -> Range<u64> {
    element.position().offset_bytes..element.end_bytes()
}

/// MEMO-X-016: declares a prefix of the standard on the root.
fn undeclared_prefix(document: &mut dyn Document, fault: &Finding) -> io::Result<Vec<Edit>> {
    if fault.rule != rulebook::UNDECLARED_PREFIX.id {
        return Ok(Vec::new());
    }
    let at = fault.position.offset_bytes;
    let here = markup::bytes(document, at..at + 64)?;
    let here = String::from_utf8_lossy(&here);
    let here = here.trim_start_matches(['<', '/']);
    let prefix = here.split(':').next().unwrap_or_default();
    let namespace = Namespace::ALL.into_iter().find(|namespace| namespace.prefix() == prefix);
    let (Some(namespace), Some(root)) = (namespace, markup::root(document)?) else {
        return Ok(Vec::new());
    };
    let Some(tag) = markup::start_tag(document, root)? else { return Ok(Vec::new()) };
    let declaration = format!("xmlns:{prefix}");
    if tag.attribute(&declaration).is_some() {
        return Ok(Vec::new());
    }
    let repair = Repair {
        rule: fault.rule,
        path: fault.path.clone(),
        position: fault.position,
        danish: "standardens præfiks erklæret på rodelementet",
        english: "the standard's prefix declared on the root element",
    };
    let text = format!(" {declaration}=\"{}\"", namespace.uri());
    Ok(vec![Edit::text(tag.name.end..tag.name.end, text, repair)])
}

/// MEMO-S-002: puts the children of a class into the schema's order; those of one name keep theirs.
fn reorder(parent: Element<'_>) -> Vec<Edit> {
    let Kind::Class(class) = parent.schema().kind else { return Vec::new() };
    let rank = |child: &Element<'_>| {
        class.elements.iter().position(|element| element.name == child.name())
    };
    let standing: Vec<Element<'_>> = parent.children().collect();
    if standing.is_sorted_by_key(rank) {
        return Vec::new();
    }
    let mut ordered = standing.clone();
    ordered.sort_by_key(rank);
    let pairs = standing.iter().zip(&ordered);
    pairs
        .filter(|(stands, belongs)| whole(**stands) != whole(**belongs))
        .map(|(stands, belongs)| Edit {
            range: whole(*stands),
            with: vec![Piece::Copy(whole(*belongs))],
            repairs: vec![repair(
                rulebook::NOT_ALLOWED_HERE.id,
                *belongs,
                ("flyttet til skemaets plads", "moved to its place in the schema"),
            )],
        })
        .collect()
}

/// MEMO-T-001: takes the byte order mark away.
fn byte_order_mark(reading: &Reading, edits: &mut Vec<Edit>) {
    let rule = rulebook::BYTE_ORDER_MARK.id;
    if reading.findings.list.iter().any(|finding| finding.rule == rule) {
        let repair = Repair {
            rule,
            path: String::new(),
            position: Position { line: 1, column: 1, offset_bytes: 0 },
            danish: "byte order mark fjernet",
            english: "byte order mark removed",
        };
        edits.push(Edit::text(0..3, String::new(), repair));
    }
}

/// `memoSchVersion` as the version asks for it.
fn schema_version(root: Element<'_>, outline: &Outline, tag: &StartTag, edits: &mut Vec<Edit>) {
    // A version that is missing or unknown is the sender's to tell.
    let Some(version) = tag.attribute("memoVersion") else { return };
    let known = matches!(version.value.trim(), "1.1" | "1.2");
    match (outline.version, tag.attribute("memoSchVersion")) {
        (MemoVersion::V1_1, None) if known => edits.push(Edit::text(
            version.range.end..version.range.end,
            format!(" memoSchVersion=\"{SCHEMA_VERSION}\""),
            repair(
                rulebook::MISSING_ATTRIBUTE.id,
                root,
                ("memoSchVersion tilføjet", "memoSchVersion added"),
            ),
        )),
        (MemoVersion::V1_1, Some(attribute)) if known && attribute.value != SCHEMA_VERSION => {
            let how = ("memoSchVersion sat til 1.1.0", "memoSchVersion set to 1.1.0");
            edits.push(Edit::text(
                attribute.value_range.clone(),
                SCHEMA_VERSION.to_owned(),
                repair("MEMO-R-003", root, how),
            ));
        }
        (MemoVersion::V1_2, Some(attribute)) if known => edits.push(Edit::text(
            attribute.range.clone(),
            String::new(),
            repair(
                rulebook::ATTRIBUTE_NOT_ALLOWED.id,
                root,
                ("memoSchVersion fjernet", "memoSchVersion removed"),
            ),
        )),
        _ => {}
    }
}

/// Mends the text of a simple element.
fn value(
    document: &mut dyn Document,
    element: Element<'_>,
    kind: &str,
    edits: &mut Vec<Edit>,
) -> io::Result<()> {
    let Some(text) = element.text() else { return Ok(()) };
    let id_type = element.parent().and_then(|parent| parent.value("idType"));
    let known = Known { kind, element: element.name(), id_type, valid: element.is_valid() };
    // An element that stands where only text may is not mended by rewriting the text.
    if let Some(mended) = mend(text, &known) {
        let done = repair(mended.rule, element, mended.how);
        set_text(document, element, &mended.text, done, edits)?;
    }
    Ok(())
}

fn set_text(
    document: &mut dyn Document,
    element: Element<'_>,
    text: &str,
    repair: Repair,
    edits: &mut Vec<Edit>,
) -> io::Result<()> {
    if let Some((range, [before, after])) = markup::inside(document, whole(element))? {
        let text = format!("{before}{}{after}", markup::escaped(text));
        edits.push(Edit::text(range, text, repair));
    }
    Ok(())
}

/// Version 1.1 asks for two switches that later versions leave out when they are off.
fn missing_switches(
    document: &mut dyn Document,
    header: Element<'_>,
    version: MemoVersion,
    edits: &mut Vec<Edit>,
) -> io::Result<()> {
    let Kind::Class(class) = header.schema().kind else { return Ok(()) };
    let Some(tag) = markup::start_tag(document, header.position().offset_bytes)? else {
        return Ok(());
    };
    for (rank, schema) in class.elements.iter().enumerate() {
        let required = schema.occurs.required_in == Some(version);
        if !required || header.child(schema.name).is_some() {
            continue;
        }
        let follows = |child: &Element<'_>| {
            class.elements[rank..].iter().any(|element| element.name == child.name())
        };
        let Some(next) = header.children().find(follows) else { continue };
        let at = next.position().offset_bytes;
        let name = tag.qualified(schema.name);
        let done = repair(
            rulebook::MISSING_ELEMENT.id,
            header,
            match schema.name {
                "mandatory" => ("mandatory tilføjet som false", "mandatory added as false"),
                _ => ("legalNotification tilføjet som false", "legalNotification added as false"),
            },
        );
        let text = format!("<{name}>false</{name}>{}", white_before(document, at)?);
        match edits.iter_mut().find(|edit| edit.range == (at..at)) {
            Some(edit) => {
                edit.with.push(Piece::Text(text));
                edit.repairs.push(done);
            }
            None => edits.push(Edit::text(at..at, text, done)),
        }
    }
    Ok(())
}

/// The white space just before a place, so that what is put there stands on a line of its own too.
fn white_before(document: &mut dyn Document, at: u64) -> io::Result<String> {
    let before = markup::bytes(document, at.saturating_sub(256)..at)?;
    let white = before.iter().rev().take_while(|byte| byte.is_ascii_whitespace()).count();
    Ok(String::from_utf8_lossy(&before[before.len() - white..]).into_owned())
}

/// Media type and extension of a file by its content, or the media type by the extension when it has
/// not even the form of one.
fn file_type(
    document: &mut dyn Document,
    file: Element<'_>,
    edits: &mut Vec<Edit>,
) -> io::Result<()> {
    let (Some(format), Some(name)) = (file.child("encodingFormat"), file.child("filename")) else {
        return Ok(());
    };
    let (Some(declared), Some(filename)) = (format.text(), name.text()) else { return Ok(()) };
    let facts = file.child("content").and_then(|content| content.content());
    let first = facts.filter(|facts| facts.valid).map(|facts| facts.first_bytes());
    let by_content = first.and_then(rules::told_by);
    let declared_type = declared.split(';').next().unwrap_or_default().trim();
    let extension = filename.rsplit_once('.').map(|(_, extension)| extension);
    let Some(by_content) = by_content else {
        let malformed = !declared.contains('/');
        let by_extension = extension.and_then(media_type_of).filter(|_| malformed);
        if let Some(media_type) = by_extension {
            let how =
                ("medietype sat efter filens endelse", "media type set by the file's extension");
            let done = repair("MEMO-R-122", format, how);
            set_text(document, format, media_type, done, edits)?;
        }
        return Ok(());
    };
    // Word saves RTF under the name of its own format; what is right in its way stays.
    let is_right = first.is_some_and(|first| rules::begins_as(declared_type, first));
    let media_type = if is_right { declared_type } else { by_content };
    if !is_right {
        let how = ("medietype sat efter filens indhold", "media type set by the file's content");
        set_text(document, format, media_type, repair("MEMO-R-126", format, how), edits)?;
    }
    let fitting = ALLOWED_FILE_TYPES
        .iter()
        .find(|known| known.encoding_format.eq_ignore_ascii_case(media_type));
    let Some(fitting) = fitting.map(|known| known.extensions) else { return Ok(()) };
    let fits = extension
        .is_some_and(|extension| fitting.iter().any(|fit| fit.eq_ignore_ascii_case(extension)));
    if !fits && !filename.trim().is_empty() && rules::filename_is_allowed(filename) {
        let known = extension.is_some_and(|extension| media_type_of(extension).is_some());
        let stem = match filename.rsplit_once('.') {
            Some((stem, _)) if known && !stem.is_empty() => stem,
            _ => filename,
        };
        let renamed = format!("{stem}.{}", fitting[0]);
        if renamed.chars().count() <= 256 {
            let how = ("endelse sat efter filens indhold", "extension set by the file's content");
            set_text(document, name, &renamed, repair("MEMO-R-123", name, how), edits)?;
        }
    }
    Ok(())
}

fn media_type_of(extension: &str) -> Option<&'static str> {
    let known = ALLOWED_FILE_TYPES
        .iter()
        .find(|known| known.extensions.iter().any(|fit| fit.eq_ignore_ascii_case(extension)))?;
    Some(known.encoding_format)
}

/// MEMO-T-002: gives every element of the standard its prefix, and takes the default namespace off the
/// root.
fn names_without_prefix(
    document: &mut dyn Document,
    outline: &Outline,
    root: Element<'_>,
) -> io::Result<Vec<Edit>> {
    let Some(root_tag) = markup::start_tag(document, root.position().offset_bytes)? else {
        return Ok(Vec::new());
    };
    let Some(default) = root_tag.attribute("xmlns") else { return Ok(Vec::new()) };
    let Some(namespace) = Namespace::ALL.into_iter().find(|known| known.uri() == default.value)
    else {
        return Ok(Vec::new());
    };
    let prefix = namespace.prefix();
    let declared = root_tag.attribute(&format!("xmlns:{prefix}"));
    if declared.is_some_and(|declared| declared.value != namespace.uri()) {
        return Ok(Vec::new());
    }
    let mut edits = Vec::new();
    for element in outline.elements() {
        let Some(tag) = markup::start_tag(document, element.position().offset_bytes)? else {
            return Ok(Vec::new());
        };
        let declares_again = element.index() > 0 && tag.attribute("xmlns").is_some();
        if declares_again || (tag.prefix.is_empty() && element.schema().namespace != namespace) {
            return Ok(Vec::new());
        }
        if !tag.prefix.is_empty() {
            continue;
        }
        let with_prefix = |at: u64| Edit {
            range: at..at,
            with: vec![Piece::Text(format!("{prefix}:"))],
            repairs: Vec::new(),
        };
        edits.push(with_prefix(tag.name.start));
        if !tag.is_empty {
            let Some(end) = markup::end_tag_name(document, element.end_bytes())? else {
                return Ok(Vec::new());
            };
            edits.push(with_prefix(end));
        }
    }
    let done = repair(
        rulebook::DEFAULT_NAMESPACE.id,
        root,
        ("præfiks sat på alle navne", "prefix put on all names"),
    );
    let declaration = match declared {
        Some(_) => String::new(),
        None => format!(" xmlns:{prefix}=\"{}\"", namespace.uri()),
    };
    edits.push(Edit::text(default.range.clone(), declaration, done));
    Ok(edits)
}
