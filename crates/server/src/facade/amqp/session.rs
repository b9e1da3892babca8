//! One connection: a token is shown, a channel opened, messages fetched and acknowledged.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::IpAddr;
use std::time::Duration;

use brevdue_exchange::SystemId;
use brevdue_exchange::authenticate::Caller;
use brevdue_exchange::municipal::StatusId;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::Queue;
use super::frames::{Fields, Frame, FrameKind, GREETING, Method, fault, send};
use super::status::envelope;
use crate::causes::chain;
use crate::facade::tokens::STATUS;

/// The virtual host there is.
const HOST: &str = "BF";

const CONNECTION: u16 = 10;
const CHANNEL: u16 = 20;
const QUEUE: u16 = 50;
const BASIC: u16 = 60;

const ACCESS_REFUSED: u16 = 403;
const NOT_FOUND: u16 = 404;
const PRECONDITION_FAILED: u16 = 406;
const NOT_ALLOWED: u16 = 530;
const NOT_IMPLEMENTED: u16 = 540;
const INTERNAL_ERROR: u16 = 541;

/// Serves a connection to its end.
pub(super) async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    address: IpAddr,
    queue: Queue,
    stop: &CancellationToken,
) -> io::Result<()> {
    let patience = Duration::from_secs(queue.limits.login_seconds);
    let login = timeout(patience, login(&mut stream, address, &queue)).await;
    let Some((caller, frame_bytes)) = login.map_err(|_| fault("signing in took too long"))?? else {
        return Ok(());
    };
    let session = Session {
        queue,
        caller,
        address,
        frame_bytes,
        channels: BTreeSet::new(),
        given: BTreeMap::new(),
        tags: 0,
    };
    session.run(stream, stop).await
}

/// What a connection has to say before anything else; `None` when it was told no.
async fn login(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    address: IpAddr,
    queue: &Queue,
) -> io::Result<Option<(Caller, u32)>> {
    let limits = &queue.limits;
    let patience = Duration::from_secs(limits.login_seconds);
    let mut greeting = [0; 8];
    stream.read_exact(&mut greeting).await?;
    if greeting != *GREETING {
        stream.write_all(GREETING).await?;
        return Ok(None);
    }
    let start = Method::new(CONNECTION, 10).octet(0).octet(9).long(0);
    let start = start.long_text("EXTERNAL").long_text("en_US");
    send(stream, &[start.frame(0)], patience).await?;

    let answer = expect(stream, queue, 11).await?;
    let mut fields = Fields(&answer[4..]);
    let (_, mechanism, response) = (fields.long_bytes(), fields.short_text(), fields.long_bytes());
    let exchange = &queue.exchange;
    let claims = response
        .filter(|_| mechanism == Some("EXTERNAL"))
        .and_then(|token| queue.tokens.open_assertion(token, exchange.clock().now()))
        .filter(|claims| claims.aud == STATUS);
    let caller = match claims {
        None => None,
        Some(claims) => {
            let _stay = queue.gate.enter().await;
            exchange.authenticate_again(SystemId(claims.system), None, address).await.ok()
        }
    };
    let Some(caller) = caller else {
        let text = "the SAML token was not issued here for bfo_modtag/2, or has ended";
        send(stream, &[close_connection(ACCESS_REFUSED, text)], patience).await?;
        return Ok(None);
    };

    let heartbeat = u16::try_from(limits.idle_seconds / 3).unwrap_or(60);
    let tune = Method::new(CONNECTION, 30).short(limits.channels).long(limits.frame_bytes);
    send(stream, &[tune.short(heartbeat).frame(0)], patience).await?;
    let answer = expect(stream, queue, 31).await?;
    let mut fields = Fields(&answer[4..]);
    let (_, frame_bytes) = (fields.short(), fields.long());
    // 0 leaves it to us; 4096 is the least there may be.
    let frame_bytes = match frame_bytes {
        Some(0) | None => limits.frame_bytes,
        Some(bytes) => bytes.clamp(4096, limits.frame_bytes),
    };
    let answer = expect(stream, queue, 40).await?;
    if Fields(&answer[4..]).short_text() != Some(HOST) {
        let close = close_connection(NOT_ALLOWED, "the virtual host is BF");
        send(stream, &[close], patience).await?;
        return Ok(None);
    }
    send(stream, &[Method::new(CONNECTION, 41).short_text("").frame(0)], patience).await?;
    Ok(Some((caller, frame_bytes)))
}

