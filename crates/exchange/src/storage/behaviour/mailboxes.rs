//! Mailboxes: where owners file their messages, and what is counted.

use std::sync::Arc;

use super::samples::*;
use super::{commit, conflict};
use crate::storage::{Conflict, Op, Store};
use crate::*;

const OWNER: ContactId = ContactId(uuid::Uuid::from_u128(3));

fn entry(memo: u128, folder: Folder, arrived: i64) -> MailboxEntry {
    MailboxEntry { owner: OWNER, memo: key(memo), folder, arrived_at: at(arrived), read_at: None }
}

async fn settle(store: &Arc<dyn Store>) {
    let memos = (1..=4).map(|number| Op::AddMemo(Box::new(memo(store, number))));
    commit(store, memos).await;
    let entries = [
        entry(1, Folder::Inbox, 40),
        entry(2, Folder::Inbox, 30),
        entry(3, Folder::Sent, 20),
        entry(4, Folder::Inbox, 10),
    ];
    commit(store, entries.map(Op::AddMailboxEntry)).await;
}

pub async fn a_message_is_filed_where_its_owner_wants_it(store: Arc<dyn Store>) {
    settle(&store).await;
    let own = Folder::Own(id(77));
    let filed = MailboxEntry { read_at: Some(at(90)), folder: own, ..entry(1, own, 40) };
    let marks = Marks {
        version: 2,
        changed_millis: Some(5),
        flag: true,
        label: Some("Ærø".into()),
        code: None,
        note: Some("husk".into()),
        served_millis: Some(7),
    };
    let file = |entry: &MailboxEntry, expect| Op::FileMailboxEntry {
        entry: entry.clone(),
        marks: Box::new(marks.clone()),
        expect,
    };
    commit(&store, [file(&filed, 1)]).await;
    let row = store.mailbox_entry(OWNER, key(1)).await.unwrap().unwrap();
    assert_eq!((row.entry, row.marks), (filed.clone(), marks.clone()));
    let what = "mailbox entry";
    assert_eq!(conflict(&store, [file(&filed, 1)]).await, Conflict::Changed { what });
    let nowhere = entry(9, own, 1);
    assert_eq!(conflict(&store, [file(&nowhere, 1)]).await, Conflict::Missing { what });
    let unread = MailboxEntry { read_at: None, ..filed };
    commit(&store, [file(&unread, 2)]).await;
    let listed = store.mailbox(OWNER, own, page(0, 9)).await.unwrap();
    assert_eq!((listed.total, listed.items[0].entry.read_at), (1, None));
    assert_eq!(store.mailbox(OWNER, Folder::Inbox, page(0, 9)).await.unwrap().total, 2);
}

pub async fn a_mailbox_is_listed_without_its_bytes(store: Arc<dyn Store>) {
    settle(&store).await;
    let listed = async |folder, page| {
        let lines = store.mailbox_lines(OWNER, folder, page).await.unwrap();
        let keys = lines.items.iter().map(|line| line.entry.memo.0.as_u128()).collect::<Vec<_>>();
        (keys, lines.total)
    };
    assert_eq!(listed(Some(Folder::Inbox), page(0, 9)).await, (vec![1, 2, 4], 3));
    assert_eq!(listed(Some(Folder::Inbox), page(1, 2)).await, (vec![4], 3));
    assert_eq!(listed(Some(Folder::Deleted), page(0, 9)).await, (vec![], 0));
    // All of it comes by key, newest first.
    assert_eq!(listed(None, page(0, 3)).await, (vec![4, 3, 2], 4));
    let line = &store.mailbox_lines(OWNER, None, page(0, 1)).await.unwrap().items[0];
    let whole = memo(&store, 4);
    assert_eq!(line.marks, Marks::default());
    assert_eq!((line.origin, line.state), (whole.origin, whole.state));
    assert_eq!((line.received_at, &line.outline), (whole.received_at, &whole.outline));
}

pub async fn what_is_in_each_folder_is_counted(store: Arc<dyn Store>) {
    settle(&store).await;
    commit(&store, [Op::MarkRead { owner: OWNER, memo: key(2), at: at(50) }]).await;
    let count =
        |folder, total, unread, latest| FolderCount { folder, total, unread, latest: at(latest) };
    let expected = [count(Folder::Inbox, 3, 2, 40), count(Folder::Sent, 1, 1, 20)];
    assert_eq!(store.mailbox_counts(OWNER).await.unwrap(), expected);
    assert_eq!(store.mailbox_counts(ContactId(id(8))).await.unwrap(), []);
}

pub async fn a_message_taken_out_of_a_mailbox_stays_elsewhere(store: Arc<dyn Store>) {
    settle(&store).await;
    let other = MailboxEntry { owner: ContactId(id(5)), ..entry(1, Folder::Inbox, 40) };
    commit(&store, [Op::AddMailboxEntry(other)]).await;
    let out = || Op::RemoveMailboxEntry { owner: OWNER, memo: key(1), at: at(60) };
    commit(&store, [out()]).await;
    assert_eq!(store.mailbox_entry(OWNER, key(1)).await.unwrap(), None);
    assert!(store.mailbox_entry(ContactId(id(5)), key(1)).await.unwrap().is_some());
    assert!(store.memo(key(1)).await.unwrap().is_some());
    let what = "mailbox entry";
    assert_eq!(conflict(&store, [out()]).await, Conflict::Missing { what });
}
