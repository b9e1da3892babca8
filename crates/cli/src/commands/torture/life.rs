//! The life of one town: rounds of load and faults, and what must be true in between and in the end.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::{Client, StatusCode};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::books::{Books, Open};
use super::child::{Child, Opening};
use super::dice::Dice;
use super::faults::{Fault, Filler, SmallDisk, flip, tear};
use super::load::{self, Sender, fetch_receipts};
use super::receivers::{self, Desk, fetch};
use super::town::Town;
use super::{Args, judging};
use crate::report::Problem;

/// How long everything that was acknowledged may take to arrive in peace.
const PATIENCE: Duration = Duration::from_secs(300);
/// Between two looks at the books.
const LOOK: Duration = Duration::from_millis(100);
/// Every so many rounds all is left to settle and the dead store is looked into.
const SETTLE_EVERY: usize = 15;
/// Tries of a push follow each other quickly, and what a failing disk left in hand comes back soon: a run
/// has no hour to wait.
const SETTINGS: [&str; 3] =
    ["delivery.retry_seconds=1", "delivery.breaker_failures=1000000", "delivery.lease_seconds=5"];
/// Milliseconds a fault of the disk lasts, at least and beyond that at most.
const FAULT_MILLIS: (u64, u64) = (30, 300);

/// One town under torture.
pub(super) struct Life<'a> {
    args: &'a Args,
    dice: Dice,
    child: Child,
    http: SocketAddr,
    town: Arc<Town>,
    pub(super) books: Arc<Books>,
    disk: Option<&'a SmallDisk>,
    senders: Vec<Sender>,
    rounds: usize,
    /// Each start after a fault.
    pub(super) opened: Vec<Opening>,
    _desk: Desk,
}

/// What runs while there is load.
struct Load {
    senders: JoinSet<Sender>,
    readers: JoinSet<()>,
    stop: CancellationToken,
}

impl<'a> Life<'a> {
    /// Settles a new town in a folder, and starts it.
    pub(super) async fn begin(
        args: &'a Args,
        mut dice: Dice,
        data: &Path,
        log: PathBuf,
        disk: Option<&'a SmallDisk>,
    ) -> Result<Self, Problem> {
        let books = Arc::new(Books::default());
        let desk = Desk::open(Arc::clone(&books)).await?;
        let address = desk.address;
        let mut settings: Vec<String> =
            SETTINGS.iter().flat_map(|one| ["--set".to_owned(), (*one).to_owned()]).collect();
        settings.extend(["--push-endpoint".into(), format!("http://{address}/memos")]);
        settings.extend([
            "--set".into(),
            format!("country.receipt_endpoint=http://{address}/receipts"),
        ]);
        let mut child = Child::new(data, log, settings)?;
        let (http, _) = child.start()?;
        let town = Arc::new(Town::read(&child.folder().country())?);
        let senders = (0..args.connections)
            .map(|_| Sender { dice: Dice(dice.next()), pending: None })
            .collect();
        let (rounds, opened) = (0, Vec::new());
        Ok(Self {
            args,
            dice,
            child,
            http,
            town,
            books,
            disk,
            senders,
            rounds,
            opened,
            _desk: desk,
        })
    }

    /// One round, and now and then a look into the store.
    pub(super) async fn round(&mut self, fault: Fault) -> Result<(), Problem> {
        self.suffer(fault).await?;
        self.rounds += 1;
        if self.rounds.is_multiple_of(SETTLE_EVERY) {
            self.settle().await?;
            self.child.kill();
            judging::look(&self.child.folder().store(), &self.books).await?;
            self.restart()?;
        }
        Ok(())
    }

    /// Lets everything arrive, stops the exchange, and compares all there is.
    pub(super) async fn end(&mut self) -> Result<(), Problem> {
        self.settle().await?;
        self.stop()?;
        judging::judge(&self.child.folder().store(), &self.town, &self.books).await
    }

