//! Evidence that people bring: a log of messages that others kept, or one message to look at.

use std::collections::BTreeSet;

use axum::extract::Path;
use axum::extract::multipart::{Multipart, MultipartError, MultipartRejection};
use axum::http::StatusCode;
use brevdue_office::limits::FILE_BYTES;
use brevdue_office::log::{self, Log, Unreadable};
use brevdue_programme::objects::System;
use brevdue_programme::observation::Observation;
use brevdue_programme::permissions::Actor;
use brevdue_programme::programmes::By;
use brevdue_programme::reading::{LetterCodes, of_upload};
use brevdue_programme::storage::Observed;

use super::desk::{Desk, NotDone, Tab, settle};
use super::words;
use crate::limits::EVIDENCE_FIELD_BYTES;
use crate::markup::{self, Html, Tone, alert, el, fieldset, h2, p, quiet, ul};
use crate::pages::reply;
use crate::visitor::{Answer, Refused, Visitor};

/// What somebody sent.
#[derive(Default)]
struct Brought {
    token: String,
    what: String,
    system: String,
    file: Vec<u8>,
    /// The file is within the limit.
    whole: bool,
}

async fn read(mut form: Multipart) -> Result<Brought, MultipartError> {
    let mut brought = Brought { whole: true, ..Brought::default() };
    while let Some(field) = form.next_field().await? {
        let name = field.name().unwrap_or_default().to_owned();
        let most = if name == "file" { FILE_BYTES } else { EVIDENCE_FIELD_BYTES };
        let (bytes, whole) = reply::bytes(field, most).await?;
        let text = || String::from_utf8_lossy(&bytes).into_owned();
        match name.as_str() {
            "token" => brought.token = text(),
            "what" => brought.what = text(),
            "system" => brought.system = text(),
            "file" => (brought.file, brought.whole) = (bytes, whole),
            _ => {}
        }
    }
    Ok(brought)
}

/// `GET /programmes/{id}/evidence`
pub(crate) async fn form(visitor: Visitor, Path(id): Path<String>) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    show(&desk, StatusCode::OK, Html::none()).await
}

async fn show(desk: &Desk, status: StatusCode, said: Html) -> Answer {
    let t = desk.visitor.texts;
    let systems = desk.programme.all::<System>();
    let systems = systems.map(|(key, system)| (key.to_string(), system.name));
    let systems: Vec<(String, String)> = systems.collect();
    desk.page_with(status, t.bring_title(), Tab::Requirements, |token| {
        let mut body = said;
        body.push(p(t.bring_lead()));
        body.push(h2(t.bring_log()));
        body.push(p(t.bring_log_lead()));
        body.push(ul("", [t.bring_log_columns().into(), t.bring_log_untold().into()]));
        let log = [
            file("log", t.bring_log_file(), ".csv,.jsonl,.ndjson,.json,.txt"),
            el(
                "p",
                &[("class", "button-row")],
                [
                    markup::lesser("what", "look", t.bring_look()),
                    " ".into(),
                    markup::lesser("what", "take", t.bring_take()),
                ],
            ),
        ];
        body.push(sending(desk, token, log));
        body.push(h2(t.bring_message()));
        body.push(p(t.bring_message_lead()));
        let message = [
            markup::hidden("what", "message"),
            markup::choose("system", "system", t.bring_system(), systems, ""),
            file("message", t.bring_message_file(), ".xml"),
            markup::button(t.bring_check()),
        ];
        body.push(sending(desk, token, message));
        body
    })
    .await
}

/// A form with a file.
fn sending(desk: &Desk, token: &str, inside: impl Into<Html>) -> Html {
    let address = desk.to("evidence");
    let attributes = [
        ("method", "post"),
        ("action", address.as_str()),
        ("class", "work-form"),
        ("enctype", "multipart/form-data"),
    ];
    el("form", &attributes, [markup::hidden("token", token), inside.into()])
}

fn file(id: &str, words: &str, accept: &str) -> Html {
    let input = [
        ("class", "form-input"),
        ("type", "file"),
        ("id", id),
        ("name", "file"),
        ("accept", accept),
    ];
    let label = el("label", &[("class", "form-label"), ("for", id)], words);
    el("div", &[("class", "form-group")], [label, markup::void("input", &input)])
}

