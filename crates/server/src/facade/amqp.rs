//! Status messages, fetched from a queue over AMQP 0-9-1, as the systems of municipalities do from the
//! shared *Beskedfordeler*: TLS, the mechanism `EXTERNAL` with the SAML assertion as its answer, the
//! virtual host `BF`, and `basic.get` on the queue named by the system's id.
//!
//! A connection's road: [`frames`] reads and writes frames, `session` answers one at a time. What is
//! absent: publishing, consumers that are called, exchanges, and queues that somebody makes.

mod frames;
mod session;
mod status;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use brevdue_exchange::Exchange;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Tokens;
use crate::Gate;
use crate::listen::{ListenError, Security};

/// Limits of the queue's door.
#[derive(Debug, Clone)]
pub struct AmqpLimits {
    /// Connections at once; further ones wait in the operating system's queue.
    pub connections: usize,
    /// Seconds for the handshakes of TLS and AMQP.
    pub login_seconds: u64,
    /// Seconds without a frame after which a connection is closed.
    pub idle_seconds: u64,
    /// Seconds that an answer may stand still because the other end does not read.
    pub write_seconds: u64,
    /// Bytes of one frame.
    pub frame_bytes: u32,
    /// Channels on one connection.
    pub channels: u16,
    /// Messages on one connection that were given and not acknowledged.
    pub unacknowledged: usize,
    /// Seconds that open connections get when we stop.
    pub stop_seconds: u64,
}

impl Default for AmqpLimits {
    fn default() -> Self {
        Self {
            connections: 64,
            login_seconds: 15,
            idle_seconds: 180,
            write_seconds: 30,
            frame_bytes: 128 * 1024,
            channels: 16,
            unacknowledged: 100,
            stop_seconds: 5,
        }
    }
}

/// A bound door that does not answer yet.
pub struct AmqpDoor {
    socket: TcpListener,
    address: SocketAddr,
    acceptor: TlsAcceptor,
    queue: Queue,
}

/// What every connection is handed.
#[derive(Clone)]
struct Queue {
    exchange: Exchange,
    tokens: Arc<Tokens>,
    limits: Arc<AmqpLimits>,
    /// Where frames are while they are answered.
    gate: Gate,
}

impl AmqpDoor {
    /// Binds an address; port 0 takes a free one.
    ///
    /// # Errors
    /// When the address cannot be had, and without TLS.
    pub async fn bind(
        address: SocketAddr,
        security: Security,
        exchange: Exchange,
        tokens: Arc<Tokens>,
        limits: AmqpLimits,
    ) -> Result<Self, ListenError> {
        let Security::Tls(tls) = security else {
            return Err(ListenError::NotLoopback { address });
        };
        let failed = |source| ListenError::Bind { address, source };
        let socket = TcpListener::bind(address).await.map_err(failed)?;
        let address = socket.local_addr().map_err(failed)?;
        let queue = Queue { exchange, tokens, limits: Arc::new(limits), gate: Gate::default() };
        Ok(Self { socket, address, acceptor: TlsAcceptor::from(tls), queue })
    }

    /// The same, whose frames go through a gate, so that the store can be replaced between them. A
    /// connection that was open meanwhile ends.
    #[must_use]
    pub fn behind(mut self, gate: Gate) -> Self {
        self.queue.gate = gate;
        self
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `stop`.
    pub async fn serve(self, stop: CancellationToken) {
        let Self { socket, acceptor, queue, .. } = self;
        let running = TaskTracker::new();
        let places = Arc::new(Semaphore::new(queue.limits.connections));
        loop {
            let accepted = tokio::select! {
                accepted = accept(&socket, &places) => accepted,
                () = stop.cancelled() => break,
            };
            let Some((stream, address, place)) = accepted else { continue };
            let (acceptor, queue, stop) = (acceptor.clone(), queue.clone(), stop.clone());
            running.spawn(async move {
                let _ = stream.set_nodelay(true);
                let patience = Duration::from_secs(queue.limits.login_seconds);
                let handshake = tokio::time::timeout(patience, acceptor.accept(stream));
                if let Ok(Ok(stream)) = handshake.await {
                    let address = address.ip().to_canonical();
                    if let Err(fault) = session::serve(stream, address, queue, &stop).await {
                        // Faults of the other end are its own.
                        tracing::debug!(%fault, "an AMQP connection ended early");
                    }
                }
                drop(place);
            });
        }
        drop(socket);
        running.close();
        let patience = Duration::from_secs(queue.limits.stop_seconds);
        if tokio::time::timeout(patience, running.wait()).await.is_err() {
            tracing::warn!(open = running.len(), "AMQP connections were cut off while stopping");
        }
    }
}

async fn accept(
    socket: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(tokio::net::TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match socket.accept().await {
        Ok((stream, address)) => Some((stream, address, place)),
        Err(fault) => {
            // Out of file descriptors, most likely: they come back as connections close.
            tracing::warn!(%fault, "could not accept an AMQP connection");
            tokio::time::sleep(Duration::from_millis(100)).await;
            None
        }
    }
}
