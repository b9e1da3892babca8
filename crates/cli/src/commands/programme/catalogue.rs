//! `brevdue programme catalogue`: the catalogue as a file, and what another one would change.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use brevdue_programme::Programme;
use brevdue_programme::catalogue::{
    CATALOGUE_BYTES, Catalogue, Difference, FieldDifference, SetAside, WhatDiffers, diff,
};
use serde_json::{Value, json};

use super::report::save;
use super::{Lang, Which};
use crate::exit::Exit;
use crate::report::{Format, Problem, print};

/// The word for the catalogue that is part of this program.
const SHIPPED: &str = "shipped";

/// Characters of a value that are printed, at most.
const VALUE_CHARACTERS: usize = 120;

/// Write the catalogue as a file, and compare two of them
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Export(ExportArgs),
    Diff(Box<DiffArgs>),
}

/// Write the catalogue of this version as a TOML file
///
/// To keep it, for comparing with that of a later version, or as the beginning of a catalogue of one's own.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  brevdue programme catalogue export catalogue.toml

Exit codes: 0 done, 2 the file cannot be written.")]
struct ExportArgs {
    /// File to write
    to: PathBuf,
    #[command(flatten)]
    printed: super::Printed,
}

/// Show what a newer catalogue changes, item by item and field by field
///
/// With --programme also what the authority's own changes keep out of it: these stand, and both texts are
/// shown. What of them can no longer stand, because what it is about is gone or no longer fits, is told with
/// the reason. Nothing is changed.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  brevdue programme catalogue diff catalogue.toml
  brevdue programme catalogue diff old.toml new.toml --programme tusindfryd --lang en
  brevdue programme catalogue diff shipped joint.toml --json

Exit codes: 0 done, 1 an own change cannot stand with the newer one, 2 a catalogue cannot be read or there is no such programme.")]
struct DiffArgs {
    /// The older catalogue: a file, or the word shipped
    old: PathBuf,
    /// The newer one
    #[arg(default_value = SHIPPED)]
    new: PathBuf,
    #[command(flatten)]
    which: Which,
}

/// Runs one of them.
pub(super) fn run(args: &Args) -> Exit {
    match &args.command {
        Command::Export(args) => export(args),
        Command::Diff(args) => compare(args),
    }
}

fn export(args: &ExportArgs) -> Exit {
    let format = args.printed.format();
    let catalogue = Catalogue::shipped();
    match save(&args.to, catalogue.write().as_bytes()) {
        Ok(()) => {
            let told = args.to.display().to_string();
            print(&match format {
                Format::Json => json!({ "file": told, "version": catalogue.version }).to_string(),
                Format::Text => told,
            });
            Exit::Done
        }
        Err(problem) => problem.print(format),
    }
}

fn compare(args: &DiffArgs) -> Exit {
    match compared(args) {
        Ok(compared) => {
            print(&match args.which.format() {
                Format::Json => format!("{:#}", compared.json()),
                Format::Text => compared.text(args.which.lang),
            });
            if compared.set_aside.is_empty() { Exit::Done } else { Exit::Message }
        }
        Err(problem) => problem.print(args.which.format()),
    }
}

/// Two catalogues, compared.
struct Compared {
    /// Versions of both.
    versions: [String; 2],
    /// The authority, when a programme was named.
    authority: Option<String>,
    differences: Vec<Difference>,
    /// Own changes that could stand with the older one and cannot with the newer one.
    set_aside: Vec<SetAside>,
}

fn compared(args: &DiffArgs) -> Result<Compared, Problem> {
    let (old, new) = (read(&args.old)?, read(&args.new)?);
    let named = args.which.programme.as_ref();
    let opened = named.map(|_| args.which.open()).transpose()?;
    let programme = opened.map_or_else(Arc::default, |opened| Arc::clone(&opened.judged.programme));
    let programme: &Programme = &programme;
    let already = old.with(programme);
    let effective = new.with(programme);
    let fell = |one: &&SetAside| !already.set_aside().iter().any(|before| before.key == one.key);
    Ok(Compared {
        authority: programme.settings().map(|settings| settings.authority),
        differences: diff(&old, &new, programme),
        set_aside: effective.set_aside().iter().filter(fell).cloned().collect(),
        versions: [old.version, new.version],
    })
}

