//! `brevdue programme links`: the authority's own pages, looked through for links to the earlier solution.

mod fetching;

use std::collections::VecDeque;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use brevdue_programme::links::{self, PAGE_BYTES, PAGES, Scanning, sitemap};
use brevdue_programme::objects::LinkScan;
use brevdue_programme::permissions::Actor;
use brevdue_programme::programmes::By;
use serde_json::json;

use self::fetching::{Fetched, Fetching};
use super::carry::person_named;
use super::{Opened, Which, refused};
use crate::exit::Exit;
use crate::opening::blocking;
use crate::report::{Format, Problem, print, say};

/// Bytes of a list of pages at most.
const LIST_BYTES: u64 = 1024 * 1024;

/// Old links and unread pages that are printed, at most.
const SHOWN: usize = 100;

/// Look through the authority's pages for links to the earlier solution, and with --apply keep the result
///
/// Pages are files of HTML, folders of them, addresses, or sitemaps that list addresses. Addresses are fetched
/// from this machine, one after another, each within 20 seconds and 5 MiB. What is kept, as evidence of MK-D2,
/// are addresses of pages and of old links, never what stands on a page.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  brevdue programme links kontakt.html om-os.html
  brevdue programme links --list sider.txt --apply
  brevdue programme links https://www.kommunen.example/sitemap.xml --apply --as P-002

Exit codes: 0 no old links, 1 there are old links or pages that could not be read, 2 the command.")]
pub(super) struct Args {
    /// Files, folders, addresses, sitemaps
    #[arg(value_name = "PAGE", required_unless_present = "list")]
    pages: Vec<String>,
    /// File with one of these on each line
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,
    /// Keep what was found as evidence
    #[arg(long)]
    apply: bool,
    /// In whose name, by key [default: the first project manager]
    #[arg(long = "as", value_name = "PERSON")]
    person: Option<String>,
    #[command(flatten)]
    which: Which,
}

pub(super) fn run(args: &Args) -> Exit {
    match scanned(args) {
        Ok(exit) => exit,
        Err(problem) => problem.print(args.which.format()),
    }
}

fn scanned(args: &Args) -> Result<Exit, Problem> {
    let opened = args.which.open()?;
    let requirement = opened.judged.requirement(&links::requirement_id());
    let Some(requirement) = requirement else {
        return Err(Problem::command("programme::links", "the catalogue in use has no MK-D2"));
    };
    let mut wanted: VecDeque<String> = args.pages.iter().cloned().collect();
    if let Some(list) = &args.list {
        wanted.extend(listed(list)?);
    }
    let mut scanning = Scanning::new(requirement);
    blocking(scan(&mut scanning, wanted))??;
    let by = match args.apply {
        true => Some(person_named(args.person.as_deref(), &opened)?),
        false => None,
    };
    let scan = scanning.finish(opened.now, by.clone());
    if scan.pages == 0 {
        return Err(Problem::command("programme::links", "no page could be read")
            .at(scan.unread.first().cloned().unwrap_or_default())
            .help("name files of HTML, folders of them, addresses or sitemaps; nothing was kept"));
    }
    if let Some(person) = by {
        keep(&opened, &scan, Actor::Person(person))?;
    }
    tell(args, &scan);
    let clean = scan.old_links == 0 && scan.unread_pages == 0;
    Ok(if clean { Exit::Done } else { Exit::Message })
}

fn keep(opened: &Opened, scan: &LinkScan, actor: Actor) -> Result<(), Problem> {
    let by = By { actor, reason: "", at: opened.now };
    let kept = blocking(opened.programmes.keep_scan(opened.id, scan, by))?;
    kept.map_err(|error| refused(&error))
}

/// One on each line; blank lines and those that begin with # say nothing.
fn listed(path: &Path) -> Result<Vec<String>, Problem> {
    let text = read(path, LIST_BYTES).map_err(|error| {
        Problem::command("programme::file", "the list cannot be read")
            .at(path.display().to_string())
            .because(&error)
    })?;
    let text = String::from_utf8_lossy(&text).into_owned();
    let lines = text.lines().map(str::trim);
    Ok(lines.filter(|l| !l.is_empty() && !l.starts_with('#')).map(str::to_owned).collect())
}

