//! The elements of header and body that many rules ask for, found in one pass.

use super::values::{is_true, text};
use crate::outline::Element;
use crate::values::MessageType;

/// Header and body of a message, as far as they were read.
#[derive(Clone, Copy)]
pub(super) struct Overview<'o> {
    pub(super) root: Element<'o>,
    /// The header, when it was read to its end; else it and all its elements are absent here.
    pub(super) header: Option<Element<'o>>,
    pub(super) body: Option<Element<'o>>,
    pub(super) kind: Option<MessageType>,
    pub(super) uuid: Option<Element<'o>>,
    pub(super) label: Option<Element<'o>>,
    pub(super) notice: Option<Element<'o>>,
    pub(super) second_notice: Option<Element<'o>>,
    pub(super) reply: Option<Element<'o>>,
    pub(super) reply_by: Option<Element<'o>>,
    pub(super) not_until: Option<Element<'o>>,
    pub(super) mandatory: Option<Element<'o>>,
    pub(super) legal: Option<Element<'o>>,
    pub(super) post_type: Option<Element<'o>>,
    pub(super) sender: Party<'o>,
    pub(super) recipient: Party<'o>,
    pub(super) forward: Option<Element<'o>>,
    pub(super) first_reply: Option<Element<'o>>,
    pub(super) created: Option<Element<'o>>,
}

/// Sender or recipient.
#[derive(Clone, Copy, Default)]
pub(super) struct Party<'o> {
    pub(super) element: Option<Element<'o>>,
    pub(super) id: Option<Element<'o>>,
    pub(super) id_type: Option<Element<'o>>,
    pub(super) label: Option<Element<'o>>,
    pub(super) contact_point: Option<Element<'o>>,
    pub(super) representative: Option<Element<'o>>,
}

impl<'o> Overview<'o> {
    pub(super) fn of(root: Element<'o>) -> Self {
        let mut overview = Self::empty(root);
        for child in root.children() {
            match child.name() {
                "MessageHeader" if child.is_whole() => overview.note_header(child),
                "MessageBody" => {
                    overview.body = Some(child);
                    overview.created =
                        child.children().next().filter(|first| first.name() == "createdDateTime");
                }
                _ => {}
            }
        }
        overview
    }

    fn note_header(&mut self, header: Element<'o>) {
        self.header = Some(header);
        for child in header.children() {
            let found = Some(child);
            match child.name() {
                "messageType" => self.kind = kind(child),
                "messageUUID" => self.uuid = found,
                "label" => self.label = found,
                "notification" => self.notice = found,
                "additionalNotification" => self.second_notice = found,
                "reply" => self.reply = found,
                "replyByDateTime" => self.reply_by = found,
                "doNotDeliverUntilDate" => self.not_until = found,
                "mandatory" => self.mandatory = found,
                "legalNotification" => self.legal = found,
                "postType" => self.post_type = found,
                "Sender" => self.sender = Party::of(child),
                "Recipient" => self.recipient = Party::of(child),
                "ForwardData" => self.forward = found,
                "ReplyData" => self.first_reply = self.first_reply.or(found),
                _ => {}
            }
        }
    }

    /// The switches that only authorities may turn on, those that are on.
    pub(super) fn permissions(&self) -> impl Iterator<Item = Element<'o>> {
        [self.mandatory, self.legal].into_iter().flatten().filter(|switch| is_true(Some(*switch)))
    }

    fn empty(root: Element<'o>) -> Self {
        Self {
            root,
            header: None,
            body: None,
            kind: None,
            uuid: None,
            label: None,
            notice: None,
            second_notice: None,
            reply: None,
            reply_by: None,
            not_until: None,
            mandatory: None,
            legal: None,
            post_type: None,
            sender: Party::default(),
            recipient: Party::default(),
            forward: None,
            first_reply: None,
            created: None,
        }
    }
}

impl<'o> Party<'o> {
    fn of(element: Element<'o>) -> Self {
        let mut party = Self { element: Some(element), ..Self::default() };
        for child in element.children() {
            let found = Some(child);
            match child.name() {
                "senderID" | "recipientID" => party.id = found,
                "idType" => party.id_type = found,
                "label" => party.label = found,
                "ContactPoint" => party.contact_point = found,
                "Representative" => party.representative = found,
                _ => {}
            }
        }
        party
    }

    /// Whether its id type is this one, in any letter case.
    pub(super) fn is(&self, id_type: &str) -> bool {
        self.id_type.and_then(text).is_some_and(|text| text.eq_ignore_ascii_case(id_type))
    }
}

fn kind(element: Element<'_>) -> Option<MessageType> {
    let text = text(element)?;
    [MessageType::DigitalPost, MessageType::NemSms].into_iter().find(|kind| kind.as_str() == text)
}
