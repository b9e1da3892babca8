//! One run: towns, each with its rounds, and the sum of them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use super::child::Opening;
use super::dice::Dice;
use super::faults::{Fault, SmallDisk};
use super::life::Life;
use super::{Args, Outcome};
use crate::report::{Problem, say};

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
    let mut rounds = plan(args, disk.is_some());
    dice.shuffle(&mut rounds);
    say(&format!("seed {}, {} rounds, in {}", outcome.seed, rounds.len(), place.root.display()));

    let mut opened = Vec::new();
    let mut is_kept = false;
    let mut rounds = rounds.into_iter().enumerate().peekable();
    while rounds.peek().is_some() {
        outcome.towns += 1;
        let name = format!("town-{}", outcome.towns);
        let data = place.root.join(if disk.is_some() { "disk" } else { "" }).join(&name);
        let log = place.root.join(format!("{name}.log"));
        let mut life =
            Life::begin(args, Dice(dice.next()), &data, log.clone(), disk.as_ref()).await?;
        let mut made = 0;
        // A seed throws the same dice; how many letters come of it, and fill the disk, is the machine's.
        while made < args.town_rounds.max(1) && !disk.as_ref().is_some_and(SmallDisk::is_filling) {
            let Some((number, fault)) = rounds.next() else { break };
            life.round(fault).await?;
            made += 1;
            *outcome.rounds.entry(fault).or_default() += 1;
            if (number + 1) % SAY_EVERY == 0 {
                say(&format!("{} rounds: {:?}", number + 1, life.books.totals()));
            }
        }
        life.end().await?;
        outcome.totals += life.books.totals();
        opened.append(&mut life.opened);
        let lines = life.books.lines();
        drop(life);
        // The first one with a finding is kept to be looked at.
        if args.keep || !lines.is_empty() && !is_kept {
            is_kept = true;
            if disk.is_some() {
                keep_files(&data, &place.root.join(&name));
            }
        } else {
            let _ = std::fs::remove_file(log);
        }
        lines.iter().for_each(|line| say(&format!("{name}: {line}")));
        outcome.findings.extend(lines.into_iter().map(|line| format!("{name}: {line}")));
        if disk.is_some() || !is_kept {
            let _ = std::fs::remove_dir_all(&data);
        }
    }
    tell_of_starts(&mut outcome, opened);
    if is_kept {
        outcome.folder = Some(place.keep());
    }
    Ok(outcome)
}

/// Rounds after which it is said how far it is.
const SAY_EVERY: usize = 10;

fn tell_of_starts(outcome: &mut Outcome, mut opened: Vec<Opening>) {
    let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    opened.sort_unstable_by_key(|opening| opening.took);
    outcome.starts = opened.len();
    outcome.open_milliseconds_median =
        opened.get(opened.len() / 2).map_or(0, |opening| millis(opening.took));
    if let Some(longest) = opened.last() {
        outcome.open_milliseconds_longest = millis(longest.took);
        outcome.longest_worked_milliseconds = millis(longest.worked);
        outcome.longest_waited_milliseconds = millis(longest.waited);
    }
    let most = opened.iter().map(|opening| opening.worked).max();
    outcome.most_worked_milliseconds = most.map_or(0, millis);
}

/// Copies what stands on the small disk. What cannot be copied is not worth a failure of its own.
fn keep_files(from: &Path, to: &Path) {
    let _ = Command::new("cp").arg("-a").arg(from).arg(to).status();
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
