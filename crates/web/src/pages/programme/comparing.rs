//! Two catalogues side by side: what one in a file would change of the one in use, or this one of that, and that
//! the authority's own changes stand. Nothing is changed, and the file is forgotten.

use axum::extract::Path;
use axum::extract::multipart::{Multipart, MultipartError, MultipartRejection};
use axum::http::StatusCode;
use brevdue_programme::catalogue::{
    CATALOGUE_BYTES, Catalogue, CatalogueErrors, Difference, SetAside, WhatDiffers, diff,
};
use serde_json::Value;

use super::desk::{Desk, Tab};
use crate::limits::{COMPARED_ITEMS, EVIDENCE_FIELD_BYTES};
use crate::markup::{self, Html, Tone, alert, badge, h2, p, quiet, ul};
use crate::pages::reply;
use crate::visitor::{Answer, Refused, Visitor};

/// Characters of a value that are shown, at most.
const SHOWN: usize = 160;

/// Faults of a file that are told, at most.
const FAULTS: usize = 100;

/// What somebody sent.
#[derive(Default)]
struct Brought {
    token: String,
    /// The file is the older one.
    older: bool,
    file: Vec<u8>,
    /// It is within the limit.
    whole: bool,
}

async fn read(mut form: Multipart) -> Result<Brought, MultipartError> {
    let mut brought = Brought { whole: true, ..Brought::default() };
    while let Some(field) = form.next_field().await? {
        let name = field.name().unwrap_or_default().to_owned();
        let most = if name == "file" { CATALOGUE_BYTES } else { EVIDENCE_FIELD_BYTES };
        let (bytes, whole) = reply::bytes(field, most).await?;
        match name.as_str() {
            "token" => brought.token = String::from_utf8_lossy(&bytes).into_owned(),
            "which" => brought.older = bytes == b"older",
            "file" => (brought.file, brought.whole) = (bytes, whole),
            _ => {}
        }
    }
    Ok(brought)
}

/// `GET /programmes/{id}/comparison`
pub(crate) async fn form(visitor: Visitor, Path(id): Path<String>) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    show(&desk, StatusCode::OK, Html::none()).await
}

async fn show(desk: &Desk, status: StatusCode, said: Html) -> Answer {
    let t = desk.visitor.texts;
    desk.page_with(status, t.compare_title(), Tab::Settings, |token| {
        let mut body = said;
        body.push(p(t.compare_lead()));
        let which = [
            ("newer".to_owned(), t.compare_newer().to_owned()),
            ("older".to_owned(), t.compare_older().to_owned()),
        ];
        let inside = [
            markup::file("file", "file", t.compare_file(), t.compare_file_hint(), ".toml"),
            markup::choose("which", "which", t.compare_which(), which, "newer"),
            markup::button(t.compare_compare()),
        ];
        body.push(markup::form_with_file(&desk.to("comparison"), token, Html::from(inside)));
        body.push(markup::ways([(desk.to("catalogue"), t.catalogue_title())]));
        body
    })
    .await
}

/// `POST /programmes/{id}/comparison`
pub(crate) async fn compare(
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
        let said = if brought.whole { t.bring_no_file() } else { t.compare_too_large() };
        return unfit(&desk, p(said)).await;
    }
    let Ok(text) = String::from_utf8(brought.file) else {
        return unfit(&desk, p(t.compare_no_text())).await;
    };
    // A large catalogue takes a while, and others wait for this thread.
    let file = match tokio::task::spawn_blocking(move || Catalogue::read(&text)).await {
        Ok(Ok(file)) => file,
        Ok(Err(errors)) => return unfit(&desk, faults(&desk, &errors)).await,
        Err(error) => {
            return Err(desk.visitor.failed("a catalogue could not be read", &error).await);
        }
    };
    let shipped = Catalogue::shipped();
    let (old, new) = if brought.older { (&file, shipped) } else { (shipped, &file) };
    let said = compared(&desk, old, new);
    show(&desk, StatusCode::OK, said).await
}

async fn unfit(desk: &Desk, said: Html) -> Answer {
    let title = desk.visitor.texts.compare_not_read();
    show(desk, StatusCode::UNPROCESSABLE_ENTITY, alert(Tone::Bad, title, said)).await
}

