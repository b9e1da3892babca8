//! Notices as mail, by a mail server (SMTP).
//!
//! One notice is one message for each address, under one `Message-ID`. It is taken when the server has said
//! so; when the line drops before that is heard, or the process dies before it is noted, it is sent again: a
//! message may come twice, and never not at all. What a server says in words may quote an address, and is
//! neither logged nor kept: only its codes are.

use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use brevdue_exchange::exchange::notices::{MailCarrier, NotCarried, Notice};
use brevdue_memo::Timestamp;
use lettre::address::{Address, Envelope};
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{AsyncSmtpTransport, Error as SmtpFault};
use lettre::{AsyncTransport as _, Message, Tokio1Executor};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::gateways::NoticesStay;
use super::mail::is_plain;

/// Addresses of one notice that are written to, at most.
const ADDRESSES: usize = 20;

/// How the line to a mail server is kept from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpTls {
    /// It begins in the clear and must become TLS before anything is said (port 587).
    StartTls,
    /// TLS from the first byte (port 465).
    Tls,
    /// Nothing: for a server on the same machine (port 25).
    Plain,
}

impl SmtpTls {
    /// The port that such a server listens on as a rule.
    pub fn port(self) -> u16 {
        match self {
            Self::StartTls => 587,
            Self::Tls => 465,
            Self::Plain => 25,
        }
    }
}

/// A mail server, and how it is spoken to.
#[derive(Clone)]
pub struct SmtpSettings {
    /// Its name, which its certificate must have.
    pub host: String,
    /// Its port; none: that of the mode.
    pub port: Option<u16>,
    /// How the line is kept from others.
    pub tls: SmtpTls,
    /// Who signs in, and by what; none: nobody does.
    pub credentials: Option<(String, String)>,
    /// The address that notices come from; a name may stand before it, as in `Brevdue <post@example.dk>`.
    pub from: String,
    /// Certificates (PEM) that are trusted beside those of the machine.
    pub authorities: Option<Vec<u8>>,
    /// Seconds for one message, from the first byte to the last answer.
    pub patience_seconds: u64,
    /// Messages on their way at once.
    pub at_once: usize,
}

/// Hides the password.
impl std::fmt::Debug for SmtpSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmtpSettings")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("tls", &self.tls)
            .finish_non_exhaustive()
    }
}

/// Why a mail server cannot be used as it is described.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BadSmtp {
    /// The sender is no address.
    #[error("the sender's address is none")]
    From,
    /// What is trusted beside the machine's authorities cannot be read, or TLS cannot be set up.
    #[error("TLS to the mail server cannot be set up")]
    Tls(#[source] SmtpFault),
}

/// Carries notices to a mail server.
pub struct SmtpServer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    patience: Duration,
    places: Semaphore,
}

impl SmtpServer {
    /// A server that has not been called yet.
    ///
    /// # Errors
    /// [`BadSmtp`].
    pub fn new(settings: &SmtpSettings) -> Result<Self, BadSmtp> {
        let from: Mailbox = settings.from.parse().map_err(|_| BadSmtp::From)?;
        let parameters = || {
            let mut builder = TlsParameters::builder(settings.host.clone());
            if let Some(pem) = &settings.authorities {
                builder = builder.add_root_certificate(Certificate::from_pem(pem)?);
            }
            builder.build()
        };
        let tls = match settings.tls {
            SmtpTls::StartTls => Tls::Required(parameters().map_err(BadSmtp::Tls)?),
            SmtpTls::Tls => Tls::Wrapper(parameters().map_err(BadSmtp::Tls)?),
            SmtpTls::Plain => Tls::None,
        };
        let patience = Duration::from_secs(settings.patience_seconds.max(1));
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host)
            .port(settings.port.unwrap_or(settings.tls.port()))
            .tls(tls)
            .hello_name(ClientId::Domain(from.email.domain().to_owned()))
            .timeout(Some(patience));
        if let Some((user, password)) = &settings.credentials {
            builder = builder.credentials(Credentials::new(user.clone(), password.clone()));
        }
        let places = Semaphore::new(settings.at_once.max(1));
        Ok(Self { transport: builder.build(), from, patience, places })
    }

    /// Calls the server, signs in, and hangs up.
    ///
    /// # Errors
    /// Why not, without anybody's address.
    pub async fn try_out(&self) -> Result<(), String> {
        match timeout(self.patience, self.transport.test_connection()).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err("the mail server hung up".into()),
            Ok(Err(fault)) => Err(why(&fault)),
            Err(_) => Err(self.too_long()),
        }
    }

    fn too_long(&self) -> String {
        format!("the mail server took over {} seconds", self.patience.as_secs())
    }

    async fn send(&self, notice: &Notice, to: &Address, letter: Option<&[u8]>) -> Sent {
        let Some(message) = message(notice, &self.from, to, letter) else {
            return Sent::Never("the notice cannot be written as a message".into());
        };
        let Ok(envelope) = Envelope::new(Some(self.from.email.clone()), vec![to.clone()]) else {
            return Sent::Never("the notice has no address".into());
        };
        match timeout(self.patience, self.transport.send_raw(&envelope, &message)).await {
            Ok(Ok(_)) => Sent::Taken,
            Ok(Err(fault)) if is_for_good(&fault) => Sent::Never(why(&fault)),
            Ok(Err(fault)) => Sent::Later(why(&fault)),
            Err(_) => Sent::Later(self.too_long()),
        }
    }
}

