//! One run: rounds of load and faults, then the reckoning.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::Client;
use tempfile::TempDir;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::books::{Books, Open};
use super::child::Child;
use super::dice::Dice;
use super::faults::{Fault, SmallDisk, flip, tear};
use super::judging;
use super::load::{Sender, fetch_receipts};
use super::receivers::{fetch, open_desk};
use super::town::Town;
use super::{Args, Outcome};
use crate::report::{Problem, say};

/// How long everything that was acknowledged may take to arrive in peace.
const PATIENCE: Duration = Duration::from_secs(300);
/// Between two looks at the books.
const LOOK: Duration = Duration::from_millis(100);
/// Every so many rounds all is left to settle and the dead store is looked into.
const SETTLE_EVERY: usize = 10;
/// Tries of a push follow each other quickly: a run has no hour to wait.
const SETTINGS: [&str; 2] = ["delivery.retry_seconds=1", "delivery.breaker_failures=1000000"];
/// Milliseconds a fault of the disk lasts, at least and beyond that at most.
const FAULT_MILLIS: (u64, u64) = (30, 300);

pub(super) async fn run(args: &Args) -> Result<Outcome, Problem> {
    let mut outcome = Outcome { seed: seed(args.seed)?, ..Outcome::default() };
    let mut dice = Dice(outcome.seed);
    let place = Place::make(args)?;
    let disk = match args.full_disk {
        0 => None,
        _ => match SmallDisk::mount(&place.root.join("disk")) {
            Ok(disk) => Some(disk),
            Err(why) => {
                outcome.skipped.push(format!("{} rounds with a full disk: {why}", args.full_disk));
                None
            }
        },
    };
    let data = place.root.join(if disk.is_some() { "disk/town" } else { "town" });
    let mut rounds = plan(args, disk.is_some());
    dice.shuffle(&mut rounds);
    say(&format!("seed {}, {} rounds, in {}", outcome.seed, rounds.len(), place.root.display()));

    let books = Arc::new(Books::default());
    let desk = open_desk(Arc::clone(&books)).await?;
    let mut settings: Vec<String> =
        SETTINGS.iter().flat_map(|one| ["--set".to_owned(), (*one).to_owned()]).collect();
    settings.extend(["--push-endpoint".into(), format!("http://{desk}/memos")]);
    settings.extend(["--set".into(), format!("country.receipt_endpoint=http://{desk}/receipts")]);
    let mut child = Child::new(&data, place.root.join("child.log"), settings)?;
    let (http, _) = child.start()?;
    let town = Arc::new(Town::read(&child.folder().country())?);
    let senders =
        (0..args.connections).map(|_| Sender { dice: Dice(dice.next()), pending: None }).collect();
    let mut run = Run { args, dice, child, http, town, books, disk, senders, opened: Vec::new() };

    for (number, fault) in rounds.into_iter().enumerate() {
        run.round(fault).await?;
        *outcome.rounds.entry(fault).or_default() += 1;
        if number % SETTLE_EVERY == SETTLE_EVERY - 1 {
            run.settle().await?;
            run.child.kill();
            judging::look(&run.child.folder().store(), &run.books).await?;
            run.restart()?;
            say(&format!("{} rounds: {:?}", number + 1, run.books.totals()));
        }
    }
    run.settle().await?;
    let status = run.child.stop()?;
    if !status.success() {
        run.books.line(format!("asked to stop, the exchange ended with {status}"));
    }
    judging::judge(&run.child.folder().store(), &run.town, &run.books).await?;

    run.opened.sort_unstable();
    let millis = |time: Option<&Duration>| {
        time.map_or(0, |time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
    };
    outcome.open_milliseconds_median = millis(run.opened.get(run.opened.len() / 2));
    outcome.open_milliseconds_longest = millis(run.opened.last());
    outcome.totals = run.books.totals();
    outcome.findings = run.books.lines();
    // A disk in memory is gone with us; its files stay when something is to be looked at.
    if !outcome.findings.is_empty() || args.keep {
        if run.disk.is_some() {
            keep_files(&data, &place.root.join("town"));
        }
        outcome.folder = Some(place.keep());
    }
    Ok(outcome)
}

/// Copies what stands on the small disk. What cannot be copied is not worth a failure of its own.
fn keep_files(from: &Path, to: &Path) {
    let _ = Command::new("cp").arg("-a").arg(from).arg(to).status();
}

struct Run<'a> {
    args: &'a Args,
    dice: Dice,
    child: Child,
    http: SocketAddr,
    town: Arc<Town>,
    books: Arc<Books>,
    disk: Option<SmallDisk>,
    senders: Vec<Sender>,
    /// How long each start after a kill took.
    opened: Vec<Duration>,
}

