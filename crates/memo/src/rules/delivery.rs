//! Rules about when and how a letter is delivered.

use super::Report;
use super::overview::Overview;
use super::values::{date, day, is_true, text, time};
use crate::finding::Word;
use crate::outline::Element;
use crate::rulebook;
use crate::time::{DateForm, Zone};

/// Checks delivery and permissions.
pub(super) fn delivery(overview: &Overview<'_>, report: &mut Report<'_>) {
    if let (Some(element), Some(not_until)) = (overview.not_until, date(overview.not_until)) {
        if not_until.zone != Zone::Absent {
            report.at(element, &rulebook::DATE_WITH_ZONE, &[]);
        }
        if let Some(reply_by) = overview.reply_by {
            deadline(reply_by, &not_until, report);
        }
    }
    if let Some(legal) = overview.legal
        && is_true(overview.legal)
        && is_true(overview.mandatory)
    {
        report.at(legal, &rulebook::MANDATORY_AND_LEGAL, &[]);
    }
    if overview.sender.is("CPR") {
        for switch in overview.permissions() {
            report.at(switch, &rulebook::PERMISSION_OF_PERSON, &[Word::Name(switch.name())]);
        }
    }
    if let Some(element) = overview.post_type {
        post_type(element, report);
    }
}

/// MEMO-R-061: a deadline may not have passed when the letter is delivered. Whole days are compared, so
/// that the hours between Danish time and UTC make no finding.
pub(super) fn deadline(element: Element<'_>, not_until: &DateForm, report: &mut Report<'_>) {
    if time(Some(element)).is_some_and(|deadline| day(not_until) > deadline.year_month_day()) {
        report.at(element, &rulebook::DELIVERED_TOO_LATE, &[Word::Name(element.name())]);
    }
}

/// The values of `postType` in use.
pub(crate) const POST_TYPES: [&str; 2] = ["MYNDIGHEDSPOST", "VIRKSOMHEDSPOST"];

fn post_type(element: Element<'_>, report: &mut Report<'_>) {
    let Some(text) = text(element) else { return };
    if POST_TYPES.contains(&text) {
        return;
    }
    let is_other_case = POST_TYPES.iter().any(|known| known.eq_ignore_ascii_case(text.trim()));
    let why = if is_other_case {
        Word::Phrase(
            " skrevet nøjagtig sådan: store bogstaver, ingen blanktegn",
            " written exactly so: upper case, no white space",
        )
    } else {
        Word::Phrase("", "")
    };
    report.at(element, &rulebook::POST_TYPE, &[why]);
}
