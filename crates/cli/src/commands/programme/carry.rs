//! `brevdue programme export` and `brevdue programme import`.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use brevdue_office::diff::{Differs, Fault, Line};
use brevdue_office::reporting::{Asked, Form, Lines, Report};
use brevdue_office::{Diff, inventory, limits, list, log, plans, workbook};
use brevdue_programme::Key;
use brevdue_programme::objects::{Kind, Person};
use brevdue_programme::permissions::Actor;
use brevdue_programme::programmes::By;
use brevdue_programme::reading::LetterCodes;
use serde_json::{Value, json};

use super::report::save;
use super::{Opened, Which, refused};
use crate::exit::Exit;
use crate::opening::blocking;
use crate::report::{Format, Problem, print, say};

/// Version of the form of exported JSON.
const FORM: u32 = 1;

/// Differences that are printed, at most.
const SHOWN: usize = 200;

/// Write a programme as a file: .xlsx, .json, .csv, .ics or .xml, by its ending
///
/// The workbook (.xlsx) is the one to edit and import again: it carries what was exported. JSON holds every
/// object, for other programs. CSV is one register, named with --list; .ics is a calendar, .xml is for MS
/// Project.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  brevdue programme export plan.xlsx
  brevdue programme export systemer.csv --list systemer
  brevdue programme export everything.json

Exit codes: 0 done, 2 there is no such programme or form.")]
pub(super) struct ExportArgs {
    /// File to write
    to: PathBuf,
    /// Register, for CSV: opgaver, systemer, leverandoerer, brevtyper and others
    #[arg(long, value_name = "LIST")]
    list: Option<String>,
    #[command(flatten)]
    which: Which,
}

/// Show what an edited file changes, and with --apply change it
///
/// A workbook that `export` wrote, a CSV of a register (--list), tasks of MS Project (.xml), or anybody's
/// inventory of systems (--inventory). Each difference is shown with what was exported, what the file says
/// and what is there now. A file that cannot be understood changes nothing.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  brevdue programme import plan.xlsx
  brevdue programme import plan.xlsx --apply --as P-002
  brevdue programme import systems.xlsx --inventory --apply
  brevdue programme import gateway.csv --messages --apply

Exit codes: 0 done, 1 the file cannot be understood or is in conflict, 2 the command.")]
pub(super) struct ImportArgs {
    /// File to read
    from: PathBuf,
    /// Register, for CSV
    #[arg(long, value_name = "LIST")]
    list: Option<String>,
    /// It is an inventory of systems as others keep it
    #[arg(long)]
    inventory: bool,
    /// It is a log of messages, CSV or JSON lines: evidence of what systems have sent and received
    #[arg(long, conflicts_with_all = ["list", "inventory", "mine", "remove"])]
    messages: bool,
    /// Make the changes
    #[arg(long)]
    apply: bool,
    /// Where others changed the same, the file wins
    #[arg(long)]
    mine: bool,
    /// Remove what the file no longer has
    #[arg(long)]
    remove: bool,
    /// In whose name, by key [default: the first project manager]
    #[arg(long = "as", value_name = "PERSON")]
    person: Option<String>,
    #[command(flatten)]
    which: Which,
}

fn ending(path: &Path) -> String {
    path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default()
}

pub(super) fn export(args: &ExportArgs) -> Exit {
    let written = args.which.open().and_then(|opened| {
        let bytes = exported(args, &opened)?;
        save(&args.to, &bytes)?;
        Ok(bytes.len())
    });
    match written {
        Ok(bytes) => {
            let told = args.to.display().to_string();
            print(&match args.which.format() {
                Format::Json => json!({ "file": told, "bytes": bytes }).to_string(),
                Format::Text => told,
            });
            Exit::Done
        }
        Err(problem) => problem.print(args.which.format()),
    }
}

