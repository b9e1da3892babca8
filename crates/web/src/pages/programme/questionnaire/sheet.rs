//! The questionnaire as a workbook: taken and brought back by the supplier, by its link, or by the authority,
//! which was sent one by mail.

use axum::extract::Path;
use axum::extract::multipart::{Multipart, MultipartError, MultipartRejection};
use axum::http::{StatusCode, header};
use axum::response::Redirect;
use brevdue_office::questionnaire::{Answers, NotRead, Questionnaire as Sheet};
use brevdue_programme::change::Change;
use brevdue_programme::objects::{Supplier, System};
use brevdue_programme::permissions::Actor;
use brevdue_programme::programmes::{By, ChangeError};
use brevdue_programme::questionnaire::{QUESTIONS, contacts};
use brevdue_programme::{Key, ProgrammeId};

use super::super::desk::{Desk, Tab, reader, settle};
use super::super::import::faults;
use super::super::sent::Sent;
use super::{Opened, asked, open, question, show, supplier_of};
use crate::files;
use crate::headers::DOWNLOAD_POLICY;
use crate::limits::{SUPPLIER_SHEET_BYTES, UPLOAD_FIELD_BYTES};
use crate::markup::{self, Html, Tone, alert, h2, p};
use crate::pages::reply;
use crate::visitor::{Answer, Refusal, Refused, Visitor};

/// Its name as a file.
const FILE: &str = "questions.xlsx";

/// The part of a page that gives the workbook and takes it back.
pub(super) fn part(visitor: &Visitor, address: &str, token: &str) -> Html {
    let t = visitor.texts;
    let inside = [
        markup::file("sheet", "file", t.sheet_file(), t.sheet_file_hint(), ".xlsx"),
        markup::button(t.sheet_bring()),
    ];
    [
        h2(t.sheet_title()),
        p(t.sheet_lead()),
        markup::ways([(format!("{address}/{FILE}"), t.sheet_get())]),
        markup::form_with_file(&format!("{address}/questions"), token, inside),
    ]
    .into()
}

/// The questionnaire of a supplier, with the answers that stand.
fn sheet(
    visitor: &Visitor,
    programme: ProgrammeId,
    authority: &str,
    (key, supplier): (&Key, &Supplier),
    systems: &[(Key, System)],
) -> Sheet {
    let t = visitor.texts;
    let questions = QUESTIONS.iter().map(|one| (one.id, one.kind, question(t, one.id).to_owned()));
    Sheet {
        programme,
        authority: authority.to_owned(),
        supplier: key.clone(),
        name: supplier.name.clone(),
        systems: systems.iter().map(|(key, system)| (key.clone(), system.name.clone())).collect(),
        questions: questions.collect(),
        contacts_asked: t.work_ask_contacts().to_owned(),
        answers: supplier.answers.clone(),
        contacts: supplier.contacts.clone(),
        language: reader(visitor),
    }
}

/// The workbook as a download.
async fn download(visitor: &Visitor, sheet: Sheet) -> Answer {
    let name = format!("{} {}.xlsx", visitor.texts.work_questionnaire(), sheet.supplier);
    match tokio::task::spawn_blocking(move || sheet.write()).await {
        Ok(Ok(bytes)) => Ok(visitor.finish((
            [
                (
                    header::CONTENT_TYPE,
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet".to_owned(),
                ),
                (header::CONTENT_DISPOSITION, files::disposition(true, &name)),
                (header::CONTENT_SECURITY_POLICY, DOWNLOAD_POLICY.to_owned()),
                (header::CACHE_CONTROL, "private, no-store".to_owned()),
            ],
            bytes,
        ))),
        Ok(Err(error)) => Err(visitor.failed("a questionnaire could not be written", &error).await),
        Err(error) => Err(visitor.failed("a questionnaire could not be written", &error).await),
    }
}

/// What came in the form that brings a workbook.
#[derive(Default)]
struct Brought {
    token: String,
    bytes: Vec<u8>,
    /// It was over the limit, and is not all here.
    cut: bool,
}

