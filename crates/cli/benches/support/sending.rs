//! A sender with many connections on one thread, so that it takes little of the machine it measures.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::LocalSet;
use uuid::Uuid;

use crate::tests::dice::Dice;
use crate::tests::letters::{Parties, letter};

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
            sender.address, sender.authorization
        );
        request.extend_from_slice(head.as_bytes());
        let begin = request.len();
        request.extend_from_slice(&self.letter);
        let at = begin + self.uuid_at;
        uuid.hyphenated().encode_lower(&mut request[at..at + 36]);
    }
}

/// Who sends, and how.
#[derive(Debug, Clone, Copy)]
pub struct Sender<'a> {
    pub address: SocketAddr,
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
                let authorization = sender.authorization.to_owned();
                local.spawn_local(async move {
                    let sender = Sender { authorization: &authorization, ..sender };
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
    let mut stream = TcpStream::connect(sender.address).await.unwrap();
    stream.set_nodelay(true).unwrap();
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
        stream.write_all(&request).await.unwrap();
        let status = read_answer(&mut stream, &mut answer).await;
        assert_eq!(status, 201, "{}", String::from_utf8_lossy(&answer));
        shared.waits.borrow_mut().push(asked.elapsed().as_secs_f64() * 1000.0);
        shared.letters.borrow_mut().push((uuid, asked));
    }
}

/// Reads an answer to its end, and returns its status.
async fn read_answer(stream: &mut TcpStream, answer: &mut Vec<u8>) -> u16 {
    answer.clear();
    loop {
        let read = stream.read_buf(answer).await.unwrap();
        assert!(read > 0, "the server closed the connection");
        let Some(head) = answer.windows(4).position(|end| end == b"\r\n\r\n") else { continue };
        let text = std::str::from_utf8(&answer[..head]).unwrap();
        let status = text[9..12].parse().unwrap();
        let length: usize = text
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .map_or(0, |length| length.parse().unwrap());
        while answer.len() < head + 4 + length {
            assert!(stream.read_buf(answer).await.unwrap() > 0, "an answer broke off");
        }
        return status;
    }
}
