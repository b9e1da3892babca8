use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufStream};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use uuid::Uuid;

use super::*;

/// How a mail server of a test behaves.
#[derive(Clone, Copy, PartialEq)]
enum Manner {
    Takes,
    /// Says this to whoever names a recipient that begins so.
    Answers(&'static str, &'static str),
    /// Says this to whoever signs in.
    LetsNobodyIn(&'static str),
    /// Accepts the line and says nothing.
    Hangs,
    /// Takes the message, and hangs up before it says so.
    DropsAfterData,
}

/// A small mail server: what it took, by recipient.
struct Sink {
    port: u16,
    taken: Arc<Mutex<Vec<(String, String)>>>,
}

impl Sink {
    async fn start(manner: Manner, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let taken = Arc::<Mutex<Vec<(String, String)>>>::default();
        let (into, from_first) = (Arc::clone(&taken), tls.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (into, tls) = (Arc::clone(&into), from_first.clone());
                tokio::spawn(async move {
                    match tls {
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => talk(stream, manner, &into).await,
                            Err(_) => None,
                        },
                        None => talk(stream, manner, &into).await,
                    }
                });
            }
        });
        Self { port, taken }
    }

    fn taken(&self) -> Vec<(String, String)> {
        self.taken.lock().unwrap().clone()
    }
}

/// None: the line was dropped.
async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    manner: Manner,
    taken: &Mutex<Vec<(String, String)>>,
) -> Option<()> {
    let mut line = BufStream::new(stream);
    if manner == Manner::Hangs {
        tokio::time::sleep(Duration::from_secs(60)).await;
    }
    say(&mut line, "220 sink.example ESMTP").await?;
    let mut to = String::new();
    loop {
        let mut text = String::new();
        if line.read_line(&mut text).await.ok()? == 0 {
            return None;
        }
        let command = text.trim_end().to_owned();
        let upper = command.to_ascii_uppercase();
        match upper.split(' ').next().unwrap_or_default() {
            "EHLO" => say(&mut line, "250-sink.example\r\n250 AUTH PLAIN").await?,
            "AUTH" => match manner {
                Manner::LetsNobodyIn(answer) => say(&mut line, answer).await?,
                _ => say(&mut line, "235 2.7.0 in").await?,
            },
            "RCPT" => {
                to = command.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                match manner {
                    Manner::Answers(begin, answer) if to.starts_with(begin) => {
                        say(&mut line, answer).await?;
                    }
                    _ => say(&mut line, "250 2.1.5 ok").await?,
                }
            }
            "DATA" => {
                say(&mut line, "354 go on").await?;
                let mut message = String::new();
                loop {
                    let mut part = String::new();
                    if line.read_line(&mut part).await.ok()? == 0 {
                        return None;
                    }
                    if part == ".\r\n" {
                        break;
                    }
                    message.push_str(&part);
                }
                taken.lock().unwrap().push((to.clone(), message));
                if manner == Manner::DropsAfterData {
                    return None;
                }
                say(&mut line, "250 2.0.0 taken").await?;
            }
            "QUIT" => {
                say(&mut line, "221 2.0.0 bye").await?;
                return None;
            }
            _ => say(&mut line, "250 2.0.0 ok").await?,
        }
    }
}

async fn say<S: AsyncRead + AsyncWrite + Unpin>(
    line: &mut BufStream<S>,
    words: &str,
) -> Option<()> {
    line.write_all(format!("{words}\r\n").as_bytes()).await.ok()?;
    line.flush().await.ok()
}

fn settings(port: u16) -> SmtpSettings {
    SmtpSettings {
        host: "localhost".into(),
        port: Some(port),
        tls: SmtpTls::Plain,
        credentials: None,
        from: "Brevdue Æbleby <digitalpost@aebleby.example>".into(),
        authorities: None,
        patience_seconds: 20,
        at_once: 2,
    }
}

fn notice(to: &[&str]) -> Notice {
    Notice {
        id: Uuid::from_u128(7),
        to: to.iter().map(|to| (*to).to_owned()).collect(),
        subject: "Æbleby: 3 opgaver har frist snart\r\nBcc: other@evil.example".into(),
        text: "Kære Ågot\n\n- OP3-T01 Kortlæg\n.\nen linje med punktum\n".into(),
        system: None,
        letter: None,
        made_at: "2026-11-23T08:00:00.000Z".into(),
    }
}

async fn carried(server: &SmtpServer, to: &[&str]) -> Result<(), NotCarried> {
    server.carry(&notice(to), None).await
}

#[tokio::test]
async fn a_notice_is_a_message_of_its_own_to_each_address() {
    let sink = Sink::start(Manner::Takes, None).await;
    let server = SmtpServer::new(&settings(sink.port)).unwrap();
    let hostile = "a@b.example>\r\nRCPT TO:<c@d.example";
    carried(&server, &["agot@aebleby.example", hostile, "bo@aebleby.example"]).await.unwrap();
    let taken = sink.taken();
    let to: Vec<&str> = taken.iter().map(|(to, _)| to.as_str()).collect();
    assert_eq!(to, ["agot@aebleby.example", "bo@aebleby.example"]);
    let message = &taken[0].1;
    let (head, body) = message.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("Message-ID: <00000000-0000-0000-0000-000000000007@notices"), "{head}");
    assert!(head.contains("Auto-Submitted: auto-generated"), "{head}");
    assert!(head.contains("Date: Mon, 23 Nov 2026 08:00:00 +0000"), "{head}");
    assert!(head.contains("To: agot@aebleby.example") && !head.contains("bo@"), "{head}");
    assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
    assert!(message.is_ascii() && body.contains("OP3-T01"), "{message}");
}

