//! The supplier's questionnaire: links that open it without signing in, and the page they open.
//!
//! A link carries the programme and a random token of which only the SHA-256 is kept. It opens one
//! supplier: its systems, what is to be done for them, and the questions. It expires and can be taken back.

pub(crate) mod sheet;

use askama::Template;
use axum::Form;
use axum::extract::Path;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::response::Redirect;
use brevdue_programme::change::Change;
use brevdue_programme::objects::{Kind, Questionnaire, Supplier, System};
use brevdue_programme::permissions::Actor;
use brevdue_programme::programmes::{By, ChangeError};
use brevdue_programme::questionnaire::{AnswerKind, QUESTIONS, contacts};
use brevdue_programme::reminding::addresses;
use brevdue_programme::reminding::words::Mail;
use brevdue_programme::{Day, Key, ProgrammeId};

use super::desk::{Desk, FormOf, NotDone, Tab, settle, standing};
use super::reminders;
use super::secret::{self, Secret};
use super::sent::Sent;
use super::supplier_tasks::{self, NotChanged};
use super::words;
use crate::limits::QUESTIONNAIRE_DAYS;
use crate::markup::{self, Html, Tone, alert, badge, el, fieldset, h2, p};
use crate::texts::Texts;
use crate::visitor::{Answer, Chrome, Refusal, Refused, Section, Visitor};

/// A question in words.
fn question(t: Texts, question: &str) -> &'static str {
    match question {
        "plan" => t.work_ask_plan(),
        "ready" => t.work_ask_ready(),
        "price_dkk" => t.work_ask_price(),
        "memo_version" => t.work_ask_version(),
        "markup" => t.work_ask_markup(),
        "transports" => t.work_ask_transports(),
        _ => t.work_ask_test(),
    }
}

fn supplier_of(desk: &Desk, key: &str) -> Option<(Key, Supplier)> {
    let key: Key = key.parse().ok()?;
    let supplier = desk.programme.get(&key)?;
    Some((key, supplier))
}

/// `GET /programmes/{id}/questionnaires/{supplier}`
pub(crate) async fn links(
    visitor: Visitor,
    Path((id, supplier)): Path<(String, String)>,
) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    let Some((key, supplier)) = supplier_of(&desk, &supplier) else {
        return desk.refuse(Refused::NotFound).await;
    };
    let said = match desk.visitor.query("said") {
        Some(_) => alert(Tone::Good, "", p(desk.visitor.texts.programme_saved())),
        None => Html::none(),
    };
    show(&desk, &key, &supplier, None, said).await
}

/// The mail that carries a link, to be sent by hand: whoever made it is the only one who ever knows it.
fn first_mail(desk: &Desk, supplier: &Supplier, link: &str, expires: Day) -> Html {
    let t = desk.visitor.texts;
    let authority = &desk.settings.authority;
    let text = [
        t.remind_supplier_text(&supplier.name),
        t.remind_supplier_text_link(words::plain_day(t, expires)),
        link.to_owned(),
        t.remind_supplier_text_sheet().to_owned(),
        authority.clone(),
    ];
    let mail = Mail { subject: t.remind_supplier_subject(authority), text: text.join("\n\n") };
    let by_hand = reminders::mailto(&addresses(supplier), &mail);
    [
        h2(t.remind_supplier_mail()),
        p(t.remind_supplier_mail_lead()),
        reminders::copied("mail", t.remind_text(), &mail.text),
        markup::ways([(by_hand, t.remind_by_hand())]),
    ]
    .into()
}

async fn show(
    desk: &Desk,
    key: &Key,
    supplier: &Supplier,
    made: Option<(String, Day)>,
    said: Html,
) -> Answer {
    let t = desk.visitor.texts;
    let today = Day::of(desk.visitor.now()).ok();
    let title = t.work_questionnaire_of(&supplier.name);
    desk.page(&title, Tab::Register("suppliers"), |token| {
        let mut body = said;
        body.push(p(t.work_questionnaire_lead()));
        if let Some((address, expires)) = &made {
            let link = [p(t.work_questionnaire_once()), p(markup::a(address, address.as_str()))];
            body.push(alert(Tone::Good, t.work_questionnaire_made(), link));
            body.push(first_mail(desk, supplier, address, *expires));
        }
        body.push(existing(desk, key, today, token));
        let until = today.map(|day| day.plus_days(QUESTIONNAIRE_DAYS).to_string());
        let inside = [
            markup::hidden("what", "create"),
            markup::day("expires", "expires", t.work_expires(), &until.unwrap_or_default()),
            markup::button(t.work_questionnaire_create()),
        ];
        body.push(h2(t.work_questionnaire_new()));
        body.push(markup::form(&desk.to(&format!("questionnaires/{key}")), token, inside));
        body.push(h2(t.work_answers()));
        body.push(answers(desk, key, supplier));
        body.push(sheet::part(&desk.visitor, &desk.to(&format!("questionnaires/{key}")), token));
        body
    })
    .await
}

