//! Making an observation of a message: its header and structure by name, never its content.
//!
//! What is told of a message that is no MeMo is its format, by what it looks like from outside. The bytes
//! are read once, in bounded memory, and forgotten.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};

use brevdue_memo::outline::{Element, Outline};
use brevdue_memo::{Checker, CvrNumber, Severity, Timestamp};
use uuid::Uuid;

use crate::ids::Key;
use crate::objects::{Direction, Environment, LetterType, Route};
use crate::observation::{Carriage, Format, Legacy, Observation, PERSON, RecipientKind};
use crate::programme::Programme;
use crate::tally::{cleaned, holds_cpr_number};

/// Bytes of a message that its format is told by, at most.
const HEAD_BYTES: u64 = 4096;

/// Bytes of an uploaded message at most.
pub const UPLOAD_BYTES: usize = 105 * 1024 * 1024;

/// Letters of an action's code at most.
const CODE_LETTERS: usize = 32;

/// Letters of a sender's code for a kind of message at most.
const MESSAGE_CODE_LETTERS: usize = 64;

/// What is known of a message from outside.
#[derive(Debug, Clone, PartialEq)]
pub struct About {
    /// When it was seen.
    pub observed_at: Timestamp,
    /// Test or real.
    pub environment: Environment,
    /// From the authority or to it.
    pub direction: Direction,
    /// The authority's organisation, digits of its CVR number.
    pub authority_cvr: String,
    /// By what the system is known.
    pub system: String,
    /// How it came.
    pub transport: Carriage,
    /// The host it was sent to.
    pub endpoint_host: Option<String>,
    /// Its `messageUUID`, or what stands in for it where it cannot be read.
    pub message_uuid: Uuid,
    /// The recipient is an authority; none when nobody looked.
    pub to_authority: Option<bool>,
    /// Whether the recipient's structure has the contact point; none when nobody looked.
    pub contact_point_known: Option<bool>,
    /// It was taken.
    pub accepted: bool,
    /// Why not.
    pub error_code: Option<String>,
}

/// By what letters of a type are known: what their sender writes in `messageCode` is the key, the template
/// or the name of a type in the register.
#[derive(Debug, Clone, Default)]
pub struct LetterCodes(BTreeMap<String, Key>);

impl LetterCodes {
    /// Those of a register. A code that two types claim stands for the first by key.
    pub fn of(programme: &Programme) -> Self {
        let mut codes = BTreeMap::new();
        let letters: Vec<(&Key, LetterType)> = programme.all().collect();
        for (key, _) in &letters {
            codes.insert(key.as_str().to_lowercase(), (*key).clone());
        }
        for (key, letter) in &letters {
            for code in [&letter.template_id, &letter.name] {
                let code = code.trim().to_lowercase();
                if !code.is_empty() {
                    codes.entry(code).or_insert_with(|| (*key).clone());
                }
            }
        }
        Self(codes)
    }

    /// The letter type that a code stands for.
    pub fn find(&self, code: &str) -> Option<Key> {
        self.0.get(&code.trim().to_lowercase()).cloned()
    }
}

/// Makes the observation of a message.
///
/// # Errors
///
/// Only when `source` fails.
pub fn of_message(
    mut source: impl Read,
    about: About,
    letters: &LetterCodes,
) -> io::Result<Observation> {
    let mut head = Vec::new();
    source.by_ref().take(HEAD_BYTES).read_to_end(&mut head)?;
    let format = format_of(&head);
    let mut counted = Counted { source: io::Cursor::new(head).chain(source), bytes: 0 };
    let mut seen = bare(about, format);
    if format == Format::Memo {
        let reading = Checker::default().check(&mut counted)?;
        let errors = reading.findings.list.iter().filter(|one| one.severity == Severity::Error);
        seen.validation_errors = errors.map(|one| one.rule.to_owned()).collect();
        if let Some(version) = reading.glimpse.version {
            seen.memo_version = Some(version.as_str().to_owned());
        }
        if let Some(outline) = &reading.outline {
            look(outline, &mut seen, letters);
        }
    } else if format.is_legacy() {
        seen.legacy.insert(Legacy::Format);
    }
    io::copy(&mut counted, &mut io::sink())?;
    seen.size_bytes = counted.bytes;
    Ok(cleaned(seen))
}

