//! The live view of local mode: what happens, the clock, a letter on request, beginning again.
//!
//! Every form works without script; script makes new moments come by themselves.

mod delayed;
mod faults;
mod rows;
mod stream;
mod systems;

use askama::Template;
use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::http::{HeaderValue, header};
use axum::response::Redirect;
use brevdue_exchange::local::Local;
use brevdue_exchange::local::generator::MemoOrder;
use brevdue_exchange::{Clock as _, ContactPointId, MailSystem, Organisation};
use brevdue_memo::PartyId;
use brevdue_wire::PageRequest;
use serde::Deserialize;
use std::sync::Arc;
use uuid::Uuid;

use super::blocking;
use crate::limits::{LIVE_MOMENTS, LIVE_PEOPLE};
use crate::times::{self, Moment as Time};
use crate::visitor::{Answer, Chrome, Refusal, Refused, Section, Visitor};
use delayed::DelayedView;
pub(crate) use delayed::recall;
use faults::FaultsPart;
pub(crate) use faults::faults;
use rows::Rows;
pub(crate) use stream::stream;
pub(crate) use systems::systems;
use systems::{AlarmView, SystemView};

/// What the page may do beside what every page may: ask its own exchange for what is new.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     font-src 'self'; connect-src 'self'; object-src 'none'; form-action 'self'; base-uri 'none'; \
     frame-ancestors 'none'";

const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;

#[derive(Template)]
#[template(path = "live.html")]
struct LivePage {
    chrome: Chrome,
    now: Time,
    ahead_days: i64,
    recipients: Vec<Choice>,
    delayed: Vec<DelayedView>,
    faults: FaultsPart,
    systems: Vec<SystemView>,
    alarms: Vec<AlarmView>,
    rows: Vec<RowHtml>,
    last: u64,
    limit: usize,
    said: Option<Said>,
}

struct RowHtml {
    html: String,
}

/// One entry of a list to choose from.
struct Choice {
    value: String,
    name: String,
}

/// What became of the form that led here.
struct Said {
    well: bool,
    heading: &'static str,
    text: Option<String>,
}

/// What local mode adds; nobody finds the page elsewhere.
async fn local(visitor: &Visitor) -> Result<Arc<Local>, Refusal> {
    match visitor.exchange().local() {
        Some(local) => Ok(Arc::clone(local)),
        None => Err(visitor.refuse(Refused::NotFound).await),
    }
}

/// `GET /live`
pub(crate) async fn live(mut visitor: Visitor) -> Answer {
    let local = local(&visitor).await?;
    visitor.need_session().await?;
    let said = visitor.query("said").and_then(|word| said(&visitor, &word));
    show(&visitor, &local, said).await
}

fn said(visitor: &Visitor, word: &str) -> Option<Said> {
    let t = visitor.texts;
    let heading = match word {
        "moved" => t.live_moved(),
        "unfinished" => t.live_moved_unfinished(),
        "sent" => t.live_letter_sent(),
        "fault-added" => t.live_fault_added(),
        "fault-removed" => t.live_fault_removed(),
        "began" => t.live_country_done(),
        "recalled" => t.live_recalled(),
        "let-in" => t.live_let_in(),
        "not-let-in" => t.live_not_let_in(),
        "switched-on" => t.live_switched_on(),
        _ => return None,
    };
    let well = !matches!(word, "unfinished" | "not-let-in");
    let text = (word == "not-let-in").then(|| t.live_not_let_in_why().to_owned());
    Some(Said { well, heading, text })
}