fn existing(desk: &Desk, supplier: &Key, today: Option<Day>, token: &str) -> Html {
    let t = desk.visitor.texts;
    let own = desk.programme.all::<Questionnaire>();
    let own: Vec<_> = own.filter(|(_, one)| one.supplier == *supplier).collect();
    if own.is_empty() {
        return Html::none();
    }
    let rows = own.iter().map(|(key, one)| {
        let over = today.is_some_and(|today| one.expires < today);
        let state = match (one.revoked, over) {
            (true, _) => badge(Tone::Quiet, t.work_revoked()),
            (false, true) => badge(Tone::Quiet, t.work_expired()),
            (false, false) => badge(Tone::Good, t.work_open()),
        };
        let sent: Vec<Html> =
            one.sent.iter().map(|day| [words::day(t, *day), " ".into()].into()).collect();
        let act = if one.revoked || over {
            Html::none()
        } else {
            let inside = [
                markup::hidden("link", key.as_str()),
                markup::lesser("what", "sent", t.work_mark_sent()),
                " ".into(),
                markup::lesser("what", "revoke", t.work_revoke()),
            ];
            markup::form(&desk.to(&format!("questionnaires/{supplier}")), token, inside)
        };
        vec![key.as_str().into(), state, words::day(t, one.expires), sent.into(), act]
    });
    let headings = [
        t.programme_key(),
        t.work_state(),
        t.work_expires(),
        t.work_sent_on(),
        t.work_questionnaire_act(),
    ];
    markup::table(t.work_questionnaire_links(), &headings, rows)
}

fn answers(desk: &Desk, key: &Key, supplier: &Supplier) -> Html {
    let t = desk.visitor.texts;
    let Some(at) = supplier.answered_at else { return p(t.work_not_answered()) };
    let rows = supplier.answers.iter().map(|(asked, answer)| {
        let (system, asked) = asked.split_once('/').unwrap_or(("", asked));
        let name = match system {
            "" => desk.name_of(Kind::Supplier, key.as_str()),
            system => desk.name_of(Kind::System, system),
        };
        vec![name.into(), question(t, asked).into(), answer.as_str().into()]
    });
    let headings = [t.work_subject(), t.work_question(), t.work_answer()];
    [
        p([t.work_answered().into(), " ".into(), words::moment(t, at)]),
        markup::table(t.work_answers(), &headings, rows),
    ]
    .into()
}

/// `POST /programmes/{id}/questionnaires/{supplier}`: a new link, or what becomes of one.
pub(crate) async fn save(
    visitor: Visitor,
    Path((id, supplier)): Path<(String, String)>,
    form: FormOf,
) -> Answer {
    let mut desk = Desk::open(visitor, &id).await?;
    let sent = desk.sent(form).await?;
    let Some((key, supplier)) = supplier_of(&desk, &supplier) else {
        return desk.refuse(Refused::NotFound).await;
    };
    let t = desk.visitor.texts;
    let back = format!("questionnaires/{key}");
    let tab = Tab::Register("suppliers");
    let today = Day::of(desk.visitor.now()).ok();
    if sent.one("what") != "create" {
        let link = sent.one("link").parse::<Key>().ok();
        let held =
            link.and_then(|link| Some((link.clone(), desk.programme.get::<Questionnaire>(&link)?)));
        let Some((link, before)) = held.filter(|(_, one)| one.supplier == key) else {
            return desk.refuse(Refused::NotFound).await;
        };
        let mut after = before.clone();
        match sent.one("what") {
            "revoke" => after.revoked = true,
            _ => after.sent.extend(today.filter(|today| !before.sent.contains(today))),
        }
        let changes: Vec<Change> = Change::edit(link, &before, &after).into_iter().collect();
        return match desk.change(&changes, "").await {
            Ok(()) => desk.redirect(&back),
            Err(not_done) => desk.not_done(not_done, &back, tab).await,
        };
    }
    let expires = match (sent.day("expires"), today) {
        (Ok(Some(day)), Some(today)) if day >= today => day,
        (Ok(None), Some(today)) => today.plus_days(QUESTIONNAIRE_DAYS),
        _ => {
            let said = t.work_questionnaire_bad_day().to_owned();
            let not_done = NotDone::Said(StatusCode::UNPROCESSABLE_ENTITY, said);
            return desk.not_done(not_done, &back, tab).await;
        }
    };
    let secret = match Secret::new(desk.id) {
        Ok(secret) => secret,
        Err(error) => return Err(desk.visitor.failed("a link could not be made", &error).await),
    };
    let questionnaire = Questionnaire {
        supplier: key.clone(),
        token_sha256: secret.sha256(),
        expires,
        revoked: false,
        sent: Vec::new(),
    };
    let change = Change::add(desk.next_key(Kind::Questionnaire, "Q"), &questionnaire);
    match desk.change(&[change], "").await {
        Ok(()) => {
            let address = desk.visitor.absolute(&format!("/answer/{}", secret.words()));
            show(&desk, &key, &supplier, Some((address, expires)), Html::none()).await
        }
        Err(not_done) => desk.not_done(not_done, &back, tab).await,
    }
}

