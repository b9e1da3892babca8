//! Rules about who writes to whom.

use uuid::Uuid;

use super::Report;
use super::message::not_blank;
use super::overview::{Overview, Party};
use super::values::{is_blank, text};
use crate::finding::{Severity, Word};
use crate::outline::Element;
use crate::rulebook;

/// Checks sender and recipient.
pub(super) fn parties(overview: &Overview<'_>, report: &mut Report<'_>) {
    if let Some(label) = overview.sender.label {
        not_blank(label, report);
    }
    for party in [&overview.sender, &overview.recipient] {
        id_type(party, report);
        id(party, report);
    }
    if let (true, Some(point)) = (overview.recipient.is("CPR"), overview.recipient.contact_point) {
        report.at(point, &rulebook::PERSON_CONTACT_POINT, &[]);
    }
    if let Some(element) = overview.sender.representative {
        representative(element, report);
    }
}

/// MEMO-R-018: checks a `contactPointID`, wherever it stands.
pub(super) fn contact_point_id(element: Element<'_>, report: &mut Report<'_>) {
    if text(element).is_some_and(|id| !contact_point_id_is_uuid(id)) {
        report.at(element, &rulebook::CONTACT_POINT, &[]);
    }
}

/// MEMO-R-018: whether a contact point id has the form of a UUID (any version), with hyphens.
pub fn contact_point_id_is_uuid(id: &str) -> bool {
    id.len() == 36 && Uuid::try_parse(id).is_ok()
}

fn id_type(party: &Party<'_>, report: &mut Report<'_>) {
    let Some(element) = party.id_type else { return };
    let Some(id_type) = text(element) else { return };
    if matches!(id_type, "CPR" | "CVR") {
        return;
    }
    not_blank(element, report);
    let known = |text: &str| IdKind::of(text).is_some();
    let (ceiling, (danish, english)) = if known(id_type) {
        (Severity::Warning, ("ikke skrevet med store bogstaver", "not written in upper case"))
    } else if known(id_type.trim()) {
        (Severity::Error, ("skrevet med blanktegn omkring", "written with white space around it"))
    } else if id_type.eq_ignore_ascii_case("MyndighedsID") {
        let why = (
            "det gamle MyndighedsID, som version 1.1 afskaffede",
            "the old MyndighedsID, which version 1.1 did away with",
        );
        (Severity::Error, why)
    } else {
        (Severity::Error, ("hverken CPR eller CVR", "neither CPR nor CVR"))
    };
    report.at_most(ceiling, element, &rulebook::ID_TYPE, &[Word::Phrase(danish, english)]);
}

fn id(party: &Party<'_>, report: &mut Report<'_>) {
    let Some(element) = party.id else { return };
    not_blank(element, report);
    let kind = party.id_type.and_then(text).and_then(|id_type| IdKind::of(id_type.trim()));
    let Some(kind) = kind else { return };
    let Some(id) = text(element) else { return };
    match kind.problem(id) {
        Some(why) => report.at(
            element,
            &rulebook::PARTY_ID,
            &[Word::Name(element.name()), kind.in_words(), why.into()],
        ),
        None => check_digit(kind, element, id, report),
    }
}

/// A `cprNumber` or `cvrNumber` of the content data: too long is an error, anything else a warning.
pub(super) fn number_of_content_data(kind: IdKind, element: Element<'_>, report: &mut Report<'_>) {
    let Some(number) = text(element) else { return };
    match kind.problem(number) {
        Some(why) => {
            let too_long = number.chars().count() > kind.digits();
            let ceiling = if too_long { Severity::Error } else { Severity::Warning };
            let words = [Word::Name(element.name()), kind.in_words(), why.into()];
            report.at_most(ceiling, element, &rulebook::PARTY_ID, &words);
        }
        None => check_digit(kind, element, number, report),
    }
}

/// MEMO-R-014: CPR numbers are never checked, since 2007 valid ones fail.
fn check_digit(kind: IdKind, element: Element<'_>, id: &str, report: &mut Report<'_>) {
    const WEIGHTS: [u32; 8] = [2, 7, 6, 5, 4, 3, 2, 1];
    let sum: u32 =
        id.bytes().zip(WEIGHTS).map(|(byte, weight)| u32::from(byte - b'0') * weight).sum();
    if kind == IdKind::Cvr && !sum.is_multiple_of(11) {
        report.at(element, &rulebook::CVR_CHECK_DIGIT, &[Word::Name(element.name())]);
    }
}

