//! What follows from what was seen: each requirement, met or not, and why.

use std::collections::BTreeMap;

use super::run::Calls;
use super::{Case, CaseResult, Requirement, RequirementId, RunState, Verdict};
use crate::{MailSystem, ServiceProtocol};

/// Judges what was seen.
pub(super) fn judge(
    system: &MailSystem,
    cases: &[CaseResult],
    left: &[Case],
    calls: &Calls,
    patience_seconds: u32,
) -> Vec<Requirement> {
    // What the exchange refused itself never came to the receiver.
    let refused: Vec<&CaseResult> = cases.iter().filter(|one| one.refused.is_some()).collect();
    let tried: Vec<&CaseResult> = cases.iter().filter(|one| one.refused.is_none()).collect();
    let those = |wrong: &dyn Fn(&CaseResult) -> bool| -> Vec<Case> {
        tried.iter().filter(|one| wrong(one)).map(|one| one.case).collect()
    };
    let slow = i64::from(patience_seconds) * 1000;
    let is_late =
        |one: &CaseResult| one.answered_after_milliseconds.is_some_and(|millis| millis > slow);
    let not_taken = those(&|one| one.taken.is_empty() && one.answered.is_empty());
    let not_answered = those(&|one| one.answered.is_empty() || is_late(one));
    let not_accepted = those(&|one| one.answers.iter().any(|word| word != "COMPLETED"));
    let slowest = tried.iter().filter_map(|one| one.answered_after_milliseconds).max().unwrap_or(0);

    let all = tried.len();
    let mut requirements = vec![
        takes(system, not_taken, all, calls),
        one(
            RequirementId::Answers,
            not_answered,
            format!("Alle blev besvaret; det langsomste efter {slowest} ms"),
            format!("All were answered; the slowest after {slowest} ms"),
            "Der kom ingen forretningskvittering for disse breve inden fristen (POST /memos/{uuid}/receipt)",
            "No business receipt came for these letters in time (POST /memos/{uuid}/receipt)",
        ),
        if tried.iter().all(|one| one.answers.is_empty()) {
            not_tried(RequirementId::Accepts, "Intet brev blev besvaret", "No letter was answered")
        } else {
            one(
                RequirementId::Accepts,
                not_accepted,
                "Hvert svar var COMPLETED".into(),
                "Each answer was COMPLETED".into(),
                "Disse breve er rigtige, men blev afvist",
                "These letters are right, but were refused",
            )
        },
        repeats(tried.iter().find(|one| one.case == Case::Twice)),
        delayed(tried.iter().find(|one| one.case == Case::Delayed)),
        one(
            RequirementId::Empties,
            left.to_vec(),
            "Intet brev blev stående".into(),
            "No letter was left waiting".into(),
            "Disse breve står stadig på listen: kvitter med COMPLETED, eller slet dem",
            "These letters are still on the list: answer COMPLETED, or delete them",
        ),
        tls(system, calls),
        follows(calls),
    ];
    if !refused.is_empty() {
        let codes: Vec<&str> = refused.iter().filter_map(|one| one.refused.as_deref()).collect();
        let codes = codes.join(", ");
        requirements.push(requirement(
            RequirementId::Tried,
            Verdict::Remark,
            refused.iter().map(|one| one.case).collect(),
            format!(
                "Udvekslingen afviste selv disse breve ({codes}), så systemet fik dem aldrig. Har \
                 kontaktpunktet grænser for dem?"
            ),
            format!(
                "The exchange itself refused these letters ({codes}), so the system never got them. Does \
                 the contact point limit them?"
            ),
        ));
    }
    requirements
}

fn takes(system: &MailSystem, not_taken: Vec<Case>, all: usize, calls: &Calls) -> Requirement {
    let (da, en) = match (system.protocol, calls.failed_pushes.is_empty(), calls.all) {
        (ServiceProtocol::RestPush, false, _) => {
            let why = listed(&calls.failed_pushes);
            (
                format!("Disse breve blev aldrig modtaget med et 2xx-svar; afleveringerne gav {why}"),
                format!("These letters were never answered with a 2xx; the pushes gave {why}"),
            )
        }
        (ServiceProtocol::RestPush, true, _) => (
            "Disse breve blev aldrig modtaget med et 2xx-svar".to_owned(),
            "These letters were never answered with a 2xx".to_owned(),
        ),
        (_, _, 0) => (
            "Disse breve blev aldrig hentet. Systemet kaldte slet ikke: kører det, og kalder det den rigtige \
             adresse?"
                .to_owned(),
            "These letters were never fetched. The system did not call at all: does it run, and does it call \
             the right address?"
                .to_owned(),
        ),
        _ => (
            "Disse breve blev aldrig hentet (GET /memos/{uuid})".to_owned(),
            "These letters were never fetched (GET /memos/{uuid})".to_owned(),
        ),
    };
    one(
        RequirementId::Takes,
        not_taken,
        format!("{all} breve blev taget imod"),
        format!("{all} letters were taken"),
        &da,
        &en,
    )
}

