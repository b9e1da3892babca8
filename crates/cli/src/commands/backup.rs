//! `brevdue backup`.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

use brevdue_exchange::{Clock as _, Store as _};
use brevdue_store::{Embedded, PROGRAMMES, embedded};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::config::{ConfigArgs, gather};
use crate::exit::Exit;
use crate::folder::{Folder, write_private};
use crate::machine::MachineClock;
use crate::opening::{self, blocking};
use crate::report::{Format, Problem, print};

/// Name of the list of what a backup holds.
pub(super) const LIST: &str = "backup.json";
/// Folder of what it holds.
pub(super) const DATA: &str = "data";

/// What stands beside the data for as long as an exchange runs, or is made anew.
const NOT_KEPT: [&str; 6] = [
    "running.json",
    "first-letter.xml",
    "store",
    PROGRAMMES,
    "programme.db-wal",
    "programme.db-shm",
];

/// Copy the whole data folder while the exchange runs
///
/// The copy holds every letter that was acknowledged before it began: database, journal, contents,
/// certificates and keys. It is checked like `brevdue verify` checks a store, and listed with the
/// digest of every file; only then does it get its name. Keep it as safe as the data folder itself: the
/// letters and private keys are in it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  brevdue backup /srv/backups/monday
  brevdue backup --data /srv/brevdue /srv/backups/monday

Exit codes: 0 done, 2 the place is taken or cannot be written, 70 the store is damaged.")]
pub(crate) struct Args {
    /// Folder to make; must not be there
    to: PathBuf,
    #[command(flatten)]
    config: ConfigArgs,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct List {
    /// Version of this form: 1.
    pub(super) form: u32,
    /// When it was begun.
    pub(super) begun: String,
    /// The program that made it.
    pub(super) made_by: String,
    /// Letters in the store.
    pub(super) letters: u64,
    /// Every file.
    pub(super) files: Vec<Listed>,
}

/// A file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Listed {
    /// Seen from the folder `data`.
    pub(super) path: String,
    /// Bytes.
    pub(super) bytes: u64,
    /// SHA-256.
    pub(super) sha256: String,
}

/// Copies, checks, lists.
pub(crate) fn run(args: Args) -> Exit {
    let made = gather(&args.config, std::env::vars_os()).and_then(|gathered| {
        let folder = Folder::at(&gathered.config.data)
            .map_err(|error| unwritten(&gathered.config.data, &error))?;
        make(&folder, &args.to)
    });
    match made {
        Ok(list) => {
            let bytes: u64 = list.files.iter().map(|file| file.bytes).sum();
            print(&match args.format {
                Format::Json => format!(
                    "{:#}",
                    serde_json::json!({
                        "backup": args.to, "letters": list.letters, "files": list.files.len(), "bytes": bytes
                    })
                ),
                Format::Text => format!(
                    "{} letters, {} files, {bytes} bytes in {}",
                    list.letters,
                    list.files.len(),
                    args.to.display()
                ),
            });
            Exit::Done
        }
        Err(problem) => problem.print(args.format),
    }
}

fn make(folder: &Folder, to: &Path) -> Result<List, Problem> {
    if !folder.store().exists() {
        return Err(Problem::command("store::none", "there is no store to copy")
            .at(folder.store().display().to_string())
            .help("name its data folder with --data"));
    }
    if to.exists() {
        return Err(Problem::command("backup::taken", "the place of the backup is taken")
            .at(to.display().to_string())
            .help("name a folder that is not there"));
    }
    let begun = MachineClock.now().to_string();
    let part = part_of(to);
    remove(&part)?;
    let data = part.join(DATA);
    copy_files(folder.root(), &data).map_err(|error| unwritten(&data, &error))?;
    // Nobody else has it open: then what a crash left is looked at before it is copied.
    let open = Embedded::open_after_a_look(folder.store()).ok();
    if let Some(store) = &open
        && store.damage().iter().any(|damage| !damage.mended)
    {
        return Err(damaged("the store is damaged: `brevdue verify` tells where"));
    }
    embedded::backup(&folder.store(), &data.join("store")).map_err(|error| {
        Problem::command("backup::copy", "the store could not be copied").because(&error)
    })?;
    drop(open);
    copy_programmes(folder, &data)?;
    let letters = look(&data.join("store"))?;
    look_at_programmes(&data)?;
    let list = List {
        form: 1,
        begun,
        made_by: format!("brevdue {}", env!("CARGO_PKG_VERSION")),
        letters,
        files: list(&data).map_err(|error| unwritten(&data, &error))?,
    };
    let text = serde_json::to_string_pretty(&list).map_err(|error| {
        Problem::ours("backup::list", "the list could not be written").because(&error)
    })?;
    write_private(&part.join(LIST), text.as_bytes()).map_err(|error| unwritten(&part, &error))?;
    fs::rename(&part, to).map_err(|error| unwritten(to, &error))?;
    Ok(list)
}

