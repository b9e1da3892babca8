//! MK-K1 to MK-K3: the contact structure.

use super::Asked;
use super::answer::Answer;
use super::number::CONTACT_POINT;
use crate::objects::ContactPoint;

/// MK-K1.
pub(super) fn visible(asked: &Asked<'_>) -> Answer {
    let points: Vec<&ContactPoint> = asked.evidence.contact_points().map(|(_, one)| one).collect();
    if points.is_empty() {
        return Answer::no_evidence(
            "Der er intet kontaktpunkt i registret.",
            "There is no contact point in the register.",
        );
    }
    let count =
        |sees: fn(&ContactPoint) -> bool| points.iter().filter(|one| sees(one)).count() as i64;
    let groups = [
        ("borgere", "citizens", count(|one| one.visible_to_citizens)),
        ("virksomheder", "companies", count(|one| one.visible_to_companies)),
        ("myndigheder", "authorities", count(|one| one.visible_to_authorities)),
    ];
    let all = i64::try_from(points.len()).unwrap_or(i64::MAX);
    let blind: Vec<_> = groups.iter().filter(|(.., seen)| *seen == 0).collect();
    let visible = count(|one| {
        one.visible_to_citizens || one.visible_to_companies || one.visible_to_authorities
    });
    let least = asked.least("visible_min");
    let answer = if visible < least {
        Answer::fail(
            format!(
                "{visible} af {} er synlige for nogen (mindst {least}).",
                CONTACT_POINT.da(all)
            ),
            format!(
                "{visible} of {} are visible to anybody (at least {least}).",
                CONTACT_POINT.en(all)
            ),
        )
    } else if blind.is_empty() {
        Answer::pass(
            format!("{}; alle tre grupper kan se mindst ét.", CONTACT_POINT.da(all)),
            format!("{}; each of the three groups sees at least one.", CONTACT_POINT.en(all)),
        )
    } else {
        let da: Vec<&str> = blind.iter().map(|(da, ..)| *da).collect();
        let en: Vec<&str> = blind.iter().map(|(_, en, _)| *en).collect();
        Answer::warn(
            format!("Ingen kontaktpunkter er synlige for {}.", da.join(" og ")),
            format!("No contact point is visible to {}.", en.join(" or ")),
        )
    };
    groups
        .iter()
        .fold(answer.configured(), |answer, (_, en, seen)| {
            answer.count(&format!("visible_{en}"), *seen)
        })
        .count("contact_points", all)
}

/// MK-K2.
pub(super) fn bound(asked: &Asked<'_>) -> Answer {
    let evidence = asked.evidence;
    let Some(point) = asked.subject.key().and_then(|key| evidence.contact_point(key)) else {
        return Answer::unknown_check();
    };
    let name = &point.name;
    let answer = match &point.receiver_system {
        None => Answer::fail(
            format!("Kontaktpunktet {name} er ikke knyttet til et modtagersystem."),
            format!("The contact point {name} is not tied to a receiver system."),
        ),
        Some(key) => {
            let system = evidence.system(key).map_or(key.as_str(), |system| system.name.as_str());
            if evidence.receives_now(key) {
                Answer::pass(
                    format!("Kontaktpunktet {name} er knyttet til {system}, som er aktivt."),
                    format!("The contact point {name} is tied to {system}, which is active."),
                )
            } else {
                Answer::fail(
                    format!("Kontaktpunktet {name} er knyttet til {system}, som ikke er aktivt."),
                    format!("The contact point {name} is tied to {system}, which is not active."),
                )
            }
        }
    };
    answer.configured()
}

/// MK-K3.
pub(super) fn responsible(asked: &Asked<'_>) -> Answer {
    let evidence = asked.evidence;
    let Some(settings) = evidence.settings() else { return Answer::unknown_check() };
    let office = settings.contact_structure_office.trim();
    let reviewed = settings.contact_structure_reviewed;
    if office.is_empty() && reviewed.is_none() {
        return Answer::no_evidence(
            "Hverken ansvarligt kontor eller gennemgang er noteret.",
            "Neither a responsible office nor a review is noted.",
        );
    }
    let months = asked.limit("review_months", 12.0) as i32;
    let answer = match (office.is_empty(), reviewed) {
        (true, _) => Answer::fail(
            "Intet kontor har ansvaret for kontaktstrukturen.",
            "No office is responsible for the contact structure.",
        ),
        (_, None) => Answer::fail(
            format!("{office} har ansvaret, men strukturen er aldrig gennemgået."),
            format!("{office} is responsible, but the structure was never gone through."),
        ),
        (_, Some(day)) if settings.organisation_changed.is_some_and(|changed| day < changed) => {
            Answer::fail(
                format!("Sidste gennemgang {day} ligger før organisationens seneste ændring."),
                format!("The last review on {day} is before the last change of the organisation."),
            )
        }
        (_, Some(day)) if day.plus_months(months) <= evidence.today => Answer::fail(
            format!("Sidste gennemgang {day} er mindst {months} måneder gammel."),
            format!("The last review on {day} is {months} months old or more."),
        ),
        (_, Some(day)) => Answer::pass(
            format!("{office} har ansvaret; sidste gennemgang {day}."),
            format!("{office} is responsible; last review on {day}."),
        ),
    };
    answer.configured()
}