fn faults(desk: &Desk, errors: &CatalogueErrors) -> Html {
    let t = desk.visitor.texts;
    let count = i64::try_from(errors.0.len()).unwrap_or(i64::MAX);
    let lines = errors.0.iter().take(FAULTS).map(|fault| Html::from(fault.to_string()));
    [p(t.compare_faults(count)), ul("", lines)].into()
}

fn compared(desk: &Desk, old: &Catalogue, new: &Catalogue) -> Html {
    let t = desk.visitor.texts;
    let differences = diff(old, new, &desk.programme);
    let already = old.with(&desk.programme);
    let then = new.with(&desk.programme);
    let fell = |one: &&SetAside| !already.set_aside().iter().any(|before| before.key == one.key);
    let fallen: Vec<&SetAside> = then.set_aside().iter().filter(fell).collect();
    let count = |what: WhatDiffers| {
        i64::try_from(differences.iter().filter(|one| one.what == what).count()).unwrap_or(i64::MAX)
    };
    let fields = differences.iter().flat_map(|one| &one.fields);
    let own: usize = fields.map(|field| field.own.len()).sum();
    let number = |number: i64| Html::from(number.to_string());
    let mut body = h2(t.compare_result(&new.version, &old.version));
    body.push(markup::facts([
        (t.compare_added(), number(count(WhatDiffers::Added))),
        (t.compare_removed(), number(count(WhatDiffers::Removed))),
        (t.compare_changed(), number(count(WhatDiffers::Changed))),
        (t.compare_own_stand(), own.to_string().into()),
        (t.compare_own_fall(), fallen.len().to_string().into()),
    ]));
    if differences.is_empty() {
        body.push(p(t.compare_same()));
        return body;
    }
    if !fallen.is_empty() {
        let lines = fallen.iter().map(|one| Html::from(format!("{}: {}", one.key, one.reason)));
        body.push(alert(Tone::Warning, t.compare_own_fall(), ul("", lines)));
    }
    let rows = differences.iter().take(COMPARED_ITEMS).flat_map(|one| rows(desk, one));
    let headings = [
        t.catalogue_item(),
        t.programme_field(),
        t.compare_before(),
        t.compare_after(),
        t.catalogue_yours(),
    ];
    body.push(markup::table(t.compare_differences(), &headings, rows));
    if differences.len() > COMPARED_ITEMS {
        let more = i64::try_from(differences.len() - COMPARED_ITEMS).unwrap_or(i64::MAX);
        body.push(quiet(t.work_more(more)));
    }
    body
}

/// A row for each field; of what is new or gone one, and one for each own value of what is gone.
fn rows(desk: &Desk, one: &Difference) -> Vec<Vec<Html>> {
    let t = desk.visitor.texts;
    let item = |state: Html| -> Html { [format!("{} ", one.id).into(), state].into() };
    let whole = |tone: Tone, words: &str| {
        let none = || Html::from("–");
        vec![vec![item(badge(tone, words)), none(), none(), none(), none()]]
    };
    let fields = || {
        one.fields.iter().map(|field| {
            let own = field.own.iter().map(|(name, value)| {
                let stands = badge(Tone::Info, t.compare_stands());
                Html::from([stands, " ".into(), format!("{name}: {}", short(value)).into()])
            });
            let own = ul("", own);
            let state = match one.what {
                WhatDiffers::Removed => badge(Tone::Warning, t.compare_removed()),
                _ => Html::none(),
            };
            let (old, new) = (short(&field.old), short(&field.new));
            vec![item(state), field.field.as_str().into(), old.into(), new.into(), own]
        })
    };
    match one.what {
        WhatDiffers::Added => whole(Tone::Info, t.compare_added()),
        WhatDiffers::Removed if one.fields.is_empty() => whole(Tone::Warning, t.compare_removed()),
        WhatDiffers::Removed | WhatDiffers::Changed => fields().collect(),
    }
}

/// A value in a few words.
fn short(value: &Value) -> String {
    let text = text(value);
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None if text.is_empty() => "–".to_owned(),
        None => text,
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(text).collect::<Vec<_>>().join(", "),
        Value::Object(body) => {
            let parts = body.iter().map(|(name, value)| format!("{name}: {}", text(value)));
            parts.collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    }
}
