//! Rules about the message as a whole: its version and what kind of message it is.

use super::overview::Overview;
use super::values::{is_blank, is_true, text};
use super::{Measured, Report};
use crate::finding::Word;
use crate::outline::Element;
use crate::policy::Policy;
use crate::rulebook;
use crate::values::MessageType;

const SCHEMA_VERSION: &str = "1.1.0";

/// Checks version and kind.
pub(super) fn message(
    overview: &Overview<'_>,
    schema_version: Option<&str>,
    report: &mut Report<'_>,
) {
    if schema_version.is_some_and(|version| version != SCHEMA_VERSION) {
        report.at(overview.root, &rulebook::SCHEMA_VERSION, &[]);
    }
    if let Some(label) = overview.label {
        not_blank(label, report);
    }
    match overview.kind {
        Some(MessageType::NemSms) => sms(overview, report),
        Some(MessageType::DigitalPost) if overview.body.is_none() && overview.root.is_whole() => {
            report.at(overview.root, &rulebook::LETTER_WITHOUT_BODY, &[]);
        }
        _ => {}
    }
}

/// MEMO-R-005: tells a text that says nothing; whether it did.
pub(super) fn not_blank(element: Element<'_>, report: &mut Report<'_>) -> bool {
    let blank = text(element).is_some_and(is_blank);
    if blank {
        report.at(element, &rulebook::EMPTY_TEXT, &[Word::Name(element.name())]);
    }
    blank
}

/// MEMO-R-127: checks the length of the whole document.
pub(super) fn length(
    root: Element<'_>,
    measured: Measured,
    policy: &Policy,
    report: &mut Report<'_>,
) {
    if let Some(length_bytes) = measured.length_bytes.filter(|bytes| *bytes > policy.message_bytes)
    {
        let words = [Word::Number(length_bytes), Word::Number(policy.message_bytes)];
        report.at(root, &rulebook::MESSAGE_TOO_LARGE, &words);
    }
}

fn sms(overview: &Overview<'_>, report: &mut Report<'_>) {
    match (overview.notice, overview.header) {
        (Some(notice), _) if text(notice).is_some_and(is_blank) => {
            report.at(notice, &rulebook::SMS_WITHOUT_TEXT, &[]);
        }
        (None, Some(header)) => report.at(header, &rulebook::SMS_WITHOUT_TEXT, &[]),
        _ => {}
    }
    if let Some(body) = overview.body {
        report.at(body, &rulebook::SMS_WITH_BODY, &[]);
    }
    let switches = [overview.reply, overview.mandatory, overview.legal];
    let on = switches.into_iter().filter(|switch| is_true(*switch));
    let never = [overview.reply_by, overview.forward, overview.first_reply];
    for element in on.chain(never).flatten() {
        report.at(element, &rulebook::NOT_IN_SMS, &[Word::Name(element.name())]);
    }
}
