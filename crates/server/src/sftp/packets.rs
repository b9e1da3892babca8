//! Requests and answers, one after the other: a request that is too long, or that is none, ends the
//! session.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use russh_sftp::protocol::{Packet, Status, StatusCode, Version};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::SftpSettings;
use super::refused::Refused;
use super::session::SftpSession;

/// Requests that may wait for their answers: more than clients ask for ahead of a file's bytes.
const WAITING_REQUESTS: usize = 8192;
/// Bytes of them. When so many wait, no more are read, and the client is held up.
const WAITING_BYTES: usize = 1024 * 1024;

/// A request, and what gives its bytes free again.
type Waiting = (Bytes, OwnedSemaphorePermit);

/// Answers requests until the other end leaves, does not keep to the protocol, or does not take its
/// answers.
///
/// Requests are read while answers are written: the connection takes up what comes for all its sessions
/// in turn, and only what it takes up tells it that answers may go on.
pub(super) async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    mut session: SftpSession,
    settings: &SftpSettings,
    stop: &CancellationToken,
) {
    let (reader, mut writer) = tokio::io::split(stream);
    let (requests, mut waiting) = mpsc::channel(WAITING_REQUESTS);
    let answering = async {
        let patience = Duration::from_secs(settings.idle_seconds);
        let gate = session.door.gate.clone();
        let (_, began) = gate.times_alone().await;
        while let Some((request, place)) = waiting.recv().await {
            let (stay, now) = gate.times_alone().await;
            if now != began {
                // What is open here belongs to a store that is no more.
                break;
            }
            let Some(answer) = answer(&mut session, request).await else { break };
            drop((place, stay));
            let Ok(answer) = Bytes::try_from(answer) else { break };
            let write = async {
                writer.write_all(&answer).await?;
                writer.flush().await
            };
            if !matches!(timeout(patience, write).await, Ok(Ok(()))) {
                break;
            }
        }
    };
    tokio::select! {
        () = answering => {}
        // What came before the end is answered: the end of reading is not the end of the session.
        () = read_all(reader, settings, requests) => {}
        () = stop.cancelled() => {}
    }
    let _ = writer.shutdown().await;
}

/// Reads requests until the end; then waits to be dropped with the session.
async fn read_all(
    mut reader: impl AsyncRead + Unpin,
    settings: &SftpSettings,
    requests: mpsc::Sender<Waiting>,
) {
    let room = Arc::new(Semaphore::new(WAITING_BYTES));
    while let Some(request) = read(&mut reader, settings.request_bytes).await {
        let bytes = u32::try_from(request.len()).unwrap_or(u32::MAX);
        let Ok(place) = Arc::clone(&room).acquire_many_owned(bytes).await else { break };
        if requests.send((request, place)).await.is_err() {
            break;
        }
    }
    drop(requests);
    std::future::pending().await
}

async fn read(stream: &mut (impl AsyncRead + Unpin), limit_bytes: u32) -> Option<Bytes> {
    let length = stream.read_u32().await.ok()?;
    // One byte of type and four of id, or of version.
    if !(5..=limit_bytes).contains(&length) {
        tracing::debug!(length, limit_bytes, "an SFTP request is too short or too long");
        return None;
    }
    let mut request = vec![0; length as usize];
    stream.read_exact(&mut request).await.ok()?;
    Some(request.into())
}

async fn answer(session: &mut SftpSession, request: Bytes) -> Option<Packet> {
    let id = request.get(1..5).and_then(|id| id.try_into().ok()).map(u32::from_be_bytes)?;
    let mut bytes = request;
    let packet = match Packet::try_from(&mut bytes) {
        Ok(packet) => packet,
        // A name that is not UTF-8, most likely.
        Err(_) => return Some(status(id, Err(Refused::bad_message()))),
    };
    Some(match packet {
        Packet::Init(_) => Packet::Version(Version::new()),
        Packet::Open(p) => either(id, session.open(id, &p.filename, p.pflags).await),
        Packet::Close(p) => status(id, session.close(&p.handle).await),
        Packet::Read(p) => either(id, session.read(id, &p.handle, p.offset, p.len).await),
        Packet::Write(p) => status(id, session.write(&p.handle, p.offset, &p.data).await),
        Packet::Stat(p) => either(id, session.stat(id, &p.path).await),
        Packet::Lstat(p) => either(id, session.stat(id, &p.path).await),
        Packet::Fstat(p) => either(id, session.fstat(id, &p.handle)),
        Packet::SetStat(p) => status(id, session.set_stat(&p.path).await),
        Packet::FSetStat(p) => status(id, session.set_fstat(&p.handle, &p.attrs)),
        Packet::OpenDir(p) => either(id, session.open_folder(id, &p.path).await),
        Packet::ReadDir(p) => either(id, session.read_folder(id, &p.handle).await),
        Packet::Remove(p) => status(id, session.remove(&p.filename).await),
        Packet::Rename(p) => status(id, session.rename(&p.oldpath, &p.newpath).await),
        Packet::RealPath(p) => either(id, session.real_path(id, &p.path)),
        Packet::MkDir(_) | Packet::RmDir(_) => status(id, Err(Refused::fixed_folders())),
        Packet::Symlink(_) | Packet::ReadLink(_) => status(id, Err(Refused::no_links())),
        Packet::Extended(_) => {
            status(id, Err(Refused::unsupported("there are no extensions here")))
        }
        // An answer where a request should be.
        _ => return None,
    })
}

fn either(id: u32, outcome: Result<Packet, Refused>) -> Packet {
    outcome.unwrap_or_else(|refused| status(id, Err(refused)))
}

fn status(id: u32, outcome: Result<(), Refused>) -> Packet {
    let (status_code, error_message) = match outcome {
        Ok(()) => (StatusCode::Ok, "ok".to_owned()),
        Err(refused) => (refused.code, refused.message),
    };
    Packet::Status(Status { id, status_code, error_message, language_tag: "en".into() })
}
