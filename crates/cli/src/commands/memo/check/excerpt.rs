//! The line a finding is on, with a pointer under its place, safe to show on a terminal.

use std::ops::Range;

use super::source::Around;

/// Bytes looked at on each side of a place; more than a window of four-byte characters.
pub(super) const REACH_BYTES: usize = 1024;

/// Characters shown of one line.
const WINDOW: usize = 100;
/// Characters shown before the place when the line is cut.
const BEFORE: usize = 30;
/// Longest value that is pointed at whole; of a longer one the tag is.
const VALUE: usize = 60;
/// Shortest and longest runs of digits that may hold the number of a person.
const IDENTITY_DIGITS: Range<usize> = 9..13;

/// What a finding is about, at the start tag it points to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aim {
    /// That the element stands there.
    Tag,
    /// What stands in it.
    Value,
}

/// A line and a pointer of the same width.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Excerpt {
    pub(super) line: String,
    /// Columns before the pointer.
    pub(super) indent: usize,
    /// Columns of the pointer, at least one.
    pub(super) width: usize,
}

/// Cuts the line out of the bytes around a place.
pub(super) fn excerpt(around: &Around, aim: Aim) -> Excerpt {
    let (before, after) = around.bytes.split_at(around.at.min(around.bytes.len()));
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |feed| feed + 1);
    let end = after.iter().position(|byte| *byte == b'\n').unwrap_or(after.len());
    let before = String::from_utf8_lossy(&before[start..]);
    let after = String::from_utf8_lossy(&after[..end]);
    let mut line: Vec<char> = before.trim_start_matches('\u{feff}').chars().collect();
    let at = line.len();
    line.extend(after.trim_end_matches('\r').chars());

    let pointed = pointed(&line, at, aim);
    hide_identities(&mut line);
    let shown = window(line.len(), &pointed);
    let pointed = pointed.start..pointed.end.min(shown.end).max(pointed.start + 1);

    let mut excerpt = Excerpt { line: String::new(), indent: 0, width: 0 };
    let mut columns = 0;
    if shown.start > 0 {
        excerpt.line.push('…');
        columns = 1;
    }
    excerpt.indent = columns;
    for (index, character) in line.iter().enumerate().take(shown.end).skip(shown.start) {
        let width = show(*character, &mut excerpt.line);
        if index < pointed.start {
            excerpt.indent += width;
        } else if index < pointed.end {
            excerpt.width += width;
        }
    }
    if shown.end < line.len() {
        excerpt.line.push('…');
    }
    excerpt.width = excerpt.width.max(1);
    excerpt
}

/// Which characters are pointed at.
fn pointed(line: &[char], at: usize, aim: Aim) -> Range<usize> {
    if line.get(at) != Some(&'<') {
        let name = line[at.min(line.len())..].iter().take_while(|c| c.is_ascii_alphanumeric());
        let name = if aim == Aim::Tag { name.count() } else { 0 };
        return at..at + name.max(1);
    }
    let find = |wanted, from: usize| {
        line[from..].iter().position(|character| *character == wanted).map(|found| from + found)
    };
    let Some(tag_end) = find('>', at) else { return at..line.len() };
    let tag = at..tag_end + 1;
    if aim == Aim::Tag || line.get(tag_end.saturating_sub(1)) == Some(&'/') {
        return tag;
    }
    let Some(value_end) = find('<', tag_end) else { return tag };
    let value = tag_end + 1..value_end;
    if value.is_empty() {
        // `<a></a>`: the nothing between them cannot be pointed at.
        return match (line.get(value_end + 1), find('>', value_end)) {
            (Some('/'), Some(end)) => at..end + 1,
            _ => tag,
        };
    }
    let is_blank = line[value.clone()].iter().all(|character| character.is_whitespace());
    if is_blank || value.len() > VALUE { tag } else { value }
}

/// Which part of a line is shown.
fn window(length: usize, pointed: &Range<usize>) -> Range<usize> {
    if length <= WINDOW {
        return 0..length;
    }
    let start = if pointed.end <= WINDOW { 0 } else { pointed.start.saturating_sub(BEFORE) };
    start..(start + WINDOW).min(length)
}

