//! Faults on purpose: the list of those in force, and the form that makes one.

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::response::Redirect;
use brevdue_exchange::StorageError;
use brevdue_exchange::exchange::codes;
use brevdue_exchange::local::faults::{Fault, FaultKind};
use serde::Deserialize;
use uuid::Uuid;

use super::{Choice, local, refused};
use crate::visitor::{Answer, Refused, Visitor};

/// The part of the page.
pub(super) struct FaultsPart {
    pub(super) kinds: Vec<Choice>,
    pub(super) systems: Vec<Choice>,
    pub(super) codes: Vec<&'static str>,
    pub(super) there: Vec<FaultView>,
}

/// A fault in force.
pub(super) struct FaultView {
    pub(super) id: Uuid,
    pub(super) words: String,
}

pub(super) async fn part(visitor: &Visitor) -> Result<FaultsPart, StorageError> {
    let t = visitor.texts;
    let store = visitor.exchange().store();
    let mut systems = Vec::new();
    for organisation in store.organisations().await? {
        for system in store.systems_of(organisation.id).await? {
            systems.push(Choice { value: system.id.to_string(), name: system.name });
        }
    }
    let named: Vec<(FaultKind, &str)> =
        FaultKind::ALL.into_iter().zip(t.live_fault_kinds().iter().copied()).collect();
    let there = visitor.exchange().faults().into_iter().map(|kept| {
        let fault = kept.body;
        let kind = named.iter().find(|(kind, _)| *kind == fault.kind);
        let mut words = vec![kind.map_or(fault.kind.word(), |(_, name)| *name).to_owned()];
        if let Some(id) = fault.system.map(|id| id.to_string()) {
            words.extend(systems.iter().find(|one| one.value == id).map(|one| one.name.clone()));
        }
        words.extend(fault.error_code);
        words.extend(fault.times.map(|times| t.live_fault_left(i64::from(times))));
        FaultView { id: kept.id, words: words.join(", ") }
    });
    let there = there.collect();
    Ok(FaultsPart {
        kinds: named
            .iter()
            .map(|(kind, name)| Choice { value: kind.word().into(), name: (*name).into() })
            .collect(),
        systems,
        codes: codes::ALL.iter().map(|code| code.name).collect(),
        there,
    })
}

/// The form that makes a fault, and the buttons that remove one.
#[derive(Deserialize)]
pub(crate) struct FaultForm {
    token: String,
    #[serde(default)]
    remove: Option<Uuid>,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    system: Option<Uuid>,
    #[serde(default)]
    code: String,
    #[serde(default)]
    seconds: String,
    #[serde(default)]
    times: String,
}

/// `POST /live/faults`
pub(crate) async fn faults(
    visitor: Visitor,
    form: Result<Form<FaultForm>, FormRejection>,
) -> Answer {
    let local = local(&visitor).await?;
    let Some(Form(form)) = form.ok().filter(|form| visitor.is_own_form(&form.token)) else {
        return Err(visitor.refuse(Refused::Form).await);
    };
    if form.remove.is_some() {
        return match visitor.exchange().remove_fault(form.remove).await {
            Ok(()) => Ok(visitor.finish(Redirect::to("/live?said=fault-removed"))),
            Err(error) => refused(visitor, &local, &error).await,
        };
    }
    let kind = FaultKind::ALL.into_iter().find(|kind| kind.word() == form.kind);
    let Some(kind) = kind else { return Err(visitor.refuse(Refused::Form).await) };
    let number = |text: &str| text.trim().parse::<u32>().ok().filter(|number| *number > 0);
    let fault = Fault {
        kind,
        system: form.system,
        recipient: None,
        seconds: number(&form.seconds),
        error_code: kind.says_a_code().then(|| form.code.clone()),
        times: number(&form.times),
        until_millis: None,
    };
    match visitor.exchange().add_fault(fault).await {
        Ok(_) => Ok(visitor.finish(Redirect::to("/live?said=fault-added"))),
        Err(error) => refused(visitor, &local, &error).await,
    }
}
