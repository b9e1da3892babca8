//! `brevdue memo fix`.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use brevdue_gateway::sender::{InputKind, Subfolders, inputs};
use brevdue_memo::fix::{Fixed, Repair, Scratch, fix};
use brevdue_memo::{Checker, Findings, Language, Severity};
use serde::Serialize;
use tempfile::NamedTempFile;

use super::super::send::counted;
use super::check::Lang;
use super::files::{STDIN, paths_at_fault, shown, spooled, unreadable};
use crate::exit::Exit;
use crate::report::{Format, Problem, print, say};

/// Repair what can be repaired safely, and tell each repair
///
/// Mended are file names, upper and lower case, separators in numbers, times with an offset, the order of
/// elements, prefixes, version attributes, and media types that the content contradicts. The content of
/// files is never touched, nothing is guessed, and all other bytes stay as they are.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Without --in-place and --out nothing is written: the repairs are only told.

Exit codes: 0 no message has an error now, 1 one still has, 2 the command line is at fault or a file
cannot be read or written.

Examples:
  brevdue memo fix letter.xml
  brevdue memo fix --in-place outbox/
  make-letter | brevdue memo fix --out letter.xml -")]
pub(super) struct Args {
    /// Messages, folders of them, or - for standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Write the repaired message over the file it came from
    #[arg(long, conflicts_with = "out")]
    in_place: bool,
    /// Write the repaired message here, or to standard output with -; for one message
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write over a file that is there
    #[arg(long, requires = "out")]
    force: bool,
    /// Language of the repairs
    #[arg(long, value_enum, default_value_t = Lang::En, env = "BREVDUE_LANG")]
    lang: Lang,
    /// How to report
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// One message as programs read it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Told<'a> {
    file: &'a str,
    written: bool,
    repairs: Vec<ToldRepair>,
    errors_before: u64,
    errors_after: u64,
}

#[derive(Serialize)]
struct ToldRepair {
    rule: &'static str,
    path: String,
    line: u64,
    column: u64,
    text: &'static str,
}

/// Repairs.
pub(super) fn run(args: &Args) -> Exit {
    work(args).unwrap_or_else(|problem| problem.print(args.format))
}

fn work(args: &Args) -> Result<Exit, Problem> {
    let language = args.lang.language();
    let files = files(&args.paths)?;
    if args.out.is_some() && files.len() != 1 {
        let what = format!("--out takes one message, and there are {}", files.len());
        return Err(Problem::command("memo::paths", what).help("use --in-place for several"));
    }
    let mut exit = Exit::Done;
    for file in &files {
        let place = file.as_deref().map_or_else(|| "<stdin>".to_owned(), shown);
        let failed = |error: io::Error| unreadable(&place, &error);
        let (mut source, _) = match file {
            Some(path) => (File::open(path).map_err(failed)?, 0),
            None => spooled(&mut io::stdin().lock()).map_err(failed)?,
        };
        let mut scratch = || Ok(Box::new(tempfile::tempfile()?) as Box<dyn Scratch>);
        let mut fixed =
            fix(BufReader::new(&mut source), &Checker::default(), &mut scratch).map_err(failed)?;
        let target = match (&args.out, args.in_place) {
            (Some(out), _) => Some(out.as_path()),
            (None, true) => file.as_deref(),
            (None, false) => None,
        };
        let written = match (target, &mut fixed.document) {
            (Some(target), Some(document)) => write(target, document, args)?,
            // Asked for a file, there is one, repaired or not.
            (Some(target), None) if args.out.is_some() => {
                write(target, &mut source_again(&mut source, &place)?, args)?
            }
            _ => false,
        };
        if fixed.after.has_errors() {
            exit = Exit::Message;
        }
        tell(&place, &fixed, written, language, args);
    }
    Ok(exit)
}

fn source_again<'s>(source: &'s mut File, place: &str) -> Result<&'s mut File, Problem> {
    io::Seek::rewind(source).map_err(|error| unreadable(place, &error))?;
    Ok(source)
}