fn exported(args: &ExportArgs, opened: &Opened) -> Result<Vec<u8>, Problem> {
    let asked = Asked {
        id: opened.id,
        judged: &opened.judged,
        language: args.which.lang.reader(),
        supplier: None,
        history: &[],
    };
    let failed = |error: &(dyn std::error::Error + 'static)| {
        Problem::ours("programme::export", "the programme could not be written").because(error)
    };
    match ending(&args.to).as_str() {
        "xlsx" => asked.workbook().map_err(|error| failed(&error)),
        "json" => Ok(format!("{:#}\n", everything(opened)).into_bytes()),
        "ics" => asked.make(Report::R6, Form::Ics).map_err(|error| failed(&error)),
        "xml" => asked.make(Report::R6, Form::Project).map_err(|error| failed(&error)),
        "csv" => {
            let known: Vec<&str> = brevdue_office::lists().collect();
            let unknown = || {
                Problem::command("programme::list", "a CSV is one register")
                    .help(format!("name it with --list: {}", known.join(", ")))
            };
            let list = args.list.as_deref().ok_or_else(unknown)?;
            let bytes = asked.register(list);
            if bytes.is_empty() { Err(unknown()) } else { Ok(bytes) }
        }
        _ => Err(Problem::command("programme::form", "the file's ending names no form")
            .at(args.to.display().to_string())
            .help("use .xlsx, .json, .csv, .ics or .xml")),
    }
}

/// Every object with its version.
fn everything(opened: &Opened) -> Value {
    let mut objects = Vec::new();
    for kind in Kind::ALL {
        // Tokens of links are secrets, even hashed.
        if matches!(kind, Kind::Questionnaire | Kind::Feed) {
            continue;
        }
        for (key, held) in opened.judged.programme.all_held(*kind) {
            objects.push(json!({
                "kind": kind, "key": key, "version": held.version, "body": held.body
            }));
        }
    }
    json!({ "form": FORM, "programme": opened.id, "as_of": opened.now, "objects": objects })
}

pub(super) fn import(args: &ImportArgs) -> Exit {
    match imported(args) {
        Ok(exit) => exit,
        Err(problem) => problem.print(args.which.format()),
    }
}

/// A file that means nothing in some places, or as a whole.
enum NotRead {
    Whole(Problem),
    Faults(Vec<Fault>),
}

impl From<Problem> for NotRead {
    fn from(problem: Problem) -> Self {
        Self::Whole(problem)
    }
}

fn imported(args: &ImportArgs) -> Result<Exit, Problem> {
    let opened = args.which.open()?;
    let bytes = bytes_of(&args.from)?;
    if args.messages {
        return logged(args, &opened, &bytes);
    }
    let diff = match read(args, &opened, &bytes) {
        Ok(diff) => diff,
        Err(NotRead::Whole(problem)) => return Err(problem),
        Err(NotRead::Faults(faults)) => {
            tell_faults(&faults, args);
            return Ok(Exit::Message);
        }
    };
    let chosen: BTreeSet<usize> = (0..diff.lines.len())
        .filter(|index| {
            let line = &diff.lines[*index];
            let gone = matches!(line.what, Differs::Gone { .. } | Differs::ItemGone { .. });
            (!line.conflict || args.mine) && (!gone || args.remove)
        })
        .collect();
    let changes = diff.changes(&opened.judged.programme, &chosen);
    if args.apply && !changes.is_empty() {
        let actor = Actor::Person(person(args, &opened)?);
        let by = By { actor, reason: "import", at: opened.now };
        let changed = blocking(opened.programmes.change(opened.id, &changes, by))?;
        changed.map_err(|error| refused(&error))?;
    }
    tell_diff(&diff, &chosen, changes.len(), args);
    let conflicts = diff.lines.iter().any(|line| line.conflict) && !args.mine;
    Ok(if conflicts { Exit::Message } else { Exit::Done })
}