#[tokio::test]
async fn a_letter_goes_along_as_a_file() {
    let sink = Sink::start(Manner::Takes, None).await;
    let server = SmtpServer::new(&settings(sink.port)).unwrap();
    let letter = "<Message>Æblegrød</Message>".repeat(50).into_bytes();
    server.carry(&notice(&["agot@aebleby.example"]), Some(letter)).await.unwrap();
    let message = &sink.taken()[0].1;
    assert!(message.contains("multipart/mixed") && message.contains("filename=\"letter.xml\""));
    assert!(message.contains("application/xml"), "{message}");
}

#[tokio::test]
async fn an_address_that_is_refused_is_given_up_and_what_the_server_said_of_it_is_not_told() {
    let gone = Manner::Answers("gone", "550 5.1.1 <gone@aebleby.example> user unknown");
    let sink = Sink::start(gone, None).await;
    let server = SmtpServer::new(&settings(sink.port)).unwrap();
    let refused = carried(&server, &["gone@aebleby.example"]).await;
    assert_eq!(refused, Err(NotCarried::Never("the mail server answered 550 5.1.1".into())));
    carried(&server, &["gone@aebleby.example", "bo@aebleby.example"]).await.unwrap();
    assert_eq!(sink.taken().len(), 1, "the other one gets it");
    let none = carried(&server, &["no address"]).await;
    assert!(matches!(none, Err(NotCarried::Never(_))));
}

#[tokio::test]
async fn what_may_be_different_tomorrow_is_tried_again() {
    for (manner, reason) in [
        (Manner::Answers("", "451 4.7.1 try later"), "451 4.7.1"),
        (Manner::Answers("", "550 5.7.1 you may not send"), "550 5.7.1"),
        (Manner::Answers("", "554 spam"), "554"),
        (Manner::LetsNobodyIn("535 5.7.8 who are you"), "535 5.7.8"),
    ] {
        let sink = Sink::start(manner, None).await;
        let mut settings = settings(sink.port);
        settings.credentials = Some(("brevdue".into(), "hemmeligt".into()));
        let server = SmtpServer::new(&settings).unwrap();
        let later = carried(&server, &["bo@aebleby.example"]).await;
        let expected = format!("the mail server answered {reason}");
        assert_eq!(later, Err(NotCarried::Later(expected)));
        assert!(sink.taken().is_empty());
    }
    // Nobody listens there.
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let server = SmtpServer::new(&settings(port)).unwrap();
    assert!(matches!(carried(&server, &["bo@aebleby.example"]).await, Err(NotCarried::Later(_))));
}

#[tokio::test]
async fn a_server_that_hangs_is_left_after_its_time() {
    let sink = Sink::start(Manner::Hangs, None).await;
    let mut settings = settings(sink.port);
    settings.patience_seconds = 1;
    let server = SmtpServer::new(&settings).unwrap();
    let later = carried(&server, &["bo@aebleby.example"]).await;
    let expected = "the mail server took over 1 seconds".to_owned();
    assert_eq!(later, Err(NotCarried::Later(expected.clone())));
    assert_eq!(server.try_out().await, Err(expected));
}

/// Twice is better than not at all, and both have one id.
#[tokio::test]
async fn a_message_whose_answer_was_not_heard_is_sent_again_under_the_same_id() {
    let sink = Sink::start(Manner::DropsAfterData, None).await;
    let server = SmtpServer::new(&settings(sink.port)).unwrap();
    for _ in 0..2 {
        let later = carried(&server, &["bo@aebleby.example"]).await;
        assert!(matches!(later, Err(NotCarried::Later(_))));
    }
    let taken = sink.taken();
    assert_eq!(taken.len(), 2);
    assert_eq!(taken[0], taken[1]);
}

#[tokio::test]
async fn a_server_is_believed_by_its_certificate_alone() {
    let key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, key).unwrap();
    let key = KeyPair::generate().unwrap();
    let own = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let own = own.signed_by(&key, &authority).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![own.der().clone()], key)
        .unwrap();
    let sink = Sink::start(Manner::Takes, Some(TlsAcceptor::from(Arc::new(config)))).await;
    let mut settings = settings(sink.port);
    settings.tls = SmtpTls::Tls;
    let stranger = SmtpServer::new(&settings).unwrap();
    assert!(matches!(carried(&stranger, &["bo@aebleby.example"]).await, Err(NotCarried::Later(_))));
    assert!(sink.taken().is_empty());
    settings.authorities = Some(authority.as_ref().pem().into_bytes());
    let known = SmtpServer::new(&settings).unwrap();
    carried(&known, &["bo@aebleby.example"]).await.unwrap();
    assert_eq!(known.try_out().await, Ok(()));
    assert_eq!(sink.taken().len(), 1);
    // It speaks in the clear, and the line must not be.
    let clear = Sink::start(Manner::Takes, None).await;
    settings.port = Some(clear.port);
    settings.tls = SmtpTls::StartTls;
    let careful = SmtpServer::new(&settings).unwrap();
    assert!(matches!(carried(&careful, &["bo@aebleby.example"]).await, Err(NotCarried::Later(_))));
    assert!(clear.taken().is_empty());
}

#[test]
fn what_is_no_sender_or_no_certificate_is_said_at_the_start() {
    let mut wrong = settings(25);
    wrong.from = "nobody".into();
    assert!(matches!(SmtpServer::new(&wrong), Err(BadSmtp::From)));
    let mut wrong = settings(25);
    wrong.tls = SmtpTls::Tls;
    wrong.authorities =
        Some(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_vec());
    assert!(matches!(SmtpServer::new(&wrong), Err(BadSmtp::Tls(_))));
}
