//! The systems of the country, until when their certificates hold, and what can be tried with them; and
//! the alarms there are.

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::response::Redirect;
use brevdue_exchange::exchange::alarms::{Alarm, AlarmKind};
use brevdue_exchange::local::knocking::Knock;
use brevdue_exchange::{Batch, Clock as _, MailSystem, StorageError, SystemId};
use brevdue_memo::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

use super::{local, refused};
use crate::limits::{LIVE_ALARMS, LIVE_JOURNEYS};
use crate::texts::Texts;
use crate::times;
use crate::visitor::{Answer, Refused, Visitor};

const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;
/// The clock moves at most so far at once.
const FAR_MILLIS: i64 = 366 * DAY_MILLIS;
/// Days before its end from which a certificate is marked.
const SOON_DAYS: i64 = 30;

/// A system.
pub(super) struct SystemView {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) organisation: String,
    /// Badge and words, when it is switched off.
    pub(super) off: Option<String>,
    pub(super) certificate: Option<CertificateView>,
}

/// Its certificate.
pub(super) struct CertificateView {
    pub(super) badge: &'static str,
    pub(super) words: String,
    /// Whether the clock can still be moved past its end.
    pub(super) ends_later: bool,
}

/// An alarm.
pub(super) struct AlarmView {
    pub(super) words: String,
    pub(super) since: String,
}

pub(super) async fn part(visitor: &Visitor) -> Result<Vec<SystemView>, StorageError> {
    let t = visitor.texts;
    let now = visitor.exchange().clock().now();
    let store = visitor.exchange().store();
    let mut systems = Vec::new();
    for organisation in store.organisations().await? {
        for system in store.systems_of(organisation.id).await? {
            systems.push(SystemView {
                id: system.id.0,
                off: off_since(&system, now)
                    .map(|since| t.live_system_off(times::moment(t, since).words)),
                certificate: certificate(t, &system, now),
                name: system.name,
                organisation: organisation.name.clone(),
            });
        }
    }
    Ok(systems)
}

fn off_since(system: &MailSystem, now: Timestamp) -> Option<Timestamp> {
    system.active_to.filter(|_| !system.is_active(now))
}

fn certificate(t: Texts, system: &MailSystem, now: Timestamp) -> Option<CertificateView> {
    let ends = system.certificate.as_ref()?.not_after?;
    let when = times::moment(t, ends).words;
    let soon = now.plus_seconds(SOON_DAYS * DAY_MILLIS / 1000);
    let (badge, words) = if ends < now {
        ("badge-error", t.live_certificate_ended(when))
    } else if ends <= soon {
        ("badge-warning", t.live_certificate_ends(when))
    } else {
        ("badge-success", t.live_certificate_ends(when))
    };
    Some(CertificateView { badge, words, ends_later: ends >= now })
}

pub(super) async fn alarms(visitor: &Visitor) -> Result<Vec<AlarmView>, StorageError> {
    let t = visitor.texts;
    let mut views = Vec::new();
    for (_, alarm) in visitor.exchange().alarms().await?.into_values().take(LIVE_ALARMS) {
        let subject = match alarm.subject.parse::<Uuid>() {
            Ok(id) => visitor.exchange().store().system(SystemId(id)).await?.map(|one| one.name),
            Err(_) => None,
        };
        let subject = subject.unwrap_or_else(|| alarm.subject.clone());
        views.push(AlarmView {
            words: format!("{}: {subject}", alarm_words(t, &alarm)),
            since: alarm_since(t, &alarm),
        });
    }
    Ok(views)
}

/// What does not happen, in words; its own word when there are none.
pub(super) fn alarm_words(t: Texts, alarm: &Alarm) -> &'static str {
    match alarm.kind.word() {
        "not-fetched" => t.live_alarm_not_fetched(),
        "receipts-not-taken" => t.live_alarm_receipts_not_taken(),
        "no-receipt" => t.live_alarm_no_receipt(),
        "retry-too-old" => t.live_alarm_retry_too_old(),
        "certificate-expiring" => t.live_alarm_certificate_expiring(),
        "damage" => t.live_alarm_damage(),
        "balance" => t.live_alarm_balance(),
        other => other,
    }
}

/// Since when; of a certificate, until when.
pub(super) fn alarm_since(t: Texts, alarm: &Alarm) -> String {
    let Ok(since) = alarm.since.parse::<Timestamp>() else {
        return t.live_alarm_since(&alarm.since);
    };
    let when = times::moment(t, since).words;
    match alarm.kind {
        AlarmKind::CertificateExpiring => t.live_alarm_until(when),
        _ => t.live_alarm_since(when),
    }
}

/// The buttons of a system; one of them was pressed.
#[derive(Deserialize)]
pub(crate) struct SystemForm {
    token: String,
    #[serde(default)]
    knock: Option<Uuid>,
    #[serde(default)]
    past: Option<Uuid>,
    #[serde(default)]
    on: Option<Uuid>,
}

/// `POST /live/systems`
pub(crate) async fn systems(
    visitor: Visitor,
    form: Result<Form<SystemForm>, FormRejection>,
) -> Answer {
    let local = local(&visitor).await?;
    let Some(Form(form)) = form.ok().filter(|form| visitor.is_own_form(&form.token)) else {
        return Err(visitor.refuse(Refused::Form).await);
    };
    let Some(id) = form.knock.or(form.past).or(form.on).map(SystemId) else {
        return Err(visitor.refuse(Refused::Form).await);
    };
    let system = match visitor.exchange().store().system(id).await {
        Ok(Some(system)) => system,
        Ok(None) => return Err(visitor.refuse(Refused::Form).await),
        Err(error) => return Err(visitor.failed("the system could not be found", &error).await),
    };
    if form.knock.is_some() {
        return match visitor.exchange().knock(id).await {
            Ok(Some(Knock::LetIn)) => Ok(visitor.finish(Redirect::to("/live?said=let-in"))),
            Ok(_) => Ok(visitor.finish(Redirect::to("/live?said=not-let-in"))),
            Err(error) => Err(visitor.failed("the system could not be tried", &error).await),
        };
    }
    if form.on.is_some() {
        let on = MailSystem { active_to: None, failing_since: None, ..system.clone() };
        let ops = visitor.exchange().system_changes(Some(&system), on);
        return match visitor.exchange().store().commit(Batch { ops }).await {
            Ok(()) => Ok(visitor.finish(Redirect::to("/live?said=switched-on"))),
            Err(error) => Err(visitor.failed("the system could not be changed", &error).await),
        };
    }
    let ends = system.certificate.as_ref().and_then(|certificate| certificate.not_after);
    let Some(past) = ends.map(|ends| ends.plus_seconds(1)) else {
        return Err(visitor.refuse(Refused::Form).await);
    };
    let mut word = "moved";
    for _ in 0..LIVE_JOURNEYS {
        let now = local.clock.now();
        if now >= past {
            break;
        }
        let to = Timestamp::from_millis(past.as_millis().min(now.as_millis() + FAR_MILLIS));
        match visitor.exchange().travel(to).await {
            Ok(travelled) if !travelled.at_rest => word = "unfinished",
            Ok(_) => {}
            Err(error) => return refused(visitor, &local, &error).await,
        }
    }
    Ok(visitor.finish(Redirect::to(&format!("/live?said={word}"))))
}
