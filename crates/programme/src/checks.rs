//! What each requirement asks of tallies and registers, and what it answers.
//!
//! A check sees [`Evidence`] and answers with a [`Verdict`]: what it found, in figures, with where that
//! comes from. Where nothing was measured and nothing is configured, the answer is
//! [`CheckResult::NoEvidence`], which is never shown as green. No check reads an observation.
//!
//! The way to a matrix: [`Needed::by`] tells which days count, [`Counting`] sums the tallies of these
//! days as a store hands them out, [`Evidence::new`] puts registers beside the sums, [`Matrix::of`] asks
//! every requirement of everything it applies to.

mod answer;
mod contacts;
mod counting;
mod discovery;
mod evidence;
mod legacy;
mod markup;
mod matrix;
mod number;
mod quality;
mod receiving;
mod sending;
#[cfg(test)]
mod tests;
mod upkeep;
mod verdict;

use crate::catalogue::{AppliesTo, Requirement};
use crate::links;
use crate::objects::{Direction, System};
use crate::observation::Untold;

pub use counting::{
    Counted, Counting, DayFigures, Needed, Period, Sum, WINDOW_DAYS, cutover as cutover_window,
};
pub use discovery::{Proposal, discovered};
pub use evidence::{Evidence, Side};
pub use matrix::{Headline, Matrix, Row, Share};
pub(crate) use sending::listed_host;
pub use verdict::{CheckResult, Source, Subject, Verdict};

use answer::Answer;

/// What a requirement is asked for.
struct Asked<'a> {
    evidence: &'a Evidence,
    requirement: &'a Requirement,
    subject: &'a Subject,
}

impl Asked<'_> {
    /// A limit of the requirement, or what it is where nobody says otherwise.
    fn limit(&self, name: &str, default: f64) -> f64 {
        self.requirement
            .limits
            .get(name)
            .copied()
            .filter(|limit| limit.is_finite())
            .unwrap_or(default)
    }

    /// A limit that says how many there must be: one where nobody says otherwise, and never less.
    fn least(&self, name: &str) -> i64 {
        self.limit(name, 1.0).max(1.0) as i64
    }

    /// A list of the requirement; empty where there is none.
    fn list(&self, name: &str) -> &[String] {
        self.requirement.lists.get(name).map_or(&[], Vec::as_slice)
    }

    /// The days it looks at.
    fn period(&self) -> Period {
        Period::window(self.requirement, self.evidence.today)
    }

    /// The same from its milestone on; none before that.
    fn period_since(&self) -> Option<Period> {
        self.period().since(self.evidence.from_day(self.requirement)?)
    }
}

/// Asks a requirement of one subject. Not applicable when it is not about such subjects, or there is no
/// such subject.
pub fn check(evidence: &Evidence, requirement: &Requirement, subject: &Subject) -> Verdict {
    let asked = Asked { evidence, requirement, subject };
    let answer = match subject_of(&asked) {
        None => Answer::not_applicable(
            "Kravet gælder ikke her.",
            "The requirement does not apply here.",
        ),
        Some(Judged::Authority) => authority(&asked),
        Some(Judged::System(system)) => match evidence.out_of_scope(system) {
            Some(why) => Answer { why, ..Answer::not_applicable("", "") },
            None => of_system(&asked, system),
        },
        Some(Judged::ContactPoint) => contacts::bound(&asked),
        Some(Judged::LetterType) => markup::decided(&asked),
    };
    verdict::settled(&asked, told(&asked, answer))
}

/// What has to be known of every message before a requirement can be met by them.
fn must_be_told(requirement: &str) -> &'static [Untold] {
    match requirement {
        "MK-A2" | "MK-D9" => &[Untold::Validation],
        "MK-A3" => &[Untold::Authority],
        "MK-A4" => &[Untold::Size, Untold::Files],
        "MK-M3" | "MK-D8" => &[Untold::Receipt],
        "MK-M6" => &[Untold::Fetched, Untold::Kept],
        "MK-D1" => &[Untold::Fetched],
        "MK-D4" => &[Untold::Structure],
        "MK-D7" => &[Untold::FileTypes],
        "MK-D10" => &[Untold::Title],
        _ => &[],
    }
}

