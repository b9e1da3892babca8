//! A sender with many connections on one thread, so that it takes little of the machine it measures.

use std::cell::{Cell, RefCell};
use std::fs;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::LocalSet;
use tokio_rustls::TlsConnector;
use uuid::Uuid;

use crate::tests::dice::Dice;
use crate::tests::letters::{Parties, letter};
use crate::tests::server::Server;

/// A letter whose UUID is still to be filled in.
#[derive(Debug, Clone)]
pub struct Template {
    letter: Vec<u8>,
    uuid_at: usize,
}

impl Template {
    pub fn new(parties: &Parties, bytes: usize) -> Self {
        let uuid = Uuid::from_u128(u128::MAX);
        let letter = letter(uuid, parties, bytes);
        let text = uuid.to_string();
        let mut places =
            letter.windows(text.len()).enumerate().filter(|(_, at)| *at == text.as_bytes());
        let uuid_at = places.next().unwrap().0;
        assert!(places.next().is_none());
        Self { letter, uuid_at }
    }

    pub fn letter(&self, uuid: Uuid) -> Vec<u8> {
        let mut letter = self.letter.clone();
        uuid.hyphenated().encode_lower(&mut letter[self.uuid_at..self.uuid_at + 36]);
        letter
    }

    fn request(&self, sender: &Sender<'_>, uuid: Uuid, request: &mut Vec<u8>) {
        let length = self.letter.len();
        request.clear();
        let head = format!(
            "POST /apis/v1/memos/?memo-message-uuid={uuid} HTTP/1.1\r\nhost: {}\r\n\
             authorization: {}\r\ncontent-type: application/xml\r\ncontent-length: {length}\r\n\r\n",
            sender.door.address(),
            sender.authorization
        );
        request.extend_from_slice(head.as_bytes());
        let begin = request.len();
        request.extend_from_slice(&self.letter);
        let at = begin + self.uuid_at;
        uuid.hyphenated().encode_lower(&mut request[at..at + 36]);
    }
}

/// Where the letters go in.
#[derive(Clone)]
pub enum Door {
    Plain(SocketAddr),
    /// TLS with the certificate of the sender; without resumption, so that each connection is a whole
    /// handshake.
    Tls {
        address: SocketAddr,
        connector: TlsConnector,
        /// A connection of its own for each letter.
        fresh: bool,
    },
}

impl Door {
    /// The door of a server that has one for HTTPS, entered as a system.
    pub fn tls(server: &Server, system: &str, fresh: bool) -> Self {
        let system = server.system(system);
        let file = |name: &str| fs::read(server.data.join(name)).unwrap();
        let mut roots = rustls::RootCertStore::empty();
        let root = file(&server.country().certificate_authority);
        roots.add(CertificateDer::from_pem_slice(&root).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_client_auth_cert(
                vec![CertificateDer::from_pem_slice(&file(&system.certificate)).unwrap()],
                PrivateKeyDer::from_pem_slice(&file(&system.key)).unwrap(),
            )
            .unwrap();
        config.resumption = rustls::client::Resumption::disabled();
        let running: serde_json::Value = serde_json::from_slice(&file("running.json")).unwrap();
        let address = running["https"].as_str().unwrap().parse().unwrap();
        Self::Tls { address, connector: Arc::new(config).into(), fresh }
    }

    fn address(&self) -> SocketAddr {
        match self {
            Self::Plain(address) | Self::Tls { address, .. } => *address,
        }
    }

    fn is_fresh(&self) -> bool {
        matches!(self, Self::Tls { fresh: true, .. })
    }

    async fn enter(&self) -> Box<dyn Line> {
        let stream = TcpStream::connect(self.address()).await.unwrap();
        stream.set_nodelay(true).unwrap();
        match self {
            Self::Plain(_) => Box::new(stream),
            Self::Tls { connector, .. } => {
                let name = ServerName::try_from("localhost").unwrap();
                Box::new(connector.connect(name, stream).await.unwrap())
            }
        }
    }
}

trait Line: AsyncRead + AsyncWrite + Unpin {}

impl<T: AsyncRead + AsyncWrite + Unpin> Line for T {}

/// Who sends, and how.
#[derive(Clone, Copy)]
pub struct Sender<'a> {
    pub door: &'a Door,
    pub authorization: &'a str,
    pub connections: usize,
    /// Letters in a second of all connections together; without it each sends as soon as it was
    /// answered.
    pub pace: Option<u64>,
    pub time: Duration,
}

