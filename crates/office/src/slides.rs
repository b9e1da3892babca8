//! Slides (PPTX) that PowerPoint and LibreOffice open: written by hand, as little of the format as a slide
//! needs. Texts stay texts, so that an authority can go on editing.
//!
//! Source: ECMA-376 (Office Open XML), PresentationML and DrawingML.

mod deck;
mod parts;

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use brevdue_memo::Timestamp;
use quick_xml::escape::escape;

pub use deck::{Briefing, communication, status};

/// Slides of a deck at most.
pub const SLIDES: usize = 200;

/// A deck.
#[derive(Debug, Clone, PartialEq)]
pub struct Deck {
    /// Its title, in the file's properties.
    pub title: String,
    /// `da-DK` or `en-GB`.
    pub language: &'static str,
    /// The authority, at the foot of each slide.
    pub authority: String,
    /// When it was made.
    pub made: Timestamp,
    /// In order.
    pub slides: Vec<Slide>,
}

/// A slide.
#[derive(Debug, Clone, PartialEq)]
pub struct Slide {
    /// Its title.
    pub title: String,
    /// The area's colour on its left edge, `RRGGBB`.
    pub colour: String,
    /// What is on it.
    pub body: Body,
    /// For the speaker; empty: none.
    pub notes: String,
}

/// What is on a slide.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// A title slide: the line under the title.
    Title(String),
    /// Lines, each a point.
    Points(Vec<String>),
    /// A table; the first row heads it.
    Table(Vec<Vec<String>>),
    /// Points, and a table below them.
    Both(Vec<String>, Vec<Vec<String>>),
}

