//! The SFTP door: systems hand in messages and fetch what waits for them as files.
//!
//! A connection's road: `connection` lets a system in by its key, `packets` reads one request at a time
//! and writes its answer, `session` does what is asked, on the folders that `path` knows. What is being
//! written (`writing`) goes straight into the store; once it is closed the exchange keeps it, and
//! `taking` hands it on when it is finished. The folders are made up: no path of the machine is behind
//! them.
//!
//! What is absent: passwords, shells, forwarding, links, and folders of somebody's own.

mod connection;
mod cut;
mod keys;
mod listing;
mod packets;
mod path;
mod places;
mod reading;
mod refused;
mod session;
mod taking;
mod writing;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use brevdue_exchange::Exchange;
use russh::keys::PrivateKey;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use keys::{KeyError, KeyPair};

use crate::Gate;
use crate::causes::chain;
use crate::listen::ListenError;
use places::Places;
use taking::Takings;

/// Choices and limits of the SFTP door.
#[derive(Debug, Clone)]
pub struct SftpSettings {
    /// The host key, as OpenSSH writes private keys.
    pub host_key: String,
    /// Seconds for which a file that was given its final name at once must stay as it is before it is
    /// taken in. One that was renamed is taken in at once.
    pub stable_seconds: u32,
    /// Connections at once; further ones wait in the operating system's queue.
    pub connections: usize,
    /// Connections of one system at once.
    pub connections_per_system: usize,
    /// Seconds from the first byte until a key has been accepted.
    pub login_seconds: u64,
    /// Keys that may be tried on one connection.
    pub login_tries: usize,
    /// Seconds without a request after which a connection is closed.
    pub idle_seconds: u64,
    /// Sessions on one connection.
    pub sessions: usize,
    /// Files and folders open in one session.
    pub handles: usize,
    /// Bytes of one request.
    pub request_bytes: u32,
    /// Bytes given in answer to one read.
    pub read_bytes: u32,
    /// Files being written at once; each holds some 300 KiB of memory.
    pub writing: usize,
    /// Files of one system being written at once.
    pub writing_per_system: usize,
    /// Files shown in one listing of a folder; the rest are shown once these are gone.
    pub listed_files: u64,
    /// Seconds that open requests get when we stop.
    pub stop_seconds: u64,
}

impl SftpSettings {
    /// The usual choices.
    pub fn new(host_key: String) -> Self {
        Self {
            host_key,
            stable_seconds: 5,
            connections: 256,
            connections_per_system: 32,
            login_seconds: 30,
            login_tries: 6,
            idle_seconds: 300,
            sessions: 4,
            handles: 64,
            request_bytes: 256 * 1024 + 1024,
            read_bytes: 64 * 1024,
            writing: 64,
            writing_per_system: 16,
            listed_files: 10_000,
            stop_seconds: 10,
        }
    }
}

/// Why there is no SFTP door.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SftpError {
    /// The address.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// The host key.
    #[error("the SFTP host key cannot be used")]
    Key(#[from] KeyError),
}

/// A bound door that does not answer yet.
pub struct SftpDoor {
    socket: TcpListener,
    address: SocketAddr,
    config: Arc<russh::server::Config>,
    door: Door,
}

/// What every connection is handed.
#[derive(Clone)]
struct Door {
    exchange: Exchange,
    settings: Arc<SftpSettings>,
    takings: Arc<Takings>,
    connected: Arc<Places>,
    writing: Arc<Places>,
    /// Held by who makes the list of who is registered.
    list: Arc<Mutex<()>>,
    /// Where requests are while they are answered.
    gate: Gate,
}

impl SftpDoor {
    /// Binds an address; port 0 takes a free one.
    ///
    /// # Errors
    /// See [`SftpError`].
    pub async fn bind(
        address: SocketAddr,
        exchange: Exchange,
        settings: SftpSettings,
    ) -> Result<Self, SftpError> {
        let config = Arc::new(config(&settings)?);
        let failed = |source| ListenError::Bind { address, source };
        let socket = TcpListener::bind(address).await.map_err(failed)?;
        let address = socket.local_addr().map_err(failed)?;
        let door = Door {
            takings: Arc::new(Takings::new(exchange.clone(), Gate::default())),
            connected: Places::new(settings.connections_per_system, settings.connections),
            writing: Places::new(settings.writing_per_system, settings.writing),
            list: Arc::default(),
            gate: Gate::default(),
            settings: Arc::new(settings),
            exchange,
        };
        Ok(Self { socket, address, config, door })
    }

    /// The same, whose requests go through a gate, so that the store can be replaced between them. A
    /// session that was open meanwhile ends.
    #[must_use]
    pub fn behind(mut self, gate: Gate) -> Self {
        self.door.takings = Arc::new(Takings::new(self.door.exchange.clone(), gate.clone()));
        self.door.gate = gate;
        self
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `stop`. What was finished and not taken in before the start is taken in first.
    pub async fn serve(self, stop: CancellationToken) {
        let Self { socket, config, door, .. } = self;
        let running = TaskTracker::new();
        running.spawn(Arc::clone(&door.takings).run(stop.clone()));
        let places = Arc::new(Semaphore::new(door.settings.connections));
        let cut = CancellationToken::new();
        loop {
            let accepted = tokio::select! {
                accepted = accept(&socket, &places) => accepted,
                () = stop.cancelled() => break,
            };
            let Some((stream, address, place)) = accepted else { continue };
            let (config, door) = (Arc::clone(&config), door.clone());
            let (stop, cut) = (stop.clone(), cut.child_token());
            running.spawn(async move {
                let _ = stream.set_nodelay(true);
                let address = address.ip().to_canonical();
                if let Err(fault) =
                    connection::serve(stream, address, config, door, &stop, cut).await
                {
                    // Faults of the other end are its own.
                    tracing::debug!(fault = %chain(&fault), "an SSH connection broke");
                }
                drop(place);
            });
        }
        drop(socket);
        running.close();
        let patience = Duration::from_secs(door.settings.stop_seconds);
        if tokio::time::timeout(patience, running.wait()).await.is_err() {
            tracing::warn!(open = running.len(), "SSH connections were cut off while stopping");
            cut.cancel();
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
            tracing::warn!(%fault, "could not accept an SSH connection");
            tokio::time::sleep(Duration::from_millis(100)).await;
            None
        }
    }
}

fn config(settings: &SftpSettings) -> Result<russh::server::Config, SftpError> {
    let key: PrivateKey = keys::host_key(&settings.host_key)?;
    let mut methods = russh::MethodSet::empty();
    methods.push(russh::MethodKind::PublicKey);
    Ok(russh::server::Config {
        server_id: russh::SshId::Standard("SSH-2.0-Brevdue".into()),
        methods,
        auth_rejection_time: Duration::from_secs(1),
        auth_rejection_time_initial: Some(Duration::ZERO),
        keys: vec![key],
        // What one connection can make us hold: the window in, and as much of answers out.
        window_size: 1024 * 1024,
        maximum_packet_size: 32 * 1024,
        channel_buffer_size: 32,
        max_auth_attempts: settings.login_tries,
        inactivity_timeout: Some(Duration::from_secs(settings.idle_seconds)),
        nodelay: true,
        preferred: russh::Preferred {
            compression: (&[russh::compression::NONE][..]).into(),
            ..russh::Preferred::default()
        },
        ..russh::server::Config::default()
    })
}