/// What runs while there is load.
struct Load {
    senders: JoinSet<Sender>,
    readers: JoinSet<()>,
    stop: CancellationToken,
}

impl Run<'_> {
    /// Load, a fault in the middle of it, and the exchange up again.
    async fn round(&mut self, fault: Fault) -> Result<(), Problem> {
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
                if let Some(disk) = &self.disk {
                    let filler = disk.fill().map_err(|error| unfaulty(&error))?;
                    tokio::time::sleep(lasts).await;
                    dies = self.dice.below(2) == 0;
                    if dies {
                        self.child.kill();
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
        let (http, took) = self.child.start()?;
        self.http = http;
        self.opened.push(took);
        if took.as_secs_f64() > self.args.open_within {
            self.books.line(format!("up again only after {} ms", took.as_millis()));
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

fn plan(args: &Args, has_disk: bool) -> Vec<Fault> {
    let mut rounds = Vec::new();
    for (fault, count) in [
        (Fault::Kill, args.kills),
        (Fault::WriteErrors, args.write_errors),
        (Fault::FullDisk, if has_disk { args.full_disk } else { 0 }),
        (Fault::TornPage, args.torn_pages),
        (Fault::FlippedBit, args.flipped_bits),
    ] {
        rounds.extend((0..count).map(|_| fault));
    }
    rounds
}

fn client() -> Result<Client, Problem> {
    Client::builder()
        .no_proxy()
        .connect_timeout(Duration::from_secs(5))
        .timeout(Duration::from_secs(60))
        .build()
        .map_err(|error| Problem::ours("torture::client", "no letters can be sent").because(&error))
}

fn seed(given: Option<u64>) -> Result<u64, Problem> {
    if let Some(seed) = given {
        return Ok(seed);
    }
    let mut bytes = [0; 4];
    getrandom::fill(&mut bytes).map_err(|error| {
        Problem::ours("torture::random", "the machine gives no random bytes").because(&error)
    })?;
    Ok(u32::from_le_bytes(bytes).into())
}

fn unfaulty(error: &std::io::Error) -> Problem {
    Problem::ours("torture::fault", "the fault could not be made").because(error)
}

/// Where a run works.
struct Place {
    root: PathBuf,
    temporary: Option<TempDir>,
}

impl Place {
    fn make(args: &Args) -> Result<Self, Problem> {
        let failed = |error: std::io::Error| {
            Problem::command("torture::work", "there is no folder to work in").because(&error)
        };
        match &args.work {
            Some(root) => {
                std::fs::create_dir_all(root).map_err(failed)?;
                Ok(Self { root: std::path::absolute(root).map_err(failed)?, temporary: None })
            }
            None => {
                let temporary = tempfile::Builder::new().prefix("brevdue-torture-").tempdir();
                let temporary = temporary.map_err(failed)?;
                Ok(Self { root: temporary.path().to_owned(), temporary: Some(temporary) })
            }
        }
    }

    fn keep(self) -> PathBuf {
        if let Some(temporary) = self.temporary {
            let _ = temporary.keep();
        }
        self.root
    }
}
