//! `brevdue verify`.

use std::path::Path;

use brevdue_store::{Damage, Embedded, OpenError, PROGRAMMES, ProgrammeFile};
use reqwest::Method;
use serde::{Deserialize, Serialize};

use crate::config::{ConfigArgs, gather};
use crate::exit::Exit;
use crate::folder::Folder;
use crate::opening;
use crate::operations::ask;
use crate::report::{Format, Problem, print};

/// Check every checksum of every file of the store
///
/// Every page of the database, the log up to where it was acknowledged, the journal, every content and
/// the event log, and the programmes. What one flipped bit explains is mended; what is damaged beyond that is put aside in the
/// folder `parked`, named here, and everything else is served. Beside a running exchange it asks that one.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  brevdue verify
  brevdue verify --data /srv/brevdue --format json

Exit codes: 0 all is as it was written, 2 there is no store, 70 something was damaged.")]
pub(crate) struct Args {
    #[command(flatten)]
    config: ConfigArgs,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Something that is not what was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Finding {
    /// File, seen from the store's folder; empty when it is no file's.
    pub(crate) file: String,
    /// What, and where.
    pub(crate) what: String,
    /// SHA-256 of the content that is lost, when it is one letter's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) content: Option<String>,
    /// Whether it is again what was written.
    pub(crate) mended: bool,
}

/// A damage as it is told.
pub(crate) fn finding(damage: &Damage) -> Finding {
    Finding {
        file: damage.file.clone(),
        what: damage.what.clone(),
        content: damage.content.map(|digest| digest.to_string()),
        mended: damage.mended,
    }
}

/// Checks and prints the findings on stdout.
pub(crate) fn run(args: Args) -> Exit {
    let found = gather(&args.config, std::env::vars_os()).and_then(|gathered| {
        let folder = Folder::at(&gathered.config.data).map_err(|error| {
            Problem::command("data::folder", "the data folder cannot be found").because(&error)
        })?;
        check(&folder)
    });
    match found {
        Ok(findings) => {
            print(&shown(&findings, args.format));
            if findings.is_empty() { Exit::Done } else { Exit::Ours }
        }
        Err(problem) => problem.print(args.format),
    }
}

/// Everything that is not what was written, in the store of a folder.
pub(crate) fn check(folder: &Folder) -> Result<Vec<Finding>, Problem> {
    if !folder.store().exists() {
        return Err(Problem::command("store::none", "there is no store")
            .at(folder.store().display().to_string())
            .help("name its data folder with --data"));
    }
    let mut found = check_store(folder)?;
    found.extend(check_programmes(folder.root())?);
    Ok(found)
}

/// Everything that is wrong with the programmes of a folder; nothing when there are none.
pub(crate) fn check_programmes(root: &Path) -> Result<Vec<Finding>, Problem> {
    if !root.join(PROGRAMMES).exists() {
        return Ok(Vec::new());
    }
    let damage =
        |what: String| Finding { file: PROGRAMMES.to_owned(), what, content: None, mended: false };
    let file = match ProgrammeFile::open(root) {
        Ok(file) => file,
        Err(error) => return Ok(vec![damage(error.to_string())]),
    };
    Ok(match opening::blocking(file.check())? {
        Ok(found) => found.into_iter().map(damage).collect(),
        Err(error) => vec![damage(error.to_string())],
    })
}

fn check_store(folder: &Folder) -> Result<Vec<Finding>, Problem> {
    match Embedded::open_after_a_look(folder.store()) {
        Ok(store) => check_open(&store),
        Err(OpenError::InUse { .. }) => ask(folder, Method::POST, "/verify")?.ok_or_else(|| {
            Problem::command(
                "store::in-use",
                "another program has the store open, and answers nothing",
            )
            .help("start the exchange with a plain door (--http), or stop it for the check")
        }),
        Err(error) => {
            Err(Problem::ours("store::open", "the store cannot be opened").because(&error))
        }
    }
}

/// What was found when it was opened, and what is found now.
pub(crate) fn check_open(store: &Embedded) -> Result<Vec<Finding>, Problem> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
            Problem::ours("verify::runtime", "the machine gives no threads").because(&error)
        })?;
    let found = runtime.block_on(store.check()).map_err(|error| {
        Problem::ours("store::read", "the store cannot be read").because(&error)
    })?;
    Ok(store.damage().iter().chain(&found).map(finding).collect())
}

fn shown(findings: &[Finding], format: Format) -> String {
    if format == Format::Json {
        return format!("{:#}", serde_json::json!({ "findings": findings }));
    }
    if findings.is_empty() {
        return "everything is as it was written".into();
    }
    let mut text = String::new();
    for Finding { file, what, mended, .. } in findings {
        let mark = if *mended { "mended " } else { "damaged" };
        let place = if file.is_empty() { String::new() } else { format!("{file}: ") };
        text.push_str(&format!("{mark}  {place}{what}\n"));
    }
    let mended = findings.iter().filter(|finding| finding.mended).count();
    let count = findings.len();
    text.push_str(&format!("\n{count} findings, {mended} of them mended"));
    text
}
