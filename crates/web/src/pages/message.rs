//! One message: who wrote, what it says, what can be done about it.

use std::io::{Read as _, Seek as _, SeekFrom};

use askama::Template;
use brevdue_exchange::exchange::mailbox::Opened;
use brevdue_exchange::{Exchange, Folder, ReceiptRecord};
use brevdue_memo::{Action, File, Message, Timestamp};
use brevdue_wire::ReceiptStatus;
use uuid::Uuid;

use super::action::{self, Card, Target};
use super::folder::{self, Status};
use crate::files::{self, Kind};
use crate::html;
use crate::limits::{SHOWN_HTML_BYTES, SHOWN_ITEMS, SHOWN_TEXT_BYTES, SNIFFED_BYTES};
use crate::texts::Texts;
use crate::times::{self, Deadline, Moment};
use crate::visitor::{Answer, Chrome, Section, Visitor};

#[derive(Template)]
#[template(path = "message.html")]
struct MessagePage {
    chrome: Chrome,
    letter: LetterView,
    receipts: Vec<ReceiptView>,
}

/// A message as the page shows it.
struct LetterView {
    key: Uuid,
    title: String,
    sender: String,
    /// On whose behalf the sender writes.
    responsible: Option<String>,
    representative: Option<String>,
    recipient: Option<String>,
    sent: bool,
    date: Moment,
    mandatory: bool,
    legal_notification: bool,
    status: Option<Status>,
    reply: bool,
    reply_by: Option<Deadline>,
    /// The text of a message that has no documents (NemSMS).
    text: Option<String>,
    cards: Vec<Card>,
    main: Option<DocumentView>,
    attachments: Vec<DocumentView>,
    technical: Vec<DocumentView>,
    /// Documents beyond what a page shows.
    left_out: Option<String>,
    forwarded: Option<ForwardView>,
    facts: Vec<(&'static str, String)>,
}

struct ForwardView {
    from: String,
    date: Moment,
    comment: Option<String>,
}

struct DocumentView {
    heading: String,
    files: Vec<FileView>,
}

struct FileView {
    name: String,
    icon: &'static str,
    size: String,
    /// For `lang`, when it is one or two letters.
    language: String,
    download: String,
    show: Show,
}

/// How a file is shown.
enum Show {
    /// A cleaned letter in a frame.
    Letter {
        address: String,
        height: &'static str,
    },
    /// By the browser's viewer.
    Pdf {
        address: String,
    },
    Text {
        text: String,
    },
    Picture {
        address: String,
    },
    /// For download, and why.
    Nothing {
        note: Option<&'static str>,
    },
}

struct ReceiptView {
    class: &'static str,
    words: &'static str,
    date: Moment,
    detail: Option<String>,
}

/// `GET /messages/{key}`
pub(crate) async fn message(
    visitor: Visitor,
    axum::extract::Path(key): axum::extract::Path<String>,
) -> Answer {
    let owner = visitor.need_owner().await?;
    let opened = super::open(&visitor, owner.contact.id, &key).await?;
    let sent = opened.row.entry.folder == Folder::Sent;
    let records = match sent {
        false => Vec::new(),
        true => {
            match visitor.exchange().receipts_of_sent(owner.contact.id, opened.row.memo.key).await {
                Ok(records) => records,
                Err(error) => {
                    return Err(visitor
                        .failed("the receipts of a letter could not be read", &error)
                        .await);
                }
            }
        }
    };
    let (texts, now, exchange) = (visitor.texts, visitor.now(), visitor.exchange().clone());
    let receipts = records.iter().map(|record| receipt(texts, record)).collect();
    // Looking into files reads from disk.
    let letter =
        tokio::task::spawn_blocking(move || letter(texts, &exchange, &opened, &records, now)).await;
    let letter = match letter {
        Ok(letter) => letter,
        Err(error) => return Err(visitor.failed("a message could not be shown", &error).await),
    };
    // Having been opened now, it no longer counts among the unread.
    let owner = match visitor.owner().await? {
        Some(owner) => owner,
        None => owner,
    };
    let section = if sent { Section::Sent } else { Section::Inbox };
    let chrome = visitor.chrome(letter.title.clone(), section, Some(&owner)).await?;
    visitor.page(&MessagePage { chrome, letter, receipts })
}

/// A document of a message, by its number: 0 is the main document, then the additional, then the
/// technical ones.
pub(crate) struct Document<'a> {
    pub(crate) number: usize,
    pub(crate) label: Option<&'a str>,
    pub(crate) files: &'a [File],
    pub(crate) actions: &'a [Action],
}