fn repeats(twice: Option<&&CaseResult>) -> Requirement {
    let id = RequirementId::Repeats;
    let Some(twice) = twice.filter(|one| !one.answered.is_empty()) else {
        return not_tried(
            id,
            "Brevet blev ikke besvaret den første gang, så det blev ikke afleveret igen",
            "The letter was not answered the first time, so it was not handed over again",
        );
    };
    if twice.answers.len() < 2 {
        return requirement(
            id,
            Verdict::Failed,
            vec![Case::Twice],
            "Brevet blev afleveret igen, men ikke besvaret igen. Aflevering sker mindst én gang: kend brevet \
             på messageUUID, gem det én gang, og svar igen"
                .into(),
            "The letter was handed over again, but not answered again. Delivery happens at least once: know \
             the letter by its messageUUID, keep it once, and answer again"
                .into(),
        );
    }
    let alike = twice.answers.windows(2).all(|pair| pair[0] == pair[1]);
    let words = twice.answers.join(", ");
    one(
        id,
        if alike { Vec::new() } else { vec![Case::Twice] },
        "Brevet blev afleveret to gange og besvaret ens begge gange".into(),
        "The letter was handed over twice and answered alike both times".into(),
        &format!(
            "Brevet blev afleveret to gange, men besvaret forskelligt ({words}). At det kommer igen, er ingen \
             fejl: svar som første gang"
        ),
        &format!(
            "The letter was handed over twice, but answered differently ({words}). That it comes again is no \
             fault: answer as the first time"
        ),
    )
}

fn delayed(delayed: Option<&&CaseResult>) -> Requirement {
    let id = RequirementId::Delayed;
    let Some(delayed) = delayed else {
        return not_tried(id, "Brevet blev ikke sendt", "The letter was not sent");
    };
    let (da, en) = if delayed.taken.is_empty() {
        (
            "Brevet blev ikke taget imod, da dagen kom. Kører systemet stadig, og spørger det jævnligt?",
            "The letter was not taken when its day came. Does the system still run, and does it keep asking?",
        )
    } else {
        (
            "Brevet blev taget imod, da dagen kom, men ikke besvaret inden fristen",
            "The letter was taken when its day came, but not answered in time",
        )
    };
    one(
        id,
        if delayed.answered.is_empty() { vec![Case::Delayed] } else { Vec::new() },
        "Brevet med en senere leveringsdato blev taget imod, da dagen kom".into(),
        "The letter with a later delivery date was taken when its day came".into(),
        da,
        en,
    )
}

fn follows(calls: &Calls) -> Requirement {
    let (id, refused, all) = (RequirementId::Calls, calls.refused, calls.all);
    if all == 0 {
        return not_tried(id, NO_CALLS.0, NO_CALLS.1);
    }
    let why = if refused == 0 { String::new() } else { format!(": {}", listed(&calls.refusals)) };
    requirement(
        id,
        if refused == 0 { Verdict::Passed } else { Verdict::Remark },
        Vec::new(),
        format!("{refused} af {all} kald fik et svar fra 400 og op{why}"),
        format!("{refused} of {all} calls were answered with 400 or above{why}"),
    )
}

const NO_CALLS: (&str, &str) = ("Der kom ingen kald fra systemet", "No call of the system came");

/// Reasons and how often each was given.
fn listed(reasons: &BTreeMap<String, u32>) -> String {
    let one = |(reason, count): (&String, &u32)| format!("{reason} (×{count})");
    reasons.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn not_tried(id: RequirementId, why_da: &str, why_en: &str) -> Requirement {
    requirement(id, Verdict::NotTried, Vec::new(), why_da.into(), why_en.into())
}

fn tls(system: &MailSystem, calls: &Calls) -> Requirement {
    if calls.all == 0 {
        return not_tried(RequirementId::Tls, NO_CALLS.0, NO_CALLS.1);
    }
    let pushes_to = system.endpoint.as_deref().unwrap_or_default();
    let plain_push =
        system.protocol == ServiceProtocol::RestPush && !pushes_to.starts_with("https://");
    let (verdict, da, en) = if calls.uncertified > 0 {
        (
            Verdict::Failed,
            format!("{} af {} kald kom uden TLS og klientcertifikat", calls.uncertified, calls.all),
            format!(
                "{} of {} calls came without TLS and a client certificate",
                calls.uncertified, calls.all
            ),
        )
    } else if plain_push {
        (
            Verdict::Remark,
            "Breve afleveres med http på denne maskine; i drift skal det være https".into(),
            "Letters are pushed over http on this machine; in production it must be https".into(),
        )
    } else {
        (
            Verdict::Passed,
            format!("{} kald, alle med TLS og klientcertifikat", calls.all),
            format!("{} calls, all with TLS and a client certificate", calls.all),
        )
    };
    requirement(RequirementId::Tls, verdict, Vec::new(), da, en)
}

fn one(
    id: RequirementId,
    wrong: Vec<Case>,
    well_da: String,
    well_en: String,
    why_da: &str,
    why_en: &str,
) -> Requirement {
    if wrong.is_empty() {
        requirement(id, Verdict::Passed, wrong, well_da, well_en)
    } else {
        requirement(id, Verdict::Failed, wrong, why_da.into(), why_en.into())
    }
}

fn requirement(
    id: RequirementId,
    verdict: Verdict,
    cases: Vec<Case>,
    why_da: String,
    why_en: String,
) -> Requirement {
    Requirement { id, verdict, cases, why_da, why_en }
}

/// A run has passed when every requirement was tried and none failed.
pub(super) fn state_of(requirements: &[Requirement]) -> RunState {
    let open = [Verdict::Failed, Verdict::NotTried];
    match requirements.iter().any(|one| open.contains(&one.verdict)) {
        true => RunState::Failed,
        false => RunState::Passed,
    }
}
