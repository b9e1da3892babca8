//! Answering a message. Works without script: one form, sent as multipart.

use askama::Template;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{Multipart, Path};
use axum::http::StatusCode;
use axum::response::Redirect;
use brevdue_exchange::exchange::mailbox::{Answer as Written, MailboxError, Opened};
use brevdue_exchange::{Exchange, Folder};
use brevdue_memo::reply::ReplyError;
use uuid::Uuid;

use crate::files;
use crate::limits::{
    ANSWER_CHARACTERS, ANSWER_ENVELOPE_BYTES, ANSWER_FIELD_BYTES, DRAINED_BYTES, TITLE_CHARACTERS,
};
use crate::texts::Texts;
use crate::times::Deadline;
use crate::visitor::{Answer, Chrome, Owner, Refused, Section, Visitor};

#[derive(Template)]
#[template(path = "reply.html")]
struct ReplyPage {
    chrome: Chrome,
    key: Uuid,
    original: String,
    recipient: String,
    reply_by: Option<Deadline>,
    title: String,
    text: String,
    attachments_bytes: u64,
    limit_words: String,
    limit_size: String,
    title_error: Option<String>,
    text_error: Option<String>,
    files_error: Option<String>,
    /// What the exchange said of the answer as a whole.
    whole_error: Option<WholeError>,
    /// Files that have to be chosen again: a browser does not send them twice.
    files_lost: bool,
}

struct WholeError {
    words: &'static str,
    detail: Option<String>,
}

/// What a person wrote and what is wrong with it.
#[derive(Default)]
struct Draft {
    title: String,
    text: String,
    attachments: Vec<(String, String, Vec<u8>)>,
    token: String,
    title_error: Option<String>,
    text_error: Option<String>,
    files_error: Option<String>,
    whole_error: Option<WholeError>,
    files_chosen: bool,
}

impl Draft {
    fn has_errors(&self) -> bool {
        self.title_error.is_some()
            || self.text_error.is_some()
            || self.files_error.is_some()
            || self.whole_error.is_some()
    }
}

/// Bytes all attachments together may have: what the exchange takes, less the letter around them,
/// in the three bytes of four that Base64 leaves.
fn attachments_bytes(exchange: &Exchange) -> u64 {
    exchange.policy().public_memo_bytes.saturating_sub(ANSWER_ENVELOPE_BYTES) / 4 * 3
}

/// Bytes of the whole form that are read. More than an answer may have, so that one that is somewhat
/// too large is told so in the form, with the text kept.
pub(crate) fn body_limit_bytes(_: &Exchange) -> usize {
    DRAINED_BYTES
}

/// `GET /messages/{key}/reply`
pub(crate) async fn form(visitor: Visitor, Path(key): Path<String>) -> Answer {
    let owner = visitor.need_owner().await?;
    let opened = super::open(&visitor, owner.contact.id, &key).await?;
    if !may_answer(&opened) {
        return Err(visitor.refuse(Refused::NotFound).await);
    }
    let draft =
        Draft { title: prefilled(visitor.texts, &opened.message.header.label), ..Draft::default() };
    page(&visitor, &owner, &opened, draft, StatusCode::OK).await
}

fn may_answer(opened: &Opened) -> bool {
    opened.row.entry.folder == Folder::Inbox && opened.message.header.reply.unwrap_or(false)
}

/// The title of an answer: one `Svar:` in front, however long the conversation, within the limit.
fn prefilled(t: Texts, title: &str) -> String {
    let prefix = t.reply_prefix();
    let title = title.strip_prefix(prefix).map_or(title, str::trim_start);
    format!("{prefix} {title}").chars().take(TITLE_CHARACTERS).collect()
}

