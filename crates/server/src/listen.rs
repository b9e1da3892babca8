//! Listening: connections of HTTP/1.1, with TLS or, in local mode, plain on loopback.
//!
//! What a stranger can hold on to is limited here: connections at once, the time of a handshake, of a
//! request's head, of an idle connection, and of an answer nobody reads. How fast a body must come is
//! the REST door's business ([`crate::rest`]).

mod connection;
mod steady;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use brevdue_exchange::exchange::authenticate::Channel;
use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::tls::read_certificate;

/// Who is at the other end; every request carries it as an extension.
#[derive(Debug, Clone)]
pub struct Peer {
    /// Its address; an IPv4 address as such, also when it came to an IPv6 socket.
    pub address: IpAddr,
    /// How it came in, with the certificate it showed.
    pub channel: Channel,
}

/// Limits of listening.
#[derive(Debug, Clone)]
pub struct ListenLimits {
    /// Connections at once; further ones wait in the operating system's queue.
    pub connections: usize,
    /// Seconds for a TLS handshake.
    pub handshake_seconds: u64,
    /// Seconds for a request's head, and so also for an idle connection.
    pub head_seconds: u64,
    /// Seconds an answer may stand still because the other end does not read.
    pub write_seconds: u64,
    /// Bytes of a request's head.
    pub head_bytes: usize,
    /// Header fields of a request.
    pub headers: usize,
    /// Seconds that running requests get when we stop.
    pub stop_seconds: u64,
    /// Seconds for which bytes nobody wants are read and dropped after an early refusal, so that the
    /// caller, still sending, sees the answer instead of a reset connection.
    pub linger_seconds: u64,
    /// Bytes read and dropped then.
    pub linger_bytes: u64,
}

impl Default for ListenLimits {
    fn default() -> Self {
        Self {
            connections: 2048,
            handshake_seconds: 10,
            head_seconds: 30,
            write_seconds: 60,
            head_bytes: 32 * 1024,
            headers: 100,
            stop_seconds: 30,
            linger_seconds: 15,
            linger_bytes: 256_000_000,
        }
    }
}

/// What stands at the door.
#[derive(Clone)]
pub enum Security {
    /// TLS.
    Tls(Arc<ServerConfig>),
    /// Plain HTTP: local mode, loopback only.
    LocalPlain,
}

/// Why nothing listens.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListenError {
    /// Without TLS we listen to this machine only.
    #[error("plain HTTP listens on loopback only; {address} can be reached from outside")]
    NotLoopback {
        /// Where it should have listened.
        address: SocketAddr,
    },
    /// The address is taken, not ours, or not allowed.
    #[error("cannot listen on {address}")]
    Bind {
        /// Where it should have listened.
        address: SocketAddr,
        /// What the operating system said.
        source: std::io::Error,
    },
}

/// A bound door that does not answer yet.
pub struct Listener {
    socket: TcpListener,
    security: Security,
    address: SocketAddr,
}

impl Listener {
    /// Binds an address; port 0 takes a free one.
    ///
    /// # Errors
    /// See [`ListenError`].
    pub async fn bind(address: SocketAddr, security: Security) -> Result<Self, ListenError> {
        if matches!(security, Security::LocalPlain) && !address.ip().is_loopback() {
            return Err(ListenError::NotLoopback { address });
        }
        let failed = |source| ListenError::Bind { address, source };
        let socket = TcpListener::bind(address).await.map_err(failed)?;
        let address = socket.local_addr().map_err(failed)?;
        Ok(Self { socket, security, address })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `stop`, then lets running requests finish for as long as `limits` says.
    pub async fn serve(self, router: Router, limits: ListenLimits, stop: CancellationToken) {
        let places = Arc::new(Semaphore::new(limits.connections));
        let limits = Arc::new(limits);
        let running = TaskTracker::new();
        loop {
            let accepted = tokio::select! {
                accepted = self.accept(&places) => accepted,
                () = stop.cancelled() => break,
            };
            let Some((stream, address, place)) = accepted else { continue };
            let (security, router) = (self.security.clone(), router.clone());
            let (limits, stop) = (Arc::clone(&limits), stop.clone());
            running.spawn(async move {
                serve_one(stream, address.ip().to_canonical(), security, router, &limits, &stop)
                    .await;
                drop(place);
            });
        }
        drop(self.socket);
        running.close();
        let patience = Duration::from_secs(limits.stop_seconds);
        if tokio::time::timeout(patience, running.wait()).await.is_err() {
            tracing::warn!(open = running.len(), "connections were cut off while stopping");
        }
    }

    async fn accept(
        &self,
        places: &Arc<Semaphore>,
    ) -> Option<(TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
        let place = Arc::clone(places).acquire_owned().await.ok()?;
        match self.socket.accept().await {
            Ok((stream, address)) => Some((stream, address, place)),
            Err(fault) => {
                // Out of file descriptors, most likely: they come back as connections close.
                tracing::warn!(%fault, "could not accept a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
                None
            }
        }
    }
}

/// One connection from handshake to close. Faults of the other end are its own; they are not logged.
async fn serve_one(
    stream: TcpStream,
    address: IpAddr,
    security: Security,
    router: Router,
    limits: &ListenLimits,
    stop: &CancellationToken,
) {
    // Answers are written whole; waiting to join them with more only adds delay.
    let _ = stream.set_nodelay(true);
    match security {
        Security::LocalPlain => {
            let peer = Peer { address, channel: Channel::LocalPlain };
            connection::serve(stream, peer, router, limits, stop).await;
        }
        Security::Tls(config) => {
            let patience = Duration::from_secs(limits.handshake_seconds);
            let handshake = TlsAcceptor::from(config).accept(stream);
            match tokio::time::timeout(patience, handshake).await {
                Ok(Ok(stream)) => {
                    let certificate = stream
                        .get_ref()
                        .1
                        .peer_certificates()
                        .and_then(|chain| chain.first())
                        .and_then(|leaf| read_certificate(leaf).ok());
                    let peer = Peer { address, channel: Channel::Tls(certificate) };
                    connection::serve(stream, peer, router, limits, stop).await;
                }
                Ok(Err(fault)) => tracing::debug!(%fault, "a TLS handshake failed"),
                Err(_) => tracing::debug!("a TLS handshake took too long"),
            }
        }
    }
}
