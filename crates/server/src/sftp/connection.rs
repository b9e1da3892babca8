//! One SSH connection: a key is shown, a session opened, the subsystem `sftp` started. Nothing else is
//! answered.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use brevdue_exchange::authenticate::{Caller, Refusal};
use russh::keys::PublicKey;
use russh::server::{
    Auth, ChannelOpenHandle, Handler, Msg, PublicKeyOffer, Session, VerifiedPublicKey,
};
use russh::{Channel, ChannelId, ChannelOpenFailure};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::cut::Cuttable;
use super::places::Place;
use super::session::{SftpSession, SignedIn};
use super::{Door, keys, packets};

/// Serves a connection from its first byte to its last.
pub(super) async fn serve(
    stream: TcpStream,
    address: IpAddr,
    config: Arc<russh::server::Config>,
    door: Door,
    stop: &CancellationToken,
    cut: CancellationToken,
) -> Result<(), russh::Error> {
    let patience = Duration::from_secs(door.settings.login_seconds);
    let let_in = Arc::new(AtomicBool::new(false));
    let sessions = TaskTracker::new();
    let connection = Connection {
        door,
        address,
        let_in: Arc::clone(&let_in),
        signed_in: None,
        channels: HashMap::new(),
        opened: 0,
        sessions: sessions.clone(),
        stop: stop.clone(),
    };
    let stream = Cuttable::new(stream, cut.clone());
    let begun =
        tokio::time::timeout(patience, russh::server::run_stream(config, stream, connection));
    let Ok(running) = begun.await else { return Err(russh::Error::ConnectionTimeout) };
    let running = running?;
    let handle = running.handle();
    let mut running = std::pin::pin!(running);
    let mut login = std::pin::pin!(tokio::time::sleep(patience));
    let mut waiting = true;
    let ended = loop {
        tokio::select! {
            ended = &mut running => break ended,
            () = &mut login, if waiting => {
                waiting = false;
                if !let_in.load(Ordering::Relaxed) {
                    cut.cancel();
                }
            }
            () = stop.cancelled() => {
                // Sessions end after the request they are at.
                sessions.close();
                sessions.wait().await;
                let reason = russh::Disconnect::ByApplication;
                let _ = handle.disconnect(reason, "the exchange stops".into(), "en".into()).await;
                break running.await;
            }
        }
    };
    sessions.close();
    sessions.wait().await;
    ended
}

/// What is known of a connection.
struct Connection {
    door: Door,
    address: IpAddr,
    let_in: Arc<AtomicBool>,
    signed_in: Option<(Caller, SignedIn, Arc<Place>)>,
    channels: HashMap<ChannelId, Channel<Msg>>,
    opened: usize,
    sessions: TaskTracker,
    stop: CancellationToken,
}

impl Connection {
    async fn caller(&self, user: &str, key: &PublicKey) -> Option<Caller> {
        let key = keys::essence(key)?;
        let _stay = self.door.gate.enter().await;
        match self.door.exchange.authenticate_key(user, &key, self.address).await {
            Ok(caller) => Some(caller),
            Err(Refusal::Storage(fault)) => {
                tracing::error!(fault = %crate::causes::chain(&fault), "a key could not be looked up");
                None
            }
            Err(refusal) => {
                tracing::info!(%refusal, "an SSH key was refused");
                None
            }
        }
    }
}

impl Handler for Connection {
    type Error = russh::Error;

    async fn auth_publickey_offered(
        &mut self,
        user: &str,
        offer: PublicKeyOffer<'_>,
    ) -> Result<Auth, Self::Error> {
        let known = self.caller(user, offer.public_key).await;
        Ok(if known.is_some() { Auth::Accept } else { Auth::reject() })
    }

    async fn auth_publickey(
        &mut self,
        user: &str,
        key: VerifiedPublicKey<'_>,
    ) -> Result<Auth, Self::Error> {
        let Some(caller) = self.caller(user, key.public_key).await else {
            return Ok(Auth::reject());
        };
        let Some(place) = self.door.connected.take(caller.system.id) else {
            tracing::warn!(system = %caller.system.id, "too many SSH connections of a system");
            return Ok(Auth::reject());
        };
        let Some(key) = keys::essence(key.public_key) else { return Ok(Auth::reject()) };
        let signed_in = SignedIn { user: user.to_owned(), key, address: self.address };
        self.signed_in = Some((caller, signed_in, Arc::new(place)));
        self.let_in.store(true, Ordering::Relaxed);
        Ok(Auth::Accept)
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Self::Error> {
        if self.opened >= self.door.settings.sessions || self.stop.is_cancelled() {
            reply.reject(ChannelOpenFailure::ResourceShortage).await;
            return Ok(());
        }
        self.opened += 1;
        self.channels.insert(channel.id(), channel);
        reply.accept().await;
        Ok(())
    }

    async fn channel_close(
        &mut self,
        channel: ChannelId,
        _: &mut Session,
    ) -> Result<(), Self::Error> {
        self.channels.remove(&channel);
        self.opened = self.opened.saturating_sub(1);
        Ok(())
    }

    async fn channel_eof(
        &mut self,
        channel: ChannelId,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        // A client that says so has no more requests.
        session.close(channel)
    }

    // Everything else that a session may ask for is answered with no; left unanswered, the other end
    // would wait.

    async fn shell_request(
        &mut self,
        channel: ChannelId,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        session.channel_failure(channel)
    }

    async fn exec_request(
        &mut self,
        channel: ChannelId,
        _: &[u8],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        session.channel_failure(channel)
    }

    async fn env_request(
        &mut self,
        channel: ChannelId,
        _: &str,
        _: &str,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        session.channel_failure(channel)
    }

    async fn pty_request(
        &mut self,
        channel: ChannelId,
        _: &str,
        _: u32,
        _: u32,
        _: u32,
        _: u32,
        _: &[(russh::Pty, u32)],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        session.channel_failure(channel)
    }

    async fn x11_request(
        &mut self,
        channel: ChannelId,
        _: bool,
        _: &str,
        _: &str,
        _: u32,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        session.channel_failure(channel)
    }

    async fn subsystem_request(
        &mut self,
        channel: ChannelId,
        name: &str,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        let (Some((caller, signed_in, place)), "sftp") = (&self.signed_in, name) else {
            return session.channel_failure(channel);
        };
        let Some(open) = self.channels.remove(&channel) else {
            return session.channel_failure(channel);
        };
        session.channel_success(channel)?;
        let place = Arc::clone(place);
        let sftp = SftpSession::new(self.door.clone(), caller.clone(), signed_in.clone());
        let (settings, stop) = (Arc::clone(&self.door.settings), self.stop.clone());
        self.sessions.spawn(async move {
            packets::serve(open.into_stream(), sftp, &settings, &stop).await;
            drop(place);
        });
        Ok(())
    }
}