/// Opens the copy and checks it; answers how many letters it has.
pub(super) fn look(store: &Path) -> Result<u64, Problem> {
    let copy = Embedded::open_after_a_look(store).map_err(|error| {
        Problem::ours("backup::open", "the copy cannot be opened").because(&error)
    })?;
    let findings = super::verify::check_open(&copy)?;
    if let Some(finding) = findings.first() {
        let what = format!("the copy is not sound: {} ({} findings)", finding.what, findings.len());
        return Err(damaged(&what));
    }
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
            Problem::ours("backup::runtime", "the machine gives no threads").because(&error)
        })?;
    let counts = runtime
        .block_on(copy.counts())
        .map_err(|error| Problem::ours("store::read", "the copy cannot be read").because(&error))?;
    Ok(counts.memos)
}

/// Copies the programmes, as one read sees them, while they are in use.
fn copy_programmes(folder: &Folder, to: &Path) -> Result<(), Problem> {
    if !folder.root().join(PROGRAMMES).exists() {
        return Ok(());
    }
    let file = opening::open_programmes(folder)?;
    blocking(file.copy_to(to))?.map_err(|error| {
        Problem::command("backup::copy", "the programmes could not be copied").because(&error)
    })?;
    let copy = to.join(PROGRAMMES);
    fs::File::open(&copy)
        .and_then(|file| {
            fs::set_permissions(&copy, fs::Permissions::from_mode(0o600))?;
            file.sync_all()
        })
        .map_err(|error| unwritten(&copy, &error))
}

/// Opens the copy of the programmes, if there is one, and looks at all of it.
pub(super) fn look_at_programmes(data: &Path) -> Result<(), Problem> {
    let found = super::verify::check_programmes(data)?;
    match found.first() {
        Some(finding) => Err(damaged(&format!(
            "the copy of the programmes is not sound: {} ({} findings)",
            finding.what,
            found.len()
        ))),
        None => Ok(()),
    }
}

/// What stands in the data folder beside the store.
fn copy_files(from: &Path, to: &Path) -> io::Result<()> {
    private_folder(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        let is_part = name.to_string_lossy().ends_with(".part");
        if is_part || NOT_KEPT.iter().any(|left| name == *left) {
            continue;
        }
        let copy = to.join(&name);
        if entry.file_type()?.is_dir() {
            copy_files(&entry.path(), &copy)?;
        } else if entry.file_type()?.is_file() {
            // With its rights: keys stay their owner's.
            fs::copy(entry.path(), &copy)?;
            fs::File::open(&copy)?.sync_all()?;
        }
    }
    fs::File::open(to)?.sync_all()
}

/// Every file under a folder, by path. The lock and the index of the log are nobody's data.
pub(super) fn list(data: &Path) -> io::Result<Vec<Listed>> {
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(data.join(&folder))? {
            let entry = entry?;
            let path = folder.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else if path != Path::new("store/lock")
                && !path.ends_with("brevdue.sqlite-shm")
                && !path.ends_with("programme.db-shm")
            {
                files.push(listed(data, &path)?);
            }
        }
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(files)
}

fn listed(data: &Path, path: &Path) -> io::Result<Listed> {
    let mut file = fs::File::open(data.join(path))?;
    let (mut hasher, mut bytes) = (Sha256::new(), 0);
    let mut piece = vec![0; 64 * 1024];
    loop {
        let read = io::Read::read(&mut file, &mut piece)?;
        if read == 0 {
            break;
        }
        hasher.update(&piece[..read]);
        bytes += read as u64;
    }
    let sha256 = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Listed { path: path.to_string_lossy().into_owned(), bytes, sha256 })
}

/// The name of a folder until it is whole.
pub(super) fn part_of(folder: &Path) -> PathBuf {
    let mut name = folder.file_name().unwrap_or_default().to_os_string();
    name.push(".part");
    folder.with_file_name(name)
}

/// Removes what an earlier try left.
pub(super) fn remove(folder: &Path) -> Result<(), Problem> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(unwritten(folder, &error)),
        _ => Ok(()),
    }
}

pub(super) fn private_folder(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;

    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

pub(super) fn unwritten(path: &Path, error: &io::Error) -> Problem {
    Problem::command("backup::files", "a file cannot be read or written")
        .at(path.display().to_string())
        .because(error)
        .help("is there room, and are the folders yours?")
}

fn damaged(what: &str) -> Problem {
    Problem::ours("backup::damaged", what).help("mend the store, or restore an earlier backup")
}
