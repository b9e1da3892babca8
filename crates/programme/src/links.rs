//! Finding links to the earlier solution in an authority's own pages.
//!
//! Pages are handed in as bytes: nothing is fetched here. What is kept of a scan are addresses of pages and of
//! the old links in them, never what stands on a page. Of an address, what follows `?` or `#` is left out, and
//! digits that look like a CPR number are masked.

mod html;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use brevdue_memo::Timestamp;
use url::Url;

use crate::catalogue::Requirement;
use crate::change::{Change, What};
use crate::ids::{Key, RequirementId};
use crate::objects::{Kind, LinkScan, OldLink};
use crate::programme::Programme;
use crate::tally::holds_cpr_number;

pub use self::html::sitemap;

/// Bytes of one page at most.
pub const PAGE_BYTES: usize = 5 * 1024 * 1024;

/// Pages of one scan at most.
pub const PAGES: u32 = 2_000;

/// Links of one page that are looked at, at most; a page with more counts as one that was not read.
pub const PAGE_LINKS: usize = 20_000;

/// Old links of a scan that are kept with their places; the rest are counted.
pub const FOUND: usize = 200;

/// Pages that could not be read whose addresses are kept; the rest are counted.
pub const UNREAD: usize = 50;

/// Characters of an address that is kept.
pub const ADDRESS_CHARACTERS: usize = 300;

/// Scans that are kept; the oldest goes when another comes.
pub const SCANS: usize = 24;

/// The requirement that asks for scans.
pub const REQUIREMENT: &str = "MK-D2";

/// What keys of scans begin with.
const PREFIX: &str = "LS-";

/// The list of the requirement with the addresses of the earlier solution.
const LIST: &str = "links";

/// A page was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotRead {
    /// It is too large.
    #[error("the page is over the limit of {PAGE_BYTES} bytes")]
    TooLarge,
    /// It is no page of HTML.
    #[error("it is no page of HTML")]
    NotHtml,
    /// It has too many links.
    #[error("the page has more than {PAGE_LINKS} links")]
    TooManyLinks,
    /// A tag in it has too many attributes.
    #[error("a tag of the page has too many attributes")]
    TooManyAttributes,
    /// The scan has as many pages as it may.
    #[error("a scan has at most {PAGES} pages")]
    TooManyPages,
}

/// Addresses of the earlier solution: a host, with a leading dot all below it too, and perhaps the beginning of
/// a path.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OldAddresses(BTreeSet<String>);

impl OldAddresses {
    /// Those of a requirement.
    pub fn of(requirement: &Requirement) -> Self {
        let list = requirement.lists.get(LIST).map_or(&[][..], Vec::as_slice);
        Self(list.iter().map(|one| written(one)).filter(|one| !one.is_empty()).collect())
    }

    /// There are none, so nothing can be found.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether all of them are among these.
    pub fn are_among(&self, others: &BTreeSet<String>) -> bool {
        self.0.is_subset(others)
    }

    /// Whether a link goes to the earlier solution.
    pub fn hold(&self, link: &Url) -> bool {
        let Some(host) = link.host_str() else { return false };
        let path = link.path().to_ascii_lowercase();
        self.0.iter().any(|one| {
            let (known, rest) = one
                .split_once('/')
                .map_or((one.as_str(), None), |(known, rest)| (known, Some(rest)));
            let host_fits = crate::checks::listed_host(&[known.to_owned()], host);
            let path_fits = rest.is_none_or(|rest| {
                path.strip_prefix('/').is_some_and(|path| path.starts_with(rest))
            });
            host_fits && path_fits
        })
    }
}

/// As an address is compared: without scheme, in small letters.
fn written(address: &str) -> String {
    let lower = address.trim().to_ascii_lowercase();
    let bare = lower.split_once("://").map_or(lower.as_str(), |(_, rest)| rest);
    bare.strip_suffix('/').unwrap_or(bare).to_owned()
}

/// A scan under way.
#[derive(Debug, Clone)]
pub struct Scanning {
    old: OldAddresses,
    pages: u32,
    links: u64,
    old_links: u64,
    found: Vec<OldLink>,
    unread: Vec<String>,
    unread_pages: u32,
}

impl Scanning {
    /// Nothing was looked at yet.
    pub fn new(requirement: &Requirement) -> Self {
        Self {
            old: OldAddresses::of(requirement),
            pages: 0,
            links: 0,
            old_links: 0,
            found: Vec::new(),
            unread: Vec::new(),
            unread_pages: 0,
        }
    }

