//! Bringing a file: what it changes is shown, line by line, before anything is changed.
//!
//! What a file is and what it comes to is decided in `brevdue-office`; whether a change may be made, in
//! `brevdue-programme`. The file is kept while somebody decides, and read anew against the programme as it then
//! stands, each time its page is shown and when lines of it are taken in.

mod mapping;
mod preview;

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::multipart::{MultipartError, MultipartRejection};
use axum::extract::{Multipart, Path};
use axum::http::{StatusCode, header};
use axum::response::Redirect;
use brevdue_office::incoming::{Against, NotRead, Read, Sort};
use brevdue_office::inventory::Mapping;
use brevdue_office::reporting::{Asked, Lines};
use brevdue_office::{Fault, limits};
use brevdue_programme::Language as Reader;
use bytes::Bytes;

use self::mapping::Wanted;
use self::preview::Preview;
use super::desk::{Desk, FormOf, NotDone, Standing, Tab};
use crate::files;
use crate::headers::DOWNLOAD_POLICY;
use crate::limits::UPLOAD_FIELD_BYTES;
use crate::markup::{self, Html, Tone, a, alert, h2, p, quiet, ul};
use crate::pages::reply::bytes;
use crate::texts::Texts;
use crate::uploads::Upload;
use crate::visitor::{Answer, Refusal, Refused, Visitor};

/// What files are offered to be chosen.
const ACCEPT: &str = ".xlsx,.csv,.xml,.txt";

/// What the form says of a file when it is somebody's own list of systems.
const TABLE: &str = "table";

/// `GET /programmes/{id}/import`
pub(crate) async fn form(visitor: Visitor, Path(id): Path<String>) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    let lost = desk.visitor.query("lost").is_some();
    let said = lost.then(|| alert(Tone::Warning, "", p(desk.visitor.texts.import_lost())));
    ask(&desk, StatusCode::OK, said).await
}

/// Asks for a file.
async fn ask(desk: &Desk, status: StatusCode, said: Option<Html>) -> Answer {
    let t = desk.visitor.texts;
    desk.page_with(status, t.import_title(), Tab::Import, |token| {
        let mut body = said.unwrap_or_default();
        body.push(p(t.import_lead()));
        let limit = files::size(t, limits::FILE_BYTES as u64);
        let sorts = [
            (String::new(), t.import_sort_auto().to_owned()),
            (TABLE.to_owned(), t.import_sort_table().to_owned()),
        ];
        let lists = brevdue_office::lists_named(desk.reader());
        let lists = lists.map(|(word, name)| (word.to_owned(), t.import_sort_list(name)));
        let inside = [
            markup::file("file", "file", t.import_file(), &t.import_file_hint(limit), ACCEPT),
            markup::choose("sort", "sort", t.import_sort(), sorts.into_iter().chain(lists), ""),
            markup::button(t.import_bring()),
        ];
        body.push(markup::form_with_file(&desk.to("import"), token, inside));
        body.push(h2(t.import_export()));
        body.push(p(t.import_export_lead()));
        body.push(markup::ways([(desk.to("reports/R6.xlsx"), t.import_export_workbook())]));
        let lists = brevdue_office::lists_named(desk.reader());
        let lists = lists.map(|(word, name)| a(&desk.to(&format!("lists/{word}.csv")), name));
        body.push(markup::details(t.import_export_lists(), ul("", lists)));
        body
    })
    .await
}

