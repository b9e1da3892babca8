//! The first letters of a new data folder, and the letter to try by hand.

use std::io::Cursor;

use brevdue_exchange::exchange::accept::Submission;
use brevdue_exchange::{Exchange, OrganisationId, Origin, StorageError, SystemId};
use brevdue_memo::letter::{DraftFile, LetterDraft, LetterError};
use brevdue_memo::{
    Action, ContactPoint, EntryPoint, MemoVersion, Message, PartyId, Reservation, Timestamp,
    UtcDateTime, Uuid4, WriteError, write,
};
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::Definition;
use super::definition::{Kind, OrganisationEntry, PersonEntry, Status, SystemEntry};

/// Why there is no letter.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FirstLetterError {
    /// The store failed.
    #[error("a letter could not be stored")]
    Storage(#[from] StorageError),
    /// A name of the country is too long for a letter.
    #[error("a letter could not be built")]
    Build(#[from] LetterError),
    /// Writing failed.
    #[error("a letter could not be written")]
    Write(#[from] WriteError),
}

/// Sends some letters, each of which shows something else, the way any sender's go. Returns how many:
/// none in a country that has no authority to send them or nobody to get them.
pub(crate) async fn first_letters(
    exchange: &Exchange,
    definition: &Definition,
) -> Result<usize, FirstLetterError> {
    let Some((person, authorities)) = cast(definition) else { return Ok(0) };
    let now = exchange.now();
    let letters: [Letter; 4] = [appointment, bill, question, leaflet];
    for (index, letter) in letters.iter().enumerate() {
        let (organisation, system) = authorities[index % authorities.len()];
        let message = letter(&Scene {
            sender: organisation,
            recipient: person,
            uuid: exchange.ids().random(),
            another_uuid: exchange.ids().random(),
            now,
        })?;
        let bytes = written(&message)?;
        let mut sink = exchange.store().begin(now)?;
        sink.write(&bytes)?;
        let content = sink.finish()?;
        let origin = Origin::System {
            system: SystemId(system.id),
            organisation: OrganisationId(organisation.id),
        };
        let claimed_uuid = Some(message.header.message_uuid.value());
        exchange.accept(origin, Submission::Single { claimed_uuid, content }).await?;
    }
    Ok(letters.len())
}

/// A short letter to send by hand, and the system to send it as; `None` in a country that has no
/// authority to send it or nobody to get it.
pub(crate) fn letter_to_try(
    definition: &Definition,
    uuid: Uuid,
    now: Timestamp,
) -> Result<Option<(Vec<u8>, &SystemEntry)>, FirstLetterError> {
    let Some((person, authorities)) = cast(definition) else { return Ok(None) };
    let Some((sender, system)) = authorities.first().copied() else { return Ok(None) };
    let scene = Scene { sender, recipient: person, uuid, another_uuid: uuid, now };
    let message = scene.letter(
        "Dit første brev",
        text(
            "brev.txt",
            "Kære {name}\n\nDette brev er sendt med curl.\n\nVenlig hilsen\n{sender}\n",
        ),
        Vec::new(),
        Answer::Wanted { days: 14 },
    )?;
    Ok(Some((written(&message)?, system)))
}

/// The first registered person, and every authority that can send and is not quiet.
fn cast(
    definition: &Definition,
) -> Option<(&PersonEntry, Vec<(&OrganisationEntry, &SystemEntry)>)> {
    let person = definition.people.iter().find(|person| person.status == Status::Registered)?;
    let authorities: Vec<_> = definition
        .organisations
        .iter()
        .filter(|one| one.kind == Kind::Authority && one.terms_accepted && !one.quiet)
        .filter_map(|one| Some((one, one.systems.iter().find(|system| system.sends())?)))
        .collect();
    (!authorities.is_empty()).then_some((person, authorities))
}

fn written(message: &Message) -> Result<Vec<u8>, WriteError> {
    let mut bytes = Vec::new();
    write(message, Cursor::new(&[][..]), &mut bytes)?;
    Ok(bytes)
}

/// Writes one of the letters.
type Letter = fn(&Scene<'_>) -> Result<Message, LetterError>;

/// Who writes to whom, and when.
struct Scene<'a> {
    sender: &'a OrganisationEntry,
    recipient: &'a PersonEntry,
    uuid: Uuid,
    another_uuid: Uuid,
    now: Timestamp,
}

/// Whether the recipient may answer.
enum Answer {
    No,
    Wanted { days: i32 },
}

/// Media type, file name, and content with `{name}` and `{sender}` to fill in.
struct Sheet {
    media_type: &'static str,
    filename: &'static str,
    content: &'static str,
}

fn text(filename: &'static str, content: &'static str) -> Sheet {
    Sheet { media_type: "text/plain", filename, content }
}

fn appointment(scene: &Scene<'_>) -> Result<Message, LetterError> {
    let (start, end) = (scene.at(9, 10, 0), scene.at(9, 10, 30));
    let visit = Action {
        label: "Læg tiden i din kalender".into(),
        action_code: "AFTALE".into(),
        start_date_time: None,
        end_date_time: None,
        reservation: Some(Reservation {
            description:
                "Medbring dit nuværende pas og et billede, der er højst seks måneder gammelt."
                    .into(),
            reservation_uuid: Uuid4::from(scene.another_uuid),
            abstract_text: "Fornyelse af pas".into(),
            location: "Borgerservice, Fuglevænget 1, Tusindfryd".into(),
            start_date_time: UtcDateTime::from(start),
            end_date_time: UtcDateTime::from(end),
            organizer_mail: Some("borgerservice@tusindfryd.example".into()),
            organizer_name: Some("Borgerservice".into()),
        }),
        entry_point: None,
    };
    let other_time = link(
        "Find en anden tid",
        "SELVBETJENING",
        "https://selvbetjening.tusindfryd.example/pas/tider",
        Some(scene.at(7, 12, 0)),
    );
    scene.letter(
        "Tid til fornyelse af dit pas",
        text(
            "Tid til fornyelse af pas.txt",
            "Kære {name}\n\nVi har sat en tid af til dig i Borgerservice. Passer den ikke, kan du finde en anden.\n\nVenlig hilsen\n{sender}\n",
        ),
        vec![visit, other_time],
        Answer::No,
    )
}

fn bill(scene: &Scene<'_>) -> Result<Message, LetterError> {
    let pay = link(
        "Betal regningen",
        "BETALING",
        "https://betaling.fyrtaarn.example/regning/2041",
        Some(scene.at(12, 23, 59)),
    );
    scene.letter(
        "Regning for bådplads ved fyret",
        text(
            "Regning.txt",
            "Kære {name}\n\nÅrsleje for bådplads 14 ved fyret: 1.250,00 kr.\nFristen for betaling står ved handlingen.\n\nVenlig hilsen\n{sender}\n",
        ),
        vec![pay],
        Answer::No,
    )
}

fn question(scene: &Scene<'_>) -> Result<Message, LetterError> {
    scene.letter(
        "Hvornår skal dit barn begynde i børnehave?",
        text(
            "Spørgsmål om startdato.txt",
            "Kære {name}\n\nVi har en plads i Børnehaven Mariehønen. Skriv til os, hvilken dag der passer jer bedst.\n\nVenlig hilsen\nPladsanvisningen, {sender}\n",
        ),
        Vec::new(),
        Answer::Wanted { days: 14 },
    )
}

fn leaflet(scene: &Scene<'_>) -> Result<Message, LetterError> {
    let confirm = link(
        "Bekræft, at du har læst brevet",
        "BEKRAEFT",
        "https://selvbetjening.fyrtaarn.example/bekraeft",
        Some(scene.at(21, 12, 0)),
    );
    let sheet = Sheet {
        media_type: "text/html",
        filename: "Fyret lyser igen.html",
        content: "<!DOCTYPE html>\n<html lang=\"da\"><head><meta charset=\"utf-8\"><title>Fyret lyser igen</title></head>\n<body><h1>Fyret lyser igen</h1>\n<p>Kære {name}</p>\n<p>Fra mandag er fyret ved havnen tændt hver nat. I ugen efter prøver vi tågehornet:</p>\n<table><thead><tr><th>Dag</th><th>Tid</th></tr></thead><tbody><tr><td>Tirsdag</td><td>10.00</td></tr><tr><td>Torsdag</td><td>14.00</td></tr></tbody></table>\n<p>Venlig hilsen<br><strong>{sender}</strong></p></body></html>\n",
    };
    scene.letter("Fyret lyser igen", sheet, vec![confirm], Answer::No)
}

fn link(label: &str, code: &str, url: &str, deadline: Option<Timestamp>) -> Action {
    Action {
        label: label.into(),
        action_code: code.into(),
        start_date_time: None,
        end_date_time: deadline.map(UtcDateTime::from),
        reservation: None,
        entry_point: Some(EntryPoint { url: url.into() }),
    }
}

impl Scene<'_> {
    /// A time of day in Copenhagen, this many days from now.
    fn at(&self, days: i32, hour: i8, minute: i8) -> Timestamp {
        let zone = TimeZone::get("Europe/Copenhagen").unwrap_or(TimeZone::UTC);
        let zoned = jiff::Timestamp::from_millisecond(self.now.as_millis())
            .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
            .to_zoned(zone.clone());
        let at = zoned
            .date()
            .saturating_add(jiff::Span::new().days(days))
            .at(hour, minute, 0, 0)
            .to_zoned(zone)
            .map_or(self.now.as_millis(), |zoned| zoned.timestamp().as_millisecond());
        Timestamp::from_millis(at)
    }

    fn letter(
        &self,
        label: &str,
        sheet: Sheet,
        actions: Vec<Action>,
        answer: Answer,
    ) -> Result<Message, LetterError> {
        let content = sheet
            .content
            .replace("{name}", &self.recipient.name)
            .replace("{sender}", &self.sender.name);
        let mut draft = LetterDraft::new(
            MemoVersion::V1_2,
            self.uuid,
            self.now,
            (PartyId::Cvr(self.sender.cvr), &self.sender.name),
            (PartyId::Cpr(self.recipient.cpr), Some(&self.recipient.name)),
            label,
        );
        draft.sender_contact_point = self.sender.contact_points.first().map(|point| ContactPoint {
            contact_group: None,
            contact_point_id: point.id.to_string(),
            label: Some(point.name.clone()),
            contact_info: Vec::new(),
        });
        draft.files = vec![DraftFile {
            filename: sheet.filename.into(),
            encoding_format: sheet.media_type.into(),
            content: content.into_bytes(),
        }];
        draft.actions = actions;
        if let Answer::Wanted { days } = answer {
            draft.reply = true;
            draft.reply_by = Some(self.at(days, 12, 0));
        }
        draft.build()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use brevdue_memo::{Limits, read};

    use super::*;

    fn letters() -> Vec<(&'static str, Message)> {
        let definition = Definition::load(None).unwrap();
        let (recipient, authorities) = cast(&definition).unwrap();
        assert!(authorities.len() >= 2);
        let letters: [(&str, Letter); 4] = [
            ("appointment.xml", appointment),
            ("bill.xml", bill),
            ("question.xml", question),
            ("leaflet.xml", leaflet),
        ];
        let number = |number| Uuid::from_u128(0x5f0d_5a9c_3c1e_4c6a_9a51_0f3b_2c4d_5e00 + number);
        (0..)
            .zip(letters)
            .map(|(index, (name, letter))| {
                let scene = Scene {
                    sender: authorities[index % authorities.len()].0,
                    recipient,
                    uuid: number(2 * index as u128),
                    another_uuid: number(2 * index as u128 + 1),
                    now: Timestamp::from_millis(1_798_718_400_000),
                };
                (name, letter(&scene).unwrap())
            })
            .collect()
    }

    #[test]
    fn every_first_letter_reads_back_without_a_finding() {
        for (name, message) in letters() {
            let reading = read(&written(&message).unwrap()[..], &Limits::default()).unwrap();
            assert_eq!(reading.findings.list, [], "{name}");
            assert_eq!(reading.message.map(|read| read.header), Some(message.header), "{name}");
        }
    }

    /// `BREVDUE_TEST_WRITE=1` writes them anew.
    #[test]
    fn the_example_messages_are_the_first_letters() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/messages");
        let mut names = Vec::new();
        for (name, message) in letters() {
            let bytes = written(&message).unwrap();
            if std::env::var_os("BREVDUE_TEST_WRITE").is_some() {
                fs::write(folder.join(name), &bytes).unwrap();
            }
            assert!(
                fs::read(folder.join(name)).unwrap() == bytes,
                "examples/messages/{name} is stale"
            );
            names.push(name.to_owned());
        }
        let mut kept: Vec<String> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        kept.sort();
        names.sort();
        assert_eq!(kept, names, "every example is read by a test");
    }
}
