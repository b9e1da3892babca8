//! The text of a CSV file. Source: RFC 4180, with the separator that Danish spreadsheets write.

use crate::limits::{COLUMNS, ROWS};

/// What parts the cells of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Separator {
    /// As Danish spreadsheets.
    Semicolon,
    /// As RFC 4180, and the trackers of tasks.
    Comma,
}

/// Why a text is no CSV.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Malformed {
    /// The text is not UTF-8, nor Windows-1252 without gaps.
    #[error("the file is not text in UTF-8")]
    NotText,
    /// A quotation mark is never closed.
    #[error("the quotation mark opened in line {line} is never closed")]
    OpenQuote {
        /// From 1.
        line: usize,
    },
    /// More cells than are read.
    #[error("the file has more than {ROWS} lines or {COLUMNS} columns")]
    TooMuch,
}

/// Writes lines with a byte order mark, so that spreadsheets take it for UTF-8.
pub(crate) fn write(lines: &[Vec<String>], separator: Separator) -> Vec<u8> {
    let separator = if separator == Separator::Semicolon { ';' } else { ',' };
    let mut text = String::from("\u{feff}");
    for line in lines {
        for (index, cell) in line.iter().enumerate() {
            if index > 0 {
                text.push(separator);
            }
            let needs = |c: char| matches!(c, '"' | ';' | ',' | '\n' | '\r');
            if cell.contains(needs) || cell.starts_with(' ') || cell.ends_with(' ') {
                text.push('"');
                text.push_str(&cell.replace('"', "\"\""));
                text.push('"');
            } else {
                text.push_str(cell);
            }
        }
        text.push_str("\r\n");
    }
    text.into_bytes()
}

/// Reads lines. The separator is the one of semicolon, comma and tab that the first line has most of.
///
/// # Errors
///
/// [`Malformed`].
pub(crate) fn table(bytes: &[u8]) -> Result<Vec<Vec<String>>, Malformed> {
    let text = std::str::from_utf8(bytes).map_err(|_| Malformed::NotText)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // Excel's own line that names the separator.
    let (named, text) = match text.strip_prefix("sep=").and_then(|rest| {
        let separator = rest.chars().next()?;
        Some((separator, rest[separator.len_utf8()..].trim_start_matches(['\r', '\n'])))
    }) {
        Some((separator, rest)) => (Some(separator), rest),
        None => (None, text),
    };
    let separator = named.unwrap_or_else(|| separator(text));
    let mut rows = Vec::new();
    let (mut row, mut cell) = (Vec::new(), String::new());
    let (mut quoted, mut line, mut opened) = (false, 1, 1);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if character == '\n' {
            line += 1;
        }
        if quoted {
            match character {
                '"' if characters.peek() == Some(&'"') => {
                    characters.next();
                    cell.push('"');
                }
                '"' => quoted = false,
                other => cell.push(other),
            }
            continue;
        }
        match character {
            '"' if cell.is_empty() => {
                quoted = true;
                opened = line;
            }
            '\r' if characters.peek() == Some(&'\n') => {}
            '\n' | '\r' => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            other if other == separator => row.push(std::mem::take(&mut cell)),
            other => cell.push(other),
        }
        if row.len() > COLUMNS || rows.len() > ROWS + 1 {
            return Err(Malformed::TooMuch);
        }
    }
    if quoted {
        return Err(Malformed::OpenQuote { line: opened });
    }
    if !cell.is_empty() || !row.is_empty() {
        row.push(cell);
        rows.push(row);
    }
    Ok(rows)
}

fn separator(text: &str) -> char {
    let first = text.lines().next().unwrap_or_default();
    let mut best = (';', 0);
    for candidate in [';', ',', '\t'] {
        let count = first.matches(candidate).count();
        if count > best.1 {
            best = (candidate, count);
        }
    }
    best.0
}

/// Marks a text that a spreadsheet would take for a formula by an apostrophe, and one that begins with one.
pub(crate) fn guarded(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\'']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// Takes the mark off again.
pub(crate) fn unguarded(text: &str) -> String {
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t', '\r', '\'']) => rest.to_owned(),
        _ => text.to_owned(),
    }
}