/// The documents of a message in the order of their numbers: main, additional, technical.
pub(crate) fn documents(
    message: &Message,
) -> (Option<Document<'_>>, Vec<Document<'_>>, Vec<Document<'_>>) {
    let Some(body) = &message.body else { return (None, Vec::new(), Vec::new()) };
    let main = Document {
        number: 0,
        label: body.main_document.label.as_deref(),
        files: &body.main_document.files,
        actions: &body.main_document.actions,
    };
    let additional: Vec<_> = (1..)
        .zip(&body.additional_documents)
        .map(|(number, document)| Document {
            number,
            label: document.label.as_deref(),
            files: &document.files,
            actions: &document.actions,
        })
        .collect();
    let technical = (1 + additional.len()..)
        .zip(&body.technical_documents)
        .map(|(number, document)| Document {
            number,
            label: document.label.as_deref(),
            files: &document.files,
            actions: &[],
        })
        .collect();
    (Some(main), additional, technical)
}

fn letter(
    t: Texts,
    exchange: &Exchange,
    opened: &Opened,
    records: &[ReceiptRecord],
    now: Timestamp,
) -> LetterView {
    let header = &opened.message.header;
    let sent = opened.row.entry.folder == Folder::Sent;
    let key = opened.row.memo.key.0;
    let base = format!("/messages/{key}/documents");
    let (main, additional, technical) = documents(&opened.message);

    let mut cards: Vec<Card> = main
        .iter()
        .chain(&additional)
        .flat_map(|document| {
            document.actions.iter().enumerate().map(|(position, action)| {
                let address = format!("{base}/{}/actions/{position}", document.number);
                action::card(t, action, &address, (document.number, position), now)
            })
        })
        .take(SHOWN_ITEMS)
        .collect();
    action::sort(&mut cards);

    let show = |document: &Document<'_>, fallback: String| DocumentView {
        heading: document
            .label
            .filter(|label| !label.trim().is_empty())
            .map_or(fallback, str::to_owned),
        files: document
            .files
            .iter()
            .enumerate()
            .take(SHOWN_ITEMS)
            .map(|(position, file)| {
                let address = format!("{base}/{}/files/{position}", document.number);
                file_view(t, exchange, opened, file, &address)
            })
            .collect(),
    };
    let hidden =
        additional.len().saturating_sub(SHOWN_ITEMS) + technical.len().saturating_sub(SHOWN_ITEMS);
    let text = main.is_none().then(|| header.notification.clone()).flatten();
    let attention = header.sender.attention_data.as_ref();
    LetterView {
        key,
        title: header.label.clone(),
        sender: header.sender.label.clone(),
        responsible: attention
            .and_then(|data| data.content_responsible.as_ref())
            .and_then(|responsible| responsible.label.clone()),
        representative: header.sender.representative.as_ref().and_then(|party| party.label.clone()),
        recipient: header.recipient.label.clone().or_else(|| {
            header.recipient.contact_point.as_ref().and_then(|point| point.label.clone())
        }),
        sent,
        date: times::moment(t, opened.row.entry.arrived_at),
        mandatory: header.mandatory.unwrap_or(false),
        legal_notification: header.legal_notification.unwrap_or(false),
        status: sent.then(|| folder::status(t, opened.row.memo.state, records)),
        reply: !sent && header.reply.unwrap_or(false),
        reply_by: header
            .reply_by_date_time
            .as_ref()
            .filter(|_| !sent)
            .map(|by| Deadline::new(t, by.timestamp(), now)),
        text,
        cards,
        main: main.as_ref().map(|document| show(document, t.message_main().to_owned())),
        attachments: (1_i64..)
            .zip(additional.iter().take(SHOWN_ITEMS))
            .map(|(number, document)| show(document, t.message_attachment(number)))
            .collect(),
        technical: (1_i64..)
            .zip(technical.iter().take(SHOWN_ITEMS))
            .map(|(number, document)| show(document, t.message_technical(number)))
            .collect(),
        left_out: (hidden > 0)
            .then(|| t.message_left_out(i64::try_from(hidden).unwrap_or(i64::MAX))),
        forwarded: header.forward_data.as_ref().map(|forward| ForwardView {
            from: forward.original_sender.clone(),
            date: times::moment(t, forward.original_message_date_time.timestamp()),
            comment: forward.comment.clone(),
        }),
        facts: facts(t, &opened.message),
    }
}