/// A log of messages: what it says, and with --apply taken as evidence.
fn logged(args: &ImportArgs, opened: &Opened, bytes: &[u8]) -> Result<Exit, Problem> {
    let programme = &opened.judged.programme;
    let organisations = programme.settings().map(|settings| settings.cvr).unwrap_or_default();
    let letters = LetterCodes::of(programme);
    let about = log::About { organisations: &organisations, letters: &letters, now: opened.now };
    let log = match log::read(bytes, &about) {
        Ok(log) => log,
        Err(log::Unreadable::Faults(faults)) => {
            tell_faults(&faults, args);
            return Ok(Exit::Message);
        }
        Err(error) => {
            let mut problem = Problem::command("programme::log", "the log cannot be understood")
                .at(args.from.display().to_string())
                .because(&error)
                .help("nothing was taken; the columns are documented in docs/evidence.md");
            problem.exit = Exit::Message;
            return Err(problem);
        }
    };
    let (summary, ignored, rows) = (log.summary(), log.ignored.clone(), log.observations.len());
    let observed = if args.apply {
        let actor = Actor::Person(person(args, opened)?);
        let by = By { actor, reason: "import", at: opened.now };
        let brought = opened.programmes.bring(opened.id, log.observations, "Log", by);
        Some(blocking(brought)?.map_err(|error| refused(&error))?)
    } else {
        None
    };
    if args.which.format() == Format::Json {
        let told = json!({
            "rows": rows,
            "systems": summary,
            "ignored_columns": ignored,
            "new": observed.map(|one| one.new),
            "known": observed.map(|one| one.changed + one.nothing),
        });
        print(&format!("{told:#}"));
        return Ok(Exit::Done);
    }
    let lang = args.which.lang;
    let mut text = String::new();
    for one in &summary {
        let tests = if one.tests > 0 { format!(" ({} test)", one.tests) } else { String::new() };
        let line = format!("{} {} {}: {}{tests}", one.system, one.direction, one.format, one.rows);
        text.push_str(&format!("{line}\n"));
    }
    if !ignored.is_empty() {
        let word = lang.pick("kolonner, der ikke læses", "columns that are not read");
        text.push_str(&format!("{word}: {}\n", ignored.join(", ")));
    }
    text.push_str(&match observed {
        None => format!(
            "{rows} {}",
            lang.pick(
                "rækker; tages som evidens med --apply",
                "rows; taken as evidence with --apply"
            )
        ),
        Some(one) => format!(
            "{rows} {}: {} {}, {} {}",
            lang.pick("rækker", "rows"),
            one.new,
            lang.pick("nye", "new"),
            one.changed + one.nothing,
            lang.pick("kendt i forvejen", "known already"),
        ),
    });
    print(&text);
    Ok(Exit::Done)
}

/// The file, read up to the limit of what is imported.
fn bytes_of(path: &Path) -> Result<Vec<u8>, Problem> {
    let unread = |error: &std::io::Error| {
        Problem::command("programme::file", "the file cannot be read")
            .at(path.display().to_string())
            .because(error)
    };
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(|error| unread(&error))?;
    let limit = u64::try_from(limits::FILE_BYTES).unwrap_or(u64::MAX);
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(|error| unread(&error))?;
    Ok(bytes)
}

fn read(args: &ImportArgs, opened: &Opened, bytes: &[u8]) -> Result<Diff, NotRead> {
    let programme = &opened.judged.programme;
    let not_understood = |error: &(dyn std::error::Error + 'static)| {
        let mut problem = Problem::command("programme::import", "the file cannot be understood")
            .at(args.from.display().to_string())
            .because(error)
            .help("nothing was changed");
        problem.exit = Exit::Message;
        NotRead::Whole(problem)
    };
    if args.inventory {
        let preview =
            inventory::preview(bytes, programme).map_err(|error| not_understood(&error))?;
        return if preview.faults.is_empty() {
            Ok(preview.diff)
        } else {
            Err(NotRead::Faults(preview.faults))
        };
    }
    match ending(&args.from).as_str() {
        "xlsx" => workbook::read(bytes, opened.id, programme).map_err(|error| match error {
            workbook::Unreadable::Faults(faults) => NotRead::Faults(faults),
            error => not_understood(&error),
        }),
        "csv" => {
            let list = args.list.as_deref().ok_or_else(|| {
                let known: Vec<&str> = brevdue_office::lists().collect();
                Problem::command("programme::list", "a CSV is one register")
                    .help(format!("name it with --list: {}", known.join(", ")))
            })?;
            list::read(bytes, list, programme).map_err(|error| match error {
                list::Unreadable::Faults(faults) => NotRead::Faults(faults),
                error => not_understood(&error),
            })
        }
        "xml" => {
            let lines = Lines::of(&opened.judged, args.which.lang.reader());
            let tasks = plans::from_project_xml(bytes, programme, &lines.tasks);
            tasks.map(|tasks| tasks.diff).map_err(|error| match error {
                plans::Unreadable::Faults(faults) => NotRead::Faults(faults),
                error => not_understood(&error),
            })
        }
        _ => Err(Problem::command("programme::form", "the file's ending names no form")
            .at(args.from.display().to_string())
            .help("import .xlsx, .csv or .xml, or an inventory with --inventory")
            .into()),
    }
}

