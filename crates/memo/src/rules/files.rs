//! Rules about documents and their files.

use super::Report;
use super::file_types::{DocumentKind, file_type, media_type};
use super::filenames::filename;
use super::languages;
use super::message::not_blank;
use super::values::text;
use super::{html, signatures};
use crate::finding::Word;
use crate::outline::Element;
use crate::policy::Policy;
use crate::rulebook;

/// Types that everything which shows letters can show.
const SHOWN: [&str; 3] = ["application/pdf", "text/plain", "text/html"];

/// Checks how many documents of which kind there are.
pub(super) fn body(body: Element<'_>, policy: &Policy, report: &mut Report<'_>) {
    let (mut attachments, mut first_over) = (0, None);
    let mut technical = None;
    for child in body.children() {
        match child.name() {
            "AdditionalDocument" => {
                attachments += 1;
                if attachments == policy.additional_documents.saturating_add(1) {
                    first_over = Some(child);
                }
            }
            "TechnicalDocument" => technical = technical.or(Some(child)),
            _ => {}
        }
    }
    if let Some(element) = first_over {
        let words =
            [Word::Number(attachments as u64), Word::Number(policy.additional_documents as u64)];
        report.at(element, &rulebook::TOO_MANY_ATTACHMENTS, &words);
    }
    if let Some(element) = technical {
        report.at(element, &rulebook::TECHNICAL_DOCUMENT, &[]);
    }
}

/// Checks one document and its files.
pub(super) fn document(document: Element<'_>, policy: &Policy, report: &mut Report<'_>) {
    let kind = match document.name() {
        "TechnicalDocument" => DocumentKind::Technical,
        _ => DocumentKind::ForPeople,
    };
    let (mut names, mut shows, mut files) = (Names::default(), false, 0);
    for child in document.all("File") {
        let seen = file(child, kind, policy, report);
        files += 1;
        // Of a file whose type is unknown nobody can say that it is not shown.
        shows |= seen.media_type.is_none_or(is_shown);
        if let Some(name) = seen.name {
            names.note(name);
        }
    }
    names.finish(report);
    if document.name() == "MainDocument" && document.is_whole() && files > 0 && !shows {
        report.at(document, &rulebook::NOTHING_TO_SHOW, &[]);
    }
}

fn is_shown(media_type: &str) -> bool {
    SHOWN.iter().any(|shown| shown.eq_ignore_ascii_case(media_type))
}

/// What other rules ask of a file.
#[derive(Default)]
struct Seen<'o> {
    name: Option<(Element<'o>, &'o str)>,
    media_type: Option<&'o str>,
}

fn file<'o>(
    file: Element<'o>,
    kind: DocumentKind,
    policy: &Policy,
    report: &mut Report<'_>,
) -> Seen<'o> {
    let mut seen = Seen::default();
    let mut format = None;
    for child in file.children() {
        match child.name() {
            "encodingFormat" => {
                format = Some(child);
                seen.media_type = encoding_format(child, report);
            }
            "filename" => seen.name = filename(child, report),
            "language" => languages::language(child, report),
            "content" => content(child, seen.media_type, report),
            _ => {}
        }
    }
    if let Some((media_type, format)) = seen.media_type.zip(format) {
        file_type(media_type, (format, seen.name), kind, policy, report);
    }
    seen
}

fn encoding_format<'o>(element: Element<'o>, report: &mut Report<'_>) -> Option<&'o str> {
    let text = text(element)?;
    let media_type = media_type(text);
    if media_type.is_none() {
        not_blank(element, report);
        report.at(element, &rulebook::ENCODING_FORMAT, &[]);
    }
    media_type
}

fn content(element: Element<'_>, media_type: Option<&str>, report: &mut Report<'_>) {
    let Some(facts) = element.content().filter(|facts| facts.valid) else { return };
    if facts.length_bytes == 0 {
        report.at(element, &rulebook::EMPTY_FILE, &[]);
        return;
    }
    if let Some(media_type) = media_type {
        signatures::signature(element, media_type, facts, report);
    }
    html::profile(element, facts.html, report);
}

/// The names of the files of one document. Most documents have one file, so the first costs nothing.
#[derive(Default)]
struct Names<'o> {
    first: Option<(Element<'o>, &'o str)>,
    further: Vec<(Element<'o>, &'o str)>,
}

impl<'o> Names<'o> {
    fn note(&mut self, name: (Element<'o>, &'o str)) {
        if self.first.is_none() {
            self.first = Some(name);
        } else {
            self.further.push(name);
        }
    }

    /// MEMO-R-133: of files with one name the later ones are told.
    fn finish(self, report: &mut Report<'_>) {
        if self.further.is_empty() {
            return;
        }
        let mut names: Vec<_> = self.first.into_iter().chain(self.further).collect();
        // Stable, so that equal names stay in document order.
        names.sort_by_key(|(_, name)| *name);
        for pair in names.windows(2) {
            if pair[0].1 == pair[1].1 {
                report.at(pair[1].0, &rulebook::FILENAME_TWICE, &[]);
            }
        }
    }
}
