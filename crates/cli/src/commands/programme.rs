//! `brevdue programme`: an authority's move to Digital Post, from the command line.
//!
//! Works on a data folder, whether a server runs on it or not: both may read and write the programmes, and
//! the server sees at once what a command has written.

mod carry;
mod catalogue;
mod links;
mod look;
mod new;
mod report;

use std::sync::Arc;

use brevdue_exchange::Clock as _;
use brevdue_memo::Timestamp;
use brevdue_programme::programmes::Judged;
use brevdue_programme::{Language, ProgrammeId, Programmes};
use brevdue_store::PROGRAMMES;

use crate::config::{ConfigArgs, gather};
use crate::exit::Exit;
use crate::folder::Folder;
use crate::machine::MachineClock;
use crate::opening::{self, blocking};
use crate::report::{Format, Problem};
use crate::serving::kept_clock;

/// Begin a programme of task packages, check its requirements, export, import, report
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    New(new::Args),
    Status(look::StatusArgs),
    Check(look::CheckArgs),
    Export(carry::ExportArgs),
    Import(carry::ImportArgs),
    Links(links::Args),
    Report(report::Args),
    Catalogue(catalogue::Args),
}

/// Runs one of them.
pub(crate) fn run(args: Args) -> Exit {
    match args.command {
        Command::New(args) => new::run(&args),
        Command::Status(args) => look::status(&args),
        Command::Check(args) => look::check(&args),
        Command::Export(args) => carry::export(&args),
        Command::Import(args) => carry::import(&args),
        Command::Links(args) => links::run(&args),
        Command::Report(args) => report::run(&args),
        Command::Catalogue(args) => catalogue::run(&args),
    }
}

/// The language of what is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
enum Lang {
    /// Danish
    #[default]
    Da,
    /// English
    En,
}

impl Lang {
    fn reader(self) -> Language {
        match self {
            Self::Da => Language::Da,
            Self::En => Language::En,
        }
    }

    fn pick<'a>(self, da: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Da => da,
            Self::En => en,
        }
    }
}

/// Which programme, where, and how to print.
#[derive(Debug, clap::Args)]
struct Which {
    /// Its id, or a part of its name or its authority's; not needed when there is one
    #[arg(long, short, value_name = "NAME")]
    programme: Option<String>,
    #[command(flatten)]
    config: ConfigArgs,
    /// Language of names and words
    #[arg(long, value_enum, default_value_t)]
    lang: Lang,
    #[command(flatten)]
    printed: Printed,
}

#[derive(Debug, clap::Args)]
struct Printed {
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
}

impl Printed {
    fn format(&self) -> Format {
        if self.json { Format::Json } else { self.format }
    }
}

/// A programme on the table.
struct Opened {
    programmes: Programmes,
    id: ProgrammeId,
    judged: Arc<Judged>,
    now: Timestamp,
}

impl Which {
    fn format(&self) -> Format {
        self.printed.format()
    }

    /// All programmes of the data folder, and now by its clock.
    fn all(&self) -> Result<(Programmes, Timestamp), Problem> {
        let gathered = gather(&self.config, std::env::vars_os())?;
        let folder = Folder::at(&gathered.config.data).map_err(|error| {
            Problem::command("data::folder", "the data folder cannot be found").because(&error)
        })?;
        if !folder.root().join(PROGRAMMES).exists() {
            return Err(Problem::command("programme::none", "there are no programmes")
                .at(folder.root().display().to_string())
                .help(
                    "name its data folder with --data, or begin one with `brevdue programme new`",
                ));
        }
        let file = opening::open_programmes(&folder)?;
        Ok((opening::programmes_of(&file), now(&folder)))
    }

    /// Opens and judges it as of now, by the clock of the data folder.
    fn open(&self) -> Result<Opened, Problem> {
        let (programmes, now) = self.all()?;
        blocking(async {
            let list = programmes.list().await.map_err(|error| unread(&error))?;
            let id = self.chosen(&list)?;
            let judged = programmes.judged(id, now).await.map_err(|error| unread(&error))?;
            let judged = judged.ok_or_else(|| self.unknown(&list))?;
            Ok(Opened { programmes: programmes.clone(), id, judged, now })
        })?
    }

    fn chosen(
        &self,
        list: &[(ProgrammeId, brevdue_programme::objects::Settings)],
    ) -> Result<ProgrammeId, Problem> {
        let wanted = self.programme.as_deref().map(str::to_lowercase);
        let fits = |id: &ProgrammeId, settings: &brevdue_programme::objects::Settings| match &wanted
        {
            None => !settings.archived,
            Some(wanted) => {
                id.to_string() == *wanted
                    || settings.name.to_lowercase().contains(wanted)
                    || settings.authority.to_lowercase().contains(wanted)
            }
        };
        let mut fitting = list.iter().filter(|(id, settings)| fits(id, settings));
        match (fitting.next(), fitting.next()) {
            (Some((id, _)), None) => Ok(*id),
            _ => Err(self.unknown(list)),
        }
    }

    fn unknown(&self, list: &[(ProgrammeId, brevdue_programme::objects::Settings)]) -> Problem {
        let what = match &self.programme {
            Some(_) => "that names no programme, or more than one",
            None => "there is more than one programme, or none",
        };
        let mut names: Vec<String> = list
            .iter()
            .map(|(id, settings)| format!("{id} {} ({})", settings.name, settings.authority))
            .collect();
        names.truncate(20);
        Problem::command("programme::which", what)
            .help(format!("name one with --programme; there are: {}", names.join("; ")))
    }
}

/// Now, by the clock of the data folder, which local mode can put ahead.
fn now(folder: &Folder) -> Timestamp {
    let ahead = kept_clock(folder);
    Timestamp::from_millis(MachineClock.now().as_millis().saturating_add(ahead))
}

fn unread(error: &(dyn std::error::Error + 'static)) -> Problem {
    Problem::ours("programme::read", "the programmes cannot be read")
        .because(error)
        .help("`brevdue verify` looks into the data folder")
}

/// Why a change was not made, as a command tells it.
fn refused(error: &brevdue_programme::programmes::ChangeError) -> Problem {
    use brevdue_programme::change::Refused;
    use brevdue_programme::programmes::ChangeError;

    let problem = match error {
        ChangeError::Storage(error) => return unread(error),
        ChangeError::Refused(Refused::Conflicts(conflicts)) => {
            let mut places: Vec<String> = conflicts
                .iter()
                .map(|one| {
                    let field = one.field.as_deref().map_or(String::new(), |f| format!("/{f}"));
                    format!("{}/{}{field}", one.kind.word(), one.key)
                })
                .collect();
            places.truncate(10);
            Problem::command("programme::conflict", "others changed the same meanwhile")
                .at(places.join(", "))
        }
        _ => Problem::command("programme::refused", "the change was refused"),
    };
    problem.because(error)
}