async fn brought(mut form: Multipart) -> Result<Brought, MultipartError> {
    let mut brought = Brought::default();
    while let Some(field) = form.next_field().await? {
        match field.name().unwrap_or_default() {
            "file" => {
                let (read, whole) = reply::bytes(field, SUPPLIER_SHEET_BYTES).await?;
                (brought.bytes, brought.cut) = (read, !whole);
            }
            "token" => {
                let (read, _) = reply::bytes(field, UPLOAD_FIELD_BYTES).await?;
                brought.token = String::from_utf8_lossy(&read).into_owned();
            }
            _ => drop(reply::bytes(field, 0).await?),
        }
    }
    Ok(brought)
}

/// The file of a form of ours.
async fn file(
    visitor: &Visitor,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Result<Vec<u8>, String>, Refusal> {
    let Ok(form) = form else { return Err(visitor.refuse(Refused::Form).await) };
    let brought = match brought(form).await {
        Ok(brought) => brought,
        Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            return Err(visitor.refuse(Refused::TooLarge).await);
        }
        Err(_) => return Err(visitor.refuse(Refused::Form).await),
    };
    if !visitor.is_own_form(&brought.token) {
        return Err(visitor.refuse(Refused::Form).await);
    }
    let t = visitor.texts;
    Ok(match (brought.cut, brought.bytes.is_empty()) {
        (true, _) => Err(t.import_too_large(files::size(t, SUPPLIER_SHEET_BYTES as u64))),
        (_, true) => Err(t.import_no_file().to_owned()),
        _ => Ok(brought.bytes),
    })
}

/// Reads it, one of a few at a time: what it unpacks to is held in memory meanwhile.
async fn read(
    visitor: &Visitor,
    sheet: Sheet,
    bytes: Vec<u8>,
) -> Result<Result<Answers, NotRead>, Refusal> {
    let _turn = visitor.web.uploads.turn().await;
    match tokio::task::spawn_blocking(move || sheet.read(&bytes)).await {
        Ok(read) => Ok(read),
        Err(error) => Err(visitor.failed("a questionnaire could not be read", &error).await),
    }
}

/// Why it was not taken.
fn not_read(visitor: &Visitor, why: &NotRead) -> Html {
    let reader = reader(visitor);
    let said = p(why.words().of(reader));
    match why {
        NotRead::Faults(found) => [said, faults(visitor.texts, reader, found)].into(),
        _ => said,
    }
}

/// The change that answers come to; none when they change nothing.
fn change(visitor: &Visitor, key: &Key, before: &Supplier, answers: Answers) -> Option<Change> {
    if answers == Answers::default() {
        return None;
    }
    let mut after = before.clone();
    for (id, answer) in answers.answers {
        match answer.as_str() {
            "" => after.answers.remove(&id),
            _ => after.answers.insert(id, answer),
        };
    }
    if let Some(text) = answers.contacts {
        after.contacts = contacts(&text);
    }
    after.answered_at = Some(visitor.now());
    Change::edit(key.clone(), before, &after)
}

/// `GET /answer/{token}/questions.xlsx`
pub(crate) async fn by_link(visitor: Visitor, Path(token): Path<String>) -> Answer {
    let opened = open(&visitor, &token).await?;
    let sheet = of_link(&visitor, &opened);
    download(&visitor, sheet).await
}

fn of_link(visitor: &Visitor, opened: &Opened) -> Sheet {
    let supplier = (&opened.key, &opened.supplier);
    sheet(visitor, opened.id, &opened.authority, supplier, &opened.systems)
}

