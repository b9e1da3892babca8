//! MK-D7 to MK-D10: how good what is sent is.

use std::collections::BTreeSet;

use super::Asked;
use super::answer::Answer;
use super::number::{MESSAGE, RECEIPT, either};
use super::receiving::listed;
use crate::objects::{Direction, System};
use crate::tally::{Flaw, Tally};

const MILLIS_PER_HOUR: i64 = 3_600_000;

/// What the system sent in the window, from the date of the requirement on when that has come.
fn sent<'a>(asked: &Asked<'a>) -> Result<(&'a Tally, super::Period), Box<Answer>> {
    let Some(key) = asked.subject.key() else { return Err(Box::new(Answer::unknown_check())) };
    let period = asked.period_since().unwrap_or_else(|| asked.period());
    match asked.evidence.tally(key, Direction::Out, period) {
        Some(tally) => Ok((tally, period)),
        None => Err(Box::new(Answer::nothing_seen(period))),
    }
}

/// MK-D7.
pub(super) fn file_types(asked: &Asked<'_>, _: &System) -> Answer {
    let allowed: BTreeSet<String> =
        asked.list("file_types").iter().map(|one| one.to_ascii_lowercase()).collect();
    if allowed.is_empty() {
        return Answer::no_evidence(
            "Listen over tilladte filtyper er tom.",
            "The list of allowed file types is empty.",
        );
    }
    let (tally, period) = match sent(asked) {
        Ok(sent) => sent,
        Err(answer) => return *answer,
    };
    let is_allowed = |name: &str| allowed.contains(&name.to_ascii_lowercase());
    let outside: Vec<(&str, &Flaw)> = tally
        .file_types
        .iter()
        .filter(|(name, flaw)| flaw.count() > 0 && !is_allowed(name))
        .collect();
    let count: i64 = outside.iter().map(|(_, flaw)| flaw.count()).sum();
    let answer = if outside.is_empty() {
        let kinds = listed(&tally.file_types);
        Answer::pass(
            format!("Kun tilladte filtyper. {kinds}"),
            format!("Allowed file types only. {kinds}"),
        )
    } else {
        let names: Vec<&str> = outside.iter().take(5).map(|(name, _)| *name).collect();
        let names = names.join(", ");
        Answer::fail(
            format!("{count} gange filtyper uden for listen: {names}."),
            format!("{count} times file types outside the list: {names}."),
        )
        .shown_by(outside.into_iter().map(|(_, flaw)| flaw))
    };
    answer.over(period).seen(&tally.messages).configured().count("outside", count)
}

/// MK-D8.
pub(super) fn receipts(asked: &Asked<'_>, _: &System) -> Answer {
    let (tally, period) = match sent(asked) {
        Ok(sent) => sent,
        Err(answer) => return *answer,
    };
    let hours = asked.limit("hours", 24.0).max(1.0) as i64;
    let most = asked.limit("negative_share_max", 0.01) * 100.0;
    let all = tally.receipts.total();
    let negative: Vec<&Flaw> = tally
        .receipts
        .iter()
        .filter(|(status, flaw)| !matches!(*status, "COMPLETED" | "RECEIVED") && flaw.count() > 0)
        .map(|(_, flaw)| flaw)
        .collect();
    let refused: i64 = negative.iter().map(|flaw| flaw.count()).sum();
    let missing = tally.waiting.before(asked.evidence.now.plus_millis(-hours * MILLIS_PER_HOUR));
    let late: i64 = tally
        .receipt_hours
        .iter()
        .filter(|(took, _)| i64::from(**took) >= hours)
        .map(|(_, count)| count)
        .sum();
    let finish = |answer: Answer| {
        answer
            .over(period)
            .seen(&tally.messages)
            .count("messages", tally.messages.count)
            .count("receipts", all)
            .count("negative", refused)
            .count("without_receipt", missing)
            .count("late", late)
    };
    let too_many = all > 0 && refused as f64 * 100.0 > most * all as f64;
    if missing > 0 || late > 0 || too_many {
        let answer = Answer::fail(
            format!(
                "{refused} af {} er negative (højst {most} %); {} er uden kvittering efter {hours} timer, \
                 {late} fik den for sent.",
                RECEIPT.da(all),
                MESSAGE.da(missing)
            ),
            format!(
                "{refused} of {} are negative (at most {most} %); {} without one after {hours} hours, \
                 {late} got it too late.",
                RECEIPT.en(all),
                MESSAGE.en(missing)
            ),
        );
        return finish(if too_many { answer.shown_by(negative) } else { answer });
    }
    if all == 0 {
        let waiting = tally.waiting.count();
        return finish(Answer::no_evidence(
            format!(
                "Ingen kvitteringer endnu; {} har ventet under {hours} timer.",
                MESSAGE.da(waiting)
            ),
            format!(
                "No receipts yet; {} {} waited less than {hours} hours.",
                MESSAGE.en(waiting),
                either(waiting, "has", "have")
            ),
        ));
    }
    finish(Answer::pass(
        format!("{refused} af {} er negative; ingen mangler efter {hours} timer.", RECEIPT.da(all)),
        format!(
            "{refused} of {} are negative; none is missing after {hours} hours.",
            RECEIPT.en(all)
        ),
    ))
}