/// `POST /programmes/{id}/evidence`
pub(crate) async fn save(
    visitor: Visitor,
    Path(id): Path<String>,
    form: Result<Multipart, MultipartRejection>,
) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    let Ok(form) = form else { return desk.refuse(Refused::Form).await };
    let brought = match read(form).await {
        Ok(brought) => brought,
        Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            return desk.refuse(Refused::TooLarge).await;
        }
        Err(_) => return desk.refuse(Refused::Form).await,
    };
    if !desk.visitor.is_own_form(&brought.token) {
        return desk.refuse(Refused::Form).await;
    }
    let t = desk.visitor.texts;
    if brought.file.is_empty() || !brought.whole {
        let said = if brought.whole { t.bring_no_file() } else { t.bring_too_large() };
        return unfit(&desk, p(said)).await;
    }
    match brought.what.as_str() {
        "message" => message(desk, brought).await,
        "take" => logged(desk, brought, true).await,
        _ => logged(desk, brought, false).await,
    }
}

async fn unfit(desk: &Desk, said: Html) -> Answer {
    let t = desk.visitor.texts;
    show(desk, StatusCode::UNPROCESSABLE_ENTITY, alert(Tone::Bad, t.bring_not_taken(), said)).await
}

async fn logged(desk: Desk, brought: Brought, take: bool) -> Answer {
    let t = desk.visitor.texts;
    let (organisations, letters, now) =
        (desk.settings.cvr.clone(), LetterCodes::of(&desk.programme), desk.visitor.now());
    let file = brought.file;
    // Reading a large log takes a while, and others wait for this thread.
    let read = tokio::task::spawn_blocking(move || {
        let about = log::About { organisations: &organisations, letters: &letters, now };
        log::read(&file, &about)
    });
    let log = match read.await {
        Ok(Ok(log)) => log,
        Ok(Err(Unreadable::Faults(faults))) => {
            let reader = desk.reader();
            let rows = faults.iter().map(|fault| {
                let place = &fault.place;
                vec![
                    Html::from(place.row.to_string()),
                    place.column.as_str().into(),
                    place.heading.as_str().into(),
                    fault.reason.of(reader).into(),
                ]
            });
            let headings = [t.bring_row(), t.bring_column(), t.bring_heading(), t.work_why()];
            let said = [
                p(t.bring_faults(i64::try_from(faults.len()).unwrap_or(i64::MAX))),
                markup::table(t.bring_log(), &headings, rows),
            ];
            return unfit(&desk, said.into()).await;
        }
        Ok(Err(error)) => {
            return unfit(&desk, p(words::unreadable_log(desk.reader(), &error))).await;
        }
        Err(error) => return Err(desk.visitor.failed("a log could not be read", &error).await),
    };
    let mut said = summary(&desk, &log);
    if !take {
        said = [alert(Tone::Info, t.bring_looked(), p(t.bring_nothing_taken())), said].into();
        return show(&desk, StatusCode::OK, said).await;
    }
    match bring(&desk, log.observations, "Log").await {
        Ok(observed) => {
            let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
            let known = count(observed.changed + observed.nothing);
            let told = p(t.bring_taken(known, count(observed.new)));
            said = [alert(Tone::Good, t.bring_taken_title(), told), said].into();
            settle(&desk.visitor, desk.id).await?;
            show(&desk, StatusCode::OK, said).await
        }
        Err(not_done) => desk.not_done(not_done, "evidence", Tab::Requirements).await,
    }
}

async fn bring(
    desk: &Desk,
    observations: Vec<Observation>,
    origin: &str,
) -> Result<Observed, NotDone> {
    let actor = Actor::Person(desk.me.clone());
    let by = By { actor, reason: "", at: desk.visitor.now() };
    match desk.visitor.web.programmes.bring(desk.id, observations, origin, by).await {
        Ok(observed) => Ok(observed),
        Err(error) => Err(desk.why_not(error).await),
    }
}

