//! The letters of a run, and the road to the receiver system.

use std::io::Cursor;

use brevdue_memo::letter::{DraftFile, LetterDraft, Link, Markup, ReplyReference};
use brevdue_memo::{ContactPoint as MemoContactPoint, MemoVersion, PartyId, Uuid4, write};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::RunError;
use crate::local::generator::GenerateError;
use crate::{ContactPoint, Exchange, MailSystem, Organisation, Receives, StorageError};

/// A letter of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Case {
    /// A plain letter.
    Ordinary,
    /// Five attachments.
    Attachments,
    /// A large file.
    Large,
    /// Version 1.1 of the format.
    OldVersion,
    /// Written in another hand: a byte order mark, another prefix, entities for letters.
    OtherHand,
    /// Letters, marks and emoji from all over Unicode, in titles, names and file names.
    Unicode,
    /// With actions, a deadline and a wish for an answer.
    Actions,
    /// An answer that comes before the letter it answers.
    AnswerFirst,
    /// The letter it answers.
    Answered,
    /// Handed over twice.
    Twice,
    /// Held back until tomorrow.
    Delayed,
}

impl Case {
    /// All that are sent to begin with, in this order.
    pub(super) const AT_ONCE: [Self; 10] = [
        Self::Ordinary,
        Self::Attachments,
        Self::Large,
        Self::OldVersion,
        Self::OtherHand,
        Self::Unicode,
        Self::Actions,
        Self::AnswerFirst,
        Self::Answered,
        Self::Twice,
    ];
}

/// Who sends, and where to.
pub(super) struct Road {
    pub(super) sender: Organisation,
    pub(super) from: MailSystem,
    recipient: Organisation,
    point: Option<ContactPoint>,
}

impl Road {
    /// The road to a receiver system.
    pub(super) async fn to(exchange: &Exchange, system: &MailSystem) -> Result<Self, RunError> {
        let store = exchange.store();
        let recipient = store.organisation(system.organisation).await?.ok_or(RunError::Unknown)?;
        let points = store.contact_points_of(recipient.id).await?;
        let point = points
            .into_iter()
            .find(|point| point.system == system.id && point.active && point.targets.authorities);
        if point.is_none() && system.receives != Receives::Default {
            return Err(RunError::NoPlace);
        }
        let mut own = None;
        for sender in store.organisations().await? {
            if !sender.is_authority() {
                continue;
            }
            let systems = store.systems_of(sender.id).await?;
            let active = |one: &MailSystem| one.sends && one.is_active(exchange.now());
            let Some(from) = systems.into_iter().find(active) else { continue };
            let road = Self { sender, from, recipient: recipient.clone(), point: point.clone() };
            if road.sender.id != recipient.id {
                return Ok(road);
            }
            own = Some(road);
        }
        own.ok_or(RunError::NoSender)
    }