/// The deck could not be packed.
#[derive(Debug, thiserror::Error)]
#[error("the slides could not be packed")]
pub struct Unpackable(#[from] zip::result::ZipError);

fn text(text: &str) -> String {
    escape(crate::cells::writable(text).replace('\n', " ")).into_owned()
}

/// Writes a deck.
///
/// # Errors
///
/// When it cannot be packed, which memory alone would cause.
pub fn write(deck: &Deck) -> Result<Vec<u8>, Unpackable> {
    let slides = &deck.slides[..deck.slides.len().min(SLIDES)];
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut part = |name: &str, content: &str| -> Result<(), Unpackable> {
        zip.start_file(name, zip::write::SimpleFileOptions::default())?;
        zip.write_all(content.as_bytes()).map_err(zip::result::ZipError::from)?;
        Ok(())
    };
    let mut types = String::from(parts::TYPES);
    let (mut ids, mut relations) = (String::new(), String::from(parts::PRESENTATION_RELATIONS));
    for number in 1..=slides.len() {
        let _ = write!(
            types,
            "<Override PartName=\"/ppt/slides/slide{number}.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.presentationml.slide+xml\"/>"
        );
        let _ = write!(ids, "<p:sldId id=\"{}\" r:id=\"rId{}\"/>", 255 + number, 100 + number);
        let _ = write!(
            relations,
            "<Relationship Id=\"rId{}\" Type=\"{}/slide\" Target=\"slides/slide{number}.xml\"/>",
            100 + number,
            parts::RELATIONS
        );
    }
    let has_notes = slides.iter().any(|slide| !slide.notes.is_empty());
    if has_notes {
        types.push_str(parts::NOTES_MASTER_TYPES);
        let _ = write!(
            relations,
            "<Relationship Id=\"rId90\" Type=\"{}/notesMaster\" Target=\"notesMasters/notesMaster1.xml\"/>",
            parts::RELATIONS
        );
    }
    for (number, slide) in (1..).zip(slides) {
        if !slide.notes.is_empty() {
            let _ = write!(
                types,
                "<Override PartName=\"/ppt/notesSlides/notesSlide{number}.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.presentationml.notesSlide+xml\"/>"
            );
        }
    }
    part("[Content_Types].xml", &format!("{types}</Types>"))?;
    part("_rels/.rels", parts::ROOT_RELATIONS)?;
    part(
        "docProps/core.xml",
        &parts::core(&text(&deck.title), &text(&deck.authority), deck.language, deck.made),
    )?;
    part("ppt/presentation.xml", &parts::presentation(&ids, has_notes))?;
    part("ppt/_rels/presentation.xml.rels", &format!("{relations}</Relationships>"))?;
    part("ppt/theme/theme1.xml", parts::THEME)?;
    part("ppt/slideMasters/slideMaster1.xml", parts::MASTER)?;
    part("ppt/slideMasters/_rels/slideMaster1.xml.rels", parts::MASTER_RELATIONS)?;
    part("ppt/slideLayouts/slideLayout1.xml", parts::LAYOUT)?;
    part("ppt/slideLayouts/_rels/slideLayout1.xml.rels", parts::LAYOUT_RELATIONS)?;
    if has_notes {
        part("ppt/notesMasters/notesMaster1.xml", parts::NOTES_MASTER)?;
        part("ppt/notesMasters/_rels/notesMaster1.xml.rels", parts::NOTES_MASTER_RELATIONS)?;
        part("ppt/theme/theme2.xml", parts::THEME)?;
    }
    for (number, slide) in (1..).zip(slides) {
        part(&format!("ppt/slides/slide{number}.xml"), &body(deck, slide, number, slides.len()))?;
        let notes = if slide.notes.is_empty() {
            String::new()
        } else {
            let relations = parts::RELATIONS;
            part(
                &format!("ppt/notesSlides/notesSlide{number}.xml"),
                &parts::notes(&text(&slide.notes), deck.language),
            )?;
            part(
                &format!("ppt/notesSlides/_rels/notesSlide{number}.xml.rels"),
                &parts::notes_relations(number),
            )?;
            format!(
                "<Relationship Id=\"rId2\" Type=\"{relations}/notesSlide\" Target=\"../notesSlides/notesSlide{number}.xml\"/>"
            )
        };
        part(&format!("ppt/slides/_rels/slide{number}.xml.rels"), &parts::slide_relations(&notes))?;
    }
    Ok(zip.finish()?.into_inner())
}

/// English Metric Units in a point.
const POINT: i64 = 12_700;
const WIDTH: i64 = 960;

fn body(deck: &Deck, slide: &Slide, number: usize, of: usize) -> String {
    let language = deck.language;
    let mut shapes = String::new();
    let colour =
        if slide.colour.len() == 6 && slide.colour.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            slide.colour.as_str()
        } else {
            "0B5CAD"
        };
    let _ = write!(
        shapes,
        "<p:sp><p:nvSpPr><p:cNvPr id=\"2\" name=\"Farve\" descr=\"\"/><p:cNvSpPr/><p:nvPr userDrawn=\"1\"/></p:nvSpPr><p:spPr>{}<a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom><a:solidFill><a:srgbClr val=\"{colour}\"/></a:solidFill><a:ln><a:noFill/></a:ln></p:spPr></p:sp>",
        place(0, 0, 18, 540)
    );
    let is_first = matches!(slide.body, Body::Title(_));
    let (top, size) = if is_first { (170, 40) } else { (26, 28) };
    let _ = write!(
        shapes,
        "<p:sp><p:nvSpPr><p:cNvPr id=\"3\" name=\"Titel\"/><p:cNvSpPr><a:spLocks noGrp=\"1\"/></p:cNvSpPr><p:nvPr><p:ph type=\"title\"/></p:nvPr></p:nvSpPr><p:spPr>{}</p:spPr><p:txBody><a:bodyPr anchor=\"b\"><a:normAutofit/></a:bodyPr><a:lstStyle/><a:p><a:r><a:rPr lang=\"{language}\" sz=\"{size}00\" b=\"1\"/><a:t>{}</a:t></a:r></a:p></p:txBody></p:sp>",
        place(48, top, WIDTH - 96, if is_first { 110 } else { 62 }),
        text(&slide.title)
    );
    let (points, table) = match &slide.body {
        Body::Title(line) => (vec![line.clone()], Vec::new()),
        Body::Points(points) => (points.clone(), Vec::new()),
        Body::Table(rows) => (Vec::new(), rows.clone()),
        Body::Both(points, rows) => (points.clone(), rows.clone()),
    };
    let mut y = if is_first { 290 } else { 104 };
    if !points.is_empty() {
        let height = if table.is_empty() { 380 } else { (points.len() as i64 * 27 + 8).min(190) };
        let size = match (is_first, points.len()) {
            (true, _) => 20,
            (_, 0..=6) if table.is_empty() => 22,
            (_, 0..=9) if table.is_empty() => 18,
            _ => 16,
        };
        let bullet = if is_first {
            "<a:buNone/>"
        } else {
            "<a:buFont typeface=\"Arial\"/><a:buChar char=\"•\"/>"
        };
        let indent = if is_first { "" } else { " marL=\"285750\" indent=\"-285750\"" };
        let mut lines = String::new();
        for point in &points {
            let _ = write!(
                lines,
                "<a:p><a:pPr{indent}><a:spcAft><a:spcPts val=\"600\"/></a:spcAft>{bullet}</a:pPr><a:r><a:rPr lang=\"{language}\" sz=\"{size}00\"/><a:t>{}</a:t></a:r></a:p>",
                text(point)
            );
        }
        let _ = write!(
            shapes,
            "<p:sp><p:nvSpPr><p:cNvPr id=\"4\" name=\"Tekst\"/><p:cNvSpPr><a:spLocks noGrp=\"1\"/></p:cNvSpPr><p:nvPr><p:ph type=\"body\" idx=\"1\"/></p:nvPr></p:nvSpPr><p:spPr>{}</p:spPr><p:txBody><a:bodyPr><a:normAutofit/></a:bodyPr><a:lstStyle/>{lines}</p:txBody></p:sp>",
            place(48, y, WIDTH - 96, height)
        );
        y += height + 8;
    }
    if let Some(head) = table.first() {
        let columns = head.len().max(1);
        let width = (WIDTH - 96) * POINT;
        let rows = table.len() as i64;
        let height = ((500 - y) / rows.max(1)).clamp(16, 34);
        let size = (height * 55 / 100).clamp(9, 16);
        let mut grid = String::new();
        let widths = widths(&table, columns);
        for share in &widths {
            let _ = write!(grid, "<a:gridCol w=\"{}\"/>", (width as f64 * share) as i64);
        }
        let mut cells = String::new();
        for (index, row) in table.iter().enumerate() {
            let _ = write!(cells, "<a:tr h=\"{}\">", height * POINT);
            for (column, share) in widths.iter().enumerate() {
                let (bold, fill) = if index == 0 { (" b=\"1\"", "DDE7F3") } else { ("", "FFFFFF") };
                let room = share * 864.0 / (size as f64 * 0.5);
                let words = shortened(row.get(column).map_or("", String::as_str), room as usize);
                let _ = write!(
                    cells,
                    "<a:tc><a:txBody><a:bodyPr/><a:lstStyle/><a:p><a:r><a:rPr lang=\"{language}\" sz=\"{size}00\"{bold}><a:solidFill><a:srgbClr val=\"1A1A1A\"/></a:solidFill></a:rPr><a:t>{}</a:t></a:r></a:p></a:txBody><a:tcPr marL=\"50800\" marR=\"50800\" marT=\"12700\" marB=\"12700\" anchor=\"ctr\">{}<a:solidFill><a:srgbClr val=\"{fill}\"/></a:solidFill></a:tcPr></a:tc>",
                    text(&words),
                    parts::CELL_LINES
                );
            }
            cells.push_str("</a:tr>");
        }
        let _ = write!(
            shapes,
            "<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id=\"5\" name=\"Tabel\"/><p:cNvGraphicFramePr><a:graphicFrameLocks noGrp=\"1\"/></p:cNvGraphicFramePr><p:nvPr/></p:nvGraphicFramePr><p:xfrm><a:off x=\"{}\" y=\"{}\"/><a:ext cx=\"{width}\" cy=\"{}\"/></p:xfrm><a:graphic><a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/table\"><a:tbl><a:tblPr firstRow=\"1\"/><a:tblGrid>{grid}</a:tblGrid>{cells}</a:tbl></a:graphicData></a:graphic></p:graphicFrame>",
            48 * POINT,
            y * POINT,
            rows * height * POINT
        );
    }
    let _ = write!(
        shapes,
        "<p:sp><p:nvSpPr><p:cNvPr id=\"6\" name=\"Fod\"/><p:cNvSpPr txBox=\"1\"/><p:nvPr/></p:nvSpPr><p:spPr>{}<a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></p:spPr><p:txBody><a:bodyPr/><a:lstStyle/><a:p><a:r><a:rPr lang=\"{language}\" sz=\"1000\"/><a:t>{} · {number} / {of}</a:t></a:r></a:p></p:txBody></p:sp>",
        place(48, 510, WIDTH - 96, 22),
        text(&deck.authority)
    );
    parts::slide(&shapes)
}