/// What a log comes to, and which of its systems nobody has registered.
fn summary(desk: &Desk, log: &Log) -> Html {
    let t = desk.visitor.texts;
    let known: BTreeSet<String> = desk
        .programme
        .all::<System>()
        .flat_map(|(key, system)| {
            let ids = system.interfaces.iter().map(|one| one.dp_system_id.clone());
            let ids: Vec<String> = ids.collect();
            let names = [key.to_string(), system.name, system.short_name];
            names.into_iter().chain(system.known_as).chain(ids)
        })
        .collect();
    let rows = log.summary().into_iter().map(|one| {
        let mut name = Html::from(one.system.as_str());
        if !known.contains(&one.system) {
            name.push(" ");
            name.push(markup::badge(Tone::Warning, t.bring_unregistered()));
        }
        vec![
            name,
            one.direction.into(),
            one.format.into(),
            one.rows.to_string().into(),
            one.tests.to_string().into(),
        ]
    });
    let headings =
        [t.bring_system(), t.bring_direction(), t.bring_format(), t.bring_rows(), t.bring_tests()];
    let mut body = markup::table(t.bring_summary(), &headings, rows);
    if !log.ignored.is_empty() {
        body.push(quiet(t.bring_ignored(log.ignored.join(", "))));
    }
    body
}

/// One message: what would be seen of it, kept as a test and as evidence of no requirement.
async fn message(desk: Desk, brought: Brought) -> Answer {
    let t = desk.visitor.texts;
    let Some(cvr) = desk.settings.cvr.first().cloned() else {
        return unfit(&desk, p(t.bring_no_cvr())).await;
    };
    let (letters, now) = (LetterCodes::of(&desk.programme), desk.visitor.now());
    let fresh = desk.visitor.exchange().ids().random();
    let system =
        brought.system.parse().ok().filter(|key| desk.programme.get::<System>(key).is_some());
    let system = system.map_or_else(String::new, |key: brevdue_programme::Key| key.to_string());
    let read = tokio::task::spawn_blocking(move || {
        of_upload(&brought.file, &cvr, &system, now, fresh, &letters)
    });
    let seen = match read.await {
        Ok(Ok(seen)) => seen,
        Ok(Err(_)) => return unfit(&desk, p(t.bring_too_large())).await,
        Err(error) => return Err(desk.visitor.failed("a message could not be read", &error).await),
    };
    let mut said = looked(&desk, &seen);
    if !seen.system.is_empty() {
        let kept = bring(&desk, vec![seen], "Prøvet meddelelse / tried message").await;
        said.push(match kept {
            Ok(_) => quiet(t.bring_kept_as_test()),
            Err(NotDone::Said(_, why)) => quiet(why),
            Err(not_done) => return desk.not_done(not_done, "evidence", Tab::Requirements).await,
        });
    }
    show(&desk, StatusCode::OK, said).await
}

fn looked(desk: &Desk, seen: &Observation) -> Html {
    let t = desk.visitor.texts;
    let valid = seen.accepted;
    let (tone, title) =
        if valid { (Tone::Good, t.bring_valid()) } else { (Tone::Bad, t.bring_invalid()) };
    let list = |names: &BTreeSet<String>| -> Html {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        if names.is_empty() { "–".into() } else { names.join(", ").into() }
    };
    let format = match &seen.memo_version {
        Some(version) => format!("{} {version}", seen.format.word()),
        None => seen.format.word().to_owned(),
    };
    let sensitive = if seen.sensitive_title { t.work_yes() } else { t.bring_no() };
    let facts = markup::facts([
        (t.bring_format(), Html::from(format)),
        (t.bring_size(), seen.size_bytes.to_string().into()),
        (t.bring_files(), seen.file_count.to_string().into()),
        (t.bring_file_types(), list(&seen.file_types)),
        (t.bring_rules(), list(&seen.validation_errors)),
        (t.bring_markup(), list(&seen.markup)),
        (t.bring_sensitive(), sensitive.into()),
    ]);
    [alert(tone, title, p(t.bring_forgotten())), fieldset(t.bring_seen(), facts)].into()
}
