//! MK-S1: whether letters carry the markup that was decided for them.

use std::collections::BTreeSet;

use super::Asked;
use super::answer::Answer;
use super::number::LETTER;
use super::sending::percent;
use crate::objects::{AuthorityKind, LetterType, Level, MustDo};
use crate::potential::standard_for;

/// Coverage that is aimed at where nobody said otherwise.
const COVERAGE: f64 = 0.98;

/// MK-S1.
pub(super) fn decided(asked: &Asked<'_>) -> Answer {
    let evidence = asked.evidence;
    let Some((key, letter)) =
        asked.subject.key().and_then(|key| Some((key, evidence.letter_type(key)?)))
    else {
        return Answer::unknown_check();
    };
    let Some(level) = letter.level else {
        return Answer::not_applicable(
            "Opmærkningen er ikke besluttet.",
            "No markup has been decided.",
        );
    };
    if level == Level::A0 {
        return Answer::not_applicable(
            "Besluttet uden opmærkning (A0).",
            "Decided without markup (A0).",
        );
    }
    let fields = decided_fields(asked, letter, level);
    let period = asked.period();
    let counted = evidence.letters(key).filter(|one| one.messages.count + one.others.count > 0);
    let Some(counted) = counted else {
        return Answer::no_evidence(
            format!("Ingen breve af denne type set i perioden {period}."),
            format!("No letters of this type seen in {period}."),
        )
        .over(period);
    };
    let all = counted.messages.count + counted.others.count;
    let target = letter
        .target_coverage
        .filter(|share| (0.0..=1.0).contains(share))
        .unwrap_or_else(|| asked.limit("coverage_min", COVERAGE));
    let (field, least) = fields
        .iter()
        .map(|field| (field.as_str(), counted.fields.count(field)))
        .min_by_key(|(_, count)| *count)
        .unwrap_or(("", all));
    let reached = least as f64 >= target * all as f64;
    let (share, wanted) = (percent(least, all), (target * 100.0).round());
    let mut seen = counted.messages;
    seen.merge(&counted.others);
    let (da, en) = (LETTER.da(all), LETTER.en(all));
    let coming = letter.target_date.filter(|day| evidence.today < *day);
    let answer = match (reached, coming) {
        (true, _) => Answer::pass(
            format!("Besluttet opmærkning i mindst {share} % af {da} (mål {wanted} %)."),
            format!("Decided markup in at least {share} % of {en} (target {wanted} %)."),
        ),
        (false, Some(day)) => Answer::warn(
            format!("{field} findes i {share} % af {da}; målet er {wanted} % fra {day}."),
            format!("{field} is in {share} % of {en}; the target is {wanted} % from {day}."),
        ),
        (false, None) => Answer::fail(
            format!("{field} findes kun i {share} % af {da}; målet er {wanted} %."),
            format!("{field} is in {share} % of {en} only; the target is {wanted} %."),
        ),
    };
    let answer = if reached { answer } else { answer.shown_by([&counted.bare]) };
    let mut answer = answer.over(period).seen(&seen).configured();
    if !reached {
        // Letters that miss one field of several are not kept as examples, so the last letter counts.
        answer.failed_at = seen.last();
    }
    for field in &fields {
        answer = answer.count(field, counted.fields.count(field));
    }
    answer.count("letters", all)
}

/// The fields decided for a letter: those of its own list whose source is there, with the minimum
/// standard below them and, from A2 on, the action that fits what the recipient must do.
fn decided_fields(asked: &Asked<'_>, letter: &LetterType, level: Level) -> BTreeSet<String> {
    let listed = asked.list("standard");
    let mut fields: BTreeSet<String> = if listed.is_empty() {
        let kind = asked.evidence.settings().map_or(AuthorityKind::Anden, |settings| settings.kind);
        standard_for(letter, kind).map(str::to_owned).collect()
    } else {
        listed.iter().cloned().collect()
    };
    let own =
        letter.fields.iter().filter(|one| one.quality != Some(crate::objects::Quality::Missing));
    fields.extend(own.map(|one| one.field.clone()).filter(|field| {
        !field.is_empty() && (level >= Level::A2 || !field.starts_with("action:"))
    }));
    let has_action = fields.iter().any(|field| field.starts_with("action:"));
    if level >= Level::A2 && !has_action {
        fields.extend(letter.must_do.and_then(action_of).map(str::to_owned));
    }
    fields
}

fn action_of(must: MustDo) -> Option<&'static str> {
    match must {
        MustDo::Pay => Some("action:BETALING"),
        MustDo::Meet => Some("action:AFTALE"),
        MustDo::Sign => Some("action:UNDERSKRIV"),
        MustDo::Confirm => Some("action:BEKRAEFT"),
        MustDo::Prepare => Some("action:FORBEREDELSE"),
        MustDo::Enrol => Some("action:TILMELDING"),
        MustDo::SelfService => Some("action:SELVBETJENING"),
        MustDo::None | MustDo::Read | MustDo::Answer => None,
    }
}