/// `GET /programmes/{id}/lists/{file}`: a register as CSV, `systemer.csv`.
pub(crate) async fn list(visitor: Visitor, Path((id, file)): Path<(String, String)>) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    let known = file
        .strip_suffix(".csv")
        .and_then(|word| brevdue_office::lists().find(|known| *known == word));
    let Some(word) = known else { return desk.refuse(Refused::NotFound).await };
    let judged = desk.standing().await?;
    let (id, reader) = (desk.id, desk.reader());
    let made = tokio::task::spawn_blocking(move || {
        let asked = Asked { id, judged: &judged, language: reader, supplier: None, history: &[] };
        asked.register(word)
    });
    let bytes = match made.await {
        Ok(bytes) => bytes,
        Err(error) => return Err(desk.visitor.failed("a list could not be made", &error).await),
    };
    Ok(desk.visitor.finish((
        [
            (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
            (header::CONTENT_DISPOSITION, files::disposition(true, &file)),
            (header::CONTENT_SECURITY_POLICY, DOWNLOAD_POLICY.to_owned()),
            (header::CACHE_CONTROL, "private, no-store".to_owned()),
        ],
        bytes,
    )))
}

/// What came in the form that brings a file.
#[derive(Default)]
struct Brought {
    token: String,
    sort: String,
    name: String,
    bytes: Vec<u8>,
    /// It was over the limit, and is not all here.
    cut: bool,
}

async fn brought(mut form: Multipart) -> Result<Brought, MultipartError> {
    let mut brought = Brought::default();
    while let Some(field) = form.next_field().await? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            brought.name = files::safe_name(field.file_name().unwrap_or_default());
            let (read, whole) = bytes(field, limits::FILE_BYTES).await?;
            (brought.bytes, brought.cut) = (read, !whole);
            continue;
        }
        let (read, _) = bytes(field, UPLOAD_FIELD_BYTES).await?;
        let text = String::from_utf8_lossy(&read).into_owned();
        match name.as_str() {
            "token" => brought.token = text,
            "sort" => brought.sort = text,
            _ => {}
        }
    }
    Ok(brought)
}

/// `POST /programmes/{id}/import`: takes a file, and shows what it changes.
pub(crate) async fn bring(
    visitor: Visitor,
    Path(id): Path<String>,
    form: Result<Multipart, MultipartRejection>,
) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    let t = desk.visitor.texts;
    let Ok(form) = form else { return desk.refuse(Refused::Form).await };
    let brought = match brought(form).await {
        Ok(brought) => brought,
        Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            return desk.refuse(Refused::TooLarge).await;
        }
        Err(_) => return desk.refuse(Refused::Form).await,
    };
    if !desk.visitor.is_own_form(&brought.token) {
        return desk.refuse(Refused::Form).await;
    }
    if brought.cut {
        let said = t.import_too_large(files::size(t, limits::FILE_BYTES as u64));
        let said = alert(Tone::Bad, t.import_not_understood(), p(said));
        return ask(&desk, StatusCode::PAYLOAD_TOO_LARGE, Some(said)).await;
    }
    if brought.bytes.is_empty() {
        let said = alert(Tone::Bad, t.import_not_understood(), p(t.import_no_file()));
        return ask(&desk, StatusCode::UNPROCESSABLE_ENTITY, Some(said)).await;
    }
    let bytes = Bytes::from(brought.bytes);
    let sort = match sort(&desk, &bytes, &brought.sort).await? {
        Ok(sort) => sort,
        Err(not_read) => {
            let said = not_understood(&desk, &not_read);
            return ask(&desk, StatusCode::UNPROCESSABLE_ENTITY, Some(said)).await;
        }
    };
    let (programme, person, name) = (desk.id, desk.me.clone(), brought.name);
    let upload = Upload { programme, person, name, sort, bytes };
    match desk.visitor.web.uploads.keep(upload, desk.visitor.now()) {
        Ok(word) => desk.redirect(&format!("import/{word}")),
        Err(error) => Err(desk.visitor.failed("a file could not be kept", &error).await),
    }
}

