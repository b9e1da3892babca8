//! Finding the place of a message, and putting it there.

use brevdue_memo::{MessageHeader, MessageType, PartyId, Timestamp};
use uuid::Uuid;

use super::Exchange;
use super::check::RecipientFacts;
use crate::policy::ReceiptTiming;
use crate::{
    ContactId, Delivery, DeliveryState, EventTag, Folder, MailSystem, MailboxEntry, Memo,
    MemoState, Op, Organisation, Outline, Receives, RegistrationStatus, ServiceProtocol, Work,
};

/// Where a message goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// A mailbox, and the receiver system of a company that has one.
    Mailbox { owner: ContactId, and: Option<MailSystem> },
    /// An authority's receiver system.
    System(MailSystem),
    /// The SMS gateway: a person or company with a number for NemSMS.
    TextMessage,
    /// An authority that has no active receiver system, or somebody without a number.
    Nowhere,
}

/// The place of a message whose checks have passed. `systems` are the recipient organisation's,
/// `sender` the mailbox it was written in.
///
/// Source: `docs/exchange.md`, routing.
pub(super) fn route(
    header: &MessageHeader,
    recipient: &RecipientFacts,
    systems: &[MailSystem],
    sender: Option<ContactId>,
    now: Timestamp,
) -> Place {
    let contact = recipient.contact.as_ref();
    if header.message_type == MessageType::NemSms {
        let has_number = contact.is_some_and(|contact| contact.nemsms.is_some());
        return if has_number { Place::TextMessage } else { Place::Nowhere };
    }
    let is_authority = recipient.organisation.as_ref().is_some_and(Organisation::is_authority);
    if matches!(recipient.party, PartyId::Cpr(_)) || !is_authority {
        return match contact {
            Some(contact) => {
                Place::Mailbox { owner: contact.id, and: any_receiver(systems, now).cloned() }
            }
            None => Place::Nowhere,
        };
    }
    if is_company_mail(header) {
        // Nobody finds a letter to oneself in one mailbox twice.
        let mailbox = contact.filter(|contact| {
            contact.status == RegistrationStatus::Registered && Some(contact.id) != sender
        });
        if let Some(contact) = mailbox {
            return Place::Mailbox { owner: contact.id, and: None };
        }
    }
    let named = recipient
        .contact_point
        .as_ref()
        .filter(|point| point.active)
        .and_then(|point| systems.iter().find(|s| s.id == point.system && receives(s, now)));
    let default = systems.iter().find(|s| s.receives == Receives::Default && receives(s, now));
    named.or(default).map_or(Place::Nowhere, |system| Place::System(system.clone()))
}

/// `postType` tells mail to an organisation as a company from mail to it as an authority, for senders
/// that look up no contact structure.
fn is_company_mail(header: &MessageHeader) -> bool {
    header.post_type.as_deref().is_some_and(|t| t.trim().eq_ignore_ascii_case("VIRKSOMHEDSPOST"))
}

fn receives(system: &MailSystem, now: Timestamp) -> bool {
    system.receives != Receives::Nothing && system.is_active(now)
}

/// The default system if it is active, else any that receives.
fn any_receiver(systems: &[MailSystem], now: Timestamp) -> Option<&MailSystem> {
    let active = || systems.iter().filter(|s| receives(s, now));
    active().find(|s| s.receives == Receives::Default).or_else(|| active().next())
}

/// A message about to be put in its place.
pub(super) struct Arrival<'a> {
    pub(super) memo: &'a Memo,
    pub(super) message_uuid: Uuid,
    pub(super) from: MemoState,
    pub(super) outline: Option<Box<Outline>>,
}

impl Exchange {
    /// The changes that put a message in its place.
    pub(super) fn arrive(&self, arrival: Arrival<'_>, place: &Place, now: Timestamp) -> Vec<Op> {
        let Arrival { memo, message_uuid, from, outline } = arrival;
        let move_to = |to, available_at| Op::MoveMemo {
            key: memo.key,
            from,
            to,
            message_uuid: Some(message_uuid),
            outline,
            available_at,
        };
        let event = |tag| self.event(tag, now).about(memo).with_message_uuid(Some(message_uuid));
        match place {
            Place::Mailbox { owner, and } => {
                let mut ops = vec![
                    move_to(MemoState::Available, Some(now)),
                    Op::AddMailboxEntry(MailboxEntry {
                        owner: *owner,
                        memo: memo.key,
                        folder: Folder::Inbox,
                        arrived_at: now,
                        read_at: None,
                    }),
                    event(EventTag::MemoAvailableToRecipient).into_op(),
                    event(EventTag::MessageReceived).into_op(),
                ];
                if let Some(system) = and {
                    ops.extend(self.queue(memo, message_uuid, system, now));
                }
                ops
            }
            Place::System(system) => {
                // What waits to be fetched is available; what is pushed is when the push succeeds.
                let available_at = (system.protocol == ServiceProtocol::RestPull).then_some(now);
                let mut ops = vec![move_to(MemoState::Queued, available_at)];
                ops.extend(self.queue(memo, message_uuid, system, now));
                ops
            }
            Place::TextMessage => vec![
                move_to(MemoState::Queued, None),
                Op::AddJob(self.job(Work::SendSms(memo.key), memo.lane, now)),
            ],
            Place::Nowhere => Vec::new(),
        }
    }

    /// Whether the sender's receipt waits for what becomes of the message at this place.
    pub(super) fn receipt_waits(&self, place: &Place) -> bool {
        match place {
            Place::TextMessage => true,
            Place::System(_) => self.policy().receipt_timing == ReceiptTiming::Delivered,
            Place::Mailbox { .. } | Place::Nowhere => false,
        }
    }

    fn queue(
        &self,
        memo: &Memo,
        message_uuid: Uuid,
        system: &MailSystem,
        now: Timestamp,
    ) -> [Op; 2] {
        let delivery = Op::AddDelivery(Delivery {
            memo: memo.key,
            system: system.id,
            message_uuid,
            state: DeliveryState::Waiting,
            queued_at: now,
        });
        let next = match system.protocol {
            ServiceProtocol::RestPush => {
                Op::AddJob(self.job(Work::PushMemo(memo.key, system.id), memo.lane, now))
            }
            ServiceProtocol::RestPull => {
                let event = self.event(EventTag::MemoSendReadyForFetch, now).about(memo);
                event.with_message_uuid(Some(message_uuid)).with_system(system).into_op()
            }
        };
        [delivery, next]
    }
}
