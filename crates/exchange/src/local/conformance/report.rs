//! What follows from what was seen: each requirement, met or not, and why.

use super::run::Calls;
use super::{Case, CaseResult, Requirement, RequirementId, RunState, Verdict};
use crate::{MailSystem, ServiceProtocol};

/// Judges what was seen.
pub(super) fn judge(
    system: &MailSystem,
    cases: &[CaseResult],
    left: &[Case],
    calls: Calls,
    patience_seconds: u32,
) -> Vec<Requirement> {
    let those = |wrong: &dyn Fn(&CaseResult) -> bool| -> Vec<Case> {
        cases.iter().filter(|one| wrong(one)).map(|one| one.case).collect()
    };
    let not_taken = those(&|one| one.taken.is_empty() && one.answered.is_empty());
    let not_answered = those(&|one| one.answered.is_empty());
    let slow = i64::from(patience_seconds) * 1000;
    let late = those(&|one| one.answered_after_milliseconds.is_some_and(|millis| millis > slow));
    let not_accepted = those(&|one| one.answers.iter().any(|word| word != "COMPLETED"));
    let twice = cases.iter().find(|one| one.case == Case::Twice);
    let repeated = twice.is_some_and(|one| {
        one.answered.len() > 1 && one.answers.windows(2).all(|pair| pair[0] == pair[1])
    });
    let delayed = cases.iter().find(|one| one.case == Case::Delayed);
    let delayed_taken = delayed.is_some_and(|one| !one.answered.is_empty());
    let slowest = cases.iter().filter_map(|one| one.answered_after_milliseconds).max().unwrap_or(0);

    let all = cases.len();
    let mut requirements = vec![
        one(
            RequirementId::Takes,
            not_taken,
            format!("{all} breve blev taget imod"),
            format!("{all} letters were taken"),
            "Disse breve blev aldrig hentet eller modtaget med et 2xx-svar",
            "These letters were never fetched, or never answered with a 2xx",
        ),
        one(
            RequirementId::Answers,
            [not_answered, late].concat(),
            format!("Alle blev besvaret; det langsomste efter {slowest} ms"),
            format!("All were answered; the slowest after {slowest} ms"),
            "Der kom ingen forretningskvittering for disse breve inden fristen (POST /memos/{uuid}/receipt)",
            "No business receipt came for these letters in time (POST /memos/{uuid}/receipt)",
        ),
        one(
            RequirementId::Accepts,
            not_accepted,
            "Hvert svar var COMPLETED".into(),
            "Each answer was COMPLETED".into(),
            "Disse breve er rigtige, men blev afvist",
            "These letters are right, but were refused",
        ),
        one(
            RequirementId::Repeats,
            if repeated { Vec::new() } else { vec![Case::Twice] },
            "Brevet blev afleveret to gange og besvaret ens begge gange".into(),
            "The letter was handed over twice and answered alike both times".into(),
            "Brevet blev afleveret igen, men ikke besvaret igen som første gang. Aflevering sker mindst én \
             gang: kend brevet på messageUUID, gem det én gang, og svar igen",
            "The letter was handed over again, but not answered again as the first time. Delivery happens at \
             least once: know the letter by its messageUUID, keep it once, and answer again",
        ),
        one(
            RequirementId::Delayed,
            if delayed_taken { Vec::new() } else { vec![Case::Delayed] },
            "Brevet med en senere leveringsdato blev taget imod, da dagen kom".into(),
            "The letter with a later delivery date was taken when its day came".into(),
            "Brevet blev ikke taget imod, da dagen kom. Kører systemet stadig, og spørger det jævnligt?",
            "The letter was not taken when its day came. Does the system still run, and does it keep asking?",
        ),
        one(
            RequirementId::Empties,
            left.to_vec(),
            "Intet brev blev stående".into(),
            "No letter was left waiting".into(),
            "Disse breve står stadig på listen: kvitter med COMPLETED, eller slet dem",
            "These letters are still on the list: answer COMPLETED, or delete them",
        ),
    ];
    requirements.push(tls(system, calls));
    requirements.push(requirement(
        RequirementId::Calls,
        if calls.refused == 0 { Verdict::Passed } else { Verdict::Remark },
        Vec::new(),
        format!("{} af {} kald fik et svar fra 400 og op", calls.refused, calls.all),
        format!("{} of {} calls were answered with 400 or above", calls.refused, calls.all),
    ));
    requirements
}

fn tls(system: &MailSystem, calls: Calls) -> Requirement {
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

/// A run has passed when no requirement failed.
pub(super) fn state_of(requirements: &[Requirement]) -> RunState {
    match requirements.iter().any(|one| one.verdict == Verdict::Failed) {
        true => RunState::Failed,
        false => RunState::Passed,
    }
}