/// The payload of the method of class `connection` that must come now; at least its four first bytes.
async fn expect(
    stream: &mut (impl AsyncRead + Unpin),
    queue: &Queue,
    method: u16,
) -> io::Result<Vec<u8>> {
    loop {
        let patience = Duration::from_secs(queue.limits.login_seconds);
        let frame = Frame::read(stream, queue.limits.frame_bytes, patience).await?;
        if frame.kind == FrameKind::Heartbeat {
            continue;
        }
        let mut fields = Fields(&frame.payload);
        let came = (frame.kind, frame.channel, fields.short(), fields.short());
        return if came == (FrameKind::Method, 0, Some(CONNECTION), Some(method)) {
            Ok(frame.payload)
        } else {
            Err(fault("another method than the one that must come"))
        };
    }
}

struct Session {
    queue: Queue,
    caller: Caller,
    address: IpAddr,
    frame_bytes: u32,
    channels: BTreeSet<u16>,
    /// What was given and not acknowledged, by channel and delivery tag.
    given: BTreeMap<(u16, u64), StatusId>,
    tags: u64,
}

/// What follows a frame.
enum Next {
    Say(Vec<Frame>),
    Nothing,
    End(Vec<Frame>),
}

impl Session {
    async fn run(
        mut self,
        stream: impl AsyncRead + AsyncWrite + Unpin,
        stop: &CancellationToken,
    ) -> io::Result<()> {
        let limits = self.queue.limits.clone();
        let idle = Duration::from_secs(limits.idle_seconds);
        let write = Duration::from_secs(limits.write_seconds);
        let (mut reader, mut writer) = tokio::io::split(stream);
        let mut heartbeat = tokio::time::interval(idle / 6);
        let mut reading = Box::pin(next(reader, limits.frame_bytes, idle));
        let gate = self.queue.gate.clone();
        let (_, began) = gate.times_alone().await;
        loop {
            let read = tokio::select! {
                read = &mut reading => read,
                _ = heartbeat.tick() => {
                    let beat = Frame { kind: FrameKind::Heartbeat, channel: 0, payload: Vec::new() };
                    send(&mut writer, &[beat], write).await?;
                    continue;
                }
                () = stop.cancelled() => {
                    let close = close_connection(320, "the exchange stops; connect again later");
                    send(&mut writer, &[close], write).await?;
                    return Ok(());
                }
            };
            let frame;
            (frame, reader) = read?;
            let (stay, now) = gate.times_alone().await;
            if now != began {
                // What was given here belongs to a store that is no more.
                let close = close_connection(320, "the country was replaced; connect again");
                send(&mut writer, &[close], write).await?;
                return Ok(());
            }
            let answer = self.answer(&frame).await?;
            drop(stay);
            match answer {
                Next::Nothing => {}
                Next::Say(frames) => send(&mut writer, &frames, write).await?,
                Next::End(frames) => {
                    send(&mut writer, &frames, write).await?;
                    return Ok(());
                }
            }
            reading = Box::pin(next(reader, limits.frame_bytes, idle));
        }
    }