    /// The bytes of a case.
    pub(super) fn letter(
        &self,
        exchange: &Exchange,
        case: Case,
        uuid: Uuid,
        answers: Option<Uuid>,
        large_bytes: u64,
    ) -> Result<Vec<u8>, GenerateError> {
        let now = exchange.now();
        let version = match case {
            Case::OldVersion => MemoVersion::V1_1,
            _ => MemoVersion::V1_2,
        };
        let title = match case {
            Case::Unicode => "Ærø Ølgod Åbenrå – «Þórr», Łódź, Ελλάδα, 你好, 🕊️ & <tegn>",
            _ => "Prøve af modtagersystem",
        };
        let mut draft = LetterDraft::new(
            version,
            uuid,
            now,
            (PartyId::Cvr(self.sender.cvr), &self.sender.name),
            (PartyId::Cvr(self.recipient.cvr), Some(&self.recipient.name)),
            title,
        );
        draft.recipient_contact_point = self.point.as_ref().map(|point| MemoContactPoint {
            contact_group: None,
            contact_point_id: point.id.to_string(),
            label: Some(point.name.clone()),
            contact_info: Vec::new(),
        });
        draft.text =
            Some(format!("Dette brev prøver et modtagersystem af ({case:?}). Det er opdigtet.\n"));
        let file = |name: String, content: Vec<u8>| DraftFile {
            filename: name,
            encoding_format: "text/plain".into(),
            content,
        };
        match case {
            Case::Attachments => {
                draft.attachments = (1..=5)
                    .map(|number| {
                        file(
                            format!("bilag {number}.txt"),
                            format!("Bilag {number}\n").into_bytes(),
                        )
                    })
                    .collect();
            }
            Case::Large => {
                let line = b"Stort brev: disse linjer er fyld, til brevet er stort nok.\n";
                let length = usize::try_from(large_bytes).unwrap_or(usize::MAX);
                let content = line.iter().copied().cycle().take(length).collect();
                draft.attachments = vec![file("stort bilag.txt".into(), content)];
            }
            Case::Unicode => {
                draft.attachments =
                    vec![file("blåbærgrød, Łódź og 你好.txt".into(), "🕊️ ÆØÅ\n".into())];
            }
            Case::Actions => {
                draft.reply = true;
                draft.reply_by = Some(now.plus_seconds(14 * 86_400));
                let link = Link::new("Læs mere", "https://proeve.brevdue.example/om?a=1&b=2");
                draft.markup.extend(link.ok().map(Markup::Information));
            }
            Case::AnswerFirst => {
                draft.reply_reference = Some(ReplyReference {
                    answers: answers.and_then(|uuid| uuid.to_string().parse::<Uuid4>().ok()),
                    ..ReplyReference::default()
                });
            }
            Case::Answered => draft.reply = true,
            Case::Delayed => {
                draft.do_not_deliver_until = Some(exchange.day(now.plus_seconds(86_400)));
            }
            Case::Ordinary | Case::OldVersion | Case::OtherHand | Case::Twice => {}
        }
        let message = draft.build()?;
        let mut bytes = Vec::new();
        write(&message, Cursor::new(&[][..]), &mut bytes)?;
        Ok(if case == Case::OtherHand { in_another_hand(&bytes) } else { bytes })
    }
}

/// The same message as others write it: with a byte order mark, without a prefix, with an entity.
fn in_another_hand(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes)
        .replace("xmlns:memo=", "xmlns=")
        .replace("<memo:", "<")
        .replace("</memo:", "</")
        .replace(
            "Prøve af modtagersystem",
            "Pr&#248;ve af modtagersystem<!-- en anden h\u{e5}nd -->",
        );
    [b"\xef\xbb\xbf", text.as_bytes()].concat()
}

impl From<GenerateError> for RunError {
    fn from(error: GenerateError) -> Self {
        match error {
            GenerateError::Storage(error) => Self::Storage(error),
            other => Self::Storage(StorageError::Failed(Box::new(other))),
        }
    }
}

#[cfg(test)]
mod tests {
    use brevdue_memo::{Limits, Timestamp, read};

    use super::*;

    #[test]
    fn a_message_in_another_hand_says_the_same() {
        let mut draft = LetterDraft::new(
            MemoVersion::V1_2,
            Uuid::from_u128(0x8c2ea15d_61fb_4ba9_9366_42f8b194c114),
            Timestamp::from_millis(1_790_000_000_000),
            (PartyId::parse("CVR", "12345678").unwrap(), "Tusindfryd Kommune"),
            (PartyId::parse("CVR", "22334455").unwrap(), None),
            "Prøve af modtagersystem",
        );
        draft.text = Some("Tekst".into());
        let mut bytes = Vec::new();
        write(&draft.build().unwrap(), Cursor::new(&[][..]), &mut bytes).unwrap();
        let other = in_another_hand(&bytes);
        assert!(!other.windows(5).any(|part| part == b"memo:"));
        let reading = |bytes: &[u8]| read(Cursor::new(bytes.to_vec()), &Limits::default()).unwrap();
        let (first, second) = (reading(&bytes), reading(&other));
        assert!(!second.findings.has_errors(), "{:?}", second.findings.list);
        assert_eq!(first.message.unwrap().header, second.message.unwrap().header);
    }
}
