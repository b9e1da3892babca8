//! The folders of a mailbox.

use askama::Template;
use brevdue_exchange::{Folder, MailboxRow, MemoState, ReceiptRecord};
use brevdue_memo::Timestamp;
use brevdue_wire::{PageRequest, ReceiptStatus};
use uuid::Uuid;

use super::paging::{Paging, Step};
use crate::limits::FOLDER_PAGE;
use crate::texts::Texts;
use crate::times::{self, Deadline, Moment};
use crate::visitor::{Answer, Chrome, Owner, Section, Visitor};

#[derive(Template)]
#[template(path = "folder.html")]
struct FolderPage {
    chrome: Chrome,
    heading: &'static str,
    /// How many there are, in words.
    count: String,
    empty_heading: &'static str,
    empty_text: &'static str,
    letters: Vec<LetterView>,
    paging: Option<Paging>,
    /// Whether an answer has just been sent from here.
    just_sent: bool,
}

struct LetterView {
    key: Uuid,
    title: String,
    /// Sender, or in the folder of sent letters the recipient.
    party: String,
    date: Moment,
    unread: bool,
    deadline: Option<Deadline>,
    mandatory: bool,
    legal_notification: bool,
    attachments: Option<String>,
    status: Option<Status>,
}

/// What became of a letter that was sent.
pub(crate) struct Status {
    pub(crate) class: &'static str,
    pub(crate) words: &'static str,
}

/// `GET /inbox`
pub(crate) async fn inbox(visitor: Visitor) -> Answer {
    let owner = visitor.need_owner().await?;
    folder(&visitor, &owner, Folder::Inbox).await
}

/// `GET /sent`
pub(crate) async fn sent(visitor: Visitor) -> Answer {
    let owner = visitor.need_owner().await?;
    folder(&visitor, &owner, Folder::Sent).await
}

async fn folder(visitor: &Visitor, owner: &Owner, folder: Folder) -> Answer {
    let t = visitor.texts;
    let page = visitor.page_number();
    let request = PageRequest { page, size: FOLDER_PAGE };
    let rows = match visitor.exchange().mailbox(owner.contact.id, folder, request).await {
        Ok(rows) => rows,
        Err(error) => return Err(visitor.failed("a folder could not be listed", &error).await),
    };
    let total = rows.total;
    let sent_now = visitor.query("sent").and_then(|uuid| uuid.parse::<Uuid>().ok());
    let just_sent = sent_now.is_some_and(|uuid| {
        rows.items
            .iter()
            .any(|row| row.memo.message_uuid == Some(uuid) || row.memo.claimed_uuid == Some(uuid))
    });
    let mut letters = Vec::with_capacity(rows.items.len());
    for row in rows.items {
        let status = match folder {
            Folder::Inbox => None,
            Folder::Sent => Some(status_of(visitor, owner, &row).await),
        };
        letters.push(letter(t, row, visitor.now(), status));
    }
    let (section, heading, empty_heading, empty_text, address) = match folder {
        Folder::Inbox => {
            (Section::Inbox, t.inbox_title(), t.inbox_empty(), t.inbox_empty_text(), "/inbox?page=")
        }
        Folder::Sent => {
            (Section::Sent, t.sent_title(), t.sent_empty(), t.sent_empty_text(), "/sent?page=")
        }
    };
    visitor.page(&FolderPage {
        chrome: visitor.chrome(heading, section, Some(owner)).await?,
        heading,
        count: t.folder_count(i64::try_from(total).unwrap_or(i64::MAX)),
        empty_heading,
        empty_text,
        letters,
        paging: Paging::new(t, page, FOLDER_PAGE, total, address),
        just_sent,
    })
}

fn letter(t: Texts, row: MailboxRow, now: Timestamp, status: Option<Status>) -> LetterView {
    let sent = row.entry.folder == Folder::Sent;
    let date = times::short(t, row.entry.arrived_at, now);
    let unread = !sent && row.entry.read_at.is_none();
    let key = row.memo.key.0;
    let Some(outline) = row.memo.outline else {
        // A letter just handed in, whose outline has not been read yet.
        return LetterView {
            key,
            title: t.folder_untitled().to_owned(),
            party: t.folder_unknown().to_owned(),
            date,
            unread,
            deadline: None,
            mandatory: false,
            legal_notification: false,
            attachments: None,
            status,
        };
    };
    let deadline = nearest(outline.deadline_millis, outline.reply_by_millis, now)
        .filter(|_| !sent)
        .map(|at| Deadline::new(t, at, now));
    let party = match sent {
        true => outline.recipient_label.unwrap_or_else(|| t.folder_unknown().to_owned()),
        false => outline.sender_label,
    };
    LetterView {
        key,
        title: outline.label,
        party,
        date,
        unread,
        deadline,
        mandatory: outline.mandatory,
        legal_notification: outline.legal_notification,
        attachments: (outline.attachments > 0)
            .then(|| t.folder_attachments(i64::from(outline.attachments))),
        status,
    }
}

/// The next of a letter's deadlines; when all have gone by, the last.
fn nearest(action: Option<i64>, reply: Option<i64>, now: Timestamp) -> Option<Timestamp> {
    let all = || [action, reply].into_iter().flatten().map(Timestamp::from_millis);
    all().filter(|at| *at > now).min().or_else(|| all().max())
}

async fn status_of(visitor: &Visitor, owner: &Owner, row: &MailboxRow) -> Status {
    let receipts = visitor.exchange().receipts_of_sent(owner.contact.id, row.memo.key).await;
    let receipts = receipts.unwrap_or_else(|error| {
        tracing::warn!(%error, "the receipts of a sent letter could not be read");
        Vec::new()
    });
    status(visitor.texts, row.memo.state, &receipts)
}

/// What became of a letter: what its last receipt says, and before there is one, where it stands.
pub(crate) fn status(t: Texts, state: MemoState, receipts: &[ReceiptRecord]) -> Status {
    let decided = receipts.iter().rev().map(|record| record.receipt.receipt_status);
    match decided.into_iter().find(|status| *status != ReceiptStatus::Received) {
        Some(ReceiptStatus::Completed) => {
            Status { class: "badge badge-success", words: t.status_delivered() }
        }
        Some(ReceiptStatus::Invalid | ReceiptStatus::NotAllowed) => {
            Status { class: "badge badge-error", words: t.status_refused() }
        }
        _ => match state {
            MemoState::Available | MemoState::HandedOver | MemoState::Repeated => {
                Status { class: "badge badge-success", words: t.status_delivered() }
            }
            MemoState::Refused | MemoState::Recalled => {
                Status { class: "badge badge-error", words: t.status_refused() }
            }
            MemoState::Delayed => Status { class: "badge badge-info", words: t.status_delayed() },
            MemoState::Received | MemoState::Queued => {
                Status { class: "badge badge-info", words: t.status_under_way() }
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deadline_of_a_letter_is_the_next_one_and_once_all_are_past_the_last() {
        let now = Timestamp::from_millis(100);
        for (action, reply, shown) in [
            (None, None, None),
            (Some(150), None, Some(150)),
            (Some(150), Some(120), Some(120)),
            (Some(50), Some(150), Some(150)),
            (Some(50), Some(70), Some(70)),
        ] {
            assert_eq!(nearest(action, reply, now), shown.map(Timestamp::from_millis));
        }
    }
}