    async fn answer(&mut self, frame: &Frame) -> io::Result<Next> {
        match frame.kind {
            FrameKind::Method => {}
            FrameKind::Heartbeat => return Ok(Next::Nothing),
            FrameKind::Header | FrameKind::Body => {
                return Ok(refuse_connection(NOT_IMPLEMENTED, "nothing can be published here"));
            }
        }
        let channel = frame.channel;
        let mut fields = Fields(&frame.payload);
        let (Some(class), Some(method)) = (fields.short(), fields.short()) else {
            return Err(fault("a method without a number"));
        };
        if class != CONNECTION
            && (class, method) != (CHANNEL, 10)
            && !self.channels.contains(&channel)
        {
            // After we closed a channel, what was under way on it is let pass.
            return Ok(Next::Nothing);
        }
        let say = |method: Method| Ok(Next::Say(vec![method.frame(channel)]));
        match (class, method) {
            (CONNECTION, 50) => Ok(Next::End(vec![Method::new(CONNECTION, 51).frame(0)])),
            (CONNECTION, 51) => Ok(Next::End(Vec::new())),
            (CHANNEL, 10) => {
                if channel == 0
                    || self.channels.len() >= usize::from(self.queue.limits.channels)
                    || !self.channels.insert(channel)
                {
                    return Ok(refuse_connection(NOT_ALLOWED, "this channel cannot be opened"));
                }
                say(Method::new(CHANNEL, 11).long(0))
            }
            (CHANNEL, 40) => {
                self.close(channel);
                say(Method::new(CHANNEL, 41))
            }
            (CHANNEL, 41) => Ok(Next::Nothing),
            // Somebody asks whether the queue is there; it always is.
            (QUEUE, 10) => {
                let _ = fields.short();
                let name = fields.short_text().unwrap_or_default().to_owned();
                if !self.is_own(&name) {
                    return Ok(self.no_such_queue(channel));
                }
                say(Method::new(QUEUE, 11).short_text(&name).long(0).long(0))
            }
            // How many at once: `basic.get` gives one.
            (BASIC, 10) => say(Method::new(BASIC, 11)),
            (BASIC, 70) => {
                let _ = fields.short();
                let name = fields.short_text().unwrap_or_default();
                let no_ack = fields.octet().unwrap_or_default() & 1 == 1;
                if !self.is_own(name) {
                    return Ok(self.no_such_queue(channel));
                }
                self.get(channel, no_ack).await
            }
            (BASIC, 80) => {
                let (tag, bits) = (fields.longlong().unwrap_or_default(), fields.octet());
                self.acknowledge(channel, tag, bits.unwrap_or_default() & 1 == 1).await
            }
            // Given back: it stays in the queue.
            (BASIC, 90 | 120) => {
                let tag = fields.longlong().unwrap_or_default();
                self.given.remove(&(channel, tag));
                Ok(Next::Nothing)
            }
            _ => {
                let text = "only basic.get, basic.ack, basic.nack and basic.reject are answered";
                Ok(self.refuse(channel, NOT_IMPLEMENTED, text))
            }
        }
    }

    async fn get(&mut self, channel: u16, no_ack: bool) -> io::Result<Next> {
        let (exchange, system) = (&self.queue.exchange, self.caller.system.id);
        match exchange.authenticate_again(system, None, self.address).await {
            Ok(caller) => self.caller = caller,
            Err(_) => return Ok(refuse_connection(ACCESS_REFUSED, "the system is not active now")),
        }
        let empty = Ok(Next::Say(vec![Method::new(BASIC, 72).short_text("").frame(channel)]));
        if self.given.len() >= self.queue.limits.unacknowledged {
            return empty;
        }
        let given: Vec<StatusId> = self.given.values().copied().collect();
        let found = match exchange.next_status(&self.caller, &given).await {
            Ok(found) => found,
            Err(fault) => return Ok(self.storage_failed(&fault)),
        };
        let Some((message, waiting)) = found else { return empty };
        let body = envelope(&message).into_bytes();
        // As with any queue: who asks for no acknowledgement takes the risk of a broken line.
        if no_ack && let Err(fault) = exchange.settle_status(&self.caller, message.id).await {
            return Ok(self.storage_failed(&fault));
        }
        self.tags += 1;
        if !no_ack {
            self.given.insert((channel, self.tags), message.id);
        }
        let waiting = u32::try_from(waiting).unwrap_or(u32::MAX);
        let ok = Method::new(BASIC, 71).longlong(self.tags).octet(0);
        let ok = ok.short_text("").short_text("").long(waiting);
        let mut frames = vec![ok.frame(channel), header(channel, &message.id, body.len() as u64)];
        // Eight bytes of each frame are around its payload.
        for piece in body.chunks(self.frame_bytes as usize - 8) {
            frames.push(Frame { kind: FrameKind::Body, channel, payload: piece.to_vec() });
        }
        Ok(Next::Say(frames))
    }

