//! Documents that are ZIP files, stored without compression.

use flate2::Crc;

use super::blanks::SENTENCE;

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const OPC: &str = "http://schemas.openxmlformats.org/package/2006";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const OPEN_XML: &str = "application/vnd.openxmlformats-officedocument.";
const OPEN_DOCUMENT: &str = "application/vnd.oasis.opendocument.";

/// A document of a media type, when it is one of these.
pub(super) fn of(media_type: &str) -> Option<Vec<u8>> {
    if media_type == "application/zip" {
        return Some(zip(&[("fjernet.txt", SENTENCE.to_owned())]));
    }
    if let Some(kind) = media_type.strip_prefix(OPEN_XML) {
        return open_xml(kind);
    }
    open_document(media_type, media_type.strip_prefix(OPEN_DOCUMENT)?)
}

/// Source: ECMA-376, parts 1 and 2.
fn open_xml(kind: &str) -> Option<Vec<u8>> {
    let main = "http://schemas.openxmlformats.org";
    let (part, body) = match kind {
        "wordprocessingml.document" => (
            "word/document.xml",
            format!(
                "<w:document xmlns:w=\"{main}/wordprocessingml/2006/main\"><w:body><w:p><w:r><w:t>{SENTENCE}</w:t></w:r></w:p></w:body></w:document>"
            ),
        ),
        "spreadsheetml.sheet" => (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{main}/spreadsheetml/2006/main\" xmlns:r=\"{OFFICE}\"><sheets><sheet name=\"Ark1\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
            ),
        ),
        "presentationml.presentation" => (
            "ppt/presentation.xml",
            format!(
                "<p:presentation xmlns:p=\"{main}/presentationml/2006/main\"><p:notesSz cx=\"6858000\" cy=\"9144000\"/></p:presentation>"
            ),
        ),
        _ => return None,
    };
    let is_sheet = kind == "spreadsheetml.sheet";
    let sheet_type = if is_sheet {
        format!(
            "<Override PartName=\"/xl/worksheets/sheet1.xml\" ContentType=\"{OPEN_XML}spreadsheetml.worksheet+xml\"/>"
        )
    } else {
        String::new()
    };
    let types = format!(
        "<Types xmlns=\"{OPC}/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Override PartName=\"/{part}\" ContentType=\"{OPEN_XML}{kind}.main+xml\"/>{sheet_type}</Types>"
    );
    let relationship = |kind: &str, target: &str| {
        format!(
            "<Relationships xmlns=\"{OPC}/relationships\"><Relationship Id=\"rId1\" Type=\"{OFFICE}/{kind}\" Target=\"{target}\"/></Relationships>"
        )
    };
    let mut parts = vec![
        ("[Content_Types].xml", types),
        ("_rels/.rels", relationship("officeDocument", part)),
        (part, body),
    ];
    if is_sheet {
        parts.push((
            "xl/_rels/workbook.xml.rels",
            relationship("worksheet", "worksheets/sheet1.xml"),
        ));
        parts.push((
            "xl/worksheets/sheet1.xml",
            format!("<worksheet xmlns=\"{main}/spreadsheetml/2006/main\"><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>{SENTENCE}</t></is></c></row></sheetData></worksheet>"),
        ));
    }
    let parts: Vec<_> =
        parts.into_iter().map(|(name, body)| (name, format!("{DECLARATION}{body}"))).collect();
    Some(zip(&parts))
}

/// Source: ISO/IEC 26300 (OpenDocument 1.2), parts 1 and 3.
fn open_document(media_type: &str, kind: &str) -> Option<Vec<u8>> {
    let paragraph = format!("<text:p>{SENTENCE}</text:p>");
    let body = match kind {
        "text" => format!("<office:text>{paragraph}</office:text>"),
        "spreadsheet" => format!("<office:spreadsheet><table:table table:name=\"Ark1\"><table:table-row><table:table-cell office:value-type=\"string\">{paragraph}</table:table-cell></table:table-row></table:table></office:spreadsheet>"),
        "presentation" => "<office:presentation><draw:page draw:name=\"1\" draw:master-page-name=\"\"/></office:presentation>".to_owned(),
        _ => return None,
    };
    let urn = "urn:oasis:names:tc:opendocument:xmlns";
    let content = format!(
        "{DECLARATION}<office:document-content xmlns:office=\"{urn}:office:1.0\" xmlns:text=\"{urn}:text:1.0\" xmlns:table=\"{urn}:table:1.0\" xmlns:draw=\"{urn}:drawing:1.0\" office:version=\"1.2\"><office:body>{body}</office:body></office:document-content>"
    );
    let manifest = format!(
        "{DECLARATION}<manifest:manifest xmlns:manifest=\"{urn}:manifest:1.0\" manifest:version=\"1.2\"><manifest:file-entry manifest:full-path=\"/\" manifest:media-type=\"{media_type}\"/><manifest:file-entry manifest:full-path=\"content.xml\" manifest:media-type=\"text/xml\"/></manifest:manifest>"
    );
    Some(zip(&[
        ("mimetype", media_type.to_owned()),
        ("content.xml", content),
        ("META-INF/manifest.xml", manifest),
    ]))
}

/// An archive of stored entries. Source: APPNOTE.TXT, 4.3.
fn zip(entries: &[(&str, String)]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for (name, body) in entries {
        let offset = file.len() as u32;
        let mut crc = Crc::new();
        crc.update(body.as_bytes());
        let mut common = Vec::new();
        // Version 2.0, no flags, stored, at midnight of 1 January 1980.
        for field in [20u16, 0, 0, 0, 0x21] {
            common.extend(field.to_le_bytes());
        }
        for field in [crc.sum(), body.len() as u32, body.len() as u32] {
            common.extend(field.to_le_bytes());
        }
        common.extend((name.len() as u16).to_le_bytes());
        common.extend([0, 0]);
        file.extend(b"PK\x03\x04");
        file.extend(&common);
        file.extend(name.as_bytes());
        file.extend(body.as_bytes());
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&common);
        // No comment, disk 0, no attributes.
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (count, at) = (entries.len() as u16, file.len() as u32);
    file.extend(&directory);
    file.extend(b"PK\x05\x06\0\0\0\0");
    file.extend(count.to_le_bytes());
    file.extend(count.to_le_bytes());
    file.extend((directory.len() as u32).to_le_bytes());
    file.extend(at.to_le_bytes());
    file.extend([0, 0]);
    file
}
