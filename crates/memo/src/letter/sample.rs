//! Invented letters of different kinds, the same for the same seed: for load tests, benches and trying out.

use super::values::Refused;
use super::{DraftFile, LetterDraft, SmsDraft};
use crate::{ContactPoint, MemoVersion, Message, PartyId, Timestamp};

mod dice;
mod files;
mod kinds;

use dice::Dice;
use kinds::Scene;

/// Who writes to whom, when, and how much.
#[derive(Debug, Clone)]
pub struct SampleOptions<'a> {
    /// Version of the format.
    pub version: MemoVersion,
    /// Who sends, and under which name.
    pub sender: (PartyId, &'a str),
    /// Who receives, taken in an order that the seed decides; at least one.
    pub recipients: &'a [PartyId],
    /// When the first letter is written; each further one a second later.
    pub created: Timestamp,
    /// Bytes of the text of each letter, about; at least the text of its kind.
    pub text_bytes: usize,
}

/// What invented messages may be beside plain letters of one version. Nothing by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Variety {
    /// Of a hundred messages, how many are NemSMS, about.
    pub sms_percent: u8,
    /// Whether some are of the other version.
    pub both_versions: bool,
    /// Whether letters that need a permission have it stated: mandatory mail and legal notification.
    pub permissions: bool,
}

/// `count` valid letters of the twenty kinds that are sent most. The same seed and options give the same
/// letters, with the same UUIDs. They are made one at a time, so that any number costs no memory.
pub fn sample<'a>(
    seed: u64,
    count: usize,
    options: &'a SampleOptions<'a>,
) -> impl Iterator<Item = Message> + 'a {
    sample_varied(seed, count, options, Variety::default())
}

/// As [`sample`], with more variety.
pub fn sample_varied<'a>(
    seed: u64,
    count: usize,
    options: &'a SampleOptions<'a>,
    variety: Variety,
) -> impl Iterator<Item = Message> + 'a {
    let mut dice = Dice::new(seed);
    (0..count).filter_map(move |number| one(&mut dice, number, options, variety))
}

/// None only without recipients: what kinds are made of fits.
fn one(
    dice: &mut Dice,
    number: usize,
    options: &SampleOptions<'_>,
    variety: Variety,
) -> Option<Message> {
    let recipient = *options.recipients.get(dice.below(options.recipients.len()))?;
    let version = match (options.version, variety.both_versions && dice.happens(50)) {
        (MemoVersion::V1_2, true) => MemoVersion::V1_1,
        (MemoVersion::V1_1, true) => MemoVersion::V1_2,
        (given, false) => given,
    };
    let created = options.created.plus_seconds(i64::try_from(number).unwrap_or(i64::MAX));
    let mut draft =
        LetterDraft::new(version, dice.uuid(), created, options.sender, (recipient, None), "");
    draft.message_id = Some(format!("MSG-{number:06}"));
    draft.sender_contact_point = Some(ContactPoint {
        contact_group: None,
        contact_point_id: dice.uuid().to_string(),
        label: Some("Borgerservice".to_owned()),
        contact_info: Vec::new(),
    });
    if dice.happens(variety.sms_percent.into()) {
        return sms(dice, draft).ok();
    }
    letter(dice, draft, options.text_bytes, variety).ok()
}

fn sms(dice: &mut Dice, draft: LetterDraft) -> Result<Message, Box<dyn std::error::Error>> {
    let mut scene = Scene { dice, draft };
    let reminder = kinds::reminder(&mut scene);
    let draft = scene.draft;
    let parties = (
        (draft.sender, draft.sender_label.as_str()),
        (draft.recipient, draft.recipient_label.as_deref()),
    );
    let mut sms = SmsDraft::new(
        draft.version,
        draft.message_uuid,
        parties.0,
        parties.1,
        "Påmindelse",
        &reminder,
    );
    sms.message_id = draft.message_id;
    sms.sender_contact_point = draft.sender_contact_point;
    Ok(sms.build()?)
}

fn letter(
    dice: &mut Dice,
    draft: LetterDraft,
    text_bytes: usize,
    variety: Variety,
) -> Result<Message, Box<dyn std::error::Error>> {
    let mut scene = Scene { dice, draft };
    let case = scene.dice.below(100_000);
    kinds::KINDS[scene.dice.below(kinds::KINDS.len())](&mut scene, case)?;
    let Scene { dice, mut draft } = scene;
    if !variety.permissions {
        draft.mandatory = false;
        draft.legal_notification = false;
    }
    let subject = draft.label.clone();
    draft.message_code = Some(subject.clone());
    draft.notification = dice.happens(60).then(|| format!("Du har fået brev: {subject}"));
    draft.label = format!("{subject} (sag {case:05})");
    let opening = draft.text.take().unwrap_or_default();
    if dice.happens(25) {
        draft.files.push(files::html(&subject, &opening));
    }
    if dice.happens(25) {
        draft.files.push(files::pdf("Brev.pdf", &subject));
    }
    draft.text = Some(letter_text(dice, &opening, text_bytes));
    for number in 1..=dice.below(4).saturating_sub(1) {
        draft.attachments.push(attachment(dice, number));
    }
    Ok(draft.build()?)
}