enum Sent {
    Taken,
    Later(String),
    Never(String),
}

#[async_trait]
impl MailCarrier for SmtpServer {
    async fn carry(&self, notice: &Notice, letter: Option<Vec<u8>>) -> Result<(), NotCarried> {
        if notice.to.is_empty() {
            return NoticesStay.carry(notice, letter).await;
        }
        let plain = notice.to.iter().filter(|to| is_plain(to)).take(ADDRESSES);
        let addresses: Vec<Address> = plain.filter_map(|to| to.parse().ok()).collect();
        if addresses.is_empty() {
            return Err(NotCarried::Never("what it is for is no address".into()));
        }
        let _place = self.places.acquire().await;
        let (mut taken, mut never) = (0, None);
        for to in &addresses {
            match self.send(notice, to, letter.as_deref()).await {
                Sent::Taken => taken += 1,
                // Those before it are written to again: twice is better than not at all.
                Sent::Later(reason) => return Err(NotCarried::Later(reason)),
                Sent::Never(reason) => never = Some(reason),
            }
        }
        match never {
            Some(reason) if taken == 0 => Err(NotCarried::Never(reason)),
            Some(reason) => {
                tracing::warn!(notice = %notice.id, reason, "one of several addresses was refused");
                Ok(())
            }
            None => Ok(()),
        }
    }
}

/// The codes of what a server said, or what kind of failure it was; never its words.
fn why(fault: &SmtpFault) -> String {
    match fault.status() {
        Some(code) => match enhanced(fault) {
            Some(more) => format!("the mail server answered {code} {more}"),
            None => format!("the mail server answered {code}"),
        },
        None if fault.is_timeout() => "the mail server did not answer in time".into(),
        None if fault.is_tls() => "TLS with the mail server failed".into(),
        None if fault.is_response() => "the mail server said what is no SMTP".into(),
        None if fault.is_client() => "the mail server does not offer what is needed".into(),
        None => "the mail server was not reached, or hung up".into(),
    }
}

/// The enhanced status code (RFC 3463) at the beginning of what a server said: `5.1.1`.
fn enhanced(fault: &SmtpFault) -> Option<String> {
    let said = std::error::Error::source(fault)?.to_string();
    let word = said.split_whitespace().next()?;
    let is_code = word.split('.').count() == 3
        && word.len() <= 9
        && word.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    is_code.then(|| word.to_owned())
}

/// Whether the address will never take it. A server that does not let us in, or does not want our sender, may
/// tomorrow, when somebody has set it right.
fn is_for_good(fault: &SmtpFault) -> bool {
    let code = fault.status().map(|code| code.to_string()).unwrap_or_default();
    matches!(code.as_str(), "550" | "551" | "553")
        && !enhanced(fault).is_some_and(|more| more.starts_with("5.7."))
}

/// The notice as a message to one address, the letter as a file of it.
fn message(
    notice: &Notice,
    from: &Mailbox,
    to: &Address,
    letter: Option<&[u8]>,
) -> Option<Vec<u8>> {
    let auto = HeaderName::new_from_ascii_str("Auto-Submitted");
    let made_at: Option<Timestamp> = notice.made_at.parse().ok();
    let made_at = made_at.and_then(|at| u64::try_from(at.as_millis()).ok());
    let made_at = SystemTime::UNIX_EPOCH + Duration::from_millis(made_at.unwrap_or(0));
    let builder = Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to.clone()))
        .subject(notice.subject.replace(['\r', '\n'], " "))
        .message_id(Some(format!("<{}@notices.brevdue.invalid>", notice.id)))
        .date(made_at)
        .raw_header(HeaderValue::new(auto, "auto-generated".into()));
    let text = SinglePart::plain(notice.text.clone());
    let message = match letter {
        None => builder.singlepart(text),
        Some(letter) => {
            let xml = ContentType::parse("application/xml").ok()?;
            let file = Attachment::new("letter.xml".into()).body(letter.to_vec(), xml);
            builder.multipart(MultiPart::mixed().singlepart(text).singlepart(file))
        }
    };
    message.ok().map(|message| message.formatted())
}

#[cfg(test)]
mod tests;