    fn stop(&mut self) -> Result<(), Problem> {
        let status = self.child.stop()?;
        if !status.success() {
            self.books.line(format!("asked to stop, the exchange ended with {status}"));
        }
        Ok(())
    }

    /// Load, a fault in the middle of it, and the exchange up again.
    async fn suffer(&mut self, fault: Fault) -> Result<(), Problem> {
        let load = self.load()?;
        let before = 20 + self.dice.below(self.args.load_milliseconds.max(1));
        tokio::time::sleep(Duration::from_millis(before)).await;
        let lasts = Duration::from_millis(FAULT_MILLIS.0 + self.dice.below(FAULT_MILLIS.1));
        let mut dies = true;
        match fault {
            Fault::Kill | Fault::TornPage | Fault::FlippedBit => {}
            Fault::WriteErrors => {
                let log = self.child.folder().store().join("brevdue.sqlite-wal");
                let length = std::fs::metadata(log).map_or(0, |file| file.len());
                let limit = self.dice.below(length + 64 * 1024);
                self.child.limit_files(Some(limit)).map_err(|error| unfaulty(&error))?;
                tokio::time::sleep(lasts).await;
                dies = self.dice.below(2) == 0;
                if !dies {
                    self.child.limit_files(None).map_err(|error| unfaulty(&error))?;
                }
            }
            Fault::FullDisk => {
                if let Some(disk) = self.disk {
                    let filler = disk.fill().map_err(|error| unfaulty(&error))?;
                    tokio::time::sleep(lasts).await;
                    match self.dice.below(4) {
                        0 => dies = false,
                        1 => self.child.kill(),
                        chance => {
                            return self.opens_on_a_full_disk(chance == 2, load, filler).await;
                        }
                    }
                    drop(filler);
                }
            }
        }
        if !dies {
            // It has to find back to work by itself.
            tokio::time::sleep(Duration::from_millis(100)).await;
            if let Some(status) = self.child.has_ended() {
                self.books.line(format!("{fault:?}: the exchange ended with {status}"));
                dies = true;
            }
        }
        if dies {
            self.child.kill();
        }
        self.unload(load).await?;
        if !dies {
            return Ok(());
        }
        let store = self.child.folder().store();
        match fault {
            Fault::TornPage => {
                tear(&store, &mut self.dice).map_err(|error| unfaulty(&error))?;
            }
            Fault::FlippedBit => self.flip_a_bit(&store)?,
            Fault::Kill | Fault::WriteErrors | Fault::FullDisk => {}
        }
        self.restart()
    }

    /// Killed or stopped, it is up again while there is no room; it hands out what it has, and takes no
    /// letters until there is room again.
    async fn opens_on_a_full_disk(
        &mut self,
        is_killed: bool,
        load: Load,
        filler: Filler,
    ) -> Result<(), Problem> {
        if is_killed {
            self.child.kill();
        } else {
            tokio::task::block_in_place(|| self.stop())?;
        }
        self.unload(load).await?;
        self.restart()?;
        let client = client()?;
        let receiver = &self.town.pull_receiver;
        if !receivers::is_answered(&client, self.http, receiver).await {
            self.books.line("on a full disk the receiver's letters cannot be listed".into());
        }
        let letter = self.town.letter(&mut self.dice);
        self.books.written(&letter);
        let is_full = || self.disk.is_some_and(SmallDisk::is_nearly_full);
        let was_full = is_full();
        let answer = load::send(&client, self.http, &self.town, &letter).await;
        let status = answer.map(|(status, _)| status);
        if was_full && is_full() && status != Some(StatusCode::SERVICE_UNAVAILABLE) {
            self.books.line(format!("on a full disk a new letter was answered with {status:?}"));
        }
        drop(filler);
        Ok(())
    }