/// What a file is: by what is in it, unless whoever brought it said so and it can be.
async fn sort(desk: &Desk, bytes: &Bytes, said: &str) -> Result<Result<Sort, NotRead>, Refusal> {
    let _turn = desk.visitor.web.uploads.turn().await;
    let looked = bytes.clone();
    let found = match tokio::task::spawn_blocking(move || Sort::of(&looked)).await {
        Ok(found) => found,
        Err(error) => return Err(desk.visitor.failed("a file could not be read", &error).await),
    };
    let list = brevdue_office::lists().find(|word| *word == said);
    Ok(found.map(|found| match (found, list) {
        (Sort::Table | Sort::List(_) | Sort::Tracker, Some(word)) if !bytes.starts_with(b"PK") => {
            Sort::List(word)
        }
        _ if said == TABLE => Sort::Table,
        _ => found,
    }))
}

/// Says that a file means nothing, and where.
fn not_understood(desk: &Desk, not_read: &NotRead) -> Html {
    let t = desk.visitor.texts;
    let inside: Html = match not_read {
        NotRead::Whole(why) => p(t.import_because(why.of(desk.reader()))),
        NotRead::Faults(faults) => {
            [p(t.import_faults(faults.len() as i64)), self::faults(t, desk.reader(), faults)].into()
        }
    };
    alert(Tone::Bad, t.import_not_understood(), inside)
}

/// Cells and rows that mean nothing: where, and why.
pub(super) fn faults(t: Texts, reader: Reader, faults: &[Fault]) -> Html {
    let rows = faults.iter().map(|fault| {
        let row = if fault.place.row > 0 { fault.place.row.to_string() } else { String::new() };
        vec![
            fault.place.sheet.as_str().into(),
            row.into(),
            fault.place.column.as_str().into(),
            fault.place.heading.as_str().into(),
            fault.reason.of(reader).into(),
        ]
    });
    let headings =
        [t.import_sheet(), t.import_row(), t.import_column(), t.import_heading(), t.import_why()];
    markup::table(t.import_faults_label(), &headings, rows)
}

/// A file on the desk of whoever brought it.
struct Brief {
    desk: Desk,
    word: String,
    upload: Upload,
    wanted: Wanted,
}

impl Brief {
    /// Finds the file again; whoever's file is gone is asked for it anew.
    async fn open(visitor: Visitor, id: &str, word: String) -> Result<Self, Refusal> {
        let desk = Desk::open(visitor, id).await?;
        let now = desk.visitor.now();
        let Some(upload) = desk.visitor.web.uploads.get(&word, desk.id, &desk.me, now) else {
            let gone = Redirect::to(&desk.to("import?lost=1"));
            return Err(Refusal::of(desk.visitor.finish(gone)));
        };
        let wanted = Wanted::of(&desk.visitor);
        Ok(Self { desk, word, upload, wanted })
    }

    /// The mapping of its columns, where there is one to be made.
    fn mapping(&self) -> Option<Mapping> {
        (self.upload.sort == Sort::Table).then(|| self.wanted.mapping.clone())
    }

    /// The address of its page, with the mapping.
    fn address(&self) -> String {
        match self.mapping() {
            Some(_) => format!("import/{}?{}", self.word, self.wanted.query()),
            None => format!("import/{}?show=changes", self.word),
        }
    }

    /// Reads it against the programme as it stands.
    async fn read(&self, standing: &Arc<Standing>) -> Result<Result<Read, NotRead>, Refusal> {
        let _turn = self.desk.visitor.web.uploads.turn().await;
        let (upload, mapping) = (self.upload.clone(), self.mapping());
        let (id, reader, judged) = (self.desk.id, self.desk.reader(), Arc::clone(standing));
        let read = tokio::task::spawn_blocking(move || {
            let tasks = match upload.sort {
                Sort::Project | Sort::Tracker => Lines::of(&judged, reader).tasks,
                _ => Vec::new(),
            };
            let against = Against { id, programme: &judged.programme, tasks: &tasks };
            upload.sort.read(&upload.bytes, against, mapping.as_ref())
        });
        match read.await {
            Ok(read) => Ok(read),
            Err(error) => Err(self.desk.visitor.failed("a file could not be read", &error).await),
        }
    }

