//! What the recipient of a letter can do, each kind with what it needs: an appointment has a time and a
//! place, everything else an address to go to.

use serde::Deserialize;
use uuid::Uuid;

use super::LetterError;
use super::times::{maybe_when, when};
use super::values::{EmailAddress, EntryPointUrl, Refused, Text};
use super::written::{read_text, text_or_table};
use crate::{Action, EntryPoint, Reservation, Timestamp, UtcDateTime, Uuid4};

/// Something the recipient can do.
///
/// Source: the eight action codes of «Vejledning til Actions og frister i MeMo», by way of two
/// implementations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Markup {
    /// Put an appointment in the calendar (AFTALE).
    Appointment(Appointment),
    /// Pay (BETALING).
    Payment(Link),
    /// Confirm (BEKRAEFT).
    Confirmation(Link),
    /// Sign (UNDERSKRIV).
    Signature(Link),
    /// Prepare (FORBEREDELSE).
    Preparation(Link),
    /// Do it yourself on a page (SELVBETJENING).
    SelfService(Link),
    /// Sign up (TILMELDING).
    Registration(Link),
    /// Read more (INFORMATION).
    Information(Link),
}

/// An appointment for the calendar.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Appointment {
    /// Text on the button.
    pub label: Text,
    /// When it begins.
    #[serde(deserialize_with = "when")]
    pub start: Timestamp,
    /// When it ends, later than `start`.
    #[serde(deserialize_with = "when")]
    pub end: Timestamp,
    /// Where it is.
    pub place: Text,
    /// What it is, in a few words; None: the letter's title.
    #[serde(rename = "abstract")]
    pub summary: Option<Text>,
    /// What it is about and what to bring; None: as `summary`.
    pub description: Option<Text>,
    /// Who invites.
    #[serde(default, deserialize_with = "text_or_table")]
    pub organiser: Option<Organiser>,
    /// Identity of the appointment, a UUID of version 4; a letter that moves an appointment names that
    /// of the first. None: one made of the message's UUID, the same each time.
    #[serde(default, deserialize_with = "maybe_uuid4")]
    pub uuid: Option<Uuid4>,
}

/// Who invites to an appointment.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Organiser {
    /// Name.
    pub name: Option<Text>,
    /// Address to write to.
    pub email: Option<EmailAddress>,
}

/// A text alone is the name.
impl std::str::FromStr for Organiser {
    type Err = Refused;
    fn from_str(name: &str) -> Result<Self, Refused> {
        Ok(Self { name: Some(name.parse()?), email: None })
    }
}

/// A page to go to, and when.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Link {
    /// Text on the button.
    pub label: Text,
    /// Where it leads.
    pub url: EntryPointUrl,
    /// From when it can be done.
    #[serde(default, deserialize_with = "maybe_when")]
    pub from: Option<Timestamp>,
    /// Until when (frist).
    #[serde(default, deserialize_with = "maybe_when")]
    pub deadline: Option<Timestamp>,
}

impl Link {
    /// A link without times.
    ///
    /// # Errors
    /// When the text is over 256 characters or the address not an absolute https address.
    pub fn new(label: &str, url: &str) -> Result<Self, Refused> {
        Ok(Self { label: label.parse()?, url: url.parse()?, from: None, deadline: None })
    }

    /// The same with a deadline.
    #[must_use]
    pub fn until(mut self, deadline: Timestamp) -> Self {
        self.deadline = Some(deadline);
        self
    }
}

impl Markup {
    /// The code of the kind.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Appointment(_) => "AFTALE",
            Self::Payment(_) => "BETALING",
            Self::Confirmation(_) => "BEKRAEFT",
            Self::Signature(_) => "UNDERSKRIV",
            Self::Preparation(_) => "FORBEREDELSE",
            Self::SelfService(_) => "SELVBETJENING",
            Self::Registration(_) => "TILMELDING",
            Self::Information(_) => "INFORMATION",
        }
    }

    /// The action, number `place` of the letter with this UUID and title.
    pub(super) fn into_action(
        self,
        letter: Uuid,
        title: &str,
        place: usize,
    ) -> Result<Action, LetterError> {
        let action_code = self.code().to_owned();
        let link = match self {
            Self::Appointment(appointment) => {
                return appointment.into_action(action_code, letter, title, place);
            }
            Self::Payment(link)
            | Self::Confirmation(link)
            | Self::Signature(link)
            | Self::Preparation(link)
            | Self::SelfService(link)
            | Self::Registration(link)
            | Self::Information(link) => link,
        };
        if let (Some(from), Some(deadline)) = (link.from, link.deadline)
            && from > deadline
        {
            return Err(LetterError::Times { field: "the time of an action", number: place + 1 });
        }
        Ok(Action {
            label: link.label.into(),
            action_code,
            start_date_time: link.from.map(UtcDateTime::from),
            end_date_time: link.deadline.map(UtcDateTime::from),
            reservation: None,
            entry_point: Some(EntryPoint { url: link.url.into() }),
        })
    }
}

impl Appointment {
    fn into_action(
        self,
        action_code: String,
        letter: Uuid,
        title: &str,
        place: usize,
    ) -> Result<Action, LetterError> {
        if self.start >= self.end {
            return Err(LetterError::Times { field: "an appointment", number: place + 1 });
        }
        let abstract_text = self.summary.map_or_else(|| title.to_owned(), String::from);
        let organiser = self.organiser.unwrap_or(Organiser { name: None, email: None });
        Ok(Action {
            label: self.label.into(),
            action_code,
            start_date_time: None,
            end_date_time: None,
            reservation: Some(Reservation {
                description: self.description.map_or_else(|| abstract_text.clone(), String::from),
                reservation_uuid: self.uuid.unwrap_or_else(|| own_uuid(letter, place)),
                abstract_text,
                location: self.place.into(),
                start_date_time: UtcDateTime::from(self.start),
                end_date_time: UtcDateTime::from(self.end),
                organizer_mail: organiser.email.map(String::from),
                organizer_name: organiser.name.map(String::from),
            }),
            entry_point: None,
        })
    }
}

/// A UUID of version 4 for the appointment at a place of a letter, as random as the letter's own and
/// other than those at the other places.
fn own_uuid(letter: Uuid, place: usize) -> Uuid4 {
    // Odd, so that no two places are moved by the same amount; the fixed bits of a UUID lie above.
    let moved = (place as u128 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) & ((1 << 62) - 1);
    Uuid4::from(
        uuid::Builder::from_random_bytes((letter.as_u128() ^ moved).to_be_bytes()).into_uuid(),
    )
}

pub(super) fn uuid4(text: &str) -> Result<Uuid4, Refused> {
    let help = "make one, or leave the key out to have one made";
    Uuid4::parse(text).map_err(|error| Refused::new(error.to_string(), Some("MEMO-S-010"), help))
}

pub(super) fn maybe_uuid4<'de, D>(from: D) -> Result<Option<Uuid4>, D::Error>
where
    D: serde::Deserializer<'de>,
{
    read_text(from, uuid4).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_place_of_a_letter_has_an_appointment_id_of_its_own_that_stays() {
        let letter = uuid::Builder::from_random_bytes([7; 16]).into_uuid();
        let ids: Vec<Uuid4> = (0..1000).map(|place| own_uuid(letter, place)).collect();
        for (place, id) in ids.iter().enumerate() {
            assert_eq!(Uuid4::parse(id.as_str()), Ok(*id));
            assert_ne!(id.value(), letter);
            assert!(!ids[..place].contains(id));
            assert_eq!(own_uuid(letter, place), *id);
        }
    }
}
