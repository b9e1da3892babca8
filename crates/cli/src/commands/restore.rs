//! `brevdue restore`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::backup::{
    DATA, LIST, List, Listed, list, look, look_at_programmes, part_of, private_folder, remove,
    unwritten,
};
use crate::config::{ConfigArgs, gather};
use crate::exit::Exit;
use crate::report::{Format, Problem, print};

/// Make a data folder of a backup
///
/// Every file is compared with the digest that the backup lists, and the store is checked as `brevdue
/// verify` does, before the data folder gets its name. It must not be there, or be empty: nothing is
/// overwritten.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  brevdue restore /srv/backups/monday --data /srv/brevdue
  brevdue restore /srv/backups/monday --only-check

Exit codes: 0 done, 2 there is no backup or the place is taken, 70 the backup is damaged.")]
pub(crate) struct Args {
    /// Folder of the backup
    from: PathBuf,
    #[command(flatten)]
    config: ConfigArgs,
    /// Compare the files with their digests, and make nothing
    #[arg(long)]
    only_check: bool,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Checks, copies, checks.
pub(crate) fn run(args: Args) -> Exit {
    let done = gather(&args.config, std::env::vars_os()).and_then(|gathered| {
        let list = check(&args.from)?;
        if !args.only_check {
            restore(&args.from, &gathered.config.data, &list)?;
        }
        Ok((list, gathered.config.data))
    });
    match done {
        Ok((list, data)) => {
            let count = list.files.len();
            print(&match args.format {
                Format::Json => format!(
                    "{:#}",
                    serde_json::json!({
                        "begun": list.begun, "letters": list.letters, "files": count,
                        "data": (!args.only_check).then_some(&data)
                    })
                ),
                Format::Text if args.only_check => format!(
                    "{count} files are as they were listed; {} letters as of {}",
                    list.letters, list.begun
                ),
                Format::Text => {
                    let data = data.display();
                    let List { letters, begun, .. } = &list;
                    format!(
                        "{letters} letters as of {begun} in {data}; `brevdue up --data {data}` starts it"
                    )
                }
            });
            Exit::Done
        }
        Err(problem) => problem.print(args.format),
    }
}

/// Compares every file of a backup with its list.
fn check(from: &Path) -> Result<List, Problem> {
    let no_backup = || {
        Problem::command("restore::none", "this is no backup of Brevdue")
            .at(from.display().to_string())
            .help("name the folder that `brevdue backup` made")
    };
    let text = fs::read(from.join(LIST)).map_err(|error| no_backup().because(&error))?;
    let told: List = serde_json::from_slice(&text).map_err(|error| no_backup().because(&error))?;
    if told.form != 1 {
        return Err(no_backup().because(&std::io::Error::other("a newer Brevdue made it")));
    }
    let data = from.join(DATA);
    let found = list(&data).map_err(|error| unwritten(&data, &error))?;
    let there: BTreeSet<&str> = found.iter().map(|file| file.path.as_str()).collect();
    let wrong = told.files.iter().find(|file| !found.contains(file)).map(|file| {
        let how =
            if there.contains(file.path.as_str()) { "is not what was listed" } else { "is gone" };
        (file, how)
    });
    let strange =
        || found.iter().find(|file| !told.files.contains(file)).map(|file| (file, "is not listed"));
    if let Some((Listed { path, .. }, how)) = wrong.or_else(strange) {
        return Err(Problem::ours(
            "restore::damaged",
            format!("the backup is damaged: {path} {how}"),
        )
        .at(from.display().to_string())
        .help("use another backup"));
    }
    Ok(told)
}

fn restore(from: &Path, data: &Path, list: &List) -> Result<(), Problem> {
    let is_empty = fs::read_dir(data).map_or(true, |mut entries| entries.next().is_none());
    if data.exists() && !is_empty {
        return Err(Problem::command("restore::taken", "the data folder is not empty")
            .at(data.display().to_string())
            .help("move it away, or name another with --data"));
    }
    let data = std::path::absolute(data).map_err(|error| unwritten(data, &error))?;
    let part = part_of(&data);
    remove(&part)?;
    private_folder(&part).map_err(|error| unwritten(&part, &error))?;
    for Listed { path, .. } in &list.files {
        let copy = part.join(path);
        let made = copy.parent().map_or(Ok(()), private_folder);
        made.and_then(|()| fs::copy(from.join(DATA).join(path), &copy))
            .and_then(|_| {
                // A sweep goes by the time the bytes came.
                let came = fs::metadata(from.join(DATA).join(path))?.modified()?;
                let file = fs::File::open(&copy)?;
                file.set_modified(came)?;
                file.sync_all()
            })
            .map_err(|error| unwritten(&copy, &error))?;
    }
    look(&part.join("store"))?;
    look_at_programmes(&part)?;
    if data.exists() {
        fs::remove_dir(&data).map_err(|error| unwritten(&data, &error))?;
    }
    fs::rename(&part, &data).map_err(|error| unwritten(&data, &error))?;
    data.parent()
        .map_or(Ok(()), |parent| fs::File::open(parent)?.sync_all())
        .map_err(|error| unwritten(&data, &error))
}