/// Makes the observation of an uploaded message: checked and forgotten. It counts as a test, which no
/// requirement asks for: whoever uploads a message has not sent it. `fresh` stands in for its UUID.
///
/// # Errors
///
/// When it is larger than [`UPLOAD_BYTES`].
pub fn of_upload(
    bytes: &[u8],
    authority_cvr: &str,
    system: &str,
    now: Timestamp,
    fresh: Uuid,
    letters: &LetterCodes,
) -> Result<Observation, TooLarge> {
    if bytes.len() > UPLOAD_BYTES {
        return Err(TooLarge { bytes: bytes.len() });
    }
    let about = About {
        observed_at: now,
        environment: Environment::Test,
        direction: Direction::Out,
        authority_cvr: authority_cvr.to_owned(),
        system: system.to_owned(),
        transport: Carriage::Other,
        endpoint_host: None,
        message_uuid: fresh,
        to_authority: None,
        contact_point_known: None,
        accepted: false,
        error_code: None,
    };
    // Reading what is in memory does not fail.
    let mut seen =
        of_message(bytes, about, letters).map_err(|_| TooLarge { bytes: bytes.len() })?;
    seen.accepted = seen.format == Format::Memo && seen.validation_errors.is_empty();
    Ok(seen)
}

/// An uploaded message is larger than the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the message has {bytes} bytes, over the limit of {UPLOAD_BYTES}")]
pub struct TooLarge {
    /// How large it is.
    pub bytes: usize,
}

struct Counted<R> {
    source: R,
    bytes: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.bytes += read as u64;
        Ok(read)
    }
}

fn bare(about: About, format: Format) -> Observation {
    Observation {
        observed_at: about.observed_at,
        environment: about.environment,
        direction: about.direction,
        authority_cvr: about.authority_cvr,
        system: about.system,
        generating_system: None,
        transport: about.transport,
        format,
        memo_version: None,
        message_uuid: about.message_uuid,
        message_type: "DIGITALPOST".to_owned(),
        size_bytes: 0,
        file_count: 0,
        file_types: BTreeSet::new(),
        recipient_kind: RecipientKind::Cvr,
        contact_point_id: None,
        contact_point_known: about.contact_point_known,
        to_authority: about.to_authority.unwrap_or(false),
        accepted: about.accepted,
        error_code: about.error_code,
        receipt_status: None,
        receipt_at: None,
        fetched_at: None,
        stored_in: None,
        sender: None,
        message_code: None,
        handled: None,
        validation_errors: BTreeSet::new(),
        markup: BTreeSet::new(),
        letter_type: None,
        endpoint_host: about.endpoint_host,
        sensitive_title: false,
        has_schema_version: false,
        legacy: BTreeSet::new(),
        untold: BTreeSet::new(),
    }
}

/// Looks at the structure. Of texts only codes, types and ids of systems and contact points are kept, and
/// of notices only whether they look as if they held a CPR number.
fn look(outline: &Outline, seen: &mut Observation, letters: &LetterCodes) {
    seen.has_schema_version = outline.schema_version.is_some();
    let header = outline.root().and_then(|root| root.child("MessageHeader"));
    if let Some(header) = header {
        look_at_header(header, seen, letters);
    }
    for element in outline.elements() {
        match element.name() {
            "Action" => {
                let code = element.value("actionCode").map(str::trim).filter(|code| is_code(code));
                seen.markup.extend(code.map(|code| format!("action:{code}")));
            }
            "File" => {
                let around = element.parent().map(|parent| parent.name());
                seen.file_count += u32::from(around != Some("MainDocument"));
                seen.file_types.extend(file_type(&element));
            }
            _ => {}
        }
    }
}

