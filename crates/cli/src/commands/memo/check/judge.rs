//! Checking the messages of one file, and telling what is found in the form that is asked for.

use std::fs::File;
use std::io::{self, Read};

use brevdue_memo::container::Places;
use brevdue_memo::{Checker, Finding, Limits, Policy, Reading, Severity};
use indicatif::ProgressBar;

use super::super::files::{Found, Source, Taker};
use super::context_file::Known;
use super::count::Count;
use super::progress::Counting;
use super::source::{Again, Keeping};
use super::text::Look;
use super::{Format, json, sarif};
use crate::report::Problem;

/// What holds for all files.
pub(super) struct Plan {
    pub(super) limits: Limits,
    pub(super) policy: Policy,
    pub(super) known: Known,
    pub(super) format: Format,
    /// Nothing is printed, so nothing need be told.
    pub(super) quiet: bool,
    pub(super) look: Look,
    pub(super) bar: ProgressBar,
}

/// What was found in a message, or that a file could not be read.
#[derive(Default)]
pub(super) struct Piece {
    /// As it is printed; empty when there is nothing to say.
    pub(super) text: String,
    pub(super) count: Count,
    pub(super) problem: Option<Problem>,
}

impl Plan {
    /// Checks every message of a file.
    pub(super) fn judge(&self, source: &Source, give: &mut dyn FnMut(Piece)) {
        let (limits, policy) = (self.limits.clone(), self.policy.clone());
        let checker = Checker { limits, policy, context: &self.known };
        let (file, places) = (&source.place, Places::new());
        let mut judge = Judge { plan: self, checker, file, give, places, is_broken: false };
        if let Err(problem) = source.hand_to(&mut judge) {
            let count = Count { unreadable: 1, ..Count::default() };
            give(Piece { count, problem: Some(problem), ..Piece::default() });
        }
    }
}

struct Judge<'p> {
    plan: &'p Plan,
    checker: Checker<'p>,
    file: &'p str,
    give: &'p mut dyn FnMut(Piece),
    /// The entries of the file, when it is a container.
    places: Places,
    is_broken: bool,
}

impl Taker for Judge<'_> {
    fn message(&mut self, found: Found<'_>) -> io::Result<()> {
        let plan = self.plan;
        let (place, entry) = (found.place.clone(), found.entry);
        let (text, reading) = match plan.format {
            _ if plan.quiet => (String::new(), self.check(found.reader, entry)?),
            Format::Text => self.text(found)?,
            Format::Json => {
                let reading = self.check(found.reader, entry)?;
                (json::message(&place, &reading, plan.look.words), reading)
            }
            Format::Sarif => {
                let reading = self.check(found.reader, entry)?;
                let entry = entry.map(|(_, name)| name);
                (sarif::message(self.file, entry, &reading, plan.look.words), reading)
            }
        };
        (self.give)(Piece { text, count: Count::of(&reading), problem: None });
        Ok(())
    }

    fn container(&mut self, place: &str, finding: Finding) {
        let Some(finding) = self.checker.policy.weigh(finding) else { return };
        let words = self.plan.look.words;
        let text = match self.plan.format {
            Format::Text => self.plan.look.container(place, &finding),
            Format::Json => json::container(place, &finding, words),
            Format::Sarif => sarif::container(place, &finding, words),
        };
        let mut count = Count::of_finding(&finding);
        if finding.severity == Severity::Error && !self.is_broken {
            self.is_broken = true;
            count.containers_broken = 1;
        }
        (self.give)(Piece { text, count, problem: None });
    }

    fn watch<'r>(&self, inner: Box<dyn Read + 'r>) -> Box<dyn Read + 'r> {
        if self.plan.bar.is_hidden() {
            inner
        } else {
            Box::new(Counting { inner, bar: self.plan.bar.clone() })
        }
    }
}

impl Judge<'_> {
    /// Checks a message, and its place in a container.
    fn check(&mut self, reader: impl Read, entry: Option<(usize, &str)>) -> io::Result<Reading> {
        let mut reading = self.checker.check(reader)?;
        if let Some((number, name)) = entry {
            let uuid = reading.glimpse.message_uuid.as_ref();
            let judged = self.places.judge(number, name, uuid);
            let judged = judged.into_iter().filter_map(|one| self.checker.policy.weigh(one));
            // Of the message as a whole, before what is found within.
            reading.findings.list.splice(0..0, judged);
        }
        Ok(reading)
    }

    /// The report with the lines that findings are on: read again from a file, kept of anything else.
    fn text(&mut self, found: Found<'_>) -> io::Result<(String, Reading)> {
        let (mut file, mut kept) = (None, None);
        let reading = match found.path {
            Some(path) => {
                let reading = self.check(found.reader, found.entry)?;
                if !reading.findings.list.is_empty() {
                    // Without the lines when it has gone meanwhile.
                    file = File::open(path).ok();
                }
                reading
            }
            None => {
                let kept = kept.insert(Keeping::new(found.reader));
                self.check(kept, found.entry)?
            }
        };
        let again = file.as_mut().map(|file| file as &mut dyn Again);
        let again = again.or(kept.as_mut().map(|kept| kept as &mut dyn Again));
        Ok((self.plan.look.findings(&found.place, &reading.findings, again), reading))
    }
}