    /// What it comes to; a page that says why not when it comes to nothing.
    async fn preview(&self) -> Result<Preview, Refusal> {
        let standing = self.desk.standing().await?;
        match self.read(&standing).await? {
            Ok(read) => Ok(Preview::of(self, standing, read)),
            Err(not_read) => {
                let said = not_understood(&self.desk, &not_read);
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                let answer = match self.upload.sort {
                    Sort::Table => mapping::ask(self, status, Some(said)).await,
                    _ => ask(&self.desk, status, Some(said)).await,
                };
                Err(answer.map_or_else(|refusal| refusal, Refusal::of))
            }
        }
    }
}

/// `GET /programmes/{id}/import/{file}`: what a file changes, or first what its columns mean.
pub(crate) async fn look(visitor: Visitor, Path((id, word)): Path<(String, String)>) -> Answer {
    let brief = Brief::open(visitor, &id, word).await?;
    if brief.upload.sort == Sort::Table && !brief.wanted.changes {
        return mapping::ask(&brief, StatusCode::OK, None).await;
    }
    let preview = brief.preview().await?;
    let said = brief.desk.visitor.query("said").and_then(|count| count.parse::<i64>().ok());
    let said = said.map(|count| {
        let t = brief.desk.visitor.texts;
        alert(Tone::Good, "", p(t.import_done(count)))
    });
    let chosen = preview.proposed();
    preview.show(&brief, StatusCode::OK, said, &chosen).await
}

/// `POST /programmes/{id}/import/{file}`: takes lines in, or forgets the file.
pub(crate) async fn take(
    visitor: Visitor,
    Path((id, word)): Path<(String, String)>,
    form: FormOf,
) -> Answer {
    let mut brief = Brief::open(visitor, &id, word).await?;
    let sent = brief.desk.sent(form).await?;
    let t = brief.desk.visitor.texts;
    if sent.one("do") == "forget" {
        brief.desk.visitor.web.uploads.forget(&brief.word);
        return brief.desk.redirect("import");
    }
    let preview = brief.preview().await?;
    let faster =
        |t: crate::texts::Texts| alert(Tone::Warning, t.import_faster(), p(t.import_faster_text()));
    let asked: BTreeSet<String> = match sent.one("do") {
        // Every line that is in nobody's way, on whichever page it stands; only if they are still the same.
        "plain" if sent.one("plain") == preview.plain_fingerprint() => preview.plain(),
        "plain" => {
            let chosen = preview.proposed();
            return preview.show(&brief, StatusCode::CONFLICT, Some(faster(t)), &chosen).await;
        }
        _ => {
            let mine = sent.pairs().filter(|(_, value)| *value == "mine");
            let mine = mine.filter_map(|(name, _)| name.strip_prefix("line."));
            sent.all("take").chain(mine).map(str::to_owned).collect()
        }
    };
    let Some(chosen) = preview.find(&asked) else {
        // Somebody changed what a chosen line is about after it was shown.
        return preview.show(&brief, StatusCode::CONFLICT, Some(faster(t)), &asked).await;
    };
    let changes = preview.changes(&chosen);
    match brief.desk.change(&changes, "import").await {
        Ok(()) => {
            let page = brief.desk.visitor.page_number() + 1;
            let said = format!("{}&said={}&page={page}", brief.address(), changes.len());
            brief.desk.redirect(&said)
        }
        Err(NotDone::Conflicts(_)) => {
            let preview = brief.preview().await?;
            preview.show(&brief, StatusCode::CONFLICT, Some(faster(t)), &asked).await
        }
        Err(NotDone::Said(status, said)) => {
            let said =
                alert(Tone::Bad, t.programme_not_saved(), [p(said), quiet(t.import_nothing())]);
            preview.show(&brief, status, Some(said), &asked).await
        }
        Err(NotDone::Refused(refusal)) => Err(refusal),
    }
}
