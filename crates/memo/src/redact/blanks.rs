//! Tiny files that say the content was removed, valid for readers of their type.

use std::io::Write as _;

use flate2::Crc;
use flate2::write::ZlibEncoder;

use super::office;

/// What they say, in ASCII so that it means the same in every character set.
pub(super) const SENTENCE: &str = "Indholdet er fjernet. The content was removed.";

/// A file of the type that a media type names, or else an extension; of a type unknown here, text.
pub(super) fn blank(encoding_format: &str, filename: &str) -> Vec<u8> {
    let media_type = encoding_format.split(';').next().unwrap_or_default().trim();
    let media_type = media_type.to_ascii_lowercase();
    let extension = filename.rsplit_once('.').map_or("", |(_, extension)| extension);
    match media_type.as_str() {
        "application/pdf" => pdf(),
        "image/png" => png(),
        "image/jpeg" | "image/jpg" => jpeg(),
        "image/gif" => gif(),
        "image/bmp" => bmp(),
        "image/tiff" => tiff(),
        // Word and the others open RTF under the names of their old formats.
        "application/rtf" | "text/rtf" | "application/msword" | "application/vnd.ms-excel"
        | "application/vnd.ms-powerpoint" => format!("{{\\rtf1\\ansi {SENTENCE}}}\n").into_bytes(),
        "text/html" | "application/xhtml+xml" => format!(
            "<!DOCTYPE html>\n<html lang=\"da\"><head><meta charset=\"utf-8\"/><title>-</title></head><body><p>{SENTENCE}</p></body></html>\n"
        )
        .into_bytes(),
        "application/xml" | "text/xml" => {
            format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<removed>{SENTENCE}</removed>\n").into_bytes()
        }
        "application/json" => format!("{{ \"removed\": \"{SENTENCE}\" }}\n").into_bytes(),
        "text/plain" | "text/csv" => text(),
        other => office::of(other).unwrap_or_else(|| by_extension(extension)),
    }
}

/// When the media type says nothing, the extension may.
fn by_extension(extension: &str) -> Vec<u8> {
    match extension.to_ascii_lowercase().as_str() {
        "pdf" => pdf(),
        "png" => png(),
        "jpg" | "jpeg" => jpeg(),
        "gif" => gif(),
        _ => text(),
    }
}

fn text() -> Vec<u8> {
    format!("{SENTENCE}\n").into_bytes()
}

/// One page with the sentence. Source: ISO 32000-1, annex H.
fn pdf() -> Vec<u8> {
    let drawing = format!("BT /F1 14 Tf 72 770 Td ({SENTENCE}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{drawing}\nendstream", drawing.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut file = String::from("%PDF-1.4\n");
    let mut table = String::from("0000000000 65535 f \n");
    for (object, number) in objects.iter().zip(1..) {
        table.push_str(&format!("{:010} 00000 n \n", file.len()));
        file.push_str(&format!("{number} 0 obj\n{object}\nendobj\n"));
    }
    let table_at = file.len();
    file.push_str(&format!(
        "xref\n0 6\n{table}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n{table_at}\n%%EOF\n"
    ));
    file.into_bytes()
}

/// One white point, the sentence as its text. Source: ISO/IEC 15948.
fn png() -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1A\n".to_vec();
    let mut chunk = |kind: &[u8; 4], data: &[u8]| {
        file.extend((data.len() as u32).to_be_bytes());
        let mut crc = Crc::new();
        crc.update(kind);
        crc.update(data);
        file.extend(kind);
        file.extend(data);
        file.extend(crc.sum().to_be_bytes());
    };
    chunk(b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
    chunk(b"tEXt", format!("Comment\0{SENTENCE}").as_bytes());
    let mut row = ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    row.write_all(&[0, 255]).expect("memory takes two bytes");
    chunk(b"IDAT", &row.finish().expect("memory takes the end of a stream"));
    chunk(b"IEND", b"");
    file
}

/// One grey point, the sentence as its comment. Source: ITU-T T.81.
fn jpeg() -> Vec<u8> {
    let mut file = b"\xFF\xD8".to_vec();
    let mut segment = |marker: u8, data: &[u8]| {
        file.extend([0xFF, marker]);
        file.extend((data.len() as u16 + 2).to_be_bytes());
        file.extend(data);
    };
    segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
    segment(0xFE, SENTENCE.as_bytes());
    let mut quantization = vec![0];
    quantization.resize(65, 1);
    segment(0xDB, &quantization);
    segment(0xC0, &[8, 0, 1, 0, 1, 1, 1, 0x11, 0]);
    // One code of one bit each: no difference, and end of block.
    for table in [0x00, 0x10] {
        let mut codes = vec![table, 1];
        codes.resize(18, 0);
        segment(0xC4, &codes);
    }
    segment(0xDA, &[1, 1, 0, 0, 63, 0]);
    file.extend([0x3F, 0xFF, 0xD9]);
    file
}

/// One white point, the sentence as its comment. Source: GIF89a.
fn gif() -> Vec<u8> {
    let mut file = b"GIF89a\x01\0\x01\0\x80\0\0\xFF\xFF\xFF\0\0\0\x21\xFE".to_vec();
    file.push(SENTENCE.len() as u8);
    file.extend(SENTENCE.as_bytes());
    file.extend(b"\0\x2C\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0\x3B");
    file
}

/// One white point.
fn bmp() -> Vec<u8> {
    let mut file = b"BM\x3A\0\0\0\0\0\0\0\x36\0\0\0".to_vec();
    file.extend(b"\x28\0\0\0\x01\0\0\0\x01\0\0\0\x01\0\x18\0\0\0\0\0\x04\0\0\0");
    file.extend([0; 16]);
    file.extend(b"\xFF\xFF\xFF\0");
    file
}

/// One white point, the sentence as its description. Source: TIFF 6.0.
fn tiff() -> Vec<u8> {
    const ENTRIES: u16 = 9;
    let data_at = 8 + 2 + 12 * u32::from(ENTRIES) + 4;
    let description = format!("{SENTENCE}\0");
    let (short, long, ascii) = (3u16, 4u16, 2u16);
    let entries: [(u16, u16, u32, u32); ENTRIES as usize] = [
        (256, short, 1, 1),
        (257, short, 1, 1),
        (258, short, 1, 8),
        (259, short, 1, 1),
        (262, short, 1, 1),
        (270, ascii, description.len() as u32, data_at + 2),
        (273, long, 1, data_at),
        (278, short, 1, 1),
        (279, long, 1, 1),
    ];
    let mut file = b"II*\0\x08\0\0\0".to_vec();
    file.extend(ENTRIES.to_le_bytes());
    for (tag, kind, count, value) in entries {
        file.extend(tag.to_le_bytes());
        file.extend(kind.to_le_bytes());
        file.extend(count.to_le_bytes());
        file.extend(value.to_le_bytes());
    }
    file.extend([0, 0, 0, 0, 0xFF, 0]);
    file.extend(description.as_bytes());
    file
}