#[derive(Template)]
#[template(path = "programme/bare.html")]
struct AnswerPage {
    chrome: Chrome,
    title: String,
    body: Html,
}

/// What a link opens.
struct Opened {
    id: ProgrammeId,
    authority: String,
    key: Key,
    supplier: Supplier,
    systems: Vec<(Key, System)>,
}

/// Opens a link. What is unknown, over or taken back looks the same.
async fn open(visitor: &Visitor, token: &str) -> Result<Opened, Refusal> {
    let now = visitor.now();
    if visitor.web.guesses.are_too_many(now) {
        return Err(Refusal::of(visitor.finish(StatusCode::TOO_MANY_REQUESTS)));
    }
    let opened = match secret::programme_of(token) {
        Some(id) => look(visitor, id, token).await?,
        None => None,
    };
    match opened {
        Some(opened) => Ok(opened),
        None => {
            visitor.web.guesses.wrong(now);
            Err(visitor.refuse(Refused::NotFound).await)
        }
    }
}

async fn look(visitor: &Visitor, id: ProgrammeId, token: &str) -> Result<Option<Opened>, Refusal> {
    let opened = match visitor.web.programmes.open(id).await {
        Ok(opened) => opened,
        Err(error) => return Err(visitor.failed("a programme could not be opened", &error).await),
    };
    let Some(programme) = opened else { return Ok(None) };
    let Some(settings) = programme.settings() else { return Ok(None) };
    let Ok(today) = Day::of(visitor.now()) else { return Ok(None) };
    let link = programme
        .all::<Questionnaire>()
        .map(|(_, one)| one)
        .find(|one| secret::opens(token, &one.token_sha256));
    let link = link.filter(|one| !one.revoked && today <= one.expires);
    let Some(key) = link.map(|one| one.supplier) else { return Ok(None) };
    let Some(supplier) = programme.get::<Supplier>(&key) else { return Ok(None) };
    let systems = programme.all::<System>();
    let systems = systems.filter(|(_, system)| system.supplier.as_ref() == Some(&key));
    let systems = systems.map(|(key, system)| (key.clone(), system)).collect();
    let authority = settings.authority;
    Ok(Some(Opened { id, authority, key, supplier, systems }))
}

/// `GET /answer/{token}`
pub(crate) async fn ask(mut visitor: Visitor, Path(token): Path<String>) -> Answer {
    let opened = open(&visitor, &token).await?;
    visitor.need_session().await?;
    let said = visitor.query("said").is_some();
    asked(&visitor, &token, &opened, &Sent::default(), said, None).await
}