fn person(args: &ImportArgs, opened: &Opened) -> Result<Key, Problem> {
    person_named(args.person.as_deref(), opened)
}

/// Somebody of the programme, by key; else the first who leads it.
pub(super) fn person_named(named: Option<&str>, opened: &Opened) -> Result<Key, Problem> {
    let programme = &opened.judged.programme;
    let unknown = || {
        Problem::command("programme::person", "nobody of that key is in the programme")
            .help("name somebody of its people with --as")
    };
    match named {
        Some(key) => {
            let key: Key = key.parse().map_err(|_| unknown())?;
            programme.get::<Person>(&key).map(|_| key).ok_or_else(unknown)
        }
        None => {
            let mut leads = programme.all::<Person>().filter(|(_, person)| {
                person.roles.iter().any(|role| matches!(role.as_str(), "pm" | "owner"))
            });
            leads.next().map(|(key, _)| key.clone()).ok_or_else(unknown)
        }
    }
}

fn tell_faults(faults: &[Fault], args: &ImportArgs) {
    if args.which.format() == Format::Json {
        print(&format!("{:#}", json!({ "faults": faults, "changed": 0 })));
        return;
    }
    let reader = args.which.lang.reader();
    for fault in faults {
        say(&format!("{} {}: {}", fault.place, fault.place.heading, fault.reason.of(reader)));
    }
    let word = args.which.lang.pick("fejl; intet er ændret", "faults; nothing was changed");
    say(&format!("{} {word}", faults.len()));
}

fn tell_diff(diff: &Diff, chosen: &BTreeSet<usize>, changes: usize, args: &ImportArgs) {
    let changed = if args.apply { changes } else { 0 };
    if args.which.format() == Format::Json {
        let told = json!({
            "lines": diff.lines, "notices": diff.notices, "chosen": chosen, "changed": changed
        });
        print(&format!("{told:#}"));
        return;
    }
    let lang = args.which.lang;
    let mut text = String::new();
    for (index, line) in diff.lines.iter().enumerate().take(SHOWN) {
        let mark = match (line.conflict, chosen.contains(&index)) {
            (true, false) => lang.pick("konflikt", "conflict"),
            (_, true) => lang.pick("ændring ", "change  "),
            (false, false) => lang.pick("udeladt ", "left out"),
        };
        text.push_str(&format!("{mark} {}\n", shown(line, lang)));
    }
    let more = diff.lines.len().saturating_sub(SHOWN);
    if more > 0 {
        text.push_str(&format!("… {more}\n"));
    }
    let word = match args.apply {
        true => lang.pick("objekter ændret", "objects changed"),
        false => lang.pick("objekter ændres med --apply", "objects change with --apply"),
    };
    let differ = lang.pick("forskelle", "differences");
    text.push_str(&format!("{} {differ}, {changes} {word}", diff.lines.len()));
    print(&text);
}

fn shown(line: &Line, lang: super::Lang) -> String {
    let place = format!("{} {}/{}", line.place, line.kind.word(), line.key);
    match &line.what {
        Differs::Cell { path, base, mine, theirs } => {
            let now = if theirs == base {
                String::new()
            } else {
                format!(" ({} {theirs})", lang.pick("nu", "now"))
            };
            format!("{place} {path}: {base} → {mine}{now}")
        }
        Differs::New { .. } => format!("{place}: {}", lang.pick("ny", "new")),
        Differs::Item { field, .. } => format!("{place} {field}: {}", lang.pick("ny", "new")),
        Differs::ItemGone { field, .. } => {
            format!("{place} {field}: {}", lang.pick("væk", "gone"))
        }
        Differs::Gone { .. } => format!("{place}: {}", lang.pick("væk", "gone")),
    }
}