async fn page(
    visitor: &Visitor,
    owner: &Owner,
    opened: &Opened,
    draft: Draft,
    status: StatusCode,
) -> Answer {
    let t = visitor.texts;
    let header = &opened.message.header;
    let bytes = attachments_bytes(visitor.exchange());
    let limit = visitor.exchange().policy().attachments;
    // A title that says the page has errors is the first thing a screen reader reads.
    let title = match draft.has_errors() {
        true => t.reply_title_with_errors(),
        false => t.reply_title(),
    };
    let page = ReplyPage {
        chrome: visitor.chrome(title, Section::Inbox, Some(owner)).await?,
        key: opened.row.memo.key.0,
        original: header.label.clone(),
        recipient: header.sender.label.clone(),
        reply_by: header
            .reply_by_date_time
            .as_ref()
            .map(|by| Deadline::new(t, by.timestamp(), visitor.now())),
        title: draft.title,
        text: draft.text,
        attachments_bytes: bytes,
        limit_size: files::size(t, bytes),
        limit_words: t.reply_files_hint(limit, files::size(t, bytes)),
        title_error: draft.title_error,
        text_error: draft.text_error,
        files_error: draft.files_error,
        whole_error: draft.whole_error,
        files_lost: draft.files_chosen,
    };
    visitor.page_with(status, &page)
}