    /// Flips a bit, and asks `brevdue verify` which.
    fn flip_a_bit(&mut self, store: &Path) -> Result<(), Problem> {
        let flipped = flip(store, &mut self.dice).map_err(|error| unfaulty(&error))?;
        let program = std::env::current_exe().map_err(|error| unfaulty(&error))?;
        let output = Command::new(program)
            .args(["verify", "--format", "json", "--data"])
            .arg(self.child.folder().root())
            .stdin(Stdio::null())
            .output()
            .map_err(|error| unfaulty(&error))?;
        let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let findings = told["findings"].as_array().map_or(&[][..], Vec::as_slice);
        let named = |finding: &&serde_json::Value| {
            finding["file"].as_str().is_some_and(|file| file == flipped.file)
        };
        if !findings.iter().any(|finding| named(&finding)) {
            self.books.line(format!("{flipped:?} was not named: {told}"));
        }
        for finding in findings {
            let mended = finding["mended"].as_bool() == Some(true);
            match finding["content"].as_str().and_then(judging::digest) {
                Some(digest) if !mended => self.books.named(digest),
                _ => {}
            }
        }
        Ok(())
    }

    fn restart(&mut self) -> Result<(), Problem> {
        let (http, opening) = self.child.start()?;
        self.http = http;
        self.opened.push(opening);
        let Opening { took, worked, waited } = opening;
        if took.as_secs_f64() > self.args.open_within {
            self.books.line(format!(
                "up again only after {} ms, in which its threads worked {} ms and waited {} ms for a processor",
                took.as_millis(),
                worked.as_millis(),
                waited.as_millis()
            ));
        }
        Ok(())
    }

    fn load(&mut self) -> Result<Load, Problem> {
        let client = client()?;
        let stop = CancellationToken::new();
        let mut senders = JoinSet::new();
        for sender in self.senders.drain(..) {
            let (client, town) = (client.clone(), Arc::clone(&self.town));
            senders.spawn(sender.run(
                client,
                self.http,
                town,
                Arc::clone(&self.books),
                stop.clone(),
            ));
        }
        Ok(Load { senders, readers: self.readers(&client, &stop), stop })
    }

    fn readers(&self, client: &Client, stop: &CancellationToken) -> JoinSet<()> {
        let mut readers = JoinSet::new();
        let town = || Arc::clone(&self.town);
        let books = || Arc::clone(&self.books);
        readers.spawn(fetch(client.clone(), self.http, town(), books(), stop.clone()));
        readers.spawn(fetch_receipts(client.clone(), self.http, town(), books(), stop.clone()));
        readers
    }

    async fn unload(&mut self, load: Load) -> Result<(), Problem> {
        load.stop.cancel();
        self.senders = load.senders.join_all().await;
        load.readers.join_all().await;
        // The order in which they ended is the machine's; the dice are the senders' own.
        self.senders.sort_by_key(|sender| sender.dice.0);
        Ok(())
    }

    /// Sends what was not answered, and waits until all that was has arrived and is receipted.
    async fn settle(&mut self) -> Result<(), Problem> {
        let client = client()?;
        let stop = CancellationToken::new();
        let readers = self.readers(&client, &stop);
        for sender in &mut self.senders {
            sender.finish(&client, self.http, &self.town, &self.books).await;
        }
        let begun = Instant::now();
        loop {
            let open = self.books.open();
            if open == Open::default() {
                break;
            }
            if begun.elapsed() > PATIENCE {
                let Open { receipts, letters } = open;
                self.books.line(format!(
                    "{receipts} receipts and {letters} letters did not come in {} seconds",
                    PATIENCE.as_secs()
                ));
                break;
            }
            tokio::time::sleep(LOOK).await;
        }
        stop.cancel();
        readers.join_all().await;
        Ok(())
    }
}

fn client() -> Result<Client, Problem> {
    Client::builder()
        .no_proxy()
        .connect_timeout(Duration::from_secs(5))
        .timeout(Duration::from_secs(60))
        .build()
        .map_err(|error| Problem::ours("torture::client", "no letters can be sent").because(&error))
}

fn unfaulty(error: &std::io::Error) -> Problem {
    Problem::ours("torture::fault", "the fault could not be made").because(error)
}
