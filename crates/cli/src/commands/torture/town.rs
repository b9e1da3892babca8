//! Who sends and who receives: what the load needs to know of the invented country.

use std::fs;
use std::path::Path;

use brevdue_wire::country::Country;
use uuid::Uuid;

use super::dice::Dice;
use crate::report::Problem;

/// Its receipts are fetched.
const PULL_SENDER: &str = "tusindfryd-afsender";
/// Its receipts are pushed.
const PUSH_SENDER: &str = "fyrtaarn-afsender";
/// It fetches its mail.
const PULL_RECEIVER: &str = "tusindfryd-modtager";
/// The contact point whose mail is pushed.
const PUSH_POINT: &str = "Fyrpas og bøjer";

/// Letters of about so many bytes stand in rows or in the journal.
const SMALL_BYTES: u64 = 1_500;
/// Letters above 64 KiB stand in files.
const LARGE_BYTES: u64 = 70_000;

/// A sender system.
#[derive(Debug, Clone)]
pub(super) struct Sender {
    pub(super) authorization: String,
    cvr: String,
}

/// Who there is.
#[derive(Debug, Clone)]
pub(super) struct Town {
    /// The first fetches its receipts, the second gets them pushed.
    pub(super) senders: [Sender; 2],
    /// `Authorization` of the receiver that fetches.
    pub(super) pull_receiver: String,
    pull_cvr: String,
    push_cvr: String,
    push_point: Uuid,
    people: Vec<(Uuid, String)>,
    closed: Vec<String>,
}

/// Where a letter ends when all goes well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Destination {
    /// A person's mailbox.
    Mailbox(Uuid),
    /// The receiver that fetches.
    Fetched,
    /// The receiver that is called.
    Pushed,
    /// Nowhere: its recipient's mailbox is closed.
    Refused,
    /// Nowhere yet: its date is far off.
    Waiting,
}

/// A letter to send.
#[derive(Debug, Clone)]
pub(super) struct Letter {
    pub(super) uuid: Uuid,
    pub(super) sender: usize,
    pub(super) destination: Destination,
    pub(super) bytes: Vec<u8>,
}

impl Town {
    /// The town of a data folder whose server has started.
    pub(super) fn read(country: &Path) -> Result<Self, Problem> {
        let unreadable = |what: &str| {
            Problem::ours("torture::country", format!("the invented country has no {what}"))
                .at(country.display().to_string())
        };
        let bytes = fs::read(country).map_err(|error| unreadable("file").because(&error))?;
        let country: Country =
            serde_json::from_slice(&bytes).map_err(|error| unreadable("form").because(&error))?;
        let system = |name: &str| {
            let mut all = country.organisations.iter().flat_map(|organisation| {
                organisation.systems.iter().map(move |system| (organisation, system))
            });
            all.find(|(_, system)| system.name == name).ok_or_else(|| unreadable(name))
        };
        let sender = |name: &str| {
            system(name).map(|(organisation, system)| Sender {
                authorization: system.authorization.clone(),
                cvr: organisation.cvr.clone(),
            })
        };
        let (pull_organisation, pull_system) = system(PULL_RECEIVER)?;
        let (push_organisation, push_point) = country
            .organisations
            .iter()
            .flat_map(|one| one.contact_points.iter().map(move |point| (one, point)))
            .find(|(_, point)| point.name == PUSH_POINT)
            .ok_or_else(|| unreadable(PUSH_POINT))?;
        let people = |status: &'static str| {
            country.people.iter().filter(move |person| person.status == status)
        };
        Ok(Self {
            senders: [sender(PULL_SENDER)?, sender(PUSH_SENDER)?],
            pull_receiver: pull_system.authorization.clone(),
            pull_cvr: pull_organisation.cvr.clone(),
            push_cvr: push_organisation.cvr.clone(),
            push_point: push_point.id,
            people: people("REGISTERED").map(|one| (one.id, one.cpr.clone())).collect(),
            closed: people("CLOSED").map(|one| one.cpr.clone()).collect(),
        })
    }

    /// The mailboxes letters go to.
    pub(super) fn mailboxes(&self) -> impl Iterator<Item = Uuid> {
        self.people.iter().map(|(id, _)| *id)
    }

    /// A letter as the dice fall.
    pub(super) fn letter(&self, dice: &mut Dice) -> Letter {
        let uuid = dice.uuid();
        let sender = usize::from(dice.below(2) == 1);
        let (destination, id_type, id, point) = match dice.below(20) {
            0..3 => (Destination::Fetched, "CVR", self.pull_cvr.as_str(), None),
            3..6 => (Destination::Pushed, "CVR", self.push_cvr.as_str(), Some(self.push_point)),
            6 if !self.closed.is_empty() => {
                let cpr = dice.one_of(&self.closed).map_or("", String::as_str);
                (Destination::Refused, "CPR", cpr, None)
            }
            roll => {
                let (owner, cpr) =
                    dice.one_of(&self.people).map_or((Uuid::nil(), ""), |(id, cpr)| (*id, cpr));
                let place =
                    if roll == 7 { Destination::Waiting } else { Destination::Mailbox(owner) };
                (place, "CPR", cpr, None)
            }
        };
        let length = match dice.below(25) {
            0 => LARGE_BYTES + dice.below(60_000),
            _ => SMALL_BYTES + dice.below(9_000),
        };
        let head = Head {
            uuid,
            sender: &self.senders[sender].cvr,
            id_type,
            id,
            point,
            is_delayed: destination == Destination::Waiting,
        };
        Letter { uuid, sender, destination, bytes: written(&head, length, dice) }
    }
}