/// A file up to a limit and one byte more, so that it is seen to be over.
fn read(path: &Path, limit: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Looks through all of them, in order; a sitemap's pages come after the rest.
async fn scan(scanning: &mut Scanning, mut wanted: VecDeque<String>) -> Result<(), Problem> {
    let mut fetching: Option<Fetching> = None;
    // What sitemaps list beyond what one scan takes is not looked at, and counts as not read.
    let mut room = usize::try_from(PAGES).unwrap_or(usize::MAX).saturating_sub(wanted.len());
    let mut sitemaps_left = 50;
    while let Some(page) = wanted.pop_front() {
        let is_address = page.starts_with("https://") || page.starts_with("http://");
        let (named, bytes) = if is_address {
            let fetching = match &mut fetching {
                Some(fetching) => fetching,
                none => none.insert(Fetching::new()?),
            };
            match fetching.fetch(&page).await {
                Ok(Fetched { address, bytes }) => (address, bytes),
                Err(why) => {
                    say(&format!("{page}: {why}"));
                    scanning.not_read(&page);
                    continue;
                }
            }
        } else if Path::new(&page).is_dir() {
            let inside = pages_in(Path::new(&page));
            room = room.saturating_sub(inside.len());
            wanted.extend(inside);
            continue;
        } else {
            match read(Path::new(&page), PAGE_BYTES as u64) {
                Ok(bytes) => (file_name(&page), bytes),
                Err(error) => {
                    say(&format!("{page}: {error}"));
                    scanning.not_read(&file_name(&page));
                    continue;
                }
            }
        };
        if sitemaps_left > 0
            && let Some(listed) = sitemap(&bytes)
        {
            sitemaps_left -= 1;
            // A sitemap speaks for its own host alone.
            let own = host(&named);
            let theirs = listed.into_iter().filter(|one| {
                host(one).is_some_and(|host| own.as_ref().is_none_or(|own| *own == host))
            });
            for one in theirs {
                if room == 0 {
                    scanning.not_read(&one);
                } else {
                    room -= 1;
                    wanted.push_back(one);
                }
            }
            continue;
        }
        if let Err(why) = scanning.page(&named, &bytes) {
            say(&format!("{named}: {why}"));
        }
    }
    Ok(())
}

fn host(address: &str) -> Option<String> {
    reqwest::Url::parse(address).ok()?.host_str().map(str::to_owned)
}

/// The pages of a folder and those below it, in order.
fn pages_in(folder: &Path) -> Vec<String> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    let most = usize::try_from(PAGES).unwrap_or(usize::MAX);
    while let Some(folder) = folders.pop() {
        let mut entries: Vec<PathBuf> = fs::read_dir(&folder)
            .into_iter()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.path()))
            .collect();
        entries.sort();
        for path in entries {
            let ending = path.extension().map(|end| end.to_string_lossy().to_lowercase());
            // A link to a folder above would never end.
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
            } else if matches!(ending.as_deref(), Some("html" | "htm" | "xhtml"))
                && found.len() < most
            {
                found.push(path.display().to_string());
            }
        }
    }
    found
}

/// What is kept of the name of a file: where it lies on this machine is nobody's business.
fn file_name(path: &str) -> String {
    let name = Path::new(path).file_name().map(|name| name.to_string_lossy().into_owned());
    name.unwrap_or_else(|| path.to_owned())
}

fn tell(args: &Args, scan: &LinkScan) {
    if args.which.format() == Format::Json {
        let told = json!({
            "pages": scan.pages,
            "unread_pages": scan.unread_pages,
            "unread": scan.unread,
            "links": scan.links,
            "old_links": scan.old_links,
            "found": scan.found,
            "kept": args.apply,
        });
        print(&format!("{told:#}"));
        return;
    }
    let lang = args.which.lang;
    let mut text = String::new();
    for found in scan.found.iter().take(SHOWN) {
        text.push_str(&format!("{} → {}\n", found.page, found.link));
    }
    let shown = u64::try_from(scan.found.len().min(SHOWN)).unwrap_or(u64::MAX);
    if scan.old_links > shown {
        text.push_str(&format!("… {}\n", scan.old_links - shown));
    }
    for page in scan.unread.iter().take(SHOWN) {
        text.push_str(&format!("{}: {page}\n", lang.pick("ikke læst", "not read")));
    }
    let counts = format!(
        "{} {}, {} {}, {} {}",
        scan.pages,
        lang.pick("sider", "pages"),
        scan.links,
        lang.pick("links", "links"),
        scan.old_links,
        lang.pick("gamle", "old")
    );
    let kept = match args.apply {
        true => lang.pick("gemt som evidens", "kept as evidence"),
        false => lang.pick("gemmes som evidens med --apply", "kept as evidence with --apply"),
    };
    text.push_str(&format!("{counts}; {kept}"));
    print(&text);
}
