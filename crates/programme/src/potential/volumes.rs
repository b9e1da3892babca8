//! Letters of a type in a year: as somebody estimates them, and as they were counted.

use std::collections::BTreeMap;

use serde::Serialize;

use super::weight_of;
use crate::checks::{Evidence, Period};
use crate::ids::Key;
use crate::objects::{LetterType, Settings};

/// Days of a year.
const YEAR_DAYS: f64 = 365.0;

/// Letters of a type in a year, by kind of recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Volumes {
    /// To citizens.
    pub citizens: u64,
    /// To companies.
    pub companies: u64,
    /// To authorities.
    pub authorities: u64,
}

impl Volumes {
    /// What somebody entered.
    pub fn entered(letter: &LetterType) -> Self {
        let (citizens, companies) = (letter.citizens, letter.companies);
        Self { citizens, companies, authorities: letter.authorities }
    }

    /// All of them.
    pub fn total(&self) -> u64 {
        self.citizens.saturating_add(self.companies).saturating_add(self.authorities)
    }
}

/// What was counted of a letter type, and what that makes in a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Measured {
    /// In a year, if it goes on like that.
    pub yearly: Volumes,
    /// Letters that were counted.
    pub letters: u64,
    /// The days on which they were, both included.
    pub period: Period,
    /// Days of it.
    pub days: u16,
    /// There are enough of both to reckon with; else the estimate is.
    pub enough: bool,
}

/// What was counted of each letter type: of those of which nothing was, nothing is told, since nobody knows
/// whether none were sent or none could be recognised.
///
/// The days are those that the requirements about letter types look at, as far as anything was followed on them.
pub fn measured(evidence: &Evidence, settings: &Settings) -> BTreeMap<Key, Measured> {
    let Some(period) = evidence.letter_days() else { return BTreeMap::new() };
    let days = u16::try_from(period.until.days_since(period.from).saturating_add(1)).unwrap_or(1);
    let least_days = weight_of(settings, "measured_days_min").0;
    let least_letters = weight_of(settings, "measured_letters_min").0;
    let each = evidence.letter_types().filter_map(|(key, _)| {
        let counted = evidence.letters(key)?;
        let letters = u64::try_from(counted.messages.count + counted.others.count).ok()?;
        let of = |name| u64::try_from(counted.recipients.count(name)).unwrap_or(0);
        let known = of("citizens") + of("companies") + of("authorities");
        if letters == 0 || known == 0 {
            return None;
        }
        // Letters that were counted before their recipients were are taken to be to the same.
        #[allow(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "letters a year are far below 2^52, and not below 0"
        )]
        let yearly = |name| {
            let share = of(name) as f64 / known as f64;
            (share * letters as f64 * YEAR_DAYS / f64::from(days.max(1))).round() as u64
        };
        let yearly = Volumes {
            citizens: yearly("citizens"),
            companies: yearly("companies"),
            authorities: yearly("authorities"),
        };
        #[allow(clippy::cast_precision_loss, reason = "letters are far below 2^52")]
        let enough = f64::from(days) >= least_days && letters as f64 >= least_letters;
        Some((key.clone(), Measured { yearly, letters, period, days, enough }))
    });
    each.collect()
}