fn look_at_header(header: Element<'_>, seen: &mut Observation, letters: &LetterCodes) {
    for child in header.children() {
        match (child.name(), child.text()) {
            (name, Some(text)) if !text.trim().is_empty() => {
                seen.markup.insert(format!("header:{name}"));
                if matches!(name, "label" | "notification" | "additionalNotification") {
                    seen.sensitive_title |= holds_cpr_number(text);
                }
            }
            ("Sender", None) => look_at_sender(child, seen),
            ("Recipient", None) => look_at_recipient(child, seen),
            ("ContentData", None) => {
                seen.markup.extend(child.children().map(|one| format!("content:{}", one.name())));
            }
            ("ReplyData", None) => {
                seen.markup.insert("header:ReplyData".to_owned());
            }
            _ => {}
        }
    }
    if let Some(kind) = header.value("messageType").filter(|kind| is_code(kind)) {
        kind.clone_into(&mut seen.message_type);
    }
    let code = header.value("messageCode");
    seen.letter_type = code.and_then(|code| letters.find(code));
    if seen.direction == Direction::In {
        seen.message_code =
            code.map(str::trim).filter(|code| names_a_kind(code)).map(str::to_owned);
    }
}

fn look_at_sender(sender: Element<'_>, seen: &mut Observation) {
    seen.markup.insert("header:Sender".to_owned());
    if sender.child("ContactPoint").is_some() {
        seen.markup.insert("header:ContactPoint".to_owned());
    }
    if seen.direction == Direction::In {
        seen.sender = match (sender.value("idType"), sender.value("senderID")) {
            (Some("CVR"), Some(id)) => id.trim().parse().ok().map(|cvr: CvrNumber| cvr.to_string()),
            (Some("CPR"), _) => Some(PERSON.to_owned()),
            _ => None,
        };
    }
    let Some(attention) = sender.child("AttentionData") else { return };
    seen.markup.extend(attention.children().map(|one| format!("attention:{}", one.name())));
    seen.generating_system = attention
        .child("GeneratingSystem")
        .and_then(|system| system.value("generatingSystemID"))
        .map(|id| id.trim().to_owned())
        .filter(|id| !id.is_empty());
}

fn look_at_recipient(recipient: Element<'_>, seen: &mut Observation) {
    seen.recipient_kind = match recipient.value("idType") {
        Some("CPR") => RecipientKind::Cpr,
        _ => RecipientKind::Cvr,
    };
    if seen.direction == Direction::In {
        let carried = [("ContactPoint", Route::ContactPoint), ("AttentionData", Route::Attention)];
        for (name, route) in carried {
            if recipient.child(name).is_some_and(|child| child.children().next().is_some()) {
                seen.markup.insert(route.word().to_owned());
            }
        }
    }
    let point = recipient.child("ContactPoint").and_then(|point| point.value("contactPointID"));
    seen.contact_point_id = point.map(|id| id.trim().to_owned()).filter(|id| !id.is_empty());
    seen.to_authority |= seen.contact_point_id.is_some();
}

fn is_code(text: &str) -> bool {
    !text.is_empty()
        && text.chars().count() <= CODE_LETTERS
        && text.chars().all(|letter| letter.is_uppercase() || letter == '_')
}

/// A code as systems write them, and no sentence that somebody put in its place.
fn names_a_kind(code: &str) -> bool {
    let fits =
        |letter: char| letter.is_alphanumeric() || matches!(letter, '.' | '_' | '-' | ':' | '/');
    !code.is_empty() && code.chars().count() <= MESSAGE_CODE_LETTERS && code.chars().all(fits)
}