/// What was sent and acknowledged.
#[derive(Debug)]
pub struct Sent {
    pub seconds: f64,
    /// For each letter the wait for its answer in milliseconds, sorted.
    pub waits: Vec<f64>,
    /// With the time of the call.
    pub letters: Vec<(Uuid, Instant)>,
}

impl Sent {
    pub fn per_second(&self) -> f64 {
        self.letters.len() as f64 / self.seconds
    }
}

struct Shared {
    waits: RefCell<Vec<f64>>,
    letters: RefCell<Vec<(Uuid, Instant)>>,
    dice: RefCell<Dice>,
    given: Cell<u32>,
}

/// Sends until the time is over, to the recipients of the templates in turn, and waits for the answers.
pub fn send(sender: Sender<'_>, templates: &[Template]) -> Sent {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let shared = Rc::new(Shared {
        waits: RefCell::default(),
        letters: RefCell::default(),
        dice: RefCell::new(Dice(Dice::seed())),
        given: Cell::new(0),
    });
    let begun = Instant::now();
    runtime.block_on(async {
        let local = LocalSet::new();
        let connections: Vec<_> = (0..sender.connections)
            .map(|_| {
                let (shared, templates) = (Rc::clone(&shared), templates.to_vec());
                let (door, authorization) = (sender.door.clone(), sender.authorization.to_owned());
                let Sender { connections, pace, time, .. } = sender;
                local.spawn_local(async move {
                    let (door, authorization) = (&door, authorization.as_str());
                    let sender = Sender { door, authorization, connections, pace, time };
                    connection(sender, &templates, &shared, begun).await;
                })
            })
            .collect();
        local.await;
        for connection in connections {
            connection.await.unwrap();
        }
    });
    let seconds = begun.elapsed().as_secs_f64();
    let mut waits = shared.waits.take();
    waits.sort_by(f64::total_cmp);
    Sent { seconds, waits, letters: shared.letters.take() }
}

async fn connection(sender: Sender<'_>, templates: &[Template], shared: &Shared, begun: Instant) {
    let mut line = sender.door.enter().await;
    let (mut request, mut answer) = (Vec::new(), Vec::new());
    loop {
        let number = shared.given.get();
        shared.given.set(number + 1);
        if let Some(pace) = sender.pace {
            let at = begun + Duration::from_secs_f64(f64::from(number) / pace as f64);
            tokio::time::sleep_until(at.into()).await;
        }
        if begun.elapsed() >= sender.time {
            return;
        }
        let uuid = shared.dice.borrow_mut().uuid();
        templates[number as usize % templates.len()].request(&sender, uuid, &mut request);
        let asked = Instant::now();
        if sender.door.is_fresh() && number > 0 {
            line = sender.door.enter().await;
        }
        line.write_all(&request).await.unwrap();
        line.flush().await.unwrap();
        let status = read_answer(&mut *line, &mut answer).await;
        assert_eq!(status, 201, "{}", String::from_utf8_lossy(&answer));
        shared.waits.borrow_mut().push(asked.elapsed().as_secs_f64() * 1000.0);
        shared.letters.borrow_mut().push((uuid, asked));
    }
}

/// Reads an answer to its end, and returns its status.
async fn read_answer(line: &mut dyn Line, answer: &mut Vec<u8>) -> u16 {
    answer.clear();
    loop {
        let read = line.read_buf(answer).await.unwrap();
        assert!(read > 0, "the server closed the connection");
        let Some(head) = answer.windows(4).position(|end| end == b"\r\n\r\n") else { continue };
        let text = std::str::from_utf8(&answer[..head]).unwrap();
        let status = text[9..12].parse().unwrap();
        let length: usize = text
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .map_or(0, |length| length.parse().unwrap());
        while answer.len() < head + 4 + length {
            assert!(line.read_buf(answer).await.unwrap() > 0, "an answer broke off");
        }
        return status;
    }
}