fn representative(element: Element<'_>, report: &mut Report<'_>) {
    let mut id = None;
    let mut kind = None;
    let (mut has_label, mut is_empty) = (false, true);
    for child in element.children() {
        // What breaks the schema is there all the same.
        let blank = text(child).is_some_and(is_blank);
        is_empty &= blank;
        match child.name() {
            "representativeID" if !blank => id = Some(child),
            "idType" => kind = text(child).and_then(IdKind::of),
            "label" => has_label = !blank,
            _ => {}
        }
    }
    if is_empty {
        report.at(element, &rulebook::REPRESENTATIVE_EMPTY, &[]);
    }
    let Some(id) = id else { return };
    let mut tell =
        |at: Element<'_>, why: Word<'_>| report.at(at, &rulebook::REPRESENTATIVE, &[why]);
    match (kind, text(id)) {
        (None, _) => tell(
            element,
            Word::Phrase("idType er hverken CPR eller CVR", "idType is neither CPR nor CVR"),
        ),
        (Some(kind), Some(text)) => match kind.problem(text) {
            Some(why) => tell(id, why.into()),
            None => check_digit(kind, id, text, report),
        },
        (Some(_), None) => {}
    }
    if !has_label {
        report.at(
            element,
            &rulebook::REPRESENTATIVE,
            &[Word::Phrase("label mangler eller er tom", "label is missing or empty")],
        );
    }
}

/// What an id is the number of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum IdKind {
    Cpr,
    Cvr,
}

/// Why a number is not of its kind: Danish, English.
#[derive(Clone, Copy)]
pub(super) struct Why(&'static str, &'static str);

impl From<Why> for Word<'static> {
    fn from(Why(danish, english): Why) -> Self {
        Word::Phrase(danish, english)
    }
}

impl IdKind {
    /// By the id type, in any letter case.
    fn of(id_type: &str) -> Option<Self> {
        if id_type.eq_ignore_ascii_case("CPR") {
            Some(Self::Cpr)
        } else if id_type.eq_ignore_ascii_case("CVR") {
            Some(Self::Cvr)
        } else {
            None
        }
    }

    fn digits(self) -> usize {
        match self {
            Self::Cpr => 10,
            Self::Cvr => 8,
        }
    }

    fn in_words(self) -> Word<'static> {
        match self {
            Self::Cpr => Word::Phrase("et CPR-nummer på 10 cifre", "a CPR number of 10 digits"),
            Self::Cvr => Word::Phrase("et CVR-nummer på 8 cifre", "a CVR number of 8 digits"),
        }
    }

    fn problem(self, number: &str) -> Option<Why> {
        let all_digits = number.bytes().all(|byte| byte.is_ascii_digit());
        let (length, wanted) = (number.len(), self.digits());
        match self {
            _ if length == wanted && all_digits => None,
            _ if is_blank(number) => Some(Why("den er tom", "it is empty")),
            _ if !all_digits => {
                Some(Why("den har andre tegn end cifre", "it has other characters than digits"))
            }
            Self::Cvr if length == 10 => Some(Why(
                "den har 10 cifre som et CPR-nummer; for en person er idType CPR",
                "it has 10 digits like a CPR number; for a person idType is CPR",
            )),
            Self::Cpr if length == 8 => Some(Why(
                "den har 8 cifre som et CVR-nummer; for en virksomhed er idType CVR",
                "it has 8 digits like a CVR number; for a company idType is CVR",
            )),
            // Libraries of 2021 kept the numbers as numbers.
            _ if length + 1 == wanted => Some(Why(
                "ét ciffer mangler, måske et foranstillet nul, der gik tabt i et talfelt",
                "one digit is missing, perhaps a leading zero that was lost in a number field",
            )),
            _ if length < wanted => Some(Why("den har for få cifre", "it has too few digits")),
            _ => Some(Why("den har for mange cifre", "it has too many digits")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_point_id_is_a_uuid_of_any_version() {
        for (id, is_uuid) in [
            ("241d39f6-998e-4929-b198-ccacbbf4b330", true),
            ("241D39F6-998E-1929-B198-CCACBBF4B330", true),
            ("241d39f6998e4929b198ccacbbf4b330", false),
            ("{241d39f6-998e-4929-b198-ccacbbf4b330}", false),
            ("22.33.44.55", false),
            ("", false),
        ] {
            assert_eq!(contact_point_id_is_uuid(id), is_uuid, "{id}");
        }
    }
}