/// Puts a dot for each digit of what looks like the number of a person.
fn hide_identities(line: &mut [char]) {
    let mut index = 0;
    while index < line.len() {
        let run = digits(line, index);
        // 010101-0000 is a number of a person too, with whatever is between its parts.
        let second = match line.get(index + run) {
            Some('-' | '\u{2010}'..='\u{2015}' | ' ' | '/' | '.') if run == 6 => {
                digits(line, index + run + 1)
            }
            _ => 0,
        };
        let hidden = if second == 4 {
            run + 1 + second
        } else if IDENTITY_DIGITS.contains(&run) {
            run
        } else {
            0
        };
        for character in line[index..index + hidden].iter_mut().filter(|c| c.is_ascii_digit()) {
            *character = '•';
        }
        index += run.max(hidden).max(1);
    }
}

fn digits(line: &[char], from: usize) -> usize {
    line[from.min(line.len())..].iter().take_while(|character| character.is_ascii_digit()).count()
}

/// Adds a character as it may be shown; how many columns it takes. A stranger wrote it, and a terminal
/// obeys some of them, or turns the line around.
fn show(character: char, line: &mut String) -> usize {
    match character {
        '\t' => {
            line.push_str("    ");
            return 4;
        }
        '\0'..='\u{1f}' => {
            // The picture of a control character stands as far into its block.
            line.push(char::from_u32(0x2400 + u32::from(character)).unwrap_or('\u{fffd}'));
        }
        '\u{7f}' => line.push('\u{2421}'),
        '\u{80}'..='\u{9f}'
        | '\u{ad}'
        | '\u{61c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' => line.push('\u{fffd}'),
        other => line.push(other),
    }
    1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The excerpt at the first `@` of a text, which is taken out.
    fn at(text: &str, aim: Aim) -> String {
        let at = text.find('@').unwrap();
        let bytes = text.replacen('@', "", 1).into_bytes();
        let Excerpt { line, indent, width } = excerpt(&Around { bytes, at }, aim);
        format!("{line}\n{}{}", " ".repeat(indent), "^".repeat(width))
    }

    #[test]
    fn the_value_is_pointed_at_when_it_stands_there_and_the_tag_otherwise() {
        for (text, aim, expected) in [
            ("a\n  @<l>b c</l>\nd", Aim::Value, "  <l>b c</l>\n     ^^^"),
            ("a\n  @<l>b c</l>\nd", Aim::Tag, "  <l>b c</l>\n  ^^^"),
            ("@<l></l>", Aim::Value, "<l></l>\n^^^^^^^"),
            ("@<l/>x", Aim::Value, "<l/>x\n^^^^"),
            ("@<A>\n<b/>", Aim::Value, "<A>\n^^^"),
            ("@<A><b>c</b></A>", Aim::Value, "<A><b>c</b></A>\n^^^"),
            ("<a>b@ & c</a>\r\n", Aim::Value, "<a>b & c</a>\n    ^"),
            ("<a @", Aim::Value, "<a \n   ^"),
            ("<@kle:a>", Aim::Tag, "<kle:a>\n ^^^"),
            ("ab@cd", Aim::Value, "abcd\n  ^"),
            ("\u{feff}@<ø>å</ø>", Aim::Value, "<ø>å</ø>\n   ^"),
        ] {
            assert_eq!(at(text, aim), expected, "{text}");
        }
    }

    #[test]
    fn a_long_line_is_cut_around_its_place() {
        let long = "x".repeat(300);
        let shown = at(&format!("<a>{long}@<b>c</b>{long}"), Aim::Value);
        let line = shown.lines().next().unwrap();
        assert!(line.chars().count() == WINDOW + 2 && line.contains("<b>c</b>"), "{shown}");
        assert!(shown.ends_with(" ^"), "{shown}");
        // Of a long value the tag is pointed at.
        let shown = at(&format!("@<content>{long}</content>"), Aim::Value);
        assert!(shown.ends_with("x…\n^^^^^^^^^"), "{shown}");
    }

    #[test]
    fn numbers_of_persons_are_not_shown() {
        for (text, expected) in [
            ("@<a>0101010000</a>", "<a>••••••••••</a>\n   ^^^^^^^^^^"),
            ("@x 010101-0000, 010101 0000", "x ••••••-••••, •••••• ••••\n^"),
            ("@12345678 and 12345678901234", "12345678 and 12345678901234\n^"),
            ("@2026-03-01T12:00:00Z", "2026-03-01T12:00:00Z\n^"),
        ] {
            assert_eq!(at(text, Aim::Value), expected);
        }
    }

    #[test]
    fn nothing_in_a_line_commands_the_terminal() {
        let shown = at("@<a>\t\u{1b}[31m\u{9b}\u{202e}\u{7f}\0</a>", Aim::Value);
        assert_eq!(shown, "<a>    ␛[31m\u{fffd}\u{fffd}␡␀</a>\n   ^^^^^^^^^^^^^");
    }
}