/// The message files; none stands for standard input.
fn files(paths: &[PathBuf]) -> Result<Vec<Option<PathBuf>>, Problem> {
    let mut files = Vec::new();
    for path in paths {
        if path.as_os_str() == STDIN {
            files.push(None);
            continue;
        }
        let found = inputs(std::slice::from_ref(path), Subfolders::LeftOut)
            .map_err(|error| paths_at_fault(&error))?;
        for input in found {
            if input.kind == InputKind::Container {
                return Err(Problem::command(
                    "memo::paths",
                    "containers are not repaired in place",
                )
                .at(shown(&input.path))
                .help("unpack it, repair the messages, and pack them again"));
            }
            files.push(Some(input.path));
        }
    }
    Ok(files)
}

/// Writes beside the target and renames, so that a broken write leaves the old file whole.
fn write(target: &Path, document: &mut dyn Read, args: &Args) -> Result<bool, Problem> {
    let place = target.display().to_string();
    let failed = |error: io::Error| unreadable(&place, &error);
    if target.as_os_str() == STDIN {
        io::copy(document, &mut io::stdout().lock()).map_err(failed)?;
        return Ok(true);
    }
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut part = NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).map_err(failed)?;
    io::copy(document, &mut part).map_err(failed)?;
    part.flush().map_err(failed)?;
    if args.in_place {
        let permissions = fs::metadata(target).map_err(failed)?.permissions();
        part.as_file().set_permissions(permissions).map_err(failed)?;
    }
    part.as_file().sync_all().map_err(failed)?;
    if args.in_place || args.force {
        part.persist(target).map_err(|error| failed(error.error))?;
    } else {
        part.persist_noclobber(target)
            .map_err(|error| failed(error.error).help("add --force to write over it"))?;
    }
    Ok(true)
}

fn tell(place: &str, fixed: &Fixed, written: bool, language: Language, args: &Args) {
    // With the message on standard output, people read standard error.
    let to_stdout = args.out.as_deref().is_none_or(|out| out.as_os_str() != STDIN);
    let tell = if to_stdout { print } else { say };
    if args.format == Format::Json {
        let told = Told {
            file: place,
            written,
            repairs: fixed.repairs.iter().map(|repair| told_repair(repair, language)).collect(),
            errors_before: errors(&fixed.before),
            errors_after: errors(&fixed.after),
        };
        tell(&serde_json::to_string(&told).unwrap_or_default());
        return;
    }
    let mut text = String::new();
    for repair in &fixed.repairs {
        let position = repair.position;
        let _ = writeln!(
            text,
            "{place}:{}:{}: {} [{}] {}",
            position.line,
            position.column,
            repair.text(language),
            repair.rule,
            repair.path
        );
    }
    text.push_str(&summary(place, fixed, written, language));
    tell(&text);
}

fn told_repair(repair: &Repair, language: Language) -> ToldRepair {
    ToldRepair {
        rule: repair.rule,
        path: repair.path.clone(),
        line: repair.position.line,
        column: repair.position.column,
        text: repair.text(language),
    }
}

fn summary(place: &str, fixed: &Fixed, written: bool, language: Language) -> String {
    let (repairs, left) = (fixed.repairs.len() as u64, errors(&fixed.after));
    match language {
        Language::English => {
            let what = match (repairs, written) {
                (0, _) => "nothing to repair".to_owned(),
                (_, true) => counted(repairs, "repair", "repairs"),
                (_, false) => {
                    format!(
                        "{}, not written: add --in-place or --out",
                        counted(repairs, "repair", "repairs")
                    )
                }
            };
            format!("{place}: {what}; {} left for you", counted(left, "error", "errors"))
        }
        Language::Danish => {
            let what = match (repairs, written) {
                (0, _) => "intet at rette".to_owned(),
                (_, true) => counted(repairs, "rettelse", "rettelser"),
                (_, false) => {
                    format!(
                        "{}, ikke skrevet: tilføj --in-place eller --out",
                        counted(repairs, "rettelse", "rettelser")
                    )
                }
            };
            format!("{place}: {what}; {left} fejl tilbage til dig")
        }
    }
}

fn errors(findings: &Findings) -> u64 {
    let kept = findings.list.iter().filter(|finding| finding.severity == Severity::Error);
    kept.count() as u64 + findings.omitted_errors
}