/// `POST /messages/{key}/reply`
pub(crate) async fn send(
    visitor: Visitor,
    Path(key): Path<String>,
    form: Result<Multipart, axum::extract::multipart::MultipartRejection>,
) -> Answer {
    let owner = visitor.need_owner().await?;
    let Ok(form) = form else { return Err(visitor.refuse(Refused::Form).await) };
    let opened = super::open(&visitor, owner.contact.id, &key).await?;
    if !may_answer(&opened) {
        return Err(visitor.refuse(Refused::NotFound).await);
    }
    let mut draft = match read(&visitor, form).await {
        Ok(draft) => draft,
        Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            return Err(visitor.refuse(Refused::TooLarge).await);
        }
        Err(_) => return Err(visitor.refuse(Refused::Form).await),
    };
    if !visitor.is_own_form(&draft.token) {
        return Err(visitor.refuse(Refused::Form).await);
    }
    check(visitor.texts, &mut draft);
    if draft.has_errors() {
        return page(&visitor, &owner, &opened, draft, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let written = Written {
        label: draft.title.clone(),
        text: draft.text.clone(),
        attachments: std::mem::take(&mut draft.attachments),
    };
    let t = visitor.texts;
    let (exchange, person) = (visitor.exchange().clone(), owner.contact.id);
    let key = opened.row.memo.key;
    let answered =
        super::blocking(async move { exchange.answer_message(person, key, written).await });
    let answered = match answered.await {
        Ok(answered) => answered,
        Err(error) => return Err(visitor.failed("an answer could not be sent", &error).await),
    };
    match answered {
        Ok(receipt) => {
            let address = match receipt.message_uuid {
                Some(uuid) => format!("/sent?sent={uuid}"),
                None => "/sent".to_owned(),
            };
            return Ok(visitor.finish(Redirect::to(&address)));
        }
        Err(MailboxError::NotAccepted { code, message }) => {
            draft.whole_error = Some(WholeError {
                words: t.reply_not_accepted(),
                detail: Some(format!("{code}: {message}")),
            });
        }
        Err(MailboxError::Reply(ReplyError::NotAllowed)) => {
            draft.whole_error = Some(WholeError { words: t.reply_not_allowed(), detail: None });
        }
        Err(MailboxError::Reply(error)) => {
            draft.whole_error =
                Some(WholeError { words: t.reply_not_accepted(), detail: Some(error.to_string()) });
        }
        Err(MailboxError::Unknown) => return Err(visitor.refuse(Refused::NotFound).await),
        Err(error) => return Err(visitor.failed("an answer could not be sent", &error).await),
    }
    page(&visitor, &owner, &opened, draft, StatusCode::UNPROCESSABLE_ENTITY).await
}

/// Reads the form. What is over a limit is read and dropped, and noted.
async fn read(visitor: &Visitor, mut form: Multipart) -> Result<Draft, MultipartError> {
    let t = visitor.texts;
    let limit = attachments_bytes(visitor.exchange());
    let most = visitor.exchange().policy().attachments as usize;
    let mut draft = Draft::default();
    let mut left = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut chosen = 0;
    let mut over = false;
    while let Some(field) = form.next_field().await? {
        let name = field.name().unwrap_or_default().to_owned();
        match name.as_str() {
            "token" => draft.token = text(field).await?,
            "title" => draft.title = one_line(&text(field).await?),
            "text" => draft.text = text(field).await?.replace("\r\n", "\n"),
            "files" => {
                let file_name = field.file_name().unwrap_or_default().to_owned();
                let declared = field.content_type().unwrap_or_default().to_owned();
                // A browser sends one nameless, empty file when none is chosen.
                let (bytes, whole) =
                    bytes(field, if over || chosen >= most { 0 } else { left }).await?;
                if file_name.is_empty() && bytes.is_empty() && whole {
                    continue;
                }
                chosen += 1;
                over |= !whole && chosen <= most;
                left = left.saturating_sub(bytes.len());
                if whole && chosen <= most {
                    let file_name = files::safe_name(&file_name);
                    let media_type = media_type(&declared, &file_name);
                    draft.attachments.push((file_name, media_type, bytes));
                }
            }
            _ => {
                bytes(field, 0).await?;
            }
        }
    }
    draft.files_chosen = chosen > 0;
    if chosen > most {
        let counted = i64::try_from(chosen).unwrap_or(i64::MAX);
        draft.files_error = Some(t.reply_too_many_files(counted, most));
    } else if over {
        draft.files_error = Some(t.reply_files_too_large(files::size(t, limit)));
    } else if let Some((name, ..)) = draft.attachments.iter().find(|(.., bytes)| bytes.is_empty()) {
        draft.files_error = Some(t.reply_file_empty(name));
    }
    Ok(draft)
}

/// A text field, up to its limit.
async fn text(field: Field<'_>) -> Result<String, MultipartError> {
    let (bytes, _) = bytes(field, ANSWER_FIELD_BYTES).await?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// At most so many bytes of a field, and whether that was all. The rest is read and dropped: a browser
/// listens to an answer only when it has sent everything.
pub(crate) async fn bytes(
    mut field: Field<'_>,
    most: usize,
) -> Result<(Vec<u8>, bool), MultipartError> {
    let mut kept = Vec::new();
    let mut whole = true;
    while let Some(chunk) = field.chunk().await? {
        let room = most - kept.len();
        whole &= chunk.len() <= room;
        kept.extend_from_slice(&chunk[..chunk.len().min(room)]);
    }
    Ok((kept, whole))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The media type a browser gives for a file, or the one its name suggests.
fn media_type(declared: &str, name: &str) -> String {
    let known = |declared: &str| !declared.is_empty() && declared != "application/octet-stream";
    match known(declared) {
        true => declared.to_owned(),
        false => mime_guess::from_path(name).first_or_octet_stream().to_string(),
    }
}

fn check(t: Texts, draft: &mut Draft) {
    let length = draft.title.chars().count();
    if draft.title.is_empty() {
        draft.title_error = Some(t.reply_title_missing().to_owned());
    } else if length > TITLE_CHARACTERS {
        draft.title_error = Some(t.reply_title_too_long(length, TITLE_CHARACTERS));
    }
    let length = draft.text.chars().count();
    if draft.text.trim().is_empty() {
        draft.text_error = Some(t.reply_text_missing().to_owned());
    } else if length > ANSWER_CHARACTERS {
        draft.text_error = Some(t.reply_text_too_long(length, ANSWER_CHARACTERS));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::Language;

    #[test]
    fn the_title_of_an_answer_says_svar_once() {
        let t = Texts(Language::Danish);
        assert_eq!(prefilled(t, "Tilbud om plads"), "Svar: Tilbud om plads");
        assert_eq!(prefilled(t, "Svar: Tilbud om plads"), "Svar: Tilbud om plads");
        assert_eq!(prefilled(t, &"å".repeat(256)).chars().count(), 256);
    }

    #[test]
    fn a_file_without_a_type_gets_the_one_of_its_name() {
        for (declared, name, expected) in [
            ("application/pdf", "a.txt", "application/pdf"),
            ("", "a.pdf", "application/pdf"),
            ("application/octet-stream", "a.png", "image/png"),
            ("", "a", "application/octet-stream"),
        ] {
            assert_eq!(media_type(declared, name), expected);
        }
    }
}