    /// Looks through a page, and says how many old links it has. `named` is its address, or the name of the
    /// file it was saved as; an address that the page itself tells goes before that.
    ///
    /// # Errors
    ///
    /// [`NotRead`]: it counts as a page that was not read.
    pub fn page(&mut self, named: &str, bytes: &[u8]) -> Result<u64, NotRead> {
        let read = if self.pages >= PAGES { Err(NotRead::TooManyPages) } else { html::read(bytes) };
        let page = match read {
            Ok(page) => page,
            Err(why) => {
                self.not_read(named);
                return Err(why);
            }
        };
        self.pages += 1;
        let address = page.address.as_deref().and_then(absolute);
        let own = absolute(named).or(address);
        let told = own.as_ref().map_or_else(|| kept_name(named), kept);
        let mut old = 0;
        for link in &page.links {
            let link = match &own {
                Some(own) => own.join(link).ok(),
                // A saved page says its own address or nobody knows where a short link goes: within it.
                None => absolute(link),
            };
            self.links += 1;
            let Some(link) = link.filter(|link| self.old.hold(link)) else { continue };
            old += 1;
            let found = OldLink { page: told.clone(), link: kept(&link) };
            if self.found.len() < FOUND && !self.found.contains(&found) {
                self.found.push(found);
            }
        }
        self.old_links += old;
        Ok(old)
    }

    /// A page that could not be had.
    pub fn not_read(&mut self, named: &str) {
        self.unread_pages = self.unread_pages.saturating_add(1);
        if self.unread.len() < UNREAD {
            let told = absolute(named).map_or_else(|| kept_name(named), |url| kept(&url));
            self.unread.push(told);
        }
    }

    /// What it came to.
    pub fn finish(self, at: Timestamp, by: Option<Key>) -> LinkScan {
        LinkScan {
            at: Some(at),
            by,
            addresses: self.old.0,
            pages: self.pages,
            links: self.links,
            old_links: self.old_links,
            found: self.found,
            unread_pages: self.unread_pages,
            unread: self.unread,
        }
    }
}

/// The requirement that scans answer, as the authority has it.
pub fn requirement_id() -> RequirementId {
    REQUIREMENT.parse().expect("letters, a dash and a digit")
}

/// The newest scan of a programme.
pub fn newest(programme: &Programme) -> Option<(Key, LinkScan)> {
    let scans = programme.all::<LinkScan>().map(|(key, scan)| (key.clone(), scan));
    scans.max_by_key(|(_, scan)| scan.at)
}

/// The changes that keep a scan: it comes in, and the oldest beyond [`SCANS`] go.
pub fn keeping(programme: &Programme, scan: &LinkScan) -> Vec<Change> {
    let mut held: Vec<(Option<Timestamp>, Key, u32)> = programme
        .all_held(Kind::LinkScan)
        .map(|(key, held)| {
            let at = programme.get::<LinkScan>(key).and_then(|scan| scan.at);
            (at, key.clone(), held.version)
        })
        .collect();
    held.sort();
    let number = |key: &Key| key.as_str().strip_prefix(PREFIX).and_then(|rest| rest.parse().ok());
    let highest: u32 = held.iter().filter_map(|(_, key, _)| number(key)).max().unwrap_or(0);
    let key = format!("{PREFIX}{:03}", highest.saturating_add(1));
    let key: Key = key.parse().expect("letters, a dash and digits");
    let too_many = (held.len() + 1).saturating_sub(SCANS);
    let mut changes: Vec<Change> = held
        .into_iter()
        .take(too_many)
        .map(|(_, key, version)| Change {
            kind: Kind::LinkScan,
            key,
            what: What::Remove { version },
        })
        .collect();
    changes.push(Change::add(key, scan));
    changes
}

fn absolute(text: &str) -> Option<Url> {
    let text = text.trim();
    let text = if text.starts_with("//") { format!("https:{text}") } else { text.to_owned() };
    Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}

/// What is kept of an address.
fn kept(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    kept_name(&format!(
        "{}://{}{port}{}",
        url.scheme(),
        url.host_str().unwrap_or_default(),
        url.path()
    ))
}

/// What is kept of a name.
fn kept_name(name: &str) -> String {
    let short: String = name.chars().filter(|c| !c.is_control()).take(ADDRESS_CHARACTERS).collect();
    if holds_cpr_number(&short) {
        return short.chars().map(|c| if c.is_ascii_digit() { '#' } else { c }).collect();
    }
    short
}
