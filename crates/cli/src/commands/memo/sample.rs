//! `brevdue memo sample`.

use std::fs;
use std::io::{self, Cursor, Write};
use std::path::PathBuf;

use brevdue_exchange::Clock as _;
use brevdue_exchange::ids::Ids as _;
use brevdue_memo::letter::{SampleOptions, Variety, sample_varied};
use brevdue_memo::{CvrNumber, MemoVersion, Message, PartyId, Timestamp, WriteError, write};

use super::super::send::counted;
use super::files::unreadable;
use super::pack::Container;
use crate::exit::Exit;
use crate::machine::{MachineClock, MachineIds};
use crate::report::{Format, Problem, print};

/// When sampled letters with a seed are written, so that the same seed gives the same bytes:
/// 1 January 2026, 9:00 in Denmark.
const SEEDED_TIME: Timestamp = Timestamp::from_millis(1_767_254_400_000);

/// Invent letters, for trying out and for load
///
/// They are of the twenty kinds that authorities send most, with what such letters mark up, in files of
/// several types. With the same --seed and options the letters are the same, ids included, and dated 1 January 2026.
/// Without --seed they are new each time, and of now.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit codes: 0 written, 2 the command line is at fault or a file cannot be written.

Examples:
  brevdue memo sample --from 12345678 --to 2211771212 --out outbox
  brevdue memo sample --count 1000 --from 12345678 --to @people.txt --seed 7 --out many.tar.lzma
  brevdue memo sample --count 50 --sms 20 --both-versions --from 12345678 --to 2211771212 --out outbox")]
pub(super) struct Args {
    /// How many
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    count: u64,
    /// To whom: CPR and CVR numbers, or @FILE with one on each line
    #[arg(long, required = true, value_name = "CPR|CVR,…", value_delimiter = ',')]
    to: Vec<String>,
    /// From whom
    #[arg(long, value_name = "CVR")]
    from: String,
    /// The sender's name
    #[arg(long, value_name = "NAME", default_value = "Kommunen")]
    from_name: String,
    /// Version of MeMo
    #[arg(long, value_enum, default_value_t = Version::V1_2)]
    memo: Version,
    /// Some of the other version of MeMo too
    #[arg(long)]
    both_versions: bool,
    /// Of a hundred, how many are NemSMS, about
    #[arg(long, value_name = "PERCENT", default_value_t = 0, value_parser = clap::value_parser!(u8).range(..=100))]
    sms: u8,
    /// State mandatory mail and legal notification where letters do; the sender needs both permissions
    #[arg(long)]
    permissions: bool,
    /// Length of each letter's text, about
    #[arg(long, value_name = "BYTES", default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=50_000_000))]
    size: u64,
    /// Which letters
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// A folder for <messageUUID>.xml, or a container (.tar.lzma)
    #[arg(long, value_name = "DIR|FILE.tar.lzma")]
    out: PathBuf,
    /// Write over files that are there
    #[arg(long)]
    force: bool,
}

/// The versions of MeMo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Version {
    /// MeMo 1.1
    #[value(name = "1.1")]
    V1_1,
    /// MeMo 1.2
    #[value(name = "1.2")]
    V1_2,
}

impl From<Version> for MemoVersion {
    fn from(version: Version) -> Self {
        match version {
            Version::V1_1 => Self::V1_1,
            Version::V1_2 => Self::V1_2,
        }
    }
}

/// Invents.
pub(super) fn run(args: &Args) -> Exit {
    match work(args) {
        Ok(written) => {
            print(&written);
            Exit::Done
        }
        Err(problem) => problem.print(Format::Text),
    }
}

fn work(args: &Args) -> Result<String, Problem> {
    let sender: CvrNumber = args.from.parse().map_err(|error| {
        Problem::command("memo::from", "the sender is no organisation").at("--from").because(&error)
    })?;
    let recipients = recipients(&args.to)?;
    let options = SampleOptions {
        version: args.memo.into(),
        sender: (PartyId::Cvr(sender), &args.from_name),
        recipients: &recipients,
        created: if args.seed.is_some() { SEEDED_TIME } else { MachineClock.now() },
        text_bytes: usize::try_from(args.size).unwrap_or(usize::MAX),
    };
    let seed = args.seed.unwrap_or_else(|| MachineIds.random().as_u64_pair().0);
    let count = usize::try_from(args.count).unwrap_or(usize::MAX);
    let variety = Variety {
        sms_percent: args.sms,
        both_versions: args.both_versions,
        permissions: args.permissions,
    };
    let letters = sample_varied(seed, count, &options, variety);
    if args.out.to_string_lossy().to_ascii_lowercase().ends_with(".lzma") {
        packed(args, letters)
    } else {
        loose(args, letters)
    }
}

fn packed(args: &Args, letters: impl Iterator<Item = Message>) -> Result<String, Problem> {
    let place = args.out.display().to_string();
    let mut container = Container::create(&args.out, args.force)?;
    for letter in letters {
        let bytes = written(&letter)?;
        let fault =
            container.add(&mut Cursor::new(bytes)).map_err(|error| unreadable(&place, &error))?;
        if let Some(what) = fault {
            return Err(Problem::ours("memo::sample", what));
        }
    }
    container.finish()
}

fn loose(args: &Args, letters: impl Iterator<Item = Message>) -> Result<String, Problem> {
    let place = args.out.display().to_string();
    fs::create_dir_all(&args.out).map_err(|error| unreadable(&place, &error))?;
    let mut count = 0;
    for letter in letters {
        let name = format!("{}.xml", letter.header.message_uuid.value());
        let path = args.out.join(&name);
        let mut options = fs::File::options();
        options.write(true).create(true).truncate(true).create_new(!args.force);
        let bytes = written(&letter)?;
        let outcome = options.open(&path).and_then(|mut file| file.write_all(&bytes));
        outcome.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => {
                Problem::command("memo::exists", "there is a file of that name")
                    .at(path.display().to_string())
                    .help("--force writes over it")
            }
            _ => unreadable(&path.display().to_string(), &error),
        })?;
        count += 1;
    }
    Ok(format!("{} in {place}", counted(count, "letter", "letters")))
}

fn written(letter: &Message) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    write(letter, Cursor::new(&[]), &mut bytes).map_err(|error: WriteError| {
        Problem::ours("memo::sample", "a letter could not be written").because(&error)
    })?;
    Ok(bytes)
}

/// Ten digits are a person, eight an organisation. What is refused is never quoted: it may be a number
/// with a digit too many.
fn recipients(texts: &[String]) -> Result<Vec<PartyId>, Problem> {
    let mut listed = Vec::new();
    for text in texts {
        match text.strip_prefix('@') {
            Some(file) => {
                let text = fs::read_to_string(file).map_err(|error| unreadable(file, &error))?;
                listed.extend(
                    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(String::from),
                );
            }
            None => listed.push(text.trim().to_owned()),
        }
    }
    let recipients = listed.iter().enumerate().map(|(place, text)| {
        let id_type = if text.len() == 8 { "CVR" } else { "CPR" };
        PartyId::parse(id_type, text).map_err(|error| {
            let what = format!("recipient number {} is neither a CPR nor a CVR number", place + 1);
            Problem::command("memo::to", what).at("--to").because(&error)
        })
    });
    let recipients: Vec<PartyId> = recipients.collect::<Result<_, _>>()?;
    if recipients.is_empty() {
        return Err(Problem::command("memo::to", "there is no recipient").at("--to"));
    }
    Ok(recipients)
}
