//! Writing down what happened: events in the official words, times as receipts spell them.

use brevdue_memo::Timestamp;
use brevdue_wire::ReceiptStatus;
use uuid::Uuid;

use super::Exchange;
use super::mailbox::opening::OpenMailbox;
use crate::{Door, Event, EventId, EventTag, MailSystem, Memo, Op, Transmission};

impl Exchange {
    /// An event at `now` that says nothing but its tag.
    pub(super) fn event(&self, tag: EventTag, now: Timestamp) -> Event {
        Event {
            id: EventId(self.ids().ordered()),
            at: now,
            tag,
            transmission: None,
            memo: None,
            message_uuid: None,
            system: None,
            organisation: None,
            receipt_status: None,
            error_code: None,
            size_bytes: None,
            owner: None,
            actor: None,
            door: None,
        }
    }

    /// An event in a mailbox, of somebody who has opened it.
    pub(super) fn event_in(&self, open: &OpenMailbox, tag: EventTag, now: Timestamp) -> Event {
        self.event(tag, now).of(open.id()).acted(open.identity)
    }
}

impl Event {
    pub(crate) fn about(mut self, memo: &Memo) -> Self {
        self.transmission = Some(memo.transmission);
        self.memo = Some(memo.key);
        self.message_uuid = memo.message_uuid.or(memo.claimed_uuid);
        self.by(memo.origin)
    }

    pub(crate) fn about_all_of(mut self, transmission: &Transmission) -> Self {
        self.transmission = Some(transmission.id);
        self.by(transmission.origin)
    }

    fn by(mut self, origin: crate::Origin) -> Self {
        match origin {
            crate::Origin::System { system, organisation } => {
                self.system = Some(system);
                self.organisation = Some(organisation);
            }
            crate::Origin::Mailbox(writer) => self.owner = Some(writer.0),
        }
        self
    }

    /// Says whom it is about.
    pub(crate) fn of(mut self, owner: Uuid) -> Self {
        self.owner = Some(owner);
        self
    }

    /// Says who acted.
    pub(crate) fn acted(mut self, actor: Uuid) -> Self {
        self.actor = Some(actor);
        self
    }

    /// Says which system acted or was called, where that is not the sender's.
    pub(crate) fn with_system(mut self, system: &MailSystem) -> Self {
        self.system = Some(system.id);
        self.organisation = Some(system.organisation);
        self
    }

    pub(crate) fn with_message_uuid(mut self, message_uuid: Option<Uuid>) -> Self {
        self.message_uuid = message_uuid.or(self.message_uuid);
        self
    }

    pub(crate) fn with_outcome(mut self, status: ReceiptStatus, code: Option<&str>) -> Self {
        self.receipt_status = Some(status);
        self.error_code = code.map(Into::into);
        self
    }

    /// Says through which door.
    pub(crate) fn through(mut self, door: Option<Door>) -> Self {
        self.door = door;
        self
    }

    pub(crate) fn with_size(mut self, bytes: u64) -> Self {
        self.size_bytes = Some(bytes);
        self
    }

    pub(crate) fn into_op(self) -> Op {
        Op::AddEvent(Box::new(self))
    }
}