/// An answer that messages bear out whole: where a log said nothing of some of them, nobody knows.
fn told(asked: &Asked<'_>, answer: Answer) -> Answer {
    let (Some(period), CheckResult::Pass | CheckResult::NotApplicable) =
        (answer.window, answer.result)
    else {
        return answer;
    };
    let outward = matches!(asked.requirement.applies_to, AppliesTo::Sender | AppliesTo::Both);
    let inward = asked.requirement.applies_to != AppliesTo::Sender;
    let directions = [(outward, Direction::Out), (inward, Direction::In)];
    for untold in must_be_told(asked.requirement.id.as_str()) {
        let mut count = 0;
        for (_, direction) in directions.iter().filter(|(asks, _)| *asks) {
            let tallies: Vec<_> = match asked.subject.key() {
                Some(key) => asked.evidence.tally(key, *direction, period).into_iter().collect(),
                None => {
                    asked.evidence.sums(*direction).filter_map(|sum| sum.over(period)).collect()
                }
            };
            count += tallies.iter().map(|tally| tally.untold.count(untold.word())).sum::<i64>();
        }
        if count > 0 {
            let what = untold.label();
            let (da, en) = (what.da, what.en);
            let unknown = Answer::no_evidence(
                format!("{count} meddelelser er fra en log, der ikke siger noget om {da}."),
                format!("{count} messages are from a log that says nothing of {en}."),
            );
            let (result, why) = (unknown.result, unknown.why);
            return Answer { result, why, ..answer };
        }
    }
    answer
}

/// Whether a requirement is asked of the authority as a whole, perhaps besides its systems.
pub fn asks_authority(requirement: &Requirement) -> bool {
    requirement.applies_to == AppliesTo::Authority || requirement.id.as_str() == links::REQUIREMENT
}

enum Judged<'a> {
    Authority,
    System(&'a System),
    ContactPoint,
    LetterType,
}

fn subject_of<'a>(asked: &Asked<'a>) -> Option<Judged<'a>> {
    let evidence = asked.evidence;
    match (asked.requirement.applies_to, asked.subject) {
        (AppliesTo::Authority, Subject::Authority) => Some(Judged::Authority),
        (_, Subject::Authority) if asks_authority(asked.requirement) => Some(Judged::Authority),
        (AppliesTo::Sender, Subject::System(key)) => {
            evidence.system(key).filter(|system| Side::of(system).sends()).map(Judged::System)
        }
        (AppliesTo::Receiver, Subject::System(key)) => {
            evidence.system(key).filter(|system| Side::of(system).receives()).map(Judged::System)
        }
        (AppliesTo::Both, Subject::System(key)) => evidence
            .system(key)
            .filter(|system| Side::of(system) != Side::Neither)
            .map(Judged::System),
        (AppliesTo::ContactPoint, Subject::ContactPoint(key)) => {
            evidence.contact_point(key).map(|_| Judged::ContactPoint)
        }
        (AppliesTo::LetterType, Subject::LetterType(key)) => {
            evidence.letter_type(key).map(|_| Judged::LetterType)
        }
        _ => None,
    }
}

fn authority(asked: &Asked<'_>) -> Answer {
    match asked.requirement.id.as_str() {
        "MK-A5" => sending::one_sender(asked),
        "MK-M1" => receiving::one_receiver(asked),
        "MK-M4" => receiving::number_of_receivers(asked),
        "MK-M5" => receiving::large_messages(asked),
        "MK-M6" => receiving::everything_fetched_and_kept(asked),
        "MK-K1" => contacts::visible(asked),
        "MK-K3" => contacts::responsible(asked),
        links::REQUIREMENT => legacy::no_old_links(asked),
        "MK-S2" => discovery::unknown_traffic(asked),
        _ => Answer::unknown_check(),
    }
}

fn of_system(asked: &Asked<'_>, system: &System) -> Answer {
    match asked.requirement.id.as_str() {
        "MK-A1" => sending::points_to_the_solution(asked, system),
        "MK-A2" => sending::sends_memo(asked, system),
        "MK-A3" => sending::uses_contact_points(asked, system),
        "MK-A4" => sending::keeps_to_sizes(asked, system),
        "MK-M2" => receiving::points_to_the_solution(asked, system),
        "MK-M3" => receiving::can_receive_memo(asked, system),
        "MK-M7" => receiving::takes_the_sizes_it_says(asked, system),
        "MK-D1" => receiving::not_near_deactivation(asked, system),
        "MK-D2" => legacy::none_in_use(asked, system),
        "MK-D3" => legacy::no_symptoms(asked, system),
        "MK-D4" => legacy::versions(asked, system),
        "MK-D5" => upkeep::certificate(asked, system),
        "MK-D6" => upkeep::silent_in_the_window(asked, system),
        "MK-D7" => quality::file_types(asked, system),
        "MK-D8" => quality::receipts(asked, system),
        "MK-D9" => quality::errors(asked, system),
        "MK-D10" => quality::nothing_sensitive(asked, system),
        "MK-S3" => upkeep::has_traffic(asked, system),
        _ => Answer::unknown_check(),
    }
}
