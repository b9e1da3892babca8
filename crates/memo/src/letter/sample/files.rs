//! Tiny files that are what they say: every viewer opens them.

use crate::letter::DraftFile;

fn file(filename: &str, encoding_format: &str, content: Vec<u8>) -> DraftFile {
    DraftFile {
        filename: filename.to_owned(),
        encoding_format: encoding_format.to_owned(),
        content,
    }
}

pub(super) fn text(filename: &str, text: &str) -> DraftFile {
    file(filename, "text/plain", format!("{text}\n").into_bytes())
}

/// A page of one heading and one paragraph. Neither holds markup.
pub(super) fn html(heading: &str, paragraph: &str) -> DraftFile {
    let page = format!(
        "<!DOCTYPE html>\n<html lang=\"da\"><head><meta charset=\"utf-8\"><title>{heading}</title></head>\n<body><h1>{heading}</h1><p>{paragraph}</p></body></html>\n"
    );
    file("Brev.html", "text/html", page.into_bytes())
}

/// One page A4 with one line in a font that every viewer has.
///
/// Source: ISO 32000-1, 7.5 (file structure): header, objects, cross-reference table, trailer.
pub(super) fn pdf(filename: &str, line: &str) -> DraftFile {
    let mut content = b"BT /F1 18 Tf 72 760 Td (".to_vec();
    for character in line.chars() {
        match character {
            '(' | ')' | '\\' => content.extend([b'\\', character as u8]),
            // WinAnsi is Latin-1 where Danish needs it.
            ' '..='\u{FF}' => content.push(character as u32 as u8),
            _ => content.push(b'?'),
        }
    }
    content.extend(b") Tj ET");
    let mut stream = format!("<< /Length {} >>\nstream\n", content.len()).into_bytes();
    stream.extend(content);
    stream.extend(b"\nendstream");
    let objects: [&[u8]; 5] = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        &stream,
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ];
    let mut pdf = b"%PDF-1.4\n".to_vec();
    let mut table = "xref\n0 6\n0000000000 65535 f \n".to_owned();
    for (number, object) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", pdf.len()));
        pdf.extend(format!("{} 0 obj\n", number + 1).into_bytes());
        pdf.extend(*object);
        pdf.extend(b"\nendobj\n");
    }
    let start = pdf.len();
    pdf.extend(table.into_bytes());
    pdf.extend(
        format!("trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n").into_bytes(),
    );
    file(filename, "application/pdf", pdf)
}

/// A picture of one grey point.
///
/// Source: ISO/IEC 15948 (PNG), 5; RFC 1950 and 1951 for the stored block.
pub(super) fn png(filename: &str, grey: u8) -> DraftFile {
    let mut png = b"\x89PNG\r\n\x1A\n".to_vec();
    chunk(&mut png, b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
    // One row of filter type 0 and one byte, stored without compression.
    let row = [0, grey];
    let sum = 1 + u32::from(grey);
    let adler = ((1 + sum) << 16) | sum;
    let mut data = vec![0x78, 0x01, 0x01, 2, 0, 0xFD, 0xFF];
    data.extend(row);
    data.extend(adler.to_be_bytes());
    chunk(&mut png, b"IDAT", &data);
    chunk(&mut png, b"IEND", &[]);
    file(filename, "image/png", png)
}

fn chunk(png: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    png.extend((data.len() as u32).to_be_bytes());
    let start = png.len();
    png.extend(name);
    png.extend(data);
    let sum = crc32(&png[start..]);
    png.extend(sum.to_be_bytes());
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 };
        }
    }
    !sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn a_picture_has_the_sums_and_the_point_it_should() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        for grey in [0, 127, 255] {
            let png = png("a.png", grey).content;
            let start = png.windows(4).position(|name| name == b"IDAT").unwrap() + 4;
            let length = u32::from_be_bytes(png[start - 8..start - 4].try_into().unwrap());
            let mut data = flate2::read::ZlibDecoder::new(&png[start..start + length as usize]);
            let mut row = Vec::new();
            data.read_to_end(&mut row).unwrap();
            assert_eq!(row, [0, grey]);
        }
    }

    #[test]
    fn the_table_of_a_pdf_points_at_its_objects() {
        let pdf = pdf("a.pdf", "Ærø (en ø) €").content;
        let text: String = pdf.iter().map(|byte| char::from(*byte)).collect();
        assert!(text.contains(r"(Ærø \(en ø\) ?) Tj"));
        let table = text.split("startxref\n").nth(1).unwrap().lines().next().unwrap();
        let entries =
            text[table.parse::<usize>().map(|at| char_start(&text, at)).unwrap()..].lines().skip(3);
        for (number, entry) in (1..=5).zip(entries) {
            let at: usize = entry[..10].parse().unwrap();
            assert!(pdf[at..].starts_with(format!("{number} 0 obj\n").as_bytes()), "{number}");
        }
    }

    /// The byte of the text at which the n-th byte of the file, one character each, stands.
    fn char_start(text: &str, n: usize) -> usize {
        text.char_indices().nth(n).unwrap().0
    }
}
