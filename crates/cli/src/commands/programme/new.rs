//! `brevdue programme new`.

use std::collections::BTreeSet;

use brevdue_exchange::ids::Ids as _;
use brevdue_programme::beginning::{self, Beginning};
use brevdue_programme::catalogue::{Catalogue, Variant};
use brevdue_programme::change::Change;
use brevdue_programme::objects::{AuthorityKind, Milestone, Person, Track};
use brevdue_programme::permissions::Actor;
use brevdue_programme::programmes::By;
use brevdue_programme::{Day, Key, ProfileId, ProgrammeId};

use super::{Printed, now, refused};
use crate::config::{ConfigArgs, gather};
use crate::exit::Exit;
use crate::folder::Folder;
use crate::machine::MachineIds;
use crate::opening::{self, blocking};
use crate::report::{Format, Problem, print};

/// Begin a programme: choose version and deadline profile, and get every task with its date
///
/// The track proposes profile and version. Whoever is named with --manager gets the roles of project
/// manager and owner, and adds others on the pages or in the workbook.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  brevdue programme new --authority 'Egelev Kommune' --cvr 12345678 --manager 'Åse Holm'
  brevdue programme new --authority 'Egelev Kommune' --track light --start 2027-01-04

Exit codes: 0 done, 2 it cannot begin so.")]
pub(super) struct Args {
    /// The authority's name
    #[arg(long)]
    authority: String,
    /// The programme's name [default: the authority's, and Digital Post]
    #[arg(long)]
    name: Option<String>,
    /// CVR number of the authority, eight digits; may be given again
    #[arg(long)]
    cvr: Vec<String>,
    /// What kind of authority: kommune, region, stat or anden
    #[arg(long, default_value = "kommune", value_parser = kind)]
    kind: AuthorityKind,
    /// Rollout track: pilot, frontrunner, authority, light or new_adoption
    #[arg(long, default_value = "new_adoption", value_parser = track)]
    track: Track,
    /// Version: full or light [default: by the track]
    #[arg(long, value_parser = variant)]
    variant: Option<Variant>,
    /// Deadline profile: NEW, ACTUAL, REV2021 or PLAN2020 [default: by the track]
    #[arg(long)]
    profile: Option<String>,
    /// The day it begins, as 2026-11-23 [default: today]
    #[arg(long)]
    start: Option<String>,
    /// Name of whoever leads it
    #[arg(long, default_value = "Projektleder")]
    manager: String,
    #[command(flatten)]
    config: ConfigArgs,
    #[command(flatten)]
    printed: Printed,
}

fn kind(word: &str) -> Result<AuthorityKind, String> {
    AuthorityKind::from_word(word).ok_or_else(|| "kommune, region, stat or anden".to_owned())
}

fn track(word: &str) -> Result<Track, String> {
    let known = "pilot, frontrunner, authority, light or new_adoption";
    Track::from_word(word).ok_or_else(|| known.to_owned())
}

fn variant(word: &str) -> Result<Variant, String> {
    match word {
        "full" => Ok(Variant::Full),
        "light" => Ok(Variant::Light),
        _ => Err("full or light".to_owned()),
    }
}

/// Begins it and prints its id.
pub(super) fn run(args: &Args) -> Exit {
    match begin(args) {
        Ok((id, milestones)) => {
            match args.printed.format() {
                Format::Json => {
                    let milestones: serde_json::Map<String, serde_json::Value> = milestones
                        .iter()
                        .map(|(key, one)| (key.clone(), serde_json::json!(one.day)))
                        .collect();
                    let told = serde_json::json!({ "id": id, "milestones": milestones });
                    print(&format!("{told:#}"));
                }
                Format::Text => {
                    let mut text = format!("{id}");
                    for (key, milestone) in milestones {
                        if let Some(day) = milestone.day {
                            let time = milestone.time.map_or(String::new(), |at| format!(" {at}"));
                            text.push_str(&format!("\n{key:<14} {day}{time}"));
                        }
                    }
                    print(&text);
                }
            }
            Exit::Done
        }
        Err(problem) => problem.print(args.printed.format()),
    }
}

fn begin(args: &Args) -> Result<(ProgrammeId, Vec<(String, Milestone)>), Problem> {
    let gathered = gather(&args.config, std::env::vars_os())?;
    let folder = Folder::make(&gathered.config.data).map_err(|error| {
        Problem::command("data::folder", "the data folder cannot be made")
            .at(gathered.config.data.display().to_string())
            .because(&error)
    })?;
    let now = now(&folder);
    let wrong = |what: String| Problem::command("programme::begin", what);
    let (profile, version) = beginning::defaults(args.track);
    let profile = args.profile.as_deref().unwrap_or(profile);
    let profile: ProfileId = profile
        .parse()
        .map_err(|_| wrong("a profile is named NEW, ACTUAL, REV2021 or PLAN2020".to_owned()))?;
    let today = Day::of(now).map_err(|error| wrong(error.to_string()))?;
    let start: Option<Result<Day, _>> = args.start.as_deref().map(str::parse);
    let start = start.transpose().map_err(|error| wrong(error.to_string()))?;
    let asked = Beginning {
        name: args.name.clone().unwrap_or_else(|| format!("{} på Digital Post", args.authority)),
        authority: args.authority.clone(),
        cvr: args.cvr.iter().cloned().collect::<BTreeSet<_>>(),
        kind: args.kind,
        track: args.track,
        variant: args.variant.unwrap_or(version),
        profile,
        start: start.unwrap_or(today),
    };
    let mut changes = beginning::begin(&asked, Catalogue::shipped()).map_err(|error| {
        Problem::command("programme::begin", "it cannot begin so").because(&error)
    })?;
    let me: Key = "P-001".parse().expect("it is a key");
    let roles = ["owner", "pm"].iter().filter_map(|role| role.parse().ok()).collect();
    let manager = Person { name: args.manager.clone(), roles, ..Person::default() };
    changes.push(Change::add(me.clone(), &manager));
    let id = ProgrammeId(MachineIds.random());
    let file = opening::open_programmes(&folder)?;
    let programmes = opening::programmes_of(&file);
    let by = By { actor: Actor::Person(me), reason: "", at: now };
    let programme =
        blocking(programmes.begin(id, &changes, by))?.map_err(|error| refused(&error))?;
    let order = Catalogue::shipped().milestones.iter();
    let milestones = order.filter_map(|kind| {
        let key: Key = kind.id.as_str().parse().ok()?;
        Some((key.to_string(), programme.get::<Milestone>(&key)?))
    });
    Ok((id, milestones.collect()))
}
