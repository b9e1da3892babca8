//! Invented letters of different kinds, the same for the same seed: for load tests, benches and trying out.

use super::LetterDraft;
use crate::{
    Action, ContactPoint, EntryPoint, MemoVersion, Message, PartyId, Reservation, Timestamp,
    UtcDateTime, Uuid4,
};

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

/// `count` valid letters. The same seed and options give the same letters, with the same UUIDs.
pub fn sample<'a>(
    seed: u64,
    count: usize,
    options: &'a SampleOptions<'a>,
) -> impl Iterator<Item = Message> + 'a {
    let mut dice = Dice(seed);
    (0..count).filter_map(move |number| one(&mut dice, number, options))
}

/// None only without recipients: all texts are within their limits.
fn one(dice: &mut Dice, number: usize, options: &SampleOptions<'_>) -> Option<Message> {
    let created = options.created.plus_seconds(number as i64);
    let message_uuid = dice.uuid();
    let recipient = *options.recipients.get(dice.below(options.recipients.len()))?;
    let kind = &KINDS[dice.below(KINDS.len())];
    let case = dice.below(100_000);
    let label = format!("{} (sag {case:05})", kind.label);
    let mut draft = LetterDraft::new(
        options.version,
        message_uuid,
        created,
        options.sender,
        (recipient, None),
        &label,
    );
    draft.message_id = Some(format!("MSG-{number:06}"));
    draft.text = Some(letter_text(dice, kind, options.text_bytes));
    draft.reply = kind.reply;
    if kind.reply {
        draft.reply_by = Some(created.plus_seconds(14 * DAY_SECONDS));
        draft.sender_contact_point = Some(ContactPoint {
            contact_group: None,
            contact_point_id: dice.uuid().to_string(),
            label: Some("Borgerservice".to_owned()),
            contact_info: Vec::new(),
        });
    }
    draft.actions.extend(kind.action_code.map(|code| action(dice, code, kind, created)));
    draft.build().ok()
}

struct KindOfLetter {
    label: &'static str,
    opening: &'static str,
    action_code: Option<&'static str>,
    action_label: &'static str,
    reply: bool,
}

const KINDS: [KindOfLetter; 5] = [
    KindOfLetter {
        label: "Indkaldelse til synsprøve",
        opening: "Du er indkaldt til synsprøve. Kom ti minutter før, og tag dine briller med.",
        action_code: Some("AFTALE"),
        action_label: "Læg aftalen i kalenderen",
        reply: true,
    },
    KindOfLetter {
        label: "Betaling for havneplads",
        opening: "Betalingen for din havneplads forfalder om tre uger.",
        action_code: Some("BETALING"),
        action_label: "Betal",
        reply: false,
    },
    KindOfLetter {
        label: "Bekræft dine oplysninger",
        opening: "Bekræft, at de oplysninger, vi har om din plads i børnehaven, er rigtige.",
        action_code: Some("BEKRAEFT"),
        action_label: "Bekræft oplysningerne",
        reply: true,
    },
    KindOfLetter {
        label: "Søg om nyt parkeringskort",
        opening: "Dit parkeringskort udløber. Søg om et nyt på vores selvbetjening.",
        action_code: Some("SELVBETJENING"),
        action_label: "Åbn selvbetjeningen",
        reply: false,
    },
    KindOfLetter {
        label: "Orientering om vejarbejde",
        opening: "Vi lægger ny asfalt på din vej i uge 34. Du behøver ikke gøre noget.",
        action_code: None,
        action_label: "",
        reply: false,
    },
];

const SENTENCES: [&str; 8] = [
    "Har du spørgsmål, kan du svare på denne meddelelse.",
    "Vi behandler sagen, så snart vi har alle oplysninger.",
    "Afgørelsen kan påklages inden fire uger.",
    "Reglerne står i kommunens vedtægt, som du kan læse på vores hjemmeside.",
    "Kontoret er åbent mandag til torsdag fra 10 til 15.",
    "Ændrer dine forhold sig, skal du give os besked.",
    "Beløbet reguleres hvert år den første januar.",
    "Brevet er sendt automatisk og derfor ikke underskrevet.",
];

const DAY_SECONDS: i64 = 24 * 60 * 60;

fn letter_text(dice: &mut Dice, kind: &KindOfLetter, text_bytes: usize) -> String {
    let mut text = format!("{}\n", kind.opening);
    while text.len() < text_bytes {
        text.push_str(SENTENCES[dice.below(SENTENCES.len())]);
        text.push(if dice.below(4) == 0 { '\n' } else { ' ' });
    }
    text
}

fn action(dice: &mut Dice, code: &str, kind: &KindOfLetter, created: Timestamp) -> Action {
    let day = created.plus_seconds((7 + dice.below(21) as i64) * DAY_SECONDS);
    let is_appointment = code == "AFTALE";
    Action {
        label: kind.action_label.to_owned(),
        action_code: code.to_owned(),
        start_date_time: None,
        end_date_time: (!is_appointment).then(|| UtcDateTime::from(day)),
        reservation: is_appointment.then(|| Reservation {
            description: kind.opening.to_owned(),
            reservation_uuid: Uuid4::from(dice.uuid()),
            abstract_text: kind.label.to_owned(),
            location: "Rådhuset, lokale 12".to_owned(),
            start_date_time: UtcDateTime::from(day),
            end_date_time: UtcDateTime::from(day.plus_seconds(30 * 60)),
            organizer_mail: Some("borgerservice@kommunen.example".to_owned()),
            organizer_name: Some("Borgerservice".to_owned()),
        }),
        entry_point: (!is_appointment).then(|| EntryPoint {
            url: format!("https://selvbetjening.kommunen.example/{}", dice.below(1_000_000)),
        }),
    }
}

/// Random numbers that are the same everywhere for the same seed.
///
/// Source: Steele, Lea, Flood, «Fast Splittable Pseudorandom Number Generators» (SplitMix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`; 0 when there is none.
    fn below(&mut self, end: usize) -> usize {
        (self.next() % (end.max(1) as u64)) as usize
    }

    fn uuid(&mut self) -> uuid::Uuid {
        let random = (u128::from(self.next()) << 64) | u128::from(self.next());
        uuid::Builder::from_random_bytes(random.to_be_bytes()).into_uuid()
    }
}
