//! Which characters XML allows where.
//!
//! Source: Extensible Markup Language (XML) 1.0, fifth edition, productions 2, 4 and 4a.

/// Bytes that plain text cannot simply pass over: markup, references, the end of a CDATA section,
/// line ends, control characters, and the first byte of U+FFFE and U+FFFF.
pub(crate) const SPECIAL_IN_TEXT: [bool; 256] = special(b"<&>\r");
/// The same inside CDATA sections.
pub(crate) const SPECIAL_IN_CDATA: [bool; 256] = special(b"]\r");
/// The same inside attribute values, where white space is normalized too.
pub(crate) const SPECIAL_IN_ATTRIBUTE: [bool; 256] = special(b"<&\t\n\r");

const fn special(extra: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = !matches!(byte as u8, b'\t' | b'\n' | b'\r');
        byte += 1;
    }
    table[0xEF] = true;
    let mut index = 0;
    while index < extra.len() {
        table[extra[index] as usize] = true;
        index += 1;
    }
    table
}

/// Text up to the first byte that could mean something.
pub(crate) struct PlainRun {
    pub(crate) length_bytes: usize,
    /// Characters, as columns are counted.
    pub(crate) characters: usize,
}

const EACH: u64 = 0x0101_0101_0101_0101;
const HIGHEST: u64 = 0x8080_8080_8080_8080;

/// Passes over text up to the first byte that [`SPECIAL_IN_TEXT`] names, or a tab or line feed, or
/// where less than eight bytes are left: always so far that the next byte has to be looked at.
/// Eight bytes are looked at in one go, as one number.
pub(crate) fn plain_run(bytes: &[u8]) -> PlainRun {
    let (mut length_bytes, mut within) = (0, 0);
    for eight in bytes.as_chunks::<8>().0 {
        let eight = u64::from_le_bytes(*eight);
        // The highest bit of each byte tells; below the lowest one set none is set wrongly.
        let below = |limit: u8| eight.wrapping_sub(EACH * u64::from(limit)) & !eight & HIGHEST;
        let equal = |bits: u64| bits.wrapping_sub(EACH) & !bits & HIGHEST;
        // With this bit set `<` and `>` are the same.
        let angle = equal((eight | (EACH * 0x02)) ^ (EACH * 0x3E));
        let mut special = below(0x20) | angle | equal(eight ^ (EACH * 0x26));
        let mut inside = 0;
        if eight & HIGHEST != 0 {
            special |= equal(eight ^ (EACH * 0xEF));
            // What goes on with a character begins with the bits 10.
            inside = eight & !(eight << 1) & HIGHEST;
        }
        if special != 0 {
            let plain = special.trailing_zeros() / 8;
            let before = (1u64 << (8 * plain)) - 1;
            return PlainRun {
                length_bytes: length_bytes + plain as usize,
                characters: length_bytes + plain as usize
                    - within
                    - (inside & before).count_ones() as usize,
            };
        }
        length_bytes += 8;
        within += inside.count_ones() as usize;
    }
    PlainRun { length_bytes, characters: length_bytes - within }
}

/// White space at the start of a text.
pub(crate) struct WhiteRun {
    pub(crate) length_bytes: usize,
    /// Line feeds in it.
    pub(crate) lines: u32,
    /// Bytes of it after the last line feed, or all.
    pub(crate) since_line_bytes: usize,
}

/// The white space among the first eight bytes: most of what stands between two tags. None of it when
/// there are less than eight.
pub(crate) fn white_run(bytes: &[u8]) -> WhiteRun {
    let Some(eight) = bytes.first_chunk::<8>() else {
        return WhiteRun { length_bytes: 0, lines: 0, since_line_bytes: 0 };
    };
    let eight = u64::from_le_bytes(*eight);
    // The highest bit of each byte tells, of every byte alone.
    let equal = |byte: u8| {
        let zero = eight ^ (EACH * u64::from(byte));
        !(((zero & !HIGHEST) + !HIGHEST) | zero) & HIGHEST
    };
    let line_feeds = equal(b'\n');
    let other = (line_feeds | equal(b' ') | equal(b'\t') | equal(b'\r')) ^ HIGHEST;
    let length_bytes = other.trailing_zeros() as usize / 8;
    let before = other.wrapping_sub(1) & !other;
    let line_feeds = line_feeds & before;
    let since_line_bytes = length_bytes - (8 - line_feeds.leading_zeros() as usize / 8);
    let mut lines = u32::from(line_feeds != 0);
    // Nearly always there is one, and counting is slower than asking.
    if line_feeds & line_feeds.wrapping_sub(1) != 0 {
        lines = line_feeds.count_ones();
    }
    WhiteRun { length_bytes, lines, since_line_bytes }
}