/// `POST /answer/{token}/questions`: the supplier brings it back.
pub(crate) async fn answer_by_link(
    visitor: Visitor,
    Path(token): Path<String>,
    form: Result<Multipart, MultipartRejection>,
) -> Answer {
    let opened = open(&visitor, &token).await?;
    let nothing = Sent::default();
    let bytes = match file(&visitor, form).await? {
        Ok(bytes) => bytes,
        Err(said) => {
            return asked(&visitor, &token, &opened, &nothing, false, Some(p(said))).await;
        }
    };
    let answers = match read(&visitor, of_link(&visitor, &opened), bytes).await? {
        Ok(answers) => answers,
        Err(why) => {
            let said = not_read(&visitor, &why);
            return asked(&visitor, &token, &opened, &nothing, false, Some(said)).await;
        }
    };
    let said = Redirect::to(&format!("/answer/{token}?said=1"));
    let Some(change) = change(&visitor, &opened.key, &opened.supplier, answers) else {
        let said = p(visitor.texts.sheet_nothing());
        return asked(&visitor, &token, &opened, &nothing, false, Some(said)).await;
    };
    let actor = Actor::Supplier(opened.key.clone());
    let by = By { actor, reason: "XLSX", at: visitor.now() };
    match visitor.web.programmes.change(opened.id, &[change], by).await {
        Ok(_) => {
            settle(&visitor, opened.id).await?;
            Ok(visitor.finish(said))
        }
        Err(ChangeError::Refused(_)) => {
            let fault = p(visitor.texts.work_faster());
            asked(&visitor, &token, &opened, &nothing, false, Some(fault)).await
        }
        // A system that was theirs when it was taken, and is no more.
        Err(ChangeError::Forbidden(_)) => Err(visitor.refuse(Refused::NotFound).await),
        Err(error) => Err(visitor.failed("answers could not be saved", &error).await),
    }
}

fn of_desk(desk: &Desk, key: &Key, supplier: &Supplier) -> Sheet {
    let systems = desk.programme.all::<System>();
    let systems = systems.filter(|(_, system)| system.supplier.as_ref() == Some(key));
    let systems: Vec<(Key, System)> = systems.map(|(key, system)| (key.clone(), system)).collect();
    sheet(&desk.visitor, desk.id, &desk.settings.authority, (key, supplier), &systems)
}

/// `GET /programmes/{id}/questionnaires/{supplier}/questions.xlsx`
pub(crate) async fn by_desk(
    visitor: Visitor,
    Path((id, supplier)): Path<(String, String)>,
) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    let Some((key, supplier)) = supplier_of(&desk, &supplier) else {
        return desk.refuse(Refused::NotFound).await;
    };
    download(&desk.visitor, of_desk(&desk, &key, &supplier)).await
}

/// `POST /programmes/{id}/questionnaires/{supplier}/questions`: the authority brings what it was sent.
pub(crate) async fn answer_by_desk(
    visitor: Visitor,
    Path((id, supplier)): Path<(String, String)>,
    form: Result<Multipart, MultipartRejection>,
) -> Answer {
    let mut desk = Desk::open(visitor, &id).await?;
    let Some((key, supplier)) = supplier_of(&desk, &supplier) else {
        return desk.refuse(Refused::NotFound).await;
    };
    let t = desk.visitor.texts;
    let unread = |said: Html| alert(Tone::Bad, t.programme_not_saved(), said);
    let bytes = match file(&desk.visitor, form).await? {
        Ok(bytes) => bytes,
        Err(said) => return show(&desk, &key, &supplier, None, unread(p(said))).await,
    };
    let answers = match read(&desk.visitor, of_desk(&desk, &key, &supplier), bytes).await? {
        Ok(answers) => answers,
        Err(why) => {
            let said = unread(not_read(&desk.visitor, &why));
            return show(&desk, &key, &supplier, None, said).await;
        }
    };
    let back = format!("questionnaires/{key}");
    let Some(change) = change(&desk.visitor, &key, &supplier, answers) else {
        return show(&desk, &key, &supplier, None, unread(p(t.sheet_nothing()))).await;
    };
    match desk.change(&[change], "XLSX").await {
        Ok(()) => desk.redirect(&format!("{back}?said=1")),
        Err(not_done) => desk.not_done(not_done, &back, Tab::Register("suppliers")).await,
    }
}
