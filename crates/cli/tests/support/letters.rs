//! Letters as text, written without our own writer.

use std::io::{self, Read};

use uuid::Uuid;

/// Who writes to whom.
#[derive(Debug, Clone)]
pub struct Parties {
    pub sender_cvr: String,
    /// `CPR` or `CVR`.
    pub recipient_type: &'static str,
    pub recipient_id: String,
    pub recipient_contact_point: Option<Uuid>,
}

impl Parties {
    pub fn to_person(sender_cvr: &str, cpr: &str) -> Self {
        Self {
            sender_cvr: sender_cvr.into(),
            recipient_type: "CPR",
            recipient_id: cpr.into(),
            recipient_contact_point: None,
        }
    }

    pub fn to_organisation(sender_cvr: &str, cvr: &str, contact_point: Option<Uuid>) -> Self {
        Self {
            sender_cvr: sender_cvr.into(),
            recipient_type: "CVR",
            recipient_id: cvr.into(),
            recipient_contact_point: contact_point,
        }
    }

    fn before_content(&self, uuid: Uuid) -> String {
        let Self { sender_cvr, recipient_type, recipient_id, recipient_contact_point } = self;
        let point = recipient_contact_point.map_or_else(String::new, |id| {
            format!("<memo:ContactPoint><memo:contactPointID>{id}</memo:contactPointID></memo:ContactPoint>")
        });
        format!(
            r#"<?xml version="1.0" encoding="UTF-8"?>
<memo:Message xmlns:memo="https://DigitalPost.dk/MeMo-1" memoVersion="1.2">
<memo:MessageHeader><memo:messageType>DIGITALPOST</memo:messageType><memo:messageUUID>{uuid}</memo:messageUUID><memo:label>Et brev</memo:label>
<memo:Sender><memo:senderID>{sender_cvr}</memo:senderID><memo:idType>CVR</memo:idType><memo:label>Afsender</memo:label></memo:Sender>
<memo:Recipient><memo:recipientID>{recipient_id}</memo:recipientID><memo:idType>{recipient_type}</memo:idType>{point}</memo:Recipient></memo:MessageHeader>
<memo:MessageBody><memo:createdDateTime>2026-01-01T12:00:00Z</memo:createdDateTime>
<memo:MainDocument><memo:File><memo:encodingFormat>application/pdf</memo:encodingFormat><memo:filename>Brev.pdf</memo:filename><memo:language>da</memo:language><memo:content>"#
        )
    }
}

const AFTER_CONTENT: &str =
    "</memo:content></memo:File></memo:MainDocument></memo:MessageBody></memo:Message>\n";

/// A letter of about this many bytes, whose content depends on its UUID.
pub fn letter(uuid: Uuid, parties: &Parties, bytes: usize) -> Vec<u8> {
    let before = parties.before_content(uuid);
    let total = bytes.max(before.len() + AFTER_CONTENT.len() + 4);
    let mut letter = Vec::new();
    Long::new(uuid, parties, total as u64).read_to_end(&mut letter).unwrap();
    letter
}

/// A letter of a given length that is never whole in memory.
pub struct Long {
    before: io::Cursor<Vec<u8>>,
    /// Characters of Base64 that are still to come.
    content: u64,
    state: u64,
    after: io::Cursor<&'static [u8]>,
}

impl Long {
    /// At most `bytes` long, less by at most three.
    pub fn new(uuid: Uuid, parties: &Parties, bytes: u64) -> Self {
        let before = parties.before_content(uuid).into_bytes();
        let room = bytes - before.len() as u64 - AFTER_CONTENT.len() as u64;
        Self {
            before: io::Cursor::new(before),
            content: room / 4 * 4,
            state: uuid.as_u128() as u64 | 1,
            after: io::Cursor::new(AFTER_CONTENT.as_bytes()),
        }
    }

    /// Bytes of all of it, before any is read.
    pub fn len(&self) -> u64 {
        self.before.get_ref().len() as u64 + self.content + AFTER_CONTENT.len() as u64
    }

    /// Bytes of the file in it.
    pub fn file_bytes(&self) -> u64 {
        self.content / 4 * 3
    }
}

impl Read for Long {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        const ALPHABET: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let got = self.before.read(buffer)?;
        if got > 0 || buffer.is_empty() {
            return Ok(got);
        }
        if self.content == 0 {
            return self.after.read(buffer);
        }
        let count = (buffer.len() as u64).min(self.content) as usize;
        for place in &mut buffer[..count] {
            self.state ^= self.state << 13;
            self.state ^= self.state >> 7;
            self.state ^= self.state << 17;
            *place = ALPHABET[(self.state >> 58) as usize];
        }
        self.content -= count as u64;
        Ok(count)
    }
}
