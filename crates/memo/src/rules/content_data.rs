//! Rules about what a message says it is about, and about numbers of public registers.

use super::Report;
use super::parties::{IdKind, number_of_content_data};
use super::values::{follows, is_digits, mail_problem, text, trimmed};
use crate::finding::{Severity, Word};
use crate::outline::Element;
use crate::rulebook;
use crate::values::MemoVersion;

/// Checks `AttentionData`, `ContentData` or `Address`.
pub(super) fn not_empty(element: Element<'_>, report: &mut Report<'_>) {
    if element.children().next().is_none() {
        report.at(element, &rulebook::EMPTY_CLASS, &[Word::Name(element.name())]);
    }
}

/// MEMO-R-140: checks `AttentionData` or `ContentData` for two addresses.
pub(super) fn one_address(element: Element<'_>, report: &mut Report<'_>) {
    let (mut structured, mut unstructured) = (false, None);
    for child in element.children() {
        match child.name() {
            "Address" => structured = true,
            "UnstructuredAddress" => unstructured = Some(child),
            _ => {}
        }
    }
    let Some(unstructured) = unstructured.filter(|_| structured) else { return };
    let (ceiling, why) = match report.version() {
        MemoVersion::V1_1 => (Severity::Error, Word::Phrase("", "")),
        MemoVersion::V1_2 => (
            Severity::Info,
            Word::Phrase(", som i det officielle eksempel 1.2", ", as in the official example 1.2"),
        ),
    };
    report.at_most(ceiling, unstructured, &rulebook::BOTH_ADDRESSES, &[why]);
}

/// Checks one class of a register, whose number stands in an element of its own.
pub(super) fn register(class: Element<'_>, report: &mut Report<'_>) {
    for child in class.children() {
        match child.name() {
            "cprNumber" => number_of_content_data(IdKind::Cpr, child, report),
            "cvrNumber" => number_of_content_data(IdKind::Cvr, child, report),
            "subjectKey" => kle(child, "NN.NN.NN", report),
            // FORM has an element of this name too, without a form of its own.
            "activityFacet" if class.name() == "KLEdata" => kle(child, "ANN", report),
            "taskKey" if text(child).is_some_and(|key| !follows(key, "NN.NN.NN.NN")) => {
                report.at(child, &rulebook::FORM, &[]);
            }
            "productionUnitNumber"
                if trimmed(child).is_some_and(|number| !is_digits(number, 10)) =>
            {
                report.at(child, &rulebook::PRODUCTION_UNIT, &[]);
            }
            "seNumber" if text(child).is_some_and(|number| !is_digits(number, 8)) => {
                report.at(child, &rulebook::SE_NUMBER, &[]);
            }
            "globalLocationNumber" => location_number(child, report),
            "emailAddress" => {
                if let Some((danish, english)) = text(child).and_then(mail_problem) {
                    report.at(child, &rulebook::EMAIL, &[Word::Phrase(danish, english)]);
                }
            }
            _ => {}
        }
    }
}

fn kle(element: Element<'_>, pattern: &'static str, report: &mut Report<'_>) {
    if text(element).is_some_and(|key| !follows(key, pattern)) {
        let form = match pattern {
            "ANN" => {
                Word::Phrase("et bogstav og to cifre, fx G01", "a letter and two digits, e.g. G01")
            }
            _ => Word::Name(pattern),
        };
        report.at(element, &rulebook::KLE, &[Word::Name(element.name()), form]);
    }
}

fn location_number(element: Element<'_>, report: &mut Report<'_>) {
    let Some(number) = trimmed(element) else { return };
    if !is_digits(number, 13) {
        let why = Word::Phrase("har ikke 13 cifre", "does not have 13 digits");
        report.at(element, &rulebook::LOCATION_NUMBER, &[why]);
    } else if !has_gs1_check_digit(number) {
        let why = Word::Phrase(
            "har et forkert kontrolciffer efter GS1 (det sidste)",
            "has a wrong check digit by GS1 (the last one)",
        );
        report.at_most(Severity::Info, element, &rulebook::LOCATION_NUMBER, &[why]);
    }
}

/// Source: GS1 General Specifications, section 7.9.
fn has_gs1_check_digit(digits: &str) -> bool {
    let weighed = digits.bytes().rev().zip([1u32, 3].into_iter().cycle());
    weighed.map(|(byte, weight)| u32::from(byte - b'0') * weight).sum::<u32>() % 10 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_number_ends_in_its_check_digit() {
        assert!(has_gs1_check_digit("4006381333931"));
        assert!(!has_gs1_check_digit("5798000012345"), "the official examples' number");
    }
}
