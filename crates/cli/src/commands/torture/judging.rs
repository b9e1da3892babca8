//! Looking into the store itself when the exchange is dead: what the senders and receivers cannot see.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use brevdue_exchange::{ContactId, Folder, Memo, MemoState, StorageError, Store, TransmissionId};
use brevdue_store::Embedded;
use brevdue_wire::PageRequest;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::books::Books;
use super::town::{Destination, Town};
use crate::report::Problem;

/// Opens the store that a kill left, checks it against itself, and answers how long opening took.
pub(super) async fn look(folder: &Path, books: &Books) -> Result<Duration, Problem> {
    let begun = Instant::now();
    let store = Embedded::open(folder).map_err(|error| unopened(&error))?;
    let took = begun.elapsed();
    sound(&store, books).await?;
    Ok(took)
}

/// Compares the whole store with the books, when all is done and nothing is under way.
pub(super) async fn judge(folder: &Path, town: &Town, books: &Books) -> Result<(), Problem> {
    let store = Embedded::open(folder).map_err(|error| unopened(&error))?;
    sound(&store, books).await?;
    let arrivals = arrivals(&store, town, books).await.map_err(|error| unread(&error))?;
    for (letter, sent) in books.all() {
        if books.is_named(&sent.digest) {
            continue;
        }
        let mut delivered = 0;
        for transmission in &sent.transmissions {
            let id = TransmissionId(*transmission);
            let memos = store.memos_of(id, all()).await.map_err(|error| unread(&error))?.items;
            match &memos[..] {
                [memo] => {
                    if memo.content.digest.0 != sent.digest {
                        books.line(format!("letter {letter}: kept with other bytes"));
                    }
                    if memo.state != MemoState::Repeated {
                        delivered += 1;
                        check_state(books, letter, sent.destination, memo);
                    }
                }
                none_or_more => books.line(format!(
                    "letter {letter}: submission {transmission} was acknowledged and holds {} letters",
                    none_or_more.len()
                )),
            }
        }
        // The first submission may have died unanswered after it was durable; then all were repeats.
        if delivered > 1 {
            books.line(format!("letter {letter}: taken for new {delivered} times"));
        }
        let places = arrivals.get(&letter).map_or(&[][..], Vec::as_slice);
        let wanted = match &sent.destination {
            Destination::Mailbox(owner) => std::slice::from_ref(owner),
            _ => &[],
        };
        if places != wanted {
            let (there, wanted) = (places.len(), wanted.len());
            books
                .line(format!("letter {letter}: stands in {there} mailboxes, not in its {wanted}"));
        }
    }
    Ok(())
}

fn check_state(books: &Books, letter: Uuid, destination: Destination, memo: &Memo) {
    let wanted = match destination {
        Destination::Mailbox(_) => MemoState::Available,
        Destination::Fetched | Destination::Pushed => MemoState::HandedOver,
        Destination::Refused => MemoState::Refused,
        Destination::Waiting => MemoState::Delayed,
    };
    // A push that the receiver has answered may be cut off before that is noted: it comes again, and
    // the receiver drops it.
    let is_cut_off = destination == Destination::Pushed && memo.state == MemoState::Queued;
    if memo.state != wanted && !is_cut_off {
        books.line(format!("letter {letter}: stands at {:?}, not at {wanted:?}", memo.state));
    }
}

async fn sound(store: &Embedded, books: &Books) -> Result<(), Problem> {
    let found = store.verify().await.map_err(|error| unread(&error))?;
    for line in found {
        // What a flipped bit took and the exchange has named stays damaged.
        let known = line
            .split(|c: char| !c.is_ascii_hexdigit())
            .any(|word| digest(word).is_some_and(|digest| books.is_named(&digest)));
        if !known {
            books.line(format!("the store: {line}"));
        }
    }
    Ok(())
}

/// In whose mailboxes each letter stands; every letter there has its bytes.
async fn arrivals(
    store: &Embedded,
    town: &Town,
    books: &Books,
) -> Result<BTreeMap<Uuid, Vec<Uuid>>, StorageError> {
    let mut arrivals: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
    for owner in town.mailboxes() {
        let mut page = all();
        loop {
            let rows = store.mailbox(ContactId(owner), Folder::Inbox, page).await?;
            for row in &rows.items {
                let Some(letter) = row.memo.message_uuid else { continue };
                arrivals.entry(letter).or_default().push(owner);
                if !books.knows(letter) {
                    books.line(format!("letter {letter}: in a mailbox, and nobody sent it"));
                }
                let wanted = row.memo.content.digest.0;
                if books.is_named(&wanted) {
                    continue;
                }
                match read(store, &row.memo) {
                    Ok(digest) if digest == wanted => {}
                    Ok(_) => {
                        books.line(format!("letter {letter}: its bytes in the mailbox are others"));
                    }
                    Err(error) => {
                        books.line(format!("letter {letter}: stands in a mailbox, but {error}"));
                    }
                }
            }
            page.page += 1;
            if page.offset() >= rows.total {
                break;
            }
        }
    }
    Ok(arrivals)
}

fn read(store: &Embedded, memo: &Memo) -> Result<[u8; 32], StorageError> {
    use brevdue_exchange::storage::Contents as _;

    let mut source = store.open(&memo.content)?;
    let mut hasher = Sha256::new();
    let mut piece = [0; 8192];
    loop {
        let read = std::io::Read::read(&mut source, &mut piece)
            .map_err(|error| StorageError::Failed(Box::new(error)))?;
        if read == 0 {
            return Ok(hasher.finalize().into());
        }
        hasher.update(&piece[..read]);
    }
}

/// A digest as it stands in findings and file names.
pub(super) fn digest(word: &str) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    if word.len() != 64 {
        return None;
    }
    for (index, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(word.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(digest)
}

fn all() -> PageRequest {
    PageRequest { page: 0, size: PageRequest::SIZE_LIMIT }
}

fn unopened(error: &(dyn std::error::Error + 'static)) -> Problem {
    Problem::ours("torture::open", "the store does not open").because(error)
}

fn unread(error: &(dyn std::error::Error + 'static)) -> Problem {
    Problem::ours("torture::read", "the store cannot be read").because(error)
}