/// What somebody asking the sender about the letter may need. No CPR numbers.
fn facts(t: Texts, message: &Message) -> Vec<(&'static str, String)> {
    let header = &message.header;
    let content = header.content_data.as_ref();
    let mut facts = Vec::new();
    if let Some(case) = content.and_then(|content| content.case_id.as_ref()) {
        facts.push((t.facts_case(), case.case_id.clone()));
    }
    if let Some(point) = &header.sender.contact_point {
        facts.extend(point.label.clone().map(|label| (t.facts_contact_point(), label)));
    }
    if let Some(date) = &header.do_not_deliver_until_date {
        facts.extend(
            times::written_date(t, date.year_month_day())
                .map(|date| (t.facts_delivery_date(), date)),
        );
    }
    facts.extend(header.message_id.clone().map(|id| (t.facts_message_id(), id)));
    facts.push((t.facts_message_uuid(), header.message_uuid.to_string()));
    facts
}

fn file_view(
    t: Texts,
    exchange: &Exchange,
    opened: &Opened,
    file: &File,
    address: &str,
) -> FileView {
    let length = file.content.len_bytes();
    let kind = Kind::declared(&file.encoding_format);
    let is_language = (1..=2).contains(&file.language.len())
        && file.language.bytes().all(|byte| byte.is_ascii_alphabetic());
    FileView {
        name: files::safe_name(&file.filename),
        icon: kind.icon(&file.filename),
        size: files::size(t, length),
        language: if is_language { file.language.to_ascii_lowercase() } else { String::new() },
        download: format!("{address}?download"),
        show: show(t, exchange, opened, file, kind, address),
    }
}

fn show(
    t: Texts,
    exchange: &Exchange,
    opened: &Opened,
    file: &File,
    kind: Kind,
    address: &str,
) -> Show {
    let length = file.content.len_bytes();
    let too_long = match kind {
        Kind::Html => length > SHOWN_HTML_BYTES,
        Kind::Text => length > SHOWN_TEXT_BYTES,
        _ => false,
    };
    if too_long {
        return Show::Nothing { note: Some(t.file_too_long()) };
    }
    let wanted = match kind {
        Kind::Text => SHOWN_TEXT_BYTES,
        Kind::Pdf | Kind::Picture(_) => SNIFFED_BYTES,
        Kind::Html => 0,
        Kind::Other => return Show::Nothing { note: None },
    };
    let first = match begin(exchange, opened, file, wanted) {
        Ok(first) => first,
        Err(error) => {
            tracing::error!(%error, "a file of a message could not be read");
            return Show::Nothing { note: Some(t.file_unreadable()) };
        }
    };
    if !kind.fits(&first) {
        return Show::Nothing { note: Some(t.file_not_as_declared()) };
    }
    match kind {
        Kind::Html => Show::Letter { address: format!("{address}/letter"), height: height(length) },
        Kind::Pdf => Show::Pdf { address: address.to_owned() },
        Kind::Text => Show::Text { text: html::decode(&first) },
        Kind::Picture(_) => Show::Picture { address: address.to_owned() },
        Kind::Other => Show::Nothing { note: None },
    }
}

/// The first bytes of a file.
pub(crate) fn begin(
    exchange: &Exchange,
    opened: &Opened,
    file: &File,
    bytes: u64,
) -> std::io::Result<Vec<u8>> {
    let mut first = Vec::new();
    if bytes > 0 {
        let mut source = exchange.store().open(&opened.content).map_err(std::io::Error::other)?;
        source.seek(SeekFrom::Start(0))?;
        file.content.open(source)?.take(bytes).read_to_end(&mut first)?;
    }
    Ok(first)
}

/// A frame cannot fit itself to what it holds without script: its height is guessed by length.
fn height(length_bytes: u64) -> &'static str {
    match length_bytes {
        0..400 => "short",
        400..2_000 => "medium",
        _ => "long",
    }
}

fn receipt(t: Texts, record: &ReceiptRecord) -> ReceiptView {
    let (class, words) = match record.receipt.receipt_status {
        ReceiptStatus::Received => ("badge badge-info", t.receipt_received()),
        ReceiptStatus::Completed => ("badge badge-success", t.receipt_completed()),
        ReceiptStatus::Invalid => ("badge badge-error", t.receipt_invalid()),
        ReceiptStatus::NotAllowed => ("badge badge-error", t.receipt_not_allowed()),
    };
    let detail = match (&record.receipt.error_code, &record.receipt.error_message) {
        (Some(code), Some(message)) => Some(format!("{code}: {message}")),
        (Some(text), None) | (None, Some(text)) => Some(text.clone()),
        (None, None) => None,
    };
    ReceiptView { class, words, date: times::moment(t, record.created_at), detail }
}