async fn asked(
    visitor: &Visitor,
    token: &str,
    opened: &Opened,
    sent: &Sent,
    said: bool,
    fault: Option<Html>,
) -> Answer {
    let t = visitor.texts;
    let title = t.work_answer_title(&opened.authority);
    let chrome = visitor.chrome(&title, Section::None, None).await?;
    let now = standing(visitor, opened.id).await?;
    let status = if fault.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let mut body = el("p", &[("class", "font-lead")], opened.supplier.name.as_str());
    body.push(p(t.work_answer_lead()));
    if let Some(fault) = fault {
        body.push(alert(Tone::Bad, t.programme_not_saved(), fault));
    } else if said {
        body.push(alert(Tone::Good, "", p(t.work_answer_thanks())));
    }
    let value = |name: &str| match sent.has(name) {
        true => sent.one(name).to_owned(),
        false => opened.supplier.answers.get(name).cloned().unwrap_or_default(),
    };
    let mut inside = Html::none();
    for (system, held) in &opened.systems {
        let fields = QUESTIONS.iter().map(|asked| {
            let name = format!("{system}/{}", asked.id);
            let id = format!("answer-{system}-{}", asked.id);
            let (words, value) = (question(t, asked.id), value(&name));
            match asked.kind {
                AnswerKind::Text => markup::area(&id, &name, words, &value),
                AnswerKind::Day => markup::day(&id, &name, words, &value),
                AnswerKind::Whole => markup::number(&id, &name, words, &value),
                AnswerKind::Line => markup::line(&id, &name, words, &value),
            }
        });
        inside.push(fieldset(&held.name, fields.collect::<Html>()));
    }
    if opened.systems.is_empty() {
        inside.push(p(t.work_answer_no_systems()));
    }
    let contacts = match sent.has("contacts") {
        true => sent.one("contacts").to_owned(),
        false => opened.supplier.contacts.join("\n"),
    };
    inside.push(markup::area("contacts", "contacts", t.work_ask_contacts(), &contacts));
    inside.push(markup::button(t.work_answer_send()));
    body.push(markup::form(&format!("/answer/{token}"), &chrome.token, inside));
    if !opened.systems.is_empty() {
        body.push(sheet::part(visitor, &format!("/answer/{token}"), &chrome.token));
    }
    body.push(h2(t.work_answer_tasks()));
    let address = format!("/answer/{token}");
    let tasks = supplier_tasks::forms(visitor, &now, &opened.systems, &address, &chrome.token);
    body.push(if tasks == Html::none() { p(t.supplier_no_tasks()) } else { tasks });
    visitor.page_with(status, &AnswerPage { chrome, title, body })
}

/// What a supplier says of one of its tasks.
async fn told(visitor: &Visitor, token: &str, opened: &Opened, sent: &Sent) -> Answer {
    let now = standing(visitor, opened.id).await?;
    let (id, key, systems) = (opened.id, &opened.key, &opened.systems);
    match supplier_tasks::save(visitor, id, key, systems, &now, sent).await {
        Ok(()) => Ok(visitor.finish(Redirect::to(&format!("/answer/{token}?said=1")))),
        Err(NotChanged::Refused(refusal)) => Err(refusal),
        Err(NotChanged::Said(said)) => {
            asked(visitor, token, opened, &Sent::default(), false, Some(p(said))).await
        }
    }
}

/// `POST /answer/{token}`
pub(crate) async fn answer(
    visitor: Visitor,
    Path(token): Path<String>,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Answer {
    let opened = open(&visitor, &token).await?;
    let sent = form.ok().and_then(|Form(pairs)| Sent::new(pairs));
    let Some(sent) = sent.filter(|sent| visitor.is_own_form(sent.one("token"))) else {
        return Err(visitor.refuse(Refused::Form).await);
    };
    if sent.one("what") == "task" {
        return told(&visitor, &token, &opened, &sent).await;
    }
    let t = visitor.texts;
    let mut after = opened.supplier.clone();
    for (system, held) in &opened.systems {
        for asked in QUESTIONS {
            let name = format!("{system}/{}", asked.id);
            let text = sent.one(&name).trim();
            if !asked.kind.fits(text) {
                let fault = p(t.work_answer_unfit(question(t, asked.id), &held.name));
                return self::asked(&visitor, &token, &opened, &sent, false, Some(fault)).await;
            }
            match text {
                "" => after.answers.remove(&name),
                text => after.answers.insert(name, text.to_owned()),
            };
        }
    }
    after.contacts = contacts(sent.one("contacts"));
    after.answered_at = Some(visitor.now());
    let changes: Vec<Change> =
        Change::edit(opened.key.clone(), &opened.supplier, &after).into_iter().collect();
    let actor = Actor::Supplier(opened.key.clone());
    let by = By { actor, reason: "", at: visitor.now() };
    match visitor.web.programmes.change(opened.id, &changes, by).await {
        Ok(_) => {
            settle(&visitor, opened.id).await?;
            Ok(visitor.finish(Redirect::to(&format!("/answer/{token}?said=1"))))
        }
        Err(ChangeError::Refused(_)) => {
            let fault = p(t.work_faster());
            asked(&visitor, &token, &opened, &sent, false, Some(fault)).await
        }
        // A system that was theirs when the page was shown, and is no more.
        Err(ChangeError::Forbidden(_)) => Err(visitor.refuse(Refused::NotFound).await),
        Err(error) => Err(visitor.failed("answers could not be saved", &error).await),
    }
}