struct Head<'a> {
    uuid: Uuid,
    sender: &'a str,
    id_type: &'static str,
    id: &'a str,
    point: Option<Uuid>,
    is_delayed: bool,
}

/// Written by hand and not by our own writer, as other programs write. The file in it is noise.
fn written(head: &Head<'_>, length: u64, dice: &mut Dice) -> Vec<u8> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let Head { uuid, sender, id_type, id, point, is_delayed } = head;
    let point = point.map_or_else(String::new, |id| {
        format!(
            "<memo:ContactPoint><memo:contactPointID>{id}</memo:contactPointID></memo:ContactPoint>"
        )
    });
    let date = if *is_delayed {
        let day = far_off();
        format!("<memo:doNotDeliverUntilDate>{day}</memo:doNotDeliverUntilDate>")
    } else {
        String::new()
    };
    let mut letter = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<memo:Message xmlns:memo="https://DigitalPost.dk/MeMo-1" memoVersion="1.2">
<memo:MessageHeader><memo:messageType>DIGITALPOST</memo:messageType><memo:messageUUID>{uuid}</memo:messageUUID><memo:label>Et brev</memo:label>{date}
<memo:Sender><memo:senderID>{sender}</memo:senderID><memo:idType>CVR</memo:idType><memo:label>Afsender</memo:label></memo:Sender>
<memo:Recipient><memo:recipientID>{id}</memo:recipientID><memo:idType>{id_type}</memo:idType>{point}</memo:Recipient></memo:MessageHeader>
<memo:MessageBody><memo:createdDateTime>2026-01-01T12:00:00Z</memo:createdDateTime>
<memo:MainDocument><memo:File><memo:encodingFormat>application/pdf</memo:encodingFormat><memo:filename>Brev.pdf</memo:filename><memo:language>da</memo:language><memo:content>"#
    )
    .into_bytes();
    let end =
        b"</memo:content></memo:File></memo:MainDocument></memo:MessageBody></memo:Message>\n";
    let taken = letter.len() as u64 + end.len() as u64;
    for _ in 0..length.saturating_sub(taken).max(8) / 8 {
        let mut noise = dice.next();
        for _ in 0..8 {
            letter.push(ALPHABET[(noise & 63) as usize]);
            noise >>= 6;
        }
    }
    letter.extend_from_slice(end);
    letter
}

/// Half a year from now: no run lasts that long, and it is within the twelve months allowed.
fn far_off() -> jiff::civil::Date {
    use brevdue_exchange::Clock as _;

    let now = crate::machine::MachineClock.now().as_millis();
    jiff::Timestamp::from_millisecond(now).map_or(jiff::civil::Date::MAX, |now| {
        let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
        today.saturating_add(jiff::Span::new().days(180))
    })
}
