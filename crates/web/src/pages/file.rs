//! Files and appointments of messages, as bytes.

use std::io::{self, Read as _};

use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::http::header;
use brevdue_exchange::exchange::mailbox::Opened;
use brevdue_memo::{File, calendar};
use tokio::sync::mpsc;

use super::message::{self, Document};
use crate::files::{self, Kind};
use crate::headers::{DOWNLOAD_POLICY, LETTER_POLICY, VIEWED_POLICY};
use crate::html::TooInvolved;
use crate::limits::{CHUNK_BYTES, CHUNKS_WAITING, SHOWN_HTML_BYTES, SNIFFED_BYTES};
use crate::visitor::{Answer, Refused, Visitor};
use crate::{html, times};

/// `GET /messages/{key}/documents/{document}/files/{file}`: the decoded bytes, in constant memory.
/// With `?download` always to be saved; without, shown when the kind of file can be.
pub(crate) async fn file(
    visitor: Visitor,
    Path((key, document, file)): Path<(String, String, String)>,
) -> Answer {
    let owner = visitor.need_owner().await?;
    let opened = super::open(&visitor, owner.contact.id, &key).await?;
    let Some(file) = find(&opened, &document, &file) else {
        return Err(visitor.refuse(Refused::NotFound).await);
    };
    let kind = Kind::declared(&file.encoding_format);
    let viewable = matches!(kind, Kind::Pdf | Kind::Picture(_));
    let exchange = visitor.exchange().clone();
    let first = {
        let (exchange, opened, file) = (exchange.clone(), opened.clone(), file.clone());
        let wanted = if viewable { SNIFFED_BYTES } else { 0 };
        tokio::task::spawn_blocking(move || message::begin(&exchange, &opened, &file, wanted)).await
    };
    let first = match first.map_err(io::Error::other).and_then(|first| first) {
        Ok(first) => first,
        Err(error) => return Err(visitor.failed("a file could not be read", &error).await),
    };
    let download = visitor.query("download").is_some() || !viewable || !kind.fits(&first);

    let (sender, mut receiver) = mpsc::channel::<io::Result<Bytes>>(CHUNKS_WAITING);
    let name = file.filename.clone();
    let media_type = files::content_type(kind, &file.encoding_format, download);
    let length = file.content.len_bytes();
    let content = opened.content;
    tokio::task::spawn_blocking(move || {
        let streamed = (|| {
            let source = exchange.store().open(&content).map_err(io::Error::other)?;
            let mut decoded = file.content.open(source)?;
            loop {
                let mut chunk = vec![0; CHUNK_BYTES];
                let length = fill(&mut decoded, &mut chunk)?;
                chunk.truncate(length);
                // Nobody waits for the rest once the browser has gone.
                if length == 0 || sender.blocking_send(Ok(chunk.into())).is_err() {
                    return Ok(());
                }
            }
        })();
        if let Err(error) = streamed {
            let error: io::Error = error;
            tracing::error!(%error, "a file of a message stopped in the middle");
            let _ = sender.blocking_send(Err(error));
        }
    });
    let body = futures_util::stream::poll_fn(move |context| receiver.poll_recv(context));
    let policy = if download { DOWNLOAD_POLICY } else { VIEWED_POLICY };
    Ok(visitor.finish((
        [
            (header::CONTENT_TYPE, media_type),
            (header::CONTENT_LENGTH, length.to_string()),
            (header::CONTENT_DISPOSITION, files::disposition(download, &name)),
            (header::CONTENT_SECURITY_POLICY, policy.to_owned()),
            (header::CACHE_CONTROL, "private, no-store".to_owned()),
        ],
        Body::from_stream(body),
    )))
}

/// Reads until the buffer is full or the file ends.
fn fill(source: &mut dyn io::Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match source.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(length) => filled += length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// `GET …/files/{file}/letter`: an HTML document, cleaned, for the frame in the message's page.
pub(crate) async fn letter(
    visitor: Visitor,
    Path((key, document, file)): Path<(String, String, String)>,
) -> Answer {
    let owner = visitor.need_owner().await?;
    let opened = super::open(&visitor, owner.contact.id, &key).await?;
    let shown = find(&opened, &document, &file).filter(|file| {
        Kind::declared(&file.encoding_format) == Kind::Html
            && file.content.len_bytes() <= SHOWN_HTML_BYTES
    });
    let Some(file) = shown else { return Err(visitor.refuse(Refused::NotFound).await) };
    let (t, exchange) = (visitor.texts, visitor.exchange().clone());
    // Cleaning a long letter takes a while, and other pages should not wait for it.
    let cleaned = tokio::task::spawn_blocking(move || -> io::Result<String> {
        let source = exchange.store().open(&opened.content).map_err(io::Error::other)?;
        let mut bytes = Vec::new();
        file.content.open(source)?.take(SHOWN_HTML_BYTES).read_to_end(&mut bytes)?;
        let text = html::decode(&bytes);
        Ok(html::letter(&text, &file.filename, &file.language).unwrap_or_else(|TooInvolved| {
            let note = format!("<p>{}</p>", t.file_too_involved());
            html::document(&note, &file.filename, t.language().code())
        }))
    });
    match cleaned.await.map_err(io::Error::other).and_then(|cleaned| cleaned) {
        Ok(cleaned) => Ok(visitor.finish((
            [
                (header::CONTENT_TYPE, "text/html; charset=utf-8"),
                (header::CONTENT_SECURITY_POLICY, LETTER_POLICY),
            ],
            cleaned,
        ))),
        Err(error) => Err(visitor.failed("a letter could not be shown", &error).await),
    }
}

/// `GET …/actions/{action}/appointment.ics`
pub(crate) async fn appointment(
    visitor: Visitor,
    Path((key, document, action)): Path<(String, String, String)>,
) -> Answer {
    let owner = visitor.need_owner().await?;
    let opened = super::open(&visitor, owner.contact.id, &key).await?;
    let reservation = find_document(&opened, &document)
        .and_then(|document| document.actions.get(number(&action)?))
        .and_then(|action| action.reservation.as_ref());
    let Some(reservation) = reservation else {
        return Err(visitor.refuse(Refused::NotFound).await);
    };
    let day = times::day_for_file(reservation.start_date_time.timestamp());
    let name = visitor.texts.appointment_file(day);
    let written = opened.message.body.as_ref().map(|body| body.created_date_time.timestamp());
    let entry = calendar::appointment(reservation, written, visitor.now());
    Ok(visitor.finish((
        [
            (header::CONTENT_TYPE, "text/calendar; charset=utf-8; method=PUBLISH".to_owned()),
            (header::CONTENT_DISPOSITION, files::disposition(true, &name)),
            (header::CONTENT_SECURITY_POLICY, DOWNLOAD_POLICY.to_owned()),
        ],
        entry,
    )))
}

/// A number in an address: digits only, so that each thing has one address.
fn number(text: &str) -> Option<usize> {
    let plain =
        text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    plain.then(|| text.parse().ok()).flatten()
}

fn find_document<'a>(opened: &'a Opened, document: &str) -> Option<Document<'a>> {
    let wanted = number(document)?;
    let (main, additional, technical) = message::documents(&opened.message);
    main.into_iter().chain(additional).chain(technical).find(|found| found.number == wanted)
}

fn find(opened: &Opened, document: &str, file: &str) -> Option<File> {
    find_document(opened, document)?.files.get(number(file)?).cloned()
}