/// Columns as wide as their longest words, within reason.
fn widths(table: &[Vec<String>], columns: usize) -> Vec<f64> {
    let longest = |column: usize| {
        let lengths =
            table.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        lengths.max().unwrap_or(1).clamp(6, 60) as f64
    };
    let weights: Vec<f64> = (0..columns).map(longest).collect();
    let total: f64 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / total).collect()
}

fn shortened(words: &str, characters: usize) -> String {
    let characters = characters.max(4);
    if words.chars().count() <= characters {
        return words.to_owned();
    }
    let mut short: String = words.chars().take(characters - 1).collect();
    short.push('…');
    short
}

fn place(x: i64, y: i64, width: i64, height: i64) -> String {
    format!(
        "<a:xfrm><a:off x=\"{}\" y=\"{}\"/><a:ext cx=\"{}\" cy=\"{}\"/></a:xfrm>",
        x * POINT,
        y * POINT,
        width * POINT,
        height * POINT
    )
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use brevdue_programme::Language;

    use super::*;
    use crate::testing::{head, large_status, sample};

    #[test]
    fn every_part_of_a_deck_is_xml_and_strangers_words_stay_words() {
        let mut sample = sample(60);
        let evil = brevdue_programme::objects::System {
            name: "<a:t>&amp; \u{1}]]>".into(),
            ..brevdue_programme::objects::System::default()
        };
        crate::testing::insert(&mut sample.programme, "S-000", &evil);
        let status = large_status();
        let head = head(Language::Da);
        let briefing = Briefing {
            head: &head,
            programme: &sample.programme,
            milestones: &status.milestones,
            window: Some((crate::testing::day("2026-12-30"), crate::testing::day("2027-01-03"))),
            roles: &[],
        };
        for deck in [communication(&briefing), super::status(&head, &status)] {
            let bytes = write(&deck).unwrap();
            let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
            for index in 0..archive.len() {
                let mut text = String::new();
                archive.by_index(index).unwrap().read_to_string(&mut text).unwrap();
                let mut reader = quick_xml::Reader::from_str(&text);
                while reader.read_event().unwrap() != quick_xml::events::Event::Eof {}
            }
        }
    }
}