/// By the ending of its name, or what it says it is.
fn file_type(file: &Element<'_>) -> Option<String> {
    let ending = file.value("filename").and_then(|name| name.rsplit_once('.')).map(|(_, end)| end);
    let is_ending = |end: &&str| {
        (1..=8).contains(&end.len()) && end.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let said = || file.value("encodingFormat").map(str::trim).filter(|text| text.contains('/'));
    ending.filter(is_ending).or_else(said).map(str::to_ascii_lowercase)
}

/// Tells a format by how a message begins.
///
/// MeMo is XML whose first element is `Message`, with `memoVersion` and the namespace of MeMo. For the
/// rest no public description exists that could be relied on, so these are choices: XML whose first
/// element or its namespaces name DP1 or DP2 is that; XML in a namespace of `eboks.dk` is DP2; bytes that
/// are mostly letters, digits and blanks of EBCDIC, and mostly not of ASCII, are EBCDIC.
pub fn format_of(head: &[u8]) -> Format {
    if let Some(tag) = first_tag(head) {
        let name = tag.split(|c: char| c.is_whitespace() || c == '/').next().unwrap_or("");
        let local = name.rsplit(':').next().unwrap_or(name);
        let lower = tag.to_ascii_lowercase();
        return if local == "Message"
            && tag.contains("https://DigitalPost.dk/MeMo-1")
            && tag.contains("memoVersion")
        {
            Format::Memo
        } else if lower.contains("dp1") {
            Format::Dp1
        } else if lower.contains("dp2") || lower.contains("eboks.dk") {
            Format::Dp2
        } else {
            Format::Other
        };
    }
    if looks_like_ebcdic(head) { Format::Ebcdic } else { Format::Other }
}

/// The inside of the first start tag.
fn first_tag(head: &[u8]) -> Option<String> {
    let text: String = match head {
        [0xFE, 0xFF, rest @ ..] => wide(rest, u16::from_be_bytes),
        [0xFF, 0xFE, rest @ ..] => wide(rest, u16::from_le_bytes),
        _ => String::from_utf8_lossy(head).into_owned(),
    };
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    loop {
        rest = rest.strip_prefix('<')?;
        let end = match rest.as_bytes().first()? {
            b'?' => "?>",
            b'!' if rest.starts_with("!--") => "-->",
            b'!' => ">",
            _ => return rest.split_once('>').map(|(tag, _)| tag.to_owned()),
        };
        rest = rest.split_once(end)?.1.trim_start();
    }
}

fn wide(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
    String::from_utf16_lossy(&units)
}

fn looks_like_ebcdic(head: &[u8]) -> bool {
    if head.len() < 16 {
        return false;
    }
    let share =
        |of: fn(&u8) -> bool| head.iter().filter(|byte| of(byte)).count() * 100 / head.len();
    let ebcdic = share(|byte| {
        matches!(byte, 0x40 | 0x4B | 0x6B | 0x81..=0x89 | 0x91..=0x99 | 0xA2..=0xA9 | 0xC1..=0xC9
            | 0xD1..=0xD9 | 0xE2..=0xE9 | 0xF0..=0xF9 | 0x15 | 0x25)
    });
    let ascii = share(|byte| matches!(byte, b' '..=b'~' | b'\r' | b'\n' | b'\t'));
    ebcdic >= 85 && ascii < 50
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_told_by_how_a_message_begins() {
        let memo = "<?xml version=\"1.0\"?>\n<!-- x --><memo:Message xmlns:memo=\"https://DigitalPost.dk/MeMo-1\" memoVersion=\"1.2\">";
        let ebcdic = [
            0xC8, 0x85, 0x93, 0x93, 0x96, 0x40, 0xA6, 0x96, 0x99, 0x93, 0x84, 0x40, 0xF1, 0xF2,
            0xF3, 0xF4,
        ];
        for (bytes, expected) in [
            (memo.as_bytes(), Format::Memo),
            (b"<Message memoVersion=\"1.2\" xmlns=\"urn:x\">", Format::Other),
            (b"<Message xmlns=\"https://DigitalPost.dk/MeMo-1\">", Format::Other),
            (b"<DP2Forsendelse>", Format::Dp2),
            (b"<m xmlns=\"http://rep.oio.dk/eboks.dk/meddelelse/\">", Format::Dp2),
            (b"<dp1:Brev xmlns:dp1=\"urn:dp1\">", Format::Dp1),
            (&ebcdic, Format::Ebcdic),
            (b"Hello world, this is plain text", Format::Other),
            (b"<", Format::Other),
            (b"", Format::Other),
        ] {
            assert_eq!(format_of(bytes), expected, "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn an_uploaded_message_is_told_by_names_alone() {
        let xml = std::fs::read_to_string("../../examples/messages/appointment.xml")
            .or_else(|_| first_example())
            .unwrap();
        let now = Timestamp::from_millis(1_790_000_000_000);
        let seen = of_upload(
            xml.as_bytes(),
            "11223399",
            "S-1",
            now,
            Uuid::from_u128(1),
            &LetterCodes::default(),
        )
        .unwrap();
        assert_eq!(seen.format, Format::Memo);
        assert_eq!(seen.size_bytes, xml.len() as u64);
        assert!(seen.markup.contains("header:label"), "{:?}", seen.markup);
        let told = serde_json::to_string(&seen).unwrap();
        assert!(!holds_cpr_number(&told), "{told}");
    }

    #[test]
    fn of_a_message_to_the_authority_it_is_told_who_sent_it_and_what_it_can_be_distributed_by() {
        let message = |sender: &str, code: &str, recipient: &str| {
            format!(
                "<memo:Message xmlns:memo=\"https://DigitalPost.dk/MeMo-1\" memoVersion=\"1.2\">\
                 <memo:MessageHeader><memo:messageType>DIGITALPOST</memo:messageType>\
                 <memo:messageCode>{code}</memo:messageCode><memo:Sender>{sender}</memo:Sender>\
                 <memo:Recipient><memo:recipientID>11223399</memo:recipientID>\
                 <memo:idType>CVR</memo:idType>{recipient}</memo:Recipient>\
                 <memo:ContentData><memo:CaseID><memo:caseID>S-1</memo:caseID></memo:CaseID>\
                 </memo:ContentData></memo:MessageHeader></memo:Message>"
            )
        };
        let who = |id: &str, kind: &str| {
            format!("<memo:senderID>{id}</memo:senderID><memo:idType>{kind}</memo:idType>")
        };
        let point = "<memo:AttentionData><memo:AttentionPerson><memo:label>Ib</memo:label>\
                     </memo:AttentionPerson></memo:AttentionData><memo:ContactPoint>\
                     <memo:contactPointID>8b7d</memo:contactPointID></memo:ContactPoint>";
        let seen = |xml: &str, direction| {
            let about = About {
                observed_at: Timestamp::from_millis(1_790_000_000_000),
                environment: Environment::Prod,
                direction,
                authority_cvr: "11223399".into(),
                system: "S-1".into(),
                transport: Carriage::Rest,
                endpoint_host: None,
                message_uuid: Uuid::from_u128(1),
                to_authority: Some(true),
                contact_point_known: None,
                accepted: true,
                error_code: None,
            };
            of_message(xml.as_bytes(), about, &LetterCodes::default()).unwrap()
        };
        let company = message(&who("22117712", "CVR"), "SKADE-1", point);
        let told = seen(&company, Direction::In);
        assert_eq!(told.sender.as_deref(), Some("22117712"));
        assert_eq!(told.message_code.as_deref(), Some("SKADE-1"));
        for route in [Route::ContactPoint, Route::Attention, Route::Case, Route::Code] {
            assert!(told.markup.contains(route.word()), "{}: {:?}", route.word(), told.markup);
        }
        assert!(!serde_json::to_string(&told).unwrap().contains("Ib"), "names of fields alone");
        let own = seen(&company, Direction::Out);
        assert_eq!((own.sender, own.message_code), (None, None), "who we are is known");

        let person = seen(&message(&who("0101901234", "CPR"), "Vedr. Ib Ibsen", ""), Direction::In);
        assert_eq!((person.sender.as_deref(), person.message_code), (Some(PERSON), None));
        assert!(!person.markup.contains(Route::ContactPoint.word()));
        let neither = seen(&message(&who("1", "CVR"), "0101901234", ""), Direction::In);
        assert_eq!(neither.sender, None);
        assert!(!holds_cpr_number(&neither.message_code.unwrap()));
    }

    fn first_example() -> io::Result<String> {
        let mut files: Vec<_> = std::fs::read_dir("../../examples/messages")?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|end| end == "xml"))
            .collect();
        files.sort();
        std::fs::read_to_string(files.first().ok_or(io::ErrorKind::NotFound)?)
    }
}