/// MK-D9.
pub(super) fn errors(asked: &Asked<'_>, _: &System) -> Answer {
    let (tally, period) = match sent(asked) {
        Ok(sent) => sent,
        Err(answer) => return *answer,
    };
    let most = asked.limit("error_share_max", 0.001) * 100.0;
    let (all, invalid) = (tally.messages.count, tally.invalid.count());
    let key = asked.subject.key();
    let days = key.and_then(|key| asked.evidence.traffic(key, Direction::Out));
    let middle = period.from.plus_days(period.until.days_since(period.from) / 2);
    let (mut before, mut after) = ((0, 0), (0, 0));
    for (day, figures) in days.into_iter().flat_map(|sum| sum.days()) {
        if period.holds(day) {
            let half = if day <= middle { &mut before } else { &mut after };
            *half = (half.0 + figures.invalid, half.1 + figures.messages);
        }
    }
    // Shares are compared across, without dividing: nothing is lost to rounding.
    let rising = before.1 > 0 && after.1 > 0 && after.0 * before.1 > before.0 * after.1;
    let rules = listed(&tally.rules);
    let (da, en) = (MESSAGE.da(all), MESSAGE.en(all));
    let answer = if invalid as f64 * 100.0 > most * all as f64 {
        Answer::fail(
            format!("{invalid} af {da} er ugyldige (højst {most} %). {rules}"),
            format!("{invalid} of {en} are invalid (at most {most} %). {rules}"),
        )
        .shown_by([&tally.invalid])
    } else if rising {
        Answer::warn(
            format!("{invalid} af {da} er ugyldige; andelen stiger. {rules}"),
            format!("{invalid} of {en} are invalid; the share is rising. {rules}"),
        )
        .shown_by([&tally.invalid])
    } else {
        Answer::pass(
            format!("{invalid} af {da} er ugyldige (højst {most} %)."),
            format!("{invalid} of {en} are invalid (at most {most} %)."),
        )
    };
    answer.over(period).seen(&tally.messages).count("messages", all).count("invalid", invalid)
}

/// MK-D10.
pub(super) fn nothing_sensitive(asked: &Asked<'_>, _: &System) -> Answer {
    let (tally, period) = match sent(asked) {
        Ok(sent) => sent,
        Err(answer) => return *answer,
    };
    let (all, found) = (tally.messages.count, tally.sensitive.count());
    let answer = if found > 0 {
        Answer::warn(
            format!(
                "{found} af {} har en titel eller adviseringstekst, der ligner noget med et \
                 CPR-nummer.",
                MESSAGE.da(all)
            ),
            format!(
                "{found} of {} {} a title or notification text that looks as if it held a CPR number.",
                MESSAGE.en(all),
                either(found, "has", "have")
            ),
        )
        .shown_by([&tally.sensitive])
    } else {
        Answer::pass(
            format!(
                "Ingen titel eller adviseringstekst i {} ligner noget med et CPR-nummer.",
                MESSAGE.da(all)
            ),
            format!(
                "No title or notification text in {} looks as if it held a CPR number.",
                MESSAGE.en(all)
            ),
        )
    };
    answer.over(period).seen(&tally.messages).count("messages", all).count("sensitive", found)
}