/// The character XML does not allow at the start of `bytes`, if there is one. `bytes` is UTF-8.
pub(crate) fn forbidden_at_start(bytes: &[u8]) -> Option<u32> {
    match bytes {
        [b'\t' | b'\n' | b'\r', ..] => None,
        [control @ 0..0x20, ..] => Some(u32::from(*control)),
        [0xEF, 0xBF, last @ (0xBE | 0xBF), ..] => Some(0xFF40 + u32::from(*last)),
        _ => None,
    }
}

/// Offset and number of the first character that XML does not allow.
pub(crate) fn first_forbidden(bytes: &[u8]) -> Option<(usize, u32)> {
    (0..bytes.len())
        .filter(|at| bytes[*at] < 0x20 || bytes[*at] == 0xEF)
        .find_map(|at| forbidden_at_start(&bytes[at..]).map(|character| (at, character)))
}

/// Whether XML allows a character at all.
pub(crate) fn is_allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

pub(crate) fn is_white(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

pub(crate) fn skip_white(bytes: &[u8]) -> &[u8] {
    let length = bytes.iter().take_while(|b| is_white(**b)).count();
    &bytes[length..]
}

/// Length of the name at the start of `bytes`, colons included; 0 when none starts there.
pub(crate) fn name_length(bytes: &[u8]) -> usize {
    let mut length = 0;
    while let Some(first) = bytes.get(length) {
        if first.is_ascii() {
            let fits = match first {
                b'a'..=b'z' | b'A'..=b'Z' | b'_' | b':' => true,
                b'0'..=b'9' | b'-' | b'.' => length > 0,
                _ => false,
            };
            if !fits {
                return length;
            }
            length += 1;
        } else {
            let Some(character) = first_character(&bytes[length..]) else { return length };
            if !(is_name_start(character) || (length > 0 && is_name_rest(character))) {
                return length;
            }
            length += character.len_utf8();
        }
    }
    length
}

/// Whether a name without a colon may start with this; prefix and local part must each do.
pub(crate) fn starts_a_name(bytes: &[u8]) -> bool {
    match bytes.first() {
        Some(first) if first.is_ascii() => matches!(first, b'a'..=b'z' | b'A'..=b'Z' | b'_'),
        Some(_) => first_character(bytes).is_some_and(is_name_start),
        None => false,
    }
}

fn first_character(bytes: &[u8]) -> Option<char> {
    let length = bytes.len().min(4);
    let (Ok(text) | Err(text)) = std::str::from_utf8(&bytes[..length])
        .map_err(|error| std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default());
    text.chars().next()
}

fn is_name_start(character: char) -> bool {
    matches!(character,
        '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}' | '\u{370}'..='\u{37D}'
        | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}'
        | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
}

fn is_name_rest(character: char) -> bool {
    matches!(character, '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// What a reference stands for. `inside` is what stands between `&` and `;`.
pub(crate) enum Reference {
    Character(char),
    Bad,
    Unknown,
}

pub(crate) fn reference(inside: &[u8]) -> Reference {
    let (digits, radix) = match inside {
        [b'#', b'x', digits @ ..] => (digits, 16),
        [b'#', digits @ ..] => (digits, 10),
        b"amp" => return Reference::Character('&'),
        b"lt" => return Reference::Character('<'),
        b"gt" => return Reference::Character('>'),
        b"quot" => return Reference::Character('"'),
        b"apos" => return Reference::Character('\''),
        _ => return Reference::Unknown,
    };
    let mut number: u32 = 0;
    for digit in digits {
        let Some(value) = char::from(*digit).to_digit(radix) else { return Reference::Bad };
        number = number.saturating_mul(radix).saturating_add(value);
    }
    match char::from_u32(number) {
        Some(character) if !digits.is_empty() && is_allowed(character) => {
            Reference::Character(character)
        }
        _ => Reference::Bad,
    }
}