fn read(from: &Path) -> Result<Catalogue, Problem> {
    if from == Path::new(SHIPPED) {
        return Ok(Catalogue::shipped().clone());
    }
    let at = from.display().to_string();
    let unread = |error: &std::io::Error| {
        Problem::command("catalogue::unreadable", "the catalogue cannot be read")
            .at(at.clone())
            .because(error)
    };
    let file = fs::File::open(from).map_err(|error| unread(&error))?;
    let mut text = String::new();
    // One byte more than may be there, so that the catalogue says itself that it is too much.
    let most = CATALOGUE_BYTES as u64 + 1;
    file.take(most).read_to_string(&mut text).map_err(|error| unread(&error))?;
    Catalogue::read(&text).map_err(|error| {
        Problem::command("catalogue::faulty", "the catalogue has faults")
            .at(at.clone())
            .because(&error)
            .help("docs/catalogue.md says what each field may hold")
    })
}

impl Compared {
    fn count(&self, what: WhatDiffers) -> usize {
        self.differences.iter().filter(|one| one.what == what).count()
    }

    /// Own values that keep a newer one out.
    fn kept_out(&self) -> usize {
        self.differences.iter().flat_map(|one| &one.fields).map(|field| field.own.len()).sum()
    }

    fn text(&self, lang: Lang) -> String {
        let [old, new] = &self.versions;
        let mut text = format!(
            "{} {old} -> {new}: {} {}, {} {}, {} {}",
            lang.pick("katalog", "catalogue"),
            self.count(WhatDiffers::Added),
            lang.pick("nye", "added"),
            self.count(WhatDiffers::Removed),
            lang.pick("udgået", "removed"),
            self.count(WhatDiffers::Changed),
            lang.pick("ændret", "changed"),
        );
        if let Some(authority) = &self.authority {
            text.push_str(&format!(
                "\n{authority}: {} {}, {} {}",
                self.kept_out(),
                lang.pick("egne værdier bliver stående", "own values stand"),
                self.set_aside.len(),
                lang.pick("egne ændringer passer ikke længere", "own changes no longer fit"),
            ));
        }
        for one in &self.differences {
            let what = match one.what {
                WhatDiffers::Added => lang.pick("ny", "added"),
                WhatDiffers::Removed => lang.pick("udgået", "removed"),
                WhatDiffers::Changed => lang.pick("ændret", "changed"),
            };
            text.push_str(&format!("\n{} {}: {what}", one.table, one.id));
            // Of what is new all of it is new, and it stands in the file.
            let fields = one.fields.iter().filter(|_| one.what != WhatDiffers::Added);
            for field in fields {
                let FieldDifference { field, old, new, own } = field;
                text.push_str(&format!("\n  {field}: {} -> {}", short(old), short(new)));
                for (name, value) in own {
                    let stands = lang.pick("jeres egen bliver stående", "your own stands");
                    text.push_str(&format!("\n    {stands}: {name} = {}", short(value)));
                }
            }
        }
        for aside in &self.set_aside {
            let falls =
                lang.pick("jeres ændring passer ikke længere", "your change no longer fits");
            text.push_str(&format!("\n{falls}: {}: {}", aside.key, aside.reason));
        }
        text
    }

    fn json(&self) -> Value {
        let differences = self.differences.iter().map(|one| {
            let what = match one.what {
                WhatDiffers::Added => "added",
                WhatDiffers::Removed => "removed",
                WhatDiffers::Changed => "changed",
            };
            let fields = one.fields.iter().map(|field| {
                json!({
                    "field": field.field, "old": field.old, "new": field.new, "own": field.own
                })
            });
            json!({
                "table": one.table, "id": one.id, "what": what, "fields": fields.collect::<Vec<_>>()
            })
        });
        let set_aside =
            self.set_aside.iter().map(|one| json!({ "key": one.key, "reason": one.reason }));
        json!({
            "old": self.versions[0],
            "new": self.versions[1],
            "authority": self.authority,
            "differences": differences.collect::<Vec<_>>(),
            "set_aside": set_aside.collect::<Vec<_>>(),
        })
    }
}

/// A value on one line, cut where it is long.
fn short(value: &Value) -> String {
    let text = match value {
        Value::Null => return "–".to_owned(),
        Value::String(text) => text.replace('\n', " "),
        other => other.to_string(),
    };
    match text.char_indices().nth(VALUE_CHARACTERS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