async fn show(visitor: &Visitor, local: &Local, said: Option<Said>) -> Answer {
    let owner = visitor.owner().await?;
    let t = visitor.texts;
    let last = local.live.last();
    let mut rows = Rows::new(t, visitor.exchange());
    let mut html = Vec::new();
    for moment in local.live.latest(LIVE_MOMENTS) {
        html.push(RowHtml { html: rows.html(&moment).await });
    }
    let recipients = match recipients(visitor).await {
        Ok(recipients) => recipients,
        Err(error) => {
            return Err(visitor.failed("the recipients could not be listed", &error).await);
        }
    };
    let faults = match faults::part(visitor).await {
        Ok(faults) => faults,
        Err(error) => return Err(visitor.failed("the systems could not be listed", &error).await),
    };
    let parts = async {
        let delayed = delayed::part(visitor).await?;
        Ok((delayed, systems::part(visitor).await?, systems::alarms(visitor).await?))
    };
    let (delayed, systems, alarms) = match parts.await {
        Ok(parts) => parts,
        Err(error) => {
            let error: brevdue_exchange::StorageError = error;
            return Err(visitor.failed("the country could not be read", &error).await);
        }
    };
    let mut response = visitor.page(&LivePage {
        chrome: visitor.chrome(t.live_title(), Section::None, owner.as_ref()).await?,
        now: times::moment(t, local.clock.now()),
        ahead_days: local.clock.ahead_millis() / DAY_MILLIS,
        recipients,
        delayed,
        faults,
        systems,
        alarms,
        rows: html,
        last,
        limit: LIVE_MOMENTS,
        said,
    })?;
    let policy = HeaderValue::from_static(POLICY);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

/// Contact points of authorities, and some people.
async fn recipients(visitor: &Visitor) -> Result<Vec<Choice>, brevdue_exchange::StorageError> {
    let store = visitor.exchange().store();
    let mut choices = Vec::new();
    for organisation in store.organisations().await? {
        for point in store.contact_points_of(organisation.id).await? {
            choices.push(Choice {
                value: format!("point:{}:{}", organisation.cvr.digits(), point.id),
                name: format!("{}, {}", organisation.name, point.name),
            });
        }
    }
    let people = store.contacts(PageRequest { page: 0, size: LIVE_PEOPLE }).await?;
    for contact in people.items {
        let value = match contact.party {
            PartyId::Cpr(number) => format!("cpr:{}", number.digits()),
            PartyId::Cvr(number) => format!("cvr:{}", number.digits()),
        };
        choices.push(Choice { value, name: contact.name });
    }
    Ok(choices)
}

/// The forms of the clock: a button with its seconds, or days as somebody wrote them.
#[derive(Deserialize)]
pub(crate) struct ClockForm {
    token: String,
    #[serde(default)]
    seconds: u32,
    #[serde(default)]
    days: String,
}

/// `POST /live/clock`
pub(crate) async fn clock(
    visitor: Visitor,
    form: Result<Form<ClockForm>, FormRejection>,
) -> Answer {
    let local = local(&visitor).await?;
    let Some(Form(form)) = form.ok().filter(|form| visitor.is_own_form(&form.token)) else {
        return Err(visitor.refuse(Refused::Form).await);
    };
    let days = form.days.trim().parse::<u16>().unwrap_or(0);
    let seconds = i64::from(form.seconds) + i64::from(days) * DAY_MILLIS / 1000;
    let to = local.clock.now().plus_seconds(seconds);
    match visitor.exchange().travel(to).await {
        Ok(travelled) => {
            let word = if travelled.at_rest { "moved" } else { "unfinished" };
            Ok(visitor.finish(Redirect::to(&format!("/live?said={word}"))))
        }
        Err(error) => refused(visitor, &local, &error).await,
    }
}

/// Shows the page again with what stood in the way.
async fn refused(
    mut visitor: Visitor,
    local: &Local,
    error: &(dyn std::error::Error + Sync),
) -> Answer {
    visitor.need_session().await?;
    let said =
        Said { well: false, heading: visitor.texts.live_refused(), text: Some(error.to_string()) };
    show(&visitor, local, Some(said)).await
}

/// The form of a letter.
#[derive(Deserialize)]
pub(crate) struct LetterForm {
    token: String,
    to: String,
    #[serde(default)]
    days: String,
}

/// `POST /live/letter`
pub(crate) async fn letter(
    visitor: Visitor,
    form: Result<Form<LetterForm>, FormRejection>,
) -> Answer {
    let local = local(&visitor).await?;
    let Some(Form(form)) = form.ok().filter(|form| visitor.is_own_form(&form.token)) else {
        return Err(visitor.refuse(Refused::Form).await);
    };
    let order = match order(&visitor, &form).await {
        Ok(Some(order)) => order,
        Ok(None) => return Err(visitor.refuse(Refused::Form).await),
        Err(error) => return Err(visitor.failed("the sender could not be found", &error).await),
    };
    let waits = order.delayed_days.is_some();
    let exchange = visitor.exchange().clone();
    match blocking(async move { exchange.generate(&order).await }).await {
        Ok(Ok(made)) => {
            if waits {
                delayed::filed(&visitor, made.message_uuid).await;
            }
            Ok(visitor.finish(Redirect::to("/live?said=sent")))
        }
        Ok(Err(error)) => refused(visitor, &local, &error).await,
        Err(error) => Err(visitor.failed("a letter could not be made", &error).await),
    }
}

async fn order(
    visitor: &Visitor,
    form: &LetterForm,
) -> Result<Option<MemoOrder>, brevdue_exchange::StorageError> {
    let mut words = form.to.split(':');
    let (kind, number) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let id_type = if kind == "cpr" { "CPR" } else { "CVR" };
    let Ok(recipient) = PartyId::parse(id_type, number) else { return Ok(None) };
    let contact_point = words.next().and_then(|id| id.parse::<Uuid>().ok()).map(ContactPointId);
    let days = form.days.trim().parse::<u16>().unwrap_or(0).min(360);
    let Some((organisation, system)) = sender(visitor, recipient).await? else { return Ok(None) };
    Ok(Some(MemoOrder {
        cvr: organisation.cvr,
        organisation: organisation.id,
        system: system.id,
        recipient,
        long_message: false,
        attachments: 1,
        reply: true,
        reply_by: None,
        contact_point,
        action: true,
        legal_notification: false,
        mandatory: false,
        delayed_days: (days > 0).then_some(days),
    }))
}

/// An authority that sends and is not the recipient.
async fn sender(
    visitor: &Visitor,
    recipient: PartyId,
) -> Result<Option<(Organisation, MailSystem)>, brevdue_exchange::StorageError> {
    let store = visitor.exchange().store();
    for organisation in store.organisations().await? {
        if !organisation.is_authority() || recipient == PartyId::Cvr(organisation.cvr) {
            continue;
        }
        let systems = store.systems_of(organisation.id).await?;
        if let Some(system) = systems.into_iter().find(|system| system.sends) {
            return Ok(Some((organisation, system)));
        }
    }
    Ok(None)
}

/// The form that begins again.
#[derive(Deserialize)]
pub(crate) struct CountryForm {
    token: String,
}

/// `POST /live/country`
pub(crate) async fn country(
    visitor: Visitor,
    form: Result<Form<CountryForm>, FormRejection>,
) -> Answer {
    let local = local(&visitor).await?;
    if !form.is_ok_and(|form| visitor.is_own_form(&form.token)) {
        return Err(visitor.refuse(Refused::Form).await);
    }
    match local.steering.begin_again(None).await {
        Ok(()) => Ok(visitor.finish(Redirect::to("/live?said=began"))),
        Err(error) => refused(visitor, &local, &error).await,
    }
}
