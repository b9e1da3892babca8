//! Notices and reminders end to end: to a mail server that takes them, refuses one, and is not heard when the
//! process dies between sending and noting it.

#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use support::programme::{A_MINUTE, AtWork, pass, wait};
use support::server::Server;

/// The programme of the country that is in the middle of the full version.
const PROGRAMME: &str = "9d4c1f6e-5a0b-4c7d-8e21-0b6f8b0e6c01";

/// A message: its id, its recipient, all of it.
type Taken = (String, String, String);

#[derive(Default)]
struct Sink {
    taken: Mutex<Vec<Taken>>,
    /// What it takes it does not say that it took.
    is_silent: AtomicBool,
    /// The address that it refuses from now on: the first it has not seen.
    refused: Mutex<Option<String>>,
    refuses: AtomicBool,
}

impl Sink {
    /// Begins to listen; the port.
    fn start(self: &Arc<Self>) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let sink = Arc::clone(self);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let sink = Arc::clone(&sink);
                thread::spawn(move || sink.talk(&stream));
            }
        });
        port
    }

    fn taken(&self) -> Vec<Taken> {
        self.taken.lock().unwrap().clone()
    }

    /// Whether it refuses an address: the first that nothing was taken for.
    fn refuses(&self, to: &str) -> bool {
        if !self.refuses.load(Ordering::SeqCst) {
            return false;
        }
        let known = self.taken().iter().any(|(_, known, _)| known == to);
        let mut refused = self.refused.lock().unwrap();
        if refused.is_none() && !known {
            *refused = Some(to.to_owned());
        }
        refused.as_deref() == Some(to)
    }

    /// None: the line is over.
    fn talk(&self, stream: &TcpStream) -> Option<()> {
        let mut lines = BufReader::new(stream);
        let mut out = stream;
        let mut say = |words: &str| out.write_all(format!("{words}\r\n").as_bytes()).ok();
        let mut to = String::new();
        say("220 sink.example ESMTP")?;
        loop {
            let mut command = String::new();
            if lines.read_line(&mut command).ok()? == 0 {
                return None;
            }
            match command.get(..4).unwrap_or_default().to_ascii_uppercase().as_str() {
                "RCPT" => {
                    to = command.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                    match self.refuses(&to) {
                        true => say(&format!("550 5.1.1 <{to}> user unknown"))?,
                        false => say("250 2.1.5 ok")?,
                    }
                }
                "DATA" => {
                    say("354 go on")?;
                    let mut message = String::new();
                    loop {
                        let mut line = String::new();
                        if lines.read_line(&mut line).ok()? == 0 {
                            return None;
                        }
                        if line == ".\r\n" {
                            break;
                        }
                        message.push_str(&line);
                    }
                    let id = message.lines().find_map(|line| line.strip_prefix("Message-ID: "));
                    let id = id.unwrap_or_default().to_owned();
                    self.taken.lock().unwrap().push((id, to.clone(), message));
                    if self.is_silent.load(Ordering::SeqCst) {
                        // Until the other side is dead.
                        return (lines.read_line(&mut command).ok()? > 0).then_some(());
                    }
                    say("250 2.0.0 taken")?;
                }
                "QUIT" => return say("221 2.0.0 bye").and(None),
                _ => say("250 2.0.0 ok")?,
            }
        }
    }
}

#[test]
fn what_people_are_told_comes_once_and_after_a_kill_in_between_twice_at_most_under_one_id() {
    let sink = Arc::<Sink>::default();
    let port = format!("mail.port={}", sink.start());
    let settings = [
        "country.first_letters=true",
        "delivery.notice_hours=0-24",
        "mail.host=127.0.0.1",
        &port,
        "mail.tls=plain",
        "mail.from=Digital Post <digitalpost@tusindfryd.example>",
        "mail.at_once=1",
    ];
    let settings: Vec<&str> = settings.iter().flat_map(|one| ["--set", *one]).collect();
    sink.is_silent.store(true, Ordering::SeqCst);
    let mut server = Server::start(&settings);
    // Nobody is reminded on a day off.
    for _ in 0..6 {
        let begun = Instant::now();
        while sink.taken().is_empty() && begun.elapsed() < A_MINUTE / 4 {
            thread::sleep(Duration::from_millis(100));
        }
        if !sink.taken().is_empty() {
            break;
        }
        pass(&server, r#"{"days":1}"#);
    }
    let first = sink.taken().first().cloned().expect("somebody is reminded of something");
    // The message was taken, and the process dies before it hears of it.
    server.kill();
    sink.is_silent.store(false, Ordering::SeqCst);
    sink.refuses.store(true, Ordering::SeqCst);
    server.restart();
    pass(&server, r#"{"minutes":3}"#);
    let page = |server: &Server| AtWork::enter(server, PROGRAMME).page("reminders");
    wait("all of it has left or was refused", &server, || {
        let page = page(&server);
        sink.refused.lock().unwrap().is_some()
            && page.contains("Ikke sendt: adressen blev afvist")
            && !page.contains("På vej")
    });
    let told = page(&server);
    assert!(told.contains("badge-success\">Sendt"), "{told}");
    assert!(!told.contains("Der sendes ikke mail"), "{told}");
    let before = sink.taken();
    server.stop();
    server.restart();
    thread::sleep(Duration::from_secs(10));
    assert_eq!(sink.taken(), before, "a start tells nobody anew");

    let mut by_id: BTreeMap<&str, Vec<&Taken>> = BTreeMap::new();
    for taken in &before {
        by_id.entry(&taken.0).or_default().push(taken);
    }
    for (id, taken) in by_id {
        let expected = if id == first.0 { 2 } else { 1 };
        assert_eq!(taken.len(), expected, "{id}: {taken:?}");
        assert!(taken.iter().all(|one| *one == taken[0]), "{id}");
    }
    let told: Vec<&str> = before.iter().map(|(_, _, text)| text.as_str()).collect();
    assert!(told.iter().all(|text| text.contains("Auto-Submitted: auto-generated")));

    let log = server.log();
    assert!(log.contains("the mail server answered 550 5.1.1"), "{log}");
    for private in ["@tusindfryd", "@postduen", "user unknown", "Ylva", "Birgit"] {
        assert!(!log.contains(private), "{private}: {log}");
    }
}