fn attachment(dice: &mut Dice, number: usize) -> DraftFile {
    match dice.below(4) {
        0 => files::pdf(&format!("Bilag {number}.pdf"), "Bilag"),
        1 => files::png(&format!("Billede {number}.png"), dice.below(256) as u8),
        2 => files::text(&format!("Noter {number}.txt"), SENTENCES[dice.below(SENTENCES.len())]),
        _ => DraftFile {
            filename: format!("Vejledning {number}.html"),
            ..files::html("Vejledning", SENTENCES[dice.below(SENTENCES.len())])
        },
    }
}

const SENTENCES: [&str; 8] = [
    "Har du spørgsmål, kan du ringe til os.",
    "Vi behandler sagen, så snart vi har alle oplysninger.",
    "Afgørelsen kan påklages inden fire uger.",
    "Reglerne står i kommunens vedtægt, som du kan læse på vores hjemmeside.",
    "Kontoret er åbent mandag til torsdag fra 10 til 15.",
    "Ændrer dine forhold sig, skal du give os besked.",
    "Beløbet reguleres hvert år den første januar.",
    "Brevet er sendt automatisk og derfor ikke underskrevet.",
];

fn letter_text(dice: &mut Dice, opening: &str, text_bytes: usize) -> String {
    let mut text = format!("{opening}\n");
    while text.len() < text_bytes {
        text.push_str(SENTENCES[dice.below(SENTENCES.len())]);
        text.push(if dice.below(4) == 0 { '\n' } else { ' ' });
    }
    text
}

/// What a kind puts into a letter.
type Kind = fn(&mut Scene<'_>, usize) -> Result<(), Refused>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Checker, MessageType};
    use std::collections::BTreeSet;

    fn options(recipients: &[PartyId]) -> SampleOptions<'_> {
        SampleOptions {
            version: MemoVersion::V1_2,
            sender: (PartyId::parse("CVR", "12345678").unwrap(), "Ærøby Kommune"),
            recipients,
            created: Timestamp::from_millis(1_795_420_800_000),
            text_bytes: 0,
        }
    }

    #[test]
    fn every_kind_in_both_versions_builds_and_the_rules_have_nothing_to_say() {
        let recipients = [PartyId::parse("CPR", "0101010000").unwrap()];
        for (number, kind) in kinds::KINDS.iter().enumerate() {
            for version in [MemoVersion::V1_1, MemoVersion::V1_2] {
                for seed in 0..20 {
                    let mut dice = Dice::new(seed);
                    let uuid = dice.uuid();
                    let options = options(&recipients);
                    let party = (recipients[0], None);
                    let draft =
                        LetterDraft::new(version, uuid, options.created, options.sender, party, "");
                    let mut scene = Scene { dice: &mut dice, draft };
                    scene.draft.sender_contact_point = Some(ContactPoint {
                        contact_group: None,
                        contact_point_id: uuid.to_string(),
                        label: None,
                        contact_info: Vec::new(),
                    });
                    kind(&mut scene, 7).unwrap();
                    let message = scene.draft.build().unwrap();
                    let findings = Checker::default().judge(&message);
                    assert_eq!(findings.list, [], "kind {number}");
                }
            }
        }
    }

    #[test]
    fn a_large_sample_shows_every_code_kind_of_file_and_version() {
        let recipients = [
            PartyId::parse("CPR", "0101010000").unwrap(),
            PartyId::parse("CVR", "87654321").unwrap(),
        ];
        let options = options(&recipients);
        let variety = Variety { sms_percent: 10, both_versions: true, permissions: true };
        let (mut codes, mut types, mut kinds) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let mut count = 0;
        for message in sample_varied(1, 400, &options, variety) {
            count += 1;
            let header = &message.header;
            let flags = (header.mandatory == Some(true), header.legal_notification == Some(true));
            kinds.insert((message.version, header.message_type == MessageType::NemSms, flags));
            for file in message.body.iter().flat_map(|body| {
                codes.extend(body.main_document.actions.iter().map(|one| one.action_code.clone()));
                let attached = body.additional_documents.iter().flat_map(|one| &one.files);
                body.main_document.files.iter().chain(attached)
            }) {
                types.insert(file.encoding_format.clone());
            }
        }
        assert_eq!(count, 400);
        assert_eq!(codes.len(), 8, "{codes:?}");
        let expected = ["application/pdf", "image/png", "text/html", "text/plain"];
        assert!(types.iter().eq(expected), "{types:?}");
        assert!(kinds.len() >= 8, "{kinds:?}");
        assert!(sample(1, 400, &options).all(|letter| {
            letter.version == MemoVersion::V1_2
                && letter.header.message_type == MessageType::DigitalPost
                && letter.header.mandatory != Some(true)
                && letter.header.legal_notification != Some(true)
        }));
    }
}