    async fn acknowledge(&mut self, channel: u16, tag: u64, multiple: bool) -> io::Result<Next> {
        let tags: Vec<u64> = if multiple {
            let last = if tag == 0 { u64::MAX } else { tag };
            let range = self.given.range((channel, 0)..=(channel, last));
            range.map(|((_, tag), _)| *tag).collect()
        } else {
            vec![tag]
        };
        for tag in tags {
            let Some(id) = self.given.remove(&(channel, tag)) else {
                return Ok(self.refuse(channel, PRECONDITION_FAILED, "unknown delivery tag"));
            };
            if let Err(fault) = self.queue.exchange.settle_status(&self.caller, id).await {
                return Ok(self.storage_failed(&fault));
            }
        }
        Ok(Next::Nothing)
    }

    fn is_own(&self, queue: &str) -> bool {
        uuid::Uuid::try_parse(queue).is_ok_and(|id| id == self.caller.system.id.0)
    }

    fn no_such_queue(&mut self, channel: u16) -> Next {
        self.refuse(channel, NOT_FOUND, "the queue of a system is named by the system's id")
    }

    fn storage_failed(&self, fault: &brevdue_exchange::StorageError) -> Next {
        tracing::error!(fault = %chain(fault), "storage did not do as asked");
        refuse_connection(INTERNAL_ERROR, "the exchange cannot do this now; try again later")
    }

    /// Closes a channel, saying why.
    fn refuse(&mut self, channel: u16, code: u16, text: &str) -> Next {
        self.close(channel);
        let close = Method::new(CHANNEL, 40).short(code).short_text(text).short(0).short(0);
        Next::Say(vec![close.frame(channel)])
    }

    /// What was given on it and not acknowledged is in the queue again.
    fn close(&mut self, channel: u16) {
        self.channels.remove(&channel);
        self.given.retain(|(of, _), _| *of != channel);
    }
}

/// Reads a frame and gives the reader back: a frame is never left half read.
async fn next<R: AsyncRead + Unpin>(
    mut reader: R,
    limit_bytes: u32,
    patience: Duration,
) -> io::Result<(Frame, R)> {
    let frame = Frame::read(&mut reader, limit_bytes, patience).await?;
    Ok((frame, reader))
}

/// The content header: what the body is, and how long.
fn header(channel: u16, id: &StatusId, bytes: u64) -> Frame {
    // content-type, delivery-mode, message-id.
    const FLAGS: u16 = 1 << 15 | 1 << 12 | 1 << 7;
    let header = Method::new(BASIC, 0).longlong(bytes).short(FLAGS);
    let header = header.short_text("application/xml").octet(2).short_text(&id.uuid().to_string());
    Frame { kind: FrameKind::Header, ..header.frame(channel) }
}

fn close_connection(code: u16, text: &str) -> Frame {
    Method::new(CONNECTION, 50).short(code).short_text(text).short(0).short(0).frame(0)
}

fn refuse_connection(code: u16, text: &str) -> Next {
    Next::End(vec![close_connection(code, text)])
}
